//! What became of it, for both schools: the impact report.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use charts::{Finite, Frame as ChartFrame, Reading as Mark, Side as SlopeSide, Slope};
use evidence::{Measure, Unit, methods, variation, verdict::Kind};
use foundation::{
    App, PageError,
    clock::date_in_words,
    terms::AcademicYear,
    web::{Cell, Format, Frame, Table},
};
use govuk::{Html, InsetText, SummaryList, Tag, TagColour};
use register::workings::Workings;

use super::{
    Sight,
    parts::{Sheet, bullets, paragraphs, text},
    show::nav,
    sight,
};
use crate::{
    agreements::{Side, Terms, store, terms::days},
    exits,
    impact::{self, Assessment, Line},
    seal::short,
    time,
};

pub(super) async fn impact(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let assessment = impact::verdict(&app.db, &sight.agreement).await?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut sheet = Sheet::new("What became of it");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "impact");
    let early = assessment.too_early();
    sheet.lede = headline(&assessment, early);
    if assessment.lines.is_empty() {
        sheet = sheet.part(
            "",
            paragraphs(if !sight.bodies().have_results() {
                "No double lift is worked out here: the public results are those of schools, and \
                 neither more nor less than two schools can be compared by them. What both sides \
                 agreed to look at stands below, with what they said about it."
            } else if sight.agreement.state().has_begun() {
                "No indicators were chosen for this support, so there is no measured result. What \
                 people can do now, and how it was, stands under Exit."
            } else {
                "The chosen indicators are written down on the first day of the support. From then \
                 on both baselines stand here, and the results as they are published."
            }),
        );
    }
    if let Some(words) = super::quick::brought_in(terms.terms()) {
        sheet = sheet.part("", paragraphs(&words));
    }
    sheet = sheet.part(&sight.say("Both schools, before and after"), slopes(&sight, &assessment));
    for side in Side::BOTH {
        let cards: Vec<Html> = assessment.of(side).map(card).collect();
        sheet = sheet.part(&sight.school(side), Html::join(cards));
    }
    if !early && !assessment.lines.is_empty() {
        sheet = sheet
            .part("In words", bullets(named(&sight, &assessment.verdict.sentences)))
            .part("What must be said with it", bullets(named(&sight, &assessment.verdict.caveats)));
    }
    let here = sight.at("impact");
    let table = table(&sight, &assessment);
    if !table.rows.is_empty() {
        sheet = sheet.part(
            "The figures",
            Html::join([
                Html::trusted(table.html()),
                Html::of(&govuk::extra::Downloads::new(
                    "this table",
                    [
                        ("CSV", format!("{here}.csv")),
                        ("Excel", format!("{here}.xlsx")),
                        ("JSON", format!("{here}.json")),
                    ],
                )),
            ]),
        );
    }
    if let Some(story) = crate::stories::of(&app.db, sight.agreement.id).await?
        && access::decide(&visitor, Action::Read, &story.resource(&sight.agreement)).allowed
    {
        let words = format!("Case study ({})", story.state().words().to_lowercase());
        sheet = sheet.part("", super::parts::link(&sight.at("story"), &words));
    }
    if !sight.bodies().have_results() {
        let criteria = bullets(terms.terms().success.iter().cloned());
        sheet = sheet.part("How both said they would know that it worked", criteria);
    }
    sheet = sheet.part("Beyond the figures", beyond(&app, &sight, terms.terms()).await?);
    sheet = sheet.part(
        "",
        Html::trusted(
            "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/how-we-work-it-out\">How we \
             work it out</a></p>",
        ),
    );
    frame
        .page("What became of it")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

/// The verdict in one sentence with a tag, or why there is none yet.
fn headline(assessment: &Assessment, early: bool) -> Html {
    if assessment.lines.is_empty() {
        return Html::default();
    }
    if early {
        let year = assessment.outturn_from.map_or_else(String::new, |year| format!(" of {year}"));
        return Html::join([
            Html::trusted(format!(
                "<p class=\"govuk-body\">{}</p>",
                Html::of(&Tag::coloured(TagColour::Grey, "Too early to judge")).as_str()
            )),
            Html::of(&InsetText::new(format!(
                "Too early to judge. The results{year} have not been published for these schools yet. \
                 Where both schools stood is written down below and does not change."
            ))),
        ]);
    }
    let verdict = &assessment.verdict;
    let (colour, words) = match verdict.kind {
        Kind::DoubleLift => (TagColour::Green, "Double lift"),
        Kind::SupportedLift => (TagColour::Teal, "Lift for the supported school"),
        Kind::SupporterLift => (TagColour::Teal, "Lift for the supporting school"),
        Kind::LiftWithCost => (TagColour::Orange, "Lift with a cost"),
        Kind::NoClearLift => (TagColour::Blue, "No clear lift"),
        Kind::Insufficient => (TagColour::Grey, "Not enough information"),
    };
    let strength = verdict.strength.map_or_else(Html::default, |strength| {
        Html::of(&Tag::coloured(TagColour::Purple, format!("Evidence: {}", strength.in_words())))
    });
    let broken = if assessment.intact() {
        Html::default()
    } else {
        paragraphs("A frozen baseline no longer matches its fingerprint. Do not rely on this page.")
    };
    Html::join([
        Html::trusted(format!(
            "<p class=\"govuk-body\">{} {}</p><p class=\"govuk-body-l\">{}</p>",
            Html::of(&Tag::coloured(colour, words)).as_str(),
            strength.as_str(),
            text(&verdict.headline).as_str()
        )),
        Html::of(&InsetText::new(
            "This is association, not proof: other things changed at the same time.",
        )),
        broken,
    ])
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// Puts the schools' names where the engine says "the supported school".
fn named(sight: &Sight, sentences: &[String]) -> Vec<String> {
    let (supported, supporting) = (sight.school(Side::Supported), sight.school(Side::Supporting));
    sentences
        .iter()
        .map(|sentence| {
            sentence
                .replace("The supported school", &supported)
                .replace("the supported school", &supported)
                .replace("The supporting school", &supporting)
                .replace("the supporting school", &supporting)
        })
        .collect()
}

fn shown(unit: Unit, measure: &Measure) -> String {
    match (measure.number(), measure.missing()) {
        (Some(value), _) => number(unit, value),
        (None, Some(why)) => why.in_words().to_owned(),
        (None, None) => "No figure".to_owned(),
    }
}

fn number(unit: Unit, value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    match unit {
        Unit::PercentOfPupils | Unit::PercentOther => format!("{sign}{:.1}%", value.abs()),
        other => format!("{sign}{:.*}", other.decimals(), value.abs()),
    }
}

fn size(measure: &Measure) -> String {
    measure.n().map_or_else(String::new, |n| format!(" ({n:.0} pupils)"))
}

fn years(years: &[AcademicYear]) -> String {
    if years.is_empty() {
        return "not published yet".to_owned();
    }
    years.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn card(line: &Line) -> Html {
    let unit: Unit = line.frozen.indicator.unit.into();
    let base = line.frozen.base.measure();
    let mut list = SummaryList::new();
    if let Some((year, measure)) = line.frozen.at_start() {
        list = list.row(
            "When support began",
            format!("{} in {year}{}", shown(unit, &measure), size(&measure)),
        );
    }
    list = list
        .row(
            "Base",
            format!("{} in {}{}", shown(unit, &base), years(&line.frozen.base_years), size(&base)),
        )
        .row(
            "Since",
            if line.years.is_empty() {
                "Not published yet".to_owned()
            } else {
                format!(
                    "{} in {}{}",
                    shown(unit, &line.outturn),
                    years(&line.years),
                    size(&line.outturn)
                )
            },
        );
    if let Some((before, after)) = line.middle {
        list = list.row(
            "The middle of its family",
            format!("{} before, {} since", number(unit, before), number(unit, after)),
        );
    }
    list = match &line.net {
        Ok(net) => {
            let better = if net.net >= 0.0 { "better" } else { "worse" };
            let mut list = list.row(
                "Against similar schools",
                format!(
                    "{} {better}; smallest change worth having: {}",
                    capital(&unit.amount(net.net)),
                    unit.amount(line.frozen.worth_having)
                ),
            );
            if let Some(placebo) = &net.no_support {
                let moved = |change: f64| {
                    let way = if change >= 0.0 { "up" } else { "down" };
                    format!("{way} {}", unit.amount(change))
                };
                list = list.row(
                    "Expected without support",
                    format!("{}, from {} schools", moved(placebo.expected), placebo.schools),
                );
            }
            list
        }
        Err(why) => list.row("Against similar schools", format!("Nothing can be said: {why}")),
    };
    if let Some(source) = &line.source {
        list = list.row("Source", source.as_str());
    }
    list = list.row(
        "Fingerprint of the baseline",
        Html::trusted(format!(
            "<code class=\"as-hash\">{}</code>{}",
            short(&line.hash),
            if line.intact { ", unchanged since the first day" } else { ", CHANGED" }
        )),
    );
    let title = capital(&line.frozen.indicator.name);
    let panel = workings(line, &title);
    Html::join([Html::of(&list.in_card(title)), panel])
}

/// What went into a side's change, and by which methods.
fn workings(line: &Line, title: &str) -> Html {
    let unit: Unit = line.frozen.indicator.unit.into();
    let base = line.frozen.base.measure();
    let mut workings = Workings::of(title)
        .input("Base", format!("{} in {}", shown(unit, &base), years(&line.frozen.base_years)))
        .input("Since", format!("{} in {}", shown(unit, &line.outturn), years(&line.years)));
    if let Some((before, after)) = line.middle {
        let medians = format!("{} before, {} since", number(unit, before), number(unit, after));
        workings = workings.input("Medians compared with", medians);
    }
    if let Ok(net) = &line.net {
        workings = workings
            .input("Compared with", format!("{} {}", net.schools, net.comparator.in_words()))
            .input("The school’s own change", signed(unit, net.own.difference))
            .input("Change of those medians", signed(unit, net.compared))
            .input("Net change (positive is better)", signed(unit, net.net));
    }
    let used = [methods::NET_CHANGE, methods::FAMILY, methods::VARIATION];
    used.into_iter().fold(workings, Workings::method).panel()
}

fn signed(unit: Unit, change: f64) -> String {
    let sign = if change < 0.0 { "" } else { "+" };
    format!("{sign}{}", number(unit, change).replace('%', " points"))
}

/// Slopes for the indicators that both schools share.
fn slopes(sight: &Sight, assessment: &Assessment) -> Html {
    let mut drawings = Vec::new();
    for line in assessment.of(Side::Supported) {
        let Some(other) = assessment
            .of(Side::Supporting)
            .find(|other| other.frozen.indicator.code == line.frozen.indicator.code)
        else {
            continue;
        };
        if line.years.is_empty() || other.years.is_empty() {
            continue;
        }
        let indicator = &line.frozen.indicator;
        let unit: Unit = indicator.unit.into();
        let slope = Slope {
            frame: ChartFrame::new(
                &format!("slope-{}", indicator.code),
                &format!("{}: both schools and their families", capital(&indicator.name)),
            ),
            unit: match unit {
                Unit::PercentOfPupils | Unit::PercentOther => charts::Unit::percent(),
                other => charts::Unit::plain(u8::try_from(other.decimals()).unwrap_or(1)),
            },
            periods: ["Before".to_owned(), "Since".to_owned()],
            sides: [side(sight, line, "Supported"), side(sight, other, "Supporting")],
        };
        let drawing = slope.draw();
        drawings.push(Html::trusted(format!(
            "<figure class=\"as-chart\">{}<figcaption class=\"govuk-body-s\">{}</figcaption></figure>",
            drawing.svg,
            text(&drawing.description).as_str()
        )));
    }
    Html::join(drawings)
}

fn side(sight: &Sight, line: &Line, part: &str) -> SlopeSide {
    let family = |value: Option<f64>| value.and_then(finite);
    SlopeSide {
        school: sight.school(line.frozen.side),
        part: part.to_owned(),
        readings: [mark(&line.frozen.base.measure()), mark(&line.outturn)],
        family: [family(line.middle.map(|m| m.0)), family(line.middle.map(|m| m.1))],
    }
}

fn finite(value: f64) -> Option<Finite> {
    Finite::new(value).ok()
}

fn mark(measure: &Measure) -> Mark {
    let interval = variation::interval(measure)
        .and_then(|interval| Some((finite(interval.low)?, finite(interval.high)?)));
    match measure.number().and_then(finite) {
        Some(value) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number of pupils"
            )]
            let n = measure.n().map(|n| n.round() as u32);
            Mark::Value { value, interval, n }
        }
        None => {
            Mark::Missing(measure.missing().map_or("No figure", |why| why.in_words()).to_owned())
        }
    }
}

fn table(sight: &Sight, assessment: &Assessment) -> Table {
    let cell = |measure: &Measure| match (measure.number(), measure.missing()) {
        (Some(value), _) => Cell::Number(value, 1),
        (None, Some(why)) => Cell::Missing(why.in_words().to_owned()),
        (None, None) => Cell::Missing("No figure".to_owned()),
    };
    let middle = |value: Option<f64>| {
        value.map_or_else(
            || Cell::Missing("Fewer than eight schools".to_owned()),
            |value| Cell::Number(value, 1),
        )
    };
    let rows = assessment
        .lines
        .iter()
        .map(|line| {
            vec![
                Cell::text(sight.school(line.frozen.side)),
                Cell::text(capital(&line.frozen.indicator.name)),
                cell(&line.frozen.base.measure()),
                cell(&line.outturn),
                middle(line.middle.map(|m| m.0)),
                middle(line.middle.map(|m| m.1)),
                match &line.net {
                    Ok(net) => Cell::Number(net.net, 1),
                    Err(why) => Cell::Missing(why.to_string()),
                },
            ]
        })
        .collect();
    let mut notes: Vec<String> = assessment.lines.iter().filter_map(|l| l.source.clone()).collect();
    notes.dedup();
    notes.push("Association, not proof. The family was fixed on the first day.".to_owned());
    Table {
        caption: "Base, outturn and family of both schools".to_owned(),
        columns: [
            "School",
            "Indicator",
            "Base",
            "Since",
            "Family, base",
            "Family, since",
            "Net change (positive is better)",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
        notes,
    }
}

/// Time, what people can do now, and whether it holds.
async fn beyond(app: &App, sight: &Sight, terms: &Terms) -> Result<Html, PageError> {
    let id = sight.agreement.id;
    let totals = time::totals(&app.db, id).await?;
    let gains = exits::gains_of(&app.db, id).await?;
    let checks = exits::checks_of(&app.db, id).await?;
    let mut list = SummaryList::new()
        .row(
            "Time",
            format!(
                "{} agreed, {} delivered, {} cancelled",
                days(terms.half_days()),
                days(totals.delivered),
                days(totals.cancelled)
            ),
        )
        .row(
            sight.say("What the supporting school wanted to learn"),
            paragraphs(terms.goal_in_words()),
        );
    let supporting = sight.school(Side::Supporting);
    list = match exits::taken_home(&app.db, id).await? {
        Some(taken) => list
            .row("What became of that", paragraphs(&taken.goal))
            .row(format!("What {supporting} took home"), paragraphs(super::taken::words(&taken))),
        None => list.row(
            format!("What {supporting} took home"),
            sight.say("Its head has not said so yet: this is asked before the support is complete"),
        ),
    };
    if gains.is_empty() {
        let nothing = sight.say("Nothing has been written down at either school");
        list = list.row("What people can do now", nothing);
    } else {
        list = list.row(
            "What people can do now",
            bullets(gains.iter().map(|gain| {
                format!("{}, {}: {}", gain.who, sight.school(gain.side()), gain.can_now)
            })),
        );
    }
    for check in checks.iter().filter(|check| check.held.is_some()) {
        let key = if check.terms == 1 { "After one term" } else { "After three terms" };
        list = list.row(key, check.held_in_words());
    }
    if let Some(on) = sight.agreement.ended_on() {
        list = list.row("Ended", date_in_words(on));
    }
    Ok(Html::of(&list))
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    format: Format,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let assessment = impact::verdict(&app.db, &sight.agreement).await?;
    table(&sight, &assessment).download(format, "impact")
}
