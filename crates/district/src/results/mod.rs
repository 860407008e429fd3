//! Results, simulated pupil by pupil and kept as sums.
//!
//! Every figure a district publishes is a sum over simulated pupils, and nothing finer than a
//! school is ever kept. The model, for pupil *i* of school *s* in year *t*:
//!
//! `ability = effect(s) + trend(s)·(t − 2023) + national(t) − gap·(disadvantaged(i) − ¼) + 0.85·N(0,1)`
//!
//! and each subject adds its own noise and threshold. School effects have a standard deviation
//! of about a fifth of a pupil's, as value-added studies find; trends are small; everything else
//! that moves a school's figure from year to year is the chance of who was in the cohort.

mod attendance;
mod census;
mod ks2;
mod ks4;

pub use attendance::Attendance;
pub use census::Census;
pub use ks2::Ks2;
pub(crate) use ks2::PROGRESS_SD as KS2_PROGRESS_SD;
pub use ks4::Ks4;
pub(crate) use ks4::PROGRESS_SD as KS4_PROGRESS_SD;

use crate::chance::Stream;
use crate::school::{School, Urn};
use crate::{AcademicYear, District};

/// Everything measured in one academic year. Rows stand in the register's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// Which year.
    pub year: AcademicYear,
    /// Key stage 2, for each school with a Year 6 in that year.
    pub ks2: Vec<(Urn, Ks2)>,
    /// Key stage 4, for each school with a Year 11 in that year.
    pub ks4: Vec<(Urn, Ks4)>,
    /// Absence over the full year.
    pub attendance: Vec<(Urn, Attendance)>,
    /// The January census.
    pub census: Vec<(Urn, Census)>,
}

impl Results {
    /// One school's key stage 2 sums.
    #[must_use]
    pub fn ks2_of(&self, urn: Urn) -> Option<&Ks2> {
        self.ks2.iter().find(|(u, _)| *u == urn).map(|(_, t)| t)
    }

    /// One school's key stage 4 sums.
    #[must_use]
    pub fn ks4_of(&self, urn: Urn) -> Option<&Ks4> {
        self.ks4.iter().find(|(u, _)| *u == urn).map(|(_, t)| t)
    }

    /// One school's absence.
    #[must_use]
    pub fn attendance_of(&self, urn: Urn) -> Option<&Attendance> {
        self.attendance.iter().find(|(u, _)| *u == urn).map(|(_, t)| t)
    }

    pub(crate) fn of(district: &District, year: AcademicYear) -> Self {
        let mut results = Self {
            year,
            ks2: Vec::new(),
            ks4: Vec::new(),
            attendance: Vec::new(),
            census: Vec::new(),
        };
        for school in district.schools.iter().filter(|s| s.open_through(year)) {
            let strengths = Strengths::of(district.seed, school);
            let keys = [u64::from(school.identity), u64::from(year.end())];
            let stream = |purpose| Stream::named(district.seed, purpose, &keys);
            let census = census::simulate(school, year, stream("census"));
            results.attendance.push((
                school.urn,
                attendance::simulate(school, year, &strengths, census.roll, stream("absence")),
            ));
            results.census.push((school.urn, census));
            if school.phase.has_key_stage_2() {
                results
                    .ks2
                    .push((school.urn, ks2::simulate(school, year, &strengths, stream("ks2"))));
            }
            if school.phase.has_key_stage_4() {
                results
                    .ks4
                    .push((school.urn, ks4::simulate(school, year, &strengths, stream("ks4"))));
            }
        }
        results
    }
}

/// What persists in a school from one cohort to the next, in pupil standard deviations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strengths {
    pub(crate) attainment: f64,
    pub(crate) trend: f64,
    pub(crate) progress: f64,
    pub(crate) attendance: f64,
}

impl Strengths {
    fn of(seed: u64, school: &School) -> Self {
        let mut chance = Stream::named(seed, "strengths", &[u64::from(school.identity)]);
        let common = chance.normal();
        Self {
            attainment: 0.17 * common + 0.11 * chance.normal(),
            trend: 0.018 * chance.normal(),
            progress: 0.22 * common + 0.24 * chance.normal(),
            attendance: 0.10 * chance.normal() - 0.03 * common,
        }
    }

    /// Attainment effect in a year.
    pub(crate) fn in_year(&self, year: AcademicYear) -> f64 {
        self.attainment + self.trend * (f64::from(year.end()) - 2023.0)
    }
}

/// A cohort's size, given the usual one: intakes swing by about a tenth.
pub(crate) fn cohort_size(usual: f64, chance: &mut Stream) -> u32 {
    (usual + 0.55 * libm::sqrt(usual.max(0.0)) * chance.normal()).round().max(0.0) as u32
}
