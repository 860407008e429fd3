//! Visits: booked in half-days, prepared with a brief, told in a note that the school checks.

pub mod acts;
pub mod capacity;
pub mod checks;
pub mod model;
pub mod notes;
pub mod state;
pub mod steps;

pub use acts::{NewVisit, book};
pub use model::{Part, Visit, VisitId};
pub use notes::{Body, Draft};
pub use state::{Act, State};
