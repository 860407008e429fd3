//! What a handler answers when it cannot do what was asked.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use super::{page, text::percent_encoded};
use crate::DbError;

/// Why a page cannot be shown or an act cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nothing is there, or the visitor may not know whether it is.
    #[error("not found")]
    NotFound,
    /// Signing in is needed; the visitor returns to the path afterwards.
    #[error("sign in first")]
    SignIn {
        /// The path to return to.
        back: String,
    },
    /// The visitor may know the record but not do this; the sentence says what is missing.
    #[error("{0}")]
    Forbidden(String),
    /// The record is in a state that does not allow this, or was changed meanwhile.
    #[error("{0}")]
    Conflict(String),
    /// The request itself cannot be understood.
    #[error("{0}")]
    Bad(String),
    /// The upload or the form is larger than allowed.
    #[error("{0}")]
    TooLarge(String),
    /// Something has to be asked before the form is taken; the page that asks, as a document.
    #[error("asked back")]
    Ask(String),
    /// A fault of ours; details go to the log, never to the page.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<DbError> for PageError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Conflict(what) => Self::Conflict(format!(
                "This {what} was changed by somebody else while you were looking at it. \
                 Nothing of yours was saved: go back, reload the page and try again."
            )),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl PageError {
    /// The status code of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Ask(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = self.status();
        let (title, text) = match self {
            Self::SignIn { back } => {
                let encoded = percent_encoded(&back);
                return super::redirect(&format!("/sign-in?back={encoded}"));
            }
            Self::Ask(page) => return (status, Html(page)).into_response(),
            Self::NotFound => (
                "Page not found",
                "Check the address, or use the menu to find what you need. Some pages exist only \
                 for the people they concern."
                    .to_owned(),
            ),
            Self::Forbidden(text) => ("You cannot do this", text),
            Self::Conflict(text) => ("This has changed in the meantime", text),
            Self::Bad(text) => ("There is a problem with the request", text),
            Self::TooLarge(text) => ("The file is too large", text),
            Self::Internal(detail) => {
                tracing::error!(detail, "a request failed");
                (
                    "Sorry, there is a problem with the service",
                    "Nothing of yours was changed. Try again in a moment; if it goes on, tell the \
                     person who runs your Alongside."
                        .to_owned(),
                )
            }
        };
        (status, page::bare(title, &text)).into_response()
    }
}
