//! What a broker knows: needs, supporters, what each can do, when and where.
//!
//! Ids are opaque texts given by the caller. Time is counted in weeks from a Monday of the
//! caller's choice and in half-days, so that no calendar is needed here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A week, counted from a Monday of the caller's choice.
pub type Week = u32;

/// The first and the last week in which something may happen, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Window {
    /// First week.
    pub earliest: Week,
    /// Last week, not before `earliest`.
    pub latest: Week,
}

impl Window {
    /// Whether a week lies in the window.
    pub fn holds(&self, week: Week) -> bool {
        (self.earliest..=self.latest).contains(&week)
    }
}

/// A point on a plane, in metres: the national grid's easting and northing.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Place {
    /// Metres east.
    pub easting: f64,
    /// Metres north.
    pub northing: f64,
}

impl Place {
    /// Straight-line distance in kilometres.
    pub fn km_to(&self, other: &Self) -> f64 {
        (self.easting - other.easting).hypot(self.northing - other.northing) / 1000.0
    }
}

/// How deep a specialism is wanted or held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// Has worked with it.
    Some,
    /// Uses it well.
    Secure,
    /// Leads others in it.
    Expert,
    /// Known beyond the area for it.
    Leading,
}

impl Depth {
    /// One to four.
    pub fn level(self) -> u32 {
        self as u32 + 1
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Some => "some experience",
            Self::Secure => "secure practice",
            Self::Expert => "expertise",
            Self::Leading => "leading expertise",
        }
    }
}

/// A specialism and how deep it is: wanted by a need or held by a supporter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Specialism {
    /// The code in the caller's own list, such as `phonics`.
    pub code: String,
    /// The depth wanted, or held.
    pub depth: Depth,
}

/// Where support happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In the school.
    OnSite,
    /// At a distance.
    Online,
    /// Some of each.
    Mixed,
}

/// What a school's setting is like: standardised values (in standard deviations) by name, such
/// as the share of pupils eligible for free meals. A value nobody knows is left out, never zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Context(pub BTreeMap<String, f64>);

/// Whether a need with several specialisms may be met by several people.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Team {
    /// One supporter covers everything.
    #[default]
    OnePerson,
    /// One supporter for each specialism is fine; the first wanted specialism's is the lead.
    OneEach,
}

/// A school's wish for support.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// Opaque id, unique among needs.
    pub id: String,
    /// What to call it in sentences, such as `Oakfield Primary: phonics`.
    pub label: String,
    /// Id of the school that asks.
    pub school: String,
    /// Half-days wanted in all, at least one.
    pub half_days: u32,
    /// When.
    pub window: Window,
    /// What is wanted; the first is the leading one. At least one.
    pub specialisms: Vec<Specialism>,
    /// Phase code, such as `primary`.
    pub phase: String,
    /// Where the support happens.
    pub mode: Mode,
    /// What the school's setting is like.
    #[serde(default)]
    pub context: Context,
    /// Where the school is, when known.
    pub place: Option<Place>,
    /// Whether the school lies in a town (the near-neighbour distance differs).
    #[serde(default)]
    pub urban: bool,
    /// How full the school is, in per cent of its places, when known.
    pub percent_full: Option<f64>,
    /// The longest journey accepted, in kilometres by road; none means the policy's.
    pub travel_limit_km: Option<f64>,
    /// Ids of supporters or schools the asking school would rather not work with.
    #[serde(default)]
    pub avoid: BTreeSet<String>,
    /// One (would be nice) to five (severe).
    pub severity: u8,
    /// Whether two or more supporters may share the half-days of one specialism.
    #[serde(default)]
    pub may_split: bool,
    /// Whether several people may form a team.
    #[serde(default)]
    pub team: Team,
}

/// A person or a whole school that offers support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupporterKind {
    /// A person, released by a home school or independent.
    Person,
    /// A school.
    School,
}

/// Half-days free in a week. Weeks not listed have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FreeWeek {
    /// The week.
    pub week: Week,
    /// Half-days free in it.
    pub half_days: u32,
}

/// So many half-days at most in some weeks, whatever is free in them: what a year allows beside the
/// day job, or weeks in which the home school needs its own people.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// The weeks. Limits above nought do not share any.
    pub window: Window,
    /// Half-days in all these weeks together; nought closes them.
    pub half_days: u32,
    /// Why, in words that can stand after a colon: `Key stage 2 tests`.
    pub reason: String,
}

impl Limit {
    /// The weeks it concerns.
    fn inside<'a>(
        &self,
        by_week: &'a BTreeMap<Week, u32>,
    ) -> impl Iterator<Item = (&'a Week, &'a u32)> + use<'a> {
        let window = self.window;
        let weeks = (window.earliest <= window.latest).then_some(window);
        weeks.into_iter().flat_map(|weeks| by_week.range(weeks.earliest..=weeks.latest))
    }
}

/// The school a supporter comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeSchool {
    /// Its id.
    pub school: String,
    /// Its phase code.
    pub phase: String,
    /// How full it is, in per cent of its places, when known.
    pub percent_full: Option<f64>,
    /// What its setting is like.
    #[serde(default)]
    pub context: Context,
    /// Half-days it has given this year.
    #[serde(default)]
    pub given_half_days: u32,
    /// Half-days it has received this year.
    #[serde(default)]
    pub received_half_days: u32,
}

/// Whether the home school can spare somebody: when any reason stands, the supporter is not
/// proposed for new work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeGuard {
    /// Reasons in words, such as `a new head started this term`. Empty means clear.
    pub reasons: Vec<String>,
}

/// What must be in date before anybody is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The designation is live.
    pub designation_live: bool,
    /// Training and the code of conduct are current.
    pub training_current: bool,
}

impl Default for Standing {
    fn default() -> Self {
        Self { designation_live: true, training_current: true }
    }
}

/// A declared interest: one that bars a match, or one to show beside it and manage.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interest {
    /// The school it is about.
    pub school: String,
    /// What the interest is, in words.
    pub detail: String,
    /// Whether it bars the match; when not it is shown beside it, to be managed.
    pub bars: bool,
}

/// How earlier support was judged by those who received it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrackRecord {
    /// How many supports were judged.
    pub judged: u32,
    /// Their mean on a scale from nought to one; not read when none was judged.
    pub mean: f64,
}

/// Somebody who can support.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Supporter {
    /// Opaque id, unique among supporters.
    pub id: String,
    /// What to call them in sentences.
    pub label: String,
    /// Person or school.
    pub kind: SupporterKind,
    /// The school they come from, if any.
    pub home: Option<HomeSchool>,
    /// Where journeys start, when known.
    pub base: Option<Place>,
    /// What they can help with.
    pub specialisms: Vec<Specialism>,
    /// Phase codes they work in.
    pub phases: BTreeSet<String>,
    /// Whether they travel to schools.
    pub on_site: bool,
    /// Whether they work online.
    pub online: bool,
    /// Designation and training.
    #[serde(default)]
    pub standing: Standing,
    /// Free half-days, week by week.
    pub free: Vec<FreeWeek>,
    /// Most half-days in any one week.
    pub weekly_cap: u32,
    /// Limits over several weeks.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// Most supports at a time.
    pub concurrent_cap: u32,
    /// Supports running now.
    #[serde(default)]
    pub running: u32,
    /// Reasons why the home school cannot spare them.
    #[serde(default)]
    pub guard: HomeGuard,
    /// Declared interests.
    #[serde(default)]
    pub interests: Vec<Interest>,
    /// Ids of schools they would rather not work with.
    #[serde(default)]
    pub avoid: BTreeSet<String>,
    /// The longest journey they make, in kilometres by road; none means the policy's.
    pub travel_limit_km: Option<f64>,
    /// How earlier support was judged.
    #[serde(default)]
    pub track: TrackRecord,
    /// The week they last started a support, if known: the tie-breaker.
    pub last_used: Option<Week>,
}

impl Supporter {
    /// Half-days free in each week of a window, no more than the weekly cap and none in weeks that
    /// a limit closes.
    pub fn free_weeks(&self, window: Window) -> BTreeMap<Week, u32> {
        let mut by_week: BTreeMap<Week, u32> = BTreeMap::new();
        let closed =
            |week| self.limits.iter().any(|limit| limit.half_days == 0 && limit.window.holds(week));
        for free in self.free.iter().filter(|free| window.holds(free.week) && !closed(free.week)) {
            let total = by_week.entry(free.week).or_default();
            *total = total.saturating_add(free.half_days).min(self.weekly_cap);
        }
        by_week
    }

    /// Half-days free in a window, within every limit.
    pub fn free_in(&self, window: Window) -> u32 {
        let by_week = self.free_weeks(window);
        let sum = |weeks: &mut dyn Iterator<Item = &u32>| {
            weeks.fold(0_u32, |sum, &half_days| sum.saturating_add(half_days))
        };
        let mut free = sum(&mut by_week.values());
        for limit in self.limits.iter().filter(|limit| limit.half_days > 0) {
            let inside = sum(&mut limit.inside(&by_week).map(|(_, half_days)| half_days));
            free -= inside.saturating_sub(limit.half_days);
        }
        free
    }

    /// Why a window has less free time than was offered, limit by limit.
    pub fn held_back(&self, window: Window) -> impl Iterator<Item = &str> {
        let mut offered = self.clone();
        offered.limits.clear();
        let offered = offered.free_weeks(window);
        self.limits
            .iter()
            .filter(move |limit| {
                let inside = limit.inside(&offered).map(|(_, &half_days)| u64::from(half_days));
                inside.sum::<u64>() > u64::from(limit.half_days)
            })
            .map(|limit| limit.reason.as_str())
    }

    /// The depth at which a specialism is held, if it is.
    pub fn holds(&self, code: &str) -> Option<Depth> {
        self.specialisms.iter().filter(|held| held.code == code).map(|held| held.depth).max()
    }
}
