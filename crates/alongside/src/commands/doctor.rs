//! `alongside doctor`: is this installation well?

use std::{fs, io::ErrorKind};

use access::{keyring, sealed};
use foundation::{
    Clock, Config, Db, Sql as _,
    db::At,
    events::{self, Chain},
    mail,
};
use serde_json::json;

use crate::{
    boot,
    cli::Cli,
    failure::{Code, fail},
    routes,
};

struct Finding {
    what: &'static str,
    well: bool,
    words: String,
}

/// Examines the installation and fails when something is wrong.
pub(super) async fn run(cli: &Cli) -> anyhow::Result<()> {
    let config = boot::config(cli)?;
    let db = Db::open(&config.database_url).await?.sealed_with(&boot::secret(&config.secret_file)?);
    let mut findings = vec![Finding {
        what: "database",
        well: true,
        words: format!("{} answers", boot::redact(&config.database_url)),
    }];
    let missing = foundation::db::pending(&db, &routes::migrations()).await?;
    findings.push(Finding {
        what: "tables",
        well: missing == 0,
        words: match missing {
            0 => "up to date".to_owned(),
            n => format!("{n} steps are missing: run `alongside migrate`"),
        },
    });
    if missing == 0 {
        examine(&config, &db, &mut findings).await?;
        findings.push(keys(&config, &db).await?);
    }
    let well = findings.iter().all(|finding| finding.well);
    let text = findings
        .iter()
        .map(|f| format!("{} {:<10} {}", if f.well { "ok " } else { "BAD" }, f.what, f.words))
        .collect::<Vec<_>>()
        .join("\n");
    let list: Vec<_> = findings
        .iter()
        .map(|f| json!({ "what": f.what, "well": f.well, "words": f.words }))
        .collect();
    super::say_or(cli, &text, &json!({ "well": well, "findings": list }));
    if well { Ok(()) } else { Err(fail(Code::Found, "something is wrong: see above")) }
}

/// The note outside the database of the last entry this command saw, beside the secret file: even
/// somebody who rewrites the whole record, every hash included, does not reach it.
async fn anchor(config: &Config, db: &Db, chain: &Chain) -> anyhow::Result<Finding> {
    let path = config.secret_file.with_file_name("record-anchor");
    let place = path.display();
    let seen = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(anyhow::Error::new(error).context(place.to_string())),
    };
    let seen = seen.as_deref().map(|text| text.trim().split_once(' ').unwrap_or((text, "")));
    let finding = |well, words| Ok(Finding { what: "anchor", well, words });
    if let Some((seq, hash)) = seen {
        let Ok(seq) = seq.parse::<i64>() else {
            return finding(false, format!("{place} cannot be understood: remove it"));
        };
        if events::hash_of(db, seq).await?.as_deref() != Some(hash) {
            return finding(
                false,
                format!(
                    "event {seq} is not the one that was there before: the record was rewritten or \
                     cut. If you restored an earlier backup on purpose, remove {place}"
                ),
            );
        }
    }
    if !matches!(chain, Chain::Whole(_)) {
        return finding(true, "left as it was".to_owned());
    }
    let Some(tail) = events::tail(db).await? else {
        return finding(true, "there is nothing to note yet".to_owned());
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, format!("{} {}\n", tail.seq, tail.hash))?;
    finding(true, format!("event {} is noted in {place}; keep a copy elsewhere", tail.seq))
}

/// Whether every key that still seals something is in the key file.
async fn keys(config: &Config, db: &Db) -> anyhow::Result<Finding> {
    let uses = sealed::in_use(db).await?;
    let (well, words) = match keyring::versions(config) {
        Err(error) => (false, error.to_string()),
        Ok(held) => {
            let held = held.unwrap_or_default();
            let missing: Vec<String> = uses
                .iter()
                .filter(|(key, _)| !held.contains(key))
                .map(|(key, _)| key.to_string())
                .collect();
            match (missing.is_empty(), held.last()) {
                (false, _) => (
                    false,
                    format!(
                        "master key {} still seals something and is not in {}: put the line back",
                        missing.join(", "),
                        keyring::path(config).display()
                    ),
                ),
                (true, None) => (true, "nothing is sealed yet".to_owned()),
                (true, Some(last)) => (true, format!("key {last} is in use; none is missing")),
            }
        }
    };
    Ok(Finding { what: "keys", well, words })
}

async fn examine(config: &Config, db: &Db, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let chain = events::verify(db).await?;
    findings.push(Finding {
        what: "record",
        well: matches!(chain, Chain::Whole(_)),
        words: match chain {
            Chain::Whole(n) => format!("{n} events, each following from the one before"),
            Chain::BrokenAt(n) => {
                format!(
                    "event {n} was changed, removed or slipped in, or the secret it is sealed with is no \
                     longer in {}: compare with a backup",
                    config.secret_file.display()
                )
            }
        },
    });
    findings.push(anchor(config, db, &chain).await?);
    let failed = db.count("SELECT count(*) AS n FROM job WHERE failed IS NOT NULL", []).await?;
    findings.push(Finding {
        what: "jobs",
        well: failed == 0,
        words: format!("{failed} jobs failed for good"),
    });
    let now = Clock::system().now();
    let late = db
        .count(
            "SELECT count(*) AS n FROM job WHERE failed IS NULL AND due < $1",
            [At(now - jiff::SignedDuration::from_mins(10)).into()],
        )
        .await?;
    findings.push(Finding {
        what: "worker",
        well: late == 0,
        words: match late {
            0 => "no work is late".to_owned(),
            n => format!("{n} jobs are more than ten minutes late: is a server or worker running?"),
        },
    });
    let lost = mail::uncertain(db, now - jiff::SignedDuration::from_mins(10)).await?;
    findings.push(Finding {
        what: "letters",
        well: lost == 0,
        words: match lost {
            0 => "every letter that left is known to have arrived at the mail server".to_owned(),
            n => format!(
                "{n} letters were handed to the mail server without an answer: they are not sent \
                 twice, so ask their readers"
            ),
        },
    });
    let schools = register::open_schools(db).await?;
    findings.push(Finding {
        what: "register",
        well: true,
        words: format!("{schools} open schools"),
    });
    Ok(())
}
