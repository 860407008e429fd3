//! What to look at beside a school's own number: England, the authority, the family.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use foundation::{DbError, Sql, terms::AcademicYear};
use sources::{NationalScope, PupilGroup};

use super::{
    Cover, Definition, Reading, ReleaseStatus, SourceNote, Subject,
    packed::{self, AreaTotal},
    series::{area_rows, best, shown},
};
use crate::{Phase, School};

/// The middle of a family and the range that holds its middle half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Benchmark {
    /// How many schools have a figure.
    pub schools: usize,
    /// A quarter of them are below this.
    pub lower: f64,
    /// Half of them are below this.
    pub median: f64,
    /// A quarter of them are above this.
    pub upper: f64,
}

impl Benchmark {
    /// The benchmark of some figures; none below eight, where it would point at single schools.
    #[must_use]
    pub fn of(values: &mut [f64]) -> Option<Self> {
        if values.len() < 8 {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a place in a family of some dozens"
            )]
            let (place, below) = {
                let place = share * (values.len() - 1) as f64;
                (place, place as usize)
            };
            let above = (below + 1).min(values.len() - 1);
            values[below] + place.fract() * (values[above] - values[below])
        };
        Some(Self { schools: values.len(), lower: at(0.25), median: at(0.5), upper: at(0.75) })
    }
}

/// An indicator's number, the group of pupils and the year.
type Key = (i64, PupilGroup, AcademicYear);

/// The published figures of the nation and the authority that fit a school.
#[derive(Clone, Debug, Default)]
pub struct Comparators {
    national: HashMap<Key, Reading>,
    authority: HashMap<Key, Reading>,
}

impl Comparators {
    /// England's figure for a year.
    #[must_use]
    pub fn national(
        &self,
        definition: &Definition,
        group: PupilGroup,
        period: AcademicYear,
    ) -> Option<&Reading> {
        self.national.get(&(definition.number, group, period))
    }

    /// The local authority's figure for a year.
    #[must_use]
    pub fn authority(
        &self,
        definition: &Definition,
        group: PupilGroup,
        period: AcademicYear,
    ) -> Option<&Reading> {
        self.authority.get(&(definition.number, group, period))
    }
}

/// Which totals fit schools of a phase, best first.
pub(super) fn covers(phase: Phase) -> [Cover; 2] {
    let own = match phase {
        Phase::Primary => Cover::Primary,
        Phase::Secondary | Phase::AllThrough | Phase::Post16 => Cover::Secondary,
        Phase::Special => Cover::Special,
        Phase::Nursery => Cover::Nursery,
        Phase::Alternative => Cover::Alternative,
        Phase::Other => Cover::All,
    };
    [own, Cover::All]
}

/// The figures of England and the authority that fit a school: of its phase where there are such
/// totals, of state-funded schools before all schools. Where no imported file publishes a total,
/// the schools' own figures added up stand in for it, and their source says so.
///
/// # Errors
/// When the database cannot be read.
pub async fn comparators(db: &impl Sql, school: &School) -> Result<Comparators, DbError> {
    let covers = covers(school.phase);
    let mut preferred: Vec<Subject> =
        covers.map(|c| Subject::Authority(school.authority, c)).into();
    for scope in [NationalScope::StateFunded, NationalScope::AllSchools] {
        preferred.extend(covers.map(|cover| Subject::National(scope, cover)));
    }
    let list = crate::school::number_list(preferred.iter().map(|s| s.number()));
    let rows = area_rows(db, &format!("IN ({list})"), "").await?;
    // Rows of other subjects are other owners; the order of preference decides between them.
    let rows = best(rows);
    let mut found = Comparators::default();
    let mut readings = shown(db, rows, |_| true).await?;
    readings.sort_by_key(|(_, _, _, reading)| preferred.iter().position(|s| *s == reading.subject));
    for (_, definition, group, reading) in readings {
        let key = (definition.number, group, reading.period);
        let map = match reading.subject {
            Subject::Authority(..) => &mut found.authority,
            _ => &mut found.national,
        };
        map.entry(key).or_insert(reading);
    }
    let own = [
        Subject::Authority(school.authority, covers[0]),
        Subject::National(NationalScope::StateFunded, covers[0]),
    ];
    for total in packed::area_totals(db, &own).await? {
        let map = match total.subject {
            Subject::Authority(..) => &mut found.authority,
            _ => &mut found.national,
        };
        map.entry((total.definition.number, total.group, total.period))
            .or_insert_with(|| added_up(&total));
    }
    Ok(found)
}

fn added_up(total: &AreaTotal) -> Reading {
    Reading {
        period: total.period,
        measure: total.definition.show(&total.measure),
        status: ReleaseStatus::NotStated,
        subject: total.subject,
        source: Arc::new(SourceNote::added_up(total.schools)),
    }
}

/// The middle of a set of schools for every indicator, group and year, from figures that may be
/// shown.
///
/// # Errors
/// When the database cannot be read.
pub async fn spread(
    db: &impl Sql,
    urns: &[u32],
) -> Result<BTreeMap<(&'static str, PupilGroup, AcademicYear), Benchmark>, DbError> {
    let mut values: BTreeMap<(&'static str, PupilGroup, AcademicYear), Vec<f64>> = BTreeMap::new();
    for figure in packed::figures(db, urns).await?.into_iter().flatten() {
        if let Some(value) = figure.shown().number() {
            let key = (figure.definition.code, figure.group, figure.period);
            values.entry(key).or_default().push(value);
        }
    }
    Ok(values
        .into_iter()
        .filter_map(|(key, mut values)| Some((key, Benchmark::of(&mut values)?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_interpolated_and_few_schools_have_none() {
        let mut values: Vec<f64> = (0..9).map(f64::from).collect();
        let benchmark = Benchmark::of(&mut values).unwrap();
        assert_eq!((benchmark.lower, benchmark.median, benchmark.upper), (2.0, 4.0, 6.0));
        assert_eq!(Benchmark::of(&mut values[..7]), None);
    }
}
