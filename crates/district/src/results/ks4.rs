//! Key stage 4: GCSEs at sixteen.

use std::ops::AddAssign;

use super::{Strengths, cohort_size};
use crate::AcademicYear;
use crate::chance::Stream;
use crate::school::{Phase, School};

/// Sums over the pupils at the end of key stage 4. Adding two gives the sums of both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ks4 {
    /// Pupils.
    pub pupils: u32,
    /// Of them girls.
    pub girls: u32,
    /// Of them disadvantaged.
    pub disadvantaged: u32,
    /// Sum of Attainment 8 points (0–90 each).
    pub attainment: f64,
    /// The same, girls only.
    pub attainment_girls: f64,
    /// The same, disadvantaged pupils only.
    pub attainment_disadvantaged: f64,
    /// Pupils with a key stage 2 result.
    pub measured: u32,
    /// Disadvantaged pupils with a key stage 2 result.
    pub measured_disadvantaged: u32,
    /// Girls with a key stage 2 result.
    pub measured_girls: u32,
    /// Sum of Progress 8 scores.
    pub progress: f64,
    /// The same, disadvantaged pupils only.
    pub progress_disadvantaged: f64,
    /// The same, girls only.
    pub progress_girls: f64,
    /// Grade 4 or above in English and mathematics.
    pub basics_4: u32,
    /// Grade 5 or above in English and mathematics.
    pub basics_5: u32,
    /// Disadvantaged pupils with grade 5 or above in both.
    pub basics_5_disadvantaged: u32,
    /// Entered for the English Baccalaureate.
    pub ebacc_entered: u32,
    /// Achieved it at grade 5.
    pub ebacc_5: u32,
    /// Sum of average points.
    pub ebacc_points: f64,
}

impl AddAssign for Ks4 {
    fn add_assign(&mut self, o: Self) {
        self.pupils += o.pupils;
        self.girls += o.girls;
        self.disadvantaged += o.disadvantaged;
        self.attainment += o.attainment;
        self.attainment_girls += o.attainment_girls;
        self.attainment_disadvantaged += o.attainment_disadvantaged;
        self.measured += o.measured;
        self.measured_disadvantaged += o.measured_disadvantaged;
        self.measured_girls += o.measured_girls;
        self.progress += o.progress;
        self.progress_disadvantaged += o.progress_disadvantaged;
        self.progress_girls += o.progress_girls;
        self.basics_4 += o.basics_4;
        self.basics_5 += o.basics_5;
        self.basics_5_disadvantaged += o.basics_5_disadvantaged;
        self.ebacc_entered += o.ebacc_entered;
        self.ebacc_5 += o.ebacc_5;
        self.ebacc_points += o.ebacc_points;
    }
}

/// Standard deviation of one pupil's Progress 8 score.
pub(crate) const PROGRESS_SD: f64 = 1.25;

fn national(year: AcademicYear) -> f64 {
    match year.end() {
        ..=2019 => 46.7,
        2020..=2022 => 48.9,
        2023 => 46.4,
        2024 => 46.1,
        2025 => 46.0,
        2026 => 46.3,
        _ => 46.5,
    }
}

/// Simulates one school's cohort.
pub(crate) fn simulate(
    school: &School,
    year: AcademicYear,
    strengths: &Strengths,
    mut chance: Stream,
) -> Ks4 {
    let usual = f64::from(school.roll) / f64::from(school.phase.year_groups());
    let usual = if school.sixth_form { usual * 0.86 } else { usual };
    let new = school.predecessors.is_empty()
        && school.opened.is_some_and(|d| year.end() as i16 - d.year() <= 4);
    let size = if new { 0 } else { cohort_size(usual, &mut chance) };
    let context = &school.context;
    let special = school.phase == Phase::Special;
    let effect = strengths.progress + 1.4 * strengths.trend * (f64::from(year.end()) - 2023.0);
    let mut t = Ks4::default();
    let one = u32::from;
    for _ in 0..size {
        let disadvantaged = chance.chance(context.fsm6 / 100.0);
        let girl = chance.chance(if special { 0.28 } else { 0.49 });
        let eal = chance.chance(context.eal / 100.0);
        let apart = f64::from(u8::from(disadvantaged)) - 0.25;
        let progress = effect - 0.62 * apart
            + 0.35 * f64::from(u8::from(eal))
            + 0.07
            + if girl { 0.11 } else { -0.11 }
            - if special { 1.3 } else { 0.0 }
            + PROGRESS_SD * chance.normal();
        // What the pupil brought along, in Attainment 8 points.
        let prior = 12.5 * chance.normal() - 8.5 * apart - if special { 24.0 } else { 0.0 };
        let attainment = (national(year) + prior + 9.4 * progress).clamp(0.0, 90.0);
        let basics = attainment + 6.0 * chance.normal();
        let measured = chance.chance(0.945);
        let ebacc = chance.chance(if attainment > 42.0 { 0.52 } else { 0.22 });
        t.pupils += 1;
        t.girls += one(girl);
        t.disadvantaged += one(disadvantaged);
        t.attainment += attainment;
        t.basics_4 += one(basics >= 40.0);
        t.basics_5 += one(basics >= 49.0);
        t.ebacc_entered += one(ebacc);
        t.ebacc_5 += one(ebacc && basics >= 52.0);
        t.ebacc_points += attainment * if ebacc { 0.094 } else { 0.082 };
        t.measured += one(measured);
        if girl {
            t.attainment_girls += attainment;
            t.measured_girls += one(measured);
        }
        if disadvantaged {
            t.attainment_disadvantaged += attainment;
            t.basics_5_disadvantaged += one(basics >= 49.0);
            t.measured_disadvantaged += one(measured);
        }
        if measured {
            t.progress += progress;
            if girl {
                t.progress_girls += progress;
            }
            if disadvantaged {
                t.progress_disadvantaged += progress;
            }
        }
    }
    t
}
