//! Two alliances in one database: the demonstration's own, told by its story, and a second one
//! with people in every role and records made by the rooms' own acts.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use access::{AccountId, Post, Role, accounts, partnerships, sessions};
use alongside::{demo, routes, serve};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use district::{HARBOUR_VIEW, OAKFIELD, Story};
use foundation::{
    App, Clock, Config, Context, Db, Ids, OrgRef, Sql as _,
    db::{Step, traced},
    mail::Post as Postbox,
};
use http_body_util::BodyExt as _;
use jiff::civil::date;
use serde::{Deserialize, Serialize};
use testkit::Answer;
use tower::ServiceExt as _;

use super::{
    elsewhere,
    more::{self, Made},
};

/// How a person stands to the records of the first alliance's story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Side {
    /// In the organisation that owns them.
    Own,
    /// In the organisation on the other side.
    Party,
    /// In the second alliance.
    Other,
    /// Somebody of the story.
    Story,
}

/// Somebody with a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) account: AccountId,
    pub(crate) token: String,
    pub(crate) side: Side,
    pub(crate) role: Option<String>,
}

/// The people of the world.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct People(pub(crate) Vec<Person>, pub(crate) Vec<Made>);

impl People {
    /// The person who holds a role on a side.
    pub(crate) fn who(&self, role: Role, side: Side) -> Option<&Person> {
        self.0.iter().find(|p| p.side == side && p.role.as_deref() == Some(role.key()))
    }

    pub(crate) fn named(&self, name: &str) -> &Person {
        self.0.iter().find(|p| p.name.starts_with(name)).expect("a person of the story")
    }

    /// The pages made for the walls that somebody opens.
    pub(crate) fn made_for(&self, who: &Person) -> impl Iterator<Item = &str> {
        let name = who.name.clone();
        self.1.iter().filter(move |made| name.starts_with(&made.who)).map(|made| made.url.as_str())
    }

    /// The identifiers of the records made for the walls. Those of the story that stand in the
    /// addresses of theirs are not among them.
    pub(crate) fn made(&self) -> BTreeSet<&str> {
        self.1.iter().flat_map(|made| made.ids.iter().map(String::as_str)).collect()
    }

    pub(crate) fn of(&self, sides: &[Side]) -> impl Iterator<Item = &Person> {
        self.0.iter().filter(|person| sides.contains(&person.side))
    }
}

/// The whole product over a database.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) people: People,
    router: Router,
    template: Option<PathBuf>,
    folder: tempfile::TempDir,
}

fn app(db: Db, clock: Clock, folder: &tempfile::TempDir, seed: u64) -> App {
    App {
        db,
        ids: Ids::seeded(clock.clone(), seed),
        clock,
        config: Arc::new(Config { secret_file: folder.path().join("secret"), ..Config::default() }),
        post: Postbox::captured(),
        secret: Arc::new([7; 32].into()),
        names: register::names(),
        written: routes::WRITTEN,
        kept: routes::KEPT,
    }
}

/// The moment at which the story pauses.
fn midway() -> Clock {
    let at = Story::MIDWAY.at(9, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("a moment");
    Clock::fixed(at.timestamp())
}

/// The furnished database as a file, made once for a build of these tests.
async fn template() -> PathBuf {
    let exe = fs::metadata(std::env::current_exe().expect("a path")).expect("this test");
    let built = exe.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let name = format!("walls-{}-{}", exe.len(), built.map_or(0, |at: Duration| at.as_millis()));
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&base).expect("a folder");
    let folder = base.join(&name);
    // One process makes it while the others wait.
    let lock = fs::File::create(base.join("walls.lock")).expect("a lock file");
    let _held = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .expect("a thread")
        .expect("a lock");
    if folder.join("people.json").is_file() {
        return folder;
    }
    for old in fs::read_dir(&base).expect("the folder").flatten() {
        if old.file_name().to_string_lossy().starts_with("walls-") {
            let _ = fs::remove_dir_all(old.path());
        }
    }
    fs::create_dir_all(&folder).expect("a folder");
    let making = folder.join("making.sqlite");
    let db = Db::open(&format!("sqlite:{}", making.display())).await.expect("a database");
    foundation::db::migrate(&db, &routes::migrations()).await.expect("tables");
    let secrets = tempfile::tempdir().expect("a folder");
    let app = app(db, midway(), &secrets, 1);
    let people = furnish(&app).await;
    let world = folder.join("world.sqlite");
    app.db.run(&format!("VACUUM INTO '{}'", world.display()), []).await.expect("a copy");
    app.db.close().await.expect("closed");
    let _ = fs::remove_file(making);
    for name in ["secret", "master-keys"] {
        let _ = fs::copy(secrets.path().join(name), folder.join(name));
    }
    let json = serde_json::to_string(&people).expect("people");
    fs::write(folder.join("people.json"), json).expect("people");
    folder
}

/// Tells the story and lets the second alliance move in.
pub(crate) async fn furnish(app: &App) -> People {
    let size = district::Options { schools: 120, alliance: true };
    demo::furnish(app, district::DEMO_SEED, size).await.expect("the story");
    let mut people = People::default();
    for (name, _, email) in demo::personas() {
        let account = accounts::by_email(&app.db, &email).await.expect("a row").expect("a person");
        people.0.push(signed_in(app, account.id, &name, Side::Story, None).await);
    }
    let start = date(2020, 9, 1);
    let context = Context::system("test", app.clock.now());
    let homes = elsewhere::homes(app).await;
    let tx = app.db.write().await.expect("a transaction");
    let found = async |name: &str, members: &[u32]| {
        let org = partnerships::found(&tx, &app.ids, &context, name, "alliance", start)
            .await
            .expect("a partnership");
        for &urn in members {
            let school = OrgRef::School(urn);
            partnerships::join(&tx, &context, org, school, start).await.expect("a member");
        }
        org
    };
    let strand = found("Strand Alliance", &[OAKFIELD]).await;
    let elsewhere = found("Alliance of Elsewhere", &homes).await;
    tx.commit().await.expect("founded");
    let marcus = people.0.iter().find(|p| p.name.starts_with("Marcus")).expect("the broker");
    let posts = accounts::posts(&app.db, &app.clock, marcus.account).await.expect("posts");
    let tideway = posts
        .iter()
        .map(|post| post.org)
        .find(|org| matches!(org, OrgRef::Partnership(_)))
        .expect("the alliance");
    let sides = [
        (Side::Own, HARBOUR_VIEW, tideway),
        (Side::Party, OAKFIELD, strand),
        (Side::Other, homes[0], elsewhere),
    ];
    for (side, urn, partnership) in sides {
        let school = register::school(&app.db, urn).await.expect("a row").expect("a school");
        let other_trust = if side == Side::Other { 980_099 } else { 980_098 };
        for role in Role::ALL {
            let org = match role {
                Role::Head | Role::Staff | Role::Governor => OrgRef::School(urn),
                Role::TrustExecutive => OrgRef::Trust(school.trust.unwrap_or(other_trust)),
                Role::Commissioner | Role::Operator | Role::DataProtectionOfficer => {
                    OrgRef::Authority(match side {
                        Side::Other => 899,
                        _ => school.authority,
                    })
                }
                Role::Broker | Role::Convenor | Role::Partner | Role::Administrator => partnership,
            };
            let name = format!("{side:?} {}", role.key());
            let email = format!("{}@example.org", name.to_lowercase().replace([' ', '-'], "."));
            let tx = app.db.write().await.expect("a transaction");
            let account =
                accounts::open(&tx, &app.ids, &context, &email, &name).await.expect("an account");
            let post = Post::new(org, role, role.key());
            accounts::appoint(&tx, &app.ids, &context, account, &post, start)
                .await
                .expect("a post");
            tx.commit().await.expect("a commit");
            people.0.push(signed_in(app, account, &name, side, Some(role)).await);
        }
    }
    elsewhere::records(app, &people, homes, elsewhere).await;
    people.1 = more::records(app, &people).await;
    people
}

pub(crate) async fn signed_in(
    app: &App,
    account: AccountId,
    name: &str,
    side: Side,
    role: Option<Role>,
) -> Person {
    let token = sessions::begin(&app.db, &app.ids, app.clock.now(), account, "test")
        .await
        .expect("a session");
    let role = role.map(|role| role.key().to_owned());
    Person { name: name.to_owned(), account, token, side, role }
}

impl World {
    /// A fresh copy of the furnished SQLite database.
    pub(crate) async fn open() -> Self {
        let template = template().await;
        let json = fs::read_to_string(template.join("people.json")).expect("people");
        let people = serde_json::from_str(&json).expect("people");
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["secret", "master-keys"] {
            let _ = fs::copy(template.join(name), folder.path().join(name));
        }
        let file = folder.path().join("0.sqlite");
        fs::copy(template.join("world.sqlite"), &file).expect("a copy");
        let db = Db::open(&format!("sqlite:{}", file.display())).await.expect("a database");
        let app = app(db, midway(), &folder, 2);
        let router = serve::service(&app);
        Self { app, people, router, template: Some(template), folder }
    }

    /// Furnishes somebody else's empty database, which has its tables.
    pub(crate) async fn over(db: Db) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = app(db, midway(), &folder, 1);
        let people = furnish(&app).await;
        let router = serve::service(&app);
        Self { app, people, router, template: None, folder }
    }

    /// Undoes everything since [`Self::open`].
    pub(crate) async fn restore(&mut self) {
        let template = self.template.as_ref().expect("a world of its own");
        let was = self.app.db.path().cloned().expect("a file");
        let file = self.folder.path().join(format!("{}.sqlite", self.app.ids.next()));
        fs::copy(template.join("world.sqlite"), &file).expect("a copy");
        let db = Db::open(&format!("sqlite:{}", file.display())).await.expect("a database");
        let old = std::mem::replace(&mut self.app.db, db);
        self.router = serve::service(&self.app);
        let _ = old.close().await;
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{ending}", was.display()));
        }
    }

    /// The product as its own description of its routes.
    pub(crate) fn described(&self) -> String {
        format!("{:?}", self.router)
    }

    /// Sends a request.
    pub(crate) async fn send(
        &self,
        who: Option<&Person>,
        method: Method,
        path: &str,
        form: Option<&[(String, String)]>,
    ) -> Answer {
        ask(&self.router, who, method, path, form).await
    }

    /// Sends one request as many people at once, and gives their answers in their order. Refusals
    /// wait for their beat: together they wait once.
    pub(crate) async fn by_all(
        &self,
        who: &[Option<&Person>],
        method: &Method,
        path: &str,
        form: Option<&[(String, String)]>,
    ) -> Vec<Answer> {
        let mut running = tokio::task::JoinSet::new();
        for (at, who) in who.iter().enumerate() {
            let (router, who) = (self.router.clone(), who.cloned());
            let (method, path) = (method.clone(), path.to_owned());
            let form = form.map(<[_]>::to_vec);
            running.spawn(async move {
                (at, ask(&router, who.as_ref(), method, &path, form.as_deref()).await)
            });
        }
        let mut answers = running.join_all().await;
        answers.sort_by_key(|(at, _)| *at);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// Opens many pages as one person, at once; the answers in the order of the addresses.
    pub(crate) async fn open_all(&self, who: &Person, urls: &[String]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for some in urls.chunks(64) {
            let mut running = tokio::task::JoinSet::new();
            for (at, url) in some.iter().enumerate() {
                let (router, who, url) = (self.router.clone(), who.clone(), url.clone());
                running.spawn(async move {
                    (at, ask(&router, Some(&who), Method::GET, &url, None).await)
                });
            }
            let mut these = running.join_all().await;
            these.sort_by_key(|(at, _)| *at);
            answers.extend(these.into_iter().map(|(_, answer)| answer));
        }
        answers
    }

    /// Sends a request and tells which statements it asked of the database.
    pub(crate) async fn traced(
        &self,
        who: &Person,
        method: Method,
        path: &str,
        form: Option<&[(String, String)]>,
    ) -> (Answer, Vec<Step>) {
        traced(self.send(Some(who), method, path, form)).await
    }

    pub(crate) async fn get(&self, who: Option<&Person>, path: &str) -> Answer {
        self.send(who, Method::GET, path, None).await
    }
}

fn encoded(form: &[(String, String)]) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect::<String>()
    };
    let pairs: Vec<String> =
        form.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    pairs.join("&")
}

/// Sends a form, or asks for a page.
pub(crate) async fn ask(
    router: &Router,
    who: Option<&Person>,
    method: Method,
    path: &str,
    form: Option<&[(String, String)]>,
) -> Answer {
    let kind = form.is_some().then_some("application/x-www-form-urlencoded");
    let body = form.map_or_else(String::new, encoded);
    sent(router, who, (method, path), kind, body).await
}

/// Sends files: a body of several parts, each after `--edge`.
pub(crate) async fn upload(router: &Router, who: &Person, path: &str, body: &str) -> Answer {
    let kind = Some("multipart/form-data; boundary=edge");
    sent(router, Some(who), (Method::POST, path), kind, body.to_owned()).await
}

async fn sent(
    router: &Router,
    who: Option<&Person>,
    (method, path): (Method, &str),
    kind: Option<&str>,
    body: String,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    if let Some(who) = who {
        request = request.header(header::COOKIE, format!("{}={}", sessions::COOKIE, who.token));
    }
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    let request = request.body(Body::from(body)).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
        bytes,
    }
}
