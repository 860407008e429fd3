//! What every answer carries and every request must satisfy.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer,
    timeout::TimeoutLayer,
};

use super::{App, page};

/// Everything comes from our own address and nothing is inline: a script that slips into text
/// has nowhere to run.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The largest body a form may have; uploads set their own limit.
const FORM_LIMIT: usize = 256 * 1024;

/// Wraps the routes: cross-site requests refused, strict headers, compression, a time limit and
/// a page instead of a dropped connection when a handler panics.
pub fn protect(routes: Router<App>, app: &App) -> Router<App> {
    let secure = app.config.secure();
    routes
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            headers(secure, request, next)
        }))
        .layer(CsrfLayer::new().with_rejection_response(|_| {
            (
                StatusCode::FORBIDDEN,
                page::bare(
                    "This form was sent from another site",
                    "Nothing was changed. Open the page again here and send the form from there.",
                ),
            )
                .into_response()
        }))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            super::PageError::Internal("a handler panicked".to_owned()).into_response()
        }))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(600),
        ))
        .layer(CompressionLayer::new())
}

async fn headers(secure: bool, request: Request, next: Next) -> Response {
    let asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if !asset {
        set(header::CACHE_CONTROL, "no-store");
    }
    response
}
