//! Pieces that pages share: fields, tags and the frame of a form. Rooms that build on agreements
//! use them too, so that every page looks alike.

use askama::Template;
use axum::response::Response;
use foundation::{
    PageError,
    web::{Errors, FormData, Frame, escape},
};
use govuk::{DateInput, ErrorSummary, Html, Input, RadioItem, Radios, Tag, TagColour, Textarea};
use jiff::civil::Date;

use super::Sight;
use crate::{Refusal, agreements::State, milestones::Rag};

/// Plain text as HTML.
#[must_use]
pub fn text(words: impl AsRef<str>) -> Html {
    Html::trusted(escape(words.as_ref()))
}

/// A paragraph of plain text; line breaks begin new paragraphs.
#[must_use]
pub fn paragraphs(words: &str) -> Html {
    let body: String = words
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("<p class=\"govuk-body\">{}</p>", text(line).as_str()))
        .collect();
    Html::trusted(body)
}

/// The tag of a state.
pub(super) fn state_tag(state: State) -> Tag {
    let colour = match state {
        State::Drafting => TagColour::Grey,
        State::Offered | State::SignedSupported | State::SignedSupporting => TagColour::Yellow,
        State::Signed => TagColour::Teal,
        State::Active | State::UnderVariation => TagColour::Green,
        State::Paused => TagColour::Orange,
        State::Exiting => TagColour::Purple,
        State::Completed | State::Sustaining | State::Sustained => TagColour::Blue,
        State::Lapsed | State::Cancelled | State::TerminatedEarly => TagColour::Grey,
    };
    Tag::coloured(colour, state.in_words())
}

/// The tag of a colour; the words say everything the colour does.
pub(super) fn rag_tag(rag: Rag) -> Tag {
    let colour = match rag {
        Rag::Green => TagColour::Green,
        Rag::Achieved => TagColour::Teal,
        Rag::Amber => TagColour::Orange,
        Rag::Red | Rag::NotAchieved => TagColour::Red,
        Rag::TooEarly | Rag::NoData => TagColour::Grey,
    };
    Tag::coloured(colour, rag.in_words())
}

/// The list of problems at the top of a form; nothing when there are none.
#[must_use]
pub fn problems(errors: &Errors) -> Html {
    if errors.is_empty() {
        return Html::default();
    }
    let summary = errors
        .list()
        .iter()
        .fold(ErrorSummary::default().title("There is a problem"), |summary, error| {
            summary.error(&error.field, error.message.as_str())
        });
    Html::of(&summary)
}

/// One line of text.
#[must_use]
pub fn line(form: &FormData, errors: &Errors, name: &str, label: &str, hint: &str) -> Html {
    let mut input = Input::new(name, label).value(form.text(name)).error_if(errors.get(name));
    if !hint.is_empty() {
        input = input.hint(hint);
    }
    Html::of(&input)
}

/// A short number.
#[must_use]
pub fn number(
    form: &FormData,
    errors: &Errors,
    name: &str,
    label: &str,
    hint: &str,
    suffix: &str,
) -> Html {
    let mut input = Input::new(name, label)
        .value(form.text(name))
        .width(5)
        .inputmode("decimal")
        .spellcheck(false)
        .error_if(errors.get(name));
    if !hint.is_empty() {
        input = input.hint(hint);
    }
    if !suffix.is_empty() {
        input = input.suffix(suffix);
    }
    Html::of(&input)
}

/// Several lines of text.
#[must_use]
pub fn lines(
    form: &FormData,
    errors: &Errors,
    name: &str,
    label: &str,
    hint: &str,
    rows: u8,
) -> Html {
    let mut area = Textarea::new(name, label)
        .value(form.text(name))
        .rows(u32::from(rows))
        .error_if(errors.get(name));
    if !hint.is_empty() {
        area = area.hint(hint);
    }
    Html::of(&area)
}

/// A day.
#[must_use]
pub fn day(form: &FormData, errors: &Errors, name: &str, legend: &str, hint: &str) -> Html {
    let part = |part: &str| form.text(&format!("{name}-{part}")).to_owned();
    let mut input = DateInput::new(name, legend)
        .date(part("day"), part("month"), part("year"))
        .error_if(errors.get(name));
    if !hint.is_empty() {
        input = input.hint(hint);
    }
    Html::of(&input)
}

/// One choice out of a few: value, words and a hint.
#[must_use]
pub fn choice(
    form: &FormData,
    errors: &Errors,
    name: &str,
    legend: &str,
    hint: &str,
    items: &[(&str, &str, &str)],
) -> Html {
    let mut radios = Radios::new(name, legend).value(form.text(name)).error_if(errors.get(name));
    if !hint.is_empty() {
        radios = radios.hint(hint);
    }
    for (value, words, more) in items {
        let mut item = RadioItem::new(*value, *words);
        if !more.is_empty() {
            item = item.hint(*more);
        }
        radios.items.push(Some(item));
    }
    Html::of(&radios)
}

/// The three fields of a day, as a prefilled form needs them.
#[must_use]
pub fn day_pairs(name: &str, on: Option<Date>) -> Vec<(String, String)> {
    on.map_or_else(Vec::new, |on| {
        vec![
            (format!("{name}-day"), on.day().to_string()),
            (format!("{name}-month"), on.month().to_string()),
            (format!("{name}-year"), on.year().to_string()),
        ]
    })
}

/// Pence as a person types pounds: `350` or `87.50`.
pub(super) fn pounds_typed(pence: i64) -> String {
    match (pence / 100, pence % 100) {
        (0, 0) => String::new(),
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}.{rest:02}"),
    }
}

/// Reads pounds as typed into pence; an empty field is nothing.
pub(super) fn pence(form: &FormData, name: &str, errors: &mut Errors, message: &str) -> i64 {
    let typed: String = form.text(name).chars().filter(|c| !matches!(c, '£' | ',' | ' ')).collect();
    if typed.is_empty() {
        return 0;
    }
    let (whole, rest) = typed.split_once('.').unwrap_or((&typed, ""));
    let rest = match rest.len() {
        0 => Some(0),
        1 => rest.parse::<i64>().ok().map(|tenths| tenths * 10),
        2 => rest.parse::<i64>().ok(),
        _ => None,
    };
    match (whole.parse::<u32>(), rest) {
        (Ok(whole), Some(rest)) if rest >= 0 && whole <= 10_000_000 => {
            i64::from(whole) * 100 + rest
        }
        _ => {
            errors.add(name, message);
            0
        }
    }
}

/// Half-days as a person types days: `12.5`.
pub(super) fn days_typed(half_days: i64) -> String {
    match (half_days / 2, half_days % 2) {
        (0, 0) => String::new(),
        (whole, 0) => whole.to_string(),
        (whole, _) => format!("{whole}.5"),
    }
}

/// A form on a page of its own.
#[derive(Template)]
#[template(path = "form.html")]
pub struct FormPage {
    /// The line above the title.
    pub caption: String,
    /// The title.
    pub title: String,
    /// What stands before the fields.
    pub lede: Html,
    /// The list of problems.
    pub problems: Html,
    /// Where the form is sent.
    pub action: String,
    /// The fields, in order.
    pub fields: Vec<Html>,
    /// The words of the button.
    pub button: String,
    /// Whether the button warns.
    pub warn: bool,
    /// Where “Go back without saving” leads.
    pub back: String,
    /// What stands in the narrow column.
    pub beside: Html,
    /// What stands below the form: another way to answer.
    pub after: Html,
}

impl FormPage {
    /// A form that is sent to `action` and left for `back`.
    #[must_use]
    pub fn new(title: &str, action: impl Into<String>, back: impl Into<String>) -> Self {
        Self {
            caption: String::new(),
            title: title.to_owned(),
            lede: Html::default(),
            problems: Html::default(),
            action: action.into(),
            fields: Vec::new(),
            button: "Save".to_owned(),
            warn: false,
            back: back.into(),
            beside: Html::default(),
            after: Html::default(),
        }
    }
}

/// Puts a refusal beside the field it is about; others become a page of their own.
///
/// # Errors
/// The refusals that are about no field.
pub fn beside(errors: &mut Errors, refusal: Refusal) -> Result<(), PageError> {
    match refusal {
        Refusal::Field { field, message } => errors.add(field, message),
        Refusal::Incomplete(gaps) => {
            for gap in gaps {
                errors.add(gap.field, gap.message);
            }
        }
        Refusal::Db(foundation::DbError::Conflict(what)) => errors.add(
            "seen",
            format!(
                "Somebody else changed this {what} while you were writing. What you typed is still \
                 here: compare it with the newest version and send it again"
            ),
        ),
        other => return Err(other.into()),
    }
    Ok(())
}

/// As [`beside`], for a form that is shown again where its moment has passed: what cannot be done now
/// stands above it, with everything that was typed still in its fields. What is for somebody else to do
/// is refused.
///
/// # Errors
/// What is not there for this person, and what the database says.
pub fn kept(errors: &mut Errors, refusal: Refusal) -> Result<(), PageError> {
    match refusal {
        Refusal::NotNow(words) => {
            errors.add("refused", format!("{words} What you typed is still here"));
            Ok(())
        }
        other => beside(errors, other),
    }
}

/// A part of a page.
pub struct Section {
    /// The anchor; may be empty.
    pub id: String,
    /// The heading; may be empty.
    pub heading: String,
    /// The content.
    pub html: Html,
}

/// A page of parts.
#[derive(Template)]
#[template(path = "sheet.html")]
pub struct Sheet {
    /// The line above the title.
    pub caption: String,
    /// The title.
    pub title: String,
    /// The tag of its state.
    pub tag: Html,
    /// The menu of the record's parts.
    pub nav: Html,
    /// What stands before the parts.
    pub lede: Html,
    /// The parts.
    pub sections: Vec<Section>,
}

impl Sheet {
    /// A page with a title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            caption: String::new(),
            title: title.into(),
            tag: Html::default(),
            nav: Html::default(),
            lede: Html::default(),
            sections: Vec::new(),
        }
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, heading: &str, html: Html) -> Self {
        if !html.is_empty() {
            self.sections.push(Section { id: String::new(), heading: heading.to_owned(), html });
        }
        self
    }
}

/// A button that sends nothing but the act itself.
#[must_use]
pub fn act_button(action: &str, words: &str, secondary: bool) -> Html {
    let class = if secondary { " govuk-button--secondary" } else { "" };
    Html::trusted(format!(
        "<form method=\"post\" action=\"{}\" class=\"as-noprint\"><button type=\"submit\" \
         class=\"govuk-button{class}\" data-module=\"govuk-button\" \
         data-prevent-double-click=\"true\">{}</button></form>",
        text(action).as_str(),
        text(words).as_str()
    ))
}

/// What a day away costs at home, where the pack says so: shown wherever time is planned or booked.
#[must_use]
pub fn cover() -> Html {
    let cover = brokerage::packs::day_job().cover_day;
    if cover <= 0 {
        return Html::default();
    }
    paragraphs(&format!(
        "Whoever comes is missed at home. A day of cover costs about {}; whoever employs them \
         knows the real figure.",
        crate::agreements::terms::pounds(cover)
    ))
}

/// A link in a paragraph of its own.
#[must_use]
pub fn link(href: &str, words: &str) -> Html {
    Html::trusted(format!(
        "<p class=\"govuk-body as-noprint\"><a class=\"govuk-link\" href=\"{}\">{}</a></p>",
        text(href).as_str(),
        text(words).as_str()
    ))
}

/// A button that leads to a page.
#[must_use]
pub fn go(href: &str, words: &str) -> Html {
    Html::of(&govuk::Button::link(words, href).classes("as-noprint"))
}

/// A list of plain lines; nothing when there are none.
#[must_use]
pub fn bullets(lines: impl IntoIterator<Item = String>) -> Html {
    let items: String = lines
        .into_iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("<li>{}</li>", text(line).as_str()))
        .collect();
    if items.is_empty() {
        return Html::default();
    }
    Html::trusted(format!("<ul class=\"govuk-list govuk-list--bullet\">{items}</ul>"))
}

/// What waits for the reader, as a calm card that names the agreement where there are several;
/// nothing when nothing does.
pub(super) fn waiting(todos: &[crate::home::Todo], several: bool) -> Html {
    if todos.is_empty() {
        return Html::default();
    }
    let items: String = todos
        .iter()
        .map(|todo| {
            let about = if several { format!(" ({})", todo.about) } else { String::new() };
            let due = crate::home::due_in_words(todo);
            let due = if due.is_empty() { due } else { format!(", {due}") };
            format!(
                "<li><a class=\"govuk-link\" href=\"{}\">{}</a>{}{}</li>",
                text(&todo.href).as_str(),
                text(&todo.text).as_str(),
                text(about).as_str(),
                text(due).as_str()
            )
        })
        .collect();
    Html::trusted(format!(
        "<div class=\"as-card as-card--need as-noprint\"><h2 class=\"govuk-heading-s\">Waiting for \
         you</h2><ul class=\"govuk-list\">{items}</ul></div>"
    ))
}

/// A value that the form carries along.
#[must_use]
pub fn hidden(name: &str, value: impl std::fmt::Display) -> Html {
    Html::trusted(format!(
        "<input type=\"hidden\" name=\"{name}\" id=\"{name}\" value=\"{}\">",
        text(value.to_string()).as_str()
    ))
}

/// The form inside the frame of an agreement's pages.
pub(super) fn framed(
    frame: Frame,
    sight: &Sight,
    page: &FormPage,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut built = frame
        .page(page.title.clone())
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(page)
}

/// A form about an agreement.
pub(super) fn begun(
    sight: &Sight,
    title: &str,
    page: &str,
    back: &str,
    errors: &Errors,
) -> FormPage {
    let mut form = FormPage::new(title, sight.at(page), sight.at(back));
    form.caption = sight.title();
    form.problems = problems(errors);
    form
}
