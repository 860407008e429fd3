//! The gallery shows every component; what holds for it holds for the components.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Html, Selector};

#[path = "../../examples/gallery/page/mod.rs"]
mod page;

fn document() -> Html {
    Html::parse_document(&page::gallery().render())
}

fn elements(document: &Html) -> Vec<ElementRef<'_>> {
    let all = Selector::parse("*").expect("a selector");
    let found: Vec<_> = document.select(&all).map(|found| found.to_owned()).collect();
    assert!(found.len() > 500, "the gallery is the whole gallery");
    found
}

#[test]
fn a_strict_content_security_policy_holds() {
    let document = document();
    for element in elements(&document) {
        let element = element.value();
        for (name, value) in element.attrs() {
            let where_ = format!("<{} {name}=\"{value}\">", element.name());
            assert_ne!(name, "style", "inline style: {where_}");
            assert!(!name.starts_with("on"), "inline script: {where_}");
            assert!(!value.trim_start().starts_with("javascript:"), "inline script: {where_}");
        }
        assert_ne!(element.name(), "style", "a style element");
        if element.name() == "script" {
            assert!(element.attr("src").is_some_and(|src| src.starts_with("assets/")));
        }
    }
}

#[test]
fn every_id_is_there_once_and_every_reference_leads_to_one() {
    let document = document();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let elements = elements(&document);
    for element in &elements {
        if let Some(id) = element.value().attr("id") {
            *ids.entry(id).or_default() += 1;
        }
    }
    let twice: Vec<_> = ids.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "ids used twice: {twice:?}");
    let mut references = 0;
    for element in &elements {
        for name in ["for", "aria-labelledby", "aria-describedby", "aria-controls"] {
            for id in element.value().attr(name).unwrap_or_default().split_whitespace() {
                references += 1;
                assert!(ids.contains_key(id), "{name}=\"{id}\" leads nowhere");
            }
        }
    }
    assert!(references > 30, "only {references} references were looked at");
}

#[test]
fn every_field_has_a_name_people_can_read() {
    let document = document();
    let labelled: BTreeSet<String> = {
        let labels = Selector::parse("label[for]").expect("a selector");
        let of = |label: ElementRef<'_>| {
            let words: String = label.text().collect();
            assert!(!words.trim().is_empty(), "an empty label");
            label.value().attr("for").map(str::to_owned)
        };
        document.select(&labels).filter_map(of).collect()
    };
    let fields = Selector::parse("input:not([type=hidden]), select, textarea").expect("a selector");
    let mut seen = 0;
    for field in document.select(&fields) {
        seen += 1;
        let id = field.value().attr("id").unwrap_or_default();
        assert!(labelled.contains(id), "no label: {}", field.html());
    }
    assert!(seen > 20, "only {seen} fields were looked at");
}

#[test]
fn headings_do_not_skip_a_level() {
    let document = document();
    let headings = Selector::parse("h1, h2, h3, h4, h5, h6").expect("a selector");
    let mut before = 0;
    for heading in document.select(&headings) {
        let level: u8 = heading.value().name()[1..].parse().expect("a level");
        let words: String = heading.text().collect();
        assert!(level <= before + 1, "h{level} after h{before}: {}", words.trim());
        before = level;
    }
    let first = Selector::parse("h1").expect("a selector");
    assert_eq!(document.select(&first).count(), 1, "one h1");
}
