//! Suppression: the one door through which every number passes before anybody sees it.
//!
//! *Primary.* A reading is hidden when it rests on fewer than six pupils, or when it counts
//! sensitive events (suspensions, exclusions), concerns one or two pupils and rests on fewer than
//! eleven. A mark the publisher already set stays as it is.
//!
//! *Secondary.* A hidden cell must not come back by subtraction. [`Release`] is told which outputs
//! add up to which (groups of a partition, years of a three-year figure, schools of an area, two
//! published totals and their difference) and hides further cells, next smallest first, until
//! every small cell keeps at least [`Rule::min_possible`] possible values. It proves this by
//! showing the other solutions, not by a rule of thumb.
//!
//! *Attack.* [`attack`] plays the reader who differences everything: Gaussian elimination over
//! every equation finds cells that are determined; integer bounds find cells that are nearly so.
//! The tests run it against the output of [`Release`], with which it shares no code.
//!
//! Screen, exports, API and search call [`Rule::show`] for a lone figure and [`Release`] for
//! figures that appear with their total. Limits: a reader who knows some pupils personally knows
//! more than any table; complementary disclosure through figures published elsewhere is covered
//! only when they are registered with [`Release::already_public`].

mod attack;
mod elimination;
mod release;

pub use attack::{Finding, Seen, attack};
pub use release::{Release, Shown};

use crate::measure::{Measure, Missing};

/// Whether a count is of events that could point at a child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sensitivity {
    /// Results, attendance, context.
    #[default]
    Ordinary,
    /// Suspensions, exclusions and the like.
    SensitiveEvents,
}

/// The small-number rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Readings on fewer pupils than this are hidden.
    pub min_denominator: f64,
    /// Sensitive counts above zero and below this are hidden…
    pub sensitive_numerator: f64,
    /// …when they rest on fewer pupils than this.
    pub sensitive_denominator: f64,
    /// How many values a hidden small cell must still be able to take in the eyes of a reader who
    /// combines every output.
    pub min_possible: usize,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            min_denominator: 6.0,
            sensitive_numerator: 3.0,
            sensitive_denominator: 11.0,
            min_possible: 3,
        }
    }
}

impl Rule {
    /// Whether the reading must be hidden on its own account. A reading whose size is unknown is
    /// its publisher's decision and passes; a size that is not a number does not.
    #[must_use]
    pub fn hides(&self, reading: &Measure, sensitivity: Sensitivity) -> bool {
        let Some(n) = reading.n() else { return false };
        if n.is_nan() || n < self.min_denominator {
            return true;
        }
        if sensitivity == Sensitivity::SensitiveEvents && n < self.sensitive_denominator {
            return match *reading {
                Measure::Proportion { numerator, .. } => {
                    numerator.is_nan() || (numerator > 0.0 && numerator < self.sensitive_numerator)
                }
                // The number of events cannot be seen in a rate: hide it when it is not zero.
                _ => reading.number() != Some(0.0),
            };
        }
        false
    }

    /// The reading as it may be shown: itself, its publisher's mark, or
    /// [`Missing::HiddenHere`].
    ///
    /// ```
    /// use evidence::{Measure, Missing, suppress::{Rule, Sensitivity}};
    /// let few = Measure::Proportion { numerator: 4.0, denominator: 5.0 };
    /// let shown = Rule::default().show(&few, Sensitivity::Ordinary);
    /// assert_eq!(shown.missing(), Some(Missing::HiddenHere));
    /// ```
    #[must_use]
    pub fn show(&self, reading: &Measure, sensitivity: Sensitivity) -> Measure {
        if self.hides(reading, sensitivity) {
            Measure::Missing(Missing::HiddenHere)
        } else {
            *reading
        }
    }
}
