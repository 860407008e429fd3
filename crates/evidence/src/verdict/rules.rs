//! The ordered rules: the first that fits is the verdict.

/// Which rule fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Either side has no named indicator that can be computed.
    Insufficient,
    /// Something got worse by at least the smallest change worth having, and something got better.
    LiftWithCost,
    /// Both sides got better.
    DoubleLift,
    /// The supported school got better.
    SupportedLift,
    /// The supporting school got better.
    SupporterLift,
    /// None of these.
    NoClearLift,
}

impl Kind {
    /// The stored code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Insufficient => "insufficient",
            Self::LiftWithCost => "lift_with_cost",
            Self::DoubleLift => "double_lift",
            Self::SupportedLift => "supported_lift",
            Self::SupporterLift => "supporter_lift",
            Self::NoClearLift => "no_clear_lift",
        }
    }
}

/// Largest and smallest net change of a side, each divided by its indicator's smallest change
/// worth having.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Largest.
    pub best: f64,
    /// Smallest.
    pub worst: f64,
}

/// Applies the rules in order; `None` is a side without any computable indicator.
///
/// ```
/// use evidence::verdict::{Kind, Range, ordered_rules};
/// let up = Some(Range { best: 1.2, worst: 0.1 });
/// let mixed = Some(Range { best: 1.5, worst: -1.0 });
/// assert_eq!(ordered_rules(up, up), Kind::DoubleLift);
/// assert_eq!(ordered_rules(up, mixed), Kind::LiftWithCost);
/// assert_eq!(ordered_rules(up, None), Kind::Insufficient);
/// ```
#[must_use]
pub fn ordered_rules(supported: Option<Range>, supporting: Option<Range>) -> Kind {
    let (Some(supported), Some(supporting)) = (supported, supporting) else {
        return Kind::Insufficient;
    };
    let all = [supported.best, supported.worst, supporting.best, supporting.worst];
    if all.iter().any(|v| v.is_nan()) {
        return Kind::Insufficient;
    }
    let lifted = (supported.best >= 1.0, supporting.best >= 1.0);
    let cost = supported.worst <= -1.0 || supporting.worst <= -1.0;
    match (cost, lifted) {
        (true, (true, _) | (_, true)) => Kind::LiftWithCost,
        (_, (true, true)) => Kind::DoubleLift,
        (_, (true, false)) => Kind::SupportedLift,
        (_, (false, true)) => Kind::SupporterLift,
        (_, (false, false)) => Kind::NoClearLift,
    }
}
