//! What public data says about a school, area by area, when an audit begins.

use foundation::{DbError, Sql};
use register::{School, families, kpis};

use super::model::{Fact, Signal};
use super::signals::{Look, Point, looks, propose};
use crate::framework::Area;

/// The given areas with facts and suggestions from public data; nothing is left blank: a figure
/// that is missing says why.
///
/// # Errors
/// When the database cannot be read.
pub async fn prefill(
    db: &impl Sql,
    school: &School,
    areas: &[Area],
) -> Result<Vec<(Area, Vec<Fact>, Vec<Signal>)>, DbError> {
    let series = kpis::all_of(db, school.urn).await?;
    let family = families::family(db, school.urn).await?;
    let spread = match &family {
        Some(family) => kpis::spread(db, &family.urns()).await?,
        None => std::collections::BTreeMap::new(),
    };
    let mut filled = Vec::new();
    // Everything that is looked at, and the area to which it belongs: judged together at the end.
    let mut seen: Vec<(usize, Look)> = Vec::new();
    for area in areas {
        let mut facts = Vec::new();
        for code in &area.kpis {
            let Some(definition) = kpis::definition(code) else { continue };
            if !school.phase.takes(definition.phase) {
                continue;
            }
            let own = series.iter().find(|one| one.kpi == code && one.group == definition.group);
            let Some((own, latest)) = own.and_then(|one| Some((one, one.latest()?))) else {
                facts.push(Fact {
                    kpi: code.clone(),
                    name: definition.plain_name.to_owned(),
                    year: String::new(),
                    value: None,
                    missing: Some(
                        "No figure is published for this school: add your own as evidence"
                            .to_owned(),
                    ),
                    pupils: None,
                    family: None,
                    earlier: None,
                    source: String::new(),
                });
                continue;
            };
            let middle = |period| {
                spread.get(&(own.kpi, own.group, period)).map(|benchmark| benchmark.median)
            };
            let before = &own.readings[..own.readings.len() - 1];
            let earlier: Vec<String> = before[before.len().saturating_sub(2)..]
                .iter()
                .map(|r| {
                    let shown =
                        r.measure.number().map_or_else(|| "–".to_owned(), |v| definition.bare(v));
                    format!("{shown} ({})", r.period)
                })
                .collect();
            facts.push(Fact {
                kpi: code.clone(),
                name: definition.plain_name.to_owned(),
                year: latest.period.to_string(),
                value: latest.measure.number().map(|value| definition.number_in_words(value)),
                missing: latest
                    .measure
                    .number()
                    .is_none()
                    .then(|| definition.in_words(&latest.measure)),
                pupils: latest.measure.n(),
                family: middle(latest.period).map(|value| definition.number_in_words(value)),
                earlier: (!earlier.is_empty()).then(|| earlier.join(", ")),
                source: latest.source.sentence(latest.status),
            });
            let points: Vec<Point> = own
                .readings
                .iter()
                .map(|r| Point {
                    year: i32::from(r.period.0),
                    own: r.measure,
                    family: middle(r.period),
                })
                .collect();
            let here = looks(code, &definition.kpi(), &points);
            seen.extend(here.into_iter().map(|look| (filled.len(), look)));
        }
        filled.push((area.clone(), facts, Vec::new()));
    }
    let (places, seen): (Vec<usize>, Vec<Look>) = seen.into_iter().unzip();
    for (at, signal) in places.into_iter().zip(propose(seen)) {
        filled[at].2.extend(signal);
    }
    Ok(filled)
}
