//! Planning time, saying that it took place or was cancelled, and taking a slip back.

use access::{AccountId, Permit};
use brokerage::requests::Beneficiary;
use foundation::{
    App, Sql as _, Tx,
    clock::london,
    db::{AsText, At},
};
use jiff::civil::Date;
use serde_json::json;

use super::{
    Entry, EntryId, EntryState, find, guard,
    machine::{TimeAct, step},
    of,
};
use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, BroughtIn, Side,
        machine::{Standing, Work},
        store::{open, standings},
    },
    course::record,
    money::charges,
    pack::pack,
};

/// Time to be planned.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The account of the person, where there is one.
    pub account: Option<AccountId>,
    /// The person.
    pub person: String,
    /// Which side gives it.
    pub from: Side,
    /// The day.
    pub on: Date,
    /// How many half-days.
    pub half_days: i64,
    /// What for.
    pub what: String,
    /// Whom it is for; where nobody says, whom the agreement names, if that is one group.
    pub beneficiary: Option<Beneficiary>,
}

/// Whose part it is: asked by the form as well as by the act.
pub(crate) fn must_take_part(who: &[Standing]) -> Result<(), Refusal> {
    let part = [
        Standing::SupportedHead,
        Standing::SupportingHead,
        Standing::Lead,
        Standing::Member,
        Standing::Broker,
    ];
    if part.iter().any(|standing| who.contains(standing)) {
        return Ok(());
    }
    Err(Refusal::NotYours("The heads, the team and the broker write down time.".to_owned()))
}

/// Plans time. Cannot go beyond what was agreed: that needs a new version. Where the day job of
/// the person who comes would suffer, the head who releases them decides: their permit carries
/// the reason.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, the agreement's time is used up,
/// or the [day-job guard](guard) speaks and the releasing head has not overridden it.
pub async fn plan(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &NewEntry,
) -> Result<EntryId, Refusal> {
    let (tx, record_of) = open(app, agreement).await?;
    let id = plan_in(app, &tx, permit, &record_of, new).await?;
    tx.commit().await?;
    Ok(id)
}

/// [`plan`] inside the transaction of an act that needs the time, such as booking a visit. The
/// agreement comes from [`open`], which holds its lock.
///
/// # Errors
/// As [`plan`].
pub async fn plan_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    new: &NewEntry,
) -> Result<EntryId, Refusal> {
    let agreement = record_of.id;
    if new.person.trim().is_empty() {
        return Err(Refusal::field("person", "Say who comes"));
    }
    if !(1..=4).contains(&new.half_days) {
        return Err(Refusal::field("half_days", "Enter half a day to two days at a time"));
    }
    record_of.must_allow(Work::Time)?;
    let who = standings(app, tx, permit, record_of).await?;
    must_take_part(&who)?;
    let terms = crate::agreements::store::current(tx, record_of).await?;
    let terms = terms.terms();
    // Days in return are for others than the agreement names.
    let named = terms.sole_beneficiary().filter(|_| new.from == Side::Supporting);
    let beneficiary = new.beneficiary.or(named).map_or("", Beneficiary::key);
    let (giver, receiver, agreed) = match new.from {
        Side::Supporting => (record_of.supporting, record_of.supported, terms.half_days()),
        Side::Supported => {
            (record_of.supported, record_of.supporting, terms.money.reciprocal_half_days)
        }
    };
    let taken: i64 = of(tx, agreement)
        .await?
        .iter()
        .filter(|entry| entry.giver == giver && entry.state() != EntryState::Cancelled)
        .map(|entry| entry.half_days)
        .sum();
    if taken + new.half_days > agreed {
        return Err(Refusal::field(
            "half_days",
            format!(
                "You agreed {}, and {} are planned or delivered. Change the agreement first if more \
                 is needed",
                crate::agreements::terms::days(agreed),
                crate::agreements::terms::days(taken)
            ),
        ));
    }
    let load = guard::Load {
        account: new.account,
        person: new.person.trim(),
        giver,
        partnership: record_of.partnership,
        on: new.on,
        half_days: new.half_days,
    };
    load.hold(tx).await?;
    let concerns = guard::concerns(tx, &load).await?;
    let releasing = match new.from {
        Side::Supporting => Standing::SupportingHead,
        Side::Supported => Standing::SupportedHead,
    };
    let overridden = guard::must_be_free(&concerns, who.contains(&releasing), permit)?;
    let id = EntryId::new(&app.ids);
    tx.run(
        "INSERT INTO time_entry (id, agreement, account, person, giver, receiver, on_date, half_days,
           what, state, recorded_by, beneficiary, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'planned', $10, $11, 1)",
        [
            id.into(),
            agreement.into(),
            new.account.map(|account| account.to_string()).into(),
            new.person.trim().into(),
            giver.into(),
            receiver.into(),
            AsText(new.on).into(),
            new.half_days.into(),
            new.what.trim().into(),
            permit.context().actor.key().into(),
            beneficiary.into(),
        ],
    )
    .await?;
    let detail = json!({ "on": new.on, "half_days": new.half_days, "from": giver,
                        "overridden": overridden });
    record(tx, permit.context(), record_of, "time planned", detail).await?;
    Ok(id)
}

/// Writes down, on the first day here, what a support had given before: as one line that is
/// delivered and stays so. It was paid where it was agreed, so no charge comes of it.
pub async fn bring_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    it: BroughtIn,
) -> Result<(), Refusal> {
    if it.half_days < 1 {
        return Ok(());
    }
    tx.run(
        "INSERT INTO time_entry (id, agreement, account, person, giver, receiver, on_date, half_days,
           what, state, recorded_by, version)
         VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, 'delivered', $9, 1)",
        [
            EntryId::new(&app.ids).into(),
            record_of.id.into(),
            "The team".into(),
            record_of.supporting.into(),
            record_of.supported.into(),
            AsText(it.on).into(),
            it.half_days.into(),
            "Given before it was written here".into(),
            permit.context().actor.key().into(),
        ],
    )
    .await?;
    let detail = json!({ "half_days": it.half_days, "on": it.on });
    record(tx, permit.context(), record_of, "earlier time brought in", detail).await?;
    Ok(())
}

/// Says that planned time was delivered. Time that another record [holds](hold) is settled there.
///
/// # Errors
/// [`Refusal`] before the day, or when it is not planned any more or held elsewhere.
pub async fn deliver(app: &App, permit: &Permit, id: EntryId) -> Result<(), Refusal> {
    settle(app, permit, id, EntryState::Delivered, "").await
}

/// [`deliver`] (no reason) or [`cancel`] (with one) inside the transaction of another act. The
/// agreement comes from [`open`], which holds its lock.
///
/// # Errors
/// As [`deliver`] and [`cancel`].
pub async fn settle_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    id: EntryId,
    cancelled: Option<&str>,
) -> Result<(), Refusal> {
    let (to, reason) = match cancelled {
        Some(reason) => (EntryState::Cancelled, known(reason)?),
        None => (EntryState::Delivered, ""),
    };
    settle_one(app, tx, permit, record_of, id, to, reason).await
}

/// Moves planned time to another day, or to somebody else of the same school, inside the transaction
/// of another act. The agreement comes from [`open`], which holds its lock. The
/// [day-job guard](guard) is asked again, of whoever comes.
///
/// # Errors
/// [`Refusal`] when it is not planned any more, the state or the person does not allow it, or the
/// guard speaks and the releasing head has not overridden it.
pub async fn move_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    id: EntryId,
    on: Date,
    instead: Option<(AccountId, &str)>,
) -> Result<(), Refusal> {
    record_of.must_allow(Work::Time)?;
    let who = standings(app, tx, permit, record_of).await?;
    must_take_part(&who)?;
    let entry = find(tx, id).await?;
    let planned = step(entry.state(), TimeAct::Move, &who).is_ok();
    if entry.agreement != record_of.id || !planned {
        return Err(Refusal::NotNow("This time is not planned any more.".to_owned()));
    }
    let known = entry.account.as_deref().and_then(|text| text.parse().ok());
    let (account, person) = match instead {
        Some((account, name)) => (Some(account), name),
        None => (known, entry.person.as_str()),
    };
    // The day it moves away from is free again: in the same week and year it counts once.
    let mut load = guard::Load {
        account,
        person,
        giver: entry.giver,
        partnership: record_of.partnership,
        on,
        half_days: entry.half_days,
    };
    load.hold(tx).await?;
    if account == known && guard::same_week(entry.on(), on) {
        load.half_days = 0;
    }
    let concerns = guard::concerns(tx, &load).await?;
    let releasing = if entry.giver == record_of.supporting {
        Standing::SupportingHead
    } else {
        Standing::SupportedHead
    };
    let overridden = guard::must_be_free(&concerns, who.contains(&releasing), permit)?;
    tx.run(
        "UPDATE time_entry SET on_date = $2, account = $3, person = $4, version = version + 1
         WHERE id = $1",
        [
            id.into(),
            AsText(on).into(),
            account.map(|account| account.to_string()).into(),
            person.into(),
        ],
    )
    .await?;
    let detail = json!({ "from": entry.on(), "to": on, "overridden": overridden,
                        "instead": instead.map(|(_, name)| name) });
    record(tx, permit.context(), record_of, "time moved", detail).await?;
    Ok(())
}

/// Says which record time belongs to, by its address, such as `/visits/…`: from then on it is
/// settled and taken back there alone, so that the record and the ledger never tell two stories.
///
/// # Errors
/// When the database refuses.
pub async fn hold(tx: &Tx, id: EntryId, by: &str) -> Result<(), Refusal> {
    tx.run("UPDATE time_entry SET held_by = $2 WHERE id = $1", [id.into(), by.into()]).await?;
    Ok(())
}

fn must_be_free_here(entry: &Entry) -> Result<(), Refusal> {
    if entry.held_by.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotNow(
        "This time belongs to a visit or to sessions in hours. Open them and say there what became \
         of it: the time follows."
            .to_owned(),
    ))
}

/// A reason, when it is one of the pack's.
fn known(reason: &str) -> Result<&str, Refusal> {
    if pack().cancellations.iter().all(|phrase| phrase.code != reason) {
        return Err(Refusal::field("reason", "Choose why it was cancelled"));
    }
    Ok(reason)
}

/// Says that planned time was cancelled, and why.
///
/// # Errors
/// [`Refusal`] when the reason is not one of the pack's, or it is not planned any more.
pub async fn cancel(app: &App, permit: &Permit, id: EntryId, reason: &str) -> Result<(), Refusal> {
    settle(app, permit, id, EntryState::Cancelled, known(reason)?).await
}

async fn settle(
    app: &App,
    permit: &Permit,
    id: EntryId,
    to: EntryState,
    reason: &str,
) -> Result<(), Refusal> {
    let known = find(&app.db, id).await?;
    must_be_free_here(&known)?;
    let (tx, record_of) = open(app, known.agreement).await?;
    settle_one(app, &tx, permit, &record_of, id, to, reason).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn settle_one(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    id: EntryId,
    to: EntryState,
    reason: &str,
) -> Result<(), Refusal> {
    record_of.must_allow(Work::Time)?;
    let who = standings(app, tx, permit, record_of).await?;
    must_take_part(&who)?;
    let entry = find(tx, id).await?;
    let act = if to == EntryState::Delivered { TimeAct::Deliver } else { TimeAct::Cancel };
    if step(entry.state(), act, &who) != Ok(to) {
        return Err(Refusal::NotNow(format!(
            "This has been marked as {} already.",
            entry.state().in_words().to_lowercase()
        )));
    }
    if to == EntryState::Delivered && entry.on() > london(permit.context().at) {
        return Err(Refusal::NotNow("This day has not come yet.".to_owned()));
    }
    tx.run(
        "UPDATE time_entry SET state = $2, reason = $3, settled_by = $4, settled_at = $5,
           version = version + 1 WHERE id = $1",
        [
            id.into(),
            to.key().into(),
            reason.into(),
            permit.context().actor.key().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let verb = match to {
        EntryState::Delivered => "time delivered",
        _ => "time cancelled",
    };
    let detail = json!({ "on": entry.on(), "half_days": entry.half_days, "reason": reason });
    record(tx, permit.context(), record_of, verb, detail).await?;
    if to == EntryState::Delivered {
        charges::raise(app, tx, permit, record_of, &entry).await?;
    }
    Ok(())
}

/// Takes back that time was delivered or cancelled: it is planned again. Possible for a day, for
/// the person who said it, while no invoice has gone out. Charges it raised are withdrawn and
/// stay on record.
///
/// # Errors
/// [`Refusal::NotNow`] later, for somebody else's word, after an invoice, or where another record
/// [holds](hold) it.
pub async fn undo(app: &App, permit: &Permit, id: EntryId) -> Result<(), Refusal> {
    let known = find(&app.db, id).await?;
    must_be_free_here(&known)?;
    let (tx, record_of) = open(app, known.agreement).await?;
    undo_in(app, &tx, permit, &record_of, id).await?;
    tx.commit().await?;
    Ok(())
}

/// [`undo`] inside the transaction of the act of the record that holds the time. The agreement
/// comes from [`open`], which holds its lock.
///
/// # Errors
/// As [`undo`].
pub async fn undo_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    id: EntryId,
) -> Result<(), Refusal> {
    record_of.must_allow(Work::Time)?;
    let who = standings(app, tx, permit, record_of).await?;
    must_take_part(&who)?;
    let entry = find(tx, id).await?;
    let listed = step(entry.state(), TimeAct::PutBack, &who).is_ok();
    if !listed || !entry.may_be_undone(&permit.context().actor.key(), permit.context().at) {
        return Err(Refusal::NotNow(
            "This can be taken back for a day, by the person who said it. Ask your broker to put \
             it right."
                .to_owned(),
        ));
    }
    // Cancelled time no longer counts against what was agreed: putting it back must still fit.
    if entry.state() == EntryState::Cancelled {
        let terms = crate::agreements::store::current(tx, record_of).await?;
        let agreed = if entry.giver == record_of.supporting {
            terms.terms().half_days()
        } else {
            terms.terms().money.reciprocal_half_days
        };
        let taken: i64 = of(tx, record_of.id)
            .await?
            .iter()
            .filter(|one| one.giver == entry.giver && one.state() != EntryState::Cancelled)
            .map(|one| one.half_days)
            .sum();
        if taken + entry.half_days > agreed {
            return Err(Refusal::NotNow(
                "Other days have been planned in the meantime: cancel one of them first."
                    .to_owned(),
            ));
        }
    }
    charges::withdraw(tx, permit, &who, id).await?;
    tx.run(
        "UPDATE time_entry SET state = 'planned', reason = '', settled_by = NULL,
           settled_at = NULL, version = version + 1 WHERE id = $1",
        [id.into()],
    )
    .await?;
    let detail = json!({ "on": entry.on(), "was": entry.state().key() });
    record(tx, permit.context(), record_of, "time put back", detail).await?;
    Ok(())
}
