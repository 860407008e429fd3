//! Text that looks like a unique pupil number is refused wherever text enters the product.

/// Letters a unique pupil number may begin with: the check letters of the national scheme.
const CHECK_LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// Finds the first text shaped like a unique pupil number: a check letter, then eleven digits,
/// then a digit or (for a temporary number) a letter, with nothing alphanumeric around it.
///
/// The check letter is not verified: a mistyped number is still somebody's number.
#[must_use]
pub fn find(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    (0..bytes.len().saturating_sub(12)).find_map(|start| {
        let end = start + 13;
        let candidate = &bytes[start..end];
        let shaped = CHECK_LETTERS.contains(&candidate[0].to_ascii_uppercase())
            && candidate[1..12].iter().all(u8::is_ascii_digit)
            && candidate[12].is_ascii_alphanumeric()
            && !(start > 0 && word(start - 1))
            && !word(end);
        shaped.then(|| &text[start..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_permanent_and_temporary_numbers_and_nothing_else() {
        assert_eq!(find("moved: A123456789012, ok"), Some("A123456789012"));
        assert_eq!(find("h80120001900b"), Some("h80120001900b"), "small letters too");
        assert_eq!(find("H8012000190B"), None, "only ten digits before the letter");
        assert_eq!(find("H801200019001B"), None, "fourteen characters are something else");
        assert_eq!(find("T12345678901C"), Some("T12345678901C"));
        assert_eq!(find("tel. 01234567890123"), None);
        assert_eq!(find("naïve — é A123456789012"), Some("A123456789012"));
        assert_eq!(find("XA123456789012"), None);
    }
}
