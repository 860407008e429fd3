//! Milestones, reviews and time while support is under way.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Format, Frame, Table, redirect},
};
use govuk::{Html, SummaryList};
use jiff::civil::Date;

use super::{
    Sight,
    build::optional_day,
    parts::{
        FormPage, Sheet, beside, choice, day, day_pairs, entry_tag, go, line, lines, link, number,
        paragraphs, problems, rag_tag, text,
    },
    show::nav,
    sight, sight_to_act,
};
use crate::{
    agreements::{
        Side,
        machine::{Work, allows},
        store,
        terms::days,
    },
    baselines::{DirectionWord, UnitWord},
    course,
    milestones::{self, Gauge, Milestone, MilestoneId, NewMilestone, Rag, Seen},
    pack::pack,
    reviews::{self, Decision, NewReview, Review},
    time::{self, EntryId, EntryState, NewEntry},
};

fn hidden(name: &str, value: impl std::fmt::Display) -> Html {
    Html::trusted(format!(
        "<input type=\"hidden\" name=\"{name}\" id=\"{name}\" value=\"{}\">",
        text(value.to_string()).as_str()
    ))
}

fn framed(
    frame: Frame,
    sight: &Sight,
    page: &FormPage,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut built = frame
        .page(page.title.clone())
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(page)
}

fn begun(sight: &Sight, title: &str, page: &str, back: &str, errors: &Errors) -> FormPage {
    let mut form = FormPage::new(title, sight.at(page), sight.at(back));
    form.caption = sight.title();
    form.problems = problems(errors);
    form
}

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
        Some(rag) => list.row(
            "Judged",
            Html::join([Html::of(&rag_tag(rag)), paragraphs(&milestone.words)]),
        ),
        None => list.row(
            "The rule says",
            Html::join([
                Html::of(&rag_tag(proposed)),
                paragraphs("A review sets it, with words."),
            ]),
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
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
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
            pairs.push(("cohort".to_owned(), measure.n().map_or(String::new(), |n| format!("{n:.0}"))));
        }
    }
    milestone_form(frame, &sight, &FormData::from_pairs(pairs), &Errors::default())
}

fn milestone_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "Add a milestone", "milestones/new", "milestones", errors);
    let (supported, supporting) = (sight.school(Side::Supported), sight.school(Side::Supporting));
    page.fields = vec![
        choice(
            form,
            errors,
            "side",
            "For which school?",
            "",
            &[("supported", &supported, ""), ("supporting", &supporting, "")],
        ),
        line(form, errors, "title", "What should be seen?", "For example: phonics check, Year 1"),
        choice(
            form,
            errors,
            "kind",
            "How will you know?",
            "",
            &[
                ("number", "A percentage of pupils", "It moves from a start to a target"),
                ("other", "Another number", ""),
                ("statement", "A statement that is true by then", ""),
            ],
        ),
        number(form, errors, "baseline", "Where does it begin?", "For a number only", ""),
        number(form, errors, "target", "Where should it be?", "", ""),
        number(
            form,
            errors,
            "band",
            "How far below still counts as at risk?",
            "Leave empty for a third of the way; never less than one pupil",
            "",
        ),
        number(form, errors, "cohort", "How many pupils are in the group?", "Leave empty if it does not apply", ""),
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
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let side = form.parsed::<Side>("side", &mut errors, "Choose the school");
    let title = form.required("title", &mut errors, "Say what should be seen").to_owned();
    let due = form.date("due_on", &mut errors, "Enter the day as day, month and year");
    let gauge = gauge_of(&form, &mut errors);
    if let (true, Some(side), Some(due_on), Some(gauge)) = (errors.is_empty(), side, due, gauge) {
        let new = NewMilestone { side, title, gauge, due_on };
        match milestones::add(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("milestones"))),
            Err(refusal) => beside(&mut errors, refusal)?,
        }
    }
    milestone_form(frame, &sight, &form, &errors)
}

fn gauge_of(form: &FormData, errors: &mut Errors) -> Option<Gauge> {
    let optional = |name: &str, errors: &mut Errors, message: &str| -> Option<f64> {
        if form.text(name).is_empty() { None } else { form.parsed(name, errors, message) }
    };
    match form.text("kind") {
        "statement" => Some(Gauge::Statement),
        kind @ ("number" | "other") => {
            let baseline: Option<f64> =
                form.parsed("baseline", errors, "Enter where it begins as a number");
            let target: Option<f64> =
                form.parsed("target", errors, "Enter where it should be as a number");
            let band = optional("band", errors, "Enter the band as a number");
            let cohort = optional("cohort", errors, "Enter the number of pupils");
            let (baseline, target) = (baseline?, target?);
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
    }
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
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    sight.agreement.must_allow(Work::Milestones)?;
    let milestone = one(&app, &sight, &milestone).await?;
    let typed = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value}"));
    let form = FormData::from_pairs([
        ("seen", milestone.version.to_string()),
        ("actual", typed(milestone.actual)),
        ("forecast", typed(milestone.forecast)),
        (
            "done",
            milestone.done.map_or("", |done| if done { "yes" } else { "no" }).to_owned(),
        ),
    ]);
    seen_form(frame, &sight, &milestone, &form, &Errors::default())
}

fn seen_form(
    frame: Frame,
    sight: &Sight,
    milestone: &Milestone,
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
            number(form, errors, "actual", "What do you see today?", "Leave empty if there is no figure yet", ""),
            number(form, errors, "forecast", "What do you expect by then?", "Leave empty if you do not know", ""),
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
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
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
            Err(refusal) => beside(&mut errors, refusal)?,
        }
    }
    seen_form(frame, &sight, &milestone, &form, &errors)
}

pub(super) async fn reviews(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let held = reviews::of(&app.db, sight.agreement.id).await?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut sheet = Sheet::new("Progress reviews");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "reviews");
    let planned: Vec<String> =
        terms.terms().reviews.iter().map(|on| date_in_words(*on)).collect();
    sheet.lede = paragraphs(&if planned.is_empty() {
        "No dates for reviews were agreed.".to_owned()
    } else {
        format!("You agreed to look at progress together on {}.", planned.join("; "))
    });
    for review in held.iter().rev() {
        let heading =
            format!("Review {}, {}", review.ordinal, date_in_words(review.held_on()));
        sheet = sheet.part(&heading, review_words(review));
    }
    if held.is_empty() {
        sheet = sheet.part("", paragraphs("No review has been held yet."));
    }
    if allows(sight.agreement.state(), Work::Review) && sight.takes_part() {
        sheet = sheet.part("", go(&sight.at("reviews/new"), "Hold a review"));
    }
    frame
        .page("Progress reviews")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

fn review_words(review: &Review) -> Html {
    let mut list = SummaryList::new();
    for line in review.lines() {
        list = list.row(
            line.title.as_str(),
            Html::join([
                Html::of(&rag_tag(line.rag)),
                paragraphs(&format!("Seen: {}", line.seen)),
                paragraphs(&line.words),
                if line.rag == line.proposed {
                    Html::default()
                } else {
                    paragraphs(&format!("The rule proposed: {}.", line.proposed.in_words()))
                },
            ]),
        );
    }
    list = list
        .row("Time used", format!("{} of {}", days(review.half_days_used), days(review.half_days_agreed)))
        .row("Decision", review.decision().in_words())
        .row("Next steps", paragraphs(&review.next_steps))
        .row("Held by", review.reviewer_name.as_str());
    if let Some(next) = review.next_on() {
        list = list.row("Next review", date_in_words(next));
    }
    Html::of(&list)
}

pub(super) async fn ask_review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    sight.agreement.must_allow(Work::Review)?;
    let today = app.clock.today();
    let there = milestones::of(&app.db, sight.agreement.id).await?;
    let held = reviews::of(&app.db, sight.agreement.id).await?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut pairs = vec![("after".to_owned(), held.len().to_string())];
    for milestone in &there {
        pairs.push((format!("rag-{}", milestone.id), milestone.proposed(today).key().to_owned()));
    }
    let mut points = terms.terms().reviews.clone();
    points.sort();
    pairs.extend(day_pairs("next_on", points.get(held.len() + 1).copied()));
    review_form(&app, frame, &sight, &FormData::from_pairs(pairs), &Errors::default()).await
}

async fn review_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let today = app.clock.today();
    let there = milestones::of(&app.db, sight.agreement.id).await?;
    let mut page = begun(sight, "Hold a review", "reviews/new", "reviews", errors);
    page.lede = paragraphs(
        "For each milestone, how likely is the change you agreed on? The rule has made a proposal; \
         you decide, and say why in a sentence both schools can read.",
    );
    page.fields.push(hidden("after", form.text("after")));
    let colours: Vec<(&str, &str, &str)> =
        Rag::ALL.iter().map(|rag| (rag.key(), rag.in_words(), "")).collect();
    for milestone in &there {
        let head = format!(
            "<h2 class=\"govuk-heading-m\">{}</h2><p class=\"govuk-body\">{}, by {}. Seen: {}. The \
             rule proposes: {}.</p>",
            text(&milestone.title).as_str(),
            text(milestone.gauge().in_words()).as_str(),
            date_in_words(milestone.due_on()),
            text(milestone.seen()).as_str(),
            milestone.proposed(today).in_words()
        );
        page.fields.push(Html::join([
            Html::trusted("<div class=\"as-card\">"),
            Html::trusted(head),
            choice(form, errors, &format!("rag-{}", milestone.id), "How likely is it?", "", &colours),
            lines(form, errors, &format!("words-{}", milestone.id), "Why?", "", 2),
            Html::trusted("</div>"),
        ]));
    }
    let decisions: Vec<(&str, &str, &str)> =
        Decision::ALL.iter().map(|decision| (decision.key(), decision.in_words(), "")).collect();
    page.fields.extend([
        lines(form, errors, "next_steps", "What happens next?", "One line for each step", 4),
        choice(form, errors, "decision", "What do you decide together?", "", &decisions),
        day(form, errors, "next_on", "Next review", "Leave empty if there is none"),
    ]);
    page.button = "Write the review down".to_owned();
    framed(frame, sight, &page, errors)
}

pub(super) async fn hold_review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let mut lines = Vec::new();
    for milestone in milestones::of(&app.db, sight.agreement.id).await? {
        let rag =
            form.parsed::<Rag>(&format!("rag-{}", milestone.id), &mut errors, "Choose how likely it is");
        let field = format!("words-{}", milestone.id);
        let words = form
            .required(&field, &mut errors, &format!("Say why: {}", milestone.title))
            .to_owned();
        if let Some(rag) = rag {
            lines.push((milestone.id, rag, words));
        }
    }
    let next_steps = form.required("next_steps", &mut errors, "Say what happens next").to_owned();
    let decision = form.parsed::<Decision>("decision", &mut errors, "Choose what you decide");
    let next_on = optional_day(&form, "next_on", &mut errors, "Enter a whole date");
    if let (true, Some(decision)) = (errors.is_empty(), decision) {
        let after = form.text("after").parse().unwrap_or(-1);
        let new = NewReview { after, lines, next_steps, next_on, decision };
        match reviews::hold(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("reviews"))),
            Err(refusal) => beside(&mut errors, refusal)?,
        }
    }
    review_form(&app, frame, &sight, &form, &errors).await
}

async fn time_table(app: &App, sight: &Sight, links: bool) -> Result<Table, PageError> {
    let entries = time::of(&app.db, sight.agreement.id).await?;
    let rows = entries
        .iter()
        .map(|entry| {
            let open = links
                && entry.state() == EntryState::Planned
                && allows(sight.agreement.state(), Work::Time)
                && sight.takes_part();
            let state = if entry.state() == EntryState::Cancelled {
                format!("Cancelled: {}", entry.reason_in_words().to_lowercase())
            } else {
                entry.state().in_words().to_owned()
            };
            vec![
                Cell::text(date_in_words(entry.on())),
                Cell::text(entry.person.clone()),
                Cell::text(sight.name(entry.giver)),
                Cell::text(sight.name(entry.receiver)),
                Cell::Number(entry.half_days as f64 / 2.0, 1),
                Cell::text(entry.what.clone()),
                if open {
                    Cell::Link(
                        "Planned: did it take place?".to_owned(),
                        sight.at(&format!("time/{}", entry.id)),
                    )
                } else {
                    Cell::text(state)
                },
            ]
        })
        .collect();
    Ok(Table {
        caption: "Time given and received".to_owned(),
        columns: ["Day", "Who", "From", "To", "Days", "What for", "Status"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        notes: vec!["Time is kept in half-days. What one school gives the other receives.".to_owned()],
    })
}

pub(super) async fn time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let totals = time::totals(&app.db, sight.agreement.id).await?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let table = time_table(&app, &sight, true).await?;
    let agreed = terms.terms().half_days();
    let money = terms.terms().money.cost(totals.delivered);
    let mut list = SummaryList::new()
        .row("Agreed", days(agreed))
        .row("Delivered", days(totals.delivered))
        .row("Planned", days(totals.planned))
        .row("Cancelled", days(totals.cancelled));
    if terms.terms().money.day_rate > 0 {
        let pounds = crate::agreements::terms::pounds;
        list = list.row(
            "Cost of what was delivered",
            format!(
                "{}: {} to the supporting school, {} to the broker",
                pounds(money.total),
                pounds(money.home),
                pounds(money.broker)
            ),
        );
    }
    let mut sheet = Sheet::new("Time");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "time");
    let works = allows(sight.agreement.state(), Work::Time) && sight.takes_part();
    let here = sight.at("time");
    let sheet = sheet
        .part("", Html::of(&list))
        .part(
            "",
            if table.rows.is_empty() {
                paragraphs("No days have been planned yet.")
            } else {
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
                ])
            },
        )
        .part("", if works { go(&sight.at("time/new"), "Plan a day") } else { Html::default() });
    let _ = entry_tag;
    frame
        .page("Time")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .wide()
        .show(&sheet)
}

pub(super) async fn time_download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let format = Format::from_ending(&file).ok_or(PageError::NotFound)?;
    time_table(&app, &sight, false).await?.download(format, "time")
}

pub(super) async fn ask_time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    sight.agreement.must_allow(Work::Time)?;
    let form = FormData::from_pairs([("from", "supporting"), ("days", "0.5")]);
    time_form(&app, frame, &sight, &form, &Errors::default()).await
}

async fn time_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut page = begun(sight, "Plan a day", "time/new", "time", errors);
    let (supported, supporting) = (sight.school(Side::Supported), sight.school(Side::Supporting));
    let names: Vec<&str> =
        terms.terms().team.iter().map(|member| member.name.as_str()).collect();
    page.fields = vec![
        choice(
            form,
            errors,
            "from",
            "Who gives the time?",
            "",
            &[("supporting", &supporting, ""), ("supported", &supported, "In return")],
        ),
        line(form, errors, "person", "Who comes?", &format!("The team: {}", names.join(", "))),
        day(form, errors, "on", "Which day?", ""),
        number(form, errors, "days", "How long?", "Half a day is 0.5", "days"),
        line(form, errors, "what", "What for?", ""),
    ];
    framed(frame, sight, &page, errors)
}

pub(super) async fn plan_time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let from = form.parsed::<Side>("from", &mut errors, "Choose who gives the time");
    let person = form.required("person", &mut errors, "Say who comes").to_owned();
    let on = form.date("on", &mut errors, "Enter the day as day, month and year");
    let half_days = form.half_days("days", &mut errors, "Enter days in halves, for example 0.5");
    if let (true, Some(from), Some(on), Some(half_days)) = (errors.is_empty(), from, on, half_days) {
        let terms = store::current(&app.db, &sight.agreement).await?;
        let account = terms
            .terms()
            .team
            .iter()
            .find(|member| member.name == person)
            .and_then(|member| member.account);
        let what = form.text("what").to_owned();
        let new = NewEntry { account, person, from, on, half_days, what };
        match time::plan(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("time"))),
            Err(crate::Refusal::Field { field: "half_days", message }) => errors.add("days", message),
            Err(refusal) => beside(&mut errors, refusal)?,
        }
    }
    time_form(&app, frame, &sight, &form, &errors).await
}

pub(super) async fn ask_settle(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    sight.agreement.must_allow(Work::Time)?;
    settle_form(&app, frame, &sight, &entry, &FormData::default(), &Errors::default()).await
}

async fn settle_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    entry: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let id: EntryId = entry.parse().map_err(|_| PageError::NotFound)?;
    let entry = time::of(&app.db, sight.agreement.id)
        .await?
        .into_iter()
        .find(|entry| entry.id == id)
        .ok_or(PageError::NotFound)?;
    let here = format!("time/{id}");
    let mut page = begun(sight, "Did it take place?", &here, "time", errors);
    page.lede = paragraphs(&format!(
        "{}, {}, {}. {}",
        entry.person,
        date_in_words(entry.on()),
        days(entry.half_days),
        entry.what
    ));
    let reasons: Vec<(&str, &str, &str)> =
        pack().cancellations.iter().map(|p| (p.code.as_str(), p.words.as_str(), "")).collect();
    page.fields = vec![
        choice(
            form,
            errors,
            "took",
            "Did it take place?",
            "",
            &[("yes", "Yes", ""), ("no", "No, it was cancelled", "")],
        ),
        choice(form, errors, "reason", "If it was cancelled, why?", "", &reasons),
    ];
    framed(frame, sight, &page, errors)
}

pub(super) async fn settle_time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, entry)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let key: EntryId = entry.parse().map_err(|_| PageError::NotFound)?;
    let ours = time::of(&app.db, sight.agreement.id).await?.iter().any(|entry| entry.id == key);
    if !ours {
        return Err(PageError::NotFound);
    }
    let mut errors = form.errors();
    let done = match form.text("took") {
        "yes" => time::deliver(&app, &permit, key).await,
        "no" => time::cancel(&app, &permit, key, form.text("reason")).await,
        _ => Err(crate::Refusal::field("took", "Choose whether it took place")),
    };
    match done {
        Ok(()) => Ok(redirect(&sight.at("time"))),
        Err(refusal) => {
            beside(&mut errors, refusal)?;
            settle_form(&app, frame, &sight, &entry, &form, &errors).await
        }
    }
}
