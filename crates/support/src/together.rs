//! When schools last worked with another.

use std::collections::BTreeMap;

use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, marks},
};
use jiff::civil::Date;
use sea_orm::{FromQueryResult, Value};

use crate::agreements::State;

/// When each of some organisations last gave or received a day of support; today for those with an
/// agreement that is being made or in force. Those that never did are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn last(
    db: &impl Sql,
    orgs: &[OrgRef],
    today: Date,
) -> Result<BTreeMap<OrgRef, Date>, DbError> {
    #[derive(FromQueryResult)]
    struct Side {
        org: OrgRef,
        state: AsText<State>,
    }
    let mut found: BTreeMap<OrgRef, Date> = BTreeMap::new();
    if orgs.is_empty() {
        return Ok(found);
    }
    let list = marks(1, orgs.len());
    let values: Vec<Value> = orgs.iter().map(|&org| org.into()).collect();
    for side in ["giver", "receiver"] {
        let sql = format!(
            "SELECT {side} AS org, max(on_date) AS day FROM time_entry
             WHERE state = 'delivered' AND {side} IN ({list}) GROUP BY {side}"
        );
        later(db, &mut found, &sql, &values).await?;
    }
    for side in ["supported", "supporting"] {
        let sql = format!("SELECT {side} AS org, state FROM agreement WHERE {side} IN ({list})");
        let sides: Vec<Side> = db.all(&sql, values.clone()).await?;
        found.extend(
            sides.into_iter().filter(|one| !one.state.0.is_over()).map(|one| (one.org, today)),
        );
    }
    Ok(found)
}

/// Moves the last day of each organisation on by what a query says: `org` and `day`.
///
/// # Errors
/// When the database cannot be read.
pub async fn later(
    db: &impl Sql,
    found: &mut BTreeMap<OrgRef, Date>,
    sql: &str,
    values: &[Value],
) -> Result<(), DbError> {
    #[derive(FromQueryResult)]
    struct Day {
        org: OrgRef,
        day: AsText<Date>,
    }
    let days: Vec<Day> = db.all(sql, values.to_vec()).await?;
    for Day { org, day } in days {
        let known = found.entry(org).or_insert(day.0);
        *known = (*known).max(day.0);
    }
    Ok(())
}
