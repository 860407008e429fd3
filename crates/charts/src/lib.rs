//! Accessible SVG charts and maps, each with a title, a description and the table that says the same.
