//! Trying something small first: a test of change with a rule for stopping and a day on which it is
//! looked at (plan, do, study, act). And where a school's inquiry into an objective stands: six stages
//! after the spiral of inquiry (Timperley, Kaser and Halbert, 2014), which a school may walk or not.

use access::Permit;
use foundation::{
    App, DbError, Sql,
    clock::london,
    db::AsText,
    id_type,
    machine::{Document, Line, line, transition},
    words,
};
use jiff::{Span, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    acts::Check,
    machine::{Standing, Work},
    model::ObjectiveId,
    store::{must_allow, must_be, one_plan, open, plan_of_objective, record, touched, who},
};

id_type! {
    /// A test of change.
    TrialId
}

id_type! {
    /// A stage of an inquiry.
    StageId
}

words! {
    /// Where a test stands.
    State {
        Running = "running", "Being tried";
        Kept = "kept", "Kept, and widened";
        Changed = "changed", "Kept with changes";
        Stopped = "stopped", "Stopped";
    }
}

words! {
    /// What can be decided.
    Act {
        Keep = "keep", "Keep it and widen it";
        Change = "change", "Keep it with changes";
        Stop = "stop", "Stop it";
    }
}

words! {
    /// A stage of an inquiry.
    Stage {
        Scanning = "scanning", "Scanning: what is going on for our pupils?";
        Focusing = "focusing", "Focusing: what will make the most difference?";
        Hunch = "hunch", "A hunch: how are we contributing to it?";
        Learning = "learning", "Learning: what do we need to learn, and from whom?";
        Acting = "acting", "Taking action: what do we do differently?";
        Checking = "checking", "Checking: have we made enough of a difference?";
    }
}

const WRITERS: &[Standing] = &[Standing::Head, Standing::Lead];
const LEARNED: &str = "what was seen, in words";

/// Every step of a test.
const STEPS: &[Line<State, Act, Standing>] = &[
    line(State::Running, Act::Keep, WRITERS, State::Kept, LEARNED),
    line(State::Running, Act::Change, WRITERS, State::Changed, LEARNED),
    line(State::Running, Act::Stop, WRITERS, State::Stopped, LEARNED),
];

/// The longest a small test runs before somebody looks at it.
const LONGEST_DAYS: i64 = 120;

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of(
        "plan-trials",
        "The life of a small test of change",
        "crates/plans/src/trials.rs",
        STEPS,
    )
}

/// A test to be begun.
#[derive(Clone, Debug)]
pub struct NewTrial {
    /// What is tried.
    pub what: String,
    /// How small: with whom, for how long.
    pub scale: String,
    /// What should be seen if it works.
    pub expected: String,
    /// What makes it stop at once.
    pub stop_rule: String,
    /// The day on which it is looked at.
    pub review_on: Date,
}

/// A test of change.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Trial {
    /// The identifier.
    pub id: TrialId,
    /// The objective it serves.
    pub objective: ObjectiveId,
    /// What is tried.
    pub what: String,
    /// How small.
    pub scale: String,
    /// What should be seen.
    pub expected: String,
    /// What makes it stop.
    pub stop_rule: String,
    review_on: AsText<Date>,
    state: AsText<State>,
    /// What came of it.
    pub learned: String,
    begun_on: AsText<Date>,
    ended_on: Option<AsText<Date>>,
    /// Guards against two changes at once.
    pub version: i64,
}

impl Trial {
    /// The day on which it is looked at.
    #[must_use]
    pub const fn review_on(&self) -> Date {
        self.review_on.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// Its first day.
    #[must_use]
    pub const fn begun_on(&self) -> Date {
        self.begun_on.0
    }

    /// The day of its end.
    #[must_use]
    pub fn ended_on(&self) -> Option<Date> {
        self.ended_on.as_ref().map(|day| day.0)
    }
}

const COLUMNS: &str = "id, objective, what, scale, expected, stop_rule, review_on, state, learned, \
     begun_on, ended_on, version";

/// The tests of an objective, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, objective: ObjectiveId) -> Result<Vec<Trial>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM plan_trial WHERE objective = $1 ORDER BY begun_on DESC, id DESC"
    );
    db.all(&sql, [objective.into()]).await
}

/// A test by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: TrialId) -> Result<Option<Trial>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM plan_trial WHERE id = $1"), [id.into()]).await
}

/// Begins a test. Without a rule for stopping it is not begun.
///
/// # Errors
/// [`Refusal`] when something is missing, or the state or the person does not allow it.
pub async fn begin(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    new: &NewTrial,
) -> Result<TrialId, Refusal> {
    let today = london(permit.context().at);
    let latest = today.saturating_add(Span::new().days(LONGEST_DAYS));
    let mut check = Check::default();
    check.words("what", &new.what, "Say what you will try");
    check.words("scale", &new.scale, "Say how small: with whom, and for how long");
    check.words("expected", &new.expected, "Say what you expect to see if it works");
    check.words(
        "stop_rule",
        &new.stop_rule,
        "Say what makes you stop at once: without that nothing is tried",
    );
    let within = new.review_on > today && new.review_on <= latest;
    check.that(within, "review_on", "Choose a day after today and within four months");
    check.done()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, objective).await?).await?;
    must_allow(&whole.plan, Work::Report)?;
    must_be(&whole.standings(&who, Some(whole.objective(objective)?), None), WRITERS)?;
    let id = TrialId::new(&app.ids);
    tx.run(
        "INSERT INTO plan_trial (id, objective, what, scale, expected, stop_rule, review_on, state,
           begun_on, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 'running', $8, 1)",
        [
            id.into(),
            objective.into(),
            new.what.trim().into(),
            new.scale.trim().into(),
            new.expected.trim().into(),
            new.stop_rule.trim().into(),
            AsText(new.review_on).into(),
            AsText(today).into(),
        ],
    )
    .await?;
    let detail = json!({ "objective": objective, "trial": id });
    record(&tx, permit, &whole.plan, "test begun", detail).await?;
    tx.commit().await?;
    Ok(id)
}

/// Ends a test with what was seen.
///
/// # Errors
/// [`Refusal`] without words, or where the state or the person does not allow it;
/// [`DbError::Conflict`] when somebody decided first.
pub async fn decide(
    app: &App,
    permit: &Permit,
    id: TrialId,
    act: Act,
    learned: &str,
    seen: i64,
) -> Result<State, Refusal> {
    let mut check = Check::default();
    check.words("learned", learned, "Say what you saw, so that others can learn from it");
    check.done()?;
    let sql = "SELECT o.plan FROM plan_trial t JOIN plan_objective o ON o.id = t.objective
               WHERE t.id = $1";
    let who = who(app, permit).await?;
    let plan = one_plan(&app.db, sql, id.to_string()).await?;
    let (tx, whole) = open(app, plan).await?;
    must_allow(&whole.plan, Work::Report)?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let standings = whole.standings(&who, Some(whole.objective(it.objective)?), None);
    let to = transition(STEPS, it.state(), act, &standings).map_err(|no| match no {
        foundation::machine::No::NotYours(who) => Refusal::not_yours(who),
        foundation::machine::No::NotNow => {
            Refusal::NotNow("This test has ended already.".to_owned())
        }
    })?;
    let rows = tx
        .run(
            "UPDATE plan_trial SET state = $3, learned = $4, ended_on = $5, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                AsText(to).into(),
                learned.trim().into(),
                AsText(london(permit.context().at)).into(),
            ],
        )
        .await?;
    touched(rows, "test")?;
    let detail = json!({ "objective": it.objective, "trial": id, "state": to.key() });
    record(&tx, permit, &whole.plan, "test ended", detail).await?;
    tx.commit().await?;
    Ok(to)
}

/// A stage at which an inquiry stood, or stands.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Stood {
    stage: AsText<Stage>,
    since_on: AsText<Date>,
    /// What was said about it.
    pub words: String,
}

impl Stood {
    /// The stage.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage.0
    }

    /// Since when.
    #[must_use]
    pub const fn since(&self) -> Date {
        self.since_on.0
    }
}

/// The stages of an objective's inquiry, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn inquiry(db: &impl Sql, objective: ObjectiveId) -> Result<Vec<Stood>, DbError> {
    db.all(
        "SELECT stage, since_on, words FROM inquiry_stage WHERE objective = $1
         ORDER BY since_on DESC, id DESC",
        [objective.into()],
    )
    .await
}

/// Moves an inquiry to a stage: forwards, backwards or around, as inquiries go.
///
/// # Errors
/// [`Refusal`] when it stands there already, or the state or the person does not allow it.
pub async fn stand(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    stage: Stage,
    words: &str,
) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.text("words", words);
    check.done()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, objective).await?).await?;
    must_allow(&whole.plan, Work::Report)?;
    must_be(&whole.standings(&who, Some(whole.objective(objective)?), None), WRITERS)?;
    if inquiry(&tx, objective).await?.first().is_some_and(|now| now.stage() == stage) {
        return Err(Refusal::field("stage", "It stands there already: choose where it goes"));
    }
    tx.run(
        "INSERT INTO inquiry_stage (id, objective, stage, since_on, words)
         VALUES ($1, $2, $3, $4, $5)",
        [
            StageId::new(&app.ids).into(),
            objective.into(),
            AsText(stage).into(),
            AsText(london(permit.context().at)).into(),
            words.trim().into(),
        ],
    )
    .await?;
    let detail = json!({ "objective": objective, "stage": stage.key() });
    record(&tx, permit, &whole.plan, "inquiry moved", detail).await?;
    tx.commit().await?;
    Ok(())
}

/// How long something has stood, in words: "for 3 weeks".
#[must_use]
pub fn for_how_long(since: Date, today: Date) -> String {
    let days = (today - since).get_days();
    match days {
        i32::MIN..=0 => "since today".to_owned(),
        1 => "for 1 day".to_owned(),
        2..=13 => format!("for {days} days"),
        _ => format!("for {} weeks", days / 7),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn only_what_is_listed_is_possible() {
        const LISTED: &str = "
            running keep head kept
            running keep lead kept
            running change head changed
            running change lead changed
            running stop head stopped
            running stop lead stopped";
        let go = |from, act, who| transition(STEPS, from, act, &[who]).ok();
        testkit::machine::only_what_is_listed(LISTED, State::ALL, Act::ALL, Standing::ALL, go);
    }

    #[test]
    fn time_is_told_in_days_and_then_in_weeks() {
        let since = date(2027, 3, 1);
        for (day, words) in [
            (date(2027, 3, 1), "since today"),
            (date(2027, 3, 2), "for 1 day"),
            (date(2027, 3, 14), "for 13 days"),
            (date(2027, 3, 15), "for 2 weeks"),
            (date(2027, 5, 10), "for 10 weeks"),
        ] {
            assert_eq!(for_how_long(since, day), words);
        }
    }
}
