//! What an operator does from the command line.

mod accounts;
mod archive;
mod configuration;
mod doctor;
mod exports;
mod imports;
mod keys;
mod matching;
mod packs;
mod reports;
mod retention;
mod states;

use foundation::Clock;

use crate::{
    boot,
    cli::{Cli, Command, ConfigCommand, Demo, PackCommand, Serve},
    demo,
    failure::{Code, fail},
    routes, serve,
};

/// Runs the command; without one, the demonstration.
///
/// # Errors
/// Whatever stopped the command, with the exit code it deserves.
pub async fn run(mut cli: Cli) -> anyhow::Result<()> {
    match cli.command.take() {
        None => demo::run(&cli, Demo::default()).await,
        Some(Command::Demo(options)) => demo::run(&cli, options).await,
        Some(Command::Serve(options)) => serve(&cli, &options).await,
        Some(Command::Worker) => {
            let app = boot::app(boot::config(&cli)?, Clock::system()).await?;
            serve::work(app).await
        }
        Some(Command::Migrate { check }) => migrate(&cli, check).await,
        Some(Command::Import(options)) => imports::run(&cli, options).await,
        Some(Command::Export(options)) => exports::run(&cli, &options).await,
        Some(Command::Match { request }) => matching::run(&cli, request.as_deref()).await,
        Some(Command::Report(options)) => reports::run(&cli, &options).await,
        Some(Command::Backup { file }) => archive::backup(&cli, &file).await,
        Some(Command::Restore { file }) => archive::restore(&cli, &file).await,
        Some(Command::User(command)) => accounts::run(&cli, command).await,
        Some(Command::Keys(command)) => keys::run(&cli, command).await,
        Some(Command::Retention(command)) => retention::run(&cli, &command).await,
        Some(Command::Doctor) => doctor::run(&cli).await,
        Some(Command::Config(ConfigCommand::Check)) => configuration::check(&cli),
        Some(Command::Pack(PackCommand::Check { folder })) => packs::check(&cli, &folder),
        Some(Command::States { folder }) => states::write(&cli, &folder),
    }
}

async fn serve(cli: &Cli, options: &Serve) -> anyhow::Result<()> {
    let mut config = boot::config(cli)?;
    if let Some(listen) = options.listen {
        config.listen = listen;
    }
    let listener = serve::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let app = boot::app(config, Clock::system()).await?;
    say(
        cli,
        &format!(
            "Alongside serves http://{address} from {}",
            boot::redact(&app.config.database_url)
        ),
    );
    serve::run(app, listener, !options.no_worker).await
}

async fn migrate(cli: &Cli, check: bool) -> anyhow::Result<()> {
    let config = boot::config(cli)?;
    let db = foundation::Db::open(&config.database_url).await?;
    let missing = foundation::db::pending(&db, &routes::migrations()).await?;
    if check {
        say_or(
            cli,
            &format!("{missing} steps are missing"),
            &serde_json::json!({ "missing": missing }),
        );
        return if missing == 0 {
            Ok(())
        } else {
            Err(fail(Code::Found, "the tables are not up to date: run `alongside migrate`"))
        };
    }
    let taken = foundation::db::migrate(&db, &routes::migrations()).await?;
    say_or(
        cli,
        &format!("{taken} steps taken; the tables are up to date"),
        &serde_json::json!({ "taken": taken }),
    );
    Ok(())
}

/// Speaks to the person at the terminal; silent where JSON was asked for.
#[expect(clippy::print_stdout, reason = "this is where a command speaks to its user")]
pub(crate) fn say(cli: &Cli, text: &str) {
    if !cli.json {
        println!("{text}");
    }
}

/// Prints words for people or JSON for machines.
#[expect(clippy::print_stdout, reason = "this is where a command speaks to its user")]
pub(crate) fn say_or(cli: &Cli, text: &str, json: &serde_json::Value) {
    if cli.json {
        println!("{json}");
    } else {
        println!("{text}");
    }
}
