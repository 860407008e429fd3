//! Text made safe for the two places it is written into: HTML and addresses.

use std::fmt::Write as _;

/// Text made safe for HTML: an element's content or a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map_or_else(|_| String::new(), |safe| safe.to_string())
}

/// A value percent-encoded for one segment of a path or one value of a query or form (RFC 3986:
/// all but the unreserved characters).
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        let safe = escape("<b title='x'>\"Fish & chips\"</b>");
        for sign in ['<', '>', '"', '\''] {
            assert!(!safe.contains(sign), "{safe}");
        }
        assert!(!safe.contains("& "), "{safe}");
    }

    #[test]
    fn addresses_keep_only_what_needs_no_escape() {
        assert_eq!(percent_encoded("St Mary's & co"), "St%20Mary%27s%20%26%20co");
        assert_eq!(percent_encoded("/a/é~1"), "%2Fa%2F%C3%A9~1");
    }
}
