//! The shortlist for one need: who could help, with reasons, and who could not, with reasons.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::competition::{TalkFirst, talk_first};
use crate::error::ModelError;
use crate::model::{Mode, Need, Supporter, Team};
use crate::policy::Policy;
use crate::rules::{Removal, Role, removals, roles, travel_km};
use crate::score::{Score, score};

/// A supporter who may take a need, or a role in its team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The supporter's id.
    pub supporter: String,
    /// The supporter's label.
    pub label: String,
    /// The score for the whole need, or for the first role that can be taken.
    pub score: Score,
    /// Specialism codes of the roles that can be taken.
    pub covers: Vec<String>,
    /// Whether everything the need wants is covered by this supporter alone.
    pub covers_all: bool,
    /// Kilometres by road, when known and when anybody travels.
    pub travel_km: Option<f64>,
    /// Half-days free in the window.
    pub free_half_days: u32,
    /// Near neighbours who may compete for pupils.
    pub talk_first: Option<TalkFirst>,
    /// Declared interests to manage, in words.
    pub interests: Vec<String>,
    /// Why this supporter, in sentences; the strongest part first.
    pub sentences: Vec<String>,
}

/// A supporter who may not, with every reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removed {
    /// The supporter's id.
    pub supporter: String,
    /// The supporter's label.
    pub label: String,
    /// Every rule broken.
    pub reasons: Vec<Removal>,
}

/// Everybody considered for one need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shortlist {
    /// Who may help: best score first, then least lately used, then drawn by the case.
    pub kept: Vec<Candidate>,
    /// Who may not: nearest to passing first (fewest broken rules), then by id.
    pub removed: Vec<Removed>,
}

/// Journeys the caller has mapped, in kilometres by road, by need id and supporter id.
pub type Mapped = BTreeMap<(String, String), f64>;

/// A fixed mixing of texts into a number: the draw that breaks ties. It depends on the case and
/// on nothing else, so that no name or order of input is favoured twice (FNV-1a, then the
/// finaliser of SplitMix64).
pub fn draw(seed: u64, texts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for text in texts {
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// The shortlist for one need.
///
/// Supporters come back best score first; equal scores go to whoever was used least lately, then
/// by a draw seeded with the need's id.
///
/// # Errors
/// [`ModelError`] when two supporters share an id or a field is out of range.
pub fn candidates(
    need: &Need,
    supporters: &[Supporter],
    policy: &Policy,
    mapped: &Mapped,
) -> Result<Shortlist, ModelError> {
    policy.check()?;
    crate::check::need(need)?;
    crate::check::supporters(supporters)?;
    let roles = roles(need);
    let mut shortlist = Shortlist::default();
    let mut order = Vec::new();
    for supporter in supporters {
        let travel = mapped.get(&(need.id.clone(), supporter.id.clone())).copied();
        crate::check::journeys(travel.map(|km| (&need.id, &supporter.id, km)).into_iter())?;
        match judge(need, &roles, supporter, policy, travel) {
            Ok(candidate) => {
                let key = (
                    -candidate.score.hundredths,
                    supporter.last_used.map_or(0, |week| u64::from(week) + 1),
                    draw(0, &[&need.id, &supporter.id]),
                    supporter.id.clone(),
                );
                order.push((key, candidate));
            }
            Err(removed) => shortlist.removed.push(removed),
        }
    }
    order.sort_by(|a, b| a.0.cmp(&b.0));
    shortlist.kept = order.into_iter().map(|(_, candidate)| candidate).collect();
    shortlist.removed.sort_by(|a, b| {
        a.reasons.len().cmp(&b.reasons.len()).then_with(|| a.supporter.cmp(&b.supporter))
    });
    Ok(shortlist)
}

/// One pair: a candidate, or every reason why not.
pub(crate) fn judge(
    need: &Need,
    roles: &[Role],
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
) -> Result<Candidate, Removed> {
    let mut reasons: Option<Vec<Removal>> = None;
    let mut able: Vec<&Role> = Vec::new();
    for role in roles {
        let broken = removals(need, role, supporter, policy, travel);
        if broken.is_empty() {
            able.push(role);
        } else if reasons.as_ref().is_none_or(|kept| broken.len() < kept.len()) {
            reasons = Some(broken);
        }
    }
    let Some(first) = able.first() else {
        return Err(Removed {
            supporter: supporter.id.clone(),
            label: supporter.label.clone(),
            reasons: reasons.unwrap_or_default(),
        });
    };
    let score = score(need, first, supporter, policy, travel);
    let mut covers: Vec<String> =
        able.iter().flat_map(|role| role.specialisms.iter().map(|s| s.code.clone())).collect();
    covers.dedup();
    let mut parts: Vec<_> = score.parts.iter().collect();
    parts.sort_by(|a, b| {
        let share = |part: &crate::score::Part| if part.most > 0.0 { part.points } else { -1.0 };
        share(b).total_cmp(&share(a)).then(a.kind.cmp(&b.kind))
    });
    let interests: Vec<String> = supporter
        .interests
        .iter()
        .filter(|interest| !interest.bars && interest.school == need.school)
        .map(|interest| interest.detail.clone())
        .collect();
    let flag = talk_first(need, supporter, policy);
    let mut sentences: Vec<String> = parts.into_iter().map(|part| part.sentence.clone()).collect();
    sentences.extend(flag.iter().map(|flag| flag.sentence.clone()));
    sentences.extend(interests.iter().map(|detail| format!("Declared interest: {detail}.")));
    Ok(Candidate {
        supporter: supporter.id.clone(),
        label: supporter.label.clone(),
        covers_all: able.len() == roles.len()
            && (need.team == Team::OnePerson
                || need.may_split
                || supporter.free_in(need.window) >= need.half_days),
        covers,
        travel_km: (need.mode != Mode::Online)
            .then(|| travel.or_else(|| travel_km(need, supporter, policy)))
            .flatten(),
        free_half_days: supporter.free_in(need.window),
        talk_first: flag,
        interests,
        sentences,
        score,
    })
}
