//! `alongside keys …`: the master keys and the secret, for the person who runs the server.

use std::fmt::Write as _;

use access::{Permit, keyring, sealed};
use foundation::{
    Clock,
    events::{self, Event},
};
use serde_json::json;

use crate::{
    boot,
    cli::{Cli, Keys},
    failure::{Code, fail},
};

/// Shows or renews the keys.
pub(super) async fn run(cli: &Cli, command: Keys) -> anyhow::Result<()> {
    let app = boot::app(boot::config(cli)?, Clock::system()).await?;
    let file = keyring::path(&app.config);
    match command {
        Keys::Show => {
            let held = keyring::versions(&app.config)?.unwrap_or_default();
            let uses = sealed::in_use(&app.db).await?;
            let sealed_with =
                |key: i64| uses.iter().find(|(of, _)| *of == key).map_or(0, |(_, count)| *count);
            let mut text = format!("{}\n", file.display());
            for &key in &held {
                let last = if Some(&key) == held.last() { "in use" } else { "earlier" };
                let _ = writeln!(text, "key {key:<4} {last:<8} seals {}", sealed_with(key));
            }
            if held.is_empty() {
                text += "no key yet: one is made when something is first sealed";
            }
            let list: Vec<_> =
                held.iter().map(|&key| json!({ "key": key, "seals": sealed_with(key) })).collect();
            super::say_or(cli, text.trim_end(), &json!({ "file": file, "keys": list }));
        }
        Keys::RenewSecret { reason } => {
            let (file, known) = (&app.config.secret_file, app.secret.len() + 1);
            boot::renew_secret(file, &app.ids)?;
            let permit = Permit::system("command line", app.clock.now()).because(reason);
            let tx = app.db.write().await?;
            let event = Event::new("keys", "secret", "renewed").with(json!({ "known": known }));
            events::append(&tx, permit.context(), event).await?;
            tx.commit().await?;
            let text = format!(
                "{} holds {known} secrets, the last is in use from the next start on: restart every \
                 server. Keep the earlier lines as long as links, recovery codes and the record made \
                 with them are to hold.",
                file.display()
            );
            super::say_or(cli, &text, &json!({ "file": file, "known": known }));
        }
        Keys::Rotate { reason } => {
            let permit = Permit::system("command line", app.clock.now()).because(reason);
            let done = sealed::rotate(&app, &permit)
                .await
                .map_err(|error| fail(Code::Found, error.to_string()))?;
            let text = format!(
                "key {} is in use; {} things are sealed anew with it. Earlier lines of {} can be \
                 taken out now; keep them with the backups made before.",
                done.version,
                done.renewed,
                file.display()
            );
            let json = json!({ "key": done.version, "renewed": done.renewed, "file": file });
            super::say_or(cli, &text, &json);
        }
    }
    Ok(())
}
