//! The score: six parts, each shown with its points, the most it could have and a sentence.
//!
//! The parts help a person compare supporters for one need. They never rate a school.

use std::fmt::Arguments;

use serde::{Deserialize, Serialize};

use crate::model::{Context, Depth, Mode, Need, Specialism, Supporter};
use crate::policy::Policy;
use crate::rules::{Role, travel_km, travel_limit_km};

/// Which part of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// Depth held against depth wanted.
    SpecialismDepth,
    /// Likeness of the two settings.
    ContextSimilarity,
    /// Earlier support as judged by those who received it.
    TrackRecord,
    /// Free time left over.
    CapacitySlack,
    /// Journey.
    Travel,
    /// Whose turn it is to give.
    Reciprocity,
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub kind: PartKind,
    /// Points reached.
    pub points: f64,
    /// Points that could be reached.
    pub most: f64,
    /// Why, in a sentence.
    pub sentence: String,
}

/// A score in parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The parts, always six, in the order of [`PartKind`].
    pub parts: Vec<Part>,
    /// Their sum in hundredths of a point: whole, so that comparisons are exact.
    pub hundredths: i64,
    /// The most the sum could be, in hundredths.
    pub most_hundredths: i64,
    /// The version of the policy that was used.
    pub policy: String,
}

impl Score {
    /// The sum in points.
    pub fn points(&self) -> f64 {
        self.hundredths as f64 / 100.0
    }

    /// Points short of a perfect match, in hundredths: what the solvers make small.
    pub fn cost(&self) -> i64 {
        (self.most_hundredths - self.hundredths).max(0)
    }

    /// One part.
    pub fn part(&self, kind: PartKind) -> Option<&Part> {
        self.parts.iter().find(|part| part.kind == kind)
    }
}

/// Root-mean-square difference of two settings over the values both have, in standard
/// deviations, with the number of values compared. None when they share none.
pub fn context_distance(a: &Context, b: &Context) -> Option<(f64, usize)> {
    let (mut sum, mut count) = (0.0, 0_usize);
    for (name, x) in &a.0 {
        let Some(y) = b.0.get(name) else { continue };
        let square = (x - y) * (x - y);
        if square.is_finite() {
            sum += square;
            count += 1;
        }
    }
    (count > 0).then(|| ((sum / count as f64).sqrt(), count))
}

/// Scores one role of a need against a supporter. `travel` is the mapped journey in kilometres
/// when the caller has one.
pub fn score(
    need: &Need,
    role: &Role,
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
) -> Score {
    let free = supporter.free_in(need.window);
    let shares = shares(need, role, supporter, policy, travel, free, &std::fmt::format);
    let parts: Vec<Part> = shares
        .into_iter()
        .map(|(kind, most, (share, sentence))| Part {
            kind,
            points: most * share.clamp(0.0, 1.0),
            most,
            sentence,
        })
        .collect();
    let hundredths = parts.iter().map(|part| (part.points * 100.0).round() as i64).sum();
    Score {
        parts,
        hundredths,
        most_hundredths: (policy.weights.total() * 100.0).round() as i64,
        policy: policy.version.clone(),
    }
}

/// Points short of a perfect match in hundredths, without words: what [`Score::cost`] would say.
pub(crate) fn lacks(
    need: &Need,
    role: &Role,
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
    free: u32,
) -> i64 {
    let silent = |_: Arguments<'_>| String::new();
    let shares = shares(need, role, supporter, policy, travel, free, &silent);
    let reached: i64 = shares
        .into_iter()
        .map(|(_, most, (share, _))| (most * share.clamp(0.0, 1.0) * 100.0).round() as i64)
        .sum();
    ((policy.weights.total() * 100.0).round() as i64 - reached).max(0)
}

/// How a sentence is made, or not.
type Say<'a> = &'a dyn Fn(Arguments<'_>) -> String;

/// Every part: its most points, the share reached and a sentence.
fn shares(
    need: &Need,
    role: &Role,
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
    free: u32,
    say: Say<'_>,
) -> [(PartKind, f64, (f64, String)); 6] {
    let w = &policy.weights;
    [
        (PartKind::SpecialismDepth, w.specialism_depth, depth(role, supporter, say)),
        (PartKind::ContextSimilarity, w.context_similarity, context(need, supporter, say)),
        (PartKind::TrackRecord, w.track_record, track(supporter, policy, say)),
        (PartKind::CapacitySlack, w.capacity_slack, slack(role, free, say)),
        (PartKind::Travel, w.travel, journey(need, supporter, policy, travel, say)),
        (PartKind::Reciprocity, w.reciprocity, reciprocity(supporter, say)),
    ]
}

fn depth(role: &Role, supporter: &Supporter, say: Say<'_>) -> (f64, String) {
    let share = |wanted: &Specialism| {
        let held = supporter.holds(&wanted.code).map_or(0, Depth::level);
        (f64::from(held) / f64::from(wanted.depth.level())).min(1.0)
    };
    let count = role.specialisms.len().max(1) as f64;
    let mean = role.specialisms.iter().map(share).sum::<f64>() / count;
    let list = std::fmt::from_fn(|out| {
        for (index, wanted) in role.specialisms.iter().enumerate() {
            let words = supporter.holds(&wanted.code).map_or("none", Depth::words);
            let comma = if index > 0 { "; " } else { "" };
            write!(out, "{comma}{words} of “{}” ({} wanted)", wanted.code, wanted.depth.words())?;
        }
        Ok(())
    });
    (mean, say(format_args!("Offers {list}.")))
}

fn context(need: &Need, supporter: &Supporter, say: Say<'_>) -> (f64, String) {
    let Some(home) = &supporter.home else {
        return (0.5, say(format_args!("No home school to compare with: counted as middling.")));
    };
    match context_distance(&need.context, &home.context) {
        None => {
            let sentence = "The two settings cannot be compared yet: counted as middling.";
            (0.5, say(format_args!("{sentence}")))
        }
        Some((distance, count)) => (
            1.0 - distance / 3.0,
            say(format_args!(
                "The settings differ by {distance:.1} standard deviations on average over \
                 {count} {}.",
                if count == 1 { "value" } else { "values" }
            )),
        ),
    }
}

fn track(supporter: &Supporter, policy: &Policy, say: Say<'_>) -> (f64, String) {
    let judged = f64::from(supporter.track.judged);
    let own = if supporter.track.judged == 0 { 0.0 } else { supporter.track.mean * judged };
    let weight = policy.track_weight + judged;
    let share =
        if weight > 0.0 { (own + policy.track_mean * policy.track_weight) / weight } else { 0.0 };
    let sentence = match supporter.track.judged {
        0 => say(format_args!("No earlier support judged yet: counted at the general mean.")),
        1 => say(format_args!("One earlier support judged, drawn towards the general mean.")),
        n => say(format_args!("{n} earlier supports judged, drawn towards the general mean.")),
    };
    (share, sentence)
}

fn slack(role: &Role, free: u32, say: Say<'_>) -> (f64, String) {
    let left = f64::from(free.saturating_sub(role.half_days));
    let wanted = role.half_days;
    (
        left / f64::from(wanted.max(1)),
        say(format_args!("{free} half-days free in the window for the {wanted} wanted.")),
    )
}

fn journey(
    need: &Need,
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
    say: Say<'_>,
) -> (f64, String) {
    if need.mode == Mode::Online {
        return (1.0, say(format_args!("Online: no journey.")));
    }
    let limit = travel_limit_km(need, supporter, policy);
    match travel.or_else(|| travel_km(need, supporter, policy)) {
        None => (0.5, say(format_args!("The journey is not known: counted as middling."))),
        Some(km) => {
            let share = if limit > 0.0 { 1.0 - km / limit } else { 0.0 };
            (share, say(format_args!("A journey of {km:.0} km, {limit:.0} km at most.")))
        }
    }
}

fn reciprocity(supporter: &Supporter, say: Say<'_>) -> (f64, String) {
    let Some(home) = &supporter.home else {
        return (0.5, say(format_args!("No home school: neither owes nor is owed.")));
    };
    let (given, received) = (f64::from(home.given_half_days), f64::from(home.received_half_days));
    let share = if given + received > 0.0 { received / (given + received) } else { 0.5 };
    (
        share,
        say(format_args!(
            "The home school has received {} half-days this year and given {}.",
            home.received_half_days, home.given_half_days
        )),
    )
}
