//! The role in which the leader of a team comes, and the fields that this role asks for.

use brokerage::packs::{self, Requirement};
use foundation::web::{Errors, FormData};
use govuk::{Html, Select, SummaryList};
use needs::Framework;

use super::{Sight, parts::line};
use crate::agreements::{Role, Terms};

/// What the form begins with.
pub(super) fn filled(terms: &Terms) -> [(&'static str, String); 5] {
    let role = &terms.role;
    [
        ("role", role.code.clone()),
        ("area", terms.area.clone()),
        ("supported_head", role.supported_head.clone()),
        ("supporting_head", role.supporting_head.clone()),
        ("trigger", role.trigger.clone()),
    ]
}

/// The role, and what the one that is chosen asks for.
pub(super) fn fields(sight: &Sight, terms: &Terms, form: &FormData, errors: &Errors) -> Vec<Html> {
    let mut role = Select::new("role", "In which role does the leader of the team come?")
        .hint("One they are designated in. Some roles ask for more: that appears once you save")
        .value(form.text("role"))
        .error_if(errors.get("role"))
        .item("", "In no particular role");
    for kind in packs::roles() {
        // A role of the past stays where it is and is offered to nobody else.
        if kind.is_given_on(sight.today) || kind.code == terms.role.code {
            role = role.item(kind.code.as_str(), kind.name.as_str());
        }
    }
    let mut fields = vec![Html::of(&role)];
    let requires = packs::role(form.text("role")).map_or(&[][..], |kind| kind.requires.as_slice());
    for requirement in requires {
        match requirement {
            Requirement::Priority => {
                let mut area = Select::new("area", "Which one priority does it serve?")
                    .value(form.text("area"))
                    .error_if(errors.get("area"))
                    .item("", "Choose");
                for (one, words) in Framework::every_area() {
                    area = area.item(one.code.as_str(), words);
                }
                fields.push(Html::of(&area));
            }
            Requirement::BothHeads => {
                for (name, label) in [
                    ("supported_head", "The head of the supported school"),
                    ("supporting_head", "The head of the supporting school"),
                ] {
                    fields.push(line(form, errors, name, &sight.say(label), "A name"));
                }
            }
            Requirement::Trigger => {
                let hint = "For example: an inspection on 12 October found urgent improvement";
                let label = "What happened that called for this support?";
                fields.push(line(form, errors, "trigger", label, hint));
            }
            // The team is on the same page, above.
            Requirement::HomeTeam => {}
        }
    }
    fields
}

/// Reads the role and what it asks for; each thing it still asks for is an error at its field.
pub(super) fn read(terms: &mut Terms, form: &FormData, errors: &mut Errors) {
    let code = form.text("role");
    let had = terms.role.code.clone();
    if code.is_empty() {
        terms.role = Role::default();
        return;
    }
    terms.role.code = code.to_owned();
    let Some(kind) = terms.role.kind() else {
        if code != had {
            errors.add("role", "Choose a role from the list");
        }
        return;
    };
    let asks = |requirement| kind.requires.contains(&requirement);
    if asks(Requirement::Priority) {
        let area = form.text("area");
        terms.area = Framework::any_area(area).map_or_else(String::new, |one| one.code.clone());
    }
    let asked = |wanted: bool, name: &str| {
        if wanted { form.text(name).to_owned() } else { String::new() }
    };
    terms.role.supported_head = asked(asks(Requirement::BothHeads), "supported_head");
    terms.role.supporting_head = asked(asks(Requirement::BothHeads), "supporting_head");
    terms.role.trigger = asked(asks(Requirement::Trigger), "trigger");
    for gap in terms.role_gaps() {
        errors.add(gap.field, gap.message);
    }
}

/// What the agreement says of it.
pub(super) fn rows(sight: &Sight, terms: &Terms, mut list: SummaryList) -> SummaryList {
    let role = &terms.role;
    if !role.is_none() {
        list = list.row("The leader of the team comes as", role.name());
    }
    if let Some(area) = Framework::any_area(&terms.area) {
        list = list.row("Priority", area.name.as_str());
    }
    for (label, words) in [
        ("Head of the supported school", &role.supported_head),
        ("Head of the supporting school", &role.supporting_head),
        ("What called for it", &role.trigger),
    ] {
        if !words.is_empty() {
            list = list.row(sight.say(label), words.as_str());
        }
    }
    list
}
