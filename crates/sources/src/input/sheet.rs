//! Rows of a workbook's sheet, and the checks before it is opened.
//!
//! A workbook is a zip archive: a few kilobytes can unpack to gigabytes, and a sheet can claim to
//! be a million rows wide. So every part is unpacked once into nothing, counting, before the
//! reader is let near it; and rows are taken cell by cell, never as one dense block.

use super::text::{Encoding, TextFacts};
use super::{Limits, Row, Rows, read_failed};
use crate::problem::{Problem, ProblemCode, Severity};
use calamine::{DataRef, ExcelDateTime, XlsxCellReader};
use jiff::civil::Date;
use std::io::{Read, Seek, SeekFrom};
use zip::ZipArchive;

/// Checks that a zip archive is a workbook of a believable size.
pub(crate) fn check_workbook<R: Read + Seek>(
    input: &mut R,
    limits: &Limits,
) -> Result<(), Problem> {
    let length = input.seek(SeekFrom::End(0)).map_err(|e| read_failed(&e))?;
    if length > limits.workbook_bytes {
        return Err(too_large(format!(
            "the workbook has {} MiB, more than {} MiB",
            length >> 20,
            limits.workbook_bytes >> 20
        )));
    }
    let parts = parts_claimed(input, length)?;
    if parts > limits.workbook_parts {
        return Err(too_large(format!(
            "the archive has {parts} parts, more than {}",
            limits.workbook_parts
        )));
    }
    input.rewind().map_err(|e| read_failed(&e))?;
    let mut archive = ZipArchive::new(&mut *input).map_err(|e| damaged(&e.to_string()))?;
    if !archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case("xl/workbook.xml")) {
        return Err(not_a_workbook(&archive));
    }
    unpack_into_nothing(&mut archive, limits)?;
    input.rewind().map_err(|e| read_failed(&e))
}

/// How many parts the archive's own directory claims: the reader allocates for them.
fn parts_claimed<R: Read + Seek>(input: &mut R, length: u64) -> Result<u32, Problem> {
    const RECORD: usize = 22;
    let tail_length = length.min(65_536 + RECORD as u64);
    input.seek(SeekFrom::Start(length - tail_length)).map_err(|e| read_failed(&e))?;
    let mut tail = Vec::new();
    input.take(tail_length).read_to_end(&mut tail).map_err(|e| read_failed(&e))?;
    let at = memchr::memmem::rfind(&tail, b"PK\x05\x06")
        .filter(|at| at + RECORD <= tail.len())
        .ok_or_else(|| damaged("its directory is missing, so the end was cut off"))?;
    // 0xFFFF sends the reader to a second directory, which no workbook needs.
    Ok(u32::from(u16::from_le_bytes([tail[at + 10], tail[at + 11]])))
}

fn unpack_into_nothing<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    limits: &Limits,
) -> Result<(), Problem> {
    let mut total = 0u64;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|e| damaged(&e.to_string()))?;
        let name = part.name().map_err(|e| damaged(&e.to_string()))?.to_ascii_lowercase();
        // What is not a cell, a text or a style is never unpacked by the reader either.
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let texts = name.ends_with("sharedstrings.xml") || !name.contains("worksheets/");
        let left = limits.workbook_unpacked - total;
        let allowed = if texts { left.min(limits.workbook_texts) } else { left };
        let unpacked = std::io::copy(&mut part.take(allowed + 1), &mut std::io::sink())
            .map_err(|e| damaged(&e.to_string()))?;
        if unpacked > allowed {
            return Err(too_large(format!(
                "the part “{name}” unpacks to more than {} MiB",
                allowed >> 20
            )));
        }
        total += unpacked;
    }
    Ok(())
}

fn not_a_workbook<R: Read + Seek>(archive: &ZipArchive<R>) -> Problem {
    let has =
        |end: &str| archive.file_names().flatten().any(|n| n.to_ascii_lowercase().ends_with(end));
    let (what, remedy) = if has("xl/workbook.bin") {
        ("a binary workbook (.xlsb)", "Open it and save it as .xlsx or as CSV")
    } else if has("content.xml") {
        ("an OpenDocument file", "Open it and save it as .xlsx or as CSV")
    } else if has("word/document.xml") {
        ("a word-processor document", "Look for the CSV or XLSX on the same page")
    } else if has(".csv") || has(".xlsx") {
        ("a zip archive with tables in it", "Unpack it and import the files")
    } else {
        ("a zip archive without a workbook", "Unpack it and import the tables in it")
    };
    Problem::new(Severity::File, ProblemCode::WrongFileType, format!("this is {what}"), remedy)
}

fn too_large(what: String) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::WorkbookTooLarge,
        what,
        "No public workbook is that large. If it is genuine, save the sheet as CSV",
    )
}

/// A workbook that the reader gives up on.
pub(crate) fn damaged(detail: &str) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::DamagedWorkbook,
        format!("the workbook cannot be read: {detail}"),
        "Download it again; if it opens in a spreadsheet, save it from there as CSV",
    )
}

/// The rows of one sheet.
pub(crate) struct SheetRows<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    /// A cell read already that belongs to the next row.
    ahead: Option<(u32, u32, String)>,
    last: u32,
    /// The reader must not be asked again after the last cell.
    ended: bool,
    limits: Limits,
}

impl<'a, R: Read + Seek> SheetRows<'a, R> {
    pub(crate) fn new(cells: XlsxCellReader<'a, R>, limits: Limits) -> Self {
        Self { cells, ahead: None, last: 0, ended: false, limits }
    }

    /// The next cell with something in it: row and column from zero, and text.
    fn next_cell(&mut self) -> Result<Option<(u32, u32, String)>, Problem> {
        if let Some(cell) = self.ahead.take() {
            return Ok(Some(cell));
        }
        while !self.ended {
            let cell = self
                .cells
                .next_cell()
                .map_err(|e| damaged(&e.to_string()).at(self.last.saturating_add(1)))?;
            let Some(cell) = cell else { break };
            let (row, column) = cell.get_position();
            if let Some(text) = text(cell.get_value()) {
                return Ok(Some((row, column, text)));
            }
        }
        self.ended = true;
        Ok(None)
    }
}

/// A cell as a person sees it: whole numbers without a point, days as `2022-08-31`.
fn text(value: &DataRef<'_>) -> Option<String> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.clone(),
        DataRef::SharedString(s) => (*s).to_owned(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => n.to_string(),
        DataRef::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::Error(e) => e.to_string(),
        DataRef::DateTime(at) => day(at).unwrap_or_else(|| at.as_f64().to_string()),
    })
}

/// The day of a date cell; `None` for a length of time.
fn day(at: &ExcelDateTime) -> Option<String> {
    if at.is_duration() {
        return None;
    }
    let (year, month, day, ..) = at.to_ymd_hms_milli();
    let date = Date::new(i16::try_from(year).ok()?, month.cast_signed(), day.cast_signed()).ok()?;
    Some(date.to_string())
}

impl<R: Read + Seek> Rows for SheetRows<'_, R> {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        row.clear();
        let Some((number, mut column, mut text)) = self.next_cell()? else { return Ok(false) };
        let number_shown = number.saturating_add(1);
        if number_shown <= self.last {
            return Err(damaged("its rows are out of order").at(self.last));
        }
        if number_shown > self.limits.rows {
            return Err(too_large(format!("the sheet has more than {} rows", self.limits.rows)));
        }
        row.number = number_shown;
        row.terminated = true;
        self.last = number_shown;
        loop {
            let index = column as usize;
            if index >= self.limits.row_cells || row.text.len() > self.limits.row_bytes {
                return Err(too_large("a row of the sheet is too long".to_owned()).at(row.number));
            }
            if index < row.len() {
                return Err(damaged("its cells are out of order").at(row.number));
            }
            while row.len() < index {
                row.push("");
            }
            row.push(&text);
            match self.next_cell()? {
                Some((next_row, next_column, next_text)) if next_row == number => {
                    (column, text) = (next_column, next_text);
                }
                next => {
                    self.ahead = next;
                    return Ok(true);
                }
            }
        }
    }

    fn text_facts(&self) -> TextFacts {
        TextFacts { encoding: Encoding::Workbook, ..TextFacts::default() }
    }
}
