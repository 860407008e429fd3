//! Everything that says something.

use govuk::{
    Accordion, AccordionItem, Details, Feedback, Html, InsetText, LanguageItem, LanguageNavigation,
    NotificationBanner, Pagination, PaginationLink, Panel, PanelAction, SummaryAction, SummaryCard,
    SummaryList, SummaryRow, Tabs, Tag, TagColour, WarningText,
};

use super::{part, readable};

/// Banners, lists, tabs and the rest.
pub(super) fn all() -> Html {
    Html::join([messages(), facts(), folded(), tags()])
}

fn messages() -> Html {
    let news =
        NotificationBanner::new("The figures for 2025 to 2026 are provisional until February.")
            .title_id("news");
    let done = NotificationBanner::success("Request sent to the broker")
        .disable_auto_focus(true)
        .title_id("done");
    let confirmation = Panel::new("Agreement signed")
        .content(Html::trusted("Your reference is<br><strong>AG-2026-0117</strong>"))
        .heading_level(3);
    let interruption = Panel::interruption(
        "Are you sure the figures are right?",
        vec![PanelAction::button("Yes, they are right", "#"), PanelAction::link("Check them", "#")],
    )
    .content("Both schools will be measured against them for two years.")
    .heading_level(3);
    part(
        "Messages",
        vec![readable(&Html::join([
            Html::from(news),
            done.into(),
            confirmation.into(),
            interruption.into(),
            InsetText::new("It can take up to 8 weeks to agree on terms.").into(),
            WarningText::new("After both schools have signed, the figures cannot be changed.")
                .into(),
            Details::new(
                "Why we ask for strengths",
                "Every school that asks also has something to give.",
            )
            .into(),
        ]))],
    )
}

fn facts() -> Html {
    let list = SummaryList::new()
        .with(SummaryRow::new("School", "Oakfield Primary School").action("Change", "#", "school"))
        .with(SummaryRow::new("Headteacher", "Sam Okafor").action("Change", "#", "headteacher"))
        .row("Status", Tag::coloured(TagColour::Green, "Agreed"));
    let mut card = SummaryCard::new("Harbour View Academy");
    card.actions =
        vec![SummaryAction::new("Withdraw", "#"), SummaryAction::new("Print", "#")].into();
    let in_card = SummaryList::new()
        .row("Gives", "12 days a year in early reading")
        .row("Learns", "How to run a breakfast club")
        .card(card);
    part("Facts", vec![readable(&Html::join([Html::from(list), in_card.into()]))])
}

fn folded() -> Html {
    let tabs = Tabs::new("Results")
        .item("ks2", "Key stage 2", Html::trusted("<h3 class=\"govuk-heading-m\">Key stage 2</h3><p class=\"govuk-body\">58% reached the expected standard.</p>"))
        .item("absence", "Absence", "5.9% of sessions were missed.");
    let accordion = Accordion::new("rules")
        .heading_level(3)
        .remember_expanded(false)
        .with(
            AccordionItem::new("How schools are matched", "By need, strength and distance.")
                .expanded(true),
        )
        .item("What is measured", "Both schools, before and after.");
    let parts = Pagination::parts(
        Some(PaginationLink::titled("#", "Asking for support")),
        Some(PaginationLink::titled("#", "Signing an agreement")),
    )
    .landmark_label("Parts of the guide");
    let languages = LanguageNavigation::new([
        LanguageItem::own("English", "en"),
        LanguageItem::other("Cymraeg", "cy", "#cy"),
    ]);
    part(
        "Folded and in parts",
        vec![
            tabs.into(),
            accordion.into(),
            readable(&parts.into()),
            languages.into(),
            Feedback::new("Is this page useful?", "Tell us what you were looking for.").into(),
        ],
    )
}

fn tags() -> Html {
    let colours = [
        (TagColour::Grey, "Inactive"),
        (TagColour::Green, "Agreed"),
        (TagColour::Teal, "Active"),
        (TagColour::Blue, "New"),
        (TagColour::Purple, "Received"),
        (TagColour::Magenta, "Late"),
        (TagColour::Red, "Ended"),
        (TagColour::Orange, "Declined"),
        (TagColour::Yellow, "To sign"),
    ];
    let tags: Vec<String> = colours
        .into_iter()
        .map(|(colour, words)| Tag::coloured(colour, words).to_string())
        .collect();
    part("Tags", vec![Html::trusted(format!("<p class=\"govuk-body\">{}</p>", tags.join(" ")))])
}
