//! HTML attributes beyond those a component sets itself.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::content::escape;

/// Attributes in the order they were given. A value of `None` gives a bare attribute (`hidden`).
///
/// Names come from the program, values may come from anywhere: values are escaped; a name with a
/// character that cannot stand in a name is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(String, Option<String>)>);

impl Attributes {
    /// No attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `name="value"`.
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), Some(value.into())));
        self
    }

    /// Adds `name` alone.
    pub fn flag(mut self, name: impl Into<String>) -> Self {
        self.0.push((name.into(), None));
        self
    }

    /// Adds `name="value"` when there is a value.
    pub(crate) fn set_some(self, name: &str, value: &impl AttributeValue) -> Self {
        match value.value() {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Adds the attributes of `other` behind these.
    pub fn and(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }
}

impl<N: Into<String>, V: Into<String>, const LENGTH: usize> From<[(N, V); LENGTH]> for Attributes {
    fn from(pairs: [(N, V); LENGTH]) -> Self {
        pairs.into_iter().fold(Self::new(), |all, (name, value)| all.set(name, value))
    }
}

impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            let sound = |c: char| !(c.is_whitespace() || c.is_control() || "\"'<>/=&".contains(c));
            if name.is_empty() || !name.chars().all(sound) {
                continue;
            }
            write!(f, " {name}")?;
            if let Some(value) = value {
                f.write_str("=\"")?;
                escape(f, value)?;
                f.write_str("\"")?;
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Attributes {}

/// A value an attribute can take; `None` leaves the attribute out.
pub(crate) trait AttributeValue {
    /// The text of the value.
    fn value(&self) -> Option<String>;
}

/// An empty string leaves the attribute out.
impl AttributeValue for String {
    fn value(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.clone())
    }
}

impl AttributeValue for str {
    fn value(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.to_owned())
    }
}

impl AttributeValue for u8 {
    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl AttributeValue for u32 {
    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl AttributeValue for bool {
    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// An empty string inside `Some` keeps the attribute, empty: `value=""`.
impl AttributeValue for Option<String> {
    fn value(&self) -> Option<String> {
        self.clone()
    }
}

impl AttributeValue for Option<bool> {
    fn value(&self) -> Option<String> {
        self.map(|value| value.to_string())
    }
}

impl AttributeValue for Option<u32> {
    fn value(&self) -> Option<String> {
        self.map(|value| value.to_string())
    }
}

impl AttributeValue for Option<u8> {
    fn value(&self) -> Option<String> {
        self.map(|value| value.to_string())
    }
}

impl<T: AttributeValue + ?Sized> AttributeValue for &T {
    fn value(&self) -> Option<String> {
        (**self).value()
    }
}

/// ` name="value"`, or nothing when there is no value; for templates.
pub(crate) fn attr(name: &str, value: impl AttributeValue) -> Attributes {
    Attributes::new().set_some(name, &value)
}

/// ` name` when `given`; for templates.
pub(crate) fn flag(name: &str, given: &bool) -> Attributes {
    if *given { Attributes::new().flag(name) } else { Attributes::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_unsound_names_left_out() {
        let attributes = Attributes::new()
            .set("data-name", "a\"b<c")
            .flag("hidden")
            .set("x onload=alert(1) y", "z");
        assert_eq!(attributes.to_string(), " data-name=\"a&#34;b&#60;c\" hidden");
    }
}
