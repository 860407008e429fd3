//! One table, many forms: what the screen shows is what the CSV, the workbook and the JSON hold.

use std::fmt;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use super::{PageError, text::escape};

/// A value in a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number and how many decimals to show.
    Number(f64, usize),
    /// No number, and why, in words.
    Missing(String),
    /// Words that lead somewhere.
    Link(String, String),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Missing(text) | Self::Link(text, _) => f.write_str(text),
            Self::Number(value, decimals) => write!(f, "{value:.decimals$}"),
        }
    }
}

/// A table as the screen shows it and as it downloads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What the table is, in a line.
    pub caption: String,
    /// The headings.
    pub columns: Vec<String>,
    /// The rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
    /// Where the figures come from, as at when, under which licence: printed under every form.
    pub notes: Vec<String>,
}

/// A form a table can be downloaded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, UTF-8 with a byte-order mark so that spreadsheets read it.
    Csv,
    /// A workbook.
    Xlsx,
    /// A list of objects with the notes beside it.
    Json,
}

impl Format {
    /// Reads the ending of a file name.
    #[must_use]
    pub fn from_ending(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Text that a spreadsheet would run as a formula is given a leading apostrophe.
fn defuse(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

impl Table {
    /// The table as HTML with a scrolling frame, numbers aligned right.
    #[must_use]
    pub fn html(&self) -> String {
        let numeric: Vec<bool> = (0..self.columns.len())
            .map(|column| {
                self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Number(..))))
            })
            .collect();
        let class = |base: &str, column: usize| {
            if numeric.get(column) == Some(&true) {
                format!("{base} {base}--numeric")
            } else {
                base.to_owned()
            }
        };
        let mut html = format!(
            "<div class=\"as-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\
             <table class=\"govuk-table\"><caption class=\"govuk-table__caption govuk-table__caption--s\">\
             {0}</caption><thead class=\"govuk-table__head\"><tr class=\"govuk-table__row\">",
            escape(&self.caption)
        );
        for (column, name) in self.columns.iter().enumerate() {
            html += &format!(
                "<th scope=\"col\" class=\"{}\">{}</th>",
                class("govuk-table__header", column),
                escape(name)
            );
        }
        html += "</tr></thead><tbody class=\"govuk-table__body\">";
        for row in &self.rows {
            html += "<tr class=\"govuk-table__row\">";
            for (column, cell) in row.iter().enumerate() {
                let text = escape(&cell.to_string());
                let inner = match cell {
                    Cell::Link(_, href) => {
                        format!("<a class=\"govuk-link\" href=\"{}\">{text}</a>", escape(href))
                    }
                    Cell::Missing(_) => format!("<span class=\"as-missing\">{text}</span>"),
                    _ => text,
                };
                if column == 0 {
                    html +=
                        &format!("<th scope=\"row\" class=\"govuk-table__header\">{inner}</th>");
                } else {
                    html += &format!(
                        "<td class=\"{}\">{inner}</td>",
                        class("govuk-table__cell", column)
                    );
                }
            }
            html += "</tr>";
        }
        html += "</tbody></table></div>";
        for note in &self.notes {
            html += &format!("<p class=\"govuk-body-s as-source\">{}</p>", escape(note));
        }
        html
    }

    /// The table as comma-separated values, the notes as closing lines.
    #[must_use]
    pub fn csv(&self) -> String {
        let quote = |text: &str| {
            let text = defuse(text);
            if text.contains([',', '"', '\n']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text
            }
        };
        let line =
            |cells: &mut dyn Iterator<Item = String>| cells.collect::<Vec<_>>().join(",") + "\r\n";
        let mut text = String::from("\u{feff}");
        text += &line(&mut self.columns.iter().map(|name| quote(name)));
        for row in &self.rows {
            text += &line(&mut row.iter().map(|cell| quote(&cell.to_string())));
        }
        for note in &self.notes {
            text += &line(&mut std::iter::once(quote(note)));
        }
        text
    }

    /// The table as JSON: caption, notes and one object a row.
    #[must_use]
    pub fn json(&self) -> Value {
        let rows = self
            .rows
            .iter()
            .map(|row| {
                let object = self.columns.iter().zip(row).map(|(name, cell)| {
                    let value = match cell {
                        Cell::Number(value, decimals) => format!("{value:.decimals$}")
                            .parse::<f64>()
                            .map_or(Value::Null, Value::from),
                        Cell::Missing(why) => serde_json::json!({ "missing": why }),
                        other => Value::from(other.to_string()),
                    };
                    (name.clone(), value)
                });
                Value::Object(object.collect::<Map<_, _>>())
            })
            .collect::<Vec<_>>();
        serde_json::json!({ "caption": self.caption, "rows": rows, "notes": self.notes })
    }

    /// The table as a workbook with one sheet.
    ///
    /// # Errors
    /// When the workbook cannot be written (more than a million rows).
    pub fn xlsx(&self) -> Result<Vec<u8>, PageError> {
        let failed = |error: rust_xlsxwriter::XlsxError| PageError::Internal(error.to_string());
        let mut book = rust_xlsxwriter::Workbook::new();
        // A workbook tells when it was made; the same table shall be the same file, whenever and
        // wherever it is asked for, so it tells nothing of this machine's clock.
        let no_day = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
        book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&no_day));
        let bold = rust_xlsxwriter::Format::new().set_bold();
        let sheet = book.add_worksheet();
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let column_at = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        for (column, name) in self.columns.iter().enumerate() {
            sheet.write_with_format(0, column_at(column), name, &bold).map_err(failed)?;
        }
        for (row, cells) in self.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (row, column) = (place(row + 1), column_at(column));
                match cell {
                    Cell::Number(value, _) => sheet.write_number(row, column, *value),
                    other => sheet.write_string(row, column, other.to_string()),
                }
                .map_err(failed)?;
            }
        }
        for (line, note) in self.notes.iter().enumerate() {
            sheet.write_string(place(self.rows.len() + 2 + line), 0, note).map_err(failed)?;
        }
        sheet.autofit();
        book.save_to_buffer().map_err(failed)
    }

    /// The table as a download.
    ///
    /// # Errors
    /// When the workbook cannot be written.
    pub fn download(&self, format: Format, name: &str) -> Result<Response, PageError> {
        let attachment = |ending: &str| {
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\""))
        };
        let kind = |kind: &str| (header::CONTENT_TYPE, kind.to_owned());
        Ok(match format {
            Format::Csv => {
                ([kind("text/csv; charset=utf-8"), attachment("csv")], self.csv()).into_response()
            }
            Format::Json => {
                ([kind("application/json"), attachment("json")], self.json().to_string())
                    .into_response()
            }
            Format::Xlsx => (
                [
                    kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                    attachment("xlsx"),
                ],
                self.xlsx()?,
            )
                .into_response(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            caption: "Results <2018>".to_owned(),
            columns: vec!["School".to_owned(), "Reading, %".to_owned()],
            rows: vec![
                vec![Cell::text("=cmd()"), Cell::Number(61.04, 1)],
                vec![Cell::text("St \"B\""), Cell::Missing("Few pupils".to_owned())],
            ],
            notes: vec!["Source: invented".to_owned()],
        }
    }

    #[test]
    fn formulas_are_defused_and_quotes_doubled() {
        assert_eq!(
            table().csv(),
            "\u{feff}School,\"Reading, %\"\r\n'=cmd(),61.0\r\n\"St \"\"B\"\"\",Few pupils\r\nSource: invented\r\n"
        );
    }

    #[test]
    fn every_form_says_the_same() {
        let table = table();
        assert!(
            table.html().contains("Results &#60;2018&#62;")
                || table.html().contains("Results &lt;2018&gt;")
        );
        assert_eq!(table.json()["rows"][0]["Reading, %"], 61.0);
        assert_eq!(table.json()["rows"][1]["Reading, %"]["missing"], "Few pupils");
        let workbook = table.xlsx().unwrap();
        assert!(workbook.starts_with(b"PK"));
        assert_eq!(workbook, table.xlsx().unwrap(), "the same table is the same file");
    }
}
