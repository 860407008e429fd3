//! One's own account: how one signs in, and where one is signed in.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use foundation::{
    App, PageError,
    clock::{date_in_words, in_words},
    events::{self, Event},
    web::{Form, Frame, redirect},
};
use govuk::{Button, Html, SummaryList, SummaryRow, Table, TableCell, extra::ScrollArea};

use super::{
    account_of, org_in_words,
    sheet::{Sheet, form, hidden, paragraph, tag},
};
use crate::{
    Action, SignedIn, accounts, authorize, identities, oidc, passkeys,
    passwords::{self, State as Password},
    policy, sessions,
};

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    jar: CookieJar,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    authorize(&app, &visitor, Action::Read, &policy::own(account))?;
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let mut facts = SummaryList::new()
        .row("Name", person.name.as_str())
        .row("E-mail address", person.email.as_str());
    for post in &visitor.posts {
        let org = org_in_words(&app, post.org).await?;
        facts = facts.row(post.role().in_words(), format!("{}, {org}", post.title));
    }
    for post in &visitor.waiting.held_back {
        let org = org_in_words(&app, post.org).await?;
        let words = format!("{}, {org}. Closed until you show a second step.", post.title);
        let row = SummaryRow::new(post.role().in_words(), words);
        facts = facts.with(row.action("Open", "/account/second-step", "this post"));
    }
    let mut sheet = Sheet::new("Your account").full().part(facts);
    let words = visitor.waiting.until().map_or_else(
        || "Whether a post of yours needs a second step".to_owned(),
        |until| format!("Set up a second step by {}", date_in_words(until)),
    );
    sheet = sheet.link(&words, "/account/second-step");
    let sheet = sheet
        .link("Your data: a copy, a correction, being forgotten", "/account/data")
        .link("Who looked at private records", "/access-log")
        .link("Who may see and do what", "/how-access-works")
        .heading("How you sign in")
        .part(ways(&app, account).await?)
        .heading("Where you are signed in")
        .text("A session ends two hours after its last use and twelve hours after it began.")
        .part(sessions_table(&app, account, &jar).await?)
        .form(
            "/account/sign-out-everywhere",
            vec![Button::new("Sign out everywhere").warning().into()],
        );
    frame.page("Your account").visible_to("only you").show(&sheet)
}

async fn ways(app: &App, account: crate::AccountId) -> Result<Html, PageError> {
    let state = passwords::state(&app.db, account).await?;
    let left = passwords::codes_left(&app.db, account).await?;
    let mut list =
        SummaryList::new().row("By a link", "We send it to your e-mail address. It always works.");
    let words = match state {
        Password::None => "Not set up",
        Password::Begun => {
            "The password is chosen; your authenticator app is still to be connected"
        }
        Password::Ready => "Set up, with an authenticator app",
    };
    let mut row = SummaryRow::new("By password and code", words);
    row = match state {
        Password::Begun => row.action("Connect", "/account/code", "your authenticator app"),
        Password::None => row.action("Set up", "/account/password", "password and code"),
        Password::Ready => row.action("Change", "/account/password", "password and code"),
    };
    list = list.with(row);
    let ready = state == Password::Ready;
    if !ready {
        return Ok(Html::join([
            list.into(),
            passkeys_of(app, account).await?,
            providers_of(app, account).await?,
        ]));
    }
    list = list.row(
        "Recovery codes",
        format!("{left} left. Each works once in place of a code from the app."),
    );
    let renew = form(
        "/account/recovery-codes",
        vec![Button::new("Make new recovery codes").secondary().into()],
    );
    let remove = form(
        "/account/password/remove",
        vec![Button::new("Remove password and app").secondary().into()],
    );
    let (passkeys, providers) =
        (passkeys_of(app, account).await?, providers_of(app, account).await?);
    Ok(Html::join([list.into(), renew, remove, passkeys, providers]))
}

async fn passkeys_of(app: &App, account: crate::AccountId) -> Result<Html, PageError> {
    let mut list = SummaryList::new();
    for passkey in passkeys::of(&app.db, account).await? {
        let used = match passkey.used_at {
            Some(at) => format!("Last used {}", in_words(at.0)),
            None => "Not used yet".to_owned(),
        };
        let href = format!("/account/passkeys/{}", passkey.id);
        let row = SummaryRow::new(passkey.name.clone(), used);
        list = list.with(row.action("Change", href, format!("the passkey {}", passkey.name)));
    }
    Ok(Html::join([
        tag("h3", "govuk-heading-s", "Passkeys"),
        list.into(),
        Button::link("Add a passkey", "/account/passkeys/new").secondary().into(),
    ]))
}

async fn providers_of(app: &App, account: crate::AccountId) -> Result<Html, PageError> {
    let linked = identities::of(&app.db, account).await?;
    if linked.is_empty() && app.config.providers.is_empty() {
        return Ok(Html::default());
    }
    let mut parts = vec![tag("h3", "govuk-heading-s", "Other services that sign you in")];
    for identity in &linked {
        let name = oidc::configured(&app.config, &identity.provider)
            .map_or(identity.provider.as_str(), |provider| provider.name.as_str());
        let address = identity.email.as_deref().unwrap_or("no address told");
        parts.push(paragraph(&format!(
            "{name}: {address}. Linked {}, last used {}.",
            in_words(identity.linked_at.0),
            in_words(identity.used_at.0)
        )));
        let unlink = Button::new(format!("Unlink {name}")).secondary();
        parts.push(form(
            &format!("/account/providers/{}/remove", identity.provider),
            vec![
                hidden("issuer", &identity.issuer),
                hidden("subject", &identity.subject),
                unlink.into(),
            ],
        ));
    }
    for provider in &app.config.providers {
        if linked.iter().all(|identity| identity.issuer != provider.issuer) {
            let button = Button::new(format!("Link {}", provider.name)).secondary();
            parts.push(form(&format!("/account/providers/{}", provider.key), vec![button.into()]));
        }
    }
    Ok(Html::join(parts))
}

async fn sessions_table(
    app: &App,
    account: crate::AccountId,
    jar: &CookieJar,
) -> Result<Html, PageError> {
    let own =
        jar.get(sessions::cookie_name(&app.config)).map(|cookie| sessions::hash(cookie.value()));
    let mut table = Table::new("Sessions")
        .head(["Browser", "Began", "Last used", "Action"].map(TableCell::new))
        .first_cell_is_header(true);
    for session in sessions::list(&app.db, app.clock.now(), account).await? {
        let this = own.as_deref() == Some(session.key.as_str());
        let act: Html = if this {
            Html::trusted("This one")
        } else {
            let named = Html::trusted(format!(
                "Sign out<span class=\"govuk-visually-hidden\"> of the session that began {}</span>",
                in_words(session.created_at.0)
            ));
            let button = Button::new(named).classes("govuk-!-margin-bottom-0").secondary();
            form("/account/sessions/end", vec![hidden("session", &session.key), button.into()])
        };
        table = table.row([
            TableCell::new(session.label),
            TableCell::new(in_words(session.created_at.0)),
            TableCell::new(in_words(session.seen_at.0)),
            TableCell::new(act),
        ]);
    }
    Ok(ScrollArea::new("Sessions", Html::from(table)).into())
}

pub(super) async fn end_session(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Form(data): Form,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    let permit = authorize(&app, &visitor, Action::Update, &policy::own(account))?;
    let tx = app.db.write().await?;
    if sessions::end_one(&tx, permit.context().at, account, data.text("session")).await? {
        let event = Event::new("account", account, "signed out of another session");
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await?;
    Ok(redirect("/account"))
}

pub(super) async fn end_everywhere(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    jar: CookieJar,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    let permit = authorize(&app, &visitor, Action::Update, &policy::own(account))?;
    let tx = app.db.write().await?;
    sessions::end_all(&tx, permit.context().at, account, None).await?;
    sessions::revoke_links(&tx, permit.context().at, account).await?;
    let event = Event::new("account", account, "signed out everywhere");
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    let gone = sessions::cookie(&app.config, String::new());
    Ok((jar.remove(gone), redirect("/sign-in")).into_response())
}
