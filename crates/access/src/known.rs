//! Browsers in which somebody has signed in before.
//!
//! A stranger can use up the tries at a password: those of one address, by guessing at it, and those
//! of the whole installation, by guessing at many. The owner must not be shut out with them. A browser
//! in which they once signed in carries a mark, worth nothing by itself, and has tries of its own
//! (the “device cookies” that OWASP describes).

use axum_extra::extract::{CookieJar, cookie::Cookie};
use foundation::{App, Config};

use crate::{sessions, totp::same};

const PURPOSE: &str = "alongside known browsers";
/// How long a browser is remembered, in days.
pub const DAYS: i64 = 180;

/// The name of the cookie.
fn name(config: &Config) -> &'static str {
    if config.secure() { "__Host-alongside_known" } else { "alongside_known" }
}

fn mark(key: &[u8; 32], email: &str) -> String {
    blake3::keyed_hash(key, email.trim().to_lowercase().as_bytes()).to_hex().to_string()
}

/// The mark of a browser in which the owner of an address has signed in.
#[must_use]
pub fn cookie(app: &App, email: &str) -> Cookie<'static> {
    let mark = mark(&app.secret.key(PURPOSE), email);
    let mut cookie = sessions::hardened(&app.config, name(&app.config), mark);
    cookie.set_max_age(time::Duration::days(DAYS));
    cookie
}

/// Whether a browser is marked for an address, whoever it belongs to and whether it exists.
#[must_use]
pub fn is(app: &App, jar: &CookieJar, email: &str) -> bool {
    jar.get(name(&app.config)).is_some_and(|cookie| {
        app.secret
            .keys(PURPOSE)
            .any(|key| same(mark(&key, email).as_bytes(), cookie.value().as_bytes()))
    })
}
