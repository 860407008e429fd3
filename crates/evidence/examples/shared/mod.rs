//! What the examples share: arguments, tables with text columns, and missing cells.

#![allow(dead_code, reason = "each example uses a part")]
#![allow(clippy::print_stderr, reason = "examples speak to a terminal")]

use std::collections::{BTreeMap, BTreeSet};

/// An argument or a file that cannot be used, in words.
pub(crate) type Problem = String;

/// Arguments after the file name: `--name value`, `--name=value` or a bare flag.
pub(crate) struct Arguments {
    pub(crate) file: String,
    values: BTreeMap<String, Vec<String>>,
}

impl Arguments {
    /// Reads the command line. `options` take a value, `flags` do not.
    pub(crate) fn read(usage: &str, options: &[&str], flags: &[&str]) -> Result<Self, Problem> {
        Self::of(std::env::args().skip(1), usage, options, flags)
    }

    fn of(
        arguments: impl Iterator<Item = String>,
        usage: &str,
        options: &[&str],
        flags: &[&str],
    ) -> Result<Self, Problem> {
        let mut file = None;
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut rest = arguments.peekable();
        while let Some(argument) = rest.next() {
            let Some(name) = argument.strip_prefix("--") else {
                if file.replace(argument.clone()).is_some() {
                    return Err(format!("“{argument}” is a second file name.\n{usage}"));
                }
                continue;
            };
            let (name, given) = match name.split_once('=') {
                // `--reference SEX=F` keeps its equals sign: only names we know are split.
                Some((name, value)) if options.contains(&name) => (name, Some(value.to_owned())),
                _ => (name, None),
            };
            if flags.contains(&name) {
                values.entry(name.into()).or_default().push(String::new());
            } else if options.contains(&name) {
                let value = match given {
                    Some(value) => value,
                    None => rest
                        .next_if(|next| !next.starts_with("--"))
                        .ok_or_else(|| format!("--{name} needs a value.\n{usage}"))?,
                };
                values.entry(name.into()).or_default().push(value);
            } else {
                return Err(format!("--{name} is not known.\n{usage}"));
            }
        }
        let file = file.ok_or_else(|| format!("Name the file to read.\n{usage}"))?;
        Ok(Self { file, values })
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The last value given.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(|v| v.last()).map(String::as_str)
    }

    pub(crate) fn must(&self, name: &str, usage: &str) -> Result<&str, Problem> {
        self.one(name).ok_or_else(|| format!("--{name} is missing.\n{usage}"))
    }

    /// All values, each split at commas.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.values
            .get(name)
            .into_iter()
            .flatten()
            .flat_map(|v| v.split(','))
            .map(|v| v.trim().to_owned())
            .filter(|v| !v.is_empty())
            .collect()
    }

    pub(crate) fn number<T: std::str::FromStr>(
        &self,
        name: &str,
        default: T,
    ) -> Result<T, Problem> {
        match self.one(name) {
            None => Ok(default),
            Some(text) => {
                text.trim().parse().map_err(|_| format!("--{name} {text}: a number is needed"))
            }
        }
    }
}

/// A file of text cells.
pub(crate) struct Table {
    pub(crate) headers: Vec<String>,
    rows: Vec<Row>,
    file: String,
}

struct Row {
    /// Its number below the header, from 1, and its line in the file.
    number: usize,
    line: u64,
    cells: Vec<String>,
}

impl Row {
    fn place(&self) -> String {
        format!("data row {} (line {})", self.number, self.line)
    }
}

/// Cells that stand for nothing.
const MISSING: [&str; 10] = ["", "NA", "N/A", "NaN", "nan", ".", "NULL", "null", "None", "SUPP"];

impl Table {
    /// Reads a delimited file: UTF-8 (with or without mark) or Windows-1252, separated by comma,
    /// semicolon or tab; short rows are padded.
    pub(crate) fn read(file: &str) -> Result<Self, Problem> {
        let bytes = std::fs::read(file).map_err(|e| format!("{file} cannot be read: {e}"))?;
        Self::of(file, bytes)
    }

    /// The table in these bytes; `file` is what messages call it.
    pub(crate) fn of(file: &str, bytes: Vec<u8>) -> Result<Self, Problem> {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(bytes) => encoding_rs::WINDOWS_1252.decode(bytes.as_bytes()).0.into_owned(),
        };
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().next().unwrap_or_default();
        let count = |c: char| first.matches(c).count();
        let separator =
            [b',', b';', b'\t'].into_iter().max_by_key(|c| (count(*c as char), *c == b','));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator.unwrap_or(b','))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let headers: Vec<String> = reader
            .headers()
            .map_err(|e| format!("{file}: {e}"))?
            .iter()
            .map(str::to_owned)
            .collect();
        if let Some(twice) =
            headers.iter().enumerate().find(|(at, h)| !h.is_empty() && headers[..*at].contains(h))
        {
            return Err(format!("{file} has two columns called “{}”: rename one", twice.1));
        }
        let mut rows = Vec::new();
        for (at, record) in reader.records().enumerate() {
            let record = record.map_err(|e| format!("{file}, data row {}: {e}", at + 1))?;
            let line = record.position().map_or(0, csv::Position::line);
            let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
            if cells.iter().skip(headers.len()).any(|c| !c.is_empty()) {
                return Err(format!(
                    "{file}, data row {} (line {line}) has {} cells, the header has {}: is a \
                     separator inside a cell not in quotes?",
                    at + 1,
                    cells.len(),
                    headers.len()
                ));
            }
            cells.resize(headers.len(), String::new());
            rows.push(Row { number: at + 1, line, cells });
        }
        if rows.is_empty() {
            return Err(format!("{file} has no rows below its header"));
        }
        Ok(Self { headers, rows, file: file.into() })
    }

    pub(crate) fn position(&self, column: &str) -> Result<usize, Problem> {
        self.headers.iter().position(|h| h == column).ok_or_else(|| {
            format!("{} has no column “{column}”. It has: {}", self.file, self.headers.join(", "))
        })
    }

    /// Keeps the rows in which every named column has a value; says on standard error what was
    /// left out.
    pub(crate) fn complete(&mut self, columns: &[String]) -> Result<(), Problem> {
        let positions: Vec<usize> =
            columns.iter().map(|c| self.position(c)).collect::<Result<_, _>>()?;
        let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
        let before = self.rows.len();
        self.rows.retain(|row| {
            let lacking = positions.iter().position(|p| is_missing(&row.cells[*p]));
            if let Some(at) = lacking {
                *missing.entry(columns[at].as_str()).or_default() += 1;
            }
            lacking.is_none()
        });
        let left_out = before - self.rows.len();
        if left_out > 0 {
            let each: Vec<String> =
                missing.iter().map(|(column, n)| format!("{column} missing in {n}")).collect();
            eprintln!("note: {left_out} of {before} rows left out ({})", each.join(", "));
        }
        if self.rows.is_empty() {
            return Err(format!("no row of {} has a value in every column asked for", self.file));
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn text(&self, column: &str) -> Result<Vec<&str>, Problem> {
        let at = self.position(column)?;
        Ok(self.rows.iter().map(|row| row.cells[at].as_str()).collect())
    }

    /// Where a row stands in the file, in words.
    pub(crate) fn place(&self, row: usize) -> String {
        self.rows.get(row).map_or_else(String::new, Row::place)
    }

    /// Whether every cell with a value is a number.
    pub(crate) fn is_numeric(&self, column: &str) -> Result<bool, Problem> {
        Ok(self.text(column)?.iter().all(|cell| is_missing(cell) || number(cell).is_some()))
    }

    /// A column of numbers; an error names the first row that is not one.
    pub(crate) fn numbers(&self, column: &str) -> Result<Vec<f64>, Problem> {
        self.text(column)?
            .iter()
            .enumerate()
            .map(|(row, cell)| {
                number(cell).ok_or_else(|| {
                    format!("{column}, {}: “{cell}” is not a number", self.place(row))
                })
            })
            .collect()
    }

    /// A column of numbers with gaps.
    pub(crate) fn optional_numbers(&self, column: &str) -> Result<Vec<Option<f64>>, Problem> {
        let cells = self.text(column)?;
        for (row, cell) in cells.iter().enumerate() {
            if !is_missing(cell) && number(cell).is_none() {
                return Err(format!("{column}, {}: “{cell}” is not a number", self.place(row)));
            }
        }
        Ok(cells.iter().map(|cell| number(cell)).collect())
    }

    /// The columns a term stands for: itself when numeric, else a 0/1 column for each level but
    /// the reference (the first in sorted order unless another is asked for).
    pub(crate) fn term(
        &self,
        column: &str,
        references: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, Vec<f64>)>, Problem> {
        if self.is_numeric(column)? && !references.contains_key(column) {
            return Ok(vec![(column.to_owned(), self.numbers(column)?)]);
        }
        let cells = self.text(column)?;
        let odd = cells.iter().filter(|c| !is_missing(c) && number(c).is_none()).count();
        if odd * 2 < cells.len() && !references.contains_key(column) {
            // A column of numbers with a damaged cell, not a factor with a level for each number.
            return self
                .numbers(column)
                .map_err(|problem| {
                    format!(
                        "{problem}. If {column} is a factor, name its --reference {column}=LEVEL"
                    )
                })
                .map(|values| vec![(column.to_owned(), values)]);
        }
        let levels: BTreeSet<&str> = cells.iter().copied().collect();
        let reference = match references.get(column) {
            Some(level) if levels.contains(level.as_str()) => level.as_str(),
            Some(level) => {
                let known: Vec<&str> = levels.into_iter().collect();
                return Err(format!(
                    "--reference {column}={level}: the levels are {}",
                    known.join(", ")
                ));
            }
            None => levels.first().copied().unwrap_or_default(),
        };
        Ok(levels
            .iter()
            .filter(|level| **level != reference)
            .map(|level| {
                let values = cells.iter().map(|c| f64::from(u8::from(c == level))).collect();
                (format!("{column}{level}"), values)
            })
            .collect())
    }
}

/// `SEX=F` pairs; a comma separates several.
pub(crate) fn references(arguments: &Arguments) -> Result<BTreeMap<String, String>, Problem> {
    arguments
        .list("reference")
        .into_iter()
        .map(|pair| match pair.split_once('=') {
            Some((column, level)) => Ok((column.trim().to_owned(), level.trim().to_owned())),
            None => Err(format!("--reference {pair}: write COLUMN=LEVEL")),
        })
        .collect()
}

pub(crate) fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell)
}

/// A finite number, with or without a percent sign.
pub(crate) fn number(cell: &str) -> Option<f64> {
    let bare = cell.strip_suffix('%').unwrap_or(cell);
    bare.parse().ok().filter(|v: &f64| v.is_finite())
}

/// A JSON number, or null when it is not finite.
pub(crate) fn json(value: f64) -> serde_json::Value {
    serde_json::Number::from_f64(value).map_or(serde_json::Value::Null, serde_json::Value::Number)
}

/// Runs and ends: the answer on standard output, a problem on standard error with code 2.
pub(crate) fn end(result: Result<serde_json::Value, Problem>) -> std::process::ExitCode {
    use std::io::Write;
    match result {
        Ok(value) => {
            let mut out = std::io::stdout().lock();
            match writeln!(out, "{value}") {
                Ok(()) => std::process::ExitCode::SUCCESS,
                Err(_) => std::process::ExitCode::FAILURE,
            }
        }
        Err(problem) => {
            eprintln!("{problem}");
            std::process::ExitCode::from(2)
        }
    }
}

/// Says something on standard error.
pub(crate) fn note(text: &str) {
    eprintln!("note: {text}");
}
