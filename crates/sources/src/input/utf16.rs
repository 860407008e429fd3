//! UTF-16, which some programs call "Unicode text", turned into UTF-8 on the way.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};
use std::io::Read;

/// A stream of UTF-8 from a stream of UTF-16.
pub(crate) struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_len: usize,
    at_end: bool,
}

impl<R: Read> Utf16<R> {
    pub(crate) fn new(inner: R, big_endian: bool) -> Self {
        let encoding = if big_endian { UTF_16BE } else { UTF_16LE };
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 16 * 1024],
            raw_at: 0,
            raw_len: 0,
            at_end: false,
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    /// `out` must have room for one character of four bytes; the row reader's always has.
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if self.raw_at == self.raw_len && !self.at_end {
                self.raw_len = self.inner.read(&mut self.raw)?;
                self.raw_at = 0;
                self.at_end = self.raw_len == 0;
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.raw[self.raw_at..self.raw_len], out, self.at_end);
            self.raw_at += read;
            if written > 0 || (self.at_end && result == CoderResult::InputEmpty) {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_and_characters_beyond_the_first_plane() {
        let text = "URN,Name\r\n100000,Ysgol Tôn 🏫\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for (bytes, big_endian) in [(little, false), (big, true)] {
            let mut out = Vec::new();
            let mut reader = Utf16::new(&bytes[..], big_endian);
            let mut chunk = [0; 64];
            loop {
                let n = reader.read(&mut chunk).unwrap();
                if n == 0 {
                    break;
                }
                out.extend_from_slice(&chunk[..n]);
            }
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
