//! What the two do: ask, judge alone, agree, leave it.

use access::{AccountId, Permit};
use foundation::{
    App, Sql, Tx,
    db::{AsText, At},
    events::{self, Event},
};
use serde_json::json;
use support::{
    Agreement, AgreementId,
    agreements::{
        machine::{Work, allows},
        store,
        terms::Gap,
    },
};

use super::{
    ASPECTS, Act, LEVELS, Moderation, ModerationId, New, State, all_judgements, find, schools_of,
    side_by_side,
};
use crate::{
    Refusal,
    machine::{Who, step},
    visits::model::actor,
};

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
