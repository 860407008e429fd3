//! Key stage 2: reading, writing and mathematics at eleven.

use std::ops::AddAssign;

use super::{Strengths, cohort_size};
use crate::AcademicYear;
use crate::alliance::{COHORTS, Cohort};
use crate::chance::Stream;
use crate::school::{Phase, School};

/// Sums over the pupils at the end of key stage 2. Adding two gives the sums of both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ks2 {
    /// Pupils eligible.
    pub pupils: u32,
    /// Of them girls.
    pub girls: u32,
    /// Of them disadvantaged.
    pub disadvantaged: u32,
    /// Of them with English as an additional language.
    pub eal: u32,
    /// Of them not mobile: in the school since Year 5 began.
    pub settled: u32,
    /// Of them with SEN support.
    pub sen_support: u32,
    /// Of them with a plan.
    pub ehcp: u32,
    /// Reached the expected standard in reading, writing and mathematics.
    pub rwm: u32,
    /// Reached the higher standard in all three.
    pub rwm_high: u32,
    /// Disadvantaged pupils who reached the expected standard in all three.
    pub rwm_disadvantaged: u32,
    /// Disadvantaged pupils who reached the higher standard in all three.
    pub rwm_high_disadvantaged: u32,
    /// Pupils with English as an additional language who reached it in all three.
    pub rwm_eal: u32,
    /// Girls who reached it in all three.
    pub rwm_girls: u32,
    /// Expected and higher standard in reading, writing, mathematics.
    pub expected: [u32; 3],
    /// Higher standard in reading, writing, mathematics.
    pub high: [u32; 3],
    /// Sums of scaled scores in reading and mathematics (80–120 each).
    pub scaled: [u32; 2],
    /// Pupils with a prior result, so that progress can be measured.
    pub measured: u32,
    /// Sums of progress in reading, writing, mathematics, in scaled points.
    pub progress: [f64; 3],
}

impl AddAssign for Ks2 {
    fn add_assign(&mut self, o: Self) {
        self.pupils += o.pupils;
        self.girls += o.girls;
        self.disadvantaged += o.disadvantaged;
        self.eal += o.eal;
        self.settled += o.settled;
        self.sen_support += o.sen_support;
        self.ehcp += o.ehcp;
        self.rwm += o.rwm;
        self.rwm_high += o.rwm_high;
        self.rwm_disadvantaged += o.rwm_disadvantaged;
        self.rwm_high_disadvantaged += o.rwm_high_disadvantaged;
        self.rwm_eal += o.rwm_eal;
        self.rwm_girls += o.rwm_girls;
        for s in 0..3 {
            self.expected[s] += o.expected[s];
            self.high[s] += o.high[s];
            self.progress[s] += o.progress[s];
        }
        for s in 0..2 {
            self.scaled[s] += o.scaled[s];
        }
        self.measured += o.measured;
    }
}

impl Ks2 {
    /// Percentage reaching the expected standard in all three; `None` for an empty cohort.
    #[must_use]
    pub fn percent_expected(&self) -> Option<f64> {
        (self.pupils > 0).then(|| 100.0 * f64::from(self.rwm) / f64::from(self.pupils))
    }
}

/// Standard deviation of one pupil's progress in scaled points.
pub(crate) const PROGRESS_SD: f64 = 5.8;

const GAP: f64 = 0.56;
const SUBJECT_NOISE: f64 = 0.42;
/// Ability needed in reading, writing and mathematics.
const THRESHOLD: [f64; 3] = [-0.60, -0.53, -0.57];
/// One standard deviation of ability in scaled points.
const POINTS: f64 = 7.6;

/// Shifts of the national level, in pupil standard deviations: high before the pandemic, a fall,
/// a slow return.
fn national(year: AcademicYear) -> f64 {
    match year.end() {
        ..=2019 => 0.13,
        2020..=2022 => -0.04,
        2023 => -0.015,
        2024 => 0.015,
        2025 => 0.045,
        2026 => 0.07,
        _ => 0.10,
    }
}

#[derive(Clone, Copy)]
struct Pupil {
    disadvantaged: bool,
    girl: bool,
    eal: bool,
    settled: bool,
    sen_support: bool,
    ehcp: bool,
    /// How far above each subject's threshold.
    margin: [f64; 3],
    measured: bool,
    progress: [f64; 3],
}

impl Pupil {
    fn least(&self) -> f64 {
        self.margin.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn shift(&mut self, by: f64) {
        for m in &mut self.margin {
            *m += by;
        }
    }
}

/// Simulates one school's cohort.
pub(crate) fn simulate(
    school: &School,
    year: AcademicYear,
    strengths: &Strengths,
    mut chance: Stream,
) -> Ks2 {
    let laid_down = COHORTS.iter().find(|c| c.urn == school.urn && c.year == year.end());
    let usual = f64::from(school.roll) / f64::from(school.phase.year_groups());
    let size = match laid_down {
        Some(cohort) => cohort.pupils,
        None => cohort_size(usual, &mut chance),
    };
    // A new school fills from the bottom: no Year 6 in its first three years.
    let new = school.predecessors.is_empty()
        && school.opened.is_some_and(|d| year.end() as i16 - d.year() <= 3);
    if new && laid_down.is_none() {
        return Ks2::default();
    }
    let mut pupils: Vec<Pupil> = (0..size)
        .map(|i| {
            let fixed = laid_down.map(|c| i < c.disadvantaged);
            pupil(school, year, strengths, fixed, &mut chance)
        })
        .collect();
    if let Some(cohort) = laid_down {
        lay_down(&mut pupils, cohort);
    }
    tally(&pupils)
}

fn pupil(
    school: &School,
    year: AcademicYear,
    strengths: &Strengths,
    disadvantaged: Option<bool>,
    chance: &mut Stream,
) -> Pupil {
    let context = &school.context;
    let poor = chance.chance(context.fsm6 / 100.0);
    let disadvantaged = disadvantaged.unwrap_or(poor);
    let ehcp = chance.chance(context.ehcp / 100.0);
    let sen_support = !ehcp && chance.chance(context.sen_support / 85.0);
    let base = strengths.in_year(year) + national(year)
        - GAP * (f64::from(u8::from(disadvantaged)) - 0.25)
        - 0.75 * f64::from(u8::from(sen_support))
        + 0.22
        - 1.6 * f64::from(u8::from(ehcp))
        + 0.82 * chance.normal();
    let girl = chance.chance(if school.phase == Phase::Special { 0.28 } else { 0.49 });
    let bonus = if girl { [0.08, 0.14, -0.08] } else { [-0.08, -0.14, 0.08] };
    let mut margin = [0.0; 3];
    let mut progress = [0.0; 3];
    for s in 0..3 {
        margin[s] = base + bonus[s] + SUBJECT_NOISE * chance.normal() - THRESHOLD[s];
        progress[s] = 6.5 * strengths.in_year(year)
            - 0.9 * (f64::from(u8::from(disadvantaged)) - 0.25)
            + PROGRESS_SD * chance.normal();
    }
    Pupil {
        disadvantaged,
        girl,
        eal: chance.chance(context.eal / 100.0),
        settled: !chance.chance(context.mobility / 100.0),
        sen_support,
        ehcp,
        margin,
        measured: chance.chance(0.96),
        progress,
    }
}

/// Shifts the abilities of a laid-down cohort by as little as makes the right number succeed.
fn lay_down(pupils: &mut [Pupil], cohort: &Cohort) {
    for (disadvantaged, met) in
        [(true, cohort.disadvantaged_met), (false, cohort.met - cohort.disadvantaged_met)]
    {
        let mut least: Vec<f64> =
            pupils.iter().filter(|p| p.disadvantaged == disadvantaged).map(Pupil::least).collect();
        least.sort_by(|a, b| b.total_cmp(a));
        let met = met as usize;
        // Half way between the last who meets the standard and the first who does not.
        let last = if met == 0 { least.first().map_or(0.0, |x| x + 0.2) } else { least[met - 1] };
        let first = least.get(met).copied().unwrap_or(last - 0.2);
        let by = -(last + first) / 2.0;
        for p in pupils.iter_mut().filter(|p| p.disadvantaged == disadvantaged) {
            p.shift(by);
        }
    }
}

fn tally(pupils: &[Pupil]) -> Ks2 {
    let mut t = Ks2::default();
    let one = u32::from;
    for p in pupils {
        let met = p.least() >= 0.0;
        let scaled = |s: usize| (100.0 + POINTS * p.margin[s]).floor().clamp(80.0, 120.0) as u32;
        let (reading, mathematics) = (scaled(0), scaled(2));
        let high = [reading >= 110, p.margin[1] >= 1.45, mathematics >= 110];
        let all_high = high.iter().all(|h| *h);
        t.pupils += 1;
        t.girls += one(p.girl);
        t.disadvantaged += one(p.disadvantaged);
        t.eal += one(p.eal);
        t.settled += one(p.settled);
        t.sen_support += one(p.sen_support);
        t.ehcp += one(p.ehcp);
        t.rwm += one(met);
        t.rwm_high += one(all_high);
        t.rwm_disadvantaged += one(met && p.disadvantaged);
        t.rwm_high_disadvantaged += one(all_high && p.disadvantaged);
        t.rwm_eal += one(met && p.eal);
        t.rwm_girls += one(met && p.girl);
        for (s, high) in high.into_iter().enumerate() {
            t.expected[s] += one(p.margin[s] >= 0.0);
            t.high[s] += one(high);
            if p.measured {
                t.progress[s] += p.progress[s];
            }
        }
        t.scaled[0] += reading;
        t.scaled[1] += mathematics;
        t.measured += one(p.measured);
    }
    t
}
