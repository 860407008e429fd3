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
    sheet::{Sheet, hidden},
    status,
};
use crate::{
    limits,
    passwords::{self, Outcome},
    sessions,
    signing_in::{self, local},
};

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

fn form(data: &FormData, errors: &Errors) -> Sheet {
    let back = local(data.text("back"));
    let email = Input::new("email", "E-mail address")
        .hint("We send you a link that signs you in. No password is needed.")
        .email()
        .value(data.text("email"))
        .error_if(errors.get("email"));
    let send = Button::new("Send me a link").prevent_double_click(true);
    Sheet::new("Sign in")
        .errors(errors)
        .form("/sign-in", vec![hidden("back", back), email.into(), send.into()])
        .link(
            "Sign in with a password and a code instead",
            &format!("/sign-in/password?back={}", percent_encoded(back)),
        )
}

pub(super) async fn ask(frame: Frame, Query(back): Query<Back>) -> Result<Response, PageError> {
    let data = FormData::from_pairs([("back", back.back)]);
    frame.page("Sign in").show(&form(&data, &Errors::default()))
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
        return frame.page("Sign in").with_problems().show(&form(&data, &errors));
    }
    if !limits::take(&app, &limits::LINKS, &email.to_lowercase()).await? {
        errors.add(
            "email",
            "Several links were asked for this address just now. Look for the latest one in your \
             e-mail, or try again in a few minutes",
        );
        let page = frame.page("Sign in").with_problems().show(&form(&data, &errors))?;
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

/// Following a link changes nothing: mail scanners follow links too. The button does.
pub(super) async fn confirm(
    frame: Frame,
    Path(token): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let action =
        format!("/sign-in/{}?back={}", percent_encoded(&token), percent_encoded(local(&back.back)));
    let sheet = Sheet::new("Sign in to Alongside")
        .text("Press the button to sign in on this device.")
        .form(&action, vec![Button::new("Sign in").into()]);
    frame.page("Sign in").show(&sheet)
}

pub(super) async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
    Path(token): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let Some(account) = sessions::redeem_link(&app.db, app.clock.now(), &token).await? else {
        return Err(PageError::Forbidden(
            "This link has expired or has been used already. Ask for a new one on the sign-in page."
                .to_owned(),
        ));
    };
    begin(&app, &headers, jar, account, local(&back.back)).await
}

fn password_form(data: &FormData, errors: &Errors) -> Sheet {
    let back = local(data.text("back"));
    let email = Input::new("email", "E-mail address").email().value(data.text("email"));
    let password = PasswordInput::new("password", "Password").error_if(errors.get("password"));
    let code = Input::new("code", "Code")
        .hint("The six digits your authenticator app shows now, or one of your recovery codes.")
        .autocomplete("one-time-code")
        .spellcheck(false)
        .autocapitalize("none")
        .width(20);
    let go = Button::new("Sign in").prevent_double_click(true);
    Sheet::new("Sign in with a password")
        .errors(errors)
        .form(
            "/sign-in/password",
            vec![hidden("back", back), email.into(), password.into(), code.into(), go.into()],
        )
        .link("Send me a link instead", &format!("/sign-in?back={}", percent_encoded(back)))
        .text("A password works only together with a code. You set both up on your account page.")
}

pub(super) async fn ask_password(
    frame: Frame,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let data = FormData::from_pairs([("back", back.back)]);
    frame.page("Sign in with a password").show(&password_form(&data, &Errors::default()))
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
        passwords::sign_in(&app, data.text("email"), password, data.text("code")).await?
    };
    let code = match outcome {
        Outcome::Welcome(account) => {
            return begin(&app, &headers, jar, account, local(data.text("back"))).await;
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
        .show(&password_form(&data, &errors))?;
    Ok(status(page, code))
}

pub(super) async fn leave(State(app): State<App>, jar: CookieJar) -> Result<Response, PageError> {
    if let Some(cookie) = jar.get(sessions::cookie_name(&app.config)) {
        sessions::end(&app.db, app.clock.now(), cookie.value()).await?;
    }
    let gone = sessions::cookie(&app.config, String::new());
    Ok((jar.remove(gone), redirect("/")).into_response())
}
