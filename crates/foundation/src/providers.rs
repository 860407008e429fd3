//! Sign-in providers (OpenID Connect) as the configuration names them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a provider's claims say about the organisation a person works for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationClaim {
    /// Nothing that we read.
    #[default]
    None,
    /// The `organisation` claim of DfE Sign-in: a school, trust or authority by its number.
    DfeSignIn,
}

/// A provider of sign-in. `[[provider]]` in the file, `ALONGSIDE_PROVIDER_KEY_…` in the
/// environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Provider {
    /// The word in our addresses: lower-case letters, digits and hyphens.
    pub key: String,
    /// The name on the button.
    pub name: String,
    /// The issuer, exactly as its discovery document names it.
    pub issuer: String,
    /// The name under which the provider knows this installation.
    pub client_id: String,
    /// A file that holds the client secret; without one the provider must accept PKCE alone.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for; `openid` always is.
    pub scopes: Vec<String>,
    /// What its claims say about organisations.
    pub organisation: OrganisationClaim,
}

impl Provider {
    /// Sets one field from the environment; `false` when there is no such field.
    pub(crate) fn set(&mut self, field: &str, value: &str) -> bool {
        match field {
            "NAME" => value.clone_into(&mut self.name),
            "ISSUER" => value.clone_into(&mut self.issuer),
            "CLIENT_ID" => value.clone_into(&mut self.client_id),
            "CLIENT_SECRET_FILE" => self.client_secret_file = Some(PathBuf::from(value)),
            "SCOPES" => self.scopes = value.split_whitespace().map(str::to_owned).collect(),
            "ORGANISATION" if value == "dfe-sign-in" => {
                self.organisation = OrganisationClaim::DfeSignIn;
            }
            "ORGANISATION" if value == "none" => self.organisation = OrganisationClaim::None,
            _ => return false,
        }
        true
    }

    /// What is asked for, as one text: `openid` first, then what is configured.
    #[must_use]
    pub fn scope(&self) -> String {
        let configured: Vec<&str> = match self.scopes.is_empty() {
            true => vec!["email", "profile"],
            false => self.scopes.iter().map(String::as_str).collect(),
        };
        let rest = configured.into_iter().filter(|scope| *scope != "openid");
        std::iter::once("openid").chain(rest).collect::<Vec<_>>().join(" ")
    }

    /// What is wrong with the values, one sentence each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let plain =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if self.key.is_empty() || self.key.len() > 40 || !self.key.chars().all(plain) {
            problems.push(format!(
                "provider key “{}”: write lower-case letters, digits and hyphens, for example dfe",
                self.key
            ));
        }
        let wrong =
            |field: &str, way_out: &str| format!("provider {}: {field}: {way_out}", self.key);
        if self.name.trim().is_empty() {
            problems
                .push(wrong("name", "write the words people know it by, for example DfE Sign-in"));
        }
        if self.client_id.is_empty() {
            problems.push(wrong("client_id", "write the one the provider gave you"));
        }
        if !(self.issuer.starts_with("https://") || is_loopback(&self.issuer)) {
            problems.push(wrong(
                "issuer",
                "write its whole address beginning with https:// (http:// only for this machine)",
            ));
        }
        if self.issuer.contains(['?', '#', '@', ' ']) {
            problems.push(wrong("issuer", "write it without query, fragment or user name"));
        }
        problems
    }
}

/// Whether an address is plain HTTP to this very machine, as tests and trials use it.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = match authority.strip_prefix('[') {
        Some(_) => authority.rsplit_once("]:").map_or(authority, |(host, _)| host),
        None => authority.split(':').next().unwrap_or(""),
    };
    matches!(host, "127.0.0.1" | "localhost" | "[::1" | "[::1]")
}

/// What is wrong with the list as a whole and with each provider.
#[must_use]
pub fn problems(providers: &[Provider]) -> Vec<String> {
    let mut problems: Vec<String> = providers.iter().flat_map(Provider::problems).collect();
    for (at, provider) in providers.iter().enumerate() {
        if providers[..at].iter().any(|other| other.key == provider.key) {
            problems.push(format!("provider {}: the key is there twice", provider.key));
        }
        if providers[..at].iter().any(|other| other.issuer == provider.issuer) {
            problems.push(format!("provider {}: its issuer is there twice", provider.key));
        }
    }
    problems
}

/// Applies `ALONGSIDE_PROVIDER_KEY_FIELD`; the provider is made where the file has none of that
/// key. `false` when the variable is not of this shape.
pub(crate) fn from_env(providers: &mut Vec<Provider>, variable: &str, value: &str) -> bool {
    const FIELDS: [&str; 6] =
        ["NAME", "ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE", "SCOPES", "ORGANISATION"];
    let Some(rest) = variable.strip_prefix("ALONGSIDE_PROVIDER_") else { return false };
    let split = FIELDS.iter().find_map(|field| {
        let key = rest.strip_suffix(field)?.strip_suffix('_')?;
        Some((key.to_ascii_lowercase().replace('_', "-"), *field))
    });
    let Some((key, field)) = split else { return false };
    let at = match providers.iter().position(|provider| provider.key == key) {
        Some(at) => at,
        None => {
            providers.push(Provider { key, ..Provider::default() });
            providers.len() - 1
        }
    };
    providers[at].set(field, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine() -> Provider {
        Provider {
            key: "dfe".to_owned(),
            name: "DfE Sign-in".to_owned(),
            issuer: "https://oidc.example".to_owned(),
            client_id: "alongside".to_owned(),
            ..Provider::default()
        }
    }

    #[test]
    fn a_complete_provider_has_no_problem_and_each_gap_is_named() {
        assert_eq!(problems(&[fine()]), Vec::<String>::new());
        let none = Provider::default().problems().join("\n");
        for field in ["key", "name", "client_id", "issuer"] {
            assert!(none.contains(field), "{none}");
        }
        assert!(problems(&[fine(), fine()]).join("\n").contains("twice"));
        for issuer in ["http://oidc.example", "https://a@b", "https://x/?y", "ftp://x"] {
            let wrong = Provider { issuer: issuer.to_owned(), ..fine() };
            assert!(wrong.problems().join("").contains("issuer"), "{issuer}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for fine in ["http://127.0.0.1:9000/x", "http://localhost", "http://[::1]:9000"] {
            assert!(is_loopback(fine), "{fine}");
        }
        for wrong in
            ["http://127.0.0.1.evil.example", "http://localhost@evil.example", "https://localhost"]
        {
            assert!(!is_loopback(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_environment_makes_and_changes_providers() {
        let mut list = vec![fine()];
        assert!(from_env(&mut list, "ALONGSIDE_PROVIDER_DFE_CLIENT_ID", "other"));
        assert!(from_env(&mut list, "ALONGSIDE_PROVIDER_ENTRA_ID_ISSUER", "https://login.example"));
        assert!(from_env(&mut list, "ALONGSIDE_PROVIDER_DFE_ORGANISATION", "dfe-sign-in"));
        assert!(!from_env(&mut list, "ALONGSIDE_PROVIDER_DFE_COLOUR", "blue"));
        assert!(!from_env(&mut list, "ALONGSIDE_PROVIDER_DFE_ORGANISATION", "unheard-of"));
        assert_eq!((list[0].client_id.as_str(), list[1].key.as_str()), ("other", "entra-id"));
        assert_eq!(list[0].organisation, OrganisationClaim::DfeSignIn);
    }

    #[test]
    fn openid_is_asked_for_once() {
        assert_eq!(fine().scope(), "openid email profile");
        let scopes = vec!["email".to_owned(), "openid".to_owned(), "organisation".to_owned()];
        assert_eq!(Provider { scopes, ..fine() }.scope(), "openid email organisation");
    }
}
