//! How long this room keeps what, as a table that is shown, previewed and carried out.

use foundation::{
    App, DbError, Sql, Tx,
    db::At,
    events::{self, Event},
    jobs::{self, Handlers, Held},
    web::Written,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{FromQueryResult, Value};

use crate::{AccountId, Permit, accounts, passwords};

/// The kind of job that carries the schedule out, once a day.
const JOB: &str = "retention";
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// What stands in place of the name of somebody who was forgotten.
pub const FORGOTTEN: &str = "Former member";

/// A line of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its name.
    pub id: &'static str,
    /// What is concerned.
    pub what: &'static str,
    /// What happens to it.
    pub then: &'static str,
    /// After how many days.
    pub days: i64,
    /// Since when the days count.
    pub since: &'static str,
    /// Why so long and no longer.
    pub why: &'static str,
}

/// The schedule, in the order in which it is carried out.
pub const SCHEDULE: &[Term] = &[
    Term {
        id: "sessions",
        what: "Sessions",
        then: "deleted",
        days: 90,
        since: "they expired",
        why: "Long enough to look into a misuse somebody noticed late.",
    },
    Term {
        id: "sign-in links",
        what: "Sign-in links",
        then: "deleted",
        days: 30,
        since: "they expired",
        why: "They open nothing any more.",
    },
    Term {
        id: "links to one act",
        what: "Links for people without an account",
        then: "deleted",
        days: 365,
        since: "they expired",
        why: "Shows to whom a link was sent while the matter is fresh; the act itself is in the record.",
    },
    Term {
        id: "letters",
        what: "Recipients and subjects of letters (the text goes when a letter is sent)",
        then: "deleted",
        days: 90,
        since: "they were sent",
        why: "To answer “I never got it”.",
    },
    Term {
        id: "looks",
        what: "The access log",
        then: "deleted",
        days: 730,
        since: "the last look",
        why: "A school can look back over two years.",
    },
    Term {
        id: "glass",
        what: "Reasons for breaking the glass",
        then: "deleted",
        days: 730,
        since: "the hour ended",
        why: "As the access log; the act itself stays in the record.",
    },
    Term {
        id: "accounts without a post",
        what: "Accounts",
        then: "closed",
        days: 1,
        since: "the last post ended",
        why: "Who holds no post sees nothing.",
    },
    Term {
        id: "closed accounts",
        what: "Names and e-mail addresses of closed accounts",
        then: "forgotten",
        days: 730,
        since: "the account was closed",
        why: "Questions about a deployment come up to two years later. Signatures and the record of acts keep the name they were made under: see what is kept.",
    },
];

/// What a line of the schedule concerns now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The line.
    pub term: Term,
    /// How many rows it concerns.
    pub rows: u64,
}

/// The condition that picks what a line concerns, with `$1` the moment before which it was over
/// and `$2` the same as a date.
fn condition(id: &str) -> Option<(&'static str, &'static str)> {
    Some(match id {
        "sessions" => ("session", "expires_at < $1"),
        "sign-in links" => ("sign_in_link", "expires_at < $1"),
        "links to one act" => ("act_link", "expires_at < $1"),
        "letters" => ("letter", "sent_at IS NOT NULL AND sent_at < $1"),
        "looks" => ("look", "last_at < $1"),
        "glass" => ("broken_glass", "expires_at < $1"),
        "accounts without a post" => (
            "account",
            "closed_at IS NULL AND EXISTS (SELECT 1 FROM post WHERE post.account = account.id)
             AND NOT EXISTS (SELECT 1 FROM post WHERE post.account = account.id
                             AND (post.end_on IS NULL OR post.end_on > $2))",
        ),
        "closed accounts" => ("account", "closed_at < $1 AND email NOT LIKE 'forgotten-%'"),
        _ => return None,
    })
}

/// The values of a condition: only those it uses, since PostgreSQL counts them.
fn values(condition: &str, now: Timestamp, today: Date, days: i64) -> (String, Vec<Value>) {
    let before = At(now - DAY * i32::try_from(days).unwrap_or(i32::MAX));
    match condition.contains("$2") {
        true => {
            let day = today.saturating_sub(jiff::Span::new().days(days));
            (condition.replace("$2", "$1"), vec![day.to_string().into()])
        }
        false => (condition.to_owned(), vec![before.into()]),
    }
}

/// What the schedule would do now.
///
/// # Errors
/// When the database cannot be read.
pub async fn preview(app: &App) -> Result<Vec<Due>, DbError> {
    let mut due = Vec::new();
    for &term in SCHEDULE {
        let Some((table, picks)) = condition(term.id) else { continue };
        let (picks, values) = values(picks, app.clock.now(), app.clock.today(), term.days);
        let sql = format!("SELECT count(*) AS n FROM {table} WHERE {picks}");
        let rows = u64::try_from(app.db.count(&sql, values).await?).unwrap_or(0);
        due.push(Due { term, rows });
    }
    Ok(due)
}

/// Carries the schedule out and says what it did; the record keeps the counts.
///
/// # Errors
/// When the database refuses; nothing has changed then.
pub async fn run(app: &App, permit: &Permit) -> Result<Vec<Due>, DbError> {
    #[derive(FromQueryResult)]
    struct Concerned {
        id: AccountId,
    }
    let at = permit.context().at;
    let tx = app.db.write().await?;
    let mut done = Vec::new();
    for &term in SCHEDULE {
        let Some((table, picks)) = condition(term.id) else { continue };
        let (picks, values) = values(picks, at, app.clock.today(), term.days);
        let rows = if table == "account" {
            let sql = format!("SELECT id FROM account WHERE {picks} ORDER BY id");
            let concerned: Vec<Concerned> = tx.all(&sql, values).await?;
            for account in &concerned {
                match term.then {
                    "closed" => close(&tx, permit, account.id).await?,
                    _ => forget(&tx, app, permit, account.id).await?,
                }
            }
            concerned.len() as u64
        } else {
            tx.run(&format!("DELETE FROM {table} WHERE {picks}"), values).await?
        };
        done.push(Due { term, rows });
    }
    tx.run("DELETE FROM rate_limit WHERE free_at <= $1", [At(at).into()]).await?;
    if done.iter().any(|due| due.rows > 0) {
        let counts: serde_json::Map<_, _> = done
            .iter()
            .filter(|due| due.rows > 0)
            .map(|due| (due.term.id.to_owned(), due.rows.into()))
            .collect();
        let event = Event::new("retention", at.as_second(), "carried out").with(counts.into());
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await?;
    Ok(done)
}

async fn close(tx: &Tx, permit: &Permit, account: AccountId) -> Result<(), DbError> {
    tx.run(
        "UPDATE account SET closed_at = $2 WHERE id = $1",
        [account.into(), At(permit.context().at).into()],
    )
    .await?;
    tx.run(
        "UPDATE session SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL",
        [account.into(), At(permit.context().at).into()],
    )
    .await?;
    passwords::forget(tx, account).await?;
    events::append(tx, permit.context(), Event::new("account", account, "closed")).await
}

/// Forgets a person: name, address, their name where rooms wrote it ([`App::written`]), sessions, links, looks under their name, keys of private
/// conversations. The account's identifier stays, so that what others rely on keeps its author;
/// the record of acts keeps the name it was written under, since it cannot be changed unnoticed.
///
/// # Errors
/// When the database refuses.
pub async fn forget(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    account: AccountId,
) -> Result<(), DbError> {
    let Some(person) = accounts::get(tx, account).await? else { return Ok(()) };
    passwords::forget(tx, account).await?;
    for table in ["session", "sign_in_link", "sealed_key", "key_salt"] {
        tx.run(&format!("DELETE FROM {table} WHERE account = $1"), [account.into()]).await?;
    }
    tx.run("DELETE FROM letter WHERE recipient = $1", [person.email.into()]).await?;
    tx.run("UPDATE look SET name = $2 WHERE account = $1", [account.into(), FORGOTTEN.into()])
        .await?;
    let written: Vec<Written> = app.written.iter().flat_map(|room| room.iter().copied()).collect();
    for Written { table, account: whose, name } in written {
        // Some rooms keep the account as the record of acts does.
        let sql = format!("UPDATE {table} SET {name} = $2 WHERE {whose} = $1 OR {whose} = $3");
        let key = format!("account:{account}");
        tx.run(&sql, [account.into(), FORGOTTEN.into(), key.into()]).await?;
    }
    tx.run(
        "UPDATE account SET name = $2, email = $3, closed_at = COALESCE(closed_at, $4) WHERE id = $1",
        [
            account.into(),
            FORGOTTEN.into(),
            format!("forgotten-{account}@invalid").into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    events::append(tx, permit.context(), Event::new("account", account, "forgotten")).await
}

/// Makes sure that the schedule is carried out once a day. Called when a server starts; the job
/// then asks for the next day itself.
///
/// # Errors
/// When the database refuses.
pub async fn ensure(app: &App) -> Result<(), DbError> {
    let tx = app.db.write().await?;
    enqueue(&tx, app, app.clock.now()).await?;
    tx.commit().await
}

async fn enqueue(tx: &Tx, app: &App, due: Timestamp) -> Result<(), DbError> {
    let key = format!("{JOB} {}", foundation::clock::london(due));
    jobs::enqueue(tx, &app.ids, JOB, &(), due, Some(&key)).await
}

async fn work(app: App, _: Held) -> Result<(), String> {
    let failed = |error: DbError| error.to_string();
    let permit = Permit::system("retention", app.clock.now());
    run(&app, &permit).await.map_err(failed)?;
    let tx = app.db.write().await.map_err(failed)?;
    enqueue(&tx, &app, app.clock.now() + DAY).await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}

/// Adds the handler that carries the schedule out.
#[must_use]
pub fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(JOB, work)
}
