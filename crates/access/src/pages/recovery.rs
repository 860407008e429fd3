//! Helping somebody who has lost their ways to sign in: for operators.

use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    events::{self, Event},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Textarea, WarningText};

use super::{second_step::tell, sheet::Sheet};
use crate::{
    AccountId, Action, SignedIn,
    accounts::{self, Account},
    authorize, passwords, policy, sessions,
};

async fn person(app: &App, id: &str) -> Result<Account, PageError> {
    let id: AccountId = id.parse().map_err(|_| PageError::NotFound)?;
    let found = accounts::get(&app.db, id).await?;
    found.filter(|person| person.closed_at.is_none()).ok_or(PageError::NotFound)
}

fn form(person: &Account, data: &FormData, errors: &Errors) -> Sheet {
    let reason = Textarea::new("reason", "How did you make sure who asks?")
        .hint("For the record. For example: I rang the school and spoke to her.")
        .rows(3)
        .value(data.text("reason"))
        .error_if(errors.get("reason"));
    let go = Button::new("Take them away").warning();
    Sheet::new("Set up sign-in again")
        .caption(&person.name)
        .errors(errors)
        .text("This takes away the password, the authenticator app, the recovery codes, the passkeys and the linked providers of this account, and ends every session. The person then signs in by a link to their e-mail address and sets up what they like.")
        .part(WarningText::new("Whoever reads their e-mail can sign in afterwards. Ring the person first: a message that asks for this may be false."))
        .form(&format!("/people/{}/recover", person.id), vec![reason.into(), go.into()])
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    authorize(&app, &visitor, Action::Update, &policy::installation())?;
    let person = person(&app, &id).await?;
    let sheet = form(&person, &FormData::default(), &Errors::default());
    frame
        .page("Set up sign-in again")
        .visible_to(crate::Zone::System.in_words())
        .crumb("People", "/people")
        .show(&sheet)
}

pub(super) async fn recover(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let permit = authorize(&app, &visitor, Action::Update, &policy::installation())?;
    let person = person(&app, &id).await?;
    let mut errors = data.errors();
    let reason = data.required("reason", &mut errors, "Say how you made sure who asks");
    if !errors.is_empty() {
        let sheet = form(&person, &data, &errors);
        let page = frame
            .page("Set up sign-in again")
            .visible_to(crate::Zone::System.in_words())
            .crumb("People", "/people");
        return page.with_problems().show(&sheet);
    }
    let permit = permit.because(reason);
    let tx = app.db.write().await?;
    passwords::forget(&tx, person.id).await?;
    sessions::end_all(&tx, permit.context().at, person.id, None).await?;
    let event = Event::new("account", person.id, "lost its ways to sign in but links");
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    let told = "The person who looks after accounts took your password, authenticator app, passkeys and linked providers away, so that you can set them up again. Links sign you in.";
    tell(&app, person.id, told).await?;
    Ok(redirect(&format!("/people/{}", person.id)))
}
