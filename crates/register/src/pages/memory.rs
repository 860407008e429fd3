//! What is remembered of a school: everything the rooms know that happened there, on one line of
//! time. Whoever takes over from a colleague opens this and need not ask anybody.

use access::{Action, Kind, Resource, Role, SignedIn, Visitor, Zone, accounts, decide};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError, Rooms,
    clock::date_in_words,
    terms::AcademicYear,
    web::{Cell, Frame, Table},
};
use govuk::{
    Content, Html,
    extra::{Timeline, TimelineEvent},
};
use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;

use super::{downloads, named};
use crate::{School, inspections};

/// Something that happened in or with a school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub on: Date,
    /// What sort of thing, in a word or two: `Visit`, `Needs audit`.
    pub sort: &'static str,
    /// What happened.
    pub text: String,
    /// The record, where the reader may open it.
    pub href: Option<String>,
    /// What else is to be said about it; may be empty.
    pub note: String,
}

/// The rooms' answers: what happened with this school, as far as this visitor may know?
pub type Memory = Rooms<(Visitor, OrgRef), Moment>;

/// How far back the page looks unless asked for everything.
const YEARS: i64 = 3;

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    since: String,
    #[serde(default)]
    sort: String,
}

impl Asked {
    fn everything(&self) -> bool {
        self.since == "ever"
    }

    fn query(&self, everything: bool, sort: &str) -> String {
        let since = everything.then_some("since=ever");
        let sort = (!sort.is_empty()).then(|| format!("sort={}", sort.replace(' ', "+")));
        let parts: Vec<String> = since.map(str::to_owned).into_iter().chain(sort).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

/// A way to narrow the line of time.
struct Choice {
    words: String,
    href: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "memory.html")]
struct Page {
    school: String,
    everything: bool,
    other: String,
    contacts: Vec<(String, String)>,
    choices: Vec<Choice>,
    years: Vec<(String, Html)>,
    downloads: Html,
}

/// What is remembered, the newest first.
async fn moments(
    app: &App,
    visitor: &Visitor,
    memory: Option<&Memory>,
    school: &School,
    asked: &Asked,
) -> Result<Vec<Moment>, PageError> {
    let mut all = match memory {
        Some(rooms) => rooms.answers(app, &(visitor.clone(), school.org())).await?,
        None => Vec::new(),
    };
    for one in inspections(&app.db, school.urn).await? {
        let Some(on) = one.started.or(one.published) else { continue };
        let mut note: Vec<String> =
            one.grades.iter().map(|(area, grade)| format!("{area}: {grade}")).collect();
        note.extend(one.outcome);
        all.push(Moment {
            on,
            sort: "Inspection",
            text: one.kind.unwrap_or_else(|| "Inspected".to_owned()),
            href: Some(format!("/schools/{}#inspections", school.urn)),
            note: note.join("; "),
        });
    }
    let today = app.clock.today();
    let first = today.saturating_sub(YEARS.years());
    all.retain(|one| one.on <= today && (asked.everything() || one.on >= first));
    all.sort_by(|a, b| (b.on, a.sort, &a.text).cmp(&(a.on, b.sort, &b.text)));
    Ok(all)
}

/// Who leads the school, for members of a partnership it belongs to.
async fn contacts(
    app: &App,
    visitor: &Visitor,
    org: OrgRef,
) -> Result<Vec<(String, String)>, PageError> {
    let shared = visitor.partnerships.iter().copied().find(|&it| visitor.has_member(it, org));
    let resource = Resource::new(Kind::Partnership, Zone::Network, org).through(shared);
    if !decide(visitor, Action::Read, &resource).allowed {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (role, words) in [(Role::Head, "Headteacher"), (Role::Governor, "Governing board")] {
        for person in accounts::holders(&app.db, &app.clock, org, role).await? {
            found.push((person.name, words.to_owned()));
        }
    }
    Ok(found)
}

fn table(school: &School, moments: &[Moment]) -> Table {
    Table {
        caption: format!("What is remembered of {}", school.name),
        columns: ["Date", "What", "About", "More"].map(str::to_owned).to_vec(),
        rows: moments
            .iter()
            .map(|one| {
                [one.on.to_string(), one.sort.to_owned(), one.text.clone(), one.note.clone()]
                    .map(Cell::text)
                    .to_vec()
            })
            .collect(),
        notes: vec!["Each line is told to those who may read the record behind it.".to_owned()],
    }
}

fn event(one: &Moment) -> TimelineEvent {
    let title = match &one.href {
        Some(href) => Html::trusted(format!(
            "<a class=\"govuk-link\" href=\"{}\">{}</a>",
            Content::from(href.as_str()),
            Content::from(one.text.as_str())
        ))
        .into(),
        None => Content::from(one.text.as_str()),
    };
    let event = TimelineEvent::new(title, date_in_words(one.on), one.on.to_string());
    let note = if one.note.is_empty() {
        one.sort.to_owned()
    } else {
        format!("{}. {}", one.sort, one.note)
    };
    event.content(note)
}

pub(super) async fn page(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    memory: Option<Extension<Memory>>,
    Query(asked): Query<Asked>,
    frame: Frame,
    Path(urn): Path<u32>,
) -> Result<Response, PageError> {
    let school = crate::school(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let memory = memory.as_ref().map(|Extension(memory)| memory);
    let all = moments(&app, &visitor, memory, &school, &asked).await?;
    let base = format!("/schools/{urn}/memory");
    let mut sorts: Vec<&'static str> = all.iter().map(|one| one.sort).collect();
    sorts.sort_unstable();
    sorts.dedup();
    let chosen = sorts.iter().copied().find(|sort| *sort == asked.sort).unwrap_or("");
    let choice = |sort: &str, words: &str| Choice {
        words: words.to_owned(),
        href: format!("{base}{}", asked.query(asked.everything(), sort)),
        chosen: sort == chosen,
    };
    let mut choices = vec![choice("", "Everything")];
    choices.extend(sorts.iter().map(|sort| choice(sort, sort)));
    let mut years: Vec<(String, Vec<TimelineEvent>)> = Vec::new();
    for one in all.iter().filter(|one| chosen.is_empty() || one.sort == chosen) {
        let year = AcademicYear::of(one.on).to_string();
        match years.last_mut().filter(|(known, _)| *known == year) {
            Some((_, events)) => events.push(event(one)),
            None => years.push((year, vec![event(one)])),
        }
    }
    let content = Page {
        everything: asked.everything(),
        other: format!("{base}{}", asked.query(!asked.everything(), chosen)),
        contacts: contacts(&app, &visitor, school.org()).await?,
        choices: if sorts.len() > 1 { choices } else { Vec::new() },
        years: years
            .into_iter()
            .map(|(year, events)| (year, Html::of(&Timeline::new(events))))
            .collect(),
        downloads: downloads(
            "what is remembered",
            &format!("{base}/moments"),
            &asked.query(asked.everything(), ""),
        ),
        school: school.name.clone(),
    };
    frame
        .page(format!("What is remembered of {}", school.name))
        .crumb("Schools", "/schools")
        .crumb(&school.name, format!("/schools/{urn}"))
        .visible_to("each line, those who may read the record behind it")
        .show(&content)
}

/// `/schools/{urn}/memory/moments.csv` and its like.
pub(super) async fn download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    memory: Option<Extension<Memory>>,
    Query(asked): Query<Asked>,
    Path((urn, file)): Path<(u32, String)>,
) -> Result<Response, PageError> {
    let ("moments", format) = named(&file)? else { return Err(PageError::NotFound) };
    let school = crate::school(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let memory = memory.as_ref().map(|Extension(memory)| memory);
    let all = moments(&app, &visitor, memory, &school, &asked).await?;
    table(&school, &all).download(format, &format!("{urn}-remembered"))
}
