//! Whom a network reaches: which schools of the partnership somebody came from within a year, for
//! the convenor alone. It is no list of who does better: whoever is not reached is asked.

use std::collections::BTreeSet;

use access::partnerships;
use foundation::{App, DbError, OrgRef, Sql, db::AsText};
use jiff::{Span, civil::Date};

use crate::{
    meetings,
    network::{self, Network},
};

/// Schools of the partnership, split by whether somebody came within a year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Meetings that were held within the year.
    pub meetings: usize,
    /// Schools from which somebody came.
    pub reached: Vec<OrgRef>,
    /// The others, and whether somebody of theirs is a member all the same.
    pub not_reached: Vec<(OrgRef, bool)>,
}

/// Whom a network has reached in the year before today.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(app: &App, db: &impl Sql, it: &Network) -> Result<Reach, DbError> {
    let today = app.clock.today();
    let since = today.saturating_sub(Span::new().years(1));
    let mut reach = Reach::default();
    let mut came = BTreeSet::new();
    for meeting in meetings::of_network(db, it.id).await? {
        if meeting.was_held() && meeting.on() > since && meeting.on() <= today {
            reach.meetings += 1;
            let present = meetings::presence(db, meeting.id).await?;
            came.extend(present.iter().filter(|one| one.came == Some(true)).map(|one| one.org));
        }
    }
    let joined: BTreeSet<OrgRef> =
        network::members(app, db, it).await?.iter().map(|member| member.org).collect();
    for org in partnerships::members(db, it.partnership, today).await? {
        match org {
            OrgRef::School(_) if came.contains(&org) => reach.reached.push(org),
            OrgRef::School(_) => reach.not_reached.push((org, joined.contains(&org))),
            _ => {}
        }
    }
    Ok(reach)
}

/// Meetings within two days, both counted, to which somebody of a school came.
///
/// # Errors
/// When the database cannot be read.
pub async fn attended(
    db: &impl Sql,
    org: OrgRef,
    (from, to): (Date, Date),
) -> Result<i64, DbError> {
    db.count(
        "SELECT count(DISTINCT m.id) AS n FROM network_meeting m
         JOIN network_presence p ON p.meeting = m.id
         WHERE m.state IN ('held', 'settled') AND p.org = $1 AND p.came AND m.on_date >= $2 AND m.on_date <= $3",
        [org.into(), AsText(from).into(), AsText(to).into()],
    )
    .await
}
