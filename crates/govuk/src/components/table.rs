//! Table: data to compare.

use askama::Template;

use crate::options::{component, from_content, options};
use crate::{Rows, Attributes, Classes, Content};

options! {
    /// Data in rows and columns.
    #[derive(Template)]
    #[template(path = "table.html")]
    pub struct Table {
        /// What the table shows; read out before it.
        pub caption: String,
        /// Classes for the caption, such as `govuk-table__caption--m`.
        pub caption_classes: Classes,
        /// The column headings.
        pub head: Vec<TableCell>,
        /// The rows.
        pub rows: Rows<TableCell>,
        /// Whether the first cell of each row is its heading.
        pub first_cell_is_header: bool,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One cell, of the head or of a row.
    pub struct TableCell {
        /// What the cell says.
        pub content: Content,
        /// `numeric` lines numbers up on the right.
        pub format: String,
        /// Columns it spans.
        pub colspan: Option<u32>,
        /// Rows it spans.
        pub rowspan: Option<u32>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Table);
from_content!(TableCell.content);

impl Table {
    /// An empty table with a caption.
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..Self::default() }
            .caption_classes("govuk-table__caption--m")
    }

    /// Adds a row.
    pub fn row<I>(mut self, cells: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<TableCell>,
    {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }
}

impl TableCell {
    /// A number: lined up on the right.
    pub fn number(content: impl Into<Content>) -> Self {
        Self::new(content).format("numeric")
    }
}
