//! `alongside import`.

use std::{fs, io::IsTerminal as _};

use access::Permit;
use anyhow::Context as _;
use foundation::Clock;
use indicatif::{ProgressBar, ProgressStyle};
use register::imports::{self, Options};

use crate::{
    boot,
    cli::{Cli, Import},
    failure::{Code, fail},
};

/// Loads public files, or takes a batch back.
pub(super) async fn run(cli: &Cli, options: Import) -> anyhow::Result<()> {
    for path in &options.paths {
        if !path.exists() {
            return Err(fail(Code::Absent, format!("{} is not there", path.display())));
        }
    }
    let app = boot::app(boot::config(cli)?, Clock::system()).await?;
    let permit = Permit::system("import", app.clock.now());
    if let Some(batch) = options.rollback {
        imports::rollback(&app, &permit, batch)
            .await
            .map_err(|error| fail(Code::Found, error.to_string()))?;
        let json = serde_json::json!({ "rolled_back": batch });
        super::say_or(
            cli,
            &format!("batch {batch} is taken back; what was there before holds again"),
            &json,
        );
        return Ok(());
    }
    let bar = progress(cli);
    let report = imports::import_paths(
        &app,
        &permit,
        &options.paths,
        Options { preview: options.preview },
        |step| {
            bar.set_message(step.to_string());
            bar.tick();
        },
    )
    .await
    .map_err(|error| fail(Code::Found, error.to_string()))?;
    bar.finish_and_clear();
    if let Some(path) = &options.problems {
        fs::write(path, report.problems_csv()).with_context(|| path.display().to_string())?;
    }
    super::say_or(cli, &report.to_string(), &serde_json::to_value(&report)?);
    if report.refused() > 0 {
        return Err(fail(
            Code::Found,
            format!("{} files were refused; nothing of them was taken in", report.refused()),
        ));
    }
    Ok(())
}

fn progress(cli: &Cli) -> ProgressBar {
    if cli.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let colour = if std::env::var_os("NO_COLOR").is_some() { "" } else { ".cyan" };
    let template = format!("{{spinner{colour}}} {{elapsed}} {{wide_msg}}");
    let style = ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::new_spinner().with_style(style)
}
