//! What needs somebody now: for the two halves of the front page.

use access::Visitor;
use foundation::{App, DbError, clock::london};
use jiff::{Span, civil::Date};
use support::home::{Halves, Todo};

use crate::{
    challenges, coaching, commissions,
    machine::{Who, may},
    moderations,
    visits::{
        Visit,
        model::{self, leads},
        state::State,
    },
};

/// What needs a visitor now, in both halves; soonest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn needs_me(app: &App, visitor: &Visitor) -> Result<Halves, DbError> {
    let today = app.clock.today();
    let mut halves = Halves::default();
    for visit in model::concerning(&app.db, visitor).await? {
        let who = model::standings(&visit, visitor.account, &visitor.posts);
        let Some((text, page, due)) = todo(&visit, &who, today) else { continue };
        let names = support::names(&app.db, [visit.host]).await?;
        let school = names.get(&visit.host).cloned().unwrap_or_default();
        let todo = Todo {
            text: text.to_owned(),
            about: format!("{} at {school}", visit.kind_name()),
            href: format!("/visits/{}{page}", visit.id),
            due: Some(due),
            late: due < today,
        };
        let mine = who.contains(&Who::Host);
        if mine { halves.my_school.push(todo) } else { halves.others.push(todo) }
    }
    for post in &visitor.posts {
        for challenge in challenges::open_of(&app.db, post.org).await? {
            let who = challenge.standings(visitor.account, &visitor.posts);
            if challenge.state() == challenges::State::Raised && who.contains(&Who::About) {
                halves.my_school.push(Todo {
                    text: "Reply to a challenge".to_owned(),
                    about: format!("{}: {}", challenge.raised_name, in_short(&challenge.point)),
                    href: format!("/challenges/{}", challenge.id),
                    due: None,
                    late: false,
                });
            }
        }
    }
    judged(app, visitor, &mut halves).await?;
    asked(app, visitor, &mut halves).await?;
    for half in [&mut halves.my_school, &mut halves.others] {
        half.sort_by_key(|todo| todo.due.unwrap_or(Date::MAX));
    }
    Ok(halves)
}

/// The beginning of a text, in whole words, so that one line differs from the next.
fn in_short(text: &str) -> String {
    const MOST: usize = 70;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MOST).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole}\u{2026}")
}

/// What two schools judge together: to judge, or to talk about what both judged.
async fn judged(app: &App, visitor: &Visitor, halves: &mut Halves) -> Result<(), DbError> {
    let Some(account) = visitor.account else { return Ok(()) };
    let mut met = Vec::new();
    for post in &visitor.posts {
        for it in moderations::open_of(&app.db, post.org).await? {
            if met.contains(&it.id) {
                continue;
            }
            met.push(it.id);
            let team = support::agreements::store::team_accounts(&app.db, it.agreement).await?;
            let who = it.standings(Some(account), &visitor.posts, &team);
            if who.is_empty() {
                continue;
            }
            let given = moderations::given(&app.db, &it, Some(account), &who).await?;
            let text = match given.mine {
                Some((_, moderations::Act::Judge)) => "Judge on your own, then compare",
                _ if it.state() == moderations::State::Compared => {
                    "Talk about what you judged differently"
                }
                _ => continue,
            };
            let agreement = support::agreements::store::find(&app.db, it.agreement).await?;
            let mine = agreement.is_some_and(|it| leads(&visitor.posts, it.supported));
            let half = if mine { &mut halves.my_school } else { &mut halves.others };
            half.push(Todo {
                text: text.to_owned(),
                about: in_short(&it.about),
                href: format!("/moderations/{}", it.id),
                due: None,
                late: false,
            });
        }
    }
    Ok(())
}

/// What other people have asked: to talk, to review, to check a review.
async fn asked(app: &App, visitor: &Visitor, halves: &mut Halves) -> Result<(), DbError> {
    let todo = |text: &str, about: &str, href: String| Todo {
        text: text.to_owned(),
        about: about.to_owned(),
        href,
        due: None,
        late: false,
    };
    let Some(account) = visitor.account else { return Ok(()) };
    for pair in coaching::pairs_of(&app.db, account).await? {
        if may(pair.state(), coaching::Act::Accept, &pair.standings(Some(account))) {
            let href = format!("/coaching/{}", pair.id);
            let half = if leads(&visitor.posts, pair.other_org) {
                &mut halves.my_school
            } else {
                &mut halves.others
            };
            half.push(todo("Answer somebody who would like to talk", &pair.one_name, href));
        }
        let own = if account == pair.one { pair.one_org } else { pair.other_org };
        for session in coaching::sessions(&app.db, pair.id).await? {
            if session.step_by.is_some_and(|by| by != account) {
                let half = if leads(&visitor.posts, own) {
                    &mut halves.my_school
                } else {
                    &mut halves.others
                };
                let href = format!("/coaching/sessions/{}", session.id);
                half.push(todo("Say whether a step may be shared", pair.partner_of(account), href));
            }
        }
    }
    for review in commissions::readable(&app.db, visitor).await? {
        let who = review.standings(Some(account), &visitor.posts);
        let href = format!("/commissions/{}", review.id);
        let can = |act| may(review.state(), act, &who);
        if can(commissions::Act::Finish) {
            let words = "Check the facts of a review";
            halves.my_school.push(todo(words, review.kind_name(), href));
        } else if can(commissions::Act::Accept) {
            let words = "Answer a school that asks you to review";
            halves.others.push(todo(words, review.kind_name(), href));
        }
    }
    Ok(())
}

/// What a visit asks of somebody, on which page and by when.
fn todo(visit: &Visit, who: &[Who], today: Date) -> Option<(&'static str, &'static str, Date)> {
    let (visitor, host) = (who.contains(&Who::Visitor), who.contains(&Who::Host));
    let soon = today.saturating_add(Span::new().days(7));
    let check_by = visit.check_by().map_or(visit.on(), london);
    match visit.state() {
        State::Proposed if host => Some(("Confirm a visit", "", visit.on())),
        State::Confirmed if visitor && visit.on() <= today => {
            Some(("Write the note of your visit", "/note", visit.on()))
        }
        State::Confirmed if (visitor || host) && visit.on() <= soon => {
            Some(("Get ready for a visit", "", visit.on()))
        }
        State::Happened | State::Drafted if visitor => {
            let by = visit.on().saturating_add(Span::new().days(2));
            Some(("Send the note of your visit", "/note", by))
        }
        State::Checking if host => Some(("Check the facts of a note", "/check", check_by)),
        State::Corrected if visitor => Some(("Answer a proposed correction", "/answer", today)),
        _ => None,
    }
}
