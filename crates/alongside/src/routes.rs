//! The rooms put together: their tables, pages and jobs. Reads as a table; keep it so.

use axum::Router;
use foundation::{App, db::Migration, jobs::Handlers, mail};

use crate::home;

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
}

/// Every room's background work.
#[must_use]
pub fn handlers() -> Handlers {
    support::handlers(access::handlers(mail::handlers(Handlers::default())))
}
