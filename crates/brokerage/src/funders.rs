//! Who may pay for support besides the school that receives it: bodies we know, so that they can
//! look after what they pay for.

use std::collections::BTreeSet;

use access::partnerships;
use foundation::{DbError, OrgRef, Sql};
use jiff::civil::Date;

/// The partnership itself, its members that are no school, and the bodies responsible for a school;
/// by name. Whoever else pays is written down by name alone.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(
    db: &impl Sql,
    partnership: Option<OrgRef>,
    school: OrgRef,
    on: Date,
) -> Result<Vec<(OrgRef, String)>, DbError> {
    let mut orgs: BTreeSet<OrgRef> = BTreeSet::new();
    if let Some(partnership) = partnership {
        orgs.insert(partnership);
        let members = partnerships::members(db, partnership, on).await?;
        orgs.extend(members.into_iter().filter(|org| org.urn().is_none()));
    }
    if let Some(urn) = school.urn() {
        let found = register::school(db, urn).await?;
        orgs.extend(found.iter().flat_map(register::School::responsible));
    }
    let mut named = Vec::new();
    for org in orgs {
        named.push((org, register::org_name(db, org).await?));
    }
    named.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(named)
}
