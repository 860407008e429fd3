//! One's own goal as somebody who leads beyond their school: theirs alone.

use access::{AccountId, Action, SignedIn, Visitor, authorize, policy::own};
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{DateInput, ErrorSummary, Legend, Select, Textarea};

use super::missed;
use crate::cadre::{designations_of, goals};
use crate::packs;

struct Now {
    competency: String,
    about: String,
    words: String,
    since: String,
    by: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "goal.html")]
struct Page {
    errors: Option<ErrorSummary>,
    now: Option<Now>,
    came: Textarea,
    competency: Select,
    words: Textarea,
    by: DateInput,
    before: Vec<(String, String, String)>,
}

/// Whoever leads beyond their school, or once did, has goals here; nobody else is asked.
async fn mine(app: &App, visitor: &Visitor) -> Result<AccountId, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let led = !designations_of(&app.db, account).await?.is_empty();
    if !led || packs::competencies().is_empty() {
        return Err(PageError::NotFound);
    }
    Ok(account)
}

async fn page(
    app: &App,
    frame: Frame,
    account: AccountId,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let today = app.clock.today();
    let all = goals::of(&app.db, account).await?;
    let now = all.iter().find(|goal| goal.closed().is_none()).map(|goal| Now {
        competency: goal.competency_name().to_owned(),
        about: packs::competency(&goal.competency).map(|one| one.about.clone()).unwrap_or_default(),
        words: goal.words.clone(),
        since: date_in_words(goal.since()),
        by: date_in_words(goal.by()),
        late: goal.by() < today,
    });
    let mut competency = Select::new("competency", "What is it about?")
        .value(form.text("competency"))
        .error_if(errors.get("competency"))
        .item("", "Choose");
    for one in packs::competencies() {
        competency = competency.item(one.code.as_str(), format!("{}: {}", one.name, one.about));
    }
    let part = |part: &str| form.text(&format!("by-{part}")).to_owned();
    let content = Page {
        errors: errors.summary(),
        now,
        came: Textarea::new("came", "What came of it?")
            .rows(3_u32)
            .value(form.text("came"))
            .error_if(errors.get("came")),
        competency,
        words: Textarea::new("words", "What will you do?")
            .hint(
                "For example: ask three questions before I suggest anything, and let Omar watch me",
            )
            .rows(3_u32)
            .value(form.text("words"))
            .error_if(errors.get("words")),
        by: DateInput::new("by", Legend::new("By when?").small())
            .date(part("day"), part("month"), part("year"))
            .error_if(errors.get("by")),
        before: all
            .iter()
            .filter_map(|goal| {
                let on = date_in_words(goal.closed()?);
                let what = format!("{}: {}", goal.competency_name(), goal.words);
                Some((what, on, goal.came_of_it.clone()))
            })
            .collect(),
    };
    frame
        .page("Your goal as a leader")
        .crumb("Your contribution record", "/cadre/mine")
        .visible_to("you alone")
        .checked(errors)
        .show(&content)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = mine(&app, &visitor).await?;
    page(&app, frame, account, &FormData::default(), &Errors::default()).await
}

/// Sets a goal, or closes the one there is.
pub(super) async fn save(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let account = mine(&app, &visitor).await?;
    let permit = authorize(&app, &visitor, Action::Update, &own(account))?;
    let mut errors = form.errors();
    let done = if form.has("close", "yes") {
        Some(goals::close(&app, &permit, account, form.text("came")).await)
    } else {
        let by = form.date("by", &mut errors, "Enter the day, such as 16 7 2027");
        let words = form.required("words", &mut errors, "Say what you will do").to_owned();
        let code = form.required("competency", &mut errors, "Choose what it is about").to_owned();
        match by.filter(|_| errors.is_empty()) {
            Some(by) => {
                Some(goals::set(&app, &permit, account, (&code, &words, by)).await.map(|_| ()))
            }
            None => None,
        }
    };
    match done {
        Some(Ok(())) => return Ok(redirect("/cadre/mine/goal")),
        Some(Err(failure)) => missed(&mut errors, failure)?,
        None => {}
    }
    page(&app, frame, account, &form, &errors).await
}
