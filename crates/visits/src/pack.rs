//! What visits, conversations and reviews begin from: data, not code.

use std::sync::OnceLock;

use serde::Deserialize;

use foundation::OrgRef;

use crate::moderations::{ASPECTS, LEVELS};

/// A kind of visit or review, with questions that help to write about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The stored code.
    pub code: String,
    /// The name people use.
    pub name: String,
    /// Questions.
    pub prompts: Vec<String>,
    /// Whether a review of this kind is about the board, which then reads what was found.
    #[serde(default)]
    pub board: bool,
    /// Whose work a review of this kind looks at.
    #[serde(default)]
    pub of: Whose,
}

/// Whose work a review looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// A school's.
    #[default]
    School,
    /// A trust's: its central team, its money, its leadership.
    Trust,
    /// Either's.
    Both,
}

impl Whose {
    /// Whether an organisation may ask for it.
    #[must_use]
    pub const fn fits(self, org: OrgRef) -> bool {
        match self {
            Self::School => matches!(org, OrgRef::School(_)),
            Self::Trust => matches!(org, OrgRef::Trust(_)),
            Self::Both => matches!(org, OrgRef::School(_) | OrgRef::Trust(_)),
        }
    }
}

/// A template for a private conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The stored code.
    pub code: String,
    /// The name people use.
    pub name: String,
    /// For whom it is, in a line.
    pub line: String,
    /// Its questions, in order.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// A question of a template.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The stored code.
    pub code: String,
    /// The words.
    pub words: String,
}

/// What two people judge with, each alone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    /// The stored code.
    pub code: String,
    /// The name people use.
    pub name: String,
    /// What is judged, one sentence each.
    pub aspects: Vec<String>,
    /// The names of the levels, the lowest first.
    pub levels: Vec<String>,
}

/// Everything this room begins from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// The pack's name.
    pub pack: String,
    /// The version of this file.
    pub version: u32,
    /// Working days for the school's factual check.
    pub check_within: u32,
    /// Kinds of visit.
    #[serde(rename = "visit")]
    pub visits: Vec<Kind>,
    /// Templates for conversations.
    #[serde(rename = "template")]
    pub templates: Vec<Template>,
    /// Kinds of review.
    #[serde(rename = "review")]
    pub reviews: Vec<Kind>,
    /// Rubrics; the levels of the first are those of a rubric that two schools write themselves.
    #[serde(rename = "rubric")]
    pub rubrics: Vec<Rubric>,
}

impl Pack {
    /// Reads a pack and checks what the type alone cannot.
    ///
    /// # Errors
    /// A sentence that names the table and what to change.
    pub fn read(text: &str) -> Result<Self, String> {
        let pack: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let codes = [
            ("visit", pack.visits.iter().map(|one| &one.code).collect::<Vec<_>>()),
            ("template", pack.templates.iter().map(|one| &one.code).collect()),
            ("review", pack.reviews.iter().map(|one| &one.code).collect()),
            ("rubric", pack.rubrics.iter().map(|one| &one.code).collect()),
        ];
        for (table, mut codes) in codes {
            if codes.is_empty() {
                return Err(format!("a pack needs at least one [[{table}]]"));
            }
            codes.sort();
            if let Some(twice) = codes.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(format!(
                    "{table} “{}” is there twice: give each its own code",
                    twice[0]
                ));
            }
        }
        if let Some(bare) = pack.templates.iter().find(|one| one.parts.is_empty()) {
            return Err(format!("template “{}” asks nothing: give it a part", bare.code));
        }
        for one in &pack.rubrics {
            if !ASPECTS.contains(&one.aspects.len()) || !LEVELS.contains(&one.levels.len()) {
                return Err(format!(
                    "rubric “{}” needs between {} and {} aspects and between {} and {} levels",
                    one.code,
                    ASPECTS.start(),
                    ASPECTS.end(),
                    LEVELS.start(),
                    LEVELS.end()
                ));
            }
        }
        if !(1..=20).contains(&pack.check_within) {
            return Err("check_within must lie between 1 and 20 working days".to_owned());
        }
        Ok(pack)
    }

    /// A kind of visit by code.
    #[must_use]
    pub fn visit(&self, code: &str) -> Option<&Kind> {
        self.visits.iter().find(|kind| kind.code == code)
    }

    /// A kind of review by code.
    #[must_use]
    pub fn review(&self, code: &str) -> Option<&Kind> {
        self.reviews.iter().find(|kind| kind.code == code)
    }

    /// A rubric by code.
    #[must_use]
    pub fn rubric(&self, code: &str) -> Option<&Rubric> {
        self.rubrics.iter().find(|rubric| rubric.code == code)
    }

    /// A template by code.
    #[must_use]
    pub fn template(&self, code: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.code == code)
    }
}

static PACK: OnceLock<Pack> = OnceLock::new();

/// Puts another pack in the place of England's; only before anybody has asked for it.
///
/// # Errors
/// When it cannot be read or one is in use already.
pub fn install(text: &str) -> Result<(), String> {
    PACK.set(Pack::read(text)?).map_err(|_| "kinds of visit are in use already".to_owned())
}

/// The pack in use: the one that was installed, else England's.
///
/// # Panics
/// Never in a released build: the pack is part of the binary and a test reads it.
#[must_use]
pub fn pack() -> &'static Pack {
    PACK.get_or_init(|| {
        Pack::read(include_str!("../../../packs/england-2025/visits.toml"))
            .expect("the pack in the binary is in order")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../packs/england-2025/visits.toml");

    #[test]
    fn the_pack_in_the_binary_is_in_order() {
        assert_eq!(pack().visits.len(), 11);
        assert_eq!(pack().check_within, 5);
        assert_eq!(pack().template("grow").unwrap().parts.len(), 4);
        assert!(pack().template("instructional").is_some());
        assert!(pack().review("peer").is_some());
        assert_eq!(pack().rubric("teaching").unwrap().levels.len(), 5);
    }

    #[test]
    fn mistakes_are_named() {
        let twice = TEXT.replacen("code = \"online\"", "code = \"review\"", 1);
        assert!(Pack::read(&twice).unwrap_err().contains("“review” is there twice"));
        let never = TEXT.replacen("check_within = 5", "check_within = 0", 1);
        assert!(Pack::read(&never).unwrap_err().contains("check_within"));
        let bare = TEXT.replacen("levels = [", "levels = [\"Yes\"]\n#", 1);
        assert!(
            Pack::read(&bare).unwrap_err().contains("rubric “teaching” needs between 2 and 10")
        );
        let unknown = TEXT.replacen("prompts =", "promts =", 1);
        assert!(Pack::read(&unknown).unwrap_err().contains("promts"));
    }
}
