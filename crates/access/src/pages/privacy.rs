//! One's own data: a copy, a correction; for operators: forgetting a person, and the
//! retention schedule with its preview.

use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, percent_encoded, redirect},
};
use govuk::{Button, Html, Input, Table, TableCell, Textarea, WarningText, extra::ScrollArea};

use super::{
    account_of, people,
    sheet::{Sheet, bullets},
    watched,
};
use crate::{
    AccountId, Action, Permit, SignedIn, Visitor, Zone, accounts, authorize, decide, limits,
    policy,
    privacy::{self, Extracts},
    retention,
};

fn own(app: &App, visitor: &Visitor) -> Result<(AccountId, Permit), PageError> {
    let account = account_of(visitor)?;
    Ok((account, authorize(app, visitor, Action::Update, &policy::own(account))?))
}

fn data_sheet(person: &accounts::Account, data: Option<&FormData>, errors: &Errors) -> Sheet {
    let typed = |name: &str, now: &str| match data {
        Some(data) if data.pairs().iter().any(|(key, _)| key == name) => data.text(name).to_owned(),
        _ => now.to_owned(),
    };
    let name = Input::new("name", "Name")
        .autocomplete("name")
        .value(typed("name", &person.name))
        .error_if(errors.get("name"));
    let email = Input::new("email", "E-mail address")
        .hint("We send a link to the new address and a notice to the old one. Nothing changes until you open the link.")
        .email()
        .value(typed("email", &person.email))
        .error_if(errors.get("email"));
    Sheet::new("Your data")
        .errors(errors)
        .heading("A copy")
        .text("Everything held under your account: posts, sessions, looks, what you did and what was done to your account.")
        .part(Button::link("Download your data (JSON)", "/account/data.json").secondary())
        .heading("Correct your name")
        .form("/account/name", vec![name.into(), Button::new("Save the name").into()])
        .heading("Use another e-mail address")
        .form("/account/e-mail", vec![email.into(), Button::new("Send me the link").into()])
        .heading("Be forgotten")
        .text("Ask the people who run this installation to close your account and to forget you. Your name and address go at once, and with them the keys to your private conversations.")
        .text("Kept: what you signed, declared or told another school, the books, and the record of acts, which cannot be changed unnoticed. Schools rely on both to show what was agreed and done (UK GDPR, article 17(3)).")
        .link("Who may see and do what", "/how-access-works")
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let (account, _) = own(&app, &visitor)?;
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    frame
        .page("Your data")
        .crumb("Your account", "/account")
        .visible_to("only you")
        .show(&data_sheet(&person, None, &Errors::default()))
}

pub(super) async fn download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    rooms: Option<Extension<Extracts>>,
) -> Result<Response, PageError> {
    let (account, _) = own(&app, &visitor)?;
    let rooms = rooms.map(|Extension(rooms)| rooms).unwrap_or_default();
    let bundle = privacy::bundle(&app, account, &rooms).await?;
    let text = serde_json::to_string_pretty(&bundle)
        .map_err(|error| PageError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"your-data.json\""),
    ];
    Ok((headers, text).into_response())
}

async fn problems(
    app: &App,
    frame: Frame,
    account: AccountId,
    data: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    frame
        .page("Your data")
        .visible_to("only you")
        .crumb("Your account", "/account")
        .with_problems()
        .show(&data_sheet(&person, Some(data), errors))
}

pub(super) async fn rename(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = own(&app, &visitor)?;
    let mut errors = data.errors();
    let name = data.required("name", &mut errors, "Enter your name");
    if name.chars().count() > 100 {
        errors.add("name", "Use at most 100 characters");
    }
    // The name stands in letters to others.
    if name.contains(char::is_control) || name.contains("://") || name.contains("www.") {
        errors.add("name", "Enter your name alone, on one line and without an address");
    }
    if !errors.is_empty() {
        return problems(&app, frame, account, &data, &errors).await;
    }
    privacy::rename(&app, &permit, account, name).await?;
    Ok(redirect("/account"))
}

pub(super) async fn ask_address(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = own(&app, &visitor)?;
    let mut errors = data.errors();
    let email = data.required("email", &mut errors, "Enter the new e-mail address");
    if !email.is_empty()
        && (!email.contains('@') || email.contains(char::is_whitespace) || email.len() > 254)
    {
        errors.add("email", "Enter an e-mail address in the form name@school.example");
    }
    if errors.is_empty() && !limits::take(&app, &limits::ADDRESSES, &account.to_string()).await? {
        errors.add("email", "You asked several times. Try again in ten minutes");
    }
    if !errors.is_empty() {
        return problems(&app, frame, account, &data, &errors).await;
    }
    privacy::ask_address(&app, &permit, account, email).await?;
    let sheet = Sheet::new("Check your e-mail")
        .text(&format!("A link is on its way to {email}. Open it within a day, signed in here."))
        .link("Back to your account", "/account");
    frame.page("Check your e-mail").visible_to("only you").show(&sheet)
}

pub(super) async fn ask_confirm(
    SignedIn(_): SignedIn,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let action = format!("/account/e-mail/{}", percent_encoded(&token));
    let sheet = Sheet::new("Use this e-mail address")
        .text("From now on, letters and sign-in links go to the address this link was sent to.")
        .form(&action, vec![Button::new("Use this address").into()]);
    frame.page("Use this e-mail address").show(&sheet)
}

pub(super) async fn confirm(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let (account, permit) = own(&app, &visitor)?;
    privacy::confirm_address(&app, &permit, account, &token).await?;
    Ok(redirect("/account"))
}

fn door(app: &App, visitor: &Visitor, action: Action) -> Result<Permit, PageError> {
    authorize(app, visitor, action, &policy::installation())
}

fn forget_sheet(person: &accounts::Account, data: &FormData, errors: &Errors) -> Sheet {
    let reason = Textarea::new("reason", "Why, for the record")
        .hint("Do not repeat the person's name here.")
        .rows(3)
        .value(data.text("reason"))
        .error_if(errors.get("reason"));
    Sheet::new("Forget this person")
        .caption(&person.name)
        .errors(errors)
        .text("Gone at once and for good:")
        .part(bullets([
            "the name and the e-mail address of the account, and the name in plans, audits, visits, practices and the register of system leaders",
            "password, authenticator app, recovery codes, sessions and sign-in links",
            "letters sent to the address",
            "the person's keys to private conversations; the other person keeps theirs",
        ]))
        .text("Kept, and why:")
        .part(bullets([
            "signatures, declarations of interest, the books, and remarks, replies and reviews that two schools said to each other, because others rely on them",
            "the record of acts with the name it was written under, because it proves that nothing was changed",
        ]))
        .part(WarningText::new("This cannot be undone."))
        .form(
            &format!("/people/{}/forget", person.id),
            vec![reason.into(), Button::new("Forget this person").warning().into()],
        )
}

/// A person whose account is closed: nobody is forgotten while they still work here.
async fn closed(app: &App, id: &str) -> Result<accounts::Account, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let person = accounts::get(&app.db, id).await?.ok_or(PageError::NotFound)?;
    match person.closed_at {
        Some(_) => Ok(person),
        None => Err(PageError::Conflict("Close the account first.".to_owned())),
    }
}

pub(super) async fn ask_forget(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    door(&app, &visitor, Action::Update)?;
    let person = closed(&app, &id).await?;
    let sheet = forget_sheet(&person, &FormData::default(), &Errors::default());
    frame
        .page("Forget this person")
        .visible_to(Zone::System.in_words())
        .crumb("People", "/people")
        .show(&sheet)
}

pub(super) async fn forget(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let permit = door(&app, &visitor, Action::Update)?;
    let person = closed(&app, &id).await?;
    let mut errors = data.errors();
    let reason = data.required("reason", &mut errors, "Say why, for the record");
    if !errors.is_empty() {
        let sheet = forget_sheet(&person, &data, &errors);
        return frame
            .page("Forget this person")
            .visible_to(Zone::System.in_words())
            .with_problems()
            .show(&sheet);
    }
    let permit = permit.because(reason);
    let tx = app.db.write().await?;
    retention::forget(&tx, &app, &permit, person.id).await?;
    tx.commit().await?;
    Ok(redirect(&format!("/people/{id}")))
}

pub(super) async fn schedule(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    door(&app, &visitor, Action::Read)?;
    watched(&app, &visitor, "retention", "the schedule").await?;
    let mut table = Table::new("What is kept how long")
        .head(["What", "How long", "Why", "Concerned now"].map(TableCell::new))
        .first_cell_is_header(true);
    for due in retention::preview(&app).await? {
        // What stays is concerned by nothing, today or later.
        let now = due.line.wait().map_or_else(|| "–".to_owned(), |_| due.rows.to_string());
        table = table.row([
            TableCell::new(due.line.what),
            TableCell::new(people::capitalised(&due.line.term())),
            TableCell::new(due.line.why),
            TableCell::number(now),
        ]);
    }
    let sheet = Sheet::new("Retention")
        .full()
        .text("The schedule is carried out once a day by itself. The last column says what it would do now.")
        .part(ScrollArea::new("What is kept how long", Html::from(table)));
    let sheet = match decide(&visitor, Action::Update, &policy::installation()).allowed {
        true => sheet.form("/retention", vec![Button::new("Carry it out now").secondary().into()]),
        false => sheet,
    };
    frame.page("Retention").wide().visible_to(Zone::System.in_words()).show(&sheet)
}

pub(super) async fn carry_out(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, PageError> {
    let permit = door(&app, &visitor, Action::Update)?;
    retention::run(&app, &permit).await?;
    Ok(redirect("/retention"))
}
