//! Posts that wait for a second step: why, for how long, and how to show one.

use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use foundation::{
    Actor, App, Context, PageError,
    clock::date_in_words,
    events::{self, Event},
    web::{Errors, Form, Frame, percent_encoded, redirect},
};
use govuk::{Button, InsetText, WarningText};
use serde::Deserialize;

use super::{
    account_of, org_in_words,
    second_step::{renew_session, tell},
    sheet::{Sheet, bullets, hidden, links},
    sign_in::code_input,
};
use crate::{
    AccountId, Action, Post, SignedIn, Visitor, authorize,
    passwords::{self, Second},
    policy,
    second::{self, Has},
    sessions,
    signing_in::local,
};

/// Where somebody shows a second step or sets one up.
const HERE: &str = "/account/second-step";

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

async fn in_words<'a>(
    app: &App,
    posts: impl Iterator<Item = &'a Post>,
) -> Result<Vec<String>, PageError> {
    let mut words = Vec::new();
    for post in posts {
        words.push(format!("{}, {}", post.title, org_in_words(app, post.org).await?));
    }
    Ok(words)
}

async fn sheet(
    app: &App,
    visitor: &Visitor,
    has: Has,
    back: &str,
    errors: &Errors,
) -> Result<Sheet, PageError> {
    let back = local(back);
    let waiting = &visitor.waiting;
    if waiting.is_empty() {
        return Ok(Sheet::new("Your second step")
            .text("Nothing here waits for a second step: all your posts are open to you.")
            .link("Go on", back)
            .link("How you sign in", "/account"));
    }
    let title = if has.any() { "Show your second step" } else { "Set up a second step" };
    let mut sheet = Sheet::new(title)
        .errors(errors)
        .text("Some posts give power over other people and their records. Your e-mail alone is not enough for them: whoever gets into your mailbox would get in here as well.");
    let held = in_words(app, waiting.held_back.iter()).await?;
    if !held.is_empty() {
        sheet = sheet
            .part(WarningText::new("Closed to you until you have shown a second step:"))
            .part(bullets(held.iter().map(String::as_str)));
        if !visitor.posts.is_empty() {
            sheet = sheet.text("What your other posts give you is open as always.");
        }
    }
    let grace = in_words(app, waiting.in_grace.iter().map(|(post, _)| post)).await?;
    if let Some(until) = waiting.until() {
        sheet = sheet
            .part(InsetText::new(format!(
                "Without a second step open until the end of {}, closed from the day after:",
                date_in_words(until)
            )))
            .part(bullets(grace.iter().map(String::as_str)));
    }
    sheet = if has.any() { shown(sheet, has, back, errors) } else { set_up(app, sheet) };
    Ok(match held.is_empty() {
        true => sheet.link("Not now: go on without it", back),
        // The page they came for may be one of those that are closed.
        false => sheet.link("Go on without these posts", "/home"),
    })
}

/// The ways to show a second step that the person has.
fn shown(mut sheet: Sheet, has: Has, back: &str, errors: &Errors) -> Sheet {
    if has.app {
        let fields = vec![
            hidden("back", back),
            code_input(errors).into(),
            Button::new("Continue").prevent_double_click(true).into(),
        ];
        sheet = sheet.heading("With your authenticator app").form(HERE, fields);
    }
    if has.passkey {
        let href = format!("/sign-in/passkey?back={}", percent_encoded(back));
        sheet = sheet
            .heading("With your passkey")
            .part(Button::link("Sign in again with your passkey", href).secondary());
    }
    sheet.text("If you have lost them, ask the person who looks after accounts to let you set up your sign-in again.")
}

/// The ways to set one up.
fn set_up(app: &App, sheet: Sheet) -> Sheet {
    let mut sheet = sheet
        .heading("A passkey")
        .text("The quickest: your fingerprint, your face or the PIN of your device. About a minute.")
        .part(Button::link("Add a passkey", "/account/passkeys/new"))
        .heading("A password and an authenticator app")
        .text("You choose a password and connect an app on your phone or computer that shows codes. About three minutes, also without JavaScript.")
        .part(Button::link("Choose a password", "/account/password").secondary());
    let providers = &app.config.providers;
    if !providers.is_empty() {
        let items: Vec<(String, String)> = providers
            .iter()
            .map(|it| (it.name.clone(), format!("/sign-in/with/{}", it.key)))
            .collect();
        sheet = sheet
            .heading("With an account you have elsewhere")
            .text("It counts where it asked you for more than a password and tells us so. Link it on your account page first.")
            .part(links(&items));
    }
    sheet
}

async fn page(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    back: &str,
    errors: &Errors,
) -> Result<Response, PageError> {
    let account = account_of(visitor)?;
    let has = second::has(&app.db, account).await?;
    let sheet = sheet(app, visitor, has, back, errors).await?;
    frame
        .page("Second step")
        .crumb("Your account", "/account")
        .visible_to("only you")
        .checked(errors)
        .show(&sheet)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    authorize(&app, &visitor, Action::Read, &policy::own(account_of(&visitor)?))?;
    page(&app, frame, &visitor, &back.back, &Errors::default()).await
}

/// Takes a code for a session that began without one.
pub(super) async fn show_code(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    jar: CookieJar,
    Form(data): Form,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    authorize(&app, &visitor, Action::Update, &policy::own(account))?;
    let back = data.text("back");
    if visitor.waiting.is_empty() {
        return Ok(redirect(local(back)));
    }
    let mut errors = Errors::default();
    match passwords::second_step(&app, account, data.text("code")).await? {
        Second::Right => {
            let jar = prove(&app, &visitor, jar).await?;
            return Ok((jar, redirect(local(back))).into_response());
        }
        // There is no app: the page says what there is.
        Second::NotNeeded => return Ok(redirect(HERE)),
        Second::Wrong => errors
            .add("code", "The code is not right. Codes change every half minute and work once"),
        Second::Later => errors.add("code", "There were too many tries. Wait a minute"),
    }
    page(&app, frame, &visitor, back, &errors).await
}

/// A session in which a second step was shown: it gets another token, so that one which was read
/// before opens nothing more than it did.
async fn prove(app: &App, visitor: &Visitor, jar: CookieJar) -> Result<CookieJar, PageError> {
    let account = account_of(visitor)?;
    let Some(cookie) = jar.get(sessions::cookie_name(&app.config)) else { return Ok(jar) };
    let actor = Actor::Person { account: account.to_string(), name: visitor.name.clone() };
    let context = Context::by(actor, app.clock.now());
    let tx = app.db.write().await?;
    let Some(token) = sessions::rotate(&tx, &app.ids, cookie.value()).await? else {
        return Ok(jar);
    };
    sessions::prove(&tx, &token).await?;
    events::append(&tx, &context, Event::new("account", account, "showed a second step")).await?;
    tx.commit().await?;
    Ok(jar.add(sessions::cookie(&app.config, token)))
}

/// Refuses a change of how somebody signs in while their posts wait for a second step which they
/// have: otherwise a mailbox in wrong hands could give itself one.
pub(super) async fn may_change_ways(app: &App, visitor: &Visitor) -> Result<Has, PageError> {
    let has = second::has(&app.db, account_of(visitor)?).await?;
    if has.any() && !visitor.waiting.is_empty() {
        return Err(PageError::Forbidden(
            "First show the second step you have (Your account, Second step), then change how you \
             sign in. If you have lost it, ask the person who looks after accounts."
                .to_owned(),
        ));
    }
    Ok(has)
}

/// After a way to sign in was added: tells the person, ends their other sessions, and opens what
/// waited where this is their first second step.
pub(super) async fn added(
    app: &App,
    visitor: &Visitor,
    jar: CookieJar,
    had: Has,
    told: &str,
) -> Result<CookieJar, PageError> {
    let account: AccountId = account_of(visitor)?;
    tell(app, account, told).await?;
    let jar = renew_session(app, account, jar).await?;
    if had.any() || visitor.waiting.is_empty() {
        return Ok(jar);
    }
    prove(app, visitor, jar).await
}
