//! Whom support is for: asked once in the agreement, and of a day only where that leaves it open.

use brokerage::requests::Beneficiary;
use foundation::web::{Errors, FormData};
use govuk::{CheckboxItem, Checkboxes, Html, Select, SummaryList};

use super::parts::bullets;
use crate::agreements::Terms;

const NAME: &str = "beneficiaries";

/// What the form begins with.
pub(super) fn filled(terms: &Terms) -> impl Iterator<Item = (String, String)> {
    terms.beneficiaries.iter().map(|one| (NAME.to_owned(), one.key().to_owned()))
}

/// The question in the agreement.
pub(super) fn field(form: &FormData, errors: &Errors) -> Html {
    let boxes = Checkboxes::new(NAME, "Whom is it for?")
        .hint("Tick all that apply. Boards read the days by this")
        .small()
        .error_if(errors.get(NAME));
    let boxes = Beneficiary::ALL.iter().fold(boxes, |boxes, one| {
        let checked = form.has(NAME, one.key());
        boxes.with(CheckboxItem::new(one.key(), one.words()).checked(checked))
    });
    Html::of(&boxes)
}

/// Reads it back.
pub(super) fn read(terms: &mut Terms, form: &FormData, errors: &mut Errors) {
    let ticked = Beneficiary::ALL.iter().filter(|one| form.has(NAME, one.key()));
    terms.beneficiaries = ticked.copied().collect();
    if terms.beneficiaries.is_empty() {
        errors.add(NAME, "Say whom the support is for");
    }
}

/// What the agreement says of it.
pub(super) fn rows(terms: &Terms, list: SummaryList) -> SummaryList {
    let words: Vec<&str> = terms.beneficiaries.iter().map(|one| one.words()).collect();
    let list = match words.as_slice() {
        [] => list,
        [one] => list.row("For whom", *one),
        _ => list.row("For whom", bullets(words.into_iter().map(str::to_owned))),
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
    let mut all = Beneficiary::ALL.to_vec();
    // Those the agreement names come first.
    all.sort_by_key(|one| !terms.beneficiaries.contains(one));
    for one in all {
        select = select.item(one.key(), one.words());
    }
    Some(Html::of(&select))
}

/// Reads back whom one day is for; nothing where nobody said.
pub fn read_day(form: &FormData, errors: &mut Errors) -> Option<Beneficiary> {
    match form.text("beneficiary") {
        "" => None,
        _ => form.parsed("beneficiary", errors, "Choose whom the time is for"),
    }
}
