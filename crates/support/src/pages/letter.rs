//! The letter at the end: what was promised, what came of it, who carries it on and when it is
//! looked at again. For both sides to read, print and file.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{App, PageError, clock::date_in_words, web::Frame};
use govuk::{Html, SummaryList};

use super::{
    Sight,
    parts::{Sheet, bullets, link, paragraphs},
    quick, sight,
};
use crate::{
    agreements::{Side, State, Terms, store, terms::days},
    exits,
    money::returns,
    time,
};

/// The letter; there is none before both sides have confirmed.
pub(super) async fn letter(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    if !ended(sight.agreement.state()) {
        return Err(PageError::NotFound);
    }
    let agreement = &sight.agreement;
    let current = store::current(&app.db, agreement).await?;
    let terms = current.terms();
    let plan = exits::plan_of(&app.db, agreement.id).await?;
    let gains = exits::gains_of(&app.db, agreement.id).await?;
    let mut sheet = Sheet::new(format!("The support is complete: {}", sight.title()));
    sheet.caption = agreement.ended_on().map_or_else(String::new, date_in_words);
    sheet.lede = paragraphs(&format!(
        "To the leaders of {} and {}\nYou have both confirmed that the work is done. Thank you. \
         This letter says what came of it, who carries it on and when you will be asked whether it \
         still holds.",
        sight.school(Side::Supported),
        sight.school(Side::Supporting)
    ));
    let gained =
        if gains.is_empty() {
            paragraphs("Nobody has written anything down.")
        } else {
            bullets(gains.iter().map(|gain| {
                format!("{}, {}: {}", gain.who, sight.school(gain.side()), gain.can_now)
            }))
        };
    let carried = Html::of(
        &SummaryList::new()
            .row("Who owns what", paragraphs(&plan.owners))
            .row("What stays, and how it is looked after", paragraphs(&plan.stays))
            .row("What stops", paragraphs(&plan.stops)),
    );
    let sheet = sheet
        .part("What it was for", promised(&app, &sight, terms).await?)
        .part("What people can do now", gained)
        .part("Who carries it on", carried)
        .part("Does it still hold?", asked(&app, &sight).await?)
        .part("", link(&sight.at("impact"), "What the published results say"));
    frame
        .page("The support is complete")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .crumb("Exit", sight.at("exit"))
        .visible_to(sight.visible())
        .show(&sheet)
}

/// Whether an agreement has come to its planned end.
pub(super) const fn ended(state: State) -> bool {
    matches!(state, State::Completed | State::Sustaining | State::Sustained | State::Lapsed)
}

async fn promised(app: &App, sight: &Sight, terms: &Terms) -> Result<Html, PageError> {
    let id = sight.agreement.id;
    let totals = time::totals(&app.db, id).await?;
    let mut list = SummaryList::new();
    if let Some((start, end)) = terms.start_on.zip(terms.end_on) {
        let dates = format!("{} to {}", date_in_words(start), date_in_words(end));
        list = list.row("From and to", dates);
    }
    if let Some(words) = quick::brought_in(terms) {
        list = list.row("Brought in", words);
    }
    list =
        list.row("How both would know that it worked", bullets(terms.success.iter().cloned())).row(
            "Time",
            format!("{} agreed, {} delivered", days(terms.half_days()), days(totals.delivered)),
        );
    if let Some(words) = returns::of(&app.db, &sight.agreement).await?.in_words() {
        list = list.row(format!("In return, from {}", sight.school(Side::Supported)), words);
    }
    if let Some(taken) = exits::taken_home(&app.db, id).await? {
        let home = format!("{}\n{}", taken.goal, super::taken::words(&taken));
        let words = format!("What {} took home", sight.school(Side::Supporting));
        list = list.row(words, paragraphs(&home));
    }
    Ok(Html::of(&list))
}

async fn asked(app: &App, sight: &Sight) -> Result<Html, PageError> {
    let checks = exits::checks_of(&app.db, sight.agreement.id).await?;
    let list = checks.iter().fold(SummaryList::new(), |list, check| {
        let when = if check.terms == 1 { "After one term" } else { "After three terms" };
        let mut words = format!("By {}", date_in_words(check.due_on()));
        if check.held.is_some() {
            words = format!("{}. {}", check.held_in_words(), check.evidence);
        }
        list.row(when, words)
    });
    let who = sight.say("The head of the supported school is asked");
    Ok(Html::join([
        paragraphs(&format!("{who}: {}.", sight.school(Side::Supported))),
        Html::of(&list),
    ]))
}
