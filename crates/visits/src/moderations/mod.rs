//! Judging together: two people, one of each school, look at the same thing with the same rubric.
//! Each judges alone and sees nothing of the other's judgement until both are in; then they compare,
//! talk about every aspect where they are two levels or more apart, and write down what the words of
//! the rubric mean to both from now on. It is about a shared understanding of quality: no school and
//! no teacher is judged by it.

mod acts;

use access::{AccountId, Kind, Post, Resource, Visitor, Zone};
use foundation::{DbError, OrgRef, Sql, db::AsText, id_type, words};
use sea_orm::FromQueryResult;
use support::{Agreement, AgreementId, agreements::store};

use crate::{
    Refusal,
    machine::{Line, Machine, Who, line},
    visits::model::leads,
};

pub use acts::{LEVEL_FIELDS, MEANS_FIELDS, SEEN_FIELDS, ask, judge, leave, settle};

id_type! {
    /// One judging together.
    ModerationId
}

/// From how many levels apart two judgements are talked about.
pub const APART: i64 = 2;

/// How many aspects a rubric may have, and how many levels.
pub const ASPECTS: std::ops::RangeInclusive<usize> = 2..=10;
/// How many levels a rubric may have.
pub const LEVELS: std::ops::RangeInclusive<usize> = 3..=7;

words! {
    /// Where a moderation stands.
    State {
        Begun = "begun", "Each judges alone";
        OneIn = "one_in", "One has judged";
        Compared = "compared", "Compared, to be talked about";
        Settled = "settled", "Agreed";
        Left = "left", "Left unfinished";
    }
}

words! {
    /// What can be done.
    Act {
        Judge = "judge", "Judge alone";
        Change = "change", "Change what you judged";
        Settle = "settle", "Write down what you agree";
        Leave = "leave", "Leave it unfinished";
    }
}

const BOTH: &[Who] = &[Who::OneSchool, Who::OtherSchool];
const FIRST: &str = "a level for every aspect";
const SECOND: &str = "a level for every aspect, by somebody else and of the other school";
const SAME: &str = "whoever judged, before the other has";
const AGREED: &str = "a level and words for every aspect where they are two levels or more apart";

const LINES: &[Line<State, Act>] = &[
    line(State::Begun, Act::Judge, BOTH, State::OneIn, FIRST),
    line(State::OneIn, Act::Change, BOTH, State::OneIn, SAME),
    line(State::OneIn, Act::Judge, BOTH, State::Compared, SECOND),
    line(State::Compared, Act::Settle, BOTH, State::Settled, AGREED),
    line(State::Begun, Act::Leave, BOTH, State::Left, "the reason"),
    line(State::OneIn, Act::Leave, BOTH, State::Left, "the reason"),
    line(State::Compared, Act::Leave, BOTH, State::Left, "the reason"),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "judging together";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

impl State {
    /// Whether both judgements may be seen.
    #[must_use]
    pub const fn is_compared(self) -> bool {
        matches!(self, Self::Compared | Self::Settled)
    }
}

/// What is looked at, and with which rubric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct New {
    /// What both look at.
    pub about: String,
    /// The rubric's name.
    pub rubric: String,
    /// What is judged, one sentence each.
    pub aspects: Vec<String>,
    /// The names of the levels, the lowest first.
    pub levels: Vec<String>,
}

/// A moderation.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Moderation {
    /// The identifier.
    pub id: ModerationId,
    /// The agreement within which the two schools work.
    pub agreement: AgreementId,
    /// What both look at.
    pub about: String,
    /// The rubric's name.
    pub rubric: String,
    aspects: String,
    levels: String,
    /// The school that asked.
    pub one: OrgRef,
    /// The partner school.
    pub other: OrgRef,
    /// The partnership whose broker reads along.
    pub partnership: Option<OrgRef>,
    state: AsText<State>,
    /// What both learned about quality, or why it was left.
    pub words: String,
}

const COLUMNS: &str =
    "id, agreement, about, rubric, aspects, levels, one, other, partnership, state, words";

impl Moderation {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// What is judged, in order.
    #[must_use]
    pub fn aspects(&self) -> Vec<String> {
        serde_json::from_str(&self.aspects).unwrap_or_default()
    }

    /// The names of the levels, the lowest first.
    #[must_use]
    pub fn levels(&self) -> Vec<String> {
        serde_json::from_str(&self.levels).unwrap_or_default()
    }

    /// The moderation as the policy sees it: both schools' leaders, the team, the broker.
    #[must_use]
    pub fn resource(&self, team: Vec<AccountId>) -> Resource {
        Resource::new(Kind::Visit, Zone::Parties, self.one)
            .parties([self.one, self.other])
            .through(self.partnership)
            .people(team)
    }

    /// What somebody is in relation to it.
    #[must_use]
    pub fn standings(
        &self,
        account: Option<AccountId>,
        posts: &[Post],
        team: &[AccountId],
    ) -> Vec<Who> {
        let teams = account.is_some_and(|account| team.contains(&account));
        let of = |org: OrgRef| leads(posts, org) || (teams && posts.iter().any(|p| p.org == org));
        let places = [(self.one, Who::OneSchool), (self.other, Who::OtherSchool)];
        places.into_iter().filter(|(org, _)| of(*org)).map(|(_, who)| who).collect()
    }

    /// For which school somebody with these standings may judge now: the one they judged for already
    /// while the other is awaited, else a school of theirs nobody has judged for. Whoever judged for
    /// one school never judges for the other too.
    #[must_use]
    pub fn judges_for(
        &self,
        account: Option<AccountId>,
        who: &[Who],
        given: &[Judgement],
    ) -> Option<(OrgRef, Act)> {
        let account = account?;
        if let Some(own) = given.iter().find(|one| one.account == account) {
            return (self.state() == State::OneIn).then_some((own.org, Act::Change));
        }
        let places = [(self.one, Who::OneSchool), (self.other, Who::OtherSchool)];
        let open = matches!(self.state(), State::Begun | State::OneIn);
        places
            .into_iter()
            .find(|(org, place)| who.contains(place) && given.iter().all(|it| it.org != *org))
            .filter(|_| open)
            .map(|(org, _)| (org, Act::Judge))
    }
}

/// What somebody judged about one aspect.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Judgement {
    /// The school they judged for.
    pub org: OrgRef,
    /// The aspect, counted from one.
    pub aspect: i64,
    /// The level, counted from one.
    pub level: i64,
    /// What they saw that made them say so.
    pub seen: String,
    /// Who judged.
    pub account: AccountId,
    /// Their name.
    pub name: String,
}

/// What the two agreed about an aspect.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Agreed {
    /// The aspect, counted from one.
    pub aspect: i64,
    /// The level both stand by now, counted from one.
    pub level: i64,
    /// What the words of the rubric mean to both.
    pub words: String,
}

/// Two judgements of one aspect, side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The aspect, counted from one.
    pub aspect: i64,
    /// The level for the school that asked.
    pub one: i64,
    /// The level for the partner school.
    pub other: i64,
}

impl Pair {
    /// How many levels lie between the two.
    #[must_use]
    pub const fn apart(self) -> i64 {
        (self.one - self.other).abs()
    }

    /// Whether the two talk about it.
    #[must_use]
    pub const fn is_talked_about(self) -> bool {
        self.apart() >= APART
    }
}

/// The two judgements beside each other, in the rubric's order; only aspects that both judged.
#[must_use]
pub fn side_by_side(it: &Moderation, given: &[Judgement]) -> Vec<Pair> {
    let of = |org: OrgRef, aspect: i64| {
        given.iter().find(|one| one.org == org && one.aspect == aspect).map(|one| one.level)
    };
    (1..)
        .zip(it.aspects())
        .filter_map(|(aspect, _)| {
            Some(Pair { aspect, one: of(it.one, aspect)?, other: of(it.other, aspect)? })
        })
        .collect()
}

/// Reads a moderation.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: ModerationId) -> Result<Option<Moderation>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM moderation WHERE id = $1"), [id.into()]).await
}

/// The moderations of an agreement that a visitor may read, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_agreement(
    db: &impl Sql,
    visitor: &Visitor,
    agreement: AgreementId,
) -> Result<Vec<Moderation>, DbError> {
    let team = store::team_accounts(db, agreement).await?;
    let sql = format!("SELECT {COLUMNS} FROM moderation WHERE agreement = $1 ORDER BY id DESC");
    let all = db.all(&sql, [agreement.into()]).await?;
    let resource = |it: &Moderation| it.resource(team.clone());
    Ok(access::filter(visitor, access::Action::Read, all, resource))
}

/// The moderations under way that a school takes part in.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn open_of(db: &impl Sql, org: OrgRef) -> Result<Vec<Moderation>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM moderation WHERE (one = $1 OR other = $1)
             AND state IN ('begun', 'one_in', 'compared') ORDER BY id"
        ),
        [org.into()],
    )
    .await
}

/// Every judgement there is: only for those who decide what may be shown.
async fn all_judgements(db: &impl Sql, id: ModerationId) -> Result<Vec<Judgement>, DbError> {
    db.all(
        "SELECT org, aspect, level, seen, account, name FROM moderation_judgement WHERE moderation = $1
         ORDER BY org, aspect",
        [id.into()],
    )
    .await
}

/// What a page may know of the judgements.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The judgements the reader may see: their own at any time, both once both are in.
    pub shown: Vec<Judgement>,
    /// For which school the reader may judge now, and whether it is a change.
    pub mine: Option<(OrgRef, Act)>,
    /// Who has judged, with their school: known to both from the first moment.
    pub by: Vec<(OrgRef, String)>,
}

/// What somebody with these standings may know of the judgements.
///
/// # Errors
/// When the database cannot be read.
pub async fn given(
    db: &impl Sql,
    it: &Moderation,
    account: Option<AccountId>,
    who: &[Who],
) -> Result<Given, DbError> {
    let all = all_judgements(db, it.id).await?;
    let mut by: Vec<(OrgRef, String)> = Vec::new();
    for one in &all {
        if by.iter().all(|(org, _)| *org != one.org) {
            by.push((one.org, one.name.clone()));
        }
    }
    let mine = it.judges_for(account, who, &all);
    let both = it.state().is_compared();
    let shown = all.into_iter().filter(|one| both || Some(one.account) == account).collect();
    Ok(Given { shown, mine, by })
}

/// What the two agreed, in the rubric's order.
///
/// # Errors
/// When the database cannot be read.
pub async fn agreed(db: &impl Sql, id: ModerationId) -> Result<Vec<Agreed>, DbError> {
    db.all(
        "SELECT aspect, level, words FROM moderation_agreed WHERE moderation = $1 ORDER BY aspect",
        [id.into()],
    )
    .await
}

/// Which school of an agreement somebody would ask for, the partner beside it: a leader of either
/// school, or a member of the team for the supporting one.
///
/// # Errors
/// [`Refusal::NotYours`] for everybody else.
pub async fn schools_of(
    db: &impl Sql,
    agreement: &Agreement,
    account: Option<AccountId>,
    posts: &[Post],
) -> Result<(OrgRef, OrgRef), Refusal> {
    let team = store::team_accounts(db, agreement.id).await?;
    let teams = account.is_some_and(|account| team.contains(&account));
    if leads(posts, agreement.supported) {
        Ok((agreement.supported, agreement.supporting))
    } else if teams || leads(posts, agreement.supporting) {
        Ok((agreement.supporting, agreement.supported))
    } else {
        Err(Refusal::NotYours("The two schools ask each other to judge together.".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::exhaustive;

    #[test]
    fn every_transition_that_is_not_listed_is_refused() {
        let both = "one-school other-school";
        exhaustive::holds(
            State::ALL,
            Act::ALL,
            &[
                ("begun", "judge", both),
                ("one_in", "judge", both),
                ("one_in", "change", both),
                ("compared", "settle", both),
                ("begun", "leave", both),
                ("one_in", "leave", both),
                ("compared", "leave", both),
            ],
        );
    }

    #[test]
    fn two_levels_apart_are_talked_about_and_one_is_not() {
        let pair = |one, other| Pair { aspect: 1, one, other };
        assert!(!pair(3, 3).is_talked_about());
        assert!(!pair(3, 4).is_talked_about());
        assert!(pair(2, 4).is_talked_about());
        assert!(pair(5, 1).is_talked_about());
    }
}
