//! The school calendar: when schools rest, so that letters which can wait do.

use std::sync::OnceLock;

use brokerage::packs::is_working_day;
use foundation::clock::{moment, zone};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
};
use serde::Deserialize;

/// A time of rest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Its name.
    pub name: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// When schools rest and at which hours letters may arrive.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The pack it belongs to.
    pub pack: String,
    /// Raised when its meaning changes.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// From when on a school day letters may arrive.
    pub letters_from: Time,
    /// Until when.
    pub letters_to: Time,
    /// Times of rest.
    #[serde(rename = "holiday", default)]
    pub holidays: Vec<Holiday>,
}

impl Calendar {
    /// Reads a calendar and checks what the type alone cannot.
    ///
    /// # Errors
    /// A sentence that names what to change.
    pub fn read(text: &str) -> Result<Self, String> {
        let calendar: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if calendar.letters_from >= calendar.letters_to {
            return Err("letters_from must come before letters_to".to_owned());
        }
        match calendar.holidays.iter().find(|one| one.from > one.to) {
            Some(one) => Err(format!("holiday “{}” from {}: to comes first", one.name, one.from)),
            None => Ok(calendar),
        }
    }

    /// Whether schools are closed to pupils on a day, weekends apart.
    #[must_use]
    pub fn in_holidays(&self, on: Date) -> bool {
        self.holidays.iter().any(|one| one.from <= on && on <= one.to)
    }

    /// Whether schools are open on a day.
    #[must_use]
    pub fn is_school_day(&self, on: Date) -> bool {
        is_working_day(on) && !self.in_holidays(on)
    }

    /// How many days lie between two days, school holidays left out: the longest summer is no
    /// silence.
    #[must_use]
    pub fn days_of_term(&self, since: Date, today: Date) -> i64 {
        let mut days = 0;
        let mut at = since;
        while at < today {
            at = at.saturating_add(1.day());
            days += i64::from(!self.in_holidays(at));
        }
        days
    }

    /// The first moment from `at` on at which a letter that can wait may arrive: itself within
    /// the hours of a school day. Gives up after a year without a school day and returns `at`.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Timestamp {
        let local = at.to_zoned(zone());
        let (mut day, time) = (local.date(), local.time());
        if self.is_school_day(day) {
            if time < self.letters_from {
                return moment(day.to_datetime(self.letters_from));
            }
            if time <= self.letters_to {
                return at;
            }
        }
        for _ in 0..366 {
            day = day.saturating_add(1.day());
            if self.is_school_day(day) {
                return moment(day.to_datetime(self.letters_from));
            }
        }
        at
    }

    /// The first school day of the week of a date, where that week has one.
    #[must_use]
    pub fn first_of_week(&self, on: Date) -> Option<Date> {
        let monday = brokerage::cadre::capacity::monday(on);
        (0..7).map(|n| monday.saturating_add(n.days())).find(|day| self.is_school_day(*day))
    }
}

static CALENDAR: OnceLock<Calendar> = OnceLock::new();

/// Puts another calendar in the place of England's; only before anybody has asked for it.
///
/// # Errors
/// When it cannot be read or one is in use already.
pub fn install(text: &str) -> Result<(), String> {
    CALENDAR
        .set(Calendar::read(text)?)
        .map_err(|_| "a school calendar is in use already".to_owned())
}

/// The calendar in use.
///
/// # Panics
/// Never in a released build: the pack is part of the binary and a test reads it.
#[must_use]
pub fn calendar() -> &'static Calendar {
    CALENDAR.get_or_init(|| {
        Calendar::read(include_str!("../../../packs/england-2025/terms.toml"))
            .expect("the pack in the binary is in order")
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn letters_wait_for_a_school_day() {
        let next = |at: &str| calendar().next_open(at.parse().unwrap()).to_string();
        // A Monday morning in November, before and within the hours.
        assert_eq!(next("2026-11-09T05:00:00Z"), "2026-11-09T07:30:00Z");
        assert_eq!(next("2026-11-09T09:00:00Z"), "2026-11-09T09:00:00Z");
        // A Friday evening waits for Monday, the eve of Christmas for January.
        assert_eq!(next("2026-11-13T18:30:00Z"), "2026-11-16T07:30:00Z");
        assert_eq!(next("2026-12-24T12:00:00Z"), "2027-01-04T07:30:00Z");
        // In July clocks in London are an hour ahead.
        assert_eq!(next("2026-07-01T05:00:00Z"), "2026-07-01T06:30:00Z");
    }

    #[test]
    fn a_week_of_holiday_has_no_first_day() {
        assert_eq!(calendar().first_of_week(date(2026, 11, 12)), Some(date(2026, 11, 9)));
        assert_eq!(calendar().first_of_week(date(2026, 10, 28)), None);
        // A public holiday on a Monday.
        assert_eq!(calendar().first_of_week(date(2026, 5, 6)), Some(date(2026, 5, 5)));
    }

    #[test]
    fn a_calendar_that_cannot_work_is_refused_with_the_reason() {
        let good = include_str!("../../../packs/england-2025/terms.toml");
        let late = good.replace("letters_to = \"18:00\"", "letters_to = \"06:00\"");
        assert!(Calendar::read(&late).unwrap_err().contains("letters_from"));
        let turned = good.replace("to = \"2025-10-31\"", "to = \"2025-10-01\"");
        assert!(Calendar::read(&turned).unwrap_err().contains("Autumn half-term"));
    }
}
