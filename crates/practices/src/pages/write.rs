//! Writing a practice down: a title, an area and a sentence to begin with, the rest in one's time.

use access::{Action, Kind, Resource, SignedIn, Visitor, Zone};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Checkboxes, Html, Select};
use serde::Deserialize;
use support::{
    AgreementId,
    pages::parts::{self, FormPage, choice, hidden, line, lines, paragraphs},
};

use super::{open, permit, schools_of};
use crate::{
    NewPractice, acts,
    practice::{Evidence, EvidenceKind, Practice, PracticeId, Words},
};

const PIECES: usize = 3;
const VISIBLE: &str =
    "those who work at your school, and nobody else until you ask colleagues to check it";

/// What a new practice is begun from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    parent: String,
    agreement: String,
}

/// The words of a form.
fn words(form: &FormData) -> Words {
    let text = |name: &str| form.text(name).to_owned();
    let evidence = (1..=PIECES).filter_map(|n| {
        let words = text(&format!("evidence-{n}-words"));
        let kind = form.text(&format!("evidence-{n}-kind")).parse().ok();
        let kind: EvidenceKind = kind.unwrap_or(EvidenceKind::Own);
        let link = text(&format!("evidence-{n}-link"));
        (!words.is_empty()).then_some(Evidence { kind, words, link })
    });
    Words {
        title: text("title"),
        area: text("area"),
        phases: form.all("phases").map(str::to_owned).collect(),
        problem: text("problem"),
        what: text("what"),
        ingredients: text("ingredients")
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        conditions: text("conditions"),
        takes: text("takes"),
        caveats: text("caveats"),
        evidence: evidence.collect(),
    }
}

/// The words as a form is filled with them.
fn pairs(words: &Words) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = [
        ("title", &words.title),
        ("area", &words.area),
        ("problem", &words.problem),
        ("what", &words.what),
        ("ingredients", &words.ingredients.join("\n")),
        ("conditions", &words.conditions),
        ("takes", &words.takes),
        ("caveats", &words.caveats),
    ]
    .map(|(name, text)| (name.to_owned(), text.clone()))
    .to_vec();
    pairs.extend(words.phases.iter().map(|phase| ("phases".to_owned(), phase.clone())));
    for (n, one) in (1..).zip(&words.evidence) {
        pairs.push((format!("evidence-{n}-kind"), one.kind.key().to_owned()));
        pairs.push((format!("evidence-{n}-words"), one.words.clone()));
        pairs.push((format!("evidence-{n}-link"), one.link.clone()));
    }
    pairs
}

fn fields(form: &FormData, errors: &Errors) -> Vec<Html> {
    let areas = needs::Framework::every_area().fold(
        Select::new("area", "Which area does it belong to?").item("", "Choose an area"),
        |select, (area, words)| select.item(area.code.as_str(), words),
    );
    let mut phases = Checkboxes::new("phases", "For which phases?")
        .hint("Leave all empty where it is for every phase");
    for phase in register::Phase::ALL {
        let mut item = govuk::CheckboxItem::new(phase.key(), phase.in_words());
        item.checked = Some(form.has("phases", phase.key()));
        phases = phases.with(item);
    }
    let mut fields = vec![
        line(form, errors, "title", "Title", "What others would look for, at most 90 characters"),
        Html::of(&areas.value(form.text("area")).error_if(errors.get("area"))),
        lines(form, errors, "what", "What do you do?", "In a sentence to begin with", 4),
        lines(form, errors, "problem", "Which problem does it answer?", "", 3),
        lines(
            form,
            errors,
            "ingredients",
            "Which parts must be kept?",
            "One a line: without them it would be another practice",
            4,
        ),
        Html::of(&phases),
        lines(form, errors, "conditions", "For whom and where has it worked?", "", 3),
        lines(
            form,
            errors,
            "takes",
            "What does it take?",
            "People, time, money, and how long before it shows",
            3,
        ),
        lines(
            form,
            errors,
            "caveats",
            "What is not known, and where did it not work?",
            "Others trust what says its limits",
            3,
        ),
    ];
    let kinds: Vec<(&str, &str, &str)> =
        EvidenceKind::ALL.iter().map(|kind| (kind.key(), kind.words(), "")).collect();
    for n in 1..=PIECES {
        let [kind, said, source] = ["kind", "words", "link"].map(|it| format!("evidence-{n}-{it}"));
        let of = ["Evidence", "More evidence", "More evidence still"][n - 1];
        fields.push(lines(form, errors, &said, &format!("{of}: what do you see?"), "", 2));
        fields.push(choice(form, errors, &kind, &format!("{of}: of which kind?"), "", &kinds));
        let label = format!("{of}: where can it be read? (optional)");
        fields.push(line(form, errors, &source, &label, "A web address"));
    }
    fields
}

async fn new_form(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let orgs = schools_of(visitor);
    if orgs.is_empty() {
        return Err(PageError::NotFound);
    }
    let mut page = FormPage::new("Write down a practice", "/practices/new", "/practices");
    page.problems = parts::problems(errors);
    page.lede = paragraphs(
        "A title, an area and a sentence are enough to begin; the rest can wait. Name no child and \
         no family.",
    );
    page.fields =
        vec![hidden("parent", form.text("parent")), hidden("agreement", form.text("agreement"))];
    if orgs.len() > 1 {
        let names = support::names(&app.db, orgs.iter().copied()).await?;
        let select =
            orgs.iter().fold(Select::new("org", "Which school is it from?"), |select, org| {
                let name = names.get(org).cloned().unwrap_or_default();
                select.item(org.to_string(), name)
            });
        page.fields.push(Html::of(&select.value(form.text("org"))));
    }
    page.fields.extend(fields(form, errors));
    let built = frame.page("Write down a practice").crumb("Practices", "/practices");
    built.visible_to(VISIBLE).checked(errors).show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let mut filled = Vec::new();
    if let Ok(parent) = from.parent.parse::<PracticeId>() {
        let it = open(&app, &visitor, &parent.to_string()).await?;
        filled = pairs(it.draft());
        // The evidence is its own school's; whoever adapts it brings theirs.
        filled.retain(|(name, _)| !name.starts_with("evidence-") && name != "title");
    }
    filled.push(("parent".to_owned(), from.parent));
    filled.push(("agreement".to_owned(), from.agreement));
    new_form(&app, frame, &visitor, &FormData::from_pairs(filled), &Errors::default()).await
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let orgs = schools_of(&visitor);
    let chosen = form.text("org").parse::<OrgRef>().ok().filter(|org| orgs.contains(org));
    let origin = chosen.or_else(|| orgs.first().copied()).ok_or(PageError::NotFound)?;
    let resource = Resource::new(Kind::Practice, Zone::School, origin);
    let permit = access::authorize(&app, &visitor, Action::Create, &resource)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let new = NewPractice {
            origin,
            parent: form.text("parent").parse().ok(),
            agreement: form.text("agreement").parse::<AgreementId>().ok(),
            words: words(&form),
        };
        match acts::begin(&app, &permit, &new).await {
            Ok(id) => return Ok(redirect(&format!("/practices/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    new_form(&app, frame, &visitor, &form, &errors).await
}

fn write_form(
    frame: Frame,
    it: &Practice,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = format!("/practices/{}", it.id);
    let mut page = FormPage::new("Write it down", format!("{here}/write"), here.clone());
    page.caption.clone_from(&it.draft().title);
    page.problems = parts::problems(errors);
    page.fields = vec![hidden("seen", form.text("seen"))];
    page.fields.extend(fields(form, errors));
    let built = frame
        .page("Write it down")
        .crumb("Practices", "/practices")
        .crumb(&it.draft().title, here)
        .visible_to(VISIBLE);
    built.checked(errors).show(&page)
}

/// The working words as a form is filled with them.
fn filled(it: &Practice) -> FormData {
    let mut filled = pairs(it.draft());
    filled.push(("seen".to_owned(), it.version.to_string()));
    FormData::from_pairs(filled)
}

/// The form again, with what is missing before colleagues can check it.
pub(super) fn unfinished(
    frame: Frame,
    it: &Practice,
    errors: &Errors,
) -> Result<Response, PageError> {
    write_form(frame, it, &filled(it), errors)
}

pub(super) async fn ask_write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    access::authorize(&app, &visitor, Action::Read, &it.working())?;
    write_form(frame, &it, &filled(&it), &Errors::default())
}

pub(super) async fn write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let permit = permit(&app, &visitor, &[it.working()])?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let seen = form.text("seen").parse().unwrap_or(0);
        match acts::write(&app, &permit, it.id, &words(&form), seen).await {
            Ok(()) => return Ok(redirect(&format!("/practices/{}", it.id))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    write_form(frame, &it, &form, &errors)
}
