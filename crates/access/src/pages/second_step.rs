//! Setting up a password with an authenticator app and recovery codes.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use foundation::{
    App, Context, PageError,
    mail::{self, Letter},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Html, Input, InsetText, PasswordInput, WarningText};

use super::{
    account_of,
    sheet::{Sheet, bullets},
    sign_in::code_input,
    waiting::{added, may_change_ways},
};
use crate::{
    AccountId, Action, Permit, SignedIn, Visitor, accounts, authorize, limits,
    passwords::{self, Second, State as Password},
    policy, sessions, totp,
};

fn permit(app: &App, visitor: &Visitor) -> Result<(AccountId, Permit), PageError> {
    let account = account_of(visitor)?;
    Ok((account, authorize(app, visitor, Action::Update, &policy::own(account))?))
}

fn form(state: Password, errors: &Errors) -> Sheet {
    let mut fields: Vec<Html> = Vec::new();
    if state == Password::Ready {
        let current = PasswordInput::new("current", "Your password now");
        fields.push(current.error_if(errors.get("current")).into());
    }
    let new = PasswordInput::new("password", "New password")
        .hint("At least 12 characters. Three or four words that do not belong together are easy to remember and hard to guess.")
        .autocomplete("new-password")
        .error_if(errors.get("password"));
    let again = PasswordInput::new("again", "The same password once more")
        .autocomplete("new-password")
        .error_if(errors.get("again"));
    fields.extend([new.into(), again.into(), Button::new("Continue").into()]);
    Sheet::new("Choose a password")
        .errors(errors)
        .text("A password works only together with a code from an authenticator app on your phone or computer. You connect the app in the next step.")
        .form("/account/password", fields)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let (account, _) = permit(&app, &visitor)?;
    may_change_ways(&app, &visitor).await?;
    let state = passwords::state(&app.db, account).await?;
    frame
        .page("Choose a password")
        .crumb("Your account", "/account")
        .visible_to("only you")
        .show(&form(state, &Errors::default()))
}

/// A field as it was typed: spaces belong to a password.
fn raw<'a>(data: &'a FormData, name: &str) -> &'a str {
    data.pairs().iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

pub(super) async fn choose(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = permit(&app, &visitor)?;
    may_change_ways(&app, &visitor).await?;
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let state = passwords::state(&app.db, account).await?;
    let mut errors = Errors::default();
    let password = raw(&data, "password");
    if let Some(problem) = passwords::problem(password, &person.email, &person.name) {
        errors.add("password", problem);
    } else if password != raw(&data, "again") {
        errors.add("again", "The two passwords differ. Type the same one twice");
    }
    if state == Password::Ready {
        let free = limits::take(&app, &limits::PASSWORDS, &person.email).await?;
        if !free {
            errors.add("current", "There were too many tries. Wait a few minutes");
        } else if !passwords::is_right(&app, account, raw(&data, "current")).await? {
            errors.add("current", "This is not your password");
        }
    }
    if !errors.is_empty() {
        return frame
            .page("Choose a password")
            .visible_to("only you")
            .crumb("Your account", "/account")
            .with_problems()
            .show(&form(state, &errors));
    }
    passwords::choose(&app, &permit, account, password).await?;
    Ok(redirect("/account/code"))
}

async fn code_form(
    app: &App,
    account: AccountId,
    errors: &Errors,
) -> Result<Option<Sheet>, PageError> {
    let Some(secret) = passwords::pending_secret(app, account).await? else { return Ok(None) };
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let uri = totp::uri(&secret, &person.email);
    let key: Vec<String> = totp::base32(&secret)
        .as_bytes()
        .chunks(4)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    let code = Input::new("code", "The six digits the app shows now")
        .autocomplete("one-time-code")
        .inputmode("numeric")
        .spellcheck(false)
        .width(10)
        .error_if(errors.get("code"));
    let mut sheet = Sheet::new("Connect your authenticator app")
        .errors(errors)
        .text("Open the app (any that knows one-time codes) and let it read this square.");
    if let Some(picture) = totp::picture(&uri) {
        sheet = sheet.part(Html::trusted(picture));
    }
    Ok(Some(
        sheet
            .text("If it cannot, type this key into the app:")
            .part(InsetText::new(key.join(" ")))
            .form("/account/code", vec![code.into(), Button::new("Connect").into()]),
    ))
}

pub(super) async fn ask_code(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let (account, _) = permit(&app, &visitor)?;
    match code_form(&app, account, &Errors::default()).await? {
        None => Ok(redirect("/account")),
        Some(sheet) => frame
            .page("Connect your authenticator app")
            .crumb("Your account", "/account")
            .visible_to("only you")
            .show(&sheet),
    }
}

pub(super) async fn connect(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    jar: CookieJar,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = permit(&app, &visitor)?;
    let had = may_change_ways(&app, &visitor).await?;
    let mut errors = Errors::default();
    if !limits::take(&app, &limits::CODES, &account.to_string()).await? {
        errors.add("code", "There were too many tries. Wait a minute");
    } else if let Some(codes) =
        passwords::confirm(&app, &permit, account, data.text("code")).await?
    {
        let told = "A password and an authenticator app now sign you in to Alongside.";
        let jar = added(&app, &visitor, jar, had, told).await?;
        return Ok((jar, show_codes(frame, &codes)?).into_response());
    } else {
        errors.add("code", "This code is not right. Codes change every half minute: check the clock of your device and type the one shown now");
    }
    match code_form(&app, account, &errors).await? {
        None => Ok(redirect("/account")),
        Some(sheet) => frame
            .page("Connect your authenticator app")
            .visible_to("only you")
            .crumb("Your account", "/account")
            .with_problems()
            .show(&sheet),
    }
}

fn show_codes(frame: Frame, codes: &[String]) -> Result<Response, PageError> {
    let sheet = Sheet::new("Your recovery codes")
        .lead("Keep these where you keep important papers. Each signs you in once, with your password, when the app is not at hand.")
        .part(bullets(codes.iter().map(String::as_str)))
        .part(WarningText::new("They are shown this once: we keep only what recognises them."))
        .part(Button::link("I have written them down", "/account"));
    frame
        .page("Your recovery codes")
        .crumb("Your account", "/account")
        .visible_to("only you, this once")
        .show(&sheet)
}

/// After a change to how somebody signs in: a new token here, and the end of every other session.
pub(super) async fn renew_session(
    app: &App,
    account: AccountId,
    jar: CookieJar,
) -> Result<CookieJar, PageError> {
    let Some(cookie) = jar.get(sessions::cookie_name(&app.config)) else { return Ok(jar) };
    let Some(token) = sessions::rotate(&app.db, &app.ids, cookie.value()).await? else {
        return Ok(jar);
    };
    sessions::end_all(&app.db, app.clock.now(), account, Some(&token)).await?;
    Ok(jar.add(sessions::cookie(&app.config, token)))
}

/// Tells the person by e-mail that something about their sign-in changed.
pub(super) async fn tell(app: &App, account: AccountId, what: &str) -> Result<(), PageError> {
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let letter = Letter {
        recipient: person.email,
        subject: "A change to how you sign in".to_owned(),
        body: format!(
            "Hello {},\n\n{what}\n\nIf this was not you, sign in by a link, choose “Sign out \
             everywhere” on your account page and remove there what you do not know:\n\n{}/account\n",
            person.name,
            app.config.public_url()
        ),
    };
    let tx = app.db.write().await?;
    let context = Context::system("account", app.clock.now());
    mail::post(&tx, app, &context, &letter).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks once more for the code before the second step itself is changed: a browser left open must
/// not be enough. `None` when the code was right.
async fn once_more(
    app: &App,
    frame: Frame,
    account: AccountId,
    data: &FormData,
    (to, title, button): (&str, &str, &str),
) -> Result<Option<Response>, PageError> {
    let mut errors = Errors::default();
    if data.has("code", data.text("code")) {
        match passwords::second_step(app, account, data.text("code")).await? {
            Second::Right | Second::NotNeeded => return Ok(None),
            Second::Wrong => errors
                .add("code", "The code is not right. Codes change every half minute and work once"),
            Second::Later => errors.add("code", "There were too many tries. Wait a minute"),
        }
    }
    let button = Button::new(button).prevent_double_click(true);
    let sheet = Sheet::new(title)
        .errors(&errors)
        .text("Show that it is you: enter the code your app shows now, or a recovery code.")
        .form(to, vec![code_input(&errors).into(), button.into()])
        .link("Back to your account", "/account");
    frame
        .page(title)
        .crumb("Your account", "/account")
        .visible_to("only you")
        .checked(&errors)
        .show(&sheet)
        .map(Some)
}

pub(super) async fn remove(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    jar: CookieJar,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = permit(&app, &visitor)?;
    if passwords::state(&app.db, account).await? == Password::Ready {
        let way = ("/account/password/remove", "Remove password and app", "Remove both");
        if let Some(asks) = once_more(&app, frame, account, &data, way).await? {
            return Ok(asks);
        }
    }
    let tx = app.db.write().await?;
    passwords::remove(&tx, &permit, account).await?;
    tx.commit().await?;
    tell(&app, account, "The password and the authenticator app were removed; links sign you in.")
        .await?;
    let jar = renew_session(&app, account, jar).await?;
    Ok((jar, redirect("/account")).into_response())
}

pub(super) async fn renew_codes(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    jar: CookieJar,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = permit(&app, &visitor)?;
    if passwords::state(&app.db, account).await? != Password::Ready {
        return Ok(redirect("/account"));
    }
    let way = ("/account/recovery-codes", "Make new recovery codes", "Make new codes");
    if let Some(asks) = once_more(&app, frame.clone(), account, &data, way).await? {
        return Ok(asks);
    }
    let codes = passwords::new_codes(&app, &permit, account).await?;
    tell(&app, account, "New recovery codes were made; the old ones no longer work.").await?;
    let jar = renew_session(&app, account, jar).await?;
    Ok((jar, show_codes(frame, &codes)?).into_response())
}
