//! A network on its page: what it is for, its meetings, who belongs to it, and joining.

use std::collections::BTreeSet;

use access::{SignedIn, Visitor, Zone, partnerships};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Cell, Form, Frame, Table, redirect},
};
use govuk::{Html, SummaryList, Tag, TagColour};
use support::pages::parts::{Sheet, act_button, bullets, go, hidden, link, paragraphs, text};

use super::{for_oneself, may_edit, readable, schools};
use crate::{
    acts,
    meetings::{self, Meeting, State},
    network::{self, Member, Network, joins_for},
    reach,
};

/// The tag of a meeting's state.
pub(super) fn tag(state: State) -> Tag {
    let colour = match state {
        State::Planned => TagColour::Teal,
        State::Held => TagColour::Green,
        State::Settled => TagColour::Blue,
        State::Cancelled => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// From how many schools of the partnership somebody came.
pub(super) async fn came_from(app: &App, it: &Meeting) -> Result<usize, PageError> {
    let present = meetings::presence(&app.db, it.id).await?;
    let came = present.iter().filter(|one| one.came == Some(true) && one.org.urn().is_some());
    Ok(came.map(|one| one.org).collect::<BTreeSet<_>>().len())
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    let members = network::members(&app, &app.db, &of).await?;
    let all = meetings::of_network(&app.db, of.id).await?;
    let mut sheet = Sheet::new(of.name.clone());
    sheet.caption = partnerships::get(&app.db, of.partnership).await?.map_or_else(
        || of.sort().words().to_owned(),
        |it| format!("{} of {}", of.sort().words(), it.name),
    );
    if let Some(day) = of.ended_on() {
        let words = format!("Ended on {}", date_in_words(day));
        sheet.tag = Html::of(&Tag::coloured(TagColour::Grey, words));
    }
    sheet.lede = Html::join([paragraphs(&of.about), door(&app, &visitor, &of, &members).await?]);
    let mut facts = SummaryList::new().row("Convened by", of.convenor_name.as_str());
    let from: BTreeSet<OrgRef> = members.iter().map(|member| member.org).collect();
    let belong = match (members.len(), from.len()) {
        (0, _) => "Nobody yet".to_owned(),
        (1, _) => "1 person".to_owned(),
        (people, 1) => format!("{people} people of one school"),
        (people, orgs) => format!("{people} people of {orgs} schools and trusts"),
    };
    facts = facts.row("Members", belong);
    let mut sheet = sheet
        .part("", Html::of(&facts))
        .part("Meetings ahead", ahead(&app, &visitor, &of, &all))
        .part("Who belongs to it", people(&app, &members).await?)
        .part("Meetings that were held", held(&app, &of, &all).await?);
    if visitor.account == Some(of.convenor) && of.ended_on().is_none() {
        sheet = sheet.part("Whom it reaches", reached(&app, &of).await?);
    }
    if may_edit(&visitor, &of) {
        let here = of.address();
        let after = Html::join([
            link(&format!("{here}/edit"), "Change name, purpose or convenor"),
            link(&format!("{here}/end"), "End the network"),
        ]);
        sheet = sheet.part("", after);
    }
    frame
        .page(of.name.clone())
        .crumb("Networks", "/networks")
        .visible_to(Zone::Network.in_words())
        .show(&sheet)
}

/// Joining and leaving.
async fn door(
    app: &App,
    visitor: &Visitor,
    of: &Network,
    members: &[Member],
) -> Result<Html, PageError> {
    if of.ended_on().is_some() {
        return Ok(Html::default());
    }
    let here = of.address();
    if let Some(mine) = members.iter().find(|one| Some(one.account) == visitor.account) {
        let name = register::org_name(&app.db, mine.org).await?;
        let words = format!("You belong to it for {name}. Meetings stand in your calendar.");
        return Ok(Html::join([
            paragraphs(&words),
            act_button(&format!("{here}/leave"), "Leave", true),
        ]));
    }
    let orgs = joins_for(visitor, of.partnership);
    let names = support::names(&app.db, orgs.iter().copied()).await?;
    let forms = orgs.iter().map(|org| {
        let words = match orgs.len() {
            1 => "Join".to_owned(),
            _ => format!("Join for {}", names.get(org).map_or("", String::as_str)),
        };
        Html::trusted(format!(
            "<form method=\"post\" action=\"{here}/join\" class=\"as-noprint\">{}<button \
             type=\"submit\" class=\"govuk-button\" data-module=\"govuk-button\" \
             data-prevent-double-click=\"true\">{}</button></form>",
            hidden("org", org).as_str(),
            text(words).as_str()
        ))
    });
    Ok(Html::join(forms))
}

fn ahead(app: &App, visitor: &Visitor, of: &Network, all: &[Meeting]) -> Html {
    let items: String = all
        .iter()
        .filter(|it| it.state() == State::Planned)
        .map(|it| {
            let late = if it.on() < app.clock.today() { ", nothing is written yet" } else { "" };
            let place = [it.at_time.as_str(), it.place.as_str()]
                .into_iter()
                .filter(|words| !words.is_empty())
                .fold(String::new(), |all, words| format!("{all}, {words}"));
            format!(
                "<li><a class=\"govuk-link\" href=\"{}\">{}</a>: {}</li>",
                it.address(),
                text(&it.title).as_str(),
                text(format!("{}{place}{late}", date_in_words(it.on()))).as_str()
            )
        })
        .collect();
    let list = match items.is_empty() {
        true => paragraphs("None is planned."),
        false => Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>")),
    };
    let convenes = visitor.account == Some(of.convenor) && of.ended_on().is_none();
    match convenes {
        true => Html::join([list, go(&format!("{}/meetings/new", of.address()), "Plan a meeting")]),
        false => list,
    }
}

async fn people(app: &App, members: &[Member]) -> Result<Html, PageError> {
    if members.is_empty() {
        return Ok(paragraphs("Nobody has joined yet."));
    }
    let names = support::names(&app.db, members.iter().map(|member| member.org)).await?;
    Ok(bullets(members.iter().map(|member| {
        format!("{}, {}", member.name, names.get(&member.org).map_or("", String::as_str))
    })))
}

async fn held(app: &App, of: &Network, all: &[Meeting]) -> Result<Html, PageError> {
    let schools = schools(app, &app.db, of).await?;
    let mut rows = Vec::new();
    for it in all.iter().rev().filter(|it| it.state() != State::Planned) {
        let came = match it.state() {
            State::Held | State::Settled => format!("{} of {schools}", came_from(app, it).await?),
            _ => "Cancelled".to_owned(),
        };
        rows.push(vec![
            Cell::Link(it.title.clone(), it.address()),
            Cell::text(date_in_words(it.on())),
            Cell::text(came),
        ]);
    }
    if rows.is_empty() {
        return Ok(paragraphs("None yet."));
    }
    let table = Table {
        caption: "Meetings, the last first".to_owned(),
        columns: ["Meeting", "Day", "Schools that came"].map(str::to_owned).to_vec(),
        rows,
        notes: Vec::new(),
    };
    Ok(Html::trusted(table.html()))
}

/// Whom the network reaches, for the convenor alone.
async fn reached(app: &App, of: &Network) -> Result<Html, PageError> {
    let reach = reach::of(app, &app.db, of).await?;
    let total = reach.reached.len() + reach.not_reached.len();
    if reach.meetings == 0 {
        return Ok(paragraphs("This is known once a meeting was held."));
    }
    let meetings = match reach.meetings {
        1 => "1 meeting".to_owned(),
        n => format!("{n} meetings"),
    };
    let words = format!(
        "Somebody came from {} of {total} schools, over {meetings} within a year. You alone read \
         this list: it is there so that you can ask, and says nothing about a school.",
        reach.reached.len()
    );
    let names = support::names(&app.db, reach.not_reached.iter().map(|(org, _)| *org)).await?;
    let mut lines: Vec<String> = reach
        .not_reached
        .iter()
        .map(|(org, joined)| {
            let name = names.get(org).cloned().unwrap_or_default();
            let more = if *joined { ": somebody belongs, nobody came" } else { "" };
            format!("{name}{more}")
        })
        .collect();
    lines.sort_by_cached_key(|line| line.to_lowercase());
    let rest = match lines.is_empty() {
        true => Html::default(),
        false => Html::join([
            Html::trusted("<h3 class=\"govuk-heading-s\">Not reached yet</h3>"),
            bullets(lines),
        ]),
    };
    Ok(Html::join([paragraphs(&words), rest]))
}

pub(super) async fn join(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    let permit = for_oneself(&app, &visitor)?;
    let orgs = joins_for(&visitor, of.partnership);
    let named = form.text("org").parse::<OrgRef>().ok().filter(|org| orgs.contains(org));
    let only = if orgs.len() == 1 { orgs.first().copied() } else { None };
    let Some(org) = named.or(only) else {
        return Err(PageError::Forbidden(
            "Whoever works at a school or trust of the partnership joins for it.".to_owned(),
        ));
    };
    acts::join(&app, &permit, &of, org).await?;
    Ok(redirect(&of.address()))
}

pub(super) async fn leave(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    let permit = for_oneself(&app, &visitor)?;
    acts::leave(&app, &permit, &of).await?;
    Ok(redirect(&of.address()))
}
