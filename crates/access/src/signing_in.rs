//! Sending the link that signs somebody in.
//!
//! The page only leaves a note for the worker, whether or not the address has an account: what
//! is written, how long it takes and what is answered tell a stranger nothing.

use foundation::{
    App, Context, DbError,
    jobs::{self, Handlers, Held},
    mail::{self, Letter},
    web::percent_encoded,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{accounts, sessions};

/// The kind of job that answers somebody who asked for a link.
const JOB: &str = "sign-in link";
/// How long a link stands.
pub const VALID: SignedDuration = SignedDuration::from_mins(30);

#[derive(Serialize, Deserialize)]
struct Asked {
    email: String,
    back: String,
}

/// Notes that somebody asked for a link to this address.
///
/// # Errors
/// When the database refuses.
pub async fn ask(app: &App, email: &str, back: &str) -> Result<(), DbError> {
    let asked = Asked { email: email.trim().to_lowercase(), back: local(back).to_owned() };
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, JOB, &asked, app.clock.now(), None).await?;
    tx.commit().await
}

/// The path when it leads to a page of this installation, else the start page.
#[must_use]
pub fn local(path: &str) -> &str {
    let fine = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\n', '\r', '\t'])
        && path.len() < 500;
    if fine { path } else { "/" }
}

async fn answer(app: App, held: Held) -> Result<(), String> {
    let asked: Asked = serde_json::from_str(&held.body).map_err(|error| error.to_string())?;
    send(&app, &asked).await.map_err(|error| error.to_string())
}

async fn send(app: &App, asked: &Asked) -> Result<(), DbError> {
    let Some(account) = accounts::by_email(&app.db, &asked.email).await? else { return Ok(()) };
    let now = app.clock.now();
    let tx = app.db.write().await?;
    let token = sessions::issue_link(&tx, &app.ids, now, account.id, VALID, false).await?;
    let url = app.config.public_url();
    let back = if asked.back == "/" {
        String::new()
    } else {
        format!("?back={}", percent_encoded(&asked.back))
    };
    let letter = Letter {
        recipient: account.email,
        subject: "Your link to sign in to Alongside".to_owned(),
        body: format!(
            "Hello {},\n\nOpen this link within 30 minutes to sign in. It works once.\n\n\
             {url}/sign-in/{token}{back}\n\nIf you did not ask for it, do nothing.\n",
            account.name,
        ),
    };
    mail::post(&tx, app, &Context::system("sign-in", now), &letter).await?;
    tx.commit().await
}

/// Adds the handler that sends sign-in links.
#[must_use]
pub fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(JOB, answer)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_pages_of_this_installation_are_returned_to() {
        assert_eq!(local("/requests/1?x=2"), "/requests/1?x=2");
        for elsewhere in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "x", "/a\nb"]
        {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
