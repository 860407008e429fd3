//! Logs: quiet by default, one line an event, JSON when the output is not a terminal.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error. `ALONGSIDE_LOG` takes precedence over `-v`.
pub fn start(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug,sqlx=info,hyper=info",
    };
    let filter = EnvFilter::try_from_env("ALONGSIDE_LOG").unwrap_or_else(|_| default.into());
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let terminal = std::io::stderr().is_terminal();
    // Only the first start in a process counts: tests may start several products.
    let _ = if terminal {
        logs.with_ansi(std::env::var_os("NO_COLOR").is_none()).compact().try_init()
    } else {
        logs.json().try_init()
    };
}
