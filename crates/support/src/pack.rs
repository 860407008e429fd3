//! The kinds of support and the words agreements begin from: data, not code.

use std::sync::OnceLock;

use brokerage::requests::Beneficiary;
use foundation::OrgRef;
use serde::Deserialize;

use crate::agreements::Body;

/// How deep support goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Open to everybody.
    Universal,
    /// For a named need.
    Targeted,
    /// A strong school moors alongside.
    Intensive,
}

/// Whether an activity runs between peers or between levels of the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Between peers.
    #[default]
    Lateral,
    /// Between those who answer for schools, or run programmes for many, and schools.
    Vertical,
}

impl Direction {
    /// Both, peers first.
    pub const BOTH: [Self; 2] = [Self::Lateral, Self::Vertical];

    /// What people read.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Lateral => "Lateral: between peers",
            Self::Vertical => "Vertical: with the system above schools",
        }
    }
}

/// A kind of support, as a template for agreements.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The stored code.
    pub code: String,
    /// The name people use.
    pub name: String,
    /// What it is, in a line.
    pub line: String,
    /// When it fits.
    pub when: String,
    /// How deep it goes.
    pub tier: Tier,
    /// Half-days a draft begins with.
    pub half_days: i64,
    /// The most half-days this kind may have.
    pub most_half_days: i64,
    /// Terms it usually lasts.
    pub terms: u8,
    /// Progress reviews it needs at least.
    pub reviews: usize,
    /// Whether the supported school's chair signs too.
    pub chair_signs: bool,
    /// Whether two heads may agree it without a broker.
    pub heads_alone: bool,
    /// Whether an indicator must be named for each side; otherwise a stated outcome is enough.
    pub needs_measure: bool,
    /// Questions that help to write success criteria.
    pub prompts: Vec<String>,
    /// Which organisations it is for: schools where nothing is said.
    #[serde(default = "schools_alone")]
    pub between: Vec<Body>,
    /// Whether a purpose, days and dates are enough to begin: days on call.
    #[serde(default)]
    pub light: bool,
    /// Whether it ends with a report of advice, which the school accepts.
    #[serde(default)]
    pub report: bool,
    /// Whether one person has it with several schools at once, under one theme.
    #[serde(default)]
    pub several: bool,
    /// Whether the days given in return are as many as the days given.
    #[serde(default)]
    pub day_for_day: bool,
    /// What it may be about; one is chosen where there are any.
    #[serde(default, rename = "theme")]
    pub themes: Vec<Phrase>,
    /// Whom a draft of it is for, where no request says so.
    pub beneficiaries: Vec<Beneficiary>,
    /// Whether it runs between peers; lateral where nothing is said.
    #[serde(default)]
    pub direction: Direction,
}

fn schools_alone() -> Vec<Body> {
    vec![Body::School]
}

impl Kind {
    /// Whether an organisation may be a side of this kind of support.
    #[must_use]
    pub fn suits(&self, org: OrgRef) -> bool {
        Body::of(org).is_some_and(|body| self.between.contains(&body))
    }

    /// For whom it is, in words: "schools", "schools and trusts".
    #[must_use]
    pub fn for_whom(&self) -> String {
        let words: Vec<String> =
            self.between.iter().map(|body| format!("{}s", body.in_words())).collect();
        words.join(" and ")
    }

    /// The words of a theme.
    #[must_use]
    pub fn theme(&self, code: &str) -> Option<&str> {
        self.themes.iter().find(|theme| theme.code == code).map(|theme| theme.words.as_str())
    }
}

/// Texts every agreement begins from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Confidentiality.
    pub confidentiality: String,
    /// The data schedule.
    pub data: String,
    /// Safeguarding.
    pub safeguarding: String,
    /// How the support ends.
    pub exit: String,
}

/// An example of a rate, in pence for a day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The example in words.
    pub name: String,
    /// What is paid.
    pub day: i64,
    /// What the supporting school receives of it.
    pub home: i64,
    /// What the broker receives of it.
    pub broker: i64,
}

/// A step of the ladder by which a difficulty is raised.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Its number, from 1.
    pub step: i64,
    /// What happens.
    pub words: String,
}

/// A coded phrase: an item of a check-list, a question, a reason.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// The stored code.
    pub code: String,
    /// The words.
    pub words: String,
}

/// Everything agreements begin from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Kinds of support.
    #[serde(rename = "kind")]
    pub kinds: Vec<Kind>,
    /// Texts to begin from.
    pub texts: Texts,
    /// Examples of rates.
    #[serde(rename = "rate")]
    pub rates: Vec<Rate>,
    /// The ladder for difficulties.
    pub ladder: Vec<Rung>,
    /// The exit check-list.
    #[serde(rename = "exit_item")]
    pub exit_items: Vec<Phrase>,
    /// What each side is asked at the end.
    #[serde(rename = "feedback_item")]
    pub feedback_items: Vec<Phrase>,
    /// What members of a partnership are asked about it; none where nobody asks.
    #[serde(default)]
    pub pulse: Vec<Phrase>,
    /// Why time may be cancelled.
    #[serde(rename = "cancellation")]
    pub cancellations: Vec<Phrase>,
}

impl Pack {
    /// Reads a pack and checks what the type alone cannot.
    ///
    /// # Errors
    /// A sentence that names the table and what to change.
    pub fn read(text: &str) -> Result<Self, String> {
        let pack: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut codes: Vec<&str> = Vec::new();
        for kind in &pack.kinds {
            if codes.contains(&kind.code.as_str()) {
                return Err(format!("kind “{}” is there twice: give each its own code", kind.code));
            }
            codes.push(&kind.code);
            if kind.half_days < 1 || kind.half_days > kind.most_half_days {
                return Err(format!(
                    "kind “{}”: half_days must lie between 1 and most_half_days",
                    kind.code
                ));
            }
            if kind.beneficiaries.is_empty() {
                return Err(format!("kind “{}”: beneficiaries says whom it is for", kind.code));
            }
            if kind.between.is_empty() {
                return Err(format!(
                    "kind “{}”: between names who may agree on it, \"school\" or \"trust\"",
                    kind.code
                ));
            }
            if kind.heads_alone && kind.most_half_days > SMALL_HALF_DAYS {
                return Err(format!(
                    "kind “{}”: two heads alone may agree {SMALL_HALF_DAYS} half-days at most",
                    kind.code
                ));
            }
        }
        if pack.kinds.is_empty() {
            return Err("a pack needs at least one kind of support".to_owned());
        }
        for rate in &pack.rates {
            if rate.home + rate.broker != rate.day || rate.day % 2 != 0 || rate.home % 2 != 0 {
                return Err(format!(
                    "rate “{}”: home and broker must add up to day, and half of each must be whole pence",
                    rate.name
                ));
            }
        }
        if pack.pulse.len() > 5 {
            return Err("pulse: five statements at most, or nobody answers".to_owned());
        }
        if pack.feedback_items.len() > 8 {
            return Err("ask at most eight questions at the end".to_owned());
        }
        Ok(pack)
    }

    /// A kind by code.
    #[must_use]
    pub fn kind(&self, code: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == code)
    }
}

/// The most half-days two heads may agree alone: two days.
pub const SMALL_HALF_DAYS: i64 = 4;

static PACK: OnceLock<Pack> = OnceLock::new();

/// Puts another pack in the place of England's; only before anybody has asked for it.
///
/// # Errors
/// When it cannot be read or one is in use already.
pub fn install(text: &str) -> Result<(), String> {
    PACK.set(Pack::read(text)?).map_err(|_| "a pack is in use already".to_owned())
}

/// The pack in use: the one that was installed, else England's.
///
/// # Panics
/// Never in a released build: the pack is part of the binary and a test reads it.
#[must_use]
pub fn pack() -> &'static Pack {
    PACK.get_or_init(|| {
        Pack::read(include_str!("../../../packs/england-2025/deployments.toml"))
            .expect("the pack in the binary is in order")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_in_the_binary_is_in_order() {
        let pack = pack();
        assert_eq!(pack.kinds.len(), 12);
        assert_eq!(pack.kinds.iter().filter(|kind| kind.several).count(), 1);
        assert!(pack.kind("intensive").unwrap().chair_signs);
        assert!(pack.kind("small").unwrap().heads_alone);
        assert!(pack.kind("exchange").unwrap().day_for_day);
        let trusts = pack.kind("trust-to-trust").unwrap();
        assert!(trusts.suits(OrgRef::Trust(1)) && !trusts.suits(OrgRef::School(1)));
        assert!(trusts.theme("finance").is_some() && trusts.theme("early-reading").is_none());
        assert!(!pack.kind("focused").unwrap().suits(OrgRef::Trust(1)));
        assert_eq!(pack.kind("governance").unwrap().for_whom(), "schools and trusts");
        assert_eq!(pack.kinds.iter().filter(|kind| kind.heads_alone).count(), 1);
    }

    #[test]
    fn a_pack_that_cannot_work_is_refused_with_the_reason() {
        let text = include_str!("../../../packs/england-2025/deployments.toml");
        let twice = text.replace("code = \"hub\"", "code = \"focused\"");
        assert!(Pack::read(&twice).unwrap_err().contains("there twice"));
        let split = text.replace("home = 30000", "home = 31000");
        assert!(Pack::read(&split).unwrap_err().contains("add up"));
        let alone = text.replace("most_half_days = 4\n", "most_half_days = 6\n");
        assert!(Pack::read(&alone).unwrap_err().contains("two heads alone"));
        let nobody = text.replace("beneficiaries = [\"head\"]", "beneficiaries = [\"parrots\"]");
        assert!(Pack::read(&nobody).unwrap_err().contains("parrots"));
        let nobody = text.replace("beneficiaries = [\"head\"]", "beneficiaries = []");
        assert!(Pack::read(&nobody).unwrap_err().contains("whom it is for"));
        assert!(Pack::read("kind = []").is_err());
    }
}
