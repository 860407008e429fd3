//! Signing in and out.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use foundation::{
    App, PageError,
    mail::{self, Letter},
    web::{Errors, Form, FormData, Frame, redirect},
};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::{AccountId, accounts, sessions};

/// This room's pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(ask).post(send))
        .route("/sign-in/{token}", get(confirm).post(enter))
        .route("/sign-out", post(leave))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    form: FormData,
    errors: Errors,
    sent: bool,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm {
    token: String,
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

async fn ask(frame: Frame, Query(back): Query<Back>) -> Result<Response, PageError> {
    let form = FormData::from_pairs([("back", back.back)]);
    frame.page("Sign in").show(&SignIn { form, errors: Errors::default(), sent: false })
}

/// Sends a sign-in link. The answer is the same whether or not the address has an account.
async fn send(
    State(app): State<App>,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let mut errors = form.errors();
    let email = form.required("email", &mut errors, "Enter your e-mail address");
    if !email.is_empty() && (!email.contains('@') || email.contains(char::is_whitespace)) {
        errors.add("email", "Enter an e-mail address in the form name@school.example");
    }
    if !errors.is_empty() {
        return frame.page("Sign in").with_problems().show(&SignIn { form, errors, sent: false });
    }
    if let Some(account) = accounts::by_email(&app.db, email).await? {
        let now = app.clock.now();
        let tx = app.db.write().await?;
        let token = sessions::issue_link(
            &tx,
            &app.ids,
            now,
            account.id,
            SignedDuration::from_mins(30),
            false,
        )
        .await?;
        let letter = Letter {
            recipient: account.email,
            subject: "Your link to sign in to Alongside".to_owned(),
            body: format!(
                "Hello {},\n\nOpen this link within 30 minutes to sign in. It works once.\n\n{}/sign-in/{token}\n\nIf you did not ask for it, do nothing.\n",
                account.name,
                app.config.public_url()
            ),
        };
        let context = foundation::Context::system("sign-in", now);
        mail::post(&tx, &app.ids, &context, &letter).await?;
        tx.commit().await?;
    }
    frame.page("Check your e-mail").show(&SignIn { form, errors, sent: true })
}

/// Following a link changes nothing: mail scanners follow links too. The button does.
async fn confirm(frame: Frame, Path(token): Path<String>) -> Result<Response, PageError> {
    frame.page("Sign in").show(&Confirm { token })
}

async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some(account) = sessions::redeem_link(&app.db, app.clock.now(), &token).await? else {
        return Err(PageError::Forbidden(
            "This link has expired or has been used already. Ask for a new one on the sign-in page."
                .to_owned(),
        ));
    };
    begin(&app, &headers, jar, account, "/").await
}

async fn begin(
    app: &App,
    headers: &HeaderMap,
    jar: CookieJar,
    account: AccountId,
    to: &str,
) -> Result<Response, PageError> {
    let label =
        headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("browser");
    let token = sessions::begin(&app.db, &app.ids, app.clock.now(), account, label).await?;
    let cookie = Cookie::build((sessions::COOKIE, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.secure());
    Ok((jar.add(cookie), redirect(to)).into_response())
}

async fn leave(State(app): State<App>, jar: CookieJar) -> Result<Response, PageError> {
    if let Some(cookie) = jar.get(sessions::COOKIE) {
        sessions::end(&app.db, app.clock.now(), cookie.value()).await?;
    }
    let gone = Cookie::build((sessions::COOKIE, "")).path("/");
    Ok((jar.remove(gone), redirect("/")).into_response())
}
