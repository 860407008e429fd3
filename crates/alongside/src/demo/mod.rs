//! The demonstration: an invented district on an embedded database, reached through the same
//! doors as a real one.

mod people;
mod story;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use access::{Permit, sessions};
use anyhow::Context as _;
use district::{District, Options, Story};
use foundation::{App, Clock, Config, clock::moment, settings};
use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::{
    boot,
    cli::{Cli, Demo},
    commands::say,
    failure::{Code, fail},
    serve,
};

pub use people::personas;

/// Where the demonstration keeps its database, letters and secret.
const FOLDER: &str = "alongside-demo";

/// Opens the demonstration, loading it on the first start, and serves it.
///
/// # Errors
/// When its folder or address cannot be used, or an act of the story is refused.
pub async fn run(cli: &Cli, options: Demo) -> anyhow::Result<()> {
    if let Some(folder) = &options.files {
        return write_files(cli, folder, &District::generate(options.seed, Options::default()));
    }
    let folder = PathBuf::from(FOLDER);
    let mut config =
        Config { listen: options.listen, secret_file: folder.join("secret"), ..Config::default() };
    config.mail.folder = folder.join("letters");
    config.database_url = cli
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", folder.join("demo.sqlite").display()));
    if options.fresh {
        clear(&config)?;
    }
    // The address is taken before anything is loaded: a port in use should not cost a wait.
    let listener = serve::bind(config.listen).await?;
    config.listen = listener.local_addr()?;

    let clock = Clock::fixed(morning(Story::MIDWAY));
    let mut app = boot::app(config, clock).await?;
    Arc::make_mut(&mut app.config).demo = true;
    match settings::get(&app.db, "demo").await? {
        Some(state) if state == "ready" => {}
        Some(_) => {
            return Err(fail(
                Code::Found,
                "the demonstration was interrupted while it was being loaded: start it with `alongside demo --fresh`",
            ));
        }
        None => load(cli, &app, &options).await?,
    }
    // From here on time passes, beginning where the story stops.
    let shift = morning(Story::MIDWAY).duration_since(Clock::system().now());
    app.clock = Clock::shifted(shift);
    app.ids = foundation::Ids::system(app.clock.clone());
    let links = links(&app).await?;
    if options.load_only {
        say(cli, "The demonstration is loaded. Start it with `alongside demo`.");
        return Ok(());
    }
    say(cli, &welcome(&app, &links));
    serve::run(app, listener, true).await
}

/// Nine in the morning in London.
fn morning(on: Date) -> Timestamp {
    moment(on.at(9, 0, 0, 0))
}

fn clear(config: &Config) -> anyhow::Result<()> {
    let Some(path) = config.database_url.strip_prefix("sqlite:") else {
        return Err(fail(
            Code::Usage,
            "--fresh clears an embedded database only: empty the other one yourself",
        ));
    };
    for ending in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{path}{ending}"));
        if file.exists() {
            fs::remove_file(&file).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}

/// Loads the district, once.
async fn load(cli: &Cli, app: &App, options: &Demo) -> anyhow::Result<()> {
    say(cli, "Making an invented district and telling its story; this happens once…");
    settings::set(&app.db, "demo", "loading").await?;
    furnish(app, options.seed, Options::default()).await?;
    settings::set(&app.db, "demo", "ready").await?;
    Ok(())
}

/// Imports a district's files into an empty database and replays its story through the rooms'
/// own acts, up to the moment at which the demonstration begins. The clock must be one that can
/// be set; it is left at that moment.
///
/// # Errors
/// When a file or an act is refused.
pub async fn furnish(app: &App, seed: u64, size: Options) -> anyhow::Result<()> {
    let district = District::generate(seed, size);
    let story = Story::tideway();
    app.clock.set(morning(story.alliance.founded));
    import(app, &district.register_files()).await?;
    let cast = people::arrive(app, &district, &story).await?;
    story::replay(app, &story, &cast, &deliveries(&district), Story::MIDWAY).await?;
    app.clock.set(morning(Story::MIDWAY));
    Ok(())
}

/// Each year's files, on the day in December on which revised results have come out.
fn deliveries(district: &District) -> Vec<story::Delivery> {
    let mut by_year: BTreeMap<i16, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    let register: Vec<String> =
        district.register_files().into_iter().map(|(name, _)| name).collect();
    for (name, bytes) in district.files().into_iter().chain(district.outturn_files()) {
        if register.contains(&name) {
            continue;
        }
        // Files of a year stand in a folder such as `2025-2026`.
        let year = name.get(5..9).and_then(|year| year.parse().ok()).unwrap_or(0);
        by_year.entry(year).or_default().push((name, bytes));
    }
    by_year
        .into_iter()
        .map(|(year, files)| story::Delivery { on: jiff::civil::date(year, 12, 15), files })
        .collect()
}

/// Writes the district's public files, the results of the years to come with them.
fn write_files(cli: &Cli, folder: &Path, district: &District) -> anyhow::Result<()> {
    let files: Vec<_> = district.files().into_iter().chain(district.outturn_files()).collect();
    for (name, bytes) in &files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    say(cli, &format!("{} files are in {}.", files.len(), folder.display()));
    Ok(())
}

/// Sends files through the ordinary import.
async fn import(app: &App, files: &[(String, Vec<u8>)]) -> anyhow::Result<()> {
    let permit = Permit::system("demo", app.clock.now());
    let report = register::imports::import_bytes(app, &permit, files.to_vec())
        .await
        .map_err(|error| fail(Code::Found, error.to_string()))?;
    if report.refused() > 0 {
        return Err(fail(Code::Found, format!("the district's files were refused:\n{report}")));
    }
    Ok(())
}

/// One sign-in link a persona, renewed on every start.
async fn links(app: &App) -> anyhow::Result<Vec<(String, String, String)>> {
    let mut links = Vec::new();
    let tx = app.db.write().await?;
    for (name, persona, email) in personas() {
        let Some(account) = access::accounts::by_email(&tx, &email).await? else { continue };
        let week = SignedDuration::from_hours(24 * 7);
        let token =
            sessions::issue_link(&tx, &app.ids, app.clock.now(), account.id, week, true).await?;
        links.push((name, persona, format!("{}/sign-in/{token}", app.config.public_url())));
    }
    tx.commit().await?;
    Ok(links)
}

fn welcome(app: &App, links: &[(String, String, String)]) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "\nAlongside is ready: {}\n\nEverything in it is invented. Sign in as one of its people:\n\n",
        app.config.public_url()
    );
    for (name, persona, link) in links {
        let _ = writeln!(text, "  {name:<22}  {persona:<44}  {link}");
    }
    text += "\nStop with Ctrl+C. Begin again with `alongside demo --fresh`.";
    text
}
