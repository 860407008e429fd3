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
use govuk::{Button, Fieldset, Input, Legend, Pagination, RadioItem, Radios, Select};
use matching::Plan;

use super::brokered;
use crate::desk::{self, Board, WhatIf, words};
use crate::requests::{RequestId, days_in_words};

/// How many requests of a plan are shown on one page.
const SHOWN: usize = 50;

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
    act: Radios,
    go: Button,
    tried: Vec<String>,
    kept: Vec<(String, String)>,
    changes: Vec<(String, String, String)>,
    worth: Vec<String>,
    refused: Option<String>,
    unmet: Vec<(String, Vec<String>)>,
    met: Vec<Met>,
    range: String,
    pages: Pagination,
    proved: bool,
}

fn pair(text: &str) -> Option<(RequestId, String)> {
    let (request, supporter) = text.split_once('~')?;
    Some((request.parse().ok()?, supporter.to_owned()))
}

/// What is tried out, as sent: earlier trials come as `pin`, `forbid` and `extra`, a new one from
/// the form's own fields.
#[derive(Default)]
struct Tried {
    trial: WhatIf,
    kept: Vec<(String, String)>,
    /// What a new trial still lacks.
    lacks: Option<&'static str>,
}

impl Tried {
    fn take(&mut self, name: &str, value: String) {
        if self.kept.iter().any(|(n, v)| n == name && *v == value) {
            return;
        }
        let read = match name {
            "pin" => pair(&value).map(|it| self.trial.pins.push(it)),
            "forbid" => pair(&value).map(|it| self.trial.forbids.push(it)),
            _ => value.split_once('~').and_then(|(key, n)| {
                let n = n.parse().ok().filter(|n| (1..=20).contains(n))?;
                self.trial.extra.push((key.to_owned(), n));
                Some(())
            }),
        };
        if read.is_some() {
            self.kept.push((name.to_owned(), value));
        }
    }

    fn read(form: &FormData) -> Self {
        let mut tried = Self::default();
        for name in ["pin", "forbid", "extra"] {
            for value in form.all(name) {
                tried.take(name, value.to_owned());
            }
        }
        let (request, supporter) = (form.text("request"), form.text("supporter"));
        let days = form.text("days").replace(',', ".").parse::<f64>().unwrap_or(0.0) * 2.0;
        match form.text("act") {
            "" if request.is_empty() && supporter.is_empty() => {}
            "" => {
                tried.lacks = Some("Choose what to try: make a match, rule one out or find time.");
            }
            _ if supporter.is_empty() => tried.lacks = Some("Choose a supporter."),
            "extra" if (1.0..=20.0).contains(&days) => {
                tried.take("extra", format!("{supporter}~{days:.0}"));
            }
            "extra" => tried.lacks = Some("Write how many days more, from a half to ten."),
            _ if request.is_empty() => tried.lacks = Some("Choose a request."),
            "pin" => tried.take("pin", format!("{request}~{supporter}")),
            _ => tried.take("forbid", format!("{request}~{supporter}")),
        }
        tried
    }

    /// The trials in words.
    fn said(&self, board: &Board) -> Vec<String> {
        let label = |id: &RequestId| board.label_of(&id.to_string());
        let who = |key: &str| {
            board.pool.supporter(key).map_or_else(|| key.to_owned(), |one| one.label.clone())
        };
        let mut said = Vec::new();
        for (id, key) in &self.trial.pins {
            said.push(format!("{} is matched with {}", label(id), who(key)));
        }
        for (id, key) in &self.trial.forbids {
            said.push(format!("{} is not matched with {}", label(id), who(key)));
        }
        for (key, half_days) in &self.trial.extra {
            let days = days_in_words(i64::from(*half_days));
            said.push(format!("{} has {days} more", who(key)));
        }
        said
    }

    /// The address of a page of the plan with the same trials.
    fn address(&self, page: u32) -> String {
        let mut link = format!("/desk/what-if?page={page}");
        for (name, value) in &self.kept {
            link += &format!("&{name}={value}");
        }
        link + "#plan"
    }
}

fn met(board: &Board, one: &matching::plan::Match) -> Met {
    let who = |s: &matching::plan::Share| {
        format!("{}, {}", s.label, days_in_words(i64::from(s.half_days)))
    };
    let first = one.shares.first();
    Met {
        label: board.label_of(&one.need),
        who: one.shares.iter().map(who).collect::<Vec<_>>().join("; "),
        points: first.map_or_else(String::new, |s| format!("{:.0}", s.score.points())),
        next: first.and_then(|s| s.runner_up.as_ref()).map_or_else(
            || "Nobody else passes every check.".to_owned(),
            |next| words::plain(&next.sentence),
        ),
    }
}

fn place(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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
    let tried = Tried::read(&form);
    let mut refused = tried.lacks.map(str::to_owned);
    let mut then = None;
    if !tried.trial.is_empty() {
        match standing.what_if(tried.trial.clone()).await {
            Ok(found) => then = Some(found),
            Err(failure) => refused = Some(words::plain(&failure.to_string())),
        }
    }
    let plan: &Plan = then.as_ref().map_or(now, |then| &then.plan);
    let all = plan.unmet.len() + plan.matches.len();
    let last = place(all.div_ceil(SHOWN)).max(1);
    let page = form.text("page").parse::<u32>().unwrap_or(1).clamp(1, last);
    let from = (page as usize - 1) * SHOWN;
    // What is left out comes first, then what is met.
    let met_from = from.saturating_sub(plan.unmet.len());
    let met_to = (from + SHOWN).saturating_sub(plan.unmet.len());
    let mut request = Select::new("request", "Request").item("", "Choose a request");
    for one in &board.requests {
        request = request.item(one.id.to_string(), board.label(one));
    }
    let mut supporter = Select::new("supporter", "Supporter").item("", "Choose a supporter");
    for one in &board.pool.supporters {
        supporter = supporter.item(one.model.id.as_str(), one.label.as_str());
    }
    let lacking = tried.lacks.is_some();
    let sent = |name: &str| if lacking { form.text(name).to_owned() } else { String::new() };
    let days = Input::new("days", "Days more").width(3).inputmode("decimal").value(sent("days"));
    let nobody = || "nobody".to_owned();
    let content = Page {
        request: request.value(sent("request")),
        supporter: supporter.value(sent("supporter")),
        act: Radios::new("act", Fieldset::new(Legend::new("What if…").small()))
            .value(sent("act"))
            .item("pin", "they are matched?")
            .item("forbid", "they are not matched?")
            .with(
                RadioItem::new("extra", "the supporter finds more time?")
                    .conditional(govuk::Html::of(&days)),
            )
            .small(),
        go: Button::new("See what it does"),
        changes: board
            .changes(now, plan)
            .into_iter()
            .map(|one| {
                (one.label, one.before.unwrap_or_else(nobody), one.after.unwrap_or_else(nobody))
            })
            .collect(),
        worth: then.as_ref().map(|then| words::worth(&then.worth)).unwrap_or_default(),
        refused,
        unmet: plan
            .unmet
            .iter()
            .skip(from)
            .take(SHOWN)
            .map(|one| {
                let why = one.sentences.iter().map(|s| words::plain(s)).collect();
                (board.label_of(&one.need), why)
            })
            .collect(),
        met: plan.matches.iter().take(met_to).skip(met_from).map(|one| met(board, one)).collect(),
        range: if last == 1 {
            String::new()
        } else {
            format!("Requests {} to {} of {all}.", from + 1, (from + SHOWN).min(all))
        },
        pages: Pagination::pages(page, last, |page| tried.address(page)),
        proved: plan.proved,
        tried: tried.said(board),
        kept: tried.kept,
    };
    frame
        .page("What if")
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership. Trying things out changes nothing")
        .show(&content)
}
