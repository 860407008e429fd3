//! Asking a provider over HTTP, and nobody else.
//!
//! Addresses come from the configuration (the issuer) or from the issuer's own discovery
//! document. They are HTTPS, except for an issuer on this very machine; another host than the
//! issuer's must have a public address, so that a document cannot point us into our own network.
//! Redirects are not followed; answers are short and do not take long.

use std::{net::IpAddr, time::Duration};

use axum::body::Bytes;
use foundation::{
    https::{self, Body, Silence},
    providers::is_loopback,
};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A question to a provider.
#[derive(Debug)]
pub(super) struct Question<'a> {
    /// The issuer on whose behalf the address is used.
    pub issuer: &'a str,
    /// The address.
    pub url: &'a str,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The form that is posted; without one the address is read.
    pub form: Option<String>,
}

/// Asks and returns the status and the body.
///
/// # Errors
/// One sentence for the log that names the address and never what was sent.
pub(super) async fn ask(question: Question<'_>) -> Result<(u16, Bytes), String> {
    let url = question.url;
    let said = |error: String| format!("{url}: {error}");
    let (_, host, _) = allowed(question.issuer, url).map_err(said)?;
    let own = allowed(question.issuer, question.issuer).is_ok_and(|(_, own, _)| own == host);
    let question = https::Question {
        url: url.to_owned(),
        authorization: question.authorization,
        body: question.form.map_or(Body::Nothing, Body::Form),
        may_be_at: if own { |_| true } else { is_public },
    };
    // Somebody waits for the page.
    match tokio::time::timeout(PATIENCE, https::ask(&question)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Silence::Unsent(error) | Silence::Unheard(error))) => Err(said(error)),
        Err(_) => Err(said(format!("no answer within {} seconds", PATIENCE.as_secs()))),
    }
}

/// The scheme, host and port of an address that may be asked for an issuer.
fn allowed(issuer: &str, url: &str) -> Result<(bool, String, u16), String> {
    let place = https::place(url)?;
    if !place.0 && !is_loopback(issuer) {
        return Err("only https addresses are asked".to_owned());
    }
    Ok(place)
}

/// Whether anybody on the internet could reach the address.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || matches!(a, 0 | 240..=255)
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
                || (a == 192 && b == 0 && c == 0))
        }
        IpAddr::V6(v6) => {
            let first = v6.segments()[0];
            // Global unicast, without the ranges that carry an IPv4 address inside.
            (0x2000..0x4000).contains(&first)
                && first != 0x2002
                && v6.segments()[..2] != [0x2001, 0]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_is_asked_except_on_this_machine() {
        let issuer = "https://issuer.example/tenant";
        assert_eq!(
            allowed(issuer, "https://keys.example:8443/x").unwrap(),
            (true, "keys.example".to_owned(), 8443)
        );
        for wrong in [
            "http://issuer.example",
            "http://127.0.0.1/keys",
            "ftp://issuer.example",
            "https://user@issuer.example",
            "/keys",
            "file:///etc/passwd",
            "",
        ] {
            assert!(allowed(issuer, wrong).is_err(), "{wrong}");
        }
        let local = "http://127.0.0.1:9000";
        assert!(allowed(local, "http://127.0.0.1:9000/keys").is_ok());
        assert!(allowed(local, "http://other.example/keys").is_err());
    }

    #[test]
    fn addresses_inside_a_network_are_not_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "2002:a00:1::",
            "64:ff9b::a00:1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "20.190.128.1", "2620:1ec::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn a_document_cannot_point_into_our_own_network() {
        let question = Question {
            issuer: "https://issuer.example",
            url: "https://127.0.0.1:1/keys",
            authorization: None,
            form: None,
        };
        let refused = ask(question).await.unwrap_err();
        assert!(refused.contains("no address that may be asked"), "{refused}");
    }
}
