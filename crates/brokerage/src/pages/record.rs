//! The record of interests and checks (D6): who declared what, what was made of it and by whom,
//! and what was checked before the agreement. For the broker, and for the head and the chair of
//! the asking side, who accept safeguards; what a declaration says in words stays with the broker.

use access::{Action, SignedIn, authorize, decide, looks};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::{date_in_words, london},
    web::Frame,
};
use govuk::{SummaryList, Tag};

use super::proposal::for_chair;
use crate::interests::{self, Check, State as InterestState};

struct Declared {
    who: String,
    org: String,
    tag: Tag,
    facts: SummaryList,
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    school: String,
    other: String,
    title: String,
    declarations: Vec<Declared>,
    checks: SummaryList,
}

/// The record on a page that prints.
pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((request, proposal)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (request, it) = for_chair(&app, &request, &proposal).await?;
    authorize(&app, &visitor, Action::Read, &interests::outcome(&request))?;
    let mut declarations = Vec::new();
    for one in interests::declarations(&app.db, it.id).await? {
        let whole = decide(&visitor, Action::Read, &one.resource(&request)).allowed;
        if whole {
            looks::record(&app, &visitor, &one.resource(&request), "declaration", one.id).await?;
        }
        let kinds: Vec<&str> = one.kinds.iter().map(|kind| kind.words()).collect();
        let what =
            if kinds.is_empty() { "Nothing to declare".to_owned() } else { kinds.join(", ") };
        let mut facts = SummaryList::new()
            .row("Declared", date_in_words(london(one.declared_at)))
            .row("Interest", what);
        if whole && !one.detail.is_empty() {
            facts = facts.row("In words", one.detail.as_str());
        }
        if let Some(by) = &one.assessed_by {
            facts = facts.row("Assessed by", by.as_str());
        }
        if !one.mitigation.is_empty() {
            facts = facts.row("Safeguards", one.mitigation.as_str());
        }
        let accepted = [("head", &one.head_accepted), ("chair", &one.chair_accepted)];
        for (who, name) in accepted {
            if let Some(name) = name {
                facts = facts.row(format!("Accepted by the {who}"), name.as_str());
            } else if one.state == InterestState::Assessed {
                facts = facts.row(format!("Accepted by the {who}"), "Not yet");
            }
        }
        declarations.push(Declared {
            who: one.name.clone(),
            org: register::org_name(&app.db, one.org).await?,
            tag: Tag::new(one.state.words()),
            facts: facts.row("Holds until", date_in_words(one.valid_to)),
        });
    }
    let done = interests::checks(&app.db, it.id).await?;
    let checks = Check::ALL.iter().fold(SummaryList::new(), |list, &item| {
        let words = match done.iter().find(|one| one.item == item) {
            Some(one) => {
                let note = if one.note.is_empty() { "Checked" } else { one.note.as_str() };
                format!("{note}. {}, {}", one.by, date_in_words(london(one.at)))
            }
            None => "Not checked yet".to_owned(),
        };
        list.row(item.words(), words)
    });
    let content = Page {
        school: register::org_name(&app.db, request.org).await?,
        other: register::org_name(&app.db, it.org).await?,
        title: request.ask.title.clone(),
        declarations,
        checks,
    };
    frame
        .page("Interests and checks")
        .visible_to("the head and chair of the asking side, and the broker; what a declaration says in words, the broker alone")
        .show(&content)
}
