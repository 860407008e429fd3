//! What follows from the files that stand: the register as it is today, lines, trusts, search and
//! families. Worked out from scratch each time, so that undoing an import leads back exactly.

use std::collections::{BTreeMap, BTreeSet};

use foundation::{DbError, Sql, Tx};
use sea_orm::{DbBackend, FromQueryResult};
use sources::Family;

use super::{
    listed::Listed,
    sink::postcode_key,
    targets::{LINE, MEMBER, SCHOOL, TRUST},
};
use crate::{
    Phase,
    bulk::{Batch, Rows},
    families,
    fold::fold,
    kpis::packed,
    lineage, orgs, search,
};

/// What kinds of file an import brought or took away.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    register: bool,
    links: bool,
    context: bool,
    figures: bool,
}

impl Changes {
    pub(super) fn add(&mut self, family: Family, context: bool) {
        match family {
            Family::Register | Family::Groups | Family::Postcodes => self.register = true,
            Family::Links => self.links = true,
            Family::Indicators => {
                self.figures = true;
                self.context |= context;
            }
            _ => {}
        }
    }

    /// Everything, where it is not known what a file held.
    pub(super) const fn all() -> Self {
        Self { register: true, links: true, context: true, figures: true }
    }
}

/// Works out what follows from the files that stand.
pub(super) async fn derive(tx: &Tx, changes: Changes) -> Result<(), DbError> {
    if tx.dialect() == DbBackend::Postgres {
        // The planner knows nothing yet of what this transaction brought.
        tx.script("ANALYZE kpi_value; ANALYZE school_listing; ANALYZE school_version").await?;
    }
    if changes.links {
        lines(tx).await?;
    }
    if changes.register {
        schools(tx).await?;
        orgs::rebuild(tx).await?;
        search::rebuild(tx).await?;
    }
    if changes.register || changes.links || changes.context {
        families::rebuild(tx).await?;
    }
    if changes.register || changes.links || changes.figures {
        packed::rebuild(tx).await?;
    }
    Ok(())
}

async fn run(tx: &Tx, batches: Vec<Batch>) -> Result<(), DbError> {
    for batch in batches {
        batch.run(tx).await?;
    }
    Ok(())
}

async fn lines(tx: &Tx) -> Result<(), DbError> {
    tx.run("DELETE FROM school_line", []).await?;
    let lines = lineage::lines(&lineage::steps(tx).await?);
    let mut rows = Rows::new(&LINE, tx.dialect());
    let mut batches = Vec::new();
    for (urn, line) in lines {
        for (step, earlier) in (1..).zip(line) {
            rows.int(i64::from(urn)).int(step).int(i64::from(earlier));
            batches.extend(rows.end());
        }
    }
    batches.extend(rows.take());
    run(tx, batches).await
}

#[derive(FromQueryResult)]
struct ListingRow {
    urn: i64,
    file: i64,
    version: i64,
    as_at: Option<String>,
    as_of: String,
    record: String,
}

#[derive(FromQueryResult)]
struct GroupRow {
    uid: i64,
    name: String,
    kind: Option<String>,
    status: Option<String>,
    opened: Option<String>,
    closed: Option<String>,
    companies_house: Option<String>,
    member: Option<i64>,
    joined: Option<String>,
    as_of: String,
}

#[derive(FromQueryResult)]
struct SeenRow {
    urn: i64,
    as_of: String,
    trust: Option<i64>,
    trust_name: Option<String>,
}

#[derive(FromQueryResult)]
struct PostcodeRow {
    postcode_key: String,
    idaci_decile: i64,
}

/// The register as it stands, the trusts, and who belonged to them when.
async fn schools(tx: &Tx) -> Result<(), DbError> {
    for table in ["school", "trust", "trust_member"] {
        tx.run(&format!("DELETE FROM {table}"), []).await?;
    }
    let listings: Vec<ListingRow> = tx
        .all(
            "SELECT b.urn, b.file, b.version, b.as_at, b.as_of, v.record FROM (
               SELECT l.urn, l.file, l.version, f.as_at, f.as_of,
                 ROW_NUMBER() OVER (PARTITION BY l.urn ORDER BY f.as_of DESC, l.file DESC) AS place
               FROM school_listing l JOIN import_file f ON f.id = l.file) b
             JOIN school_version v ON v.id = b.version WHERE b.place = 1 ORDER BY b.urn",
            [],
        )
        .await?;
    let groups: Vec<GroupRow> = tx
        .all(
            "SELECT g.uid, g.name, g.kind, g.status, g.opened, g.closed, g.companies_house,
               g.member, g.joined, f.as_of
             FROM group_listing g JOIN import_file f ON f.id = g.file
             ORDER BY f.as_of, g.file, g.seq",
            [],
        )
        .await?;
    // Only schools whose registers disagree have a history worth telling.
    let seen: Vec<SeenRow> = tx
        .all(
            "SELECT l.urn, f.as_of, v.trust, v.trust_name FROM school_listing l
             JOIN import_file f ON f.id = l.file JOIN school_version v ON v.id = l.version
             WHERE v.trust IS NOT NULL OR l.urn IN (
               SELECT w.urn FROM school_version w WHERE w.trust IS NOT NULL)
             ORDER BY l.urn, f.as_of, l.file",
            [],
        )
        .await?;
    let postcodes: Vec<PostcodeRow> = tx
        .all(
            "SELECT postcode_key, idaci_decile FROM (
               SELECT p.postcode_key, p.idaci_decile,
                 ROW_NUMBER() OVER (PARTITION BY p.postcode_key ORDER BY f.as_of DESC, p.file DESC) AS place
               FROM postcode_listing p JOIN import_file f ON f.id = p.file
               WHERE p.idaci_decile IS NOT NULL) b WHERE place = 1",
            [],
        )
        .await?;
    let dialect = tx.dialect();
    let batches = tokio::task::spawn_blocking(move || {
        let deciles: BTreeMap<String, i64> =
            postcodes.into_iter().map(|row| (row.postcode_key, row.idaci_decile)).collect();
        write_schools(dialect, &listings, &groups, &seen, &deciles)
    })
    .await
    .map_err(|error| DbError::Other(sea_orm::DbErr::Custom(error.to_string())))?;
    run(tx, batches).await
}

/// The register writes trusts in capitals; on a page that is shouting.
fn calm(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let word = |(at, word): (usize, &str)| {
        let lower = word.to_lowercase();
        let small = matches!(lower.as_str(), "and" | "of" | "the" | "for" | "in" | "with" | "at");
        let vowels = lower.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        match (small && at > 0, vowels && word.len() > 2) {
            (true, _) => lower,
            (false, true) => {
                let mut letters = lower.chars();
                letters.next().map_or_else(String::new, |first| {
                    first.to_uppercase().collect::<String>() + letters.as_str()
                })
            }
            _ => word.to_owned(),
        }
    };
    name.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

fn is_trust(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| kind.to_lowercase().contains("academy trust"))
}

fn write_schools(
    dialect: DbBackend,
    listings: &[ListingRow],
    groups: &[GroupRow],
    seen: &[SeenRow],
    deciles: &BTreeMap<String, i64>,
) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut rows = Rows::new(&SCHOOL, dialect);
    // The latest word of the groups files on each school's trust, for registers without trusts.
    let mut by_group: BTreeMap<i64, (i64, &str)> = BTreeMap::new();
    for group in groups.iter().filter(|g| is_trust(g.kind.as_deref()) && g.closed.is_none()) {
        if let Some(member) = group.member {
            by_group.insert(member, (group.uid, &group.name));
        }
    }
    let mut trusts: BTreeMap<i64, (String, Option<&GroupRow>)> = BTreeMap::new();
    for listing in listings {
        let Ok(listed) = serde_json::from_str::<Listed>(&listing.record) else { continue };
        let is_open = listed.status.as_deref().is_none_or(|s| s.starts_with("Open"));
        let trust =
            listed.trust.map(i64::from).zip(listed.trust_name.clone()).or_else(|| {
                by_group.get(&listing.urn).map(|(uid, name)| (*uid, (*name).to_owned()))
            });
        let trust = trust.map(|(uid, name)| (uid, calm(&name)));
        if let Some((uid, name)) = &trust {
            trusts.insert(*uid, (name.clone(), None));
        }
        school_row(&mut rows, listing, &listed, is_open, trust.as_ref(), deciles);
        batches.extend(rows.end());
    }
    batches.extend(rows.take());
    for group in groups.iter().filter(|group| is_trust(group.kind.as_deref())) {
        trusts.insert(group.uid, (calm(&group.name), Some(group)));
    }
    for row in seen {
        if let (Some(uid), Some(name)) = (row.trust, &row.trust_name) {
            trusts.entry(uid).or_insert_with(|| (calm(name), None));
        }
    }
    let mut rows = Rows::new(&TRUST, dialect);
    for (uid, (name, group)) in &trusts {
        rows.int(*uid)
            .text(name.as_str())
            .text(fold(name).as_str())
            .text(group.and_then(|g| g.kind.as_deref()))
            .text(group.and_then(|g| g.status.as_deref()))
            .text(group.and_then(|g| g.opened.as_deref()))
            .text(group.and_then(|g| g.closed.as_deref()))
            .text(group.and_then(|g| g.companies_house.as_deref()));
        batches.extend(rows.end());
    }
    batches.extend(rows.take());
    batches.extend(write_members(dialect, groups, seen));
    batches
}

fn school_row(
    rows: &mut Rows,
    listing: &ListingRow,
    listed: &Listed,
    is_open: bool,
    trust: Option<&(i64, String)>,
    deciles: &BTreeMap<String, i64>,
) {
    let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
    let phase = Phase::from_register(
        listed.phase.as_deref(),
        listed.kind.as_deref(),
        listed.group.as_deref(),
    );
    let key = listed.postcode.as_deref().map(postcode_key);
    rows.int(listing.urn)
        .int(listing.file)
        .int(listing.version)
        .text(Some(listing.as_at.as_deref().unwrap_or(&listing.as_of)))
        .text(listed.name.as_str())
        .text(fold(&listed.name).as_str())
        .text(phase.key())
        .text(listed.kind.as_deref().unwrap_or("Type not stated"))
        .text(listed.group.as_deref())
        .text(listed.status.as_deref().unwrap_or("Open"))
        .bool(is_open)
        .int(i64::from(listed.la.unwrap_or(0)))
        .text(listed.la_name.as_deref().unwrap_or(""))
        .int(listed.number.map(i64::from))
        .int(trust.map(|(uid, _)| *uid))
        .text(trust.map(|(_, name)| name.as_str()))
        .text(listed.federation.as_deref())
        .text(listed.diocese.as_deref())
        .text(listed.region.as_deref())
        .text(listed.district.as_deref())
        .text(listed.address.as_deref())
        .text(listed.town.as_deref())
        .text(listed.county.as_deref())
        .text(listed.postcode.as_deref())
        .text(key.as_deref())
        .real(listed.lat)
        .real(listed.lon)
        .text(listed.urban_rural.as_deref())
        .int(listed.pupils.map(i64::from))
        .int(listed.capacity.map(i64::from))
        .real(listed.fsm)
        .int(listed.low_age.map(i64::from))
        .int(listed.high_age.map(i64::from))
        .text(listed.gender.as_deref())
        .text(listed.religion.as_deref())
        .text(listed.admissions.as_deref())
        .text(listed.sixth_form.as_deref())
        .text(day(listed.opened).as_deref())
        .text(day(listed.closed).as_deref())
        .text(listed.website.as_deref())
        .int(key.and_then(|key| deciles.get(&key).copied()));
}

/// A stay in a trust as it is pieced together.
struct Stay<'a> {
    trust: i64,
    name: &'a str,
    since: &'a str,
    exact: bool,
    last: &'a str,
    ended: bool,
}

fn write_members(dialect: DbBackend, groups: &[GroupRow], seen: &[SeenRow]) -> Vec<Batch> {
    let mut joined: BTreeMap<(i64, i64), &str> = BTreeMap::new();
    let mut grouped: BTreeMap<i64, Vec<&GroupRow>> = BTreeMap::new();
    for group in groups.iter().filter(|group| is_trust(group.kind.as_deref())) {
        let Some(member) = group.member else { continue };
        if let Some(day) = &group.joined {
            joined.insert((member, group.uid), day);
        }
        grouped.entry(member).or_default().push(group);
    }
    let mut stays: BTreeMap<i64, Vec<Stay<'_>>> = BTreeMap::new();
    for row in seen {
        let list = stays.entry(row.urn).or_default();
        let running = list.last_mut().filter(|stay| !stay.ended);
        match (running, row.trust) {
            (Some(stay), Some(uid)) if stay.trust == uid => stay.last = &row.as_of,
            (running, now) => {
                if let Some(stay) = running {
                    stay.ended = true;
                }
                if let Some(uid) = now {
                    let day = joined.get(&(row.urn, uid)).copied();
                    list.push(Stay {
                        trust: uid,
                        name: row.trust_name.as_deref().unwrap_or(""),
                        since: day.unwrap_or(&row.as_of),
                        exact: day.is_some(),
                        last: &row.as_of,
                        ended: false,
                    });
                }
            }
        }
    }
    for (urn, members) in grouped {
        let list = stays.entry(urn).or_default();
        let known: BTreeSet<i64> = list.iter().map(|stay| stay.trust).collect();
        for group in members.into_iter().filter(|group| !known.contains(&group.uid)) {
            list.retain(|stay| stay.trust != group.uid);
            list.push(Stay {
                trust: group.uid,
                name: &group.name,
                since: group.joined.as_deref().unwrap_or(&group.as_of),
                exact: group.joined.is_some(),
                last: group.closed.as_deref().unwrap_or(&group.as_of),
                ended: group.closed.is_some(),
            });
        }
    }
    let mut rows = Rows::new(&MEMBER, dialect);
    let mut batches = Vec::new();
    for (urn, list) in stays {
        for stay in list {
            rows.int(urn)
                .int(stay.trust)
                .text(calm(stay.name).as_str())
                .text(stay.since)
                .bool(stay.exact)
                .text(stay.ended.then_some(stay.last));
            batches.extend(rows.end());
        }
    }
    batches.extend(rows.take());
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shouted_name_is_said_calmly() {
        assert_eq!(calm("UNITED LEARNING TRUST"), "United Learning Trust");
        assert_eq!(calm("THE DIOCESE OF ELY MAT"), "The Diocese of Ely Mat");
        assert_eq!(calm("GLF SCHOOLS"), "GLF Schools");
        assert_eq!(calm("Tideway Trust"), "Tideway Trust");
    }
}
