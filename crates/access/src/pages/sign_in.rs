//! Signing in and out.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, percent_encoded, redirect},
};
use govuk::{Button, Input, PasswordInput};
use serde::Deserialize;

use super::{
    begin,
    sheet::{Sheet, hidden, links},
    status,
};
use crate::{
    known, limits, oidc,
    passwords::{self, Outcome, Second},
    sessions::{self, Entrance},
    signing_in::{self, local},
};

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

fn form(app: &App, data: &FormData, errors: &Errors) -> Sheet {
    let back = local(data.text("back"));
    let email = Input::new("email", "E-mail address")
        .hint("We send you a link that signs you in. No password is needed.")
        .email()
        .value(data.text("email"))
        .error_if(errors.get("email"));
    let send = Button::new("Send me a link").prevent_double_click(true);
    let sheet = Sheet::new("Sign in")
        .errors(errors)
        .form("/sign-in", vec![hidden("back", back), email.into(), send.into()]);
    other_ways(app, sheet, back, "link")
}

/// The ways to sign in besides the one whose page this is.
pub(super) fn other_ways(app: &App, sheet: Sheet, back: &str, but: &str) -> Sheet {
    let back = percent_encoded(local(back));
    let ways = [
        ("link", "A link to your e-mail address", "/sign-in"),
        ("passkey", "A passkey: your fingerprint, face or device PIN", "/sign-in/passkey"),
        ("password", "A password and a code", "/sign-in/password"),
    ];
    let mut items: Vec<(String, String)> = ways
        .iter()
        .filter(|(way, ..)| *way != but)
        .map(|(_, words, href)| ((*words).to_owned(), format!("{href}?back={back}")))
        .collect();
    for provider in &app.config.providers {
        items.push((provider.name.clone(), format!("/sign-in/with/{}?back={back}", provider.key)));
    }
    sheet.heading("Other ways to sign in").part(links(&items))
}

pub(super) async fn ask(
    State(app): State<App>,
    frame: Frame,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let data = FormData::from_pairs([("back", back.back)]);
    frame.page("Sign in").show(&form(&app, &data, &Errors::default()))
}

/// Sends a sign-in link. The answer and the work are the same whether or not the address has an
/// account: the worker looks that up.
pub(super) async fn send(
    State(app): State<App>,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let mut errors = data.errors();
    let email = data.required("email", &mut errors, "Enter your e-mail address");
    if !email.is_empty()
        && (!email.contains('@') || email.contains(char::is_whitespace) || email.len() > 254)
    {
        errors.add("email", "Enter an e-mail address in the form name@school.example");
    }
    if !errors.is_empty() {
        return frame.page("Sign in").with_problems().show(&form(&app, &data, &errors));
    }
    if !limits::take(&app, &limits::LINKS, &email.to_lowercase()).await? {
        errors.add(
            "email",
            "Several links were asked for this address just now. Look for the latest one in your \
             e-mail, or try again in a few minutes",
        );
        let page = frame.page("Sign in").with_problems().show(&form(&app, &data, &errors))?;
        return Ok(status(page, StatusCode::TOO_MANY_REQUESTS));
    }
    signing_in::ask(&app, email, data.text("back")).await?;
    let sent = Sheet::new("Check your e-mail")
        .text(&format!(
            "If {email} has an account, a link to sign in is on its way. It works once, for 30 minutes."
        ))
        .link("Ask again with another address", "/sign-in");
    frame.page("Check your e-mail").show(&sent)
}

const SPENT: &str =
    "This link has expired or has been used already. Ask for a new one on the sign-in page.";

/// The page behind a link. An account with an authenticator app is asked for its code as well.
async fn link_sheet(
    app: &App,
    token: &str,
    back: &str,
    errors: &Errors,
) -> Result<Sheet, PageError> {
    let offered = sessions::look_at_link(&app.db, app.clock.now(), token).await?;
    let action =
        format!("/sign-in/{}?back={}", percent_encoded(token), percent_encoded(local(back)));
    let mut parts = Vec::new();
    let mut sheet = Sheet::new("Sign in to Alongside").errors(errors);
    let account = offered.as_ref().map(|offered| offered.account);
    let careful = match account {
        Some(account) => passwords::state(&app.db, account).await? == passwords::State::Ready,
        None => false,
    };
    if careful {
        sheet = sheet.text("Your account asks for a code besides the link.");
        parts.push(code_input(errors).into());
    } else {
        sheet = sheet.text("Press the button to sign in on this device.");
    }
    parts.push(Button::new("Sign in").into());
    sheet = sheet.form(&action, parts);
    if offered.is_some_and(|offered| offered.purpose == "invitation")
        && !app.config.providers.is_empty()
    {
        let items: Vec<(String, String)> = app
            .config
            .providers
            .iter()
            .map(|provider| {
                let href = format!("/sign-in/with/{}?back=/account/ways", provider.key);
                (provider.name.clone(), href)
            })
            .collect();
        sheet = sheet
            .heading("Or accept the invitation with")
            .text("This works when the provider knows you by the address that was invited.")
            .part(links(&items));
    }
    if careful {
        sheet = sheet.text(
            "Without the app and the recovery codes, ask the person who looks after accounts to \
             let you set up your sign-in again.",
        );
    }
    Ok(sheet)
}

pub(super) fn code_input(errors: &Errors) -> Input {
    Input::new("code", "Code")
        .hint("The six digits your authenticator app shows now, or one of your recovery codes.")
        .autocomplete("one-time-code")
        .spellcheck(false)
        .autocapitalize("none")
        .width(20)
        .error_if(errors.get("code"))
}

/// Following a link changes nothing: mail scanners follow links too. The button does.
pub(super) async fn confirm(
    State(app): State<App>,
    frame: Frame,
    Path(token): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let sheet = link_sheet(&app, &token, &back.back, &Errors::default()).await?;
    frame.page("Sign in").show(&sheet)
}

pub(super) async fn enter(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    jar: CookieJar,
    Path(token): Path<String>,
    Query(back): Query<Back>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let spent = || PageError::Forbidden(SPENT.to_owned());
    let now = app.clock.now();
    let offered = sessions::look_at_link(&app.db, now, &token).await?.ok_or_else(spent)?;
    let mut errors = Errors::default();
    let second = passwords::second_step(&app, offered.account, data.text("code")).await?;
    match second {
        Second::NotNeeded | Second::Right => {
            let account = sessions::redeem_link(&app.db, now, &token).await?.ok_or_else(spent)?;
            let to = match offered.purpose.as_str() {
                "invitation" => "/account/ways",
                _ => local(&back.back),
            };
            let entrance = Entrance { way: "link", proved: second == Second::Right };
            return begin(&app, &headers, jar, account, entrance, to).await;
        }
        Second::Wrong => errors
            .add("code", "The code is not right. Codes change every half minute and work once"),
        Second::Later => errors.add("code", "There were too many tries. Wait a minute"),
    }
    let sheet = link_sheet(&app, &token, &back.back, &errors).await?;
    frame.page("Sign in").with_problems().show(&sheet)
}

fn password_form(app: &App, data: &FormData, errors: &Errors) -> Sheet {
    let back = local(data.text("back"));
    let email = Input::new("email", "E-mail address").email().value(data.text("email"));
    let password = PasswordInput::new("password", "Password").error_if(errors.get("password"));
    let code = code_input(&Errors::default());
    let go = Button::new("Sign in").prevent_double_click(true);
    let sheet = Sheet::new("Sign in with a password")
        .errors(errors)
        .form(
            "/sign-in/password",
            vec![hidden("back", back), email.into(), password.into(), code.into(), go.into()],
        )
        .text("A password works only together with a code. You set both up on your account page.");
    other_ways(app, sheet, back, "password")
}

pub(super) async fn ask_password(
    State(app): State<App>,
    frame: Frame,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let data = FormData::from_pairs([("back", back.back)]);
    frame.page("Sign in with a password").show(&password_form(&app, &data, &Errors::default()))
}

pub(super) async fn try_password(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    jar: CookieJar,
    Form(data): Form,
) -> Result<Response, PageError> {
    let mut errors = Errors::default();
    // The password as it was typed: spaces at its ends belong to it.
    let password = data.pairs().iter().find(|(name, _)| name == "password");
    let password = password.map_or("", |(_, value)| value.as_str());
    let outcome = if password.len() > 4 * passwords::LONGEST {
        Outcome::Wrong
    } else {
        let known = known::is(&app, &jar, data.text("email"));
        passwords::sign_in(&app, data.text("email"), password, data.text("code"), known).await?
    };
    let code = match outcome {
        Outcome::Welcome(account) => {
            let entrance = Entrance { way: "password", proved: true };
            return begin(&app, &headers, jar, account, entrance, local(data.text("back"))).await;
        }
        Outcome::Wrong => {
            errors.add(
                "password",
                "The e-mail address, the password or the code is not right. Codes change every half minute and work once",
            );
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Outcome::Later => {
            errors.add(
                "password",
                "There were too many tries. Wait a few minutes, or let us send you a link instead",
            );
            StatusCode::TOO_MANY_REQUESTS
        }
    };
    let page = frame
        .page("Sign in with a password")
        .with_problems()
        .show(&password_form(&app, &data, &errors))?;
    Ok(status(page, code))
}

pub(super) async fn leave(
    State(app): State<App>,
    frame: Frame,
    jar: CookieJar,
) -> Result<Response, PageError> {
    let mut elsewhere = None;
    if let Some(cookie) = jar.get(sessions::cookie_name(&app.config)) {
        let way = sessions::way(&app.db, cookie.value()).await?.unwrap_or_default();
        let key = way.strip_prefix("provider:");
        elsewhere = key.and_then(|key| oidc::configured(&app.config, key)).cloned();
        sessions::end(&app.db, app.clock.now(), cookie.value()).await?;
    }
    let jar = jar.remove(sessions::cookie(&app.config, String::new()));
    let Some(provider) = elsewhere else { return Ok((jar, redirect("/")).into_response()) };
    // Somebody at a shared computer has to know that the provider would let the next one in.
    let page = super::providers::signed_out(&app, frame, &provider).await?;
    Ok((jar, page).into_response())
}
