//! Rehearsal: a database of its own whose calendar begins on a day of the operator's choosing, so
//! that a partnership can walk through a whole year of support on published data before it begins.
//!
//! A rehearsal stays one: its database is marked on first use, every page says so, and a database
//! that holds real work cannot become one. Its clock never turns back: a process starts at nine on
//! the chosen day, or just after the last act in the record where that is later.

use foundation::{Clock, Config, Db, Sql as _, clock, db::At, settings};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::FromQueryResult;

use crate::failure::{Code, fail};

/// The name under which the database remembers that it is a rehearsal.
const MARK: &str = "rehearsal";

#[derive(FromQueryResult)]
struct Last {
    at: Option<At>,
}

/// The clock of this database: the one given, or a rehearsal's. Where the database is a rehearsal
/// the settings say so afterwards, even if they did not before.
///
/// # Errors
/// When a database that holds real work is asked to be a rehearsal, or cannot be read or marked.
pub(crate) async fn clock(db: &Db, config: &mut Config, given: Clock) -> anyhow::Result<Clock> {
    let marked = settings::get(db, MARK).await?.is_some();
    let last: Option<Last> = db.first("SELECT MAX(at) AS at FROM event", []).await?;
    let last = last.and_then(|last| last.at).map(|At(at)| at);
    if !marked {
        let Some(day) = config.rehearse_from else { return Ok(given) };
        if last.is_some() {
            return Err(fail(
                Code::Config,
                "rehearse_from is set, but this database holds real work: give the rehearsal a database of its own",
            ));
        }
        let tx = db.write().await?;
        settings::set(&tx, MARK, &day.to_string()).await?;
        tx.commit().await?;
    }
    let begins = beginning(config.rehearse_from, last, given.now());
    config.rehearse_from = Some(clock::london(begins));
    Ok(Clock::shifted(begins.duration_since(given.now())))
}

fn beginning(chosen: Option<Date>, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let chosen = chosen.map(|day| clock::moment(day.at(9, 0, 0, 0)));
    let after = last.map(|at| at + SignedDuration::from_secs(1));
    chosen.max(after).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_begins_at_nine_and_never_turns_back() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let day = Some(jiff::civil::date(2017, 10, 2));
        let now = at("2026-11-09T09:00:00Z");
        assert_eq!(beginning(day, None, now), at("2017-10-02T08:00:00Z"));
        let acted = Some(at("2017-10-02T09:30:00Z"));
        assert_eq!(beginning(day, acted, now), at("2017-10-02T09:30:01Z"));
        assert_eq!(beginning(None, acted, now), at("2017-10-02T09:30:01Z"));
        let later = Some(jiff::civil::date(2018, 7, 2));
        assert_eq!(beginning(later, acted, now), at("2018-07-02T08:00:00Z"));
    }
}
