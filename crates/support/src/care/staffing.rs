//! A school can spare only so many of its people at once. Its head says how many may be out on
//! the same day, over all the support they give; the day-job guard weighs it whenever time is
//! planned or moved.

use access::Permit;
use foundation::{
    App, DbError, OrgRef, Sql,
    db::{AsText, At},
    events::{self, Event},
};
use jiff::civil::Date;
use serde_json::json;

use crate::Refusal;

/// How many may be out on the same day, where the head has said so.
///
/// # Errors
/// When the database cannot be read.
pub async fn most_out(db: &impl Sql, org: OrgRef) -> Result<Option<i64>, DbError> {
    // A count is never nought here, so the sum over no row tells that nothing was said.
    let most = db
        .count(
            "SELECT CAST(coalesce(sum(most_out), 0) AS BIGINT) AS n FROM staffing_floor WHERE org = $1",
            [org.into()],
        )
        .await?;
    Ok((most > 0).then_some(most))
}

/// How many others of a school are out on a day, over all agreements. People are told apart by
/// their account, and by their name where they have none.
///
/// # Errors
/// When the database cannot be read.
pub async fn others_out(
    db: &impl Sql,
    org: OrgRef,
    on: Date,
    person: &str,
) -> Result<i64, DbError> {
    db.count(
        "SELECT count(DISTINCT coalesce(account, person)) AS n FROM time_entry
         WHERE giver = $1 AND on_date = $2 AND state <> 'cancelled'
           AND coalesce(account, person) <> $3",
        [org.into(), AsText(on).into(), person.into()],
    )
    .await
}

/// Says how many may be out on the same day; nothing takes the limit away. Time that is planned
/// already stays. The permit is to change [`super::floors::resource`] of the school.
///
/// # Errors
/// [`Refusal::Field`] for less than one or more than a hundred.
pub async fn set(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    most_out: Option<i64>,
) -> Result<(), Refusal> {
    if most_out.is_some_and(|most| !(1..=100).contains(&most)) {
        return Err(Refusal::field(
            "most_out",
            "Enter a whole number from 1 to 100, or leave it empty for no limit",
        ));
    }
    let tx = app.db.write().await?;
    tx.run("DELETE FROM staffing_floor WHERE org = $1", [org.into()]).await?;
    if let Some(most) = most_out {
        tx.run(
            "INSERT INTO staffing_floor (org, most_out, set_by, set_at) VALUES ($1, $2, $3, $4)",
            [
                org.into(),
                most.into(),
                permit.context().actor.key().into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    }
    let event = Event::new("staffing floor", org, "set").owned_by(org);
    events::append(&tx, permit.context(), event.with(json!({ "most_out": most_out }))).await?;
    tx.commit().await?;
    Ok(())
}
