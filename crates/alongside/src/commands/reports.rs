//! `alongside report`: a page of the product as one file that stands alone, to print or to send.

use std::fs;

use anyhow::Context as _;
use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use foundation::{App, Clock};
use jiff::SignedDuration;
use tower::ServiceExt as _;

use crate::{
    boot,
    cli::{Cli, Report},
    failure::{Code, fail},
    serve,
};

/// Writes the page a person would print.
pub(super) async fn run(cli: &Cli, options: &Report) -> anyhow::Result<()> {
    let app = boot::app(boot::config(cli)?, Clock::system()).await?;
    let (path, reader) = match options.what.as_str() {
        "school" => (format!("/schools/{}", options.of), None),
        // What belongs to two schools is written as one of their own readers would see it.
        _ => {
            let email = options.reader.as_deref().ok_or_else(|| {
                fail(
                    Code::Usage,
                    "an impact report belongs to two schools: name its reader with --as EMAIL",
                )
            })?;
            (format!("/agreements/{}/impact", options.of), Some(email))
        }
    };
    let page = page(&app, &path, reader).await?;
    let page = stand_alone(&app, &page).await?;
    match &options.out {
        Some(file) => {
            fs::write(file, &page).with_context(|| file.display().to_string())?;
            let json = serde_json::json!({ "file": file, "bytes": page.len() });
            super::say_or(cli, &format!("written to {}", file.display()), &json);
        }
        None => super::say_or(cli, &page, &serde_json::json!({ "html": page })),
    }
    Ok(())
}

async fn fetch(app: &App, path: &str, cookie: Option<&str>) -> anyhow::Result<(u16, String)> {
    let mut request = Request::builder().uri(path).header(header::HOST, "localhost");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let answer = serve::service(app).oneshot(request.body(Body::empty())?).await?;
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 64 << 20).await?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

async fn page(app: &App, path: &str, reader: Option<&str>) -> anyhow::Result<String> {
    let cookie = match reader {
        Some(email) => Some(session(app, email).await?),
        None => None,
    };
    match fetch(app, path, cookie.as_deref()).await? {
        (200, page) => Ok(page),
        (404, _) => {
            Err(fail(Code::Absent, "there is no such record, or the reader may not see it"))
        }
        (status, _) => Err(fail(Code::Found, format!("the page answers {status}"))),
    }
}

/// A session of a minute for the reader named; it is in the record like any other.
async fn session(app: &App, email: &str) -> anyhow::Result<String> {
    let account = access::accounts::by_email(&app.db, email).await?.ok_or_else(|| {
        fail(Code::Absent, format!("{email} has no open account: see `alongside user list`"))
    })?;
    let early = app.clock.now() - access::sessions::ABSOLUTE + SignedDuration::from_secs(60);
    let seen = early.max(app.clock.now() - access::sessions::IDLE + SignedDuration::from_secs(60));
    let token =
        access::sessions::begin(&app.db, &app.ids, seen, account.id, "alongside report").await?;
    Ok(format!("{}={token}", access::sessions::COOKIE))
}

/// Puts the style sheets into the page and takes out what only a server can answer.
async fn stand_alone(app: &App, page: &str) -> anyhow::Result<String> {
    let mut out = String::with_capacity(page.len() + 200_000);
    let mut rest = page;
    while let Some(at) = rest.find("<link rel=\"stylesheet\" href=\"") {
        let (before, link) = rest.split_at(at);
        out.push_str(before);
        let href = link.split('"').nth(3).unwrap_or("");
        let (_, css) = fetch(app, href, None).await?;
        out.push_str("<style>");
        out.push_str(&css);
        out.push_str("</style>");
        rest = &link[link.find('>').map_or(link.len(), |end| end + 1)..];
    }
    out.push_str(rest);
    let base = format!("<head><base href=\"{}/\">", app.config.public_url());
    Ok(out.replacen("<head>", &base, 1))
}
