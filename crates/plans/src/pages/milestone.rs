//! Milestones of an objective.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, SummaryList};
use jiff::civil::Date;
use support::{
    AgreementId,
    baselines::{DirectionWord, UnitWord},
    milestones::{
        Gauge, Rag, Seen, Stage,
        published::{self, Figure},
    },
};

use super::{
    MEANWHILE, Sent, Sight,
    parts::{FormPage, Typed, hidden, link, paragraphs, rag_tag, text},
    seen, sent, sight, sight_to_act,
};
use crate::{
    acts::milestone,
    machine::Work,
    model::{Milestone, Objective},
};

/// A milestone as a line of a list.
pub(super) fn line(one: &Milestone, today: Date) -> String {
    let rag = one.rag().unwrap_or_else(|| one.proposed(today));
    format!(
        "{}: {}, by {}. {} {}",
        text(&one.title).as_str(),
        text(one.gauge().in_words()).as_str(),
        date_in_words(one.due_on()),
        rag_tag(rag).render(),
        match one.stage() {
            Stage::Pending | Stage::Due => String::new(),
            _ => format!("<span class=\"as-source\">Seen: {}</span>", text(one.seen()).as_str()),
        }
    )
}

/// A milestone as a card.
pub(super) fn card(sight: &Sight, one: &Milestone, today: Date, writes: bool) -> Html {
    let mut facts = SummaryList::new()
        .row("What should be seen", one.gauge().in_words())
        .row("By", date_in_words(one.due_on()))
        .row("Seen", one.seen());
    facts = match one.rag() {
        Some(rag) => {
            facts.row("Judged", Html::join([Html::of(&rag_tag(rag)), paragraphs(&one.words)]))
        }
        None => facts.row("The rule says", Html::of(&rag_tag(one.proposed(today)))),
    };
    let more = match (&one.agreement, writes) {
        (Some(agreement), _) => link(
            &format!("/agreements/{agreement}/milestones"),
            "Shared with an agreement: both sides look at it there",
        ),
        (None, true) if sight.whole.plan.state().allows(Work::Report) => link(
            &sight.at(&format!("milestones/{}", one.id)),
            &format!("Say what you see: {}", one.title),
        ),
        (None, _) => Html::default(),
    };
    Html::join([Html::of(&facts.in_card(one.title.as_str())), more])
}

pub(super) async fn ask_new(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    let form = FormData::from_pairs([("kind", "statement")]);
    new_form(&app, frame, &sight, one, &form, &Errors::default()).await
}

async fn new_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    one: &Objective,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let back = sight.at(&format!("objectives/{}", one.id));
    let mut page = FormPage::new("Add a milestone", format!("{back}/milestones/new"), back, errors);
    page.caption.clone_from(&one.words().title);
    page.lede = paragraphs(
        "Something that can be seen by a day: early signs first, results later. A colour is \
         proposed by a rule and judged by people, always with words.",
    );
    let offered: Vec<(String, String)> = [(String::new(), "A new one".to_owned())]
        .into_iter()
        .chain(milestone::offered(app, &sight.whole, one.id).await?.into_iter().map(|found| {
            let due = date_in_words(found.due_on());
            (found.id.to_string(), format!("{}, by {due}", found.title))
        }))
        .collect();
    if offered.len() > 1 {
        page.fields.push(typed.select(
            "take_up",
            "Take up a milestone of the agreement",
            "Or leave it at “A new one” and go on",
            &offered,
        ));
    }
    let known = published::indicators(&app.db, sight.whole.plan.org).await?;
    let mut kinds = vec![("statement", "A statement that is true by then", "")];
    if !known.is_empty() {
        kinds.push(("indicator", "A published figure", "It begins with the newest one there is"));
    }
    kinds.extend([
        ("number", "A percentage of pupils", "It moves from a start to a target"),
        ("other", "Another number", ""),
    ]);
    page.fields.extend([
        typed.line("title", "What should be seen?", "For example: phonics check, Year 1"),
        typed.choice("kind", "How will you know?", "", &kinds),
    ]);
    if !known.is_empty() {
        let choices: Vec<(String, String)> =
            [(String::new(), "Choose".to_owned())].into_iter().chain(known).collect();
        page.fields.push(typed.select(
            "kpi",
            "Which published figure?",
            "Only for a published figure",
            &choices,
        ));
    }
    page.fields.extend([
        typed.number("baseline", "Where does it begin?", "For a number of your own only"),
        typed.number("target", "Where should it be?", ""),
        typed.number(
            "cohort",
            "How many pupils are in the group?",
            "Leave empty if it does not apply. One pupil is then the smallest step that counts",
        ),
        typed.day("due_on", "By when?", ""),
    ]);
    let shares: Vec<(String, String)> = sight
        .whole
        .linked(one.id)
        .filter(|linked| linked.agreement.state().in_force())
        .map(|linked| (linked.agreement.id.to_string(), linked.agreement.title.clone()))
        .collect();
    page.fields.push(typed.ticks(
        "share",
        "Show it on the agreement too?",
        "Both sides then look at one and the same milestone",
        &shares,
    ));
    page.button = "Add the milestone".to_owned();
    let mut built = sight.page(frame, "Add a milestone", sight.visible_of(one));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// What a form says is looked at, for a school.
async fn gauge_of(
    app: &App,
    org: OrgRef,
    form: &FormData,
    errors: &mut Errors,
) -> Result<Option<Gauge>, PageError> {
    match form.text("kind") {
        "statement" => Ok(Some(Gauge::Statement)),
        "indicator" => {
            let target = form.parsed("target", errors, "Enter the target as a number");
            let Some(target) = target else { return Ok(None) };
            match published::gauge(&app.db, org, form.text("kpi"), target).await {
                Ok(gauge) => Ok(Some(gauge)),
                Err(refusal) => {
                    sent(Err::<(), _>(refusal.into()), errors)?;
                    Ok(None)
                }
            }
        }
        _ => Ok(own_number(form, errors)),
    }
}

/// A number of the school's own.
fn own_number(form: &FormData, errors: &mut Errors) -> Option<Gauge> {
    let kind = form.text("kind");
    let unit = match kind {
        "number" => UnitWord::PercentOfPupils,
        "other" => UnitWord::Score,
        _ => {
            errors.add("kind", "Choose how you will know");
            return None;
        }
    };
    let baseline: Option<f64> = form.parsed("baseline", errors, "Enter the start as a number");
    let target: Option<f64> = form.parsed("target", errors, "Enter the target as a number");
    let cohort = form.text("cohort").parse().ok();
    let (baseline, target) = (baseline?, target?);
    let direction = match target < baseline {
        true => DirectionWord::LowerIsBetter,
        false => DirectionWord::HigherIsBetter,
    };
    Some(Gauge::Number { code: None, unit, direction, baseline, target, band: None, cohort })
}

pub(super) async fn add(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    let mut errors = form.errors();
    let done = redirect(&sight.at(&format!("objectives/{}", one.id)));
    if let Ok(theirs) = form.text("take_up").parse() {
        let outcome = milestone::take_up(&app, &permit, one.id, theirs).await;
        if let Sent::Done = sent(outcome, &mut errors)? {
            return Ok(done);
        }
        return new_form(&app, frame, &sight, one, &form, &errors).await;
    }
    let title = form.required("title", &mut errors, "Say what should be seen").to_owned();
    let due = form.date("due_on", &mut errors, "Enter the day as day, month and year");
    let gauge = gauge_of(&app, sight.whole.plan.org, &form, &mut errors).await?;
    if let (true, Some(due_on), Some(gauge)) = (errors.is_empty(), due, gauge) {
        let new = milestone::New { title, gauge, due_on };
        let share: Option<AgreementId> = form.text("share").parse().ok();
        let outcome = match share {
            Some(share) => milestone::add_shared(&app, &permit, one.id, share, &new).await,
            None => milestone::add(&app, &permit, one.id, &new).await,
        };
        if let Sent::Done = sent(outcome, &mut errors)? {
            return Ok(done);
        }
    }
    new_form(&app, frame, &sight, one, &form, &errors).await
}

pub(super) async fn ask_seen(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, milestone)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let (objective, one) = sight.milestone(&milestone)?;
    sight.must_write(objective)?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let figure = published::since(&app.db, sight.whole.plan.org, one.gauge()).await?;
    let form = FormData::from_pairs([
        ("actual", number(one.actual.or_else(|| Some(figure.as_ref()?.value)))),
        ("forecast", number(one.forecast)),
        (
            "done",
            one.done.map_or_else(String::new, |done| if done { "yes" } else { "no" }.to_owned()),
        ),
        ("rag", String::new()),
    ]);
    seen_form(frame, &sight, objective, (one, figure), &form, &Errors::default())
}

fn seen_form(
    frame: Frame,
    sight: &Sight,
    objective: &Objective,
    (one, figure): (&Milestone, Option<Figure>),
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let back = sight.at(&format!("objectives/{}", objective.id));
    let action = sight.at(&format!("milestones/{}", one.id));
    let mut page = FormPage::new(&format!("What you see: {}", one.title), action, back, errors);
    page.caption.clone_from(&objective.words().title);
    page.lede =
        paragraphs(&format!("{}, by {}.", one.gauge().in_words(), date_in_words(one.due_on())));
    if let Some(figure) = figure {
        page.lede = Html::join([page.lede, paragraphs(&figure.sentence())]);
    }
    page.fields.push(hidden("seen", one.version));
    match one.gauge() {
        Gauge::Statement => page.fields.push(typed.choice(
            "done",
            "Is it true?",
            "",
            &[("yes", "Yes", ""), ("no", "Not yet", "")],
        )),
        Gauge::Number { .. } => page.fields.extend([
            typed.number("actual", "What was seen?", "Leave empty if there is no figure yet"),
            typed.number(
                "forecast",
                "What do you expect by then?",
                "An honest guess helps more than none",
            ),
        ]),
    }
    let all = [("".to_owned(), "Leave it to the rule for now".to_owned())]
        .into_iter()
        .chain(Rag::ALL.iter().map(|rag| (rag.key().to_owned(), rag.in_words().to_owned())))
        .collect::<Vec<_>>();
    page.fields.extend([
        typed.select("rag", "How do you judge it?", "A colour always needs words", &all),
        typed.lines("words", "Why?", "", 3),
    ]);
    let mut built = sight.page(frame, &one.title, sight.visible_of(objective));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn see(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, milestone_id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let (objective, one) = sight.milestone(&milestone_id)?;
    sight.must_write(objective)?;
    let version = seen(&form);
    let Form(form) = form;
    let mut errors = form.errors();
    let number = |name: &str, errors: &mut Errors| -> Option<f64> {
        match form.text(name) {
            "" => None,
            _ => form.parsed(name, errors, "Enter a number"),
        }
    };
    let what = Seen {
        actual: number("actual", &mut errors),
        forecast: number("forecast", &mut errors),
        done: match form.text("done") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    };
    let rag: Option<Rag> = form.text("rag").parse().ok();
    let something = what.actual.is_some() || what.forecast.is_some() || what.done.is_some();
    if rag.is_some() {
        form.required("words", &mut errors, "Say why, in words: a colour alone helps nobody");
    }
    if errors.is_empty() {
        let mut at = version;
        let mut outcome = Ok(());
        if something || rag.is_none() {
            outcome = milestone::see(&app, &permit, one.id, version, what).await.map(|_| ());
            at += 1;
        }
        if let (Ok(()), Some(rag)) = (&outcome, rag) {
            outcome = milestone::judge(&app, &permit, one.id, at, rag, form.text("words")).await;
        }
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(&format!("objectives/{}", objective.id)))),
            Sent::Conflict => errors.add("actual", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    let figure = published::since(&app.db, sight.whole.plan.org, one.gauge()).await?;
    seen_form(frame, &sight, objective, (one, figure), &form, &errors)
}
