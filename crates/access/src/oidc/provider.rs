//! What a provider says of itself (OpenID Connect Discovery 1.0), kept for an hour.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use foundation::{App, providers::Provider};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    OidcError,
    fetch::{self, Question},
    token::Keys,
};

/// How long a document is believed.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// How soon the keys may be asked for again when none fits: providers change them at times.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// The part of a discovery document that we use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    pub(super) end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
}

impl Metadata {
    /// Whether the client id and secret go into the form; else into a header, the default.
    pub(super) fn secret_in_form(&self) -> bool {
        self.token_endpoint_auth_methods_supported.as_ref().is_some_and(|methods| {
            !methods.iter().any(|method| method == "client_secret_basic")
                && methods.iter().any(|method| method == "client_secret_post")
        })
    }
}

#[derive(Clone)]
struct Known {
    metadata: Metadata,
    keys: Keys,
    at: Timestamp,
}

type Cache = Mutex<BTreeMap<String, Arc<Known>>>;

fn cache() -> &'static Cache {
    static CACHE: OnceLock<Cache> = OnceLock::new();
    CACHE.get_or_init(Cache::default)
}

async fn document<T: DeserializeOwned>(issuer: &str, url: &str) -> Result<T, OidcError> {
    let question = Question { issuer, url, authorization: None, form: None };
    let (status, body) = fetch::ask(question).await.map_err(OidcError::Unavailable)?;
    if status != 200 {
        return Err(OidcError::Unavailable(format!("{url}: status {status}")));
    }
    serde_json::from_slice(&body).map_err(|error| OidcError::Unavailable(format!("{url}: {error}")))
}

async fn load(provider: &Provider, now: Timestamp) -> Result<Known, OidcError> {
    let issuer = provider.issuer.as_str();
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let metadata: Metadata = document(issuer, &url).await?;
    if metadata.issuer != issuer {
        return Err(OidcError::Unavailable(format!(
            "{url}: it calls itself “{}”, the configuration calls it “{issuer}”",
            metadata.issuer
        )));
    }
    let pkce = &metadata.code_challenge_methods_supported;
    if pkce.as_ref().is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
        return Err(OidcError::Unavailable(format!("{url}: it does not take PKCE with S256")));
    }
    // The browser is sent there: never to a script or to a page in the clear.
    for place in [Some(&metadata.authorization_endpoint), metadata.end_session_endpoint.as_ref()] {
        let Some(place) = place else { continue };
        let local = foundation::providers::is_loopback;
        let fine = place.starts_with("https://") || (local(place) && local(issuer));
        if !fine {
            return Err(OidcError::Unavailable(format!("{url}: “{place}” is not https")));
        }
    }
    let keys = document(issuer, &metadata.jwks_uri).await?;
    Ok(Known { metadata, keys, at: now })
}

fn kept(issuer: &str) -> Option<Arc<Known>> {
    cache().lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned()
}

async fn known(
    app: &App,
    provider: &Provider,
    stale: SignedDuration,
) -> Result<Arc<Known>, OidcError> {
    let now = app.clock.now();
    if let Some(known) = kept(&provider.issuer)
        && now.duration_since(known.at).abs() < stale
    {
        return Ok(known);
    }
    let fresh = Arc::new(load(provider, now).await?);
    let mut cache = cache().lock().unwrap_or_else(PoisonError::into_inner);
    cache.insert(provider.issuer.clone(), fresh.clone());
    Ok(fresh)
}

/// What the provider says of itself.
pub(super) async fn metadata(app: &App, provider: &Provider) -> Result<Metadata, OidcError> {
    known(app, provider, KEPT).await.map(|known| known.metadata.clone())
}

/// The provider's keys; asked for anew, though not too often, when none has fitted.
pub(super) async fn keys(app: &App, provider: &Provider, again: bool) -> Result<Keys, OidcError> {
    let stale = if again { AGAIN } else { KEPT };
    known(app, provider, stale).await.map(|known| known.keys.clone())
}
