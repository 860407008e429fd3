//! Calendars as RFC 5545 writes them: pure text, lines folded at 75 octets.

use jiff::{Timestamp, ToSpan as _, civil::Date};

/// When an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All day.
    Day(Date),
    /// From one moment to another.
    Between(Timestamp, Timestamp),
}

/// Whether an entry takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Proposed.
    Tentative,
    /// It takes place.
    Confirmed,
    /// It does not.
    Cancelled,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Names it for good: `review-…@alongside.example`.
    pub uid: String,
    /// When it is.
    pub when: When,
    /// What a calendar shows.
    pub summary: String,
    /// Where it leads.
    pub url: String,
    /// Where it is; may be empty.
    pub location: String,
    /// Whether it takes place, where that can change.
    pub status: Option<Status>,
    /// How often it was changed, where a calendar has to know.
    pub sequence: Option<i64>,
}

impl Entry {
    /// An entry that lasts a day and blocks no time.
    #[must_use]
    pub fn of_day(uid: String, on: Date, summary: String, url: String) -> Self {
        Self {
            uid,
            when: When::Day(on),
            summary,
            url,
            location: String::new(),
            status: None,
            sequence: None,
        }
    }
}

/// Text as a value: backslashes, semicolons, commas and line breaks are escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            '\r' => {}
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// Adds a content line, folded so that no line is longer than 75 octets and no letter is cut.
fn line(out: &mut String, content: &str) {
    let mut width = 0;
    for letter in content.chars() {
        let octets = letter.len_utf8();
        if width + octets > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(letter);
        width += octets;
    }
    out.push_str("\r\n");
}

/// A calendar with its entries, as it was at a moment.
#[must_use]
pub fn calendar(name: &str, entries: &[Entry], at: Timestamp) -> String {
    let mut out = String::new();
    for head in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Alongside//Calendar//EN"] {
        line(&mut out, head);
    }
    line(&mut out, "CALSCALE:GREGORIAN");
    line(&mut out, "METHOD:PUBLISH");
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION:PT12H");
    let moment = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = |on: Date| on.strftime("%Y%m%d").to_string();
    for entry in entries {
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}", escaped(&entry.uid)));
        line(&mut out, &format!("DTSTAMP:{}", moment(at)));
        match entry.when {
            When::Day(on) => {
                line(&mut out, &format!("DTSTART;VALUE=DATE:{}", day(on)));
                let next = on.saturating_add(1.days());
                line(&mut out, &format!("DTEND;VALUE=DATE:{}", day(next)));
                line(&mut out, "TRANSP:TRANSPARENT");
            }
            When::Between(from, to) => {
                line(&mut out, &format!("DTSTART:{}", moment(from)));
                line(&mut out, &format!("DTEND:{}", moment(to)));
            }
        }
        line(&mut out, &format!("SUMMARY:{}", escaped(&entry.summary)));
        if !entry.location.is_empty() {
            line(&mut out, &format!("LOCATION:{}", escaped(&entry.location)));
        }
        if let Some(status) = entry.status {
            let word = match status {
                Status::Tentative => "TENTATIVE",
                Status::Confirmed => "CONFIRMED",
                Status::Cancelled => "CANCELLED",
            };
            line(&mut out, &format!("STATUS:{word}"));
        }
        if let Some(sequence) = entry.sequence {
            line(&mut out, &format!("SEQUENCE:{sequence}"));
        }
        line(&mut out, &format!("URL:{}", entry.url));
        line(&mut out, "CLASS:PRIVATE");
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    fn unescaped(text: &str) -> String {
        let mut out = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some('n') => out.push('\n'),
                    Some(other) => out.push(other),
                    None => {}
                },
                other => out.push(other),
            }
        }
        out
    }

    #[test]
    fn an_entry_is_a_whole_day() {
        let entry = Entry::of_day(
            "review-1@x".to_owned(),
            date(2026, 12, 31),
            "Review, of progress".to_owned(),
            "https://x/agreements/1".to_owned(),
        );
        let text = calendar("Alongside", &[entry], "2026-11-09T09:00:00Z".parse().unwrap());
        for expected in [
            "DTSTAMP:20261109T090000Z\r\n",
            "DTSTART;VALUE=DATE:20261231\r\n",
            "DTEND;VALUE=DATE:20270101\r\n",
            "SUMMARY:Review\\, of progress\r\n",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    }

    #[test]
    fn an_hour_is_told_in_universal_time() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let entry = Entry {
            when: When::Between(at("2027-07-01T08:00:00Z"), at("2027-07-01T11:00:00Z")),
            location: "St Mary's; Ely".to_owned(),
            status: Some(Status::Cancelled),
            sequence: Some(3),
            ..Entry::of_day(
                "v@x".to_owned(),
                date(2027, 7, 1),
                "Visit".to_owned(),
                "https://x".to_owned(),
            )
        };
        let text = calendar("x", &[entry], Timestamp::UNIX_EPOCH);
        for expected in [
            "DTSTART:20270701T080000Z\r\n",
            "DTEND:20270701T110000Z\r\n",
            "LOCATION:St Mary's\\; Ely\r\n",
            "STATUS:CANCELLED\r\n",
            "SEQUENCE:3\r\n",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(!text.contains("VALUE=DATE"));
    }

    proptest! {
        #[test]
        fn any_words_survive_and_no_line_is_too_long(words in "(\\PC|\n){0,200}") {
            let day = date(2026, 1, 1);
            let entry =
                Entry::of_day("a@b".to_owned(), day, words.clone(), "https://x".to_owned());
            let text = calendar("x", &[entry], Timestamp::UNIX_EPOCH);
            for row in text.split("\r\n") {
                prop_assert!(row.len() <= 75, "{} octets: {row}", row.len());
            }
            let text = unfolded(&text);
            let found: Vec<&str> =
                text.split("\r\n").filter_map(|row| row.strip_prefix("SUMMARY:")).collect();
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(unescaped(found[0]), words);
        }
    }
}
