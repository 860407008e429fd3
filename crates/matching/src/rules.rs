//! Hard rules. Each removes a pair and says why in a sentence; all are tried, so that nobody
//! mends one reason only to meet the next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{Mode, Need, Place, Specialism, Supporter, Team};
use crate::policy::Policy;

/// The rules, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HardRule {
    /// A live designation.
    DesignationLive,
    /// Training and conduct in date.
    TrainingCurrent,
    /// A supporter does not support the school they come from.
    OwnSchool,
    /// Holds what is wanted.
    Specialism,
    /// Works in the phase.
    Phase,
    /// Works on site, or online, as asked.
    Mode,
    /// Enough free half-days in the window, within the weekly cap.
    FreeTime,
    /// Fewer supports at a time than the cap.
    ConcurrentCap,
    /// No declared interest that bars the match.
    Interest,
    /// Neither side asked to avoid the other.
    Avoid,
    /// The home school can spare them.
    HomeGuard,
    /// The journey is within the limit.
    Travel,
    /// The broker has not forbidden the pair.
    Forbidden,
}

impl HardRule {
    /// Every rule, in order.
    pub const ALL: [Self; 13] = [
        Self::DesignationLive,
        Self::TrainingCurrent,
        Self::OwnSchool,
        Self::Specialism,
        Self::Phase,
        Self::Mode,
        Self::FreeTime,
        Self::ConcurrentCap,
        Self::Interest,
        Self::Avoid,
        Self::HomeGuard,
        Self::Travel,
        Self::Forbidden,
    ];
}

/// Why a pair is out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removal {
    /// Which rule.
    pub rule: HardRule,
    /// Why, in a sentence.
    pub sentence: String,
    /// What would have to change, in a sentence.
    pub remedy: String,
    /// How far it is from passing, in the rule's own unit (half-days, kilometres), when the
    /// rule has one.
    pub short_by: Option<f64>,
}

impl Removal {
    pub(crate) fn new(rule: HardRule, sentence: String, remedy: String) -> Self {
        Self { rule, sentence, remedy, short_by: None }
    }

    fn short(mut self, by: f64) -> Self {
        self.short_by = Some(by);
        self
    }
}

/// A part of a need that one supporter takes: everything, or one specialism of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Position in the team; nought leads.
    pub position: usize,
    /// What the supporter must hold.
    pub specialisms: Vec<Specialism>,
    /// Half-days of this role.
    pub half_days: u32,
}

/// The roles of a need: one, or one for each specialism, whose half-days add up to the need's.
/// What cannot be shared evenly goes to the first roles, the lead's before all.
pub fn roles(need: &Need) -> Vec<Role> {
    let count = need.specialisms.len() as u32;
    if need.team == Team::OnePerson || count < 2 || need.half_days < count {
        return vec![Role {
            position: 0,
            specialisms: need.specialisms.clone(),
            half_days: need.half_days,
        }];
    }
    let (each, rest) = (need.half_days / count, need.half_days % count);
    let role = |(position, wanted): (usize, &Specialism)| Role {
        position,
        specialisms: vec![wanted.clone()],
        half_days: each + u32::from((position as u32) < rest),
    };
    need.specialisms.iter().enumerate().map(role).collect()
}

/// Kilometres by road between a need and a supporter, when both places are known: straight-line
/// distance times the policy's road factor.
pub fn travel_km(need: &Need, supporter: &Supporter, policy: &Policy) -> Option<f64> {
    let (from, to): (Place, Place) = (supporter.base?, need.place?);
    Some(from.km_to(&to) * policy.road_factor)
}

/// The journey limit that holds for a pair: the shorter of the two sides' own, else the policy's.
pub fn travel_limit_km(need: &Need, supporter: &Supporter, policy: &Policy) -> f64 {
    match (need.travel_limit_km, supporter.travel_limit_km) {
        (Some(a), Some(b)) => a.min(b),
        (Some(a), None) | (None, Some(a)) => a,
        (None, None) => policy.travel_limit_km,
    }
}

/// Specialisms in a sentence: codes in quotation marks, so that a caller can put its names there.
pub(crate) fn quoted(specialisms: &[Specialism]) -> String {
    let set: BTreeSet<&str> = specialisms.iter().map(|s| s.code.as_str()).collect();
    set.into_iter().map(|code| format!("“{code}”")).collect::<Vec<_>>().join(", ")
}

/// Every rule that a supporter breaks for one role of a need. Empty means the pair may stand.
///
/// `travel` is the mapped journey in kilometres when the caller has one.
pub fn removals(
    need: &Need,
    role: &Role,
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
) -> Vec<Removal> {
    let who = &supporter.label;
    let mut out = Vec::new();
    let mut add = |removal: Removal| out.push(removal);
    if !supporter.standing.designation_live {
        add(Removal::new(
            HardRule::DesignationLive,
            format!("{who}'s designation is not live."),
            "Review and renew the designation.".into(),
        ));
    }
    if !supporter.standing.training_current {
        add(Removal::new(
            HardRule::TrainingCurrent,
            format!("{who}'s training or agreement to the code of conduct is out of date."),
            "Complete the training and accept the code of conduct.".into(),
        ));
    }
    let own = supporter.home.as_ref().map(|home| home.school.as_str());
    if own == Some(need.school.as_str()) || supporter.id == need.school {
        add(Removal::new(
            HardRule::OwnSchool,
            format!("{who} comes from the school that asks."),
            "Choose somebody from another school.".into(),
        ));
    }
    let missing: Vec<Specialism> = role
        .specialisms
        .iter()
        .filter(|wanted| supporter.holds(&wanted.code).is_none())
        .cloned()
        .collect();
    if !missing.is_empty() {
        let list = quoted(&missing);
        add(Removal::new(
            HardRule::Specialism,
            format!("{who} does not offer {list}."),
            format!("Train or designate {who} in {list}, or take a team."),
        )
        .short(missing.len() as f64));
    }
    if !supporter.phases.contains(&need.phase) {
        add(Removal::new(
            HardRule::Phase,
            format!("{who} does not work in the {} phase.", need.phase),
            format!("Ask {who} whether they would work in the {} phase.", need.phase),
        ));
    }
    mode(need, supporter, &mut add);
    free_time(need, role, supporter, &mut add);
    if supporter.running >= supporter.concurrent_cap {
        add(Removal::new(
            HardRule::ConcurrentCap,
            format!(
                "{who} already runs {} of at most {} supports at a time.",
                supporter.running, supporter.concurrent_cap
            ),
            "Wait until one ends, or agree a higher limit with the releasing head.".into(),
        )
        .short(f64::from(supporter.running - supporter.concurrent_cap) + 1.0));
    }
    for interest in supporter.interests.iter().filter(|i| i.bars && i.school == need.school) {
        add(Removal::new(
            HardRule::Interest,
            format!("{who} declared an interest that bars this match: {}.", interest.detail),
            "Choose somebody without this interest.".into(),
        ));
    }
    let asked_off =
        need.avoid.contains(&supporter.id) || own.is_some_and(|home| need.avoid.contains(home));
    if asked_off || supporter.avoid.contains(&need.school) {
        let side = if asked_off { "The school" } else { who.as_str() };
        add(Removal::new(
            HardRule::Avoid,
            format!("{side} asked not to be matched here."),
            "Ask whether the wish still stands.".into(),
        ));
    }
    if !supporter.guard.reasons.is_empty() {
        add(Removal::new(
            HardRule::HomeGuard,
            format!("The home school cannot spare {who}: {}.", supporter.guard.reasons.join("; ")),
            "Wait until the home school is steady, or ask its head.".into(),
        ));
    }
    if need.mode != Mode::Online {
        let limit = travel_limit_km(need, supporter, policy);
        if let Some(km) = travel.or_else(|| travel_km(need, supporter, policy))
            && km > limit
        {
            add(Removal::new(
                HardRule::Travel,
                format!("The journey is {km:.0} km; the limit is {limit:.0} km."),
                format!("Allow {:.0} km more, or work online.", (km - limit).ceil()),
            )
            .short(km - limit));
        }
    }
    out.sort_by_key(|removal| removal.rule);
    out
}

/// Which rules a supporter breaks, one bit for each [`HardRule`] in order: the same verdict as
/// [`removals`], without words, for going through thousands of pairs. `free` is the supporter's
/// free half-days in the need's window.
pub fn broken(
    need: &Need,
    role: &Role,
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
    free: u32,
) -> u16 {
    let own = supporter.home.as_ref().map(|home| home.school.as_str());
    let (on_site, online) = (need.mode != Mode::Online, need.mode != Mode::OnSite);
    let wanted = if need.may_split { 1 } else { role.half_days };
    let too_far = || {
        on_site
            && travel
                .or_else(|| travel_km(need, supporter, policy))
                .is_some_and(|km| km > travel_limit_km(need, supporter, policy))
    };
    let bars = || supporter.interests.iter().any(|i| i.bars && i.school == need.school);
    let avoids = || {
        need.avoid.contains(&supporter.id)
            || own.is_some_and(|home| need.avoid.contains(home))
            || supporter.avoid.contains(&need.school)
    };
    let lacks = || role.specialisms.iter().any(|held| supporter.holds(&held.code).is_none());
    let mut mask = 0;
    let mut set = |rule: HardRule, broken: bool| mask |= u16::from(broken) << rule as u16;
    set(HardRule::DesignationLive, !supporter.standing.designation_live);
    set(HardRule::TrainingCurrent, !supporter.standing.training_current);
    set(HardRule::OwnSchool, own == Some(need.school.as_str()) || supporter.id == need.school);
    set(HardRule::Specialism, lacks());
    set(HardRule::Phase, !supporter.phases.contains(&need.phase));
    set(HardRule::Mode, on_site && !supporter.on_site || online && !supporter.online);
    set(HardRule::FreeTime, free < wanted);
    set(HardRule::ConcurrentCap, supporter.running >= supporter.concurrent_cap);
    set(HardRule::Interest, bars());
    set(HardRule::Avoid, avoids());
    set(HardRule::HomeGuard, !supporter.guard.reasons.is_empty());
    set(HardRule::Travel, too_far());
    mask
}

fn mode(need: &Need, supporter: &Supporter, add: &mut impl FnMut(Removal)) {
    let (on_site, online) = match need.mode {
        Mode::OnSite => (true, false),
        Mode::Online => (false, true),
        Mode::Mixed => (true, true),
    };
    for (wanted, offered, words) in
        [(on_site, supporter.on_site, "on site"), (online, supporter.online, "online")]
    {
        if wanted && !offered {
            add(Removal::new(
                HardRule::Mode,
                format!("{} does not work {words}.", supporter.label),
                "Ask for the other way of working.".into(),
            ));
        }
    }
}

/// What keeps offered time from being used, in a sentence with a space before it.
fn held_back(supporter: &Supporter, need: &Need) -> String {
    let reasons: Vec<&str> = supporter.held_back(need.window).collect();
    match reasons.as_slice() {
        [] => String::new(),
        some => format!(" Time offered is held back: {}.", some.join("; ")),
    }
}

fn free_time(need: &Need, role: &Role, supporter: &Supporter, add: &mut impl FnMut(Removal)) {
    let free = supporter.free_in(need.window);
    let wanted = if need.may_split { 1 } else { role.half_days };
    if free < wanted {
        let (from, to) = (need.window.earliest, need.window.latest);
        add(Removal::new(
            HardRule::FreeTime,
            format!(
                "{} has {free} free half-days between weeks {from} and {to}, at most {} a week; \
                 {wanted} are wanted.{}",
                supporter.label,
                supporter.weekly_cap,
                held_back(supporter, need)
            ),
            format!(
                "Free {} more half-days in the window, widen the window, or allow sharing.",
                wanted - free
            ),
        )
        .short(f64::from(wanted - free)));
    }
}
