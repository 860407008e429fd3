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
    /// The decoder has said its last word and must not be asked again.
    done: bool,
    /// Characters that found no room where they were asked for.
    spare: [u8; 8],
    spare_at: usize,
    spare_len: usize,
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
            done: false,
            spare: [0; 8],
            spare_at: 0,
            spare_len: 0,
        }
    }
}

impl<R: Read> Utf16<R> {
    /// Decodes into a buffer with room for one character of four bytes at least.
    fn decode(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.done {
            return Ok(0);
        }
        loop {
            if self.raw_at == self.raw_len && !self.at_end {
                self.raw_len = self.inner.read(&mut self.raw)?;
                self.raw_at = 0;
                self.at_end = self.raw_len == 0;
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.raw[self.raw_at..self.raw_len], out, self.at_end);
            self.raw_at += read;
            self.done = self.at_end && result == CoderResult::InputEmpty;
            if written > 0 || self.done {
                return Ok(written);
            }
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    /// Whoever reads to the end may ask for a byte or two at the end of a buffer, where no character
    /// fits whole: it is kept and handed out in pieces.
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if out.len() >= self.spare.len() && self.spare_at == self.spare_len {
            return self.decode(out);
        }
        if out.is_empty() {
            return Ok(0);
        }
        if self.spare_at == self.spare_len {
            let mut spare = self.spare;
            self.spare_len = self.decode(&mut spare)?;
            self.spare = spare;
            self.spare_at = 0;
        }
        let n = out.len().min(self.spare_len - self.spare_at);
        out[..n].copy_from_slice(&self.spare[self.spare_at..self.spare_at + n]);
        self.spare_at += n;
        Ok(n)
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

    /// Whatever room there is for a piece, and reading to the end into a buffer that happens to have
    /// three bytes left: the text is the same, and there is an end.
    #[test]
    fn any_room_will_do() {
        let text = "URN,Name\r\n100000,Ysgol Tôn 🏫🏫€\r\n".repeat(40);
        let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for room in 1..10 {
            let mut out = Vec::new();
            let mut reader = Utf16::new(&bytes[..], false);
            let mut chunk = vec![0; room];
            loop {
                let n = reader.read(&mut chunk).unwrap();
                if n == 0 {
                    break;
                }
                out.extend_from_slice(&chunk[..n]);
            }
            assert_eq!(String::from_utf8(out).unwrap(), text, "room for {room}");
        }
        for left in 0..8 {
            let mut out = Vec::with_capacity(64);
            out.resize(64 - left, b'x');
            let _ = Utf16::new(&bytes[..], false).read_to_end(&mut out).unwrap();
            assert_eq!(std::str::from_utf8(&out[64 - left..]).unwrap(), text);
        }
        // Half a character at the end is shown as what cannot be read.
        bytes.push(0xD8);
        let mut out = String::new();
        let _ = Utf16::new(&bytes[..], false).read_to_string(&mut out).unwrap();
        assert!(out.ends_with('\u{FFFD}'));
    }
}
