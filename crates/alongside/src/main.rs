//! The front door: one binary for the demonstration, the server and everything an operator does.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = alongside::cli::Cli::parse();
    alongside::logging::start(cli.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return alongside::failure::report(&anyhow::Error::from(error)),
    };
    match runtime.block_on(alongside::commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => alongside::failure::report(&error),
    }
}
