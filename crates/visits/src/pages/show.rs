//! A visit: its brief before the day, its note afterwards.

use access::{Action, SignedIn, Visitor, looks};
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{date_in_words, in_words},
    web::Frame,
};
use govuk::{
    Details, Html, InsetText, SummaryList,
    extra::{Timeline, TimelineEvent},
};
use support::{
    milestones,
    pages::parts::{Sheet, act_button, bullets, go, link, paragraphs, text},
};

use super::{Seen, book::when, list::tag, seen};
use crate::{
    machine::{Who, may},
    visits::{
        Act, Visit,
        checks::{self, Said},
        model, notes,
        steps::{self, Standing},
    },
};

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = seen(&app, &visitor, &id).await?;
    let visit = &seen.visit;
    let note = visit.note_resource(&app.db).await?;
    let reads_note = access::decide(&visitor, Action::Read, &note).allowed;
    let mut sheet = Sheet::new(seen.title());
    sheet.caption = seen.agreement.clone();
    sheet.tag = Html::of(&tag(visit));
    sheet.lede = acts(&seen);
    let mut visible = seen.visible();
    if visit.state().is_told() && reads_note {
        looks::record(&app, &visitor, &note, "note of visit", visit.id).await?;
        visible = seen.note_visible();
        for (heading, html) in told(&app, &seen).await? {
            sheet = sheet.part(heading, html);
        }
    } else if visit.state().is_told() {
        let words = "The note can be read here once the school has checked it.";
        let words = visit.bodies().say(words);
        sheet = sheet.part("", Html::of(&InsetText::new(words.as_str())));
    }
    let sheet = brief(&app, &visitor, &seen, sheet).await?;
    frame
        .page(seen.title())
        .crumb("Visits", "/visits")
        .crumb("Agreement", format!("/agreements/{}/visits", visit.agreement))
        .visible_to(visible)
        .show(&sheet)
}

/// What the reader can do now.
fn acts(seen: &Seen) -> Html {
    let state = seen.visit.state();
    let can = |act| may(state, act, &seen.who);
    let mut parts = Vec::new();
    if can(Act::Confirm) {
        parts.push(act_button(&seen.at("confirm"), "Confirm the day", false));
    }
    if can(Act::Write) {
        parts.push(go(&seen.at("note"), "Write the note"));
    }
    if can(Act::Agree) {
        parts.push(go(&seen.at("check"), "Check the facts"));
    }
    if can(Act::Accept) {
        parts.push(go(&seen.at("answer"), "Answer the correction"));
    }
    if can(Act::Happen) {
        parts.push(act_button(&seen.at("happened"), "It took place", true));
    }
    if can(Act::TakeBack) {
        parts.push(act_button(&seen.at("take-back"), "It did not take place after all", true));
    }
    if state.is_ahead() {
        parts.push(link(&seen.at("visit.ics"), "Put it in your calendar"));
    }
    if seen.who.contains(&Who::Visitor) && !state.is_ahead() {
        let new = format!("/journal/new?visit={}", seen.visit.id);
        parts.push(link(&new, "Write in your own journal about it"));
    }
    if can(Act::Move) {
        parts.push(link(&seen.at("move"), "Move it to another day"));
    }
    if can(Act::Cancel) {
        parts.push(link(&seen.at("cancel"), "Cancel it"));
    }
    Html::join(parts)
}

/// The note, what the school said, what was agreed.
async fn told(app: &App, seen: &Seen) -> Result<Vec<(&'static str, Html)>, PageError> {
    let visit = &seen.visit;
    let Some(note) = notes::of(&app.db, visit.id).await? else {
        let words =
            "The note of this visit is no longer kept. That the visit took place stays on record.";
        return Ok(vec![("", Html::of(&InsetText::new(words)))]);
    };
    let mut parts = Vec::new();
    if let Some(words) = checks::standing(&app.db, visit.id).await? {
        let mut words = words.to_owned();
        if let Some(by) = visit.check_by() {
            words += &format!(" It has until {}.", in_words(by));
        }
        parts.push(("", Html::of(&InsetText::new(words))));
    }
    let remarks = checks::of(&app.db, visit.id).await?;
    let body = note.body();
    for (heading, words) in [
        ("Took part", &body.took_part),
        ("Strengths", &body.strengths),
        ("Seen and done", &body.seen),
        ("Progress against milestones", &body.progress),
        ("A challenge", &body.challenge),
        ("What was seen that makes us say so", &body.evidence),
    ] {
        parts.push((heading, paragraphs(words)));
    }
    parts.push(("Agreed", agreed(app, seen).await?));
    parts.push(("For the next visit", paragraphs(&body.next)));
    if body.raised == "yes" {
        let words = format!("Raised with the safeguarding lead: yes, at {}.", body.raised_at);
        parts.push(("Safeguarding", paragraphs(&words)));
    }
    if !remarks.is_empty() {
        let events = remarks.iter().map(|remark| {
            let at = remark.at.0;
            TimelineEvent::new(
                seen.visit.bodies().say(remark.said().words()),
                in_words(at),
                at.to_string(),
            )
            .by(format!("{}, {}", remark.name, seen.name(remark.org)))
            .content(paragraphs(&remark.words))
            .highlighted(remark.said() == Said::Correction)
        });
        parts.push(("Said about this note", Html::of(&Timeline::new(events))));
    }
    if visit.state().stands() && !seen.who.is_empty() {
        parts.push(("", link(&seen.at("add"), "Add something to this note")));
    }
    let sent = note.sent_at().map(in_words).unwrap_or_default();
    let seal = match note.intact() {
        true => "Its words have not changed since.",
        false => "Its words no longer match their seal: tell the person who runs your Alongside.",
    };
    let words = format!("Written by {}, sent {sent}. {seal}", visit.visitor_name);
    parts.push((
        "",
        Html::trusted(format!("<p class=\"govuk-body-s\">{}</p>", text(words).as_str())),
    ));
    Ok(parts)
}

async fn agreed(app: &App, seen: &Seen) -> Result<Html, PageError> {
    let mut items = String::new();
    for step in steps::of_visit(&app.db, seen.visit.id).await? {
        let told = match step.standing() {
            Standing::Open if !seen.who.is_empty() => format!(
                "<a class=\"govuk-link as-noprint\" href=\"{}\">What became of it?<span \
                 class=\"govuk-visually-hidden\"> {}</span></a>",
                seen.at(&format!("steps/{}", step.id)),
                text(&step.words).as_str()
            ),
            Standing::Open => "To do".to_owned(),
            other => {
                let more = if step.became.is_empty() { "" } else { ": " };
                text(format!("{}{more}{}", other.words(), step.became)).as_str().to_owned()
            }
        };
        items += &format!("<li>{} – {told}</li>", text(&step.words).as_str());
    }
    if items.is_empty() {
        return Ok(Html::default());
    }
    Ok(Html::trusted(format!("<ul class=\"govuk-list govuk-list--bullet\">{items}</ul>")))
}

/// One page for the visitor: who, why, what is to be looked at, what was agreed last time, travel.
async fn brief(
    app: &App,
    visitor: &Visitor,
    seen: &Seen,
    sheet: Sheet,
) -> Result<Sheet, PageError> {
    let visit = &seen.visit;
    let mut list = SummaryList::new()
        .row("When", when(visit.on(), visit.part()))
        .row("Who comes", format!("{}, {}", visit.visitor_name, seen.name(visit.giver)))
        .row("To", seen.name(visit.host))
        .row("What for", visit.purpose.as_str());
    if !visit.meets.is_empty() {
        list = list.row("Whom and what", visit.meets.as_str());
    }
    if visit.online {
        list = list.row("Where", "On a screen");
    } else {
        list = list.row("Journey", journey(app, visit.giver, visit.host).await?);
        if !visit.arrival.is_empty() {
            list = list.row("Arrival", visit.arrival.as_str());
        }
    }
    if !visit.reason.is_empty() {
        let phrases = &support::pack::pack().cancellations;
        let phrase = phrases.iter().find(|phrase| phrase.code == visit.reason);
        list =
            list.row("Why cancelled", phrase.map_or(visit.reason.as_str(), |p| p.words.as_str()));
    }
    let mut looked = Vec::new();
    for milestone in milestones::of(&app.db, visit.agreement).await? {
        let due = date_in_words(milestone.due_on());
        looked.push(format!("{} (by {due})", milestone.title));
    }
    let safe = Details::new(
        "If you are worried about a child or an adult's conduct",
        Html::trusted(super::note::SAFEGUARDING),
    );
    Ok(sheet
        .part("The visit", Html::of(&list))
        .part("Agreed last time", last_time(app, visitor, visit).await?)
        .part("Milestones", bullets(looked))
        .part("", Html::of(&safe)))
}

/// What was agreed at the visits before, and what became of it.
async fn last_time(app: &App, visitor: &Visitor, visit: &Visit) -> Result<Html, PageError> {
    let mut earlier = model::of_agreement(&app.db, visit.agreement).await?;
    earlier.retain(|one| (one.on(), one.id) < (visit.on(), visit.id) && one.state().is_told());
    let Some(last) = earlier.last() else { return Ok(Html::default()) };
    let note = last.note_resource(&app.db).await?;
    if !access::decide(visitor, Action::Read, &note).allowed {
        return Ok(Html::default());
    }
    let steps = steps::of_visit(&app.db, last.id).await?;
    let lines = steps.iter().map(|step| {
        let became =
            if step.became.is_empty() { String::new() } else { format!(", {}", step.became) };
        format!("{} ({}{became})", step.words, step.standing().words().to_lowercase())
    });
    Ok(Html::join([
        bullets(lines),
        link(
            &format!("/visits/{}", last.id),
            &format!("The visit of {}", date_in_words(last.on())),
        ),
    ]))
}

/// How far it is, where both schools' places are known.
async fn journey(app: &App, from: OrgRef, to: OrgRef) -> Result<String, PageError> {
    let (Some(from), Some(to)) = (from.urn(), to.urn()) else { return Ok("Not known".to_owned()) };
    let from = register::school(&app.db, from).await?;
    let Some(to) = register::school(&app.db, to).await? else { return Ok("Not known".to_owned()) };
    let place = |school: &register::School| Some((school.lat?, school.lon?));
    let address = [to.town.as_deref(), to.postcode.as_deref()];
    let mut words = address.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if let (Some(a), Some(b)) = (from.as_ref().and_then(place), place(&to)) {
        let km = brokerage::desk::pool::great_circle_km(a, b);
        let far = brokerage::desk::words::miles(km);
        words += &format!("{}{far} as the crow flies", if words.is_empty() { "" } else { "; " });
    }
    Ok(if words.is_empty() { "Not known".to_owned() } else { words })
}
