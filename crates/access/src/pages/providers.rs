//! Signing in through a provider, and linking one with an account.

use axum::{
    extract::{Path, Query, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use foundation::{
    App, PageError,
    providers::Provider,
    web::{Form, Frame, redirect},
};
use govuk::{Button, WarningText};
use serde::Deserialize;

use super::{
    account_of, begin as begin_session, org_in_words, second_step::tell, sheet::Sheet,
    sign_in::other_ways, status, waiting::may_change_ways,
};
use crate::{
    Action, SignedIn, Visitor, authorize,
    identities::{self, Arrival},
    oidc::{self, Answer, OidcError, token::Claims},
    policy,
    sessions::Entrance,
};

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

fn known<'a>(app: &'a App, key: &str) -> Result<&'a Provider, PageError> {
    oidc::configured(&app.config, key).ok_or(PageError::NotFound)
}

/// Says what went wrong without repeating what a provider or a stranger wrote.
fn trouble(
    app: &App,
    frame: Frame,
    provider: &Provider,
    error: &OidcError,
) -> Result<Response, PageError> {
    tracing::warn!(provider = provider.key, %error, "signing in with a provider failed");
    let name = &provider.name;
    let (words, code) = match error {
        OidcError::Unavailable(_) | OidcError::Secret(_) => (
            format!(
                "{name} does not answer as it should at the moment. Try again in a few minutes, or use another way."
            ),
            StatusCode::BAD_GATEWAY,
        ),
        OidcError::Declined(_) => (
            format!("{name} did not sign you in, or you chose not to. Nothing was changed."),
            StatusCode::FORBIDDEN,
        ),
        OidcError::Stray(_) => (
            format!(
                "This answer of {name} came too late, was used already, or belongs to another browser. Begin again here."
            ),
            StatusCode::FORBIDDEN,
        ),
        OidcError::Token(_) => (
            format!(
                "What {name} told us does not fit together, so we did not sign you in. If it happens again, tell the person who runs your Alongside."
            ),
            StatusCode::FORBIDDEN,
        ),
    };
    let again = format!("/sign-in/with/{}", provider.key);
    let sheet = Sheet::new("We could not sign you in")
        .text(&words)
        .link(&format!("Try {name} again"), &again);
    let page = frame.page("We could not sign you in").show(&other_ways(app, sheet, "/", ""))?;
    Ok(status(page, code))
}

/// Sends the browser to the provider. Writes nothing but a cookie.
pub(super) async fn begin(
    State(app): State<App>,
    frame: Frame,
    jar: CookieJar,
    Path(key): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let provider = known(&app, &key)?;
    match oidc::begin(&app, provider, &back.back, None).await {
        Ok((url, sealed)) => {
            Ok((jar.add(oidc::cookie(&app.config, sealed)), redirect(&url)).into_response())
        }
        Err(error) => trouble(&app, frame, provider, &error),
    }
}

/// Takes the provider's answer. This is the one GET that begins something: the protocol brings
/// the answer that way, and it does so only for a browser that asked (state) and once (code).
pub(super) async fn answer(
    State(app): State<App>,
    frame: Frame,
    visitor: Visitor,
    headers: HeaderMap,
    jar: CookieJar,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let provider = known(&app, &key)?;
    let sealed = jar.get(oidc::cookie_name(&app.config)).map(|cookie| cookie.value().to_owned());
    let jar = jar.remove(oidc::cookie(&app.config, String::new()));
    let finished = match Answer::read(&query.unwrap_or_default()) {
        None => Err(OidcError::Stray("the answer cannot be read")),
        Some(answer) => oidc::finish(&app, provider, &sealed.unwrap_or_default(), &answer).await,
    };
    let (attempt, claims) = match finished {
        Ok(finished) => finished,
        Err(error) => {
            let page = trouble(&app, frame, provider, &error)?;
            return Ok((jar, page).into_response());
        }
    };
    if let Some(account) = attempt.link {
        let page = link(&app, frame, &visitor, provider, &claims, account).await?;
        return Ok((jar, page).into_response());
    }
    let way = format!("provider:{}", provider.key);
    let entrance = Entrance { way: &way, proved: claims.second_step() };
    match identities::arrive(&app, provider, &claims).await? {
        Arrival::Welcome(account) => {
            begin_session(&app, &headers, jar, account, entrance, &attempt.back).await
        }
        Arrival::Joined(account) => {
            begin_session(&app, &headers, jar, account, entrance, "/account/ways").await
        }
        Arrival::Unknown(org) => {
            let mut sheet = Sheet::new("We do not know you by this account yet").text(&format!(
                "{} knows who you are, but it is not linked with an account here.",
                provider.name
            ));
            if let Some(org) = org {
                let org = org_in_words(&app, org).await?;
                sheet = sheet.text(&format!("It says that you work for: {org}."));
            }
            let sheet = sheet
                .text("If you have an account here, sign in another way and link the two on your account page.")
                .text("If you were invited, open the link in the invitation. Otherwise ask the person who looks after accounts for your school, trust or authority to invite you.");
            let title = "We do not know you by this account yet";
            let page = frame.page(title).show(&other_ways(&app, sheet, &attempt.back, ""))?;
            Ok((jar, status(page, StatusCode::FORBIDDEN)).into_response())
        }
    }
}

async fn link(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    provider: &Provider,
    claims: &Claims,
    account: crate::AccountId,
) -> Result<Response, PageError> {
    // The person who asked must still be the one who is signed in here.
    if visitor.account != Some(account) {
        let stray = OidcError::Stray("somebody else is signed in now");
        return trouble(app, frame, provider, &stray);
    }
    let permit = authorize(app, visitor, Action::Update, &policy::own(account))?;
    may_change_ways(app, visitor).await?;
    if identities::link(app, &permit, account, provider, claims).await? {
        let told = format!("{} now signs you in to Alongside.", provider.name);
        tell(app, account, &told).await?;
        return Ok(redirect("/account"));
    }
    let sheet = Sheet::new("This account is linked already")
        .text(&format!(
            "Your account at {} signs in somebody else here. Use another one, or ask them to unlink it.",
            provider.name
        ))
        .link("Back to your account", "/account");
    let page = frame.page("This account is linked already").show(&sheet)?;
    Ok(status(page, StatusCode::CONFLICT))
}

/// Begins linking. A form may not lead the browser to another site, so a link does.
pub(super) async fn ask_link(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    jar: CookieJar,
    Path(key): Path<String>,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    authorize(&app, &visitor, Action::Update, &policy::own(account))?;
    may_change_ways(&app, &visitor).await?;
    let provider = known(&app, &key)?;
    let (url, sealed) = match oidc::begin(&app, provider, "/account", Some(account)).await {
        Ok(begun) => begun,
        Err(error) => return trouble(&app, frame, provider, &error),
    };
    let sheet = Sheet::new(&format!("Link {}", provider.name))
        .text(&format!(
            "Sign in there with the account you want to use here. {} tells us who you are and your e-mail address; we never see your password there.",
            provider.name
        ))
        .part(Button::link(format!("Continue to {}", provider.name), url))
        .link("Back to your account", "/account");
    let page = frame
        .page(format!("Link {}", provider.name))
        .crumb("Your account", "/account")
        .visible_to("only you")
        .show(&sheet)?;
    Ok((jar.add(oidc::cookie(&app.config, sealed)), page).into_response())
}

pub(super) async fn unlink(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(_key): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    let permit = authorize(&app, &visitor, Action::Update, &policy::own(account))?;
    let (issuer, subject) = (data.text("issuer"), data.text("subject"));
    if identities::unlink(&app, &permit, account, issuer, subject).await? {
        tell(&app, account, "A provider was unlinked and no longer signs you in.").await?;
    }
    Ok(redirect("/account"))
}

/// After signing out of a session that a provider began.
pub(super) async fn signed_out(
    app: &App,
    frame: Frame,
    provider: &Provider,
) -> Result<Response, PageError> {
    let name = &provider.name;
    let mut sheet = Sheet::new("You are signed out of Alongside")
        .part(WarningText::new(format!("You may still be signed in to {name} in this browser.")));
    // Without an answer of the provider the warning still stands.
    if let Ok(Some(url)) = oidc::leaving(app, provider).await {
        sheet = sheet.part(Button::link(format!("Sign out of {name} too"), url).secondary());
    } else {
        sheet = sheet.text(&format!("On a shared computer, sign out of {name} as well."));
    }
    let mut frame = frame;
    frame.viewer = None;
    frame.nav.clear();
    frame.page("You are signed out").show(&sheet.link("To the start page", "/"))
}
