//! A visit as a calendar file: the day and the two schools, nothing of what it is about.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    http::header,
    response::{IntoResponse as _, Response},
};
use foundation::{
    App, PageError,
    ical::{self, Entry, Status, When},
};
use jiff::{civil::Time, civil::time};

use super::{Seen, seen};
use crate::visits::{Part, State};

/// When a part of the day begins and ends, where a school says nothing else.
const fn hours(part: Part) -> (Time, Time) {
    match part {
        Part::Morning => (time(9, 0, 0, 0), time(12, 0, 0, 0)),
        Part::Afternoon => (time(13, 0, 0, 0), time(15, 30, 0, 0)),
        Part::Day => (time(9, 0, 0, 0), time(15, 30, 0, 0)),
    }
}

pub(super) async fn file(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = seen(&app, &visitor, &id).await?;
    let url = format!("{}/visits/{}", app.config.public_url(), seen.visit.id);
    let text = event(&seen, &url);
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"visit.ics\""),
    ];
    Ok((headers, text).into_response())
}

/// The visit as a calendar with one entry.
fn event(seen: &Seen, url: &str) -> String {
    let visit = &seen.visit;
    let (from, to) = hours(visit.part());
    let at = |time: Time| foundation::clock::moment(visit.on().to_datetime(time));
    let status = match visit.state() {
        State::Proposed => Status::Tentative,
        State::Cancelled => Status::Cancelled,
        _ => Status::Confirmed,
    };
    let entry = Entry {
        uid: format!("{}@alongside", visit.id),
        when: When::Between(at(from), at(to)),
        summary: format!("Visit: {}", seen.name(visit.host)),
        url: url.to_owned(),
        location: seen.name(visit.host),
        status: Some(status),
        sequence: Some(visit.version),
    };
    ical::calendar("Alongside", &[entry], visit.changed_at.0)
}
