//! The components beyond GOV.UK Frontend.

use govuk::extra::{
    Audience, Card, CardGrid, Downloads, FilterPanel, Metadata, ScrollArea, SearchBox,
    SideNavigation, Step, StepState, Steps, SubNavigation, Tile, Tiles, Timeline, TimelineEvent,
    Visibility,
};
use govuk::{
    Checkboxes, Fieldset, Html, Input, Label, Legend, NavigationItem, Pagination, Table, TableCell,
    Tag, TagColour,
};

use super::{beside, part};

/// A person's day: numbers, progress, events, lists.
pub(super) fn all() -> Html {
    Html::join([overview(), progress(), list()])
}

fn overview() -> Html {
    let navigation = SubNavigation::new(
        "Oakfield Primary School",
        [
            NavigationItem::new("Summary", "#s").current(true),
            NavigationItem::new("Attainment", "#a"),
            NavigationItem::new("Attendance", "#b"),
            NavigationItem::new("Support", "#c"),
            NavigationItem::new("History", "#d"),
        ],
    );
    let tiles = Tiles::new([
        Tile::new("Reading, writing and maths", "58%")
            .detail("4 pupils below the family of schools")
            .href("#rwm"),
        Tile::new("Absence", "5.9%").detail("About the same as the family"),
        Tile::new("Pupils on roll", "214").detail("Census, January 2026"),
        Tile::missing("Progress in maths", "Not shown").detail("Fewer than 11 pupils"),
    ]);
    let source = Metadata::new([
        ("Source", "Performance tables, key stage 2"),
        ("Year", "2025 to 2026"),
        ("Release", "Provisional"),
        ("Licence", "Open Government Licence v3.0"),
    ]);
    let visibility = Visibility::new(
        Audience::Restricted,
        "you, the head of Oakfield Primary School and their broker.",
    )
    .detail("It is never shown to other schools.");
    let cards = CardGrid::new([
        Card::new("Request support", "#r")
            .content("Say what you would like to get better at, and who should see it.")
            .note("About 10 minutes"),
        Card::new("Offer support", "#o")
            .content("Say what your school does well and how many days it can give.")
            .note("About 15 minutes"),
        Card::new("Agreements", "#g")
            .content("Two agreements are waiting for a signature.")
            .note(Tag::coloured(TagColour::Yellow, "To sign")),
    ])
    .heading_level(3);
    part(
        "At a glance",
        vec![navigation.into(), visibility.into(), tiles.into(), source.into(), cards.into()],
    )
}

fn progress() -> Html {
    let steps = |vertical: bool| {
        let steps = Steps::new(
            "Progress of the agreement",
            [
                Step::new("Proposed", StepState::Done).detail("3 March 2026"),
                Step::new("Accepted", StepState::Done).detail("11 March 2026"),
                Step::new("Signed", StepState::Late).detail("Due 27 March 2026").href("#sign"),
                Step::new("Working together", StepState::Current).detail("Until July 2027"),
                Step::new("Reviewed", StepState::ToDo),
            ],
        );
        Html::from(if vertical { steps.vertical() } else { steps })
    };
    let timeline = Timeline::new([
        TimelineEvent::new("Progress reviewed", "14 May 2026 at 4:10pm", "2026-05-14T16:10")
            .by("Priya Shah")
            .content("Reading is on track. Two classes have begun the new phonics scheme.")
            .highlighted(true),
        TimelineEvent::new("Visit", "30 April 2026", "2026-04-30").by("Tom Reed"),
        TimelineEvent::new("Agreement signed by both schools", "27 March 2026", "2026-03-27")
            .by("Sam Okafor")
            .content("The figures both schools start from were fixed on this day."),
    ]);
    let side = SideNavigation::new("Agreement")
        .section(
            "Agreement",
            [
                NavigationItem::new("Overview", "#1").current(true),
                NavigationItem::new("Success criteria", "#2"),
                NavigationItem::new("Milestones", "#3"),
            ],
        )
        .section("People", [("Contacts", "#4"), ("Visits", "#5")]);
    let right = Html::join([
        Html::trusted("<h3 class=\"govuk-heading-m\">What has happened</h3>"),
        Html::from(timeline.heading_level(4)),
        Html::trusted("<h3 class=\"govuk-heading-m\">Stages below each other</h3>"),
        steps(true),
    ]);
    part("Progress", vec![steps(false), beside(&side.into(), &right)])
}

fn list() -> Html {
    let search = SearchBox::new("#", Label::new("Find a school").small())
        .hint("Name, URN, town or postcode")
        .value("oak");
    let fields = Html::join([
        Html::from(Input::new("near", Label::new("Near postcode").small()).width(10)),
        Checkboxes::new("phase", Fieldset::new(Legend::new("Phase").small()))
            .small()
            .item("primary", "Primary")
            .item("secondary", "Secondary")
            .item("special", "Special")
            .values(["primary"])
            .into(),
    ]);
    let filter = FilterPanel::new("#", fields)
        .select("Phase", [("Primary", "#1")])
        .select("Region", [("North East", "#2"), ("Yorkshire and The Humber", "#3")])
        .clear_href("#4");
    let rows = [
        (
            "Oakfield Primary School",
            "Sunderbury",
            "1.2 miles",
            "12",
            Tag::coloured(TagColour::Green, "Offering support"),
        ),
        (
            "St Hilda’s Catholic Primary School",
            "Sunderbury",
            "3.4 miles",
            "4",
            Tag::coloured(TagColour::Blue, "In an agreement"),
        ),
        (
            "Harbour View Academy",
            "Port Merrow",
            "8.0 miles",
            "20",
            Tag::coloured(TagColour::Grey, "Not taking part"),
        ),
    ];
    let table = rows.into_iter().fold(
        Table::new("Schools near SB1 2AB")
            .head([
                TableCell::new("School"),
                TableCell::new("Town"),
                TableCell::number("Distance"),
                TableCell::number("Days offered"),
                TableCell::new("Status"),
            ])
            .first_cell_is_header(true),
        |table, (name, town, distance, days, status)| {
            table.row([
                TableCell::new(Html::trusted(format!(
                    "<a class=\"govuk-link\" href=\"#\">{name}</a>"
                ))),
                TableCell::new(town),
                TableCell::number(distance),
                TableCell::number(days),
                TableCell::new(status),
            ])
        },
    );
    let rest = Html::join([
        Html::from(ScrollArea::new("Schools near SB1 2AB", table)),
        Downloads::new("schools", [("CSV", "#csv"), ("XLSX", "#xlsx"), ("JSON", "#json")]).into(),
        Pagination::pages(5, 24, |page| format!("#page-{page}")).into(),
    ]);
    part("A list", vec![search.into(), beside(&filter.into(), &rest)])
}
