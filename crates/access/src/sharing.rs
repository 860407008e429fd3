//! Data-share agreements: an organisation lets another body read certain kinds of its records,
//! for a purpose, until a date. Only the owner's leaders agree, and they take it back at once.
//!
//! A trust reads its own schools' records without one. A local authority is responsible for its
//! maintained schools too, and reads what they agreed to share with it.

use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At, Json},
    events::{self, Event},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::{Action, Kind, Permit, Resource, Zone};

/// An agreement to share.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Share {
    /// Its identifier.
    pub id: String,
    /// Whose records are shared.
    pub owner: OrgRef,
    /// Who may read them.
    pub reader: OrgRef,
    /// The kinds of record, by [`Kind::in_words`].
    pub kinds: Json<Vec<String>>,
    /// What for.
    pub purpose: String,
    /// The first day.
    pub start_on: AsText<Date>,
    /// The last day.
    pub end_on: AsText<Date>,
    /// When it was taken back, if it was.
    pub revoked_at: Option<i64>,
}

impl Share {
    /// Whether it holds on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> bool {
        self.revoked_at.is_none() && self.start_on.0 <= day && day <= self.end_on.0
    }

    /// Whether it is about a kind of record.
    #[must_use]
    pub fn includes(&self, kind: Kind) -> bool {
        self.kinds.0.iter().any(|known| known == kind.in_words())
    }
}

const COLUMNS: &str = "id, owner, reader, kinds, purpose, start_on, end_on, revoked_at";

/// The record of sharing as the door sees it: the owner's leaders decide on it.
#[must_use]
pub const fn resource(owner: OrgRef) -> Resource {
    Resource::new(Kind::Agreement, Zone::School, owner)
}

/// What an owner agrees to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who may read.
    pub reader: OrgRef,
    /// Which kinds of record.
    pub kinds: Vec<Kind>,
    /// What for.
    pub purpose: String,
    /// The first day.
    pub start_on: Date,
    /// The last day.
    pub end_on: Date,
}

/// Agrees to share. The permit is one to sign [`resource`] of the owner.
///
/// # Errors
/// When the database refuses.
pub async fn agree(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    owner: OrgRef,
    terms: &Terms,
) -> Result<String, DbError> {
    permit.must_be_to(&[Action::Sign])?;
    let id = app.ids.next().to_string();
    let kinds: Vec<&str> = terms.kinds.iter().map(|kind| kind.in_words()).collect();
    tx.run(
        "INSERT INTO data_share (id, owner, reader, kinds, purpose, start_on, end_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            id.clone().into(),
            owner.into(),
            terms.reader.into(),
            Json(kinds.clone()).into(),
            terms.purpose.trim().into(),
            AsText(terms.start_on).into(),
            AsText(terms.end_on).into(),
        ],
    )
    .await?;
    let event = Event::new("data share", &id, "agreed")
        .owned_by(owner)
        .with(serde_json::json!({ "reader": terms.reader, "kinds": kinds, "until": terms.end_on }));
    events::append(tx, permit.context(), event).await?;
    Ok(id)
}

/// Takes an agreement back, from this moment; `false` when it is not the owner's or over.
///
/// # Errors
/// When the database refuses.
pub async fn revoke(tx: &Tx, permit: &Permit, owner: OrgRef, id: &str) -> Result<bool, DbError> {
    permit.must_be_to(&[Action::Sign])?;
    let revoked = tx
        .run(
            "UPDATE data_share SET revoked_at = $3
             WHERE id = $1 AND owner = $2 AND revoked_at IS NULL",
            [id.into(), owner.into(), At(permit.context().at).into()],
        )
        .await?;
    if revoked == 1 {
        let event = Event::new("data share", id, "taken back").owned_by(owner);
        events::append(tx, permit.context(), event).await?;
    }
    Ok(revoked == 1)
}

/// Whose agreement to share it is.
///
/// # Errors
/// When the database cannot be read.
pub async fn owner(db: &impl Sql, id: &str) -> Result<Option<OrgRef>, DbError> {
    #[derive(FromQueryResult)]
    struct Of {
        owner: OrgRef,
    }
    let of: Option<Of> =
        db.first("SELECT owner FROM data_share WHERE id = $1", [id.into()]).await?;
    Ok(of.map(|of| of.owner))
}

/// What organisations share with a body on a day: the owner and the kind of record, in order. The
/// rule `shared` lets its leaders in by this and by nothing else.
///
/// # Errors
/// When the database cannot be read.
pub async fn with(db: &impl Sql, reader: OrgRef, on: Date) -> Result<Vec<(OrgRef, Kind)>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM data_share WHERE reader = $1 AND revoked_at IS NULL
         AND start_on <= $2 AND end_on >= $2 ORDER BY owner, id"
    );
    let shares: Vec<Share> = db.all(&sql, [reader.into(), on.to_string().into()]).await?;
    let mut found = Vec::new();
    for share in shares {
        let kinds = Kind::ALL.into_iter().filter(|kind| share.includes(*kind));
        found.extend(kinds.map(|kind| (share.owner, kind)));
    }
    Ok(found)
}

/// The bodies with which an owner shares a kind of record on a day, in order.
///
/// # Errors
/// When the database cannot be read.
pub async fn readers(
    db: &impl Sql,
    owner: OrgRef,
    kind: Kind,
    on: Date,
) -> Result<Vec<OrgRef>, DbError> {
    let mut readers: Vec<OrgRef> = of(db, owner)
        .await?
        .iter()
        .filter(|share| share.on(on) && share.includes(kind))
        .map(|share| share.reader)
        .collect();
    readers.sort();
    readers.dedup();
    Ok(readers)
}

/// Every agreement of an owner, past and present, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, owner: OrgRef) -> Result<Vec<Share>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM data_share WHERE owner = $1 ORDER BY start_on DESC, id DESC"
    );
    db.all(&sql, [owner.into()]).await
}
