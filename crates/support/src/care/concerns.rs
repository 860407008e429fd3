//! A concern about a partnership: raised, talked about, helped along by the broker, and settled.
//! Every step keeps its words. It is about working together, never about a child.

use std::{fmt, str::FromStr};

use access::Permit;
use foundation::{
    App, DbError, Sql,
    db::{AsText, At},
    id_type,
    machine::{Document, Line, line, transition},
};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        AgreementId, Standing, State as Agreed,
        store::{open, standings},
    },
    course::{Told, record, tell},
};

id_type! {
    /// A concern.
    ConcernId
}

/// The most letters a summary may have.
pub const SUMMARY: usize = 200;

/// Where a concern stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Somebody has said it.
    Raised,
    /// The two sides talk.
    Talk,
    /// The broker helps.
    Facilitated,
    /// Settled as it was.
    Resolved,
    /// Settled by changing the agreement.
    Varied,
    /// Settled by ending the agreement.
    Ended,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Raised, Self::Talk, Self::Facilitated, Self::Resolved, Self::Varied, Self::Ended];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Talk => "talk",
            Self::Facilitated => "facilitated",
            Self::Resolved => "resolved",
            Self::Varied => "varied",
            Self::Ended => "ended",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Raised => "Raised",
            Self::Talk => "Being talked about",
            Self::Facilitated => "The broker helps",
            Self::Resolved => "Resolved",
            Self::Varied => "Resolved by a change of the agreement",
            Self::Ended => "The agreement was ended",
        }
    }

    /// Whether something is still to be done.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Raised | Self::Talk | Self::Facilitated)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.key() == text)
            .ok_or_else(|| format!("“{text}” is not a state of a concern"))
    }
}

/// What can be done about a concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// The two sides talk, and say what came of it.
    Talk,
    /// The broker is asked to help, or offers to.
    Facilitate,
    /// It is settled as it was.
    Resolve,
    /// It is settled by a change of the agreement.
    Vary,
    /// It is settled by ending the agreement.
    End,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 5] = [Self::Talk, Self::Facilitate, Self::Resolve, Self::Vary, Self::End];

    /// The word a form sends and the record keeps.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::Facilitate => "facilitate",
            Self::Resolve => "resolve",
            Self::Vary => "vary",
            Self::End => "end",
        }
    }

    /// What a choice says.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Talk => "We have talked",
            Self::Facilitate => "The broker helps from here",
            Self::Resolve => "It is resolved",
            Self::Vary => "It is resolved by a change of the agreement",
            Self::End => "The agreement was ended because of it",
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Act {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|act| act.key() == text)
            .ok_or_else(|| format!("“{text}” is not something one does about a concern"))
    }
}

const SIDES: &[Standing] = &[Standing::SupportedHead, Standing::SupportingHead, Standing::Lead];
const HELP: &[Standing] = &[Standing::SupportedHead, Standing::SupportingHead, Standing::Broker];
const SETTLE: &[Standing] = &[Standing::SupportedHead, Standing::SupportingHead, Standing::Broker];
const WORDS: &str = "words both sides can read";
const CHANGED: &str = "words; a newer version of the agreement is in force";
const OVER: &str = "words; the agreement has ended";

/// Every step there is.
pub const STEPS: &[Line<State, Act, Standing>] = &[
    line(State::Raised, Act::Talk, SIDES, State::Talk, WORDS),
    line(State::Talk, Act::Talk, SIDES, State::Talk, WORDS),
    line(State::Raised, Act::Facilitate, HELP, State::Facilitated, WORDS),
    line(State::Talk, Act::Facilitate, HELP, State::Facilitated, WORDS),
    line(State::Facilitated, Act::Talk, SIDES, State::Facilitated, WORDS),
    line(State::Talk, Act::Resolve, SETTLE, State::Resolved, WORDS),
    line(State::Facilitated, Act::Resolve, SETTLE, State::Resolved, WORDS),
    line(State::Talk, Act::Vary, SETTLE, State::Varied, CHANGED),
    line(State::Facilitated, Act::Vary, SETTLE, State::Varied, CHANGED),
    line(State::Talk, Act::End, SETTLE, State::Ended, OVER),
    line(State::Facilitated, Act::End, SETTLE, State::Ended, OVER),
];

/// Where an act by somebody with these standings leads; nowhere when it is not listed.
#[must_use]
pub fn step(from: State, act: Act, who: &[Standing]) -> Option<State> {
    transition(STEPS, from, act, who).ok()
}

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    let title = "The life of a concern about a partnership";
    Document::of("concerns", title, "crates/support/src/care/concerns.rs", STEPS)
}

/// A concern.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Concern {
    /// The identifier.
    pub id: ConcernId,
    /// The agreement.
    pub agreement: AgreementId,
    /// In a line.
    pub summary: String,
    /// In full.
    pub detail: String,
    /// Who raised it.
    pub raised_by: String,
    state: AsText<State>,
    /// When.
    pub raised_at: At,
    /// Guards against two people changing it at once.
    pub version: i64,
}

impl Concern {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }
}

/// What was said at a step.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Said {
    /// The concern.
    pub concern: ConcernId,
    /// What was done.
    pub act: String,
    /// What was said.
    pub words: String,
    /// By whom.
    pub by_name: String,
    /// When.
    pub at: At,
}

/// The concerns of an agreement, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Concern>, DbError> {
    db.all(
        "SELECT id, agreement, summary, detail, raised_by, state, raised_at, version FROM concern
         WHERE agreement = $1 ORDER BY raised_at DESC, id",
        [agreement.into()],
    )
    .await
}

/// What was said about a concern, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn said(db: &impl Sql, concern: ConcernId) -> Result<Vec<Said>, DbError> {
    db.all(
        "SELECT concern, act, words, by_name, at FROM concern_step WHERE concern = $1
         ORDER BY number",
        [concern.into()],
    )
    .await
}

/// Who raises a concern: asked by the form as well as by the act.
pub(crate) fn must_belong(who: &[Standing]) -> Result<(), Refusal> {
    if who.is_empty() || who.contains(&Standing::System) {
        return Err(Refusal::NotYours("The people of this agreement raise difficulties.".into()));
    }
    Ok(())
}

/// Who takes a concern further: asked by the form as well as by the act.
pub(crate) fn must_go_on(concern: &Concern, who: &[Standing]) -> Result<(), Refusal> {
    let any = |who: &[Standing]| {
        Act::ALL.into_iter().any(|act| step(concern.state(), act, who).is_some())
    };
    if any(who) || !any(&Standing::ALL) {
        return Ok(());
    }
    Err(Refusal::NotYours("The heads decide on this, with the broker's help.".to_owned()))
}

/// Raises a concern. Both heads and the broker are told that there is one, not what it is.
///
/// # Errors
/// [`Refusal`] when somebody else than the people of the agreement raises it, the agreement binds
/// nobody, or the summary is empty or too long.
pub async fn raise(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    summary: &str,
    detail: &str,
) -> Result<ConcernId, Refusal> {
    let (summary, detail) = (summary.trim(), detail.trim());
    if summary.is_empty() {
        return Err(Refusal::field("summary", "Say in a sentence what the difficulty is"));
    }
    if summary.chars().count() > SUMMARY {
        return Err(Refusal::field(
            "summary",
            format!("Keep the sentence within {SUMMARY} letters; there is room for more below"),
        ));
    }
    let (tx, record_of) = open(app, agreement).await?;
    if !record_of.state().in_force() {
        return Err(Refusal::NotNow("This agreement is not in force.".to_owned()));
    }
    let who = standings(app, &tx, permit, &record_of).await?;
    must_belong(&who)?;
    let id = ConcernId::new(&app.ids);
    tx.run(
        "INSERT INTO concern (id, agreement, summary, detail, raised_by, state, raised_at, version)
         VALUES ($1, $2, $3, $4, $5, 'raised', $6, 1)",
        [
            id.into(),
            agreement.into(),
            summary.into(),
            detail.into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    record(&tx, permit.context(), &record_of, "concern raised", json!({ "concern": id })).await?;
    tell(app, &tx, permit, &record_of, &Told::Ladder).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a step about a concern, with words both sides can read.
///
/// # Errors
/// [`Refusal`] when the step is not listed, somebody else decides, nothing is said, or the guard
/// of the step does not hold; [`DbError::Conflict`] when somebody else was first.
pub async fn go_on(
    app: &App,
    permit: &Permit,
    id: ConcernId,
    seen: i64,
    act: Act,
    words: &str,
) -> Result<State, Refusal> {
    if words.trim().is_empty() {
        return Err(Refusal::field("words", "Say what came of it, in words both sides can read"));
    }
    let found: Option<Concern> = app
        .db
        .first(
            "SELECT id, agreement, summary, detail, raised_by, state, raised_at, version
             FROM concern WHERE id = $1",
            [id.into()],
        )
        .await?;
    let agreement = found.ok_or(Refusal::NotFound)?.agreement;
    let (tx, record_of) = open(app, agreement).await?;
    let concern =
        of(&tx, agreement).await?.into_iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    if concern.version != seen {
        return Err(DbError::Conflict("concern").into());
    }
    let who = standings(app, &tx, permit, &record_of).await?;
    let to = step(concern.state(), act, &who).ok_or_else(|| {
        if step(concern.state(), act, &Standing::ALL).is_some() {
            Refusal::NotYours("The heads decide on this, with the broker's help.".to_owned())
        } else {
            Refusal::NotNow(format!(
                "This cannot be said now: the concern is “{}”.",
                concern.state().in_words().to_lowercase()
            ))
        }
    })?;
    if act == Act::Vary && record_of.in_force.unwrap_or(1) < 2 {
        return Err(Refusal::field(
            "act",
            "Change the agreement first: both sides sign the change",
        ));
    }
    if act == Act::End && record_of.state() != Agreed::TerminatedEarly {
        return Err(Refusal::field("act", "End the agreement first"));
    }
    let number = said(&tx, id).await?.len() + 1;
    tx.run(
        "INSERT INTO concern_step (concern, number, act, words, by_name, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            id.into(),
            i64::try_from(number).unwrap_or(i64::MAX).into(),
            act.key().into(),
            words.trim().into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    tx.run(
        "UPDATE concern SET state = $2, version = version + 1 WHERE id = $1",
        [id.into(), to.key().into()],
    )
    .await?;
    let detail = json!({ "concern": id, "to": to.key() });
    record(&tx, permit.context(), &record_of, "concern talked about", detail).await?;
    tx.commit().await?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        raised talk supported_head talk
        raised talk supporting_head talk
        raised talk lead talk
        talk talk supported_head talk
        talk talk supporting_head talk
        talk talk lead talk
        facilitated talk supported_head facilitated
        facilitated talk supporting_head facilitated
        facilitated talk lead facilitated
        raised facilitate supported_head facilitated
        raised facilitate supporting_head facilitated
        raised facilitate broker facilitated
        talk facilitate supported_head facilitated
        talk facilitate supporting_head facilitated
        talk facilitate broker facilitated
        talk resolve supported_head resolved
        talk resolve supporting_head resolved
        talk resolve broker resolved
        facilitated resolve supported_head resolved
        facilitated resolve supporting_head resolved
        facilitated resolve broker resolved
        talk vary supported_head varied
        talk vary supporting_head varied
        talk vary broker varied
        facilitated vary supported_head varied
        facilitated vary supporting_head varied
        facilitated vary broker varied
        talk end supported_head ended
        talk end supporting_head ended
        talk end broker ended
        facilitated end supported_head ended
        facilitated end supporting_head ended
        facilitated end broker ended";

    #[test]
    fn only_what_is_listed_is_possible() {
        testkit::machine::only_what_is_listed(
            LISTED,
            &State::ALL,
            &Act::ALL,
            &Standing::ALL,
            |from, act, who| step(from, act, &[who]),
        );
    }
}
