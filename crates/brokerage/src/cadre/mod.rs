//! People who lead the system: designations, their life, and the time they and their schools have.

pub mod acts;
pub mod capacity;
pub mod goals;
pub mod home_school;
pub mod mentors;
pub mod model;
pub mod preparation;
pub mod state;
pub mod store;

pub use acts::Nomination;
pub use model::{Designation, DesignationId, Profile, SupporterRef};
pub use state::{Act, State, Who};
pub use store::{cadre_of, designation, designations_of, released_from};
