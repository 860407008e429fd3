//! The pages of this room.

mod act;
mod ask;
mod library;
mod show;
mod usage;
mod write;

use access::{Action, Permit, Resource, Role, Visitor};
use axum::{
    Router,
    routing::{get, post},
};
use foundation::{App, OrgRef, PageError, web::Format};
use govuk::{Tag, TagColour};

use crate::practice::{self, Practice, PracticeId, State};

/// This room's pages.
pub fn routes() -> Router<App> {
    let mut router = Router::new();
    for (ending, format) in [("csv", Format::Csv), ("xlsx", Format::Xlsx), ("json", Format::Json)] {
        router = router.route(
            &format!("/practices.{ending}"),
            get(move |app, query| library::download(app, query, format)),
        );
    }
    router
        .route("/practices", get(library::list))
        .route("/practices/new", get(write::ask).post(write::begin))
        .route("/practices/{id}", get(show::show))
        .route("/practices/{id}/write", get(write::ask_write).post(write::write))
        .route("/practices/{id}/act", post(act::act))
        .route("/practices/{id}/do/{act}", get(act::ask))
        .route("/practices/{id}/use", get(usage::ask).post(usage::record))
        .route("/practices/{id}/visit", get(ask::ask).post(ask::send))
        .route("/practice-visits/{id}", get(ask::show).post(ask::act))
}

/// The tag of a practice's state.
fn tag(state: State) -> Tag {
    let colour = match state {
        State::Draft => TagColour::Grey,
        State::Check => TagColour::Yellow,
        State::Kept | State::Due => TagColour::Orange,
        State::Published => TagColour::Green,
        State::Retired => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// The schools for which somebody writes, borrows and asks.
fn schools_of(visitor: &Visitor) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> = visitor
        .posts
        .iter()
        .filter(|post| matches!(post.role(), Role::Head | Role::Staff | Role::TrustExecutive))
        .map(|post| post.org)
        .filter(|org| matches!(org, OrgRef::School(_) | OrgRef::Trust(_)))
        .collect();
    orgs.dedup();
    orgs
}

/// A practice somebody may know of: what is shown, or what is being made and theirs to read.
async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Practice, PageError> {
    let id: PracticeId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = practice::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    access::authorize(app, visitor, Action::Read, &it.resource())?;
    Ok(it)
}

/// A permit for somebody who takes part: the state machine decides about the act itself.
fn permit(app: &App, visitor: &Visitor, resources: &[Resource]) -> Result<Permit, PageError> {
    let acts = [Action::Sign, Action::Update, Action::Propose];
    let found = resources.iter().find_map(|resource| {
        let action = acts.into_iter().find(|act| access::decide(visitor, *act, resource).allowed);
        action.map(|action| (action, resource))
    });
    let (action, resource) = found.unwrap_or((Action::Update, &resources[0]));
    access::authorize(app, visitor, action, resource)
}
