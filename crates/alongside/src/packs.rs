//! Framework packs as folders: read, checked as a whole, and put in the place of England's.
//!
//! A pack holds what differs from country to country and nothing that a program would have to be
//! changed for: the areas an audit looks at and their scale, the roles people lead in, what they
//! can help with, the kinds of support with their texts and rates, kinds of visit and review,
//! holidays and terms. It may bring indicators of its own with the layouts of the files they come
//! in; where it does not, England's are used.

use std::{collections::BTreeSet, fs, path::Path};

use needs::Framework;
use support::{calendar::Calendar, pack::Pack as Kinds};
use visits::pack::Pack as Visits;

/// The files of a pack, each read and in order.
#[derive(Clone, Debug)]
pub struct Pack {
    texts: [String; FILES.len()],
    more: Further,
    /// The frameworks, the one audits begin with first.
    pub frameworks: Vec<Framework>,
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
    /// Indicators and layouts of its own, where it has them.
    pub figures: Option<sources::Pack>,
}

/// The files of a folder that a pack may have beside [`FILES`].
#[derive(Clone, Debug, Default)]
struct Further {
    /// `framework-….toml`, by name.
    frameworks: Vec<(String, String)>,
    /// `kpis.toml`.
    kpis: Option<String>,
    /// `mappings/….toml`, by name.
    mappings: Vec<(String, String)>,
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
    let more = further(folder).map_err(|error| vec![format!("the folder: {error}")])?;
    parse(texts, more)
}

/// What else a pack's folder holds.
fn further(folder: &Path) -> std::io::Result<Further> {
    let all = tomls(folder)?;
    let mappings = folder.join("mappings");
    Ok(Further {
        kpis: all.iter().find(|(name, _)| name == "kpis.toml").map(|(_, text)| text.clone()),
        frameworks: all.into_iter().filter(|(name, _)| name.starts_with("framework-")).collect(),
        mappings: if mappings.is_dir() { tomls(&mappings)? } else { Vec::new() },
    })
}

/// Name and text of every `….toml` in a folder, by name.
fn tomls(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") {
            found.push((name, fs::read_to_string(entry.path())?));
        }
    }
    found.sort();
    Ok(found)
}

/// The pack's own indicators with the layouts that bring them; nothing where England's are used.
fn figures(more: &Further) -> Result<Option<sources::Pack>, String> {
    let Some(kpis) = &more.kpis else {
        return match more.mappings.first() {
            None => Ok(None),
            Some((name, _)) => Err(format!(
                "mappings/{name}: layouts come with indicators of their own: add kpis.toml, or \
                 take the folder away"
            )),
        };
    };
    let mappings: Vec<(&str, &str)> =
        more.mappings.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let pack = sources::Pack::parse(kpis, &mappings).map_err(|error| error.to_string())?;
    let mut numbers = std::collections::BTreeMap::new();
    for kpi in pack.kpis() {
        if let Some(other) = numbers.insert(register::kpis::number_of(&kpi.code), &kpi.code) {
            return Err(format!(
                "kpis.toml: {} and {other} are kept under the same number: change one code",
                kpi.code
            ));
        }
    }
    Ok(Some(pack))
}

fn parse(texts: [String; FILES.len()], more: Further) -> Result<Pack, Vec<String>> {
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
    let others = || more.frameworks.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let every = || std::iter::once((FILES[0], texts[0].as_str())).chain(others());
    let frameworks = Framework::parse_all(every().map(|(_, text)| text))
        .map_err(|told| {
            let named = told.into_iter().map(|(place, problem)| {
                let file = every().nth(place).map_or("", |(name, _)| name);
                format!("{file}: {}", problem.trim())
            });
            problems.extend(named);
        })
        .ok();
    let roles = read!(1, brokerage::packs::parse_roles).map(|file| file.roles);
    let specialisms = read!(2, brokerage::packs::parse_specialisms);
    let days = read!(3, brokerage::packs::parse_days);
    let kinds = read!(4, Kinds::read);
    let calendar = read!(5, Calendar::read);
    let visits = read!(6, Visits::read);
    let figures = figures(&more).map_err(|problem| problems.push(problem)).ok();
    let (Some(frameworks), Some(roles), Some(specialisms)) = (frameworks, roles, specialisms)
    else {
        return Err(problems);
    };
    let (Some(_), Some(kinds), Some(calendar), Some(visits)) = (days, kinds, calendar, visits)
    else {
        return Err(problems);
    };
    let Some(figures) = figures else { return Err(problems) };
    let indicators = figures.as_ref().unwrap_or_else(|| sources::Pack::england());
    // What each file alone cannot know.
    let all = || frameworks.iter().zip(every()).map(|(framework, (file, _))| (framework, file));
    let areas: BTreeSet<&str> =
        all().flat_map(|(one, _)| &one.areas).map(|area| area.code.as_str()).collect();
    for specialism in &specialisms {
        for area in specialism.areas.iter().filter(|area| !areas.contains(area.as_str())) {
            problems.push(format!(
                "specialisms.toml: “{}” helps with the area “{area}”, which framework.toml does not have",
                specialism.code
            ));
        }
    }
    for (framework, file) in all() {
        for area in &framework.areas {
            let helps = |code: &str| {
                specialisms.iter().any(|one| one.areas.iter().any(|helped| helped == code))
            };
            if !area.kin().any(helps) {
                problems.push(format!(
                    "specialisms.toml: nobody could help with the area “{}”: name it under at least one specialism",
                    area.code
                ));
            }
            for kpi in &area.kpis {
                if indicators.kpi_id(kpi).is_none() {
                    problems.push(format!(
                        "{file}: area “{}” names the indicator “{kpi}”, which does not exist here: leave it out",
                        area.code
                    ));
                }
            }
        }
        if framework.grades.len() < 2 {
            problems.push(format!("{file}: a scale needs at least two grades"));
        }
    }
    if roles.iter().all(|role| role.retired || role.until.is_some()) {
        problems.push("roles.toml: at least one role must be given without an end".to_owned());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let (roles, specialisms) = (roles.len(), specialisms.len());
    Ok(Pack { texts, more, frameworks, roles, specialisms, kinds, calendar, visits, figures })
}

impl Pack {
    /// Puts the pack in the place of England's, once, before anything has been served.
    ///
    /// # Errors
    /// When a pack is in use already.
    pub fn install(&self) -> Result<(), String> {
        let [framework, roles, specialisms, days, kinds, terms, visits] = &self.texts;
        if let Some(figures) = &self.figures {
            sources::Pack::install(figures.clone())?;
        }
        let more = self.more.frameworks.iter().map(|(_, text)| text.as_str());
        Framework::install(std::iter::once(framework.as_str()).chain(more))?;
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
        assert_eq!(scotland.frameworks[0].grades.len(), 6, "the six-point scale");
        assert_eq!(scotland.frameworks[0].areas.len(), 15, "the fifteen quality indicators");
        let figures = scotland.figures.as_ref().expect("indicators of its own");
        assert!(figures.kpi_id("ACEL_NUM").is_some() && figures.kpi_id("KS2_RWM_EXP").is_none());
        let england = read(&folder("england-2025")).unwrap();
        let codes: Vec<&str> = england.frameworks.iter().map(|it| it.framework.as_str()).collect();
        assert_eq!(codes, ["report-card-2025", "rise-2025"]);
    }

    #[test]
    fn a_pack_whose_files_do_not_fit_says_where() {
        let good = FILES.map(|file| fs::read_to_string(folder("england-2025").join(file)).unwrap());
        let more = further(&folder("england-2025")).unwrap();
        let with = |place: usize, from: &str, to: &str| {
            let mut texts = good.clone();
            assert!(texts[place].contains(from), "{from}");
            texts[place] = texts[place].replacen(from, to, 1);
            parse(texts, more.clone()).unwrap_err().join("\n")
        };
        let rise = |from: &str, to: &str| {
            let (name, text) = &more.frameworks[0];
            let frameworks = vec![(name.clone(), text.replacen(from, to, 1))];
            parse(good.clone(), Further { frameworks, ..more.clone() }).unwrap_err().join("\n")
        };
        let told = rise("\"rise-inclusion\"", "\"inclusion\"");
        assert!(told.starts_with("framework-rise.toml: area “inclusion”"), "{told}");
        let told = rise("\"ATT_PA\"", "\"ATT_NONE\"");
        assert!(told.starts_with("framework-rise.toml") && told.contains("ATT_NONE"), "{told}");
        let told = rise("like = [\"inclusion\"]", "");
        assert!(told.contains("nobody could help with the area “rise-inclusion”"), "{told}");
        let told = with(0, "code = \"community\"", "code = \"village\"");
        assert!(told.contains("“community”") && told.contains("specialisms.toml"), "{told}");
        let told = with(0, "code = \"inclusion\"", "code = \"belonging\"");
        assert!(told.contains("like “inclusion”"), "{told}");
        let told = with(0, "\"KS2_RWM_DIS\"", "\"KS2_NOTHING\"");
        assert!(told.contains("KS2_NOTHING"), "{told}");
        let told = with(3, "half_days_a_week = 4", "half_days_a_week = 0");
        assert!(told.starts_with("working-days.toml"), "{told}");
        let told = with(6, "check_within = 5", "check_within = 0");
        assert!(told.starts_with("visits.toml: check_within"), "{told}");
        let kpis = |from: &str, to: &str| {
            let kpis = more.kpis.as_ref().map(|text| text.replacen(from, to, 1));
            parse(good.clone(), Further { kpis, ..more.clone() }).unwrap_err().join("\n")
        };
        let told = kpis("code = \"ATT_PA\"", "code = \"ATT_ABS\"");
        assert!(told.contains("kpis.toml") && told.contains("used twice"), "{told}");
        let told = kpis("headline = [\"KS2_RWM_EXP\"", "headline = [\"KS2_NOTHING\"");
        assert!(told.contains("headline KS2_NOTHING"), "{told}");
        let alone = Further { kpis: None, ..more.clone() };
        let told = parse(good.clone(), alone).unwrap_err().join("\n");
        assert!(told.contains("mappings/") && told.contains("add kpis.toml"), "{told}");
        let problems = read(Path::new("/nowhere")).unwrap_err();
        assert_eq!(problems.len(), FILES.len());
    }
}
