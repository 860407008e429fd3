//! Between two heads' yes and the agreement: interests, checks, or matching again.

use access::{Action, SignedIn, Visitor, authorize, decide};
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Form, redirect},
};
use govuk::{Tag, TagColour};

use super::on_desk;
use crate::interests::{self, Assessment, Check, State as InterestState};
use crate::proposals::{self, ProposalState};
use crate::requests::{Request, State as RequestState, days_in_words};

pub(super) struct Declared {
    pub(super) id: String,
    pub(super) who: String,
    pub(super) org: String,
    pub(super) words: String,
    pub(super) safeguards: String,
    pub(super) tag: Tag,
    pub(super) to_assess: bool,
}

pub(super) struct Item {
    pub(super) key: &'static str,
    pub(super) words: &'static str,
    pub(super) done: Option<String>,
}

/// What the desk shows once a match is proposed.
pub(super) struct Panel {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) days: String,
    pub(super) place: String,
    pub(super) reason: String,
    pub(super) tag: Tag,
    pub(super) answers: Vec<(String, String, String)>,
    pub(super) settling: bool,
    pub(super) declared: Vec<Declared>,
    pub(super) checks: Vec<Item>,
    pub(super) open: Vec<String>,
    pub(super) can_rematch: bool,
    pub(super) clear: bool,
}

pub(super) async fn panel(
    app: &App,
    visitor: &Visitor,
    request: &Request,
) -> Result<Option<Panel>, PageError> {
    let Some(it) = proposals::current(&app.db, request.id).await? else { return Ok(None) };
    let school = register::org_name(&app.db, request.org).await?;
    let other = register::org_name(&app.db, it.org).await?;
    let settling = request.state == RequestState::ChemistryOk;
    let mut declared = Vec::new();
    for one in interests::declarations(&app.db, it.id).await? {
        if !decide(visitor, Action::Read, &one.resource(request)).allowed {
            continue;
        }
        let kinds: Vec<&str> = one.kinds.iter().map(|kind| kind.words()).collect();
        let colour = match one.state {
            InterestState::None | InterestState::Manage => TagColour::Green,
            InterestState::Bar => TagColour::Red,
            _ => TagColour::Yellow,
        };
        declared.push(Declared {
            id: one.id.to_string(),
            who: one.name.clone(),
            org: register::org_name(&app.db, one.org).await?,
            words: if kinds.is_empty() {
                "Nothing to declare.".to_owned()
            } else {
                format!("{}: {}", kinds.join(", "), one.detail)
            },
            safeguards: one.mitigation.clone(),
            tag: Tag::coloured(colour, one.state.words()),
            to_assess: one.state == InterestState::Declared && one.person != visitor.account,
        });
    }
    let done = interests::checks(&app.db, it.id).await?;
    let checks = Check::ALL
        .iter()
        .map(|&item| Item {
            key: item.key(),
            words: item.words(),
            done: done.iter().find(|one| one.item == item).map(|one| {
                let note =
                    if one.note.is_empty() { String::new() } else { format!("{} ", one.note) };
                format!("{note}({}, {})", one.by, foundation::clock::in_words(one.at))
            }),
        })
        .collect();
    Ok(Some(Panel {
        href: format!("/requests/{}/proposal/{}", request.id, it.id),
        label: it.label.clone(),
        days: days_in_words(it.half_days),
        place: it
            .place
            .map_or_else(String::new, |place| format!("{place} of {} by fit", it.considered)),
        reason: it.reason.clone(),
        tag: Tag::coloured(
            if it.state == ProposalState::Agreed { TagColour::Green } else { TagColour::Yellow },
            it.state.words(),
        ),
        answers: vec![
            (school, it.supported.0.words().to_owned(), it.supported.1.clone()),
            (other, it.supporting.0.words().to_owned(), it.supporting.1.clone()),
        ],
        settling,
        declared,
        checks,
        open: if settling {
            interests::still_open(&app.db, request, &it).await?
        } else {
            Vec::new()
        },
        can_rematch: matches!(request.state, RequestState::Proposed | RequestState::ChemistryOk),
        clear: request.state == RequestState::CoiClear,
    }))
}

pub(super) async fn rematch(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    form.clean()?;
    let request = on_desk(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &request.resource())?;
    proposals::acts::rematch(&app, &permit.because(form.text("reason")), request.id).await?;
    Ok(redirect(&format!("/desk/{id}")))
}

pub(super) async fn assess(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    form.clean()?;
    let request = on_desk(&app, &visitor, &id).await?;
    authorize(&app, &visitor, Action::Broker, &request.resource())?;
    let declaration =
        form.chosen("declaration", "Say which declaration: press the button below it")?;
    let one = interests::declaration(&app.db, declaration).await?.ok_or(PageError::NotFound)?;
    if one.request != request.id {
        return Err(PageError::NotFound);
    }
    let permit = authorize(&app, &visitor, Action::Broker, &one.resource(&request))?;
    let words = form.text("mitigation").to_owned();
    let assessment = match form.text("outcome") {
        "none" => Assessment::None,
        "manage" => Assessment::Manage(words),
        "bar" => Assessment::Bar(words),
        _ => return Err(PageError::Bad("Choose an outcome for the declaration.".to_owned())),
    };
    interests::acts::assess(&app, &permit, declaration, &assessment).await?;
    Ok(redirect(&format!("/desk/{id}#interests")))
}

pub(super) async fn check(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    form.clean()?;
    let request = on_desk(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &request.resource())?;
    let it = proposals::current(&app.db, request.id).await?.ok_or(PageError::NotFound)?;
    let item: Check = form.chosen("item", "Say what was checked: press the button beside it")?;
    interests::acts::check(&app, &permit, it.id, item, form.text("note")).await?;
    Ok(redirect(&format!("/desk/{id}#checks")))
}

pub(super) async fn clear(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &request.resource())?;
    interests::acts::clear(&app, &permit, request.id).await?;
    Ok(redirect(&format!("/desk/{id}")))
}
