//! A cell of a results table: a number, a mark that says why there is none, or neither.

use evidence::Missing;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    /// A number, without its percent sign, pound sign or thousands commas.
    Number(f64),
    /// A publisher's mark or an empty cell.
    Missing(Missing),
    /// Anything else.
    Unreadable,
}

/// Powers of ten that a double holds exactly.
const TENS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads a cell. Surrounding blanks do not count.
pub(crate) fn read_cell(text: &str) -> Cell {
    if let Some(number) = plain_number(text.as_bytes()) {
        return Cell::Number(number);
    }
    let text = text.trim();
    if let Some(reason) = mark(text) {
        return Cell::Missing(reason);
    }
    dressed_number(text).map_or(Cell::Unreadable, Cell::Number)
}

/// The publishers' marks, and the spellings of them that copies and newer files use.
fn mark(text: &str) -> Option<Missing> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    Missing::from_mark(bare).or(match bare {
        "Supp" | "supp" => Some(Missing::Suppressed),
        "Lowcov" | "lowcov" => Some(Missing::LowCoverage),
        "N/A" | "n/a" | "na" => Some(Missing::NotAvailable),
        "NULL" | "null" => Some(Missing::Blank),
        _ => None,
    })
}

/// The common case without allocation: an optional minus, digits, at most one point, perhaps a
/// percent sign. Exact, because both the digits and the power of ten are held exactly.
fn plain_number(bytes: &[u8]) -> Option<f64> {
    let (negative, rest) = match bytes.first()? {
        b'-' => (true, &bytes[1..]),
        _ => (false, bytes),
    };
    let rest = rest.strip_suffix(b"%").unwrap_or(rest);
    if rest.is_empty() || rest.len() > 16 {
        return None;
    }
    let mut mantissa = 0u64;
    let mut decimals = None;
    let mut digits = 0;
    for &byte in rest {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                digits += 1;
                if let Some(places) = decimals.as_mut() {
                    *places += 1;
                }
            }
            b'.' if decimals.is_none() => decimals = Some(0usize),
            _ => return None,
        }
    }
    if digits == 0 || digits > 15 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most fifteen digits: held exactly")]
    let value = mantissa as f64 / TENS[decimals.unwrap_or(0)];
    // A negative zero would print as one.
    Some(if negative && value != 0.0 { -value } else { value })
}

/// The rare cases: a pound sign, thousands commas, a typographic minus, many decimals, an
/// exponent.
fn dressed_number(text: &str) -> Option<f64> {
    let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let text = text.strip_prefix('£').unwrap_or(text);
    let text = text.strip_suffix('%').unwrap_or(text).trim();
    let text = without_thousands(text)?;
    let mut exponent = false;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' | b'.' => {}
            b'e' | b'E' if i > 0 && !exponent => exponent = true,
            b'-' | b'+' if exponent && matches!(text.as_bytes()[i - 1], b'e' | b'E') => {}
            _ => return None,
        }
    }
    let value: f64 = text.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    Some(if negative && value != 0.0 { -value } else { value })
}

/// Drops commas that stand where thousands commas stand; `None` when one does not.
fn without_thousands(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    if !text.contains(',') {
        return Some(text.into());
    }
    let (whole, rest) = text.split_once('.').map_or((text, None), |(w, r)| (w, Some(r)));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let right = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    if !right || rest.is_some_and(|rest| rest.contains(',')) {
        return None;
    }
    Some(text.replace(',', "").into())
}

/// Whether a text is a publisher's mark or empty.
pub(crate) fn is_mark(text: &str) -> bool {
    mark(text.trim()).is_some()
}

/// A count: a whole number that is not negative.
pub(crate) fn read_count(text: &str) -> Option<u32> {
    match read_cell(text) {
        Cell::Number(n) if n >= 0.0 && n <= f64::from(u32::MAX) && n.fract() == 0.0 => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be a whole number in range"
            )]
            let count = n as u32;
            Some(count)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_in_every_dress() {
        for (text, value) in [
            ("53%", 53.0),
            ("-0.57", -0.57),
            ("46.90%", 46.9),
            (" 12 ", 12.0),
            ("-.5", -0.5),
            ("7.", 7.0),
            ("-0", 0.0),
            ("£45,421", 45421.0),
            ("-£1,234,567.50", -1_234_567.5),
            ("94.0766362203115", 94.076_636_220_311_5),
            ("8.32552815069206e-05", 8.325_528_150_692_06e-5),
            ("5.00E+06", 5_000_000.0),
            ("\u{2212}3", -3.0),
        ] {
            assert_eq!(read_cell(text), Cell::Number(value), "{text}");
        }
    }

    #[test]
    fn marks_keep_their_reason() {
        for (text, reason) in [
            ("SUPP", Missing::Suppressed),
            ("c", Missing::Confidential),
            ("[c]", Missing::Confidential),
            ("low", Missing::RoundsToZero),
            ("", Missing::Blank),
            ("  ", Missing::Blank),
            ("LOWCOV", Missing::LowCoverage),
            ("NA", Missing::NotAvailable),
            (" NE ", Missing::NoEntries),
        ] {
            assert_eq!(read_cell(text), Cell::Missing(reason), "{text}");
        }
    }

    #[test]
    fn neither_number_nor_mark() {
        for text in [
            "inf",
            "NaN",
            "nan",
            "-",
            "1,23",
            "1,2345",
            "12a",
            "St Mary's",
            "1.2.3",
            ",5",
            "--1",
            "1e",
            "1-2",
            "e5",
            "53 %%",
            "%",
            "£",
            "1.5,000",
            "Infinity",
            "+",
        ] {
            assert_eq!(read_cell(text), Cell::Unreadable, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_short_decimal_reads_as_the_standard_library_reads_it(
            whole in 0u32..10_000_000, fraction in "[0-9]{0,6}", negative: bool
        ) {
            let sign = if negative { "-" } else { "" };
            let text = format!("{sign}{whole}.{fraction}");
            let expected: f64 = text.parse().unwrap();
            prop_assert_eq!(read_cell(&text), Cell::Number(expected));
            prop_assert_eq!(read_cell(&format!("{text}%")), Cell::Number(expected));
        }

        #[test]
        fn no_text_panics_and_no_number_is_infinite(text in ".{0,40}") {
            if let Cell::Number(number) = read_cell(&text) {
                prop_assert!(number.is_finite());
            }
        }
    }
}
