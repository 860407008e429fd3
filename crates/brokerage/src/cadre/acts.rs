//! What can be done to a designation.

use access::{AccountId, Permit};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, Json},
    events::{self, Event},
};
use jiff::{ToSpan, civil::Date};
use matching::Specialism;
use needs::ActError;
use serde_json::json;

use super::model::{Designation, DesignationId, MOST_ABOUT, Profile};
use super::preparation;
use super::state::{Act, State, Who, step};
use super::store;
use crate::packs;

/// Who is put forward, as what.
#[derive(Clone, Debug)]
pub struct Nomination {
    /// The person.
    pub person: AccountId,
    /// The person's name.
    pub name: String,
    /// The school that would release the person.
    pub org: OrgRef,
    /// The partnership whose cadre this is.
    pub partnership: OrgRef,
    /// The role's code.
    pub role: String,
    /// What they bring.
    pub profile: Profile,
}

fn event(it: &Designation, verb: &'static str) -> Event<'static> {
    Event::new("designation", it.id, verb).owned_by(it.org)
}

/// Refuses a profile that offers nothing, or what the pack does not know; `kept` is what was there
/// before, which may stay though the pack dropped it.
fn check(profile: &Profile, kept: &[Specialism]) -> Result<(), ActError> {
    if profile.specialisms.is_empty() {
        return Err(ActError::missing("specialisms", "Choose at least one specialism"));
    }
    let unknown = |one: &&Specialism| {
        packs::specialism(&one.code).is_none() && kept.iter().all(|old| old.code != one.code)
    };
    if let Some(one) = profile.specialisms.iter().find(unknown) {
        return Err(ActError::missing(
            "specialisms",
            format!("“{}” is not a specialism of the pack", one.code),
        ));
    }
    if profile.phases.is_empty() {
        return Err(ActError::missing("phases", "Choose at least one kind of school"));
    }
    if !profile.on_site && !profile.online {
        return Err(ActError::missing("mode", "Choose whether they come or help online"));
    }
    if profile.about.chars().count() > MOST_ABOUT {
        return Err(ActError::missing("about", "Use 600 letters at most"));
    }
    Ok(())
}

/// Puts somebody forward for a role.
///
/// # Errors
/// When the role is retired or unknown, a specialism is unknown, or nothing is offered.
pub async fn nominate(
    app: &App,
    permit: &Permit,
    new: &Nomination,
) -> Result<DesignationId, ActError> {
    match packs::role(&new.role) {
        None => return Err(ActError::missing("role", "Choose a role from the list")),
        Some(role) if !role.is_given_on(foundation::clock::london(permit.context().at)) => {
            return Err(ActError::missing(
                "role",
                format!("{} is not given to anybody new at the moment", role.name),
            ));
        }
        Some(_) => {}
    }
    check(&new.profile, &[])?;
    let id = DesignationId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO designation (id, person, person_name, org, partnership, role, specialisms, phases, on_site, online,
           travel_limit_km, weekly_cap, concurrent_cap, state, about, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)",
        [
            id.into(),
            new.person.into(),
            new.name.clone().into(),
            new.org.into(),
            new.partnership.into(),
            new.role.clone().into(),
            Json(new.profile.specialisms.clone()).into(),
            Json(new.profile.phases.clone()).into(),
            new.profile.on_site.into(),
            new.profile.online.into(),
            new.profile.travel_limit_km.into(),
            i64::from(new.profile.weekly_cap).into(),
            i64::from(new.profile.concurrent_cap).into(),
            AsText(State::Nominated).into(),
            new.profile.about.trim().into(),
        ],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        Event::new("designation", id, "nominated").owned_by(new.org),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes what somebody brings and under which conditions; what was agreed stays agreed. `seen` is
/// the version the writer had before them.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else changed it first; when nothing is offered any more, or
/// the designation has ended.
pub async fn change_profile(
    app: &App,
    permit: &Permit,
    id: DesignationId,
    seen: i64,
    new: &Profile,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = open(&tx, id).await?;
    if matches!(it.state, State::Lapsed | State::Withdrawn) {
        return Err(ActError::refused("This designation has ended: it stays as it was."));
    }
    check(new, &it.profile.specialisms)?;
    let touched = tx
        .run(
            "UPDATE designation SET specialisms = $2, phases = $3, on_site = $4, online = $5,
               travel_limit_km = $6, weekly_cap = $7, concurrent_cap = $8, about = $10,
               version = version + 1
             WHERE id = $1 AND version = $9",
            [
                id.into(),
                Json(new.specialisms.clone()).into(),
                Json(new.phases.clone()).into(),
                new.on_site.into(),
                new.online.into(),
                new.travel_limit_km.into(),
                i64::from(new.weekly_cap).into(),
                i64::from(new.concurrent_cap).into(),
                seen.into(),
                new.about.trim().into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("designation").into());
    }
    let codes = |profile: &Profile| -> Vec<String> {
        profile.specialisms.iter().map(|one| one.code.clone()).collect()
    };
    let facts = json!({
        "brought": codes(&it.profile), "brings": codes(new), "phases": new.phases,
        "on_site": new.on_site, "online": new.online, "travel_limit_km": new.travel_limit_km,
        "weekly_cap": new.weekly_cap, "concurrent_cap": new.concurrent_cap,
    });
    events::append(&tx, permit.context(), event(&it, "profile changed").with(facts)).await?;
    tx.commit().await?;
    Ok(())
}

async fn open(tx: &Tx, id: DesignationId) -> Result<Designation, ActError> {
    store::designation(tx, id).await?.ok_or(ActError::NotFound("designation"))
}

async fn advance(
    tx: &Tx,
    permit: &Permit,
    it: &Designation,
    act: Act,
    who: Who,
) -> Result<State, ActError> {
    let to = step(it.state, act, who)?;
    let touched = tx
        .run(
            "UPDATE designation SET state = $2, version = version + 1 WHERE id = $1 AND version = $3",
            [it.id.into(), AsText(to).into(), it.version.into()],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("designation").into());
    }
    events::append(tx, permit.context(), event(it, to.key())).await?;
    Ok(to)
}

/// The broker lets somebody go on although training they once had has run out, with a reason that
/// the person reads: until then they are not offered for new support.
///
/// # Errors
/// Without a reason, where nothing is missing, where the designation is not current otherwise, and
/// while the code of conduct is not accepted.
pub async fn let_go_on(app: &App, permit: &Permit, id: DesignationId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = open(&tx, id).await?;
    let today = foundation::clock::london(permit.context().at);
    if !it.is_live(today) || it.is_current(today) {
        return Err(ActError::refused("Nothing keeps them from going on by training alone."));
    }
    let missing = it.missing(today);
    match permit.context().reason.as_deref().map_or("", str::trim) {
        "" => Err(ActError::missing(
            "reason",
            format!(
                "Still missing: {}. Record it first, or say why they go on without it: the person \
                 reads it",
                preparation::names_of(&missing)
            ),
        )),
        why => {
            preparation::waive(&tx, app, permit, &it, missing, why).await?;
            tx.commit().await?;
            Ok(())
        }
    }
}

/// One simple step without further facts: applying, assessing, granting, calling a review.
///
/// # Errors
/// When the step is not allowed; assessing also needs the head's release, and activating what the
/// role needs, or the broker's reason for beginning without.
pub async fn take_step(
    app: &App,
    permit: &Permit,
    id: DesignationId,
    act: Act,
    who: Who,
) -> Result<State, ActError> {
    let tx = app.db.write().await?;
    let it = open(&tx, id).await?;
    step(it.state, act, who)?;
    let today = foundation::clock::london(permit.context().at);
    let why = permit.context().reason.as_deref().map_or("", str::trim);
    match act {
        Act::Assess if it.released_by.is_none() => {
            return Err(ActError::refused(
                "The head of the home school has to confirm the release first.",
            ));
        }
        Act::Activate if !it.is_current(today) => match why {
            "" => {
                return Err(ActError::missing(
                    "reason",
                    format!(
                        "Still missing: {}. Record it first, or say why they begin without it: the \
                         person reads it",
                        preparation::names_of(&it.missing(today))
                    ),
                ));
            }
            why => preparation::waive(&tx, app, permit, &it, it.missing(today), why).await?,
        },
        Act::Lapse | Act::Withdraw if why.is_empty() && who != Who::Person => {
            return Err(ActError::missing("reason", "Say why: the person reads it and can reply"));
        }
        _ => {}
    }
    let to = advance(&tx, permit, &it, act, who).await?;
    let dates = match act {
        Act::Designate => Some((today, today.saturating_add(2.years()))),
        Act::Renew => Some((it.start_on.unwrap_or(today), today.saturating_add(2.years()))),
        _ => None,
    };
    if let Some((start, review)) = dates {
        tx.run(
            "UPDATE designation SET start_on = $2, review_due = $3 WHERE id = $1",
            [id.into(), start.to_string().into(), review.to_string().into()],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(to)
}

/// The head of the home school confirms that the person may be released.
///
/// # Errors
/// When there is no such designation.
pub async fn release(app: &App, permit: &Permit, id: DesignationId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = open(&tx, id).await?;
    tx.run(
        "UPDATE designation SET released_by = $2, version = version + 1 WHERE id = $1",
        [id.into(), permit.context().actor.name().into()],
    )
    .await?;
    events::append(&tx, permit.context(), event(&it, "released")).await?;
    tx.commit().await?;
    Ok(())
}

/// The head of the home school takes the release back: nothing new is proposed until it is given
/// again. What was agreed stays agreed. The permit carries the reason.
///
/// # Errors
/// When no reason is given, or nobody released the person.
pub async fn take_back_release(
    app: &App,
    permit: &Permit,
    id: DesignationId,
) -> Result<(), ActError> {
    if permit.context().reason.as_deref().is_none_or(|why| why.trim().is_empty()) {
        return Err(ActError::missing("reason", "Say why: the person and the broker read it"));
    }
    let tx = app.db.write().await?;
    let it = open(&tx, id).await?;
    let touched = tx
        .run(
            "UPDATE designation SET released_by = NULL, version = version + 1
             WHERE id = $1 AND released_by IS NOT NULL",
            [id.into()],
        )
        .await?;
    if touched == 0 {
        return Err(ActError::refused("Nobody has released this person at the moment."));
    }
    events::append(&tx, permit.context(), event(&it, "release taken back")).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes over from an earlier register that training is current until a day, whatever it was, and
/// that the code of conduct was accepted in its first version.
///
/// # Errors
/// When there is no such designation.
pub async fn record_earlier_training(
    app: &App,
    permit: &Permit,
    id: DesignationId,
    training_until: Date,
    conduct_on: Date,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = open(&tx, id).await?;
    tx.run(
        "UPDATE designation SET training_until = $2, conduct_on = $3, version = version + 1 WHERE id = $1",
        [id.into(), training_until.to_string().into(), conduct_on.to_string().into()],
    )
    .await?;
    preparation::keep_acceptance(&tx, permit, it.person, 1).await?;
    events::append(&tx, permit.context(), event(&it, "trained")).await?;
    tx.commit().await?;
    Ok(())
}

/// The person's reply to a lapse or a withdrawal: kept with the record.
///
/// # Errors
/// When the designation has not lapsed and was not withdrawn, or the reply is empty.
pub async fn reply(
    app: &App,
    permit: &Permit,
    id: DesignationId,
    words: &str,
) -> Result<(), ActError> {
    if words.trim().is_empty() {
        return Err(ActError::missing("reply", "Write your reply"));
    }
    let tx = app.db.write().await?;
    let it = open(&tx, id).await?;
    if !matches!(it.state, State::Lapsed | State::Withdrawn | State::ReviewDue) {
        return Err(ActError::refused("There is nothing to reply to."));
    }
    tx.run(
        "UPDATE designation SET reply = $2, version = version + 1 WHERE id = $1",
        [id.into(), words.trim().into()],
    )
    .await?;
    events::append(&tx, permit.context(), event(&it, "replied")).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes over somebody who is designated already, from an earlier register: every step is taken
/// and recorded, with the training that register shows.
///
/// # Errors
/// As the single steps.
pub async fn enrol(
    app: &App,
    permit: &Permit,
    new: &Nomination,
    training_until: Date,
) -> Result<DesignationId, ActError> {
    let id = nominate(app, permit, new).await?;
    take_step(app, permit, id, Act::Apply, Who::Person).await?;
    release(app, permit, id).await?;
    let today = foundation::clock::london(permit.context().at);
    record_earlier_training(app, permit, id, training_until, today).await?;
    for act in [Act::Assess, Act::Designate, Act::Activate] {
        take_step(app, permit, id, act, Who::Broker).await?;
    }
    Ok(id)
}
