//! A reflective journal: somebody's own words about a day or a visit, and nobody else's business.
//!
//! The words are sealed for their author (`access::sealed`), each entry with a key of its own: not
//! in a search, an export of others, a log or an administrator's page. Only the author exports
//! them, and erases them for good. They live as long as the account.

use access::{AccountId, Permit, Visitor, sealed};
use foundation::{
    App, DbError, Sql,
    clock::london,
    db::{AsText, At},
    events::{self, Event},
    id_type, upn,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::{
    Refusal, VisitId,
    coaching::acts::cannot_seal,
    visits::{Visit, model},
};

id_type! {
    /// An entry of a journal.
    EntryId
}

/// An entry. What it says is sealed.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Entry {
    /// The identifier.
    pub id: EntryId,
    /// Whose it is.
    pub author: AccountId,
    on_date: AsText<Date>,
    /// The visit it is about, where it is about one.
    pub visit: Option<VisitId>,
    body: String,
}

impl Entry {
    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }
}

const COLUMNS: &str = "id, author, on_date, visit, body";

fn place(id: EntryId) -> (String, String) {
    (format!("journal {id}"), sealed::field("body", id))
}

/// The entries of an author, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, author: AccountId) -> Result<Vec<Entry>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM journal_entry WHERE author = $1 ORDER BY on_date DESC, id DESC"
    );
    db.all(&sql, [author.into()]).await
}

/// An entry, for its author alone.
///
/// # Errors
/// [`Refusal::NotFound`] for everybody else, and where there is none.
pub async fn find(db: &impl Sql, visitor: &Visitor, id: EntryId) -> Result<Entry, Refusal> {
    let sql = format!("SELECT {COLUMNS} FROM journal_entry WHERE id = $1");
    let found: Option<Entry> = db.first(&sql, [id.into()]).await?;
    found.filter(|entry| visitor.account == Some(entry.author)).ok_or(Refusal::NotFound)
}

/// The words of an entry, for its author alone.
///
/// # Errors
/// [`Refusal::NotFound`] for everybody else.
pub async fn read(app: &App, visitor: &Visitor, entry: &Entry) -> Result<String, Refusal> {
    let (conversation, field) = place(entry.id);
    sealed::open(app, visitor, &conversation, &field, &entry.body).await.map_err(cannot_seal)
}

/// The visits an author may write about: those they made and those of their school, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn about(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Visit>, DbError> {
    model::concerning(db, visitor).await
}

/// Writes an entry, sealed for its author. The permit is for the author's own records.
///
/// # Errors
/// [`Refusal`] without words, for a day to come, or for a visit that is not theirs to read.
pub async fn write(
    app: &App,
    permit: &Permit,
    on: Date,
    visit: Option<VisitId>,
    words: &str,
) -> Result<EntryId, Refusal> {
    let author = permit.person().ok_or(Refusal::NotFound)?;
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::field("words", "Write a sentence or two"));
    }
    if upn::find(words).is_some() {
        return Err(Refusal::field(
            "words",
            "Remove the unique pupil number: Alongside holds nothing about single pupils",
        ));
    }
    if on > london(permit.context().at) {
        return Err(Refusal::field("on", "This day has not come yet"));
    }
    if let Some(visit) = visit {
        let name = permit.context().actor.name().to_owned();
        let visitor = Visitor::load(app, author, name).await.map_err(|_| Refusal::NotFound)?;
        if about(&app.db, &visitor).await?.iter().all(|known| known.id != visit) {
            return Err(Refusal::field("visit", "Choose one of your visits"));
        }
    }
    let id = EntryId::new(&app.ids);
    let (conversation, field) = place(id);
    let tx = app.db.write().await?;
    sealed::begin(&tx, app, &conversation, [author, author]).await.map_err(cannot_seal)?;
    let body =
        sealed::seal(&tx, app, permit, &conversation, &field, words).await.map_err(cannot_seal)?;
    tx.run(
        "INSERT INTO journal_entry (id, author, on_date, visit, body, written_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            id.into(),
            author.into(),
            AsText(on).into(),
            visit.map(|visit| visit.to_string()).into(),
            body.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    // That somebody wrote is on record, as every act is; about what is not.
    events::append(&tx, permit.context(), Event::new("journal", id, "written")).await?;
    tx.commit().await?;
    Ok(id)
}

/// Erases an entry for good, at its author's wish: its key is destroyed with it.
///
/// # Errors
/// [`Refusal::NotFound`] for everybody but the author.
pub async fn erase(app: &App, permit: &Permit, id: EntryId) -> Result<(), Refusal> {
    let author = permit.person().ok_or(Refusal::NotFound)?;
    let tx = app.db.write().await?;
    let gone = tx
        .run("DELETE FROM journal_entry WHERE id = $1 AND author = $2", [id.into(), author.into()])
        .await?;
    if gone == 0 {
        return Err(Refusal::NotFound);
    }
    sealed::erase(&tx, permit, &place(id).0).await?;
    events::append(&tx, permit.context(), Event::new("journal", id, "erased")).await?;
    tx.commit().await?;
    Ok(())
}
