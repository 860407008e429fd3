//! What is data here: the roles people lead in, the specialisms they bring, and the days on
//! which the service clock stands still.

use std::{
    collections::BTreeSet,
    sync::{OnceLock, PoisonError, RwLock},
};

use jiff::{
    Span, Timestamp, ToSpan,
    civil::{Date, Weekday},
};
use serde::Deserialize;

use crate::day_job::{self, Busy, DayJob};

/// What an agreement must say before somebody comes in a role.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// The one priority that the support serves.
    Priority,
    /// The head on each side, by name.
    BothHeads,
    /// What happened that called for the support.
    Trigger,
    /// Somebody of the home school's team beside the person who leads.
    HomeTeam,
}

/// What time in a role is counted in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Units {
    /// Half-days, planned and delivered one by one.
    #[default]
    HalfDays,
    /// Hours, of which so many make a half-day.
    Hours,
}

/// A role somebody can be designated in.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RoleKind {
    /// Stable code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// How far it reaches: school, local, regional, national, beyond.
    pub sphere: String,
    /// How deep it goes: advise, coach, develop, lead, run.
    pub extent: String,
    /// What it is, in a sentence.
    pub about: String,
    /// A role of the past: readable, not given to anybody new.
    #[serde(default)]
    pub retired: bool,
    /// The first day on which it is given to anybody; always, where that is not said.
    pub from: Option<Date>,
    /// The last such day; readable afterwards.
    pub until: Option<Date>,
    /// The modules of training somebody needs before the role is theirs, by code.
    #[serde(default)]
    pub needs: Vec<String>,
    /// What an agreement must say when somebody leads its team in this role.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// Whether somebody in this role comes to several schools at once, with one theme.
    #[serde(default)]
    pub several: bool,
    /// What time in the role is counted in.
    #[serde(default)]
    pub units: Units,
    /// What the home school is designated as, where it is designated with the person; empty where
    /// the role comes without.
    #[serde(default)]
    pub home_school: String,
}

impl RoleKind {
    /// Whether the role may be given to somebody on a day.
    #[must_use]
    pub fn is_given_on(&self, day: Date) -> bool {
        !self.retired
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
    }
}

impl Requirement {
    /// What an agreement must say, in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Priority => "the one priority it serves",
            Self::BothHeads => "the head on each side",
            Self::Trigger => "what happened that called for it",
            Self::HomeTeam => "somebody else of the home school’s team",
        }
    }
}

/// A piece of training behind a role.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ModuleKind {
    /// Stable code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// How many years it holds; for good where that is not said.
    pub years: Option<u8>,
}

/// Something that leading beyond one's school asks of a person, to set oneself a goal in.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct CompetencyKind {
    /// Stable code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
}

/// The code of conduct of everybody who leads beyond their school.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Conduct {
    /// Raised when the words change; nought where a pack has no code.
    pub version: u32,
    /// Its sentences.
    pub text: Vec<String>,
}

/// What a roles file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// The roles.
    pub roles: Vec<RoleKind>,
    /// The training behind them.
    pub modules: Vec<ModuleKind>,
    /// The code of conduct.
    pub conduct: Conduct,
    /// What leaders set themselves goals in; none where a pack has none.
    pub competencies: Vec<CompetencyKind>,
    /// What leaders ask their partners about; none where a pack has none.
    pub behaviours: Vec<CompetencyKind>,
    /// How many hours make a half-day, for roles whose time is counted in hours.
    pub hours_in_half_day: i64,
}

/// Where a pack does not say how many hours make a half-day.
const fn three_hours() -> i64 {
    3
}

/// Something people and schools can help with.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct SpecialismKind {
    /// Stable code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The group it is listed under.
    pub group: String,
    /// The areas of an audit it helps with.
    #[serde(default)]
    pub areas: Vec<String>,
    /// One of the past: readable where it was used, not offered any more.
    #[serde(default)]
    pub retired: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    #[serde(rename = "pack")]
    _pack: String,
    #[serde(rename = "version")]
    _version: u32,
    #[serde(rename = "name")]
    _name: String,
    #[serde(default = "three_hours")]
    hours_in_half_day: i64,
    role: Vec<RoleKind>,
    #[serde(default)]
    module: Vec<ModuleKind>,
    #[serde(default)]
    conduct: Conduct,
    #[serde(default)]
    competency: Vec<CompetencyKind>,
    #[serde(default)]
    behaviour: Vec<CompetencyKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecialismsFile {
    #[serde(rename = "pack")]
    _pack: String,
    #[serde(rename = "version")]
    _version: u32,
    #[serde(rename = "name")]
    _name: String,
    specialism: Vec<SpecialismKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysFile {
    #[serde(rename = "pack")]
    _pack: String,
    #[serde(rename = "version")]
    _version: u32,
    holidays: BTreeSet<Date>,
    day_job: DayJob,
    #[serde(default)]
    busy: Vec<Busy>,
}

/// How far a role can reach, the nearest first.
pub const SPHERES: [&str; 5] = ["school", "local", "regional", "national", "beyond"];
const EXTENTS: [&str; 5] = ["advise", "coach", "develop", "lead", "run"];

fn no_twins<'a>(what: &str, codes: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(format!("{what} “{code}” is listed twice"));
        }
    }
    Ok(())
}

/// Reads a roles file.
///
/// # Errors
/// A sentence that says what is wrong in it.
pub fn parse_roles(text: &str) -> Result<Roles, String> {
    let file: RolesFile = toml::from_str(text).map_err(|error| error.to_string())?;
    no_twins("role", file.role.iter().map(|role| &role.code))?;
    no_twins("competency", file.competency.iter().map(|one| &one.code))?;
    no_twins("behaviour", file.behaviour.iter().map(|one| &one.code))?;
    if file.behaviour.len() > 10 {
        return Err("behaviour: nobody answers more than ten".to_owned());
    }
    no_twins("module", file.module.iter().map(|module| &module.code))?;
    for role in &file.role {
        if !SPHERES.contains(&role.sphere.as_str()) || !EXTENTS.contains(&role.extent.as_str()) {
            return Err(format!(
                "role “{}”: its sphere must be one of {} and its extent one of {}",
                role.code,
                SPHERES.join(", "),
                EXTENTS.join(", ")
            ));
        }
        if role.from.zip(role.until).is_some_and(|(from, until)| until < from) {
            return Err(format!("role “{}”: it ends before it begins", role.code));
        }
        if let Some(unknown) =
            role.needs.iter().find(|code| file.module.iter().all(|one| one.code != **code))
        {
            return Err(format!(
                "role “{}” needs the training “{unknown}”, which no [[module]] describes",
                role.code
            ));
        }
    }
    if (file.conduct.version == 0) != file.conduct.text.is_empty() {
        return Err(
            "conduct: give it a version from 1 on and its sentences, or leave it out".into()
        );
    }
    if !(1..=6).contains(&file.hours_in_half_day) {
        return Err("hours_in_half_day: a half-day has 1 to 6 hours".to_owned());
    }
    Ok(Roles {
        roles: file.role,
        modules: file.module,
        conduct: file.conduct,
        competencies: file.competency,
        behaviours: file.behaviour,
        hours_in_half_day: file.hours_in_half_day,
    })
}

/// Reads a specialisms file.
///
/// # Errors
/// A sentence that says what is wrong in it.
pub fn parse_specialisms(text: &str) -> Result<Vec<SpecialismKind>, String> {
    let file: SpecialismsFile = toml::from_str(text).map_err(|error| error.to_string())?;
    no_twins("specialism", file.specialism.iter().map(|one| &one.code))?;
    Ok(file.specialism)
}

static ROLES: OnceLock<Roles> = OnceLock::new();
static SPECIALISMS: OnceLock<Vec<SpecialismKind>> = OnceLock::new();
static DAYS: OnceLock<Days> = OnceLock::new();

/// What a file of working days says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    /// Public holidays.
    pub holidays: BTreeSet<Date>,
    /// What support may take of somebody's time.
    pub day_job: DayJob,
    /// Weeks in which schools need their own people.
    pub busy: Vec<Busy>,
}

/// Reads a file of working days.
///
/// # Errors
/// A sentence that says what is wrong in it.
pub fn parse_days(text: &str) -> Result<Days, String> {
    let DaysFile { holidays, day_job, busy, .. } =
        toml::from_str(text).map_err(|error| error.to_string())?;
    day_job::check(&day_job, &busy)?;
    Ok(Days { holidays, day_job, busy })
}

/// Puts other roles, specialisms and holidays in the place of England's; only before anybody has
/// asked for them.
///
/// # Errors
/// When one cannot be read or is in use already.
pub fn install(roles: &str, specialisms: &str, days: &str) -> Result<(), String> {
    let (roles, days) = (parse_roles(roles)?, parse_days(days)?);
    let specialisms = parse_specialisms(specialisms)?;
    let late = || "a pack is in use already".to_owned();
    ROLES.set(roles).map_err(|_| late())?;
    SPECIALISMS.set(specialisms).map_err(|_| late())?;
    DAYS.set(days).map_err(|_| late())
}

/// What the roles file in use says: the one that was installed, else the one that ships with the
/// product.
///
/// # Panics
/// Never in a build whose tests pass: the file is part of the build.
fn in_use() -> &'static Roles {
    ROLES.get_or_init(|| {
        parse_roles(include_str!("../../../packs/england-2025/roles.toml"))
            .expect("the pack that ships is in order")
    })
}

/// The roles in use.
pub fn roles() -> &'static [RoleKind] {
    &in_use().roles
}

/// The training in use.
pub fn modules() -> &'static [ModuleKind] {
    &in_use().modules
}

/// A module of training by its code.
pub fn module(code: &str) -> Option<&'static ModuleKind> {
    modules().iter().find(|module| module.code == code)
}

/// What leaders set themselves goals in.
pub fn competencies() -> &'static [CompetencyKind] {
    &in_use().competencies
}

/// A competency by its code.
pub fn competency(code: &str) -> Option<&'static CompetencyKind> {
    competencies().iter().find(|one| one.code == code)
}

/// What leaders ask their partners about, in the pack's order.
pub fn behaviours() -> &'static [CompetencyKind] {
    &in_use().behaviours
}

/// The code of conduct in use.
pub fn conduct() -> &'static Conduct {
    &in_use().conduct
}

/// How many hours make a half-day.
pub fn hours_in_half_day() -> i64 {
    in_use().hours_in_half_day
}

/// A role by its code.
pub fn role(code: &str) -> Option<&'static RoleKind> {
    roles().iter().find(|role| role.code == code)
}

/// The pack's specialisms and those that were added here, where there are any.
static WITH_OWN: RwLock<Option<&'static [SpecialismKind]>> = RwLock::new(None);

/// Uses these beside the pack's. Each list that was ever in use stays in memory, because others may
/// still read it; lists change a few times in the life of an installation.
pub(crate) fn use_own(own: impl Iterator<Item = SpecialismKind>) {
    let pack = of_the_pack();
    let own = own.filter(|one| pack.iter().all(|known| known.code != one.code));
    let list: Vec<SpecialismKind> = pack.iter().cloned().chain(own).collect();
    if list != specialisms() {
        let list: &'static [SpecialismKind] = Vec::leak(list);
        *WITH_OWN.write().unwrap_or_else(PoisonError::into_inner) = Some(list);
    }
}

/// The specialisms in use: the pack's, and those that were added here.
pub fn specialisms() -> &'static [SpecialismKind] {
    let with_own = *WITH_OWN.read().unwrap_or_else(PoisonError::into_inner);
    with_own.unwrap_or_else(of_the_pack)
}

/// Those that were installed, else those that ship with the product.
///
/// # Panics
/// Never in a build whose tests pass: the file is part of the build.
fn of_the_pack() -> &'static [SpecialismKind] {
    SPECIALISMS.get_or_init(|| {
        parse_specialisms(include_str!("../../../packs/england-2025/specialisms.toml"))
            .expect("the pack that ships is in order")
    })
}

/// A specialism by its code.
pub fn specialism(code: &str) -> Option<&'static SpecialismKind> {
    specialisms().iter().find(|one| one.code == code)
}

/// The first specialism that helps with an area of any framework, or with the matter it looks at.
#[must_use]
pub fn specialism_for(area: &str) -> Option<&'static SpecialismKind> {
    let area = needs::Framework::any_area(area)?;
    specialisms().iter().find(|one| area.kin().any(|code| one.areas.iter().any(|a| a == code)))
}

/// The name of a specialism, or its code where the pack does not know it any more.
#[must_use]
pub fn specialism_name(code: &str) -> &str {
    specialism(code).map_or(code, |one| one.name.as_str())
}

fn days() -> &'static Days {
    DAYS.get_or_init(|| {
        parse_days(include_str!("../../../packs/england-2025/working-days.toml"))
            .expect("the pack that ships is in order")
    })
}

/// What support may take of somebody's time, in the pack in use.
pub fn day_job() -> &'static DayJob {
    &days().day_job
}

/// Weeks in which schools need their own people, in the pack in use.
pub fn busy() -> &'static [Busy] {
    &days().busy
}

/// Whether people can be expected to answer on a day.
#[must_use]
pub fn is_working_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
        && !days().holidays.contains(&date)
}

/// The same time of day a number of working days later; what arrives on a free day counts as
/// arriving at nine on the next working day.
#[must_use]
pub fn working_days_later(from: Timestamp, days: u32) -> Timestamp {
    const DAY: fn() -> Span = || 1.day();
    let zone = foundation::clock::zone();
    let start = from.to_zoned(zone.clone());
    let (mut date, mut time) = (start.date(), start.time());
    if !is_working_day(date) {
        time = jiff::civil::time(9, 0, 0, 0);
        while !is_working_day(date) {
            date = date.saturating_add(DAY());
        }
    }
    for _ in 0..days {
        date = date.saturating_add(DAY());
        while !is_working_day(date) {
            date = date.saturating_add(DAY());
        }
    }
    zone.to_zoned(date.to_datetime(time)).map_or(from, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_service_clock_skips_weekends_and_holidays() {
        for (from, to) in [
            ("2026-11-30T16:05:00Z", "2026-12-02T16:05:00Z"),
            ("2026-12-03T10:00:00Z", "2026-12-07T10:00:00Z"),
            ("2026-12-05T22:00:00Z", "2026-12-09T09:00:00Z"),
            ("2026-12-24T12:00:00Z", "2026-12-30T12:00:00Z"),
            // Over the change to summer time the clock on the wall counts.
            ("2027-03-25T10:00:00Z", "2027-03-31T09:00:00Z"),
        ] {
            assert_eq!(working_days_later(at(from), 2), at(to), "{from}");
        }
    }

    #[test]
    fn the_packs_that_ship_are_in_order() {
        let ast = role("ast").expect("history stays readable");
        let given = ["1998-08-31", "1998-09-01", "2013-08-31", "2013-09-01"];
        let given = given.map(|day| ast.is_given_on(day.parse().unwrap()));
        assert_eq!(given, [false, true, true, false], "from its first day to its last");
        assert_eq!(role("sle").unwrap().extent, "develop");
        assert_eq!(role("lle").unwrap().requires, [Requirement::Priority, Requirement::BothHeads]);
        assert_eq!(role("nle").unwrap().requires, [Requirement::Trigger, Requirement::HomeTeam]);
        assert_eq!(role("nle").unwrap().home_school, "National support school");
        assert_eq!((role("sle").unwrap().units, hours_in_half_day()), (Units::HalfDays, 3));
        assert_eq!(specialism_name("estates"), "Estates and buildings");
        let areas = &needs::Framework::current().areas;
        for one in specialisms() {
            for area in &one.areas {
                assert!(areas.iter().any(|known| known.code == *area), "{}: {area}", one.code);
            }
        }
        for (area, _) in needs::Framework::every_area() {
            assert!(specialism_for(&area.code).is_some(), "{}", area.code);
        }
        assert_eq!(specialism_for("rise-attendance"), specialism_for("attendance-and-behaviour"));
        assert!(specialism_for("parrots").is_none());
    }

    #[test]
    fn mistakes_are_named() {
        let text = include_str!("../../../packs/england-2025/roles.toml");
        let told = parse_roles(&text.replacen("code = \"sle\"", "code = \"nle\"", 1)).unwrap_err();
        assert!(told.contains("“nle” is listed twice"), "{told}");
        let told = parse_roles(&text.replacen("\"national\"", "\"galactic\"", 1)).unwrap_err();
        assert!(told.contains("sphere"), "{told}");
        let told = parse_roles(&text.replacen("code = \"coaching\"", "code = \"choaching\"", 1));
        assert!(told.unwrap_err().contains("needs the training “coaching”"));
        let told = parse_roles(&text.replace("\"both-heads\"]", "\"both-hats\"]")).unwrap_err();
        assert!(told.contains("both-hats") && told.contains("both-heads"), "{told}");
        let told =
            parse_roles(&text.replacen("[conduct]\nversion = 1", "[conduct]\nversion = 0", 1));
        assert!(told.unwrap_err().contains("conduct"));
        let told = parse_roles(&text.replace("hours_in_half_day = 3", "hours_in_half_day = 0"));
        assert!(told.unwrap_err().contains("1 to 6 hours"));
        let told = parse_roles(&text.replace("units = \"hours\"", "units = \"minutes\""));
        assert!(told.unwrap_err().contains("minutes"));
        let text = include_str!("../../../packs/england-2025/working-days.toml");
        let told = parse_days(&text.replacen("half_days_a_year = 60", "half_days_a_year = 3", 1));
        assert!(told.unwrap_err().contains("day_job"));
        let told = parse_days(&text.replacen("from = \"05-08\"", "from = \"8 May\"", 1));
        assert!(told.unwrap_err().contains("Key stage 2 tests"));
    }
}
