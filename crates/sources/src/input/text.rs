//! Which encoding a text is in, found out row by row.
//!
//! The register and the links are in Windows-1252, everything newer in UTF-8. Both agree on ASCII,
//! so nothing has to be decided before the first other character; from then on the file must keep
//! to what it began with.

use super::Row;
use crate::problem::{Problem, ProblemCode, Severity};

/// The encoding of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Nothing but ASCII.
    #[default]
    Ascii,
    /// UTF-8 without a mark at the start.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// Windows-1252, as the register's downloads are.
    Windows1252,
    /// UTF-16, decoded on the way.
    Utf16,
    /// A workbook, whose text is Unicode by its format.
    Workbook,
}

impl Encoding {
    /// A short stable word, for storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Windows1252 => "windows-1252",
            Self::Utf16 => "utf-16",
            Self::Workbook => "workbook",
        }
    }
}

/// What the text turned out to be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextFacts {
    pub(crate) encoding: Encoding,
    /// Rows in which characters had been destroyed before.
    pub(crate) damaged_rows: u32,
    /// The last of them.
    pub(crate) damaged_row: u32,
    pub(crate) delimiter: Option<char>,
}

/// More damaged rows than this mean that the whole file was saved in the wrong encoding.
const DAMAGED_ROWS_FORGIVEN: u32 = 3;

/// Turns the raw bytes of each row into text.
#[derive(Debug)]
pub(crate) struct Decoder {
    encoding: Encoding,
    first_other: u32,
    damaged_rows: u32,
    damaged_row: u32,
}

impl Decoder {
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self { encoding, first_other: 0, damaged_rows: 0, damaged_row: 0 }
    }

    pub(crate) fn facts(&self) -> TextFacts {
        TextFacts {
            encoding: self.encoding,
            damaged_rows: self.damaged_rows,
            damaged_row: self.damaged_row,
            delimiter: None,
        }
    }

    /// Puts `raw`, whose cells end at `ends` with one byte between two, into `row` as text.
    pub(crate) fn decode(
        &mut self,
        raw: &[u8],
        ends: &[usize],
        row: &mut Row,
    ) -> Result<(), Problem> {
        row.clear();
        match std::str::from_utf8(raw) {
            Ok(text) if text.is_ascii() => row.text.push_str(text),
            Ok(text) if self.encoding != Encoding::Windows1252 => {
                self.see(Encoding::Utf8, row.number);
                row.text.push_str(text);
            }
            Ok(_) => return self.decode_1252(raw, ends, row),
            Err(_) if matches!(self.encoding, Encoding::Ascii | Encoding::Windows1252) => {
                self.see(Encoding::Windows1252, row.number);
                return self.decode_1252(raw, ends, row);
            }
            // Half a character in the last place is a file cut off, not another encoding.
            Err(error) if error.error_len().is_none() && !row.terminated => {
                return Err(cut_off(row.number));
            }
            Err(error) => return Err(self.not_utf8(raw, error.valid_up_to(), row.number)),
        }
        // A cell must not end inside a character; the delimiters are ASCII, so none does.
        row.ends.extend_from_slice(ends);
        self.check_damage(row)
    }

    fn see(&mut self, encoding: Encoding, row: u32) {
        if self.encoding == Encoding::Ascii {
            self.encoding = encoding;
            self.first_other = row;
        }
    }

    fn decode_1252(&mut self, raw: &[u8], ends: &[usize], row: &mut Row) -> Result<(), Problem> {
        let mut start = 0;
        for &end in ends {
            let cell = &raw[start..end];
            if let Some(&byte) = cell.iter().find(|b| matches!(b, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D))
            {
                return Err(Problem::new(
                    Severity::File,
                    ProblemCode::WrongEncoding,
                    format!("byte {byte:02X} is no character in UTF-8 or in Windows-1252"),
                    "Download the file again, or save it as “CSV UTF-8” in the spreadsheet it \
                     came from",
                )
                .at(row.number));
            }
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell);
            row.push(&text);
            start = end + 1;
        }
        self.check_damage(row)
    }

    fn not_utf8(&self, raw: &[u8], at: usize, row: u32) -> Problem {
        let byte = raw.get(at).copied().unwrap_or_default();
        let what = if self.encoding == Encoding::Utf8Bom {
            format!("the file says it is UTF-8, but byte {byte:02X} here is not")
        } else {
            format!(
                "the file is UTF-8 in row {} and something else here (byte {byte:02X})",
                self.first_other
            )
        };
        Problem::new(
            Severity::File,
            ProblemCode::WrongEncoding,
            what,
            "Download the file again, or open it in the program it came from and save it as \
             “CSV UTF-8”",
        )
        .at(row)
    }

    fn check_damage(&mut self, row: &Row) -> Result<(), Problem> {
        if !row.text.is_ascii() && is_damaged(&row.text) {
            self.damaged_rows += 1;
            self.damaged_row = row.number;
            if self.damaged_rows > DAMAGED_ROWS_FORGIVEN {
                let cell = row.cells().find(|cell| is_damaged(cell)).unwrap_or_default();
                return Err(Problem::new(
                    Severity::File,
                    ProblemCode::DamagedText,
                    "letters such as £, é or ’ were destroyed when this file was saved in the \
                     wrong encoding",
                    "Download the original again; opening and saving this copy cannot bring them \
                     back",
                )
                .at(row.number)
                .showing(cell));
            }
        }
        Ok(())
    }
}

fn cut_off(row: u32) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::Truncated,
        "the file ends in the middle of a character",
        "Download the file again; it was cut off on the way",
    )
    .at(row)
}

/// Whether a text holds the replacement character, or UTF-8 that was read as Windows-1252 and
/// saved again (`â€™` for ’, `Ã©` for é, `Â£` for £).
fn is_damaged(text: &str) -> bool {
    let mut before = ' ';
    for c in text.chars() {
        let doubled = match before {
            // The first bytes of é and its like, of £, of ŵ and ŷ; the first two of ’ and –.
            'Ã' | 'Â' | 'Å' => is_upper_half(c),
            'â' => c == '€',
            _ => false,
        };
        if doubled || c == '\u{FFFD}' {
            return true;
        }
        before = c;
    }
    false
}

/// Whether a character is what Windows-1252 makes of a byte from 80 to BF, as every byte of a
/// character but its first is in UTF-8.
fn is_upper_half(c: char) -> bool {
    const MOVED: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    matches!(c, '\u{80}'..='\u{BF}') || MOVED.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(decoder: &mut Decoder, number: u32, raw: &[u8]) -> Result<String, Problem> {
        let mut row = Row { number, terminated: true, ..Row::default() };
        decoder.decode(raw, &[raw.len()], &mut row)?;
        Ok(row.cell(0).to_owned())
    }

    #[test]
    fn windows_1252_is_read_as_such() {
        let mut decoder = Decoder::new(Encoding::Ascii);
        assert_eq!(decode(&mut decoder, 1, b"plain").unwrap(), "plain");
        assert_eq!(
            decode(&mut decoder, 2, b"St Mary\x92s \x96 Ysgol T\xF4n").unwrap(),
            "St Mary’s – Ysgol Tôn"
        );
        assert_eq!(decoder.facts().encoding, Encoding::Windows1252);
    }

    #[test]
    fn a_file_keeps_to_one_encoding() {
        let mut decoder = Decoder::new(Encoding::Ascii);
        decode(&mut decoder, 2, "Tôn".as_bytes()).unwrap();
        let problem = decode(&mut decoder, 9, b"T\xF4n").unwrap_err();
        assert_eq!((problem.code, problem.row), (ProblemCode::WrongEncoding, Some(9)));
        let mut decoder = Decoder::new(Encoding::Utf8Bom);
        let problem = decode(&mut decoder, 3, b"T\xF4n").unwrap_err();
        assert_eq!((problem.code, problem.row), (ProblemCode::WrongEncoding, Some(3)));
    }

    #[test]
    fn destroyed_letters_are_noticed_and_real_ones_are_not() {
        for text in ["St Maryâ€™s", "CafÃ©", "Â£100", "\u{FFFD}100", "TÃ´n", "Ã‰cole", "TÅ·"]
        {
            assert!(is_damaged(text), "{text}");
        }
        for text in ["Tôn", "Château", "Bâle", "£100", "’", "Âge", "École", "Ynys Môn"] {
            assert!(!is_damaged(text), "{text}");
        }
        let mut decoder = Decoder::new(Encoding::Utf8);
        for row in 1..=3 {
            decode(&mut decoder, row, "Â£1".as_bytes()).unwrap();
        }
        let problem = decode(&mut decoder, 4, "Â£1".as_bytes()).unwrap_err();
        assert_eq!((problem.code, problem.row), (ProblemCode::DamagedText, Some(4)));
    }
}
