//! Sealing bytes with a key that is not in the database: what is sealed is noise to whoever has the
//! database alone, and opens only at the place it was sealed for.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

use crate::{Ids, ids};

/// The sealed text was changed, moved from elsewhere, or sealed with another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed text does not open: it was changed, moved or sealed with another key")]
pub struct Broken;

/// Seals bytes with a key. `place` is bound to the result: it opens nowhere else. Written
/// `nonce.text` in hexadecimal digits.
///
/// # Errors
/// When the text is longer than the cipher allows (256 GB).
pub fn encrypt(key: &[u8; 32], chance: &Ids, place: &str, plain: &[u8]) -> Result<String, Broken> {
    let mut nonce = [0_u8; 24];
    chance.fill(&mut nonce);
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place.as_bytes() })
        .map_err(|_| Broken)?;
    Ok(format!("{}.{}", ids::hex(&nonce), ids::hex(&sealed)))
}

/// Opens what [`encrypt`] wrote for the same place.
///
/// # Errors
/// When it was changed, moved or sealed with another key.
pub fn decrypt(key: &[u8; 32], place: &str, sealed: &str) -> Result<Vec<u8>, Broken> {
    let (nonce, text) = sealed.split_once('.').ok_or(Broken)?;
    let nonce: [u8; 24] = bytes(nonce).and_then(|nonce| nonce.try_into().ok()).ok_or(Broken)?;
    let text = bytes(text).ok_or(Broken)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(nonce), Payload { msg: &text, aad: place.as_bytes() })
        .map_err(|_| Broken)
}

/// Bytes from hexadecimal digits.
#[must_use]
pub fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
        .collect()
}
