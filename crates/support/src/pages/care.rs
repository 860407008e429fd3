//! Risks and concerns of an agreement.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, SummaryList};

use super::{
    Sight,
    parts::{Sheet, begun, choice, framed, go, hidden, kept, line, lines, link, paragraphs, text},
    show::nav,
    sight, sight_of_form, sight_to_act, sight_to_send,
};
use crate::{
    agreements::Standing,
    care::{
        concerns::{self, Act, Concern, ConcernId, SUMMARY, State, step},
        risks::{self, Appetite, Level, NewRisk, Risk, RiskId},
    },
};

const LEVELS: &[(&str, &str, &str)] =
    &[("low", "Low", ""), ("medium", "Medium", ""), ("high", "High", "")];

pub(super) async fn care(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let agreement = &sight.agreement;
    let all = risks::of(&app.db, agreement.id).await?;
    let raised = concerns::of(&app.db, agreement.id).await?;
    let mut sheet = Sheet::new("Risks and concerns");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "care");
    sheet.lede = paragraphs(&sight.say(
        "Every partnership takes a risk on each other. Here both schools say early what could go \
         wrong and what they do about it, and how they talk when something is difficult.",
    ));
    let mut list = SummaryList::new();
    for risk in &all {
        list = list.row(risk.what.as_str(), risk_words(&sight, risk));
    }
    let risks =
        if all.is_empty() { paragraphs("No risk has been noted.") } else { Html::of(&list) };
    let note = if agreement.state().is_over() || risks::must_take_part(&sight.standings).is_err() {
        Html::default()
    } else {
        go(&sight.at("risks/new"), "Note a risk")
    };
    let mut talk = Vec::new();
    for concern in &raised {
        talk.push(concern_words(&app, &sight, concern).await?);
    }
    if raised.is_empty() {
        talk.push(paragraphs("Nobody has raised a concern."));
    }
    if agreement.state().in_force() && sight.takes_part() {
        talk.push(link(&sight.at("concerns/new"), "Raise a concern"));
    }
    // A floor lies under a result, and a trust has none of its own.
    let guard = if sight.is(&[Standing::SupportingHead]) && sight.bodies().have_results() {
        Html::join([
            paragraphs(
                "Your own school comes first: put a floor under a result, and you and your broker \
                 hear when a published one lies beyond it.",
            ),
            link("/home-floors", "Home-school guard"),
        ])
    } else {
        Html::default()
    };
    let sheet = sheet
        .part("Risks", Html::join([risks, note]))
        .part("Concerns", Html::join(talk))
        .part("", guard);
    frame
        .page("Risks and concerns")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

fn risk_words(sight: &Sight, risk: &Risk) -> Html {
    let mut words = format!(
        "Likelihood {}, impact {}. Accepted: {}{}\nWhat is done: {}\nLooked after by: {}",
        risk.likelihood(),
        risk.impact(),
        risk.appetite().words().to_lowercase(),
        if risk.is_beyond_appetite() { ". It is larger than that now." } else { "." },
        risk.mitigation,
        risk.owner
    );
    if risk.is_open() {
        let close = if risks::must_take_part(&sight.standings).is_ok() {
            link(&sight.at(&format!("risks/{}", risk.id)), "Close this risk")
        } else {
            Html::default()
        };
        return Html::join([paragraphs(&words), close]);
    }
    words += &format!("\nClosed: {}", risk.words);
    paragraphs(&words)
}

async fn concern_words(app: &App, sight: &Sight, concern: &Concern) -> Result<Html, PageError> {
    let mut list = SummaryList::new()
        .row("Status", concern.state().in_words())
        .row("Raised by", format!("{}, {}", concern.raised_by, in_words(concern.raised_at.0)));
    if !concern.detail.is_empty() {
        list = list.row("More", paragraphs(&concern.detail));
    }
    for said in concerns::said(&app.db, concern.id).await? {
        let act = said
            .act
            .parse::<Act>()
            .map_or_else(|_| said.act.clone(), |act| act.in_words().to_owned());
        list = list.row(
            act,
            paragraphs(&format!("{}\n{}, {}", said.words, said.by_name, in_words(said.at.0))),
        );
    }
    let more =
        Act::ALL.into_iter().any(|act| step(concern.state(), act, &sight.standings).is_some());
    let more = if more {
        link(&sight.at(&format!("concerns/{}", concern.id)), "Say what came of it")
    } else {
        Html::default()
    };
    Ok(Html::join([
        Html::trusted(format!(
            "<h3 class=\"govuk-heading-s\">{}</h3>",
            text(&concern.summary).as_str()
        )),
        Html::of(&list),
        more,
    ]))
}

fn risk_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "Note a risk", "risks/new", "care", errors);
    page.fields = vec![
        line(form, errors, "what", "What could go wrong?", "Never about a single child"),
        choice(form, errors, "likelihood", "How likely is it?", "", LEVELS),
        choice(form, errors, "impact", "How bad would it be?", "", LEVELS),
        choice(
            form,
            errors,
            "appetite",
            "How much of it do both sides accept?",
            "Trying something new takes a risk that both agreed to take",
            &Appetite::ALL.iter().map(|one| (one.key(), one.words(), "")).collect::<Vec<_>>(),
        ),
        lines(form, errors, "mitigation", "What do you do about it?", "", 3),
        line(form, errors, "owner", "Who looks after it?", "A role is enough"),
    ];
    framed(frame, sight, &page, errors)
}

pub(super) async fn ask_risk(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, risks::must_take_part).await?;
    let form = FormData::from_pairs([("appetite", Appetite::Cautious.key())]);
    risk_form(frame, &sight, &form, &Errors::default())
}

pub(super) async fn note_risk(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, risks::must_take_part).await?;
    let mut errors = form.errors();
    let likelihood = form.parsed::<Level>("likelihood", &mut errors, "Choose how likely it is");
    let impact = form.parsed::<Level>("impact", &mut errors, "Choose how bad it would be");
    let appetite = form.parsed("appetite", &mut errors, "Choose how much of it both sides accept");
    if let (true, Some(likelihood), Some(impact), Some(appetite)) =
        (errors.is_empty(), likelihood, impact, appetite)
    {
        let new = NewRisk {
            what: form.text("what"),
            likelihood,
            impact,
            mitigation: form.text("mitigation"),
            owner: form.text("owner"),
            appetite,
        };
        match risks::note(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("care"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    risk_form(frame, &sight, &form, &errors)
}

async fn close_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    risk: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let id: RiskId = risk.parse().map_err(|_| PageError::NotFound)?;
    let all = risks::of(&app.db, sight.agreement.id).await?;
    let found = all.iter().find(|one| one.id == id && one.is_open()).ok_or(PageError::NotFound)?;
    let here = format!("risks/{id}");
    let mut page = begun(sight, "Close this risk", &here, "care", errors);
    page.lede = paragraphs(&found.what);
    page.fields = vec![lines(form, errors, "words", "What became of it?", "", 3)];
    page.button = "Close it".to_owned();
    framed(frame, sight, &page, errors)
}

pub(super) async fn ask_close(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, risk)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, risks::must_take_part).await?;
    close_form(&app, frame, &sight, &risk, &FormData::default(), &Errors::default()).await
}

pub(super) async fn close_risk(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, risk)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, risks::must_take_part).await?;
    let key: RiskId = risk.parse().map_err(|_| PageError::NotFound)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let words = form.text("words");
        match risks::close(&app, &permit, sight.agreement.id, key, words).await {
            Ok(()) => return Ok(redirect(&sight.at("care"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    close_form(&app, frame, &sight, &risk, &form, &errors).await
}

fn concern_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "Raise a concern", "concerns/new", "care", errors);
    page.lede = paragraphs(&sight.say(
        "Something between the two schools is difficult. Both heads and the broker are told that \
         there is a concern, and read it here. First the two sides talk; then, if it helps, with \
         the broker. A worry about a child never belongs here: tell the designated safeguarding \
         lead at once.",
    ));
    page.fields = vec![
        line(form, errors, "summary", "In a sentence", &format!("At most {SUMMARY} letters")),
        lines(form, errors, "detail", "What else should the other side know?", "May be empty", 5),
    ];
    page.button = "Raise it".to_owned();
    framed(frame, sight, &page, errors)
}

pub(super) async fn ask_concern(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, concerns::must_belong).await?;
    concern_form(frame, &sight, &FormData::default(), &Errors::default())
}

pub(super) async fn raise_concern(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, concerns::must_belong).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let (summary, detail) = (form.text("summary"), form.text("detail"));
        match concerns::raise(&app, &permit, sight.agreement.id, summary, detail).await {
            Ok(_) => return Ok(redirect(&sight.at("care"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    concern_form(frame, &sight, &form, &errors)
}

async fn open_concern(app: &App, sight: &Sight, id: &str) -> Result<Concern, PageError> {
    let id: ConcernId = id.parse().map_err(|_| PageError::NotFound)?;
    let all = concerns::of(&app.db, sight.agreement.id).await?;
    all.into_iter().find(|one| one.id == id).ok_or(PageError::NotFound)
}

fn talk_form(
    frame: Frame,
    sight: &Sight,
    concern: &Concern,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = format!("concerns/{}", concern.id);
    let mut page = begun(sight, "What came of it?", &here, "care", errors);
    page.lede = paragraphs(&format!("{}\nNow: {}", concern.summary, concern.state().in_words()));
    let may: Vec<(&str, &str, &str)> = Act::ALL
        .into_iter()
        .filter(|act| step(concern.state(), *act, &sight.standings).is_some())
        .map(|act| (act.key(), act.in_words(), ""))
        .collect();
    if may.is_empty() {
        let said = if concern.state().is_open() {
            "The two sides and the broker speak about this."
        } else {
            "This has been settled."
        };
        return Err(PageError::Conflict(said.to_owned()));
    }
    page.fields = vec![
        hidden("seen", form.text("seen").parse().unwrap_or(concern.version)),
        choice(form, errors, "act", "What happened?", "", &may),
        lines(form, errors, "words", "In words both sides can read", "", 4),
    ];
    framed(frame, sight, &page, errors)
}

pub(super) async fn ask_talk(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, concern)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let concern = open_concern(&app, &sight, &concern).await?;
    concerns::must_go_on(&concern, &sight.standings)?;
    talk_form(frame, &sight, &concern, &FormData::default(), &Errors::default())
}

pub(super) async fn talk(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, concern)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let concern = open_concern(&app, &sight, &concern).await?;
    concerns::must_go_on(&concern, &sight.standings)?;
    let mut errors = form.errors();
    let act = form.parsed::<Act>("act", &mut errors, "Choose what happened");
    if let (true, Some(act)) = (errors.is_empty(), act) {
        let seen = form.text("seen").parse().unwrap_or(-1);
        let done: Result<State, _> =
            concerns::go_on(&app, &permit, concern.id, seen, act, form.text("words")).await;
        match done {
            Ok(_) => return Ok(redirect(&sight.at("care"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    // Somebody else may have been first: the form carries the newest version from here on.
    let pairs = form.pairs().iter().filter(|(key, _)| key != "seen").cloned();
    let form = FormData::from_pairs(pairs);
    talk_form(frame, &sight, &concern, &form, &errors)
}
