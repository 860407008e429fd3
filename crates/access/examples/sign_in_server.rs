//! The sign-in pages with a crowd of people to sign in, for `bench/access/storm.py`.
//!
//! `sign_in_server DATABASE LISTEN PEOPLE` makes the people where they are not there yet
//! (`person-N@example.org`, each with the password and the authenticator secret printed at the
//! start) and serves until it is stopped.

use std::{net::SocketAddr, sync::Arc};

use access::{Permit, accounts, passwords, totp};
use foundation::{App, Clock, Config, Context, Db, Ids, jobs::Handlers, mail::Post};

const PASSWORD: &str = "tea kettle harbour nine";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [_, database, listen, people] = std::env::args()
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "usage: sign_in_server sqlite:FILE|postgres://… 127.0.0.1:PORT NUMBER")?;
    let (listen, people): (SocketAddr, usize) = (listen.parse()?, people.parse()?);
    let db = Db::open(&database).await?;
    foundation::db::migrate(&db, &[foundation::MIGRATIONS, access::MIGRATIONS].concat()).await?;
    let clock = Clock::system();
    let folder = std::env::temp_dir().join(format!("alongside-storm-{}", listen.port()));
    std::fs::create_dir_all(&folder)?;
    let config = Config {
        database_url: database,
        secret_file: folder.join("secret"),
        listen,
        ..Config::default()
    };
    let app = App {
        db,
        ids: Ids::system(clock.clone()),
        clock,
        config: Arc::new(config),
        post: Post::captured(),
        secret: Arc::new([7; 32].into()),
        names: foundation::web::Names::default(),
        written: &[],
        kept: &[],
    };
    let mut secrets = Vec::new();
    for number in 0..people {
        secrets.push(person(&app, number).await?);
    }
    std::fs::write(folder.join("secrets"), secrets.join("\n"))?;
    let pages = access::pages::routes().merge(foundation::web::asset_routes());
    let service = foundation::web::protect(pages, &app).with_state(app.clone());
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let handlers = access::handlers(foundation::mail::handlers(Handlers::default()));
    tokio::spawn(foundation::jobs::work(app, handlers, stopped));
    let listener = tokio::net::TcpListener::bind(listen).await?;
    axum::serve(listener, service).await?;
    Ok(())
}

/// Makes one person with password and authenticator app; the app's secret in base 32.
async fn person(app: &App, number: usize) -> Result<String, Box<dyn std::error::Error>> {
    let context = Context::system("storm", app.clock.now());
    let tx = app.db.write().await?;
    let email = format!("person-{number}@example.org");
    let account =
        accounts::open(&tx, &app.ids, &context, &email, &format!("Person {number}")).await?;
    tx.commit().await?;
    let permit = Permit::system("storm", app.clock.now());
    passwords::choose(app, &permit, account, PASSWORD).await?;
    let secret = passwords::pending_secret(app, account).await?.ok_or("no secret")?;
    // An earlier step, so that the one of the storm is not spent.
    let code = totp::code(&secret, totp::step(app.clock.now()) - 1);
    passwords::confirm(app, &permit, account, &code).await?.ok_or("the code was not taken")?;
    Ok(totp::base32(&secret))
}
