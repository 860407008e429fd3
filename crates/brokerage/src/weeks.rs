//! Weeks as the engine counts them.

use jiff::civil::{Date, date};
use matching::Week;

use crate::cadre::capacity::monday;

/// The first Monday that weeks are counted from.
const FIRST_MONDAY: Date = date(2001, 1, 1);

/// The number of a date's week.
#[must_use]
pub(crate) fn week_of(date: Date) -> Week {
    let days = monday(date).since(FIRST_MONDAY).map_or(0, |span| span.get_days());
    Week::try_from(days / 7).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_counted_from_mondays() {
        assert_eq!(week_of(date(2001, 1, 7)), 0);
        assert_eq!(week_of(date(2001, 1, 8)), 1);
        assert_eq!(week_of(date(2027, 1, 4)) + 1, week_of(date(2027, 1, 11)));
    }
}
