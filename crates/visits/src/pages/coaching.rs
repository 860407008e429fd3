//! Private conversations: for the two people alone.

use access::{Action, SignedIn, Visitor, looks};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Html, InsetText, Tag, TagColour};
use support::pages::{
    Sight,
    parts::{
        self, FormPage, Sheet, act_button, choice, day, day_pairs, go, lines, link, number,
        paragraphs, text,
    },
    sight_to_act,
};

use super::{note::SAFEGUARDING, permit_to_act};
use crate::{
    coaching::{
        self, Act, Kind, NewSession, Pair, PairId, Session, SessionId, State,
        acts::{acknowledge, answer_share, asked_to_share, erase, share, take},
    },
    machine::may,
    pack::pack,
};

const TWO: &str = "the two of you, and nobody else: not your heads, the broker or an administrator";
const KEPT: &str = "What you write is sealed for the two of you. A year after you end, it is erased; \
                    whoever wrote something down can erase it before. Others who lead the two \
                    schools see that you talked, when and how long.";

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Asked => TagColour::Yellow,
        State::Running => TagColour::Green,
        State::Declined | State::Ended | State::Erased => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

fn partner<'a>(pair: &'a Pair, visitor: &Visitor) -> &'a str {
    visitor.account.map_or("", |account| pair.partner_of(account))
}

fn title(pair: &Pair, visitor: &Visitor) -> String {
    format!("{} with {}", pair.kind().words(), partner(pair, visitor))
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let pairs = coaching::pairs_of(&app.db, account).await?;
    let mut sheet = Sheet::new("Your conversations");
    sheet.lede = paragraphs(KEPT);
    let items: String = pairs
        .iter()
        .map(|pair| {
            format!(
                "<li><a class=\"govuk-link\" href=\"/coaching/{}\">{}</a> {}</li>",
                pair.id,
                text(title(pair, &visitor)).as_str(),
                Html::of(&tag(pair.state())).as_str()
            )
        })
        .collect();
    let sheet = sheet.part(
        "",
        match items.is_empty() {
            true => Html::join([
                paragraphs(
                    "You have none yet. Coaching and mentoring begin within an agreement: open it, \
                     go to its visits and ask somebody to talk.",
                ),
                link("/agreements", "Go to your agreements"),
            ]),
            false => {
                Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"))
            }
        },
    );
    frame.page("Your conversations").crumb("Visits", "/visits").visible_to(TWO).show(&sheet)
}

/// What the leaders of the two schools may know: day, length and kind, and what was shared.
pub(super) async fn known(app: &App, visitor: &Visitor, sight: &Sight) -> Result<Html, PageError> {
    let mut rows = Vec::new();
    for pair in coaching::of_agreement(&app.db, sight.agreement.id).await? {
        if !access::decide(visitor, Action::Read, &pair.known_resource()).allowed {
            continue;
        }
        for session in coaching::sessions(&app.db, pair.id).await? {
            rows.push(vec![
                Cell::text(date_in_words(session.on())),
                Cell::text(format!("{} and {}", pair.one_name, pair.other_name)),
                Cell::text(pair.kind().words()),
                Cell::text(format!("{} minutes", session.minutes)),
                Cell::text(session.shared_step.clone()),
            ]);
        }
    }
    if rows.is_empty() {
        return Ok(Html::default());
    }
    let table = Table {
        caption: "Conversations".to_owned(),
        columns: ["Day", "Who", "Kind", "Length", "Step they shared"].map(str::to_owned).to_vec(),
        rows,
        notes: vec!["What was said stays between the two.".to_owned()],
    };
    Ok(Html::trusted(table.html()))
}

async fn ask_form(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page =
        FormPage::new("Ask somebody to talk", sight.at("coaching/new"), sight.at("visits"));
    page.caption = sight.title();
    page.problems = parts::problems(errors);
    page.lede = paragraphs(KEPT);
    page.button = "Ask".to_owned();
    let people = coaching::people(app, &app.db, sight.agreement.id).await?;
    let people: Vec<(String, String)> = people
        .into_iter()
        .filter(|one| Some(one.account) != visitor.account)
        .map(|one| (one.account.to_string(), format!("{}, {}", one.name, sight.name(one.org))))
        .collect();
    let people: Vec<(&str, &str, &str)> =
        people.iter().map(|(account, words)| (account.as_str(), words.as_str(), "")).collect();
    let kinds: Vec<(&str, &str, &str)> =
        Kind::ALL.iter().map(|kind| (kind.key(), kind.words(), "")).collect();
    page.fields = vec![
        choice(form, errors, "other", "With whom?", "", &people),
        choice(form, errors, "kind", "What kind of conversation?", "", &kinds),
    ];
    let mut built = frame
        .page("Ask somebody to talk")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(TWO);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    // The same door as the form's own: nobody writes what is refused afterwards.
    let (sight, _) = sight_to_act(&app, &visitor, &id).await?;
    let form = FormData::default();
    ask_form(&app, frame, &visitor, &sight, &form, &Errors::default()).await
}

pub(super) async fn send(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let other = form.parsed("other", &mut errors, "Choose with whom");
    let kind = form.parsed::<Kind>("kind", &mut errors, "Choose what kind of conversation");
    if let (true, Some(other), Some(kind)) = (errors.is_empty(), other, kind) {
        match coaching::ask(&app, &permit, sight.agreement.id, other, kind).await {
            Ok(id) => return Ok(redirect(&format!("/coaching/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    ask_form(&app, frame, &visitor, &sight, &form, &errors).await
}

async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Pair, PageError> {
    let id: PairId = id.parse().map_err(|_| PageError::NotFound)?;
    let pair = coaching::pair(&app.db, id).await?.ok_or(PageError::NotFound)?;
    access::authorize(app, visitor, Action::Read, &pair.resource())?;
    looks::record(app, visitor, &pair.resource(), "conversation", pair.id).await?;
    Ok(pair)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let pair = open(&app, &visitor, &id).await?;
    let who = pair.standings(visitor.account);
    let here = format!("/coaching/{}", pair.id);
    let mut sheet = Sheet::new(title(&pair, &visitor));
    sheet.tag = Html::of(&tag(pair.state()));
    sheet.lede = match pair.erase_on() {
        Some(on) if pair.state() == State::Ended => {
            paragraphs(&format!("The words are erased on {}.", date_in_words(on)))
        }
        _ => paragraphs(KEPT),
    };
    let mut acts = Vec::new();
    for act in [Act::Accept, Act::Decline] {
        if may(pair.state(), act, &who) {
            let address = format!("{here}/{}", act.key());
            acts.push(act_button(&address, act.words(), act == Act::Decline));
        }
    }
    if pair.state() == State::Running {
        for template in &pack().templates {
            let words = format!("Write down: {}", template.name);
            acts.push(link(&format!("{here}/log/{}", template.code), &words));
        }
    }
    let items: String = coaching::sessions(&app.db, pair.id)
        .await?
        .iter()
        .map(|session| {
            let template = pack().template(&session.template);
            let name = template.map_or(session.template.as_str(), |one| one.name.as_str());
            let mut more = format!("{name}, {} minutes", session.minutes);
            if session.is_erased() {
                more += ", words erased";
            } else if !session.acknowledged && Some(session.author) != visitor.account {
                more += ", new";
            }
            format!(
                "<li><a class=\"govuk-link\" href=\"/coaching/sessions/{}\">{}</a> ({})</li>",
                session.id,
                date_in_words(session.on()),
                text(more).as_str()
            )
        })
        .collect();
    let mut sheet = sheet.part("", Html::join(acts));
    if !items.is_empty() {
        let list = format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>");
        sheet = sheet.part("Conversations", Html::trusted(list));
    }
    if may(pair.state(), Act::End, &who) {
        sheet = sheet.part("", act_button(&format!("{here}/end"), "End these conversations", true));
    }
    let name = title(&pair, &visitor);
    let page = frame.page(name).crumb("Your conversations", "/coaching").visible_to(TWO);
    page.show(&sheet)
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let pair = open(&app, &visitor, &id).await?;
    let permit = permit_to_act(&app, &visitor, &pair.resource())?;
    let act: Act = act.parse().map_err(|_| PageError::NotFound)?;
    take(&app, &permit, pair.id, act).await?;
    Ok(redirect(&format!("/coaching/{}", pair.id)))
}

fn log_form(
    frame: Frame,
    pair: &Pair,
    template: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let template = pack().template(template).ok_or(PageError::NotFound)?;
    let here = format!("/coaching/{}", pair.id);
    let mut page =
        FormPage::new(&template.name, format!("{here}/log/{}", template.code), here.clone());
    page.problems = parts::problems(errors);
    page.lede = Html::join([
        paragraphs(&template.line),
        Html::of(&govuk::Details::new(
            "Worried about a child or an adult's conduct?",
            Html::trusted(SAFEGUARDING),
        )),
    ]);
    page.fields = vec![
        day(form, errors, "on", "Which day?", ""),
        number(form, errors, "minutes", "How long?", "", "minutes"),
    ];
    page.fields.extend(
        template.parts.iter().map(|part| lines(form, errors, &part.code, &part.words, "", 3)),
    );
    page.button = "Seal it for the two of you".to_owned();
    let mut built =
        frame.page(template.name.clone()).crumb("Your conversations", "/coaching").visible_to(TWO);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask_log(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, template)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let pair = open(&app, &visitor, &id).await?;
    let mut pairs = day_pairs("on", Some(app.clock.today()));
    pairs.push(("minutes".to_owned(), "50".to_owned()));
    log_form(frame, &pair, &template, &FormData::from_pairs(pairs), &Errors::default())
}

pub(super) async fn log(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, template)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let pair = open(&app, &visitor, &id).await?;
    let permit = permit_to_act(&app, &visitor, &pair.resource())?;
    let mut errors = form.errors();
    let on = form.date("on", &mut errors, "Enter the day as day, month and year");
    let minutes = form.parsed("minutes", &mut errors, "Enter how many minutes");
    if let (true, Some(on), Some(minutes)) = (errors.is_empty(), on, minutes) {
        let parts = pack().template(&template).map_or(&[][..], |template| &template.parts);
        let answers =
            parts.iter().map(|part| (part.code.clone(), form.text(&part.code).to_owned()));
        let new =
            NewSession { on, minutes, template: template.clone(), answers: answers.collect() };
        match coaching::log(&app, &permit, pair.id, &new).await {
            Ok(id) => return Ok(redirect(&format!("/coaching/sessions/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    log_form(frame, &pair, &template, &form, &errors)
}

async fn open_session(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(Pair, Session), PageError> {
    let id: SessionId = id.parse().map_err(|_| PageError::NotFound)?;
    let session = coaching::session(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let pair = open(app, visitor, &session.pair.to_string()).await?;
    Ok((pair, session))
}

async fn session_page(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    (pair, session): (&Pair, &Session),
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let here = format!("/coaching/sessions/{}", session.id);
    let mine = Some(session.author) == visitor.account;
    let mut sheet = Sheet::new(date_in_words(session.on()));
    sheet.caption = title(pair, visitor);
    sheet.nav = parts::problems(errors);
    if session.is_erased() {
        sheet.lede = Html::of(&InsetText::new("The words of this conversation have been erased."));
    } else {
        for (question, answer) in coaching::read(app, visitor, session).await? {
            sheet = sheet.part(&question, paragraphs(&answer));
        }
    }
    let asked = asked_to_share(app, visitor, session).await?;
    if !asked.is_empty() {
        let own = session.step_by == visitor.account;
        let who = match own {
            true => format!(
                "You asked {} whether the leaders of both sides may read this:",
                partner(pair, visitor)
            ),
            false => format!(
                "{} would like the leaders of both sides to read this:",
                partner(pair, visitor)
            ),
        };
        let keep = button(&here, "keep", &Html::default(), "Keep it between us");
        sheet = sheet.part("A step to share", paragraphs(&format!("{who}\n\n{asked}")));
        if !own {
            let shown = parts::hidden("shown", &asked);
            sheet = sheet.part("", button(&here, "agree", &shown, "Agree to share it"));
        }
        sheet = sheet.part("", keep);
    } else if session.is_erased() && session.shared_step.is_empty() {
        // Nothing is left that could be shared.
    } else if session.shared_step.is_empty() {
        let field = lines(
            form,
            errors,
            "step",
            "Share one step with the leaders of both sides",
            "Their leaders can read the words you write here, once the other one of you has agreed",
            2,
        );
        sheet = sheet.part("", button(&here, "share", &field, "Ask to share this step"));
    } else {
        let words = format!("{} (written by {})", session.shared_step, session.shared_by);
        sheet = sheet.part("Shared with the leaders of both sides", paragraphs(&words));
    }
    if !mine && !session.acknowledged {
        sheet = sheet.part("", button(&here, "seen", &Html::default(), "I have read it"));
    }
    if mine && !session.is_erased() {
        let words = "Erase these words for good";
        sheet = sheet.part("", button(&here, "erase", &Html::default(), words));
    }
    let sheet = sheet.part("", go(&format!("/coaching/{}", pair.id), "Back to your conversations"));
    let mut built = frame
        .page(date_in_words(session.on()))
        .crumb("Your conversations", "/coaching")
        .visible_to(TWO);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

/// A form of one button, with a field before it where there is one.
fn button(action: &str, act: &str, field: &Html, words: &str) -> Html {
    Html::trusted(format!(
        "<form method=\"post\" action=\"{action}\" novalidate class=\"as-noprint\">{}<button \
         type=\"submit\" name=\"act\" value=\"{act}\" class=\"govuk-button govuk-button--secondary\" \
         data-module=\"govuk-button\">{words}</button></form>",
        field.as_str()
    ))
}

pub(super) async fn session(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (pair, session) = open_session(&app, &visitor, &id).await?;
    let form = (&FormData::default(), &Errors::default());
    session_page(&app, frame, &visitor, (&pair, &session), form).await
}

pub(super) async fn session_act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (pair, session) = open_session(&app, &visitor, &id).await?;
    let permit = permit_to_act(&app, &visitor, &pair.resource())?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let done = match form.text("act") {
            "seen" => acknowledge(&app, &permit, session.id).await,
            "share" => share(&app, &permit, session.id, form.text("step")).await,
            "agree" => {
                let shown = Some(form.text("shown"));
                answer_share(&app, &permit, &visitor, session.id, shown).await
            }
            "keep" => answer_share(&app, &permit, &visitor, session.id, None).await,
            "erase" => erase(&app, &permit, session.id).await,
            _ => return Err(PageError::Bad("Press one of the buttons.".to_owned())),
        };
        match done {
            Ok(()) => return Ok(redirect(&format!("/coaching/sessions/{}", session.id))),
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    session_page(&app, frame, &visitor, (&pair, &session), (&form, &errors)).await
}
