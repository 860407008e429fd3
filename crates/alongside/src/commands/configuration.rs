//! `alongside config check`.

use crate::{boot, cli::Cli};

/// Checks every layer and prints what holds, without secrets.
pub(super) fn check(cli: &Cli) -> anyhow::Result<()> {
    let config = boot::config(cli)?;
    let smtp = if config.mail.smtp.is_empty() { "none" } else { "set" };
    let notify = if config.mail.is_notify() { config.mail.notify_url.as_str() } else { "none" };
    let pack = match config.pack.as_os_str().is_empty() {
        true => "England, in the program".to_owned(),
        false => config.pack.display().to_string(),
    };
    let second = match config.require_second_step.as_str() {
        "" => access::second::USUAL,
        text => text,
    };
    let database = boot::redact(&config.database_url);
    let rehearsal =
        config.rehearse_from.map_or_else(|| "no".to_owned(), |day| format!("from {day}"));
    let text = format!(
        "The configuration is in order.\n  database     {database}\n  listen       {}\n  public_url   {}\n  \
         secret_file  {}\n  mail.smtp    {smtp}\n  mail.notify  {notify}\n  mail.from    {}\n  mail.folder  {}\n  rehearsal    {rehearsal}\n  pack         {pack}\n  second step  {second}",
        config.listen,
        config.public_url(),
        config.secret_file.display(),
        config.mail.from,
        config.mail.folder.display(),
    );
    let json = serde_json::json!({
        "database": database,
        "listen": config.listen.to_string(),
        "public_url": config.public_url(),
        "pack": pack,
        "secret_file": config.secret_file,
        "require_second_step": second,
        "rehearse_from": config.rehearse_from,
        "mail": { "smtp": smtp, "notify": notify, "from": config.mail.from, "folder": config.mail.folder },
    });
    super::say_or(cli, &text, &json);
    Ok(())
}
