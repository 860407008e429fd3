//! Forms that lose nothing: what was typed comes back beside what was wrong with it.

use std::str::FromStr;

use axum::{
    body::Bytes,
    extract::{FromRequest, OriginalUri, Request},
    http::header,
};

use super::{App, Frame, PageError, ask};
use crate::upn;

/// The fields of a submitted form, as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormData {
    pairs: Vec<(String, String)>,
}

impl FormData {
    /// Fields from pairs, as tests and prefilled forms need them.
    #[must_use]
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self { pairs: pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect() }
    }

    /// What a button or a hidden field names: one record of several, or one act of several. A form
    /// that a page offered always names it.
    ///
    /// # Errors
    /// [`PageError::Bad`] with the sentence when it is missing or cannot be read.
    pub fn chosen<T: FromStr>(&self, name: &str, otherwise: &str) -> Result<T, PageError> {
        self.text(name).parse().map_err(|_| {
            PageError::Bad(format!(
                "{otherwise}. Go back to the page: what you wrote is still there."
            ))
        })
    }

    /// Decodes `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn decode(body: &[u8]) -> Self {
        let text = |part: &[u8]| {
            let mut bytes = Vec::with_capacity(part.len());
            let mut rest = part.iter().copied();
            while let Some(byte) = rest.next() {
                bytes.push(match byte {
                    b'+' => b' ',
                    b'%' => {
                        let mut look = rest.clone();
                        let digit = |b: Option<u8>| {
                            b.and_then(|b| char::from(b).to_digit(16))
                                .and_then(|d| u8::try_from(d).ok())
                        };
                        match (digit(look.next()), digit(look.next())) {
                            (Some(high), Some(low)) => {
                                rest = look;
                                high << 4 | low
                            }
                            _ => b'%',
                        }
                    }
                    other => other,
                });
            }
            // Control characters never belong in a form; line breaks and tabs do.
            String::from_utf8_lossy(&bytes)
                .replace("\r\n", "\n")
                .chars()
                .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
                .collect()
        };
        let pairs = body
            .split(|&byte| byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let mut halves = pair.splitn(2, |&byte| byte == b'=');
                (text(halves.next().unwrap_or(b"")), text(halves.next().unwrap_or(b"")))
            })
            .collect();
        Self { pairs }
    }

    /// A field without surrounding space; empty when it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Every value of a field that may be sent more than once (check boxes).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Whether a field was sent with exactly this value.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|sent| sent == value)
    }

    /// Every field in the order it was sent.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The list to add problems to. It begins with what no form may ever contain: text shaped
    /// like a pupil's number.
    #[must_use]
    pub fn errors(&self) -> Errors {
        let mut errors = Errors::default();
        for (key, value) in &self.pairs {
            if upn::find(value).is_some() {
                errors.add(
                    key,
                    "Remove the unique pupil number: Alongside holds nothing about single pupils",
                );
            }
        }
        errors
    }

    /// Refuses text no form may hold, in the small forms that are not shown again. The answer says which
    /// field it is and gives back what was typed there.
    ///
    /// # Errors
    /// [`PageError::Bad`] where a field holds text shaped like a pupil's number.
    pub fn clean(&self) -> Result<(), PageError> {
        match self.errors().list().first() {
            Some(problem) => Err(PageError::Bad(format!(
                "In “{}”: {}. Nothing was done. Go back and send it without. You wrote: {}",
                problem.field,
                problem.message,
                self.text(&problem.field)
            ))),
            None => Ok(()),
        }
    }

    /// A field that must not be empty; records the message when it is.
    pub fn required<'a>(&'a self, name: &str, errors: &mut Errors, message: &str) -> &'a str {
        let value = self.text(name);
        if value.is_empty() {
            errors.add(name, message);
        }
        value
    }

    /// A field that must parse; records the message when it does not.
    pub fn parsed<T: FromStr>(&self, name: &str, errors: &mut Errors, message: &str) -> Option<T> {
        let parsed = self.text(name).parse().ok();
        if parsed.is_none() {
            errors.add(name, message);
        }
        parsed
    }

    /// A date sent as three fields `name-day`, `name-month`, `name-year`, or as one ISO field.
    pub fn date(
        &self,
        name: &str,
        errors: &mut Errors,
        message: &str,
    ) -> Option<jiff::civil::Date> {
        let part = |part: &str| self.text(&format!("{name}-{part}")).parse::<i16>().ok();
        let date = self.text(name).parse().ok().or_else(|| {
            let (day, month, year) = (part("day")?, part("month")?, part("year")?);
            let day = i8::try_from(day).ok()?;
            let month = i8::try_from(month).ok()?;
            jiff::civil::Date::new(year, month, day).ok()
        });
        if date.is_none() {
            errors.add(name, message);
        }
        date
    }

    /// A measure with one decimal place at most, as days are entered (0.5, 1, 12.5): half-days.
    pub fn half_days(&self, name: &str, errors: &mut Errors, message: &str) -> Option<i64> {
        let halves = self
            .text(name)
            .parse::<f64>()
            .ok()
            .map(|days| days * 2.0)
            .filter(|halves| halves.fract() == 0.0 && (0.0..=1000.0).contains(halves));
        if halves.is_none() {
            errors.add(name, message);
        }
        #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
        halves.map(|halves| halves as i64)
    }
}

/// One problem with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, which is also the id of its input.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// The problems of a form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Adds a problem.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// The first problem of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Whether the form is in order.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every problem, for the summary at the top of the page.
    #[must_use]
    pub fn list(&self) -> &[FieldError] {
        &self.0
    }

    /// The summary at the top of the page, where there is a problem.
    #[must_use]
    pub fn summary(&self) -> Option<govuk::ErrorSummary> {
        (!self.is_empty()).then(|| {
            govuk::ErrorSummary::new(
                self.0.iter().map(|one| (one.field.as_str(), one.message.as_str())),
            )
        })
    }
}

/// Extracts a URL-encoded form. Where its words may tell who a child is, its writer is asked first.
#[derive(Clone, Debug)]
pub struct Form(pub FormData);

impl FromRequest<App> for Form {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("");
        if !kind.starts_with("application/x-www-form-urlencoded") && !kind.is_empty() {
            return Err(PageError::Bad("Send this as an ordinary web form.".to_owned()));
        }
        let frame = request.extensions().get::<Frame>().cloned().unwrap_or_default();
        let uri = request
            .extensions()
            .get::<OriginalUri>()
            .map_or_else(|| request.uri().clone(), |original| original.0.clone());
        let body = Bytes::from_request(request, app).await.map_err(|_| {
            PageError::TooLarge(
                "The form holds more text than it may (256 kB). Shorten it and send it again."
                    .to_owned(),
            )
        })?;
        let form = FormData::decode(&body);
        match ask::about_a_child(&frame, &uri, &form) {
            Some(page) => Err(PageError::Ask(page)),
            None => Ok(Self(form)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_come_back_as_typed() {
        let form = FormData::decode(b"name=Oakfield+Primary&days=12.5&tick=a&tick=b&q=100%25");
        assert_eq!(form.text("name"), "Oakfield Primary");
        assert_eq!(form.all("tick").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(form.text("q"), "100%");
        let mut errors = form.errors();
        assert_eq!(form.half_days("days", &mut errors, "x"), Some(25));
        assert!(errors.is_empty());
        assert_eq!(form.half_days("name", &mut errors, "Enter days"), None);
        assert_eq!(errors.get("name"), Some("Enter days"));
    }

    #[test]
    fn a_pupil_number_is_refused_in_any_field() {
        let form = FormData::decode(b"notes=see+H801200001234+please");
        assert!(form.errors().get("notes").is_some());
    }

    #[test]
    fn dates_come_in_three_fields_or_one() {
        let form = FormData::decode(b"a-day=30&a-month=2&a-year=2026&b=2026-02-28");
        let mut errors = form.errors();
        assert_eq!(form.date("b", &mut errors, "x"), Some(jiff::civil::date(2026, 2, 28)));
        assert_eq!(form.date("a", &mut errors, "Enter a real date"), None);
        assert_eq!(errors.get("a"), Some("Enter a real date"));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_without_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let form = FormData::decode(&body);
            let _ = form.errors();
        }
    }
}
