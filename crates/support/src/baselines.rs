//! Where both schools stood before the support began: values, cohort sizes and the family with
//! its values, frozen under a hash so that nobody can choose a flattering start later.

use evidence::{
    Direction, Kpi, Measure, Missing, Unit,
    variation::pool,
    verdict::{Pair, base_before},
};
use foundation::{OrgRef, terms::AcademicYear};
use serde::{Deserialize, Serialize};

use crate::{
    agreements::terms::{ChosenKpi, Side},
    seal::{exact, seal},
};

/// How many years before the selection year are pooled into the base.
pub const BASE_YEARS: usize = 2;

/// A reading as it is kept: the same numbers as [`Measure`], in a form that can be hashed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The number, where it is not a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Pupils it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<f64>,
    /// Lower end of a published interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end of a published interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Pupils who met the condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<f64>,
    /// Out of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<f64>,
    /// The publisher's mark when there is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

impl From<Measure> for Reading {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::Scalar { value, n } => {
                Self { value: Some(exact(value)), n: n.map(exact), ..Self::default() }
            }
            Measure::Proportion { numerator, denominator } => Self {
                numerator: Some(exact(numerator)),
                denominator: Some(exact(denominator)),
                ..Self::default()
            },
            Measure::Estimate { value, low, high, n } => Self {
                value: Some(exact(value)),
                n: n.map(exact),
                low: Some(exact(low)),
                high: Some(exact(high)),
                ..Self::default()
            },
            Measure::Missing(reason) => {
                Self { missing: Some(reason.mark().to_owned()), ..Self::default() }
            }
            _ => Self { missing: Some(Missing::Unavailable.mark().to_owned()), ..Self::default() },
        }
    }
}

impl Reading {
    /// The measure again.
    #[must_use]
    pub fn measure(&self) -> Measure {
        match (self.numerator, self.denominator, self.value, self.low, self.high) {
            (Some(numerator), Some(denominator), ..) => {
                Measure::Proportion { numerator, denominator }
            }
            (_, _, Some(value), Some(low), Some(high)) => {
                Measure::Estimate { value, low, high, n: self.n }
            }
            (_, _, Some(value), ..) => Measure::Scalar { value, n: self.n },
            _ => Measure::Missing(
                self.missing
                    .as_deref()
                    .and_then(Missing::from_mark)
                    .unwrap_or(Missing::Unavailable),
            ),
        }
    }
}

/// A reading of a year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The academic year, by its end.
    pub year: AcademicYear,
    /// The reading.
    pub reading: Reading,
}

/// A yearly series, any order.
pub type Series = Vec<(AcademicYear, Measure)>;

/// A school one is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// Its number.
    pub urn: u32,
    /// Its base, over the same years.
    pub base: Reading,
    /// Its value in the selection year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<f64>,
}

/// An indicator as it was defined at freezing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// The code.
    pub code: String,
    /// The plain name.
    pub name: String,
    /// The unit, by word.
    pub unit: UnitWord,
    /// Which way is better.
    pub direction: DirectionWord,
}

/// [`Unit`] as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the engine's units")]
pub enum UnitWord {
    PercentOfPupils,
    PercentOther,
    Score,
    Points,
    PerHundred,
}

/// [`Direction`] as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the engine's directions")]
pub enum DirectionWord {
    HigherIsBetter,
    LowerIsBetter,
    Neutral,
}

impl From<Unit> for UnitWord {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::PercentOfPupils => Self::PercentOfPupils,
            Unit::PercentOther => Self::PercentOther,
            Unit::Score => Self::Score,
            Unit::Points => Self::Points,
            Unit::PerHundred => Self::PerHundred,
        }
    }
}

impl From<UnitWord> for Unit {
    fn from(word: UnitWord) -> Self {
        match word {
            UnitWord::PercentOfPupils => Self::PercentOfPupils,
            UnitWord::PercentOther => Self::PercentOther,
            UnitWord::Score => Self::Score,
            UnitWord::Points => Self::Points,
            UnitWord::PerHundred => Self::PerHundred,
        }
    }
}

impl From<Direction> for DirectionWord {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::HigherIsBetter => Self::HigherIsBetter,
            Direction::LowerIsBetter => Self::LowerIsBetter,
            Direction::Neutral => Self::Neutral,
        }
    }
}

impl From<DirectionWord> for Direction {
    fn from(word: DirectionWord) -> Self {
        match word {
            DirectionWord::HigherIsBetter => Self::HigherIsBetter,
            DirectionWord::LowerIsBetter => Self::LowerIsBetter,
            DirectionWord::Neutral => Self::Neutral,
        }
    }
}

impl Indicator {
    /// The indicator as the engine needs it, with the change worth having that was agreed.
    #[must_use]
    pub fn kpi(&self, worth_having: f64) -> Kpi {
        Kpi::new(self.name.clone(), self.unit.into(), self.direction.into())
            .worth_having(worth_having)
    }
}

/// One indicator of one side, frozen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// Whose.
    pub side: Side,
    /// The school.
    pub school: OrgRef,
    /// The indicator.
    pub indicator: Indicator,
    /// Which pupils.
    pub group: String,
    /// The smallest change worth having, from the signed version.
    pub worth_having: f64,
    /// What was known on the first day, oldest first.
    pub known: Vec<Point>,
    /// The base: the years pooled into it and the reading.
    pub base_years: Vec<AcademicYear>,
    /// The base reading.
    pub base: Reading,
    /// The results by which the school was chosen, which are never the base.
    pub chosen_on: Option<AcademicYear>,
    /// The first year whose results count as outturn.
    pub outturn_from: AcademicYear,
    /// The family, without the two schools and without schools that are being supported.
    pub family: Vec<Peer>,
    /// How the family was found.
    pub family_method: String,
    /// Family members left out since they have support themselves.
    pub left_out: Vec<u32>,
    /// Other schools of the authority, for when the family is too small.
    pub authority: Vec<Peer>,
}

/// What is known of one school and its comparators when a baseline is frozen.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The school's own series.
    pub school: Series,
    /// Its family: each member with its series.
    pub family: Vec<(u32, Series)>,
    /// How the family was found.
    pub family_method: String,
    /// Schools of its authority and phase, with their series.
    pub authority: Vec<(u32, Series)>,
    /// Schools that must not stand in a comparison: the two schools and those with support.
    pub excluded: Vec<u32>,
}

/// Freezes one indicator of one side.
#[must_use]
pub fn freeze(
    chosen: &ChosenKpi,
    indicator: Indicator,
    school: OrgRef,
    chosen_on: Option<AcademicYear>,
    outturn_from: AcademicYear,
    known: &Known,
) -> Frozen {
    let before: Series = sorted(&known.school, outturn_from);
    let (base, base_years) = base_of(&before, chosen_on);
    let peers = |schools: &[(u32, Series)]| {
        let mut peers: Vec<Peer> = schools
            .iter()
            .filter(|(urn, _)| !known.excluded.contains(urn))
            .map(|(urn, series)| Peer {
                urn: *urn,
                base: over(series, &base_years).into(),
                selection: chosen_on.and_then(|year| {
                    series.iter().find(|(y, _)| *y == year).and_then(|(_, m)| m.number().map(exact))
                }),
            })
            .collect();
        peers.sort_by_key(|peer| peer.urn);
        peers.dedup_by_key(|peer| peer.urn);
        peers
    };
    let mut left_out: Vec<u32> = known
        .family
        .iter()
        .map(|(urn, _)| *urn)
        .filter(|urn| known.excluded.contains(urn) && school.urn() != Some(*urn))
        .collect();
    left_out.sort_unstable();
    let (family, authority) = (peers(&known.family), peers(&known.authority));
    Frozen {
        side: chosen.side,
        school,
        indicator,
        group: chosen.group.clone(),
        worth_having: chosen.worth_having,
        known: before
            .iter()
            .map(|(year, measure)| Point { year: *year, reading: (*measure).into() })
            .collect(),
        base: base.into(),
        base_years,
        chosen_on,
        outturn_from,
        family,
        family_method: known.family_method.clone(),
        left_out,
        authority,
    }
}

/// The readings before a year, oldest first, one a year.
fn sorted(series: &[(AcademicYear, Measure)], before: AcademicYear) -> Series {
    let mut sorted: Series = series.iter().filter(|(year, _)| *year < before).copied().collect();
    sorted.sort_by_key(|(year, _)| *year);
    sorted.dedup_by_key(|(year, _)| *year);
    sorted
}

/// The base and its years: the years before the selection, pooled; without a selection the
/// newest reading.
fn base_of(series: &Series, chosen_on: Option<AcademicYear>) -> (Measure, Vec<AcademicYear>) {
    match chosen_on {
        Some(selection) => {
            let readings: Vec<(i32, Measure)> =
                series.iter().map(|(year, m)| (i32::from(year.0), *m)).collect();
            let (measure, _) = base_before(&readings, i32::from(selection.0), BASE_YEARS);
            let mut years: Vec<AcademicYear> =
                series.iter().map(|(year, _)| *year).filter(|year| *year < selection).collect();
            years.reverse();
            years.truncate(BASE_YEARS);
            years.reverse();
            (measure, years)
        }
        None => series
            .last()
            .map_or((Measure::Missing(Missing::Unavailable), Vec::new()), |(year, measure)| {
                (*measure, vec![*year])
            }),
    }
}

/// The pooled reading of a series over some years.
#[must_use]
pub fn over(series: &[(AcademicYear, Measure)], years: &[AcademicYear]) -> Measure {
    let readings: Vec<Measure> = years
        .iter()
        .map(|year| {
            series
                .iter()
                .find(|(y, _)| y == year)
                .map_or(Measure::Missing(Missing::Unavailable), |(_, measure)| *measure)
        })
        .collect();
    // A school that lacks one of the years cannot be compared over them.
    if readings.is_empty() || readings.iter().any(|m| m.number().is_none()) {
        return readings
            .into_iter()
            .find(|m| m.number().is_none())
            .unwrap_or(Measure::Missing(Missing::Unavailable));
    }
    pool(&readings).measure
}

impl Frozen {
    /// The hash over everything frozen.
    #[must_use]
    pub fn hash(&self) -> String {
        seal(self)
    }

    /// The indicator as the engine needs it.
    #[must_use]
    pub fn kpi(&self) -> Kpi {
        self.indicator.kpi(self.worth_having)
    }

    /// The newest reading known on the first day.
    #[must_use]
    pub fn at_start(&self) -> Option<(AcademicYear, Measure)> {
        self.known.last().map(|point| (point.year, point.reading.measure()))
    }

    /// The school itself, as the engine compares it, given its outturn.
    #[must_use]
    pub fn pair(&self, outturn: Measure) -> Pair {
        let selection = self.chosen_on.and_then(|year| {
            self.known
                .iter()
                .find(|point| point.year == year)
                .and_then(|point| point.reading.measure().number())
        });
        Pair { baseline: self.base.measure(), outturn, selection }
    }

    /// The last year of the base.
    #[must_use]
    pub fn base_year(&self) -> AcademicYear {
        self.base_years.last().copied().unwrap_or_else(|| {
            AcademicYear(self.chosen_on.map_or(self.outturn_from.0, |year| year.0) - 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(percent: f64) -> Measure {
        Measure::Proportion { numerator: percent * 0.3, denominator: 30.0 }
    }

    fn indicator() -> Indicator {
        Indicator {
            code: "KS2_RWM_EXP".to_owned(),
            name: "expected standard".to_owned(),
            unit: UnitWord::PercentOfPupils,
            direction: DirectionWord::HigherIsBetter,
        }
    }

    fn known() -> Known {
        let series = |first: f64| -> Series {
            (2023_i16..=2027)
                .map(|year| (AcademicYear(year), share(first + f64::from(year - 2023))))
                .collect()
        };
        Known {
            school: series(48.0),
            family: (1..=9).map(|urn| (urn, series(50.0 + f64::from(urn)))).collect(),
            family_method: "v1".to_owned(),
            authority: Vec::new(),
            excluded: vec![3, 999_101],
        }
    }

    fn frozen(known: &Known) -> Frozen {
        let chosen = ChosenKpi {
            side: Side::Supported,
            code: "KS2_RWM_EXP".to_owned(),
            group: "all".to_owned(),
            worth_having: 3.0,
        };
        let chosen_on = Some(AcademicYear(2026));
        freeze(&chosen, indicator(), OrgRef::School(999_101), chosen_on, AcademicYear(2027), known)
    }

    #[test]
    fn the_selection_year_and_later_results_are_never_in_the_base() {
        let frozen = frozen(&known());
        assert_eq!(frozen.base_years, [AcademicYear(2024), AcademicYear(2025)]);
        assert_eq!(frozen.base.measure().n(), Some(60.0));
        assert_eq!(frozen.known.last().unwrap().year, AcademicYear(2026));
        assert_eq!(frozen.pair(share(60.0)).selection, share(51.0).number());
        assert_eq!(frozen.left_out, [3]);
        assert_eq!(frozen.family.len(), 8);
    }

    #[test]
    fn a_later_import_does_not_change_what_was_frozen_but_any_frozen_value_changes_the_hash() {
        let before = frozen(&known());
        let mut later = known();
        later.school.push((AcademicYear(2028), share(90.0)));
        assert_eq!(frozen(&later).hash(), before.hash());
        let mut other = before.clone();
        other.family[0].base.numerator = Some(1.0);
        assert_ne!(other.hash(), before.hash());
        let mut softer = before.clone();
        softer.worth_having = 1.0;
        assert_ne!(softer.hash(), before.hash());
        let back: Frozen = serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
        assert_eq!(back.hash(), before.hash());
    }

    #[test]
    fn a_missing_year_is_missing_and_never_zero() {
        let series = vec![(AcademicYear(2024), share(50.0))];
        let both = over(&series, &[AcademicYear(2024), AcademicYear(2025)]);
        assert!(both.number().is_none());
        let marked = vec![(AcademicYear(2024), Measure::Missing(Missing::Suppressed))];
        assert_eq!(over(&marked, &[AcademicYear(2024)]).missing(), Some(Missing::Suppressed));
        assert_eq!(
            Reading::from(Measure::Missing(Missing::Blank)).measure().missing(),
            Some(Missing::Blank)
        );
    }
}
