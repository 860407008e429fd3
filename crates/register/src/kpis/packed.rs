//! Figures laid down a second time for pages that read many schools at once.
//!
//! A family's middle takes the figures of twenty schools, a region's total those of thousands.
//! Read one by one from `kpi_value`, nearly all the time goes into rows; here each school is one
//! row, and what an authority's schools make together is worked out once, at import.
//!
//! Invariants, each held by a test: a packed school says exactly what its rows say; a total counts
//! every school once, and only figures that may be shown.

use std::collections::{BTreeMap, HashSet};

use evidence::{Measure, Missing, variation};
use foundation::{DbError, Sql, Tx, terms::AcademicYear};
use sea_orm::FromQueryResult;
use sources::{NationalScope, PupilGroup};

use super::{
    Cover, Definition, Stored, Subject, by_number,
    comparators::covers,
    guard,
    series::{Row, best, covers as covering, rows_of},
};
use crate::{
    Phase,
    bulk::{Column, Rows, Target},
    school::{number_list, small},
};

static FIGURES: Target = Target {
    table: "school_figures",
    columns: &[("urn", Column::Int), ("figures", Column::Bytes)],
    conflict: "",
};

static TOTAL: Target = Target {
    table: "area_total",
    columns: &[
        ("subject", Column::Int),
        ("kpi", Column::Int),
        ("pupils", Column::Int),
        ("period", Column::Int),
        ("schools", Column::Int),
        ("form", Column::Int),
        ("value", Column::Real),
        ("n", Column::Real),
        ("low", Column::Real),
        ("high", Column::Real),
    ],
    conflict: "",
};

/// Fewer authorities than this are not England.
const A_NATION: usize = 100;
/// Fewer schools than this are no area.
const AN_AREA: usize = 3;

/// What is known about one indicator of a school in a year, before the small-number rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    pub(super) definition: &'static Definition,
    pub(super) group: PupilGroup,
    pub(super) period: AcademicYear,
    measure: Measure,
    /// Whether it hides beside a small one.
    covers: bool,
}

impl Figure {
    fn of(row: &Row, covers: bool) -> Option<Self> {
        Some(Self {
            definition: by_number(row.kpi)?,
            group: *PupilGroup::ALL.get(usize::try_from(row.pupils).ok()?)?,
            period: AcademicYear(i16::try_from(row.period).ok()?),
            measure: row.measure(),
            covers,
        })
    }

    /// The figure as anybody may see it.
    pub(super) fn shown(&self) -> Measure {
        if self.covers {
            Measure::Missing(Missing::HiddenHere)
        } else {
            self.definition.show(&self.measure)
        }
    }
}

/// The flag of a figure that hides beside a small one, above those of the columns.
const COVERS: u8 = 1 << 4;

/// Three bytes the indicator, one the group of pupils, two the year, one the form, one with flags
/// for the columns that are there and for [`COVERS`], then each column in eight bytes.
fn pack(out: &mut Vec<u8>, row: &Row, covers: bool) {
    let stored = Stored::from(row.measure());
    let columns = [stored.value, stored.n, stored.low, stored.high];
    let (Ok(kpi), Ok(pupils), Ok(period), Ok(form)) = (
        u32::try_from(row.kpi),
        u8::try_from(row.pupils),
        i16::try_from(row.period),
        u8::try_from(stored.form),
    ) else {
        return;
    };
    let mut flags = if covers { COVERS } else { 0 };
    for (at, column) in columns.iter().enumerate() {
        flags |= u8::from(column.is_some()) << at;
    }
    out.extend_from_slice(&kpi.to_be_bytes()[1..]);
    out.push(pupils);
    out.extend_from_slice(&period.to_be_bytes());
    out.extend_from_slice(&[form, flags]);
    for column in columns.into_iter().flatten() {
        out.extend_from_slice(&column.to_be_bytes());
    }
}

/// Reads what [`pack`] wrote; stops at what it cannot read.
fn unpack(mut bytes: &[u8]) -> Vec<Figure> {
    let mut figures = Vec::with_capacity(bytes.len() / 20);
    while let Some((head, rest)) = bytes.split_first_chunk::<8>() {
        let [a, b, c, pupils, d, e, form, flags] = *head;
        bytes = rest;
        let mut columns = [None; 4];
        for (at, column) in columns.iter_mut().enumerate() {
            if flags >> at & 1 == 1 {
                let Some((value, rest)) = bytes.split_first_chunk::<8>() else { return figures };
                *column = Some(f64::from_be_bytes(*value));
                bytes = rest;
            }
        }
        let [value, n, low, high] = columns;
        let stored = Stored { form: i64::from(form), value, n, low, high };
        let found = by_number(i64::from(u32::from_be_bytes([0, a, b, c])))
            .zip(PupilGroup::ALL.get(usize::from(pupils)));
        // An indicator that the pack no longer knows has no meaning to show.
        if let Some((definition, group)) = found {
            figures.push(Figure {
                definition,
                group: *group,
                period: AcademicYear(i16::from_be_bytes([d, e])),
                measure: Measure::from(stored),
                covers: flags & COVERS != 0,
            });
        }
    }
    figures
}

/// Every figure of some schools, continuous over conversions, one list a school that has any.
pub(super) async fn figures(db: &impl Sql, urns: &[u32]) -> Result<Vec<Vec<Figure>>, DbError> {
    #[derive(FromQueryResult)]
    struct Packed {
        urn: i64,
        figures: Vec<u8>,
    }
    let mut all = Vec::with_capacity(urns.len());
    for some in urns.chunks(2_000) {
        let sql =
            format!("SELECT urn, figures FROM school_figures WHERE urn IN ({})", number_list(some));
        let packed: Vec<Packed> = db.all(&sql, []).await?;
        let mut without: Vec<u32> = some.to_vec();
        if packed.len() == some.len() {
            without.clear();
        } else {
            let there: HashSet<u32> = packed.iter().map(|row| small(row.urn)).collect();
            without.retain(|urn| !there.contains(urn));
        }
        all.extend(packed.iter().map(|row| unpack(&row.figures)));
        if !without.is_empty() {
            let mut each: BTreeMap<i64, Vec<Figure>> = BTreeMap::new();
            let rows = best(rows_of(db, &without, "").await?);
            let covers = covering(&rows);
            for (key, row) in rows {
                if let Some(figure) = Figure::of(&row, covers.contains(&key)) {
                    each.entry(row.owner).or_default().push(figure);
                }
            }
            all.extend(each.into_values());
        }
    }
    Ok(all)
}

/// What the schools of an area make together.
#[derive(Clone, Copy, Debug)]
pub(super) struct AreaTotal {
    pub(super) subject: Subject,
    pub(super) definition: &'static Definition,
    pub(super) group: PupilGroup,
    pub(super) period: AcademicYear,
    pub(super) measure: Measure,
    pub(super) schools: i64,
}

/// The totals of some areas.
pub(super) async fn area_totals(
    db: &impl Sql,
    subjects: &[Subject],
) -> Result<Vec<AreaTotal>, DbError> {
    #[derive(FromQueryResult)]
    struct Stand {
        subject: i64,
        kpi: i64,
        pupils: i64,
        period: i64,
        schools: i64,
        form: i64,
        value: Option<f64>,
        n: Option<f64>,
        low: Option<f64>,
        high: Option<f64>,
    }
    let sql = format!(
        "SELECT subject, kpi, pupils, period, schools, form, value, n, low, high FROM area_total
         WHERE subject IN ({})",
        number_list(subjects.iter().map(|subject| subject.number()))
    );
    let rows: Vec<Stand> = db.all(&sql, []).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let Stand { form, value, n, low, high, .. } = row;
            Some(AreaTotal {
                subject: Subject::from_number(row.subject)?,
                definition: by_number(row.kpi)?,
                group: *PupilGroup::ALL.get(usize::try_from(row.pupils).ok()?)?,
                period: AcademicYear(i16::try_from(row.period).ok()?),
                measure: Measure::from(Stored { form, value, n, low, high }),
                schools: row.schools,
            })
        })
        .collect())
}

#[derive(FromQueryResult)]
struct SchoolRow {
    urn: i64,
    authority: i64,
    phase: String,
    kind_group: Option<String>,
    is_open: bool,
}

impl SchoolRow {
    fn cover(&self) -> Cover {
        covers(self.phase.parse().unwrap_or(Phase::Other))[0]
    }

    fn state_funded(&self) -> bool {
        self.kind_group.as_deref().is_none_or(|g| !g.to_lowercase().contains("independent"))
    }
}

/// An indicator's number, the group's number and the year.
type Key = (i64, i64, i64);
/// A total and how many schools are in it.
type Sum = (Measure, usize);

/// What files publish about areas themselves.
struct Published(HashSet<(i64, Key)>);

impl Published {
    async fn load(tx: &Tx) -> Result<Self, DbError> {
        #[derive(FromQueryResult)]
        struct Known {
            subject: i64,
            kpi: i64,
            pupils: i64,
            period: i64,
        }
        let rows: Vec<Known> = tx
            .all("SELECT subject, kpi, pupils, period FROM kpi_value WHERE subject >= 10000000", [])
            .await?;
        let keys = rows.into_iter().map(|r| (r.subject, (r.kpi, r.pupils, r.period)));
        Ok(Self(keys.collect()))
    }

    /// Whether one of some subjects has a published figure, so that no sum need stand in for it.
    fn any(&self, subjects: &[Subject], key: Key) -> bool {
        subjects.iter().any(|subject| self.0.contains(&(subject.number(), key)))
    }
}

/// Packs every school's figures and adds up every authority's, and England's, again.
pub(crate) async fn rebuild(tx: &Tx) -> Result<(), DbError> {
    tx.run("DELETE FROM school_figures", []).await?;
    tx.run("DELETE FROM area_total", []).await?;
    let schools: Vec<SchoolRow> = tx
        .all(
            "SELECT urn, authority, phase, kind_group, is_open FROM school ORDER BY authority, urn",
            [],
        )
        .await?;
    let published = Published::load(tx).await?;
    let mut packed = Rows::new(&FIGURES, tx.dialect());
    let mut totals = Rows::new(&TOTAL, tx.dialect());
    let mut nation: BTreeMap<(i64, Key), Vec<Sum>> = BTreeMap::new();
    for of_authority in schools.chunk_by(|a, b| a.authority == b.authority) {
        let urns: Vec<u32> = of_authority.iter().map(|school| small(school.urn)).collect();
        let rows = rows_of(tx, &urns, "").await?;
        let whole = best(rows.clone());
        let covers = covering(&whole);
        for (cover, sums) in added(of_authority, &rows, &covers) {
            let authority = u16::try_from(of_authority[0].authority).unwrap_or(0);
            let open = of_authority
                .iter()
                .filter(|s| s.is_open && s.state_funded() && s.cover() == cover)
                .count();
            let area = Subject::Authority(authority, cover);
            let instead = [area, Subject::authority(authority)];
            for (key, sum) in sums {
                // A total of a few schools points at them, and one of a minority is no area's.
                if sum.1 >= AN_AREA && sum.1 * 2 >= open && !published.any(&instead, key) {
                    write(&mut totals, area, key, &sum);
                    if let Some(batch) = totals.end() {
                        batch.run(tx).await?;
                    }
                }
                let england = Subject::National(NationalScope::StateFunded, cover);
                nation.entry((england.number(), key)).or_default().push(sum);
            }
        }
        let mut each: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
        for (key, row) in whole {
            pack(each.entry(row.owner).or_default(), &row, covers.contains(&key));
        }
        for (urn, figures) in each {
            packed.int(urn).bytes(&figures);
            if let Some(batch) = packed.end() {
                batch.run(tx).await?;
            }
        }
    }
    for ((subject, key), sums) in nation {
        // The mean of means, each weighted by its pupils, is the mean of all: areas add up as
        // their schools would.
        let measures: Vec<Measure> = sums.iter().map(|(measure, _)| *measure).collect();
        let together = variation::pool(&measures);
        if let Some(subject) = Subject::from_number(subject)
            && together.used >= A_NATION
            && !published.any(&nations(subject), key)
        {
            let schools = sums.iter().map(|(_, schools)| schools).sum();
            write(&mut totals, subject, key, &(together.measure, schools));
            if let Some(batch) = totals.end() {
                batch.run(tx).await?;
            }
        }
    }
    for batch in [packed.take(), totals.take()].into_iter().flatten() {
        batch.run(tx).await?;
    }
    Ok(())
}

/// The published figures of England that are shown before a sum of its schools of a stage.
fn nations(sum: Subject) -> Vec<Subject> {
    let Subject::National(_, cover) = sum else { return vec![sum] };
    [NationalScope::StateFunded, NationalScope::AllSchools]
        .into_iter()
        .flat_map(|scope| [cover, Cover::All].map(|cover| Subject::National(scope, cover)))
        .collect()
}

/// The state-funded schools of one authority added up by stage: each school's own rows once, so
/// that a predecessor counts for its own years only.
fn added(
    schools: &[SchoolRow],
    rows: &[Row],
    covers: &HashSet<guard::Key>,
) -> Vec<(Cover, Vec<(Key, Sum)>)> {
    let counted: BTreeMap<i64, Cover> = schools
        .iter()
        .filter(|school| school.state_funded())
        .map(|school| (school.urn, school.cover()))
        .collect();
    let own: Vec<Row> = rows.iter().filter(|row| row.step == 0).copied().collect();
    let mut each: BTreeMap<Cover, BTreeMap<Key, Vec<Measure>>> = BTreeMap::new();
    for (key, row) in best(own) {
        let figure = Figure::of(&row, covers.contains(&key));
        if let (Some(cover), Some(figure)) = (counted.get(&row.owner), figure) {
            each.entry(*cover)
                .or_default()
                .entry((row.kpi, row.pupils, row.period))
                .or_default()
                .push(figure.shown());
        }
    }
    each.into_iter()
        .map(|(cover, keys)| {
            let sums = keys
                .into_iter()
                .filter_map(|(key, measures)| {
                    let pooled = variation::pool(&measures);
                    // Without every school's pupils a mean could only be one of schools.
                    pooled.measure.n()?;
                    Some((key, (pooled.measure, pooled.used)))
                })
                .collect();
            (cover, sums)
        })
        .collect()
}

fn write(rows: &mut Rows, subject: Subject, (kpi, pupils, period): Key, sum: &Sum) {
    let stored = Stored::from(sum.0);
    rows.int(subject.number())
        .int(kpi)
        .int(pupils)
        .int(period)
        .int(i64::try_from(sum.1).unwrap_or(i64::MAX))
        .int(stored.form)
        .real(stored.value)
        .real(stored.n)
        .real(stored.low)
        .real(stored.high);
}
