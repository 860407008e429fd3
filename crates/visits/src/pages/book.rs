//! Booking a visit.

use access::{AccountId, SignedIn};
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Html, Select};
use support::{
    Agreement,
    agreements::{Side, machine::Work, store, terms::days},
    pages::{
        Sight, parts,
        parts::{FormPage, choice, day, line, lines},
        sight_to_act, whom,
    },
};

use crate::{
    pack::pack,
    visits::{NewVisit, Part, book as act, capacity::weeks},
};

/// Somebody who may come: account, name and side.
pub(super) struct Comer {
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) side: Side,
}

/// The team, and the heads of both schools.
pub(super) async fn comers(app: &App, agreement: &Agreement) -> Result<Vec<Comer>, PageError> {
    let terms = store::current(&app.db, agreement).await?;
    let mut found: Vec<Comer> = terms
        .terms()
        .team
        .iter()
        .filter_map(|member| {
            let account = member.account?;
            Some(Comer { account, name: member.name.clone(), side: Side::Supporting })
        })
        .collect();
    for side in Side::BOTH {
        let org = agreement.school(side);
        let heads = access::accounts::leaders(&app.db, &app.clock, org).await?;
        for head in heads {
            if found.iter().all(|known| known.account != head.id) {
                found.push(Comer { account: head.id, name: head.name, side });
            }
        }
    }
    Ok(found)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    // The same door as the form's own: nobody writes what is refused afterwards.
    let (sight, _) = sight_to_act(&app, &visitor, &id).await?;
    sight.agreement.must_allow(Work::Time)?;
    let mine = visitor.account.map(|account| account.to_string()).unwrap_or_default();
    let form = FormData::from_pairs([
        ("visitor", mine.as_str()),
        ("part", "morning"),
        ("where", "school"),
    ]);
    page(&app, frame, &sight, &form, &Errors::default()).await
}

async fn page(
    app: &App,
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let comers = comers(app, &sight.agreement).await?;
    let mut page = FormPage::new("Book a visit", sight.at("visits/new"), sight.at("visits"));
    page.caption = sight.title();
    page.problems = parts::problems(errors);
    page.button = "Book this visit".to_owned();
    page.lede = parts::cover();
    let select = |name: &str, label: &str, items: Vec<(String, String)>| {
        let select = items
            .into_iter()
            .fold(Select::new(name, label), |select, (value, words)| select.item(value, words));
        Html::of(&select.value(form.text(name)).error_if(errors.get(name)))
    };
    let kinds = pack().visits.iter().map(|kind| (kind.code.clone(), kind.name.clone())).collect();
    let people = comers
        .iter()
        .map(|comer| {
            let words = format!("{} ({})", comer.name, sight.school(comer.side));
            (comer.account.to_string(), words)
        })
        .collect();
    let part: Vec<(&str, &str, &str)> = Part::ALL
        .iter()
        .map(|part| {
            (part.key(), part.words(), if *part == Part::Day { "Two half-days" } else { "" })
        })
        .collect();
    page.fields = vec![
        select("visitor", "Who comes?", people),
        select("kind", "What kind of visit?", kinds),
        day(form, errors, "on", "Which day?", ""),
        choice(form, errors, "part", "When?", "", &part),
        choice(
            form,
            errors,
            "where",
            "Where?",
            "",
            &[("school", &sight.say("At the school"), ""), ("online", "On a screen", "")],
        ),
        lines(form, errors, "purpose", "What is it for?", "One or two sentences", 3),
        line(form, errors, "meets", "Whom do you meet, and what do you see together?", ""),
        line(
            form,
            errors,
            "reason",
            "If something speaks against the day, why still?",
            "Only the head who releases the person decides this. Usually empty",
        ),
        line(form, errors, "arrival", "Arrival", "Reception, parking, access needs, what to bring"),
    ];
    let terms = store::current(&app.db, &sight.agreement).await?;
    // Before what is usually left empty.
    page.fields.splice(7..7, whom::of_a_day(terms.terms(), form, errors));
    page.beside = free_time(app, &comers).await?;
    let mut built = frame
        .page("Book a visit")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// What each person of the team has free in the next weeks.
async fn free_time(app: &App, comers: &[Comer]) -> Result<Html, PageError> {
    let mut rows = Vec::new();
    let mut columns = vec!["Week of".to_owned()];
    let mut all = Vec::new();
    for comer in comers.iter().take(4) {
        let weeks = weeks(&app.db, comer.account, app.clock.today(), 8).await?;
        if weeks.iter().any(|week| week.pledged.is_some()) {
            columns.push(comer.name.clone());
            all.push(weeks);
        }
    }
    let Some(first) = all.first() else { return Ok(Html::default()) };
    for (at, week) in first.iter().enumerate() {
        let mut row = vec![Cell::text(week.monday.strftime("%-d %b").to_string())];
        row.extend(all.iter().map(|weeks| Cell::text(days(weeks[at].free()))));
        rows.push(row);
    }
    let table = Table {
        caption: "Free for visits".to_owned(),
        columns,
        rows,
        notes: vec!["What was pledged for the week, less what is booked in it.".to_owned()],
    };
    Ok(Html::trusted(table.html()))
}

pub(super) async fn book(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let comers = comers(&app, &sight.agreement).await?;
    let comer = comers.iter().find(|comer| comer.account.to_string() == form.text("visitor"));
    if comer.is_none() {
        errors.add("visitor", "Choose who comes");
    }
    let on = form.date("on", &mut errors, "Enter the day as day, month and year");
    let part = form.parsed::<Part>("part", &mut errors, "Choose when");
    form.required("purpose", &mut errors, "Say what the visit is for");
    let beneficiary = whom::read_day(&form, &mut errors);
    if let (true, Some(comer), Some(on), Some(part)) = (errors.is_empty(), comer, on, part) {
        let new = NewVisit {
            visitor: comer.account,
            visitor_name: comer.name.clone(),
            from: comer.side,
            kind: form.text("kind").to_owned(),
            on,
            part,
            online: form.text("where") == "online",
            purpose: form.text("purpose").to_owned(),
            meets: form.text("meets").to_owned(),
            arrival: form.text("arrival").to_owned(),
            beneficiary,
        };
        let permit = match form.text("reason") {
            "" => permit,
            reason => permit.because(reason),
        };
        match act(&app, &permit, sight.agreement.id, &new).await {
            Ok(id) => return Ok(redirect(&format!("/visits/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    page(&app, frame, &sight, &form, &errors).await
}

/// A day with the part of it, in words.
pub(super) fn when(on: jiff::civil::Date, part: Part) -> String {
    let weekday = on.strftime("%A").to_string();
    format!("{weekday} {}, {}", date_in_words(on), part.words().to_lowercase())
}
