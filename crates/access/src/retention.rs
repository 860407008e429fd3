//! How long what is kept, as a table that is shown, previewed and carried out. Every room adds its
//! lines ([`App::kept`]); this room knows their tables by those lines alone.

use foundation::{
    App, DbError, Sql, Tx,
    db::At,
    events::{self, Event},
    jobs::{self, Handlers, Held},
    keeping::{Line, Rows, Then, Wait, rows},
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

/// This room's lines and those of the ground, in the order in which they are carried out.
pub const SCHEDULE: &[Line] = &[
    Line::deleted(
        "sessions",
        "Sessions",
        (Wait::Days(90), "they expired"),
        &[rows("session", "expires_at < $1")],
        "Long enough to look into a misuse somebody noticed late.",
    ),
    Line::deleted(
        "sign-in links",
        "Sign-in links",
        (Wait::Days(30), "they expired"),
        &[rows("sign_in_link", "expires_at < $1")],
        "They open nothing any more.",
    ),
    Line::deleted(
        "links to one act",
        "Links for people without an account",
        (Wait::Years(1), "they expired"),
        &[rows("act_link", "expires_at < $1")],
        "Shows to whom a link was sent while the matter is fresh; the act itself is in the record.",
    ),
    Line::deleted(
        "passkey challenges",
        "Questions to a passkey that were answered",
        (Wait::Days(1), "they expired"),
        &[rows("spent_challenge", "expires_at < $1")],
        "No answer can be used twice while the question stands.",
    ),
    Line::deleted(
        "limits",
        "How often somebody tried to sign in",
        (Wait::Days(1), "they may try again"),
        &[rows("rate_limit", "free_at < $1")],
        "They only slow down who tries too often.",
    ),
    Line::deleted(
        "suggested posts",
        "Where a provider of identities said that somebody works",
        (Wait::Years(1), "it last said so"),
        &[rows("suggested_post", "seen_at < $1")],
        "It helps to give somebody a post, and is wrong once they have moved.",
    ),
    Line::deleted(
        "requests of colleagues",
        "Requests of people who asked their school to be let in",
        (Wait::Days(60), "they asked"),
        &[rows("join_request", "asked_at < $1")],
        "Whoever was not answered by then asks again; with an answer they go at once.",
    ),
    Line::deleted(
        "letters",
        "Recipients and subjects of letters (the text goes when a letter is sent)",
        (Wait::Days(90), "they were sent"),
        &[rows("letter", "sent_at < $1")],
        "To answer “I never got it”.",
    ),
    Line::deleted(
        "failed work",
        "Letters that could not be sent, and other work that failed for good",
        (Wait::Days(90), "the last attempt"),
        &[
            rows(
                "letter",
                "sent_at IS NULL AND (handed_over_at < $1 OR EXISTS (SELECT 1 FROM job
                   WHERE job.once = letter.id AND job.failed IS NOT NULL AND job.due < $1))",
            ),
            rows("job", "failed IS NOT NULL AND due < $1"),
        ],
        "An operator has three months to see why; a letter that old tells nobody anything new.",
    ),
    Line::stays(
        "work to be done",
        "Letters and other work that waits for its turn",
        "until it is done",
        &["job", "letter"],
        "It was caused by an act and follows it.",
    ),
    Line::deleted(
        "looks",
        "The access log",
        (Wait::Years(2), "the last look"),
        &[rows("look", "last_at < $1")],
        "A school can look back over two years.",
    ),
    Line::deleted(
        "glass",
        "Reasons for breaking the glass",
        (Wait::Years(2), "the hour ended"),
        &[rows("broken_glass", "expires_at < $1")],
        "As the access log; the act itself stays in the record.",
    ),
    Line::deleted(
        "data-share agreements",
        "Data-share agreements that are over",
        (Wait::Years(7), "their last day"),
        &[rows("data_share", "end_on < $2")],
        "A school can show what it shared, with whom and why, as long as it shows its books.",
    ),
    Line {
        id: "accounts without a post",
        what: "Accounts",
        then: Then::Closed(
            Wait::Days(1),
            "the last post ended",
            rows(
                "account",
                "closed_at IS NULL AND EXISTS (SELECT 1 FROM post WHERE post.account = account.id)
                 AND NOT EXISTS (SELECT 1 FROM post WHERE post.account = account.id
                                 AND (post.end_on IS NULL OR post.end_on > $2))",
            ),
        ),
        why: "Who holds no post sees nothing.",
    },
    Line {
        id: "closed accounts",
        what: "Names and e-mail addresses of closed accounts",
        then: Then::Forgotten(
            Wait::Years(2),
            "the account was closed",
            rows("account", "closed_at < $1 AND email NOT LIKE 'forgotten-%'"),
        ),
        why: "Questions about a deployment come up to two years later. Signatures and the record of \
              acts keep the name they were made under: see what is kept.",
    },
    Line::stays(
        "ways in",
        "Passwords and codes (one-way), passkeys, linked providers and keys of private words",
        "until the person removes them or is forgotten",
        &["recovery_code", "passkey", "provider_identity", "sealed_key", "key_salt"],
        "They let their owner in, and open what only their owner may read.",
    ),
    Line::stays(
        "ways in of schools",
        "Addresses through which colleagues ask their school to be let in",
        "until the school closes or renews them",
        &["way_in"],
        "They lead to a form, and nobody is let in without the leaders of the school.",
    ),
    Line::stays(
        "posts",
        "Who held which post, from when to when",
        "with the account’s identifier, also once the name is forgotten",
        &["account", "post"],
        "It shows for whom somebody acted.",
    ),
    Line::stays(
        "partnerships",
        "Partnerships and which organisation belonged to which when",
        "as long as the installation",
        &["partnership", "partnership_member"],
        "Records of a partnership say who its members were then. No person is named.",
    ),
    Line::stays(
        "the record of acts",
        "The record of acts",
        "as long as the installation",
        &["event", "event_tail"],
        "A chain of hashes proves that nothing was changed or removed; without one link it proves \
         nothing.",
    ),
    Line::stays(
        "the installation",
        "Facts about this installation and the steps that made its tables",
        "as long as the installation",
        &["setting", "schema_step"],
        "The product runs on them. No person is named.",
    ),
];

/// The whole schedule: what rooms keep, and what this room and the ground keep.
pub fn schedule(app: &App) -> impl Iterator<Item = &'static Line> + use<> {
    app.kept.iter().flat_map(|room| room.iter()).chain(SCHEDULE)
}

/// What a line of the schedule concerns now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The line.
    pub line: &'static Line,
    /// How many rows it concerns; nothing where they stay.
    pub rows: u64,
}

/// A condition with its one value, since PostgreSQL counts them.
fn bound(rows: Rows, wait: Wait, now: Timestamp, today: Date) -> (String, Value) {
    if rows.picks.contains("$2") {
        return (rows.picks.replace("$2", "$1"), wait.day_before(today).to_string().into());
    }
    (rows.picks.to_owned(), At(wait.before(now)).into())
}

/// What the schedule would do now.
///
/// # Errors
/// When the database cannot be read.
pub async fn preview(app: &App) -> Result<Vec<Due>, DbError> {
    let mut due = Vec::new();
    for line in schedule(app) {
        let mut count = 0;
        if let Some((wait, _)) = line.wait() {
            for &rows in line.rows() {
                let (picks, value) = bound(rows, wait, app.clock.now(), app.clock.today());
                let sql = format!("SELECT count(*) AS n FROM {} WHERE {picks}", rows.table);
                count += u64::try_from(app.db.count(&sql, [value]).await?).unwrap_or(0);
            }
        }
        due.push(Due { line, rows: count });
    }
    Ok(due)
}

/// Carries the schedule out and says what it did; the record keeps the counts.
///
/// # Errors
/// When the database refuses; nothing has changed then.
pub async fn run(app: &App, permit: &Permit) -> Result<Vec<Due>, DbError> {
    let (now, today) = (permit.context().at, app.clock.today());
    let tx = app.db.write().await?;
    let mut done = Vec::new();
    for line in schedule(app) {
        let count = match line.then {
            Then::Deleted(wait, _, all) => {
                let mut count = 0;
                for &rows in all {
                    let (picks, value) = bound(rows, wait, now, today);
                    let sql = format!("DELETE FROM {} WHERE {picks}", rows.table);
                    count += tx.run(&sql, [value]).await?;
                }
                count
            }
            Then::Closed(wait, _, rows) => {
                let concerned = picked(&tx, bound(rows, wait, now, today)).await?;
                for &account in &concerned {
                    close(&tx, permit, account).await?;
                }
                concerned.len() as u64
            }
            Then::Forgotten(wait, _, rows) => {
                let concerned = picked(&tx, bound(rows, wait, now, today)).await?;
                for &account in &concerned {
                    forget(&tx, app, permit, account).await?;
                }
                concerned.len() as u64
            }
            Then::Stay(..) => 0,
        };
        done.push(Due { line, rows: count });
    }
    if done.iter().any(|due| due.rows > 0) {
        let counts: serde_json::Map<_, _> = done
            .iter()
            .filter(|due| due.rows > 0)
            .map(|due| (due.line.id.to_owned(), due.rows.into()))
            .collect();
        let event = Event::new("retention", permit.context().at.as_second(), "carried out")
            .with(counts.into());
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// The accounts that a line picks.
async fn picked(tx: &Tx, (picks, value): (String, Value)) -> Result<Vec<AccountId>, DbError> {
    #[derive(FromQueryResult)]
    struct Concerned {
        id: AccountId,
    }
    let sql = format!("SELECT id FROM account WHERE {picks} ORDER BY id");
    let concerned: Vec<Concerned> = tx.all(&sql, [value]).await?;
    Ok(concerned.into_iter().map(|account| account.id).collect())
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
