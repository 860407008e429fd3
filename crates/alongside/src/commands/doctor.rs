//! `alongside doctor`: is this installation well?

use foundation::{
    Clock, Db, Sql as _,
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
    let db = Db::open(&config.database_url).await?;
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
        examine(&db, &mut findings).await?;
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

async fn examine(db: &Db, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let chain = events::verify(db).await?;
    findings.push(Finding {
        what: "record",
        well: matches!(chain, Chain::Whole(_)),
        words: match chain {
            Chain::Whole(n) => format!("{n} events, each following from the one before"),
            Chain::BrokenAt(n) => {
                format!("event {n} was changed, removed or slipped in: compare with a backup")
            }
        },
    });
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
