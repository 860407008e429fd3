//! Calendar days, as far as a picture needs them.

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Day {
    /// A day; month and day are brought into range.
    #[must_use]
    pub const fn new(year: i32, month: u8, day: u8) -> Self {
        let month = if month < 1 {
            1
        } else if month > 12 {
            12
        } else {
            month
        };
        let day = if day < 1 {
            1
        } else if day > 31 {
            31
        } else {
            day
        };
        Self { year, month, day }
    }

    /// Days since 1 March of the year 0: a count, by the rule that February is the year's last
    /// month and months of 31 and 30 days alternate in fives.
    #[must_use]
    pub fn number(self) -> i64 {
        let (y, m) = if self.month <= 2 {
            (i64::from(self.year) - 1, i64::from(self.month) + 9)
        } else {
            (i64::from(self.year), i64::from(self.month) - 3)
        };
        365 * y + y.div_euclid(4) - y.div_euclid(100)
            + y.div_euclid(400)
            + (153 * m + 2) / 5
            + i64::from(self.day)
            - 1
    }

    /// `4 Jan 2027`.
    #[must_use]
    pub fn long(self) -> String {
        format!("{} {} {}", self.day, self.month_name(), self.year)
    }

    /// `Jan`.
    #[must_use]
    pub fn month_name(self) -> &'static str {
        MONTHS[usize::from(self.month - 1) % 12]
    }

    /// The first of the next month.
    #[must_use]
    pub const fn next_month(self) -> Self {
        if self.month == 12 {
            Self::new(self.year + 1, 1, 1)
        } else {
            Self::new(self.year, self.month + 1, 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        let between = |a: Day, b: Day| b.number() - a.number();
        assert_eq!(between(Day::new(2026, 11, 9), Day::new(2027, 11, 9)), 365);
        assert_eq!(between(Day::new(2028, 2, 28), Day::new(2028, 3, 1)), 2);
        assert_eq!(between(Day::new(2027, 12, 31), Day::new(2028, 1, 1)), 1);
        assert_eq!(between(Day::new(1999, 12, 31), Day::new(2000, 3, 1)), 61);
    }
}
