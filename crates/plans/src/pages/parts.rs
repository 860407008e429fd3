//! Pieces that the pages share: fields, tags, differences and the frames around them.

use askama::Template;
use foundation::web::{Errors, FormData};
use govuk::{
    Checkboxes, DateInput, Html, Input, RadioItem, Radios, Select, Tag, TagColour, Textarea,
};
use jiff::civil::Date;
use support::milestones::Rag;

use crate::{
    difference::{self, Piece},
    machine::{ActionState, ObjectiveState, PlanState, SuggestionState},
};

/// Plain text as HTML.
pub(super) fn text(words: impl AsRef<str>) -> Html {
    Html::trusted(foundation::web::escape(words.as_ref()))
}

/// Paragraphs of plain text, one a line.
pub(super) fn paragraphs(words: &str) -> Html {
    let body: String = words
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("<p class=\"govuk-body\">{}</p>", text(line).as_str()))
        .collect();
    Html::trusted(body)
}

/// A line of small, quiet text.
pub(super) fn hint(words: &str) -> Html {
    Html::trusted(format!("<p class=\"govuk-hint\">{}</p>", text(words).as_str()))
}

pub(super) fn plan_tag(state: PlanState) -> Tag {
    let colour = match state {
        PlanState::Draft | PlanState::Closed | PlanState::Archived => TagColour::Grey,
        PlanState::Proposed => TagColour::Yellow,
        PlanState::Agreed | PlanState::Adopted => TagColour::Teal,
        PlanState::Live | PlanState::Reviewed => TagColour::Green,
    };
    Tag::coloured(colour, state.words())
}

pub(super) fn objective_tag(state: ObjectiveState) -> Tag {
    let colour = match state {
        ObjectiveState::Draft | ObjectiveState::Dropped => TagColour::Grey,
        ObjectiveState::Live => TagColour::Blue,
        ObjectiveState::Paused => TagColour::Orange,
        ObjectiveState::Achieved => TagColour::Green,
        ObjectiveState::NotAchieved => TagColour::Purple,
    };
    Tag::coloured(colour, state.words())
}

pub(super) fn action_tag(state: ActionState) -> Tag {
    let colour = match state {
        ActionState::NotStarted | ActionState::Dropped => TagColour::Grey,
        ActionState::InProgress => TagColour::Blue,
        ActionState::Blocked => TagColour::Orange,
        ActionState::Done => TagColour::Teal,
        ActionState::Checked => TagColour::Green,
    };
    Tag::coloured(colour, state.words())
}

pub(super) fn suggestion_tag(state: SuggestionState) -> Tag {
    let colour = match state {
        SuggestionState::Open => TagColour::Yellow,
        SuggestionState::Accepted | SuggestionState::Adapted => TagColour::Green,
        SuggestionState::Declined | SuggestionState::Withdrawn => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
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

/// Two texts with what went and what came marked, for eyes and for screen readers.
pub(super) fn marked(before: &str, after: &str) -> Html {
    let run = |tag: &str, said: &str, words: &str| {
        format!(
            "<{tag} class=\"as-{tag}\"><span class=\"govuk-visually-hidden\">{said}: </span>{}\
             <span class=\"govuk-visually-hidden\"> (end) </span></{tag}>",
            text(words).as_str()
        )
    };
    let html: String = difference::between(before, after)
        .into_iter()
        .map(|piece| match piece {
            Piece::Same(words) => text(words).as_str().to_owned(),
            Piece::Gone(words) => run("del", "taken out", &words),
            Piece::New(words) => run("ins", "put in", &words),
        })
        .collect();
    Html::trusted(format!("<p class=\"govuk-body as-marked\">{html}</p>"))
}

/// The list of problems at the top of a form; nothing when there are none.
pub(super) fn problems(errors: &Errors) -> Html {
    errors.summary().map_or_else(Html::default, |summary| Html::of(&summary))
}

/// A form's fields as they were typed, and what is wrong with them.
#[derive(Clone, Copy)]
pub(super) struct Typed<'a> {
    pub(super) form: &'a FormData,
    pub(super) errors: &'a Errors,
}

impl Typed<'_> {
    /// One line of text.
    pub(super) fn line(self, name: &str, label: &str, hint: &str) -> Html {
        let mut input =
            Input::new(name, label).value(self.form.text(name)).error_if(self.errors.get(name));
        if !hint.is_empty() {
            input = input.hint(hint);
        }
        Html::of(&input)
    }

    /// A short number.
    pub(super) fn number(self, name: &str, label: &str, hint: &str) -> Html {
        let mut input = Input::new(name, label)
            .value(self.form.text(name))
            .width(5)
            .inputmode("decimal")
            .spellcheck(false)
            .error_if(self.errors.get(name));
        if !hint.is_empty() {
            input = input.hint(hint);
        }
        Html::of(&input)
    }

    /// Several lines of text.
    pub(super) fn lines(self, name: &str, label: &str, hint: &str, rows: u32) -> Html {
        let mut area = Textarea::new(name, label)
            .value(self.form.text(name))
            .rows(rows)
            .error_if(self.errors.get(name));
        if !hint.is_empty() {
            area = area.hint(hint);
        }
        Html::of(&area)
    }

    /// A day.
    pub(super) fn day(self, name: &str, legend: &str, hint: &str) -> Html {
        let part = |part: &str| self.form.text(&format!("{name}-{part}")).to_owned();
        let mut input = DateInput::new(name, legend)
            .date(part("day"), part("month"), part("year"))
            .error_if(self.errors.get(name));
        if !hint.is_empty() {
            input = input.hint(hint);
        }
        Html::of(&input)
    }

    /// One choice out of a few: value, words, hint.
    pub(super) fn choice(
        self,
        name: &str,
        legend: &str,
        hint: &str,
        items: &[(&str, &str, &str)],
    ) -> Html {
        let mut radios =
            Radios::new(name, legend).value(self.form.text(name)).error_if(self.errors.get(name));
        if !hint.is_empty() {
            radios = radios.hint(hint);
        }
        for (value, words, more) in items {
            let mut item = RadioItem::new(*value, *words);
            if !more.is_empty() {
                item = item.hint(*more);
            }
            radios = radios.with(item);
        }
        Html::of(&radios)
    }

    /// One choice out of a long list.
    pub(super) fn select(
        self,
        name: &str,
        label: &str,
        hint: &str,
        items: &[(String, String)],
    ) -> Html {
        let mut select =
            Select::new(name, label).value(self.form.text(name)).error_if(self.errors.get(name));
        for (value, words) in items {
            select = select.item(value.as_str(), words.as_str());
        }
        if !hint.is_empty() {
            select = select.hint(hint);
        }
        Html::of(&select)
    }

    /// Several choices; nothing when there is nothing to choose.
    pub(super) fn ticks(
        self,
        name: &str,
        legend: &str,
        hint: &str,
        items: &[(String, String)],
    ) -> Html {
        if items.is_empty() {
            return Html::default();
        }
        let mut boxes = Checkboxes::new(name, legend)
            .values(self.form.all(name).map(str::to_owned))
            .error_if(self.errors.get(name));
        for (value, words) in items {
            boxes = boxes.item(value.as_str(), words.as_str());
        }
        if !hint.is_empty() {
            boxes = boxes.hint(hint);
        }
        Html::of(&boxes)
    }

    /// The choice of a colour with its words.
    pub(super) fn colour(self, name: &str, legend: &str, all: &[Rag]) -> Html {
        let items: Vec<(&str, &str, &str)> =
            all.iter().map(|rag| (rag.key(), rag.in_words(), "")).collect();
        self.choice(
            name,
            legend,
            "How likely the intended change is, not how hard people work",
            &items,
        )
    }
}

/// A value that the form carries along.
pub(super) fn hidden(name: &str, value: impl std::fmt::Display) -> Html {
    Html::trusted(format!(
        "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
        text(value.to_string()).as_str()
    ))
}

/// The three fields of a day, as a prefilled form needs them.
pub(super) fn day_pairs(name: &str, on: Option<Date>) -> Vec<(String, String)> {
    on.map_or_else(Vec::new, |on| {
        vec![
            (format!("{name}-day"), on.day().to_string()),
            (format!("{name}-month"), on.month().to_string()),
            (format!("{name}-year"), on.year().to_string()),
        ]
    })
}

/// A form on a page of its own.
#[derive(Template)]
#[template(path = "plan_form.html")]
pub(super) struct FormPage {
    pub(super) caption: String,
    pub(super) title: String,
    pub(super) lede: Html,
    pub(super) problems: Html,
    pub(super) action: String,
    pub(super) fields: Vec<Html>,
    pub(super) button: String,
    pub(super) warn: bool,
    pub(super) back: String,
    pub(super) after: Html,
}

impl FormPage {
    /// A form that is sent to `action` and left for `back`.
    pub(super) fn new(
        title: &str,
        action: impl Into<String>,
        back: impl Into<String>,
        errors: &Errors,
    ) -> Self {
        Self {
            caption: String::new(),
            title: title.to_owned(),
            lede: Html::default(),
            problems: problems(errors),
            action: action.into(),
            fields: Vec::new(),
            button: "Save".to_owned(),
            warn: false,
            back: back.into(),
            after: Html::default(),
        }
    }
}

/// A part of a page.
pub(super) struct Section {
    pub(super) id: String,
    pub(super) heading: String,
    pub(super) html: Html,
}

/// A page of parts.
#[derive(Template)]
#[template(path = "plan_sheet.html")]
pub(super) struct Sheet {
    pub(super) caption: String,
    pub(super) title: String,
    pub(super) tag: Html,
    pub(super) nav: Html,
    pub(super) lede: Html,
    pub(super) sections: Vec<Section>,
}

impl Sheet {
    /// A page with a title.
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self {
            caption: String::new(),
            title: title.into(),
            tag: Html::default(),
            nav: Html::default(),
            lede: Html::default(),
            sections: Vec::new(),
        }
    }

    /// Adds a part; an empty one is left out.
    pub(super) fn part(mut self, heading: &str, html: Html) -> Self {
        if !html.is_empty() {
            self.sections.push(Section { id: String::new(), heading: heading.to_owned(), html });
        }
        self
    }
}

/// A link in a paragraph of its own, left out on paper.
pub(super) fn link(href: &str, words: &str) -> Html {
    Html::trusted(format!(
        "<p class=\"govuk-body as-noprint\"><a class=\"govuk-link\" href=\"{}\">{}</a></p>",
        text(href).as_str(),
        text(words).as_str()
    ))
}

/// A button that leads to a page.
pub(super) fn go(href: &str, words: &str, secondary: bool) -> Html {
    let button = govuk::Button::link(words, href).classes("as-noprint");
    Html::of(&if secondary { button.secondary() } else { button })
}

/// A list of lines that are HTML already; nothing when there are none.
pub(super) fn list(items: &[String]) -> Html {
    if items.is_empty() {
        return Html::default();
    }
    let items: String = items.iter().map(|item| format!("<li>{item}</li>")).collect();
    Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"))
}

/// A link as text inside other HTML.
pub(super) fn anchor(href: &str, words: &str) -> String {
    format!("<a class=\"govuk-link\" href=\"{}\">{}</a>", text(href).as_str(), text(words).as_str())
}
