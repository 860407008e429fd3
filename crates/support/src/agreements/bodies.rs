//! What kinds of organisation stand on the two sides: schools, trusts, or one of each. What is
//! said about them changes with it, and so does what can be measured: a trust has no results of
//! its own in the public tables.

use foundation::OrgRef;
use serde::Deserialize;

/// A kind of organisation that can be a side of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// A school.
    School,
    /// A trust, with its board and its central teams.
    Trust,
}

impl Body {
    /// The kind of an organisation; nothing for those that are no side of an agreement.
    #[must_use]
    pub const fn of(org: OrgRef) -> Option<Self> {
        match org {
            OrgRef::School(_) => Some(Self::School),
            OrgRef::Trust(_) => Some(Self::Trust),
            _ => None,
        }
    }

    /// One of them, as it stands in a sentence.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Trust => "trust",
        }
    }
}

/// What both sides of an agreement are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// Two schools.
    Schools,
    /// Two trusts.
    Trusts,
    /// One of each, or something else.
    Mixed,
}

impl Bodies {
    /// What two organisations are together.
    #[must_use]
    pub const fn of(one: OrgRef, other: OrgRef) -> Self {
        match (one, other) {
            (OrgRef::School(_), OrgRef::School(_)) => Self::Schools,
            (OrgRef::Trust(_), OrgRef::Trust(_)) => Self::Trusts,
            _ => Self::Mixed,
        }
    }

    /// Whether results of pupils can say whether both sides got better: schools alone have them.
    #[must_use]
    pub const fn have_results(self) -> bool {
        matches!(self, Self::Schools)
    }

    /// One of them: "school", "trust" or "organisation".
    #[must_use]
    pub const fn one(self) -> &'static str {
        match self {
            Self::Schools => "school",
            Self::Trusts => "trust",
            Self::Mixed => "organisation",
        }
    }

    /// Our own words for two schools, said of these two. For words of the product alone: a name or
    /// something a person wrote is never changed.
    #[must_use]
    pub fn say(self, words: &str) -> String {
        let leader = match self {
            Self::Schools => return words.to_owned(),
            Self::Trusts => "chief executive",
            Self::Mixed => "leader",
        };
        words
            .split_inclusive(|letter: char| !letter.is_alphabetic())
            .map(|piece| {
                let end = piece.trim_end_matches(|letter: char| !letter.is_alphabetic()).len();
                let (word, rest) = piece.split_at(end);
                let said = match word {
                    "school" => self.one().to_owned(),
                    "schools" => format!("{}s", self.one()),
                    "head" => leader.to_owned(),
                    "heads" => format!("{leader}s"),
                    "headteacher" => leader.to_owned(),
                    other => other.to_owned(),
                };
                said + rest
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_schools_is_said_of_trusts() {
        let trusts = Bodies::of(OrgRef::Trust(1), OrgRef::Trust(2));
        assert_eq!(
            trusts.say("Nothing begins until both schools have signed: both heads."),
            "Nothing begins until both trusts have signed: both chief executives."
        );
        let mixed = Bodies::of(OrgRef::Trust(1), OrgRef::School(2));
        assert_eq!(
            mixed.say("What the supporting school\u{2019}s staff learn"),
            "What the supporting organisation\u{2019}s staff learn"
        );
        let schools = Bodies::of(OrgRef::School(1), OrgRef::School(2));
        assert_eq!(schools.say("both schools"), "both schools");
        assert!(schools.have_results() && !trusts.have_results() && !mixed.have_results());
    }
}
