//! Briefings: news from the broker or a convenor to the members of a partnership, with a word
//! from each reader that they have read it. Silence is shown as silence, not as a failing.

use access::{
    AccountId, Action, Kind, Permit, Resource, Role, Visitor, Zone, accounts, partnerships,
};
use foundation::{
    App, DbError, OrgRef, PageError, Sql,
    db::At,
    events::{self, Event},
    id_type, words,
};
use sea_orm::FromQueryResult;

use super::Item;

id_type! {
    /// A briefing.
    BriefingId
}

words! {
    /// To whom a briefing goes at each member, or beside them.
    Audience {
        Heads = "heads", "Heads, and those who lead trusts";
        Chairs = "chairs", "Those who chair the boards";
        Leading = "leading", "People who lead beyond their school";
        Staff = "staff", "Everybody else with an account";
    }
}

/// The people of an audience at a member today.
async fn audience_at(
    app: &App,
    partnership: OrgRef,
    org: OrgRef,
    audience: Audience,
) -> Result<Vec<AccountId>, DbError> {
    let (db, clock) = (&app.db, &app.clock);
    let all = match audience {
        Audience::Heads => accounts::leaders(db, clock, org).await?,
        Audience::Chairs => accounts::chairs(db, clock, org).await?,
        Audience::Staff => accounts::holders(db, clock, org, Role::Staff).await?,
        Audience::Leading => {
            let today = clock.today();
            let cadre = brokerage::cadre::cadre_of(db, partnership).await?;
            let live = cadre.into_iter().filter(|one| one.org == org && one.is_live(today));
            return Ok(live.map(|one| one.person).collect());
        }
    };
    Ok(all.into_iter().map(|one| one.id).collect())
}

/// A briefing.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Briefing {
    /// The identifier.
    pub id: BriefingId,
    /// The partnership it went to.
    pub partnership: OrgRef,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// Where it comes from, such as an address.
    pub source: String,
    /// Who wrote it.
    pub author_name: String,
    /// When it was sent.
    pub sent_at: At,
}

const COLUMNS: &str = "b.id, b.partnership, b.title, b.body, b.source, b.author_name, b.sent_at";

/// Somebody to whom a briefing went.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Reader {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// The school it went to them for.
    pub org: OrgRef,
    acknowledged_at: Option<i64>,
}

impl Reader {
    /// When they said that they had read it.
    #[must_use]
    pub fn acknowledged_at(&self) -> Option<jiff::Timestamp> {
        self.acknowledged_at.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok())
    }
}

/// Briefings of a partnership as the policy sees them.
#[must_use]
pub fn resource(partnership: OrgRef) -> Resource {
    Resource::new(Kind::Plan, Zone::Network, partnership).through(Some(partnership))
}

/// Sends a briefing to the audiences named at every member, or at the members named. The permit is to
/// create one of the partnership. Whoever belongs to several audiences reads it once.
///
/// # Errors
/// [`PageError::Conflict`] without a title, a text or anybody to read it.
pub async fn send(
    app: &App,
    permit: &Permit,
    partnership: OrgRef,
    [title, body, source]: [&str; 3],
    to: &[Audience],
    only: &[OrgRef],
) -> Result<BriefingId, PageError> {
    if title.trim().is_empty() || body.trim().is_empty() {
        return Err(PageError::Conflict("A briefing needs a title and a text.".to_owned()));
    }
    let today = foundation::clock::london(permit.context().at);
    let mut readers: Vec<(AccountId, OrgRef)> = Vec::new();
    for org in partnerships::members(&app.db, partnership, today).await? {
        if !only.is_empty() && !only.contains(&org) {
            continue;
        }
        for &audience in to {
            for person in audience_at(app, partnership, org, audience).await? {
                if readers.iter().all(|(account, _)| *account != person) {
                    readers.push((person, org));
                }
            }
        }
    }
    if readers.is_empty() {
        return Err(PageError::Conflict(
            "There is nobody among the members to read it.".to_owned(),
        ));
    }
    let id = BriefingId::new(&app.ids);
    let context = permit.context();
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO briefing (id, partnership, title, body, source, author, author_name, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id.into(),
            partnership.into(),
            title.trim().into(),
            body.trim().into(),
            source.trim().into(),
            context.actor.key().into(),
            context.actor.name().into(),
            At(context.at).into(),
        ],
    )
    .await?;
    for (account, org) in &readers {
        tx.run(
            "INSERT INTO briefing_reader (briefing, account, org) VALUES ($1, $2, $3)",
            [id.into(), (*account).into(), (*org).into()],
        )
        .await?;
    }
    let event = Event::new("briefing", id, "sent").owned_by(partnership);
    events::append(&tx, context, event.with(serde_json::json!({ "readers": readers.len() })))
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Says that a reader has read it; saying so twice changes nothing.
///
/// # Errors
/// [`PageError::NotFound`] when it did not go to this person.
pub async fn acknowledge(
    app: &App,
    permit: &Permit,
    id: BriefingId,
    account: AccountId,
) -> Result<(), PageError> {
    let tx = app.db.write().await?;
    let first = tx
        .run(
            "UPDATE briefing_reader SET acknowledged_at = $3
             WHERE briefing = $1 AND account = $2 AND acknowledged_at IS NULL",
            [id.into(), account.into(), At(permit.context().at).into()],
        )
        .await?;
    if first == 1 {
        events::append(&tx, permit.context(), Event::new("briefing", id, "acknowledged")).await?;
    } else if readers(&tx, id).await?.iter().all(|reader| reader.account != account) {
        return Err(PageError::NotFound);
    }
    tx.commit().await?;
    Ok(())
}

/// A briefing by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(db: &impl Sql, id: BriefingId) -> Result<Option<Briefing>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM briefing b WHERE b.id = $1"), [id.into()]).await
}

/// The briefings a visitor may read, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn readable(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Briefing>, DbError> {
    let all: Vec<Briefing> = db
        .all(&format!("SELECT {COLUMNS} FROM briefing b ORDER BY b.sent_at DESC, b.id"), [])
        .await?;
    Ok(access::policy::filter(visitor, Action::Read, all, |it| resource(it.partnership)))
}

/// To whom a briefing went, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn readers(db: &impl Sql, id: BriefingId) -> Result<Vec<Reader>, DbError> {
    db.all(
        "SELECT r.account, a.name, r.org, r.acknowledged_at FROM briefing_reader r
         JOIN account a ON a.id = r.account WHERE r.briefing = $1 ORDER BY a.name, a.id",
        [id.into()],
    )
    .await
}

/// Briefings that a visitor has not acknowledged, for the home page.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(app: &App, visitor: &Visitor) -> Result<Vec<Item>, PageError> {
    let Some(account) = visitor.account else { return Ok(Vec::new()) };
    let open: Vec<Briefing> = app
        .db
        .all(
            &format!(
                "SELECT {COLUMNS} FROM briefing b JOIN briefing_reader r ON r.briefing = b.id
                 WHERE r.account = $1 AND r.acknowledged_at IS NULL ORDER BY b.sent_at DESC, b.id"
            ),
            [account.into()],
        )
        .await?;
    let open = access::policy::filter(visitor, Action::Read, open, |it| resource(it.partnership));
    Ok(open
        .into_iter()
        .map(|it| {
            Item::new(
                format!("Briefing: {}", it.title),
                format!("/briefings/{}", it.id),
                "To read".to_owned(),
                format!("From {}", it.author_name),
            )
        })
        .collect())
}
