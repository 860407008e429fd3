//! Milestones of an agreement.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Select, SummaryList};
use jiff::civil::Date;

use super::{
    Sight,
    parts::{
        Sheet, begun, choice, day, framed, go, hidden, kept, line, link, number, paragraphs,
        rag_tag,
    },
    show::nav,
    sight, sight_of_form, sight_to_send,
};
use crate::{
    agreements::{
        Side,
        machine::{Work, allows},
    },
    baselines::{DirectionWord, UnitWord},
    course,
    milestones::{
        self, Gauge, Milestone, MilestoneId, NewMilestone, Seen,
        published::{self, Figure},
    },
};

pub(super) async fn milestones(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let today = app.clock.today();
    let all = milestones::of(&app.db, sight.agreement.id).await?;
    let works = allows(sight.agreement.state(), Work::Milestones) && sight.takes_part();
    let mut sheet = Sheet::new("Milestones");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "milestones");
    sheet.lede = paragraphs(
        "What should be seen by when. The colour is proposed by a rule and set in a review, always \
         with words.",
    );
    for side in Side::BOTH {
        let cards: Vec<Html> = all
            .iter()
            .filter(|milestone| milestone.side() == side)
            .map(|milestone| card(&sight, milestone, today, works))
            .collect();
        sheet = sheet.part(&sight.school(side), Html::join(cards));
    }
    if all.is_empty() {
        sheet = sheet.part("", paragraphs("There are no milestones yet."));
    }
    if works {
        sheet = sheet.part("", go(&sight.at("milestones/new"), "Add a milestone"));
    }
    frame
        .page("Milestones")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

fn card(sight: &Sight, milestone: &Milestone, today: Date, works: bool) -> Html {
    let proposed = milestone.proposed(today);
    let mut list = SummaryList::new()
        .row("What should be seen", milestone.gauge().in_words())
        .row("By", date_in_words(milestone.due_on()))
        .row("Seen", milestone.seen());
    if let (Some(forecast), gauge @ Gauge::Number { .. }) = (milestone.forecast, milestone.gauge())
    {
        list = list.row("Expected by then", gauge.number(forecast));
    }
    list = match milestone.rag() {
        Some(rag) => {
            list.row("Judged", Html::join([Html::of(&rag_tag(rag)), paragraphs(&milestone.words)]))
        }
        None => list.row(
            "The rule says",
            Html::join([Html::of(&rag_tag(proposed)), paragraphs("A review sets it, with words.")]),
        ),
    };
    let more = if works && milestone.stage() != milestones::Stage::Confirmed {
        link(
            &sight.at(&format!("milestones/{}", milestone.id)),
            &format!("Say what you see: {}", milestone.title),
        )
    } else {
        Html::default()
    };
    Html::join([Html::of(&list.in_card(milestone.title.as_str())), more])
}

pub(super) async fn ask_milestone(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, milestones::must_take_part).await?;
    sight.agreement.must_allow(Work::Milestones)?;
    let mut pairs = vec![("kind".to_owned(), "number".to_owned())];
    let frozen = course::frozen(&app.db, sight.agreement.id).await?;
    let first = frozen.iter().find(|(_, f)| f.side == Side::Supported);
    if let Some((_, frozen)) = first {
        pairs.push(("side".to_owned(), "supported".to_owned()));
        if let Some((_, measure)) = frozen.at_start()
            && let Some(value) = measure.number()
        {
            pairs.push(("title".to_owned(), frozen.indicator.name.clone()));
            pairs.push(("baseline".to_owned(), format!("{value:.1}")));
            pairs.push((
                "cohort".to_owned(),
                measure.n().map_or(String::new(), |n| format!("{n:.0}")),
            ));
        }
    }
    milestone_form(&app, frame, &sight, &FormData::from_pairs(pairs), &Errors::default()).await
}

async fn milestone_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "Add a milestone", "milestones/new", "milestones", errors);
    let (supported, supporting) = (sight.school(Side::Supported), sight.school(Side::Supporting));
    // What either school has a figure of; the act says so where the one that was chosen has none.
    let mut known = published::indicators(&app.db, sight.agreement.supported).await?;
    for one in published::indicators(&app.db, sight.agreement.supporting).await? {
        if !known.contains(&one) {
            known.push(one);
        }
    }
    let mut kinds = Vec::new();
    if !known.is_empty() {
        kinds.push(("indicator", "A published figure", "It begins with the newest one there is"));
    }
    kinds.extend([
        ("number", "A percentage of pupils", "It moves from a start to a target"),
        ("other", "Another number", ""),
        ("statement", "A statement that is true by then", ""),
    ]);
    let kpi = known.iter().fold(
        Select::new("kpi", "Which published figure?")
            .hint("Only for a published figure")
            .value(form.text("kpi"))
            .error_if(errors.get("kpi"))
            .item("", "Choose"),
        |select, (code, words)| select.item(code.as_str(), words.as_str()),
    );
    page.fields = vec![
        choice(
            form,
            errors,
            "side",
            &sight.say("For which school?"),
            "",
            &[("supported", &supported, ""), ("supporting", &supporting, "")],
        ),
        line(form, errors, "title", "What should be seen?", "For example: phonics check, Year 1"),
        choice(form, errors, "kind", "How will you know?", "", &kinds),
        if known.is_empty() { Html::default() } else { Html::of(&kpi) },
        number(
            form,
            errors,
            "baseline",
            "Where does it begin?",
            "For a number of your own only",
            "",
        ),
        number(form, errors, "target", "Where should it be?", "", ""),
        number(
            form,
            errors,
            "band",
            "How far below still counts as at risk?",
            "Leave empty for a third of the way; never less than one pupil",
            "",
        ),
        number(
            form,
            errors,
            "cohort",
            "How many pupils are in the group?",
            "Leave empty if it does not apply",
            "",
        ),
        day(form, errors, "due_on", "By when?", ""),
    ];
    framed(frame, sight, &page, errors)
}

pub(super) async fn add_milestone(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, milestones::must_take_part).await?;
    let mut errors = form.errors();
    let side = form.parsed::<Side>("side", &mut errors, "Choose the school");
    let title = form.required("title", &mut errors, "Say what should be seen").to_owned();
    let due = form.date("due_on", &mut errors, "Enter the day as day, month and year");
    let org = side.map(|side| match side {
        Side::Supported => sight.agreement.supported,
        Side::Supporting => sight.agreement.supporting,
    });
    let gauge = gauge_of(&app, org, &form, &mut errors).await?;
    if let (true, Some(side), Some(due_on), Some(gauge)) = (errors.is_empty(), side, due, gauge) {
        let new = NewMilestone { side, title, gauge, due_on };
        match milestones::add(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("milestones"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    milestone_form(&app, frame, &sight, &form, &errors).await
}

/// What a form says is looked at; `org` is the school it is for, where one was chosen.
async fn gauge_of(
    app: &App,
    org: Option<OrgRef>,
    form: &FormData,
    errors: &mut Errors,
) -> Result<Option<Gauge>, PageError> {
    let optional = |name: &str, errors: &mut Errors, message: &str| -> Option<f64> {
        if form.text(name).is_empty() { None } else { form.parsed(name, errors, message) }
    };
    let target = |errors: &mut Errors| -> Option<f64> {
        form.parsed("target", errors, "Enter where it should be as a number")
    };
    Ok(match form.text("kind") {
        "statement" => Some(Gauge::Statement),
        "indicator" => {
            let (Some(target), Some(org)) = (target(errors), org) else { return Ok(None) };
            match published::gauge(&app.db, org, form.text("kpi"), target).await {
                Ok(gauge) => Some(gauge),
                Err(refusal) => {
                    kept(errors, refusal)?;
                    None
                }
            }
        }
        kind @ ("number" | "other") => {
            let baseline: Option<f64> =
                form.parsed("baseline", errors, "Enter where it begins as a number");
            let target = target(errors);
            let band = optional("band", errors, "Enter the band as a number");
            let cohort = optional("cohort", errors, "Enter the number of pupils");
            let (Some(baseline), Some(target)) = (baseline, target) else { return Ok(None) };
            Some(Gauge::Number {
                code: None,
                unit: if kind == "number" { UnitWord::PercentOfPupils } else { UnitWord::Points },
                direction: if target < baseline {
                    DirectionWord::LowerIsBetter
                } else {
                    DirectionWord::HigherIsBetter
                },
                baseline,
                target,
                band,
                cohort,
            })
        }
        _ => {
            errors.add("kind", "Choose how you will know");
            None
        }
    })
}

async fn one(app: &App, sight: &Sight, id: &str) -> Result<Milestone, PageError> {
    let id: MilestoneId = id.parse().map_err(|_| PageError::NotFound)?;
    milestones::of(&app.db, sight.agreement.id)
        .await?
        .into_iter()
        .find(|milestone| milestone.id == id)
        .ok_or(PageError::NotFound)
}

pub(super) async fn ask_seen(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, milestone)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, milestones::must_take_part).await?;
    sight.agreement.must_allow(Work::Milestones)?;
    let milestone = one(&app, &sight, &milestone).await?;
    let typed = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value}"));
    let figure = since(&app, &sight, &milestone).await?;
    let form = FormData::from_pairs([
        ("seen", milestone.version.to_string()),
        ("actual", typed(milestone.actual.or_else(|| Some(figure.as_ref()?.value)))),
        ("forecast", typed(milestone.forecast)),
        ("done", milestone.done.map_or("", |done| if done { "yes" } else { "no" }).to_owned()),
    ]);
    seen_form(frame, &sight, (&milestone, figure), &form, &Errors::default())
}

/// What was published of a milestone's indicator since it began.
async fn since(
    app: &App,
    sight: &Sight,
    milestone: &Milestone,
) -> Result<Option<Figure>, PageError> {
    let org = match milestone.side() {
        Side::Supported => sight.agreement.supported,
        Side::Supporting => sight.agreement.supporting,
    };
    Ok(published::since(&app.db, org, milestone.gauge()).await?)
}

fn seen_form(
    frame: Frame,
    sight: &Sight,
    (milestone, figure): (&Milestone, Option<Figure>),
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = format!("milestones/{}", milestone.id);
    let mut page = begun(sight, "What do you see?", &here, "milestones", errors);
    page.lede = paragraphs(&format!(
        "{}: {} by {}.",
        milestone.title,
        milestone.gauge().in_words(),
        date_in_words(milestone.due_on())
    ));
    if let Some(figure) = figure {
        page.lede = Html::join([page.lede, paragraphs(&figure.sentence())]);
    }
    page.fields.push(hidden("seen", form.text("seen")));
    page.fields.extend(match milestone.gauge() {
        Gauge::Statement => vec![choice(
            form,
            errors,
            "done",
            "Is it true?",
            "",
            &[("yes", "Yes", ""), ("no", "Not yet", "")],
        )],
        Gauge::Number { .. } => vec![
            number(
                form,
                errors,
                "actual",
                "What do you see today?",
                "Leave empty if there is no figure yet",
                "",
            ),
            number(
                form,
                errors,
                "forecast",
                "What do you expect by then?",
                "Leave empty if you do not know",
                "",
            ),
        ],
    });
    framed(frame, sight, &page, errors)
}

pub(super) async fn record_seen(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, milestone)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, milestones::must_take_part).await?;
    let milestone = one(&app, &sight, &milestone).await?;
    let mut errors = form.errors();
    let optional = |name: &str, errors: &mut Errors| -> Option<f64> {
        if form.text(name).is_empty() {
            return None;
        }
        form.parsed::<f64>(name, errors, "Enter a number, for example 24.5")
            .filter(|value| value.is_finite())
    };
    let seen = Seen {
        actual: optional("actual", &mut errors),
        forecast: optional("forecast", &mut errors),
        done: match form.text("done") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    };
    if errors.is_empty() {
        let version = form.text("seen").parse().unwrap_or(0);
        match milestones::record_seen(&app, &permit, milestone.id, version, seen).await {
            Ok(_) => return Ok(redirect(&sight.at("milestones"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    let figure = since(&app, &sight, &milestone).await?;
    seen_form(frame, &sight, (&milestone, figure), &form, &errors)
}
