//! Letters: written in the transaction of the act that causes them, sent afterwards, once each.
//!
//! Never twice: a letter is marked as handed over before its text goes to the mail server. A
//! worker that dies before that mark leaves a letter that is tried again; one that dies after it
//! leaves a letter that may have arrived, which nobody sends again and [`uncertain`] counts.
//!
//! Letters hold links that sign people in. Until a letter is sent its text is sealed with a key
//! made from the installation's secret, so that a stolen database tells no link; afterwards it is
//! not kept.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};

use crate::{App, Context, DbError, Sql, Tx, db::At, jobs, notify::Notify, seal};

/// A letter to one person, in plain text.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Letter {
    /// The e-mail address.
    pub recipient: String,
    /// The subject line; never names a sensitive matter.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// The kind of job that sends a letter.
pub const JOB: &str = "letter";

#[derive(Serialize, Deserialize)]
struct Body {
    letter: String,
}

/// What a sealed text begins with.
const SEALED: &str = "sealed.";

/// What the keys of letters are derived for.
const PURPOSE: &str = "alongside letters v1";

/// The text of a letter as it goes out. One that was written before texts were sealed is as it is.
fn opened(app: &App, id: &str, body: &str) -> Result<String, String> {
    let Some(sealed) = body.strip_prefix(SEALED) else { return Ok(body.to_owned()) };
    let plain = app
        .secret
        .keys(PURPOSE)
        .find_map(|key| seal::decrypt(&key, id, sealed).ok())
        .ok_or("the letter was sealed with another secret: put the secret file back")?;
    String::from_utf8(plain).map_err(|error| error.to_string())
}

/// Writes a letter and the job that sends it, in the transaction of the act that causes both.
///
/// # Errors
/// When the database refuses.
pub async fn post(tx: &Tx, app: &App, context: &Context, letter: &Letter) -> Result<(), DbError> {
    post_at(tx, app, letter, context.at).await
}

/// As [`post`], to be sent at a moment of the writer's choice, such as after quiet hours.
///
/// # Errors
/// When the database refuses.
pub async fn post_at(tx: &Tx, app: &App, letter: &Letter, due: Timestamp) -> Result<(), DbError> {
    let id = app.ids.next().to_string();
    let text = seal::encrypt(&app.secret.key(PURPOSE), &app.ids, &id, letter.body.as_bytes())
        .map_err(|error| DbError::Other(sea_orm::DbErr::Custom(error.to_string())))?;
    tx.run(
        "INSERT INTO letter (id, recipient, subject, body) VALUES ($1, $2, $3, $4)",
        [
            id.clone().into(),
            letter.recipient.clone().into(),
            letter.subject.clone().into(),
            format!("{SEALED}{text}").into(),
        ],
    )
    .await?;
    jobs::enqueue(tx, &app.ids, JOB, &Body { letter: id.clone() }, due, Some(&id)).await
}

/// How letters leave.
#[derive(Clone)]
pub enum Post {
    /// Through a real mail server.
    Smtp {
        /// The connection.
        transport: Box<AsyncSmtpTransport<Tokio1Executor>>,
        /// The sender.
        from: Mailbox,
    },
    /// Through GOV.UK Notify.
    Notify(Box<Notify>),
    /// Into a folder, one file a letter: for the demo and for trying things out.
    Folder(PathBuf),
    /// Into memory, for tests.
    Captured(Arc<Mutex<Vec<Letter>>>),
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp { .. } => "Post::Smtp",
            Self::Notify(_) => "Post::Notify",
            Self::Folder(_) => "Post::Folder",
            Self::Captured(_) => "Post::Captured",
        })
    }
}

impl Post {
    /// A connection to a mail server: `smtp://…` (plain, loopback only), `smtps://…` or
    /// `smtp://…?tls=required`.
    ///
    /// # Errors
    /// When the address or the sender cannot be read, or letters, which hold sign-in links, would
    /// travel in the clear to another machine.
    pub fn smtp(url: &str, from: &str) -> Result<Self, String> {
        let parsed: axum::http::Uri = url.parse().map_err(|error| format!("mail.smtp: {error}"))?;
        let host = parsed.host().unwrap_or_default();
        let here = ["localhost", "127.0.0.1", "[::1]", "::1"].contains(&host);
        let sealed = parsed.scheme_str() == Some("smtps")
            || parsed.query().is_some_and(|query| query.split('&').any(|it| it == "tls=required"));
        if !here && !sealed {
            return Err(format!(
                "mail.smtp: letters hold links that sign people in, and would reach {host} in the \
                 clear. Write smtps://… or add ?tls=required"
            ));
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| format!("mail.smtp: {error}"))?
            .build();
        let from = from.parse().map_err(|error| format!("mail.from: {error}"))?;
        Ok(Self::Smtp { transport: Box::new(transport), from })
    }

    /// A service of GOV.UK Notify: its address, its key and the template for letters.
    ///
    /// # Errors
    /// When one of them cannot be right.
    pub fn notify(address: &str, key: &str, template: &str) -> Result<Self, String> {
        Ok(Self::Notify(Box::new(Notify::new(address, key, template)?)))
    }

    /// A post that keeps letters in memory.
    #[must_use]
    pub fn captured() -> Self {
        Self::Captured(Arc::default())
    }

    /// The letters kept in memory so far, emptied by the call.
    #[must_use]
    pub fn collect(&self) -> Vec<Letter> {
        match self {
            Self::Captured(letters) => {
                std::mem::take(&mut *letters.lock().unwrap_or_else(PoisonError::into_inner))
            }
            _ => Vec::new(),
        }
    }

    /// Whether a letter could be handed over now. Nothing is sent.
    async fn answers(&self) -> Result<(), String> {
        match self {
            Self::Smtp { transport, .. } => match transport.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("the mail server does not answer".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            // Notify is asked after a broken line, not before each letter.
            Self::Notify(_) | Self::Folder(_) | Self::Captured(_) => Ok(()),
        }
    }

    /// Hands a letter over; `again` where that was tried before.
    async fn deliver(&self, id: &str, letter: &Letter, again: bool) -> Result<(), NotSent> {
        match self {
            Self::Notify(notify) => notify.deliver(id, letter, again).await,
            Self::Smtp { transport, from } => {
                let to = letter.recipient.parse().map_err(NotSent::refused)?;
                let message = Message::builder()
                    .from(from.clone())
                    .to(to)
                    .subject(&letter.subject)
                    .message_id(Some(format!("<{id}@{}>", from.email.domain())))
                    .header(ContentType::TEXT_PLAIN)
                    .body(letter.body.clone())
                    .map_err(NotSent::refused)?;
                match transport.send(message).await {
                    Ok(_) => Ok(()),
                    // The server said no, or nothing was said to it: it has not taken the letter.
                    Err(error)
                        if error.is_permanent()
                            || error.is_transient()
                            || error.is_client()
                            || error.is_tls() =>
                    {
                        Err(NotSent::Refused(error.to_string()))
                    }
                    Err(error) => Err(NotSent::Unknown(error.to_string())),
                }
            }
            Self::Folder(folder) => {
                let text = format!(
                    "To: {}\nSubject: {}\n\n{}\n",
                    letter.recipient, letter.subject, letter.body
                );
                tokio::fs::create_dir_all(folder).await.map_err(NotSent::refused)?;
                tokio::fs::write(folder.join(format!("{id}.txt")), text)
                    .await
                    .map_err(NotSent::refused)
            }
            Self::Captured(letters) => {
                letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
        }
    }
}

/// Why a letter is not known to have been sent.
pub(crate) enum NotSent {
    /// It was not taken: try again.
    Refused(String),
    /// The line broke while it was being handed over: it may have arrived.
    Unknown(String),
}

impl NotSent {
    fn refused(error: impl std::fmt::Display) -> Self {
        Self::Refused(error.to_string())
    }
}

/// How many letters were handed over without an answer: they may have arrived or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn uncertain(db: &impl Sql, handed_over_before: Timestamp) -> Result<i64, DbError> {
    db.count(
        "SELECT count(*) AS n FROM letter WHERE sent_at IS NULL AND handed_over_at < $1",
        [At(handed_over_before).into()],
    )
    .await
}

/// Sends a letter that a job names, unless it has been handed over before.
async fn send(app: App, held: jobs::Held) -> Result<(), String> {
    let body: Body = serde_json::from_str(&held.body).map_err(|error| error.to_string())?;
    let said = |error: DbError| error.to_string();
    let letter: Option<Letter> = app
        .db
        .first(
            "SELECT recipient, subject, body FROM letter
             WHERE id = $1 AND sent_at IS NULL AND handed_over_at IS NULL",
            [body.letter.clone().into()],
        )
        .await
        .map_err(said)?;
    let Some(mut letter) = letter else { return Ok(()) };
    letter.body = opened(&app, &body.letter, &letter.body)?;
    app.post.answers().await?;
    // Of several workers that hold the same job one alone sets the mark and goes on.
    let mine = app
        .db
        .run(
            "UPDATE letter SET handed_over_at = $2 WHERE id = $1 AND handed_over_at IS NULL",
            [body.letter.clone().into(), At(app.clock.now()).into()],
        )
        .await
        .map_err(said)?;
    if mine == 0 {
        return Ok(());
    }
    match app.post.deliver(&body.letter, &letter, held.attempts > 1).await {
        Ok(()) => {}
        Err(NotSent::Refused(error)) => {
            app.db
                .run("UPDATE letter SET handed_over_at = NULL WHERE id = $1", [body.letter.into()])
                .await
                .map_err(said)?;
            return Err(error);
        }
        Err(NotSent::Unknown(error)) => {
            tracing::error!(letter = body.letter, error, "a letter may not have arrived");
            return Ok(());
        }
    }
    app.db
        .run(
            "UPDATE letter SET sent_at = $2, body = '' WHERE id = $1",
            [body.letter.into(), At(app.clock.now()).into()],
        )
        .await
        .map_err(said)?;
    Ok(())
}

/// Adds the handler that sends letters.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(JOB, send)
}
