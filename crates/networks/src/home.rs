//! What waits for somebody in this room, and the meetings ahead.

use access::Visitor;
use foundation::{App, DbError};
use jiff::{Span, civil::Date};
use support::home::{Dated, Halves, Todo};

use crate::{
    introductions,
    meetings::{self, Meeting, State},
    network::{self, Network},
};

/// Days before a meeting from which its agenda and the answers are asked for.
const AHEAD: i64 = 14;

/// The networks that concern a visitor, with whether they convene each: those they convene, and
/// those they belong to today.
async fn mine(app: &App, visitor: &Visitor) -> Result<Vec<(Network, bool)>, DbError> {
    let Some(account) = visitor.account else { return Ok(Vec::new()) };
    let mut all: Vec<(Network, bool)> = network::convened_by(&app.db, account)
        .await?
        .into_iter()
        .filter(|of| visitor.partnerships.contains(&of.partnership) || !visitor.posts.is_empty())
        .map(|of| (of, true))
        .collect();
    for member in network::of_person(&app.db, account).await? {
        let Some(of) = network::find(&app.db, member.network).await? else { continue };
        let there = visitor.has_member(of.partnership, member.org)
            && network::works_at(&visitor.posts, member.org);
        if there && of.ended_on().is_none() && all.iter().all(|(known, _)| known.id != of.id) {
            all.push((of, false));
        }
    }
    Ok(all)
}

/// What needs a visitor now.
///
/// # Errors
/// When the database cannot be read.
pub async fn needs_me(app: &App, visitor: &Visitor) -> Result<Halves, DbError> {
    let mut halves = Halves::default();
    let today = app.clock.today();
    let soon = today.saturating_add(Span::new().days(AHEAD));
    for (of, convenes) in mine(app, visitor).await? {
        for it in meetings::of_network(&app.db, of.id).await? {
            if it.state() != State::Planned || it.on() > soon {
                continue;
            }
            let todo = |text: &str, href: String, due: Date| Todo {
                text: text.to_owned(),
                about: format!("{}: {}", of.name, it.title),
                href,
                due: Some(due),
                late: due < today,
            };
            if convenes && it.on() < today {
                let href = format!("{}/hold", it.address());
                halves.others.push(todo("Say who came, and write the notes", href, it.on()));
            } else if convenes && meetings::agenda(&app.db, it.id).await?.is_empty() {
                halves.others.push(todo("Put something on the agenda", it.address(), it.on()));
            } else if !convenes && it.on() >= today {
                let answered = meetings::presence(&app.db, it.id).await?;
                if answered.iter().all(|one| one.account != visitor.account) {
                    halves.others.push(todo("Say whether you come", it.address(), it.on()));
                }
            }
        }
    }
    if let Some(account) = visitor.account {
        for it in introductions::of_person(&app.db, account).await? {
            let open = it.state() == introductions::State::Asked;
            if open && it.seen_by(account).is_some_and(|(own, _)| !own.said) {
                halves.others.push(Todo {
                    text: "Would you like to be introduced?".to_owned(),
                    about: it.matter.clone(),
                    href: format!("/introductions/{}", it.id),
                    due: None,
                    late: false,
                });
            }
        }
    }
    Ok(halves)
}

/// The meetings between two dates that concern a visitor.
///
/// # Errors
/// When the database cannot be read.
pub async fn dated(
    app: &App,
    visitor: &Visitor,
    from: Date,
    to: Date,
) -> Result<Vec<Dated>, DbError> {
    let mut days = Vec::new();
    for (of, _) in mine(app, visitor).await? {
        let ahead =
            |it: &Meeting| it.state() != State::Cancelled && it.on() >= from && it.on() <= to;
        for it in meetings::of_network(&app.db, of.id).await?.into_iter().filter(ahead) {
            days.push(Dated {
                key: format!("network-meeting-{}", it.id),
                on: it.on(),
                what: "Meeting of a network",
                about: format!("{}: {}", of.name, it.title),
                href: it.address(),
                mine: false,
            });
        }
    }
    Ok(days)
}
