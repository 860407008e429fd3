//! Writing an action, or suggesting one to the school.

use access::{SignedIn, accounts};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::Html;

use super::{
    MEANWHILE, Sent, Sight,
    objective_forms::people,
    parts::{FormPage, Typed, day_pairs, hidden, hint, marked, paragraphs},
    seen, sent, sight, sight_to_act,
};
use crate::{
    acts::{
        action::{self, NewAction},
        suggestion::{self, NewSuggestion},
    },
    calendar,
    machine::Work,
    model::{Action, Objective, SuggestionKind},
};

fn filled(one: &Action) -> FormData {
    let mut pairs = vec![
        ("words".to_owned(), one.words.clone()),
        ("owner".to_owned(), one.owner.map_or_else(String::new, |owner| owner.to_string())),
        (
            "owner_name".to_owned(),
            one.owner.map_or_else(|| one.owner_name.clone(), |_| String::new()),
        ),
        ("owner_email".to_owned(), one.owner_email.clone()),
        ("owner_role".to_owned(), one.owner_role.clone()),
    ];
    if one.quick {
        pairs.push(("quick".to_owned(), "yes".to_owned()));
    }
    pairs.extend(day_pairs("start_on", Some(one.start_on())));
    pairs.extend(day_pairs("due_on", Some(one.due_on())));
    FormData::from_pairs(pairs)
}

async fn read(
    app: &App,
    form: &FormData,
    errors: &mut Errors,
) -> Result<Option<NewAction>, PageError> {
    let day = "Enter the day as day, month and year";
    let words = form.required("words", errors, "Say what is done").to_owned();
    let start_on = form.date("start_on", errors, day);
    let due_on = form.date("due_on", errors, day);
    let owner = form.text("owner").parse().ok();
    let owner_name = match owner {
        Some(owner) => accounts::get(&app.db, owner).await?.ok_or(PageError::NotFound)?.name,
        None => form.text("owner_name").to_owned(),
    };
    Ok(match (start_on, due_on, errors.is_empty()) {
        (Some(start_on), Some(due_on), true) => Some(NewAction {
            words,
            owner,
            owner_name,
            owner_email: form.text("owner_email").to_owned(),
            owner_role: form.text("owner_role").to_owned(),
            start_on,
            due_on,
            quick: form.has("quick", "yes"),
        }),
        _ => None,
    })
}

async fn form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    objective: &Objective,
    one: Option<&Action>,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let writes = sight.writes(objective) && sight.whole.plan.state().allows(Work::Edit);
    let (action, back) = match one {
        Some(one) => {
            let at = sight.at(&format!("actions/{}", one.id));
            (format!("{at}/edit"), at)
        }
        None => {
            let at = sight.at(&format!("objectives/{}", objective.id));
            (format!("{at}/actions/new"), at)
        }
    };
    let title = match (one.is_some(), writes) {
        (true, true) => "Change an action",
        (true, false) => "Suggest a change",
        (false, true) => "Add an action",
        (false, false) => "Suggest an action",
    };
    let mut page = FormPage::new(title, action, back, errors);
    page.caption.clone_from(&objective.words().title);
    let what = typed.line("words", "What is done?", "Begin with a verb; small enough to finish");
    if writes {
        let team: Vec<_> = sight
            .whole
            .linked(objective.id)
            .flat_map(|linked| linked.team.iter().copied())
            .collect();
        let free = form
            .date("due_on", &mut Errors::default(), "")
            .filter(|due| !calendar::may_remind(*due));
        let note = match free {
            Some(due) => {
                let before = calendar::school_day_before(due);
                hint(&format!(
                    "That day is not a school day. The owner is reminded before {}.",
                    foundation::clock::date_in_words(before)
                ))
            }
            None => Html::default(),
        };
        page.fields = vec![
            hidden("seen", one.map_or(0, |one| one.version)),
            what,
            typed.select("owner", "Who does it?", "", &people(app, sight, team).await?),
            typed.line(
                "owner_name",
                "Name, without an account",
                "Leave empty if you chose somebody above",
            ),
            typed.line(
                "owner_email",
                "Their e-mail address",
                "Reminders go there; the answer takes two taps and no account",
            ),
            typed.line("owner_role", "Role", "For example: SENCO"),
            typed.day("start_on", "From", ""),
            typed.day("due_on", "By", ""),
            note,
            typed.ticks(
                "quick",
                "Pace",
                "",
                &[(
                    "yes".to_owned(),
                    "A quick win: it helps at once and is checked within six weeks".to_owned(),
                )],
            ),
        ];
    } else {
        page.lede = paragraphs(&format!(
            "{} owns this plan. What you write here is a suggestion: nothing changes until the \
             school accepts it.",
            sight.school
        ));
        page.fields = vec![
            what,
            typed.line("owner_role", "By whom?", "A role, for example: reading lead"),
            typed.day("due_on", "By when?", ""),
            typed.lines("reason", "Why do you suggest this?", "", 3),
        ];
        page.button = "Send the suggestion".to_owned();
    }
    if let Some(one) = one.filter(|_| errors.get("words").is_some_and(|text| text == MEANWHILE)) {
        page.after = Html::join([
            Html::trusted(
                "<h2 class=\"govuk-heading-m\">From what it says now to what you typed</h2>",
            ),
            marked(&one.words, form.text("words")),
            hint(&format!(
                "It is now with {}, by {}.",
                one.owner_in_words(),
                foundation::clock::date_in_words(one.due_on())
            )),
        ]);
    }
    let mut built = sight.page(frame, title, sight.visible_of(objective));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

fn suggested(
    kind: SuggestionKind,
    objective: &Objective,
    one: Option<&Action>,
    form: &FormData,
    errors: &mut Errors,
) -> NewSuggestion {
    let due = form.date("due_on", errors, "Enter the day as day, month and year");
    NewSuggestion {
        kind,
        objective: Some(objective.id),
        action: one.map(|one| one.id),
        wanted: vec![
            ("words".to_owned(), form.text("words").to_owned()),
            ("owner_role".to_owned(), form.text("owner_role").to_owned()),
            ("due_on".to_owned(), due.map_or_else(String::new, |due| due.to_string())),
        ],
        why: form.text("reason").to_owned(),
    }
}

pub(super) async fn ask_new(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let objective = sight.objective(&objective)?;
    let today = app.clock.today().max(sight.whole.plan.start_on());
    let blank = FormData::from_pairs(day_pairs("start_on", Some(today)));
    form(&app, frame, &sight, objective, None, &blank, &Errors::default()).await
}

pub(super) async fn add(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
    Form(sent_form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let objective = sight.objective(&objective)?;
    let mut errors = sent_form.errors();
    if sight.writes(objective) {
        if let Some(new) = read(&app, &sent_form, &mut errors).await? {
            let outcome = action::add(&app, &permit, objective.id, &new).await;
            if let Sent::Done = sent(outcome, &mut errors)? {
                return Ok(redirect(&sight.at(&format!("objectives/{}", objective.id))));
            }
        }
    } else {
        let new = suggested(SuggestionKind::NewAction, objective, None, &sent_form, &mut errors);
        if errors.is_empty() {
            let outcome = suggestion::suggest(&app, &permit, sight.whole.plan.id, &new).await;
            if let Sent::Done = sent(outcome, &mut errors)? {
                return Ok(redirect(&sight.at("suggestions")));
            }
        }
    }
    form(&app, frame, &sight, objective, None, &sent_form, &errors).await
}

pub(super) async fn ask_edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, action)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let (objective, one) = sight.action(&action)?;
    form(&app, frame, &sight, objective, Some(one), &filled(one), &Errors::default()).await
}

pub(super) async fn edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, action_id)): Path<(String, String)>,
    sent_form: Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let (objective, one) = sight.action(&action_id)?;
    let version = seen(&sent_form);
    let Form(sent_form) = sent_form;
    let mut errors = sent_form.errors();
    let back = sight.at(&format!("actions/{}", one.id));
    if sight.writes(objective) {
        if let Some(new) = read(&app, &sent_form, &mut errors).await? {
            match sent(action::edit(&app, &permit, one.id, version, &new).await, &mut errors)? {
                Sent::Done => return Ok(redirect(&back)),
                Sent::Conflict => errors.add("words", MEANWHILE),
                Sent::Wrong => {}
            }
        }
    } else {
        let kind = SuggestionKind::Action;
        let new = suggested(kind, objective, Some(one), &sent_form, &mut errors);
        if errors.is_empty() {
            let outcome = suggestion::suggest(&app, &permit, sight.whole.plan.id, &new).await;
            if let Sent::Done = sent(outcome, &mut errors)? {
                return Ok(redirect(&sight.at("suggestions")));
            }
        }
    }
    form(&app, frame, &sight, objective, Some(one), &sent_form, &errors).await
}
