//! Which school grew out of which: a graph, of which the unbroken one-to-one lines carry
//! figures on.

use std::collections::{BTreeMap, BTreeSet};

use foundation::{DbError, OrgRef, Sql, db::AsText};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::school::{number_list, small};

/// A school before or after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// The other school's number.
    pub urn: u32,
    /// Its name as the links give it.
    pub name: String,
    /// The register's words for the link.
    pub words: String,
    /// Since when, where the register says.
    pub since: Option<Date>,
    /// Whether the register has a page for it.
    pub in_register: bool,
}

/// What came before a school and what came after it, one link away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relatives {
    /// What it grew out of.
    pub earlier: Vec<Relative>,
    /// What it became.
    pub later: Vec<Relative>,
}

/// The schools one link before and after a school, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn relatives(db: &impl Sql, urn: u32) -> Result<Relatives, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        other: i64,
        kind: String,
        other_name: Option<String>,
        words: String,
        established: Option<AsText<Date>>,
        known: Option<String>,
    }
    // Some links stand only at the other school: both ends are read.
    let rows: Vec<Row> = db
        .all(
            "SELECT l.other, l.kind, l.other_name, l.words, l.established, s.name AS known
             FROM school_link l LEFT JOIN school s ON s.urn = l.other
             WHERE l.urn = $1 AND (l.kind LIKE 'predecessor%' OR l.kind LIKE 'successor%')
             UNION
             SELECT l.urn AS other,
                    CASE WHEN l.kind LIKE 'predecessor%' THEN 'successor' ELSE 'predecessor' END AS kind,
                    NULL AS other_name,
                    CASE WHEN l.kind LIKE 'predecessor%' THEN 'Successor' ELSE 'Predecessor' END AS words,
                    l.established, s.name AS known
             FROM school_link l LEFT JOIN school s ON s.urn = l.urn
             WHERE l.other = $1 AND (l.kind LIKE 'predecessor%' OR l.kind LIKE 'successor%')
               AND NOT EXISTS (SELECT 1 FROM school_link m WHERE m.urn = $1 AND m.other = l.urn
                 AND (m.kind LIKE 'predecessor%' OR m.kind LIKE 'successor%'))",
            [i64::from(urn).into()],
        )
        .await?;
    let mut relatives = Relatives::default();
    for row in rows {
        let list = if row.kind.starts_with("predecessor") {
            &mut relatives.earlier
        } else {
            &mut relatives.later
        };
        if list.iter().any(|known: &Relative| i64::from(known.urn) == row.other) {
            continue;
        }
        list.push(Relative {
            urn: small(row.other),
            in_register: row.known.is_some(),
            name: row.known.or(row.other_name).unwrap_or_else(|| format!("School {}", row.other)),
            words: row.words,
            since: row.established.map(|day| day.0),
        });
    }
    for list in [&mut relatives.earlier, &mut relatives.later] {
        list.sort_by(|a, b| (&a.name, a.urn).cmp(&(&b.name, b.urn)));
    }
    Ok(relatives)
}

/// The numbers behind a school's continuous figures, nearest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn line(db: &impl Sql, urn: u32) -> Result<Vec<u32>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        earlier: i64,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT earlier FROM school_line WHERE urn = $1 ORDER BY step",
            [i64::from(urn).into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| small(row.earlier)).collect())
}

/// The school a closed one became, following one-to-one conversions to their end.
///
/// # Errors
/// When the database cannot be read.
pub async fn today(db: &impl Sql, urn: u32) -> Result<Option<OrgRef>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        urn: i64,
    }
    let row: Option<Row> = db
        .first(
            "SELECT urn FROM school_line WHERE earlier = $1 ORDER BY step DESC, urn LIMIT 1",
            [i64::from(urn).into()],
        )
        .await?;
    Ok(row.map(|row| OrgRef::School(small(row.urn))))
}

/// A link between two schools, the earlier one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) earlier: u32,
    pub(crate) later: u32,
    /// Whether the register calls it a merger, an amalgamation or a split.
    pub(crate) tangled: bool,
}

/// The unbroken one-to-one lines: for each school the earlier numbers whose figures it carries
/// on, nearest first. A merger or a split ends a line, since nobody can say whose figures go on;
/// a circle in the links ends it too.
pub(crate) fn lines(steps: &[Step]) -> BTreeMap<u32, Vec<u32>> {
    let mut before: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let mut after: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let mut tangled: BTreeSet<(u32, u32)> = BTreeSet::new();
    for step in steps {
        before.entry(step.later).or_default().insert(step.earlier);
        after.entry(step.earlier).or_default().insert(step.later);
        if step.tangled {
            tangled.insert((step.earlier, step.later));
        }
    }
    let only = |map: &BTreeMap<u32, BTreeSet<u32>>, of: u32| {
        map.get(&of).filter(|set| set.len() == 1).and_then(|set| set.first().copied())
    };
    let behind = |urn: u32| {
        let earlier = only(&before, urn)?;
        (only(&after, earlier) == Some(urn) && !tangled.contains(&(earlier, urn)))
            .then_some(earlier)
    };
    let mut lines = BTreeMap::new();
    for &urn in before.keys() {
        let mut line: Vec<u32> = Vec::new();
        let mut at = urn;
        while let Some(earlier) = behind(at) {
            if earlier == urn || line.contains(&earlier) {
                break;
            }
            line.push(earlier);
            at = earlier;
        }
        if !line.is_empty() {
            lines.insert(urn, line);
        }
    }
    lines
}

/// The numbers that are an earlier or later form of a school, however tangled: kept out of its
/// family.
pub(crate) fn kin(steps: &[Step]) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut kin: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for step in steps {
        kin.entry(step.earlier).or_default().insert(step.later);
        kin.entry(step.later).or_default().insert(step.earlier);
    }
    kin
}

/// Every link of the register that is lineage.
pub(crate) async fn steps(db: &impl Sql) -> Result<Vec<Step>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        urn: i64,
        other: i64,
        kind: String,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT DISTINCT urn, other, kind FROM school_link
             WHERE kind LIKE 'predecessor%' OR kind LIKE 'successor%'",
            [],
        )
        .await?;
    let mut steps: Vec<Step> = rows
        .into_iter()
        .map(|row| {
            let (urn, other) = (small(row.urn), small(row.other));
            let tangled = row.kind.contains('-');
            if row.kind.starts_with("predecessor") {
                Step { earlier: other, later: urn, tangled }
            } else {
                Step { earlier: urn, later: other, tangled }
            }
        })
        .collect();
    steps.sort_unstable();
    steps.dedup();
    Ok(steps)
}

/// Names of schools that are only known from links, for numbers outside the register.
///
/// # Errors
/// When the database cannot be read.
pub async fn names_from_links(
    db: &impl Sql,
    urns: &[u32],
) -> Result<BTreeMap<u32, String>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        other: i64,
        name: String,
    }
    let sql = format!(
        "SELECT other, max(other_name) AS name FROM school_link
         WHERE other IN ({}) AND other_name IS NOT NULL GROUP BY other",
        number_list(urns)
    );
    let rows: Vec<Row> = db.all(&sql, []).await?;
    Ok(rows.into_iter().map(|row| (small(row.other), row.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(earlier: u32, later: u32) -> Step {
        Step { earlier, later, tangled: false }
    }

    #[test]
    fn a_chain_of_conversions_is_one_line() {
        let lines = lines(&[step(1, 2), step(2, 3)]);
        assert_eq!(lines[&3], [2, 1]);
        assert_eq!(lines[&2], [1]);
        assert_eq!(lines.get(&1), None);
    }

    #[test]
    fn mergers_splits_and_circles_end_a_line() {
        assert!(lines(&[step(1, 3), step(2, 3)]).is_empty(), "two schools became one");
        assert!(lines(&[step(1, 2), step(1, 3)]).is_empty(), "one school became two");
        assert!(lines(&[Step { tangled: true, ..step(1, 2) }]).is_empty());
        let circle = lines(&[step(1, 2), step(2, 1)]);
        assert_eq!(circle[&1], [2]);
    }
}
