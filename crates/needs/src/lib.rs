//! Needs audits, findings, strengths and targets.
