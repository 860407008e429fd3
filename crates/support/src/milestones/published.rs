//! Milestones that follow an indicator of the register: where it begins is the school's newest
//! published figure, and what is published later is shown to whoever says what they see.

use foundation::{DbError, OrgRef, Sql, terms::AcademicYear};
use register::kpis::{self, Definition, Reading};

use super::Gauge;
use crate::{
    Refusal,
    baselines::{DirectionWord, UnitWord},
};

/// A published figure of a school.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The school year.
    pub year: AcademicYear,
    /// The number.
    pub value: f64,
    /// The pupils behind it, where it is of pupils.
    pub pupils: Option<f64>,
    /// The number as a page shows it.
    pub words: String,
    /// Publisher, status and licence.
    pub source: String,
}

fn figure(definition: &Definition, reading: &Reading) -> Option<Figure> {
    Some(Figure {
        year: reading.period,
        value: reading.measure.number()?,
        pupils: reading.measure.n(),
        words: definition.in_words(&reading.measure),
        source: reading.source.sentence(reading.status),
    })
}

/// The indicators of a school that have a figure and a good direction, as pairs of code and words,
/// in the order of its page; a trust has none.
///
/// # Errors
/// When the database cannot be read.
pub async fn indicators(db: &impl Sql, org: OrgRef) -> Result<Vec<(String, String)>, DbError> {
    let Some(urn) = org.urn() else { return Ok(Vec::new()) };
    let mut found: Vec<(String, String)> = Vec::new();
    for series in kpis::all_of(db, urn).await? {
        let definition = series.definition();
        let figures = series.readings.iter().any(|reading| reading.measure.number().is_some());
        let known = found.iter().any(|(code, _)| code == definition.code);
        if figures && !known && definition.direction.sign().is_some() {
            found.push((definition.code.to_owned(), definition.plain_name.to_owned()));
        }
    }
    Ok(found)
}

/// The newest figure of an indicator for a school, of the pupils it is defined for.
///
/// # Errors
/// When the database cannot be read.
pub async fn newest(db: &impl Sql, org: OrgRef, code: &str) -> Result<Option<Figure>, DbError> {
    let (Some(urn), Some(definition)) = (org.urn(), kpis::definition(code)) else {
        return Ok(None);
    };
    let all = kpis::all_of(db, urn).await?;
    let own = all.iter().find(|one| one.kpi == definition.code && one.group == definition.group);
    Ok(own.and_then(|one| one.readings.iter().rev().find_map(|it| figure(definition, it))))
}

/// A gauge that moves an indicator of a school from its newest figure to a target.
///
/// # Errors
/// [`Refusal::Field`] for an indicator nobody knows, or of which the school has no figure.
pub async fn gauge(db: &impl Sql, org: OrgRef, code: &str, target: f64) -> Result<Gauge, Refusal> {
    let Some(definition) = kpis::definition(code) else {
        return Err(Refusal::field("kpi", "Choose an indicator from the list"));
    };
    let Some(figure) = newest(db, org, code).await? else {
        return Err(Refusal::field(
            "kpi",
            "The school has no published figure of this: choose another, or a number of your own",
        ));
    };
    Ok(Gauge::Number {
        code: Some(definition.code.to_owned()),
        unit: UnitWord::from(definition.unit),
        direction: DirectionWord::from(definition.direction),
        baseline: figure.value,
        target,
        band: None,
        cohort: figure.pupils,
    })
}

/// What has been published of a milestone's indicator, where it is another number than the one it
/// began with. A person decides whether it is what they see.
///
/// # Errors
/// When the database cannot be read.
pub async fn since(db: &impl Sql, org: OrgRef, gauge: &Gauge) -> Result<Option<Figure>, DbError> {
    let Gauge::Number { code: Some(code), baseline, .. } = gauge else { return Ok(None) };
    let newest = newest(db, org, code).await?;
    Ok(newest.filter(|figure| (figure.value - baseline).abs() > 1e-9))
}

impl Figure {
    /// In a sentence, with where it comes from.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("Published: {} in {}. {}", self.words, self.year, self.source)
    }
}
