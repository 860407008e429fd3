//! A school as the register describes it. Names of people are not kept.

use crate::records::Urn;
use jiff::civil::Date;

/// One school of the register (Get Information about Schools).
///
/// Words such as the type or the phase are the register's own: they change over the years and a
/// pack groups them. An absent value is `None`, whether the column is missing or the cell empty.
#[derive(Clone, Debug, PartialEq)]
pub struct SchoolRecord {
    /// The school's number.
    pub urn: Urn,
    /// Its name.
    pub name: String,
    /// Three-digit code of its local authority.
    pub la_code: Option<u16>,
    /// Name of its local authority.
    pub la_name: Option<String>,
    /// Its number within the authority, four digits.
    pub establishment_number: Option<u16>,
    /// Type, such as `Academy converter`.
    pub school_type: Option<String>,
    /// Group of types, such as `Academies`.
    pub type_group: Option<String>,
    /// Phase, such as `Primary`.
    pub phase: Option<String>,
    /// `Open`, `Closed`, `Open, but proposed to close` or `Proposed to open`.
    pub status: Option<String>,
    /// When it opened; `None` too where the register has its placeholder of 1900.
    pub opened: Option<Date>,
    /// When it closed or will close.
    pub closed: Option<Date>,
    /// Lowest age by statute.
    pub low_age: Option<u8>,
    /// Highest age by statute.
    pub high_age: Option<u8>,
    /// `Mixed`, `Girls`, `Boys`.
    pub gender: Option<String>,
    /// Religious character.
    pub religious_character: Option<String>,
    /// Diocese.
    pub diocese: Option<String>,
    /// Admissions policy.
    pub admissions: Option<String>,
    /// The register's number of the school's trust.
    pub trust_code: Option<u32>,
    /// Name of its trust.
    pub trust_name: Option<String>,
    /// Its sponsor.
    pub sponsor: Option<String>,
    /// The register's number of its federation.
    pub federation_code: Option<u32>,
    /// Name of its federation.
    pub federation_name: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// District council.
    pub district: Option<String>,
    /// Postcode with one space, in capitals.
    pub postcode: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// Street, locality and the third line of the address, with commas.
    pub address: Option<String>,
    /// Ceremonial county.
    pub county: Option<String>,
    /// Metres east on the National Grid.
    pub easting: Option<u32>,
    /// Metres north on the National Grid.
    pub northing: Option<u32>,
    /// Degrees north and east (WGS84), from easting and northing.
    pub position: Option<crate::Position>,
    /// Urban or rural, in the register's words.
    pub urban_rural: Option<String>,
    /// Neighbourhood code (LSOA).
    pub lsoa: Option<String>,
    /// How many pupils it has room for.
    pub capacity: Option<u32>,
    /// Pupils on roll.
    pub pupils: Option<u32>,
    /// Percentage of pupils eligible for free school meals, 0 to 100.
    pub fsm_percent: Option<f64>,
    /// Provider number.
    pub ukprn: Option<u32>,
    /// Website, as written.
    pub website: Option<String>,
    /// Whether it has a sixth form, in the register's words.
    pub sixth_form: Option<String>,
    /// When the register last changed this entry.
    pub last_changed: Option<Date>,
}

impl SchoolRecord {
    /// A school of which only number and name are known.
    #[must_use]
    pub fn new(urn: Urn, name: impl Into<String>) -> Self {
        Self {
            urn,
            name: name.into(),
            la_code: None,
            la_name: None,
            establishment_number: None,
            school_type: None,
            type_group: None,
            phase: None,
            status: None,
            opened: None,
            closed: None,
            low_age: None,
            high_age: None,
            gender: None,
            religious_character: None,
            diocese: None,
            admissions: None,
            trust_code: None,
            trust_name: None,
            sponsor: None,
            federation_code: None,
            federation_name: None,
            region: None,
            district: None,
            postcode: None,
            town: None,
            address: None,
            county: None,
            easting: None,
            northing: None,
            position: None,
            urban_rural: None,
            lsoa: None,
            capacity: None,
            pupils: None,
            fsm_percent: None,
            ukprn: None,
            website: None,
            sixth_form: None,
            last_changed: None,
        }
    }
}
