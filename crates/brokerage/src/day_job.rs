//! The day job comes first: how much of somebody's time support may take, and the weeks in which
//! schools need their own people. Both are data of the pack in use. The desk does not propose
//! beyond them; whoever releases somebody may decide otherwise when days are planned.

use std::collections::{BTreeMap, BTreeSet};

use access::AccountId;
use foundation::{DbError, Sql, terms::AcademicYear};
use jiff::{ToSpan, civil::Date};
use matching::{Limit, Window};
use register::Phase;
use sea_orm::FromQueryResult;
use serde::Deserialize;

use crate::cadre::{
    SupporterRef,
    capacity::{Commitment, monday},
};
use crate::{packs, requests::days_in_words, weeks::week_of};

/// How much of somebody's time support may take, unless the head who releases them decides
/// otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayJob {
    /// Half-days in a week, for people whose designation names no limit of its own.
    pub half_days_a_week: i64,
    /// Half-days in an academic year.
    pub half_days_a_year: i64,
    /// What a day of cover costs the school that gives somebody, in pence: an example that is
    /// shown when a day is planned. Nought where no figure is known.
    pub cover_day: i64,
}

/// Weeks in which schools need their own people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Busy {
    /// What happens then.
    pub words: String,
    /// For which phases, by the register's codes.
    pub phases: Vec<String>,
    /// The first day of every year, as month and day: `05-11`.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl Busy {
    /// Whether a day lies in these weeks.
    #[must_use]
    pub fn covers(&self, on: Date) -> bool {
        let day = format!("{:02}-{:02}", on.month(), on.day());
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            day >= self.from || day <= self.to
        }
    }

    /// Whether it concerns schools of a phase.
    #[must_use]
    pub fn concerns(&self, phase: Phase) -> bool {
        self.phases.iter().any(|one| one == phase.key())
    }
}

/// Whether a text is a month and a day: `05-11`.
fn is_month_and_day(text: &str) -> bool {
    // A leap year, so that the last of February can be named.
    text.len() == 5 && format!("2024-{text}").parse::<Date>().is_ok()
}

/// Checks what the types alone cannot.
pub(crate) fn check(limits: &DayJob, busy: &[Busy]) -> Result<(), String> {
    if limits.half_days_a_week < 1 || limits.half_days_a_year < limits.half_days_a_week {
        return Err(
            "day_job: a week needs at least one half-day, and a year at least a week's".to_owned()
        );
    }
    match busy.iter().find(|one| !is_month_and_day(&one.from) || !is_month_and_day(&one.to)) {
        Some(busy) => Err(format!(
            "busy “{}”: write from and to as month and day, for example \"05-11\"",
            busy.words
        )),
        None => Ok(()),
    }
}

/// What keeps schools of a phase busy on some school day of a week, given by its Monday.
#[must_use]
pub fn busy_in_week(phase: Phase, week: Date) -> Option<&'static str> {
    let school_days = || (0..5).map(|nth: i64| monday(week).saturating_add(nth.days()));
    packs::busy()
        .iter()
        .find(|busy| busy.concerns(phase) && school_days().any(|on| busy.covers(on)))
        .map(|busy| busy.words.as_str())
}

#[derive(FromQueryResult)]
struct Held {
    id: String,
    person: AccountId,
}

/// Whose time each designation is, in whatever partnership: a person's year is one.
pub(crate) async fn people(db: &impl Sql) -> Result<BTreeMap<SupporterRef, AccountId>, DbError> {
    let held: Vec<Held> = db.all("SELECT id, person FROM designation", []).await?;
    Ok(held
        .into_iter()
        .filter_map(|one| Some((SupporterRef::Designation(one.id.parse().ok()?), one.person)))
        .collect())
}

/// Half-days of promises that fall into an academic year, each promise spread evenly over its
/// weeks.
fn promised(own: &[&Commitment], year: AcademicYear) -> i64 {
    let each = |one: &&Commitment| {
        let weeks = |from: Date, to: Date| i64::from(week_of(to)) - i64::from(week_of(from)) + 1;
        let (from, to) = (one.from_on.max(year.start()), one.to_on.min(year.end()));
        if from > to {
            return 0;
        }
        let all = weeks(one.from_on, one.to_on.max(one.from_on));
        // Rounded up: a half-day over a limit is over it.
        (one.half_days * weeks(from, to) + all - 1).div_euclid(all)
    };
    own.iter().map(each).sum()
}

/// What a person's years and their own school's busy weeks leave them from a day on, for two
/// years ahead. `own` is everything they have promised anywhere; a school's offer has no year of
/// its own.
#[must_use]
pub fn limits(own: Option<&[&Commitment]>, phase: Option<Phase>, today: Date) -> Vec<Limit> {
    let mut limits = Vec::new();
    let this_year = AcademicYear::of(today).0;
    let most = packs::day_job().half_days_a_year;
    for year in (this_year..this_year + 3).map(AcademicYear) {
        // Weeks belong to the year in which they begin.
        let first = monday(year.start().saturating_add(6.days()));
        let window = Window { earliest: week_of(first), latest: week_of(monday(year.end())) };
        if let Some(own) = own {
            let taken = promised(own, year);
            limits.push(Limit {
                window,
                half_days: u32::try_from((most - taken).max(0)).unwrap_or(0),
                reason: format!(
                    "{} beside the day job are the limit in {year}, {} are promised",
                    days_in_words(most),
                    days_in_words(taken)
                ),
            });
        }
        let Some(phase) = phase else { continue };
        let mut closed: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        let mut week = first;
        while week <= year.end() {
            if let Some(words) = busy_in_week(phase, week) {
                closed.entry(words).or_default().insert(week_of(week));
            }
            week = week.saturating_add(7.days());
        }
        for (words, weeks) in closed {
            if let (Some(&earliest), Some(&latest)) = (weeks.first(), weeks.last()) {
                let window = Window { earliest, latest };
                limits.push(Limit { window, half_days: 0, reason: words.to_owned() });
            }
        }
    }
    limits
}

#[cfg(test)]
mod tests {
    use foundation::{Ids, OrgRef};
    use jiff::civil::date;

    use super::*;
    use crate::cadre::capacity::{CommitmentId, CommitmentState};

    fn promise(from_on: Date, to_on: Date, half_days: i64) -> Commitment {
        Commitment {
            id: CommitmentId::new(&Ids::system(foundation::Clock::system())),
            supporter: SupporterRef::Colleagues(OrgRef::School(1)),
            from: OrgRef::School(1),
            to: OrgRef::School(2),
            from_on,
            to_on,
            half_days,
            state: CommitmentState::Agreed,
        }
    }

    #[test]
    fn a_year_holds_what_is_promised_in_it() {
        let over = promise(date(2027, 8, 2), date(2027, 9, 26), 16);
        let within = promise(date(2026, 11, 2), date(2026, 12, 13), 12);
        let own = [&over, &within];
        let limits = limits(Some(&own), None, date(2026, 11, 22));
        let left: Vec<u32> = limits.iter().map(|limit| limit.half_days).collect();
        // Five of the eight weeks of the first begin in August, with 1 September in the fifth.
        assert_eq!(left, [60 - 12 - 10, 60 - 8, 60]);
        assert!(limits[0].reason.contains("30 days"), "{}", limits[0].reason);
        for pair in limits.windows(2) {
            assert_eq!(pair[0].window.latest + 1, pair[1].window.earliest, "no week is in two");
        }
    }

    #[test]
    fn schools_keep_their_people_in_the_weeks_of_tests() {
        let closed = limits(None, Some(Phase::Primary), date(2026, 11, 22));
        assert_eq!(closed.len(), 3, "one for each year: {closed:?}");
        assert!(closed.iter().all(|limit| limit.half_days == 0));
        // 8 May 2027 is a Saturday: the tests begin on the Monday after it.
        let window =
            Window { earliest: week_of(date(2027, 5, 10)), latest: week_of(date(2027, 5, 15)) };
        assert_eq!(closed[0].window, window);
        assert_eq!(busy_in_week(Phase::Primary, date(2027, 5, 3)), None);
        assert!(busy_in_week(Phase::Secondary, date(2027, 6, 21)).is_some());
    }

    #[test]
    fn the_turn_of_the_year_is_covered() {
        let busy = Busy {
            words: "stocktaking".into(),
            phases: vec![],
            from: "12-28".into(),
            to: "01-04".into(),
        };
        assert!(busy.covers(date(2027, 1, 2)) && busy.covers(date(2026, 12, 30)));
        assert!(!busy.covers(date(2027, 1, 5)));
    }
}
