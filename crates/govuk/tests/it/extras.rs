//! The components beyond GOV.UK Frontend.

use govuk::extra::{
    Account, Audience, Card, CardGrid, Downloads, FilterPanel, Metadata, Page, ScrollArea,
    SearchBox, SideNavigation, Step, StepState, Steps, SubNavigation, Tile, Tiles, Timeline,
    TimelineEvent, Visibility, Wordmark,
};
use govuk::{Html, NavigationItem, Tag};
use scraper::{Html as Document, Selector};

const EVIL: &str = "<script>alert(\"'&\")</script>";

fn count(html: &str, selector: &str) -> usize {
    let document = Document::parse_fragment(html);
    document.select(&Selector::parse(selector).expect("a selector")).count()
}

fn text(html: &str, selector: &str) -> String {
    let document = Document::parse_fragment(html);
    let selector = Selector::parse(selector).expect("a selector");
    let words: Vec<&str> = document.select(&selector).flat_map(|found| found.text()).collect();
    words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn text_is_escaped_everywhere() {
    let item = || NavigationItem::new(EVIL, EVIL);
    let pages = [
        Account::new(EVIL).role(EVIL).href(EVIL).sign_out(EVIL).sign_out_text(EVIL).render(),
        CardGrid::new([Card::new(EVIL, EVIL).content(EVIL).note(EVIL)]).render(),
        Downloads::new(EVIL, [(EVIL, EVIL)]).render(),
        FilterPanel::new(EVIL, EVIL)
            .title(EVIL)
            .select(EVIL, [(EVIL, EVIL)])
            .clear_href(EVIL)
            .button_text(EVIL)
            .render(),
        Metadata::new([(EVIL, EVIL)]).render(),
        SubNavigation::new(EVIL, [item()]).render(),
        SideNavigation::new(EVIL).section(EVIL, [item()]).render(),
        ScrollArea::new(EVIL, EVIL).render(),
        SearchBox::new(EVIL, EVIL).value(EVIL).hint(EVIL).button_text(EVIL).render(),
        Steps::new(EVIL, [Step::new(EVIL, StepState::Late).detail(EVIL).state_text(EVIL)]).render(),
        Tiles::new([Tile::new(EVIL, EVIL).detail(EVIL).href(EVIL)]).render(),
        Timeline::new([TimelineEvent::new(EVIL, EVIL, EVIL).by(EVIL).content(EVIL)]).render(),
        Visibility::new(Audience::Public, EVIL).detail(EVIL).title(EVIL).render(),
        Wordmark::new(EVIL).render(),
    ];
    for html in pages {
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&#60;script&#62;alert(&#34;&#39;&#38;&#34;)"), "{html}");
        assert_eq!(count(&html, "script"), 0, "{html}");
    }
}

#[test]
fn a_component_inside_another_stays_html() {
    let html = CardGrid::new([Card::new("A", "#").note(Tag::new("To sign"))]).render();
    assert_eq!(text(&html, ".extra-card__note .govuk-tag"), "To sign");
}

#[test]
fn a_long_past_is_folded() {
    let past = |n: usize| {
        let one = |at| TimelineEvent::new(format!("Thing {at}"), "1 May 2026", "2026-05-01");
        Timeline::new((0..n).map(one)).render()
    };
    let items = |html: &str, within: &str| count(html, &format!("{within} li"));
    assert_eq!((items(&past(12), "ol"), count(&past(12), "details")), (12, 0));
    let long = past(40);
    assert_eq!((items(&long, "details"), items(&long, "ol")), (32, 40));
    assert_eq!(text(&long, "summary"), "32 earlier");
    assert!(text(&long, "details li:first-child").starts_with("Thing 8"), "{long}");
}

#[test]
fn the_page_being_shown_is_marked() {
    let items = [
        NavigationItem::new("Summary", "/s").active(true),
        NavigationItem::new("Support", "/t").current(true),
        NavigationItem::new("History", "/u"),
    ];
    let html = SubNavigation::new("School", items).render();
    assert_eq!(text(&html, "[aria-current=page]"), "Support");
    assert_eq!(text(&html, "[aria-current=true]"), "Summary");
    assert_eq!(count(&html, "a"), 3);
}

#[test]
fn a_step_says_in_words_how_far_it_has_come() {
    let steps = [
        Step::new("Signed", StepState::Done),
        Step::new("Working", StepState::Current),
        Step::new("Reviewed", StepState::Late).state_text("2 weeks late"),
        Step::new("Closed", StepState::ToDo),
    ];
    let html = Steps::new("Progress", steps).render();
    assert_eq!(text(&html, ".extra-steps__state"), "Done In progress 2 weeks late Not started");
    assert_eq!(text(&html, "[aria-current=step] .extra-steps__name"), "Working");
}

#[test]
fn a_filter_shows_only_fields_with_something_selected() {
    let none: [(&str, &str); 0] = [];
    let html = FilterPanel::new("/schools", "")
        .select("Phase", [("Primary", "/schools?region=1")])
        .select("Region", none)
        .clear_href("/schools")
        .render();
    assert_eq!(text(&html, ".extra-filter__group"), "Phase");
    assert_eq!(text(&html, ".extra-filter__tag"), "Remove filter: Primary");
    assert_eq!(count(&html, "form[method=get] button[type=submit]"), 1);
    let empty = FilterPanel::new("/schools", "").clear_href("/schools").render();
    assert_eq!(count(&empty, ".extra-filter__selected"), 0);
}

#[test]
fn signing_out_is_sent_with_post() {
    let html = Account::new("Sam").sign_out("/sign-out").render();
    assert_eq!(count(&html, "form[method=post][action='/sign-out'] button[type=submit]"), 1);
    assert_eq!(count(&Account::new("Sam").render(), "form"), 0);
}

#[test]
fn a_page_links_its_assets_by_their_hashes() {
    let html = Page::new("Title <b>", Html::trusted("<p>Content</p>")).render();
    assert!(html.contains("<title>Title &#60;b&#62;</title>"), "{html}");
    let hash = govuk::assets::get("extra.css").expect("the stylesheet").hash;
    assert!(html.contains(&format!("href=\"/assets/extra.css?v={}\"", &hash[..12])), "{html}");
    assert!(html.contains("<script type=\"module\" src=\"/assets/init.js?v="), "{html}");
    assert!(html.contains("<html lang=\"en\""), "{html}");
    assert!(!html.contains("<header"), "no header unless given");
}
