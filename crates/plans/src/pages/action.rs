//! One action: how it goes, what was said, and saying how it goes now.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::{date_in_words, in_words},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Html, SummaryList,
    extra::{Timeline, TimelineEvent},
};
use support::milestones::Rag;

use super::{
    MEANWHILE, Sent, Sight,
    parts::{Typed, action_tag, go, hidden, hint, paragraphs, problems, rag_tag},
    seen, sent, sight, sight_to_act,
};
use crate::{
    acts::action::{self, Said},
    machine::{ACTIONS, ActionAct, Standing, Work, transition},
    model::{Action, Objective},
    store::is_quiet,
    tend::RUNGS,
};

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, action)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let (objective, one) = sight.action(&action)?;
    page(&app, frame, &sight, objective, one, &FormData::default(), &Errors::default()).await
}

/// What the visitor may do to an action now.
fn acts(sight: &Sight, objective: &Objective, one: &Action) -> Vec<ActionAct> {
    if !sight.whole.plan.state().allows(Work::Report) {
        return Vec::new();
    }
    let standings = sight.standings(Some(objective), Some(one));
    ActionAct::ALL
        .iter()
        .copied()
        .filter(|&act| transition(ACTIONS, one.state(), act, &standings).is_ok())
        .collect()
}

async fn page(
    app: &App,
    frame: Frame,
    sight: &Sight,
    objective: &Objective,
    one: &Action,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let today = app.clock.today();
    let mut sheet = super::parts::Sheet::new(one.words.as_str());
    sheet.caption.clone_from(&objective.words().title);
    let mut tags = action_tag(one.state()).render();
    if one.is_late(today) {
        tags += " <strong class=\"govuk-tag govuk-tag--orange\">Overdue</strong>";
    }
    if is_quiet(&sight.whole, objective, one, today) {
        tags += " <strong class=\"govuk-tag govuk-tag--yellow\">Quiet</strong>";
    }
    if let Some(rag) = one.rag().filter(|_| one.state().is_open()) {
        tags += &format!(" {}", rag_tag(rag).render());
    }
    sheet.tag = Html::trusted(tags);
    let mut facts = SummaryList::new()
        .row("Who", one.owner_in_words())
        .row("From", date_in_words(one.start_on()))
        .row("By", date_in_words(one.due_on()));
    if !one.needs.is_empty() {
        facts = facts.row("What would help", one.needs.as_str());
    }
    if !one.rag_words.is_empty() && one.state().is_open() {
        facts = facts.row("How likely in time", one.rag_words.as_str());
    }
    if one.quick {
        facts = facts.row("Pace", "A quick win, checked within six weeks");
    }
    let standings = sight.standings(Some(objective), Some(one));
    let may_suggest =
        standings.contains(&Standing::Supporter) && sight.whole.plan.state().allows(Work::Suggest);
    let writes = sight.writes(objective) && sight.whole.plan.state().allows(Work::Edit);
    let change = match (one.state().is_open(), writes, may_suggest) {
        (true, true, _) => {
            go(&sight.at(&format!("actions/{}/edit", one.id)), "Change this action", true)
        }
        (true, false, true) => {
            go(&sight.at(&format!("actions/{}/edit", one.id)), "Suggest a change", true)
        }
        _ => Html::default(),
    };
    sheet.lede = Html::join([problems(errors), Html::of(&facts)]);
    let notes: Vec<TimelineEvent> = action::notes(&app.db, one.id)
        .await?
        .into_iter()
        .map(|note| {
            let mut body = vec![paragraphs(&note.words)];
            if !note.needs.is_empty() {
                body.push(paragraphs(&format!("What would help: {}", note.needs)));
            }
            if let (Some(before), Some(after)) = (&note.due_before, &note.due_after) {
                let day = |text: &str| text.parse().map_or_else(|_| text.to_owned(), date_in_words);
                body.push(hint(&format!("Moved from {} to {}", day(before), day(after))));
            }
            let title = note.act.parse::<ActionAct>().map_or("Changed", past);
            TimelineEvent::new(title, in_words(note.at.0), note.at.0.to_string())
                .by(note.author_name.as_str())
                .content(Html::join(body))
        })
        .collect();
    let said = match notes.is_empty() {
        true => hint("Nothing was said yet."),
        false => Html::of(&Timeline::new(notes)),
    };
    let sheet = sheet
        .part("How does it go?", say_form(sight, objective, one, form, errors))
        .part("", change)
        .part("Quiet: who was asked", steps(sight, one))
        .part("What was said", said);
    let mut built = sight
        .page(frame, &one.words, sight.visible_of(objective))
        .crumb(&objective.words().title, sight.at(&format!("objectives/{}", objective.id)));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

const fn past(act: ActionAct) -> &'static str {
    match act {
        ActionAct::Start => "Begun",
        ActionAct::Report => "How it goes",
        ActionAct::Block => "Stuck",
        ActionAct::Resume => "Goes on",
        ActionAct::Finish => "Done",
        ActionAct::Check => "Confirmed",
        ActionAct::Undo => "Not done after all",
        ActionAct::Drop => "Dropped",
    }
}

/// The steps of the ladder, open to everybody who sees the action: nothing happens behind a back.
fn steps(sight: &Sight, one: &Action) -> Html {
    let events: Vec<TimelineEvent> = sight
        .whole
        .steps
        .iter()
        .rev()
        .filter(|step| step.action == one.id)
        .map(|step| {
            let rung = usize::try_from(step.rung).ok().and_then(|rung| RUNGS.get(rung));
            let more = match step.is_open() {
                true => format!("Told: {}.", step.told.0.join(", ")),
                false => format!("Told: {}. Answered since.", step.told.0.join(", ")),
            };
            TimelineEvent::new(
                rung.copied().unwrap_or("A step"),
                in_words(step.taken_at.0),
                step.taken_at.0.to_string(),
            )
            .by("Alongside")
            .content(paragraphs(&more))
        })
        .collect();
    match events.is_empty() {
        true => Html::default(),
        false => Html::of(&Timeline::new(events)),
    }
}

fn say_form(
    sight: &Sight,
    objective: &Objective,
    one: &Action,
    form: &FormData,
    errors: &Errors,
) -> Html {
    let acts = acts(sight, objective, one);
    if acts.is_empty() {
        return Html::default();
    }
    let typed = Typed { form, errors };
    let items: Vec<(&str, &str, &str)> = acts
        .iter()
        .map(|act| match act {
            ActionAct::Report => (act.key(), "Not yet: this is how it goes", ""),
            act => (act.key(), act.words(), ""),
        })
        .collect();
    let open = one.state().is_open();
    let mut fields = vec![
        hidden("seen", one.version),
        typed.choice("act", "How does it stand?", "", &items),
        typed.lines("words", "In a sentence", "", 2),
    ];
    if open {
        let colours: Vec<(String, String)> = [(String::new(), "Leave it open".to_owned())]
            .into_iter()
            .chain(
                [Rag::Green, Rag::Amber, Rag::Red, Rag::TooEarly]
                    .map(|rag| (rag.key().to_owned(), rag.in_words().to_owned())),
            )
            .collect();
        fields.extend([
            typed.line("needs", "What would help?", "Needed when it is stuck"),
            typed.day("due", "A later day, if it moves", "Leave empty if the day stays"),
            typed.select(
                "rag",
                "Will it be done in time?",
                "A colour always needs a sentence",
                &colours,
            ),
        ]);
    }
    let fields: String = fields.iter().map(Html::as_str).collect();
    Html::trusted(format!(
        "<form method=\"post\" action=\"{}\" novalidate class=\"as-noprint\">{fields}\
         <button type=\"submit\" class=\"govuk-button\" data-module=\"govuk-button\" \
         data-prevent-double-click=\"true\">Save</button></form>",
        sight.at(&format!("actions/{}", one.id))
    ))
}

/// Reads what was said; a day is optional.
pub(super) fn said_of(form: &FormData, errors: &mut Errors) -> Said {
    let typed =
        ["due", "due-day", "due-month", "due-year"].iter().any(|n| !form.text(n).is_empty());
    let due = match typed {
        true => form.date("due", errors, "Enter the day as day, month and year"),
        false => None,
    };
    Said {
        words: form.text("words").to_owned(),
        needs: form.text("needs").to_owned(),
        due,
        rag: form.text("rag").parse().ok(),
    }
}

pub(super) async fn say(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, action_id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let (objective, one) = sight.action(&action_id)?;
    let version = seen(&form);
    let Form(form) = form;
    let mut errors = form.errors();
    let act: Option<ActionAct> = form.parsed("act", &mut errors, "Choose how it stands");
    let said = said_of(&form, &mut errors);
    if let (Some(act), true) = (act, errors.is_empty()) {
        match sent(action::take(&app, &permit, one.id, version, act, &said).await, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(&format!("actions/{}", one.id)))),
            Sent::Conflict => errors.add("words", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    page(&app, frame, &sight, objective, one, &form, &errors).await
}
