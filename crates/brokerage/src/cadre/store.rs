//! Reading the cadre.

use access::AccountId;
use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, Json},
};
use jiff::civil::Date;
use matching::Specialism;
use sea_orm::{FromQueryResult, Value};

use super::model::{Designation, DesignationId, Profile};
use super::preparation::{self, Preparation, Waiver};
use super::state::State;

#[derive(FromQueryResult)]
struct Row {
    id: DesignationId,
    person: AccountId,
    person_name: String,
    org: OrgRef,
    partnership: OrgRef,
    role: String,
    specialisms: Json<Vec<Specialism>>,
    phases: Json<Vec<String>>,
    on_site: bool,
    online: bool,
    travel_limit_km: Option<f64>,
    weekly_cap: i64,
    concurrent_cap: i64,
    about: String,
    state: AsText<State>,
    released_by: Option<String>,
    start_on: Option<AsText<Date>>,
    review_due: Option<AsText<Date>>,
    training_until: Option<AsText<Date>>,
    conduct_on: Option<AsText<Date>>,
    reply: Option<String>,
    waiver: Option<Json<Waiver>>,
    version: i64,
}

const COLUMNS: &str = "id, person, person_name, org, partnership, role, specialisms, phases, \
    on_site, online, travel_limit_km, weekly_cap, concurrent_cap, about, state, released_by, start_on, \
    review_due, training_until, conduct_on, reply, waiver, version";

fn cap(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

impl From<Row> for Designation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            person: row.person,
            name: row.person_name,
            org: row.org,
            partnership: row.partnership,
            role: row.role,
            profile: Profile {
                specialisms: row.specialisms.0,
                phases: row.phases.0,
                on_site: row.on_site,
                online: row.online,
                travel_limit_km: row.travel_limit_km,
                weekly_cap: cap(row.weekly_cap),
                concurrent_cap: cap(row.concurrent_cap),
                about: row.about,
            },
            state: row.state.0,
            released_by: row.released_by,
            start_on: row.start_on.map(|on| on.0),
            review_due: row.review_due.map(|on| on.0),
            training_until: row.training_until.map(|on| on.0),
            conduct_on: row.conduct_on.map(|on| on.0),
            prepared: Preparation::default(),
            waiver: row.waiver.map(|waiver| waiver.0),
            reply: row.reply,
            version: row.version,
        }
    }
}

async fn load(
    db: &impl Sql,
    condition: &str,
    values: Vec<Value>,
) -> Result<Vec<Designation>, DbError> {
    let sql =
        format!("SELECT {COLUMNS} FROM designation WHERE {condition} ORDER BY person_name, id");
    let rows: Vec<Row> = db.all(&sql, values.clone()).await?;
    let mut all: Vec<Designation> = rows.into_iter().map(Designation::from).collect();
    if !all.is_empty() {
        for (person, known) in preparation::of_those(db, condition, &values).await? {
            for it in all.iter_mut().filter(|it| it.person == person) {
                it.prepared = known.clone();
            }
        }
    }
    Ok(all)
}

/// A designation by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn designation(db: &impl Sql, id: DesignationId) -> Result<Option<Designation>, DbError> {
    Ok(load(db, "id = $1", vec![id.into()]).await?.pop())
}

/// The cadre of a partnership, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn cadre_of(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Designation>, DbError> {
    load(db, "partnership = $1", vec![partnership.into()]).await
}

/// The people of a school who lead beyond it.
///
/// # Errors
/// When the database cannot be read.
pub async fn released_from(db: &impl Sql, org: OrgRef) -> Result<Vec<Designation>, DbError> {
    load(db, "org = $1", vec![org.into()]).await
}

/// A person's own designations.
///
/// # Errors
/// When the database cannot be read.
pub async fn designations_of(
    db: &impl Sql,
    person: AccountId,
) -> Result<Vec<Designation>, DbError> {
    load(db, "person = $1", vec![person.into()]).await
}
