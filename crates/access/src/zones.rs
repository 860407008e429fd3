//! The eight privacy zones. Every record carries exactly one.

use std::{fmt, str::FromStr};

/// Who may see a record, from everybody to nobody but its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Zone {
    /// Z0: anyone.
    Public,
    /// Z1: signed-in members of the partnership or network.
    Network,
    /// Z2: the sides of a deployment and its broker.
    Parties,
    /// Z3: the school's leaders, and its responsible body by default.
    School,
    /// Z4: the broker and the cadre manager.
    Broker,
    /// Z5: two named people.
    Pair,
    /// Z6: the author.
    Own,
    /// Z7: the installation's operators and the data protection officer, logged.
    System,
}

impl Zone {
    /// Every zone, from the widest.
    pub const ALL: [Self; 8] = [
        Self::Public,
        Self::Network,
        Self::Parties,
        Self::School,
        Self::Broker,
        Self::Pair,
        Self::Own,
        Self::System,
    ];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Network => "network",
            Self::Parties => "parties",
            Self::School => "school",
            Self::Broker => "broker",
            Self::Pair => "pair",
            Self::Own => "own",
            Self::System => "system",
        }
    }

    /// Who can see this, for the label on the page.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Public => "anyone",
            Self::Network => "signed-in members of the partnership",
            Self::Parties => "the schools on both sides and their broker",
            Self::School => "the school's leaders and the body responsible for the school",
            Self::Broker => "the broker and whoever looks after the pool of system leaders",
            Self::Pair => "the two people named, and nobody else",
            Self::Own => "only you",
            Self::System => {
                "the operators of this installation and the data protection officer; every look is recorded"
            }
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|zone| zone.key() == text)
            .ok_or_else(|| format!("“{text}” is not a privacy zone"))
    }
}
