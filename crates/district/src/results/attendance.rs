//! Absence over the year.

use std::ops::AddAssign;

use super::Strengths;
use crate::AcademicYear;
use crate::alliance::PERSISTENT_ABSENCE;
use crate::chance::Stream;
use crate::school::{Phase, School};

/// Sums over the pupils enrolled. Adding two gives the sums of both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attendance {
    /// Pupils enrolled, of compulsory school age.
    pub enrolments: u32,
    /// Of them, those who missed a tenth of sessions or more.
    pub persistent: u32,
    /// Half-day sessions possible.
    pub possible: u64,
    /// Half-day sessions missed.
    pub missed: u64,
}

impl AddAssign for Attendance {
    fn add_assign(&mut self, o: Self) {
        self.enrolments += o.enrolments;
        self.persistent += o.persistent;
        self.possible += o.possible;
        self.missed += o.missed;
    }
}

/// Half-day sessions in a full year up to the end of July.
const SESSIONS: u64 = 378;

/// National overall absence and persistent absence, as shares, by year.
fn national(phase: Phase, year: AcademicYear) -> (f64, f64) {
    let step = match year.end() {
        ..=2019 => 0,
        2020..=2022 => 1,
        2023 => 2,
        2024 => 3,
        2025 => 4,
        2026 => 5,
        _ => 6,
    };
    match phase {
        Phase::Secondary | Phase::AllThrough => [
            (0.055, 0.137),
            (0.090, 0.277),
            (0.090, 0.265),
            (0.089, 0.256),
            (0.085, 0.239),
            (0.082, 0.231),
            (0.080, 0.225),
        ][step],
        Phase::Special => [
            (0.101, 0.288),
            (0.131, 0.404),
            (0.130, 0.383),
            (0.128, 0.369),
            (0.125, 0.360),
            (0.123, 0.352),
            (0.121, 0.345),
        ][step],
        Phase::AlternativeProvision => [
            (0.340, 0.740),
            (0.400, 0.815),
            (0.405, 0.820),
            (0.415, 0.825),
            (0.410, 0.820),
            (0.400, 0.810),
            (0.395, 0.805),
        ][step],
        _ => [
            (0.040, 0.082),
            (0.063, 0.177),
            (0.059, 0.162),
            (0.055, 0.146),
            (0.052, 0.131),
            (0.050, 0.124),
            (0.049, 0.119),
        ][step],
    }
}

/// Simulates one school's year.
pub(crate) fn simulate(
    school: &School,
    year: AcademicYear,
    strengths: &Strengths,
    roll: u32,
    mut chance: Stream,
) -> Attendance {
    let (overall, persistent) = national(school.phase, year);
    // Poverty lifts absence; the rest of the school's part is its own habit and the year's.
    let lift =
        1.15 * (school.context.fsm6 - 25.0) / 100.0 + strengths.attendance + 0.05 * chance.normal();
    let odds = |p: f64, x: f64| {
        let o = p / (1.0 - p) * libm::exp(x);
        o / (1.0 + o)
    };
    let mut enrolments = (f64::from(roll) * 0.96).round() as u32;
    let mut missed_often = chance.binomial(enrolments, odds(persistent, 1.7 * lift));
    if let Some(&(_, _, pupils, met)) =
        PERSISTENT_ABSENCE.iter().find(|(u, y, ..)| *u == school.urn && *y == year.end())
    {
        enrolments = pupils;
        missed_often = met;
    }
    let possible = u64::from(enrolments) * SESSIONS;
    // Those who miss much miss about a fifth of sessions; the others make up the rest.
    let often = u64::from(missed_often);
    let rate = odds(overall, lift);
    let rest = (rate - 0.2 * f64::from(missed_often) / f64::from(enrolments.max(1))).max(0.012);
    let missed = (often * SESSIONS / 5) as f64 + rest * possible as f64;
    Attendance {
        enrolments,
        persistent: missed_often,
        possible,
        missed: (missed.round() as u64).min(possible),
    }
}
