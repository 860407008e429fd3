//! What a register file said about a school, as it is kept.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sources::SchoolRecord;

/// A school's entry. Absent values take no room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) la: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) la_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) opened: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low_age: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high_age: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) religion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) diocese: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) admissions: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trust: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trust_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) federation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) district: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) postcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) town: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) county: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) urban_rural: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) capacity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pupils: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fsm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sixth_form: Option<String>,
}

/// `Not applicable` and its like say nothing to a reader.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| {
        !matches!(text.to_lowercase().as_str(), "" | "not applicable" | "none" | "does not apply")
    })
}

impl From<SchoolRecord> for Listed {
    fn from(record: SchoolRecord) -> Self {
        let five = |degrees: f64| (degrees * 100_000.0).round() / 100_000.0;
        Self {
            name: record.name,
            la: record.la_code,
            la_name: record.la_name,
            number: record.establishment_number,
            kind: record.school_type,
            group: record.type_group,
            phase: record.phase,
            status: record.status,
            opened: record.opened,
            closed: record.closed,
            low_age: record.low_age,
            high_age: record.high_age,
            gender: record.gender,
            religion: said(record.religious_character),
            diocese: said(record.diocese),
            admissions: said(record.admissions),
            trust: record.trust_code,
            trust_name: record.trust_name,
            federation: said(record.federation_name),
            region: said(record.region),
            district: record.district,
            postcode: record.postcode,
            town: record.town,
            address: record.address,
            county: record.county,
            lat: record.position.map(|at| five(at.latitude)),
            lon: record.position.map(|at| five(at.longitude)),
            urban_rural: record.urban_rural,
            capacity: record.capacity,
            pupils: record.pupils,
            fsm: record.fsm_percent,
            website: record.website,
            sixth_form: said(record.sixth_form),
        }
    }
}
