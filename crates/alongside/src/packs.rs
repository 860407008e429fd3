//! Framework packs as folders: read, checked as a whole, and put in the place of England's.
//!
//! A pack holds what differs from country to country and nothing that a program would have to be
//! changed for: the areas an audit looks at and their scale, the roles people lead in, what they
//! can help with, the kinds of support with their texts and rates, kinds of visit and review,
//! holidays and terms. Indicators and the layouts of public files belong to the figures of a country and stay with the program.

use std::{collections::BTreeSet, fs, path::Path};

use needs::Framework;
use support::{calendar::Calendar, pack::Pack as Kinds};
use visits::pack::Pack as Visits;

/// The files of a pack, each read and in order.
#[derive(Clone, Debug)]
pub struct Pack {
    texts: [String; FILES.len()],
    /// The areas.
    pub framework: Framework,
    /// How many roles there are.
    pub roles: usize,
    /// How many specialisms there are.
    pub specialisms: usize,
    /// The kinds of support.
    pub kinds: Kinds,
    /// Terms and holidays.
    pub calendar: Calendar,
    /// Kinds of visit and review, and templates for conversations.
    pub visits: Visits,
}

/// The files a pack is made of.
pub const FILES: [&str; 7] = [
    "framework.toml",
    "roles.toml",
    "specialisms.toml",
    "working-days.toml",
    "deployments.toml",
    "terms.toml",
    "visits.toml",
];

/// Reads a pack from its folder.
///
/// # Errors
/// One sentence for each problem, each beginning with the file it is in.
pub fn read(folder: &Path) -> Result<Pack, Vec<String>> {
    let mut problems = Vec::new();
    let texts = FILES.map(|file| {
        fs::read_to_string(folder.join(file)).unwrap_or_else(|error| {
            problems.push(format!("{file}: {error}"));
            String::new()
        })
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    parse(texts)
}

fn parse(texts: [String; FILES.len()]) -> Result<Pack, Vec<String>> {
    let mut problems = Vec::new();
    macro_rules! read {
        ($place:literal, $with:expr) => {
            $with(&texts[$place])
                .map_err(|error: String| {
                    problems.push(format!("{}: {}", FILES[$place], error.trim()))
                })
                .ok()
        };
    }
    let framework = read!(0, Framework::parse);
    let roles = read!(1, brokerage::packs::parse_roles).map(|file| file.roles);
    let specialisms = read!(2, brokerage::packs::parse_specialisms);
    let days = read!(3, brokerage::packs::parse_days);
    let kinds = read!(4, Kinds::read);
    let calendar = read!(5, Calendar::read);
    let visits = read!(6, Visits::read);
    let (Some(framework), Some(roles), Some(specialisms)) = (framework, roles, specialisms) else {
        return Err(problems);
    };
    let (Some(_), Some(kinds), Some(calendar), Some(visits)) = (days, kinds, calendar, visits)
    else {
        return Err(problems);
    };
    // What each file alone cannot know.
    let areas: BTreeSet<&str> = framework.areas.iter().map(|area| area.code.as_str()).collect();
    for specialism in &specialisms {
        for area in specialism.areas.iter().filter(|area| !areas.contains(area.as_str())) {
            problems.push(format!(
                "specialisms.toml: “{}” helps with the area “{area}”, which framework.toml does not have",
                specialism.code
            ));
        }
    }
    for area in &areas {
        if !specialisms.iter().any(|one| one.areas.iter().any(|helped| helped == area)) {
            problems.push(format!(
                "specialisms.toml: nobody could help with the area “{area}”: name it under at least one specialism"
            ));
        }
    }
    for area in &framework.areas {
        for kpi in &area.kpis {
            if register::kpis::definition(kpi).is_none() {
                problems.push(format!(
                    "framework.toml: area “{}” names the indicator “{kpi}”, which does not exist here: leave it out",
                    area.code
                ));
            }
        }
    }
    if framework.grades.len() < 2 {
        problems.push("framework.toml: a scale needs at least two grades".to_owned());
    }
    if roles.iter().all(|role| role.retired) {
        problems.push("roles.toml: at least one role must not be retired".to_owned());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let (roles, specialisms) = (roles.len(), specialisms.len());
    Ok(Pack { texts, framework, roles, specialisms, kinds, calendar, visits })
}

impl Pack {
    /// Puts the pack in the place of England's, once, before anything has been served.
    ///
    /// # Errors
    /// When a pack is in use already.
    pub fn install(&self) -> Result<(), String> {
        let [framework, roles, specialisms, days, kinds, terms, visits] = &self.texts;
        Framework::install(framework)?;
        brokerage::packs::install(roles, specialisms, days)?;
        support::pack::install(kinds)?;
        support::calendar::install(terms)?;
        visits::pack::install(visits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(name)
    }

    #[test]
    fn every_pack_that_ships_is_in_order() {
        for name in ["england-2025", "scotland"] {
            let pack =
                read(&folder(name)).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
            assert!(pack.roles > 3 && pack.specialisms > 10, "{name}");
            assert!(pack.visits.visits.len() > 5 && pack.visits.reviews.len() > 3, "{name}");
        }
        let scotland = read(&folder("scotland")).unwrap();
        assert_eq!(scotland.framework.grades.len(), 6, "the six-point scale");
        assert_eq!(scotland.framework.areas.len(), 15, "the fifteen quality indicators");
    }

    #[test]
    fn a_pack_whose_files_do_not_fit_says_where() {
        let good = FILES.map(|file| fs::read_to_string(folder("england-2025").join(file)).unwrap());
        let with = |place: usize, from: &str, to: &str| {
            let mut texts = good.clone();
            assert!(texts[place].contains(from), "{from}");
            texts[place] = texts[place].replacen(from, to, 1);
            parse(texts).unwrap_err().join("\n")
        };
        let told = with(0, "code = \"inclusion\"", "code = \"belonging\"");
        assert!(told.contains("“inclusion”") && told.contains("specialisms.toml"), "{told}");
        let told = with(0, "\"KS2_RWM_DIS\"", "\"KS2_NOTHING\"");
        assert!(told.contains("KS2_NOTHING"), "{told}");
        let told = with(3, "half_days_a_week = 4", "half_days_a_week = 0");
        assert!(told.starts_with("working-days.toml"), "{told}");
        let told = with(6, "check_within = 5", "check_within = 0");
        assert!(told.starts_with("visits.toml: check_within"), "{told}");
        let problems = read(Path::new("/nowhere")).unwrap_err();
        assert_eq!(problems.len(), FILES.len());
    }
}
