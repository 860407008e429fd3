//! Where a school stands: its stage of improvement and the tier of support, both with their
//! reasons and their history.

use access::{Action, Resource, SignedIn, Visitor, authorize, decide as allowed};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{date_in_words, in_words, london},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Button, DateInput, ErrorSummary, Fieldset, Html, Legend, Radios, Textarea,
    extra::{Timeline, TimelineEvent},
};

use super::{blank, leads, missed};
use crate::standing::{self, Decision, NewDecision, Stage, StageLine, Tier, WHO};

/// A school and what may be done about where it stands.
struct Sight {
    urn: u32,
    name: String,
    org: OrgRef,
    resource: Resource,
}

impl Sight {
    fn base(&self) -> String {
        format!("/schools/{}/standing", self.urn)
    }
}

async fn sight(app: &App, visitor: &Visitor, urn: u32) -> Result<Sight, PageError> {
    let school = register::school(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let resource = standing::resource(visitor, school.org(), school.responsible());
    authorize(app, visitor, Action::Read, &resource)?;
    Ok(Sight { urn, org: school.org(), name: school.name, resource })
}

#[derive(Template)]
#[template(path = "standing.html")]
struct Page {
    name: String,
    base: String,
    errors: Option<ErrorSummary>,
    stage: Option<(&'static str, String)>,
    tier: Option<InForce>,
    answer: Option<(String, Html)>,
    record: Option<Html>,
    decide: Option<Html>,
    history: Option<Html>,
}

/// The decision in force, as the page tells it.
struct InForce {
    words: &'static str,
    evidence: String,
    by: String,
    review: Option<String>,
    reply: Option<String>,
}

impl InForce {
    fn new(decision: &Decision, body: &str) -> Self {
        Self {
            words: decision.said.tier.words(),
            evidence: decision.said.evidence.clone(),
            by: format!("Decided by {} for {body}, {}", decision.name, in_words(decision.at)),
            review: decision.said.review_on.map(date_in_words),
            reply: decision.reply.as_ref().map(|reply| {
                let how = if reply.agrees { "sees it the same way" } else { "sees it differently" };
                let words = if reply.words.is_empty() {
                    String::new()
                } else {
                    format!(": {}", reply.words)
                };
                format!("The school {how}{words}")
            }),
        }
    }
}

/// Everything that was recorded, the newest first.
async fn history(
    app: &App,
    stages: &[StageLine],
    decisions: &[Decision],
) -> Result<Option<Html>, PageError> {
    let mut lines = Vec::new();
    for line in stages {
        let body = register::org_name(&app.db, line.body).await?;
        lines.push((
            line.at,
            TimelineEvent::new(line.stage.words(), in_words(line.at), london(line.at).to_string())
                .by(format!("{}, {body}", line.name))
                .content(line.reason.clone()),
        ));
    }
    for one in decisions {
        let body = register::org_name(&app.db, one.body).await?;
        let title = format!("Tier decided. {}", one.said.tier.words());
        lines.push((
            one.at,
            TimelineEvent::new(title, in_words(one.at), london(one.at).to_string())
                .by(format!("{}, {body}", one.name))
                .content(one.said.evidence.clone()),
        ));
        if let Some(reply) = &one.reply {
            let title = if reply.agrees {
                "The school sees it the same way"
            } else {
                "The school sees it differently"
            };
            lines.push((
                reply.at,
                TimelineEvent::new(title, in_words(reply.at), london(reply.at).to_string())
                    .by(reply.name.clone())
                    .content(reply.words.clone()),
            ));
        }
    }
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let events: Vec<TimelineEvent> = lines.into_iter().map(|(_, event)| event).collect();
    Ok((!events.is_empty()).then(|| Html::of(&Timeline::new(events))))
}

fn record_form(form: &FormData, errors: &Errors) -> Html {
    let legend = Legend::new("Which stage is it at now?").small();
    let mut stage = Radios::new("stage", Fieldset::new(legend))
        .value(form.text("stage"))
        .error_if(errors.get("stage"));
    for one in Stage::ALL {
        stage = stage.item(one.key(), one.words());
    }
    let reason = Textarea::new("reason", "What has changed?")
        .hint("In a sentence or two, so that whoever comes later understands.")
        .rows(3_u32)
        .value(form.text("reason"))
        .error_if(errors.get("reason"));
    let parts: [Html; 3] = [
        stage.into(),
        reason.into(),
        Button::new("Record the stage").prevent_double_click(true).into(),
    ];
    Html::join(parts)
}

fn decide_form(form: &FormData, errors: &Errors) -> Html {
    let legend = Legend::new("How much support?").small();
    let mut tier = Radios::new("tier", Fieldset::new(legend))
        .value(form.text("tier"))
        .error_if(errors.get("tier"));
    for one in Tier::ALL {
        tier = tier.item(one.key(), one.words());
    }
    let evidence = Textarea::new("evidence", "On what evidence?")
        .hint("What was seen, by whom and when. The school reads this. Name no pupil.")
        .rows(5_u32)
        .value(form.text("evidence"))
        .error_if(errors.get("evidence"));
    let review = DateInput::new("review", Legend::new("When is it looked at again?").small())
        .hint("Within a year. Support that every school may have needs no date.")
        .date(form.text("review-day"), form.text("review-month"), form.text("review-year"))
        .error_if(errors.get("review"));
    let parts: [Html; 4] = [
        tier.into(),
        evidence.into(),
        review.into(),
        Button::new("Record the decision").prevent_double_click(true).into(),
    ];
    Html::join(parts)
}

fn answer_form(form: &FormData, errors: &Errors) -> Html {
    let legend = Legend::new("How do you see it?").small();
    let agrees = Radios::new("agrees", Fieldset::new(legend))
        .value(form.text("agrees"))
        .error_if(errors.get("agrees"))
        .item("yes", "The same way")
        .item("no", "Differently");
    let words = Textarea::new("words", "In your words")
        .hint("Whoever decided reads this, and everybody who reads the decision.")
        .rows(3_u32)
        .value(form.text("words"))
        .error_if(errors.get("words"));
    let parts: [Html; 3] = [
        agrees.into(),
        words.into(),
        Button::new("Send the answer").prevent_double_click(true).into(),
    ];
    Html::join(parts)
}

/// Which form of the page was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    Stage,
    Tier,
    Answer,
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    sight: Sight,
    (sent, form, errors): (Sent, &FormData, &Errors),
) -> Result<Response, PageError> {
    let stages = standing::stages(&app.db, sight.org).await?;
    let decisions = standing::decisions(&app.db, sight.org).await?;
    let head = leads(visitor, sight.org);
    let proposes = allowed(visitor, Action::Propose, &sight.resource).allowed;
    let none = (blank(), Errors::default());
    let typed = |kind: Sent| if sent == kind { (form, errors) } else { (&none.0, &none.1) };
    let newest = decisions.first();
    let tier = match newest {
        Some(one) => Some(InForce::new(one, &register::org_name(&app.db, one.body).await?)),
        None => None,
    };
    let open = newest.filter(|one| head && one.reply.is_none());
    let content = Page {
        base: sight.base(),
        errors: errors.summary(),
        stage: stages
            .first()
            .map(|line| (line.stage.words(), format!("{}, {}", line.name, in_words(line.at)))),
        tier,
        answer: open.map(|one| {
            let (form, errors) = typed(Sent::Answer);
            (one.id.to_string(), answer_form(form, errors))
        }),
        record: proposes.then(|| {
            let (form, errors) = typed(Sent::Stage);
            record_form(form, errors)
        }),
        decide: (proposes && !head).then(|| {
            let (form, errors) = typed(Sent::Tier);
            decide_form(form, errors)
        }),
        history: history(app, &stages, &decisions).await?,
        name: sight.name.clone(),
    };
    frame
        .page(format!("Where {} stands", sight.name))
        .crumb("Schools", "/schools")
        .crumb(&sight.name, format!("/schools/{}", sight.urn))
        .visible_to(WHO)
        .checked(errors)
        .show(&content)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(urn): Path<u32>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, urn).await?;
    page(&app, &visitor, frame, sight, (Sent::Nothing, &blank(), &Errors::default())).await
}

pub(super) async fn record(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(urn): Path<u32>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, urn).await?;
    let permit = authorize(&app, &visitor, Action::Propose, &sight.resource)?;
    let mut errors = form.errors();
    let stage: Option<Stage> = form.text("stage").parse().ok();
    let Some(stage) = stage else {
        errors.add("stage", "Choose the stage");
        return page(&app, &visitor, frame, sight, (Sent::Stage, &form, &errors)).await;
    };
    if errors.is_empty() {
        match standing::record(&app, &permit, sight.org, stage, form.text("reason")).await {
            Ok(()) => return Ok(redirect(&sight.base())),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, sight, (Sent::Stage, &form, &errors)).await
}

pub(super) async fn decide(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(urn): Path<u32>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, urn).await?;
    let permit = authorize(&app, &visitor, Action::Propose, &sight.resource)?;
    if leads(&visitor, sight.org) {
        return Err(PageError::Forbidden(
            "Somebody outside the school decides on its tier; the school answers.".to_owned(),
        ));
    }
    let mut errors = form.errors();
    let typed =
        ["review-day", "review-month", "review-year"].iter().any(|it| !form.text(it).is_empty());
    let review_on = if typed {
        form.date("review", &mut errors, "Enter a date such as 26 3 2027")
    } else {
        None
    };
    let Ok(tier) = form.text("tier").parse() else {
        errors.add("tier", "Choose the tier");
        return page(&app, &visitor, frame, sight, (Sent::Tier, &form, &errors)).await;
    };
    if errors.is_empty() {
        let new = NewDecision { tier, evidence: form.text("evidence").to_owned(), review_on };
        match standing::decide(&app, &permit, sight.org, &new).await {
            Ok(_) => return Ok(redirect(&sight.base())),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, sight, (Sent::Tier, &form, &errors)).await
}

pub(super) async fn answer(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(urn): Path<u32>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, urn).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &sight.resource)?;
    let mut errors = form.errors();
    let agrees = match form.text("agrees") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            errors.add("agrees", "Say whether you see it the same way");
            None
        }
    };
    let decision = form.text("decision").parse().ok();
    if decision.is_none() {
        errors.add("words", "Say which decision you answer: open this page again and answer there");
    }
    if let (Some(agrees), Some(id), true) = (agrees, decision, errors.is_empty()) {
        let words = form.text("words");
        match standing::reply(&app, &permit, sight.org, id, agrees, words).await {
            Ok(()) => return Ok(redirect(&sight.base())),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, sight, (Sent::Answer, &form, &errors)).await
}
