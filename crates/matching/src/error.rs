//! What can be wrong with a question, said so that the asker can mend it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A question that cannot be answered as it stands. Each variant names the record, says what is
/// wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ModelError {
    /// Two needs or two supporters carry one id.
    #[error("{what} id \"{id}\" is used {times} times: give each its own id")]
    DuplicateId {
        /// `need` or `supporter`.
        what: String,
        /// The repeated id.
        id: String,
        /// How often it occurs.
        times: usize,
    },
    /// An instruction names something that is not in the question.
    #[error(
        "{instruction} names {what} \"{id}\", which is not in this question: remove it or add the record"
    )]
    Unknown {
        /// `pin`, `forbid`, …
        instruction: String,
        /// `need` or `supporter`.
        what: String,
        /// The id nobody carries.
        id: String,
    },
    /// Instructions that cannot all be kept.
    #[error("these instructions cannot all be kept: {reason}")]
    Contradiction {
        /// Which ones, and why.
        reason: String,
    },
    /// A field holds a value outside its range.
    #[error("{record}: {field} is {value}, {expected}")]
    Field {
        /// The record, such as `need "N7"`.
        record: String,
        /// The field's name.
        field: String,
        /// The value found.
        value: String,
        /// What is expected and what to do.
        expected: String,
    },
    /// A number is too large to compute with exactly.
    #[error(
        "{what} is too large to compute with exactly (the limit is {limit}): use smaller units"
    )]
    TooLarge {
        /// Which number.
        what: String,
        /// The largest value taken.
        limit: i64,
    },
}
