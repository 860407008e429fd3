//! Time as a parameter.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// The only source of "now". Tests and the demo freeze it and move it forward by hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Shifted(SignedDuration),
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// The machine's clock moved by a fixed span, so that the demonstration's story runs on from
    /// its own present.
    #[must_use]
    pub const fn shifted(by: SignedDuration) -> Self {
        Self(Source::Shifted(by))
    }

    /// A clock that stands still until it is [moved](Self::set).
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(at))))
    }

    /// The present moment, cut to whole microseconds so that both databases store it exactly.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the machine's clock")]
    pub fn now(&self) -> Timestamp {
        let at = match &self.0 {
            Source::System => Timestamp::now(),
            Source::Shifted(by) => Timestamp::now() + *by,
            Source::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
    }

    /// Today's date where the schools are (Europe/London).
    #[must_use]
    pub fn today(&self) -> Date {
        london(self.now())
    }

    /// Moves a fixed clock; the system clock ignores it and returns `false`.
    pub fn set(&self, at: Timestamp) -> bool {
        match &self.0 {
            Source::System | Source::Shifted(_) => false,
            Source::Fixed(now) => {
                *now.lock().unwrap_or_else(PoisonError::into_inner) = at;
                true
            }
        }
    }

    /// Moves a fixed clock forward; the system clock ignores it and returns `false`.
    pub fn advance(&self, by: SignedDuration) -> bool {
        self.set(self.now() + by)
    }
}

/// Where the schools are: Europe/London.
#[must_use]
pub fn zone() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

/// The moment at which clocks in Europe/London show this date and time.
#[must_use]
pub fn moment(at: DateTime) -> Timestamp {
    at.to_zoned(zone()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// The civil date in Europe/London at a moment.
#[must_use]
pub fn london(at: Timestamp) -> Date {
    at.to_zoned(zone()).date()
}

/// A moment as a reader writes it: "11 December 2026 at 4:05pm".
#[must_use]
pub fn in_words(at: Timestamp) -> String {
    let zoned = at.to_zoned(zone());
    let clock = zoned.strftime("%-I:%M%P");
    format!("{} at {clock}", date_in_words(zoned.date()))
}

/// A date as a reader writes it: "11 December 2026".
#[must_use]
pub fn date_in_words(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summer_evening_is_already_tomorrow_in_london() {
        let clock = Clock::fixed("2026-07-01T23:30:00Z".parse().unwrap());
        assert_eq!(clock.today(), jiff::civil::date(2026, 7, 2));
        assert_eq!(in_words(clock.now()), "2 July 2026 at 12:30am");
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), clock.now());
        assert!(clock.advance(SignedDuration::from_hours(24)));
        assert_eq!(clock.today(), jiff::civil::date(1970, 1, 2));
        assert!(!Clock::system().set(Timestamp::UNIX_EPOCH));
    }
}
