//! Honest numbers for schools.
//!
//! League tables mislead because they hide uncertainty and reward luck; claims of impact mislead
//! because low results rise by themselves. Everything here is built so that a figure cannot leave
//! without its uncertainty, its reason for being absent, or the placebo that stands beside it.
//!
//! The crate is pure: values in, values out. It has no clock, no files and no random source of its
//! own (methods that draw take a seed), and it never learns what a school is called.
//!
//! | module | question |
//! |---|---|
//! | [`measure`] | what is known, or why it is not |
//! | [`suppress`] | what may be shown |
//! | [`variation`] | is this change more than the luck of one cohort? |
//! | [`families`] | which schools are like this one? |
//! | [`trajectory`] | where is it heading? |
//! | [`verdict`] | did both schools get better? |
//! | [`mixed`] | how large is a school's effect, once luck is allowed for? |
//! | [`signals`] | what might be a strength or a need? |
//! | [`spc`], [`funnel`] | is a frequent figure shifting; is a school outside its limits? |
//! | [`did`], [`synth`], [`comparators`] | what would have happened without support? |
//! | [`meta`], [`randomisation`] | what do several deployments say together, and few? |
//! | [`methods`] | how was a figure worked out, in words? |
//! | [`bar_and_gap`] | for all, or by levelling down? |
//!
//! Percentages are on the 0–100 scale and changes of them are percentage points; years are the
//! calendar year in which an academic year ends.

pub mod bar_and_gap;
pub mod chance;
pub mod comparators;
pub mod did;
pub mod distributions;
pub mod families;
pub mod funnel;
pub mod kpi;
pub mod linear;
pub mod measure;
pub mod meta;
pub mod methods;
pub mod mixed;
pub mod randomisation;
pub mod signals;
pub mod spc;
pub mod suppress;
pub mod synth;
pub mod trajectory;
pub mod variation;
pub mod verdict;

pub use kpi::{Direction, Kpi, Unit};
pub use measure::{Measure, Missing, Reasons};
