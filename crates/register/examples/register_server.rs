//! Serves the register's pages alone, for looking at them and for measuring them:
//! `register_server DATABASE LISTEN [PATH…]` imports the paths first.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use access::{Permit, Role};
use foundation::{App, Clock, Config, Context, Db, Ids, OrgRef, mail::Post};
use register::imports::{self, Options};

#[tokio::main]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(database), Some(listen)) = (args.next(), args.next()) else {
        return tell("give a database address and an address to listen on");
    };
    match serve(database, &listen, args.map(PathBuf::from).collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => tell(&error),
    }
}

#[expect(clippy::print_stderr, reason = "an example speaks to the person who runs it")]
fn tell(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}

async fn serve(database: String, listen: &str, paths: Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let db = Db::open(&database).await.map_err(|e| failed(&e))?;
    let steps: Vec<_> = [foundation::MIGRATIONS, access::MIGRATIONS, register::MIGRATIONS].concat();
    foundation::db::migrate(&db, &steps).await.map_err(|e| failed(&e))?;
    let clock = Clock::system();
    let config = Config { database_url: database, ..Config::default() };
    let app = App {
        db,
        ids: Ids::system(clock.clone()),
        clock,
        config: Arc::new(config),
        post: Post::captured(),
        secret: Arc::new([7; 32].into()),
        names: register::names(),
        written: &[],
        kept: &[],
    };
    if !paths.is_empty() {
        let permit = Permit::system("import", app.clock.now());
        let report = imports::import_paths(&app, &permit, &paths, Options::default(), |_| {})
            .await
            .map_err(|e| failed(&e))?;
        tell(&report.to_string());
        tell(&serde_json::to_string(&report).unwrap_or_default());
    }
    if listen == "none" {
        return Ok(());
    }
    operator(&app).await?;
    let routes = register::routes().merge(foundation::web::asset_routes());
    let routes = foundation::web::protect(routes, &app).with_state(app);
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|e| failed(&e))?;
    axum::serve(listener, routes).await.map_err(|e| failed(&e))
}

/// Opens an account that may import, once, and says the cookie that stands for it.
async fn operator(app: &App) -> Result<(), String> {
    let failed = |error: foundation::DbError| error.to_string();
    let context = Context::system("example", app.clock.now());
    let tx = app.db.write().await.map_err(failed)?;
    let email = "operator@example.org";
    let account = match access::accounts::by_email(&tx, email).await.map_err(failed)? {
        Some(account) => account.id,
        None => {
            let account = access::accounts::open(&tx, &app.ids, &context, email, "Ada Admin")
                .await
                .map_err(failed)?;
            let post = access::Post::new(OrgRef::Authority(990), Role::Operator, "Operator");
            let day = app.clock.today();
            access::accounts::appoint(&tx, &app.ids, &context, account, &post, day)
                .await
                .map_err(failed)?;
            account
        }
    };
    tx.commit().await.map_err(failed)?;
    let token = access::sessions::begin(&app.db, &app.ids, app.clock.now(), account, "example")
        .await
        .map_err(failed)?;
    tell(&format!("{}={token}", access::sessions::COOKIE));
    Ok(())
}
