//! Signing in through a provider that vouches for people: OpenID Connect, the authorisation code
//! flow with PKCE.
//!
//! Invariants: only configured issuers are asked; the answer must fit the browser that asked
//! (state), this one attempt (nonce, PKCE) and the provider it was sent to; nothing of a token is
//! believed before its signature is checked. What belongs to an attempt lies sealed in a cookie
//! of the browser: beginning one writes nothing.

mod fetch;
mod organisation;
mod provider;
pub mod token;

use axum_extra::extract::cookie::Cookie;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use foundation::{
    App, Config,
    providers::Provider,
    web::{FormData, percent_encoded},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use organisation::organisation;

use self::{
    fetch::Question,
    token::{Claims, Expected, TokenError},
};
use crate::{AccountId, keyring, sessions, signing_in::local, totp::same};

/// How long somebody may take at the provider.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Why a provider's word is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider cannot be reached or does not work; details for the log.
    #[error("the provider does not answer as it should: {0}")]
    Unavailable(String),
    /// The person or the provider said no; the word of the protocol.
    #[error("the provider said “{0}”")]
    Declined(String),
    /// The answer does not belong to an attempt of this browser, or came too late.
    #[error("the answer does not belong to this browser's attempt: {0}")]
    Stray(&'static str),
    /// The token is not what it should be.
    #[error("the provider's token is refused: {0}")]
    Token(#[from] TokenError),
    /// The secret file cannot be read; details for the log.
    #[error("the client secret: {0}")]
    Secret(String),
}

/// An attempt that is under way, as the browser's cookie keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The key of the provider.
    pub provider: String,
    /// The page to return to.
    pub back: String,
    /// The account that the identity is to be linked with, when somebody signed in asked for it.
    pub link: Option<AccountId>,
    state: String,
    nonce: String,
    verifier: String,
    expires: Timestamp,
}

/// The provider of a key, if it is configured.
#[must_use]
pub fn configured<'a>(config: &'a Config, key: &str) -> Option<&'a Provider> {
    config.providers.iter().find(|provider| provider.key == key)
}

/// Where the provider sends people back to.
#[must_use]
pub fn callback(config: &Config, provider: &Provider) -> String {
    format!("{}/sign-in/with/{}/answer", config.public_url(), provider.key)
}

/// The name of the cookie that holds an attempt.
#[must_use]
pub fn cookie_name(config: &Config) -> &'static str {
    if config.secure() { "__Host-alongside_attempt" } else { "alongside_attempt" }
}

/// The cookie that holds an attempt; comes back with the provider's answer because that is a
/// plain navigation.
#[must_use]
pub fn cookie(config: &Config, sealed: String) -> Cookie<'static> {
    sessions::hardened(config, cookie_name(config), sealed)
}

fn sealing_key(app: &App) -> [u8; 32] {
    app.secret.key("alongside sign-in attempts")
}

fn chance(app: &App) -> String {
    let mut bytes = [0_u8; 32];
    app.ids.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Begins an attempt: the provider's address for the browser, and the content of its cookie.
///
/// # Errors
/// When the provider cannot be reached.
pub async fn begin(
    app: &App,
    provider: &Provider,
    back: &str,
    link: Option<AccountId>,
) -> Result<(String, String), OidcError> {
    let metadata = provider::metadata(app, provider).await?;
    let attempt = Attempt {
        provider: provider.key.clone(),
        back: local(back).to_owned(),
        link,
        state: chance(app),
        nonce: chance(app),
        verifier: chance(app),
        expires: app.clock.now() + PATIENCE,
    };
    let digest = ring::digest::digest(&ring::digest::SHA256, attempt.verifier.as_bytes());
    let challenge = URL_SAFE_NO_PAD.encode(digest);
    let back_here = callback(&app.config, provider);
    let scope = provider.scope();
    let parameters = [
        ("response_type", "code"),
        ("client_id", &provider.client_id),
        ("redirect_uri", &back_here),
        ("scope", &scope),
        ("state", &attempt.state),
        ("nonce", &attempt.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let url = with_query(&metadata.authorization_endpoint, &parameters);
    let plain = serde_json::to_vec(&attempt).unwrap_or_default();
    let sealed = keyring::encrypt(&sealing_key(app), &app.ids, "attempt", &plain)
        .map_err(|error| OidcError::Secret(error.to_string()))?;
    Ok((url, sealed))
}

fn form(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
        .collect();
    pairs.join("&")
}

fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{}", form(parameters))
}

/// What the browser brings back from the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    code: String,
    state: String,
    issuer: String,
    error: String,
}

impl Answer {
    /// Reads the query of the address; nothing when a part is there twice or too long.
    #[must_use]
    pub fn read(query: &str) -> Option<Self> {
        if query.len() > 8192 {
            return None;
        }
        let data = FormData::decode(query.as_bytes());
        let one = |name: &str| {
            let mut found = data.all(name);
            let first = found.next().unwrap_or("").to_owned();
            found.next().is_none().then_some(first)
        };
        Some(Self {
            code: one("code")?,
            state: one("state")?,
            issuer: one("iss")?,
            error: one("error")?,
        })
    }
}

/// Opens the cookie of an attempt that is under way with this provider.
fn opened(app: &App, provider: &Provider, cookie: &str) -> Result<Attempt, OidcError> {
    let plain = keyring::decrypt(&sealing_key(app), "attempt", cookie)
        .map_err(|_| OidcError::Stray("no attempt is under way"))?;
    let attempt: Attempt =
        serde_json::from_slice(&plain).map_err(|_| OidcError::Stray("no attempt is under way"))?;
    if attempt.provider != provider.key {
        return Err(OidcError::Stray("the attempt is with another provider"));
    }
    if attempt.expires <= app.clock.now() {
        return Err(OidcError::Stray("the attempt took too long"));
    }
    Ok(attempt)
}

/// Finishes an attempt: what belonged to it, and what the provider says about the person.
///
/// # Errors
/// See [`OidcError`].
pub async fn finish(
    app: &App,
    provider: &Provider,
    cookie: &str,
    answer: &Answer,
) -> Result<(Attempt, Claims), OidcError> {
    let attempt = opened(app, provider, cookie)?;
    if !same(attempt.state.as_bytes(), answer.state.as_bytes()) {
        return Err(OidcError::Stray("the state differs"));
    }
    let metadata = provider::metadata(app, provider).await?;
    let named = !answer.issuer.is_empty();
    if (named || metadata.authorization_response_iss_parameter_supported)
        && answer.issuer != provider.issuer
    {
        return Err(OidcError::Stray("the answer names another issuer"));
    }
    if !answer.error.is_empty() {
        return Err(OidcError::Declined(answer.error.chars().take(60).collect()));
    }
    if answer.code.is_empty() {
        return Err(OidcError::Stray("the answer holds no code"));
    }
    let token = redeem(app, provider, &metadata, &attempt, &answer.code).await?;
    let expected = Expected {
        issuer: &provider.issuer,
        audience: &provider.client_id,
        nonce: &attempt.nonce,
        now: app.clock.now(),
    };
    let keys = provider::keys(app, provider, false).await?;
    let checked = match token::verify(&token, &keys, expected) {
        Err(TokenError::Key) => {
            let keys = provider::keys(app, provider, true).await?;
            token::verify(&token, &keys, expected)
        }
        other => other,
    };
    Ok((attempt, checked?))
}

async fn secret(provider: &Provider) -> Result<Option<String>, OidcError> {
    let Some(file) = &provider.client_secret_file else { return Ok(None) };
    let text = tokio::fs::read_to_string(file)
        .await
        .map_err(|error| OidcError::Secret(format!("{}: {error}", file.display())))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(OidcError::Secret(format!("{} is empty", file.display())));
    }
    Ok(Some(text.to_owned()))
}

/// Exchanges the code for the identity token.
async fn redeem(
    app: &App,
    provider: &Provider,
    metadata: &provider::Metadata,
    attempt: &Attempt,
    code: &str,
) -> Result<String, OidcError> {
    #[derive(Deserialize)]
    struct Granted {
        id_token: String,
    }
    let back_here = callback(&app.config, provider);
    let mut parameters = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &back_here),
        ("code_verifier", &attempt.verifier),
    ];
    let secret = secret(provider).await?;
    let mut authorization = None;
    match &secret {
        Some(secret) if !metadata.secret_in_form() => {
            let pair =
                format!("{}:{}", percent_encoded(&provider.client_id), percent_encoded(secret));
            authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
        }
        Some(secret) => {
            parameters
                .extend([("client_id", provider.client_id.as_str()), ("client_secret", secret)]);
        }
        None => parameters.push(("client_id", provider.client_id.as_str())),
    }
    let question = Question {
        issuer: &provider.issuer,
        url: &metadata.token_endpoint,
        authorization,
        form: Some(form(&parameters)),
    };
    let (status, body) = fetch::ask(question).await.map_err(OidcError::Unavailable)?;
    if status != 200 {
        // The body names an error of the protocol; it holds no secret of ours.
        let said: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let word: String = said["error"].as_str().unwrap_or("no reason").chars().take(60).collect();
        return Err(match word.as_str() {
            "invalid_grant" => OidcError::Stray("the provider does not know the code"),
            _ => OidcError::Unavailable(format!(
                "{}: status {status}, {word}",
                metadata.token_endpoint
            )),
        });
    }
    let granted: Granted = serde_json::from_slice(&body).map_err(|_| {
        OidcError::Unavailable(format!("{}: no identity token", metadata.token_endpoint))
    })?;
    Ok(granted.id_token)
}

/// Where somebody signs out at the provider as well, when it has such a page.
///
/// # Errors
/// When the provider cannot be reached.
pub async fn leaving(app: &App, provider: &Provider) -> Result<Option<String>, OidcError> {
    let metadata = provider::metadata(app, provider).await?;
    let after = format!("{}/", app.config.public_url());
    Ok(metadata.end_session_endpoint.map(|url| {
        with_query(
            &url,
            &[("client_id", &provider.client_id), ("post_logout_redirect_uri", &after)],
        )
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_is_read_once_each() {
        let answer = Answer::read("code=a%20b&state=s&iss=https%3A%2F%2Fx").unwrap();
        assert_eq!((answer.code.as_str(), answer.issuer.as_str()), ("a b", "https://x"));
        assert_eq!(Answer::read("code=a&code=b&state=s"), None);
        assert_eq!(Answer::read("state=a&state=a"), None);
        assert_eq!(Answer::read(""), Some(Answer::default()));
    }

    #[test]
    fn parameters_are_added_to_a_query_that_is_there() {
        assert_eq!(with_query("https://x/a", &[("b", "c d")]), "https://x/a?b=c%20d");
        assert_eq!(with_query("https://x/a?p=1", &[("b", "&")]), "https://x/a?p=1&b=%26");
    }

    proptest! {
        #[test]
        fn whatever_comes_back_is_read_or_refused(query in ".{0,200}") {
            if let Some(answer) = Answer::read(&query) {
                prop_assert!(answer.code.len() <= 3 * query.len());
            }
        }
    }
}
