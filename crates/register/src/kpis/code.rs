//! How a reading is laid down in the database.

use evidence::{Measure, Missing};
use sources::ReleaseStatus;

/// Forms from this number on are reasons why there is no value.
pub const FORM_MISSING: i64 = 10;

const FIRM: i64 = 10_000_000;

/// A measure as the columns `form, value, n, low, high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stored {
    /// 0 a number, 1 a share, 2 an estimate, from [`FORM_MISSING`] a reason.
    pub form: i64,
    /// The number; of a share, how many met the condition.
    pub value: Option<f64>,
    /// How many pupils it rests on.
    pub n: Option<f64>,
    /// Lower end of the published interval.
    pub low: Option<f64>,
    /// Upper end of the published interval.
    pub high: Option<f64>,
}

impl From<Measure> for Stored {
    fn from(measure: Measure) -> Self {
        let none = Self { form: FORM_MISSING, value: None, n: None, low: None, high: None };
        match measure {
            Measure::Scalar { value, n } => Self { form: 0, value: Some(value), n, ..none },
            Measure::Proportion { numerator, denominator } => {
                Self { form: 1, value: Some(numerator), n: Some(denominator), ..none }
            }
            Measure::Estimate { value, low, high, n } => {
                Self { form: 2, value: Some(value), n, low: Some(low), high: Some(high) }
            }
            Measure::Missing(reason) => {
                let at = Missing::ALL.iter().position(|r| *r == reason).unwrap_or(0);
                Self { form: FORM_MISSING + i64::try_from(at).unwrap_or(0), ..none }
            }
            _ => none,
        }
    }
}

impl From<Stored> for Measure {
    fn from(stored: Stored) -> Self {
        let missing = || {
            let at = usize::try_from(stored.form - FORM_MISSING).ok();
            Self::Missing(
                at.and_then(|at| Missing::ALL.get(at)).copied().unwrap_or(Missing::NotAvailable),
            )
        };
        let Some(value) = stored.value else { return missing() };
        match (stored.form, stored.n, stored.low.zip(stored.high)) {
            (0, n, _) => Self::Scalar { value, n },
            (1, Some(denominator), _) => Self::Proportion { numerator: value, denominator },
            (2, n, Some((low, high))) => Self::Estimate { value, low, high, n },
            _ => missing(),
        }
    }
}

/// How a reading ranks among readings of the same thing: the firmer release first, then the
/// later file.
#[must_use]
pub const fn stand(release: ReleaseStatus, file: i64) -> i64 {
    let firmness = match release {
        ReleaseStatus::YearToDate => 0,
        ReleaseStatus::Provisional => 1,
        ReleaseStatus::Revised => 3,
        ReleaseStatus::Final => 4,
        _ => 2,
    };
    firmness * FIRM + file
}

/// The file in a [`stand`].
pub(super) const fn file_of(stand: i64) -> i64 {
    stand % FIRM
}

/// The release in a [`stand`].
pub(super) const fn release_of(stand: i64) -> ReleaseStatus {
    match stand / FIRM {
        0 => ReleaseStatus::YearToDate,
        1 => ReleaseStatus::Provisional,
        3 => ReleaseStatus::Revised,
        4 => ReleaseStatus::Final,
        _ => ReleaseStatus::NotStated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_survives_the_round_trip() {
        let mut all = vec![
            Measure::Scalar { value: -0.5, n: None },
            Measure::Scalar { value: 47.0, n: Some(120.0) },
            Measure::Proportion { numerator: 18.0, denominator: 30.0 },
            Measure::Estimate { value: 0.1, low: -0.2, high: 0.4, n: Some(90.0) },
        ];
        all.extend(Missing::ALL.map(Measure::Missing));
        for measure in all {
            assert_eq!(Measure::from(Stored::from(measure)), measure);
        }
    }

    #[test]
    fn a_final_figure_outranks_a_later_provisional_one() {
        let early = stand(ReleaseStatus::Final, 3);
        assert!(early > stand(ReleaseStatus::Provisional, 900));
        assert!(early < stand(ReleaseStatus::Final, 4));
        assert_eq!((file_of(early), release_of(early)), (3, ReleaseStatus::Final));
    }
}
