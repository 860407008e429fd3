//! The pages of this room.

mod act;
mod book;
mod calendar;
mod challenge;
mod check;
mod coaching;
mod commission;
mod cycle;
mod journal;
mod judging;
mod list;
mod moderation;
mod note;
mod offline;
mod show;

use std::collections::HashMap;

use access::{Action, Permit, Resource, Visitor};
use axum::{
    Router,
    routing::{get, post},
};
use foundation::{App, OrgRef, PageError, clock::date_in_words, web::Format};
use support::agreements::store;

use crate::{
    machine::Who,
    visits::{Visit, VisitId, model},
};

/// This room's pages.
pub fn routes() -> Router<App> {
    let mut router = Router::new();
    for (ending, format) in [("csv", Format::Csv), ("xlsx", Format::Xlsx), ("json", Format::Json)] {
        router = router.route(
            &format!("/visits.{ending}"),
            get(move |app, visitor| list::download(app, visitor, format)),
        );
        router = router.route(
            &format!("/journal.{ending}"),
            get(move |app, visitor| journal::download(app, visitor, format)),
        );
    }
    router
        .route("/visits", get(list::list))
        .route("/visits/worker.js", get(offline::worker))
        .route("/visits/note.js", get(offline::script))
        .route("/visits/note-shell", get(offline::shell))
        .route("/agreements/{id}/visits", get(list::of_agreement))
        .route("/agreements/{id}/visits/new", get(book::ask).post(book::book))
        .route("/visits/{id}", get(show::show))
        .route("/visits/{id}/visit.ics", get(calendar::file))
        .route("/visits/{id}/confirm", post(act::confirm))
        .route("/visits/{id}/happened", post(act::happened))
        .route("/visits/{id}/take-back", post(act::take_back))
        .route("/visits/{id}/move", get(act::ask_move).post(act::move_to))
        .route("/visits/{id}/cancel", get(act::ask_cancel).post(act::cancel))
        .route("/visits/{id}/note", get(note::ask).post(note::write))
        .route("/visits/{id}/check", get(check::ask).post(check::check))
        .route("/visits/{id}/answer", get(check::ask_answer).post(check::answer))
        .route("/visits/{id}/add", get(check::ask_add).post(check::add))
        .route("/visits/{id}/steps/{step}", get(check::ask_step).post(check::settle_step))
        .route("/agreements/{id}/challenges/new", get(challenge::ask).post(challenge::raise))
        .route("/challenges/{id}", get(challenge::show).post(challenge::act))
        .route("/coaching", get(coaching::list))
        .route("/agreements/{id}/coaching/new", get(coaching::ask).post(coaching::send))
        .route("/coaching/{id}", get(coaching::show))
        .route("/coaching/{id}/{act}", post(coaching::act))
        .route("/coaching/{id}/log/{template}", get(coaching::ask_log).post(coaching::log))
        .route("/coaching/sessions/{id}", get(coaching::session).post(coaching::session_act))
        .route("/agreements/{id}/cycles/new", get(cycle::ask).post(cycle::begin))
        .route("/cycles/{id}", get(cycle::show).post(cycle::act))
        .route("/cycles/{id}/write", get(cycle::ask_write).post(cycle::write))
        .route("/agreements/{id}/moderations/new", get(moderation::ask).post(moderation::begin))
        .route("/moderations/{id}", get(moderation::show).post(moderation::leave))
        .route("/moderations/{id}/judge", get(judging::ask_judge).post(judging::judge))
        .route("/moderations/{id}/agree", get(judging::ask_agree).post(judging::agree))
        .route("/journal", get(journal::list))
        .route("/journal/new", get(journal::ask).post(journal::write))
        .route("/journal/{id}", get(journal::show))
        .route("/journal/{id}/erase", post(journal::erase))
        .route("/commissions", get(commission::list))
        .route("/commissions/new", get(commission::ask).post(commission::begin))
        .route("/commissions/{id}", get(commission::show).post(commission::act))
        .route("/commissions/{id}/publish", post(commission::publish))
}

/// What every page about one visit begins with.
pub(crate) struct Seen {
    pub(crate) visit: Visit,
    pub(crate) agreement: String,
    pub(crate) names: HashMap<OrgRef, String>,
    pub(crate) who: Vec<Who>,
}

impl Seen {
    /// The name of a school of this visit.
    pub(crate) fn name(&self, org: OrgRef) -> String {
        self.names.get(&org).cloned().unwrap_or_else(|| org.to_string())
    }

    /// The address of a page of this visit.
    pub(crate) fn at(&self, page: &str) -> String {
        if page.is_empty() {
            format!("/visits/{}", self.visit.id)
        } else {
            format!("/visits/{}/{page}", self.visit.id)
        }
    }

    /// "Learning walk, 12 January 2027".
    pub(crate) fn title(&self) -> String {
        format!("{}, {}", self.visit.kind_name(), date_in_words(self.visit.on()))
    }

    /// Who can see the booking, in words.
    pub(crate) fn visible(&self) -> String {
        let mut words = format!(
            "{}, the leaders of {} and {}",
            self.visit.visitor_name,
            self.name(self.visit.host),
            self.name(self.visit.giver)
        );
        if let Some(partnership) = self.visit.partnership {
            words += &format!(" and the broker of {}", self.name(partnership));
        }
        words + ", and nobody else"
    }

    /// Who can see the note, in words; the zone changes as the note goes its way.
    pub(crate) fn note_visible(&self) -> String {
        let state = self.visit.state();
        if !state.is_told() {
            return self.visit.bodies().say("only you, until you send it to the school");
        }
        let both = format!(
            "{}, the leaders of {} and {}",
            self.visit.visitor_name,
            self.name(self.visit.host),
            self.name(self.visit.giver)
        );
        if state.stands() {
            both + ", their broker and the bodies responsible for them"
        } else {
            both + &self.visit.bodies().say(", and nobody else until the school has checked it")
        }
    }
}

/// A permit for somebody who takes part: the state machine decides about the act itself, so the
/// door asks only whether the visitor belongs here at all.
pub(crate) fn permit_to_act(
    app: &App,
    visitor: &Visitor,
    resource: &Resource,
) -> Result<Permit, PageError> {
    let action = [Action::Sign, Action::Update, Action::Propose]
        .into_iter()
        .find(|&action| access::decide(visitor, action, resource).allowed)
        .unwrap_or(Action::Sign);
    access::authorize(app, visitor, action, resource)
}

async fn seen(app: &App, visitor: &Visitor, id: &str) -> Result<Seen, PageError> {
    let id: VisitId = id.parse().map_err(|_| PageError::NotFound)?;
    let visit = model::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    access::authorize(app, visitor, Action::Read, &visit.resource())?;
    access::looks::record(app, visitor, &visit.resource(), "visit", id).await?;
    let agreement = store::find(&app.db, visit.agreement).await?.ok_or(PageError::NotFound)?;
    let orgs = [Some(visit.host), Some(visit.giver), visit.partnership];
    let names = support::names(&app.db, orgs.into_iter().flatten()).await?;
    let who = model::standings(&visit, visitor.account, &visitor.posts);
    Ok(Seen { visit, agreement: agreement.title, names, who })
}

/// Opens a visit for somebody who is about to do something with it.
async fn seen_to_act(app: &App, visitor: &Visitor, id: &str) -> Result<(Seen, Permit), PageError> {
    let seen = seen(app, visitor, id).await?;
    let permit = permit_to_act(app, visitor, &seen.visit.resource())?;
    Ok((seen, permit))
}
