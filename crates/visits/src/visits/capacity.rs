//! How much of somebody's week is still free for visits.
//!
//! What a system leader pledged for the week (brokerage) less what is booked in it, whichever
//! support it is for. Whoever has pledged nothing, such as a head who gives a morning of their
//! own, is bound by the calendar alone: one place at a time.

use access::AccountId;
use brokerage::cadre::{
    self,
    capacity::{monday, weeks_of},
};
use foundation::{DbError, Sql};
use jiff::{ToSpan, civil::Date};

/// A week of somebody's time, in half-days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: Date,
    /// What was pledged; nothing where no availability has been given at all.
    pub pledged: Option<i64>,
    /// What is booked.
    pub booked: i64,
}

impl Week {
    /// Half-days that can still be booked; ten in a week where nothing was pledged.
    #[must_use]
    pub fn free(&self) -> i64 {
        (self.pledged.unwrap_or(10) - self.booked).max(0)
    }
}

/// Somebody's weeks from the week of a day on.
///
/// # Errors
/// When the database cannot be read.
pub async fn weeks(
    db: &impl Sql,
    person: AccountId,
    from: Date,
    count: usize,
) -> Result<Vec<Week>, DbError> {
    let first = monday(from);
    let mut pledges = Vec::new();
    let designations = cadre::designations_of(db, person).await?;
    for designation in designations.into_iter().filter(|one| one.state.is_live()) {
        let weeks = weeks_of(db, designation.supporter(), first).await?;
        if !weeks.is_empty() {
            let cap = i64::from(designation.profile.weekly_cap);
            pledges.push((cap, weeks));
        }
    }
    let mut found = Vec::with_capacity(count);
    let mut monday = first;
    for _ in 0..count {
        let end = monday.saturating_add(7.days());
        let pledged = (!pledges.is_empty()).then(|| {
            let of = |(cap, weeks): &(i64, Vec<(Date, i64, i64)>)| {
                let week = weeks.iter().find(|(week, ..)| *week == monday);
                week.map_or(0, |(_, pledged, _)| (*pledged).min(*cap))
            };
            pledges.iter().map(of).sum()
        });
        let booked = db
            .count(
                "SELECT count(*) AS n FROM visit_slot
                 WHERE person = $1 AND on_date >= $2 AND on_date < $3",
                [person.into(), monday.to_string().into(), end.to_string().into()],
            )
            .await?;
        found.push(Week { monday, pledged, booked });
        monday = end;
    }
    Ok(found)
}
