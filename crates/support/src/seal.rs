//! Hashes that anybody can re-compute: BLAKE3 over canonical JSON.
//!
//! Canonical: object keys in byte order, no space, strings and numbers as `serde_json` writes
//! them. Two values that are equal have one text, and so one hash.

use serde::Serialize;
use serde_json::Value;

/// The canonical text of a value.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            text.push('{');
            for (at, key) in keys.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(&fields[key], text);
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

/// The hash of a record: 64 lower-case hexadecimal digits.
#[must_use]
pub fn seal(record: &impl Serialize) -> String {
    let value = serde_json::to_value(record).unwrap_or(Value::Null);
    blake3::hash(canonical(&value).as_bytes()).to_hex().to_string()
}

/// A number to nine decimals, which is how numbers are kept that will be hashed: written as JSON
/// and read again it is the same number to the last bit, as long as it is below a million. The
/// shortest text of any other number may come back one bit off.
#[must_use]
pub fn exact(number: f64) -> f64 {
    let kept = (number * 1e9).round() / 1e9;
    if kept.is_finite() { kept } else { number }
}

/// The first digits of a hash, as people compare them.
#[must_use]
pub fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_text_is_escaped() {
        let value = json!({ "b": [1, 2.5, null], "a": "line\n\"quoted\"", "é": true });
        assert_eq!(
            canonical(&value),
            "{\"a\":\"line\\n\\\"quoted\\\"\",\"b\":[1,2.5,null],\"é\":true}"
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e6..1e6_f64).prop_map(|number| Value::from(exact(number))),
            "[a-z\"\\\\ é]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_text_reads_back_as_the_same_value(value in any_json()) {
            let back: Value = serde_json::from_str(&canonical(&value)).unwrap();
            prop_assert_eq!(&back, &value);
            prop_assert_eq!(seal(&back), seal(&value));
        }

        #[test]
        fn a_kept_number_comes_back_to_the_last_bit(number in -1e6..1e6_f64) {
            let kept = exact(number);
            let back: f64 = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
            prop_assert_eq!(back.to_bits(), kept.to_bits());
            prop_assert!((kept - number).abs() <= 1e-9);
        }

        #[test]
        fn different_values_have_different_hashes(one in any_json(), other in any_json()) {
            prop_assert_eq!(one == other, seal(&one) == seal(&other));
        }

        #[test]
        fn the_order_of_fields_does_not_matter(
            fields in prop::collection::btree_map("[a-z]{1,4}", any::<i32>(), 0..6)
        ) {
            let forward: Value =
                Value::Object(fields.iter().map(|(k, v)| (k.clone(), json!(v))).collect());
            let backward: Value =
                Value::Object(fields.iter().rev().map(|(k, v)| (k.clone(), json!(v))).collect());
            prop_assert_eq!(seal(&forward), seal(&backward));
        }
    }
}
