//! How a command fails: one message that names the thing and the remedy, and an exit code.

use std::process::ExitCode;

use foundation::DbError;

/// Exit codes, as `alongside --help` documents them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// The command ran and found something wrong: a refused file, a broken chain.
    Found = 1,
    /// The command line cannot be understood (clap's own code).
    Usage = 2,
    /// The configuration is wrong.
    Config = 3,
    /// The database cannot be used.
    Database = 4,
    /// Something the command needs is not there: a file, an account, a record.
    Absent = 5,
}

/// A failure with its exit code.
#[derive(Debug)]
pub struct Failure {
    code: Code,
    text: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

/// A failure with a code of its own.
pub fn fail(code: Code, text: impl Into<String>) -> anyhow::Error {
    Failure { code, text: text.into() }.into()
}

/// Prints what went wrong and chooses the exit code.
#[expect(clippy::print_stderr, reason = "this is where a command speaks to its user")]
pub fn report(error: &anyhow::Error) -> ExitCode {
    let code = if let Some(failure) = error.downcast_ref::<Failure>() {
        failure.code
    } else if error.chain().any(<dyn std::error::Error>::is::<DbError>) {
        Code::Database
    } else {
        Code::Found
    };
    let text = error.to_string();
    if !text.is_empty() {
        eprintln!("error: {text}");
        for cause in error.chain().skip(1) {
            eprintln!("  because: {cause}");
        }
    }
    ExitCode::from(code as u8)
}
