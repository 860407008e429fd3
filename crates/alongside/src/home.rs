//! The start page, the pages about the product itself, and the frame around every page.

use access::{Role, SignedIn, Visitor};
use askama::Template;
use axum::{
    Router,
    extract::{FromRequestParts as _, Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::get,
};
use foundation::{
    App, OrgRef, PageError, Sql as _,
    clock::date_in_words,
    web::{Frame, NavItem, Reminder, percent_encoded, redirect},
};
use govuk::{Html, Table, TableCell, extra::ScrollArea};

use crate::week::{self, Half, Ledger, Week};

/// The pages of the front door.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(start))
        .route("/home", get(desk))
        .route("/about", get(about))
        .route("/privacy", get(privacy))
        .route("/accessibility", get(accessibility))
        .route("/how-we-work-it-out", get(methods))
        .route("/.well-known/security.txt", get(security))
}

/// Puts who is looking, and what they may find, around every page.
pub async fn frame(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/assets/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let visitor = match Visitor::from_request_parts(&mut parts, &app).await {
        Ok(visitor) => visitor,
        Err(error) => return error.into_response(),
    };
    let frame = Frame {
        viewer: visitor.account.map(|_| visitor.name.clone()),
        acting_for: visitor.posts.first().map(|post| post.title.clone()),
        nav: navigation(&visitor),
        banner: banner(&app),
        reminder: reminder(&visitor),
        path: parts.uri.path().to_owned(),
        notice: None,
    };
    parts.extensions.insert(frame);
    // Whoever looks for a page that a post of theirs would open is led to where it opens. It says
    // nothing of the page: every address that does not open leads there.
    let led = (parts.method == Method::GET && !visitor.waiting.held_back.is_empty())
        .then(|| parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned());
    let answer = next.run(Request::from_parts(parts, body)).await;
    match led {
        Some(back)
            if [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status())
                && !back.starts_with("/account") =>
        {
            redirect(&format!("/account/second-step?back={}", percent_encoded(&back)))
        }
        _ => answer,
    }
}

/// What a person should not put off: a second step for a post that waits for one.
fn reminder(visitor: &Visitor) -> Option<Reminder> {
    let waiting = &visitor.waiting;
    let sentence = match (waiting.held_back.first(), waiting.until()) {
        (Some(post), _) => format!("Your post “{}” opens with a second step.", post.title),
        (None, Some(day)) => format!("Your post needs a second step by {}.", date_in_words(day)),
        (None, None) => return None,
    };
    let link = NavItem::new("See how", "/account/second-step");
    Some(Reminder { word: "Waiting", sentence, link })
}

/// What every page says first where this is no ordinary installation.
fn banner(app: &App) -> Option<(&'static str, String)> {
    if app.config.demo {
        let sentence = "Every school, person and figure here is invented.";
        return Some(("Demonstration", sentence.to_owned()));
    }
    app.config.rehearse_from?;
    let today = date_in_words(app.clock.today());
    let sentence = format!("The calendar is moved: today is taken to be {today}.");
    Some(("Rehearsal", sentence))
}

/// What a visitor finds in the menu.
fn navigation(visitor: &Visitor) -> Vec<NavItem> {
    let mut nav = Vec::new();
    if visitor.account.is_some() {
        nav.push(NavItem::new("Home", "/home"));
    }
    nav.push(NavItem::new("Schools", "/schools"));
    nav.push(NavItem::new("Practices", "/practices"));
    if visitor.account.is_some() {
        nav.push(NavItem::new("Audits", "/audits"));
        nav.push(NavItem::new("Requests", "/requests"));
        if visitor.has(Role::Broker) {
            nav.push(NavItem::new("Desk", "/desk"));
        }
        nav.push(NavItem::new("Offers", "/offers"));
        nav.push(NavItem::new("Agreements", "/agreements"));
        nav.push(NavItem::new("Plans", "/plans"));
        nav.push(NavItem::new("Visits", "/visits"));
        if visitor.has(Role::Governor) {
            nav.push(NavItem::new("Board", "/boards"));
        }
    }
    let asked = [Role::Head, Role::TrustExecutive, Role::Commissioner, Role::Operator];
    if !visitor.partnerships.is_empty() || asked.into_iter().any(|role| visitor.has(role)) {
        nav.push(NavItem::new("Partnerships", "/partnerships"));
    }
    if visitor.has(Role::Operator) {
        nav.push(NavItem::new("People", "/people"));
        nav.push(NavItem::new("Imports", "/imports"));
        nav.push(NavItem::new("Data protection", "/data-protection"));
    } else if visitor.has(Role::DataProtectionOfficer) {
        nav.push(NavItem::new("People", "/people"));
        nav.push(NavItem::new("Data protection", "/data-protection"));
    }
    nav
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    signed_in: bool,
    schools: i64,
}

async fn start(
    State(app): State<App>,
    visitor: Visitor,
    frame: Frame,
) -> Result<Response, PageError> {
    let schools = register::open_schools(&app.db).await?;
    frame
        .page("School-to-school support")
        .show(&Start { signed_in: visitor.account.is_some(), schools })
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    name: String,
    ledgers: Vec<Ledger>,
    mine: Half,
    others: Half,
    school: Option<NavItem>,
    /// Where a trust, an authority or a partnership sees its schools together.
    place: Option<NavItem>,
    /// Where a trust or an authority sees all the support of its schools.
    portfolio: Option<NavItem>,
    /// Whether the person holds a post at a school.
    at_school: bool,
    broker: bool,
    head: bool,
    shares: bool,
    colleagues: bool,
}

/// How a person is greeted: by the first of their names, not by a title.
fn called(name: &str) -> &str {
    let titles = ["Dr", "Mr", "Mrs", "Ms", "Miss", "Mx", "Prof", "Revd", "Sir", "Dame"];
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or("");
    if titles.contains(&first.trim_end_matches('.')) {
        words.next().unwrap_or(first)
    } else {
        first
    }
}

async fn desk(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let Week { ledgers, mine, others } = week::of(&app, &visitor).await?;
    let at_school = visitor.posts.iter().any(|post| post.org.urn().is_some());
    let school = match visitor.posts.iter().find_map(|post| post.org.urn()) {
        Some(urn) => register::school(&app.db, urn)
            .await?
            .map(|school| NavItem::new(&school.name, &format!("/schools/{urn}"))),
        None => None,
    };
    let name = called(&visitor.name).to_owned();
    let place = visitor.posts.iter().find_map(|post| match (post.role(), post.org) {
        (Role::TrustExecutive, OrgRef::Trust(uid)) => {
            Some(NavItem::new("Our schools together", &format!("/trusts/{uid}/together")))
        }
        (Role::Commissioner, OrgRef::Authority(code)) => {
            Some(NavItem::new("Our schools together", &format!("/areas/{code}/together")))
        }
        (Role::Broker, org @ OrgRef::Partnership(_)) => {
            Some(NavItem::new("Our partnership", &access::partnerships::address(org)))
        }
        _ => None,
    });
    let portfolio = visitor.posts.iter().find_map(|post| match (post.role(), post.org) {
        (Role::TrustExecutive, OrgRef::Trust(_)) | (Role::Commissioner, OrgRef::Authority(_)) => {
            Some(NavItem::new("All our support", &format!("/portfolio/{}", post.org)))
        }
        _ => None,
    });
    let broker = visitor.has(Role::Broker);
    let head = visitor.has(Role::Head);
    let answers = [Role::Head, Role::TrustExecutive, Role::Commissioner, Role::Broker];
    let colleagues =
        visitor.posts.iter().any(|post| access::colleagues::looks_after(&visitor, post.org));
    let shares = answers.into_iter().any(|role| visitor.has(role));
    frame.page("Home").visible_to("only you; each record behind a link has its own label").show(
        &Home {
            name,
            ledgers,
            mine,
            others,
            school,
            place,
            portfolio,
            at_school,
            broker,
            head,
            shares,
            colleagues,
        },
    )
}

macro_rules! plain_page {
    ($handler:ident, $template:ident, $path:literal, $title:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $template;

        async fn $handler(frame: Frame) -> Result<Response, PageError> {
            frame.page($title).show(&$template)
        }
    };
}

plain_page!(about, About, "about.html", "About Alongside");
#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy {
    lines: usize,
    kept: ScrollArea,
}

/// What everybody may know about what is kept: the schedule that the daily job carries out.
async fn privacy(State(app): State<App>, frame: Frame) -> Result<Response, PageError> {
    let mut table = Table::new("How long things are kept")
        .head(["What", "How long", "Why"].map(TableCell::new))
        .first_cell_is_header(true);
    let mut lines: Vec<_> = access::retention::schedule(&app).collect();
    // What is known of people themselves first; the job begins with what hangs on it.
    lines.rotate_right(access::retention::SCHEDULE.len());
    for line in &lines {
        let mut term = line.term();
        if let Some(first) = term.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        table = table.row([line.what, &term, line.why].map(TableCell::new));
    }
    let kept = ScrollArea::new("How long things are kept", Html::from(table));
    frame.page("Privacy").show(&Privacy { lines: lines.len(), kept })
}

plain_page!(accessibility, Accessibility, "accessibility.html", "Accessibility statement");
plain_page!(methods, Methods, "methods.html", "How we work it out");

/// Where to report a weakness (RFC 9116). The text is fresh for half a year from each reading.
async fn security(State(app): State<App>) -> Response {
    let expires = app.clock.now() + jiff::SignedDuration::from_hours(24 * 180);
    let text = format!(
        "Contact: {}\nExpires: {}\nPreferred-Languages: en\nCanonical: {}/.well-known/security.txt\n",
        app.config.security_contact(),
        expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        app.config.public_url(),
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Whether the server and its database answer.
pub async fn health(State(app): State<App>) -> Response {
    // A bare 1 is narrower than a count on PostgreSQL.
    match app.db.count("SELECT CAST(1 AS BIGINT) AS n", []).await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// The page for an address that leads nowhere.
pub async fn not_found() -> PageError {
    PageError::NotFound
}
