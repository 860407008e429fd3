//! Did both schools get better? Net change against similar schools, guarded against luck, and the
//! verdict by ordered rules.
//!
//! # Net change
//! Δnet = ± [(outturn − baseline) of the school − (median outturn − median baseline) of its
//! family], positive when good. The family is fixed at the baseline date. With fewer than eight
//! members that have both values the authority stands in, then the nation, and the verdict says
//! so.
//!
//! # The guard
//! Schools are chosen for support on low results, and supporters on high ones. Low results rise
//! and high ones fall *by themselves*. So three things are recorded or refused:
//!
//! * what was used to select is recorded with its year ([`Selection`]), and that year is never the
//!   base ([`NotComputable::BaseIsSelectionYear`]);
//! * the change of schools **without** support is fitted on their value of the same selection
//!   reading ([`NoSupport`]). What such a fit expects for this school is the *no-support placebo*,
//!   printed beside each claim;
//! * a rise is called a lift only when the change beyond the placebo is worth having *and* would
//!   be this large by luck less often than [`Policy::level`], shared among the indicators named.
//!
//! A fall beyond the placebo needs no such proof: we ask more of praise than of warnings.
//!
//! With the default level of 0.2 a side, two sides without any true effect both pass less than
//! one time in twenty-five. With a true effect on one side only, the other still passes up to one
//! time in five; such a verdict is *provisional* and says so.

mod net;
mod rules;
mod words;

pub use net::{
    Comparator, NetChange, NoSupport, NotComputable, Pair, Question, Selection, base_before,
    net_change, no_support,
};
pub use rules::{Kind, Range, ordered_rules};

use crate::kpi::Kpi;

/// One side of the support.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// The indicators named in the agreement, each with its net change or why there is none.
    pub kpis: Vec<(Kpi, Result<NetChange, NotComputable>)>,
    /// Other support running at the same time, in the words of those who gave it.
    pub other_support: Vec<String>,
}

/// How much luck is tolerated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// How often a lift may be found on one side where there is none. `None` applies the rules to
    /// the bare net change, without the guard.
    pub level: Option<f64>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { level: Some(0.2) }
    }
}

/// How firmly a verdict is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// One cohort, and inside normal variation.
    Provisional,
    /// Two cohorts, or outside normal variation.
    Supported,
    /// Two cohorts and outside normal variation.
    Strong,
}

impl Strength {
    /// The label.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Supported => "supported",
            Self::Strong => "strong",
        }
    }
}

/// The verdict on both schools.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Which rule fitted.
    pub kind: Kind,
    /// How firmly it is held; `None` when there is nothing to hold.
    pub strength: Option<Strength>,
    /// The verdict in one sentence.
    pub headline: String,
    /// One sentence for each indicator named, supported school first.
    pub sentences: Vec<String>,
    /// What must be printed with it, always.
    pub caveats: Vec<String>,
}

/// The verdict by the ordered rules.
///
/// ```
/// use evidence::{Direction, Kpi, Measure, Unit};
/// use evidence::verdict::{double_lift, net_change, Kind, Pair, Policy, Question, Selection, Side};
///
/// let kpi = Kpi::new("expected standard", Unit::PercentOfPupils, Direction::HigherIsBetter);
/// let share = |numerator| Measure::Proportion { numerator, denominator: 60.0 };
/// // Twelve schools without support, with what each had in the selection year (per cent).
/// let family: Vec<Pair> = (0..12)
///     .map(|i| Pair {
///         baseline: share(30.0 + f64::from(i % 4)),
///         outturn: share(30.0 + f64::from(i % 3)),
///         selection: Some(50.0 + f64::from(i)),
///     })
///     .collect();
/// let ask = |before, after, selected_on| net_change(&Question {
///     kpi: &kpi,
///     school: Pair { baseline: share(before), outturn: share(after), selection: Some(selected_on) },
///     base_year: 2016,
///     selection: Some(Selection { year: 2017, what: "the result of 2017".into() }),
///     cohorts: 1,
///     family: &family,
///     authority: &[],
///     national: &[],
/// });
/// let supported = Side { kpis: vec![(kpi.clone(), ask(26.0, 46.0, 42.0))], other_support: vec![] };
/// let supporting = Side { kpis: vec![(kpi.clone(), ask(40.0, 56.0, 66.0))], other_support: vec![] };
/// let verdict = double_lift(&supported, &supporting, &Policy::default());
/// assert_eq!(verdict.kind, Kind::DoubleLift);
/// assert!(verdict.caveats.iter().any(|c| c.contains("not proof")));
/// ```
#[must_use]
pub fn double_lift(supported: &Side, supporting: &Side, policy: &Policy) -> Verdict {
    let ranges = [range(supported, policy), range(supporting, policy)];
    let kind = ordered_rules(ranges[0], ranges[1]);
    let strength = strength(kind, supported, supporting);
    let mut sentences = words::side("The supported school", supported, policy);
    sentences.extend(words::side("The supporting school", supporting, policy));
    Verdict {
        kind,
        strength,
        headline: words::headline(kind, strength),
        sentences,
        caveats: words::caveats(supported, supporting),
    }
}

/// Best and worst change of a side in units of the smallest change worth having, after the guard.
fn range(side: &Side, policy: &Policy) -> Option<Range> {
    let computed: Vec<(&Kpi, &NetChange)> = computed(side).collect();
    if computed.is_empty() {
        return None;
    }
    let shared = computed.len();
    let mut range = Range { best: f64::NEG_INFINITY, worst: f64::INFINITY };
    for (kpi, net) in computed {
        let (rise, fall) = guarded(net, policy);
        range.worst = range.worst.min(fall / kpi.worth_having);
        // A rise that luck explains counts as no rise.
        let claimed = if rise > 0.0 && !beyond_luck(net, policy, shared) { 0.0 } else { rise };
        range.best = range.best.max(claimed / kpi.worth_having);
    }
    Some(range)
}

fn computed(side: &Side) -> impl Iterator<Item = (&Kpi, &NetChange)> {
    side.kpis
        .iter()
        .filter_map(|(kpi, net)| net.as_ref().ok().map(|n| (kpi, n)))
        .filter(|(kpi, _)| kpi.worth_having > 0.0)
}

/// The changes the rules look at, for praise and for warning. Praise needs both the net change and
/// the change beyond the placebo. A warning looks beyond the placebo where that is conditioned on
/// the selection, or every supporter chosen for a high result would seem to be hurt by helping.
fn guarded(net: &NetChange, policy: &Policy) -> (f64, f64) {
    match (&net.no_support, policy.level) {
        (Some(placebo), Some(_)) => {
            let beyond = net.beyond(placebo);
            (net.net.min(beyond), if placebo.conditioned { beyond } else { net.net })
        }
        _ => (net.net, net.net),
    }
}

/// Whether luck gives so large a rise less often than the policy allows; indicators share the
/// allowance, since the best of several is looked at.
fn beyond_luck(net: &NetChange, policy: &Policy, shared: usize) -> bool {
    let Some(level) = policy.level else { return true };
    let each = 1.0 - (1.0 - level).powf(1.0 / shared as f64);
    net.chance().is_none_or(|p| p <= each)
}

fn strength(kind: Kind, supported: &Side, supporting: &Side) -> Option<Strength> {
    let sides: &[&Side] = match kind {
        Kind::Insufficient | Kind::NoClearLift => return None,
        Kind::DoubleLift | Kind::LiftWithCost => &[supported, supporting],
        Kind::SupportedLift => &[supported],
        Kind::SupporterLift => &[supporting],
    };
    sides
        .iter()
        .filter_map(|side| {
            computed(side)
                .max_by(|a, b| {
                    (a.1.net / a.0.worth_having).total_cmp(&(b.1.net / b.0.worth_having))
                })
                .map(|(_, net)| net.strength())
        })
        .min()
}
