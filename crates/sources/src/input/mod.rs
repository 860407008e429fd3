//! From bytes to rows of text, in bounded memory.

pub(crate) mod csv;
pub(crate) mod kind;
pub(crate) mod sheet;
pub(crate) mod text;
pub(crate) mod utf16;

use crate::problem::{Problem, ProblemCode, Severity};

/// Stands between two cells where a row is put together here.
const SEPARATOR: char = '\u{1F}';

/// One row, as text. Reused from row to row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// Every cell after the other, with one byte that is no letter or digit between two.
    text: String,
    /// Where each cell ends in `text`; the next begins one further.
    ends: Vec<usize>,
    /// The row's number as a spreadsheet shows it.
    pub(crate) number: u32,
    /// Whether a line end follows it.
    pub(crate) terminated: bool,
}

impl Row {
    /// How many cells.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell as written; empty when the row stops before it.
    pub(crate) fn cell(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] + 1 };
        &self.text[start..end]
    }

    /// A cell without the blanks around it.
    pub(crate) fn trimmed(&self, index: usize) -> &str {
        self.cell(index).trim()
    }

    /// Every cell.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// Whether there is nothing in it but blanks.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells().all(|cell| cell.trim().is_empty())
    }

    /// Forgets the cells.
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a cell.
    fn push(&mut self, cell: &str) {
        if !self.ends.is_empty() {
            self.text.push(SEPARATOR);
        }
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// The cells with what separates them, and where each ends.
    pub(crate) fn joined(&self) -> (&str, &[usize]) {
        (&self.text, &self.ends)
    }
}

/// A stream of rows.
pub(crate) trait Rows {
    /// Reads the next row into `row`; `false` at the end.
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem>;

    /// What was learnt about the text on the way, for the report.
    fn text_facts(&self) -> text::TextFacts;
}

/// Limits that no real file comes near, so that a damaged or hostile one is refused early.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes in one row.
    pub row_bytes: usize,
    /// Cells in one row.
    pub row_cells: usize,
    /// Rows in one file.
    pub rows: u32,
    /// Bytes of a workbook file.
    pub workbook_bytes: u64,
    /// Bytes of a workbook, unpacked.
    pub workbook_unpacked: u64,
    /// Bytes of a workbook's shared texts, unpacked; they are held in memory.
    pub workbook_texts: u64,
    /// Parts of a workbook.
    pub workbook_parts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            row_bytes: 1 << 20,
            row_cells: 16_384,
            rows: 20_000_000,
            workbook_bytes: 200 << 20,
            workbook_unpacked: 1 << 30,
            workbook_texts: 128 << 20,
            workbook_parts: 4_096,
        }
    }
}

/// A failure of the medium itself.
pub(crate) fn read_failed(error: &std::io::Error) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::ReadFailed,
        format!("the file could not be read: {error}"),
        "Check that the file is complete and that it may be read, then try again",
    )
}
