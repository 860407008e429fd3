//! Strengths and needs proposed from shrunken effects, without flagging noise.
//!
//! A nation of 24,000 schools and ten indicators makes 240,000 comparisons: at 5 % each, 12,000
//! would be flagged by luck. Here each school's effect comes shrunken, with its conditional
//! standard deviation, from a mixed model ([`crate::mixed`]), so that
//!
//! error = P(true effect is not beyond `worth` in the claimed direction)
//!
//! is at hand for each. The largest set of signals whose *mean* error stays below the rate asked
//! for is proposed (the Bayesian false discovery rate; Newton, Noueiry, Sarkar and Ahlquist 2004).
//! When schools truly do not differ, the model's variance shrinks to zero and nothing is proposed.
//!
//! [`benjamini_hochberg`] does the same for plain p-values. Both control the rate over all schools
//! and indicators together.
//!
//! Limits: the guarantee holds on average over schools, as far as effects are normal; a signal is
//! a question for a conversation, not a judgement.

use crate::distributions::normal_cdf;
use crate::kpi::{Kpi, Unit};
use crate::variation::{pupil_equivalents, pupils_in_words};

/// What a signal proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Better than schools like it.
    Strength,
    /// Worse than schools like it.
    Need,
}

/// A school's shrunken effect on one indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The school's position.
    pub school: usize,
    /// The indicator's position in the list given to [`propose`].
    pub kpi: usize,
    /// The predictor, in the indicator's unit.
    pub effect: f64,
    /// Its conditional standard deviation.
    pub sd: f64,
    /// Pupils in a cohort, where known.
    pub cohort: Option<f64>,
}

/// A proposed strength or need.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The effect it rests on.
    pub effect: Effect,
    /// Strength or need.
    pub kind: Kind,
    /// How likely it is wrong.
    pub error: f64,
    /// One plain sentence.
    pub sentence: String,
}

/// Proposes signals so that at most `rate` of them are expected to be wrong, over all schools and
/// indicators together. `worth` scales each indicator's smallest change worth having: a strength
/// must be beyond `worth` times it (0: any difference at all). In the order of schools, then
/// indicators: never ranked.
///
/// ```
/// use evidence::{Direction, Kpi, Unit};
/// use evidence::signals::{Effect, Kind, propose};
/// let kpi = Kpi::new("persistent absence", Unit::PercentOfPupils, Direction::LowerIsBetter);
/// let effect = |school, effect, sd| Effect { school, kpi: 0, effect, sd, cohort: Some(200.0) };
/// let effects = [effect(0, 6.0, 2.0), effect(1, 0.5, 2.0), effect(2, -7.0, 2.0)];
/// let signals = propose(&effects, &[kpi], 0.05, 0.0);
/// assert_eq!(signals.len(), 2);
/// assert_eq!(signals[0].kind, Kind::Need);
/// assert!(signals[0].sentence.contains("About 12 pupils"));
/// ```
#[must_use]
pub fn propose(effects: &[Effect], kpis: &[Kpi], rate: f64, worth: f64) -> Vec<Signal> {
    let mut found: Vec<(f64, Kind, &Effect)> = effects
        .iter()
        .filter_map(|effect| {
            let kpi = kpis.get(effect.kpi)?;
            let good = kpi.direction.sign()? * effect.effect;
            if !(effect.sd > 0.0 && good.is_finite()) {
                return None;
            }
            let kind = if good >= 0.0 { Kind::Strength } else { Kind::Need };
            let needed = worth.max(0.0) * kpi.worth_having;
            Some((normal_cdf((needed - good.abs()) / effect.sd), kind, effect))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    let mut keep = 0;
    for (at, (error, ..)) in found.iter().enumerate() {
        sum += error;
        if sum / (at + 1) as f64 <= rate {
            keep = at + 1;
        }
    }
    found.truncate(keep);
    found.sort_by_key(|(_, _, e)| (e.school, e.kpi));
    found
        .into_iter()
        .map(|(error, kind, effect)| Signal {
            effect: *effect,
            kind,
            error,
            sentence: sentence(&kpis[effect.kpi], effect, kind, error),
        })
        .collect()
}

fn sentence(kpi: &Kpi, effect: &Effect, kind: Kind, error: f64) -> String {
    let side = if effect.effect > 0.0 { "above" } else { "below" };
    let mut size = kpi.unit.amount(effect.effect);
    if let (Unit::PercentOfPupils, Some(n)) = (kpi.unit, effect.cohort) {
        let pupils = pupils_in_words(pupil_equivalents(effect.effect, n));
        size = format!("{pupils} in a cohort of {n:.0} ({size})");
    }
    let proposal = match kind {
        Kind::Strength => "a possible strength",
        Kind::Need => "a possible need",
    };
    let mut first = size.chars();
    let size: String =
        first.next().map(|c| c.to_uppercase().chain(first).collect()).unwrap_or_default();
    let odds = if error < 0.01 {
        "less than 1 time in 100".to_owned()
    } else {
        format!("about {:.0} times in 100", (100.0 * error).round())
    };
    format!(
        "{size} {side} schools like it for {}: {proposal}, after allowing for luck and for how many \
         schools were looked at. Such a signal is wrong {odds}.",
        kpi.name
    )
}

/// Which of several p-values are discoveries at false discovery rate `rate` (Benjamini and
/// Hochberg 1995). Values that are not numbers are never discoveries but count as looked at.
///
/// ```
/// let p = [0.001, 0.8, 0.012, 0.03];
/// let found = evidence::signals::benjamini_hochberg(&p, 0.05);
/// assert_eq!(found, [true, false, true, true]);
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[f64], rate: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p.len()).filter(|at| !p[*at].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let last = order
        .iter()
        .enumerate()
        .rev()
        .find(|(rank, at)| p[**at] <= rate * (rank + 1) as f64 / p.len() as f64)
        .map_or(0, |(rank, _)| rank + 1);
    let mut found = vec![false; p.len()];
    order[..last].iter().for_each(|at| found[*at] = true);
    found
}

/// The smallest false discovery rate at which each p-value would be a discovery (Benjamini and
/// Hochberg's adjusted p-values): of all that are as remarkable, the share expected to be luck.
/// Values that are not numbers stay so, and count as looked at.
///
/// ```
/// let q = evidence::signals::adjusted(&[0.001, 0.8, 0.012, 0.03]);
/// let thousandths: Vec<f64> = q.iter().map(|q| (q * 1000.0).round()).collect();
/// assert_eq!(thousandths, [4.0, 800.0, 24.0, 40.0]);
/// ```
#[must_use]
pub fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|at| !p[*at].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut out = vec![f64::NAN; p.len()];
    let mut least: f64 = 1.0;
    for (rank, at) in order.iter().enumerate().rev() {
        least = least.min(p[*at] * p.len() as f64 / (rank + 1) as f64);
        out[*at] = least;
    }
    out
}
