//! The journal's pages: its author's alone.

use access::{Action, Permit, SignedIn, Visitor, policy};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Format, Frame, Table, redirect},
};
use govuk::{Details, Html, Select};
use support::pages::parts::{
    self, FormPage, Sheet, act_button, day, day_pairs, go, lines, link, paragraphs, text,
};

use super::note::SAFEGUARDING;
use crate::{
    VisitId,
    journal::{self, Entry, EntryId},
    visits::Visit,
};

const YOU: &str = "only you: not your head, the broker or an administrator";
const KEPT: &str = "For yourself: what you noticed, what you felt, what you would do differently. The \
                    words are sealed for you. Nobody else reads them, and they are in nobody's \
                    export but your own.";

/// The permit for what belongs to the visitor alone.
fn own(app: &App, visitor: &Visitor) -> Result<Permit, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    access::authorize(app, visitor, Action::Update, &policy::own(account))
}

/// "Learning walk, 12 January 2027", for the visits somebody may write about.
fn named(visits: &[Visit], id: Option<VisitId>) -> Option<String> {
    let visit = visits.iter().find(|visit| Some(visit.id) == id)?;
    Some(format!("{}, {}", visit.kind_name(), date_in_words(visit.on())))
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let entries = journal::of(&app.db, account).await?;
    let visits = journal::about(&app.db, &visitor).await?;
    let items: String = entries
        .iter()
        .map(|entry| {
            let about =
                named(&visits, entry.visit).map_or_else(String::new, |it| format!(": {it}"));
            format!(
                "<li><a class=\"govuk-link\" href=\"/journal/{}\">{}</a>{}</li>",
                entry.id,
                date_in_words(entry.on()),
                text(about).as_str()
            )
        })
        .collect();
    let mut sheet = Sheet::new("Your journal");
    sheet.lede = Html::join([paragraphs(KEPT), go("/journal/new", "Write something down")]);
    if !items.is_empty() {
        let list = format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>");
        let files = [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
            .map(|(words, ending)| (words, format!("/journal.{ending}")));
        sheet = sheet.part("", Html::trusted(list)).part(
            "",
            Html::of(&govuk::extra::Downloads::new("your whole journal, in clear", files)),
        );
    }
    frame.page("Your journal").crumb("Visits", "/visits").visible_to(YOU).show(&sheet)
}

/// Which visit an entry is begun from.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct From {
    visit: Option<String>,
}

fn form_page(
    frame: Frame,
    visits: &[Visit],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("Write in your journal", "/journal/new", "/journal");
    page.problems = parts::problems(errors);
    page.lede = Html::join([
        paragraphs(KEPT),
        Html::of(&Details::new(
            "Worried about a child or an adult's conduct?",
            Html::trusted(SAFEGUARDING),
        )),
    ]);
    let mut about = Select::new("visit", "Is it about a visit?")
        .value(form.text("visit"))
        .error_if(errors.get("visit"))
        .item("", "No, or none of these");
    for visit in visits.iter().rev() {
        let words = named(visits, Some(visit.id)).unwrap_or_default();
        about = about.item(visit.id.to_string(), words);
    }
    page.fields = vec![
        day(form, errors, "on", "Which day?", ""),
        Html::of(&about),
        lines(
            form,
            errors,
            "words",
            "What stays with you?",
            "What surprised you? What did you do because it is your habit? What would you try next \
             time?",
            8,
        ),
    ];
    page.button = "Seal it for yourself".to_owned();
    let mut built =
        frame.page("Write in your journal").crumb("Your journal", "/journal").visible_to(YOU);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let visits = journal::about(&app.db, &visitor).await?;
    let mut pairs = day_pairs("on", Some(app.clock.today()));
    pairs.extend(from.visit.map(|visit| ("visit".to_owned(), visit)));
    form_page(frame, &visits, &FormData::from_pairs(pairs), &Errors::default())
}

pub(super) async fn write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let permit = own(&app, &visitor)?;
    let mut errors = form.errors();
    let on = form.date("on", &mut errors, "Enter the day as day, month and year");
    let visit = form.text("visit").parse().ok();
    if let (true, Some(on)) = (errors.is_empty(), on) {
        match journal::write(&app, &permit, on, visit, form.text("words")).await {
            Ok(id) => return Ok(redirect(&format!("/journal/{id}"))),
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    let visits = journal::about(&app.db, &visitor).await?;
    form_page(frame, &visits, &form, &errors)
}

async fn entry(app: &App, visitor: &Visitor, id: &str) -> Result<Entry, PageError> {
    let id: EntryId = id.parse().map_err(|_| PageError::NotFound)?;
    Ok(journal::find(&app.db, visitor, id).await?)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let entry = entry(&app, &visitor, &id).await?;
    let words = journal::read(&app, &visitor, &entry).await?;
    let visits = journal::about(&app.db, &visitor).await?;
    let mut sheet = Sheet::new(date_in_words(entry.on()));
    sheet.caption = "Your journal".to_owned();
    let mut sheet = sheet.part("", paragraphs(&words));
    if let (Some(visit), Some(words)) = (entry.visit, named(&visits, entry.visit)) {
        sheet = sheet.part("", link(&format!("/visits/{visit}"), &words));
    }
    let erase = format!("/journal/{}/erase", entry.id);
    let sheet = sheet
        .part("", act_button(&erase, "Erase these words for good", true))
        .part("", link("/journal", "Back to your journal"));
    frame
        .page(date_in_words(entry.on()))
        .crumb("Your journal", "/journal")
        .visible_to(YOU)
        .show(&sheet)
}

pub(super) async fn erase(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let entry = entry(&app, &visitor, &id).await?;
    journal::erase(&app, &own(&app, &visitor)?, entry.id).await?;
    Ok(redirect("/journal"))
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    format: Format,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let visits = journal::about(&app.db, &visitor).await?;
    let mut rows = Vec::new();
    for entry in journal::of(&app.db, account).await? {
        rows.push(vec![
            Cell::text(entry.on().to_string()),
            Cell::text(named(&visits, entry.visit).unwrap_or_default()),
            Cell::text(journal::read(&app, &visitor, &entry).await?),
        ]);
    }
    let table = Table {
        caption: "Your journal".to_owned(),
        columns: ["Day", "About", "Words"].map(str::to_owned).to_vec(),
        rows,
        notes: vec![format!("Who can see this: {YOU}.")],
    };
    table.download(format, "journal")
}
