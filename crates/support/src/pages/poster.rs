//! One sheet for the staff rooms of both sides: what is done together, until when, who leads it and
//! what comes next. It judges nobody, shows no figure and names nobody but those who lead.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{App, PageError, clock::date_in_words, web::Frame};
use govuk::{Html, SummaryList};
use jiff::civil::Date;

use super::{
    Sight,
    parts::{Sheet, bullets, link, paragraphs},
    sight,
};
use crate::{
    agreements::{Side, Terms, store},
    milestones,
};

/// How many coming days the sheet has room for.
const NEXT: usize = 6;

/// The sheet; there is none before support begins and after it has ended.
pub(super) async fn poster(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    if !sight.agreement.state().in_force() {
        return Err(PageError::NotFound);
    }
    let current = store::current(&app.db, &sight.agreement).await?;
    let terms = current.terms();
    let goals = milestones::of(&app.db, sight.agreement.id).await?;
    let goals = goals.into_iter().map(|one| (one.due_on(), one.title)).collect();
    let mut sheet = Sheet::new(format!("What we do together: {}", sight.title()));
    sheet.caption = sight.pairing();
    sheet.lede = paragraphs(&format!(
        "{} and {} work on this together. Both learn from it.",
        sight.school(Side::Supported),
        sight.school(Side::Supporting)
    ));
    let sheet = sheet
        .part("", facts(&sight, terms))
        .part("How we will know that it worked", bullets(terms.success.iter().cloned()))
        .part(
            format!("What {} wants to learn from it", sight.school(Side::Supporting)).as_str(),
            paragraphs(terms.goal_in_words()),
        )
        .part("What comes next", next(terms, goals, app.clock.today()))
        .part("What stays between us", paragraphs(&terms.confidentiality))
        .part("", link(&sight.at(""), "The agreement"));
    frame
        .page("For the staff room")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(format!("{}; hung up, whoever passes it", sight.visible()))
        .show(&sheet)
}

fn facts(sight: &Sight, terms: &Terms) -> Html {
    let mut list = SummaryList::new();
    if let (Some(start), Some(end)) = (terms.start_on, terms.end_on) {
        list = list.row("When", format!("{} to {}", date_in_words(start), date_in_words(end)));
    }
    let leads: Vec<&str> =
        terms.team.iter().filter(|one| one.lead).map(|one| one.name.as_str()).collect();
    if !leads.is_empty() {
        let from = sight.school(Side::Supporting);
        list = list.row("Who leads it", format!("{}, {from}", leads.join(", ")));
    }
    Html::of(&list.row("Questions", sight.say("Ask the head of your own school")))
}

/// The coming reviews and steps by day: what is planned, never how it stands.
fn next(terms: &Terms, goals: Vec<(Date, String)>, today: Date) -> Html {
    let mut days: Vec<(Date, String)> = goals;
    days.extend(terms.reviews.iter().map(|on| (*on, "We look at it together".to_owned())));
    days.extend(terms.end_on.map(|on| (on, "The last day".to_owned())));
    days.retain(|(on, _)| *on >= today);
    days.sort();
    if days.is_empty() {
        return paragraphs("Nothing more is planned.");
    }
    bullets(days.into_iter().take(NEXT).map(|(on, what)| format!("{}: {what}", date_in_words(on))))
}
