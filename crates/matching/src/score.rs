//! The score: six parts, each shown with its points, the most it could have and a sentence.
//!
//! The parts help a person compare supporters for one need. They never rate a school.

use serde::{Deserialize, Serialize};

use crate::model::{Context, Mode, Need, Supporter};
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
    let squares: Vec<f64> =
        a.0.iter()
            .filter_map(|(name, x)| b.0.get(name).map(|y| (x - y) * (x - y)))
            .filter(|square| square.is_finite())
            .collect();
    if squares.is_empty() {
        return None;
    }
    let count = squares.len();
    Some(((squares.iter().sum::<f64>() / count as f64).sqrt(), count))
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
    let w = &policy.weights;
    let shares = [
        (PartKind::SpecialismDepth, w.specialism_depth, depth(role, supporter)),
        (PartKind::ContextSimilarity, w.context_similarity, context(need, supporter)),
        (PartKind::TrackRecord, w.track_record, track(supporter, policy)),
        (PartKind::CapacitySlack, w.capacity_slack, slack(need, role, supporter)),
        (PartKind::Travel, w.travel, journey(need, supporter, policy, travel)),
        (PartKind::Reciprocity, w.reciprocity, reciprocity(supporter)),
    ];
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
        most_hundredths: (w.total() * 100.0).round() as i64,
        policy: policy.version.clone(),
    }
}

fn depth(role: &Role, supporter: &Supporter) -> (f64, String) {
    let held: Vec<(f64, String)> = role
        .specialisms
        .iter()
        .map(|wanted| {
            let level = supporter.holds(&wanted.code);
            let share =
                level.map_or(0.0, |held| f64::from(held.level()) / f64::from(wanted.depth.level()));
            let words = level.map_or("none", super::model::Depth::words);
            (
                share.min(1.0),
                format!("{} of {} ({} wanted)", words, wanted.code, wanted.depth.words()),
            )
        })
        .collect();
    let mean = held.iter().map(|(share, _)| share).sum::<f64>() / held.len().max(1) as f64;
    let list: Vec<String> = held.into_iter().map(|(_, words)| words).collect();
    (mean, format!("Offers {}.", list.join("; ")))
}

fn context(need: &Need, supporter: &Supporter) -> (f64, String) {
    let Some(home) = &supporter.home else {
        return (0.5, "No home school to compare with: counted as middling.".into());
    };
    match context_distance(&need.context, &home.context) {
        None => (0.5, "The two settings cannot be compared yet: counted as middling.".into()),
        Some((distance, count)) => (
            1.0 - distance / 3.0,
            format!(
                "The settings differ by {distance:.1} standard deviations on average over \
                 {count} {}.",
                if count == 1 { "value" } else { "values" }
            ),
        ),
    }
}

fn track(supporter: &Supporter, policy: &Policy) -> (f64, String) {
    let judged = f64::from(supporter.track.judged);
    let own = if supporter.track.judged == 0 { 0.0 } else { supporter.track.mean * judged };
    let weight = policy.track_weight + judged;
    let share =
        if weight > 0.0 { (own + policy.track_mean * policy.track_weight) / weight } else { 0.0 };
    let sentence = match supporter.track.judged {
        0 => "No earlier support judged yet: counted at the general mean.".into(),
        1 => "One earlier support judged, drawn towards the general mean.".into(),
        n => format!("{n} earlier supports judged, drawn towards the general mean."),
    };
    (share, sentence)
}

fn slack(need: &Need, role: &Role, supporter: &Supporter) -> (f64, String) {
    let free = supporter.free_in(need.window);
    let left = f64::from(free.saturating_sub(role.half_days));
    (
        left / f64::from(role.half_days.max(1)),
        format!("{free} half-days free in the window for the {} wanted.", role.half_days),
    )
}

fn journey(
    need: &Need,
    supporter: &Supporter,
    policy: &Policy,
    travel: Option<f64>,
) -> (f64, String) {
    if need.mode == Mode::Online {
        return (1.0, "Online: no journey.".into());
    }
    let limit = travel_limit_km(need, supporter, policy);
    match travel.or_else(|| travel_km(need, supporter, policy)) {
        None => (0.5, "The journey is not known: counted as middling.".into()),
        Some(km) => {
            let share = if limit > 0.0 { 1.0 - km / limit } else { 0.0 };
            (share, format!("A journey of {km:.0} km, {limit:.0} km at most."))
        }
    }
}

fn reciprocity(supporter: &Supporter) -> (f64, String) {
    let Some(home) = &supporter.home else {
        return (0.5, "No home school: neither owes nor is owed.".into());
    };
    let (given, received) = (f64::from(home.given_half_days), f64::from(home.received_half_days));
    let share = if given + received > 0.0 { received / (given + received) } else { 0.5 };
    (
        share,
        format!(
            "The home school has received {} half-days this year and given {}.",
            home.received_half_days, home.given_half_days
        ),
    )
}
