//! The column mappings: which columns make a layout, and what each is.

use super::kpi::KpiId;
use super::measure::{Filter, MeasureColumns, MeasureEntry};
use super::normalise;
use crate::records::{NationalScope, Phase};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a file's rows become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Family {
    /// Schools.
    Register,
    /// Links between schools.
    Links,
    /// Trusts, federations and their members.
    Groups,
    /// Readings of indicators.
    Indicators,
    /// Postcodes.
    Postcodes,
    /// Inspections.
    Inspections,
}

/// Which header makes a layout. Names are normalised.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recogniser {
    /// All of these must be there; each is a list of spellings.
    pub(crate) all: Vec<Vec<String>>,
    /// At least one of these, when the list is not empty.
    pub(crate) any: Vec<String>,
    /// None of these.
    pub(crate) none: Vec<String>,
    /// As written in the pack, for the message that says what was looked for.
    pub(crate) looked_for: String,
}

impl Recogniser {
    /// The spellings that a header lacks; empty when it fits.
    pub(crate) fn lacks(&self, has: &dyn Fn(&str) -> bool) -> usize {
        let missing = self.all.iter().filter(|names| !names.iter().any(|n| has(n))).count();
        let any = usize::from(!self.any.is_empty() && !self.any.iter().any(|n| has(n)));
        let none = self.none.iter().filter(|n| has(n)).count();
        missing + any + none
    }
}

/// What a row of a results table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    School,
    Authority,
    Region,
    National(NationalScope),
    /// Known, and about something that is not kept.
    Skip,
}

/// How a row tells what it is about.
#[derive(Clone, Debug)]
pub(crate) enum LevelRule {
    /// A column with the file's own record-type codes.
    RecordTypes(BTreeMap<String, Level>),
    /// Words such as `NAT` in place of a URN or an authority.
    Totals(TotalsRule),
    /// A column with the level in words.
    Levels(BTreeMap<String, Level>),
}

/// See [`LevelRule::Totals`].
#[derive(Clone, Debug)]
pub(crate) struct TotalsRule {
    pub(crate) national: Vec<String>,
    pub(crate) authority: Vec<String>,
    pub(crate) scope: NationalScope,
    pub(crate) phase: BTreeMap<String, Phase>,
}

/// A column that says which phase a total is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhaseRule {
    pub(crate) column: Vec<String>,
    pub(crate) values: BTreeMap<String, Phase>,
}

/// A column that says which kind of school a total is about; other values are not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScopeRule {
    pub(crate) column: Vec<String>,
    pub(crate) values: BTreeMap<String, NationalScope>,
}

/// One mapping.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) kind: String,
    pub(crate) family: Family,
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) licence: String,
    pub(crate) found_at: String,
    /// Rows may stop early.
    pub(crate) ragged: bool,
    /// Rows may go on after the last named column.
    pub(crate) tail: bool,
    pub(crate) recognise: Recogniser,
    /// Role to spellings, normalised.
    pub(crate) columns: BTreeMap<String, Vec<String>>,
    pub(crate) level: Option<LevelRule>,
    pub(crate) phase: PhaseRule,
    pub(crate) scope: ScopeRule,
    pub(crate) filters: Vec<Filter>,
    pub(crate) measures: Vec<MeasureColumns>,
    /// A national figure's scope when no column says.
    pub(crate) national_scope: NationalScope,
}

/// A file that is known and not imported.
#[derive(Clone, Debug)]
pub(crate) struct NotImported {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) recognise: Recogniser,
    /// For JSON: keys of which one must occur near the start.
    pub(crate) json_keys: Vec<String>,
    /// For prose: words of which all must occur near the start.
    pub(crate) words: Vec<String>,
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

pub(super) struct Parsed {
    pub(super) mappings: Vec<Mapping>,
    pub(super) not_imported: Vec<NotImported>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mapping: Option<Head>,
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    record_types: BTreeMap<String, String>,
    #[serde(default)]
    levels: BTreeMap<String, String>,
    totals: Option<TotalsEntry>,
    #[serde(default)]
    phase: ValuesEntry,
    #[serde(default)]
    scope: ValuesEntry,
    #[serde(default)]
    filter: Vec<FilterEntry>,
    #[serde(default)]
    measure: Vec<MeasureEntry>,
    #[serde(default)]
    not_imported: Vec<NotImportedEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    version: u32,
    kind: String,
    family: Family,
    title: String,
    source: String,
    licence: String,
    found_at: String,
    #[serde(default)]
    ragged: bool,
    #[serde(default)]
    tail: bool,
    national_scope: Option<String>,
    recognise: RecogniseEntry,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RecogniseEntry {
    #[serde(default)]
    all: Vec<OneOrMany>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TotalsEntry {
    national: Vec<String>,
    authority: Vec<String>,
    scope: String,
    phase: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ValuesEntry {
    #[serde(default)]
    column: Vec<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterEntry {
    column: Vec<String>,
    totals: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotImportedEntry {
    id: String,
    title: String,
    #[serde(default)]
    recognise: RecogniseEntry,
    #[serde(default)]
    json_keys: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    reason: String,
    remedy: String,
}

/// Reads one file of a pack; `kpi` finds an indicator by its code.
pub(super) fn parse(text: &str, kpi: &dyn Fn(&str) -> Option<KpiId>) -> Result<Parsed, String> {
    let mut file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    let not_imported = std::mem::take(&mut file.not_imported)
        .into_iter()
        .map(|entry| NotImported {
            recognise: entry.recognise.into(),
            id: entry.id,
            title: entry.title,
            json_keys: entry.json_keys,
            words: entry.words,
            reason: entry.reason,
            remedy: entry.remedy,
        })
        .collect();
    let mappings = match file.mapping.take() {
        None => Vec::new(),
        Some(head) => vec![mapping(head, file, kpi)?],
    };
    Ok(Parsed { mappings, not_imported })
}

fn mapping(head: Head, file: File, kpi: &dyn Fn(&str) -> Option<KpiId>) -> Result<Mapping, String> {
    let filters: Vec<Filter> = file
        .filter
        .into_iter()
        .map(|f| Filter { column: normalised(&f.column), totals: lower(f.totals) })
        .collect();
    let measures = file
        .measure
        .into_iter()
        .map(|entry| entry.check(kpi, &filters))
        .collect::<Result<Vec<_>, _>>()?;
    let rules = [!file.record_types.is_empty(), !file.levels.is_empty(), file.totals.is_some()];
    if head.family == Family::Indicators {
        if rules.iter().filter(|&&there| there).count() != 1 {
            return Err("give exactly one of [record_types], [levels] and [totals]".to_owned());
        }
        if measures.is_empty() {
            return Err("there is no [[measure]]".to_owned());
        }
    }
    let level = if let Some(totals) = file.totals {
        Some(LevelRule::Totals(TotalsRule {
            national: totals.national,
            authority: totals.authority,
            scope: scope(&totals.scope)?,
            phase: phases(totals.phase)?,
        }))
    } else if !file.record_types.is_empty() {
        Some(LevelRule::RecordTypes(levels(file.record_types)?))
    } else if !file.levels.is_empty() {
        Some(LevelRule::Levels(levels(file.levels)?))
    } else {
        None
    };
    Ok(Mapping {
        recognise: head.recognise.into(),
        columns: file.columns.into_iter().map(|(role, names)| (role, normalised(&names))).collect(),
        phase: PhaseRule {
            column: normalised(&file.phase.column),
            values: phases(file.phase.values)?,
        },
        scope: ScopeRule {
            column: normalised(&file.scope.column),
            values: file
                .scope
                .values
                .into_iter()
                .map(|(word, code)| Ok((word.to_lowercase(), scope(&code)?)))
                .collect::<Result<_, String>>()?,
        },
        national_scope: head
            .national_scope
            .as_deref()
            .map_or(Ok(NationalScope::StateFunded), scope)?,
        id: head.id,
        version: head.version,
        kind: head.kind,
        family: head.family,
        title: head.title,
        source: head.source,
        licence: head.licence,
        found_at: head.found_at,
        ragged: head.ragged,
        tail: head.tail,
        level,
        filters,
        measures,
    })
}

pub(super) fn normalised(names: &[String]) -> Vec<String> {
    names.iter().map(|name| normalise(name)).collect()
}

pub(super) fn lower(values: Vec<String>) -> Vec<String> {
    values.into_iter().map(|value| value.to_lowercase()).collect()
}

fn scope(code: &str) -> Result<NationalScope, String> {
    match code {
        "all-schools" => Ok(NationalScope::AllSchools),
        "state-funded" => Ok(NationalScope::StateFunded),
        _ => Err(format!("“{code}” is no scope: use all-schools or state-funded")),
    }
}

fn levels(entries: BTreeMap<String, String>) -> Result<BTreeMap<String, Level>, String> {
    entries
        .into_iter()
        .map(|(value, level)| {
            let level = match level.as_str() {
                "school" => Level::School,
                "authority" => Level::Authority,
                "region" => Level::Region,
                "national-all" => Level::National(NationalScope::AllSchools),
                "national-state-funded" => Level::National(NationalScope::StateFunded),
                "skip" => Level::Skip,
                _ => return Err(format!("“{level}” is no level")),
            };
            Ok((value.to_lowercase(), level))
        })
        .collect()
}

fn phases(entries: BTreeMap<String, String>) -> Result<BTreeMap<String, Phase>, String> {
    entries
        .into_iter()
        .map(|(value, code)| {
            let phase = Phase::from_code(&code).ok_or_else(|| format!("“{code}” is no phase"))?;
            Ok((value.to_lowercase(), phase))
        })
        .collect()
}

impl From<RecogniseEntry> for Recogniser {
    fn from(entry: RecogniseEntry) -> Self {
        let all: Vec<Vec<String>> = entry
            .all
            .into_iter()
            .map(|one| match one {
                OneOrMany::One(name) => vec![name],
                OneOrMany::Many(names) => names,
            })
            .collect();
        let mut words: Vec<String> = all.iter().map(|names| names.join(" or ")).collect();
        if !entry.any.is_empty() {
            words.push(format!("one of {}", entry.any.join(", ")));
        }
        Self {
            all: all.iter().map(|names| normalised(names)).collect(),
            any: normalised(&entry.any),
            none: normalised(&entry.none),
            looked_for: words.join(", "),
        }
    }
}
