//! From settings to a running product's shared parts.

use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use foundation::{App, Clock, Config, Db, Ids, Secret, config::Mail, mail::Post};

use crate::{
    cli::Cli,
    failure::{Code, fail},
    packs, rehearsal, routes,
};

/// Reads the three layers of settings.
///
/// # Errors
/// Every wrong key and value, one a line.
pub fn config(cli: &Cli) -> anyhow::Result<Config> {
    let file = match &cli.config {
        Some(path) => Some(path.clone()),
        None => Some(PathBuf::from("alongside.toml")).filter(|path| path.is_file()),
    };
    let text = match &file {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| fail(Code::Config, format!("{}: {error}", path.display())))?,
        None => String::new(),
    };
    let env: BTreeMap<String, String> = std::env::vars().collect();
    let mut config = Config::load(&text, &env).map_err(|problems| {
        let place = file.as_ref().map_or_else(String::new, |path| format!(" ({})", path.display()));
        fail(
            Code::Config,
            format!("the configuration{place} is wrong:\n  {}", problems.join("\n  ")),
        )
    })?;
    if let Some(database) = &cli.database {
        config.database_url.clone_from(database);
    }
    let mut problems = config.problems();
    if let Err(problem) = access::second::Needed::parse(&config.require_second_step) {
        problems.push(problem);
    }
    if problems.is_empty() { Ok(config) } else { Err(fail(Code::Config, problems.join("\n"))) }
}

/// Opens the database and brings its tables up to date.
///
/// # Errors
/// When the database cannot be reached or a step was changed after it was applied.
pub async fn database(config: &Config) -> anyhow::Result<Db> {
    let db = Db::open(&config.database_url)
        .await
        .with_context(|| format!("cannot open the database {}", redact(&config.database_url)))?;
    foundation::db::migrate(&db, &routes::migrations()).await?;
    Ok(db)
}

/// Puts the shared parts together.
///
/// # Errors
/// When the pack, the database, the secret or the mail server's address cannot be used.
pub async fn app(mut config: Config, clock: Clock) -> anyhow::Result<App> {
    if !config.pack.as_os_str().is_empty() {
        let pack = packs::read(&config.pack).map_err(|problems| {
            let folder = config.pack.display();
            fail(
                Code::Config,
                format!("the pack in {folder} cannot be used:\n  {}", problems.join("\n  ")),
            )
        })?;
        pack.install().map_err(|error| fail(Code::Config, error))?;
    }
    let secret = secret(&config.secret_file)?;
    let db = database(&config).await?.sealed_with(&secret);
    config.demo = foundation::settings::get(&db, "demo").await?.is_some();
    let clock = rehearsal::clock(&db, &mut config, clock).await?;
    let post = if config.mail.is_notify() {
        notify(&config.mail)?
    } else if config.mail.smtp.is_empty() {
        Post::Folder(config.mail.folder.clone())
    } else {
        Post::smtp(&config.mail.smtp, &config.mail.from)
            .map_err(|error| fail(Code::Config, error))?
    };
    Ok(App {
        db,
        ids: Ids::system(clock.clone()),
        clock,
        config: Arc::new(config),
        post,
        secret: Arc::new(secret),
        names: register::names(),
        written: routes::WRITTEN,
        kept: routes::KEPT,
    })
}

/// The way through GOV.UK Notify, with the key from its file.
fn notify(mail: &Mail) -> anyhow::Result<Post> {
    let file = &mail.notify_key_file;
    let key = fs::read_to_string(file).map_err(|error| {
        fail(Code::Config, format!("mail.notify_key_file: {}: {error}", file.display()))
    })?;
    Post::notify(&mail.notify_url, &key, &mail.notify_template)
        .map_err(|error| fail(Code::Config, error))
}

/// Reads the installation's secret, making it on first use.
///
/// # Errors
/// When the file cannot be read or made, or holds too short a secret.
pub fn secret(path: &Path) -> anyhow::Result<Secret> {
    let context = || format!("the secret file {}", path.display());
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let fresh = Ids::system(Clock::system()).token();
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(context)?;
            }
            let mut file = private(path).with_context(context)?;
            file.write_all(fresh.as_bytes()).with_context(context)?;
            fresh
        }
        Err(error) => return Err(error).with_context(context),
    };
    Secret::parse(&text)
        .map_err(|error| fail(Code::Config, format!("the secret file {}: {error}", path.display())))
}

/// Adds a fresh secret to the secret file, written beside it first so that nothing is lost when the
/// machine stops in between.
///
/// # Errors
/// When the file cannot be read or written.
pub fn renew_secret(path: &Path, ids: &Ids) -> anyhow::Result<()> {
    let context = || format!("the secret file {}", path.display());
    let earlier = fs::read_to_string(path).with_context(context)?;
    let beside = path.with_extension("new");
    let mut file = private(&beside).with_context(context)?;
    file.write_all(format!("{}\n{}\n", earlier.trim_end(), ids.token()).as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(context)?;
    fs::rename(&beside, path).with_context(context)
}

/// A new file that only its owner reads.
fn private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// A database address without its password.
#[must_use]
pub fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = user.split(':').next().unwrap_or("");
    format!("{scheme}://{user}@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(redact("postgres://a:secret@db/x"), "postgres://a@db/x");
        assert_eq!(redact("sqlite:a.sqlite"), "sqlite:a.sqlite");
    }

    #[test]
    fn the_secret_is_made_once_and_a_short_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/secret");
        assert_eq!(secret(&path).unwrap(), secret(&path).unwrap());
        let before = secret(&path).unwrap();
        renew_secret(&path, &Ids::system(Clock::system())).unwrap();
        let after = secret(&path).unwrap();
        assert_eq!((before.len(), after.len()), (1, 2));
        assert_ne!(after.key("a"), before.key("a"));
        assert!(after.keys("a").any(|key| key == before.key("a")), "the earlier still opens");
        fs::write(&path, "short").unwrap();
        assert!(secret(&path).unwrap_err().to_string().contains("32 characters"));
    }
}
