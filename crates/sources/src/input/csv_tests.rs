//! Tests of the row cutter: by example, against an independent machine, and in small pieces.

use super::*;
use proptest::prelude::*;

/// Gives out a few bytes at a time, so that every boundary falls somewhere.
struct Drip<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.step.min(self.bytes.len()).min(out.len());
        out[..n].copy_from_slice(&self.bytes[..n]);
        self.bytes = &self.bytes[n..];
        Ok(n)
    }
}

fn cut(text: &[u8], step: usize) -> Result<Vec<Vec<String>>, Problem> {
    let limits = Limits { row_bytes: 4096, ..Limits::default() };
    let mut rows = CsvRows::new(Drip { bytes: text, step }, b',', Encoding::Ascii, limits);
    let mut row = Row::default();
    let mut out = Vec::new();
    while rows.next(&mut row)? {
        out.push(row.cells().map(str::to_owned).collect());
    }
    Ok(out)
}

#[test]
fn line_ends_quotes_and_blank_lines() {
    let text = b"a,b\r\n\"x, \"\"y\"\"\",2\r\n\r\nlast \"quoted\",\"multi\r\nline\"z\rend,";
    let expected = vec![
        vec!["a", "b"],
        vec!["x, \"y\"", "2"],
        vec![""],
        vec!["last \"quoted\"", "multi\r\nlinez"],
        vec!["end", ""],
    ];
    for step in [1, 2, 3, 7, 1000] {
        assert_eq!(cut(text, step).unwrap(), expected, "step {step}");
    }
}

#[test]
fn an_open_quotation_mark_is_an_error_with_its_row() {
    let problem = cut(b"a,b\n1,\"two\n3,4\n", 5).unwrap_err();
    assert_eq!((problem.code, problem.row), (ProblemCode::Truncated, Some(2)));
}

#[test]
fn an_endless_line_is_refused_in_bounded_memory() {
    for head in [&b"a,b\n"[..], b"a,b\n\""] {
        let endless = head.chain(std::io::repeat(b'x').take(1 << 40));
        let mut rows = CsvRows::new(endless, b',', Encoding::Ascii, Limits::default());
        let mut row = Row::default();
        assert!(rows.next(&mut row).unwrap());
        let problem = rows.next(&mut row).unwrap_err();
        assert_eq!((problem.code, problem.row), (ProblemCode::RowTooLong, Some(2)));
        assert!(rows.buffer.len() < 4 << 20, "{}", rows.buffer.len());
    }
}

#[test]
fn zero_bytes_are_refused_with_their_row() {
    let problem = cut(b"a,b\n1,2\n3,\0\n", 100).unwrap_err();
    assert_eq!((problem.code, problem.row), (ProblemCode::NulBytes, Some(3)));
}

/// The textbook machine, one byte at a time: an independent answer to compare with.
fn textbook(text: &[u8]) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut cell = Vec::new();
    let (mut quoted, mut start, mut any) = (false, true, false);
    let mut i = 0;
    while i < text.len() {
        let b = text[i];
        any = true;
        if quoted {
            if b == b'"' && text.get(i + 1) == Some(&b'"') {
                cell.push(b'"');
                i += 1;
            } else if b == b'"' {
                quoted = false;
            } else {
                cell.push(b);
            }
        } else if b == b'"' && start {
            quoted = true;
            start = false;
        } else if b == b',' {
            row.push(String::from_utf8_lossy(&cell).into());
            cell.clear();
            start = true;
        } else if b == b'\n' || b == b'\r' {
            if b == b'\r' && text.get(i + 1) == Some(&b'\n') {
                i += 1;
            }
            row.push(String::from_utf8_lossy(&cell).into());
            cell.clear();
            rows.push(std::mem::take(&mut row));
            start = true;
            any = false;
        } else {
            cell.push(b);
            start = false;
        }
        i += 1;
    }
    if quoted {
        return None;
    }
    if any {
        row.push(String::from_utf8_lossy(&cell).into());
        rows.push(row);
    }
    Some(rows)
}

proptest! {
    #[test]
    fn agrees_with_the_textbook(text in "[ab,\"\r\n]{0,60}", step in 1usize..9) {
        let cut = cut(text.as_bytes(), step).ok();
        prop_assert_eq!(cut, textbook(text.as_bytes()));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), step in 1usize..50) {
        let _ = cut(&bytes, step);
    }
}
