//! Requests for support, from a head's draft to the agreement.

pub mod acts;
pub mod model;
pub mod state;
pub mod store;

pub use acts::Answer;
pub use model::{
    Ask, Beneficiary, ClockState, Mode, Request, RequestId, TRUST, Tier, days_in_words, pounds,
};
pub use state::State;
pub use store::{overlapping, request, requests_of, requests_through, requests_under};
