//! Alliances and other partnerships, and who belonged to them when.
//!
//! Nobody is drawn into a partnership: an organisation that is asked belongs to it, reads what is
//! shared in it and can be read by it only from the day on which its own leaders agreed.

use foundation::{
    Context, DbError, Ids, OrgRef, Sql, Tx,
    db::AsText,
    events::{self, Event},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::{Kind, Resource, Zone};

/// Where a partnership's pages begin.
#[must_use]
pub fn address(partnership: OrgRef) -> String {
    format!("/partnerships/{}", partnership.to_string().trim_start_matches("partnership:"))
}

/// A partnership.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Partnership {
    /// How records name it.
    pub org: OrgRef,
    /// Its name.
    pub name: String,
    /// Alliance, cluster, professional learning community, place, trust-to-trust or triad.
    pub kind: String,
    /// The member that leads it and answers for it, where its members agreed on one.
    pub lead_org: Option<OrgRef>,
    active_on: Option<AsText<Date>>,
}

impl Partnership {
    /// The day from which it works: when every member had accepted its charter. Nothing while it
    /// is being formed.
    #[must_use]
    pub fn active_on(&self) -> Option<Date> {
        self.active_on.as_ref().map(|day| day.0)
    }
}

/// What the policy knows about a partnership: its members read it, its brokers and its
/// administrators look after it, and nobody else knows of it.
#[must_use]
pub const fn resource(org: OrgRef) -> Resource {
    Resource::new(Kind::Partnership, Zone::Network, org).through(Some(org))
}

/// Records a partnership that works already, under words its members agreed before. Pages [`form`]
/// a new one, which works from the day on which every member has accepted its charter.
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
    let org = form(tx, ids, context, name, kind, start_on).await?;
    activate(tx, context, org, start_on).await?;
    Ok(org)
}

/// Begins a partnership that is being formed: it has members and words to agree on, and brokers
/// nothing until it is [`activate`]d.
///
/// # Errors
/// When the database refuses.
pub async fn form(
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

/// Lets a partnership work from a day on: every member has accepted its charter. Whether it did so
/// now; a partnership that works already stays as it is.
///
/// # Errors
/// When the database refuses.
pub async fn activate(
    tx: &Tx,
    context: &Context,
    partnership: OrgRef,
    on: Date,
) -> Result<bool, DbError> {
    let changed = tx
        .run(
            "UPDATE partnership SET active_on = $2 WHERE org = $1 AND active_on IS NULL",
            [partnership.into(), on.to_string().into()],
        )
        .await?;
    if changed > 0 {
        let event = Event::new("partnership", partnership, "activated").owned_by(partnership);
        events::append(tx, context, event).await?;
    }
    Ok(changed > 0)
}

/// Names the member that leads a partnership, or takes the name away.
///
/// # Errors
/// [`DbError::Conflict`] when it is no member on that day.
pub async fn lead(
    tx: &Tx,
    context: &Context,
    partnership: OrgRef,
    member: Option<OrgRef>,
    today: Date,
) -> Result<(), DbError> {
    if let Some(member) = member
        && !members(tx, partnership, today).await?.contains(&member)
    {
        return Err(DbError::Conflict("member"));
    }
    tx.run(
        "UPDATE partnership SET lead_org = $2 WHERE org = $1",
        [partnership.into(), member.map(|it| it.to_string()).into()],
    )
    .await?;
    let verb = if member.is_some() { "is led by" } else { "is led by nobody" };
    told(tx, context, partnership, verb, member.unwrap_or(partnership)).await
}

/// Whether a partnership works: every member accepted its charter once. One that is being formed,
/// or that nobody knows, does not.
///
/// # Errors
/// When the database cannot be read.
pub async fn works(db: &impl Sql, partnership: OrgRef) -> Result<bool, DbError> {
    Ok(get(db, partnership).await?.is_some_and(|it| it.active_on().is_some()))
}

/// What became of an organisation in a partnership, for the record.
async fn told(
    tx: &Tx,
    context: &Context,
    partnership: OrgRef,
    verb: &str,
    member: OrgRef,
) -> Result<(), DbError> {
    events::append(tx, context, Event::new("partnership", partnership, verb).owned_by(member)).await
}

/// Makes an organisation that has agreed a member from a date on. Pages [`invite`] and let its
/// leaders [`agree`].
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
        "INSERT INTO partnership_member (partnership, org, start_on, agreed_on)
         VALUES ($1, $2, $3, $3)",
        [partnership.into(), member.into(), start_on.to_string().into()],
    )
    .await?;
    told(tx, context, partnership, "joined", member).await
}

/// Asks an organisation to join. Until its leaders [`agree`] it is no member.
///
/// # Errors
/// When the partnership does not exist.
pub async fn invite(
    tx: &Tx,
    context: &Context,
    partnership: OrgRef,
    member: OrgRef,
    today: Date,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO partnership_member (partnership, org, start_on) VALUES ($1, $2, $3)
         ON CONFLICT (partnership, org, start_on) DO UPDATE SET end_on = NULL, agreed_on = NULL
           WHERE partnership_member.end_on IS NOT NULL",
        [partnership.into(), member.into(), today.to_string().into()],
    )
    .await?;
    told(tx, context, partnership, "invited", member).await
}

/// Accepts for the organisation that was asked: it belongs to the partnership from today.
///
/// # Errors
/// [`DbError::Conflict`] when it was not asked, or has answered.
pub async fn agree(
    tx: &Tx,
    context: &Context,
    partnership: OrgRef,
    member: OrgRef,
    today: Date,
) -> Result<(), DbError> {
    let agreed = tx
        .run(
            "UPDATE partnership_member SET agreed_on = $3
             WHERE partnership = $1 AND org = $2 AND agreed_on IS NULL
               AND (end_on IS NULL OR end_on >= $3)",
            [partnership.into(), member.into(), today.to_string().into()],
        )
        .await?;
    if agreed == 0 {
        return Err(DbError::Conflict("invitation"));
    }
    told(tx, context, partnership, "joined", member).await
}

/// The partnerships that wait for an organisation's answer, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn inviting(
    db: &impl Sql,
    member: OrgRef,
    on: Date,
) -> Result<Vec<Partnership>, DbError> {
    db.all(
        "SELECT p.org, p.name, p.kind, p.lead_org, p.active_on FROM partnership p JOIN partnership_member m ON m.partnership = p.org
         WHERE m.org = $1 AND m.agreed_on IS NULL AND (m.end_on IS NULL OR m.end_on >= $2)
         ORDER BY p.name, p.org",
        [member.into(), on.to_string().into()],
    )
    .await
}

/// The organisations that were asked and have not answered.
///
/// # Errors
/// When the database cannot be read.
pub async fn invited(db: &impl Sql, partnership: OrgRef, on: Date) -> Result<Vec<OrgRef>, DbError> {
    orgs(
        db,
        "SELECT org FROM partnership_member
         WHERE partnership = $1 AND agreed_on IS NULL AND (end_on IS NULL OR end_on >= $2)
         ORDER BY org",
        partnership,
        on,
    )
    .await
}

/// Ends a membership, or takes an invitation back, at once: what the organisation shared in the
/// partnership closes to the others, and what the others shared closes to it.
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
    tx.run(
        "UPDATE partnership SET lead_org = NULL WHERE org = $1 AND lead_org = $2",
        [partnership.into(), member.into()],
    )
    .await?;
    told(tx, context, partnership, "left", member).await
}

/// The partnerships an organisation belongs to on a day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, member: OrgRef, on: Date) -> Result<Vec<Partnership>, DbError> {
    db.all(
        "SELECT p.org, p.name, p.kind, p.lead_org, p.active_on FROM partnership p JOIN partnership_member m ON m.partnership = p.org
         WHERE m.org = $1 AND m.agreed_on <= $2 AND (m.end_on IS NULL OR m.end_on >= $2)
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
    orgs(
        db,
        "SELECT org FROM partnership_member
         WHERE partnership = $1 AND agreed_on <= $2 AND (end_on IS NULL OR end_on >= $2)
         ORDER BY org",
        partnership,
        on,
    )
    .await
}

/// The members of a partnership on a day, each with the day from which it belongs to it.
///
/// # Errors
/// When the database cannot be read.
pub async fn joined(
    db: &impl Sql,
    partnership: OrgRef,
    on: Date,
) -> Result<Vec<(OrgRef, Date)>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        org: OrgRef,
        since: AsText<Date>,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT org, min(agreed_on) AS since FROM partnership_member
             WHERE partnership = $1 AND agreed_on <= $2 AND (end_on IS NULL OR end_on >= $2)
             GROUP BY org ORDER BY org",
            [partnership.into(), on.to_string().into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.since.0)).collect())
}

/// The members of several partnerships on a day: pairs of partnership and member, in order.
///
/// # Errors
/// When the database cannot be read.
pub async fn members_of_all(
    db: &impl Sql,
    all: &[OrgRef],
    on: Date,
) -> Result<Vec<(OrgRef, OrgRef)>, DbError> {
    #[derive(FromQueryResult)]
    struct Pair {
        partnership: OrgRef,
        org: OrgRef,
    }
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT partnership, org FROM partnership_member
         WHERE agreed_on <= $1 AND (end_on IS NULL OR end_on >= $1) AND partnership IN ({})",
        foundation::db::marks(2, all.len())
    );
    let mut asked: Vec<sea_orm::Value> = vec![on.to_string().into()];
    for org in all {
        asked.push((*org).into());
    }
    let found: Vec<Pair> = db.all(&sql, asked).await?;
    let mut pairs: Vec<(OrgRef, OrgRef)> =
        found.into_iter().map(|pair| (pair.partnership, pair.org)).collect();
    pairs.sort();
    pairs.dedup();
    Ok(pairs)
}

async fn orgs(
    db: &impl Sql,
    sql: &str,
    partnership: OrgRef,
    on: Date,
) -> Result<Vec<OrgRef>, DbError> {
    #[derive(FromQueryResult)]
    struct Member {
        org: OrgRef,
    }
    let found: Vec<Member> = db.all(sql, [partnership.into(), on.to_string().into()]).await?;
    Ok(found.into_iter().map(|member| member.org).collect())
}

/// A partnership by its reference.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(db: &impl Sql, org: OrgRef) -> Result<Option<Partnership>, DbError> {
    db.first(
        "SELECT org, name, kind, lead_org, active_on FROM partnership WHERE org = $1",
        [org.into()],
    )
    .await
}

/// Every partnership, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn all(db: &impl Sql) -> Result<Vec<Partnership>, DbError> {
    db.all("SELECT org, name, kind, lead_org, active_on FROM partnership ORDER BY name, org", [])
        .await
}
