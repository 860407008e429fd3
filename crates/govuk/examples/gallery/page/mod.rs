//! Every component on one page.

mod content;
mod extras;
mod forms;

use govuk::extra::{Account, Page, Wordmark};
use govuk::{Breadcrumbs, Footer, FooterMeta, GenericHeader, Html, PhaseBanner, ServiceNavigation};

/// A part of the gallery: its heading and the components below it.
fn part(title: &str, pieces: Vec<Html>) -> Html {
    let heading = format!("<h2 class=\"govuk-heading-l\">{title}</h2>");
    let end = "<hr class=\"govuk-section-break govuk-section-break--xl \
               govuk-section-break--visible\">";
    let mut all = vec![Html::trusted(heading)];
    all.extend(pieces);
    all.push(Html::trusted(end));
    Html::join(all)
}

/// A narrow column beside a wide one.
fn beside(narrow: &Html, wide: &Html) -> Html {
    Html::trusted(format!("<div class=\"extra-layout\"><div>{narrow}</div><div>{wide}</div></div>"))
}

/// Text as wide as is easy to read.
fn readable(html: &Html) -> Html {
    Html::trusted(format!(
        "<div class=\"govuk-grid-row\"><div class=\"govuk-grid-column-two-thirds\">{html}</div></div>"
    ))
}

fn header() -> Html {
    let account = Account::new("Sam Okafor").role("Headteacher").href("#me").sign_out("#out");
    Html::join([
        Html::from(GenericHeader::new(Wordmark::new("Example")).url("#")),
        ServiceNavigation::new("Support between schools", "#")
            .with(govuk::NavigationItem::new("Overview", "#overview").current(true))
            .item("Schools", "#schools")
            .item("Requests", "#requests")
            .item("Agreements", "#agreements")
            .end(account)
            .into(),
        PhaseBanner::new("Demo", "Everything on this page is invented.").into(),
    ])
}

/// The whole page.
pub(crate) fn gallery() -> Page {
    let title = Html::trusted(
        "<span class=\"govuk-caption-xl\">Every component</span>\
         <h1 class=\"govuk-heading-xl\">Gallery</h1>",
    );
    let content = Html::join([title, extras::all(), forms::all(), content::all()]);
    let before = Breadcrumbs::default().item("Home", "#").item("Design", "#").item("Gallery", "");
    let footer = Footer::new([("Accessibility", "#a"), ("Privacy", "#p"), ("Source code", "#s")])
        .meta(
            FooterMeta::default()
                .items([("Accessibility", "#a"), ("Privacy", "#p"), ("Source code", "#s")])
                .content("An example of a service. Not part of GOV.UK."),
        );
    Page::new("Gallery – Example", content)
        .assets("assets")
        .header(header())
        .before_content(before)
        .footer(footer)
}
