//! Alliances and other partnerships, and who belonged to them when.

use foundation::{
    Context, DbError, Ids, OrgRef, Sql, Tx,
    events::{self, Event},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

/// A partnership.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Partnership {
    /// How records name it.
    pub org: OrgRef,
    /// Its name.
    pub name: String,
    /// Alliance, cluster, professional learning community, place, trust-to-trust or triad.
    pub kind: String,
}

/// Founds a partnership.
///
/// # Errors
/// When the database refuses.
pub async fn found(
    tx: &Tx,
    ids: &Ids,
    context: &Context,
    name: &str,
    kind: &str,
    start_on: Date,
) -> Result<OrgRef, DbError> {
    let id = ids.next();
    let org = OrgRef::Partnership(id);
    tx.run(
        "INSERT INTO partnership (id, org, name, kind, start_on) VALUES ($1, $2, $3, $4, $5)",
        [id.to_string().into(), org.into(), name.into(), kind.into(), start_on.to_string().into()],
    )
    .await?;
    events::append(tx, context, Event::new("partnership", id, "founded").owned_by(org)).await?;
    Ok(org)
}

/// Admits an organisation from a date on.
///
/// # Errors
/// When the partnership does not exist or the organisation joined on that day already.
pub async fn join(
    tx: &Tx,
    context: &Context,
    partnership: OrgRef,
    member: OrgRef,
    start_on: Date,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO partnership_member (partnership, org, start_on) VALUES ($1, $2, $3)",
        [partnership.into(), member.into(), start_on.to_string().into()],
    )
    .await?;
    events::append(tx, context, Event::new("partnership", partnership, "joined").owned_by(member))
        .await
}

/// Ends a membership at once. What the organisation shared stays its own; what the others shared
/// closes to it.
///
/// # Errors
/// [`DbError::Conflict`] when it is not a member on that day.
pub async fn leave(
    tx: &Tx,
    context: &Context,
    partnership: OrgRef,
    member: OrgRef,
    today: Date,
) -> Result<(), DbError> {
    let last_day = today.yesterday().unwrap_or(today).to_string();
    let ended = tx
        .run(
            "UPDATE partnership_member SET end_on = $3
             WHERE partnership = $1 AND org = $2 AND start_on <= $4 AND (end_on IS NULL OR end_on >= $4)",
            [partnership.into(), member.into(), last_day.into(), today.to_string().into()],
        )
        .await?;
    if ended == 0 {
        return Err(DbError::Conflict("membership"));
    }
    events::append(tx, context, Event::new("partnership", partnership, "left").owned_by(member))
        .await
}

/// The partnerships an organisation belongs to on a day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, member: OrgRef, on: Date) -> Result<Vec<Partnership>, DbError> {
    db.all(
        "SELECT p.org, p.name, p.kind FROM partnership p JOIN partnership_member m ON m.partnership = p.org
         WHERE m.org = $1 AND m.start_on <= $2 AND (m.end_on IS NULL OR m.end_on >= $2)
         ORDER BY p.name",
        [member.into(), on.to_string().into()],
    )
    .await
}

/// The members of a partnership on a day.
///
/// # Errors
/// When the database cannot be read.
pub async fn members(db: &impl Sql, partnership: OrgRef, on: Date) -> Result<Vec<OrgRef>, DbError> {
    #[derive(FromQueryResult)]
    struct Member {
        org: OrgRef,
    }
    let members: Vec<Member> = db
        .all(
            "SELECT org FROM partnership_member
             WHERE partnership = $1 AND start_on <= $2 AND (end_on IS NULL OR end_on >= $2)
             ORDER BY org",
            [partnership.into(), on.to_string().into()],
        )
        .await?;
    Ok(members.into_iter().map(|member| member.org).collect())
}

/// A partnership by its reference.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(db: &impl Sql, org: OrgRef) -> Result<Option<Partnership>, DbError> {
    db.first("SELECT org, name, kind FROM partnership WHERE org = $1", [org.into()]).await
}

/// Every partnership, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn all(db: &impl Sql) -> Result<Vec<Partnership>, DbError> {
    db.all("SELECT org, name, kind FROM partnership ORDER BY name, org", []).await
}
