//! How records name organisations.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de, ser};
use uuid::Uuid;

/// An organisation, named so that no look-up is needed to know which kind it is.
///
/// Written as text (`school:999101`, `trust:9001`, `authority:990`, `partnership:…`,
/// `partner:…`) in the database, in links and in exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrgRef {
    /// A school, by its unique reference number.
    School(u32),
    /// A single- or multi-academy trust, by its group number.
    Trust(u32),
    /// A local authority, by its three-digit code.
    Authority(u16),
    /// An alliance, cluster, hub or other partnership of ours.
    Partnership(Uuid),
    /// An organisation beyond the school sector.
    Partner(Uuid),
}

impl OrgRef {
    /// The school's unique reference number, when this is a school.
    #[must_use]
    pub const fn urn(self) -> Option<u32> {
        match self {
            Self::School(urn) => Some(urn),
            _ => None,
        }
    }
}

impl fmt::Display for OrgRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::School(urn) => write!(f, "school:{urn}"),
            Self::Trust(uid) => write!(f, "trust:{uid}"),
            Self::Authority(code) => write!(f, "authority:{code}"),
            Self::Partnership(id) => write!(f, "partnership:{id}"),
            Self::Partner(id) => write!(f, "partner:{id}"),
        }
    }
}

/// The text does not name an organisation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” does not name an organisation: write for example school:100000, trust:1234, authority:301"
)]
pub struct NotAnOrg(String);

impl FromStr for OrgRef {
    type Err = NotAnOrg;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || NotAnOrg(text.to_owned());
        let (kind, key) = text.split_once(':').ok_or_else(fail)?;
        Ok(match kind {
            "school" => Self::School(key.parse().map_err(|_| fail())?),
            "trust" => Self::Trust(key.parse().map_err(|_| fail())?),
            "authority" => Self::Authority(key.parse().map_err(|_| fail())?),
            "partnership" => Self::Partnership(key.parse().map_err(|_| fail())?),
            "partner" => Self::Partner(key.parse().map_err(|_| fail())?),
            _ => return Err(fail()),
        })
    }
}

impl From<OrgRef> for sea_orm::Value {
    fn from(org: OrgRef) -> Self {
        org.to_string().into()
    }
}

impl sea_orm::TryGetable for OrgRef {
    fn try_get_by<I: sea_orm::ColIdx>(
        row: &sea_orm::QueryResult,
        index: I,
    ) -> Result<Self, sea_orm::TryGetError> {
        crate::db::parse_column(row, index)
    }
}

impl Serialize for OrgRef {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrgRef {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_round_trip_and_nonsense_is_refused() {
        for text in ["school:999101", "trust:9001", "authority:990"] {
            assert_eq!(text.parse::<OrgRef>().unwrap().to_string(), text);
        }
        for text in ["", "school", "school:x", "school:-1", "pupil:1", "authority:99999999"] {
            assert!(text.parse::<OrgRef>().is_err(), "{text}");
        }
    }
}
