//! Dates in the spellings the files use.

use jiff::civil::Date;

/// What a date cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateCell {
    /// A day.
    Day(Date),
    /// Nothing, or the register's placeholder of 1 January 1900.
    Unknown,
    /// Anything else.
    Unreadable,
}

impl DateCell {
    /// The day, if there is one.
    pub(crate) fn day(self) -> Option<Date> {
        match self {
            Self::Day(date) => Some(date),
            Self::Unknown | Self::Unreadable => None,
        }
    }
}

/// Reads `31-08-2022`, `31/08/2022`, `2022-08-31`, `20220831`, each with or without a midnight.
pub(crate) fn read_date(text: &str) -> DateCell {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("null") {
        return DateCell::Unknown;
    }
    let day = text
        .strip_suffix(" 00:00:00")
        .or_else(|| text.strip_suffix("T00:00:00"))
        .or_else(|| text.strip_suffix(" 00:00"))
        .unwrap_or(text);
    match parse(day) {
        Some(date) if date.year() == 1900 && date.month() == 1 && date.day() == 1 => {
            DateCell::Unknown
        }
        Some(date) => DateCell::Day(date),
        None if matches!(day, "00:00:00" | "00/00/0000") => DateCell::Unknown,
        None => DateCell::Unreadable,
    }
}

fn parse(text: &str) -> Option<Date> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return date(&text[..4], &text[4..6], &text[6..]);
    }
    let mut parts = text.split(['-', '/', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    match (a.len(), c.len()) {
        (4, 1 | 2) => date(a, b, c),
        (1 | 2, 4) => date(c, b, a),
        _ => None,
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    if ![year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let year: i16 = year.parse().ok()?;
    if !(1000..=2200).contains(&year) {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;
    use proptest::prelude::*;

    #[test]
    fn spellings() {
        let expected = DateCell::Day(day(2022, 8, 31));
        for text in [
            "31-08-2022",
            "31/08/2022",
            "2022-08-31",
            "20220831",
            "2022-08-31 00:00:00",
            "2022-08-31T00:00:00",
            " 31-8-2022 ",
        ] {
            assert_eq!(read_date(text), expected, "{text}");
        }
        for text in ["", "  ", "01-01-1900", "1900-01-01", "NULL", "00:00:00"] {
            assert_eq!(read_date(text), DateCell::Unknown, "{text}");
        }
        for text in ["31-02-2022", "2022", "31-08-22", "yesterday", "1-2-3-4", "2022-13-01"] {
            assert_eq!(read_date(text), DateCell::Unreadable, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,24}") {
            let _ = read_date(&text);
        }
    }
}
