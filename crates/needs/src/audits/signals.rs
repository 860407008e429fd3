//! What figures suggest, as an invitation to look: never a verdict.
//!
//! Up to three years are pooled and set beside the middle of the school's family for the same
//! years. Something may be suggested only when the family's middle lies outside the 95 % interval
//! of the pooled figure, or when the trend over the years is beyond chance (see `evidence`).
//! Everything that was looked at is then judged together ([`propose`]), so that a long list of
//! indicators does not bring firm suggestions by its length.

use evidence::{
    Kpi, Measure, Unit, methods,
    signals::adjusted,
    trajectory::{Trend, trajectory},
    variation::{interval, p_against, pool, pupil_equivalents, pupils_in_words},
};

use super::model::{FindingKind, Signal};

/// The share of luck above which a suggestion says that it may be luck.
pub const RATE: f64 = 0.05;

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

/// One look at an indicator, with what it might suggest.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// How probable so large a difference is by chance alone.
    pub p: f64,
    /// What it suggests, if it stays; nothing where it is within normal variation.
    pub signal: Option<Signal>,
}

/// Judges everything that was looked at together: a suggestion says so where, of figures as
/// remarkable in this audit, more than [`RATE`] would be luck. Positions are those of `looks`.
#[must_use]
pub fn propose(looks: Vec<Look>) -> Vec<Option<Signal>> {
    let p: Vec<f64> = looks.iter().map(|look| look.p).collect();
    let among = match looks.len() {
        1 => "1 comparison".to_owned(),
        many => format!("{many} comparisons"),
    };
    looks
        .into_iter()
        .zip(adjusted(&p))
        .map(|(look, luck)| {
            let mut signal = look.signal?;
            if luck > RATE {
                signal.sentence +=
                    &format!(" Among the {among} of this audit it may well be luck.");
            }
            signal.inputs.push(("Looked at".to_owned(), format!("{among} in this audit")));
            signal.inputs.push((
                "Share of luck among figures as remarkable".to_owned(),
                if luck < 0.01 {
                    "less than 1%".to_owned()
                } else {
                    format!("{:.0}%", 100.0 * luck)
                },
            ));
            signal.methods.push(methods::SIGNALS.version.to_owned());
            Some(signal)
        })
        .collect()
}

/// What there is to look at in one indicator: its level beside the family's, and its line over the
/// years. What cannot be judged is not looked at.
#[must_use]
pub fn looks(code: &str, kpi: &Kpi, points: &[Point]) -> Vec<Look> {
    let readings: Vec<(i32, Measure)> = points.iter().map(|p| (p.year, p.own)).collect();
    let line = trajectory(kpi, &readings, None);
    let level = beside_family(code, kpi, points);
    let over_years = line.p.filter(|_| kpi.direction.sign().is_some()).map(|p| {
        let kind = match line.trend {
            Trend::Improving => Some(FindingKind::Strength),
            Trend::Declining => Some(FindingKind::Need),
            _ => None,
        };
        let slope = line.slope.unwrap_or_default();
        let se = line.se.unwrap_or_default();
        let signal = kind.map(|kind| Signal {
            kind,
            kpi: code.to_owned(),
            sentence: format!("{}. {}", capitalised(&kpi.name), line.sentence),
            inputs: vec![
                ("Years".to_owned(), line.used.to_string()),
                (
                    "Change a year".to_owned(),
                    format!("{} ({})", signed(slope, kpi.unit), in_units(kpi.unit)),
                ),
                ("Its standard error".to_owned(), format!("{se:.*}", kpi.unit.decimals().max(1))),
                ("Chance of such a line by luck".to_owned(), odds(p)),
            ],
            methods: vec![methods::TRAJECTORY.version.to_owned()],
        });
        Look { p, signal }
    });
    level.into_iter().chain(over_years).collect()
}

fn signed(value: f64, unit: Unit) -> String {
    let digits = unit.decimals().max(1);
    let sign = if value < 0.0 { "\u{2212}" } else { "+" };
    format!("{sign}{:.digits$}", value.abs())
}

fn in_units(unit: Unit) -> &'static str {
    match unit {
        Unit::PercentOfPupils | Unit::PercentOther => "percentage points",
        _ => "in its own unit",
    }
}

/// A probability as people say it.
fn odds(p: f64) -> String {
    if p < 0.001 {
        "less than 1 in 1,000".to_owned()
    } else if p > 0.5 {
        "more than 1 in 2".to_owned()
    } else {
        format!("about 1 in {:.0}", 1.0 / p)
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

fn beside_family(code: &str, kpi: &Kpi, points: &[Point]) -> Option<Look> {
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
    let p = p_against(&own, family)?;
    if range.contains(family) {
        return Some(Look { p, signal: None });
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
    let digits = kpi.unit.decimals().max(1);
    let percent =
        if matches!(kpi.unit, Unit::PercentOfPupils | Unit::PercentOther) { "%" } else { "" };
    let mut inputs = vec![(
        "Years".to_owned(),
        recent.iter().map(|p| p.year.to_string()).collect::<Vec<_>>().join(", "),
    )];
    if let Some(n) = own.n() {
        inputs.push(("Pupils".to_owned(), format!("{n:.0} over these years")));
    }
    inputs.extend([
        ("Our figure".to_owned(), format!("{value:.digits$}{percent}")),
        (
            "Range by chance (95%)".to_owned(),
            format!("{:.digits$}{percent} to {:.digits$}{percent}", range.low, range.high),
        ),
        ("Middle of the family".to_owned(), format!("{family:.digits$}{percent}")),
        ("Chance of such a difference by luck".to_owned(), odds(p)),
    ]);
    let sentence = format!(
        "{}. {years}: {amount}. That is more than normal variation.",
        capitalised(&kpi.name)
    );
    let methods = [methods::VARIATION, methods::FAMILY].map(|m| m.version.to_owned()).to_vec();
    let signal = Signal { kind, kpi: code.to_owned(), sentence, inputs, methods };
    Some(Look { p, signal: Some(signal) })
}

#[cfg(test)]
mod tests {
    use evidence::Direction;

    use super::*;

    fn signals(code: &str, kpi: &Kpi, points: &[Point]) -> Vec<Signal> {
        propose(looks(code, kpi, points)).into_iter().flatten().collect()
    }

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
        let input = |name: &str| {
            found[0].inputs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(input("Pupils"), Some("88 over these years"));
        assert_eq!(input("Our figure"), Some("46.6%"));
        // Wilson's interval of 41 in 88.
        assert_eq!(input("Range by chance (95%)"), Some("36.5% to 56.9%"));
        assert_eq!(input("Middle of the family"), Some("58.0%"));
        // z = (58 − 46.59) / √(58 · 42 / 88) = 2.168, two-sided 0.030.
        assert_eq!(input("Chance of such a difference by luck"), Some("about 1 in 33"));
        // The line over the years is the second; 0.030 is the smaller of two: 2 · 0.030.
        assert_eq!(input("Looked at"), Some("2 comparisons in this audit"));
        assert_eq!(input("Share of luck among figures as remarkable"), Some("6%"));
        assert!(told.ends_with("Among the 2 comparisons of this audit it may well be luck."));
        assert_eq!(found[0].methods.len(), 3);
    }

    /// One remarkable figure among many ordinary ones is what luck brings, and says so; the same
    /// figure alone does not, nor does a very remarkable one among many.
    #[test]
    fn a_long_list_of_indicators_brings_no_firm_suggestions_by_its_length() {
        let low = |family| points(&[(2024, 16.0, 33.0, family), (2025, 25.0, 55.0, family)]);
        let ordinary = points(&[(2024, 16.0, 33.0, 47.0), (2025, 25.0, 55.0, 47.0)]);
        let firm = |family, others: usize| {
            let mut all = looks("ODD", &rwm(), &low(family));
            for _ in 0..others {
                all.extend(looks("PLAIN", &rwm(), &ordinary));
            }
            assert_eq!(all.len(), 1 + others);
            let found: Vec<Signal> = propose(all).into_iter().flatten().collect();
            assert_eq!(found.len(), 1, "an ordinary figure suggests nothing");
            assert_eq!(found[0].kpi, "ODD");
            !found[0].sentence.contains("may well be luck")
        };
        assert!(firm(58.0, 0));
        assert!(!firm(58.0, 30));
        assert!(firm(68.0, 30));
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
