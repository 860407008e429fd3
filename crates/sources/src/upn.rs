//! Finding pupils' identifiers, so that a file that holds any is refused before anything is kept.
//!
//! A unique pupil number is a check letter and twelve digits; a temporary one has a letter in the
//! last place. The check letter is worked out from the other twelve characters: weights 2 to 13,
//! sum modulo 23, over the alphabet without I, O and S (Department for Education, *Unique pupil
//! numbers: guidance*). A wrong check letter does not make the value harmless, so it is refused
//! too and only the words differ.

use crate::pack::normalise;

const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// Something shaped like a pupil number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Where it starts, in bytes.
    pub(crate) at: usize,
    /// Whether its check letter is right.
    pub(crate) checks: bool,
}

/// The first pupil number in a text, however the text is split into cells.
///
/// A run of eleven digits covers one place in every eleven, so most bytes are never looked at.
pub(crate) fn find(text: &[u8]) -> Option<Shape> {
    let mut probe = 10;
    while probe < text.len() {
        if !text[probe].is_ascii_digit() {
            probe += 11;
            continue;
        }
        let start = run_start(text, probe);
        let end = run_end(text, probe);
        if let Some(checks) = shape(text, start, end) {
            return Some(Shape { at: start - 1, checks });
        }
        probe = end + 11;
    }
    None
}

fn run_start(text: &[u8], mut at: usize) -> usize {
    while at > 0 && text[at - 1].is_ascii_digit() {
        at -= 1;
    }
    at
}

fn run_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at].is_ascii_digit() {
        at += 1;
    }
    at
}

/// Whether the digits from `start` to `end` with what stands around them make a pupil number.
fn shape(text: &[u8], start: usize, end: usize) -> Option<bool> {
    let letter = *text.get(start.checked_sub(1)?)?;
    if !letter.is_ascii_alphabetic() {
        return None;
    }
    if start >= 2 && text[start - 2].is_ascii_alphanumeric() {
        return None;
    }
    let last = match end - start {
        12 => *text.get(end - 1)?,
        11 if text.get(end)?.is_ascii_alphabetic() => text[end],
        _ => return None,
    };
    let after = start + 12;
    if text.get(after).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let mut sum = 0u32;
    for (weight, &digit) in (2..).zip(&text[start..start + 11]) {
        sum += weight * u32::from(digit - b'0');
    }
    let value = match last.to_ascii_uppercase() {
        digit @ b'0'..=b'9' => u32::from(digit - b'0'),
        letter => u32::try_from(LETTERS.iter().position(|&l| l == letter)?).ok()?,
    };
    sum += 13 * value;
    Some(LETTERS[(sum % 23) as usize] == letter.to_ascii_uppercase())
}

/// Whether a column's name says that it holds something about single pupils.
pub(crate) fn is_pupil_column(header: &str) -> bool {
    const NAMES: [&str; 20] = [
        "upn",
        "formerupn",
        "uniquepupilnumber",
        "pupilupn",
        "uln",
        "uniquelearnernumber",
        "pupilid",
        "pupilname",
        "pupilsurname",
        "pupilforename",
        "studentid",
        "studentname",
        "surname",
        "legalsurname",
        "forename",
        "legalforename",
        "firstname",
        "lastname",
        "dateofbirth",
        "dob",
    ];
    NAMES.contains(&normalise(header).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with_letter(digits: &str) -> String {
        let sum: u32 = (2..).zip(digits.bytes()).map(|(w, d)| w * u32::from(d - b'0')).sum();
        format!("{}{digits}", char::from(LETTERS[(sum % 23) as usize]))
    }

    #[test]
    fn real_shapes_are_found_anywhere_in_a_row() {
        let upn = with_letter("123456789012");
        for text in [upn.clone(), format!("100000,{upn},53%"), format!("Pupil {upn}.")] {
            assert!(find(text.as_bytes()).unwrap().checks, "{text}");
        }
        assert_eq!(find(b"1,A000000000000,2").map(|s| s.checks), Some(true));
        assert_eq!(find(b"1,B000000000000,2").map(|s| s.checks), Some(false));
        assert!(find(b"x,H80120000110A,").is_some());
        assert!(find(b"h801200001108").is_some());
    }

    #[test]
    fn other_long_numbers_are_left_alone() {
        for text in [
            "E12000008",
            "200000071925",
            "ITS402966",
            "02072216665",
            "AB123456789012",
            "A1234567890123",
            "A12345678901",
            "94.0766362203115",
            "8.32552815069206e-05",
            "GU52 8BN,01252617664,0",
        ] {
            assert_eq!(find(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn names_of_columns() {
        for name in ["UPN", "Unique Pupil Number", "Pupil_Name", "Date of Birth", "Surname"] {
            assert!(is_pupil_column(name), "{name}");
        }
        for name in ["URN", "HeadLastName", "TotalPupils", "SCHNAME"] {
            assert!(!is_pupil_column(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_number_is_found_in_every_row(
            before in "[A-Z,. ]{0,40}[,. ]", digits in "[0-9]{12}", after in "[,. ][0-9A-Z,. ]{0,40}"
        ) {
            let text = format!("{before}{}{after}", with_letter(&digits));
            prop_assert!(find(text.as_bytes()).unwrap().checks);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = find(&bytes);
        }
    }
}
