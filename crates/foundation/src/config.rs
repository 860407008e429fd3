//! Configuration in three layers: a TOML file, then the environment, then flags.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::providers::{self, Provider};

/// Everything that can be set. Unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://…` (environment: `DATABASE_URL`).
    pub database_url: String,
    /// Where the server listens (environment: `ALONGSIDE_LISTEN`).
    pub listen: SocketAddr,
    /// The address people type, used in letters and for cookies (environment:
    /// `ALONGSIDE_PUBLIC_URL`).
    pub public_url: String,
    /// A file that holds the secret links are signed with, at least 32 characters
    /// (environment: `ALONGSIDE_SECRET_FILE`). Made on first use where it is absent.
    pub secret_file: PathBuf,
    /// A folder with a framework pack (areas, roles, kinds of support, days) that takes the place
    /// of the one in the program (environment: `ALONGSIDE_PACK`). Empty: England.
    pub pack: PathBuf,
    /// Where people report weaknesses, as `/.well-known/security.txt` tells them: an address such
    /// as `mailto:security@alongside.example` or `https://…` (environment:
    /// `ALONGSIDE_SECURITY_CONTACT`). Empty: the sender of letters.
    pub security_contact: String,
    /// The posts that open only to somebody who showed a second step (a passkey, an authenticator
    /// app), each with its days of grace, as in `operator administrator:14 broker:14` (environment:
    /// `ALONGSIDE_REQUIRE_SECOND_STEP`). Empty: those three and data protection officers; in the
    /// demonstration none. `none`: none.
    pub require_second_step: String,
    /// How letters leave.
    pub mail: Mail,
    /// A rehearsal's first day, `YYYY-MM-DD` (environment: `ALONGSIDE_REHEARSE_FROM`): the calendar
    /// begins there, on a database of its own. Never for real work.
    pub rehearse_from: Option<Date>,
    /// Who else may vouch for people: OpenID Connect providers (environment:
    /// `ALONGSIDE_PROVIDER_KEY_ISSUER` and so on).
    #[serde(rename = "provider")]
    pub providers: Vec<Provider>,
    /// Whether this is the demonstration; found in the database, never set by hand.
    #[serde(skip)]
    pub demo: bool,
}

/// How letters leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The mail server, for example `smtps://user:password@mail.example` (environment:
    /// `ALONGSIDE_SMTP`). Empty: letters are written to `folder`.
    pub smtp: String,
    /// The sender (environment: `ALONGSIDE_MAIL_FROM`).
    pub from: String,
    /// The folder for letters where there is no mail server.
    pub folder: PathBuf,
    /// A file that holds the key of a GOV.UK Notify service (environment:
    /// `ALONGSIDE_NOTIFY_KEY_FILE`). Empty: letters do not go through Notify.
    pub notify_key_file: PathBuf,
    /// The template of that service for letters: subject `((subject))`, text `((body))`
    /// (environment: `ALONGSIDE_NOTIFY_TEMPLATE`).
    pub notify_template: String,
    /// Where Notify is (environment: `ALONGSIDE_NOTIFY_URL`).
    pub notify_url: String,
}

impl Mail {
    /// Whether letters go through GOV.UK Notify.
    #[must_use]
    pub fn is_notify(&self) -> bool {
        !self.notify_key_file.as_os_str().is_empty()
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.is_notify() && !self.smtp.is_empty() {
            problems.push(
                "mail.smtp and mail.notify_key_file are both set: letters leave by one of them, so \
                 take the other away"
                    .to_owned(),
            );
        }
        if self.is_notify() == self.notify_template.is_empty() {
            problems.push(
                "mail.notify_key_file and mail.notify_template belong together: set both or neither"
                    .to_owned(),
            );
        }
        if self.is_notify()
            && let Err(error) = crate::https::place(&self.notify_url)
        {
            problems.push(format!("mail.notify_url: {error}"));
        }
        problems
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            smtp: String::new(),
            from: "Alongside <alongside@localhost.localdomain>".to_owned(),
            folder: PathBuf::from("alongside-data/letters"),
            notify_key_file: PathBuf::new(),
            notify_template: String::new(),
            notify_url: crate::notify::ADDRESS.to_owned(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite:alongside-data/alongside.sqlite".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: String::new(),
            secret_file: PathBuf::from("alongside-data/secret"),
            pack: PathBuf::new(),
            security_contact: String::new(),
            require_second_step: String::new(),
            mail: Mail::default(),
            rehearse_from: None,
            providers: Vec::new(),
            demo: false,
        }
    }
}

impl Config {
    /// Reads the file's text (empty when there is none), then the environment.
    ///
    /// # Errors
    /// One sentence for each key that is unknown or does not parse.
    pub fn load(file: &str, env: &BTreeMap<String, String>) -> Result<Self, Vec<String>> {
        let mut config: Self =
            toml::from_str(file).map_err(|error| vec![error.to_string().trim().to_owned()])?;
        let mut problems = Vec::new();
        for (key, value) in env {
            match key.as_str() {
                "DATABASE_URL" | "ALONGSIDE_DATABASE_URL" => config.database_url.clone_from(value),
                "ALONGSIDE_LISTEN" => match value.parse() {
                    Ok(address) => config.listen = address,
                    Err(_) => problems.push(format!(
                        "ALONGSIDE_LISTEN is “{value}”: write an address and a port, for example 127.0.0.1:8080"
                    )),
                },
                "ALONGSIDE_PUBLIC_URL" => config.public_url.clone_from(value),
                "ALONGSIDE_SECRET_FILE" => config.secret_file = PathBuf::from(value),
                "ALONGSIDE_REHEARSE_FROM" => match value.parse() {
                    Ok(day) => config.rehearse_from = Some(day),
                    Err(_) => problems.push(format!(
                        "ALONGSIDE_REHEARSE_FROM is “{value}”: write a day, for example 2018-10-01"
                    )),
                },
                "ALONGSIDE_PACK" => config.pack = PathBuf::from(value),
                "ALONGSIDE_SECURITY_CONTACT" => config.security_contact.clone_from(value),
                "ALONGSIDE_REQUIRE_SECOND_STEP" => config.require_second_step.clone_from(value),
                "ALONGSIDE_SMTP" => config.mail.smtp.clone_from(value),
                "ALONGSIDE_MAIL_FROM" => config.mail.from.clone_from(value),
                "ALONGSIDE_MAIL_FOLDER" => config.mail.folder = PathBuf::from(value),
                "ALONGSIDE_NOTIFY_KEY_FILE" => config.mail.notify_key_file = PathBuf::from(value),
                "ALONGSIDE_NOTIFY_TEMPLATE" => config.mail.notify_template.clone_from(value),
                "ALONGSIDE_NOTIFY_URL" => config.mail.notify_url.clone_from(value),
                // Read elsewhere: the configuration file itself, logging, and the public data of tests.
                "ALONGSIDE_CONFIG" | "ALONGSIDE_LOG" | "ALONGSIDE_DATA"
                | "ALONGSIDE_REQUIRE_DATA" | "ALONGSIDE_TEST_POSTGRES" => {}
                other if providers::from_env(&mut config.providers, other, value) => {}
                other if other.starts_with("ALONGSIDE_") => problems.push(format!(
                    "{other} is not a setting: see `alongside config check --help` for the list"
                )),
                _ => {}
            }
        }
        problems.extend(config.problems());
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// What is wrong with the values, one sentence each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|start| self.database_url.starts_with(start)) {
            problems.push(format!(
                "database_url is “{}”: write sqlite:PATH or postgres://USER@HOST/NAME",
                self.database_url
            ));
        }
        if !self.public_url.is_empty()
            && !self.public_url.starts_with("http://")
            && !self.public_url.starts_with("https://")
        {
            problems.push(format!(
                "public_url is “{}”: write the whole address, for example https://alongside.example",
                self.public_url
            ));
        }
        problems.extend(self.mail.problems());
        problems.extend(providers::problems(&self.providers));
        let contact = &self.security_contact;
        let schemes = ["mailto:", "https://", "tel:"];
        let known = schemes.iter().any(|start| contact.starts_with(start));
        let written = !contact.is_empty();
        if written && (!known || contact.contains(char::is_whitespace)) {
            problems.push(format!(
                "security_contact is “{contact}”: write mailto:NAME@HOST or an address that begins \
                 with https://"
            ));
        }
        problems
    }

    /// Where people report weaknesses.
    #[must_use]
    pub fn security_contact(&self) -> String {
        if !self.security_contact.is_empty() {
            return self.security_contact.clone();
        }
        let from = &self.mail.from;
        let address = from.rsplit_once('<').map_or(from.as_str(), |(_, rest)| rest);
        format!("mailto:{}", address.trim_end_matches('>').trim())
    }

    /// The address people type, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        if self.public_url.is_empty() {
            format!("http://{}", self.listen)
        } else {
            self.public_url.trim_end_matches('/').to_owned()
        }
    }

    /// Whether people reach the product over TLS, so that cookies can insist on it.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let config = Config::load(
            "listen = \"127.0.0.1:9000\"\n[mail]\nsmtp = \"smtp://a\"\n",
            &env(&[("ALONGSIDE_SMTP", "smtp://b"), ("DATABASE_URL", "postgres://x/y")]),
        )
        .unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.mail.smtp, "smtp://b");
        assert_eq!(config.database_url, "postgres://x/y");
    }

    #[test]
    fn letters_leave_by_one_way() {
        let template = "f33517ff-2a88-4f6e-b855-c550268ce08a";
        let of = |pairs: &[(&str, &str)]| Config::load("", &env(pairs));
        let whole = [("ALONGSIDE_NOTIFY_KEY_FILE", "/k"), ("ALONGSIDE_NOTIFY_TEMPLATE", template)];
        assert!(of(&whole).unwrap().mail.is_notify());
        let both = [whole[0], whole[1], ("ALONGSIDE_SMTP", "smtp://a")];
        assert!(of(&both).unwrap_err()[0].contains("take the other away"));
        assert!(of(&whole[..1]).unwrap_err()[0].contains("notify_template"));
        let plain = [whole[0], whole[1], ("ALONGSIDE_NOTIFY_URL", "http://notify.example")];
        assert!(of(&plain).unwrap_err()[0].contains("notify_url"));
    }

    #[test]
    fn unknown_keys_are_errors_that_name_the_key() {
        let problems = Config::load("lisen = \"x\"", &env(&[])).unwrap_err();
        assert!(problems[0].contains("lisen"), "{problems:?}");
        let problems = Config::load("", &env(&[("ALONGSIDE_LISEN", "x")])).unwrap_err();
        assert!(problems[0].contains("ALONGSIDE_LISEN"), "{problems:?}");
        let problems = Config::load("database_url = \"mysql://x\"", &env(&[])).unwrap_err();
        assert!(problems[0].contains("sqlite:PATH"), "{problems:?}");
    }
}
