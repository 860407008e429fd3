//! The catalogue of roles: how far each reaches, how deep it goes, when it was given, and what it
//! takes.

use std::collections::HashMap;

use access::{Action, SignedIn, authorize, partnerships};
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{App, PageError, clock::date_in_words, web::Frame};
use govuk::{SummaryList, Tag, TagColour};
use jiff::civil::Date;

use crate::{
    cadre,
    packs::{self, RoleKind, SPHERES, Units},
};

struct Shown {
    code: &'static str,
    name: &'static str,
    about: &'static str,
    tag: Option<Tag>,
    facts: SummaryList,
}

struct Group {
    heading: &'static str,
    roles: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "roles.html")]
struct Page {
    groups: Vec<Group>,
}

/// How far a role reaches, in words.
fn reach(sphere: &str) -> &'static str {
    match sphere {
        "school" => "Inside one school",
        "local" => "Schools nearby",
        "regional" => "A region",
        "national" => "The whole country",
        _ => "Beyond schools",
    }
}

/// How deep a role goes, in words.
fn depth(extent: &str) -> &'static str {
    match extent {
        "advise" => "Advises",
        "coach" => "Coaches",
        "develop" => "Develops practice together",
        "lead" => "Leads",
        _ => "Runs",
    }
}

/// From when to when a role is given, where a pack says so.
fn given(role: &RoleKind) -> Option<String> {
    Some(match (role.from, role.until) {
        (Some(from), Some(until)) => {
            format!("{} to {}", date_in_words(from), date_in_words(until))
        }
        (Some(from), None) => format!("Since {}", date_in_words(from)),
        (None, Some(until)) => format!("Until {}", date_in_words(until)),
        (None, None) => return None,
    })
}

fn shown(role: &'static RoleKind, today: Date, held: usize) -> Shown {
    let training: Vec<&str> = packs::modules()
        .iter()
        .filter(|module| role.needs.contains(&module.code))
        .map(|module| module.name.as_str())
        .collect();
    let must: Vec<&str> = role.requires.iter().map(|one| one.in_words()).collect();
    let mut facts = SummaryList::new()
        .row("Sphere", format!("{}: {}", role.sphere, reach(&role.sphere)))
        .row("Extent", format!("{}: {}", role.extent, depth(&role.extent)));
    if let Some(given) = given(role) {
        facts = facts.row("Given", given);
    }
    if !training.is_empty() {
        facts = facts.row("Training", format!("{}, and the code of conduct", training.join(", ")));
    }
    if !must.is_empty() {
        facts = facts.row("An agreement must name", must.join(", "));
    }
    if !role.home_school.is_empty() {
        facts = facts.row("Their school becomes", role.home_school.as_str());
    }
    if role.several {
        facts = facts.row("Comes to", "several schools at once, with one theme");
    }
    if role.units == Units::Hours {
        let hours = packs::hours_in_half_day();
        facts = facts.row("Time", format!("in hours, {hours} to a half-day"));
    }
    if held > 0 {
        facts = facts.row("In our partnerships", format!("{held} in this role today"));
    }
    let past = role.retired || role.until.is_some_and(|until| until < today);
    let tag = match (role.is_given_on(today), past) {
        (true, _) => None,
        (false, true) => Some(Tag::coloured(TagColour::Grey, "Of the past")),
        (false, false) => Some(Tag::coloured(TagColour::Blue, "Not yet given")),
    };
    Shown { code: &role.code, name: &role.name, about: &role.about, tag, facts }
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let today = app.clock.today();
    let mut held: HashMap<String, usize> = HashMap::new();
    for &partnership in &visitor.partnerships {
        authorize(&app, &visitor, Action::Read, &partnerships::resource(partnership))?;
        for one in cadre::cadre_of(&app.db, partnership).await? {
            if one.is_live(today) {
                *held.entry(one.role).or_default() += 1;
            }
        }
    }
    let groups = SPHERES
        .iter()
        .map(|sphere| Group {
            heading: reach(sphere),
            roles: packs::roles()
                .iter()
                .filter(|role| role.sphere == *sphere)
                .map(|role| shown(role, today, held.get(&role.code).copied().unwrap_or(0)))
                .collect(),
        })
        .filter(|group| !group.roles.is_empty())
        .collect();
    frame
        .page("The roles people lead in")
        .crumb("People who lead", "/cadre")
        .visible_to("anyone who is signed in")
        .show(&Page { groups })
}
