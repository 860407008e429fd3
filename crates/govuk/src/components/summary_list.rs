//! Summary list: facts about one thing, with links to change them.

use askama::Template;

use crate::options::{component, from_content, options};
use crate::{Attributes, Classes, Content, Html};

options! {
    /// Facts about one thing, each with a name, a value and links to act on it.
    #[derive(Template)]
    #[template(path = "summary-list.html")]
    pub struct SummaryList {
        /// The facts.
        pub rows: Vec<SummaryRow>,
        /// Puts the list in a card with a title and links of its own.
        pub card: Option<SummaryCard>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One fact.
    pub struct SummaryRow {
        /// Its name.
        pub key: SummaryText,
        /// Its value.
        pub value: SummaryText,
        /// Links to act on it.
        pub actions: SummaryActions,
        /// Extra classes.
        pub classes: Classes,
    }

    /// The name or the value of a fact.
    pub struct SummaryText {
        /// What it says.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
    }

    /// Links to act on a fact or a card.
    pub struct SummaryActions {
        /// The links.
        pub items: Vec<SummaryAction>,
        /// Extra classes.
        pub classes: Classes,
    }

    /// One link.
    pub struct SummaryAction {
        /// What the link says, such as "Change".
        pub content: Content,
        /// Where it leads.
        pub href: String,
        /// Read out after the link: what it is that changes.
        pub visually_hidden_text: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// A card around a summary list.
    pub struct SummaryCard {
        /// The title.
        pub title: Option<CardTitle>,
        /// Links to act on the card.
        pub actions: SummaryActions,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// The title of a card.
    pub struct CardTitle {
        /// What it says.
        pub content: Content,
        /// Which heading it is; 2 unless given.
        pub heading_level: Option<u8>,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(SummaryList);
from_content!(SummaryText.content, CardTitle.content);

impl SummaryList {
    /// A list with no facts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fact.
    pub fn row(self, key: impl Into<SummaryText>, value: impl Into<SummaryText>) -> Self {
        self.with(SummaryRow::new(key, value))
    }

    /// Adds a fact with all its options.
    pub fn with(mut self, row: impl Into<SummaryRow>) -> Self {
        self.rows.push(row.into());
        self
    }

    /// Without lines between the facts.
    pub fn no_border(mut self) -> Self {
        self.classes.push("govuk-summary-list--no-border");
        self
    }

    /// Puts the list in a card with a title.
    pub fn in_card(self, title: impl Into<CardTitle>) -> Self {
        self.card(SummaryCard { title: Some(title.into()), ..SummaryCard::default() })
    }

    fn any_row_has_actions(&self) -> bool {
        self.rows.iter().any(|row| !row.actions.items.is_empty())
    }

    /// The card's title in brackets: read out after every link.
    fn after_link(&self) -> Html {
        let title = self.card.as_ref().and_then(|card| card.title.as_ref());
        title.map_or_else(Html::default, |title| Html::trusted(format!(" ({})", title.content)))
    }
}

impl SummaryRow {
    /// A fact.
    pub fn new(key: impl Into<SummaryText>, value: impl Into<SummaryText>) -> Self {
        Self { key: key.into(), value: value.into(), ..Self::default() }
    }

    /// Adds a link; `what` is read out after it ("Change" + "name").
    pub fn action(
        mut self,
        content: impl Into<Content>,
        href: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        self.actions.items.push(SummaryAction::new(content, href).visually_hidden_text(what));
        self
    }
}

impl<K: Into<SummaryText>, V: Into<SummaryText>> From<(K, V)> for SummaryRow {
    fn from((key, value): (K, V)) -> Self {
        Self::new(key, value)
    }
}

impl SummaryAction {
    /// A link.
    pub fn new(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self { content: content.into(), href: href.into(), ..Self::default() }
    }
}

impl From<Vec<SummaryAction>> for SummaryActions {
    fn from(items: Vec<SummaryAction>) -> Self {
        Self { items, ..Self::default() }
    }
}

impl SummaryCard {
    /// A card with a title.
    pub fn new(title: impl Into<CardTitle>) -> Self {
        Self { title: Some(title.into()), ..Self::default() }
    }
}

impl CardTitle {
    fn level(&self) -> u8 {
        self.heading_level.unwrap_or(2)
    }
}
