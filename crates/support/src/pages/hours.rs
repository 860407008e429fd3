//! Short sessions in hours, and what they come to in the books.

use access::{AccountId, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Html, Select};

use super::{
    Sight,
    parts::{act_button, begun, day, framed, go, kept, line, number, paragraphs},
    sight_of_form, sight_to_act, sight_to_send,
};
use crate::{
    agreements::{Terms, machine::Work, store, terms::days},
    time::{
        self,
        hours::{self, NewSession, Session, SessionId, hours_in_words},
    },
};

/// What the team calls somebody.
fn name_of(terms: &Terms, account: AccountId) -> String {
    let known = terms.team.iter().find(|member| member.account == Some(account));
    known.map_or_else(|| "Somebody who has left the team".to_owned(), |one| one.name.clone())
}

fn table(terms: &Terms, sessions: &[Session]) -> Table {
    Table {
        caption: "Sessions in hours".to_owned(),
        columns: ["Day", "Who", "Hours", "What for", "Status"].map(str::to_owned).to_vec(),
        rows: sessions
            .iter()
            .map(|one| {
                vec![
                    Cell::text(date_in_words(one.on())),
                    Cell::text(name_of(terms, one.account)),
                    Cell::Number(one.hours as f64, 0),
                    Cell::text(one.what.clone()),
                    Cell::text(if one.taken_back { "Taken back" } else { "Took place" }),
                ]
            })
            .collect(),
        notes: vec![format!(
            "{} make a half-day, which then stands in the table above.",
            hours_in_words(brokerage::packs::hours_in_half_day())
        )],
    }
}

/// What everybody's hours come to, a sentence a person.
async fn sums(app: &App, sight: &Sight, terms: &Terms) -> Result<String, PageError> {
    let sums = hours::sums(&app.db, sight.agreement.id).await?;
    let lines: Vec<String> = sums
        .into_iter()
        .map(|(account, sum)| {
            format!(
                "{}: {}, of which {} in the books and {} towards the next half-day.",
                name_of(terms, account),
                hours_in_words(sum.hours),
                days(sum.half_days),
                hours_in_words(sum.left)
            )
        })
        .collect();
    Ok(lines.join("\n"))
}

/// Sessions on the page of time, where there are some or some can be written down.
pub(super) async fn part(
    app: &App,
    sight: &Sight,
    terms: &Terms,
    works: bool,
) -> Result<Html, PageError> {
    let sessions = hours::sessions(&app.db, sight.agreement.id).await?;
    let able = hours::able(&app.db, terms, sight.agreement.supporting, app.clock.today()).await?;
    let mut parts = Vec::new();
    if !sessions.is_empty() {
        parts.push(Html::trusted(table(terms, &sessions).html()));
        parts.push(paragraphs(&sums(app, sight, terms).await?));
    }
    if works && !able.is_empty() {
        parts.push(go(&sight.at("time/hours"), "Log a session in hours"));
    }
    Ok(Html::join(parts))
}

async fn form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    by: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let binding = store::current(&app.db, &sight.agreement).await?;
    let terms = binding.terms();
    let able = hours::able(&app.db, terms, sight.agreement.supporting, app.clock.today()).await?;
    let sessions = hours::sessions(&app.db, sight.agreement.id).await?;
    let mut page = begun(sight, "Log a session in hours", "time/hours", "time", errors);
    let mut lede = vec![paragraphs(&format!(
        "For short sessions, such as a lesson that is modelled. {} make a half-day in the books.\n{}",
        hours_in_words(brokerage::packs::hours_in_half_day()),
        sums(app, sight, terms).await?
    ))];
    for one in hours::may_take_back(&sessions, by, app.clock.now()) {
        let words = format!(
            "Take back: {}, {}, {}",
            name_of(terms, one.account),
            date_in_words(one.on()),
            hours_in_words(one.hours)
        );
        lede.push(act_button(&sight.at(&format!("time/hours/{}/undo", one.id)), &words, true));
    }
    page.lede = Html::join(lede);
    let mut who = Select::new("account", "Who came?")
        .hint("Those of the team whose role is counted in hours")
        .value(form.text("account"))
        .error_if(errors.get("account"))
        .item("", "Choose");
    for (account, name) in able {
        who = who.item(account.to_string(), name);
    }
    page.fields = vec![
        Html::of(&who),
        day(form, errors, "on", "Which day?", ""),
        number(form, errors, "hours", "How long?", "Whole hours", "hours"),
        line(form, errors, "what", "What for?", "For example: phonics modelled in Year 1"),
    ];
    if errors.get("on").is_some_and(|said| said.contains("decide otherwise"))
        || !form.text("reason").is_empty()
    {
        page.fields.push(line(
            form,
            errors,
            "reason",
            "Why all the same?",
            "Only the head who releases them can say so. It stays on record",
        ));
    }
    framed(frame, sight, &page, errors)
}

fn key_of(visitor: &access::Visitor) -> String {
    visitor.account.map(|account| format!("account:{account}")).unwrap_or_default()
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, time::must_take_part).await?;
    sight.agreement.must_allow(Work::Time)?;
    let (begun, errors) = (FormData::default(), Errors::default());
    form(&app, frame, &sight, &key_of(&visitor), &begun, &errors).await
}

pub(super) async fn log(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, time::must_take_part).await?;
    sight.agreement.must_allow(Work::Time)?;
    let mut errors = sent.errors();
    let account = sent.parsed::<AccountId>("account", &mut errors, "Choose who came");
    let on = sent.date("on", &mut errors, "Enter the day as day, month and year");
    let length = sent.parsed::<i64>("hours", &mut errors, "Enter whole hours, for example 2");
    let what = sent.required("what", &mut errors, "Say what the session was for").to_owned();
    if let (true, Some(account), Some(on), Some(length)) = (errors.is_empty(), account, on, length)
    {
        let new = NewSession { account, on, hours: length, what };
        let permit = match sent.text("reason") {
            "" => permit,
            reason => permit.because(reason),
        };
        match hours::log(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("time"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    form(&app, frame, &sight, &key_of(&visitor), &sent, &errors).await
}

pub(super) async fn take_back(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path((id, session)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let session: SessionId = session.parse().map_err(|_| PageError::NotFound)?;
    let known = hours::sessions(&app.db, sight.agreement.id).await?;
    if !known.iter().any(|one| one.id == session) {
        return Err(PageError::NotFound);
    }
    hours::take_back(&app, &permit, sight.agreement.id, session).await?;
    Ok(redirect(&sight.at("time")))
}
