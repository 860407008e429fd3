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
use crate::origin;

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
    let (secure, ids) = (app.config.secure(), app.ids.clone());
    routes
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            headers(secure, request, next)
        }))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let origin = origin::of_request(request.headers(), &ids);
            origin::from(origin, next.run(request))
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

/// Answers of “not found” leave on this beat.
pub const BEAT: Duration = Duration::from_millis(50);

/// Lets every answer of “not found” leave on a beat, counted from the arrival of the request:
/// whether there is nothing or something that is nobody's business takes different work, and the
/// time until the answer would tell which. The work goes on as it always did; only the answer waits.
pub fn even<S: Clone + Send + Sync + 'static>(routes: Router<S>, beat: Duration) -> Router<S> {
    routes.layer(middleware::from_fn(move |request: Request, next: Next| async move {
        let arrived = tokio::time::Instant::now();
        let response = next.run(request).await;
        if response.status() == StatusCode::NOT_FOUND {
            tokio::time::sleep_until(arrived + whole(arrived.elapsed(), beat)).await;
        }
        response
    }))
}

/// The next whole number of beats, at least one.
fn whole(time: Duration, beat: Duration) -> Duration {
    let beats = time.as_micros().div_ceil(beat.as_micros().max(1)).max(1);
    beat.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX))
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

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn an_answer_waits_for_the_next_whole_beat() {
        let ms = Duration::from_millis;
        for (time, leaves) in [(0, 50), (1, 50), (50, 50), (51, 100), (149, 150)] {
            assert_eq!(whole(ms(time), BEAT), ms(leaves), "{time}");
        }
    }

    /// Whatever was done to find out, the answer keeps the beat; others do not wait for it.
    #[tokio::test]
    async fn nothing_there_never_leaves_before_its_beat() {
        let routes = Router::new()
            .route("/private", get(|| async { super::super::PageError::NotFound }))
            .route("/open", get(|| async { "open" }));
        let day = Duration::from_secs(86_400);
        let ask = |path: &str, beat| {
            let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
            even(routes.clone(), beat).oneshot(request)
        };
        for path in ["/private", "/no-such-address"] {
            let began = tokio::time::Instant::now();
            let answer = ask(path, BEAT).await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            assert!(began.elapsed() >= BEAT, "{path}");
        }
        assert_eq!(ask("/open", day).await.expect("an answer").status(), StatusCode::OK);
    }
}
