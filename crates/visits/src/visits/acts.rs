//! Booking a visit and everything that happens to it before its note.

use access::{AccountId, Permit, accounts};
use brokerage::requests::Beneficiary;
use foundation::{
    App, OrgRef, Sql, Tx,
    clock::{date_in_words, london},
    db::{AsText, At, DbError},
    events::{self, Event},
    mail::{self, Letter},
};
use jiff::civil::Date;
use serde_json::json;
use support::{
    Agreement, AgreementId,
    agreements::{Side, store},
    time::{self, NewEntry},
};

use super::{
    capacity::weeks,
    model::{Part, Visit, VisitId, keep, open, who},
    state::{Act, State},
};
use crate::{
    Refusal,
    machine::{Who, step},
    pack::pack,
};

/// A visit to be booked.
#[derive(Clone, Debug)]
pub struct NewVisit {
    /// Who comes.
    pub visitor: AccountId,
    /// The visitor's name.
    pub visitor_name: String,
    /// Which side gives the time; the other one is visited.
    pub from: Side,
    /// The kind, by code of the pack.
    pub kind: String,
    /// The day.
    pub on: Date,
    /// The part of the day.
    pub part: Part,
    /// Whether it takes place on a screen.
    pub online: bool,
    /// What for.
    pub purpose: String,
    /// Whom the visitor meets and what they see together.
    pub meets: String,
    /// Arrival, parking, access needs, what to bring.
    pub arrival: String,
    /// Whom it is for; where nobody says, whom the agreement names, if that is one group.
    pub beneficiary: Option<Beneficiary>,
}

/// Books a visit: the half-days are taken from the visitor's week and entered in the ledger of the
/// agreement, in one act. The school confirms the day. A head who books a visit to their own
/// school has confirmed it by booking.
///
/// # Errors
/// [`Refusal::Field`] when the day or the week is full, the agreement's time is used up or a field
/// is empty; otherwise when the state or the person does not allow it.
pub async fn book(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &NewVisit,
) -> Result<VisitId, Refusal> {
    if pack().visit(&new.kind).is_none() {
        return Err(Refusal::field("kind", "Choose what kind of visit it is"));
    }
    if new.purpose.trim().is_empty() {
        return Err(Refusal::field("purpose", "Say what the visit is for"));
    }
    if new.on < london(permit.context().at) {
        return Err(Refusal::field("on", "Choose a day from today on"));
    }
    let (tx, record_of) = store::open(app, agreement).await?;
    must_belong(app, &tx, agreement, record_of.school(new.from), new.visitor).await?;
    let id = VisitId::new(&app.ids);
    let entry = NewEntry {
        account: Some(new.visitor),
        person: new.visitor_name.clone(),
        from: new.from,
        on: new.on,
        beneficiary: new.beneficiary,
        half_days: new.part.half_days(),
        what: pack().visit(&new.kind).map_or_else(String::new, |kind| kind.name.clone()),
    };
    let entry = time::plan_in(app, &tx, permit, &record_of, &entry).await.map_err(named_part)?;
    time::hold(&tx, entry, &format!("/visits/{id}")).await?;
    let visit = Visit::booked(id, &record_of, new, entry, At(permit.context().at));
    visit.insert(&tx).await?;
    let mine = who(app, &tx, permit, &visit).await?;
    take_slots(&tx, &visit, new.on, new.part, released(permit, &mine)).await?;
    record(&tx, permit, &visit, "booked", json!({ "on": new.on, "part": new.part })).await?;
    if let Ok(to) = step(State::Proposed, Act::Confirm, &mine) {
        keep(&tx, &visit, to, None, permit.context().at).await?;
        record(&tx, permit, &visit, "confirmed", json!({})).await?;
        tell(
            app,
            &tx,
            permit,
            &visit,
            &[visit.visitor],
            "A visit is in your calendar",
            "has booked",
        )
        .await?;
    } else {
        let heads = heads(app, &tx, visit.host).await?;
        tell(app, &tx, permit, &visit, &heads, "A visit waits for you to confirm", "proposes")
            .await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Refuses a visitor who is neither in the team nor of the school that gives the time.
async fn must_belong(
    app: &App,
    tx: &Tx,
    agreement: AgreementId,
    giver: OrgRef,
    visitor: AccountId,
) -> Result<(), Refusal> {
    let team = store::team_accounts(tx, agreement).await?;
    let posts = accounts::posts(tx, &app.clock, visitor).await?;
    if team.contains(&visitor) || posts.iter().any(|post| post.org == giver) {
        return Ok(());
    }
    Err(Refusal::field("visitor", "Choose somebody from the team or from this school"))
}

/// The ledger speaks of half-days; the form of a visit asks for a part of the day.
fn named_part(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Field { field: "half_days", message } => Refusal::field("part", message),
        other => other,
    }
}

/// Whether the head who releases the visitor says why more than their week holds is still right.
fn released(permit: &Permit, mine: &[Who]) -> bool {
    let said = permit.context().reason.as_deref().is_some_and(|words| !words.trim().is_empty());
    said && mine.contains(&Who::Giver)
}

/// Takes the halves of a day for a visitor. The lock makes two bookings of the same week wait for
/// one another, so that the second sees the first. A week that is full yields to the head who
/// releases the visitor; a half of a day that is taken yields to nobody.
async fn take_slots(
    tx: &Tx,
    visit: &Visit,
    on: Date,
    part: Part,
    released: bool,
) -> Result<(), Refusal> {
    tx.lock(&format!("time of {}", visit.visitor)).await?;
    let week = weeks(tx, visit.visitor, on, 1).await?.pop().ok_or(Refusal::NotFound)?;
    if week.free() < part.half_days() && !released {
        return Err(Refusal::field(
            "on",
            format!(
                "{} has {} free in the week of {}. Choose another week or a shorter visit, or let \
                 the head who releases them say why it is still right; what you typed is kept",
                visit.visitor_name,
                support::agreements::terms::days(week.free()),
                date_in_words(week.monday)
            ),
        ));
    }
    for half in part.halves() {
        let taken = tx
            .run(
                "INSERT INTO visit_slot (person, on_date, half, visit) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (person, on_date, half) DO NOTHING",
                [visit.visitor.into(), on.to_string().into(), (*half).into(), visit.id.into()],
            )
            .await?;
        if taken == 0 {
            return Err(Refusal::field(
                "on",
                format!(
                    "{} is booked already on {} ({half}). Choose another time; what you typed is \
                     kept",
                    visit.visitor_name,
                    date_in_words(on)
                ),
            ));
        }
    }
    Ok(())
}

async fn free_slots(tx: &Tx, visit: VisitId) -> Result<(), DbError> {
    tx.run("DELETE FROM visit_slot WHERE visit = $1", [visit.into()]).await?;
    Ok(())
}

/// Confirms the day for the school that is visited.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it.
pub async fn confirm(app: &App, permit: &Permit, id: VisitId) -> Result<(), Refusal> {
    let (tx, _, visit) = open(app, id).await?;
    let to = step(visit.state(), Act::Confirm, &who(app, &tx, permit, &visit).await?)?;
    keep(&tx, &visit, to, None, permit.context().at).await?;
    record(&tx, permit, &visit, "confirmed", json!({})).await?;
    tell(app, &tx, permit, &visit, &[visit.visitor], "Your visit is confirmed", "has confirmed")
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Moves a visit to another day, or gives it to somebody else who comes instead; the school confirms
/// again. Who comes is for the visitor and for the head who releases them to say.
///
/// # Errors
/// As [`book`].
pub async fn move_to(
    app: &App,
    permit: &Permit,
    id: VisitId,
    on: Date,
    part: Part,
    instead: Option<(AccountId, &str)>,
) -> Result<(), Refusal> {
    if on < london(permit.context().at) {
        return Err(Refusal::field("on", "Choose a day from today on"));
    }
    let (tx, agreement, visit) = open(app, id).await?;
    let mine = who(app, &tx, permit, &visit).await?;
    let to = step(visit.state(), Act::Move, &mine)?;
    if part.half_days() != visit.part().half_days() {
        return Err(Refusal::field(
            "part",
            "Keep the same length: to make a visit longer or shorter, cancel it and book it anew",
        ));
    }
    let before = visit.visitor;
    let instead = instead.filter(|(account, _)| *account != before);
    let mut visit = visit;
    if let Some((account, name)) = instead {
        if !mine.contains(&Who::Visitor) && !mine.contains(&Who::Giver) {
            return Err(Refusal::NotYours(
                "Whoever comes, or the head who releases them, says who comes instead.".to_owned(),
            ));
        }
        must_belong(app, &tx, visit.agreement, visit.giver, account).await?;
        visit.visitor = account;
        name.clone_into(&mut visit.visitor_name);
    }
    free_slots(&tx, id).await?;
    take_slots(&tx, &visit, on, part, released(permit, &mine)).await?;
    time::move_in(app, &tx, permit, &agreement, visit.entry, on, instead).await?;
    keep(&tx, &visit, to, None, permit.context().at).await?;
    tx.run(
        "UPDATE visit SET on_date = $2, part = $3, visitor = $4, visitor_name = $5 WHERE id = $1",
        [
            id.into(),
            AsText(on).into(),
            AsText(part).into(),
            visit.visitor.into(),
            visit.visitor_name.clone().into(),
        ],
    )
    .await?;
    let detail = json!({ "from": visit.on(), "to": on, "instead": instead.map(|(_, name)| name) });
    record(&tx, permit, &visit, "moved", detail).await?;
    let mut people = heads(app, &tx, visit.host).await?;
    people.push(before);
    people.extend(instead.map(|(account, _)| account));
    people.retain(|person| permit.person() != Some(*person));
    tell(app, &tx, permit, &visit, &people, "A visit was moved", "has moved").await?;
    tx.commit().await?;
    Ok(())
}

/// Cancels a visit for one of the pack's reasons; the ledger keeps it as cancelled and why.
///
/// # Errors
/// [`Refusal`] without a reason, or when the state or the person does not allow it.
pub async fn cancel(app: &App, permit: &Permit, id: VisitId, reason: &str) -> Result<(), Refusal> {
    let (tx, agreement, visit) = open(app, id).await?;
    let to = step(visit.state(), Act::Cancel, &who(app, &tx, permit, &visit).await?)?;
    time::settle_in(app, &tx, permit, &agreement, visit.entry, Some(reason)).await?;
    free_slots(&tx, id).await?;
    keep(&tx, &visit, to, None, permit.context().at).await?;
    tx.run("UPDATE visit SET reason = $2 WHERE id = $1", [id.into(), reason.into()]).await?;
    record(&tx, permit, &visit, "cancelled", json!({ "reason": reason })).await?;
    let mut people = heads(app, &tx, visit.host).await?;
    people.push(visit.visitor);
    people.retain(|person| permit.person() != Some(*person));
    tell(app, &tx, permit, &visit, &people, "A visit was cancelled", "has cancelled").await?;
    tx.commit().await?;
    Ok(())
}

/// Says that a visit took place; the ledger keeps its time as delivered.
///
/// # Errors
/// [`Refusal`] before the day, or when the state or the person does not allow it.
pub async fn happen(app: &App, permit: &Permit, id: VisitId) -> Result<(), Refusal> {
    let (tx, agreement, visit) = open(app, id).await?;
    let to = step(visit.state(), Act::Happen, &who(app, &tx, permit, &visit).await?)?;
    deliver(app, &tx, permit, &agreement, &visit).await?;
    keep(&tx, &visit, to, None, permit.context().at).await?;
    record(&tx, permit, &visit, "took place", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes back a slip: the visit is confirmed again and its time planned. Possible for a day, for
/// the person who said that it took place, until its note is begun or an invoice has gone out.
///
/// # Errors
/// [`Refusal`] later, for somebody else's word, or when the state or the person does not allow it.
pub async fn take_back(app: &App, permit: &Permit, id: VisitId) -> Result<(), Refusal> {
    let (tx, agreement, visit) = open(app, id).await?;
    let to = step(visit.state(), Act::TakeBack, &who(app, &tx, permit, &visit).await?)?;
    time::undo_in(app, &tx, permit, &agreement, visit.entry).await?;
    keep(&tx, &visit, to, None, permit.context().at).await?;
    record(&tx, permit, &visit, "put back", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Enters the time of a visit as delivered; where somebody did so in the ledger before, it stays.
pub(super) async fn deliver(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    visit: &Visit,
) -> Result<(), Refusal> {
    if visit.on() > london(permit.context().at) {
        return Err(Refusal::NotNow("The day of this visit has not come yet.".to_owned()));
    }
    let entries = time::of(tx, agreement.id).await?;
    let planned = entries
        .iter()
        .any(|entry| entry.id == visit.entry && entry.state() == time::EntryState::Planned);
    if planned {
        time::settle_in(app, tx, permit, agreement, visit.entry, None).await?;
    }
    Ok(())
}

pub(super) async fn record(
    tx: &Tx,
    permit: &Permit,
    visit: &Visit,
    verb: &str,
    detail: serde_json::Value,
) -> Result<(), DbError> {
    let event = Event::new("visit", visit.id, verb).owned_by(visit.host).with(detail);
    events::append(tx, permit.context(), event).await
}

/// The accounts of a school's heads.
pub(crate) async fn heads(app: &App, tx: &Tx, org: OrgRef) -> Result<Vec<AccountId>, DbError> {
    let heads = accounts::leaders(tx, &app.clock, org).await?;
    Ok(heads.into_iter().map(|account| account.id).collect())
}

/// Writes to people about a visit: the day and the two schools, never what was seen.
pub(super) async fn tell(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    visit: &Visit,
    people: &[AccountId],
    subject: &str,
    did: &str,
) -> Result<(), DbError> {
    let names = support::names(tx, [visit.host, visit.giver]).await?;
    let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_default();
    for person in people {
        let Some(account) = accounts::get(tx, *person).await? else { continue };
        let letter = Letter {
            recipient: account.email,
            subject: subject.to_owned(),
            body: format!(
                "Hello {},\n\n{} {did} a visit of {} at {} ({}) on {}.\n\n{}/visits/{}\n",
                account.name,
                permit.context().actor.name(),
                visit.visitor_name,
                name(visit.host),
                name(visit.giver),
                date_in_words(visit.on()),
                app.config.public_url(),
                visit.id
            ),
        };
        mail::post(tx, app, permit.context(), &letter).await?;
    }
    Ok(())
}
