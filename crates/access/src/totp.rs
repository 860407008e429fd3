//! Time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds), as every
//! authenticator app speaks them.

use foundation::web::percent_encoded;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;

/// How long a code stands, in seconds.
const STEP: i64 = 30;

/// The time step of a moment.
#[must_use]
pub fn step(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP)
}

/// The code of a time step.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0x0f);
    let word =
        u32::from_be_bytes([hash[offset], hash[offset + 1], hash[offset + 2], hash[offset + 3]]);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code was typed: now, or one step earlier or later for clocks that differ.
/// Steps up to `used` are spent.
#[must_use]
pub fn matching(secret: &[u8], now: Timestamp, used: Option<i64>, typed: &str) -> Option<i64> {
    let now = step(now);
    // Every candidate is compared in full, so that time tells nothing about which one it was.
    let mut found = None;
    for candidate in [now - 1, now, now + 1] {
        let right = same(code(secret, candidate).as_bytes(), typed.as_bytes());
        if right && used.is_none_or(|used| candidate > used) {
            found = Some(candidate);
        }
    }
    found
}

/// Compares without stopping at the first difference.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    blake3::hash(one) == blake3::hash(other)
}

/// A secret as authenticator apps want it typed: base 32 without padding (RFC 4648).
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut block = [0_u8; 8];
        block[3..3 + chunk.len()].copy_from_slice(chunk);
        let word = u64::from_be_bytes(block);
        for letter in 0..(chunk.len() * 8).div_ceil(5) {
            text.push(char::from(
                LETTERS[usize::try_from(word >> (35 - 5 * letter) & 31).unwrap_or(0)],
            ));
        }
    }
    text
}

/// The address that an authenticator app reads from the square picture.
#[must_use]
pub fn uri(secret: &[u8], email: &str) -> String {
    let email = percent_encoded(email);
    format!(
        "otpauth://totp/Alongside:{email}?secret={}&issuer=Alongside&algorithm=SHA1&digits=6&period=30",
        base32(secret)
    )
}

/// The address as a square picture (SVG), or nothing when it is too long for one.
#[must_use]
pub fn picture(uri: &str) -> Option<String> {
    use std::fmt::Write as _;
    let code = qrcodegen::QrCode::encode_text(uri, qrcodegen::QrCodeEcc::Medium).ok()?;
    let side = code.size();
    let mut path = String::new();
    for y in 0..side {
        for x in (0..side).filter(|&x| code.get_module(x, y)) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + 4, y + 4);
        }
    }
    let whole = side + 8;
    Some(format!(
        "<svg class=\"as-square\" viewBox=\"0 0 {whole} {whole}\" width=\"240\" height=\"240\" \
         role=\"img\" aria-label=\"Square code for your authenticator app; the same key stands \
         below as text\"><rect width=\"{whole}\" height=\"{whole}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(code(secret, step(at)), expected);
        }
    }

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn letters_are_those_of_the_standard() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), expected);
        }
    }

    #[test]
    fn a_code_stands_a_step_either_way_and_works_once() {
        let secret = b"a secret of the person";
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let this = step(now);
        for near in [this - 1, this, this + 1] {
            assert_eq!(matching(secret, now, None, &code(secret, near)), Some(near));
        }
        assert_eq!(matching(secret, now, None, &code(secret, this - 2)), None);
        assert_eq!(matching(secret, now, Some(this), &code(secret, this)), None);
        assert_eq!(matching(secret, now, None, ""), None);
    }

    #[test]
    fn the_picture_holds_the_address() {
        let uri = uri(b"12345678901234567890", "p+q@example.org");
        assert!(
            uri.starts_with("otpauth://totp/Alongside:p%2Bq%40example.org?secret=GEZDGNBVGY3TQOJQ")
        );
        let picture = picture(&uri).unwrap();
        assert!(picture.contains("role=\"img\"") && !picture.contains("style="));
    }
}
