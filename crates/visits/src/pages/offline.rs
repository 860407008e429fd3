//! What lets a note be written without a connection: a script, a service worker and an empty form.
//!
//! The worker keeps the empty form and the look of the page, never a page about anybody. What is
//! typed stays in the browser's own storage until the server has it.

use std::sync::OnceLock;

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use foundation::{
    PageError,
    web::{Errors, FormData, Frame, asset_url},
};
use govuk::Html;
use support::pages::parts::paragraphs;

use super::note::{NotePage, SAFEGUARDING, fields};

const SCRIPT: &str = include_str!("../../assets/note.js");
const WORKER: &str = include_str!("../../assets/worker.js");

/// Changes with the script, the worker or the look of the pages: the worker then fetches anew.
fn edition() -> &'static str {
    static EDITION: OnceLock<String> = OnceLock::new();
    EDITION.get_or_init(|| {
        let look = asset_url("alongside.css");
        let all = [SCRIPT, WORKER, include_str!("../../templates/note.html"), look.as_str()];
        blake3::hash(all.concat().as_bytes()).to_hex()[..12].to_owned()
    })
}

/// The element that loads the script.
pub(super) fn loader() -> Html {
    let edition = edition();
    Html::trusted(format!("<script type=\"module\" src=\"/visits/note.js?v={edition}\"></script>"))
}

pub(super) async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, SCRIPT).into_response()
}

pub(super) async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, WORKER.replace("EDITION", edition())).into_response()
}

/// The empty form that stands in for the note's page while there is no connection.
pub(super) async fn shell() -> Result<Response, PageError> {
    // Nobody's frame: the form is kept on the device and must say nothing about anybody. On this
    // path the frame leaves out the link to sign in, which leads nowhere without a connection.
    let frame = Frame { path: "/sign-in".to_owned(), ..Frame::default() };
    let form = FormData::default();
    let content = NotePage {
        caption: String::new(),
        title: "Note of your visit".to_owned(),
        lede: paragraphs(
            "There is no connection. Write on: what you type is kept on this device and goes to \
             Alongside by itself as soon as there is one.",
        ),
        problems: Html::default(),
        safeguarding: Html::trusted(SAFEGUARDING),
        action: String::new(),
        visit: String::new(),
        who: String::new(),
        key: String::new(),
        device: String::new(),
        base: 0,
        fields: fields(&form, &Errors::default(), &[]),
        elsewhere: Html::default(),
        loader: loader(),
        host: "school",
    };
    frame
        .page("Note of your visit")
        .visible_to("only you, until you send it to the school")
        .show(&content)
}
