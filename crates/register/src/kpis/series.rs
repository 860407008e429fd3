//! Reading indicators: one school, one series, or many schools at once.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use evidence::{
    Measure, Missing,
    trajectory::{Trajectory, trajectory},
};
use foundation::{DbError, Sql, clock::date_in_words, db::At, terms::AcademicYear};
use jiff::{Timestamp, civil::Date};
use sea_orm::FromQueryResult;
use sources::{PupilGroup, ReleaseStatus};

use super::{
    Definition, Stored, Subject, by_number, code, definition, group, group_number, guard, place,
};
use crate::school::number_list;

/// Where a number comes from, for the line under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceNote {
    /// The import file.
    pub file: i64,
    /// The import batch.
    pub batch: i64,
    /// What the file is, in words.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Under which licence.
    pub licence: String,
    /// The file's name.
    pub name: String,
    /// The day it describes, where its name says so.
    pub as_at: Option<Date>,
    /// When it was imported.
    pub imported: At,
}

impl SourceNote {
    /// The source of a total that nobody published: the schools' own figures.
    pub(super) fn added_up(schools: i64) -> Self {
        Self {
            file: 0,
            batch: 0,
            title: format!("{schools} schools added together here from their published figures"),
            publisher: String::new(),
            licence: String::new(),
            name: String::new(),
            as_at: None,
            imported: At(Timestamp::UNIX_EPOCH),
        }
    }

    /// Whether nobody published it: it was added up from schools' figures here.
    #[must_use]
    pub const fn is_added_up(&self) -> bool {
        self.file == 0
    }

    /// "Key stage 2 results, Department for Education, final, imported 9 November 2026, Open
    /// Government Licence v3.0".
    #[must_use]
    pub fn sentence(&self, status: ReleaseStatus) -> String {
        if self.is_added_up() {
            return format!("{}.", self.title);
        }
        let firm = match status {
            ReleaseStatus::YearToDate => ", year to date",
            ReleaseStatus::Provisional => ", provisional",
            ReleaseStatus::Revised => ", revised",
            ReleaseStatus::Final => ", final",
            _ => "",
        };
        let day = match self.as_at {
            Some(day) => format!("as at {}", date_in_words(day)),
            None => {
                format!("imported {}", date_in_words(foundation::clock::london(self.imported.0)))
            }
        };
        format!("{}{firm}. {}, {day}. {}.", self.title, self.publisher, self.licence)
    }
}

/// One reading, as anybody may see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Which school year.
    pub period: AcademicYear,
    /// The number, or why there is none; small numbers are hidden already.
    pub measure: Measure,
    /// How firm it is.
    pub status: ReleaseStatus,
    /// Whom the publisher names; a predecessor in the years before a conversion.
    pub subject: Subject,
    /// Where it comes from.
    pub source: Arc<SourceNote>,
}

/// Every reading of one indicator and group, oldest first, one a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The indicator's code.
    pub kpi: &'static str,
    /// Which pupils.
    pub group: PupilGroup,
    /// The readings.
    pub readings: Vec<Reading>,
}

impl Series {
    /// What the indicator is.
    ///
    /// # Panics
    /// Never: a series is made from a definition.
    #[must_use]
    pub fn definition(&self) -> &'static Definition {
        definition(self.kpi).expect("a series is made from a definition")
    }

    /// The latest reading.
    #[must_use]
    pub fn latest(&self) -> Option<&Reading> {
        self.readings.last()
    }

    /// The reading of a year.
    #[must_use]
    pub fn in_year(&self, period: AcademicYear) -> Option<&Reading> {
        self.readings.iter().find(|reading| reading.period == period)
    }

    /// Where the indicator is heading since it last changed its meaning.
    #[must_use]
    pub fn heading(&self) -> Trajectory {
        let definition = self.definition();
        let last = self.latest().map_or(0, |reading| reading.period.0);
        let from =
            definition.breaks.iter().map(|(year, _)| *year).filter(|year| *year <= last).max();
        let points: Vec<_> = self
            .points()
            .into_iter()
            .filter(|(year, _)| from.is_none_or(|from| *year >= i32::from(from)))
            .collect();
        trajectory(&definition.kpi(), &points, None)
    }

    /// Years and measures, as trajectories take them.
    #[must_use]
    pub fn points(&self) -> Vec<(i32, Measure)> {
        self.readings.iter().map(|r| (i32::from(r.period.0), r.measure)).collect()
    }
}

/// A row of `kpi_value`, with the school it is read for and how many conversions ago.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) owner: i64,
    pub(super) step: i64,
    pub(super) subject: i64,
    pub(super) kpi: i64,
    pub(super) pupils: i64,
    pub(super) period: i64,
    pub(super) stand: i64,
    form: i64,
    value: Option<f64>,
    n: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl Row {
    pub(super) fn measure(&self) -> Measure {
        Measure::from(Stored {
            form: self.form,
            value: self.value,
            n: self.n,
            low: self.low,
            high: self.high,
        })
    }
}

pub(super) const VALUES: &str =
    "v.subject, v.kpi, v.pupils, v.period, v.stand, v.form, v.value, v.n, v.low, v.high";

/// Rows of schools with their predecessors' rows behind them, filtered further.
pub(super) async fn rows_of(
    db: &impl Sql,
    urns: &[u32],
    filter: &str,
) -> Result<Vec<Row>, DbError> {
    let mut rows: Vec<Row> = Vec::new();
    for some in urns.chunks(2_000) {
        let list = number_list(some);
        let own = format!(
            "SELECT v.subject AS owner, 0 AS step, {VALUES} FROM kpi_value v
             WHERE v.subject IN ({list}) {filter}"
        );
        let earlier = format!(
            "SELECT l.urn AS owner, l.step, {VALUES} FROM school_line l
             JOIN kpi_value v ON v.subject = l.earlier WHERE l.urn IN ({list}) {filter}"
        );
        rows.extend(db.all::<OwnRow>(&own, []).await?.into_iter().map(Row::from));
        rows.extend(db.all::<Row>(&earlier, []).await?);
    }
    Ok(rows)
}

/// As [`Row`]; PostgreSQL reads a literal 0 as a shorter number.
#[derive(FromQueryResult)]
struct OwnRow {
    owner: i64,
    subject: i64,
    kpi: i64,
    pupils: i64,
    period: i64,
    stand: i64,
    form: i64,
    value: Option<f64>,
    n: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl From<OwnRow> for Row {
    fn from(row: OwnRow) -> Self {
        Self {
            owner: row.owner,
            step: 0,
            subject: row.subject,
            kpi: row.kpi,
            pupils: row.pupils,
            period: row.period,
            stand: row.stand,
            form: row.form,
            value: row.value,
            n: row.n,
            low: row.low,
            high: row.high,
        }
    }
}

/// Of several rows about the same thing keeps one: the school's own before its predecessors',
/// the firmer and later before others.
pub(super) fn best(rows: Vec<Row>) -> BTreeMap<(i64, i64, i64, i64), Row> {
    let mut kept: BTreeMap<(i64, i64, i64, i64), Row> = BTreeMap::new();
    for row in rows {
        let better = |old: &Row| (row.step, -row.stand) < (old.step, -old.stand);
        let key = (row.owner, row.kpi, row.pupils, row.period);
        if kept.get(&key).is_none_or(better) {
            kept.insert(key, row);
        }
    }
    kept
}

/// Where files come from, by their numbers.
///
/// # Errors
/// When the database cannot be read.
pub async fn notes(
    db: &impl Sql,
    files: impl IntoIterator<Item = i64>,
) -> Result<BTreeMap<i64, Arc<SourceNote>>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        batch: i64,
        title: String,
        source: String,
        licence: String,
        name: String,
        as_at: Option<String>,
        at: At,
    }
    let mut files: Vec<i64> = files.into_iter().collect();
    files.sort_unstable();
    files.dedup();
    let sql = format!(
        "SELECT f.id, f.batch, f.title, f.source, f.licence, f.name, f.as_at, b.at
         FROM import_file f JOIN import_batch b ON b.id = f.batch WHERE f.id IN ({})",
        number_list(files)
    );
    let rows: Vec<Row> = db.all(&sql, []).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let note = SourceNote {
                file: row.id,
                batch: row.batch,
                title: row.title,
                publisher: row.source,
                licence: row.licence,
                name: row.name,
                as_at: row.as_at.and_then(|day| day.parse().ok()),
                imported: row.at,
            };
            (row.id, Arc::new(note))
        })
        .collect())
}

/// What hides beside small figures among these; all of their owners' families must be there.
pub(super) fn covers(rows: &BTreeMap<guard::Key, Row>) -> HashSet<guard::Key> {
    guard::covers(rows.iter().map(|(key, row)| (*key, row.measure())))
}

/// Rows as shown readings, in the order of the key: those that are asked for, of rows that hold
/// whole families.
pub(super) async fn shown(
    db: &impl Sql,
    rows: BTreeMap<guard::Key, Row>,
    asked: impl Fn(&guard::Key) -> bool,
) -> Result<Vec<(i64, &'static Definition, PupilGroup, Reading)>, DbError> {
    let covers = covers(&rows);
    let rows: Vec<(bool, Row)> = rows
        .into_iter()
        .filter(|(key, _)| asked(key))
        .map(|(key, row)| (covers.contains(&key), row))
        .collect();
    let notes = notes(db, rows.iter().map(|(_, row)| code::file_of(row.stand))).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(covers, row)| {
            let definition = by_number(row.kpi)?;
            let group = *PupilGroup::ALL.get(usize::try_from(row.pupils).ok()?)?;
            let reading = Reading {
                period: AcademicYear(i16::try_from(row.period).ok()?),
                measure: if covers {
                    Measure::Missing(Missing::HiddenHere)
                } else {
                    definition.show(&row.measure())
                },
                status: code::release_of(row.stand),
                subject: Subject::from_number(row.subject)?,
                source: Arc::clone(notes.get(&code::file_of(row.stand))?),
            };
            Some((row.owner, definition, group, reading))
        })
        .collect())
}

/// Every series of a school, in the pack's order, continuous over its conversions.
///
/// # Errors
/// When the database cannot be read.
pub async fn all_of(db: &impl Sql, urn: u32) -> Result<Vec<Series>, DbError> {
    let rows = best(rows_of(db, &[urn], "").await?);
    Ok(gathered(shown(db, rows, |_| true).await?))
}

fn gathered(readings: Vec<(i64, &'static Definition, PupilGroup, Reading)>) -> Vec<Series> {
    let mut all: BTreeMap<(usize, PupilGroup), Series> = BTreeMap::new();
    for (_, definition, group, reading) in readings {
        all.entry((place(definition), group))
            .or_insert_with(|| Series { kpi: definition.code, group, readings: Vec::new() })
            .readings
            .push(reading);
    }
    all.into_values().collect()
}

/// One indicator and group, and the condition that picks them with all that adds up with them.
struct One {
    kpi: i64,
    pupils: i64,
    filter: String,
}

impl One {
    /// Nothing when either is unknown.
    fn of(kpi: &str, pupils: &str) -> Option<Self> {
        let definition = definition(kpi)?;
        let filter = format!("AND v.kpi IN ({})", number_list(guard::family(definition)));
        Some(Self { kpi: definition.number, pupils: group_number(group(pupils)?), filter })
    }

    fn is(&self, key: &guard::Key) -> bool {
        (key.1, key.2) == (self.kpi, self.pupils)
    }
}

/// The readings of one indicator and group for one subject, oldest first.
///
/// For a school the series runs on over conversions. `group` is `all`, `dis`, `other`, `sen` or
/// `eal`; an indicator or group that does not exist has no readings.
///
/// # Errors
/// When the database cannot be read.
pub async fn series(
    db: &impl Sql,
    subject: Subject,
    kpi: &str,
    group: &str,
) -> Result<Vec<Reading>, DbError> {
    let Some(one) = One::of(kpi, group) else { return Ok(Vec::new()) };
    let rows = match subject {
        Subject::School(urn) => rows_of(db, &[urn], &one.filter).await?,
        other => area_rows(db, &format!("= {}", other.number()), &one.filter).await?,
    };
    let readings = shown(db, best(rows), |key| one.is(key)).await?;
    Ok(readings.into_iter().map(|(_, _, _, reading)| reading).collect())
}

/// Every series of an area.
///
/// # Errors
/// When the database cannot be read.
pub async fn series_of(db: &impl Sql, subject: Subject) -> Result<Vec<Series>, DbError> {
    if let Subject::School(urn) = subject {
        return all_of(db, urn).await;
    }
    let rows = best(area_rows(db, &format!("= {}", subject.number()), "").await?);
    Ok(gathered(shown(db, rows, |_| true).await?))
}

pub(super) async fn area_rows(
    db: &impl Sql,
    which: &str,
    filter: &str,
) -> Result<Vec<Row>, DbError> {
    let sql = format!(
        "SELECT v.subject AS owner, {VALUES} FROM kpi_value v WHERE v.subject {which} {filter}"
    );
    Ok(db.all::<OwnRow>(&sql, []).await?.into_iter().map(Row::from).collect())
}

/// One indicator, group and year for many schools, by school number.
///
/// # Errors
/// When the database cannot be read.
pub async fn readings(
    db: &impl Sql,
    subjects: &[u32],
    kpi: &str,
    group: &str,
    period: AcademicYear,
) -> Result<BTreeMap<u32, Reading>, DbError> {
    let Some(one) = One::of(kpi, group) else { return Ok(BTreeMap::new()) };
    let rows = best(rows_of(db, subjects, &one.filter).await?);
    Ok(shown(db, rows, |key| one.is(key) && key.3 == i64::from(period.0))
        .await?
        .into_iter()
        .map(|(owner, _, _, reading)| (crate::school::small(owner), reading))
        .collect())
}

/// One indicator and group for many schools over the years, by school number, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn across(
    db: &impl Sql,
    subjects: &[u32],
    kpi: &str,
    group: &str,
) -> Result<BTreeMap<u32, Vec<Reading>>, DbError> {
    let Some(one) = One::of(kpi, group) else { return Ok(BTreeMap::new()) };
    let rows = best(rows_of(db, subjects, &one.filter).await?);
    let mut all: BTreeMap<u32, Vec<Reading>> = BTreeMap::new();
    for (owner, _, _, reading) in shown(db, rows, |key| one.is(key)).await? {
        all.entry(crate::school::small(owner)).or_default().push(reading);
    }
    Ok(all)
}
