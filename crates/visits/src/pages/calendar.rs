//! A visit as a calendar file: the day and the two schools, nothing of what it is about.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    http::header,
    response::{IntoResponse as _, Response},
};
use foundation::{App, PageError};
use jiff::{Timestamp, civil::Time, civil::time, tz::TimeZone};

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

/// The event by RFC 5545.
fn event(seen: &Seen, url: &str) -> String {
    let visit = &seen.visit;
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    let (from, to) = hours(visit.part());
    let at = |time: Time| {
        visit
            .on()
            .to_datetime(time)
            .to_zoned(zone.clone())
            .map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
    };
    let stamp = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let status = match visit.state() {
        State::Proposed => "TENTATIVE",
        State::Cancelled => "CANCELLED",
        _ => "CONFIRMED",
    };
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Alongside//Visits//EN".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@alongside", visit.id),
        format!("SEQUENCE:{}", visit.version),
        format!("DTSTAMP:{}", stamp(visit.changed_at.0)),
        format!("DTSTART:{}", stamp(at(from))),
        format!("DTEND:{}", stamp(at(to))),
        format!("SUMMARY:{}", escape(&format!("Visit: {}", seen.name(visit.host)))),
        format!("LOCATION:{}", escape(&seen.name(visit.host))),
        format!("STATUS:{status}"),
        format!("URL:{url}"),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    lines.iter().map(|line| fold(line) + "\r\n").collect()
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Folds a line after 75 bytes, never inside a character.
fn fold(line: &str) -> String {
    let mut folded = String::new();
    let mut width = 0;
    for character in line.chars() {
        if width + character.len_utf8() > 75 {
            folded += "\r\n ";
            width = 1;
        }
        folded.push(character);
        width += character.len_utf8();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_fold_and_unfold() {
        let line = format!("SUMMARY:{}", "Ysgol Gynradd Llanfair é ".repeat(8));
        let folded = fold(&line);
        assert!(folded.split("\r\n").all(|part| part.len() <= 75));
        assert_eq!(folded.replace("\r\n ", ""), line);
        assert_eq!(escape("St Mary's; Ely, Cambs"), "St Mary's\\; Ely\\, Cambs");
    }
}
