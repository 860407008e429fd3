//! The loop over the rows: counts, the checks that every layout shares, and what is handed over.

use crate::header::Header;
use crate::input::{Row, Rows};
use crate::layouts::{Layout, Out};
use crate::problem::{Problem, ProblemCode, Severity, shorten};
use crate::records::Record;
use crate::report::{Counts, SampleRow, Visitor};
use crate::upn;
use std::collections::BTreeSet;

/// How many rows a preview shows.
const SAMPLE_ROWS: usize = 20;

/// How the rows of a layout may differ from its header in length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Rows may stop early.
    pub(crate) ragged: bool,
    /// Rows may go on after the last named column.
    pub(crate) tail: bool,
}

/// Everything the loop keeps.
pub(crate) struct Run<'a> {
    pub(crate) header: &'a Header,
    pub(crate) shape: Shape,
    pub(crate) visitor: &'a mut dyn Visitor,
    pub(crate) counts: Counts,
    pub(crate) sample: Vec<SampleRow>,
    /// Lengths of the short rows met: a last row of one of them is not cut off.
    short_lengths: BTreeSet<usize>,
    first_rejection: Option<Problem>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(header: &'a Header, shape: Shape, visitor: &'a mut dyn Visitor) -> Self {
        Self {
            header,
            shape,
            visitor,
            counts: Counts::default(),
            sample: Vec::new(),
            short_lengths: BTreeSet::new(),
            first_rejection: None,
        }
    }

    /// Reads every row; `Err` is a refusal of the whole file.
    pub(crate) fn rows(
        &mut self,
        rows: &mut dyn Rows,
        layout: &mut dyn Layout,
        out: &mut Out,
    ) -> Result<(), Problem> {
        let mut row = Row::default();
        let mut last_unterminated = None;
        while rows.next(&mut row)? {
            if row.is_blank() {
                continue;
            }
            self.counts.rows += 1;
            if !row.terminated {
                last_unterminated = Some(row.number);
            }
            self.refuse_pupils(&row)?;
            let verdict = self.check_length(&row).and_then(|()| layout.row(&row, out));
            self.conclude(&row, verdict, layout, out)?;
            if let Some(problem) = out.misfit(self.header, false) {
                return Err(problem);
            }
        }
        self.finish(out)?;
        if let Some(number) = last_unterminated {
            self.tell(
                &Problem::new(
                    Severity::Note,
                    ProblemCode::About,
                    "the last row has no line end; it is complete as far as can be told",
                    "Nothing, unless you know of more rows: then download the file again",
                )
                .at(number),
            );
        }
        Ok(())
    }

    fn conclude(
        &mut self,
        row: &Row,
        verdict: Result<(), Problem>,
        layout: &dyn Layout,
        out: &mut Out,
    ) -> Result<(), Problem> {
        match verdict {
            Ok(()) => {
                self.counts.accepted += 1;
                self.counts.unused += u64::from(out.records.is_empty());
                self.counts.records += out.records.len() as u64;
                self.counts.missing_values += std::mem::take(&mut out.missing);
                self.take_sample(row, layout);
                for problem in std::mem::take(&mut out.problems) {
                    self.counts.values_left_out += u64::from(problem.severity == Severity::Value);
                    self.tell(&problem);
                }
                for record in out.records.drain(..) {
                    if let Record::Kpi(kpi) = &record {
                        out.periods.insert(kpi.period);
                    }
                    if self.visitor.record(row.number, record).is_break() {
                        return Err(stopped(row.number));
                    }
                }
                Ok(())
            }
            Err(problem) if problem.severity == Severity::File => Err(problem),
            Err(problem) => {
                self.counts.rejected += 1;
                out.records.clear();
                out.missing = 0;
                // What was found in single cells stays worth telling beside the row's own problem.
                for cell in std::mem::take(&mut out.problems) {
                    self.tell(&cell);
                }
                self.tell(&problem);
                self.first_rejection.get_or_insert(problem);
                Ok(())
            }
        }
    }

    /// What can only be said at the end.
    fn finish(&mut self, out: &mut Out) -> Result<(), Problem> {
        if self.counts.rows == 0 {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::HeaderOnly,
                "there are column names and no rows below them",
                "Download the file again, or choose the one with the data",
            )
            .at(self.header.row));
        }
        if let Some(problem) = out.misfit(self.header, true) {
            return Err(problem);
        }
        if let Some(first) = self.first_rejection.take().filter(|_| self.counts.accepted == 0) {
            return Err(Problem {
                severity: Severity::File,
                code: ProblemCode::NothingReadable,
                what: format!("every row was left out; the first because {}", first.what),
                ..first
            });
        }
        Ok(())
    }

    pub(crate) fn tell(&mut self, problem: &Problem) {
        self.counts.problems += 1;
        self.visitor.problem(problem);
    }

    /// Rows that are too long, too short, or cut off.
    fn check_length(&mut self, row: &Row) -> Result<(), Problem> {
        let (has, wants) = (row.len(), self.header.names.len());
        if has > wants {
            let more = (wants..has).any(|place| !row.trimmed(place).is_empty());
            return if more && !self.shape.tail {
                Err(Problem::new(
                    Severity::Row,
                    ProblemCode::TooManyCells,
                    format!(
                        "this row has {has} cells and the header {wants}: a comma may stand \
                         outside quotation marks"
                    ),
                    "Put the cell with the comma in quotation marks",
                )
                .at(row.number)
                .showing(row.trimmed(wants)))
            } else {
                Ok(())
            };
        }
        if has < wants {
            let usual = self.shape.ragged && self.short_lengths.contains(&has);
            if !row.terminated && !usual {
                return Err(Problem::new(
                    Severity::File,
                    ProblemCode::Truncated,
                    format!(
                        "the file ends in the middle of this row: {has} of {wants} cells and no \
                         line end"
                    ),
                    "Download the file again; it was cut off on the way",
                )
                .at(row.number)
                .showing(row.trimmed(has - 1)));
            }
            if !self.shape.ragged {
                return Err(Problem::new(
                    Severity::Row,
                    ProblemCode::TooFewCells,
                    format!("this row has {has} cells and the header {wants}"),
                    "Compare it with the rows around it in a text editor",
                )
                .at(row.number));
            }
            self.short_lengths.insert(has);
        }
        Ok(())
    }

    /// Refuses the file at the first pupil number, wherever it stands, without repeating it.
    fn refuse_pupils(&self, row: &Row) -> Result<(), Problem> {
        let (text, ends) = row.joined();
        let Some(shape) = upn::find(text.as_bytes()) else { return Ok(()) };
        let place = ends.partition_point(|&end| end <= shape.at);
        Err(pupil_number(shape.checks).at(row.number).in_column(self.header.name(place)))
    }

    fn take_sample(&mut self, row: &Row, layout: &dyn Layout) {
        if self.sample.len() < SAMPLE_ROWS {
            let cells = layout.columns().iter().map(|&place| shorten(row.trimmed(place)));
            self.sample.push(SampleRow { row: row.number, cells: cells.collect() });
        }
    }
}

fn pupil_number(checks: bool) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::PupilData,
        if checks {
            "there is a unique pupil number here (its check letter is right)"
        } else {
            "there is something shaped like a unique pupil number here"
        },
        "This product keeps nothing about single pupils. Remove the column, or enter totals \
         instead; nothing of the file was kept",
    )
}

fn stopped(row: u32) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::Stopped,
        "the reading was stopped before the end of the file",
        "Start it again",
    )
    .at(row)
}
