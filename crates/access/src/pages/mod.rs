//! The pages of this room: signing in and out, one's own account, looking after people.

mod account;
mod colleagues;
mod headships;
mod joining;
mod log;
mod passkeys;
mod people;
mod policy;
mod post;
mod privacy;
mod providers;
mod recovery;
mod second_step;
mod sent;
mod sharing;
mod sheet;
mod sign_in;
mod waiting;

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use axum_extra::extract::CookieJar;
use foundation::{
    Actor, App, Context, OrgRef, PageError,
    events::{self, Event},
    origin,
    web::{percent_encoded, redirect},
};
use govuk::{Button, Html};
use serde_json::json;

use self::sheet::form;
use crate::{
    AccountId, Visitor, accounts, known, looks, second,
    sessions::{self, Entrance},
};

/// This room's pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in::ask).post(sign_in::send))
        .route("/sign-in/password", get(sign_in::ask_password).post(sign_in::try_password))
        .route("/sign-in/passkey", get(passkeys::ask).post(passkeys::enter))
        .route("/sign-in/with/{key}", get(providers::begin))
        .route("/sign-in/with/{key}/answer", get(providers::answer))
        .route("/sign-in/{token}", get(sign_in::confirm).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/account", get(account::show))
        .route("/account/sessions/end", post(account::end_session))
        .route("/account/sign-out-everywhere", post(account::end_everywhere))
        .route("/account/ways", get(joining::choose))
        .route("/account/passkeys/new", get(passkeys::ask_new).post(passkeys::add))
        .route("/account/passkeys/{id}", get(passkeys::show).post(passkeys::rename))
        .route("/account/passkeys/{id}/remove", post(passkeys::remove))
        .route("/account/providers/{key}", post(providers::ask_link))
        .route("/account/providers/{key}/remove", post(providers::unlink))
        .route("/account/password", get(second_step::ask).post(second_step::choose))
        .route("/account/password/remove", post(second_step::remove))
        .route("/account/code", get(second_step::ask_code).post(second_step::connect))
        .route("/account/second-step", get(waiting::ask).post(waiting::show_code))
        .route("/account/recovery-codes", post(second_step::renew_codes))
        .route("/colleagues", get(colleagues::list).post(colleagues::invite))
        .route("/colleagues/way-in", post(colleagues::open))
        .route("/colleagues/way-in/close", post(colleagues::close))
        .route("/colleagues/asked/{id}/let-in", post(colleagues::let_in))
        .route("/colleagues/asked/{id}/decline", post(colleagues::decline))
        .route("/join/{code}", get(joining::ask).post(joining::send))
        .route("/join/confirm/{token}", get(joining::ask_confirm).post(joining::confirm))
        .route("/people", get(people::list))
        .route("/people/new", get(people::ask_invite).post(people::invite))
        .route("/people/{id}", get(people::show))
        .route("/people/{id}/invite", post(people::invite_again))
        .route("/people/{id}/sign-out", post(people::end_sessions))
        .route("/people/{id}/recover", get(recovery::ask).post(recovery::recover))
        .route("/people/{id}/appoint", get(people::ask_appoint).post(people::appoint))
        .route("/people/{id}/headships", get(headships::ask).post(headships::split))
        .route("/people/{id}/close", get(people::ask_close).post(people::close))
        .route("/people/{id}/forget", get(privacy::ask_forget).post(privacy::forget))
        .route("/account/data", get(privacy::show))
        .route("/account/data.json", get(privacy::download))
        .route("/account/name", post(privacy::rename))
        .route("/account/e-mail", post(privacy::ask_address))
        .route("/account/e-mail/{token}", get(privacy::ask_confirm).post(privacy::confirm))
        .route("/retention", get(privacy::schedule).post(privacy::carry_out))
        .route("/sharing", get(sharing::show).post(sharing::agree))
        .route("/sharing/{id}/revoke", post(sharing::revoke))
        .route("/sharing/links", get(sent::show))
        .route("/sharing/links/{id}/take-back", post(sent::take_back))
        .route("/access-log", get(log::show))
        .route("/access-log.{ending}", get(log::download))
        .route("/break-glass", get(log::ask_glass).post(log::break_glass))
        .route("/record", get(log::record))
        .route("/how-access-works", get(policy::show))
        .route("/people/{id}/posts/{post}/end", get(people::ask_end).post(people::end))
}

/// Begins a session and sends the browser on with its cookie.
async fn begin(
    app: &App,
    headers: &HeaderMap,
    jar: CookieJar,
    account: AccountId,
    entrance: Entrance<'_>,
    to: &str,
) -> Result<Response, PageError> {
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    // A session that was open in this browser ends: nobody slips into another's.
    if let Some(earlier) = jar.get(sessions::cookie_name(&app.config)) {
        sessions::end(&app.db, app.clock.now(), earlier.value()).await?;
    }
    let label = origin::device_of(headers);
    let now = app.clock.now();
    let jar = jar.add(known::cookie(app, &person.email));
    let actor = Actor::Person { account: account.to_string(), name: person.name };
    let context = Context::by(actor, now);
    let mut waits = false;
    if !entrance.proved {
        let mut posts = accounts::posts(&app.db, &app.clock, account).await?;
        waits =
            !second::hold_back(app, account, &mut posts, second::Place::Session).await?.is_empty();
    }
    let tx = app.db.write().await?;
    let token = sessions::begin_by(&tx, &app.ids, now, account, &label, entrance).await?;
    let facts = json!({ "way": entrance.way, "second_step": entrance.proved });
    events::append(&tx, &context, Event::new("account", account, "signed in").with(facts)).await?;
    let mut to = to.to_owned();
    if waits {
        second::asked(&tx, account, app.clock.today()).await?;
        to = format!("/account/second-step?back={}", percent_encoded(&to));
    }
    tx.commit().await?;
    Ok((jar.add(sessions::cookie(&app.config, token)), redirect(&to)).into_response())
}

/// The account of a visitor who is signed in.
fn account_of(visitor: &Visitor) -> Result<AccountId, PageError> {
    visitor.account.ok_or_else(|| PageError::SignIn { back: "/account".to_owned() })
}

/// The same answer with another status.
fn status(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}

/// Notes an operator's look at the installation's own records.
async fn watched(
    app: &App,
    visitor: &Visitor,
    subject: &str,
    id: impl std::fmt::Display + Send,
) -> Result<(), PageError> {
    Ok(looks::record(app, visitor, &crate::policy::installation(), subject, id).await?)
}

/// A small button of a table's row that sends a form with nothing to fill in.
fn row_button(action: &str, words: &str) -> Html {
    let button = Button::new(words).classes("govuk-!-margin-bottom-0").secondary();
    form(action, vec![button.into()])
}

/// The name of an organisation.
async fn org_in_words(app: &App, org: OrgRef) -> Result<String, PageError> {
    if org == crate::policy::installation().owner {
        return Ok("This installation".to_owned());
    }
    if matches!(org, OrgRef::Partnership(_))
        && let Some(partnership) = crate::partnerships::get(&app.db, org).await?
    {
        return Ok(partnership.name);
    }
    Ok(app.names.of(&app.db, org).await?)
}

/// The filter of the record as the rest of a query.
fn log_query(about: &str, id: &str) -> String {
    let part = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!("&{name}={}", percent_encoded(value)),
    };
    part("about", about) + &part("id", id)
}
