//! Holds every component to the fixtures that GOV.UK Frontend publishes for ports of itself.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::fixtures::FromFixture;
use crate::normalise::normalise;

/// Renders a component from the options of a fixture.
type Render = fn(Value) -> Result<String, String>;

macro_rules! renderers {
    ($($name:literal => $component:ident),+ $(,)?) => {
        &[$( ($name, |options| {
            crate::$component::from_fixture(options).map(|component| component.render())
        }) ),+]
    };
}

const COMPONENTS: &[(&str, Render)] = renderers! {
    "accordion" => Accordion,
    "back-link" => BackLink,
    "breadcrumbs" => Breadcrumbs,
    "button" => Button,
    "character-count" => CharacterCount,
    "checkboxes" => Checkboxes,
    "cookie-banner" => CookieBanner,
    "date-input" => DateInput,
    "details" => Details,
    "error-message" => ErrorMessage,
    "error-summary" => ErrorSummary,
    "exit-this-page" => ExitThisPage,
    "feedback" => Feedback,
    "fieldset" => Fieldset,
    "file-upload" => FileUpload,
    "footer" => Footer,
    "generic-header" => GenericHeader,
    "header" => Header,
    "hint" => Hint,
    "input" => Input,
    "inset-text" => InsetText,
    "label" => Label,
    "language-navigation" => LanguageNavigation,
    "notification-banner" => NotificationBanner,
    "pagination" => Pagination,
    "panel" => Panel,
    "password-input" => PasswordInput,
    "phase-banner" => PhaseBanner,
    "radios" => Radios,
    "select" => Select,
    "service-navigation" => ServiceNavigation,
    "skip-link" => SkipLink,
    "summary-list" => SummaryList,
    "table" => Table,
    "tabs" => Tabs,
    "tag" => Tag,
    "task-list" => TaskList,
    "textarea" => Textarea,
    "warning-text" => WarningText,
};

/// The SVG that stands for artwork this crate does not carry, cut out of the expected HTML.
fn artwork(html: &str) -> Option<String> {
    let start = html.find("<svg").filter(|_| {
        html.contains("govuk-footer__crown") || html.contains("govuk-header__logotype")
    })?;
    let end = start + html[start..].find("</svg>")? + "</svg>".len();
    Some(html[start..end].to_owned())
}

/// Renders one fixture. Header and footer get the artwork they do not carry from the caller, here
/// from the fixture.
fn render(component: &str, render: Render, options: Value, html: &str) -> Result<String, String> {
    let slot = match component {
        "header" => "logo",
        "footer" => "crest",
        _ => return render(options),
    };
    let mut options = options;
    if let (Some(options), Some(art)) = (options.as_object_mut(), artwork(html)) {
        options.insert(slot.to_owned(), Value::String(art));
    }
    render(options)
}

#[test]
fn every_component_passes_every_published_fixture() {
    let fixtures: Value = serde_json::from_str(include_str!("../fixtures/govuk-frontend.json"))
        .expect("the vendored fixtures are JSON");
    let fixtures = fixtures.as_object().expect("fixtures by component");
    let mut table = String::new();
    let mut problems = Vec::new();
    let (mut total, mut total_passed) = (0, 0);
    for (component, cases) in fixtures {
        let cases = cases.as_array().expect("a list of fixtures");
        let known = COMPONENTS.iter().find(|(name, _)| name == component);
        let mut passed = 0;
        for case in cases {
            let html = case["html"].as_str().expect("expected HTML");
            let outcome = match known {
                None => Err("not implemented".to_owned()),
                Some((_, renderer)) => render(component, *renderer, case["options"].clone(), html),
            };
            match outcome {
                Ok(ours) if normalise(&ours) == normalise(html) => passed += 1,
                Ok(ours) => problems.push(difference(component, case, &ours, html)),
                Err(why) => problems.push(format!("{component}: {}: {why}", case["name"])),
            }
        }
        writeln!(table, "| {component} | {} | {passed} |", cases.len()).expect("a string");
        total += cases.len();
        total_passed += passed;
    }
    if std::env::var_os("GOVUK_WRITE_CONFORMANCE").is_some() {
        write_table(&table, total, total_passed);
    }
    assert!(
        problems.is_empty(),
        "{} of {total} fixtures fail:\n{}",
        problems.len(),
        problems.join("\n")
    );
    assert_eq!(
        table_in(&std::fs::read_to_string(conformance_file()).expect("CONFORMANCE.md")),
        table.trim(),
        "CONFORMANCE.md is out of date: run the test with GOVUK_WRITE_CONFORMANCE=1"
    );
}

/// The first line in which two renderings differ.
fn difference(component: &str, case: &Value, ours: &str, theirs: &str) -> String {
    let (ours, theirs) = (normalise(ours), normalise(theirs));
    let mut lines = ours.lines().zip(theirs.lines());
    let (got, wanted) = lines.find(|(a, b)| a != b).unwrap_or(("(ends)", "(ends)"));
    format!("{component}: {}:\n  wanted {wanted}\n  got    {got}", case["name"])
}

fn conformance_file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("CONFORMANCE.md")
}

fn table_in(text: &str) -> &str {
    let rows = text.split("|---|---:|---:|\n").nth(1).unwrap_or_default();
    rows.split("\n\n").next().unwrap_or_default().trim()
}

fn write_table(table: &str, total: usize, passed: usize) {
    let text = format!(
        "# Conformance\n\n\
         Every component is rendered from the options of the fixtures that the npm package \
         `govuk-frontend` publishes\n(version in [VENDORED.toml](VENDORED.toml)) and compared with \
         the HTML published for them. **{passed} of {total} pass.**\n\n\
         Evened out before comparing: white space that cannot be seen, and the way a character is \
         escaped\n(see `src/normalise.rs`). The order of attributes, every class, id and value \
         count. An option a component\ndoes not know fails its fixture.\n\n\
         The crown and the GOV.UK logotype are cut out of the fixtures of `header` and `footer`; \
         the empty SVG that\nremains is passed in as a caller would pass artwork. By default both \
         licence and copyright are left out of\nthe footer; the fixtures' own default (Open \
         Government Licence, Crown copyright) is asked for explicitly.\n\n\
         | Component | Fixtures | Passed |\n|---|---:|---:|\n{table}\n\
         This file is written by `GOVUK_WRITE_CONFORMANCE=1 cargo test -p govuk`, and checked by \
         `cargo test -p govuk`.\n"
    );
    std::fs::write(conformance_file(), text).expect("CONFORMANCE.md can be written");
}
