//! Whom support is for: asked once in the agreement, and of a day only where that leaves it open.

use foundation::web::{Errors, FormData};
use govuk::{CheckboxItem, Checkboxes, Html, Select, SummaryList};

use super::parts::bullets;
use crate::{agreements::Terms, pack::pack};

const NAME: &str = "beneficiaries";

/// What the form begins with.
pub(super) fn filled(terms: &Terms) -> impl Iterator<Item = (String, String)> {
    terms.beneficiaries.iter().map(|code| (NAME.to_owned(), code.clone()))
}

/// The question in the agreement.
pub(super) fn field(form: &FormData, errors: &Errors) -> Html {
    let boxes = Checkboxes::new(NAME, "Whom is it for?")
        .hint("Tick all that apply. Boards read the days by this")
        .small()
        .error_if(errors.get(NAME));
    let boxes = pack().beneficiaries.iter().fold(boxes, |boxes, one| {
        let checked = form.has(NAME, &one.code);
        boxes.with(CheckboxItem::new(one.code.as_str(), one.words.as_str()).checked(checked))
    });
    Html::of(&boxes)
}

/// Reads it back, in the pack's order.
pub(super) fn read(terms: &mut Terms, form: &FormData, errors: &mut Errors) {
    let ticked = pack().beneficiaries.iter().filter(|one| form.has(NAME, &one.code));
    terms.beneficiaries = ticked.map(|one| one.code.clone()).collect();
    if terms.beneficiaries.is_empty() {
        errors.add(NAME, "Say whom the support is for");
    }
}

/// What the agreement says of it.
pub(super) fn rows(terms: &Terms, list: SummaryList) -> SummaryList {
    let words: Vec<String> = terms
        .beneficiaries
        .iter()
        .map(|code| pack().beneficiary(code).unwrap_or(code).to_owned())
        .collect();
    let list = match words.as_slice() {
        [] => list,
        [one] => list.row("For whom", one.as_str()),
        _ => list.row("For whom", bullets(words)),
    };
    list.row("Direction", terms.direction().in_words())
}

/// The question about one day, where the agreement is for more than one group.
#[must_use]
pub fn of_a_day(terms: &Terms, form: &FormData, errors: &Errors) -> Option<Html> {
    if terms.sole_beneficiary().is_some() {
        return None;
    }
    let mut select = Select::new("beneficiary", "Whom is this time for?")
        .hint("Boards read the days by this")
        .value(form.text("beneficiary"))
        .error_if(errors.get("beneficiary"))
        .item("", "Several groups");
    let mut all: Vec<_> = pack().beneficiaries.iter().collect();
    // Those the agreement names come first.
    all.sort_by_key(|one| !terms.beneficiaries.contains(&one.code));
    for one in all {
        select = select.item(one.code.as_str(), one.words.as_str());
    }
    Some(Html::of(&select))
}
