//! Agreements: what two schools promise each other, in versions that are sealed and signed.

pub mod acts;
mod amounts;
pub mod bodies;
pub mod by_link;
pub mod machine;
pub mod quiet;
pub mod roles;
mod sides;
pub mod store;
pub mod terms;

pub use acts::{Origin, Pen, cancel, draft, offer, save, sign};
pub use bodies::{Bodies, Body};
pub use machine::{Act, Standing, State, Work};
pub use quiet::Quiet;
pub use store::{Agreement, AgreementId, Signature, Version};
pub use terms::{BroughtIn, ChosenKpi, ChosenOn, Money, Role, Side, TeamMember, Terms};
