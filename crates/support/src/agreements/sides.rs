//! The two sides of an agreement.

use serde::{Deserialize, Serialize};

/// One of the two schools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Receives the support.
    Supported,
    /// Gives it.
    Supporting,
}

impl Side {
    /// Both, supported first.
    pub const BOTH: [Self; 2] = [Self::Supported, Self::Supporting];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Supporting => "supporting",
        }
    }

    /// As it stands in a sentence.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Supported => "the supported school",
            Self::Supporting => "the supporting school",
        }
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}

impl std::str::FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::BOTH
            .into_iter()
            .find(|side| side.key() == text)
            .ok_or_else(|| format!("“{text}” is neither supported nor supporting"))
    }
}
