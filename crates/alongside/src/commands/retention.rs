//! `alongside retention …`: what is kept how long.

use access::{
    Permit,
    retention::{self, Due},
};
use foundation::Clock;
use serde_json::json;

use crate::{
    boot,
    cli::{Cli, Retention},
};

/// Shows what the schedule would do, or does it.
pub(super) async fn run(cli: &Cli, command: &Retention) -> anyhow::Result<()> {
    let app = boot::app(boot::config(cli)?, Clock::system()).await?;
    let (due, did) = match command {
        Retention::Preview => (retention::preview(&app).await?, false),
        Retention::Run => {
            let permit = Permit::system("command line", app.clock.now());
            (retention::run(&app, &permit).await?, true)
        }
    };
    let text: Vec<String> = due.iter().map(|due| line(due, did)).collect();
    let list: Vec<_> = due
        .iter()
        .map(|due| {
            json!({ "what": due.term.id, "then": due.term.then, "days": due.term.days,
                    "since": due.term.since, "rows": due.rows })
        })
        .collect();
    super::say_or(cli, &text.join("\n"), &json!({ "carried_out": did, "schedule": list }));
    Ok(())
}

fn line(due: &Due, did: bool) -> String {
    let term = due.term;
    let verb = if did { term.then.to_owned() } else { format!("to be {}", term.then) };
    format!("{:>6} {verb}: {}, {} days after {}", due.rows, term.what, term.days, term.since)
}
