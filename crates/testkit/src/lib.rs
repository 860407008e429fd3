//! A running product for tests: a fresh database of each kind, a frozen clock, captured mail,
//! people who are signed in, and a check that no work was left undone.
//!
//! PostgreSQL is used where `ALONGSIDE_TEST_POSTGRES` holds an address of a server on which the
//! user may create databases; without it those runs are skipped with a printed reason, and with
//! `ALONGSIDE_REQUIRE_POSTGRES=1` its absence is a failure.

#![expect(
    clippy::print_stdout,
    reason = "a test says on which database it runs and why it is skipped"
)]

mod databases;
pub mod machine;
mod people;
mod reading;

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use foundation::{
    App, Clock, Config, Db, Ids, Secret,
    db::Migration,
    jobs::{self, Handlers},
    mail::{Letter, Post},
    web::{Names, percent_encoded},
};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use tower::ServiceExt as _;

pub use databases::Kind;
pub use people::Persona;

/// What the rooms under test bring.
#[derive(Clone)]
pub struct Setup {
    /// The tables, lowest room first.
    pub migrations: Vec<Migration>,
    /// The pages.
    pub routes: fn() -> Router<App>,
    /// The handlers of jobs.
    pub handlers: fn() -> Handlers,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Setup({} migrations)", self.migrations.len())
    }
}

impl Setup {
    /// The ground floor and access, with the given rooms on top.
    #[must_use]
    pub fn new(rooms: &[&[Migration]], routes: fn() -> Router<App>) -> Self {
        let base = [foundation::MIGRATIONS, access::MIGRATIONS];
        let migrations = base.iter().chain(rooms).flat_map(|steps| steps.iter().copied()).collect();
        Self {
            migrations,
            routes,
            handlers: || access::handlers(foundation::mail::handlers(Handlers::default())),
        }
    }

    /// The same with other job handlers.
    #[must_use]
    pub fn with_handlers(mut self, handlers: fn() -> Handlers) -> Self {
        self.handlers = handlers;
        self
    }
}

/// The moment at which every test begins: a Monday morning in November.
pub const START: &str = "2026-11-09T09:00:00Z";

/// A running product on a fresh database.
#[derive(Debug)]
pub struct TestApp {
    /// What handlers reach.
    pub app: App,
    /// Which database this is.
    pub kind: Kind,
    router: Router,
    routes: fn() -> Router<App>,
    handlers: Handlers,
    folder: tempfile::TempDir,
}

/// An answer to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, read as UTF-8.
    pub body: String,
    /// The body as bytes.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Where the browser is sent, when it is.
    #[must_use]
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("")
    }

    /// Fails unless the status is the one expected, showing the body.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}\n{}", self.location(), self.body);
        self
    }

    /// The value of a cookie that the answer sets.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        all.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// Fails unless the body holds the text.
    #[must_use]
    #[track_caller]
    pub fn contains(self, text: &str) -> Self {
        assert!(self.body.contains(text), "“{text}” is not in:\n{}", self.body);
        self
    }

    /// Fails if the body holds the text.
    #[must_use]
    #[track_caller]
    pub fn lacks(self, text: &str) -> Self {
        assert!(!self.body.contains(text), "“{text}” is in:\n{}", self.body);
        self
    }
}

/// Runs a test on SQLite and on PostgreSQL, each on a fresh database.
pub async fn both(setup: &Setup, test: impl AsyncFn(TestApp)) {
    println!("on SQLite");
    test(TestApp::sqlite(setup).await).await;
    if let Some(address) = databases::postgres() {
        println!("on PostgreSQL");
        let fresh = databases::fresh(&address, &setup.migrations).await;
        test(TestApp::build(setup, Kind::Postgres, &fresh, true).await).await;
        databases::drop_database(&address, &fresh).await;
    }
}

impl TestApp {
    /// A product on a fresh SQLite file.
    pub async fn sqlite(setup: &Setup) -> Self {
        Self::build(setup, Kind::Sqlite, "", false).await
    }

    async fn build(setup: &Setup, kind: Kind, address: &str, migrated: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = match kind {
            Kind::Sqlite => format!("sqlite:{}", folder.path().join("test.sqlite").display()),
            Kind::Postgres => address.to_owned(),
        };
        let secret = Arc::new(Secret::from([7; 32]));
        let db = Db::open(&address).await.expect("the database opens").sealed_with(&secret);
        if !migrated {
            foundation::db::migrate(&db, &setup.migrations).await.expect("the tables are made");
        }
        let clock = Clock::fixed(START.parse().expect("a moment"));
        let config = Config {
            database_url: address,
            secret_file: folder.path().join("secret"),
            ..Config::default()
        };
        let app = App {
            db,
            ids: Ids::seeded(clock.clone(), 1),
            clock,
            config: Arc::new(config),
            post: Post::captured(),
            secret,
            names: Names::default(),
            written: &[],
            kept: &[],
        };
        let router = router(setup.routes, &app);
        let (routes, handlers) = (setup.routes, (setup.handlers)());
        Self { app, kind, router, routes, handlers, folder }
    }

    /// Changes the configuration, as an operator would before starting.
    pub fn configure(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = (*self.app.config).clone();
        change(&mut config);
        self.app.config = Arc::new(config);
        self.router = router(self.routes, &self.app);
    }

    /// Puts an extension around every page, as the front door does.
    pub fn layer<T: Clone + Send + Sync + 'static>(&mut self, extension: axum::Extension<T>) {
        self.router = std::mem::take(&mut self.router).layer(extension);
    }

    /// A folder for the test's own files, removed afterwards.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Moves the clock.
    pub fn advance(&self, by: SignedDuration) {
        self.app.clock.advance(by);
    }

    /// Does the work that acts left behind and says how many jobs that was.
    pub async fn run_jobs(&self) -> usize {
        jobs::drain(&self.app, &self.handlers).await.expect("jobs run")
    }

    /// The letters sent so far, after doing the waiting work.
    pub async fn letters(&self) -> Vec<Letter> {
        self.run_jobs().await;
        self.app.post.collect()
    }

    /// Opens a page, signed in as somebody or as nobody.
    pub async fn get(&self, who: Option<&Persona>, path: &str) -> Answer {
        self.send(who, Method::GET, path, None, Vec::new()).await
    }

    /// Sends a form.
    pub async fn post(&self, who: Option<&Persona>, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form
            .iter()
            .map(|(key, value)| format!("{}={}", percent_encoded(key), percent_encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        let kind = Some("application/x-www-form-urlencoded");
        self.send(who, Method::POST, path, kind, body.into_bytes()).await
    }

    /// Sends any request.
    pub async fn send(
        &self,
        who: Option<&Persona>,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: Vec<u8>,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if let Some(who) = who {
            let cookie = format!("{}={}", access::sessions::COOKIE, who.token);
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        self.send_raw(request.body(Body::from(body)).expect("a request")).await
    }

    /// Sends a request as it is.
    pub async fn send_raw(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }
}

fn router(routes: fn() -> Router<App>, app: &App) -> Router {
    let routes = routes().merge(foundation::web::asset_routes()).merge(access::pages::routes());
    foundation::web::protect(routes, app).with_state(app.clone())
}

/// The folder of public data, if it is there: `ALONGSIDE_DATA`, or `shared/data` beside or above
/// the project. Prints why a test is skipped, or fails where the data are required.
#[must_use]
pub fn public_data() -> Option<PathBuf> {
    let named = std::env::var_os("ALONGSIDE_DATA").map(PathBuf::from);
    let above = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/data"));
    let found = named.into_iter().chain(above).find(|folder| folder.join("national").is_dir());
    if found.is_none() {
        assert!(
            std::env::var_os("ALONGSIDE_REQUIRE_DATA").is_none(),
            "public data are required but not found: set ALONGSIDE_DATA"
        );
        println!("skipped: public data not found (set ALONGSIDE_DATA to the folder)");
    }
    found
}
