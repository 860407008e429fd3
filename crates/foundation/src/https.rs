//! One question to one server over HTTPS, and whether it can have been heard: the difference
//! between trying again and sending twice.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{Method, Request, Uri, header},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::providers::is_loopback;

/// The longest answer that is read.
const LONGEST: usize = 256 * 1024;
/// How long a question may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing was sent: the address is wrong, or the server was not reached.
    Unsent(String),
    /// The question was sent and no answer came back: it may have been heard.
    Unheard(String),
}

/// What is sent along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing: the address is read.
    Nothing,
    /// JSON, posted.
    Json(String),
    /// An encoded form, posted.
    Form(String),
}

/// A question to one address.
#[derive(Clone, Debug)]
pub struct Question {
    /// The whole address; `https://`, or `http://` to this very machine.
    pub url: String,
    /// The `Authorization` header, where there is one.
    pub authorization: Option<String>,
    /// What is sent along.
    pub body: Body,
    /// Which of the host's addresses may be asked.
    pub may_be_at: fn(IpAddr) -> bool,
}

/// Asks and returns the status and the body. Redirects are not followed.
///
/// # Errors
/// [`Silence`], which never quotes what was sent.
pub async fn ask(question: &Question) -> Result<(u16, Bytes), Silence> {
    let unsent = |error: String| Silence::Unsent(error);
    let (tls, host, port) = place(&question.url).map_err(unsent)?;
    let request = request(question).map_err(unsent)?;
    let reached = tokio::time::timeout(PATIENCE, async {
        // Looked up once: what was checked is what is asked.
        let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), port))
            .await
            .map_err(|error| error.to_string())?
            .filter(|address| (question.may_be_at)(address.ip()))
            .collect();
        if found.is_empty() {
            return Err("it has no address that may be asked".to_owned());
        }
        TcpStream::connect(&found[..]).await.map_err(|error| error.to_string())
    });
    let stream = match reached.await {
        Ok(stream) => stream.map_err(|error| Silence::Unsent(format!("{host}: {error}")))?,
        Err(_) => return Err(Silence::Unsent(format!("{host} does not answer"))),
    };
    if !tls {
        return exchange(TokioIo::new(stream), request).await;
    }
    let name = rustls::pki_types::ServerName::try_from(host.clone())
        .map_err(|error| Silence::Unsent(error.to_string()))?;
    let secured = tokio::time::timeout(PATIENCE, connector().connect(name, stream));
    match secured.await {
        Ok(Ok(stream)) => exchange(TokioIo::new(stream), request).await,
        Ok(Err(error)) => Err(Silence::Unsent(format!("{host}: TLS: {error}"))),
        Err(_) => Err(Silence::Unsent(format!("{host} does not answer"))),
    }
}

/// Whether TLS is spoken, the host and the port of an address.
///
/// # Errors
/// A sentence where the address is not one that is asked.
pub fn place(url: &str) -> Result<(bool, String, u16), String> {
    let uri: Uri = url.parse().map_err(|_| format!("“{url}” is not an address"))?;
    let authority = uri.authority().ok_or_else(|| format!("“{url}” is not a whole address"))?;
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if is_loopback(url) => false,
        _ => return Err("only https addresses are asked".to_owned()),
    };
    if authority.as_str().contains('@') {
        return Err("an address with a user name is not asked".to_owned());
    }
    let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    Ok((tls, authority.host().trim_matches(['[', ']']).to_owned(), port))
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

fn request(question: &Question) -> Result<Request<Full<Bytes>>, String> {
    let uri: Uri = question.url.parse().map_err(|_| "this is not an address".to_owned())?;
    let host = uri.authority().map_or("", |authority| authority.as_str()).to_owned();
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut request = Request::builder()
        .method(if question.body == Body::Nothing { Method::GET } else { Method::POST })
        .uri(path)
        .header(header::HOST, host)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "alongside")
        .header(header::CONNECTION, "close");
    if let Some(authorization) = &question.authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let (kind, body) = match &question.body {
        Body::Nothing => (None, String::new()),
        Body::Json(json) => (Some("application/json"), json.clone()),
        Body::Form(form) => (Some("application/x-www-form-urlencoded"), form.clone()),
    };
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())
}

async fn exchange<S>(io: S, request: Request<Full<Bytes>>) -> Result<(u16, Bytes), Silence>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io)
        .await
        .map_err(|error| Silence::Unsent(error.to_string()))?;
    let driver = tokio::spawn(connection);
    let answered = tokio::time::timeout(PATIENCE, async {
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LONGEST);
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok((status, body))
    })
    .await;
    driver.abort();
    match answered {
        Ok(answer) => answer.map_err(Silence::Unheard),
        Err(_) => Err(Silence::Unheard("no answer in time".to_owned())),
    }
}
