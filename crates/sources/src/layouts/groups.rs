//! The register's groups (trusts, federations, sponsors) and their members.

use super::{Columns, Layout, Out, bad_value, text_at, urn_at};
use crate::date::{DateCell, read_date};
use crate::header::Header;
use crate::input::Row;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::records::{GroupRecord, Record, Urn};
use crate::value::read_count;
use jiff::civil::Date;
use std::collections::HashMap;

/// See the module.
pub(super) struct Groups {
    uid: usize,
    name: usize,
    group_id: Option<usize>,
    group_type: Option<usize>,
    status: Option<usize>,
    opened: Option<usize>,
    closed: Option<usize>,
    companies_house: Option<usize>,
    ukprn: Option<usize>,
    member: Option<usize>,
    joined: Option<usize>,
    columns: Vec<usize>,
    header: Header,
    seen: HashMap<(u32, Option<Urn>), u32>,
}

impl Groups {
    pub(super) fn bind(columns: &mut Columns<'_>) -> Result<Self, Problem> {
        Ok(Self {
            uid: columns.needed("uid")?,
            name: columns.needed("name")?,
            group_id: columns.role("group-id")?,
            group_type: columns.role("type")?,
            status: columns.role("status")?,
            opened: columns.role("opened")?,
            closed: columns.role("closed")?,
            companies_house: columns.role("companies-house")?,
            ukprn: columns.role("ukprn")?,
            member: columns.role("urn")?,
            joined: columns.role("joined")?,
            columns: columns.places(),
            header: columns.header.clone(),
            seen: HashMap::new(),
        })
    }

    fn date(&self, row: &Row, place: Option<usize>, out: &mut Out) -> Option<Date> {
        let place = place?;
        match read_date(row.trimmed(place)) {
            DateCell::Day(day) => Some(day),
            DateCell::Unknown => None,
            DateCell::Unreadable => {
                out.misfits(place, row.number, row.trimmed(place));
                out.leave_out(bad_value(
                    row,
                    &self.header,
                    place,
                    ProblemCode::BadDate,
                    "this is not a date such as 31-08-2022",
                ));
                None
            }
        }
    }
}

impl Layout for Groups {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn row(&mut self, row: &Row, out: &mut Out) -> Result<(), Problem> {
        let rejected = |place: usize, code, what: String| {
            Problem::new(
                Severity::Row,
                code,
                what,
                "The row was left out. Compare it with the register",
            )
            .at(row.number)
            .in_column(self.header.name(place))
            .showing(row.trimmed(place))
        };
        let Some(uid) = read_count(row.trimmed(self.uid)).filter(|&uid| uid > 0) else {
            out.misfits(self.uid, row.number, row.trimmed(self.uid));
            let what = "this is not a group’s number (UID)".to_owned();
            return Err(rejected(self.uid, ProblemCode::BadKey, what));
        };
        out.fits(self.uid);
        let name = row.trimmed(self.name);
        if !name.chars().any(char::is_alphabetic) {
            out.misfits(self.name, row.number, name);
            let what = "the group has no name".to_owned();
            return Err(rejected(self.name, ProblemCode::BadKey, what));
        }
        out.fits(self.name);
        let member = match self.member {
            Some(place) if !row.trimmed(place).is_empty() => {
                Some(urn_at(row, &self.header.names, place, out)?)
            }
            _ => None,
        };
        if let Some(&before) = self.seen.get(&(uid, member)) {
            let what = format!("the same group and member stand in row {before} already");
            return Err(rejected(self.uid, ProblemCode::DuplicateKey, what));
        }
        self.seen.insert((uid, member), row.number);
        let record = GroupRecord {
            uid,
            group_id: text_at(row, self.group_id),
            name: name.to_owned(),
            group_type: text_at(row, self.group_type),
            status: text_at(row, self.status),
            opened: self.date(row, self.opened, out),
            closed: self.date(row, self.closed, out),
            companies_house: text_at(row, self.companies_house),
            ukprn: self.ukprn.and_then(|place| read_count(row.trimmed(place))),
            member,
            joined: self.date(row, self.joined, out),
        };
        out.records.push(Record::Group(Box::new(record)));
        Ok(())
    }
}
