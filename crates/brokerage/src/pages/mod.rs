//! The pages of requests, offers, the cadre and the matching desk.

mod board;
mod cadre;
mod capacity;
mod case;
mod compare;
mod contribution;
mod coverage;
mod map;
mod nominate;
mod offers;
mod picture;
mod plans;
mod proposal;
mod propose;
mod request;
mod request_form;
mod settle;
mod what_if;
mod why_not;

use access::{Action, Role, Visitor, authorize, decide, looks, partnerships};
use axum::{
    Router,
    routing::{get, post},
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, FormData},
};
use govuk::{ErrorSummary, Tag, TagColour};
use needs::ActError;

use crate::requests::{self, Request, RequestId, State};

/// This room's pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/requests", get(request::list).post(request_form::create))
        .route("/requests/new", get(request_form::ask))
        .route("/requests/{id}", get(request::show))
        .route("/requests/{id}/edit", get(request_form::change).post(request_form::save))
        .route("/requests/{id}/submit", post(request::submit))
        .route("/requests/{id}/withdraw", post(request::withdraw))
        .route("/requests/{id}/consent", post(request::consent))
        .route("/requests/{id}/letter", get(request::letter))
        .route("/requests/{id}/proposal/{proposal}", get(proposal::show).post(proposal::respond))
        .route("/requests/{id}/proposal/{proposal}/declare", post(proposal::declare))
        .route(
            "/requests/{id}/proposal/{proposal}/safeguards",
            get(proposal::safeguards_page).post(proposal::safeguards),
        )
        .route("/offers", get(offers::list).post(offers::create))
        .route("/offers/new", get(offers::ask))
        .route("/offers/{id}/close", post(offers::close))
        .route("/cadre", get(cadre::list))
        .route("/cadre.csv", get(cadre::csv))
        .route("/cadre.xlsx", get(cadre::xlsx))
        .route("/cadre.json", get(cadre::json))
        .route("/cadre/mine", get(contribution::show))
        .route("/cadre/mine.csv", get(contribution::csv))
        .route("/cadre/mine.xlsx", get(contribution::xlsx))
        .route("/cadre/mine.json", get(contribution::json))
        .route("/cadre/new", get(nominate::ask).post(nominate::create))
        .route("/cadre/{id}", get(cadre::show))
        .route("/cadre/{id}/time", post(cadre::time))
        .route("/cadre/{id}/release", post(cadre::release))
        .route("/cadre/{id}/take-back", post(cadre::take_back))
        .route("/cadre/{id}/guard", post(cadre::guard))
        .route("/cadre/{id}/step", post(cadre::step))
        .route("/cadre/{id}/training", post(nominate::training))
        .route("/cadre/{id}/reply", post(nominate::reply))
        .route("/desk", get(board::show))
        .route("/desk/coverage", get(coverage::show))
        .route("/desk/coverage.csv", get(coverage::csv))
        .route("/desk/coverage.xlsx", get(coverage::xlsx))
        .route("/desk/coverage.json", get(coverage::json))
        .route("/desk/coverage/{file}", get(coverage::file))
        .route("/desk/capacity", get(capacity::show))
        .route("/desk/capacity/{file}", get(capacity::file))
        .route("/desk/plans", get(plans::show))
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

/// The summary at the top of a form that has problems.
fn summary(errors: &Errors) -> Option<ErrorSummary> {
    (!errors.is_empty()).then(|| {
        ErrorSummary::new(
            errors.list().iter().map(|one| (one.field.as_str(), one.message.as_str())),
        )
    })
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

/// Refuses text no form may hold, in the small forms that are not shown again.
fn clean(form: &FormData) -> Result<(), PageError> {
    match form.errors().list().first() {
        Some(problem) => Err(PageError::Bad(format!(
            "In “{}”: {}. Nothing was done. Go back: what you typed is still there.",
            problem.field, problem.message
        ))),
        None => Ok(()),
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
