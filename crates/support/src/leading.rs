//! How somebody leads in another school: the pack's behaviours, as they see them in themselves and as
//! the head of that school sees them, side by side. The person asks for it, and reads it alone; nobody
//! adds the answers up, and no other page shows them.

use access::{AccountId, Kind, Permit, Resource, Visitor, Zone, accounts, policy::own};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::AsText,
    events::{self, Event},
    id_type,
    machine::Line,
    mail::{self, Letter},
    words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId,
        machine::{Standing, Work, allows},
        store::{find, open, standings},
    },
    machine::{Machine, step},
};

id_type! {
    /// One question to a partner.
    LeadingId
}

words! {
    /// Where a question stands.
    State {
        Asked = "asked", "Waits for the partner";
        Answered = "answered", "Answered";
        Declined = "declined", "Not answered";
        Withdrawn = "withdrawn", "Taken back";
    }
}

words! {
    /// What can be done to it.
    Act {
        Answer = "answer", "Answer";
        Decline = "decline", "Rather not answer";
        Withdraw = "withdraw", "Take it back";
    }
}

words! {
    /// What somebody is in relation to it.
    Who {
        Leader = "leader", "the person who asked";
        Partner = "partner", "the head of the school that is supported";
        Other = "other", "somebody else";
    }
}

words! {
    /// Who says how it is.
    Side {
        Own = "own", "As you see it";
        Partner = "partner", "As your partner sees it";
    }
}

const LINES: &[Line<State, Act, Who>] = &[
    foundation::machine::line(
        State::Asked,
        Act::Answer,
        &[Who::Partner],
        State::Answered,
        "an answer for every behaviour, if only that it could not be seen",
    ),
    foundation::machine::line(State::Asked, Act::Decline, &[Who::Partner], State::Declined, ""),
    foundation::machine::line(State::Asked, Act::Withdraw, &[Who::Leader], State::Withdrawn, ""),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "question";

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
        "leading",
        "The life of a question how somebody leads",
        "crates/support/src/leading.rs",
    )
}

/// The levels in words, from the one that means it could not be seen.
pub const LEVELS: [&str; 5] =
    ["I could not see it", "Seldom", "Sometimes", "Often", "Nearly always"];

/// A question to a partner.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Leading {
    /// The identifier.
    pub id: LeadingId,
    /// The support in which it was seen.
    pub agreement: AgreementId,
    /// Who asks how they lead.
    pub leader: AccountId,
    /// The school that is asked.
    pub partner: OrgRef,
    state: AsText<State>,
    asked_on: AsText<Date>,
    answered_on: Option<AsText<Date>>,
}

const COLUMNS: &str = "id, agreement, leader, partner, state, asked_on, answered_on";

impl Leading {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// When it was asked.
    #[must_use]
    pub const fn asked(&self) -> Date {
        self.asked_on.0
    }

    /// When it was answered.
    #[must_use]
    pub fn answered(&self) -> Option<Date> {
        self.answered_on.as_ref().map(|day| day.0)
    }

    /// The record for the person it is about: theirs alone.
    #[must_use]
    pub fn read_by_leader(&self) -> Resource {
        own(self.leader)
    }

    /// The question for the school that is asked: its leaders answer, and see no answer of the other.
    #[must_use]
    pub fn put_to_partner(&self) -> Resource {
        Resource::new(Kind::Agreement, Zone::School, self.partner)
    }
}

/// What one side said about one behaviour.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Said {
    /// The behaviour's code.
    pub behaviour: String,
    /// From 1 (seldom) to 4 (nearly always), 0 where it could not be seen.
    pub level: i64,
    /// Where it showed.
    pub example: String,
}

/// Reads a question.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(db: &impl Sql, id: LeadingId) -> Result<Option<Leading>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM leading_view WHERE id = $1"), [id.into()]).await
}

/// Somebody's own questions, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_leader(db: &impl Sql, leader: AccountId) -> Result<Vec<Leading>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM leading_view WHERE leader = $1 ORDER BY asked_on DESC, id DESC"
    );
    db.all(&sql, [leader.into()]).await
}

/// The questions that wait for a school.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting_for(db: &impl Sql, partner: OrgRef) -> Result<Vec<Leading>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM leading_view WHERE partner = $1 AND state = 'asked' ORDER BY asked_on, id"
    );
    db.all(&sql, [partner.into()]).await
}

/// What one side said, for whoever may read it.
///
/// # Errors
/// When the database cannot be read.
pub async fn said(db: &impl Sql, id: LeadingId, side: Side) -> Result<Vec<Said>, DbError> {
    db.all(
        "SELECT behaviour, level, example FROM leading_said WHERE question = $1 AND side = $2
         ORDER BY behaviour",
        [id.into(), AsText(side).into()],
    )
    .await
}

/// Supports in which a visitor may ask how they lead: they come as lead, as a member of the team or as
/// the supporting head, and the work goes on or its end is being looked at.
///
/// # Errors
/// When the database cannot be read.
pub async fn may_ask_in(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Agreement>, DbError> {
    let mut found = Vec::new();
    for agreement in crate::agreements::store::readable(db, visitor).await? {
        let who = crate::home::standings_for(db, visitor, &agreement).await?;
        if must_lead(&who).is_ok() && is_seen(&agreement) {
            found.push(agreement);
        }
    }
    Ok(found)
}

fn is_seen(agreement: &Agreement) -> bool {
    let state = agreement.state();
    agreement.bodies().have_results()
        && (allows(state, Work::Review) || allows(state, Work::Feedback))
}

/// Who asks: asked by the form as well as by the act.
pub(crate) fn must_lead(standings: &[Standing]) -> Result<(), Refusal> {
    let came = [Standing::Lead, Standing::Member, Standing::SupportingHead];
    if came.iter().any(|one| standings.contains(one)) {
        return Ok(());
    }
    Err(Refusal::NotYours("Whoever comes to the other school asks how they lead there.".to_owned()))
}

/// What is asked about, by code; the words of both sides are held to it.
fn whole(said: &[Said], least: i64) -> Result<(), Refusal> {
    let mut gaps = Vec::new();
    for (at, behaviour) in brokerage::packs::behaviours().iter().enumerate() {
        let one = said.iter().find(|one| one.behaviour == behaviour.code);
        if !one.is_some_and(|one| (least..=4).contains(&one.level)) {
            gaps.push(crate::agreements::terms::Gap {
                step: "",
                field: LEVEL_FIELDS.get(at).copied().unwrap_or("level-0"),
                message: format!("Choose how often: {}", behaviour.name),
            });
        }
    }
    if gaps.is_empty() { Ok(()) } else { Err(Refusal::Incomplete(gaps)) }
}

/// The names of the fields for how often, in the pack's order; it has at most ten behaviours.
pub const LEVEL_FIELDS: [&str; 10] = [
    "level-0", "level-1", "level-2", "level-3", "level-4", "level-5", "level-6", "level-7",
    "level-8", "level-9",
];

/// The names of the fields for where it showed.
pub const EXAMPLE_FIELDS: [&str; 10] = [
    "example-0",
    "example-1",
    "example-2",
    "example-3",
    "example-4",
    "example-5",
    "example-6",
    "example-7",
    "example-8",
    "example-9",
];

async fn write(tx: &Tx, id: LeadingId, side: Side, said: &[Said]) -> Result<(), DbError> {
    for behaviour in brokerage::packs::behaviours() {
        let Some(one) = said.iter().find(|one| one.behaviour == behaviour.code) else { continue };
        tx.run(
            "INSERT INTO leading_said (question, side, behaviour, level, example)
             VALUES ($1, $2, $3, $4, $5)",
            [
                id.into(),
                AsText(side).into(),
                one.behaviour.as_str().into(),
                one.level.into(),
                one.example.trim().into(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// Says how often one does each, and asks the partner the same.
///
/// # Errors
/// [`Refusal`] by somebody who does not come to the other school, while a question is open, when the
/// support is not under way, or when a behaviour has no answer.
pub async fn ask(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    own: &[Said],
) -> Result<LeadingId, Refusal> {
    let (tx, record) = open(app, agreement).await?;
    let who = standings(app, &tx, permit, &record).await?;
    must_lead(&who)?;
    let Some(leader) = permit.person() else {
        return Err(Refusal::NotYours("Only a person asks how they lead.".to_owned()));
    };
    if !is_seen(&record) {
        return Err(Refusal::NotNow("The support is not under way.".to_owned()));
    }
    let before = of_leader(&tx, leader).await?;
    if before.iter().any(|one| one.agreement == agreement && one.state() == State::Asked) {
        return Err(Refusal::NotNow("You have asked already: the partner has it.".to_owned()));
    }
    whole(own, 1)?;
    let id = LeadingId::new(&app.ids);
    tx.run(
        "INSERT INTO leading_view (id, agreement, leader, partner, state, asked_on)
         VALUES ($1, $2, $3, $4, 'asked', $5)",
        [
            id.into(),
            agreement.into(),
            leader.into(),
            record.supported.into(),
            london(permit.context().at).to_string().into(),
        ],
    )
    .await?;
    write(&tx, id, Side::Own, own).await?;
    let name = permit.context().actor.name().to_owned();
    for head in accounts::leaders(&tx, &app.clock, record.supported).await? {
        let letter = Letter {
            recipient: head.email,
            subject: "Somebody asks how they lead in your school".to_owned(),
            body: format!(
                "Hello {},\n\n{name} would like to know how you see the way they lead in your school. \
                 Only they read what you say; you may also rather not.\n\nAnswer here:\n{}/leading/{id}\n",
                head.name,
                app.config.public_url(),
            ),
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    record_act(&tx, permit, id, "asked", record.supported).await?;
    tx.commit().await?;
    Ok(id)
}

async fn record_act(
    tx: &Tx,
    permit: &Permit,
    id: LeadingId,
    what: &str,
    owner: OrgRef,
) -> Result<(), DbError> {
    let event = Event::new("leading", id, what).owned_by(owner);
    events::append(tx, permit.context(), event.with(json!({}))).await
}

/// Answers, declines or takes back. `said` counts for an answer alone.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, or a behaviour has no answer.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: LeadingId,
    act: Act,
    said: &[Said],
) -> Result<State, Refusal> {
    let known = get(&app.db, id).await?.ok_or(Refusal::NotFound)?;
    let (tx, record) = open(app, known.agreement).await?;
    let it = get(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let mut who = Vec::new();
    if permit.person() == Some(it.leader) {
        who.push(Who::Leader);
    } else if standings(app, &tx, permit, &record).await?.contains(&Standing::SupportedHead) {
        who.push(Who::Partner);
    }
    let to = step(it.state(), act, &who)?;
    let person = permit.person().map(|account| account.to_string());
    if act == Act::Answer {
        whole(said, 0)?;
        write(&tx, id, Side::Partner, said).await?;
    }
    let day = london(permit.context().at).to_string();
    let (by, on) = match act {
        Act::Answer | Act::Decline => (person, Some(day)),
        Act::Withdraw => (None, None),
    };
    tx.run(
        "UPDATE leading_view SET state = $2, answered_by = $3, answered_on = $4 WHERE id = $1",
        [id.into(), AsText(to).into(), by.into(), on.into()],
    )
    .await?;
    if let (Act::Answer, Some(leader)) = (act, accounts::get(&tx, it.leader).await?)
        && leader.closed_at.is_none()
    {
        let letter = Letter {
            recipient: leader.email,
            subject: "Your partner has said how they see it".to_owned(),
            body: format!(
                "Hello {},\n\nThe school you come to has answered how it sees the way you lead. You \
                 alone read it, beside what you said yourself:\n{}/leading/{id}\n",
                leader.name,
                app.config.public_url(),
            ),
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    record_act(&tx, permit, id, act.key(), it.partner).await?;
    tx.commit().await?;
    Ok(to)
}

/// The support a question is about, for its pages.
///
/// # Errors
/// When the database cannot be read.
pub async fn support_of(db: &impl Sql, it: &Leading) -> Result<Option<Agreement>, DbError> {
    find(db, it.agreement).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        asked answer partner answered
        asked decline partner declined
        asked withdraw leader withdrawn";

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            LISTED,
            State::ALL,
            Act::ALL,
            Who::ALL,
            |from, act, who| step(from, act, &[who]).ok(),
        );
    }
}
