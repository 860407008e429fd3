//! What two schools agree on: pure values, what is missing from them, and what they cost.

use brokerage::requests::Beneficiary;
use foundation::{OrgRef, terms::AcademicYear};
use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};

pub use super::amounts::{days, pounds};
use super::{
    bodies::{Bodies, Body},
    quiet::Quiet,
};
pub use super::{roles::Role, sides::Side};
use crate::pack::{Direction, Kind, Tier, pack};

/// Somebody in the team, with the time the supporting school gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    /// The account, where the person has one.
    pub account: Option<access::AccountId>,
    /// The name.
    pub name: String,
    /// What they do in this team: "coaches the reading lead".
    pub part: String,
    /// Half-days agreed.
    pub half_days: i64,
    /// Whether they lead the team.
    pub lead: bool,
}

/// What is paid, in pence for a day, and who pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The day rate.
    pub day_rate: i64,
    /// What the supporting school receives of it.
    pub home_share: i64,
    /// What the broker receives of it.
    pub broker_share: i64,
    /// Who pays besides the supported school, in words.
    pub funder: String,
    /// The same, where it is a body we know: its commissioner looks after what it pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funder_org: Option<OrgRef>,
    /// How much of the whole the funder pays, in pence.
    pub funder_pays: i64,
    /// Half-days the supported school gives in return.
    pub reciprocal_half_days: i64,
    /// What with.
    pub reciprocal_words: String,
}

/// What a number of half-days costs, in pence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The whole.
    pub total: i64,
    /// The supporting school's part.
    pub home: i64,
    /// The broker's part.
    pub broker: i64,
    /// What the funder pays of the whole.
    pub funder: i64,
    /// What is left for the supported school.
    pub school: i64,
}

impl Money {
    /// The cost of half-days at these rates.
    #[must_use]
    pub fn cost(&self, half_days: i64) -> Cost {
        let total = half_days * self.day_rate / 2;
        // The broker's part is what remains, so that the parts always add up to the whole.
        let home = half_days * self.home_share / 2;
        let funder = self.funder_pays.clamp(0, total);
        Cost { total, home, broker: total - home, funder, school: total - funder }
    }
}

/// An indicator by which one side will be judged, fixed at signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChosenKpi {
    /// Whose.
    pub side: Side,
    /// The indicator's code.
    pub code: String,
    /// Which pupils: `all`, `dis` …
    pub group: String,
    /// The smallest change worth having, in the indicator's unit.
    pub worth_having: f64,
}

/// Which reading was looked at when the school was chosen. That year can never be the base, since
/// a result that was picked for being low (or high) moves back by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenOn {
    /// The academic year of the results looked at.
    pub year: AcademicYear,
}

/// That a support ran before it was written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtIn {
    /// The day it was written down.
    pub on: Date,
    /// Half-days that had been given by then.
    pub half_days: i64,
}

/// A point at which progress is reviewed.
pub type ReviewPoint = Date;

/// Everything the two schools agree on. What is sealed with a hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The kind of support, by code.
    pub kind: String,
    /// What it is for, in a line; also the title.
    pub title: String,
    /// The need and the purpose.
    pub purpose: String,
    /// The need's area in the framework, where known.
    pub area: String,
    /// What it is about, by the code of one of its kind's themes. Left out of the sealed words
    /// where the kind has none, so that what was signed before keeps its hash.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub theme: String,
    /// The supported school.
    pub supported: OrgRef,
    /// The supporting school.
    pub supporting: OrgRef,
    /// First day.
    pub start_on: Option<Date>,
    /// Last day.
    pub end_on: Option<Date>,
    /// How both will know that it worked.
    pub success: Vec<String>,
    /// What the supporting school wants to learn or improve at home.
    pub supporter_goal: String,
    /// The team.
    pub team: Vec<TeamMember>,
    /// The money.
    pub money: Money,
    /// The indicators.
    pub kpis: Vec<ChosenKpi>,
    /// The results by which the supported school was chosen.
    pub chosen_on: Option<ChosenOn>,
    /// The first academic year whose results count as outturn.
    pub outturn_from: Option<AcademicYear>,
    /// When progress is reviewed.
    pub reviews: Vec<ReviewPoint>,
    /// When the exit plan is drafted at the latest.
    pub exit_plan_by: Option<Date>,
    /// Confidentiality.
    pub confidentiality: String,
    /// The data schedule.
    pub data: String,
    /// Safeguarding.
    pub safeguarding: String,
    /// Exit terms.
    pub exit: String,
    /// After how long a silence who is told. Left out of the sealed words of those who agreed on
    /// nothing about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Other support the two schools have at the same time, in words, one a line.
    pub other_support: Vec<String>,
    /// Why this version replaces the one before.
    pub change: String,
    /// The role in which its leader comes, and what that role asks for. Left out of the sealed
    /// words where the team comes in none.
    #[serde(default, skip_serializing_if = "Role::is_none")]
    pub role: Role,
    /// Whom it is for: the head, teachers, governors. Left out of the sealed words of those who
    /// were not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beneficiaries: Vec<Beneficiary>,
    /// Where it ran before it was written here. Left out of the sealed words of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brought_in: Option<BroughtIn>,
}

/// Something that is missing before an agreement can be offered or signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The step of the builder where it is put right.
    pub step: &'static str,
    /// The field.
    pub field: &'static str,
    /// What to do.
    pub message: String,
}

impl Terms {
    /// A draft of a kind of support between two schools, with the pack's texts.
    #[must_use]
    pub fn draft(kind: &Kind, supported: OrgRef, supporting: OrgRef) -> Self {
        let texts = &pack().texts;
        let of_these = |words: &str| Bodies::of(supported, supporting).say(words);
        Self {
            kind: kind.code.clone(),
            title: String::new(),
            purpose: String::new(),
            area: String::new(),
            theme: String::new(),
            supported,
            supporting,
            start_on: None,
            end_on: None,
            success: Vec::new(),
            supporter_goal: String::new(),
            team: Vec::new(),
            money: Money::default(),
            kpis: Vec::new(),
            chosen_on: None,
            outturn_from: None,
            reviews: Vec::new(),
            exit_plan_by: None,
            confidentiality: of_these(&texts.confidentiality),
            data: of_these(&texts.data),
            safeguarding: of_these(&texts.safeguarding),
            exit: of_these(&texts.exit),
            quiet: Some(Quiet::USUAL),
            other_support: Vec::new(),
            change: String::new(),
            role: Role::default(),
            beneficiaries: kind.beneficiaries.clone(),
            brought_in: None,
        }
    }

    /// Intensive support has a day by which its exit plan is there (R50): eight weeks before its
    /// last day, or its first day where it is shorter, unless both sides name another.
    pub(super) fn casting_off(&mut self) {
        let intensive = self.kind().is_some_and(|kind| kind.tier == Tier::Intensive);
        if let (true, None, Some(end)) = (intensive, self.exit_plan_by, self.end_on) {
            let by = end.saturating_sub(Span::new().weeks(8));
            self.exit_plan_by = Some(self.start_on.map_or(by, |start| by.max(start)));
        }
    }

    /// What the supporting school wants to learn, or that days on call began without saying so.
    #[must_use]
    pub fn goal_in_words(&self) -> &str {
        match self.supporter_goal.trim() {
            "" => "Not named when the days were agreed: they are called on as needed.",
            goal => goal,
        }
    }

    /// Whom it is for, where that is one group alone.
    #[must_use]
    pub const fn sole_beneficiary(&self) -> Option<Beneficiary> {
        match self.beneficiaries.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Whether it runs between peers: support in which an authority takes part does not, whatever
    /// its kind.
    #[must_use]
    pub fn direction(&self) -> Direction {
        let above = |org: OrgRef| matches!(org, OrgRef::Authority(_));
        if above(self.supported) || above(self.supporting) {
            return Direction::Vertical;
        }
        self.kind().map_or(Direction::Lateral, |kind| kind.direction)
    }

    /// The kind of support, when the pack still knows it.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        pack().kind(&self.kind)
    }

    /// What the two sides are.
    #[must_use]
    pub const fn bodies(&self) -> Bodies {
        Bodies::of(self.supported, self.supporting)
    }

    /// Whether the supported school's chair signs too.
    #[must_use]
    pub fn chair_signs(&self) -> bool {
        self.kind().is_some_and(|kind| kind.chair_signs)
    }

    /// Half-days of the whole team.
    #[must_use]
    pub fn half_days(&self) -> i64 {
        self.team.iter().map(|member| member.half_days).sum()
    }

    /// What it costs.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.money.cost(self.half_days())
    }

    /// The school on a side.
    #[must_use]
    pub const fn school(&self, side: Side) -> OrgRef {
        match side {
            Side::Supported => self.supported,
            Side::Supporting => self.supporting,
        }
    }

    /// Results from this year on can be the outcome of support that begins on a day: tests are
    /// in May, and a term of support before them is the least that can show.
    #[must_use]
    pub fn first_outturn(start: Date) -> AcademicYear {
        let year = AcademicYear::of(start);
        let last_day = jiff::civil::date(year.0, 2, 28);
        if start <= last_day { year } else { AcademicYear(year.0 + 1) }
    }

    /// What must still be put right before anybody can sign.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let bodies = self.bodies();
        let mut gap = |step, field, message: &str| {
            gaps.push(Gap { step, field, message: bodies.say(message) });
        };
        let Some(kind) = self.kind() else {
            gap("purpose", "kind", "Choose a kind of support");
            return gaps;
        };
        if self.supported == self.supporting {
            gap("purpose", "supporting", "A school cannot support itself: choose another school");
        }
        let unsuited = Side::BOTH.into_iter().find(|&side| !kind.suits(self.school(side)));
        if let Some(body) = unsuited.map(|side| Body::of(self.school(side))) {
            gaps.push(Gap {
                step: "purpose",
                field: "kind",
                message: format!(
                    "“{}” is for {}, and one of the two is a {}: cancel this draft and choose \
                     another kind of support",
                    kind.name,
                    kind.for_whom(),
                    body.map_or("body of another kind", Body::in_words)
                ),
            });
        }
        let mut gap = |step, field, message: &str| {
            gaps.push(Gap { step, field, message: bodies.say(message) });
        };
        if !kind.themes.is_empty() && kind.theme(&self.theme).is_none() {
            gap("purpose", "theme", "Choose what the support is about");
        }
        if self.title.trim().is_empty() {
            gap("purpose", "title", "Say in a few words what the support is for");
        }
        if self.beneficiaries.is_empty() {
            gap("purpose", "beneficiaries", "Say whom the support is for");
        }
        if self.success.iter().all(|line| line.trim().is_empty()) {
            gap("purpose", "success", "Say how both schools will know that it worked");
        }
        if self.supporter_goal.trim().is_empty() && !kind.light {
            gap(
                "purpose",
                "supporter_goal",
                "Say what the supporting school wants to learn or improve at home",
            );
        }
        let small = kind.heads_alone;
        match (self.start_on, self.end_on) {
            (Some(start), Some(end)) if end < start => {
                gap("time", "end_on", "The last day must not be before the first");
            }
            (Some(_), Some(_)) => {}
            (None, _) => gap("time", "start_on", "Enter the first day"),
            (_, None) => gap("time", "end_on", "Enter the last day"),
        }
        if self.half_days() == 0 {
            gap("time", "team", "Add at least one person with half a day or more");
        }
        if self.half_days() > kind.most_half_days {
            gap(
                "time",
                "team",
                &format!(
                    "{} has at most {}: shorten it or choose another kind of support",
                    kind.name,
                    days(kind.most_half_days)
                ),
            );
        }
        if self.brought_in.is_some_and(|it| it.half_days > self.half_days()) {
            gap("time", "team", "More days were given already than are agreed: agree on more");
        }
        if !small && !self.team.iter().any(|member| member.lead) {
            gap("time", "team", "Say who leads the team");
        }
        if self.money.home_share + self.money.broker_share != self.money.day_rate {
            gap(
                "money",
                "day_rate",
                "The shares of the supporting school and the broker must add up to the day rate",
            );
        }
        if self.money.day_rate % 2 != 0 || self.money.home_share % 2 != 0 {
            gap("money", "day_rate", "Choose rates of which half a day is whole pence");
        }
        if kind.day_for_day && self.money.reciprocal_half_days != self.half_days() {
            gap(
                "money",
                "reciprocal_days",
                &format!(
                    "{} is day for day: enter {} in return, as many as are given",
                    kind.name,
                    days(self.half_days())
                ),
            );
        }
        if self.money.funder_pays > 0 && self.money.funder.trim().is_empty() {
            gap("money", "funder", "Say who pays this part");
        }
        if kind.needs_measure {
            let measured = |side: &Side| self.school(*side).urn().is_some();
            for side in Side::BOTH.into_iter().filter(measured) {
                if !self.kpis.iter().any(|kpi| kpi.side == side) {
                    gap(
                        "measures",
                        "kpis",
                        &format!("Choose at least one indicator for {}", side.in_words()),
                    );
                }
            }
            if self.outturn_from.is_none() && Side::BOTH.iter().any(measured) {
                gap("measures", "outturn_from", "Choose the first year whose results count");
            }
        }
        if self.kpis.iter().any(|kpi| !(kpi.worth_having > 0.0 && kpi.worth_having.is_finite())) {
            gap(
                "measures",
                "kpis",
                "The smallest change worth having must be more than nothing for each indicator",
            );
        }
        if self.reviews.len() < kind.reviews {
            let times = if kind.reviews == 1 { "once" } else { "this often or more" };
            gap(
                "promises",
                "reviews",
                &format!("{} is reviewed {times}: enter {} dates", kind.name, kind.reviews),
            );
        }
        if let (Some(start), Some(end)) = (self.start_on, self.end_on)
            && self.reviews.iter().any(|on| *on < start || *on > end)
        {
            gap("promises", "reviews", "Reviews must lie between the first and the last day");
        }
        for (field, text, message) in [
            ("confidentiality", &self.confidentiality, "Say what stays between you"),
            ("data", &self.data, "Say which data are shared, with whom and for how long"),
            ("safeguarding", &self.safeguarding, "Say how a safeguarding worry is reported"),
            ("exit", &self.exit, "Say how the support ends"),
        ] {
            if text.trim().is_empty() {
                gap("promises", field, message);
            }
        }
        if let Some((field, message)) = self.quiet.and_then(Quiet::problem) {
            gap("promises", field, message);
        }
        gaps.extend(self.role_gaps());
        gaps
    }
}

#[cfg(test)]
pub(crate) mod tests;
