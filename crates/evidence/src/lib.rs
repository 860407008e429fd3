//! Numbers with uncertainty for schools: suppression, normal variation, families, shrunken
//! effects, trajectories and impact.

pub mod measure;

pub use measure::{Measure, Missing};
