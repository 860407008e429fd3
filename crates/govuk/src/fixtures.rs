//! Reads the options of a published fixture, which are JSON, into the options of a component.
//!
//! The published options spell content as a pair of keys, `text` or `html` (`titleText`,
//! `titleHtml`); ours is one [`Content`]. Every other option has the same name in camel case. An
//! option that a component does not know is an error, so no fixture passes by ignoring one.

use serde_json::{Map, Value};

use crate::{Attributes, Classes, Content, DatePart, FieldValues, Html};
use crate::{FooterCopyright, FooterLicence};

/// Options that can be read from a fixture.
pub(crate) trait FromFixture: Sized + Default {
    /// Reads one value.
    fn from_fixture(value: Value) -> Result<Self, String>;

    /// Takes the value of `field` out of an object; the default when it is not there.
    fn take(given: &mut Map<String, Value>, field: &str) -> Result<Self, String> {
        match given.shift_remove(&key(field)) {
            None => Ok(Self::default()),
            Some(value) => Self::from_fixture(value).map_err(|why| format!("{field}: {why}")),
        }
    }
}

/// The published name of a field: camel case, and some names that mean something else in Rust.
fn key(field: &str) -> String {
    match field {
        "for_id" => return "for".to_owned(),
        "kind" => return "type".to_owned(),
        _ => {}
    }
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |key, word| {
        let (initial, rest) = word.split_at(1);
        key + &initial.to_uppercase() + rest
    })
}

/// The object a struct of options is read from. Text alone stands for an object with that text.
pub(crate) fn object(name: &str, value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(map) => Ok(map),
        Value::String(text) => Ok(Map::from_iter([("html".to_owned(), Value::String(text))])),
        other => Err(format!("{name}: expected an object, found {other}")),
    }
}

/// Fails when an option was not read.
pub(crate) fn nothing_left(name: &str, given: &Map<String, Value>) -> Result<(), String> {
    let unread: Vec<&str> =
        given.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str()).collect();
    if unread.is_empty() { Ok(()) } else { Err(format!("{name} does not know {unread:?}")) }
}

fn scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        Value::String(text) => Ok(text.clone()),
        other => Err(format!("expected a plain value, found {other}")),
    }
}

fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

impl FromFixture for String {
    fn from_fixture(value: Value) -> Result<Self, String> {
        scalar(&value)
    }
}

impl FromFixture for bool {
    fn from_fixture(value: Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| format!("expected true or false, found {value}"))
    }
}

impl FromFixture for u8 {
    fn from_fixture(value: Value) -> Result<Self, String> {
        let number = value.as_u64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| format!("expected a small number, found {value}"))
    }
}

impl FromFixture for u32 {
    fn from_fixture(value: Value) -> Result<Self, String> {
        let number = value.as_u64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| format!("expected a number, found {value}"))
    }
}

impl FromFixture for Classes {
    fn from_fixture(value: Value) -> Result<Self, String> {
        scalar(&value).map(Self::from)
    }
}

impl FromFixture for Html {
    fn from_fixture(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(_) => Ok(Self::trusted(Content::from_fixture(value)?.to_string())),
            plain => scalar(&plain).map(Self::trusted),
        }
    }
}

impl FromFixture for Content {
    fn from_fixture(value: Value) -> Result<Self, String> {
        let Value::Object(mut given) = value else {
            return scalar(&value).map(Self::Text);
        };
        let content = Self::take(&mut given, "content")?;
        nothing_left("Content", &given)?;
        Ok(content)
    }

    fn take(given: &mut Map<String, Value>, field: &str) -> Result<Self, String> {
        let (text, html) = match field {
            "content" => ("text".to_owned(), "html".to_owned()),
            other => (key(other) + "Text", key(other) + "Html"),
        };
        let text = given.shift_remove(&text).filter(|value| !is_falsy(value));
        let html = given.shift_remove(&html).filter(|value| !is_falsy(value));
        match (html, text, given.shift_remove(&key(field))) {
            (Some(html), _, _) => Ok(Self::Html(Html::trusted(scalar(&html)?.trim()))),
            (None, Some(text), _) => scalar(&text).map(Self::Text),
            (None, None, Some(value)) if !is_falsy(&value) => Self::from_fixture(value),
            (None, None, _) => Ok(Self::default()),
        }
    }
}

impl FromFixture for Attributes {
    fn from_fixture(value: Value) -> Result<Self, String> {
        object("attributes", value)?
            .iter()
            .try_fold(Self::new(), |all, (name, value)| Ok(all.set(name.as_str(), scalar(value)?)))
    }
}

impl<T: FromFixture> FromFixture for Option<T> {
    fn from_fixture(value: Value) -> Result<Self, String> {
        if value.is_null() { Ok(None) } else { T::from_fixture(value).map(Some) }
    }
}

impl<T: FromFixture> FromFixture for Box<T> {
    fn from_fixture(value: Value) -> Result<Self, String> {
        T::from_fixture(value).map(Self::new)
    }
}

/// What is falsy is left out, except where it keeps its number: there it is `None`.
impl<T: ListItem> FromFixture for Vec<T> {
    fn from_fixture(value: Value) -> Result<Self, String> {
        match value {
            Value::Array(items) => {
                items.into_iter().filter_map(|item| T::item(item).transpose()).collect()
            }
            other => Err(format!("expected a list, found {other}")),
        }
    }
}

/// What can stand in a list.
pub(crate) trait ListItem: Sized {
    /// Reads an item; `None` leaves it out.
    fn item(value: Value) -> Result<Option<Self>, String>;
}

impl<T: FromFixture> ListItem for T {
    fn item(value: Value) -> Result<Option<Self>, String> {
        let numbered = std::any::type_name::<Self>().starts_with("core::option::Option<");
        match (is_falsy(&value), numbered) {
            (true, true) => Ok(Some(Self::default())),
            (true, false) => Ok(None),
            (false, _) => Self::from_fixture(value).map(Some),
        }
    }
}

impl FromFixture for DatePart {
    fn from_fixture(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(false) => Ok(Self::Hidden),
            other => FromFixture::from_fixture(other).map(Self::Shown),
        }
    }
}

impl FromFixture for FieldValues {
    fn from_fixture(value: Value) -> Result<Self, String> {
        object("values", value)?.iter().try_fold(Self::default(), |all, (name, value)| {
            Ok(all.set(name.as_str(), scalar(value)?))
        })
    }
}

/// The published footer shows a licence and Crown copyright unless told not to.
impl FromFixture for FooterLicence {
    fn from_fixture(value: Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(Self::None),
            given => Content::from_fixture(given).map(Self::Custom),
        }
    }

    fn take(given: &mut Map<String, Value>, field: &str) -> Result<Self, String> {
        given.shift_remove(&key(field)).map_or(Ok(Self::OpenGovernment), Self::from_fixture)
    }
}

impl FromFixture for FooterCopyright {
    fn from_fixture(value: Value) -> Result<Self, String> {
        Content::from_fixture(value).map(Self::Custom)
    }

    fn take(given: &mut Map<String, Value>, field: &str) -> Result<Self, String> {
        given.shift_remove(&key(field)).map_or(Ok(Self::Crown), Self::from_fixture)
    }
}
