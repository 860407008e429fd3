//! The pages of needs audits.

mod audit;
mod list;
mod moderation;
mod new;
mod report;
mod section;
mod standing;

use access::{Action, Kind, Role, Visitor, authorize, looks, sharing};
use axum::{
    Router,
    routing::{get, post},
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, FormData},
};
use govuk::{Tag, TagColour};

use crate::ActError;
use crate::audits::{self, Audit, AuditId, State};

/// This room's pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/audits", get(list::list).post(new::create))
        .route("/audits/new", get(new::ask))
        .route("/audits/{id}", get(audit::show))
        .route("/audits/{id}/begin", post(audit::begin))
        .route("/audits/{id}/agree", post(audit::agree))
        .route("/audits/{id}/withdraw", post(audit::withdraw))
        .route("/audits/{id}/share", post(audit::share))
        .route("/audits/{id}/moderation", get(moderation::ask).post(moderation::send))
        .route("/audits/{id}/comment", post(moderation::comment))
        .route("/audits/{id}/report", get(report::show))
        .route("/audits/{id}/sections/{area}", get(section::show).post(section::write))
        .route("/audits/{id}/sections/{area}/give", get(section::whom).post(section::give))
        .route("/audits/{id}/sections/{area}/use", post(section::take))
        .route("/audits/{id}/sections/{area}/drop", post(section::drop))
        .route("/schools/{urn}/standing", get(standing::show))
        .route("/schools/{urn}/standing/stage", post(standing::record))
        .route("/schools/{urn}/standing/tier", post(standing::decide))
        .route("/schools/{urn}/standing/answer", post(standing::answer))
}

/// An audit the visitor may read, noted in its school's access log; others learn nothing of it.
async fn readable(app: &App, visitor: &Visitor, id: &str) -> Result<Audit, PageError> {
    let id: AuditId = id.parse().map_err(|_| PageError::NotFound)?;
    let audit = audits::audit(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let resource = audit.resource();
    authorize(app, visitor, Action::Read, &resource)?;
    looks::record(app, visitor, &resource, "audit", audit.id).await?;
    Ok(audit)
}

/// Whether the visitor leads the audit's school.
fn leads(visitor: &Visitor, org: OrgRef) -> bool {
    visitor.is(Role::Head, org)
}

/// The names of the bodies that read a school's audits: its trust by default, and others (a local
/// authority) by agreement to share.
async fn readers(
    app: &App,
    school: OrgRef,
    responsible: &[OrgRef],
) -> Result<Vec<String>, PageError> {
    let trusts = responsible.iter().copied().filter(|body| matches!(body, OrgRef::Trust(_)));
    let mut readers: Vec<OrgRef> = trusts.collect();
    readers.extend(sharing::readers(&app.db, school, Kind::Audit, app.clock.today()).await?);
    let mut names = Vec::new();
    for body in readers {
        names.push(register::org_name(&app.db, body).await?);
    }
    Ok(names)
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
        State::Draft | State::Withdrawn => TagColour::Grey,
        State::InProgress => TagColour::Blue,
        State::Ready => TagColour::Yellow,
        State::Agreed | State::Moderated => TagColour::Green,
        State::Frozen => TagColour::Purple,
    };
    Tag::coloured(colour, state.words())
}

/// An empty form.
fn blank() -> FormData {
    FormData::default()
}
