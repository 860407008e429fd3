//! What is wrong with a file, a row or a value: where, what, and what to do about it.

use std::fmt;

/// How much a problem takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is left out; worth knowing.
    Note,
    /// One value is left out; the rest of its row is taken.
    Value,
    /// One row is left out.
    Row,
    /// The whole file is refused and nothing of it may be kept.
    File,
}

impl Severity {
    /// A short stable word, for storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Value => "value",
            Self::Row => "row",
            Self::File => "file",
        }
    }
}

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident => $code:literal,)*) => {
        /// What kind of problem it is; the words are stable and may be stored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemCode { $($(#[$doc])* $name,)* }

        impl ProblemCode {
            /// Every kind of problem.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// A short stable word, for storage, JSON and the problems file.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

problem_codes! {
    /// The file has no bytes, or none but blanks.
    EmptyFile => "empty-file",
    /// A header and no rows.
    HeaderOnly => "header-only",
    /// The file ends in the middle of a row.
    Truncated => "truncated",
    /// Bytes that belong to no encoding this reader knows, or to two at once.
    WrongEncoding => "wrong-encoding",
    /// Characters were replaced or doubled before the file came here.
    DamagedText => "damaged-text",
    /// Zero bytes in a text file.
    NulBytes => "nul-bytes",
    /// A row longer than any real one.
    RowTooLong => "row-too-long",
    /// A row with more cells than its header.
    TooManyCells => "too-many-cells",
    /// A row with fewer cells than its header.
    TooFewCells => "too-few-cells",
    /// A web page saved under another name.
    WebPage => "web-page",
    /// JSON, which no mapping reads.
    Json => "json",
    /// Prose, or something else without a table.
    NotATable => "not-a-table",
    /// An archive, a picture, a database: not a table in text or XLSX.
    WrongFileType => "wrong-file-type",
    /// A workbook protected by a password.
    PasswordProtected => "password-protected",
    /// A workbook in the format before 2007.
    OldWorkbook => "old-workbook",
    /// A workbook that cannot be opened.
    DamagedWorkbook => "damaged-workbook",
    /// A workbook that unpacks to more than any real one.
    WorkbookTooLarge => "workbook-too-large",
    /// A known file that is not imported, with the reason.
    NotImported => "not-imported",
    /// No mapping knows these columns.
    UnknownLayout => "unknown-layout",
    /// Two columns carry the same name and one is needed.
    DuplicateColumn => "duplicate-column",
    /// Neither the file nor its name says which school year it is about.
    NoPeriod => "no-period",
    /// A pupil's identifier, or a column for pupils' details.
    PupilData => "pupil-data",
    /// A column's values do not fit its name.
    ColumnMisfit => "column-misfit",
    /// The same school, authority or total twice.
    DuplicateKey => "duplicate-key",
    /// A cell that should identify the row does not.
    BadKey => "bad-key",
    /// A record type, level or total that the mapping does not know.
    UnknownRowKind => "unknown-row-kind",
    /// A value that is neither a number nor a known mark.
    BadValue => "bad-value",
    /// A number outside what the indicator can be.
    OutOfRange => "out-of-range",
    /// A date that cannot be read.
    BadDate => "bad-date",
    /// Two rows that contradict each other.
    Contradiction => "contradiction",
    /// Every row was left out.
    NothingReadable => "nothing-readable",
    /// Too many rows or too many different keys.
    TooLarge => "too-large",
    /// The file could not be read from where it is kept.
    ReadFailed => "read-failed",
    /// The receiver of the records asked to stop.
    Stopped => "stopped",
    /// Something about the whole file that a reader should know.
    About => "about",
}

/// One problem, in words for the person who has to put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How much it takes away.
    pub severity: Severity,
    /// The row, counted as a spreadsheet shows it: the first line is 1, blank lines count.
    pub row: Option<u32>,
    /// The column, as the file's header writes it.
    pub column: Option<String>,
    /// The value met, shortened; never a pupil's identifier.
    pub value: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// What kind of problem it is.
    pub code: ProblemCode,
}

/// How many characters of a value a problem shows.
const SHOWN: usize = 60;

impl Problem {
    /// A problem without a place; add one with [`Problem::at`] and [`Problem::in_column`].
    #[must_use]
    pub fn new(
        severity: Severity,
        code: ProblemCode,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            row: None,
            column: None,
            value: None,
            what: what.into(),
            remedy: remedy.into(),
            code,
        }
    }

    /// Says which row.
    #[must_use]
    pub fn at(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    /// Says which column.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// Shows the value, cut to 60 characters.
    #[must_use]
    pub fn showing(mut self, value: &str) -> Self {
        self.value = Some(shorten(value));
        self
    }
}

/// The first characters of a value, with control characters made visible.
#[must_use]
pub fn shorten(value: &str) -> String {
    let mut shown: String =
        value.chars().take(SHOWN).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if value.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}: ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "column “{column}”: ")?;
        }
        f.write_str(&self.what)?;
        if let Some(value) = &self.value {
            write!(f, " (“{value}”)")?;
        }
        write!(f, ". {}", self.remedy)
    }
}

/// Writes the header line of a problems file.
///
/// # Errors
/// Whatever `out` gives.
pub fn write_csv_header(out: &mut dyn std::io::Write) -> std::io::Result<()> {
    out.write_all(b"severity,row,column,value,what,remedy,code\r\n")
}

/// Writes one problem as a line of a problems file, safe to open in a spreadsheet.
///
/// # Errors
/// Whatever `out` gives.
pub fn write_csv(problem: &Problem, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let row = problem.row.map(|row| row.to_string()).unwrap_or_default();
    let cells = [
        problem.severity.code(),
        &row,
        problem.column.as_deref().unwrap_or(""),
        problem.value.as_deref().unwrap_or(""),
        &problem.what,
        &problem.remedy,
        problem.code.code(),
    ];
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        write_cell(cell, out)?;
    }
    out.write_all(b"\r\n")
}

/// Quotes a cell where needed; a leading `=`, `+`, `-`, `@` or tab gets an apostrophe, so that
/// a spreadsheet does not run a file's content as a formula.
fn write_cell(cell: &str, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = formula || cell.contains([',', '"', '\n', '\r']);
    if !quoted {
        return out.write_all(cell.as_bytes());
    }
    out.write_all(b"\"")?;
    if formula {
        out.write_all(b"'")?;
    }
    out.write_all(cell.replace('"', "\"\"").as_bytes())?;
    out.write_all(b"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_a_sentence() {
        let problem = Problem::new(
            Severity::Row,
            ProblemCode::BadKey,
            "this is not a URN",
            "Give the six-digit number",
        )
        .at(7)
        .in_column("URN")
        .showing("St Mary’s");
        assert_eq!(
            problem.to_string(),
            "row 7: column “URN”: this is not a URN (“St Mary’s”). Give the six-digit number"
        );
    }

    #[test]
    fn the_problems_file_is_not_a_way_into_a_spreadsheet() {
        let problem = Problem::new(Severity::Value, ProblemCode::BadValue, "a, \"b\"", "c")
            .showing("=HYPERLINK(1)");
        let mut out = Vec::new();
        write_csv(&problem, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "value,,,\"'=HYPERLINK(1)\",\"a, \"\"b\"\"\",c,bad-value\r\n"
        );
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = ProblemCode::ALL.iter().map(|code| code.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
    }
}
