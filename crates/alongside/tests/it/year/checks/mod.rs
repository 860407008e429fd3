//! What pages and tables say, held to the notes.

pub(super) mod board;
pub(super) mod books;
pub(super) mod plans;
pub(super) mod visits;
pub(super) mod week;

use serde_json::Value;
use testkit::{Persona, TestApp};

use super::world::Person;

/// Somebody signed in anew: the clock has moved by months.
pub(super) async fn again(t: &TestApp, person: &Person) -> Persona {
    t.sign_in(person.persona.account, &person.persona.name).await
}

/// The rows of a table as it downloads.
pub(super) async fn rows(t: &TestApp, who: &Persona, path: &str) -> Vec<Value> {
    let answer = t.get(Some(who), path).await.expect(200);
    let whole: Value = serde_json::from_str(&answer.body).unwrap();
    whole["rows"].as_array().unwrap_or_else(|| panic!("{path}: {}", answer.body)).clone()
}

/// A number of a row.
pub(super) fn number(row: &Value, column: &str) -> f64 {
    row[column].as_f64().unwrap_or_else(|| panic!("{column} in {row}"))
}

/// A word of a row.
pub(super) fn word<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_else(|| panic!("{column} in {row}"))
}

#[track_caller]
pub(super) fn same(one: f64, other: i64, what: &str) {
    assert!((one - other as f64).abs() < 1e-6, "{what}: {one} is not {other}");
}

/// What a page says in plain text: tags away, runs of space as one.
pub(super) fn plain(html: &str) -> String {
    let text: String =
        scraper::Html::parse_document(html).root_element().text().collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
