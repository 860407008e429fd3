//! Indicators: what they mean, whom they are about, and every reading of them.
//!
//! Invariant: a reading leaves this module only through [`Definition::show`] and [`guard`], so
//! screens, exports and other rooms see the same small-number rule, and what hides beside it.

mod code;
mod comparators;
mod gaps;
mod guard;
pub(crate) mod packed;
mod series;
mod totals;

use std::{collections::HashMap, sync::OnceLock};

use evidence::{
    Direction, Kpi, Measure, Missing, Unit,
    suppress::{Rule, Sensitivity},
};
use sources::{NationalScope, Pack, PupilGroup};

pub use code::{FORM_MISSING, Stored, stand};
pub use comparators::{Benchmark, Comparators, comparators, spread};
pub use gaps::{Gap, gaps, own_gaps};
pub use series::{Reading, Series, SourceNote, across, all_of, notes, readings, series, series_of};
pub use sources::{Phase as Cover, ReleaseStatus};
pub use totals::{Total, totals};

/// What an indicator is.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its stable code, such as `KS2_RWM_EXP`.
    pub code: &'static str,
    /// The number the database holds for the code.
    pub number: i64,
    /// Its name in plain words.
    pub plain_name: &'static str,
    /// What it belongs to: attainment, progress, attendance, behaviour, context…
    pub domain: &'static str,
    /// The unit as the arithmetic needs it.
    pub unit: Unit,
    /// What stands behind the number on a page: `%`, ` points`, or nothing.
    pub suffix: &'static str,
    /// Which way is better.
    pub direction: Direction,
    /// The stage it is about: `primary`, `secondary`, `post-16` or `all`.
    pub phase: &'static str,
    /// Digits after the point.
    pub decimals: usize,
    /// Fewest pupils for which it is shown.
    pub min_n: f64,
    /// The pupils it is about.
    pub group: PupilGroup,
    /// The indicator for all pupils that this one is a group of.
    pub base: Option<&'static str>,
    /// The yearly indicator that this one is the publisher's figure over three years of.
    pub over_years: Option<&'static str>,
    /// The indicator for all pupils of which this one tells a group's figure in another form.
    pub echoes: Option<&'static str>,
    /// What it means, in one or two sentences.
    pub about: &'static str,
    /// Whether it counts events that could point at a child.
    pub sensitivity: Sensitivity,
    /// School years (by the year in which they end) from which it no longer compares with the
    /// years before, and why.
    pub breaks: Vec<(i16, &'static str)>,
}

impl Definition {
    /// The indicator as the arithmetic of trajectories and verdicts takes it.
    #[must_use]
    pub fn kpi(&self) -> Kpi {
        let mut name = self.plain_name.to_owned();
        // A small first letter for the middle of a sentence, unless the word is an abbreviation.
        let mut letters = name.chars();
        if let (Some(first), Some(second)) = (letters.next(), letters.next())
            && second.is_lowercase()
        {
            name.replace_range(..first.len_utf8(), &first.to_lowercase().to_string());
        }
        Kpi::new(name, self.unit, self.direction)
    }

    /// The reading as anybody may see it: itself, its publisher's mark, or hidden here.
    #[must_use]
    pub fn show(&self, measure: &Measure) -> Measure {
        let counted = !matches!(self.unit_kind(), Counted::Context);
        if counted { self.rule().show(measure, self.sensitivity) } else { *measure }
    }

    fn rule(&self) -> Rule {
        Rule { min_denominator: self.min_n.max(6.0), ..Rule::default() }
    }

    fn unit_kind(&self) -> Counted {
        if self.min_n == 0.0 { Counted::Context } else { Counted::Pupils }
    }

    /// A number of this indicator as a page writes it: `61.5%`, `-0.42`, `47.1 points`.
    #[must_use]
    pub fn number_in_words(&self, value: f64) -> String {
        format!("{}{}", self.bare(value), self.suffix)
    }

    /// A number of this indicator without its unit, and never a negative zero.
    #[must_use]
    pub fn bare(&self, value: f64) -> String {
        let text = format!("{value:.*}", self.decimals);
        if text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) {
            text.trim_start_matches('-').to_owned()
        } else {
            text.replacen('-', "\u{2212}", 1)
        }
    }

    /// A reading in words: the number, or why there is none.
    #[must_use]
    pub fn in_words(&self, measure: &Measure) -> String {
        match (measure.number(), measure.missing()) {
            (Some(value), _) => self.number_in_words(value),
            (None, Some(reason)) => reason.in_words().to_owned(),
            (None, None) => Missing::NoEntries.in_words().to_owned(),
        }
    }
}

enum Counted {
    Pupils,
    Context,
}

/// The number that stands for a code in the database: the first three bytes of its hash, so that
/// it does not depend on the order of a pack. A test holds the built-in codes apart.
#[must_use]
pub fn number_of(code: &str) -> i64 {
    let hash = blake3::hash(code.as_bytes());
    let bytes = hash.as_bytes();
    i64::from(bytes[0]) << 16 | i64::from(bytes[1]) << 8 | i64::from(bytes[2])
}

struct Catalogue {
    definitions: Vec<Definition>,
    by_code: HashMap<&'static str, usize>,
    by_number: HashMap<i64, usize>,
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let definitions: Vec<Definition> = Pack::current().kpis().iter().map(define).collect();
        let place = |key: fn(&Definition) -> i64| {
            definitions.iter().enumerate().map(|(at, d)| (key(d), at)).collect()
        };
        Catalogue {
            by_code: definitions.iter().enumerate().map(|(at, d)| (d.code, at)).collect(),
            by_number: place(|d| d.number),
            definitions,
        }
    })
}

/// Every indicator, in the pack's order.
#[must_use]
pub fn definitions() -> &'static [Definition] {
    &catalogue().definitions
}

/// The codes of the indicators that stand for a school's results as a whole, one for each phase.
#[must_use]
pub fn headline() -> &'static [String] {
    Pack::current().headline()
}

/// What the nation is called whose totals stand beside a school's figures.
#[must_use]
pub fn nation() -> &'static str {
    Pack::current().nation()
}

/// What a school's number in the register is called.
#[must_use]
pub fn school_number() -> &'static str {
    Pack::current().school_number()
}

/// An indicator by its code.
#[must_use]
pub fn definition(code: &str) -> Option<&'static Definition> {
    let catalogue = catalogue();
    catalogue.by_code.get(code).map(|&at| &catalogue.definitions[at])
}

/// An indicator by the number the database holds.
#[must_use]
pub fn by_number(number: i64) -> Option<&'static Definition> {
    let catalogue = catalogue();
    catalogue.by_number.get(&number).map(|&at| &catalogue.definitions[at])
}

/// The place of an indicator in the pack's order.
pub(crate) fn place(definition: &Definition) -> usize {
    catalogue().by_number.get(&definition.number).copied().unwrap_or(usize::MAX)
}

fn define(kpi: &'static sources::Kpi) -> Definition {
    let direction = match kpi.direction {
        sources::Direction::Higher => Direction::HigherIsBetter,
        sources::Direction::Lower => Direction::LowerIsBetter,
        sources::Direction::Neutral => Direction::Neutral,
    };
    let of_pupils = kpi.of_pupils;
    let (unit, suffix) = match kpi.unit {
        sources::Unit::Percent if of_pupils => (Unit::PercentOfPupils, "%"),
        sources::Unit::Percent => (Unit::PercentOther, "%"),
        sources::Unit::PercentagePoints => (Unit::PercentOther, " points"),
        sources::Unit::Points => (Unit::Points, " points"),
        sources::Unit::PerHundred => (Unit::PerHundred, " per 100"),
        sources::Unit::Days => (Unit::Points, " days"),
        sources::Unit::HalfDays => (Unit::Points, " half-days"),
        _ => (if kpi.decimals >= 2 { Unit::Score } else { Unit::Points }, ""),
    };
    Definition {
        code: &kpi.code,
        number: number_of(&kpi.code),
        plain_name: &kpi.name,
        domain: &kpi.domain,
        unit,
        suffix,
        direction,
        phase: &kpi.phase,
        decimals: usize::from(kpi.decimals),
        min_n: kpi.min_n.map_or(0.0, f64::from),
        group: kpi.group,
        base: kpi.base.as_deref(),
        over_years: kpi.over_years.as_deref(),
        echoes: kpi.echoes.as_deref(),
        about: &kpi.about,
        sensitivity: if kpi.domain == "behaviour" {
            Sensitivity::SensitiveEvents
        } else {
            Sensitivity::Ordinary
        },
        breaks: kpi
            .breaks
            .iter()
            .filter_map(|b| Some((i16::try_from(b.from.end()).ok()?, b.note.as_str())))
            .collect(),
    }
}

/// Whom a reading is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A school, by its number.
    School(u32),
    /// A local authority: its code, and which of its schools.
    Authority(u16, Cover),
    /// A region: the number in its code, and which of its schools.
    Region(u8, Cover),
    /// England: which schools.
    National(NationalScope, Cover),
}

const AUTHORITIES: i64 = 10_000_000;
const REGIONS: i64 = 20_000_000;
const NATIONAL: i64 = 30_000_000;

const COVERS: [Cover; 6] = [
    Cover::All,
    Cover::Primary,
    Cover::Secondary,
    Cover::Special,
    Cover::Nursery,
    Cover::Alternative,
];

impl Subject {
    /// A local authority with all its schools.
    #[must_use]
    pub const fn authority(code: u16) -> Self {
        Self::Authority(code, Cover::All)
    }

    /// England's state-funded schools.
    #[must_use]
    pub const fn england() -> Self {
        Self::National(NationalScope::StateFunded, Cover::All)
    }

    /// The number the database holds.
    #[must_use]
    pub fn number(self) -> i64 {
        let cover = |cover: Cover| {
            COVERS
                .iter()
                .position(|c| *c == cover)
                .and_then(|at| i64::try_from(at).ok())
                .unwrap_or(9)
        };
        match self {
            Self::School(urn) => i64::from(urn),
            Self::Authority(code, of) => AUTHORITIES + i64::from(code) * 10 + cover(of),
            Self::Region(code, of) => REGIONS + i64::from(code) * 10 + cover(of),
            Self::National(NationalScope::StateFunded, of) => NATIONAL + cover(of),
            Self::National(_, of) => NATIONAL + 10 + cover(of),
        }
    }

    /// Reads what [`Subject::number`] wrote.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        let cover = || COVERS.get(usize::try_from(number % 10).ok()?).copied();
        Some(match number {
            ..AUTHORITIES => Self::School(u32::try_from(number).ok()?),
            AUTHORITIES..REGIONS => {
                Self::Authority(u16::try_from((number - AUTHORITIES) / 10).ok()?, cover()?)
            }
            REGIONS..NATIONAL => {
                Self::Region(u8::try_from((number - REGIONS) / 10).ok()?, cover()?)
            }
            _ if number < NATIONAL + 10 => Self::National(NationalScope::StateFunded, cover()?),
            _ => Self::National(NationalScope::AllSchools, cover()?),
        })
    }
}

impl From<sources::Subject> for Subject {
    fn from(subject: sources::Subject) -> Self {
        match subject {
            sources::Subject::School(urn) => Self::School(urn.get()),
            sources::Subject::Authority { code, phase } => Self::Authority(code, phase),
            sources::Subject::Region { code, phase } => Self::Region(code, phase),
            sources::Subject::National { scope, phase } => Self::National(scope, phase),
            // A kind of subject that a later reader may add counts for nobody until it is known here.
            _ => Self::School(0),
        }
    }
}

/// The group of pupils by its word: `all`, `dis` or `disadvantaged`, `other`, `sen`, `eal`.
#[must_use]
pub fn group(word: &str) -> Option<PupilGroup> {
    match word {
        "dis" => Some(PupilGroup::Disadvantaged),
        other => PupilGroup::from_code(other),
    }
}

/// The number of a group of pupils in the database.
#[must_use]
pub fn group_number(group: PupilGroup) -> i64 {
    PupilGroup::ALL
        .iter()
        .position(|g| *g == group)
        .and_then(|at| i64::try_from(at).ok())
        .unwrap_or(99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_number_of_its_own() {
        assert!(!definitions().is_empty());
        assert_eq!(catalogue().by_number.len(), definitions().len());
        for definition in definitions() {
            assert_eq!(by_number(definition.number).map(|d| d.code), Some(definition.code));
        }
    }

    #[test]
    fn subjects_survive_the_round_trip() {
        for subject in [
            Subject::School(100_000),
            Subject::authority(850),
            Subject::Authority(201, Cover::Special),
            Subject::Region(8, Cover::Secondary),
            Subject::england(),
            Subject::National(NationalScope::AllSchools, Cover::Primary),
        ] {
            assert_eq!(Subject::from_number(subject.number()), Some(subject));
        }
    }

    #[test]
    fn small_numbers_are_hidden_and_context_is_not() {
        let attainment = definition("KS2_RWM_EXP").unwrap();
        let few = Measure::Proportion { numerator: 4.0, denominator: 5.0 };
        assert_eq!(attainment.show(&few).missing(), Some(Missing::HiddenHere));
        assert_eq!(attainment.bare(-0.01), "0");
    }
}
