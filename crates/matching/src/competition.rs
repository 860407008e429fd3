//! Near neighbours that may compete for pupils are asked to talk first. They are not barred.

use serde::{Deserialize, Serialize};

use crate::model::{Need, Supporter};
use crate::policy::Policy;

/// An amber flag: the two schools should talk before the match is proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TalkFirst {
    /// Straight-line kilometres between them.
    pub km: f64,
    /// Why, in a sentence.
    pub sentence: String,
}

/// Flags a pair when the home school has the phase of the school that asks, lies within the
/// policy's distance (3 miles in towns, 6 in the country) and either school is short of pupils.
pub fn talk_first(need: &Need, supporter: &Supporter, policy: &Policy) -> Option<TalkFirst> {
    let home = supporter.home.as_ref()?;
    let km = supporter.base?.km_to(&need.place?);
    let near = if need.urban { policy.near_urban_km } else { policy.near_rural_km };
    let short = |percent: Option<f64>| percent.is_some_and(|percent| percent < policy.full_percent);
    let which = match (short(need.percent_full), short(home.percent_full)) {
        (false, false) => return None,
        (true, false) => "the school that asks has",
        (false, true) => "the supporter's school has",
        (true, true) => "both schools have",
    };
    (home.phase == need.phase && km <= near).then(|| TalkFirst {
        km,
        sentence: format!(
            "Talk first: the two {} schools are {km:.1} km apart and {which} places to fill.",
            need.phase
        ),
    })
}
