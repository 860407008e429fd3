//! A joint practice cycle: two columns, one for each school.

use access::{Action, Permit, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, DbError, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Tag, TagColour};
use support::{
    Refusal,
    agreements::store,
    pages::{
        Sight,
        parts::{self, FormPage, Sheet, hidden, lines, link, paragraphs, text},
        sight_to_act,
    },
};

use super::permit_to_act;
use crate::{
    cycles::{self, Act, Cycle, CycleId, Part, School, State},
    machine::{Who, may},
};

const VISIBLE: &str = "the leaders of the two schools, the team and their broker";

/// The tag of a cycle's state.
fn tag(state: State) -> Tag {
    let colour = match state {
        State::Question => TagColour::Yellow,
        State::Paired | State::Inquiry | State::Evidence => TagColour::Blue,
        State::Recorded | State::Shared => TagColour::Green,
        State::Closed => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// The cycles of an agreement, with the way to a new one.
pub(super) async fn listed(
    app: &App,
    visitor: &Visitor,
    sight: &Sight,
    works: bool,
) -> Result<Html, PageError> {
    let mut parts = Vec::new();
    for cycle in cycles::of_agreement(&app.db, visitor, sight.agreement.id).await? {
        parts.push(Html::trusted(format!(
            "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/cycles/{}\">{}</a> {}</p>",
            cycle.id,
            text(&cycle.question).as_str(),
            Html::of(&tag(cycle.state())).as_str()
        )));
    }
    if works && sight.agreement.state().in_force() {
        parts.push(link(&sight.at("cycles/new"), "Ask a question both schools can work on"));
    }
    Ok(Html::join(parts))
}

fn ask_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page =
        FormPage::new("Work on a question together", sight.at("cycles/new"), sight.at("visits"));
    page.caption = sight.title();
    page.problems = parts::problems(errors);
    page.lede = paragraphs(
        "Joint practice development is not one school showing another. Both try something, both \
         look at what happens, and both say what changed.",
    );
    page.button = "Ask the other school".to_owned();
    page.fields = vec![lines(
        form,
        errors,
        "question",
        "What do both schools want to find out?",
        "For example: how do we keep the lowest fifth reading daily in Year 3?",
        3,
    )];
    let mut built = frame
        .page("Work on a question together")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(VISIBLE);
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
    ask_form(frame, &sight, &FormData::default(), &Errors::default())
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match cycles::ask(&app, &permit, sight.agreement.id, form.text("question")).await {
            Ok(id) => return Ok(redirect(&format!("/cycles/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    ask_form(frame, &sight, &form, &errors)
}

/// What every page about a cycle begins with.
struct Open {
    cycle: Cycle,
    schools: [School; 2],
    names: [String; 2],
    who: Vec<Who>,
    resource: access::Resource,
}

impl Open {
    fn at(&self, page: &str) -> String {
        format!("/cycles/{}{page}", self.cycle.id)
    }

    fn permit(&self, app: &App, visitor: &Visitor) -> Result<Permit, PageError> {
        permit_to_act(app, visitor, &self.resource)
    }
}

async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Open, PageError> {
    let id: CycleId = id.parse().map_err(|_| PageError::NotFound)?;
    let cycle = cycles::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let team = store::team_accounts(&app.db, cycle.agreement).await?;
    let who = cycle.standings(visitor.account, &visitor.posts, &team);
    let resource = cycle.resource(team);
    access::authorize(app, visitor, Action::Read, &resource)?;
    let schools = cycles::schools(&app.db, &cycle).await?;
    let names = support::names(&app.db, [cycle.one, cycle.other]).await?;
    let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_default();
    let names = [name(cycle.one), name(cycle.other)];
    Ok(Open { cycle, schools, names, who, resource })
}

/// The parts of a school: heading and words.
fn told(part: &Part) -> [(&'static str, &str); 6] {
    [
        ("What we want to learn", &part.goal),
        ("What we try", &part.practice),
        ("What we saw before", &part.before),
        ("What we saw after", &part.after),
        ("What changed", &part.change),
        ("Why nothing changed", &part.no_change),
    ]
}

fn column(open: &Open, at: usize) -> Html {
    let school = &open.schools[at];
    let part = school.part();
    let mut html = format!(
        "<section class=\"as-half\"><h2 class=\"govuk-heading-m\">{}</h2>",
        text(&open.names[at]).as_str()
    );
    for (heading, words) in told(&part) {
        if !words.is_empty() {
            html += &format!(
                "<h3 class=\"govuk-heading-s\">{heading}</h3>{}",
                paragraphs(words).as_str()
            );
        }
    }
    let mine = if at == 0 { Who::OneSchool } else { Who::OtherSchool };
    let state = open.cycle.state();
    if state.is_written() && open.who.contains(&mine) {
        html += link(&open.at("/write"), "Write your school's part").as_str();
    } else if part == Part::default() {
        html += "<p class=\"govuk-body as-missing\">Nothing written yet.</p>";
    }
    Html::trusted(html + "</section>")
}

fn page(
    frame: Frame,
    open: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut sheet = Sheet::new(open.cycle.question.clone());
    sheet.caption = "Joint practice development".to_owned();
    sheet.tag = Html::of(&tag(open.cycle.state()));
    sheet.nav = parts::problems(errors);
    let columns = format!(
        "<div class=\"as-halves\">{}{}</div>",
        column(open, 0).as_str(),
        column(open, 1).as_str()
    );
    let mut sheet = sheet
        .part("", Html::trusted(columns))
        .part("Should it spread?", paragraphs(&open.cycle.spread));
    let mut acts = Vec::new();
    for act in Act::ALL {
        if !may(open.cycle.state(), *act, &open.who) {
            continue;
        }
        let field = match act {
            Act::Share => lines(
                form,
                errors,
                "words",
                "Should it spread?",
                "To whom and how, or why it should stay where it is",
                3,
            ),
            _ => Html::default(),
        };
        let quiet = if *act == Act::Close { " govuk-button--secondary" } else { "" };
        acts.push(Html::trusted(format!(
            "<form method=\"post\" action=\"{}\" novalidate class=\"as-noprint\">{}<button \
             type=\"submit\" name=\"act\" id=\"act-{3}\" value=\"{3}\" \
             class=\"govuk-button{quiet}\" data-module=\"govuk-button\">{}</button></form>",
            open.at(""),
            field.as_str(),
            act.words(),
            act.key()
        )));
    }
    sheet = sheet.part("", Html::join(acts));
    let mut built = frame
        .page("Joint practice development")
        .crumb("Agreements", "/agreements")
        .crumb("Visits", format!("/agreements/{}/visits", open.cycle.agreement))
        .visible_to(VISIBLE)
        .wide();
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let open = open(&app, &visitor, &id).await?;
    page(frame, &open, &FormData::default(), &Errors::default())
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let open = open(&app, &visitor, &id).await?;
    let permit = open.permit(&app, &visitor)?;
    let mut errors = form.errors();
    let act: Act = form
        .text("act")
        .parse()
        .map_err(|_| PageError::Bad("Press one of the buttons.".to_owned()))?;
    if errors.is_empty() {
        match cycles::take(&app, &permit, open.cycle.id, act, form.text("words")).await {
            Ok(_) => return Ok(redirect(&open.at(""))),
            Err(Refusal::Field { field: "act", message }) => {
                errors.add(&format!("act-{}", act.key()), message);
            }
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    page(frame, &open, &form, &errors)
}

/// Which school the writer writes for.
fn mine(open: &Open) -> Result<usize, PageError> {
    let places = [Who::OneSchool, Who::OtherSchool];
    places.iter().position(|who| open.who.contains(who)).ok_or(PageError::NotFound)
}

const FIELDS: [(&str, &str, &str); 6] = [
    ("goal", "What does your school want to learn?", ""),
    ("practice", "What do you try?", "In which classes, by whom"),
    (
        "before",
        "What do you see before?",
        "Numbers where there are some, words where there are none",
    ),
    ("after", "What do you see after?", "The same, looked at the same way"),
    ("change", "What has changed in your school?", "What people now do, and will go on doing"),
    ("no_change", "If nothing changed, why?", "That is worth knowing too"),
];

fn write_form(
    frame: Frame,
    open: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let at = mine(open)?;
    let mut page = FormPage::new("Your school's part", open.at("/write"), open.at(""));
    page.caption = open.names[at].clone();
    page.problems = parts::problems(errors);
    page.lede = paragraphs(&open.cycle.question);
    page.fields = vec![hidden("seen", open.schools[at].version)];
    page.fields
        .extend(FIELDS.iter().map(|(name, label, hint)| lines(form, errors, name, label, hint, 3)));
    let mut built = frame
        .page("Your school's part")
        .crumb("Joint practice development", open.at(""))
        .visible_to(VISIBLE);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask_write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let open = open(&app, &visitor, &id).await?;
    let part = open.schools[mine(&open)?].part();
    let words = told(&part).map(|(_, words)| words);
    let pairs = FIELDS.iter().zip(words).map(|((name, ..), words)| (*name, words));
    write_form(frame, &open, &FormData::from_pairs(pairs), &Errors::default())
}

pub(super) async fn write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let open = open(&app, &visitor, &id).await?;
    let permit = open.permit(&app, &visitor)?;
    let org = open.schools[mine(&open)?].org;
    let mut errors = form.errors();
    let seen = form.text("seen").parse().unwrap_or(0);
    if errors.is_empty() {
        let [goal, practice, before, after, change, no_change] =
            FIELDS.map(|(name, ..)| form.text(name).to_owned());
        let part = Part { goal, practice, before, after, change, no_change };
        match cycles::write(&app, &permit, open.cycle.id, org, &part, seen).await {
            Ok(()) => return Ok(redirect(&open.at(""))),
            Err(Refusal::Db(DbError::Conflict(_))) => errors.add(
                "goal",
                "A colleague wrote this part while you did. What you typed is still here: compare \
                 it with the page of the cycle and save again",
            ),
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    write_form(frame, &open, &form, &errors)
}
