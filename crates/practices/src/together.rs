//! When schools last had something to do with another's practice.

use std::collections::BTreeMap;

use foundation::{DbError, OrgRef, Sql, db::marks};
use jiff::civil::Date;
use sea_orm::Value;

/// When each of some schools last took up or worked on a practice of another, had theirs taken up, or
/// went to see one. Those that never did are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn last(db: &impl Sql, orgs: &[OrgRef]) -> Result<BTreeMap<OrgRef, Date>, DbError> {
    let mut found: BTreeMap<OrgRef, Date> = BTreeMap::new();
    if orgs.is_empty() {
        return Ok(found);
    }
    let list = marks(1, orgs.len());
    let values: Vec<Value> = orgs.iter().map(|&org| org.into()).collect();
    for sql in [
        format!(
            "SELECT org, max(changed_on) AS day FROM adoption WHERE org IN ({list}) GROUP BY org"
        ),
        format!(
            "SELECT p.origin AS org, max(a.changed_on) AS day FROM adoption a
             JOIN practice p ON p.id = a.practice WHERE p.origin IN ({list}) GROUP BY p.origin"
        ),
        format!(
            "SELECT org, max(on_date) AS day FROM practice_ask
             WHERE on_date IS NOT NULL AND org IN ({list}) GROUP BY org"
        ),
    ] {
        support::together::later(db, &mut found, &sql, &values).await?;
    }
    Ok(found)
}
