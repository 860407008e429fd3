//! Framework packs: what an audit looks at, as data. A pack has one framework that audits begin
//! with, and may have others; no area has the same code as one of another framework.

use std::{collections::BTreeSet, sync::OnceLock};

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
    /// Areas of the pack's first framework that look at the same matter, for areas of another.
    #[serde(default)]
    pub like: Vec<String>,
}

impl Area {
    /// The areas of the pack's first framework that look at the same matter: itself, when it is one
    /// of them.
    pub fn kin(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.code).chain(&self.like).map(String::as_str)
    }
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

static ALL: OnceLock<Vec<Framework>> = OnceLock::new();

/// The files that ship with the product, the one audits begin with first.
const SHIPPED: [&str; 2] = [
    include_str!("../../../packs/england-2025/framework.toml"),
    include_str!("../../../packs/england-2025/framework-rise.toml"),
];

impl Framework {
    /// Reads a pack file.
    ///
    /// # Errors
    /// A sentence that says what is wrong in the file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut seen = BTreeSet::new();
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

    /// Reads the frameworks of a pack, the first of them the one audits begin with.
    ///
    /// # Errors
    /// For each problem the place of its file in the list, and a sentence that says what is wrong.
    pub fn parse_all<'a>(
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Self>, Vec<(usize, String)>> {
        let mut problems = Vec::new();
        let mut read: Vec<Self> = Vec::new();
        for (place, text) in texts.into_iter().enumerate() {
            match Self::parse(text) {
                Ok(framework) => {
                    problems.extend(framework.unfit(&read).map(|problem| (place, problem)));
                    read.push(framework);
                }
                Err(problem) => problems.push((place, problem)),
            }
        }
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    /// What speaks against this framework beside those read before it.
    fn unfit(&self, before: &[Self]) -> Option<String> {
        if before.iter().any(|other| other.framework == self.framework) {
            return Some(format!("another framework has the code “{}” too", self.framework));
        }
        let taken = |area: &&Area| before.iter().any(|other| other.area(&area.code).is_some());
        if let Some(area) = self.areas.iter().find(taken) {
            return Some(format!("area “{}” has the code of an area elsewhere", area.code));
        }
        for area in &self.areas {
            let unknown =
                |code: &&String| before.first().is_none_or(|first| first.area(code).is_none());
            if let Some(code) = area.like.iter().find(unknown) {
                return Some(format!(
                    "area “{}” is like “{code}”, which framework.toml does not have",
                    area.code
                ));
            }
        }
        None
    }

    /// Puts other frameworks in the place of England's; only before anybody has asked for them.
    ///
    /// # Errors
    /// When one cannot be read or others are in use already.
    pub fn install<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<(), String> {
        let read = Self::parse_all(texts).map_err(|mut problems| problems.remove(0).1)?;
        ALL.set(read).map_err(|_| "a framework is in use already".to_owned())
    }

    /// Every framework in use: those that were installed, else those that ship with the product.
    ///
    /// # Panics
    /// Never in a build whose tests pass: the files are part of the build.
    pub fn all() -> &'static [Self] {
        ALL.get_or_init(|| Self::parse_all(SHIPPED).expect("the pack that ships is in order"))
    }

    /// The framework audits begin with.
    ///
    /// # Panics
    /// Never: a pack without a framework is not read.
    pub fn current() -> &'static Self {
        Self::all().first().expect("a pack has a framework")
    }

    /// A framework by its code.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        Self::all().iter().find(|one| one.framework == code)
    }

    /// The framework with an area of a code.
    #[must_use]
    pub fn with(area: &str) -> Option<&'static Self> {
        Self::all().iter().find(|one| one.area(area).is_some())
    }

    /// An area of any framework in use.
    #[must_use]
    pub fn any_area(code: &str) -> Option<&'static Area> {
        Self::all().iter().find_map(|one| one.area(code))
    }

    /// Every area in use with the words to choose it by: those of other frameworks than the first
    /// say which framework they belong to.
    pub fn every_area() -> impl Iterator<Item = (&'static Area, String)> {
        Self::all().iter().enumerate().flat_map(|(place, framework)| {
            framework.areas.iter().map(move |area| match place {
                0 => (area, area.name.clone()),
                _ => (area, format!("{} ({})", area.name, framework.name)),
            })
        })
    }

    /// What records say of the framework they were made with.
    #[must_use]
    pub fn edition(&self) -> String {
        format!("{}, version {}", self.name, self.version)
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
    fn the_priorities_of_the_improvement_service_ship_beside_the_report_card() {
        let rise = Framework::find("rise-2025").unwrap();
        assert_eq!(rise.areas.len(), 4);
        assert_eq!(Framework::with("rise-attendance").unwrap().framework, "rise-2025");
        let area = Framework::any_area("rise-attendance").unwrap();
        assert_eq!(area.kin().collect::<Vec<_>>(), ["rise-attendance", "attendance-and-behaviour"]);
        assert!(Framework::current().area("rise-attendance").is_none());
        let words: Vec<String> = Framework::every_area().map(|(_, words)| words).collect();
        assert_eq!(words.len(), 15);
        assert!(words.contains(&"Inclusion".to_owned()));
        assert!(words.contains(&"Attendance (RISE priorities 2025)".to_owned()));
    }

    #[test]
    fn frameworks_that_do_not_go_together_say_why() {
        let [first, rise] = SHIPPED;
        let told = |text: &str| Framework::parse_all([first, text]).unwrap_err();
        let same = told(&rise.replace("\"rise-2025\"", "\"report-card-2025\""));
        assert!(same[0].1.contains("report-card-2025") && same[0].0 == 1);
        let area = told(&rise.replace("code = \"rise-inclusion\"", "code = \"inclusion\""));
        assert!(area[0].1.contains("area elsewhere"), "{area:?}");
        let like = told(&rise.replace("like = [\"inclusion\"]", "like = [\"belonging\"]"));
        assert!(like[0].1.contains("belonging"), "{like:?}");
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
