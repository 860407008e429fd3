//! How this installation stands, read from its configuration, its packs and its database.

use access::{Role, accounts, keyring, partnerships, retention, sealed};
use foundation::{App, PageError, Sql as _, clock::in_words, events};

/// What holds now, as pairs of a question and its answer.
pub(super) struct Facts {
    pub(super) operation: Vec<(String, String)>,
    pub(super) people: Vec<(String, String)>,
    pub(super) packs: Vec<(String, String)>,
    pub(super) retention: Vec<(String, String)>,
    pub(super) made: String,
}

fn pair(question: &str, answer: impl Into<String>) -> (String, String) {
    (question.to_owned(), answer.into())
}

/// The host of an address such as `smtps://user:password@mail.example:465`.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    host.split(['/', '?']).next().unwrap_or(host).to_owned()
}

fn operation(app: &App) -> Vec<(String, String)> {
    let config = &app.config;
    let database = match app.db.path() {
        Some(file) => format!("SQLite, in the file {}", file.display()),
        None => format!("PostgreSQL at {}", host(&config.database_url)),
    };
    let mail = match config.mail.smtp.is_empty() {
        true => format!("written to the folder {}", config.mail.folder.display()),
        false => format!("through {}", host(&config.mail.smtp)),
    };
    let tls = match config.secure() {
        true => "yes: cookies are bound to this host and browsers are told to insist on it",
        false => "no: the address people use does not begin with https. Put it behind TLS",
    };
    let keys = match keyring::versions(config) {
        Ok(Some(keys)) => format!(
            "key {} in use, {} in the file {}",
            keys.last().copied().unwrap_or(0),
            keys.len(),
            keyring::path(config).display()
        ),
        Ok(None) => "none yet: one is made when something is first sealed".to_owned(),
        Err(error) => error.to_string(),
    };
    vec![
        pair("Address", config.public_url()),
        pair("Reached over TLS", tls),
        pair("Database", database),
        pair("Letters leave", mail),
        pair("Sender of letters", config.mail.from.clone()),
        pair("Master keys for private texts", keys),
        pair("Other services that receive personal data", "none"),
        pair(
            "Transfers outside the United Kingdom",
            "none by the product; ask your hosting and mail providers",
        ),
        pair("Demonstration with invented people", if config.demo { "yes" } else { "no" }),
    ]
}

async fn people(app: &App) -> Result<Vec<(String, String)>, PageError> {
    let mut facts = Vec::new();
    let today = app.clock.today();
    let held = accounts::held(&app.db, None).await?;
    for role in Role::ALL {
        let mut holders: Vec<_> = held
            .iter()
            .filter(|held| held.role.0 == role && held.on(today))
            .map(|h| h.account)
            .collect();
        holders.sort();
        holders.dedup();
        facts.push(pair(&format!("People who are {}", role.key()), holders.len().to_string()));
    }
    let partnerships = partnerships::all(&app.db).await?;
    let names: Vec<String> = partnerships.into_iter().map(|one| one.name).collect();
    facts.push(pair(
        "Partnerships",
        if names.is_empty() { "none".into() } else { names.join(", ") },
    ));
    let shares = app
        .db
        .count(
            "SELECT count(*) AS n FROM data_share WHERE revoked_at IS NULL AND end_on >= $1",
            [today.to_string().into()],
        )
        .await?;
    facts.push(pair("Data-share agreements in force or to come", shares.to_string()));
    let glass = app.db.count("SELECT count(*) AS n FROM broken_glass", []).await?;
    facts.push(pair("Times the glass was broken, over two years", glass.to_string()));
    let wraps = sealed::in_use(&app.db).await?;
    let sealed: usize = wraps.iter().map(|(_, count)| count).sum();
    facts.push(pair("Things sealed with a master key", sealed.to_string()));
    let tail = events::tail(&app.db).await?;
    let entries = tail.map_or(0, |tail| tail.seq);
    facts.push(pair("Entries in the record of acts", entries.to_string()));
    Ok(facts)
}

fn packs() -> Vec<(String, String)> {
    let framework =
        |one: &needs::Framework| format!("{}: {} areas", one.edition(), one.areas.len());
    vec![
        pair(
            "What an audit asks",
            needs::Framework::all().iter().map(framework).collect::<Vec<_>>().join("; "),
        ),
        pair(
            "Kinds of support",
            support::pack::pack()
                .kinds
                .iter()
                .map(|k| k.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        ),
        pair(
            "Roles of system leaders",
            brokerage::packs::roles()
                .iter()
                .map(|r| r.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        ),
        pair("Indicators", register::kpis::definitions().len().to_string()),
    ]
}

/// Reads everything.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn read(app: &App) -> Result<Facts, PageError> {
    let retention = retention::preview(app)
        .await?
        .into_iter()
        .map(|due| {
            let now = match due.line.wait() {
                Some(_) => format!(" Concerned now: {}.", due.rows),
                None => String::new(),
            };
            pair(due.line.what, format!("{}. {}{now}", due.line.term(), due.line.why))
        })
        .collect();
    Ok(Facts {
        operation: operation(app),
        people: people(app).await?,
        packs: packs(),
        retention,
        made: in_words(app.clock.now()),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_in_an_address_is_never_shown() {
        assert_eq!(super::host("smtps://user:secret@mail.example:465"), "mail.example:465");
        assert_eq!(super::host("postgres://me:secret@db.example/alongside?x=y"), "db.example");
    }
}
