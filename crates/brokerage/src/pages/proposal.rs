//! A proposed match as both sides see it (D4): why, how much, declared interests, and the answer.

use access::{Action, SignedIn, Visitor, authorize, decide, looks};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Button, Checkboxes, ErrorSummary, Fieldset, Html, Legend, Radios, SummaryList, Tag, TagColour,
    Textarea,
};
use jiff::civil::Date;

use super::{missed, overlap, picture};
use crate::desk::{self, words};
use crate::interests::{self, Capacity, Declaration, InterestKind, NewDeclaration};
use crate::proposals::{self, Proposal, ProposalState, Reply, Said, Side, acts as proposal_acts};
use crate::requests::{self, Request, State as RequestState, days_in_words, pounds};

struct Part {
    name: &'static str,
    points: String,
    why: String,
}

struct Shown {
    id: String,
    who: String,
    org: String,
    words: String,
    safeguards: String,
    tag: Tag,
    accept_as: Vec<Capacity>,
    /// Whether the visitor declared it and may say that it has changed.
    changes: bool,
}

#[derive(Template)]
#[template(path = "proposal.html")]
struct Page {
    base: String,
    school: String,
    other: String,
    message: String,
    tag: Tag,
    errors: Option<ErrorSummary>,
    what: SummaryList,
    bar: Html,
    parts: Vec<Part>,
    talk: Option<String>,
    talked: Option<Checkboxes>,
    said: Vec<(String, Tag, String)>,
    side: Option<Side>,
    answer: Radios,
    why: Textarea,
    declarations: Vec<Shown>,
    may_declare: bool,
    kinds: Checkboxes,
    detail: Textarea,
    declare: Button,
    overlap: Vec<String>,
}

/// A proposal the visitor may read, with its request.
async fn find(
    app: &App,
    visitor: &Visitor,
    request: &str,
    proposal: &str,
) -> Result<(Request, Proposal), PageError> {
    let id = proposal.parse().map_err(|_| PageError::NotFound)?;
    let it = proposals::proposal(&app.db, id).await?.ok_or(PageError::NotFound)?;
    if it.request.to_string() != request {
        return Err(PageError::NotFound);
    }
    let request = requests::request(&app.db, it.request).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Read, &it.resource(&request))?;
    Ok((request, it))
}

/// The side for which this visitor answers as head.
fn side_of(visitor: &Visitor, request: &Request, it: &Proposal) -> Option<Side> {
    if visitor.leads(request.org) {
        Some(Side::Supported)
    } else if visitor.leads(it.org) {
        Some(Side::Supporting)
    } else {
        None
    }
}

fn said_tag(said: Said) -> Tag {
    match said {
        Said::Yes => Tag::coloured(TagColour::Green, "Yes"),
        Said::No => Tag::coloured(TagColour::Red, "No"),
        Said::Nothing => Tag::coloured(TagColour::Grey, "Not answered yet"),
    }
}

/// What a head said, and that pupils were talked about.
fn said_words(reason: &str, talked: Option<jiff::Timestamp>) -> String {
    let talked = talked.map(|at| {
        let day = date_in_words(foundation::clock::london(at));
        format!("Talked about sharing pupils and content, {day}")
    });
    [(!reason.is_empty()).then(|| reason.to_owned()), talked]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(". ")
}

async fn shown(
    app: &App,
    visitor: &Visitor,
    request: &Request,
    one: &Declaration,
) -> Result<Option<Shown>, PageError> {
    let own = one.person.is_some() && one.person == visitor.account;
    let whole = decide(visitor, Action::Read, &one.resource(request)).allowed || own;
    if whole && !own {
        looks::record(app, visitor, &one.resource(request), "declaration", one.id).await?;
    }
    if !whole && !decide(visitor, Action::Read, &one.outcome_resource(request)).allowed {
        return Ok(None);
    }
    let kinds: Vec<&str> = one.kinds.iter().map(|kind| kind.words()).collect();
    let words = match (kinds.is_empty(), whole) {
        (true, _) => "Nothing to declare.".to_owned(),
        (false, true) => format!("{}: {}", kinds.join(", "), one.detail),
        (false, false) => format!("{}.", kinds.join(", ")),
    };
    let colour = match one.state {
        interests::State::None | interests::State::Manage => TagColour::Green,
        interests::State::Bar => TagColour::Red,
        interests::State::Expired => TagColour::Grey,
        _ => TagColour::Yellow,
    };
    let mut accept_as = Vec::new();
    if one.state == interests::State::Assessed {
        if one.head_accepted.is_none() && visitor.leads(request.org) {
            accept_as.push(Capacity::Head);
        }
        if one.chair_accepted.is_none() && visitor.chairs(request.org) {
            accept_as.push(Capacity::Chair);
        }
    }
    Ok(Some(Shown {
        id: one.id.to_string(),
        who: one.name.clone(),
        org: register::org_name(&app.db, one.org).await?,
        words,
        safeguards: one.mitigation.clone(),
        tag: Tag::coloured(colour, one.state.words()),
        accept_as,
        changes: own && one.state != interests::State::Expired,
    }))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    request: &Request,
    it: &Proposal,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let school = register::org_name(&app.db, request.org).await?;
    let other = register::org_name(&app.db, it.org).await?;
    let today: Date = app.clock.today();
    let case = desk::case(&app.db, request.id, today).await?.ok_or(PageError::NotFound)?;
    let supporter = case.supporter(it.supporter);
    let candidate = &it.candidate;
    let parts = candidate
        .score
        .parts
        .iter()
        .map(|part| Part {
            name: words::part_name(part.kind),
            points: format!("{:.0} of {:.0}", part.points, part.most),
            why: match supporter {
                Some(supporter) => words::part(part, &case.need, supporter, candidate),
                None => part.sentence.clone(),
            },
        })
        .collect();
    let mut what = SummaryList::new()
        .row("For", request.ask.title.as_str())
        .row("What should be different", request.ask.outcome.as_str())
        .row(
            "Who",
            format!(
                "{}{}",
                it.label,
                supporter.map_or_else(String::new, |s| format!(" ({})", s.role))
            ),
        )
        .row("How much", days_in_words(it.half_days))
        .row(
            "When",
            format!(
                "{} to {}",
                date_in_words(request.ask.earliest),
                date_in_words(request.ask.latest)
            ),
        );
    if let Some(km) = candidate.travel_km {
        what = what.row("Journey", format!("About {} by road", words::miles(km)));
    }
    what = what.row(
        "Cost",
        match (supporter.and_then(|s| s.day_rate_pence), request.ask.budget_pence) {
            (Some(0), _) => "Nothing".to_owned(),
            (Some(rate), _) => {
                format!("{} a day, {} in all", pounds(rate), pounds(rate * it.half_days / 2))
            }
            (None, Some(budget)) => {
                format!("Agreed in the agreement; the school can spend {}", pounds(budget))
            }
            (None, None) => "Agreed in the agreement".to_owned(),
        },
    );
    if !request.ask.give_back.is_empty() {
        what = what.row("Given in return", request.ask.give_back.as_str());
    }
    let mut declarations = Vec::new();
    for one in interests::declarations(&app.db, it.id).await? {
        declarations.extend(shown(app, visitor, request, &one).await?);
    }
    let side = side_of(visitor, request, it).filter(|side| {
        let said = match side {
            Side::Supported => it.supported.0,
            Side::Supporting => it.supporting.0,
        };
        it.state == ProposalState::Proposed && said == Said::Nothing
    });
    let named = visitor.account.is_some() && it.person == visitor.account;
    let own =
        named || visitor.posts.iter().any(|post| post.org == request.org || post.org == it.org);
    let mut kinds =
        Checkboxes::new("kinds", Fieldset::new(Legend::new("Do any of these apply?").small()))
            .hint("Tick none if there is nothing to declare.")
            .values(form.all("kinds").map(str::to_owned).collect::<Vec<_>>())
            .small();
    for &kind in InterestKind::ALL {
        kinds = kinds.item(kind.key(), kind.words());
    }
    let content = Page {
        base: format!("/requests/{}/proposal/{}", request.id, it.id),
        school: school.clone(),
        other: other.clone(),
        message: it.message.clone(),
        tag: Tag::coloured(
            match it.state {
                ProposalState::Agreed => TagColour::Green,
                ProposalState::Proposed => TagColour::Yellow,
                _ => TagColour::Grey,
            },
            it.state.words(),
        ),
        errors: errors.summary(),
        what,
        bar: picture::score_bar(&candidate.score, "score"),
        parts,
        talk: words::talk_first(candidate),
        talked: candidate.talk_first.as_ref().filter(|_| side.is_some()).map(|_| {
            Checkboxes::new("talked", Fieldset::new(Legend::new("About sharing pupils").small()))
                .hint("Near neighbours with places to fill talk about it first. It bars nothing.")
                .item("yes", "We have talked about it, and are content")
                .small()
        }),
        said: vec![
            (school.clone(), said_tag(it.supported.0), said_words(&it.supported.1, it.talked.0)),
            (other, said_tag(it.supporting.0), said_words(&it.supporting.1, it.talked.1)),
        ],
        side,
        answer: Radios::new(
            "answer",
            Fieldset::new(Legend::new("After talking with the other head").medium()),
        )
        .value(form.text("answer"))
        .item("yes", "Yes, let us work together")
        .item("ask", "I have a question for the broker first")
        .item("no", "No, this is not the right match")
        .error_if(errors.get("answer")),
        why: Textarea::new("reason", "Your question, or why not")
            .hint("Only needed for a question or a no. The broker reads it.")
            .rows(3_u32)
            .value(form.text("reason"))
            .error_if(errors.get("reason")),
        declarations,
        may_declare: own
            && matches!(request.state, RequestState::Proposed | RequestState::ChemistryOk),
        kinds,
        detail: Textarea::new("detail", "In a sentence or two")
            .hint("Only your broker reads these words. Both sides see the kind and the outcome.")
            .rows(3_u32)
            .value(form.text("detail"))
            .error_if(errors.get("detail")),
        declare: Button::new("Declare").secondary(),
        overlap: overlap(app, visitor, request).await?,
    };
    let page = frame
        .page(format!("Proposed match: {school} and {}", content.other))
        .crumb("Requests for support", "/requests")
        .visible_to("the heads and chairs of both schools, the person named, and their broker");
    page.checked(errors).show(&content)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((request, proposal)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (request, it) = find(&app, &visitor, &request, &proposal).await?;
    let form = FormData::default();
    page(&app, &visitor, frame, &request, &it, &form, &Errors::default()).await
}

pub(super) async fn respond(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((request, proposal)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (request, it) = find(&app, &visitor, &request, &proposal).await?;
    let side = side_of(&visitor, &request, &it).ok_or_else(|| {
        PageError::Forbidden("The head of each school answers for it.".to_owned())
    })?;
    let permit = authorize(&app, &visitor, Action::Sign, &it.side_resource(&request, side))?;
    let mut errors = form.errors();
    let reply = match form.text("answer") {
        "yes" if form.has("talked", "yes") => Some(Reply::AcceptHavingTalked),
        "yes" => Some(Reply::Accept),
        "no" => Some(Reply::Decline(form.text("reason").to_owned())),
        "ask" => Some(Reply::Ask(form.text("reason").to_owned())),
        _ => {
            errors.add("answer", "Choose an answer");
            None
        }
    };
    if let (Some(reply), true) = (reply, errors.is_empty()) {
        match proposal_acts::respond(&app, &permit, it.id, side, &reply).await {
            Ok(()) => return Ok(redirect(&format!("/requests/{}/proposal/{}", request.id, it.id))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, &request, &it, &form, &errors).await
}

pub(super) async fn declare(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((request, proposal)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (request, it) = find(&app, &visitor, &request, &proposal).await?;
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let org = if visitor.belongs_to(request.org) { request.org } else { it.org };
    let permit = authorize(&app, &visitor, Action::Create, &interests::own(account, org))?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let new = NewDeclaration {
            org,
            kinds: InterestKind::ALL
                .iter()
                .copied()
                .filter(|kind| form.has("kinds", kind.key()))
                .collect(),
            detail: form.text("detail").to_owned(),
        };
        match interests::acts::declare(&app, &permit, it.id, &new).await {
            Ok(_) => return Ok(redirect(&format!("/requests/{}/proposal/{}", request.id, it.id))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, &request, &it, &form, &errors).await
}

/// The author of a declaration says that its facts have changed.
pub(super) async fn changed(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((request, proposal)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (request, it) = find(&app, &visitor, &request, &proposal).await?;
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let id = form.chosen("declaration", "Say which declaration: press the button below it")?;
    let one = interests::declaration(&app.db, id).await?.ok_or(PageError::NotFound)?;
    if one.proposal != it.id || one.person != Some(account) {
        return Err(PageError::NotFound);
    }
    let permit = authorize(&app, &visitor, Action::Update, &interests::own(account, one.org))?;
    interests::acts::changed(&app, &permit, id).await?;
    Ok(redirect(&format!("/requests/{}/proposal/{}", request.id, it.id)))
}

/// A proposal as the asking school's chair meets it: through its declared interests alone.
pub(super) async fn for_chair(
    app: &App,
    request: &str,
    proposal: &str,
) -> Result<(Request, Proposal), PageError> {
    let id = proposal.parse().map_err(|_| PageError::NotFound)?;
    let it = proposals::proposal(&app.db, id).await?.ok_or(PageError::NotFound)?;
    if it.request.to_string() != request {
        return Err(PageError::NotFound);
    }
    let request = requests::request(&app.db, it.request).await?.ok_or(PageError::NotFound)?;
    Ok((request, it))
}

#[derive(Template)]
#[template(path = "safeguards.html")]
struct Safeguards {
    base: String,
    school: String,
    other: String,
    title: String,
    declarations: Vec<Shown>,
}

/// Declared interests and their safeguards, for the chair who accepts them.
pub(super) async fn safeguards_page(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((request, proposal)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (request, it) = for_chair(&app, &request, &proposal).await?;
    let mut declarations = Vec::new();
    for one in interests::declarations(&app.db, it.id).await? {
        authorize(&app, &visitor, Action::Read, &one.outcome_resource(&request))?;
        declarations.extend(shown(&app, &visitor, &request, &one).await?);
    }
    if declarations.is_empty() {
        return Err(PageError::NotFound);
    }
    let content = Safeguards {
        base: format!("/requests/{}/proposal/{}", request.id, it.id),
        school: register::org_name(&app.db, request.org).await?,
        other: register::org_name(&app.db, it.org).await?,
        title: request.ask.title.clone(),
        declarations,
    };
    frame
        .page("Safeguards for declared interests")
        .visible_to("the head and chair of the asking school, and the broker")
        .show(&content)
}

pub(super) async fn safeguards(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((request, proposal)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (request, it) = for_chair(&app, &request, &proposal).await?;
    if !visitor.leads(request.org) && !visitor.chairs(request.org) {
        // Whoever may read them is told whose act it is; the others learn of nothing.
        let declared = interests::declarations(&app.db, it.id).await?;
        let first = declared.first().ok_or(PageError::NotFound)?;
        authorize(&app, &visitor, Action::Read, &first.outcome_resource(&request))?;
        let whose = "The head and the chair of the asking school accept safeguards.";
        return Err(PageError::Forbidden(whose.to_owned()));
    }
    form.clean()?;
    let id = form.chosen("declaration", "Say which safeguards: press the button below them")?;
    let one = interests::declaration(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let capacity: Capacity =
        form.chosen("as", "Say whether you accept as head or as chair: press the button for it")?;
    let theirs = match capacity {
        Capacity::Head => visitor.leads(request.org),
        Capacity::Chair => visitor.chairs(request.org),
    };
    if one.proposal != it.id || !theirs {
        return Err(PageError::NotFound);
    }
    let permit = authorize(&app, &visitor, Action::Sign, &one.outcome_resource(&request))?;
    interests::acts::accept_safeguards(&app, &permit, id, capacity).await?;
    let page = if capacity == Capacity::Chair { "/safeguards" } else { "" };
    Ok(redirect(&format!("/requests/{}/proposal/{}{page}", request.id, it.id)))
}
