//! Deprivation by postcode. The same postcode may stand in several rows, once for each school:
//! they must agree.

use super::{Columns, Layout, Out, bad_value, postcode, text_at};
use crate::header::Header;
use crate::input::Row;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::records::{PostcodeRecord, Record};
use crate::value::{Cell, read_cell};
use std::collections::HashMap;

/// There are fewer postcodes in the United Kingdom, terminated ones included.
const MOST: usize = 3_000_000;

/// See the module.
pub(super) struct Postcodes {
    postcode: usize,
    lsoa: Option<usize>,
    score: Option<usize>,
    rank: Option<usize>,
    decile: Option<usize>,
    imd_decile: Option<usize>,
    columns: Vec<usize>,
    header: Header,
    /// Rank and row of each postcode.
    seen: HashMap<[u8; 8], (Option<u32>, u32)>,
}

impl Postcodes {
    pub(super) fn bind(columns: &mut Columns<'_>) -> Result<Self, Problem> {
        Ok(Self {
            postcode: columns.needed("postcode")?,
            lsoa: columns.role("lsoa")?,
            score: columns.role("idaci-score")?,
            rank: columns.role("idaci-rank")?,
            decile: columns.role("idaci-decile")?,
            imd_decile: columns.role("imd-decile")?,
            columns: columns.places(),
            header: columns.header.clone(),
            seen: HashMap::new(),
        })
    }

    fn number(
        &self,
        row: &Row,
        place: Option<usize>,
        range: (f64, f64),
        out: &mut Out,
    ) -> Option<f64> {
        let place = place?;
        match read_cell(row.trimmed(place)) {
            Cell::Number(value) if value >= range.0 && value <= range.1 => {
                out.fits(place);
                Some(value)
            }
            Cell::Missing(_) => None,
            _ => {
                out.misfits(place, row.number, row.trimmed(place));
                out.leave_out(bad_value(
                    row,
                    &self.header,
                    place,
                    ProblemCode::OutOfRange,
                    &format!("this is not a number from {} to {}", range.0, range.1),
                ));
                None
            }
        }
    }

    fn whole(
        &self,
        row: &Row,
        place: Option<usize>,
        range: (f64, f64),
        out: &mut Out,
    ) -> Option<u32> {
        let value = self.number(row, place, range, out)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be in a small positive range"
        )]
        let whole = value as u32;
        Some(whole)
    }
}

impl Layout for Postcodes {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn row(&mut self, row: &Row, out: &mut Out) -> Result<(), Problem> {
        let rejected = |place: usize, code, what: String, remedy: &str| {
            Problem::new(Severity::Row, code, what, remedy)
                .at(row.number)
                .in_column(self.header.name(place))
                .showing(row.trimmed(place))
        };
        let Some(code) = postcode(row.trimmed(self.postcode)) else {
            out.misfits(self.postcode, row.number, row.trimmed(self.postcode));
            return Err(rejected(
                self.postcode,
                ProblemCode::BadKey,
                "this is not a postcode".to_owned(),
                "The row was left out. Nothing is needed if it is a title or a total",
            ));
        };
        out.fits(self.postcode);
        let rank = self.whole(row, self.rank, (1.0, 40_000.0), out);
        let mut key = [b' '; 8];
        key[..code.len()].copy_from_slice(code.as_bytes());
        match self.seen.get(&key) {
            Some(&(before, at)) if before != rank => {
                return Err(rejected(
                    self.postcode,
                    ProblemCode::Contradiction,
                    format!("row {at} gives another rank for this postcode"),
                    "Find out which of the two is right and remove the other",
                ));
            }
            Some(_) => {}
            None if self.seen.len() >= MOST => {
                return Err(Problem::new(
                    Severity::File,
                    ProblemCode::TooLarge,
                    format!("there are more than {MOST} different postcodes"),
                    "Keep only the postcodes of schools",
                )
                .at(row.number));
            }
            None => {
                self.seen.insert(key, (rank, row.number));
            }
        }
        let decile = |found: Option<u32>| found.and_then(|d| u8::try_from(d).ok());
        let record = PostcodeRecord {
            postcode: code,
            lsoa: text_at(row, self.lsoa),
            idaci_score: self.number(row, self.score, (0.0, 1.0), out),
            idaci_rank: rank,
            idaci_decile: decile(self.whole(row, self.decile, (1.0, 10.0), out)),
            imd_decile: decile(self.whole(row, self.imd_decile, (1.0, 10.0), out)),
        };
        out.records.push(Record::Postcode(Box::new(record)));
        Ok(())
    }
}
