//! Judging together: two people, one of each school, look at the same thing with the same rubric.
//! Each judges alone and sees nothing of the other's judgement until both are in; then they compare,
//! talk about every aspect where they are two levels or more apart, and write down what the words of
//! the rubric mean to both from now on. It is about a shared understanding of quality: no school and
//! no teacher is judged by it.

use access::{AccountId, Kind, Permit, Post, Resource, Visitor, Zone};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    events::{self, Event},
    id_type, words,
};
use sea_orm::FromQueryResult;
use serde_json::json;
use support::{
    Agreement, AgreementId,
    agreements::{
        machine::{Work, allows},
        store,
        terms::Gap,
    },
};

use crate::{
    Refusal,
    machine::{Line, Machine, Who, line, step},
    visits::model::{actor, leads},
};

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

fn tidy(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Asks the other school to look at the same thing.
///
/// # Errors
/// [`Refusal::Field`] when it is not said what both look at or the rubric cannot be used;
/// [`Refusal`] by somebody of neither school or outside the term of the agreement.
pub async fn ask(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &New,
) -> Result<ModerationId, Refusal> {
    let (tx, record) = store::open(app, agreement).await?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let (one, other) = schools_of(&tx, &record, account, &posts).await?;
    works(&record)?;
    let (about, rubric) = (new.about.trim(), new.rubric.trim());
    if about.is_empty() {
        return Err(Refusal::field("about", "Say what both of you will look at"));
    }
    if rubric.is_empty() {
        return Err(Refusal::field("rubric", "Choose a rubric, or write one of your own"));
    }
    let (aspects, levels) = (tidy(&new.aspects), tidy(&new.levels));
    if !ASPECTS.contains(&aspects.len()) {
        return Err(Refusal::field(
            "aspects",
            "Write between two and ten aspects, each on a line of its own",
        ));
    }
    if !LEVELS.contains(&levels.len()) {
        return Err(Refusal::field("rubric", "A rubric has between three and seven levels"));
    }
    let id = ModerationId::new(&app.ids);
    tx.run(
        "INSERT INTO moderation (id, agreement, about, rubric, aspects, levels, one, other,
           partnership, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'begun', $10)",
        [
            id.into(),
            agreement.into(),
            about.into(),
            rubric.into(),
            json!(aspects).to_string().into(),
            json!(levels).to_string().into(),
            one.into(),
            other.into(),
            record.partnership.map(|org| org.to_string()).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let event = Event::new("moderation", id, "asked").owned_by(one);
    events::append(&tx, permit.context(), event.with(json!({ "with": other }))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whether an agreement lets its schools work: a pause and an end stop the record.
fn works(record: &Agreement) -> Result<(), Refusal> {
    if allows(record.state(), Work::Review) {
        return Ok(());
    }
    Err(Refusal::NotNow("The agreement is not in force, or is paused.".to_owned()))
}

struct Open {
    tx: Tx,
    it: Moderation,
    account: Option<AccountId>,
    who: Vec<Who>,
}

async fn open(app: &App, permit: &Permit, id: ModerationId) -> Result<Open, Refusal> {
    let known = find(&app.db, id).await?.ok_or(Refusal::NotFound)?;
    let (tx, record) = store::open(app, known.agreement).await?;
    works(&record)?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let team = store::team_accounts(&tx, it.agreement).await?;
    let who = it.standings(account, &posts, &team);
    Ok(Open { tx, it, account, who })
}

impl Open {
    async fn done(
        self,
        permit: &Permit,
        act: Act,
        to: State,
        words: Option<&str>,
    ) -> Result<State, Refusal> {
        self.tx
            .run(
                "UPDATE moderation SET state = $2, words = $3 WHERE id = $1",
                [
                    self.it.id.into(),
                    AsText(to).into(),
                    words.unwrap_or(self.it.words.as_str()).into(),
                ],
            )
            .await?;
        let event = Event::new("moderation", self.it.id, act.key()).owned_by(self.it.one);
        events::append(&self.tx, permit.context(), event.with(json!({ "to": to }))).await?;
        self.tx.commit().await?;
        Ok(to)
    }
}

/// A person's judgement, a level and what was seen for each aspect in the rubric's order. As long as
/// the other has not judged, the same person may judge again.
///
/// # Errors
/// [`Refusal::Fields`] that name every aspect without a level; [`Refusal`] by somebody of neither
/// school, by whoever judged for the other school, or when a colleague has judged already.
pub async fn judge(
    app: &App,
    permit: &Permit,
    id: ModerationId,
    levels: &[(Option<i64>, String)],
) -> Result<State, Refusal> {
    let open = open(app, permit, id).await?;
    let account = open.account.filter(|_| !open.who.is_empty()).ok_or_else(|| {
        Refusal::NotYours("One person of each of the two schools judges.".to_owned())
    })?;
    let before = all_judgements(&open.tx, id).await?;
    let Some((org, act)) = open.it.judges_for(Some(account), &open.who, &before) else {
        let told = before.iter().find(|one| one.account != account);
        return Err(Refusal::NotNow(match told {
            Some(one) if !open.it.state().is_compared() => {
                format!("{} has judged for your school already.", one.name)
            }
            _ => format!("The judging together stands at “{}”.", open.it.state().words()),
        }));
    };
    let to = step(open.it.state(), act, &open.who)?;
    let (aspects, most) = (open.it.aspects(), open.it.levels().len());
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut gaps = Vec::new();
    for aspect in 0..aspects.len() {
        let level = levels.get(aspect).and_then(|(level, _)| *level);
        if !level.is_some_and(|level| (1..=most).contains(&level)) {
            gaps.push(Gap {
                step: "",
                field: LEVEL_FIELDS[aspect],
                message: format!("Choose a level for “{}”", aspects[aspect]),
            });
        }
    }
    if !gaps.is_empty() {
        return Err(Refusal::Incomplete(gaps));
    }
    let sql =
        "DELETE FROM moderation_judgement WHERE moderation = $1 AND org = $2 AND account = $3";
    open.tx.run(sql, [id.into(), org.into(), account.into()]).await?;
    for (aspect, (level, seen)) in (1_i64..).zip(levels).take(aspects.len()) {
        open.tx
            .run(
                "INSERT INTO moderation_judgement (moderation, org, aspect, level, seen, account, name)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                [
                    id.into(),
                    org.into(),
                    aspect.into(),
                    level.unwrap_or_default().into(),
                    seen.trim().into(),
                    account.into(),
                    permit.context().actor.name().into(),
                ],
            )
            .await?;
    }
    open.done(permit, act, to, None).await
}

/// The names of the fields of a judgement, one for each aspect there can be.
pub const LEVEL_FIELDS: [&str; 10] = [
    "level-1", "level-2", "level-3", "level-4", "level-5", "level-6", "level-7", "level-8",
    "level-9", "level-10",
];

/// The names of the fields for what somebody saw.
pub const SEEN_FIELDS: [&str; 10] = [
    "seen-1", "seen-2", "seen-3", "seen-4", "seen-5", "seen-6", "seen-7", "seen-8", "seen-9",
    "seen-10",
];

/// The names of the fields for what an aspect means to both.
pub const MEANS_FIELDS: [&str; 10] = [
    "means-1", "means-2", "means-3", "means-4", "means-5", "means-6", "means-7", "means-8",
    "means-9", "means-10",
];

fn field_of(fields: &'static [&'static str; 10], aspect: i64) -> &'static str {
    usize::try_from(aspect - 1).ok().and_then(|at| fields.get(at)).copied().unwrap_or("words")
}

/// Writes down what the two agreed: for every aspect where they are apart, the level both stand by now
/// and what its words mean to both; and what they learned from it, if anything.
///
/// # Errors
/// [`Refusal::Incomplete`] that names every aspect which is still open.
pub async fn settle(
    app: &App,
    permit: &Permit,
    id: ModerationId,
    agreed: &[(i64, Option<i64>, String)],
    learned: &str,
) -> Result<State, Refusal> {
    let open = open(app, permit, id).await?;
    let to = step(open.it.state(), Act::Settle, &open.who)?;
    let all = all_judgements(&open.tx, id).await?;
    let (aspects, most) = (open.it.aspects(), open.it.levels().len());
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut gaps = Vec::new();
    let mut rows = Vec::new();
    for pair in side_by_side(&open.it, &all).into_iter().filter(|pair| pair.is_talked_about()) {
        let name = usize::try_from(pair.aspect - 1).ok().and_then(|at| aspects.get(at).cloned());
        let name = name.unwrap_or_default();
        let said = agreed.iter().find(|(aspect, ..)| *aspect == pair.aspect);
        let level = said.and_then(|(_, level, _)| *level);
        let level = level.filter(|level| (1..=most).contains(level));
        let words = said.map_or("", |(.., words)| words.trim());
        if level.is_none() {
            gaps.push(Gap {
                step: "",
                field: field_of(&LEVEL_FIELDS, pair.aspect),
                message: format!("Choose the level both of you stand by for “{name}”"),
            });
        }
        if words.is_empty() {
            gaps.push(Gap {
                step: "",
                field: field_of(&MEANS_FIELDS, pair.aspect),
                message: format!("Say what “{name}” means to both of you now"),
            });
        }
        rows.push((pair.aspect, level.unwrap_or_default(), words.to_owned()));
    }
    if !gaps.is_empty() {
        return Err(Refusal::Incomplete(gaps));
    }
    for (aspect, level, words) in rows {
        let sql = "INSERT INTO moderation_agreed (moderation, aspect, level, words)
                   VALUES ($1, $2, $3, $4)";
        let row = [id.into(), aspect.into(), level.into(), words.into()];
        open.tx.run(sql, row).await?;
    }
    open.done(permit, Act::Settle, to, Some(learned.trim())).await
}

/// Leaves it unfinished, with a reason.
///
/// # Errors
/// [`Refusal::Field`] without a reason; otherwise when the state or the person does not allow it.
pub async fn leave(
    app: &App,
    permit: &Permit,
    id: ModerationId,
    why: &str,
) -> Result<State, Refusal> {
    let open = open(app, permit, id).await?;
    let to = step(open.it.state(), Act::Leave, &open.who)?;
    if why.trim().is_empty() {
        return Err(Refusal::field("words", "Say why you leave it"));
    }
    open.done(permit, Act::Leave, to, Some(why.trim())).await
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
