//! Letters through GOV.UK Notify, the government's own post office, beside a mail server.
//!
//! Notify wants a template that an operator makes once: its subject is `((subject))` and its text
//! `((body))`. Each question carries a token made for that moment (HS256 over the service's number
//! and the time), signed with the secret part of the service's key, which is read from a file.
//! A letter carries its own number as the reference, so that after a broken line one can ask
//! whether Notify has it: it is sent again only when Notify says that it does not.
//!
//! The API: <https://docs.notifications.service.gov.uk/rest-api.html>, version 2.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde::Deserialize;
use sha2::Sha256;

use crate::{
    Clock,
    https::{self, Body, Question, Silence},
    mail::{Letter, NotSent},
};

/// Where Notify is.
pub const ADDRESS: &str = "https://api.notifications.service.gov.uk";

/// How long a part of a key is: a UUID as it is written.
const UUID: usize = 36;

/// A service of GOV.UK Notify.
#[derive(Clone)]
pub struct Notify {
    address: String,
    template: String,
    service: String,
    secret: String,
}

impl std::fmt::Debug for Notify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notify({}, service {})", self.address, self.service)
    }
}

#[derive(Deserialize)]
struct Problems {
    errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    error: String,
    message: String,
}

#[derive(Deserialize)]
struct Found {
    notifications: Vec<serde_json::Value>,
}

impl Notify {
    /// A service by its address, its key (`NAME-SERVICE-SECRET`, as Notify shows it once) and the
    /// template for letters.
    ///
    /// # Errors
    /// A sentence that names the setting, never the key.
    pub fn new(address: &str, key: &str, template: &str) -> Result<Self, String> {
        let key = key.trim();
        let from = |end: usize| key.len().checked_sub(end).and_then(|at| key.get(at..));
        let service = from(2 * UUID + 1).and_then(|rest| rest.get(..UUID));
        let parts = (service, from(UUID));
        let (Some(service), Some(secret)) = parts else {
            return Err(WRONG_KEY.to_owned());
        };
        if uuid::Uuid::parse_str(service).is_err() || uuid::Uuid::parse_str(secret).is_err() {
            return Err(WRONG_KEY.to_owned());
        }
        if uuid::Uuid::parse_str(template).is_err() {
            return Err(format!(
                "mail.notify_template is “{template}”: copy the template’s ID from Notify"
            ));
        }
        https::place(address).map_err(|error| format!("mail.notify_url: {error}"))?;
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            template: template.to_owned(),
            service: service.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// The token for a moment.
    fn token(&self, at: Timestamp) -> String {
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = part(serde_json::json!({ "alg": "HS256", "typ": "JWT" }));
        let claims = part(serde_json::json!({ "iss": self.service, "iat": at.as_second() }));
        let signed = format!("{head}.{claims}");
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())
            .expect("HMAC takes a key of any length");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    async fn ask(&self, path: &str, json: Option<String>) -> Result<(u16, Vec<u8>), Silence> {
        // Notify compares with its own clock: the real one, also in a rehearsal.
        let now = Clock::system().now();
        let question = Question {
            url: format!("{}{path}", self.address),
            authorization: Some(format!("Bearer {}", self.token(now))),
            body: json.map_or(Body::Nothing, Body::Json),
            // The operator's own setting names the host.
            may_be_at: |_| true,
        };
        https::ask(&question).await.map(|(status, body)| (status, body.to_vec()))
    }

    /// Whether Notify has a letter of this number, or why it cannot be asked.
    async fn has(&self, id: &str) -> Result<bool, String> {
        let path = format!("/v2/notifications?template_type=email&reference={id}");
        match self.ask(&path, None).await {
            Ok((200, body)) => serde_json::from_slice::<Found>(&body)
                .map(|found| !found.notifications.is_empty())
                .map_err(|error| format!("GOV.UK Notify answered {error}")),
            Ok((status, body)) => Err(said(status, &body)),
            Err(Silence::Unsent(error) | Silence::Unheard(error)) => Err(error),
        }
    }

    /// Hands a letter over. One that was tried before is asked after first.
    ///
    /// # Errors
    /// [`NotSent::Refused`] when Notify does not have it, [`NotSent::Unknown`] when that cannot be
    /// found out.
    pub(crate) async fn deliver(
        &self,
        id: &str,
        letter: &Letter,
        again: bool,
    ) -> Result<(), NotSent> {
        if again {
            match self.has(id).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => return Err(NotSent::Refused(error)),
            }
        }
        let json = serde_json::json!({
            "email_address": letter.recipient,
            "template_id": self.template,
            "personalisation": { "subject": letter.subject, "body": letter.body },
            "reference": id,
        });
        let problem = match self.ask("/v2/notifications/email", Some(json.to_string())).await {
            Ok((201, _)) => return Ok(()),
            // A plain no: Notify has not taken it.
            Ok((status @ 400..=499, body)) => return Err(NotSent::Refused(said(status, &body))),
            Ok((status, body)) => said(status, &body),
            Err(Silence::Unsent(error)) => return Err(NotSent::Refused(error)),
            Err(Silence::Unheard(error)) => error,
        };
        match self.has(id).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(NotSent::Refused(problem)),
            Err(_) => Err(NotSent::Unknown(problem)),
        }
    }
}

const WRONG_KEY: &str = "mail.notify_key_file does not hold a key of GOV.UK Notify: copy the whole key, NAME-SERVICE-SECRET";

/// What Notify said, for the log: the kind of error and its sentence.
fn said(status: u16, body: &[u8]) -> String {
    let words = serde_json::from_slice::<Problems>(body).map_or_else(
        |_| String::new(),
        |problems| {
            let words = problems.errors.iter().map(|one| format!("{}: {}", one.error, one.message));
            words.collect::<Vec<_>>().join("; ")
        },
    );
    format!("GOV.UK Notify answered {status} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
    const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";
    const TEMPLATE: &str = "f33517ff-2a88-4f6e-b855-c550268ce08a";

    fn key() -> String {
        format!("my_test_key-{SERVICE}-{SECRET}")
    }

    #[test]
    fn a_key_is_taken_apart_and_never_shown() {
        let notify = Notify::new(ADDRESS, &format!("{}\n", key()), TEMPLATE).unwrap();
        assert_eq!((notify.service.as_str(), notify.secret.as_str()), (SERVICE, SECRET));
        assert!(!format!("{notify:?}").contains(SECRET));
        for wrong in ["", "short", SECRET, &format!("é{SERVICE}{SECRET}"), &key()[..60]] {
            let error = Notify::new(ADDRESS, wrong, TEMPLATE).unwrap_err();
            assert!(error.contains("notify_key_file") && !error.contains(SECRET), "{error}");
        }
        assert!(Notify::new(ADDRESS, &key(), "x").unwrap_err().contains("notify_template"));
        let plain = "http://notify.example";
        assert!(Notify::new(plain, &key(), TEMPLATE).unwrap_err().contains("notify_url"));
    }

    #[test]
    fn a_token_is_three_parts_that_say_who_and_when() {
        let notify = Notify::new(ADDRESS, &key(), TEMPLATE).unwrap();
        let token = notify.token("2026-11-09T09:00:00Z".parse().unwrap());
        let parts: Vec<&str> = token.split('.').collect();
        let read = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        assert_eq!(read(parts[0]), r#"{"alg":"HS256","typ":"JWT"}"#);
        let claims: serde_json::Value = serde_json::from_str(&read(parts[1])).unwrap();
        assert_eq!(claims["iss"], SERVICE);
        assert_eq!(claims["iat"], 1_794_214_800);
        assert_eq!(parts.len(), 3);
    }
}
