//! The pages of this room.

mod found;
mod hold;
mod introduce;
mod list;
mod meeting;
mod on_page;
mod show;

use access::{Action, Permit, Visitor, authorize, decide, partnerships, policy};
use axum::{
    Router,
    routing::{get, post},
};
use foundation::{App, PageError, Sql};

use crate::{
    meet,
    meetings::{self, Meeting, MeetingId, Who},
    network::{self, Member, Network, NetworkId},
};

pub use on_page::sections;

/// This room's pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/introductions", get(introduce::list))
        .route("/introductions/new", get(introduce::ask).post(introduce::suggest))
        .route("/introductions/{id}", get(introduce::show))
        .route("/introductions/{id}/yes", post(introduce::yes))
        .route("/introductions/{id}/no", post(introduce::no))
        .route("/introductions/{id}/take-back", post(introduce::take_back))
        .route("/networks", get(list::list))
        .route("/networks/new", get(found::ask).post(found::found))
        .route("/networks/{id}", get(show::show))
        .route("/networks/{id}/edit", get(found::ask_edit).post(found::edit))
        .route("/networks/{id}/end", get(found::ask_end).post(found::end))
        .route("/networks/{id}/join", post(show::join))
        .route("/networks/{id}/leave", post(show::leave))
        .route("/networks/{id}/meetings/new", get(meeting::ask_new).post(meeting::plan))
        .route("/network-meetings/{id}", get(meeting::show))
        .route("/network-meetings/{id}/change", get(meeting::ask_change).post(meeting::change))
        .route("/network-meetings/{id}/agenda", get(meeting::ask_item).post(meeting::put))
        .route("/network-meetings/{id}/answer", post(meeting::answer))
        .route("/network-meetings/{id}/hold", get(hold::ask).post(hold::hold))
        .route("/network-meetings/{id}/cancel", get(hold::ask_cancel).post(hold::cancel))
        .route("/network-meetings/{id}/settle", get(hold::ask_settle).post(hold::settle))
        .route("/network-meetings/{id}/reopen", post(hold::reopen))
}

/// A network somebody may read of.
async fn readable(app: &App, visitor: &Visitor, id: &str) -> Result<Network, PageError> {
    let id: NetworkId = id.parse().map_err(|_| PageError::NotFound)?;
    let of = network::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Read, &of.resource())?;
    Ok(of)
}

/// A meeting with its network, the members of today and what the visitor is to it.
struct Open {
    of: Network,
    it: Meeting,
    members: Vec<Member>,
    who: Vec<Who>,
}

impl Open {
    /// Whether the visitor convenes the network.
    fn convenes(&self) -> bool {
        self.who.contains(&Who::Convenor)
    }

    /// Whether the visitor belongs to it.
    fn belongs(&self) -> bool {
        self.who.contains(&Who::Member)
    }
}

async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Open, PageError> {
    let id: MeetingId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = meetings::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let of = network::find(&app.db, it.network).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Read, &of.resource())?;
    let members = network::members(app, &app.db, &of).await?;
    let who = meet::standings(&of, visitor.account, &members);
    Ok(Open { of, it, members, who })
}

/// The permit of somebody who convenes the network; everybody else is told who does.
fn as_convenor(app: &App, visitor: &Visitor, of: &Network) -> Result<Permit, PageError> {
    if visitor.account != Some(of.convenor) {
        return Err(PageError::Forbidden(format!(
            "{} convenes this network, plans its meetings and writes what was said.",
            of.convenor_name
        )));
    }
    authorize(app, visitor, Action::Update, &of.resource())
}

/// The permit of somebody who acts for themselves: who joins, leaves, answers, or shares something.
fn for_oneself(app: &App, visitor: &Visitor) -> Result<Permit, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Update, &policy::own(account))
}

/// Whether somebody looks after the network itself: the broker, or whoever convenes it.
fn may_edit(visitor: &Visitor, of: &Network) -> bool {
    of.ended_on().is_none() && decide(visitor, Action::Update, &of.resource()).allowed
}

/// How many schools a partnership has today.
async fn schools(app: &App, db: &impl Sql, of: &Network) -> Result<usize, PageError> {
    let orgs = partnerships::members(db, of.partnership, app.clock.today()).await?;
    Ok(orgs.iter().filter(|org| org.urn().is_some()).count())
}
