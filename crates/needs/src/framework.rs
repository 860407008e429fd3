//! Framework packs: what an audit looks at, as data.

use std::sync::OnceLock;

use serde::Deserialize;

/// An area of a framework.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Stable code, used in addresses and records.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The question a section opens with.
    pub ask: String,
    /// Codes of the indicators that say something about it.
    #[serde(default)]
    pub kpis: Vec<String>,
    /// The phases it applies to; empty means every phase.
    #[serde(default)]
    pub phases: Vec<String>,
    /// Whether a school adds it by choice.
    #[serde(default)]
    pub optional: bool,
}

/// A framework: its areas and its words, with the version an audit was made under.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// The pack it comes from.
    pub pack: String,
    /// Stable code.
    pub framework: String,
    /// Raised when areas change.
    pub version: u32,
    /// What it is called.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// The words of its scale, best first.
    pub grades: Vec<String>,
    /// Its areas, in the order of the page.
    #[serde(rename = "area")]
    pub areas: Vec<Area>,
}

static CURRENT: OnceLock<Framework> = OnceLock::new();

impl Framework {
    /// Reads a pack file.
    ///
    /// # Errors
    /// A sentence that says what is wrong in the file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut seen = std::collections::BTreeSet::new();
        for area in &read.areas {
            let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if area.code.is_empty() || !area.code.chars().all(sound) {
                return Err(format!(
                    "area “{}”: write its code in small letters, digits and hyphens",
                    area.code
                ));
            }
            if !seen.insert(&area.code) {
                return Err(format!("area “{}” is listed twice", area.code));
            }
            if area.name.trim().is_empty() || area.ask.trim().is_empty() {
                return Err(format!("area “{}” needs a name and a question", area.code));
            }
        }
        if read.areas.is_empty() {
            return Err("a framework needs at least one area".to_owned());
        }
        Ok(read)
    }

    /// Puts another framework in the place of England's; only before anybody has asked for it.
    ///
    /// # Errors
    /// When it cannot be read or one is in use already.
    pub fn install(text: &str) -> Result<(), String> {
        CURRENT.set(Self::parse(text)?).map_err(|_| "a framework is in use already".to_owned())
    }

    /// The framework in use: the one that was installed, else the one that ships with the product.
    ///
    /// # Panics
    /// Never in a build whose tests pass: the file is part of the build.
    pub fn current() -> &'static Self {
        CURRENT.get_or_init(|| {
            Self::parse(include_str!("../../../packs/england-2025/framework.toml"))
                .expect("the pack that ships is in order")
        })
    }

    /// An area by its code.
    #[must_use]
    pub fn area(&self, code: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.code == code)
    }

    /// The areas an audit of a school of this phase begins with.
    pub fn for_phase<'a>(&'a self, phase: &'a str) -> impl Iterator<Item = &'a Area> {
        self.areas.iter().filter(move |area| {
            !area.optional && (area.phases.is_empty() || area.phases.iter().any(|p| p == phase))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_that_ships_has_the_report_card_and_three_local_areas() {
        let pack = Framework::current();
        assert_eq!(pack.areas.len(), 11);
        assert_eq!(pack.areas.iter().filter(|area| area.optional).count(), 3);
        let primary: Vec<_> = pack.for_phase("primary").map(|area| area.code.as_str()).collect();
        assert!(primary.contains(&"early-years") && !primary.contains(&"post-16"));
    }

    #[test]
    fn a_pack_with_a_mistake_says_what_to_do() {
        let good = include_str!("../../../packs/england-2025/framework.toml");
        for (from, to, says) in [
            ("code = \"community\"", "code = \"workforce\"", "listed twice"),
            ("code = \"community\"", "code = \"Com munity\"", "small letters"),
            ("optional = true", "optionel = true", "optionel"),
        ] {
            let told = Framework::parse(&good.replacen(from, to, 1)).unwrap_err();
            assert!(told.contains(says), "{told}");
        }
    }
}
