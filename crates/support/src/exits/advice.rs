//! The report of an advisory support: delivered by whoever came, asked about or accepted by the head of
//! the school. Its acceptance completes the support; there is no exit plan, for nothing was carried on.

use access::{AccountId, Permit};
use foundation::{App, DbError, Sql, clock::london, db::AsText, machine::Line, upn, words};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::checks::complete;
use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId,
        machine::{Act as Step, Standing, Work, transition},
        store::{open, standings},
    },
    course::record,
    letters::{Told, tell},
    machine::{Machine, step},
    pack::pack,
};

words! {
    /// Where a report stands.
    State {
        Delivered = "delivered", "Delivered";
        Asked = "asked", "The school has a question";
        Accepted = "accepted", "Accepted";
    }
}

words! {
    /// What can be done to it.
    Act {
        Deliver = "deliver", "Deliver it again, with the answer";
        Ask = "ask", "Ask about it";
        Accept = "accept", "Accept the report";
    }
}

words! {
    /// What somebody is in relation to it.
    Who {
        Writer = "writer", "the team, and the head of the supporting school";
        School = "school", "the head of the supported school";
        Other = "other", "somebody else";
    }
}

const WRITER: &[Who] = &[Who::Writer];
const SCHOOL: &[Who] = &[Who::School];

const LINES: &[Line<State, Act, Who>] = &[
    foundation::machine::line(State::Delivered, Act::Deliver, WRITER, State::Delivered, ""),
    foundation::machine::line(State::Delivered, Act::Ask, SCHOOL, State::Asked, "a question"),
    foundation::machine::line(
        State::Delivered,
        Act::Accept,
        SCHOOL,
        State::Accepted,
        "time is reconciled; the support is complete with it",
    ),
    foundation::machine::line(State::Asked, Act::Deliver, WRITER, State::Delivered, ""),
    foundation::machine::line(
        State::Asked,
        Act::Accept,
        SCHOOL,
        State::Accepted,
        "time is reconciled; the support is complete with it",
    ),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "report";

    fn lines() -> &'static [Line<Self, Act, Who>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

/// The state machine as a document.
#[must_use]
pub fn machine() -> foundation::machine::Document {
    crate::machine::document::<State>(
        "advice-reports",
        "The life of a report of advice",
        "crates/support/src/exits/advice.rs",
    )
}

/// A report of advice.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Advice {
    /// What was seen: strengths first.
    pub seen: String,
    /// What is advised.
    pub advised: String,
    state: AsText<State>,
    /// What the school asked, or said when it accepted.
    pub reply: String,
    /// Who delivered it.
    pub by_account: AccountId,
    delivered_on: AsText<Date>,
    accepted_on: Option<AsText<Date>>,
    /// Guards against two changes at once.
    pub version: i64,
}

impl Advice {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// When it was delivered.
    #[must_use]
    pub const fn delivered_on(&self) -> Date {
        self.delivered_on.0
    }

    /// When it was accepted.
    #[must_use]
    pub fn accepted_on(&self) -> Option<Date> {
        self.accepted_on.as_ref().map(|day| day.0)
    }
}

/// Whether a support ends with a report of advice: its kind says so.
#[must_use]
pub fn ends_with_report(agreement: &Agreement) -> bool {
    pack().kind(&agreement.kind).is_some_and(|kind| kind.report)
}

/// What standings make of somebody.
#[must_use]
pub fn who(standings: &[Standing]) -> Vec<Who> {
    let mut who = Vec::new();
    let came = [Standing::Lead, Standing::Member, Standing::SupportingHead];
    if came.iter().any(|one| standings.contains(one)) {
        who.push(Who::Writer);
    }
    if standings.contains(&Standing::SupportedHead) {
        who.push(Who::School);
    }
    if who.is_empty() {
        who.push(Who::Other);
    }
    who
}

/// The report of an agreement; nothing before it is delivered.
///
/// # Errors
/// When the database cannot be read.
pub async fn advice_of(db: &impl Sql, id: AgreementId) -> Result<Option<Advice>, DbError> {
    db.first(
        "SELECT seen, advised, state, reply, by_account, delivered_on, accepted_on, version
         FROM advice_report WHERE agreement = $1",
        [id.into()],
    )
    .await
}

/// Refuses those who do not write it.
pub(crate) fn must_write(standings: &[Standing]) -> Result<(), Refusal> {
    if who(standings).contains(&Who::Writer) {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "Whoever came, and the head of the supporting school, write the report.".to_owned(),
    ))
}

/// Refuses those who do not answer it.
pub(crate) fn must_reply(standings: &[Standing]) -> Result<(), Refusal> {
    if who(standings).contains(&Who::School) {
        return Ok(());
    }
    Err(Refusal::NotYours("The head of the supported school answers the report.".to_owned()))
}

fn clean(words: &[(&'static str, &str)]) -> Result<(), Refusal> {
    match words.iter().find(|(_, text)| upn::find(text).is_some()) {
        Some((field, _)) => Err(Refusal::field(field, "Remove the unique pupil number")),
        None => Ok(()),
    }
}

/// Delivers the report, or delivers it again with what the school asked answered. Both heads are told.
///
/// # Errors
/// [`Refusal`] where something is missing, the kind ends with no report, or the state or the person
/// does not allow it; [`DbError::Conflict`] when somebody wrote first.
pub async fn deliver(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    (seen, advised): (&str, &str),
    version: i64,
) -> Result<(), Refusal> {
    let (seen, advised) = (seen.trim(), advised.trim());
    if seen.is_empty() {
        return Err(Refusal::field("seen", "Say what you saw, strengths first"));
    }
    if advised.is_empty() {
        return Err(Refusal::field("advised", "Say what you advise"));
    }
    clean(&[("seen", seen), ("advised", advised)])?;
    let (tx, agreement) = open(app, id).await?;
    agreement.must_allow(Work::Exit)?;
    if !ends_with_report(&agreement) {
        return Err(Refusal::NotFound);
    }
    let found = standings(app, &tx, permit, &agreement).await?;
    must_write(&found)?;
    let before = advice_of(&tx, id).await?;
    if before.as_ref().map_or(0, |one| one.version) != version {
        return Err(DbError::Conflict("report").into());
    }
    let to = match &before {
        Some(one) => step(one.state(), Act::Deliver, &who(&found))?,
        None => State::Delivered,
    };
    let account = permit.person().ok_or(Refusal::NotFound)?;
    tx.run(
        "INSERT INTO advice_report (agreement, seen, advised, state, reply, by_account,
           delivered_on, version) VALUES ($1, $2, $3, $4, '', $5, $6, $7)
         ON CONFLICT (agreement) DO UPDATE SET seen = excluded.seen, advised = excluded.advised,
           state = excluded.state, by_account = excluded.by_account,
           delivered_on = excluded.delivered_on, version = excluded.version",
        [
            id.into(),
            seen.into(),
            advised.into(),
            AsText(to).into(),
            account.into(),
            AsText(london(permit.context().at)).into(),
            (version + 1).into(),
        ],
    )
    .await?;
    record(&tx, permit.context(), &agreement, "report delivered", json!({})).await?;
    tell(app, &tx, permit, &agreement, &Told::ReportDelivered).await?;
    tx.commit().await?;
    Ok(())
}

/// The school asks about the report, or accepts it; accepting completes the support.
///
/// # Errors
/// [`Refusal`] without a question, while time is not reconciled, or where the state or the person does
/// not allow it; [`DbError::Conflict`] when it was delivered anew meanwhile.
pub async fn reply(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    act: Act,
    words: &str,
    version: i64,
) -> Result<State, Refusal> {
    let words = words.trim();
    if act == Act::Ask && words.is_empty() {
        return Err(Refusal::field("reply", "Write your question"));
    }
    clean(&[("reply", words)])?;
    let (tx, agreement) = open(app, id).await?;
    agreement.must_allow(Work::Exit)?;
    let found = standings(app, &tx, permit, &agreement).await?;
    must_reply(&found)?;
    let it = advice_of(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let to = step(it.state(), act, &who(&found))?;
    if it.version != version {
        return Err(DbError::Conflict("report").into());
    }
    let today = london(permit.context().at);
    let accepted = (to == State::Accepted).then(|| today.to_string());
    tx.run(
        "UPDATE advice_report SET state = $2, reply = $3, accepted_on = $4, version = version + 1
         WHERE agreement = $1",
        [id.into(), AsText(to).into(), words.into(), accepted.into()],
    )
    .await?;
    let verb = if to == State::Accepted { "report accepted" } else { "report asked about" };
    record(&tx, permit.context(), &agreement, verb, json!({})).await?;
    if to == State::Accepted {
        transition(agreement.state(), Step::AcceptReport, &found)
            .map_err(|no| Refusal::of(no, agreement.state(), Step::AcceptReport))?;
        let after = Agreement {
            confirmed_supported: true,
            confirmed_supporting: true,
            ..agreement.clone()
        };
        complete(app, &tx, permit, &agreement, after).await?;
    } else {
        tell(app, &tx, permit, &agreement, &Told::ReportAsked).await?;
    }
    tx.commit().await?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code.
    const LISTED: &str = "
        delivered deliver writer delivered
        delivered ask school asked
        delivered accept school accepted
        asked deliver writer delivered
        asked accept school accepted";

    #[test]
    fn only_what_is_listed_is_possible() {
        let go = |from, act, who| step::<State>(from, act, &[who]).ok();
        testkit::machine::only_what_is_listed(LISTED, State::ALL, Act::ALL, Who::ALL, go);
    }
}
