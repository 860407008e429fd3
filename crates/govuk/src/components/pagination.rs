//! Pagination: a long list in pages, or a guide in parts.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// Links to the pages of a list; without numbers, to the part before and the part after.
    #[derive(Template)]
    #[template(path = "pagination.html")]
    pub struct Pagination {
        /// The page before.
        pub previous: Option<PaginationLink>,
        /// The page after.
        pub next: Option<PaginationLink>,
        /// The numbered pages.
        pub items: Vec<PaginationItem>,
        /// What screen readers call it; "Pagination" unless given.
        pub landmark_label: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// The page before or after.
    pub struct PaginationLink {
        /// Its address; without it nothing is shown.
        pub href: String,
        /// What the link says; "Previous page" or "Next page" unless given.
        pub content: Content,
        /// The title of that page, below; only where there are no numbers.
        pub label_text: String,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One numbered page, or the dots where some are left out.
    pub struct PaginationItem {
        /// Its number.
        pub number: String,
        /// Its address.
        pub href: String,
        /// Whether this is the page being shown.
        pub current: bool,
        /// Whether these are the dots.
        pub ellipsis: bool,
        /// What screen readers call it; "Page" and its number unless given.
        pub visually_hidden_text: String,
        /// Extra attributes of the link.
        pub attributes: Attributes,
    }
}

component!(Pagination);

impl Pagination {
    /// The pages 1 to `last` with `current` marked: its neighbours, the first and the last are
    /// shown, dots stand for the rest. `address` gives the address of a page.
    ///
    /// With one page or none there is nothing to choose and nothing is rendered.
    pub fn pages(current: u32, last: u32, address: impl Fn(u32) -> String) -> Self {
        let mut pagination = Self::default();
        if last <= 1 {
            return pagination;
        }
        let current = current.clamp(1, last);
        if current > 1 {
            pagination.previous = Some(PaginationLink::new(address(current - 1)));
        }
        if current < last {
            pagination.next = Some(PaginationLink::new(address(current + 1)));
        }
        let mut before = 0;
        for page in 1..=last {
            if page != 1 && page != last && page.abs_diff(current) > 1 {
                continue;
            }
            if page == before + 2 {
                pagination.items.push(PaginationItem::new(before + 1, address(before + 1)));
            } else if page > before + 2 {
                pagination.items.push(PaginationItem::dots());
            }
            let item = PaginationItem::new(page, address(page)).current(page == current);
            pagination.items.push(item);
            before = page;
        }
        pagination
    }

    /// The part before and the part after, each with its title.
    pub fn parts(previous: Option<PaginationLink>, next: Option<PaginationLink>) -> Self {
        Self { previous, next, ..Self::default() }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.previous.is_none() && self.next.is_none()
    }

    fn is_block(&self) -> bool {
        self.items.is_empty()
    }

    fn label(&self) -> &str {
        if self.landmark_label.is_empty() { "Pagination" } else { &self.landmark_label }
    }

    fn shown(link: Option<&PaginationLink>) -> Option<&PaginationLink> {
        link.filter(|link| !link.href.is_empty())
    }
}

impl PaginationLink {
    /// A link that says "Previous page" or "Next page".
    pub fn new(href: impl Into<String>) -> Self {
        Self { href: href.into(), ..Self::default() }
    }

    /// A link with the title of the part it leads to.
    pub fn titled(href: impl Into<String>, title: impl Into<String>) -> Self {
        Self::new(href).label_text(title)
    }
}

impl PaginationItem {
    /// A numbered page.
    pub fn new(number: u32, href: impl Into<String>) -> Self {
        Self { number: number.to_string(), href: href.into(), ..Self::default() }
    }

    /// The dots where pages are left out.
    pub fn dots() -> Self {
        Self::default().ellipsis(true)
    }

    fn spoken(&self) -> String {
        if self.visually_hidden_text.is_empty() {
            format!("Page {}", self.number)
        } else {
            self.visually_hidden_text.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(current: u32, last: u32) -> String {
        let pagination = Pagination::pages(current, last, |page| format!("?page={page}"));
        let words: Vec<String> = pagination
            .items
            .iter()
            .map(|item| match (item.ellipsis, item.current) {
                (true, _) => "…".to_owned(),
                (false, true) => format!("[{}]", item.number),
                (false, false) => item.number.clone(),
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn dots_stand_for_two_pages_or_more() {
        assert_eq!(shown(1, 1), "");
        assert_eq!(shown(1, 2), "[1] 2");
        assert_eq!(shown(4, 9), "1 2 3 [4] 5 … 9");
        assert_eq!(shown(5, 9), "1 … 4 [5] 6 … 9");
        assert_eq!(shown(99, 9), "1 … 8 [9]");
        assert_eq!(shown(6, 9), "1 … 5 [6] 7 8 9");
    }

    #[test]
    fn one_page_renders_nothing() {
        assert_eq!(Pagination::pages(1, 1, |_| String::new()).render().trim(), "");
    }
}
