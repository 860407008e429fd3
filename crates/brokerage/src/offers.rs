//! Offers of help: any school may offer, whatever its own needs are.

use access::{AccountId, Kind, Permit, Resource, Zone};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At, Json},
    events::{self, Event},
    id_type,
    machine::{Document, Line, line, transition},
    words,
};
use jiff::{Timestamp, civil::Date};
use matching::Specialism;
use needs::{ActError, FindingId};
use sea_orm::{FromQueryResult, Value};

use crate::cadre::{SupporterRef, capacity};
use crate::packs;

mod suggested;
pub use suggested::{answer, suggest, suggested_by, withdraw};

id_type! {
    /// An offer.
    OfferId
}

words! {
    /// Where an offer stands.
    OfferState {
        Suggested = "suggested", "Suggested";
        Open = "open", "Open";
        Closed = "closed", "Closed";
        Declined = "declined", "Not made";
        Withdrawn = "withdrawn", "Taken back";
    }
}

words! {
    /// What can be done to an offer.
    OfferAct {
        Open = "open", "make";
        Decline = "decline", "decline";
        Withdraw = "withdraw", "take back";
        Close = "close", "close";
    }
}

words! {
    /// Who does it.
    OfferWho {
        Head = "head", "the head of the school that offers";
        Author = "author", "whoever suggested it";
        Other = "other", "somebody else";
    }
}

/// Every step there is. A closed offer stays closed: a new one is made instead.
pub const STEPS: &[Line<OfferState, OfferAct, OfferWho>] = &[
    line(
        OfferState::Suggested,
        OfferAct::Open,
        &[OfferWho::Head],
        OfferState::Open,
        "the head pledges its time",
    ),
    line(
        OfferState::Suggested,
        OfferAct::Decline,
        &[OfferWho::Head],
        OfferState::Declined,
        "with a reason that its author reads",
    ),
    line(
        OfferState::Suggested,
        OfferAct::Withdraw,
        &[OfferWho::Author],
        OfferState::Withdrawn,
        "nobody else has seen it",
    ),
    line(
        OfferState::Open,
        OfferAct::Close,
        &[OfferWho::Head],
        OfferState::Closed,
        "what it promised stays promised",
    ),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of("offers", "The life of an offer", "crates/brokerage/src/offers.rs", STEPS)
}

/// What is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct NewOffer {
    /// The school that offers.
    pub org: OrgRef,
    /// The partnership in which it is seen.
    pub partnership: OrgRef,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub about: String,
    /// What it helps with.
    pub specialisms: Vec<Specialism>,
    /// For which phases.
    pub phases: Vec<String>,
    /// Whether people travel to schools.
    pub on_site: bool,
    /// Whether it works online.
    pub online: bool,
    /// Under which conditions.
    pub conditions: String,
    /// What a day costs, in pence; nought for nothing.
    pub day_rate_pence: i64,
    /// Half-days a week.
    pub weekly_cap: u32,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The strength it grew from.
    pub finding: Option<FindingId>,
}

/// An offer as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The identifier.
    pub id: OfferId,
    /// What is offered.
    pub what: NewOffer,
    /// Where it stands.
    pub state: OfferState,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who suggested it, where that was not the head.
    pub suggested_by: Option<AccountId>,
    /// What the head answered to somebody whose suggestion was not made an offer.
    pub answer: String,
}

/// A suggested offer as the policy sees it: its author's and the leaders' of their school.
#[must_use]
pub fn suggestion(org: OrgRef, author: Option<AccountId>) -> Resource {
    Resource::new(Kind::Offer, Zone::Parties, org).people(author)
}

impl Offer {
    /// The record as the policy sees it: shared in the partnership once it is made, before that
    /// between its author and the head.
    #[must_use]
    pub fn resource(&self) -> Resource {
        match self.state {
            OfferState::Open | OfferState::Closed => {
                Resource::new(Kind::Offer, Zone::Network, self.what.org)
                    .through(Some(self.what.partnership))
            }
            _ => suggestion(self.what.org, self.suggested_by),
        }
    }
}

/// What an offer lacks, refused field by field.
fn complete(new: &NewOffer) -> Result<(), ActError> {
    let mut lacks = Vec::new();
    let mut need = |given: bool, field: &str, message: &str| {
        if !given {
            lacks.push(foundation::web::FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            });
        }
    };
    need(!new.title.trim().is_empty(), "title", "Give the offer a title");
    need(!new.specialisms.is_empty(), "specialisms", "Choose what you can help with");
    need(
        new.specialisms.iter().all(|one| packs::specialism(&one.code).is_some()),
        "specialisms",
        "Choose from the list",
    );
    need(!new.phases.is_empty(), "phases", "Choose at least one phase");
    need(new.on_site || new.online, "mode", "Say whether you travel, work online, or both");
    need(new.from <= new.to, "to", "The last day must not come before the first day");
    need((1..=10).contains(&new.weekly_cap), "half-days", "Enter 1 to 10 half-days a week");
    if lacks.is_empty() { Ok(()) } else { Err(ActError::Incomplete(lacks)) }
}

/// Writes an offer down as it begins: made, or suggested by somebody.
async fn keep(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    new: &NewOffer,
    state: OfferState,
) -> Result<OfferId, ActError> {
    let id = OfferId::new(&app.ids);
    let author = permit.person().filter(|_| state == OfferState::Suggested);
    tx.run(
        "INSERT INTO offer (id, org, partnership, title, about, specialisms, phases, on_site, online, conditions,
           day_rate_pence, weekly_cap, from_on, to_on, finding, state, made_by, created_at, account, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1)",
        [
            id.into(),
            new.org.into(),
            new.partnership.into(),
            new.title.trim().into(),
            new.about.trim().into(),
            Json(new.specialisms.clone()).into(),
            Json(new.phases.clone()).into(),
            new.on_site.into(),
            new.online.into(),
            new.conditions.trim().into(),
            new.day_rate_pence.into(),
            i64::from(new.weekly_cap).into(),
            new.from.to_string().into(),
            new.to.to_string().into(),
            new.finding.map(|finding| finding.to_string()).into(),
            AsText(state).into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
            author.map(|person| person.to_string()).into(),
        ],
    )
    .await?;
    let verb = if state == OfferState::Suggested { "suggested" } else { "made" };
    events::append(tx, permit.context(), Event::new("offer", id, verb).owned_by(new.org)).await?;
    Ok(id)
}

/// Pledges the time of an offer that stands.
async fn pledge(app: &App, permit: &Permit, id: OfferId, new: &NewOffer) -> Result<(), ActError> {
    let supporter = SupporterRef::Offer(id);
    capacity::pledge(app, permit, supporter, new.org, (new.from, new.to), new.weekly_cap, &[])
        .await?;
    Ok(())
}

/// Makes an offer and pledges its time. The leaders' act; everybody else [`suggest`]s.
///
/// # Errors
/// When something is missing.
pub async fn make(app: &App, permit: &Permit, new: &NewOffer) -> Result<OfferId, ActError> {
    complete(new)?;
    let tx = app.db.write().await?;
    let id = keep(&tx, app, permit, new, OfferState::Open).await?;
    tx.commit().await?;
    pledge(app, permit, id, new).await?;
    Ok(id)
}

/// Moves an offer one step; the caller commits.
async fn step(
    tx: &Tx,
    permit: &Permit,
    it: &Offer,
    (act, who): (OfferAct, OfferWho),
    answer: &str,
) -> Result<(), ActError> {
    let to = transition(STEPS, it.state, act, &[who])
        .map_err(|no| ActError::step(no, "offer", it.state.words(), act.words()))?;
    let touched = tx
        .run(
            "UPDATE offer SET state = $2, answer = $4, version = version + 1
             WHERE id = $1 AND state = $3",
            [it.id.into(), AsText(to).into(), AsText(it.state).into(), answer.into()],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("offer").into());
    }
    let event = Event::new("offer", it.id, to.key()).owned_by(it.what.org);
    events::append(tx, permit.context(), event).await?;
    Ok(())
}

/// Closes an offer; what it has promised stays promised.
///
/// # Errors
/// When there is no such open offer.
pub async fn close(app: &App, permit: &Permit, id: OfferId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = offer(&tx, id).await?.ok_or(ActError::NotFound("offer"))?;
    step(&tx, permit, &it, (OfferAct::Close, OfferWho::Head), &it.answer).await?;
    tx.commit().await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: OfferId,
    org: OrgRef,
    partnership: OrgRef,
    title: String,
    about: String,
    specialisms: Json<Vec<Specialism>>,
    phases: Json<Vec<String>>,
    on_site: bool,
    online: bool,
    conditions: String,
    day_rate_pence: i64,
    weekly_cap: i64,
    from_on: AsText<Date>,
    to_on: AsText<Date>,
    finding: Option<FindingId>,
    state: AsText<OfferState>,
    made_by: String,
    created_at: At,
    account: Option<AccountId>,
    answer: String,
}

async fn load(db: &impl Sql, condition: &str, values: Vec<Value>) -> Result<Vec<Offer>, DbError> {
    let sql = format!(
        "SELECT id, org, partnership, title, about, specialisms, phases, on_site, online, conditions, \
         day_rate_pence, weekly_cap, from_on, to_on, finding, state, made_by, created_at, account, answer \
         FROM offer WHERE {condition} ORDER BY title, id"
    );
    let rows: Vec<Row> = db.all(&sql, values).await?;
    Ok(rows
        .into_iter()
        .map(|row| Offer {
            id: row.id,
            what: NewOffer {
                org: row.org,
                partnership: row.partnership,
                title: row.title,
                about: row.about,
                specialisms: row.specialisms.0,
                phases: row.phases.0,
                on_site: row.on_site,
                online: row.online,
                conditions: row.conditions,
                day_rate_pence: row.day_rate_pence,
                weekly_cap: u32::try_from(row.weekly_cap).unwrap_or(0),
                from: row.from_on.0,
                to: row.to_on.0,
                finding: row.finding,
            },
            state: row.state.0,
            made_by: row.made_by,
            created_at: row.created_at.0,
            suggested_by: row.account,
            answer: row.answer,
        })
        .collect())
}

/// An offer by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn offer(db: &impl Sql, id: OfferId) -> Result<Option<Offer>, DbError> {
    Ok(load(db, "id = $1", vec![id.into()]).await?.pop())
}

/// The open offers in a partnership, by title.
///
/// # Errors
/// When the database cannot be read.
pub async fn offers_in(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Offer>, DbError> {
    load(db, "partnership = $1 AND state = 'open'", vec![partnership.into()]).await
}

/// A school's own offers, closed and suggested ones too, by title.
///
/// # Errors
/// When the database cannot be read.
pub async fn offers_of(db: &impl Sql, org: OrgRef) -> Result<Vec<Offer>, DbError> {
    load(db, "org = $1", vec![org.into()]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            "suggested open head open
             suggested decline head declined
             suggested withdraw author withdrawn
             open close head closed",
            OfferState::ALL,
            OfferAct::ALL,
            OfferWho::ALL,
            |from, act, who| transition(STEPS, from, act, &[who]).ok(),
        );
    }
}
