//! What a nation's files mean, as data: the catalogue of indicators and the column mappings.
//!
//! A pack is TOML. The pack for England is built in; a caller may add to it or replace a mapping
//! by one with the same `id`. Columns are bound by name, never by place: names are compared
//! without case, blanks and punctuation, and each may have several spellings over the years.

mod kpi;
mod mapping;
mod measure;

pub use kpi::{ComparabilityBreak, Direction, Kpi, KpiId, Unit};
pub use mapping::Family;
pub(crate) use mapping::{Level, LevelRule, Mapping, NotImported, TotalsRule};
pub(crate) use measure::MeasureColumns;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// A pack: indicators, mappings, and the files known but not imported.
#[derive(Clone, Debug)]
pub struct Pack {
    id: String,
    version: u32,
    kpis: Vec<Kpi>,
    by_code: BTreeMap<String, KpiId>,
    mappings: Vec<Mapping>,
    not_imported: Vec<NotImported>,
    headline: Vec<String>,
    school_digits: usize,
    nation: String,
    school_number: String,
}

/// What is wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    /// Which of its texts.
    pub file: String,
    /// What is wrong, and where in it.
    pub what: String,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pack file “{}”: {}", self.file, self.what)
    }
}

impl std::error::Error for PackError {}

macro_rules! england {
    ($($name:literal),* $(,)?) => {
        &[$((
            concat!($name, ".toml"),
            include_str!(concat!("../../../../packs/england-2025/mappings/", $name, ".toml")),
        )),*]
    };
}

const ENGLAND_KPIS: &str = include_str!("../../../../packs/england-2025/kpis.toml");
const ENGLAND_MAPPINGS: &[(&str, &str)] = england![
    "register",
    "links",
    "groups",
    "ks2-results",
    "ks4-results",
    "census",
    "absence",
    "ks2-tidy",
    "ks4-tidy",
    "ks4-information",
    "absence-tidy",
    "attendance-tidy",
    "suspensions-tidy",
    "workforce-tidy",
    "idaci",
    "inspections",
    "not-imported",
];

static CURRENT: OnceLock<Pack> = OnceLock::new();

impl Pack {
    /// The built-in pack for England.
    ///
    /// # Panics
    /// Never in a build that passed its tests: they read the pack.
    #[must_use]
    pub fn england() -> &'static Self {
        static ENGLAND: OnceLock<Pack> = OnceLock::new();
        ENGLAND.get_or_init(|| {
            Self::parse(ENGLAND_KPIS, ENGLAND_MAPPINGS).unwrap_or_else(|e| panic!("{e}"))
        })
    }

    /// The pack in use: the one that was installed, else England's.
    #[must_use]
    pub fn current() -> &'static Self {
        CURRENT.get().unwrap_or_else(|| Self::england())
    }

    /// Puts another pack in the place of England's; only before anybody has asked for it.
    ///
    /// # Errors
    /// When one is in use already.
    pub fn install(pack: Self) -> Result<(), String> {
        CURRENT.set(pack).map_err(|_| "indicators are in use already".to_owned())
    }

    /// Reads a pack: the text of its `kpis.toml`, and name and text of each mapping.
    ///
    /// # Errors
    /// [`PackError`] names the file and what is wrong in it.
    pub fn parse(kpis: &str, mappings: &[(&str, &str)]) -> Result<Self, PackError> {
        let catalogue =
            kpi::parse(kpis).map_err(|what| PackError { file: "kpis.toml".to_owned(), what })?;
        let mut pack = Self {
            id: catalogue.id,
            version: catalogue.version,
            headline: catalogue.headline,
            school_digits: catalogue.school_digits,
            nation: catalogue.nation,
            school_number: catalogue.school_number,
            by_code: catalogue.kpis.iter().map(|kpi| (kpi.code.clone(), kpi.id)).collect(),
            kpis: catalogue.kpis,
            mappings: Vec::new(),
            not_imported: Vec::new(),
        };
        for (file, text) in mappings {
            pack.add_mapping(file, text)?;
        }
        Ok(pack)
    }

    /// Adds a mapping, or replaces the one with the same `id`.
    ///
    /// # Errors
    /// [`PackError`] when the text is not a mapping or names an indicator the pack does not have.
    pub fn add_mapping(&mut self, file: &str, text: &str) -> Result<(), PackError> {
        let failed = |what| PackError { file: file.to_owned(), what };
        let parsed = mapping::parse(text, &|code| self.kpi_id(code)).map_err(failed)?;
        for mapping in parsed.mappings {
            match self.mappings.iter_mut().find(|known| known.id == mapping.id) {
                Some(known) => *known = mapping,
                None => self.mappings.push(mapping),
            }
        }
        for entry in parsed.not_imported {
            match self.not_imported.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = entry,
                None => self.not_imported.push(entry),
            }
        }
        Ok(())
    }

    /// The pack's name, such as `england-2025`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The pack's version, raised with every change.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The codes of the indicators that stand for a school's results as a whole, one for each phase.
    #[must_use]
    pub fn headline(&self) -> &[String] {
        &self.headline
    }

    /// What the nation is called whose totals its files publish.
    #[must_use]
    pub fn nation(&self) -> &str {
        &self.nation
    }

    /// What a school's number in the register is called.
    #[must_use]
    pub fn school_number(&self) -> &str {
        &self.school_number
    }

    /// The digits of the longest number a school can have.
    pub(crate) const fn school_digits(&self) -> usize {
        self.school_digits
    }

    /// Every indicator, in the pack's order; `KpiId` is its place.
    #[must_use]
    pub fn kpis(&self) -> &[Kpi] {
        &self.kpis
    }

    /// One indicator.
    ///
    /// # Panics
    /// When the id is another pack's.
    #[must_use]
    pub fn kpi(&self, id: KpiId) -> &Kpi {
        &self.kpis[usize::from(id.index())]
    }

    /// The indicator with a code such as `KS2_RWM_EXP`.
    #[must_use]
    pub fn kpi_id(&self, code: &str) -> Option<KpiId> {
        self.by_code.get(code).copied()
    }

    /// How many layouts of files it knows.
    #[must_use]
    pub const fn layouts(&self) -> usize {
        self.mappings.len()
    }

    pub(crate) fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    pub(crate) fn not_imported(&self) -> &[NotImported] {
        &self.not_imported
    }
}

/// A column's name as it is compared: lower case, letters and digits only.
pub(crate) fn normalise(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
