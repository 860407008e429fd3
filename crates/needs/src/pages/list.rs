//! Every audit the visitor may see.

use std::collections::BTreeSet;

use access::{Action, Kind, Role, SignedIn, decide, looks};
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{App, OrgRef, PageError, clock::date_in_words, web::Frame};
use govuk::Tag;

use super::state_tag;
use crate::audits::{self, Audit};

struct Line {
    href: String,
    title: String,
    school: String,
    begun: String,
    progress: String,
    tag: Tag,
}

#[derive(Template)]
#[template(path = "audits.html")]
struct List {
    own: Vec<Line>,
    begin: Option<OrgRef>,
    given: Vec<Line>,
    below: Vec<Line>,
    is_body: bool,
}

async fn line(app: &App, audit: &Audit) -> Result<Line, PageError> {
    let done = audit.sections.iter().filter(|section| section.done).count();
    Ok(Line {
        href: format!("/audits/{}", audit.id),
        title: audit.title.clone(),
        school: register::org_name(&app.db, audit.org).await?,
        begun: date_in_words(foundation::clock::london(audit.created_at)),
        progress: format!("{done} of {} sections finished", audit.sections.len()),
        tag: state_tag(audit.state),
    })
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut page = List {
        own: Vec::new(),
        begin: visitor.orgs(Role::Head).find(|org| org.urn().is_some()),
        given: Vec::new(),
        below: Vec::new(),
        is_body: visitor.has(Role::TrustExecutive) || visitor.has(Role::Commissioner),
    };
    let mut seen = BTreeSet::new();
    let orgs: BTreeSet<OrgRef> = visitor.posts.iter().map(|post| post.org).collect();
    for &org in &orgs {
        for audit in audits::audits_of(&app.db, org).await? {
            let led = super::leads(&visitor, org);
            if led && decide(&visitor, Action::Read, &audit.resource()).allowed {
                seen.insert(audit.id);
                page.own.push(line(&app, &audit).await?);
            }
        }
    }
    if let Some(account) = visitor.account {
        for audit in audits::given_to(&app.db, account).await? {
            if decide(&visitor, Action::Read, &audit.resource()).allowed && seen.insert(audit.id) {
                page.given.push(line(&app, &audit).await?);
            }
        }
    }
    let mut others = Vec::new();
    for &body in &orgs {
        others.extend(audits::under(&app.db, body).await?);
    }
    for owner in visitor.sharing(Kind::Audit) {
        others.extend(audits::audits_of(&app.db, owner).await?);
    }
    others.retain(|audit| {
        decide(&visitor, Action::Read, &audit.resource()).allowed && seen.insert(audit.id)
    });
    for audit in &others {
        page.below.push(line(&app, audit).await?);
    }
    let shown = others.iter().map(|audit| (audit.resource(), audit.id.to_string())).collect();
    looks::listed(&app, &visitor, "title of an audit", shown).await?;
    frame.page("Needs audits").visible_to("only you; each audit has its own label").show(&page)
}
