//! Several actions on one page: a list brought over, and going through what is open.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use jiff::civil::Date;

use super::{
    MEANWHILE, Sent, Sight,
    objective_forms::people,
    parts::{FormPage, Typed, hidden, paragraphs},
    sent, sight, sight_to_act,
};
use crate::{
    acts::{
        action::NewAction,
        several::{self, MOST},
    },
    machine::{Standing, Work},
    model::{Action, ActionId, Objective},
};

/// Reads a line: what, who and by when, with tabs as they come from a spreadsheet or semicolons.
fn line(text: &str, people: &[(String, String)], start_on: Date) -> Result<NewAction, String> {
    let apart = if text.contains('\t') { '\t' } else { ';' };
    let parts: Vec<&str> = text.split(apart).map(str::trim).collect();
    let [words, who, by] = parts[..] else {
        return Err("write what, who and by when, with two semicolons between them".to_owned());
    };
    let due_on = day(by).ok_or_else(|| {
        format!("“{by}” is not a day: write it as 26/03/2027, 26 March 2027 or 2027-03-26")
    })?;
    let known = people.iter().find(|(id, name)| !id.is_empty() && name.eq_ignore_ascii_case(who));
    Ok(NewAction {
        words: words.to_owned(),
        owner: known.and_then(|(id, _)| id.parse().ok()),
        owner_name: String::new(),
        owner_email: String::new(),
        owner_role: if known.is_some() { String::new() } else { who.to_owned() },
        start_on: start_on.min(due_on),
        due_on,
        quick: false,
    })
}

/// A day as people in British schools write it.
fn day(text: &str) -> Option<Date> {
    ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"]
        .iter()
        .find_map(|form| Date::strptime(form, text).ok())
}

async fn list_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    objective: &Objective,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let back = sight.at(&format!("objectives/{}", objective.id));
    let mut page =
        FormPage::new("Add several actions", format!("{back}/actions/several"), back, errors);
    page.caption.clone_from(&objective.words().title);
    let names: Vec<String> = people(app, sight, [])
        .await?
        .into_iter()
        .filter(|(id, _)| !id.is_empty())
        .map(|(_, name)| name)
        .collect();
    page.lede = paragraphs(&format!(
        "One action on each line: what; who; by when. Three columns copied from a spreadsheet work \
         as they are. Who is a role, or one of: {}.",
        names.join(", ")
    ));
    let typed = Typed { form, errors };
    let example = "For example: Map the first three weeks; SENCO; 26 March 2027";
    page.fields = vec![typed.lines("lines", "The actions", example, 12)];
    page.button = "Add them".to_owned();
    let mut built = sight.page(frame, "Add several actions", sight.visible_of(objective));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

fn must_write(sight: &Sight, objective: &Objective) -> Result<(), PageError> {
    if sight.writes(objective) && sight.whole.plan.state().allows(Work::Edit) {
        return Ok(());
    }
    Err(PageError::Forbidden("The school writes its plan: you can suggest an action.".to_owned()))
}

pub(super) async fn ask_list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let objective = sight.objective(&objective)?;
    must_write(&sight, objective)?;
    list_form(&app, frame, &sight, objective, &FormData::default(), &Errors::default()).await
}

pub(super) async fn add_list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let objective = sight.objective(&objective)?;
    must_write(&sight, objective)?;
    let mut errors = form.errors();
    let people = people(&app, &sight, []).await?;
    let today = app.clock.today().max(sight.whole.plan.start_on());
    let mut new = Vec::new();
    let written = form.text("lines").lines().filter(|text| !text.trim().is_empty());
    for (at, text) in written.enumerate() {
        match line(text, &people, today) {
            Ok(one) => new.push(one),
            Err(words) => errors.add("lines", format!("Line {}: {words}", at + 1)),
        }
    }
    if errors.is_empty() {
        let outcome = several::add(&app, &permit, objective.id, &new).await;
        if let Sent::Done = sent(outcome, &mut errors)? {
            return Ok(redirect(&sight.at(&format!("objectives/{}", objective.id))));
        }
    }
    list_form(&app, frame, &sight, objective, &form, &errors).await
}

/// The open actions a visitor may say are done, those due first at the top.
pub(super) fn mine(sight: &Sight) -> Vec<(&Objective, &Action)> {
    let doers = [Standing::Owner, Standing::Lead, Standing::Head];
    let mut found: Vec<(&Objective, &Action)> = sight
        .objectives()
        .flat_map(|objective| sight.whole.actions_of(objective.id).map(move |one| (objective, one)))
        .filter(|(_, one)| !one.state().way_to_done().is_empty())
        .filter(|(objective, one)| {
            let standings = sight.standings(Some(objective), Some(one));
            doers.iter().any(|doer| standings.contains(doer))
        })
        .collect();
    found.sort_by_key(|(_, one)| (one.due_on(), one.id));
    found.truncate(MOST);
    found
}

fn through_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mine = mine(sight);
    let mut page =
        FormPage::new("Go through the actions", sight.at("actions"), sight.at(""), errors);
    page.caption.clone_from(&sight.whole.plan.title);
    page.lede = paragraphs(match mine.is_empty() {
        true => "Nothing of yours is open in this plan.",
        false => {
            "Tick what is done. For anything else, open the action and say how it goes: a word \
             is enough."
        }
    });
    let typed = Typed { form, errors };
    let items: Vec<(String, String)> = mine
        .iter()
        .map(|(_, one)| {
            let by = date_in_words(one.due_on());
            (one.id.to_string(), format!("{} ({}, by {by})", one.words, one.owner_in_words()))
        })
        .collect();
    page.fields =
        mine.iter().map(|(_, one)| hidden(&format!("seen-{}", one.id), one.version)).collect();
    page.fields.push(typed.ticks("done", "What is done?", "", &items));
    if !mine.is_empty() {
        page.fields.push(typed.line("words", "A word about it", "May be empty"));
    }
    page.button = "These are done".to_owned();
    let mut built = sight.page(frame, "Go through the actions", sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask_through(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    through_form(frame, &sight, &FormData::default(), &Errors::default())
}

pub(super) async fn go_through(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let done: Vec<(ActionId, i64)> = form
        .all("done")
        .filter_map(|id| {
            let seen = form.text(&format!("seen-{id}")).parse().unwrap_or(0);
            Some((id.parse().ok()?, seen))
        })
        .collect();
    // The door of a plan lets its readers in; each action asks again whether it is theirs.
    for (id, _) in &done {
        sight.action(&id.to_string())?;
    }
    if errors.is_empty() {
        let plan = sight.whole.plan.id;
        let outcome = several::finish(&app, &permit, plan, &done, form.text("words")).await;
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(""))),
            Sent::Conflict => errors.add("done", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    through_form(frame, &sight, &form, &errors)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_line_is_what_who_and_by_when() {
        let people =
            [("018f0000-0000-7000-8000-000000000001".to_owned(), "Nasreen Ali".to_owned())];
        let start = date(2027, 1, 4);
        let read = |text: &str| line(text, &people, start);
        for by in ["26/03/2027", "26 March 2027", "2027-03-26", "26.3.2027"] {
            let one = read(&format!("Map three weeks; nasreen ali ;{by}")).unwrap();
            assert_eq!(one.due_on, date(2027, 3, 26), "{by}");
            assert!(one.owner.is_some() && one.owner_role.is_empty());
        }
        let one = read("Map three weeks\tSENCO\t26 Mar 2027").unwrap();
        assert_eq!((one.owner, one.owner_role.as_str()), (None, "SENCO"));
        assert!(read("Map three weeks; SENCO").unwrap_err().contains("semicolons"));
        assert!(read("Map; SENCO; soon").unwrap_err().contains("“soon”"));
    }
}
