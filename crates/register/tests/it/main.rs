//! The register against both databases.

mod imports;

use foundation::App;
use testkit::Setup;

fn no_routes() -> axum::Router<App> {
    axum::Router::new()
}

/// The rooms this one stands on, with its own tables.
fn setup() -> Setup {
    Setup::new(&[register::MIGRATIONS], no_routes)
}
