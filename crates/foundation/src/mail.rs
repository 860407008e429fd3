//! Letters: written in the transaction of the act that causes them, sent afterwards, once each.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};

use crate::{App, Context, DbError, Ids, Sql, Tx, db::At, jobs};

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

/// Writes a letter and the job that sends it, in the transaction of the act that causes both.
///
/// # Errors
/// When the database refuses.
pub async fn post(tx: &Tx, ids: &Ids, context: &Context, letter: &Letter) -> Result<(), DbError> {
    let id = ids.next().to_string();
    tx.run(
        "INSERT INTO letter (id, recipient, subject, body) VALUES ($1, $2, $3, $4)",
        [
            id.clone().into(),
            letter.recipient.clone().into(),
            letter.subject.clone().into(),
            letter.body.clone().into(),
        ],
    )
    .await?;
    jobs::enqueue(tx, ids, JOB, &Body { letter: id.clone() }, context.at, Some(&id)).await
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
    /// Into a folder, one file a letter: for the demo and for trying things out.
    Folder(PathBuf),
    /// Into memory, for tests.
    Captured(Arc<Mutex<Vec<Letter>>>),
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp { .. } => "Post::Smtp",
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
    /// When the address or the sender cannot be read.
    pub fn smtp(url: &str, from: &str) -> Result<Self, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| format!("mail.smtp: {error}"))?
            .build();
        let from = from.parse().map_err(|error| format!("mail.from: {error}"))?;
        Ok(Self::Smtp { transport: Box::new(transport), from })
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

    async fn deliver(&self, id: &str, letter: &Letter) -> Result<(), String> {
        match self {
            Self::Smtp { transport, from } => {
                let to = letter.recipient.parse().map_err(|error| format!("{error}"))?;
                let message = Message::builder()
                    .from(from.clone())
                    .to(to)
                    .subject(&letter.subject)
                    .message_id(Some(format!("<{id}@{}>", from.email.domain())))
                    .header(ContentType::TEXT_PLAIN)
                    .body(letter.body.clone())
                    .map_err(|error| error.to_string())?;
                transport.send(message).await.map(|_| ()).map_err(|error| error.to_string())
            }
            Self::Folder(folder) => {
                let text = format!(
                    "To: {}\nSubject: {}\n\n{}\n",
                    letter.recipient, letter.subject, letter.body
                );
                tokio::fs::create_dir_all(folder).await.map_err(|error| error.to_string())?;
                tokio::fs::write(folder.join(format!("{id}.txt")), text)
                    .await
                    .map_err(|error| error.to_string())
            }
            Self::Captured(letters) => {
                letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
        }
    }
}

/// Sends a letter that a job names, unless it has been sent.
async fn send(app: App, held: jobs::Held) -> Result<(), String> {
    let body: Body = serde_json::from_str(&held.body).map_err(|error| error.to_string())?;
    let letter: Option<Letter> = app
        .db
        .first(
            "SELECT recipient, subject, body FROM letter WHERE id = $1 AND sent_at IS NULL",
            [body.letter.clone().into()],
        )
        .await
        .map_err(|error| error.to_string())?;
    let Some(letter) = letter else { return Ok(()) };
    app.post.deliver(&body.letter, &letter).await?;
    app.db
        .run(
            // Letters hold links that sign people in: once sent, the text is not kept.
            "UPDATE letter SET sent_at = $2, body = '' WHERE id = $1",
            [body.letter.into(), At(app.clock.now()).into()],
        )
        .await
        .map_err(|error| error.to_string())?;
    Ok(())
}

/// Adds the handler that sends letters.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(JOB, send)
}
