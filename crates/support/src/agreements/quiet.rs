//! What two sides agree on for the case that nothing is heard: after how many days who is told.
//! Nobody is surprised by a letter that they agreed to when they signed.

use serde::{Deserialize, Serialize};

use super::bodies::Bodies;

/// Who is told at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Whoever has it in hand: the owner of an action, the leader of the team.
    InHand,
    /// The heads of both sides.
    Heads,
    /// The broker.
    Broker,
}

/// After how many days without a word who is told; school holidays are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Days until whoever has it in hand is asked.
    pub asked: i64,
    /// Days until both heads are told, where they want to be.
    pub heads: Option<i64>,
    /// Days until the broker is told, where one should be.
    pub broker: Option<i64>,
}

impl Quiet {
    /// What a draft begins with: three weeks, then two more, then one more.
    pub const USUAL: Self = Self { asked: 21, heads: Some(35), broker: Some(42) };
    /// The shortest and the longest that may be agreed, in days: a week is no silence, and after
    /// four months nobody needs a letter to see it.
    pub const SPAN: std::ops::RangeInclusive<i64> = 7..=120;

    /// The steps in order, each with its days.
    pub fn rungs(self) -> impl Iterator<Item = (i64, Rung)> {
        let above = [(self.heads, Rung::Heads), (self.broker, Rung::Broker)];
        std::iter::once((self.asked, Rung::InHand))
            .chain(above.into_iter().filter_map(|(days, rung)| days.map(|days| (days, rung))))
    }

    /// The step that is due after so many quiet days when so many steps were taken.
    #[must_use]
    pub fn due(self, quiet: i64, taken: usize) -> Option<Rung> {
        self.rungs().nth(taken).filter(|(days, _)| quiet >= *days).map(|(_, rung)| rung)
    }

    /// What is wrong with it, with the field where it is put right.
    #[must_use]
    pub fn problem(self) -> Option<(&'static str, &'static str)> {
        let within = |days: &i64| Self::SPAN.contains(days);
        let range = "Enter a number of days from 7 to 120";
        if !within(&self.asked) {
            return Some(("quiet_asked", range));
        }
        if self.heads.is_some_and(|days| !within(&days)) {
            return Some(("quiet_heads", range));
        }
        if self.broker.is_some_and(|days| !within(&days)) {
            return Some(("quiet_broker", range));
        }
        if self.heads.is_some_and(|days| days <= self.asked) {
            return Some((
                "quiet_heads",
                "The heads are told later than whoever has it in hand: enter more days",
            ));
        }
        match (self.heads, self.broker) {
            (None, Some(_)) => Some((
                "quiet_heads",
                "The heads are told before the broker: enter after how many days",
            )),
            (Some(heads), Some(broker)) if broker <= heads => {
                Some(("quiet_broker", "The broker is told later than the heads: enter more days"))
            }
            _ => None,
        }
    }

    /// The steps as sentences.
    #[must_use]
    pub fn in_words(self, bodies: Bodies) -> Vec<String> {
        self.rungs()
            .map(|(days, rung)| {
                let who = match rung {
                    Rung::InHand => "whoever has it in hand is asked",
                    Rung::Heads => "the heads of both schools are told",
                    Rung::Broker => "the broker is told",
                };
                bodies.say(&format!("After {days} days without a word, {who}"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_comes_after_its_own_days_and_the_last_is_the_last() {
        let quiet = Quiet { asked: 14, heads: Some(20), broker: None };
        assert_eq!(quiet.due(13, 0), None);
        assert_eq!(quiet.due(14, 0), Some(Rung::InHand));
        assert_eq!(quiet.due(19, 1), None);
        assert_eq!(quiet.due(60, 0), Some(Rung::InHand), "a long silence begins below as well");
        assert_eq!(quiet.due(20, 1), Some(Rung::Heads));
        assert_eq!(quiet.due(119, 2), None, "they agreed that no broker is told");
    }

    #[test]
    fn steps_that_overtake_each_other_are_refused_at_the_field() {
        let field =
            |asked, heads, broker| Quiet { asked, heads, broker }.problem().map(|(field, _)| field);
        assert_eq!(Quiet::USUAL.problem(), None);
        assert_eq!(field(14, None, None), None);
        assert_eq!(field(6, None, None), Some("quiet_asked"));
        assert_eq!(field(21, Some(21), None), Some("quiet_heads"));
        assert_eq!(field(21, Some(121), None), Some("quiet_heads"));
        assert_eq!(field(21, None, Some(40)), Some("quiet_heads"));
        assert_eq!(field(21, Some(40), Some(40)), Some("quiet_broker"));
    }
}
