//! Who is responsible for a school today, and for which schools a body is.
//!
//! Asked whenever a record is opened, never kept with it: a school that changes its trust is read by
//! the new one from that day and by the old one no longer.

use std::collections::HashMap;

use foundation::{DbError, OrgRef, Sql};
use sea_orm::FromQueryResult;

use crate::school::{number_list, small};

/// The body legally responsible: the trust, otherwise the local authority.
pub(crate) fn responsible(trust: Option<u32>, authority: u16) -> Vec<OrgRef> {
    match trust {
        Some(uid) => vec![OrgRef::Trust(uid)],
        None if authority > 0 => vec![OrgRef::Authority(authority)],
        None => Vec::new(),
    }
}

#[derive(FromQueryResult)]
struct Row {
    urn: i64,
    trust: Option<i64>,
    authority: i64,
}

/// The bodies responsible for each of some schools; schools nobody knows are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn bodies(
    db: &impl Sql,
    orgs: impl IntoIterator<Item = OrgRef>,
) -> Result<HashMap<OrgRef, Vec<OrgRef>>, DbError> {
    let mut urns: Vec<u32> = orgs.into_iter().filter_map(OrgRef::urn).collect();
    urns.sort_unstable();
    urns.dedup();
    let mut found = HashMap::new();
    for some in urns.chunks(5_000) {
        let list = number_list(some);
        let sql = format!("SELECT urn, trust, authority FROM school WHERE urn IN ({list})");
        let rows: Vec<Row> = db.all(&sql, []).await?;
        found.extend(rows.into_iter().map(|row| {
            let authority = u16::try_from(row.authority).unwrap_or(0);
            let bodies = responsible(row.trust.and_then(|n| u32::try_from(n).ok()), authority);
            (OrgRef::School(small(row.urn)), bodies)
        }));
    }
    Ok(found)
}

/// The schools a body is responsible for.
///
/// # Errors
/// When the database cannot be read.
pub async fn under(db: &impl Sql, body: OrgRef) -> Result<Vec<OrgRef>, DbError> {
    let (condition, number) = match body {
        OrgRef::Trust(uid) => ("trust = $1", i64::from(uid)),
        OrgRef::Authority(code) => ("trust IS NULL AND authority = $1", i64::from(code)),
        _ => return Ok(Vec::new()),
    };
    #[derive(FromQueryResult)]
    struct Urn {
        urn: i64,
    }
    let sql = format!("SELECT urn FROM school WHERE {condition} ORDER BY urn");
    let rows: Vec<Urn> = db.all(&sql, [number.into()]).await?;
    Ok(rows.into_iter().map(|row| OrgRef::School(small(row.urn))).collect())
}
