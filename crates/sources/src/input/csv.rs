//! Rows of a delimited text.
//!
//! The rules are those of RFC 4180 with the tolerance of spreadsheets and of Python's `csv`, so
//! that rows count the same there: lines end in CR LF, LF or CR; a quotation mark opens a quoted
//! cell only at its start; inside, two make one; what follows a closing mark is kept. Unlike them,
//! a mark that is never closed is an error, and so is a row beyond the limits.
//!
//! Memory is one buffer of at most a row and 64 KiB. Lines without a quotation mark, nearly all of
//! them, are cut by searching for the delimiter with vector instructions.

use super::text::{Decoder, Encoding, TextFacts};
use super::{Limits, Row, Rows, read_failed};
use crate::problem::{Problem, ProblemCode, Severity};
use memchr::{memchr, memchr_iter, memchr2};
use std::io::Read;

const CHUNK: usize = 64 * 1024;

/// A stream of rows from a stream of bytes.
pub(crate) struct CsvRows<R> {
    input: R,
    /// Bytes read and not yet given out are `buffer[start..end]`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    delimiter: u8,
    number: u32,
    limits: Limits,
    decoder: Decoder,
    /// Cells of the current row without their quotation marks, a delimiter between two, and where
    /// they end.
    cells: Vec<u8>,
    ends: Vec<usize>,
}

/// Where a row ends in the buffer.
struct Line {
    /// One past its last byte.
    end: usize,
    /// One past its line end.
    next: usize,
    terminated: bool,
}

impl<R: Read> CsvRows<R> {
    pub(crate) fn new(input: R, delimiter: u8, encoding: Encoding, limits: Limits) -> Self {
        Self {
            input,
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            at_end: false,
            delimiter,
            number: 0,
            limits,
            decoder: Decoder::new(encoding),
            cells: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Reads more; `false` when there is no more.
    fn fill(&mut self) -> Result<bool, Problem> {
        if self.at_end {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end > self.limits.row_bytes {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::RowTooLong,
                format!(
                    "this row has no end within {} KiB: a line end is missing, or a quotation \
                     mark is not closed",
                    self.limits.row_bytes / 1024
                ),
                "Open the file in a text editor at this row, or download it again",
            )
            .at(self.number + 1));
        }
        if self.buffer.len() - self.end < CHUNK {
            self.buffer.resize(self.end + CHUNK.max(self.end), 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.at_end = true,
                Ok(n) => self.end += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(read_failed(&e)),
            }
            return Ok(!self.at_end);
        }
    }

    /// Cuts the next line without quotation marks, or the next row with them, into cells.
    fn cut(&mut self) -> Result<Option<Line>, Problem> {
        loop {
            if self.start == self.end && !self.fill()? {
                return Ok(None);
            }
            let bytes = &self.buffer[self.start..self.end];
            let line = match memchr2(b'\n', b'\r', bytes) {
                // A CR in the last place may be half of a CR LF.
                Some(at) if bytes[at] == b'\n' || at + 1 < bytes.len() || self.at_end => {
                    Some(line_at(bytes, at))
                }
                None if self.at_end => {
                    Some(Line { end: bytes.len(), next: bytes.len(), terminated: false })
                }
                _ => None,
            };
            let Some(line) = line else {
                self.fill()?;
                continue;
            };
            let bytes = &bytes[..line.end];
            if memchr(b'"', bytes).is_none() {
                // The line as it stands: its own delimiters are between the cells.
                self.cells.clear();
                self.cells.extend_from_slice(bytes);
                self.ends.clear();
                self.ends.extend(memchr_iter(self.delimiter, bytes));
                self.ends.push(bytes.len());
                return Ok(Some(line));
            }
            if let Some(line) = self.cut_quoted()? {
                return Ok(Some(line));
            }
            self.fill()?;
        }
    }

    /// The slow way; `None` when the row does not end in the buffer and more may come.
    fn cut_quoted(&mut self) -> Result<Option<Line>, Problem> {
        let bytes = &self.buffer[self.start..self.end];
        self.cells.clear();
        self.ends.clear();
        let mut at = 0;
        loop {
            // At the start of a cell.
            let mut closed = true;
            if bytes.get(at) == Some(&b'"') {
                closed = false;
                at += 1;
                while let Some(found) = memchr(b'"', &bytes[at..]) {
                    self.cells.extend_from_slice(&bytes[at..at + found]);
                    at += found + 1;
                    if bytes.get(at) == Some(&b'"') {
                        self.cells.push(b'"');
                        at += 1;
                    } else {
                        closed = true;
                        break;
                    }
                }
            }
            if !closed {
                return if self.at_end { Err(self.never_closed()) } else { Ok(None) };
            }
            let rest = &bytes[at..];
            let stop = rest.iter().position(|&b| b == self.delimiter || b == b'\n' || b == b'\r');
            let Some(stop) = stop else {
                if !self.at_end {
                    return Ok(None);
                }
                self.cells.extend_from_slice(rest);
                self.ends.push(self.cells.len());
                let end = bytes.len();
                return Ok(Some(Line { end, next: end, terminated: false }));
            };
            self.cells.extend_from_slice(&rest[..stop]);
            self.ends.push(self.cells.len());
            at += stop;
            if bytes[at] == self.delimiter {
                self.cells.push(self.delimiter);
                at += 1;
                continue;
            }
            if bytes[at] == b'\r' && at + 1 == bytes.len() && !self.at_end {
                return Ok(None);
            }
            return Ok(Some(line_at(bytes, at)));
        }
    }

    fn never_closed(&self) -> Problem {
        Problem::new(
            Severity::File,
            ProblemCode::Truncated,
            "a quotation mark opened in this row is never closed: the file was cut off, or the \
             mark does not belong there",
            "Download the file again; if it is the same, open it at this row and put the mark \
             right",
        )
        .at(self.number + 1)
    }
}

/// The line that ends at the CR or LF at `at`.
fn line_at(bytes: &[u8], at: usize) -> Line {
    let pair = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
    Line { end: at, next: at + 1 + usize::from(pair), terminated: true }
}

impl<R: Read> Rows for CsvRows<R> {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        let Some(line) = self.cut()? else { return Ok(false) };
        self.number += 1;
        row.number = self.number;
        row.terminated = line.terminated;
        let raw = &self.buffer[self.start..self.start + line.end];
        if self.ends.len() > self.limits.row_cells {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::TooManyCells,
                format!("this row has {} cells", self.ends.len()),
                "No public file is that wide: check that this is the file you meant",
            )
            .at(row.number));
        }
        if memchr(0, raw).is_some() {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::NulBytes,
                "there are zero bytes in this row: the file is damaged or is not a text",
                "Download the file again",
            )
            .at(row.number));
        }
        if self.number > self.limits.rows {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::TooLarge,
                format!("the file has more than {} rows", self.limits.rows),
                "Split the file, for example by year",
            )
            .at(row.number));
        }
        self.decoder.decode(&self.cells, &self.ends, row)?;
        self.start += line.next;
        Ok(true)
    }

    fn text_facts(&self) -> TextFacts {
        TextFacts { delimiter: Some(char::from(self.delimiter)), ..self.decoder.facts() }
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
