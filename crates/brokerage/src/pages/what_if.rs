//! What if: pin a match, rule one out, find a day more, and see what it does to everybody.

use access::SignedIn;
use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{FormData, Frame},
};
use govuk::{Button, Input, Select};

use super::brokered;
use crate::desk::{self, WhatIf, words};
use crate::requests::{RequestId, days_in_words};

struct Met {
    label: String,
    who: String,
    points: String,
    next: String,
}

#[derive(Template)]
#[template(path = "what_if.html")]
struct Page {
    request: Select,
    supporter: Select,
    forbid_request: Select,
    forbid_supporter: Select,
    extra_supporter: Select,
    extra_days: Input,
    go: Button,
    tried: Vec<String>,
    kept: Vec<(String, String)>,
    changes: Vec<(String, String, String)>,
    refused: Option<String>,
    met: Vec<Met>,
    unmet: Vec<(String, Vec<String>)>,
    proved: bool,
}

fn pair(text: &str) -> Option<(RequestId, String)> {
    let (request, supporter) = text.split_once('~')?;
    Some((request.parse().ok()?, supporter.to_owned()))
}

/// Reads what is tried out: earlier trials come as `pin`, `forbid` and `extra`, a new one from the
/// form's own fields.
fn trial(form: &FormData) -> (WhatIf, Vec<(String, String)>) {
    let mut trial = WhatIf::default();
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut take = |name: &str, value: String| {
        let new = !kept.iter().any(|(n, v)| n == name && *v == value);
        let read = match name {
            "pin" => pair(&value).map(|it| trial.pins.push(it)),
            "forbid" => pair(&value).map(|it| trial.forbids.push(it)),
            _ => value.split_once('~').and_then(|(key, n)| {
                let n = n.parse().ok().filter(|n| (1..=20).contains(n))?;
                trial.extra.push((key.to_owned(), n));
                Some(())
            }),
        };
        if new && read.is_some() {
            kept.push((name.to_owned(), value));
        }
    };
    for name in ["pin", "forbid", "extra"] {
        for value in form.all(name) {
            take(name, value.to_owned());
        }
    }
    for (name, request, supporter) in
        [("pin", "pin-request", "pin-supporter"), ("forbid", "forbid-request", "forbid-supporter")]
    {
        if !form.text(request).is_empty() && !form.text(supporter).is_empty() {
            take(name, format!("{}~{}", form.text(request), form.text(supporter)));
        }
    }
    let days = form.text("extra-days").parse::<f64>().unwrap_or(0.0) * 2.0;
    if !form.text("extra-supporter").is_empty() && (1.0..=20.0).contains(&days) {
        take("extra", format!("{}~{days:.0}", form.text("extra-supporter")));
    }
    (trial, kept)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let partnership = brokered(&visitor)?;
    let form = FormData::decode(query.unwrap_or_default().as_bytes());
    let standing = desk::standing(&app, partnership, app.clock.today()).await?;
    let (board, now) = (&standing.board, standing.plan());
    let (trial, kept) = trial(&form);
    let (plan, refused) = if trial.is_empty() {
        (now.clone(), None)
    } else {
        match standing.what_if(trial.clone()).await {
            Ok(plan) => (plan, None),
            Err(failure) => (now.clone(), Some(words::plain(&failure.to_string(), &board.pool))),
        }
    };
    let label = |id: &str| {
        board
            .requests
            .iter()
            .find(|one| one.id.to_string() == id)
            .map_or_else(|| id.to_owned(), |one| board.label(one))
    };
    let who = |key: &str| {
        board
            .pool
            .supporters
            .iter()
            .find(|one| one.model.id == key)
            .map_or_else(|| key.to_owned(), |one| one.label.clone())
    };
    let mut tried = Vec::new();
    for (id, key) in &trial.pins {
        tried.push(format!("{} is matched with {}", label(&id.to_string()), who(key)));
    }
    for (id, key) in &trial.forbids {
        tried.push(format!("{} is not matched with {}", label(&id.to_string()), who(key)));
    }
    for (key, half_days) in &trial.extra {
        tried.push(format!("{} has {} more", who(key), days_in_words(i64::from(*half_days))));
    }
    let requests = |name: &str, words: &str| {
        let mut select = Select::new(name, words).item("", "Choose a request");
        for one in &board.requests {
            select = select.item(one.id.to_string(), board.label(one));
        }
        select
    };
    let supporters = |name: &str, words: &str| {
        let mut select = Select::new(name, words).item("", "Choose a supporter");
        for one in &board.pool.supporters {
            select = select.item(one.model.id.as_str(), one.label.as_str());
        }
        select
    };
    let nobody = || "nobody".to_owned();
    let content = Page {
        request: requests("pin-request", "Request"),
        supporter: supporters("pin-supporter", "Supporter"),
        forbid_request: requests("forbid-request", "Request"),
        forbid_supporter: supporters("forbid-supporter", "Supporter"),
        extra_supporter: supporters("extra-supporter", "Supporter"),
        extra_days: Input::new("extra-days", "Days more").width(3).inputmode("decimal"),
        go: Button::new("See what it does"),
        tried,
        kept,
        changes: board
            .changes(now, &plan)
            .into_iter()
            .map(|one| {
                (one.label, one.before.unwrap_or_else(nobody), one.after.unwrap_or_else(nobody))
            })
            .collect(),
        refused,
        met: plan
            .matches
            .iter()
            .map(|one| Met {
                label: label(&one.need),
                who: one
                    .shares
                    .iter()
                    .map(|s| format!("{}, {}", s.label, days_in_words(i64::from(s.half_days))))
                    .collect::<Vec<_>>()
                    .join("; "),
                points: one
                    .shares
                    .first()
                    .map_or_else(String::new, |s| format!("{:.0}", s.score.points())),
                next: one.shares.first().and_then(|s| s.runner_up.as_ref()).map_or_else(
                    || "Nobody else passes every check.".to_owned(),
                    |next| words::plain(&next.sentence, &board.pool),
                ),
            })
            .collect(),
        unmet: plan
            .unmet
            .iter()
            .map(|one| {
                let why = one.sentences.iter().map(|s| words::plain(s, &board.pool)).collect();
                (label(&one.need), why)
            })
            .collect(),
        proved: plan.proved,
    };
    frame
        .page("What if")
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership. Trying things out changes nothing")
        .show(&content)
}
