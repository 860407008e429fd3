//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

const AFTER: &str = "\
Start here:
  alongside                      the demonstration district on http://127.0.0.1:8080
  alongside import FOLDER        load public files into your own database
  alongside serve                serve your own database

Exit codes:
  0  done                        3  the configuration is wrong
  1  ran, and found a problem    4  the database cannot be used
  2  command line not understood 5  something the command needs is not there

Settings come from alongside.toml, then the environment (DATABASE_URL, ALONGSIDE_…), then flags.
NO_COLOR is respected; ALONGSIDE_LOG=debug shows what happens inside.";

/// Alongside: the open platform for school-to-school support.
///
/// See each school's needs and strengths honestly, match those who need with those who can give,
/// run the support to its milestones, and measure whether both schools got better.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER, max_term_width = 100)]
pub struct Cli {
    /// What to do; without a command, the demonstration.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The configuration file [default: alongside.toml where it exists].
    #[arg(long, global = true, value_name = "FILE", env = "ALONGSIDE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://USER@HOST/NAME.
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// Print machine-readable JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more about what happens (-v, -vv).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the demonstration: an invented district on an embedded database.
    Demo(Demo),
    /// Serve the pages, and do background work unless told otherwise.
    Serve(Serve),
    /// Do background work only; several workers may share one database.
    Worker,
    /// Bring the tables up to date.
    Migrate {
        /// Only say what is missing; exit code 1 when something is.
        #[arg(long)]
        check: bool,
    },
    /// Load public files: registers, results, census, absence, inspections.
    Import(Import),
    /// Write records out as CSV, XLSX or JSON.
    Export(Export),
    /// Show the explained candidates for a request for support.
    Match {
        /// The request's identifier; without one, every request that waits for a match.
        request: Option<String>,
    },
    /// Write a report as an accessible HTML page that prints.
    Report(Report),
    /// Write the whole database to one compressed file, readable by either kind of database.
    Backup {
        /// The file to write (ends in .jsonl.gz); refuses to overwrite.
        file: PathBuf,
    },
    /// Load a backup into an empty database of either kind.
    Restore {
        /// A file that `backup` wrote.
        file: PathBuf,
    },
    /// Look after people's accounts.
    #[command(subcommand)]
    User(User),
    /// Look after the master keys that private texts are sealed with.
    #[command(subcommand)]
    Keys(Keys),
    /// Carry out the retention schedule, or see what it would do.
    #[command(subcommand)]
    Retention(Retention),
    /// Examine this installation: database, tables, the record of acts, keys, waiting work.
    Doctor,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look at a framework pack: areas, roles, kinds of support, terms.
    #[command(subcommand)]
    Pack(PackCommand),
    /// Write every state machine as a page with a diagram and a table.
    States {
        /// The folder to write to.
        folder: PathBuf,
    },
}

/// Looking at a framework pack.
#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Check every file of a pack and how the files fit together.
    Check {
        /// The folder of the pack.
        folder: PathBuf,
    },
}

/// Options of the demonstration.
#[derive(Args, Clone, Debug)]
pub struct Demo {
    /// The address to serve on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The seed the district grows from.
    #[arg(long, default_value_t = district::DEMO_SEED)]
    pub seed: u64,
    /// Begin again with a fresh district.
    #[arg(long)]
    pub fresh: bool,
    /// Load the district and stop without serving it.
    #[arg(long)]
    pub load_only: bool,
    /// Write the district's public files to a folder and stop: something to practise imports on.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["fresh", "load_only"])]
    pub files: Option<PathBuf>,
}

impl Default for Demo {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            seed: district::DEMO_SEED,
            fresh: false,
            load_only: false,
            files: None,
        }
    }
}

/// Options of the server.
#[derive(Args, Clone, Debug)]
pub struct Serve {
    /// The address to serve on.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// Leave background work to `alongside worker`.
    #[arg(long)]
    pub no_worker: bool,
}

/// Options of an import.
#[derive(Args, Clone, Debug)]
pub struct Import {
    /// Files or folders. Folders are read whole; the register goes first.
    #[arg(required_unless_present = "rollback", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Read, check and count without changing anything.
    #[arg(long)]
    pub preview: bool,
    /// Take an import back, by its batch number, and restore what was there before.
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["paths", "preview"])]
    pub rollback: Option<i64>,
    /// Write every problem with its file, row, column and remedy to this CSV file.
    #[arg(long, value_name = "FILE")]
    pub problems: Option<PathBuf>,
}

/// What to export.
#[derive(Args, Clone, Debug)]
pub struct Export {
    /// What: schools, indicators, or events.
    #[arg(value_parser = ["schools", "indicators", "events"])]
    pub what: String,
    /// The file to write; its ending (.csv, .xlsx, .json) chooses the format.
    pub file: PathBuf,
    /// For indicators: the school, by its unique reference number.
    #[arg(long, value_name = "URN", required_if_eq("what", "indicators"))]
    pub school: Option<u32>,
}

/// What to report on.
#[derive(Args, Clone, Debug)]
pub struct Report {
    /// Which report: school (by URN) or impact (by agreement).
    #[arg(value_parser = ["school", "impact"])]
    pub what: String,
    /// The school's unique reference number or the agreement's identifier.
    pub of: String,
    /// The file to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// For impact: whose eyes to read it with, by e-mail address.
    #[arg(long = "as", value_name = "EMAIL")]
    pub reader: Option<String>,
}

/// Looking after accounts.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Open an account, or give an existing one another post.
    Add {
        /// The e-mail address.
        email: String,
        /// The name others see.
        name: String,
        /// head, staff, governor, trust-executive, commissioner, broker, convenor, partner,
        /// administrator (of a partnership) or operator (of the installation).
        #[arg(long)]
        role: String,
        /// Where: school:URN, trust:UID, authority:CODE, partnership:ID.
        #[arg(long, value_name = "ORGANISATION")]
        at: String,
        /// The words on the door.
        #[arg(long, default_value = "")]
        title: String,
    },
    /// List accounts and their posts.
    List,
    /// Print a sign-in link that works once within the hour.
    Link {
        /// The e-mail address.
        email: String,
    },
    /// Close an account; its sessions end at once.
    Close {
        /// The e-mail address.
        email: String,
        /// Why, for the record.
        #[arg(long)]
        reason: String,
    },
}

/// Looking after the master keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Say which keys the key file holds and how much is still sealed with each.
    Show,
    /// Add a new secret to the secret file: links, codes, letters and the record are sealed with it
    /// from the next start on.
    ///
    /// What was made with the earlier secrets still opens. Taking an earlier line out ends that,
    /// and the record can then no longer be checked back to its beginning.
    RenewSecret {
        /// Why, for the record.
        #[arg(long, default_value = "the yearly renewal")]
        reason: String,
    },
    /// Add a new master key and seal every conversation's key anew with it.
    ///
    /// Nothing anybody wrote is touched. Afterwards the earlier lines of the key file can be taken
    /// out; keep them with the backups made before.
    Rotate {
        /// Why, for the record.
        #[arg(long, default_value = "the yearly renewal")]
        reason: String,
    },
}

/// The retention schedule.
#[derive(Debug, Subcommand)]
pub enum Retention {
    /// Say what the schedule would delete, close and forget now; changes nothing.
    Preview,
    /// Carry it out now instead of at its daily hour.
    Run,
}

/// Looking at the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check every layer and print what holds, without secrets.
    Check,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
