//! The fields of a post, for whoever invites somebody or gives another post.

use foundation::{
    App, OrgRef, PageError,
    web::{Errors, FormData},
};
use govuk::{Checkboxes, DateInput, Html, Input, RadioItem, Radios, Select, SelectItem};
use jiff::civil::Date;

use super::headships;
use crate::{Post, Role, partnerships};

/// The fields of a post: role, organisation, words on the door.
pub(super) async fn post_fields(
    app: &App,
    data: &FormData,
    errors: &Errors,
) -> Result<Vec<Html>, PageError> {
    let mut roles = vec![SelectItem::new("", "Choose")];
    roles.extend(Role::ALL.iter().map(|known| {
        let chosen = data.text("role") == known.key();
        SelectItem::new(known.key(), known.in_words()).selected(chosen)
    }));
    let role =
        Select::new("role", "What the person does").items(roles).error_if(errors.get("role"));
    let mut kind = Radios::new("kind", "Where")
        .value(data.text("kind"))
        .error_if(errors.get("kind"))
        .with(RadioItem::new("school", "A school"))
        .with(RadioItem::new("trust", "A trust"))
        .with(RadioItem::new("authority", "A local authority"));
    for partnership in partnerships::all(&app.db).await? {
        kind = kind.with(RadioItem::new(partnership.org.to_string(), partnership.name));
    }
    let number = Input::new("number", "Its number")
        .hint("For a school its unique reference number, for a trust its group number, for an authority its three digits. Leave it empty for a partnership.")
        .whole_number()
        .width(10)
        .value(data.text("number"))
        .error_if(errors.get("number"));
    let title = Input::new("title", "The words on the door")
        .hint("For example: Deputy headteacher")
        .value(data.text("title"))
        .error_if(errors.get("title"));
    let chair = Checkboxes::single("chair", "yes", "Chairs the board, and so signs agreements")
        .values(data.all("chair").map(str::to_owned).collect::<Vec<_>>())
        .small();
    let since = DateInput::new("since", "Since when")
        .hint("For a new head this decides for how long a mentor is suggested. Empty means today.")
        .values(day_values(data, "since"))
        .error_if(errors.get("since"));
    let mut fields =
        vec![role.into(), kind.into(), number.into(), title.into(), since.into(), chair.into()];
    fields.extend(headships::fields(data, errors));
    Ok(fields)
}

/// What was typed into the three fields of a day.
pub(super) fn day_values(data: &FormData, name: &str) -> govuk::FieldValues {
    ["day", "month", "year"].into_iter().fold(govuk::FieldValues::default(), |values, part| {
        let name = format!("{name}-{part}");
        let value = data.text(&name).to_owned();
        values.set(name, value)
    })
}

/// Since when a post is held: what was typed, or today.
pub(super) fn since(data: &FormData, errors: &mut Errors, today: Date) -> Date {
    let typed = ["since", "since-day", "since-month", "since-year"];
    if typed.iter().all(|name| data.text(name).is_empty()) {
        return today;
    }
    let day = data.date("since", errors, "Enter a whole date, or leave all three empty for today");
    let latest = today.saturating_add(jiff::Span::new().years(1));
    if day.is_some_and(|day| day > latest) {
        errors.add("since", "A post is given a year ahead at most: enter an earlier day");
    }
    day.unwrap_or(today)
}

/// Reads what [`post_fields`] asked.
pub(super) fn post_of(data: &FormData, errors: &mut Errors) -> Option<Post> {
    let role = data.parsed::<Role>("role", errors, "Choose what the person does");
    let org = match data.text("kind") {
        "" => {
            errors.add("kind", "Choose where the person holds the post");
            None
        }
        kind @ ("school" | "trust" | "authority") => {
            let org = format!("{kind}:{}", data.text("number")).parse::<OrgRef>().ok();
            if org.is_none() {
                errors.add("number", "Enter the number of the school, trust or authority");
            }
            org
        }
        partnership => {
            let org = partnership.parse::<OrgRef>().ok();
            if org.is_none() {
                errors.add("kind", "Choose where the person holds the post");
            }
            org
        }
    };
    let title = data.required("title", errors, "Enter the words on the door").to_owned();
    let post = Post::new(org?, role?, &title);
    let post = if data.has("chair", "yes") { post.chairing() } else { post };
    let post = post.sharing(headships::share(data, "share", errors));
    if let Some(problem) = post.problem() {
        errors.add("kind", problem);
        return None;
    }
    Some(post).filter(|_| !title.is_empty())
}
