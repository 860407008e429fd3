//! The pages of requests, offers, the cadre and the matching desk.

mod board;
mod cadre;
mod capacity;
mod case;
mod compare;
mod contribution;
mod coverage;
mod goal;
mod home_school;
mod map;
mod new_heads;
mod nominate;
mod offers;
mod picture;
mod plans;
mod preparation;
mod proposal;
mod propose;
mod record;
mod request;
mod request_form;
mod roles;
mod settle;
mod specialisms;
mod suggest;
mod what_if;
mod why_not;

use access::{Action, Role, Visitor, authorize, decide, looks, partnerships};
use axum::{
    Router,
    routing::{get, post},
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, FormData, Format},
};
use govuk::{Checkboxes, Fieldset, Legend, Select, Tag, TagColour};
use needs::ActError;

use crate::{
    packs,
    requests::{self, Request, RequestId, State, TRUST},
};

/// This room's pages.
pub fn routes() -> Router<App> {
    downloads()
        .route("/requests", get(request::list).post(request_form::create))
        .route("/requests/new", get(request_form::ask))
        .route("/requests/suggest", get(suggest::ask).post(suggest::send))
        .route("/requests/mentor", get(new_heads::ask).post(new_heads::answer))
        .route("/requests/{id}", get(request::show))
        .route("/requests/{id}/edit", get(request_form::change).post(request_form::save))
        .route("/requests/{id}/submit", post(request::submit))
        .route("/requests/{id}/withdraw", post(request::withdraw))
        .route("/requests/{id}/consent", post(request::consent))
        .route("/requests/{id}/letter", get(request::letter))
        .route("/requests/{id}/proposal/{proposal}", get(proposal::show).post(proposal::respond))
        .route("/requests/{id}/proposal/{proposal}/declare", post(proposal::declare))
        .route("/requests/{id}/proposal/{proposal}/changed", post(proposal::changed))
        .route(
            "/requests/{id}/proposal/{proposal}/safeguards",
            get(proposal::safeguards_page).post(proposal::safeguards),
        )
        .route("/requests/{id}/proposal/{proposal}/record", get(record::show))
        .route("/offers", get(offers::list).post(offers::create))
        .route("/offers/new", get(offers::ask))
        .route("/offers/{id}/close", post(offers::close))
        .route("/offers/{id}/answer", post(offers::answer))
        .route("/offers/{id}/withdraw", post(offers::withdraw))
        .route("/cadre", get(cadre::list))
        .route("/cadre/mine", get(contribution::show))
        .route("/cadre/mine/goal", get(goal::show).post(goal::save))
        .route("/specialisms", get(specialisms::list))
        .route("/specialisms/new", get(specialisms::ask).post(specialisms::add))
        .route("/specialisms/{code}/retire", post(specialisms::retire))
        .route("/specialisms/{code}/restore", post(specialisms::restore))
        .route("/cadre/new", get(nominate::ask).post(nominate::create))
        .route("/cadre/roles", get(roles::list))
        .route("/cadre/{id}", get(cadre::show))
        .route("/cadre/{id}/time", post(cadre::time))
        .route("/cadre/{id}/release", post(cadre::release))
        .route("/cadre/{id}/take-back", post(cadre::take_back))
        .route("/cadre/{id}/guard", post(cadre::guard))
        .route("/cadre/{id}/home-school", post(home_school::decide))
        .route("/cadre/{id}/step", post(cadre::step))
        .route("/cadre/conduct", get(preparation::conduct).post(preparation::accept))
        .route("/cadre/{id}/edit", get(nominate::change).post(nominate::save))
        .route("/cadre/{id}/training", post(preparation::training))
        .route("/cadre/{id}/reply", post(nominate::reply))
        .route("/desk", get(board::show))
        .route("/desk/coverage", get(coverage::show))
        .route("/desk/coverage/{file}", get(coverage::file))
        .route("/desk/capacity", get(capacity::show))
        .route("/desk/capacity/{file}", get(capacity::file))
        .route("/desk/plans", get(plans::show))
        .route("/desk/new-heads", get(new_heads::show))
        .route("/desk/what-if", get(what_if::show))
        .route("/desk/{id}", get(case::show))
        .route("/desk/{id}/answer", post(case::answer))
        .route("/desk/{id}/start", post(case::start))
        .route("/desk/{id}/shortlist", post(case::shortlist))
        .route("/desk/{id}/compare", get(compare::show))
        .route("/desk/{id}/why-not", get(why_not::show))
        .route("/desk/{id}/propose", get(propose::ask).post(propose::send))
        .route("/desk/{id}/rematch", post(settle::rematch))
        .route("/desk/{id}/assess", post(settle::assess))
        .route("/desk/{id}/check", post(settle::check))
        .route("/desk/{id}/clear", post(settle::clear))
}

/// The tables that download from the address of their page with an ending.
fn downloads() -> Router<App> {
    let tables = [
        ("/cadre", get(cadre::file)),
        ("/cadre/mine", get(contribution::file)),
        ("/desk/coverage", get(coverage::whole)),
    ];
    let mut routes = Router::new();
    for (page, table) in tables {
        for ending in ["csv", "xlsx", "json"] {
            routes = routes.route(&format!("{page}.{ending}"), table.clone());
        }
    }
    routes
}

/// Splits the last part of an address, such as `cadre.csv`, into its name and the form it is asked
/// for in.
fn named(address: &str) -> Result<(&str, Format), PageError> {
    let file = address.rsplit_once('/').map_or(address, |(_, file)| file);
    let (name, ending) = file.rsplit_once('.').ok_or(PageError::NotFound)?;
    Ok((name, Format::from_ending(ending).ok_or(PageError::NotFound)?))
}

/// A request the visitor may read; others learn nothing of it.
async fn readable(app: &App, visitor: &Visitor, id: &str) -> Result<Request, PageError> {
    let id: RequestId = id.parse().map_err(|_| PageError::NotFound)?;
    let request = requests::request(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Read, &request.resource())?;
    looks::record(app, visitor, &request.resource(), "request", request.id).await?;
    Ok(request)
}

/// A request on the broker's desk.
async fn on_desk(app: &App, visitor: &Visitor, id: &str) -> Result<Request, PageError> {
    let id: RequestId = id.parse().map_err(|_| PageError::NotFound)?;
    let request = requests::request(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Broker, &request.desk_resource())?;
    // The desk is the partnership's; what lies on it goes with the school that leaves.
    authorize(app, visitor, Action::Read, &request.resource())?;
    if request.state == State::Draft {
        return Err(PageError::NotFound);
    }
    looks::record(app, visitor, &request.desk_resource(), "desk", request.id).await?;
    Ok(request)
}

/// Other supports the school has or is about to have, for the notice that they meet: by name for
/// those who may read them, else only that there is one.
async fn overlap(
    app: &App,
    visitor: &Visitor,
    request: &Request,
) -> Result<Vec<String>, PageError> {
    let others = requests::overlapping(&app.db, request, app.clock.today()).await?;
    Ok(others
        .into_iter()
        .map(|other| {
            if decide(visitor, Action::Read, &other.resource()).allowed {
                format!("{} ({})", other.ask.title, other.state.words().to_lowercase())
            } else {
                "Another support; ask the head what it is about".to_owned()
            }
        })
        .collect())
}

/// The partnership whose broker this visitor is.
fn brokered(visitor: &Visitor) -> Result<OrgRef, PageError> {
    if visitor.account.is_none() {
        return Err(PageError::SignIn { back: "/desk".to_owned() });
    }
    visitor.orgs(Role::Broker).next().ok_or(PageError::NotFound)
}

/// The partnership an organisation belongs to today, the first by name.
async fn partnership_of(app: &App, org: OrgRef) -> Result<Option<OrgRef>, PageError> {
    Ok(partnerships::of(&app.db, org, app.clock.today()).await?.first().map(|one| one.org))
}

/// One choice of a specialism for each label; the first carries the error of `specialisms`.
fn specialism_choices(form: &FormData, errors: &Errors, labels: &[&str]) -> Vec<Select> {
    (1..)
        .zip(labels)
        .map(|(at, label)| {
            let name = format!("specialism-{at}");
            let mut select = Select::new(name.as_str(), *label)
                .value(form.text(&name))
                .item("", if at == 1 { "Choose" } else { "Nothing more" });
            if at == 1 {
                select = select.id("specialisms").error_if(errors.get("specialisms"));
            }
            let chosen = form.text(&name);
            let offered = |kind: &&packs::SpecialismKind| !kind.retired || kind.code == chosen;
            for kind in packs::specialisms().iter().filter(offered) {
                select = select.item(kind.code.as_str(), format!("{} ({})", kind.name, kind.group));
            }
            select
        })
        .collect()
}

/// The school or trust for which somebody asks and offers: a school before a trust.
fn asking(visitor: &Visitor) -> Option<OrgRef> {
    let led = visitor.led();
    let school = led.iter().find(|org| org.urn().is_some());
    school.or_else(|| led.iter().find(|org| matches!(org, OrgRef::Trust(_)))).copied()
}

const PHASES: [(&str, &str); 8] = [
    ("nursery", "Nursery"),
    ("primary", "Primary"),
    ("secondary", "Secondary"),
    ("all-through", "All-through"),
    ("post-16", "16 to 19"),
    ("special", "Special"),
    ("alternative", "Alternative provision"),
    (TRUST, "Trusts and their central teams"),
];

/// The phases as boxes under a question.
fn phase_boxes(form: &FormData, errors: &Errors, question: &str) -> Checkboxes {
    let boxes = Checkboxes::new("phases", Fieldset::new(Legend::new(question).small()))
        .values(form.all("phases").map(str::to_owned).collect::<Vec<_>>())
        .small()
        .error_if(errors.get("phases"));
    PHASES.into_iter().fold(boxes, |boxes, (key, words)| boxes.item(key, words))
}

/// The phases that were ticked.
fn chosen_phases(form: &FormData) -> Vec<String> {
    let chosen = PHASES.iter().filter(|(key, _)| form.has("phases", key));
    chosen.map(|(key, _)| (*key).to_owned()).collect()
}

/// Puts what an act missed beside the fields it missed; other failures go on.
fn missed(errors: &mut Errors, failure: ActError) -> Result<(), PageError> {
    match failure {
        ActError::Incomplete(fields) => {
            for one in fields {
                errors.add(&one.field, one.message);
            }
            Ok(())
        }
        other => Err(other.into()),
    }
}

/// A state as a tag.
fn state_tag(state: State) -> Tag {
    let colour = match state {
        State::Draft | State::Withdrawn | State::DeclinedWithReason => TagColour::Grey,
        State::Submitted | State::ReturnedForDetail => TagColour::Yellow,
        State::Accepted | State::Matching | State::Rematch | State::ReviewProgressOnly => {
            TagColour::Blue
        }
        State::Proposed | State::ChemistryOk | State::CoiClear => TagColour::Purple,
        State::Agreement | State::Fulfilled => TagColour::Green,
    };
    Tag::coloured(colour, state.words())
}

/// A date sent as three fields, filled in from a date.
fn date_pairs(name: &str, date: jiff::civil::Date) -> [(String, String); 3] {
    [
        (format!("{name}-day"), date.day().to_string()),
        (format!("{name}-month"), date.month().to_string()),
        (format!("{name}-year"), date.year().to_string()),
    ]
}
