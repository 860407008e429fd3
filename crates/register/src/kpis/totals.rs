//! The schools of a place together: pupils added up, percentages never averaged.

use std::collections::BTreeMap;

use evidence::{
    Measure,
    bar_and_gap::{self, Spread},
    variation,
};
use foundation::{DbError, Sql, terms::AcademicYear};
use sea_orm::FromQueryResult;

use super::{
    Definition, definitions, group_number, place,
    series::{best, rows_of},
};
use crate::school::number_list;

/// One indicator of several schools together in one year.
#[derive(Clone, Debug)]
pub struct Total {
    /// The indicator.
    pub definition: &'static Definition,
    /// The latest school year for which one of the schools has a figure that may be shown.
    pub period: AcademicYear,
    /// The pooled figure: numerators and denominators added, averages weighted by pupils.
    pub measure: Measure,
    /// How many schools it counts.
    pub schools: usize,
    /// How many schools have a reason in place of a figure; they are not in it.
    pub without: usize,
    /// How far apart its schools are, none of them named; nothing below eight schools of eleven
    /// pupils, or where the indicator has no good direction.
    pub spread: Option<Spread>,
}

/// The latest year for which one of the schools has a row.
pub(super) async fn last_year(db: &impl Sql, urns: &[u32]) -> Result<Option<i64>, DbError> {
    #[derive(FromQueryResult)]
    struct Last {
        period: Option<i64>,
    }
    if urns.is_empty() {
        return Ok(None);
    }
    // A part of a large region tells which years there are.
    let some = number_list(&urns[..urns.len().min(200)]);
    let sql = format!("SELECT max(period) AS period FROM kpi_value WHERE subject IN ({some})");
    let last: Option<Last> = db.first(&sql, []).await?;
    Ok(last.and_then(|last| last.period))
}

/// Every indicator of the schools together, in the pack's order, the latest of the last three
/// years. Only figures that may be shown go in, so that a total gives away nothing that a school's
/// own page does not; a total of a single school is none, and so is one of figures without pupils.
///
/// # Errors
/// When the database cannot be read.
pub async fn totals(db: &impl Sql, urns: &[u32]) -> Result<Vec<Total>, DbError> {
    let Some(last) = last_year(db, urns).await? else { return Ok(Vec::new()) };
    let asked: BTreeMap<i64, &'static Definition> = definitions()
        .iter()
        .filter(|definition| definition.base.is_none())
        .map(|definition| (definition.number * 100 + group_number(definition.group), definition))
        .collect();
    let filter = format!(
        "AND v.period > {} AND v.kpi * 100 + v.pupils IN ({})",
        last - 3,
        number_list(asked.keys())
    );
    let mut read: BTreeMap<(usize, i64), (&'static Definition, Vec<Measure>)> = BTreeMap::new();
    for row in best(rows_of(db, urns, &filter).await?).into_values() {
        let Some(definition) = asked.get(&(row.kpi * 100 + row.pupils)) else { continue };
        read.entry((place(definition), row.period))
            .or_insert_with(|| (definition, Vec::new()))
            .1
            .push(definition.show(&row.measure()));
    }
    let mut latest: BTreeMap<usize, Total> = BTreeMap::new();
    for ((at, period), (definition, measures)) in read {
        let pooled = variation::pool(&measures);
        let Ok(period) = i16::try_from(period) else { continue };
        // Without every school's pupils a mean could only be one of schools, which misleads.
        if pooled.used > 1 && pooled.measure.n().is_some() {
            let total = Total {
                definition,
                period: AcademicYear(period),
                measure: pooled.measure,
                schools: pooled.used,
                without: measures.len() - pooled.used,
                spread: definition.direction.sign().and_then(|_| bar_and_gap::spread(&measures)),
            };
            // Years come in order: the last one stays.
            latest.insert(at, total);
        }
    }
    Ok(latest.into_values().collect())
}
