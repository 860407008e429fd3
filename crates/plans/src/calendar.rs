//! Days on which schools can be written to, and how long it has been quiet. Holidays come from
//! the pack's calendar.

use jiff::{Span, Timestamp, civil::Date};
use support::calendar::calendar;

/// Whether somebody at a school may be reminded on a day: not at weekends, on public holidays or
/// in the school holidays.
#[must_use]
pub fn may_remind(day: Date) -> bool {
    calendar().is_school_day(day)
}

/// The last day on or before a day on which people at school can act: what falls due in the
/// holidays is due when they begin.
#[must_use]
pub fn school_day_before(day: Date) -> Date {
    let mut at = day;
    for _ in 0..60 {
        if may_remind(at) {
            return at;
        }
        at = at.saturating_sub(Span::new().days(1));
    }
    day
}

/// How many days lie between two days, school holidays left out.
#[must_use]
pub fn days_quiet(since: Date, today: Date) -> i64 {
    calendar().days_of_term(since, today)
}

/// Half past seven in the morning in London.
#[must_use]
pub fn morning(day: Date) -> Timestamp {
    foundation::clock::moment(day.at(7, 30, 0, 0))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn nobody_is_reminded_at_a_weekend_or_in_the_holidays() {
        assert!(may_remind(date(2027, 1, 15)));
        for closed in [date(2027, 1, 16), date(2026, 12, 24), date(2027, 8, 5), date(2027, 5, 3)] {
            assert!(!may_remind(closed), "{closed}");
        }
        assert_eq!(school_day_before(date(2027, 8, 10)), date(2027, 7, 21));
        assert_eq!(school_day_before(date(2027, 1, 15)), date(2027, 1, 15));
    }

    #[test]
    fn holidays_are_no_silence() {
        assert_eq!(days_quiet(date(2027, 1, 4), date(2027, 1, 25)), 21);
        // Five days of half-term are left out.
        assert_eq!(days_quiet(date(2027, 2, 8), date(2027, 3, 1)), 16);
        assert_eq!(days_quiet(date(2027, 3, 1), date(2027, 3, 1)), 0);
        assert_eq!(days_quiet(date(2027, 7, 21), date(2027, 9, 1)), 1);
    }
}
