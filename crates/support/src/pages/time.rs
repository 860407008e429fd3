//! Time given and received under an agreement.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Format, Frame, Table, redirect},
};
use govuk::{Html, SummaryList};

use super::{
    Sight,
    parts::{
        Sheet, act_button, begun, choice, cover, day, framed, go, kept, line, link, number,
        paragraphs,
    },
    show::nav,
    sight, sight_of_form, sight_to_act, sight_to_send, whom,
};
use crate::{
    agreements::{
        Side,
        machine::{Work, allows},
        store,
        terms::days,
    },
    money::returns,
    pack::pack,
    time::{self, EntryId, EntryState, NewEntry},
};

async fn time_table(
    app: &App,
    sight: &Sight,
    links: Option<&access::Visitor>,
) -> Result<Table, PageError> {
    let entries = time::of(&app.db, sight.agreement.id).await?;
    let rows = entries
        .iter()
        .map(|entry| {
            let works = links.is_some()
                && allows(sight.agreement.state(), Work::Time)
                && sight.takes_part();
            let me = links.and_then(|visitor| visitor.account).map(|id| format!("account:{id}"));
            let slip = works && me.is_some_and(|me| entry.may_be_undone(&me, app.clock.now()));
            let open = works && entry.state() == EntryState::Planned;
            let state = if entry.state() == EntryState::Cancelled {
                format!("Cancelled: {}", entry.reason_in_words().to_lowercase())
            } else {
                entry.state().in_words().to_owned()
            };
            vec![
                Cell::text(date_in_words(entry.on())),
                Cell::text(entry.person.clone()),
                Cell::text(sight.name(entry.giver)),
                Cell::text(sight.name(entry.receiver)),
                Cell::Number(entry.half_days as f64 / 2.0, 1),
                Cell::text(entry.what.clone()),
                // What belongs to a visit is said on its own page, and follows from there.
                if (slip || open) && !entry.held_by.is_empty() {
                    let held = if entry.held_by == time::hours::sheet(sight.agreement.id) {
                        "the hours"
                    } else {
                        "the visit"
                    };
                    Cell::Link(format!("{state}: see {held}"), entry.held_by.clone())
                } else if slip {
                    Cell::Link(
                        format!("{state}: take this back?"),
                        sight.at(&format!("time/{}", entry.id)),
                    )
                } else if open {
                    Cell::Link(
                        "Planned: did it take place?".to_owned(),
                        sight.at(&format!("time/{}", entry.id)),
                    )
                } else {
                    Cell::text(state)
                },
            ]
        })
        .collect();
    Ok(Table {
        caption: "Time given and received".to_owned(),
        columns: ["Day", "Who", "From", "To", "Days", "What for", "Status"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        notes: vec![
            sight.say("Time is kept in half-days. What one school gives the other receives."),
        ],
    })
}

pub(super) async fn time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let totals = time::totals(&app.db, sight.agreement.id).await?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let table = time_table(&app, &sight, Some(&visitor)).await?;
    let agreed = terms.terms().half_days();
    let money = terms.terms().money.cost(totals.delivered);
    let mut list = SummaryList::new()
        .row("Agreed", days(agreed))
        .row("Delivered", days(totals.delivered))
        .row("Planned", days(totals.planned))
        .row("Cancelled", days(totals.cancelled));
    if let Some(words) = returns::of(&app.db, &sight.agreement).await?.in_words() {
        list = list.row(format!("In return, from {}", sight.school(Side::Supported)), words);
    }
    if terms.terms().money.day_rate > 0 {
        let pounds = crate::agreements::terms::pounds;
        list = list.row(
            "Cost of what was delivered",
            format!(
                "{}: {} {}, {} to the broker",
                pounds(money.total),
                pounds(money.home),
                sight.say("to the supporting school"),
                pounds(money.broker)
            ),
        );
    }
    let mut sheet = Sheet::new("Time");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "time");
    let works = allows(sight.agreement.state(), Work::Time) && sight.takes_part();
    let hours = super::hours::part(&app, &sight, terms.terms(), works).await?;
    let books = sight.agreement.books(&app.db).await?;
    let books = access::decide(&visitor, Action::Read, &books).allowed;
    let here = sight.at("time");
    let sheet = sheet
        .part("", Html::of(&list))
        .part(
            "",
            if table.rows.is_empty() {
                paragraphs("No days have been planned yet.")
            } else {
                Html::join([
                    Html::trusted(table.html()),
                    Html::of(&govuk::extra::Downloads::new(
                        "this table",
                        [
                            ("CSV", format!("{here}.csv")),
                            ("Excel", format!("{here}.xlsx")),
                            ("JSON", format!("{here}.json")),
                        ],
                    )),
                ])
            },
        )
        .part("", if works { go(&sight.at("time/new"), "Plan a day") } else { Html::default() })
        .part("", hours)
        .part(
            "",
            if books {
                link(&sight.at("charges"), "Charges and invoices")
            } else {
                Html::default()
            },
        );
    frame
        .page("Time")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .wide()
        .show(&sheet)
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    format: Format,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    time_table(&app, &sight, None).await?.download(format, "time")
}

pub(super) async fn ask_time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, time::must_take_part).await?;
    sight.agreement.must_allow(Work::Time)?;
    let form = FormData::from_pairs([("from", "supporting"), ("days", "0.5")]);
    time_form(&app, frame, &sight, &form, &Errors::default()).await
}

async fn time_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut page = begun(sight, "Plan a day", "time/new", "time", errors);
    let (supported, supporting) = (sight.school(Side::Supported), sight.school(Side::Supporting));
    let names: Vec<&str> = terms.terms().team.iter().map(|member| member.name.as_str()).collect();
    page.fields = vec![
        choice(
            form,
            errors,
            "from",
            "Who gives the time?",
            "",
            &[("supporting", &supporting, ""), ("supported", &supported, "In return")],
        ),
        line(form, errors, "person", "Who comes?", &format!("The team: {}", names.join(", "))),
        day(form, errors, "on", "Which day?", ""),
        number(form, errors, "days", "How long?", "Half a day is 0.5", "days"),
        line(form, errors, "what", "What for?", ""),
    ];
    page.fields.extend(whom::of_a_day(terms.terms(), form, errors));
    page.lede = cover();
    // Asked only where the day-job guard has spoken and the visitor may decide.
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

pub(super) async fn plan_time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, time::must_take_part).await?;
    let mut errors = form.errors();
    let from = form.parsed::<Side>("from", &mut errors, "Choose who gives the time");
    let person = form.required("person", &mut errors, "Say who comes").to_owned();
    let on = form.date("on", &mut errors, "Enter the day as day, month and year");
    let half_days = form.half_days("days", &mut errors, "Enter days in halves, for example 0.5");
    let beneficiary = whom::read_day(&form, &mut errors);
    if let (true, Some(from), Some(on), Some(half_days)) = (errors.is_empty(), from, on, half_days)
    {
        let terms = store::current(&app.db, &sight.agreement).await?;
        let account = terms
            .terms()
            .team
            .iter()
            .find(|member| member.name == person)
            .and_then(|member| member.account);
        let what = form.text("what").to_owned();
        let new = NewEntry { account, person, from, on, half_days, what, beneficiary };
        let permit = match form.text("reason") {
            "" => permit,
            reason => permit.because(reason),
        };
        match time::plan(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("time"))),
            Err(crate::Refusal::Field { field: "half_days", message }) => {
                errors.add("days", message);
            }
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    time_form(&app, frame, &sight, &form, &errors).await
}

pub(super) async fn ask_settle(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, time::must_take_part).await?;
    sight.agreement.must_allow(Work::Time)?;
    let key: EntryId = entry.parse().map_err(|_| PageError::NotFound)?;
    let entries = time::of(&app.db, sight.agreement.id).await?;
    let found = entries.iter().find(|entry| entry.id == key).ok_or(PageError::NotFound)?;
    if !found.held_by.is_empty() {
        return Ok(redirect(&found.held_by));
    }
    if found.state() == EntryState::Planned {
        let (form, errors) = (FormData::default(), Errors::default());
        return settle_form(&app, frame, &sight, &entry, &form, &errors).await;
    }
    let mut sheet = Sheet::new("Take this back?");
    sheet.caption = sight.title();
    sheet.lede = paragraphs(&format!(
        "{}, {}, {} is marked as {}. If that was a slip, put it back to planned; the record keeps \
         both. This is possible for a day, for the person who said it, while no invoice has gone \
         out.",
        found.person,
        date_in_words(found.on()),
        days(found.half_days),
        found.state().in_words().to_lowercase()
    ));
    let sheet = sheet.part(
        "",
        Html::join([
            act_button(&sight.at(&format!("time/{key}/undo")), "Put it back to planned", false),
            link(&sight.at("time"), "Leave it as it is"),
        ]),
    );
    frame
        .page("Take this back?")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

async fn settle_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    entry: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let id: EntryId = entry.parse().map_err(|_| PageError::NotFound)?;
    let entry = time::of(&app.db, sight.agreement.id)
        .await?
        .into_iter()
        .find(|entry| entry.id == id)
        .ok_or(PageError::NotFound)?;
    let here = format!("time/{id}");
    let mut page = begun(sight, "Did it take place?", &here, "time", errors);
    page.lede = paragraphs(&format!(
        "{}, {}, {}. {}",
        entry.person,
        date_in_words(entry.on()),
        days(entry.half_days),
        entry.what
    ));
    let reasons: Vec<(&str, &str, &str)> =
        pack().cancellations.iter().map(|p| (p.code.as_str(), p.words.as_str(), "")).collect();
    page.fields = vec![
        choice(
            form,
            errors,
            "took",
            "Did it take place?",
            "",
            &[("yes", "Yes", ""), ("no", "No, it was cancelled", "")],
        ),
        choice(form, errors, "reason", "If it was cancelled, why?", "", &reasons),
    ];
    framed(frame, sight, &page, errors)
}

pub(super) async fn undo(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let key: EntryId = entry.parse().map_err(|_| PageError::NotFound)?;
    if !time::of(&app.db, sight.agreement.id).await?.iter().any(|entry| entry.id == key) {
        return Err(PageError::NotFound);
    }
    time::undo(&app, &permit, key).await?;
    Ok(redirect(&sight.at("time")))
}

pub(super) async fn settle_time(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, entry)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, time::must_take_part).await?;
    let key: EntryId = entry.parse().map_err(|_| PageError::NotFound)?;
    let ours = time::of(&app.db, sight.agreement.id).await?.iter().any(|entry| entry.id == key);
    if !ours {
        return Err(PageError::NotFound);
    }
    let mut errors = form.errors();
    let done = match form.text("took") {
        "yes" => time::deliver(&app, &permit, key).await,
        "no" => time::cancel(&app, &permit, key, form.text("reason")).await,
        _ => Err(crate::Refusal::field("took", "Choose whether it took place")),
    };
    match done {
        Ok(()) => Ok(redirect(&sight.at("time"))),
        Err(refusal) => {
            kept(&mut errors, refusal)?;
            settle_form(&app, frame, &sight, &entry, &form, &errors).await
        }
    }
}
