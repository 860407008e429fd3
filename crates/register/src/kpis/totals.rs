//! The schools of a place together: pupils added up, percentages never averaged.

use std::collections::BTreeMap;

use evidence::{
    Measure,
    bar_and_gap::{self, Spread},
    variation,
};
use foundation::{DbError, Sql, terms::AcademicYear};

use super::{Definition, packed, place};

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

/// Every indicator of the schools together, in the pack's order, the latest of the last three
/// years. Only figures that may be shown go in, so that a total gives away nothing that a school's
/// own page does not; a total of a single school is none, and so is one of figures without pupils.
///
/// # Errors
/// When the database cannot be read.
pub async fn totals(db: &impl Sql, urns: &[u32]) -> Result<Vec<Total>, DbError> {
    let mut read: BTreeMap<(usize, AcademicYear), (&'static Definition, Vec<Measure>)> =
        BTreeMap::new();
    for figure in packed::figures(db, urns).await?.into_iter().flatten() {
        let definition = figure.definition;
        if definition.base.is_none() && figure.group == definition.group {
            read.entry((place(definition), figure.period))
                .or_insert_with(|| (definition, Vec::new()))
                .1
                .push(figure.shown());
        }
    }
    let Some(last) = read.keys().map(|(_, period)| *period).max() else { return Ok(Vec::new()) };
    read.retain(|(_, period), _| period.0 > last.0 - 3);
    let mut latest: BTreeMap<usize, Total> = BTreeMap::new();
    for ((at, period), (definition, measures)) in read {
        let pooled = variation::pool(&measures);
        // Without every school's pupils a mean could only be one of schools, which misleads.
        if pooled.used > 1 && pooled.measure.n().is_some() {
            let total = Total {
                definition,
                period,
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
