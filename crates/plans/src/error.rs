//! Why an act cannot be done, in words for the person who tried.

use foundation::{
    DbError, PageError,
    machine::{No, either},
    web::{Errors, FieldError},
};

use crate::machine::Standing;

/// Why an act is refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such record.
    #[error("not found")]
    NotFound,
    /// The record is in a state that does not allow it.
    #[error("{0}")]
    NotNow(String),
    /// Somebody else decides on this.
    #[error("{0}")]
    NotYours(String),
    /// Fields are not right; each says what to do.
    #[error("{}", .0.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(". "))]
    Fields(Vec<FieldError>),
    /// Another room refused.
    #[error(transparent)]
    Support(#[from] support::Refusal),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Refusal {
    /// A field that is not right.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Fields(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// The refusal of an act by a state machine: what it is about, and where that stands.
    #[must_use]
    pub fn of(no: No<Standing>, what: &str, state: &str) -> Self {
        match no {
            No::NotNow => Self::NotNow(format!(
                "This cannot be done now: the {what} stands at “{state}”. Reload the page to see \
                 what can be done."
            )),
            No::NotYours(who) => Self::not_yours(who),
        }
    }

    /// The refusal of what only these may do.
    #[must_use]
    pub fn not_yours(who: &[Standing]) -> Self {
        Self::NotYours(format!("This is for {} to do.", either(who)))
    }

    /// Puts what concerns fields beside them; the rest becomes a page of its own.
    ///
    /// # Errors
    /// Everything that is not about a field.
    pub fn beside(self, errors: &mut Errors) -> Result<(), PageError> {
        match self {
            Self::Fields(fields) => {
                for field in fields {
                    errors.add(&field.field, field.message);
                }
                Ok(())
            }
            Self::Support(support::Refusal::Field { field, message }) => {
                errors.add(field, message);
                Ok(())
            }
            other => Err(other.into()),
        }
    }

    /// Whether somebody else changed the record first.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Db(DbError::Conflict(_)))
    }
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound,
            Refusal::NotNow(text) => Self::Conflict(text),
            Refusal::NotYours(text) => Self::Forbidden(text),
            Refusal::Support(refusal) => refusal.into(),
            Refusal::Db(error) => error.into(),
            fields @ Refusal::Fields(_) => Self::Bad(fields.to_string()),
        }
    }
}
