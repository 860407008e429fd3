//! The part of CBOR (RFC 8949) that authenticators use: whole numbers, bytes, text, arrays, maps
//! and the simple values, each of definite length.

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A whole number.
    Int(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Text.
    Text(&'a str),
    /// Several values.
    Array(Vec<Value<'a>>),
    /// Pairs, in the order they came.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// True, false or null, as its number.
    Simple(u8),
}

/// How deep values may lie in each other.
const DEPTH: usize = 6;

impl<'a> Value<'a> {
    /// What a map holds under a number.
    pub(super) fn at(&self, key: i64) -> Option<&Self> {
        self.get(&Value::Int(key))
    }

    /// What a map holds under a word.
    pub(super) fn named(&self, key: &str) -> Option<&Self> {
        self.get(&Value::Text(key))
    }

    fn get(&self, key: &Value<'_>) -> Option<&Self> {
        let Value::Map(pairs) = self else { return None };
        pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value)
    }

    /// The bytes, when these are bytes.
    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The number, when this is one.
    pub(super) const fn int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }
}

/// Reads one value and returns what follows it; nothing when it is not well formed.
pub(super) fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    value(bytes, DEPTH)
}

fn head(bytes: &[u8]) -> Option<(u8, u64, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (kind, short) = (first >> 5, first & 0x1f);
    let size = match short {
        0..=23 => return Some((kind, u64::from(short), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let number = rest.get(..size)?.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    Some((kind, number, &rest[size..]))
}

fn value(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let (kind, number, rest) = head(bytes)?;
    let depth = depth.checked_sub(1)?;
    let length = || usize::try_from(number).ok().filter(|&length| length <= rest.len());
    Some(match kind {
        0 => (Value::Int(i64::try_from(number).ok()?), rest),
        1 => (Value::Int(-1 - i64::try_from(number).ok()?), rest),
        2 => {
            let (bytes, rest) = rest.split_at(length()?);
            (Value::Bytes(bytes), rest)
        }
        3 => {
            let (bytes, rest) = rest.split_at(length()?);
            (Value::Text(std::str::from_utf8(bytes).ok()?), rest)
        }
        4 => {
            let mut items = Vec::new();
            let mut rest = rest;
            for _ in 0..length()? {
                let (item, after) = value(rest, depth)?;
                items.push(item);
                rest = after;
            }
            (Value::Array(items), rest)
        }
        5 => {
            let mut pairs: Vec<(Value<'_>, Value<'_>)> = Vec::new();
            let mut rest = rest;
            for _ in 0..length()? {
                let (key, after) = value(rest, depth)?;
                let (held, after) = value(after, depth)?;
                // The same key twice would let two readers see two things.
                if pairs.iter().any(|(known, _)| *known == key) {
                    return None;
                }
                pairs.push((key, held));
                rest = after;
            }
            (Value::Map(pairs), rest)
        }
        7 if (20..=22).contains(&number) => (Value::Simple(u8::try_from(number).ok()?), rest),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn examples_of_the_standard_are_read() {
        assert_eq!(read(&[0x18, 0x64]), Some((Value::Int(100), &[][..])));
        assert_eq!(read(&[0x38, 0x63, 9]), Some((Value::Int(-100), &[9][..])));
        assert_eq!(read(b"\x44\x01\x02\x03\x04"), Some((Value::Bytes(&[1, 2, 3, 4]), &[][..])));
        let (map, rest) = read(b"\xa2\x61a\x01\x61b\x82\x02\x03").unwrap();
        assert_eq!(map.named("a"), Some(&Value::Int(1)));
        assert_eq!(map.named("b"), Some(&Value::Array(vec![Value::Int(2), Value::Int(3)])));
        assert!(rest.is_empty());
    }

    #[test]
    fn doubled_keys_deep_nests_and_short_inputs_are_refused() {
        assert_eq!(read(b"\xa2\x61a\x01\x61a\x02"), None);
        assert_eq!(read(&[0x81; 40]), None);
        assert_eq!(read(&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255]), None);
        assert_eq!(read(&[0x5f, 0x41, 1, 0xff]), None);
        assert_eq!(read(&[]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some((_, rest)) = read(&bytes) {
                prop_assert!(rest.len() < bytes.len());
            }
        }
    }
}
