//! People who lead beyond their school.

use std::{fmt, str::FromStr};

use access::{AccountId, Kind, Resource, Zone};
use foundation::{OrgRef, id_type};
use jiff::civil::Date;
use matching::Specialism;

use super::{
    preparation::{Preparation, Waiver},
    state::State,
};
use crate::{offers::OfferId, packs};

id_type! {
    /// Somebody's designation in a role.
    DesignationId
}

/// Whose time it is: a person with a designation, a school's offer, or colleagues of a school who
/// come along. Written `designation:…`, `offer:…` or `school:…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SupporterRef {
    /// A person, by designation.
    Designation(DesignationId),
    /// A school, by its offer.
    Offer(OfferId),
    /// People of a school who come along without a designation.
    Colleagues(OrgRef),
}

impl fmt::Display for SupporterRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Designation(id) => write!(f, "designation:{id}"),
            Self::Offer(id) => write!(f, "offer:{id}"),
            Self::Colleagues(org) => write!(f, "{org}"),
        }
    }
}

impl FromStr for SupporterRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |_| format!("“{text}” names no supporter");
        match text.split_once(':') {
            Some(("designation", id)) => id.parse().map(Self::Designation).map_err(fail),
            Some(("offer", id)) => id.parse().map(Self::Offer).map_err(fail),
            _ => text
                .parse()
                .map(Self::Colleagues)
                .map_err(|_| format!("“{text}” names no supporter")),
        }
    }
}

impl From<SupporterRef> for sea_orm::Value {
    fn from(it: SupporterRef) -> Self {
        it.to_string().into()
    }
}

impl sea_orm::TryGetable for SupporterRef {
    fn try_get_by<I: sea_orm::ColIdx>(
        row: &sea_orm::QueryResult,
        index: I,
    ) -> Result<Self, sea_orm::TryGetError> {
        foundation::db::parse_column(row, index)
    }
}

/// What somebody brings and under which conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// What they can help with.
    pub specialisms: Vec<Specialism>,
    /// The phases they work in.
    pub phases: Vec<String>,
    /// Whether they travel to schools.
    pub on_site: bool,
    /// Whether they work online.
    pub online: bool,
    /// The longest journey, in kilometres by road; none means the usual limit.
    pub travel_limit_km: Option<f64>,
    /// Most half-days in a week.
    pub weekly_cap: u32,
    /// Most supports at a time.
    pub concurrent_cap: u32,
    /// What they can help with, in their own words; may be empty.
    pub about: String,
}

/// The longest [`Profile::about`], in characters.
pub const MOST_ABOUT: usize = 600;

/// A designation.
#[derive(Clone, Debug, PartialEq)]
pub struct Designation {
    /// The identifier.
    pub id: DesignationId,
    /// The person.
    pub person: AccountId,
    /// The person's name.
    pub name: String,
    /// The school that releases the person.
    pub org: OrgRef,
    /// The partnership whose cadre this is.
    pub partnership: OrgRef,
    /// The role's code.
    pub role: String,
    /// What they bring.
    pub profile: Profile,
    /// Where it stands.
    pub state: State,
    /// Who released them.
    pub released_by: Option<String>,
    /// From when.
    pub start_on: Option<Date>,
    /// When it is reviewed.
    pub review_due: Option<Date>,
    /// Until when an earlier register showed training as current; it stands for every module.
    pub training_until: Option<Date>,
    /// When an earlier register showed the code of conduct as accepted.
    pub conduct_on: Option<Date>,
    /// The person's training by module, and the code of conduct they accepted.
    pub prepared: Preparation,
    /// What it began without.
    pub waiver: Option<Waiver>,
    /// The person's reply to a withdrawal or a lapse.
    pub reply: Option<String>,
    /// Guards against two acts at once.
    pub version: i64,
}

impl Designation {
    /// The record as the policy sees it: shared in the partnership, the person's own to update. Of
    /// somebody who was put forward and has not said yes only their head and the broker know.
    #[must_use]
    pub fn resource(&self) -> Resource {
        let zone = if self.is_between_them() { Zone::Parties } else { Zone::Network };
        Resource::new(Kind::Offer, zone, self.org)
            .people([self.person])
            .through(Some(self.partnership))
    }

    /// Whether somebody was put forward and has not said yes, or said no.
    #[must_use]
    pub fn is_between_them(&self) -> bool {
        let declined = self.state == State::Withdrawn && self.start_on.is_none();
        self.state == State::Nominated || declined
    }

    /// How it is referred to.
    #[must_use]
    pub const fn supporter(&self) -> SupporterRef {
        SupporterRef::Designation(self.id)
    }

    /// The role's name.
    #[must_use]
    pub fn role_name(&self) -> &str {
        packs::role(&self.role).map_or(self.role.as_str(), |role| role.name.as_str())
    }

    /// Whether the person may be proposed for new support on a day: the designation lives, its
    /// review is not overdue, and the home school releases them.
    #[must_use]
    pub fn is_live(&self, on: Date) -> bool {
        self.state.is_live()
            && self.released_by.is_some()
            && self.review_due.is_none_or(|due| due >= on)
    }
}
