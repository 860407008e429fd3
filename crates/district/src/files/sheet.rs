//! A comma-separated sheet in a publisher's dialect.

/// How characters become bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Windows code page 1252, no mark: the register and its companions.
    Cp1252,
    /// UTF-8 with a byte-order mark: the performance tables.
    Utf8Marked,
    /// UTF-8 plain.
    Utf8,
}

/// A sheet being written: rows are filled by column name, blanks stay blank.
pub(crate) struct Sheet {
    header: Vec<&'static str>,
    encoding: Encoding,
    line_end: &'static str,
    quote_all: bool,
    bytes: Vec<u8>,
    row: Vec<String>,
}

impl Sheet {
    pub(crate) fn new(header: &[&'static str], encoding: Encoding, line_end: &'static str) -> Self {
        Self::start(header, encoding, line_end, false)
    }

    /// A sheet whose every field stands in quotation marks, as the links file prints them.
    pub(crate) fn quoted(
        header: &[&'static str],
        encoding: Encoding,
        line_end: &'static str,
    ) -> Self {
        Self::start(header, encoding, line_end, true)
    }

    fn start(
        header: &[&'static str],
        encoding: Encoding,
        line_end: &'static str,
        quote_all: bool,
    ) -> Self {
        let mut sheet = Self {
            header: header.to_vec(),
            encoding,
            line_end,
            quote_all,
            bytes: if encoding == Encoding::Utf8Marked {
                vec![0xEF, 0xBB, 0xBF]
            } else {
                Vec::new()
            },
            row: header.iter().map(|h| (*h).to_owned()).collect(),
        };
        sheet.end_row();
        sheet
    }

    /// Sets one field of the current row. Panics on a column the layout does not have: that is a
    /// slip in this crate, which its tests meet at once.
    pub(crate) fn set(&mut self, column: &str, value: impl Into<String>) -> &mut Self {
        let at = self.header.iter().position(|h| *h == column);
        assert!(at.is_some(), "the layout has no column {column}");
        if let Some(at) = at {
            self.row[at] = value.into();
        }
        self
    }

    /// Ends the current row and begins the next.
    pub(crate) fn end_row(&mut self) {
        for (i, field) in self.row.iter_mut().enumerate() {
            if i > 0 {
                self.bytes.push(b',');
            }
            let quote = self.quote_all || field.contains([',', '"', '\n', '\r']);
            if quote {
                self.bytes.push(b'"');
            }
            let escaped = field.replace('"', "\"\"");
            match self.encoding {
                Encoding::Cp1252 => self.bytes.extend(escaped.chars().map(cp1252)),
                Encoding::Utf8 | Encoding::Utf8Marked => {
                    self.bytes.extend_from_slice(escaped.as_bytes());
                }
            }
            if quote {
                self.bytes.push(b'"');
            }
            field.clear();
        }
        self.bytes.extend_from_slice(self.line_end.as_bytes());
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// One character in code page 1252; a question mark for what it cannot hold.
fn cp1252(c: char) -> u8 {
    match c {
        '\u{0}'..='\u{7f}' | '\u{a0}'..='\u{ff}' => c as u8,
        '\u{2018}' => 0x91,
        '\u{2019}' => 0x92,
        '\u{201c}' => 0x93,
        '\u{201d}' => 0x94,
        '\u{2013}' => 0x96,
        '\u{2014}' => 0x97,
        '\u{2026}' => 0x85,
        '\u{20ac}' => 0x80,
        _ => b'?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_only_when_they_must_be() {
        let mut sheet = Sheet::new(&["A", "B"], Encoding::Cp1252, "\r\n");
        sheet.set("B", "plain").set("A", "St Brede\u{2019}s, \"the\" school").end_row();
        assert_eq!(sheet.finish(), b"A,B\r\n\"St Brede\x92s, \"\"the\"\" school\",plain\r\n");
    }

    #[test]
    #[should_panic(expected = "no column C")]
    fn an_unknown_column_is_a_slip() {
        Sheet::new(&["A"], Encoding::Utf8, "\n").set("C", "x");
    }
}
