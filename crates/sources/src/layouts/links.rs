//! The register's links between schools.

use super::{Columns, Layout, Out, bad_value, text_at, urn_at};
use crate::date::{DateCell, read_date};
use crate::header::Header;
use crate::input::Row;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::records::{LinkKind, LinkRecord, Record, Urn};
use std::collections::HashMap;

/// See the module.
pub(super) struct Links {
    urn: usize,
    link_urn: usize,
    kind: usize,
    name: Option<usize>,
    established: Option<usize>,
    columns: Vec<usize>,
    header: Header,
    seen: HashMap<(Urn, Urn, LinkKind), u32>,
}

impl Links {
    pub(super) fn bind(columns: &mut Columns<'_>) -> Result<Self, Problem> {
        Ok(Self {
            urn: columns.needed("urn")?,
            link_urn: columns.needed("link-urn")?,
            kind: columns.needed("type")?,
            name: columns.role("link-name")?,
            established: columns.role("established")?,
            columns: columns.places(),
            header: columns.header.clone(),
            seen: HashMap::new(),
        })
    }

    fn rejected(&self, row: &Row, place: usize, code: ProblemCode, what: String) -> Problem {
        Problem::new(
            Severity::Row,
            code,
            what,
            "The row was left out. Compare it with the register",
        )
        .at(row.number)
        .in_column(self.header.name(place))
        .showing(row.trimmed(place))
    }
}

impl Layout for Links {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn row(&mut self, row: &Row, out: &mut Out) -> Result<(), Problem> {
        let urn = urn_at(row, &self.header.names, self.urn, out)?;
        let link_urn = urn_at(row, &self.header.names, self.link_urn, out)?;
        if urn == link_urn {
            let what = "the school is linked to itself".to_owned();
            return Err(self.rejected(row, self.link_urn, ProblemCode::BadKey, what));
        }
        let words = row.trimmed(self.kind);
        if !words.chars().any(char::is_alphabetic) {
            out.misfits(self.kind, row.number, words);
            let what = "the link does not say what it is".to_owned();
            return Err(self.rejected(row, self.kind, ProblemCode::BadKey, what));
        }
        out.fits(self.kind);
        let kind = LinkKind::from_published(words);
        if let Some(before) = self.seen.insert((urn, link_urn, kind), row.number) {
            let what = format!("the same link stands in row {before} already");
            return Err(self.rejected(row, self.link_urn, ProblemCode::DuplicateKey, what));
        }
        let mut established = None;
        if let Some(place) = self.established {
            match read_date(row.trimmed(place)) {
                DateCell::Day(day) => {
                    out.fits(place);
                    established = Some(day);
                }
                DateCell::Unknown => {}
                DateCell::Unreadable => {
                    out.misfits(place, row.number, row.trimmed(place));
                    out.leave_out(bad_value(
                        row,
                        &self.header,
                        place,
                        ProblemCode::BadDate,
                        "this is not a date such as 31-08-2022",
                    ));
                }
            }
        }
        out.records.push(Record::Link(Box::new(LinkRecord {
            urn,
            link_urn,
            link_name: text_at(row, self.name),
            kind,
            kind_as_published: words.to_owned(),
            established,
        })));
        Ok(())
    }
}
