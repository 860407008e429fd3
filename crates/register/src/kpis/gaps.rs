//! Bar and gap of a place: has it risen for all, and have disadvantaged pupils come nearer?

use std::collections::BTreeMap;

use evidence::{
    Measure, Reasons,
    bar_and_gap::{BarAndGap, Standing, bar_and_gap},
    variation::pool,
};
use foundation::{DbError, Sql, terms::AcademicYear};
use sources::{NationalScope, PupilGroup};

use super::{
    Cover, Definition, Subject, definition, definitions, group_number, packed,
    series::{area_rows, best},
};
use crate::school::number_list;

/// How many years back the earlier standing may lie.
const BACK: i64 = 3;

/// The bar and the gap of the schools of a place, for one indicator.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The indicator, for all pupils.
    pub definition: &'static Definition,
    /// The earlier year, and how it stood.
    pub before: (AcademicYear, Standing),
    /// The later year, and how it stood.
    pub after: (AcademicYear, Standing),
    /// The schools that are counted: those with both figures in both years.
    pub schools: usize,
    /// What happened, or why it cannot be said.
    pub change: Result<BarAndGap, Reasons>,
}

/// What is known of one year: each school's figures for all its pupils and for the disadvantaged.
type Year = BTreeMap<usize, (Option<Measure>, Option<Measure>)>;

/// Bar and gap of the schools together, in the pack's order: the latest year beside the earliest
/// of the three before it with which it compares. The same schools are counted in both years, and
/// only figures that may be shown on their own pages go in; with a single school there is none.
///
/// # Errors
/// When the database cannot be read.
pub async fn gaps(db: &impl Sql, urns: &[u32]) -> Result<Vec<Gap>, DbError> {
    read(db, urns, 2).await
}

/// Bar and gap of one school, over the same years and by the same rules, from the figures that its
/// page shows.
///
/// # Errors
/// When the database cannot be read.
pub async fn own_gaps(db: &impl Sql, urn: u32) -> Result<Vec<Gap>, DbError> {
    read(db, &[urn], 1).await
}

/// Bar and gap of at least so many schools.
async fn read(db: &impl Sql, urns: &[u32], least: usize) -> Result<Vec<Gap>, DbError> {
    let mut read: BTreeMap<i64, BTreeMap<i64, Year>> = BTreeMap::new();
    for (school, figures) in packed::figures(db, urns).await?.into_iter().enumerate() {
        for figure in figures {
            let one = figure.definition;
            if figure.group != one.group {
                continue;
            }
            let base = match one.base.and_then(definition) {
                None if one.group == PupilGroup::All => one,
                Some(base) if one.group == PupilGroup::Disadvantaged => base,
                _ => continue,
            };
            let year = read
                .entry(base.number)
                .or_default()
                .entry(i64::from(figure.period.0))
                .or_default()
                .entry(school)
                .or_default();
            let place = if one.base.is_some() { &mut year.1 } else { &mut year.0 };
            *place = Some(figure.shown());
        }
    }
    let Some(last) = read.values().filter_map(|years| years.keys().max()).max().copied() else {
        return Ok(Vec::new());
    };
    for years in read.values_mut() {
        years.retain(|period, _| *period >= last - BACK);
    }
    let pairs: Vec<(&'static Definition, &'static Definition)> = definitions()
        .iter()
        .filter(|one| one.group == PupilGroup::Disadvantaged)
        .filter_map(|one| Some((definition(one.base?)?, one)))
        .filter(|(all, _)| read.contains_key(&all.number))
        .collect();
    let nation = nation(db, &pairs, last).await?;
    let mut found = Vec::new();
    for (all, _) in pairs {
        let Some(years) = read.get(&all.number) else { continue };
        found.extend(over(all, years, &nation, least));
    }
    Ok(found)
}

/// Other pupils of the nation, by indicator and year: state-funded schools of the stage first.
async fn nation(
    db: &impl Sql,
    pairs: &[(&'static Definition, &'static Definition)],
    last: i64,
) -> Result<BTreeMap<(i64, i64), Measure>, DbError> {
    let stages = |definition: &Definition| match definition.phase {
        "primary" => [Cover::Primary, Cover::All],
        "secondary" => [Cover::Secondary, Cover::All],
        _ => [Cover::All, Cover::All],
    };
    let mut found = BTreeMap::new();
    for (all, _) in pairs {
        let subjects: Vec<i64> = [NationalScope::StateFunded, NationalScope::AllSchools]
            .into_iter()
            .flat_map(|scope| stages(all).map(|cover| Subject::National(scope, cover).number()))
            .collect();
        let which = format!("IN ({})", number_list(subjects.iter().copied()));
        let filter = format!(
            "AND v.period >= {} AND v.kpi = {} AND v.pupils = {}",
            last - BACK,
            all.number,
            group_number(PupilGroup::Other)
        );
        let mut rows: Vec<_> = best(area_rows(db, &which, &filter).await?).into_values().collect();
        rows.sort_by_key(|row| subjects.iter().position(|s| *s == row.subject));
        for row in rows {
            let shown = all.show(&row.measure());
            if shown.number().is_some() {
                found.entry((all.number, row.period)).or_insert(shown);
            }
        }
    }
    Ok(found)
}

/// The latest year with figures beside the earliest that compares with it.
fn over(
    all: &'static Definition,
    years: &BTreeMap<i64, Year>,
    nation: &BTreeMap<(i64, i64), Measure>,
    least: usize,
) -> Option<Gap> {
    let (&to, later) = years.iter().rev().find(|(year, schools)| {
        nation.contains_key(&(all.number, **year)) && schools.values().any(|s| whole(s).is_some())
    })?;
    // A figure that changed its meaning in between says nothing about a change.
    let since = all.breaks.iter().map(|(year, _)| i64::from(*year)).filter(|b| *b <= to).max();
    years
        .range(..to)
        .filter(|(year, _)| since.is_none_or(|since| **year >= since))
        .filter(|(year, _)| nation.contains_key(&(all.number, **year)))
        .find_map(|(&from, earlier)| {
            let both: Vec<usize> = later
                .iter()
                .filter(|(_, s)| whole(s).is_some())
                .filter(|(school, _)| earlier.get(school).is_some_and(|s| whole(s).is_some()))
                .map(|(school, _)| *school)
                .collect();
            if both.len() < least {
                return None;
            }
            let standing = |year: &Year, at: i64| {
                let pairs: Vec<(Measure, Measure)> =
                    both.iter().filter_map(|school| whole(year.get(school)?)).collect();
                Standing {
                    all: pool(&pairs.iter().map(|p| p.0).collect::<Vec<_>>()).measure,
                    disadvantaged: pool(&pairs.iter().map(|p| p.1).collect::<Vec<_>>()).measure,
                    national_other: nation[&(all.number, at)],
                }
            };
            let (before, after) = (standing(earlier, from), standing(later, to));
            // Without every school's pupils a mean could only be one of schools.
            if [before.all, before.disadvantaged, after.all, after.disadvantaged]
                .iter()
                .any(|m| m.n().is_none())
            {
                return None;
            }
            let year = |at| i16::try_from(at).ok().map(AcademicYear);
            Some(Gap {
                definition: all,
                before: (year(from)?, before),
                after: (year(to)?, after),
                schools: both.len(),
                change: bar_and_gap(&all.kpi(), &before, &after),
            })
        })
}

/// Both figures of a school, when both are numbers.
fn whole(school: &(Option<Measure>, Option<Measure>)) -> Option<(Measure, Measure)> {
    let (all, some) = (school.0?, school.1?);
    (all.number().is_some() && some.number().is_some()).then_some((all, some))
}

#[cfg(test)]
mod tests {
    use evidence::bar_and_gap::Outcome;

    use super::*;

    fn share(numerator: f64, denominator: f64) -> Option<Measure> {
        Some(Measure::Proportion { numerator, denominator })
    }

    fn nation(all: &Definition) -> BTreeMap<(i64, i64), Measure> {
        (2022..=2025)
            .filter_map(|year| Some(((all.number, year), share(700_000.0, 1_000_000.0)?)))
            .collect()
    }

    #[test]
    fn the_same_schools_are_counted_in_both_years() {
        let all = definition("KS2_RWM_EXP").unwrap();
        let earlier: Year = [
            (1, (share(300.0, 500.0), share(80.0, 200.0))),
            (2, (share(300.0, 500.0), share(80.0, 200.0))),
            // Opened with high results and hidden since: in neither year.
            (3, (share(100.0, 100.0), share(50.0, 50.0))),
        ]
        .into();
        let hidden = Some(Measure::Missing(evidence::Missing::Suppressed));
        let later: Year = [
            (1, (share(250.0, 500.0), share(100.0, 200.0))),
            (2, (share(250.0, 500.0), share(100.0, 200.0))),
            (3, (share(50.0, 100.0), hidden)),
        ]
        .into();
        let years: BTreeMap<i64, Year> = [(2023, earlier.clone()), (2025, later.clone())].into();
        let found = over(all, &years, &nation(all), 2).unwrap();
        assert_eq!((found.before.0.0, found.after.0.0, found.schools), (2023, 2025, 2));
        assert_eq!(found.before.1.all, share(600.0, 1000.0).unwrap());
        assert_eq!(found.after.1.disadvantaged, share(200.0, 400.0).unwrap());
        // Level 60 to 50, gap 70 − 40 to 70 − 50.
        let change = found.change.unwrap();
        assert_eq!(change.outcome, Outcome::LevelledDown);
        assert!((change.level + 10.0).abs() < 1e-9 && (change.gap + 10.0).abs() < 1e-9);
        // A nation without a figure for a year takes that year out.
        let mut less = nation(all);
        less.remove(&(all.number, 2023));
        assert!(over(all, &years, &less, 2).is_none());
    }

    #[test]
    fn one_school_and_years_of_another_meaning_make_no_place() {
        let all = definition("KS2_RWM_EXP").unwrap();
        let one: Year = [(1, (share(30.0, 50.0), share(8.0, 20.0)))].into();
        let years: BTreeMap<i64, Year> = [(2023, one.clone()), (2025, one)].into();
        assert!(over(all, &years, &nation(all), 2).is_none());
        // On its own page a school of fifty reads its own, and a change of that size is luck.
        let own = over(all, &years, &nation(all), 1).unwrap();
        assert_eq!((own.schools, own.change.unwrap().outcome), (1, Outcome::Unchanged));
        let two: Year = [1, 2].map(|at| (at, (share(30.0, 50.0), share(8.0, 20.0)))).into();
        // The new tests of 2016 do not compare with the levels before.
        let old: BTreeMap<i64, Year> = [(2015, two.clone()), (2016, two)].into();
        let ever: BTreeMap<(i64, i64), Measure> =
            [2015, 2016].map(|y| ((all.number, y), share(7.0, 10.0).unwrap())).into();
        assert!(over(all, &old, &ever, 2).is_none());
    }
}
