//! One request on the desk: answering it, and the explained candidates.

use access::{Action, SignedIn, Visitor, authorize};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError, Sql,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, DateInput, ErrorSummary, Html, Radios, SummaryList, Tag, Textarea};
use matching::Candidate;

use super::{map, missed, on_desk, overlap, picture, request::facts, settle, state_tag};
use crate::desk::{self, Case, words};
use crate::requests::{
    Answer, ClockState, Request, State as RequestState, acts, days_in_words,
    state::{Act, Who},
};

pub(super) struct Shown {
    pub(super) key: String,
    pub(super) place: usize,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) school: String,
    pub(super) points: String,
    pub(super) bar: Html,
    pub(super) why: Vec<String>,
    pub(super) parts: Vec<(String, String, String)>,
    pub(super) journey: String,
    pub(super) free: String,
    pub(super) talk: Option<String>,
    pub(super) interests: Vec<String>,
    pub(super) listed: bool,
}

struct Out {
    key: String,
    label: String,
    reasons: Vec<String>,
    remedies: Vec<String>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct Page {
    id: String,
    school: String,
    school_href: String,
    title: String,
    tag: Tag,
    late: bool,
    clock: String,
    errors: Option<ErrorSummary>,
    what: SummaryList,
    avoid: Vec<String>,
    findings: Vec<String>,
    to_answer: bool,
    answer: Radios,
    words: Textarea,
    send: Button,
    to_start: bool,
    consent_open: bool,
    review: Option<DateInput>,
    matching: bool,
    forming: Option<&'static str>,
    kept: Vec<Shown>,
    map: Option<charts::Drawing>,
    journeys: String,
    overlap: Vec<String>,
    key: Option<Html>,
    out: Vec<Out>,
    rules: Vec<&'static str>,
    listed: Vec<String>,
    settle: Option<settle::Panel>,
}

/// A candidate as the desk shows it.
pub(super) fn shown(
    case: &Case,
    candidate: &Candidate,
    place: usize,
    listed: &[String],
) -> Option<Shown> {
    let supporter = case.pool.supporters.iter().find(|s| s.model.id == candidate.supporter)?;
    Some(Shown {
        key: candidate.supporter.clone(),
        place,
        name: supporter.name.clone(),
        role: supporter.role.clone(),
        school: supporter.org_name.clone(),
        points: format!("{:.0}", candidate.score.points()),
        bar: picture::score_bar(&candidate.score, &format!("score-{place}")),
        why: words::why(candidate, &case.need, supporter),
        parts: candidate
            .score
            .parts
            .iter()
            .map(|part| {
                (
                    words::part_name(part.kind).to_owned(),
                    format!("{:.0} of {:.0}", part.points, part.most),
                    words::part(part, &case.need, supporter, candidate),
                )
            })
            .collect(),
        journey: candidate
            .travel_km
            .map_or_else(|| "No journey".to_owned(), |km| format!("{} by road", words::miles(km))),
        free: format!("{} free", days_in_words(i64::from(candidate.free_half_days))),
        talk: words::talk_first(candidate),
        interests: candidate.interests.clone(),
        listed: listed.contains(&candidate.supporter),
    })
}

/// The supporters a broker has put on a request's shortlist.
pub(super) async fn listed(app: &App, request: &Request) -> Result<Vec<String>, PageError> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        supporter: String,
    }
    let rows: Vec<Row> = app
        .db
        .all(
            "SELECT supporter FROM request_shortlist WHERE request = $1 ORDER BY supporter",
            [request.id.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.supporter).collect())
}

pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    request: &Request,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let school = register::org_name(&app.db, request.org).await?;
    let now = app.clock.now();
    let (late, clock) = match request.clock_state(now) {
        ClockState::Running(due) => {
            (false, format!("An answer is due by {}.", foundation::clock::in_words(due)))
        }
        ClockState::Late(due) => {
            (true, format!("The answer was due by {}.", foundation::clock::in_words(due)))
        }
        _ => (false, String::new()),
    };
    let mut avoid = Vec::new();
    for &org in &request.ask.avoid {
        avoid.push(register::org_name(&app.db, org).await?);
    }
    if !avoid.is_empty() && !request.ask.avoid_why.is_empty() {
        avoid.push(request.ask.avoid_why.clone());
    }
    let listed = listed(app, request).await?;
    let show = request.state.wants_match()
        || matches!(request.state, RequestState::Submitted | RequestState::Accepted);
    let (mut kept, mut out, mut key) = (Vec::new(), Vec::new(), None);
    let (mut picture_of, mut journeys) = (None, String::new());
    if show {
        let case =
            desk::case(&app.db, request.id, app.clock.today()).await?.ok_or(PageError::NotFound)?;
        let shortlist = case.shortlist()?;
        key = shortlist.kept.first().map(|one| picture::key(&one.score));
        let spots: Vec<map::Spot<'_>> = shortlist
            .kept
            .iter()
            .map(|one| map::Spot { candidate: one, listed: listed.contains(&one.supporter) })
            .collect();
        picture_of = map::draw(&case, &spots);
        journeys = map::table(&case, &spots).html();
        kept = shortlist
            .kept
            .iter()
            .enumerate()
            .filter_map(|(at, one)| shown(&case, one, at + 1, &listed))
            .collect();
        out = shortlist
            .removed
            .iter()
            .map(|one| Out {
                key: one.supporter.clone(),
                label: one.label.clone(),
                reasons: one
                    .reasons
                    .iter()
                    .map(|reason| case.sentence(reason, &one.supporter))
                    .collect(),
                remedies: one.reasons.iter().map(words::remedy).collect(),
            })
            .collect();
    }
    let content = Page {
        id: request.id.to_string(),
        school_href: request
            .org
            .urn()
            .map_or_else(|| "/schools".to_owned(), |urn| format!("/schools/{urn}")),
        school: school.clone(),
        title: request.ask.title.clone(),
        tag: state_tag(request.state),
        late,
        clock,
        errors: errors.summary(),
        what: facts(request),
        avoid,
        findings: needs::audits::findings(&app.db, &request.ask.findings)
            .await?
            .into_iter()
            .map(|one| format!("{} ({})", one.finding.statement, one.area_name))
            .collect(),
        to_answer: request.state.allows(Act::Accept, Who::Broker),
        answer: Radios::new(
            "answer",
            govuk::Fieldset::new(govuk::Legend::new("Your answer").medium()),
        )
        .value(form.text("answer"))
        .item("accept", "Accept it and start matching")
        .item("review", "Accept it; for now, review progress only")
        .item("return", "Ask for more detail")
        .item("decline", "Decline it, with the reason")
        .error_if(errors.get("answer")),
        words: Textarea::new("words", "Your words to the head")
            .hint("What happens next, your question, or the reason.")
            .rows(4_u32)
            .value(form.text("words"))
            .error_if(errors.get("words").or_else(|| errors.get("answer"))),
        send: Button::new("Send the answer"),
        to_start: request.state.allows(Act::Match, Who::Broker),
        consent_open: request.state == RequestState::Accepted && !request.review_consent,
        review: (request.state == RequestState::Accepted && request.review_consent).then(|| {
            let part = |part: &str| form.text(&format!("review_on-{part}")).to_owned();
            let legend = govuk::Legend::new("When do you look at progress together?").small();
            DateInput::new("review_on", legend)
                .date(part("day"), part("month"), part("year"))
                .error_if(errors.get("review_on"))
        }),
        matching: request.state.wants_match(),
        forming: (!access::partnerships::works(&app.db, request.partnership).await?)
            .then_some(crate::proposals::FORMING),
        kept,
        map: picture_of,
        journeys,
        overlap: overlap(app, visitor, request).await?,
        key,
        out,
        rules: words::RULES.iter().map(|rule| words::rule_name(*rule)).collect(),
        listed,
        settle: settle::panel(app, visitor, request).await?,
    };
    let page = frame
        .page(format!("{school}: {}", request.ask.title))
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership; each head sees only their own proposal");
    page.checked(errors).show(&content)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    page(&app, &visitor, frame, &request, &FormData::default(), &Errors::default()).await
}

pub(super) async fn answer(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &request.resource())?;
    let mut errors = form.errors();
    let words = form.text("words").to_owned();
    let answer = match form.text("answer") {
        "accept" => Some(Answer::Accept(words)),
        "review" => Some(Answer::AcceptReview(words)),
        "return" => Some(Answer::Return(words)),
        "decline" => Some(Answer::Decline(words)),
        _ => {
            errors.add("answer", "Choose an answer");
            None
        }
    };
    if let (Some(answer), true) = (answer, errors.is_empty()) {
        match acts::answer(&app, &permit, request.id, &answer).await {
            Ok(()) => {
                if matches!(answer, Answer::Accept(_)) {
                    acts::start_matching(&app, &permit, request.id).await?;
                }
                return Ok(redirect(&format!("/desk/{id}")));
            }
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, &request, &form, &errors).await
}

pub(super) async fn start(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &request.resource())?;
    if form.text("instead") == "review" {
        let mut errors = form.errors();
        let message = "Enter the day, such as 12 3 2027";
        if let Some(on) = form.date("review_on", &mut errors, message) {
            match acts::review_only(&app, &permit, request.id, on).await {
                Ok(()) => return Ok(redirect(&format!("/desk/{id}"))),
                Err(failure) => missed(&mut errors, failure)?,
            }
        }
        return page(&app, &visitor, frame, &request, &form, &errors).await;
    }
    acts::start_matching(&app, &permit, request.id).await?;
    Ok(redirect(&format!("/desk/{id}")))
}

/// Puts somebody on the shortlist or takes them off: the broker's own working note.
pub(super) async fn shortlist(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    form.clean()?;
    let request = on_desk(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &request.resource())?;
    let supporter = form.chosen("supporter", "Say who: press the button beside the name")?;
    desk::shortlisted(&app, &permit, request.id, supporter, form.text("take") != "off").await?;
    Ok(redirect(&format!("/desk/{id}#candidates")))
}
