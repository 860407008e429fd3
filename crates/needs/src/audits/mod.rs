//! Needs audits: area by area, strengths and needs with their evidence, agreed by the head.

pub mod acts;
pub mod model;
pub mod prefill;
pub mod sections;
pub mod signals;
pub mod state;
pub mod store;

pub use acts::{Moderation, NewAudit};
pub use model::{
    Audit, AuditId, Confidence, Evidence, EvidenceId, EvidenceKind, Fact, Finding, FindingId,
    FindingKind, Section, SectionText, Signal,
};
pub use sections::NewEvidence;
pub use state::{State, Who};
pub use store::{
    Found, audit, audits_of, findings, findings_of, given_to, shared_strengths, under,
};
