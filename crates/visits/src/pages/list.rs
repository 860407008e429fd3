//! Lists of visits: mine, and those of an agreement.

use access::{Action, SignedIn, Visitor};
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Format, Frame, Table},
};
use govuk::{Details, Html, Tag, TagColour, extra::Downloads};
use support::{
    agreements::machine::{Work, allows},
    pages::{
        nav,
        parts::{Sheet, bullets, go, link, paragraphs, text},
        sight,
    },
};

use crate::{
    challenges,
    visits::{Visit, model, state, steps},
};

/// The tag of a visit's state.
pub(super) fn tag(visit: &Visit) -> Tag {
    use state::State;
    let colour = match visit.state() {
        State::Proposed | State::Checking | State::Corrected => TagColour::Yellow,
        State::Confirmed => TagColour::Teal,
        State::Happened | State::Drafted => TagColour::Blue,
        State::Agreed => TagColour::Green,
        State::Uncontested | State::Cancelled => TagColour::Grey,
    };
    Tag::coloured(colour, visit.state_in_words())
}

async fn table(app: &App, visits: &[Visit], links: bool) -> Result<Table, PageError> {
    let orgs = visits.iter().flat_map(|visit| [visit.host, visit.giver]);
    let names = support::names(&app.db, orgs).await?;
    let name = |org| names.get(&org).cloned().unwrap_or_default();
    let rows = visits
        .iter()
        .map(|visit| {
            let day = date_in_words(visit.on());
            vec![
                match links {
                    true => Cell::Link(day, format!("/visits/{}", visit.id)),
                    false => Cell::text(visit.on().to_string()),
                },
                Cell::text(visit.part().words()),
                Cell::text(visit.kind_name()),
                Cell::text(visit.visitor_name.clone()),
                Cell::text(name(visit.host)),
                Cell::text(visit.state_in_words()),
            ]
        })
        .collect();
    Ok(Table {
        caption: "Visits".to_owned(),
        columns: ["Day", "When", "Kind", "Who comes", "To", "Status"].map(str::to_owned).to_vec(),
        rows,
        notes: vec!["What was seen stays in the notes.".to_owned()],
    })
}

/// A heading with the visits under it; nothing where there are none.
async fn part(app: &App, caption: &str, visits: &[Visit]) -> Result<Html, PageError> {
    if visits.is_empty() {
        return Ok(Html::default());
    }
    let mut table = table(app, visits, true).await?;
    table.caption = caption.to_owned();
    table.notes.clear();
    Ok(Html::trusted(table.html()))
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let visits = model::concerning(&app.db, &visitor).await?;
    let (ahead, past): (Vec<Visit>, Vec<Visit>) =
        visits.into_iter().partition(|visit| visit.state().is_ahead());
    let mut past = past;
    past.reverse();
    let mut sheet = Sheet::new("Visits");
    let none = ahead.is_empty() && past.is_empty();
    if none {
        sheet.lede = Html::join([
            paragraphs(
                "A visit belongs to an agreement between two schools. Open the agreement and book \
                 one: the days are taken from what was agreed, and the school confirms.",
            ),
            link("/agreements", "Go to your agreements"),
        ]);
    }
    let sheet = sheet
        .part("", part(&app, "Coming", &ahead).await?)
        .part("", part(&app, "Past", &past).await?)
        .part("", if none { Html::default() } else { downloads() })
        .part(
            "Beside visits",
            Html::join([
                link("/coaching", "Your private conversations"),
                link("/journal", "Your journal"),
                link("/commissions", "Reviews your school asks for"),
            ]),
        )
        .part("", super::offline::loader());
    frame
        .page("Visits")
        .visible_to("you; each visit is shown to the two schools and their broker")
        .wide()
        .show(&sheet)
}

fn downloads() -> Html {
    Html::of(&Downloads::new(
        "these visits",
        [("CSV", "/visits.csv"), ("Excel", "/visits.xlsx"), ("JSON", "/visits.json")],
    ))
}

pub(super) async fn download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    format: Format,
) -> Result<Response, PageError> {
    let visits = model::concerning(&app.db, &visitor).await?;
    table(&app, &visits, false).await?.download(format, "visits")
}

/// Everything between the two schools that is not the agreement itself.
pub(super) async fn of_agreement(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let agreement = sight.agreement.id;
    let visits = model::of_agreement(&app.db, agreement).await?;
    let visits = access::filter(&visitor, Action::Read, visits, Visit::resource);
    let works = allows(sight.agreement.state(), Work::Time) && sight.takes_part();
    let mut sheet = Sheet::new("Visits");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "visits");
    let empty = paragraphs(
        "No visit has been booked yet. The first one is usually for planning together: what to look \
         at, with whom, and how both schools will know.",
    );
    let sheet = sheet
        .part("", if visits.is_empty() { empty } else { part(&app, "Visits", &visits).await? })
        .part("", if works { go(&sight.at("visits/new"), "Book a visit") } else { Html::default() })
        .part("Agreed and still to do", open_steps(&app, &visitor, &visits, agreement).await?)
        .part("Challenge and reply", challenged(&app, &visitor, &sight, works).await?)
        .part(
            "Working on a question together",
            super::cycle::listed(&app, &visitor, &sight, works).await?,
        )
        .part("Judging together", super::moderation::listed(&app, &visitor, &sight, works).await?)
        .part("Coaching and mentoring", talked(&app, &visitor, &sight, works).await?);
    frame
        .page("Visits")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .wide()
        .show(&sheet)
}

/// What may be known of private conversations, with the way to them.
async fn talked(
    app: &App,
    visitor: &Visitor,
    sight: &support::pages::Sight,
    works: bool,
) -> Result<Html, PageError> {
    let mut parts = vec![super::coaching::known(app, visitor, sight).await?];
    if works && sight.agreement.state().in_force() {
        parts.push(link(&sight.at("coaching/new"), "Ask somebody to talk"));
        parts.push(link("/coaching", "Your own conversations"));
    }
    Ok(Html::join(parts))
}

/// The open steps of the notes a visitor may read.
async fn open_steps(
    app: &App,
    visitor: &Visitor,
    visits: &[Visit],
    agreement: support::AgreementId,
) -> Result<Html, PageError> {
    let mut lines = Vec::new();
    for step in steps::open_of(&app.db, agreement).await? {
        let Some(visit) = visits.iter().find(|visit| visit.id == step.visit) else { continue };
        let note = visit.note_resource(&app.db).await?;
        if access::decide(visitor, Action::Read, &note).allowed {
            lines.push(format!("{} (agreed {})", step.words, date_in_words(visit.on())));
        }
    }
    Ok(bullets(lines))
}

async fn challenged(
    app: &App,
    visitor: &Visitor,
    sight: &support::pages::Sight,
    works: bool,
) -> Result<Html, PageError> {
    let all = challenges::of_agreement(&app.db, visitor, sight.agreement.id).await?;
    let mut parts = Vec::new();
    for one in &all {
        parts.push(Html::trusted(format!(
            "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/challenges/{}\">{}</a> {}</p>",
            one.id,
            text(&one.point).as_str(),
            Html::of(&super::challenge::tag(one.state())).as_str(),
        )));
    }
    if works && sight.agreement.state().in_force() {
        let about = Details::new(
            "What a challenge is for",
            sight
                .say(
                    "A point one of you would like looked at again, with what was seen. The other \
                     school replies, and you agree a next step. Only the two schools can read it.",
                )
                .as_str(),
        );
        parts.push(Html::of(&about));
        parts.push(link(&sight.at("challenges/new"), "Raise a challenge"));
    }
    Ok(Html::join(parts))
}
