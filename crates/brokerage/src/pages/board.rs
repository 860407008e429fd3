//! The broker's board: every request with its clock, the most urgent first.

use access::{Action, SignedIn, decide};
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{App, PageError, clock::in_words, web::Frame};
use govuk::{Tag, TagColour};

use super::{brokered, state_tag};
use crate::desk::{self, words};
use crate::requests::{ClockState, Request, requests_through};

struct Line {
    href: String,
    school: String,
    title: String,
    tag: Tag,
    clock: Option<Tag>,
    clock_words: String,
    next: &'static str,
}

struct Unmet {
    href: String,
    label: String,
    why: Vec<String>,
}

#[derive(Template)]
#[template(path = "board.html")]
struct Page {
    partnership: String,
    open: Vec<Line>,
    under_way: Vec<Line>,
    closed: Vec<Line>,
    met: usize,
    waiting: usize,
    unmet: Vec<Unmet>,
    proved: bool,
}

/// What the broker does next with a request.
const fn next(request: &Request) -> &'static str {
    use crate::requests::State as S;
    match request.state {
        S::Submitted => "Read it, ring the head, answer",
        S::Accepted | S::ReviewProgressOnly => "Start matching",
        S::Matching | S::Rematch => "Choose and propose",
        S::Proposed => "The heads are talking",
        S::ChemistryOk => "Settle interests and checks",
        S::CoiClear => "Make the agreement",
        S::ReturnedForDetail => "The head adds detail",
        _ => "",
    }
}

fn clock(request: &Request, now: jiff::Timestamp) -> (Option<Tag>, String) {
    match request.clock_state(now) {
        ClockState::NotStarted => (None, String::new()),
        ClockState::Running(due) => {
            (Some(Tag::coloured(TagColour::Yellow, "Running")), format!("by {}", in_words(due)))
        }
        ClockState::Late(due) => {
            (Some(Tag::coloured(TagColour::Red, "Late")), format!("was due {}", in_words(due)))
        }
        ClockState::Kept(at) => {
            (Some(Tag::coloured(TagColour::Green, "Kept")), format!("answered {}", in_words(at)))
        }
        ClockState::Missed(at) => {
            (Some(Tag::coloured(TagColour::Orange, "Missed")), format!("answered {}", in_words(at)))
        }
    }
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let partnership = brokered(&visitor)?;
    let now = app.clock.now();
    let (mut open, mut under_way, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    let mut requests = requests_through(&app.db, partnership, app.clock.today()).await?;
    requests.retain(|one| decide(&visitor, Action::Read, &one.resource()).allowed);
    // Clocks that run come first, the nearest due date on top; the rest in order of arrival.
    requests.sort_by_key(|one| match one.clock_state(now) {
        ClockState::Late(due) | ClockState::Running(due) => (0, due),
        _ => (1, one.created_at),
    });
    for request in &requests {
        use crate::requests::State as S;
        let (tag, words) = clock(request, now);
        let line = Line {
            href: format!("/desk/{}", request.id),
            school: register::org_name(&app.db, request.org).await?,
            title: request.ask.title.clone(),
            tag: state_tag(request.state),
            clock: tag,
            clock_words: words,
            next: next(request),
        };
        match request.state {
            S::Agreement | S::CoiClear => under_way.push(line),
            state if state.is_closed() => closed.push(line),
            _ => open.push(line),
        }
    }
    let standing = desk::standing(&app, partnership, app.clock.today()).await?;
    let (board, plan) = (&standing.board, standing.plan());
    let unmet = plan
        .unmet
        .iter()
        .filter_map(|one| {
            let request = board.request(&one.need)?;
            let mut why: Vec<String> =
                one.sentences.iter().map(|sentence| words::plain(sentence)).collect();
            why.truncate(4);
            Some(Unmet { href: format!("/desk/{}", request.id), label: board.label(request), why })
        })
        .collect();
    let content = Page {
        partnership: register::org_name(&app.db, partnership).await?,
        open,
        under_way,
        closed,
        met: plan.matches.len(),
        waiting: board.requests.len(),
        unmet,
        proved: plan.proved,
    };
    frame
        .page("The matching desk")
        .wide()
        .visible_to("the brokers of this partnership")
        .show(&content)
}
