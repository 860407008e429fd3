//! The rooms put together: their tables, pages and jobs. Reads as a table; keep it so.

use axum::Router;
use foundation::{App, db::Migration, jobs::Handlers, machine::Machine, mail};

use crate::{home, week};

/// Every room's tables, lowest room first.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    [
        foundation::MIGRATIONS,
        access::MIGRATIONS,
        register::MIGRATIONS,
        needs::MIGRATIONS,
        brokerage::MIGRATIONS,
        support::MIGRATIONS,
        plans::MIGRATIONS,
        week::MIGRATIONS,
    ]
    .concat()
}

/// Every room's pages.
pub fn all() -> Router<App> {
    Router::new()
        .merge(home::routes())
        .merge(access::pages::routes())
        .merge(register::routes())
        .merge(needs::routes())
        .merge(brokerage::routes())
        .merge(support::routes())
        .merge(plans::routes())
        .merge(week::routes())
}

/// Every room's state machines, for `docs/states`.
#[must_use]
pub fn machines() -> Vec<Machine> {
    [needs::machines(), brokerage::machines(), support::machines(), plans::machines()].concat()
}

/// Every room's background work.
#[must_use]
pub fn handlers() -> Handlers {
    let ground = access::handlers(mail::handlers(Handlers::default()));
    week::digest::handlers(plans::handlers(support::handlers(ground)))
}
