//! Schools: the register's full download of any year, copies with fewer columns, and the search
//! download, whose rows go on with links after the last named column.

use super::{Columns, Layout, Out, bad_value, postcode, text_at, twice, urn_at};
use crate::date::{DateCell, read_date};
use crate::grid;
use crate::input::Row;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::records::{LinkKind, LinkRecord, Record, Urn};
use crate::school::SchoolRecord;
use crate::value::{Cell, read_cell, read_count};
use jiff::civil::Date;
use std::collections::HashMap;

macro_rules! roles {
    ($($field:ident: $role:literal,)*) => {
        /// Where each thing stands, if it does.
        #[derive(Debug)]
        struct Places { $($field: Option<usize>,)* }

        impl Places {
            fn bind(columns: &mut Columns<'_>) -> Result<Self, Problem> {
                Ok(Self { $($field: columns.role($role)?,)* })
            }
        }
    };
}

roles! {
    la_code: "la-code",
    la_name: "la-name",
    number: "establishment-number",
    school_type: "type",
    type_group: "type-group",
    phase: "phase",
    status: "status",
    opened: "opened",
    closed: "closed",
    low_age: "low-age",
    high_age: "high-age",
    gender: "gender",
    religious_character: "religious-character",
    diocese: "diocese",
    admissions: "admissions",
    trust_code: "trust-code",
    trust_name: "trust-name",
    sponsor: "sponsor",
    federation_code: "federation-code",
    federation_name: "federation-name",
    region: "region",
    district: "district",
    postcode: "postcode",
    town: "town",
    street: "street",
    locality: "locality",
    address3: "address3",
    county: "county",
    easting: "easting",
    northing: "northing",
    urban_rural: "urban-rural",
    lsoa: "lsoa",
    capacity: "capacity",
    pupils: "pupils",
    fsm_percent: "fsm-percent",
    ukprn: "ukprn",
    website: "website",
    sixth_form: "sixth-form",
    last_changed: "last-changed",
    links: "links",
}

/// Words a column may hold: others are kept, but a column full of others is not that column.
const STATUS: [&str; 4] = ["open", "closed", "open, but proposed to close", "proposed to open"];
const PHASE: [&str; 9] = [
    "nursery",
    "primary",
    "middle deemed primary",
    "middle deemed secondary",
    "secondary",
    "16 plus",
    "all-through",
    "all through",
    "not applicable",
];
const GENDER: [&str; 6] =
    ["mixed", "girls", "boys", "not applicable", "not reported", "single sex"];

/// See the module.
pub(super) struct Register {
    places: Places,
    urn: usize,
    name: usize,
    columns: Vec<usize>,
    names: Vec<String>,
    header: crate::header::Header,
    seen: HashMap<Urn, u32>,
}

impl Register {
    pub(super) fn bind(columns: &mut Columns<'_>) -> Result<Self, Problem> {
        let urn = columns.needed("urn")?;
        let name = columns.needed("name")?;
        let places = Places::bind(columns)?;
        Ok(Self {
            places,
            urn,
            name,
            columns: columns.places(),
            names: columns.header.names.clone(),
            header: columns.header.clone(),
            seen: HashMap::new(),
        })
    }

    /// A whole number up to `most`; anything else than a number or a blank is left out and told.
    fn count(&self, row: &Row, place: Option<usize>, most: u32, out: &mut Out) -> Option<u32> {
        let place = place?;
        let text = row.trimmed(place);
        if text.is_empty() {
            return None;
        }
        if let Some(count) = read_count(text).filter(|&count| count <= most) {
            out.fits(place);
            return Some(count);
        }
        if let Cell::Missing(_) = read_cell(text) {
            return None;
        }
        out.misfits(place, row.number, text);
        out.leave_out(bad_value(
            row,
            &self.header,
            place,
            ProblemCode::BadValue,
            &format!("this is not a whole number from 0 to {most}"),
        ));
        None
    }

    fn date(&self, row: &Row, place: Option<usize>, out: &mut Out) -> Option<Date> {
        let place = place?;
        match read_date(row.trimmed(place)) {
            DateCell::Unknown => None,
            DateCell::Day(day) => {
                out.fits(place);
                Some(day)
            }
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

    fn percent(&self, row: &Row, place: Option<usize>, out: &mut Out) -> Option<f64> {
        let place = place?;
        match read_cell(row.trimmed(place)) {
            Cell::Number(value) if (0.0..=100.0).contains(&value) => {
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
                    "this is not a percentage from 0 to 100",
                ));
                None
            }
        }
    }

    /// A word of a known list; an unknown one is kept.
    fn word(row: &Row, place: Option<usize>, known: &[&str], out: &mut Out) -> Option<String> {
        let text = text_at(row, place)?;
        if let Some(place) = place {
            if known.iter().any(|word| word.eq_ignore_ascii_case(&text)) {
                out.fits(place);
            } else {
                out.misfits(place, row.number, &text);
            }
        }
        Some(text)
    }

    fn postcode(&self, row: &Row, out: &mut Out) -> Option<String> {
        let place = self.places.postcode?;
        let text = row.trimmed(place);
        if text.is_empty() {
            return None;
        }
        let read = postcode(text);
        if read.is_some() {
            out.fits(place);
        } else {
            out.misfits(place, row.number, text);
            out.leave_out(bad_value(
                row,
                &self.header,
                place,
                ProblemCode::BadValue,
                "this is not a postcode",
            ));
        }
        read
    }

    fn name(&self, row: &Row, out: &mut Out) -> Result<String, Problem> {
        let name = row.trimmed(self.name);
        if name.chars().any(char::is_alphabetic) {
            out.fits(self.name);
            return Ok(name.to_owned());
        }
        out.misfits(self.name, row.number, name);
        Err(Problem::new(
            Severity::Row,
            ProblemCode::BadKey,
            "the school has no name",
            "Give its name as the register has it",
        )
        .at(row.number)
        .in_column(&self.names[self.name])
        .showing(name))
    }

    /// The links of the search download: `115961 Predecessor` in the last named column and in
    /// every cell after it.
    fn links(&self, row: &Row, urn: Urn, out: &mut Out) {
        let Some(first) = self.places.links else { return };
        for place in first..row.len() {
            let text = row.trimmed(place);
            if text.is_empty() || text.eq_ignore_ascii_case("does not have links") {
                continue;
            }
            let (number, words) = text.split_once(' ').unwrap_or((text, ""));
            match Urn::parse(number) {
                Some(link_urn) if link_urn != urn => {
                    out.records.push(Record::Link(Box::new(LinkRecord {
                        urn,
                        link_urn,
                        link_name: None,
                        kind: LinkKind::from_published(words.trim()),
                        kind_as_published: words.trim().to_owned(),
                        established: None,
                    })));
                }
                _ => out.leave_out(bad_value(
                    row,
                    &self.header,
                    first,
                    ProblemCode::BadValue,
                    "this is not a link such as “115961 Predecessor”",
                )),
            }
        }
    }
}

impl Layout for Register {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn row(&mut self, row: &Row, out: &mut Out) -> Result<(), Problem> {
        let urn = urn_at(row, &self.names, self.urn, out)?;
        let name = self.name(row, out)?;
        if let Some(&before) = self.seen.get(&urn) {
            let column = &self.names[self.urn];
            return Err(twice("this school", row.number, before, column, row.trimmed(self.urn)));
        }
        self.seen.insert(urn, row.number);
        let at = &self.places;
        let mut school = SchoolRecord::new(urn, name);
        school.la_code = narrow(self.count(row, at.la_code, 999, out));
        school.la_name = text_at(row, at.la_name);
        school.establishment_number = narrow(self.count(row, at.number, 9999, out));
        school.school_type = text_at(row, at.school_type);
        school.type_group = text_at(row, at.type_group);
        school.phase = Self::word(row, at.phase, &PHASE, out);
        school.status = Self::word(row, at.status, &STATUS, out);
        school.opened = self.date(row, at.opened, out);
        school.closed = self.date(row, at.closed, out);
        school.low_age = narrow(self.count(row, at.low_age, 120, out));
        school.high_age = narrow(self.count(row, at.high_age, 120, out));
        school.gender = Self::word(row, at.gender, &GENDER, out);
        school.religious_character = text_at(row, at.religious_character);
        school.diocese = text_at(row, at.diocese);
        school.admissions = text_at(row, at.admissions);
        school.trust_code = self.count(row, at.trust_code, 99_999_999, out);
        school.trust_name = text_at(row, at.trust_name);
        school.sponsor = text_at(row, at.sponsor);
        school.federation_code = self.count(row, at.federation_code, 99_999_999, out);
        school.federation_name = text_at(row, at.federation_name);
        school.region = text_at(row, at.region);
        school.district = text_at(row, at.district);
        school.postcode = self.postcode(row, out);
        school.town = text_at(row, at.town);
        school.address = address(row, at);
        school.county = text_at(row, at.county);
        school.easting = self.count(row, at.easting, 700_000, out);
        school.northing = self.count(row, at.northing, 1_300_000, out);
        school.position =
            school.easting.zip(school.northing).and_then(|(e, n)| grid::position(e, n));
        school.urban_rural = text_at(row, at.urban_rural);
        school.lsoa = text_at(row, at.lsoa).filter(|code| code != "999999999");
        school.capacity = self.count(row, at.capacity, 100_000, out);
        school.pupils = self.count(row, at.pupils, 100_000, out);
        school.fsm_percent = self.percent(row, at.fsm_percent, out);
        school.ukprn = self.count(row, at.ukprn, 99_999_999, out);
        school.website = text_at(row, at.website);
        school.sixth_form = text_at(row, at.sixth_form);
        school.last_changed = self.date(row, at.last_changed, out);
        out.records.push(Record::School(Box::new(school)));
        self.links(row, urn, out);
        Ok(())
    }
}

/// A number that was checked to be small enough.
fn narrow<T: TryFrom<u32>>(number: Option<u32>) -> Option<T> {
    number.and_then(|number| T::try_from(number).ok())
}

fn address(row: &Row, at: &Places) -> Option<String> {
    let parts: Vec<String> =
        [at.street, at.locality, at.address3].into_iter().filter_map(|p| text_at(row, p)).collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}
