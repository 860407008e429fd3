//! From the cells of a row to readings of indicators.

use super::{Columns, Out, bad_value};
use crate::header::Header;
use crate::input::Row;
use crate::pack::{KpiId, MeasureColumns, Pack, Unit};
use crate::problem::{Problem, ProblemCode};
use crate::records::{PupilGroup, Subject};
use crate::value::{Cell, read_cell};
use crate::year::AcademicYear;
use evidence::{Measure, Missing};

/// A percentage is published to a whole or a tenth, so a count may differ from it by half a unit
/// of either and a little more for rounding twice.
const ROUNDING: f64 = 0.6;

/// One reading's columns in this file.
struct Bound {
    kpi: KpiId,
    group: PupilGroup,
    percent: bool,
    range: (f64, f64),
    value: Option<usize>,
    /// Places in the list of supporting columns.
    cohort: Option<usize>,
    count: Option<usize>,
    low: Option<usize>,
    high: Option<usize>,
    negate: bool,
    schools_only: bool,
    from: Option<AcademicYear>,
    until: Option<AcademicYear>,
    at_most: Option<KpiId>,
    /// Column and wanted values for each filter of the file.
    filters: Vec<(usize, Vec<String>)>,
}

/// A reading before it is given a subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) kpi: KpiId,
    pub(super) group: PupilGroup,
    pub(super) measure: Measure,
}

/// Every reading a row may hold.
pub(super) struct Readings {
    bound: Vec<Bound>,
    /// Columns of cohorts, counts and intervals: read once a row, however many readings use them.
    support: Vec<usize>,
    support_values: Vec<Support>,
    header: Header,
    /// Whether the row at hand is about a school.
    school: bool,
    /// The readings of the row at hand.
    pub(super) found: Vec<Reading>,
    /// Where each of them came from.
    places: Vec<(usize, Option<KpiId>)>,
}

/// What a supporting cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Support {
    Unread,
    Number(f64),
    Nothing(Missing),
}

impl Readings {
    pub(super) fn bind(columns: &mut Columns<'_>, pack: &Pack) -> Result<Self, Problem> {
        let mut support = Vec::new();
        let mut bound = Vec::new();
        let mut filters = Vec::new();
        for filter in &columns.mapping.filters {
            filters.push(columns.spelled(&filter.column)?);
        }
        for measure in &columns.mapping.measures {
            if let Some(one) = bind_one(measure, columns, pack, &filters, &mut support)? {
                // The same figure in another spelling of the same file.
                let known = |b: &Bound| {
                    b.kpi == one.kpi && b.group == one.group && b.filters == one.filters
                };
                if !bound.iter().any(known) {
                    bound.push(one);
                }
            } else {
                columns.absent.push(pack.kpi(measure.kpi).code.clone());
            }
        }
        columns.absent.sort_unstable();
        columns.absent.dedup();
        let support_values = vec![Support::Unread; support.len()];
        let header = columns.header.clone();
        Ok(Self {
            bound,
            support,
            support_values,
            header,
            school: false,
            found: Vec::new(),
            places: Vec::new(),
        })
    }

    /// How many readings this file can give.
    pub(super) fn len(&self) -> usize {
        self.bound.len()
    }

    /// Columns that are there and not read, because in this year they mean something else.
    pub(super) fn not_in(&self, period: AcademicYear) -> Vec<String> {
        let outside = |one: &Bound| {
            one.from.is_some_and(|from| period < from) || one.until.is_some_and(|u| period > u)
        };
        let columns = self.bound.iter().filter(|one| outside(one)).filter_map(|one| one.value);
        columns.map(|place| self.header.name(place).to_owned()).collect()
    }

    /// Fills [`Readings::found`] from a row.
    pub(super) fn read(
        &mut self,
        row: &Row,
        subject: Subject,
        period: AcademicYear,
        out: &mut Out,
    ) {
        self.found.clear();
        self.places.clear();
        self.support_values.fill(Support::Unread);
        let school = matches!(subject, Subject::School(_));
        self.school = school;
        // New schools' rows end with the word, and that is the reason for every cell after it.
        let beyond = match row.len().checked_sub(1).map(|last| row.trimmed(last)) {
            Some("NEW") => Missing::NewSchool,
            _ => Missing::Blank,
        };
        for index in 0..self.bound.len() {
            let one = &self.bound[index];
            let wanted = (school || !one.schools_only)
                && one.from.is_none_or(|from| period >= from)
                && one.until.is_none_or(|until| period <= until)
                && one.filters.iter().all(|(place, values)| {
                    let text = row.trimmed(*place);
                    values.iter().any(|value| agrees(value, text))
                });
            if !wanted {
                continue;
            }
            let (kpi, group) = (one.kpi, one.group);
            let place = one.value.or(one.count.map(|s| self.support[s])).unwrap_or_default();
            let at_most = one.at_most;
            if let Some(measure) = self.one(index, row, beyond, out) {
                self.found.push(Reading { kpi, group, measure });
                self.places.push((place, at_most));
            }
        }
        self.check_order(row, out);
        out.missing += self.found.iter().filter(|r| r.measure.missing().is_some()).count() as u64;
    }

    /// One reading; `None` when its cell cannot be read, which is told.
    fn one(&mut self, index: usize, row: &Row, beyond: Missing, out: &mut Out) -> Option<Measure> {
        let (place, cohort, count) = {
            let one = &self.bound[index];
            (one.value, one.cohort, one.count)
        };
        let cohort_n = cohort.map(|s| self.supporting(s, row, out));
        let n = match cohort_n {
            Some(Support::Number(n)) => Some(n),
            _ => None,
        };
        let Some(place) = place else {
            // A share of a count, where no percentage is published.
            let met = count.map(|s| self.supporting(s, row, out));
            return Some(share(met, cohort_n));
        };
        if place >= row.len() {
            return Some(Measure::Missing(beyond));
        }
        let value = match read_cell(row.cell(place)) {
            Cell::Missing(reason) => return Some(Measure::Missing(reason)),
            Cell::Number(value) => value,
            Cell::Unreadable => {
                out.misfits(place, row.number, row.trimmed(place));
                let what = "this is neither a number nor a mark for a missing one";
                out.leave_out(bad_value(row, &self.header, place, ProblemCode::BadValue, what));
                return None;
            }
        };
        let one = &self.bound[index];
        let value = if one.negate && value != 0.0 { -value } else { value };
        if value < one.range.0 || value > one.range.1 {
            out.misfits(place, row.number, row.trimmed(place));
            let what = format!("this should be from {} to {}", one.range.0, one.range.1);
            out.leave_out(bad_value(row, &self.header, place, ProblemCode::OutOfRange, &what));
            return None;
        }
        out.fits(place);
        if one.percent {
            let met = count.map(|s| self.supporting(s, row, out));
            return Some(proportion(value, n, met));
        }
        self.estimate(index, row, value, n, out)
    }

    /// A value with its published interval, where both ends are there and enclose it.
    fn estimate(
        &mut self,
        index: usize,
        row: &Row,
        value: f64,
        n: Option<f64>,
        out: &mut Out,
    ) -> Option<Measure> {
        let (low, high, negate) = {
            let one = &self.bound[index];
            (one.low, one.high, one.negate)
        };
        let (Some(low_at), Some(high_at)) = (low, high) else {
            return Some(Measure::Scalar { value, n });
        };
        let ends = (self.supporting(low_at, row, out), self.supporting(high_at, row, out));
        let (Support::Number(low), Support::Number(high)) = ends else {
            return Some(Measure::Scalar { value, n });
        };
        // Totals carry noughts where there is no interval.
        if !self.school && low == 0.0 && high == 0.0 {
            return Some(Measure::Scalar { value, n });
        }
        let (low, high) = if negate { (-high, -low) } else { (low, high) };
        let place = self.support[low_at];
        if low > value + 0.051 || high < value - 0.051 {
            out.misfits(place, row.number, row.trimmed(place));
            let what = "the interval does not enclose its value";
            out.leave_out(bad_value(row, &self.header, place, ProblemCode::Contradiction, what));
            return None;
        }
        out.fits(place);
        Some(Measure::Estimate { value, low: low.min(value), high: high.max(value), n })
    }

    /// A supporting cell, read once a row.
    fn supporting(&mut self, index: usize, row: &Row, out: &mut Out) -> Support {
        if self.support_values[index] == Support::Unread {
            let place = self.support[index];
            self.support_values[index] = match read_cell(row.cell(place)) {
                Cell::Number(value) => {
                    out.fits(place);
                    Support::Number(value)
                }
                Cell::Missing(reason) => Support::Nothing(reason),
                Cell::Unreadable => {
                    out.misfits(place, row.number, row.trimmed(place));
                    let what = "this is neither a number nor a mark for a missing one";
                    out.leave_out(bad_value(row, &self.header, place, ProblemCode::BadValue, what));
                    Support::Nothing(Missing::Blank)
                }
            };
        }
        self.support_values[index]
    }

    /// Leaves out a reading that exceeds the one it is part of: more pupils at the higher standard
    /// than at the expected one means that two columns were swapped.
    fn check_order(&mut self, row: &Row, out: &mut Out) {
        for index in (0..self.found.len()).rev() {
            let (place, Some(at_most)) = self.places[index] else { continue };
            let group = self.found[index].group;
            let limit = self
                .found
                .iter()
                .find(|r| r.kpi == at_most && r.group == group)
                .and_then(|r| r.measure.value());
            let value = self.found[index].measure.value();
            let (Some(value), Some(limit)) = (value, limit) else { continue };
            if value > limit + ROUNDING {
                out.misfits(place, row.number, row.trimmed(place));
                let what = format!("this cannot be more than {limit}, the share it is part of");
                out.leave_out(bad_value(
                    row,
                    &self.header,
                    place,
                    ProblemCode::Contradiction,
                    &what,
                ));
                self.found.remove(index);
                self.places.remove(index);
            }
        }
    }
}

fn bind_one(
    measure: &MeasureColumns,
    columns: &mut Columns<'_>,
    pack: &Pack,
    filters: &[Option<usize>],
    support: &mut Vec<usize>,
) -> Result<Option<Bound>, Problem> {
    // Without a column that splits the rows there is no telling which row is meant.
    if !measure.wanted.is_empty()
        && measure.wanted.iter().all(|(filter, _)| filters[*filter].is_none())
    {
        return Ok(None);
    }
    let value = columns.header.find(&measure.value)?;
    if value.is_none() && !measure.value.is_empty() {
        return Ok(None);
    }
    columns.read.extend(value);
    let mut supporting = |names: &[String]| -> Result<Option<usize>, Problem> {
        Ok(columns.spelled(names)?.map(|place| {
            support.iter().position(|&known| known == place).unwrap_or_else(|| {
                support.push(place);
                support.len() - 1
            })
        }))
    };
    let cohort = supporting(&measure.cohort)?;
    let count = supporting(&measure.count)?;
    if value.is_none() && (cohort.is_none() || count.is_none()) {
        return Ok(None);
    }
    let (low, high) = (supporting(&measure.low)?, supporting(&measure.high)?);
    let mut bound_filters = Vec::new();
    for (index, (filter, place)) in columns.mapping.filters.iter().zip(filters).enumerate() {
        let Some(place) = *place else { continue };
        let wanted = measure.wanted.iter().find(|(wanted, _)| *wanted == index);
        let values = wanted.map_or(&filter.totals, |(_, values)| values);
        bound_filters.push((place, values.clone()));
    }
    let kpi = pack.kpi(measure.kpi);
    Ok(Some(Bound {
        kpi: measure.kpi,
        group: measure.group.unwrap_or(kpi.group),
        percent: kpi.unit == Unit::Percent && !measure.rate,
        range: kpi.range,
        value,
        cohort,
        count,
        low,
        high,
        negate: measure.negate,
        schools_only: measure.schools_only,
        from: measure.from,
        until: measure.until,
        at_most: measure.at_most,
        filters: bound_filters,
    }))
}

/// Whether a cell holds a wanted value: the same but for case, or the same beginning when the
/// wanted value ends in `*`.
fn agrees(wanted: &str, text: &str) -> bool {
    match wanted.strip_suffix('*') {
        None => wanted.eq_ignore_ascii_case(text),
        Some(start) => {
            text.get(..start.len()).is_some_and(|beginning| start.eq_ignore_ascii_case(beginning))
        }
    }
}

/// A published percentage with the numbers behind it. The count is used when it agrees with the
/// percentage; otherwise the numerator is worked out from the percentage, which is the published
/// figure, and is not whole.
fn proportion(percent: f64, n: Option<f64>, met: Option<Support>) -> Measure {
    let Some(denominator) = n.filter(|&n| n > 0.0) else {
        return match n {
            // Nought per cent of nobody says nothing.
            Some(_) if percent == 0.0 => Measure::Missing(Missing::NoEntries),
            _ => Measure::Scalar { value: percent, n: None },
        };
    };
    let numerator = match met {
        Some(Support::Number(met))
            if met <= denominator && (100.0 * met / denominator - percent).abs() <= ROUNDING =>
        {
            met
        }
        _ => percent * denominator / 100.0,
    };
    Measure::Proportion { numerator, denominator }
}

/// A share of which only the two counts are published.
fn share(met: Option<Support>, of: Option<Support>) -> Measure {
    match (met, of) {
        (Some(Support::Nothing(reason)), _) | (_, Some(Support::Nothing(reason))) => {
            Measure::Missing(reason)
        }
        (Some(Support::Number(numerator)), Some(Support::Number(denominator)))
            if denominator > 0.0 && numerator >= 0.0 && numerator <= denominator =>
        {
            Measure::Proportion { numerator, denominator }
        }
        (Some(_), Some(Support::Number(0.0))) => Measure::Missing(Missing::NoEntries),
        _ => Measure::Missing(Missing::Blank),
    }
}
