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
    // What stays is told where it is read, not where it is carried out.
    let ends = || due.iter().filter(|due| due.line.wait().is_some());
    let text: Vec<String> = ends().map(|due| line(due, did)).collect();
    let list: Vec<_> = ends()
        .map(|due| {
            json!({ "what": due.line.id, "then": due.line.verb(), "term": due.line.term(),
                    "rows": due.rows })
        })
        .collect();
    super::say_or(cli, &text.join("\n"), &json!({ "carried_out": did, "schedule": list }));
    Ok(())
}

fn line(due: &Due, did: bool) -> String {
    let (line, verb) = (due.line, due.line.verb());
    let verb = if did { verb.to_owned() } else { format!("to be {verb}") };
    let since =
        line.wait().map_or_else(String::new, |(wait, since)| format!(", {wait} after {since}"));
    format!("{:>6} {verb}: {}{since}", due.rows, line.what)
}
