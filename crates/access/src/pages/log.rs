//! Who looked, what was done, and the glass an administrator breaks.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError, Sql as _,
    clock::in_words,
    events::Entry,
    web::{Cell, Errors, Form, FormData, Format, Frame, Table, redirect},
};
use govuk::{
    Button, Html, Select, Textarea, WarningText,
    extra::{Downloads, Timeline, TimelineEvent},
};
use jiff::SignedDuration;
use serde::Deserialize;

use super::{account_of, org_in_words, sheet::Sheet, watched};
use crate::{
    Action, Role, SignedIn, Visitor, Zone, authorize,
    looks::{self, Look},
    partnerships, policy,
};

/// Who meets the page of the glass.
const GLASS_SEEN: &str = "the administrators of the partnership; what they do here is recorded";

/// How far back the access log shows.
const SHOWN: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The organisations whose log a visitor may read: those they lead, the partnership they
/// administer, the installation they operate.
fn led(visitor: &Visitor) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> = visitor
        .posts
        .iter()
        .filter(|post| {
            let role = post.role();
            matches!(
                role,
                Role::Head
                    | Role::TrustExecutive
                    | Role::Commissioner
                    | Role::Broker
                    | Role::Administrator
            )
        })
        .map(|post| post.org)
        .collect();
    if visitor.has(Role::Operator) || visitor.has(Role::DataProtectionOfficer) {
        orgs.push(policy::installation().owner);
    }
    orgs.sort();
    orgs.dedup();
    orgs
}

async fn table(app: &App, caption: &str, looks: Vec<Look>) -> Result<Table, PageError> {
    let columns = ["Who", "For", "Record", "Belongs to", "Zone", "Last look", "Times", "Why"];
    let mut rows = Vec::new();
    for look in looks {
        let acting = look.acting_for.as_deref().and_then(|org| org.parse().ok());
        let acting = match acting {
            Some(org) => org_in_words(app, org).await?,
            None => "Themselves".to_owned(),
        };
        let why = match look.reason {
            Some(reason) => format!("{} Reason: {reason}", look.rule),
            None => look.rule,
        };
        #[expect(clippy::cast_precision_loss, reason = "a day's looks are few")]
        let times = look.times as f64;
        rows.push(vec![
            Cell::text(look.name),
            Cell::text(acting),
            Cell::text(format!("{} {}", look.subject, look.subject_id)),
            Cell::text(org_in_words(app, look.owner).await?),
            Cell::text(look.zone.0.key()),
            Cell::text(in_words(look.last_at.0)),
            Cell::Number(times, 0),
            Cell::text(why),
        ]);
    }
    Ok(Table {
        caption: caption.to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
        notes: vec!["The last 90 days; one line a person, record and day.".to_owned()],
    })
}

async fn of_orgs(app: &App, visitor: &Visitor) -> Result<Table, PageError> {
    let since = app.clock.now() - SHOWN;
    let looks = looks::of_orgs(&app.db, &led(visitor), since).await?;
    table(app, "Looks at your organisations' private records", looks).await
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    let mut sheet = Sheet::new("Who looked").full().text(
        "Every look at a record of the school's, the broker's or the private zone is noted, and every look of an operator at accounts and the record of acts. Your own are among them.",
    );
    if !led(&visitor).is_empty() {
        let looks = of_orgs(&app, &visitor).await?;
        sheet = match looks.rows.is_empty() {
            true => sheet.text(
                "Nobody has looked at your organisations' private records in the last 90 days.",
            ),
            false => sheet.part(Html::trusted(looks.html())).part(Downloads::new(
                "looks",
                [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
                    .map(|(name, ending)| (name, format!("/access-log.{ending}"))),
            )),
        };
    }
    let own = looks::by(&app.db, account, app.clock.now() - SHOWN).await?;
    sheet = match own.is_empty() {
        true => sheet.text("You have not looked at any such record in the last 90 days."),
        false => sheet.part(Html::trusted(table(&app, "Your own looks", own).await?.html())),
    };
    frame
        .page("Who looked")
        .wide()
        .visible_to("the leaders of the organisation; each person sees their own looks")
        .show(&sheet)
}

pub(super) async fn download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(ending): Path<String>,
) -> Result<Response, PageError> {
    let format = Format::from_ending(&ending).ok_or(PageError::NotFound)?;
    if led(&visitor).is_empty() {
        return Err(PageError::NotFound);
    }
    of_orgs(&app, &visitor).await?.download(format, "access-log")
}

/// Whose glass the visitor may break; nobody but an administrator of a partnership knows the page.
fn glass_door(app: &App, visitor: &Visitor) -> Result<Vec<OrgRef>, PageError> {
    for partnership in visitor.orgs(Role::Administrator) {
        authorize(app, visitor, Action::Update, &partnerships::resource(partnership))?;
    }
    let orgs = looks::within_reach(visitor);
    if orgs.is_empty() { Err(PageError::NotFound) } else { Ok(orgs) }
}

async fn glass_form(
    app: &App,
    orgs: &[OrgRef],
    data: &FormData,
    errors: &Errors,
) -> Result<Sheet, PageError> {
    let mut items = Vec::new();
    for &org in orgs {
        items.push((org_in_words(app, org).await?, org.to_string()));
    }
    items.sort();
    let mut whose = Select::new("owner", "Whose records")
        .hint("The members of your partnership.")
        .value(data.text("owner"))
        .item("", "Choose")
        .error_if(errors.get("owner"));
    for (name, org) in items {
        whose = whose.item(org, name);
    }
    let reason = Textarea::new("reason", "Why")
        .hint("The organisation's leaders read this. At least 20 characters.")
        .rows(4)
        .value(data.text("reason"))
        .error_if(errors.get("reason"));
    let go = Button::new("Break the glass and tell them").warning();
    Ok(Sheet::new("Break the glass")
        .errors(errors)
        .text("For an hour you can read, and not change, the records of one organisation that administrators do not normally see. Every look is noted.")
        .part(WarningText::new("The leaders of the organisation are told at once, with your name and your reason. Coaching and mentoring texts stay closed."))
        .form("/break-glass", vec![whose.into(), reason.into(), go.into()]))
}

pub(super) async fn ask_glass(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let orgs = glass_door(&app, &visitor)?;
    let sheet = glass_form(&app, &orgs, &FormData::default(), &Errors::default()).await?;
    frame.page("Break the glass").visible_to(GLASS_SEEN).show(&sheet)
}

pub(super) async fn break_glass(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let orgs = glass_door(&app, &visitor)?;
    let mut errors = data.errors();
    let org = data.text("owner").parse::<OrgRef>().ok().filter(|org| orgs.contains(org));
    if org.is_none() {
        errors.add("owner", "Say whose records you need to read");
    }
    if data.text("reason").chars().count() < looks::REASON {
        errors.add("reason", "Say why, in at least 20 characters");
    }
    if let (Some(org), true) = (org, errors.is_empty()) {
        looks::break_glass(&app, &visitor, org, data.text("reason")).await?;
        return Ok(redirect("/access-log"));
    }
    let sheet = glass_form(&app, &orgs, &data, &errors).await?;
    frame.page("Break the glass").visible_to("only you").with_problems().show(&sheet)
}

/// The facts of an entry as "name: value" pairs.
fn facts(detail: &str) -> String {
    let Ok(serde_json::Value::Object(facts)) = serde_json::from_str(detail) else {
        return String::new();
    };
    let words: Vec<String> = facts
        .iter()
        .map(|(name, value)| match value {
            serde_json::Value::String(text) => format!("{name}: {text}"),
            other => format!("{name}: {other}"),
        })
        .collect();
    if words.is_empty() { String::new() } else { format!(" {}.", words.join(", ")) }
}

/// A large first letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[derive(Deserialize)]
pub(super) struct Window {
    #[serde(default)]
    before: Option<i64>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    id: String,
}

/// How many entries of the record a page shows.
const PAGE: i64 = 50;

/// The kinds of record whose reasons and facts operators read: those they look after themselves.
const ABOUT_THE_INSTALLATION: &[&str] =
    &["account", "import", "keys", "organisation", "partnership", "retention"];

/// What only its two people, or one, may know of.
const NOT_FOR_OPERATORS: &str = "'coaching', 'conversation', 'journal'";

/// The record of acts, the latest first, for operators: that something was done, by whom and when.
/// Why it was done, and what it says, they read of what they look after themselves; that two
/// people talked with each other is theirs.
pub(super) async fn record(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(window): Query<Window>,
) -> Result<Response, PageError> {
    authorize(&app, &visitor, Action::Read, &policy::installation())?;
    let before = window.before.unwrap_or(i64::MAX);
    let entries: Vec<Entry> = app
        .db
        .all(
            &format!(
                "SELECT * FROM event WHERE seq < $1 AND ($2 = '' OR subject = $2)
                 AND ($3 = '' OR subject_id = $3) AND subject NOT IN ({NOT_FOR_OPERATORS})
                 ORDER BY seq DESC LIMIT {PAGE}"
            ),
            [before.into(), window.about.clone().into(), window.id.clone().into()],
        )
        .await?;
    let last = entries.last().map(|entry| entry.seq).filter(|&seq| seq > 1);
    let full = i64::try_from(entries.len()).is_ok_and(|shown| shown == PAGE);
    watched(&app, &visitor, "record of acts", "entries").await?;
    let happened = entries.into_iter().map(|entry| {
        let title = format!("{}: {}", sentence(&entry.subject), entry.verb);
        let mut more = format!("Entry {}, {} {}.", entry.seq, entry.subject, entry.subject_id);
        if let Some(org) = &entry.acting_for {
            more += &format!(" For {org}.");
        }
        if let Some(request) = &entry.request {
            more += &format!(" From {request}.");
        }
        if let Some(rule) = &entry.rule {
            more += &format!(" By the rule “{rule}”.");
        }
        // Elsewhere a reason or a fact may be somebody's own words, for other eyes.
        if ABOUT_THE_INSTALLATION.contains(&entry.subject.as_str()) {
            if let Some(reason) = &entry.reason {
                more += &format!(" Reason: {reason}.");
            }
            more += &facts(&entry.detail);
        }
        TimelineEvent::new(title, in_words(entry.at.0), entry.at.0.to_string())
            .by(entry.actor_name)
            .content(more)
    });
    let mut sheet = Sheet::new("The record")
        .full()
        .text("What was done, by whom and when; private conversations are not shown. Each entry carries the hash of the one before it, so that nobody can change or remove one unnoticed.")
        .heading("Entries, the latest first")
        .part(Timeline::new(happened.collect::<Vec<_>>()));
    if let (Some(last), true) = (last, full) {
        let about = super::log_query(&window.about, &window.id);
        sheet = sheet.link("Earlier", &format!("/record?before={last}{about}"));
    }
    frame.page("The record").wide().visible_to(Zone::System.in_words()).show(&sheet)
}
