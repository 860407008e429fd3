//! What figures suggest, as an invitation to look: never a verdict.
//!
//! Up to three years are pooled and set beside the middle of the school's family for the same
//! years. Something is suggested only when the family's middle lies outside the 95 % interval of
//! the pooled figure, or when the trend over the years is beyond chance (see `evidence`).

use evidence::{
    Kpi, Measure, Unit,
    trajectory::{Trend, trajectory},
    variation::{interval, pool, pupil_equivalents, pupils_in_words},
};

use super::model::{FindingKind, Signal};

/// One year of an indicator: the year it ends in, the school's reading, the family's middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The year in which the school year ends.
    pub year: i32,
    /// The school's reading.
    pub own: Measure,
    /// The middle of its family.
    pub family: Option<f64>,
}

/// What the readings of one indicator suggest; nothing where they are within normal variation.
#[must_use]
pub fn signals(code: &str, kpi: &Kpi, points: &[Point]) -> Vec<Signal> {
    let mut found = Vec::new();
    let mut add = |kind, sentence| {
        found.push(Signal { kind, kpi: code.to_owned(), sentence });
    };
    if let Some((kind, sentence)) = beside_family(kpi, points) {
        add(kind, sentence);
    }
    let readings: Vec<(i32, Measure)> = points.iter().map(|p| (p.year, p.own)).collect();
    let line = trajectory(kpi, &readings, None);
    let capital = capitalised(&kpi.name);
    match line.trend {
        Trend::Improving => add(FindingKind::Strength, format!("{capital}. {}", line.sentence)),
        Trend::Declining => add(FindingKind::Need, format!("{capital}. {}", line.sentence)),
        _ => {}
    }
    found
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

fn beside_family(kpi: &Kpi, points: &[Point]) -> Option<(FindingKind, String)> {
    let sign = kpi.direction.sign()?;
    let mut recent: Vec<&Point> =
        points.iter().filter(|p| p.own.number().is_some() && p.family.is_some()).collect();
    recent.sort_by_key(|p| p.year);
    let recent = &recent[recent.len().saturating_sub(3)..];
    let own = pool(&recent.iter().map(|p| p.own).collect::<Vec<_>>()).measure;
    let range = interval(&own)?;
    // The family's middle is weighed like the school's own years, so that both speak of the same.
    let (mut sum, mut weights) = (0.0, 0.0);
    for point in recent {
        let weight = point.own.n().unwrap_or(1.0);
        sum += weight * point.family?;
        weights += weight;
    }
    let family = sum / weights;
    let value = own.number()?;
    if !family.is_finite() || range.contains(family) {
        return None;
    }
    let better = sign * (value - family) > 0.0;
    let years = match recent.len() {
        1 => format!("In {}", recent[0].year),
        n => format!("Over {} years to {}", ["", "", "two", "three"][n], recent[n - 1].year),
    };
    let amount = match (kpi.unit, own.n()) {
        (Unit::PercentOfPupils, Some(n)) => {
            let pupils = pupils_in_words(pupil_equivalents((value - family).abs(), n));
            let more = if value > family { "more" } else { "fewer" };
            format!(
                "{value:.0}% of {n:.0} pupils against {family:.0}% in the middle of the family: {pupils} {more}"
            )
        }
        (unit, _) => {
            format!("{value:.0$} against {family:.0$} in the middle of the family", unit.decimals())
        }
    };
    let kind = if better { FindingKind::Strength } else { FindingKind::Need };
    Some((
        kind,
        format!(
            "{}. {years}: {amount}. That is more than normal variation.",
            capitalised(&kpi.name)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use evidence::Direction;

    use super::*;

    fn rwm() -> Kpi {
        Kpi::new(
            "expected standard in reading, writing and maths",
            Unit::PercentOfPupils,
            Direction::HigherIsBetter,
        )
    }

    fn points(years: &[(i32, f64, f64, f64)]) -> Vec<Point> {
        years
            .iter()
            .map(|&(year, numerator, denominator, family)| Point {
                year,
                own: Measure::Proportion { numerator, denominator },
                family: Some(family),
            })
            .collect()
    }

    #[test]
    fn three_low_years_suggest_a_need_in_pupils() {
        let found = signals(
            "KS2_RWM_EXP",
            &rwm(),
            &points(&[
                (2024, 16.0, 33.0, 58.0),
                (2025, 13.0, 28.0, 58.0),
                (2026, 12.0, 27.0, 58.0),
            ]),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, FindingKind::Need);
        let told = &found[0].sentence;
        assert!(told.contains("47% of 88 pupils against 58%"), "{told}");
        assert!(told.contains("about 10 pupils fewer"), "{told}");
    }

    #[test]
    fn one_small_cohort_suggests_nothing() {
        assert!(signals("KS2_RWM_EXP", &rwm(), &points(&[(2026, 12.0, 27.0, 58.0)])).is_empty());
    }

    #[test]
    fn less_absence_than_the_family_is_a_strength() {
        let kpi = Kpi::new("persistent absence", Unit::PercentOfPupils, Direction::LowerIsBetter);
        let found = signals(
            "ATT_PA",
            &kpi,
            &points(&[
                (2024, 20.0, 200.0, 22.0),
                (2025, 21.0, 205.0, 22.0),
                (2026, 19.0, 201.0, 22.0),
            ]),
        );
        assert_eq!(found[0].kind, FindingKind::Strength);
    }

    #[test]
    fn missing_years_are_left_out_and_never_counted_as_nought() {
        let mut years = points(&[(2024, 16.0, 33.0, 48.0), (2025, 13.0, 28.0, 48.0)]);
        years.push(Point {
            year: 2026,
            own: Measure::Missing(evidence::Missing::Suppressed),
            family: Some(48.0),
        });
        assert!(signals("KS2_RWM_EXP", &rwm(), &years).is_empty());
    }
}
