//! What sort of file the first bytes show, whatever its name says.

use crate::problem::{Problem, ProblemCode, Severity};

/// What to read the file as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Text in some superset of ASCII; `bom` when it begins with UTF-8's mark.
    Text { bom: bool },
    /// UTF-16 text, with or without a mark.
    Utf16 { big_endian: bool },
    /// A zip archive, hopefully a workbook.
    Zip,
}

/// How many bytes [`sniff`] wants to see.
pub(crate) const SNIFFED: usize = 64 * 1024;

/// Tells the kind of a file from its first bytes, or why it cannot be read.
pub(crate) fn sniff(head: &[u8]) -> Result<FileKind, Problem> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(FileKind::Zip);
    }
    if let Some(problem) = office_before_2007(head).or_else(|| other_kind(head)) {
        return Err(problem);
    }
    if head.starts_with(&[0xFF, 0xFE]) {
        return Ok(FileKind::Utf16 { big_endian: false });
    }
    if head.starts_with(&[0xFE, 0xFF]) {
        return Ok(FileKind::Utf16 { big_endian: true });
    }
    if let Some(big_endian) = utf16_without_mark(head) {
        return Ok(FileKind::Utf16 { big_endian });
    }
    let (bom, text) = match head.strip_prefix(b"\xEF\xBB\xBF") {
        Some(text) => (true, text),
        None => (false, head),
    };
    let first = text.iter().position(|b| !b.is_ascii_whitespace());
    let Some(first) = first else {
        return Err(Problem::new(
            Severity::File,
            ProblemCode::EmptyFile,
            if head.is_empty() { "the file is empty" } else { "the file holds nothing but blanks" },
            "Download it again and check its size",
        ));
    };
    let text = &text[first..];
    let lower: Vec<u8> = text.iter().take(512).map(u8::to_ascii_lowercase).collect();
    if is_web_page(&lower) {
        return Err(Problem::new(
            Severity::File,
            ProblemCode::WebPage,
            "this is a web page (perhaps an error or sign-in page), not the data",
            "Open the download link in a browser, check that it gives the file, and save that",
        )
        .at(1)
        .showing(&String::from_utf8_lossy(&text[..text.len().min(80)])));
    }
    Ok(FileKind::Text { bom })
}

fn is_web_page(lower: &[u8]) -> bool {
    let tags: [&[u8]; 6] = [b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<!--"];
    tags.iter().any(|tag| lower.starts_with(tag))
}

/// Whether a text begins as JSON does.
pub(crate) fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let Some(rest) = text.strip_prefix(['{', '[']) else { return false };
    rest.trim_start().starts_with(['"', '{', '[', ']', '}'])
        || rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

/// Every other byte zero, as ASCII is in UTF-16.
fn utf16_without_mark(head: &[u8]) -> Option<bool> {
    let sample = &head[..head.len().min(512) & !1];
    if sample.len() < 8 {
        return None;
    }
    let pairs = sample.len() / 2;
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if second * 10 >= pairs * 8 && first == 0 {
        Some(false)
    } else if first * 10 >= pairs * 8 && second == 0 {
        Some(true)
    } else {
        None
    }
}

/// The container of Excel before 2007, which also holds password-protected workbooks of today.
fn office_before_2007(head: &[u8]) -> Option<Problem> {
    if !head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return None;
    }
    let holds = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(head, &name).is_some()
    };
    let protected = holds("EncryptedPackage") || holds("EncryptionInfo");
    Some(if protected {
        Problem::new(
            Severity::File,
            ProblemCode::PasswordProtected,
            "the workbook is protected by a password",
            "Open it with the password and save a copy without one, or as CSV",
        )
    } else {
        Problem::new(
            Severity::File,
            ProblemCode::OldWorkbook,
            "this is a workbook in the old format (.xls), or protected by a password",
            "Open it and save it as “Excel workbook (.xlsx)” without a password, or as CSV",
        )
    })
}

fn other_kind(head: &[u8]) -> Option<Problem> {
    const KINDS: [(&[u8], &str, &str); 10] = [
        (b"%PDF", "a PDF", "Look for the CSV or XLSX on the same page"),
        (b"\x1F\x8B", "a gzip archive", "Unpack it first"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", "Unpack it first"),
        (b"Rar!", "a RAR archive", "Unpack it first"),
        (b"BZh", "a bzip2 archive", "Unpack it first"),
        (b"PAR1", "a Parquet file", "Export it as CSV"),
        (b"SQLite format 3\0", "a database", "Export the table as CSV"),
        (b"\x89PNG", "a picture", "Choose the data file instead"),
        (b"\xFF\xD8\xFF", "a picture", "Choose the data file instead"),
        (b"{\\rtf", "a word-processor document", "Look for the CSV or XLSX on the same page"),
    ];
    KINDS.iter().find(|(magic, ..)| head.starts_with(magic)).map(|(_, what, remedy)| {
        Problem::new(
            Severity::File,
            ProblemCode::WrongFileType,
            format!("this is {what}, not a table in CSV or XLSX"),
            *remedy,
        )
    })
}

/// The delimiter of a text: the candidate that cuts some line of the first rows into most cells.
pub(crate) fn delimiter(text: &[u8]) -> u8 {
    let most = |delimiter: u8| {
        text.split(|&b| b == b'\n' || b == b'\r')
            .take(40)
            .map(|line| {
                let mut quoted = false;
                line.iter()
                    .filter(|&&b| {
                        quoted ^= b == b'"';
                        b == delimiter && !quoted
                    })
                    .count()
            })
            .max()
            .unwrap_or(0)
    };
    [b',', b'\t', b';', b'|']
        .into_iter()
        .rev()
        .max_by_key(|&delimiter| most(delimiter))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        assert_eq!(sniff(b"URN,Name\n"), Ok(FileKind::Text { bom: false }));
        assert_eq!(sniff(b"\xEF\xBB\xBFURN,Name\n"), Ok(FileKind::Text { bom: true }));
        assert_eq!(sniff(b"\xFF\xFEU\0R\0"), Ok(FileKind::Utf16 { big_endian: false }));
        let bare: Vec<u8> = "URN,Name".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(sniff(&bare), Ok(FileKind::Utf16 { big_endian: true }));
        for (head, code) in [
            (&b""[..], ProblemCode::EmptyFile),
            (b" \r\n \n", ProblemCode::EmptyFile),
            (b"\xEF\xBB\xBF", ProblemCode::EmptyFile),
            (b"\n<!DOCTYPE html><html>", ProblemCode::WebPage),
            (b"%PDF-1.7", ProblemCode::WrongFileType),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest", ProblemCode::OldWorkbook),
        ] {
            assert_eq!(sniff(head).unwrap_err().code, code);
        }
        let mut protected = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        protected.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(sniff(&protected).unwrap_err().code, ProblemCode::PasswordProtected);
    }

    #[test]
    fn delimiters() {
        for (text, expected) in [
            (&b"URN,Name\n1,2"[..], b','),
            (b"A title, with a comma\nURN;Name;Town\n", b';'),
            (b"URN\tName, full\tTown", b'\t'),
            (b"URN|Name|Town", b'|'),
            (b"\"a;b;c\",d", b','),
            (b"plain", b','),
        ] {
            assert_eq!(delimiter(text), expected);
        }
    }

    #[test]
    fn json() {
        assert!(looks_like_json("\u{FEFF}[{\"id\": 1}]"));
        assert!(looks_like_json("{ \"a\": 1 }"));
        assert!(!looks_like_json("[c],URN"));
        assert!(!looks_like_json("URN,Name"));
    }
}
