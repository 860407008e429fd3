//! Why an act could not be done.

use foundation::{
    DbError, PageError, Words,
    machine::{No, either},
    web::FieldError,
};

/// Why an act of a room could not be done. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The record does not exist.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The state or the rules do not allow it; the sentence says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// Something is still missing; one sentence a field.
    #[error("{}", sentences(.0))]
    Incomplete(Vec<FieldError>),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn sentences(missing: &[FieldError]) -> String {
    missing.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join(" ")
}

impl ActError {
    /// A single thing that is missing.
    pub fn missing(field: &str, message: impl Into<String>) -> Self {
        Self::Incomplete(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// A step that a state machine refuses: of what, where that stands, what somebody wanted.
    pub fn step<W: Words>(no: No<W>, thing: &str, state: &str, act: &str) -> Self {
        Self::Refused(match no {
            No::NotNow => {
                format!("This {thing} is “{}”: you cannot {act} it now.", state.to_lowercase())
            }
            No::NotYours(who) => format!("Only {} can {act} this {thing}.", either(who)),
        })
    }

    /// A refusal with its sentence.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }
}

impl From<ActError> for PageError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound(_) => Self::NotFound,
            ActError::Refused(sentence) => Self::Conflict(sentence),
            ActError::Incomplete(_) => Self::Conflict(error.to_string()),
            ActError::Db(error) => error.into(),
        }
    }
}
