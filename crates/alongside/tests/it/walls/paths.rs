//! The links of a page and the identifiers in them.

use scraper::{Html, Selector};

/// The links of a page that lead to this installation, without their fragments.
pub(crate) fn links(body: &str) -> Vec<String> {
    let link = Selector::parse("a[href]").expect("a selector");
    Html::parse_document(body)
        .select(&link)
        .filter_map(|link| link.value().attr("href"))
        .filter(|href| href.starts_with('/'))
        .map(|href| href.split('#').next().unwrap_or(href).to_owned())
        .collect()
}

/// The identifiers in an address.
pub(crate) fn ids(url: &str) -> Vec<&str> {
    let is_id =
        |text: &&str| text.len() == 36 && text.bytes().filter(|&byte| byte == b'-').count() == 4;
    url.split(['/', '?', '=', '&', ':']).filter(is_id).collect()
}
