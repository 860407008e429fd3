//! Everything that asks something.

use govuk::{
    BackLink, Button, CharacterCount, CheckboxItem, Checkboxes, CookieAction, CookieBanner,
    CookieMessage, DateInput, ErrorSummary, ExitThisPage, Fieldset, FileUpload, Hint, Html, Input,
    Label, Legend, PasswordInput, RadioItem, Radios, Select, Tag, TagColour, TaskItem, TaskList,
    TaskStatus, Textarea,
};

use super::{part, readable};

/// Questions, a task list and a form with errors.
pub(super) fn all() -> Html {
    Html::join([errors(), questions(), tasks(), buttons()])
}

fn errors() -> Html {
    let summary = ErrorSummary::new([
        ("wrong-email", "Enter an e-mail address in the right form, like name@example.com"),
        ("wrong-date-day", "The start date must be in the future"),
    ])
    .disable_auto_focus(true);
    let email = Input::new("wrong-email", "E-mail address")
        .email()
        .value("sam.okafor")
        .error_if(Some("Enter an e-mail address in the right form, like name@example.com"));
    let date = DateInput::new("wrong-date", "When should the support start?")
        .hint("For example, 27 3 2027")
        .error_message("The start date must be in the future")
        .date("27", "3", "2021");
    part(
        "A form with errors",
        vec![readable(&Html::join([
            Html::from(BackLink::new("#")),
            summary.into(),
            email.into(),
            date.into(),
            Button::new("Save and continue").into(),
        ]))],
    )
}

fn questions() -> Html {
    let conditional = Input::new("other-name", "Name of the school").width(20);
    part(
        "Questions",
        vec![readable(&Html::join([
            Html::from(Input::new("days", "Days a term").suffix("days").width(3).whole_number()),
            Input::new("cost", "Cost").prefix("£").width(5).into(),
            Radios::new(
                "who",
                Fieldset::new(Legend::new("Who would you like to work with?").medium()),
            )
            .hint("Choose one")
            .with(RadioItem::new("near", "A school nearby").hint("Within an hour’s drive"))
            .with(RadioItem::new("alike", "A school like ours"))
            .with(RadioItem::divider_with("or"))
            .with(RadioItem::new("named", "A certain school").conditional(conditional))
            .value("named")
            .into(),
            Radios::new("agree", "Have the governors agreed?")
                .inline()
                .item("yes", "Yes")
                .item("no", "No")
                .into(),
            Checkboxes::new(
                "areas",
                Fieldset::new(Legend::new("What would you like help with?").medium()),
            )
            .item("reading", "Reading")
            .item("maths", "Maths")
            .with(CheckboxItem::new("attendance", "Attendance").hint("All pupils, or a group"))
            .with(CheckboxItem::divider_with("or"))
            .with(CheckboxItem::new("none", "None of these").exclusive())
            .values(["maths"])
            .into(),
            Select::new("term", "Term")
                .item("", "Choose a term")
                .item("autumn", "Autumn")
                .item("spring", "Spring")
                .value("autumn")
                .into(),
            Textarea::new("why", "What have you tried already?").rows(4).into(),
            CharacterCount::words("summary", Label::new("Sum it up"), 60)
                .hint(Hint::new("Do not name pupils or staff."))
                .value("We would like to teach early reading in the same way in every class.")
                .into(),
            FileUpload::new("file", "Upload a plan").hint("PDF or Word, at most 10 MB").into(),
            PasswordInput::new("password", "Password").into(),
        ]))],
    )
}

fn tasks() -> Html {
    let list = TaskList::new("request")
        .with(TaskItem::new("Your needs", "Completed").href("#needs"))
        .with(
            TaskItem::new("Your strengths", Tag::coloured(TagColour::Teal, "In progress"))
                .href("#strengths")
                .hint("At least one: support goes both ways"),
        )
        .with(TaskItem::new("Who may see it", Tag::coloured(TagColour::Blue, "To do")).href("#who"))
        .with(TaskItem::new("Send the request", TaskStatus::cannot_start("Cannot start yet")));
    part("Task list", vec![readable(&list.into())])
}

fn buttons() -> Html {
    let group = Html::trusted(format!(
        "<div class=\"govuk-button-group\">{}{}{}<a class=\"govuk-link\" href=\"#\">Cancel</a></div>",
        Button::new("Accept the proposal"),
        Button::new("Ask for changes").secondary(),
        Button::new("End the agreement").warning(),
    ));
    let cookies = CookieBanner::new(
        CookieMessage::new("Cookies on Example", "We use some cookies that are needed.").actions([
            CookieAction::submit("Accept", "cookies", "yes"),
            CookieAction::submit("Reject", "cookies", "no"),
            CookieAction::link("View cookies", "#cookies"),
        ]),
    );
    part(
        "Buttons",
        vec![
            group,
            Html::trusted(format!(
                "<div class=\"govuk-button-group\">{}{}</div>",
                Button::link("Start now", "#start").start(),
                Button::new("Disabled").disabled(true),
            )),
            cookies.into(),
            Html::trusted(format!(
                "<div class=\"govuk-clearfix govuk-!-margin-top-6\">{}</div>",
                ExitThisPage::new("https://www.bbc.co.uk/weather"),
            )),
        ],
    )
}
