//! `alongside keys …`: the master keys, for the person who runs the server.

use std::fmt::Write as _;

use access::{Permit, keyring, sealed};
use foundation::Clock;
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
