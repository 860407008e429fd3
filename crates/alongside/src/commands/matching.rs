//! `alongside match`.

use brokerage::desk::report;
use foundation::{Clock, OrgRef, Sql as _};
use sea_orm::FromQueryResult;

use crate::{
    boot,
    cli::Cli,
    failure::{Code, fail},
};

/// Shows the explained candidates for one request, or the best plan for all that wait.
pub(super) async fn run(cli: &Cli, request: Option<&str>) -> anyhow::Result<()> {
    let app = boot::app(boot::config(cli)?, Clock::system()).await?;
    let today = app.clock.today();
    let found = match request {
        Some(id) => {
            let id = id.parse().map_err(|_| {
                fail(Code::Usage, format!("“{id}” is not the identifier of a request"))
            })?;
            vec![report::request(&app.db, id, today).await.map_err(refused)?]
        }
        None => {
            #[derive(FromQueryResult)]
            struct Row {
                org: OrgRef,
            }
            let all: Vec<Row> =
                app.db.all("SELECT org FROM partnership ORDER BY name, org", []).await?;
            let mut found = Vec::new();
            for row in all {
                found.push(report::partnership(&app.db, row.org, today).await.map_err(refused)?);
            }
            found
        }
    };
    if found.is_empty() {
        return Err(fail(
            Code::Absent,
            "there is no partnership yet, so nothing waits for a match",
        ));
    }
    let text = found.iter().map(|report| report.text.trim_end()).collect::<Vec<_>>().join("\n\n");
    let json = match request {
        Some(_) => found[0].json.clone(),
        None => found.into_iter().map(|report| report.json).collect(),
    };
    super::say_or(cli, &text, &json);
    Ok(())
}

fn refused(error: impl std::fmt::Display) -> anyhow::Error {
    fail(Code::Absent, error.to_string())
}
