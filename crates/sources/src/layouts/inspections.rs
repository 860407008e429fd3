//! Ofsted's management information: up to three inspections in a row (the latest, the one before,
//! and since 2025 the last one under the old framework).

use super::{Columns, Layout, Out, bad_value, text_at, urn_at};
use crate::date::{DateCell, read_date};
use crate::header::Header;
use crate::input::Row;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::records::{Grade, InspectionArea, InspectionRecord, Record, Urn};
use crate::value::read_count;
use jiff::civil::Date;
use std::collections::HashMap;

/// The inspections a row may hold, as the mapping's roles begin.
const SETS: [&str; 3] = ["latest", "oeif", "previous"];

/// Where one inspection stands.
struct Set {
    latest: bool,
    urn: Option<usize>,
    laestab: Option<usize>,
    number: Option<usize>,
    kind: Option<usize>,
    started: Option<usize>,
    published: Option<usize>,
    concern: Option<usize>,
    outcome: Option<usize>,
    grades: Vec<(InspectionArea, usize)>,
}

/// See the module.
pub(super) struct Inspections {
    urn: Option<usize>,
    sets: Vec<Set>,
    columns: Vec<usize>,
    header: Header,
    seen: HashMap<Urn, u32>,
}

impl Inspections {
    pub(super) fn bind(columns: &mut Columns<'_>) -> Result<Self, Problem> {
        let urn = columns.role("urn")?;
        let mut sets = Vec::new();
        for name in SETS {
            let mut role = |what: &str| columns.role(&format!("{name}-{what}"));
            let mut grades = Vec::new();
            for &area in InspectionArea::ALL {
                if let Some(place) = role(&format!("grade-{}", area.code()))? {
                    grades.push((area, place));
                }
            }
            let set = Set {
                latest: name != "previous",
                urn: role("urn")?,
                laestab: role("laestab")?,
                number: role("number")?,
                kind: role("kind")?,
                started: role("started")?,
                published: role("published")?,
                concern: role("concern")?,
                outcome: role("outcome")?,
                grades,
            };
            if !set.grades.is_empty() && (set.urn.is_some() || urn.is_some()) {
                sets.push(set);
            }
        }
        if sets.is_empty() {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::UnknownLayout,
                "there is no column with the school’s number (URN) beside the grades",
                "Use the publisher’s file with all its columns",
            )
            .at(columns.header.row));
        }
        let header = columns.header.clone();
        Ok(Self { urn, sets, columns: columns.places(), header, seen: HashMap::new() })
    }

    fn date(&self, row: &Row, place: Option<usize>, out: &mut Out) -> Option<Date> {
        let place = place?;
        match read_date(row.trimmed(place)) {
            DateCell::Day(day) => {
                out.fits(place);
                Some(day)
            }
            DateCell::Unknown => None,
            DateCell::Unreadable => {
                out.misfits(place, row.number, row.trimmed(place));
                let what = "this is not a date such as 31/08/2022";
                out.leave_out(bad_value(row, &self.header, place, ProblemCode::BadDate, what));
                None
            }
        }
    }

    /// One inspection; `None` when the row does not have it.
    fn read(
        &self,
        set: &Set,
        now: Option<Urn>,
        row: &Row,
        out: &mut Out,
    ) -> Result<Option<InspectionRecord>, Problem> {
        let started = self.date(row, set.started, out);
        let mut grades = Vec::with_capacity(set.grades.len());
        for &(area, place) in &set.grades {
            match read_grade(row.trimmed(place), area) {
                Some(grade) => {
                    out.fits(place);
                    grades.push((area, grade));
                }
                None => {
                    out.misfits(place, row.number, row.trimmed(place));
                    let what = "this is not a grade";
                    out.leave_out(bad_value(row, &self.header, place, ProblemCode::BadValue, what));
                }
            }
        }
        let outcome = word(row, set.outcome);
        if started.is_none() && outcome.is_none() && !grades.iter().any(|(_, g)| g.is_judged()) {
            return Ok(None);
        }
        let urn_then = match set.urn {
            Some(place) if !is_nothing(row.trimmed(place)) => {
                urn_at(row, &self.header.names, place, out)?
            }
            _ => match now {
                Some(now) => now,
                None => return Ok(None),
            },
        };
        out.missing += grades.iter().filter(|(_, grade)| !grade.is_judged()).count() as u64;
        Ok(Some(InspectionRecord {
            urn_then,
            urn_now: now,
            laestab: set.laestab.and_then(|place| read_count(row.trimmed(place))),
            number: word(row, set.number),
            kind: word(row, set.kind),
            started,
            published: self.date(row, set.published, out),
            latest: set.latest,
            category_of_concern: word(row, set.concern),
            grades,
            outcome,
        }))
    }
}

impl Layout for Inspections {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn row(&mut self, row: &Row, out: &mut Out) -> Result<(), Problem> {
        let now = match self.urn {
            Some(place) => Some(urn_at(row, &self.header.names, place, out)?),
            None => None,
        };
        for index in 0..self.sets.len() {
            if let Some(record) = self.read(&self.sets[index], now, row, out)? {
                if index == 0 {
                    let key = now.unwrap_or(record.urn_then);
                    if let Some(before) = self.seen.insert(key, row.number) {
                        let place = self.urn.or(self.sets[0].urn).unwrap_or_default();
                        let column = self.header.name(place);
                        let value = key.to_string();
                        return Err(super::twice(
                            "this school",
                            row.number,
                            before,
                            column,
                            &value,
                        ));
                    }
                }
                out.records.push(Record::Inspection(Box::new(record)));
            }
        }
        Ok(())
    }
}

fn is_nothing(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("null")
}

fn word(row: &Row, place: Option<usize>) -> Option<String> {
    text_at(row, place).filter(|text| !is_nothing(text))
}

/// Reads a grade in figures or words. Under the frameworks until 2025, 9 stood for "not judged"
/// (or an area that the framework did not have) and 0 for an area the school does not have; the
/// few 8s of older inspections are read as "not judged" too.
fn read_grade(text: &str, area: InspectionArea) -> Option<Grade> {
    let text = text.trim().to_lowercase();
    Some(match text.as_str() {
        "1" | "outstanding" => Grade::Outstanding,
        "2" | "good" => Grade::Good,
        "3" | "requires improvement" | "satisfactory" => Grade::RequiresImprovement,
        "4" | "inadequate" => Grade::Inadequate,
        "exceptional" => Grade::Exceptional,
        "strong standard" | "strong" => Grade::StrongStandard,
        "expected standard" | "expected" => Grade::ExpectedStandard,
        "needs attention" => Grade::NeedsAttention,
        "urgent improvement" => Grade::UrgentImprovement,
        "yes" | "met" if area == InspectionArea::Safeguarding => Grade::Met,
        "no" | "not met" if area == InspectionArea::Safeguarding => Grade::NotMet,
        "" | "null" | "8" | "9" | "not judged" | "not graded" => Grade::NotJudged,
        "0" | "not applicable" | "n/a" | "does not apply" => Grade::DoesNotApply,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_in_figures_and_words() {
        let overall = |text| read_grade(text, InspectionArea::Overall);
        assert_eq!(overall("2"), Some(Grade::Good));
        assert_eq!(overall("Strong standard"), Some(Grade::StrongStandard));
        assert_eq!(overall("9"), Some(Grade::NotJudged));
        assert_eq!(overall("0"), Some(Grade::DoesNotApply));
        assert_eq!(overall("NULL"), Some(Grade::NotJudged));
        assert_eq!(overall("Yes"), None);
        assert_eq!(read_grade("Yes", InspectionArea::Safeguarding), Some(Grade::Met));
        assert_eq!(overall("5"), None);
    }
}
