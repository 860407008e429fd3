//! The charter of a partnership: written by those who look after it, accepted by each member.

use access::{
    AccountId, Action as Deed, Kind, Permit, Resource, Visitor, Zone, decide, looks, partnerships,
};
use foundation::{
    App, DbError, OrgRef, Sql,
    db::At,
    events::{self, Event},
    mail::{self, Letter},
};
use jiff::Timestamp;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::Refusal;

/// A version of a charter.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Charter {
    /// Its number, from one.
    pub number: i64,
    /// What for.
    pub purpose: String,
    /// How members work with each other.
    pub ways: String,
    /// What is shared, and what is not.
    pub shares: String,
    /// Who wrote it.
    pub name: String,
    at: At,
}

impl Charter {
    /// When it was written.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at.0
    }
}

/// A member's yes to a version.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Acceptance {
    /// The version.
    pub number: i64,
    /// The member.
    pub org: OrgRef,
    /// Who accepted for it.
    pub name: String,
    at: At,
}

impl Acceptance {
    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at.0
    }
}

/// What a charter says.
#[derive(Clone, Copy, Debug)]
pub struct NewCharter<'a> {
    /// What for.
    pub purpose: &'a str,
    /// How members work with each other.
    pub ways: &'a str,
    /// What is shared, and what is not.
    pub shares: &'a str,
}

/// A member's own answer: its leaders give it.
#[must_use]
pub fn answer_of(member: OrgRef) -> Resource {
    Resource::new(Kind::Partnership, Zone::School, member)
}

pub(super) fn or_null(account: Option<AccountId>) -> sea_orm::Value {
    account.map_or(sea_orm::Value::String(None), Into::into)
}

/// The versions of a partnership's charter, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Charter>, DbError> {
    db.all(
        "SELECT number, purpose, ways, shares, name, at FROM charter WHERE partnership = $1
         ORDER BY number DESC",
        [partnership.into()],
    )
    .await
}

/// Who accepted which version, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn acceptances(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Acceptance>, DbError> {
    db.all(
        "SELECT number, org, name, at FROM charter_acceptance WHERE partnership = $1
         ORDER BY number, at, org",
        [partnership.into()],
    )
    .await
}

/// The versions a person wrote or accepted, for the copy of their own data: the partnership, the
/// version, and which of the two.
///
/// # Errors
/// When the database cannot be read.
pub async fn touched_by(
    db: &impl Sql,
    account: AccountId,
) -> Result<Vec<(OrgRef, i64, String)>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        partnership: OrgRef,
        number: i64,
        what: String,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT partnership, number, 'written' AS what FROM charter WHERE account = $1
             UNION ALL
             SELECT partnership, number, 'accepted' AS what FROM charter_acceptance
             WHERE account = $1 ORDER BY partnership, number, what",
            [account.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.partnership, row.number, row.what)).collect())
}

/// How a partnership stands to its charter.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The newest version.
    pub charter: Charter,
    /// The members that accepted it, with who and when.
    pub accepted: Vec<Acceptance>,
    /// The members that have not, as they are members today.
    pub awaited: Vec<OrgRef>,
}

impl Standing {
    /// Whether every member accepted the same words: the partnership is under its charter.
    #[must_use]
    pub const fn is_agreed(&self) -> bool {
        self.awaited.is_empty()
    }

    /// In a sentence.
    #[must_use]
    pub fn in_words(&self) -> String {
        let all = self.accepted.len() + self.awaited.len();
        match self.is_agreed() {
            true => format!("accepted by all {all} members"),
            false => format!("accepted by {} of {all} members", self.accepted.len()),
        }
    }
}

/// How a partnership stands to its charter today; nothing where it has none.
///
/// # Errors
/// When the database cannot be read.
pub async fn standing(app: &App, partnership: OrgRef) -> Result<Option<Standing>, DbError> {
    let Some(charter) = versions(&app.db, partnership).await?.into_iter().next() else {
        return Ok(None);
    };
    let members = partnerships::members(&app.db, partnership, app.clock.today()).await?;
    let mut accepted = acceptances(&app.db, partnership).await?;
    accepted.retain(|one| one.number == charter.number && members.contains(&one.org));
    let awaited = members
        .into_iter()
        .filter(|member| accepted.iter().all(|one| one.org != *member))
        .collect();
    Ok(Some(Standing { charter, accepted, awaited }))
}

/// The members for which a visitor may accept the charter of a partnership, and has not yet.
#[must_use]
pub fn asks(visitor: &Visitor, standing: &Standing) -> Vec<OrgRef> {
    let awaited = standing.awaited.iter().copied();
    awaited.filter(|&org| decide(visitor, Deed::Sign, &answer_of(org)).allowed).collect()
}

/// Writes a new version and puts it to every member. Needs a permit to change the partnership.
///
/// # Errors
/// [`Refusal::Fields`] when something is left empty or nothing has changed.
pub async fn write(
    app: &App,
    permit: &Permit,
    partnership: OrgRef,
    new: &NewCharter<'_>,
) -> Result<i64, Refusal> {
    permit.must_be_to(&[Deed::Update])?;
    let mut missing = Vec::new();
    for (field, words, message) in [
        ("purpose", new.purpose, "Say what the partnership is for"),
        ("ways", new.ways, "Say how members work with each other"),
        ("shares", new.shares, "Say what is shared, and what is not"),
    ] {
        if words.trim().is_empty() {
            missing.push(foundation::web::FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            });
        }
    }
    if !missing.is_empty() {
        return Err(Refusal::Fields(missing));
    }
    let tx = app.db.write().await?;
    tx.lock(&format!("charter {partnership}")).await?;
    let newest = versions(&tx, partnership).await?.into_iter().next();
    let same = newest.as_ref().is_some_and(|it| {
        (it.purpose.as_str(), it.ways.as_str(), it.shares.as_str())
            == (new.purpose.trim(), new.ways.trim(), new.shares.trim())
    });
    if same {
        return Err(Refusal::field("purpose", "These are the words that stand already"));
    }
    let number = newest.map_or(1, |it| it.number + 1);
    tx.run(
        "INSERT INTO charter (partnership, number, purpose, ways, shares, account, name, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            partnership.into(),
            number.into(),
            new.purpose.trim().into(),
            new.ways.trim().into(),
            new.shares.trim().into(),
            or_null(permit.person()),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let name = partnerships::get(&tx, partnership).await?.ok_or(Refusal::NotFound)?.name;
    let at = partnerships::address(partnership);
    let today = foundation::clock::london(permit.context().at);
    for member in partnerships::members(&tx, partnership, today).await? {
        for leader in looks::leaders(&tx, app, member).await? {
            let letter = Letter {
                recipient: leader.email,
                subject: format!("{name}: a charter to read"),
                body: format!(
                    "Hello {},\n\n{} has written version {number} of the charter of {name}: what \
                     it is for, how members work with each other, what is shared. It holds for \
                     your organisation when you accept it.\n\nRead it: \
                     {}{at}/charter\n",
                    leader.name,
                    permit.context().actor.name(),
                    app.config.public_url()
                ),
            };
            mail::post(&tx, app, permit.context(), &letter).await?;
        }
    }
    let event = Event::new("charter", partnership, "written").owned_by(partnership);
    events::append(&tx, permit.context(), event.with(json!({ "version": number }))).await?;
    tx.commit().await?;
    Ok(number)
}

/// Accepts a version for a member: its leaders' act.
///
/// # Errors
/// [`Refusal::Fields`] when it is not the newest version or the member belongs to it no longer.
pub async fn accept(
    app: &App,
    permit: &Permit,
    partnership: OrgRef,
    member: OrgRef,
    number: i64,
) -> Result<(), Refusal> {
    permit.must_be_to(&[Deed::Sign])?;
    let tx = app.db.write().await?;
    let newest = versions(&tx, partnership).await?.into_iter().next();
    if newest.is_none_or(|it| it.number != number) {
        return Err(Refusal::field(
            "version",
            "There are newer words: read them before you accept",
        ));
    }
    let today = foundation::clock::london(permit.context().at);
    if !partnerships::members(&tx, partnership, today).await?.contains(&member) {
        return Err(Refusal::field("member", "Only members accept the charter"));
    }
    let touched = tx
        .run(
            "INSERT INTO charter_acceptance (partnership, number, org, account, name, at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            [
                partnership.into(),
                number.into(),
                member.into(),
                or_null(permit.person()),
                permit.context().actor.name().into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    if touched > 0 {
        let event = Event::new("charter", partnership, "accepted").owned_by(member);
        events::append(&tx, permit.context(), event.with(json!({ "version": number }))).await?;
        settle(&tx, permit, partnership, number).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Lets a partnership that is being formed work when everybody who belongs to it, two at least, has
/// accepted a version of its charter. Whether it did so now.
async fn settle(
    tx: &foundation::Tx,
    permit: &Permit,
    partnership: OrgRef,
    number: i64,
) -> Result<bool, DbError> {
    let today = foundation::clock::london(permit.context().at);
    let members = partnerships::members(tx, partnership, today).await?;
    let accepted = acceptances(tx, partnership).await?;
    let said =
        |member: &OrgRef| accepted.iter().any(|one| one.number == number && one.org == *member);
    if members.len() < 2 || !members.iter().all(said) {
        return Ok(false);
    }
    partnerships::activate(tx, permit.context(), partnership, today).await
}

/// Lets every partnership work whose last answer was not waited for any longer, because the member
/// that owed it has left. Part of the daily round.
///
/// # Errors
/// When the database refuses.
pub async fn settle_all(app: &App, permit: &Permit) -> Result<(), DbError> {
    for one in partnerships::all(&app.db).await? {
        if one.active_on().is_some() {
            continue;
        }
        let Some(newest) = versions(&app.db, one.org).await?.into_iter().next() else {
            continue;
        };
        let tx = app.db.write().await?;
        tx.lock(&format!("charter {}", one.org)).await?;
        settle(&tx, permit, one.org, newest.number).await?;
        tx.commit().await?;
    }
    Ok(())
}
