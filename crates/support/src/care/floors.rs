//! The home-school guard: a floor under the supporting school's own results. When a published
//! reading lies beyond it, the head and the broker are told, and no new support is offered from
//! that school until its head has looked and said what they make of it. Support that is under way
//! goes on: whether to pause it is for people to decide.

use access::{Kind, Permit, Resource, Role, Zone, accounts};
use brokerage::cadre::capacity;
use evidence::Measure;
use foundation::{
    App, DbError, OrgRef, Sql,
    db::At,
    events::{self, Event},
    id_type,
    mail::{self, Letter},
};
use register::kpis;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{Refusal, agreements::store};

id_type! {
    /// A floor.
    FloorId
}

/// A floor.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Floor {
    /// The identifier.
    pub id: FloorId,
    /// The school.
    pub org: OrgRef,
    /// The indicator's code.
    pub kpi: String,
    /// Which pupils.
    pub grp: String,
    /// The value that a reading must not be worse than, in the indicator's unit.
    pub floor: f64,
    seen_year: Option<i64>,
    guard: Option<String>,
}

const COLUMNS: &str = "id, org, kpi, grp, floor, seen_year, guard";

impl Floor {
    /// What it says: "reading, writing and maths: not below 62.0%".
    #[must_use]
    pub fn in_words(&self) -> String {
        match kpis::definition(&self.kpi) {
            Some(definition) => {
                let side = if self.lower_is_better() { "above" } else { "below" };
                let value = definition.number_in_words(self.floor);
                format!("{}: not {side} {value}", definition.kpi().name)
            }
            None => self.kpi.clone(),
        }
    }

    fn lower_is_better(&self) -> bool {
        kpis::definition(&self.kpi).is_some_and(|definition| {
            definition.kpi().direction == evidence::Direction::LowerIsBetter
        })
    }

    fn is_crossed_by(&self, value: f64) -> bool {
        if self.lower_is_better() { value > self.floor } else { value < self.floor }
    }

    /// Whether it was crossed and the head has not said yet what they make of it.
    #[must_use]
    pub const fn waits_for_review(&self) -> bool {
        self.guard.is_some()
    }
}

/// Floors as the policy sees them: the school's own.
#[must_use]
pub const fn resource(org: OrgRef) -> Resource {
    Resource::new(Kind::Agreement, Zone::School, org)
}

/// The floors of a school, by indicator.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, org: OrgRef) -> Result<Vec<Floor>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM home_floor WHERE org = $1 AND lifted_at IS NULL ORDER BY kpi, grp"
        ),
        [org.into()],
    )
    .await
}

/// The newest number a school has for an indicator, with its year.
async fn newest(db: &impl Sql, floor: &Floor) -> Result<Option<(i64, f64)>, DbError> {
    let Some(urn) = floor.org.urn() else { return Ok(None) };
    let subject = kpis::Subject::School(urn);
    let readings = kpis::series(db, subject, &floor.kpi, &floor.grp).await?;
    Ok(readings.iter().rev().find_map(|reading| {
        Measure::number(&reading.measure).map(|value| (i64::from(reading.period.0), value))
    }))
}

/// Puts a floor under an indicator. What has been published already is not held against it. The
/// permit is to change [`resource`] of the school.
///
/// # Errors
/// [`Refusal::Field`] for an indicator without a good direction or a floor that is no number;
/// [`Refusal::NotNow`] when there is one already.
pub async fn put(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    [kpi, grp]: [&str; 2],
    floor: f64,
) -> Result<FloorId, Refusal> {
    let known = kpis::definition(kpi).filter(|one| one.direction.sign().is_some());
    if known.is_none() {
        return Err(Refusal::field("kpi", "Choose an indicator for which more or less is better"));
    }
    if !floor.is_finite() {
        return Err(Refusal::field("floor", "Enter a number"));
    }
    let id = FloorId::new(&app.ids);
    let mut new = Floor {
        id,
        org,
        kpi: kpi.to_owned(),
        grp: grp.to_owned(),
        floor,
        seen_year: None,
        guard: None,
    };
    new.seen_year = newest(&app.db, &new).await?.map(|(year, _)| year);
    let tx = app.db.write().await?;
    let put = tx
        .run(
            "INSERT INTO home_floor (id, org, kpi, grp, floor, set_by, set_at, seen_year)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                id.into(),
                org.into(),
                kpi.into(),
                grp.into(),
                floor.into(),
                permit.context().actor.key().into(),
                At(permit.context().at).into(),
                new.seen_year.into(),
            ],
        )
        .await;
    match put {
        Err(DbError::Duplicate(_)) => {
            return Err(Refusal::NotNow(
                "There is a floor under this indicator already: lift it first.".to_owned(),
            ));
        }
        other => other?,
    };
    let event = Event::new("floor", id, "put").owned_by(org);
    events::append(&tx, permit.context(), event.with(json!({ "kpi": kpi, "group": grp }))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Looks at new readings of schools that support others, once a day. Returns the floors that were
/// crossed. The permit is [`Permit::system`].
///
/// # Errors
/// When the database refuses.
pub async fn watch(app: &App, permit: &Permit) -> Result<Vec<FloorId>, Refusal> {
    let floors: Vec<Floor> = app
        .db
        .all(
            &format!(
                "SELECT {COLUMNS} FROM home_floor WHERE lifted_at IS NULL AND guard IS NULL
                 ORDER BY id"
            ),
            [],
        )
        .await?;
    let mut crossed = Vec::new();
    for floor in floors {
        let supports: Vec<_> = store::of_org(&app.db, floor.org)
            .await?
            .into_iter()
            .filter(|one| one.supporting == floor.org && one.state().in_force())
            .collect();
        let Some((year, value)) = newest(&app.db, &floor).await? else { continue };
        if supports.is_empty() || floor.seen_year.is_some_and(|seen| year <= seen) {
            continue;
        }
        if !floor.is_crossed_by(value) {
            app.db
                .run(
                    "UPDATE home_floor SET seen_year = $2 WHERE id = $1",
                    [floor.id.into(), year.into()],
                )
                .await?;
            continue;
        }
        let reason = "a result at home asks for attention".to_owned();
        let guard = capacity::raise_guard(app, permit, floor.org, &reason, None)
            .await
            .map_err(|error| Refusal::NotNow(error.to_string()))?;
        let tx = app.db.write().await?;
        let first = tx
            .run(
                "UPDATE home_floor SET seen_year = $2, guard = $3 WHERE id = $1 AND guard IS NULL",
                [floor.id.into(), year.into(), guard.to_string().into()],
            )
            .await?;
        if first == 1 {
            let event = Event::new("floor", floor.id, "crossed").owned_by(floor.org);
            events::append(&tx, permit.context(), event.with(json!({ "year": year }))).await?;
            let mut readers = accounts::holders(&tx, &app.clock, floor.org, Role::Head).await?;
            for support in &supports {
                if let Some(partnership) = support.partnership {
                    for broker in
                        accounts::holders(&tx, &app.clock, partnership, Role::Broker).await?
                    {
                        if readers.iter().all(|reader| reader.id != broker.id) {
                            readers.push(broker);
                        }
                    }
                }
            }
            for reader in readers {
                let letter = Letter {
                    recipient: reader.email,
                    subject: "A result at a supporting school asks for attention".to_owned(),
                    body: format!(
                        "Hello {},\n\na published result of a school that supports others lies \
                         beyond the floor its head had set. Support that is under way goes on; \
                         new support waits until the head has looked at it:\n{}/home-floors\n",
                        reader.name,
                        app.config.public_url()
                    ),
                };
                mail::post(&tx, app, permit.context(), &letter).await?;
            }
        }
        tx.commit().await?;
        crossed.push(floor.id);
    }
    Ok(crossed)
}

/// The head has looked: new support may be offered again. The permit carries what they make of it.
///
/// # Errors
/// [`Refusal`] when nothing waits or nothing is said.
pub async fn review(app: &App, permit: &Permit, org: OrgRef, id: FloorId) -> Result<(), Refusal> {
    if permit.context().reason.as_deref().is_none_or(|text| text.trim().is_empty()) {
        return Err(Refusal::field("reason", "Say what you make of it and what follows"));
    }
    let floor = of(&app.db, org).await?.into_iter().find(|one| one.id == id);
    let guard = floor.and_then(|floor| floor.guard).ok_or(Refusal::NotFound)?;
    let guard = guard.parse().map_err(|_| Refusal::NotFound)?;
    // Cleared first: should the second write fail, nobody is kept from anything, and it is said again.
    match capacity::clear_guard(app, permit, guard).await {
        Ok(()) | Err(needs::ActError::NotFound(_)) => {}
        Err(error) => return Err(Refusal::NotNow(error.to_string())),
    }
    let tx = app.db.write().await?;
    tx.run("UPDATE home_floor SET guard = NULL WHERE id = $1", [id.into()]).await?;
    events::append(&tx, permit.context(), Event::new("floor", id, "reviewed").owned_by(org))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Lifts a floor. What it held back is free again.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn lift(app: &App, permit: &Permit, org: OrgRef, id: FloorId) -> Result<(), Refusal> {
    let floor = of(&app.db, org).await?.into_iter().find(|one| one.id == id);
    let floor = floor.ok_or(Refusal::NotFound)?;
    if floor.waits_for_review() {
        return Err(Refusal::NotNow(
            "It has been crossed: say first what you make of it.".to_owned(),
        ));
    }
    let tx = app.db.write().await?;
    tx.run(
        "UPDATE home_floor SET lifted_at = $2 WHERE id = $1",
        [id.into(), At(permit.context().at).into()],
    )
    .await?;
    events::append(&tx, permit.context(), Event::new("floor", id, "lifted").owned_by(org)).await?;
    tx.commit().await?;
    Ok(())
}
