//! Reading and writing columns of the shared subset.

use std::{fmt::Display, str::FromStr};

use jiff::Timestamp;
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};
use serde::{Serialize, de::DeserializeOwned};

/// Reads a text column into a type that parses from text.
///
/// # Errors
/// When the column is null, not text, or does not parse.
pub fn parse_column<T, I>(row: &QueryResult, index: I) -> Result<T, TryGetError>
where
    T: FromStr,
    T::Err: Display,
    I: ColIdx,
{
    let text = String::try_get_by(row, index)?;
    text.parse().map_err(|error: T::Err| TryGetError::DbErr(DbErr::Type(error.to_string())))
}

/// A moment, stored as microseconds since 1970 in a `BIGINT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Timestamp);

impl From<At> for Value {
    fn from(at: At) -> Self {
        at.0.as_microsecond().into()
    }
}

impl TryGetable for At {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let micros = i64::try_get_by(row, index)?;
        Timestamp::from_microsecond(micros)
            .map(Self)
            .map_err(|error| TryGetError::DbErr(DbErr::Type(error.to_string())))
    }
}

/// A date, an enumeration or anything else that is stored as the text it displays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AsText<T>(pub T);

impl<T: Display> From<AsText<T>> for Value {
    fn from(it: AsText<T>) -> Self {
        it.0.to_string().into()
    }
}

impl<T> TryGetable for AsText<T>
where
    T: FromStr,
    T::Err: Display,
{
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        parse_column(row, index).map(Self)
    }
}

/// A structured part of a record, stored as JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> From<Json<T>> for Value {
    fn from(it: Json<T>) -> Self {
        // Our own types of strings, numbers and lists always serialise.
        serde_json::to_string(&it.0).unwrap_or_default().into()
    }
}

impl<T: DeserializeOwned> TryGetable for Json<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, index)?;
        serde_json::from_str(&text)
            .map(Self)
            .map_err(|error| TryGetError::DbErr(DbErr::Json(error.to_string())))
    }
}
