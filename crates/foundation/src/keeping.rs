//! How long records are kept: every room writes down its lines of the schedule, and the room that
//! carries the schedule out knows no table of theirs. A table without a line fails a test, so that
//! nothing is kept for ever because nobody thought of it.

use std::fmt;

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// So many days.
    Days(i32),
    /// So many years.
    Years(i16),
}

impl Wait {
    /// The moment so long before another.
    #[must_use]
    pub fn before(self, now: Timestamp) -> Timestamp {
        let zoned = now.to_zoned(TimeZone::UTC);
        let earlier = match self {
            Self::Days(days) => zoned.saturating_sub(days.days()),
            Self::Years(years) => zoned.saturating_sub(years.years()),
        };
        earlier.timestamp()
    }

    /// The day so long before another.
    #[must_use]
    pub fn day_before(self, today: Date) -> Date {
        match self {
            Self::Days(days) => today.saturating_sub(days.days()),
            Self::Years(years) => today.saturating_sub(years.years()),
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("1 day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Years(1) => f.write_str("1 year"),
            Self::Years(years) => write!(f, "{years} years"),
        }
    }
}

/// Rows of a table. The condition names either `$1`, the moment before which something was over, or
/// `$2`, the same as a day; never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The table.
    pub table: &'static str,
    /// Which of its rows.
    pub picks: &'static str,
}

/// Rows of a table by a condition.
#[must_use]
pub const fn rows(table: &'static str, picks: &'static str) -> Rows {
    Rows { table, picks }
}

/// What becomes of the records of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// They are deleted: first what hangs on a record, then the record.
    Deleted(Wait, &'static str, &'static [Rows]),
    /// Accounts are closed.
    Closed(Wait, &'static str, Rows),
    /// The people behind closed accounts are forgotten.
    Forgotten(Wait, &'static str, Rows),
    /// They stay, until what the words say.
    Stay(&'static str, &'static [&'static str]),
}

/// A line of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub id: &'static str,
    /// What is concerned.
    pub what: &'static str,
    /// What becomes of it.
    pub then: Then,
    /// Why so long and no longer.
    pub why: &'static str,
}

impl Line {
    /// Records that are deleted so long after a moment.
    #[must_use]
    pub const fn deleted(
        id: &'static str,
        what: &'static str,
        (wait, since): (Wait, &'static str),
        rows: &'static [Rows],
        why: &'static str,
    ) -> Self {
        Self { id, what, then: Then::Deleted(wait, since, rows), why }
    }

    /// Records that stay: until when, in which tables, and why.
    #[must_use]
    pub const fn stays(
        id: &'static str,
        what: &'static str,
        until: &'static str,
        tables: &'static [&'static str],
        why: &'static str,
    ) -> Self {
        Self { id, what, then: Then::Stay(until, tables), why }
    }

    /// The tables it speaks of.
    #[must_use]
    pub fn tables(&self) -> Vec<&'static str> {
        match self.then {
            Then::Deleted(_, _, rows) => rows.iter().map(|rows| rows.table).collect(),
            Then::Closed(_, _, rows) | Then::Forgotten(_, _, rows) => vec![rows.table],
            Then::Stay(_, tables) => tables.to_vec(),
        }
    }

    /// The rows it picks; none where they stay.
    #[must_use]
    pub const fn rows(&self) -> &[Rows] {
        match &self.then {
            Then::Deleted(_, _, rows) => rows,
            Then::Closed(_, _, rows) | Then::Forgotten(_, _, rows) => std::slice::from_ref(rows),
            Then::Stay(..) => &[],
        }
    }

    /// How long after which moment; nothing where they stay.
    #[must_use]
    pub const fn wait(&self) -> Option<(Wait, &'static str)> {
        match self.then {
            Then::Deleted(wait, since, _)
            | Then::Closed(wait, since, _)
            | Then::Forgotten(wait, since, _) => Some((wait, since)),
            Then::Stay(..) => None,
        }
    }

    /// What becomes of it, in one word.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self.then {
            Then::Deleted(..) => "deleted",
            Then::Closed(..) => "closed",
            Then::Forgotten(..) => "forgotten",
            Then::Stay(..) => "kept",
        }
    }

    /// What becomes of it and when, in words: "deleted 2 years after the last look".
    #[must_use]
    pub fn term(&self) -> String {
        match (self.then, self.wait()) {
            (Then::Stay(until, _), _) => format!("kept {until}"),
            (_, Some((wait, since))) => format!("{} {wait} after {since}", self.verb()),
            (_, None) => self.verb().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_wait_counts_back_from_a_moment_and_from_a_day() {
        let now: Timestamp = "2028-02-29T09:00:00Z".parse().unwrap();
        assert_eq!(Wait::Years(1).before(now).to_string(), "2027-02-28T09:00:00Z");
        assert_eq!(Wait::Days(2).before(now).to_string(), "2028-02-27T09:00:00Z");
        assert_eq!(Wait::Years(6).day_before(date(2028, 3, 1)), date(2022, 3, 1));
        assert_eq!(Wait::Days(1).day_before(date(2028, 3, 1)), date(2028, 2, 29));
    }

    #[test]
    fn a_line_says_its_term_in_words() {
        const GONE: Line = Line::deleted(
            "looks",
            "The access log",
            (Wait::Years(2), "the last look"),
            &[rows("look", "last_at < $1")],
            "A school can look back.",
        );
        assert_eq!(GONE.term(), "deleted 2 years after the last look");
        assert_eq!(GONE.tables(), ["look"]);
        const STAYS: Line = Line::stays("seals", "Seals", "with the words", &["seal"], "Proof.");
        assert_eq!(STAYS.term(), "kept with the words");
        assert!(STAYS.rows().is_empty());
    }
}
