//! Why an act cannot be done, in words for the person who tried.

use foundation::{
    DbError, PageError,
    machine::{No, either},
};

use crate::agreements::{
    machine::{Act, Standing, State},
    terms::Gap,
};

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
    /// Parts are missing; each gap names the step and what to do.
    #[error("{}", .0.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>().join(". "))]
    Incomplete(Vec<Gap>),
    /// One field is not right.
    #[error("{message}")]
    Field {
        /// The field.
        field: &'static str,
        /// What to do.
        message: String,
    },
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Refusal {
    /// A field that is not right.
    #[must_use]
    pub fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self::Field { field, message: message.into() }
    }

    /// The refusal of an act by the state machine.
    #[must_use]
    pub fn of(no: No<Standing>, state: State, act: Act) -> Self {
        match no {
            No::NotNow => Self::NotNow(format!(
                "This cannot be done now: the agreement is in the state “{}”. {}",
                state.in_words(),
                match act {
                    Act::SignSupported | Act::SignChair | Act::SignSupporting => {
                        "There is nothing to sign, or this side has signed already."
                    }
                    _ => "Reload the page to see what can be done.",
                }
            )),
            No::NotYours(who) => Self::NotYours(format!("This is for {} to do.", either(who))),
        }
    }
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound,
            Refusal::NotNow(text) => Self::Conflict(text),
            Refusal::NotYours(text) => Self::Forbidden(text),
            Refusal::Db(error) => error.into(),
            other @ (Refusal::Incomplete(_) | Refusal::Field { .. }) => {
                Self::Bad(other.to_string())
            }
        }
    }
}
