//! Asking a provider over HTTP, and nobody else.
//!
//! Addresses come from the configuration (the issuer) or from the issuer's own discovery
//! document. They are HTTPS, except for an issuer on this very machine; another host than the
//! issuer's must have a public address, so that a document cannot point us into our own network.
//! Redirects are not followed; answers are short and do not take long.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{Method, Request, Uri, header},
};
use foundation::providers::is_loopback;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The longest answer that is read.
const LONGEST: usize = 256 * 1024;
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
    let url = question.url.to_owned();
    match tokio::time::timeout(PATIENCE, answer(question)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(format!("{url}: {error}")),
        Err(_) => Err(format!("{url}: no answer within {} seconds", PATIENCE.as_secs())),
    }
}

/// The scheme, host and port of an address that may be asked for an issuer.
fn allowed(issuer: &str, url: &str) -> Result<(bool, String, u16), String> {
    let uri: Uri = url.parse().map_err(|_| "this is not an address".to_owned())?;
    let authority = uri.authority().ok_or("this is not a whole address")?;
    if authority.as_str().contains('@') {
        return Err("an address with a user name is not asked".to_owned());
    }
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if is_loopback(url) && is_loopback(issuer) => false,
        _ => return Err("only https addresses are asked".to_owned()),
    };
    let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    Ok((tls, authority.host().trim_matches(['[', ']']).to_owned(), port))
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

fn connector() -> TlsConnector {
    static CONNECTOR: OnceLock<TlsConnector> = OnceLock::new();
    CONNECTOR
        .get_or_init(|| {
            let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("ring speaks the default protocol versions")
                .with_root_certificates(roots)
                .with_no_client_auth();
            TlsConnector::from(Arc::new(config))
        })
        .clone()
}

async fn answer(question: Question<'_>) -> Result<(u16, Bytes), String> {
    let (tls, host, port) = allowed(question.issuer, question.url)?;
    let own = allowed(question.issuer, question.issuer).is_ok_and(|(_, own, _)| own == host);
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), port))
        .await
        .map_err(|error| error.to_string())?
        .filter(|address| own || is_public(address.ip()))
        .collect();
    if found.is_empty() {
        return Err("the host has no address that may be asked".to_owned());
    }
    let stream = TcpStream::connect(&found[..]).await.map_err(|error| error.to_string())?;
    let request = request(&question)?;
    if !tls {
        return exchange(TokioIo::new(stream), request).await;
    }
    let name = rustls::pki_types::ServerName::try_from(host).map_err(|error| error.to_string())?;
    let stream =
        connector().connect(name, stream).await.map_err(|error| format!("TLS: {error}"))?;
    exchange(TokioIo::new(stream), request).await
}

fn request(question: &Question<'_>) -> Result<Request<Full<Bytes>>, String> {
    let uri: Uri = question.url.parse().map_err(|_| "this is not an address".to_owned())?;
    let host = uri.authority().map_or("", |authority| authority.as_str()).to_owned();
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut request = Request::builder()
        .method(if question.form.is_some() { Method::POST } else { Method::GET })
        .uri(path)
        .header(header::HOST, host)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "alongside")
        .header(header::CONNECTION, "close");
    if let Some(authorization) = &question.authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    if question.form.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let body = question.form.clone().unwrap_or_default();
    request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())
}

async fn exchange<S>(io: S, request: Request<Full<Bytes>>) -> Result<(u16, Bytes), String>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(io).await.map_err(|error| error.to_string())?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), LONGEST)
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    driver.abort();
    Ok((status, body))
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
