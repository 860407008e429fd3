//! The January census: who is on roll.

use std::ops::AddAssign;

use crate::AcademicYear;
use crate::chance::Stream;
use crate::school::{Phase, School};

/// Pupils on roll in January. Adding two gives the sums of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// On roll.
    pub roll: u32,
    /// Of them girls.
    pub girls: u32,
    /// With an education, health and care plan.
    pub ehcp: u32,
    /// With SEN support.
    pub sen_support: u32,
    /// First language other than English.
    pub eal: u32,
    /// First language not recorded.
    pub unclassified: u32,
    /// Eligible for free school meals now.
    pub fsm: u32,
    /// Eligible at any time in six years.
    pub fsm6: u32,
}

impl AddAssign for Census {
    fn add_assign(&mut self, o: Self) {
        self.roll += o.roll;
        self.girls += o.girls;
        self.ehcp += o.ehcp;
        self.sen_support += o.sen_support;
        self.eal += o.eal;
        self.unclassified += o.unclassified;
        self.fsm += o.fsm;
        self.fsm6 += o.fsm6;
    }
}

/// The census of one school in January of the academic year.
pub(crate) fn simulate(school: &School, year: AcademicYear, mut chance: Stream) -> Census {
    let ago = 2026.0 - f64::from(year.end());
    let latest = ago.abs() < 0.5;
    // Rolls drift by a hundredth or so a year, and swing a little.
    let drift = 1.0 - 0.004 * ago + if latest { 0.0 } else { 0.015 * chance.normal() };
    let roll = (f64::from(school.roll) * drift).round().max(1.0) as u32;
    let context = &school.context;
    // Shares in the latest year are the register's own; earlier ones were a little lower.
    let mut share = |percent: f64, yearly: f64| {
        let p = (percent - yearly * ago).clamp(0.0, 100.0) / 100.0;
        let exact = p * f64::from(roll);
        let noise = if latest { 0.0 } else { 0.25 * libm::sqrt(exact.max(0.0)) * chance.normal() };
        ((exact + noise).round().max(0.0) as u32).min(roll)
    };
    let fsm6 = share(context.fsm6, 0.35);
    let ehcp = share(context.ehcp, if school.phase == Phase::Special { 0.0 } else { 0.16 });
    let sen_support = share(context.sen_support, 0.18).min(roll - ehcp);
    let eal = share(context.eal, 0.2);
    let fsm = share(context.fsm6 * 0.93, 0.9).min(fsm6);
    let girls_share = if school.phase == Phase::Special { 0.28 } else { 0.49 };
    let girls = chance.binomial(roll, girls_share);
    let unclassified = if chance.chance(0.2) { (roll / 150).min(roll - eal) } else { 0 };
    Census { roll, girls, ehcp, sen_support, eal, unclassified, fsm, fsm6 }
}
