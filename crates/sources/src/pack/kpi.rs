//! The catalogue of indicators.

use crate::records::{PupilGroup, Urn};
use crate::year::AcademicYear;
use serde::Deserialize;

/// An indicator's place in its pack: small, and the same for every record of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KpiId(u16);

impl KpiId {
    /// The place in [`Pack::kpis`](crate::Pack::kpis).
    #[must_use]
    pub const fn index(self) -> u16 {
        self.0
    }
}

/// What an indicator is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unit {
    /// Percent, 0 to 100.
    Percent,
    /// Percentage points between two groups.
    PercentagePoints,
    /// Points of attainment.
    Points,
    /// A score on the publisher's scale.
    Score,
    /// A number of pupils or people.
    Count,
    /// A ratio, such as pupils to a teacher.
    Ratio,
    /// Days.
    Days,
    /// Half-days.
    HalfDays,
    /// Cases for a hundred pupils.
    PerHundred,
    /// Grades in an order.
    Ordinal,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Context: neither is better.
    Neutral,
}

/// From which year on an indicator no longer compares with the years before, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparabilityBreak {
    /// The first year of the new meaning.
    pub from: AcademicYear,
    /// What changed, in plain words.
    pub note: String,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Kpi {
    /// Its place in the pack.
    pub id: KpiId,
    /// Its stable code, such as `KS2_RWM_EXP`.
    pub code: String,
    /// Its name in plain words.
    pub name: String,
    /// What it belongs to: attainment, progress, attendance, behaviour, context…
    pub domain: String,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// `primary`, `secondary`, `post-16` or `all`.
    pub phase: String,
    /// Digits after the point on a screen.
    pub decimals: u8,
    /// Fewest pupils for which it may be shown; `None` where no rule is needed.
    pub min_n: Option<u32>,
    /// Smallest and largest value it can have.
    pub range: (f64, f64),
    /// Whether it is a share of pupils, so that a difference can be told in pupils; a share of
    /// sessions, staff or money is not.
    pub of_pupils: bool,
    /// The pupils it is about, when it is not about all.
    pub group: PupilGroup,
    /// The indicator for all pupils that this one is a group of.
    pub base: Option<String>,
    /// The yearly indicator that this one is the publisher's figure over three years of.
    pub over_years: Option<String>,
    /// The indicator for all pupils of which this one tells a group's figure in another form, for
    /// example as a gap: whoever knows it knows the group's figure.
    pub echoes: Option<String>,
    /// Who publishes it, or `entered` when schools enter it.
    pub source: String,
    /// What it means, in one or two sentences.
    pub about: String,
    /// Years between which it does not compare.
    pub breaks: Vec<ComparabilityBreak>,
}

pub(super) struct Catalogue {
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) headline: Vec<String>,
    pub(super) school_digits: usize,
    pub(super) nation: String,
    pub(super) school_number: String,
    pub(super) kpis: Vec<Kpi>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    pack: Head,
    kpi: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    version: u32,
    #[serde(default)]
    headline: Vec<String>,
    school_digits: Option<usize>,
    nation: String,
    school_number: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    name: String,
    domain: String,
    unit: Unit,
    direction: Direction,
    phase: String,
    decimals: u8,
    min_n: Option<u32>,
    range: (f64, f64),
    #[serde(default = "yes")]
    of_pupils: bool,
    group: Option<String>,
    base: Option<String>,
    over_years: Option<String>,
    echoes: Option<String>,
    source: String,
    #[serde(default)]
    about: String,
    #[serde(default, rename = "break")]
    breaks: Vec<Break>,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Break {
    from: String,
    note: String,
}

pub(super) fn parse(text: &str) -> Result<Catalogue, String> {
    let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    let mut kpis: Vec<Kpi> = Vec::with_capacity(file.kpi.len());
    for (index, entry) in file.kpi.into_iter().enumerate() {
        let code = entry.code.clone();
        let kpi = entry.check(index).map_err(|what| format!("indicator {code}: {what}"))?;
        if kpis.iter().any(|known| known.code == code) {
            return Err(format!("indicator {code}: the code is used twice"));
        }
        kpis.push(kpi);
    }
    for kpi in &kpis {
        for other in [&kpi.base, &kpi.over_years, &kpi.echoes].into_iter().flatten() {
            if !kpis.iter().any(|known| &known.code == other) {
                return Err(format!("indicator {}: its base {other} is not in the pack", kpi.code));
            }
        }
    }
    let Head { id, version, headline, school_digits, nation, school_number } = file.pack;
    if let Some(code) = headline.iter().find(|code| !kpis.iter().any(|kpi| kpi.code == **code)) {
        return Err(format!("the headline {code} is not in the pack"));
    }
    let school_digits = school_digits.unwrap_or(Urn::DIGITS);
    if !(4..=7).contains(&school_digits) {
        return Err("school_digits must be 4 to 7".to_owned());
    }
    Ok(Catalogue { id, version, headline, school_digits, nation, school_number, kpis })
}

impl Entry {
    fn check(self, index: usize) -> Result<Kpi, String> {
        let index = u16::try_from(index).map_err(|_| "there are too many indicators".to_owned())?;
        let group = match &self.group {
            None => PupilGroup::All,
            Some(code) => PupilGroup::from_code(code)
                .ok_or_else(|| format!("“{code}” is no group of pupils"))?,
        };
        if !["primary", "secondary", "post-16", "all"].contains(&self.phase.as_str()) {
            return Err(format!("“{}” is no phase", self.phase));
        }
        let (low, high) = self.range;
        if low.is_nan() || high.is_nan() || low >= high {
            return Err("its range is empty".to_owned());
        }
        let breaks = self
            .breaks
            .into_iter()
            .map(|b| {
                let from = AcademicYear::parse(&b.from)
                    .ok_or_else(|| format!("“{}” is no school year", b.from))?;
                Ok(ComparabilityBreak { from, note: b.note })
            })
            .collect::<Result<_, String>>()?;
        Ok(Kpi {
            id: KpiId(index),
            code: self.code,
            name: self.name,
            domain: self.domain,
            unit: self.unit,
            direction: self.direction,
            phase: self.phase,
            decimals: self.decimals,
            min_n: self.min_n,
            range: self.range,
            of_pupils: self.of_pupils,
            group,
            base: self.base,
            over_years: self.over_years,
            echoes: self.echoes,
            source: self.source,
            about: self.about,
            breaks,
        })
    }
}
