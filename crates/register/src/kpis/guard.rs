//! What must hide beside a small figure, so that nobody gets it back by subtraction.
//!
//! A school's figures of one indicator add up: disadvantaged pupils and the others are all; the
//! three years make the publisher's figure over three years. Where one part is small, another must
//! go too, and where a group is nearly the whole year, what is left of it is small without being
//! shown anywhere. [`evidence::suppress::Release`] decides which, over all years at once; every
//! page, file and answer reads figures through here ([`super::series`], [`super::packed`]).
//!
//! Totals of places are made of figures that may be shown, so that they give nothing away. What a
//! publisher totals for an authority is the publisher's to protect.

use std::collections::{BTreeMap, HashSet, btree_map::Entry};

use evidence::{Measure, Missing, suppress::Release};
use sources::PupilGroup;

use super::{Definition, by_number, definition, definitions};

/// The owner, the indicator's number, the number of the group of pupils, and the year.
pub(super) type Key = (i64, i64, i64, i64);

/// A figure among those of one indicator: a group of pupils in a year, what a group leaves of the
/// whole, or the three years to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Of(PupilGroup, i64),
    Without(PupilGroup, i64),
    ThreeYears(i64),
}

/// A figure as it is kept, and which it is among those that add up.
type Known = (Key, Cell, Measure);

/// The indicator whose figures add up with those of this one.
pub(super) fn whole_of(one: &'static Definition) -> &'static Definition {
    [one.base, one.over_years, one.echoes].into_iter().flatten().find_map(definition).unwrap_or(one)
}

/// The numbers of all indicators whose figures add up with those of this one, itself included.
pub(super) fn family(one: &'static Definition) -> Vec<i64> {
    let whole = whole_of(one).number;
    definitions().iter().filter(|d| whole_of(d).number == whole).map(|d| d.number).collect()
}

/// Which figures must be hidden beside small ones, though they are not small themselves.
///
/// What is given must be whole: every group and every year of an owner's indicator.
pub(super) fn covers(figures: impl IntoIterator<Item = (Key, Measure)>) -> HashSet<Key> {
    let mut families: BTreeMap<(i64, i64), Vec<Known>> = BTreeMap::new();
    for (key, measure) in figures {
        let (owner, kpi, pupils, period) = key;
        let Some(one) = by_number(kpi).filter(|one| one.min_n > 0.0) else { continue };
        let group = usize::try_from(pupils).ok().and_then(|at| PupilGroup::ALL.get(at));
        let cell = match (one.over_years, one.base, group) {
            (Some(_), _, Some(PupilGroup::All)) => Cell::ThreeYears(period),
            (None, Some(_), _) => Cell::Of(one.group, period),
            (None, None, _) if one.echoes.is_some() => Cell::Of(one.group, period),
            (None, None, Some(group)) => Cell::Of(*group, period),
            _ => continue,
        };
        families.entry((owner, whole_of(one).number)).or_default().push((key, cell, measure));
    }
    let mut found = HashSet::new();
    for ((_, whole), figures) in families {
        if let Some(whole) = by_number(whole).filter(|_| figures.len() > 1) {
            hide(whole, &figures, &mut found);
        }
    }
    found
}

fn hide(whole: &Definition, figures: &[Known], found: &mut HashSet<Key>) {
    let rule = whole.rule();
    let mut cells: BTreeMap<Cell, Measure> = BTreeMap::new();
    for ((_, kpi, ..), cell, measure) in figures {
        // An echo stands for the figure only where that is not there itself, and for its size.
        let echo = by_number(*kpi).is_some_and(|one| one.echoes.is_some());
        let measure = match measure.n() {
            Some(n) if echo => Measure::Scalar { value: 0.0, n: Some(n) },
            _ => *measure,
        };
        match cells.entry(*cell) {
            Entry::Vacant(place) => {
                place.insert(measure);
            }
            // Of two rows that mean the same the one with the numbers of pupils counts.
            Entry::Occupied(mut known) => {
                let counts = matches!(measure, Measure::Proportion { .. });
                if known.get().number().is_none() || (counts && !echo) {
                    known.insert(measure);
                }
            }
        }
    }
    // What a group leaves of the whole is a figure, though nobody shows it.
    for (cell, part) in cells.clone() {
        let Cell::Of(group, year) = cell else { continue };
        let stands = group == PupilGroup::Disadvantaged
            && cells.contains_key(&Cell::Of(PupilGroup::Other, year));
        if matches!(group, PupilGroup::All | PupilGroup::Other) || stands {
            continue;
        }
        let all = cells.get(&Cell::Of(PupilGroup::All, year));
        if let Some(rest) = all.and_then(|all| less(all, &part)) {
            cells.insert(Cell::Without(group, year), rest);
        }
    }
    let small = |measure: &Measure| match measure.missing() {
        Some(reason) => {
            matches!(reason, Missing::Suppressed | Missing::Confidential | Missing::HiddenHere)
        }
        None => rule.hides(measure, whole.sensitivity),
    };
    if !cells.values().any(small) {
        return;
    }
    let mut release = Release::new(rule);
    for (cell, measure) in &cells {
        release.cell(*cell, *measure, whole.sensitivity);
    }
    for cell in cells.keys() {
        match *cell {
            Cell::Of(PupilGroup::Other, year) => release.total(
                Cell::Of(PupilGroup::All, year),
                [*cell, Cell::Of(PupilGroup::Disadvantaged, year)],
            ),
            Cell::Without(group, year) => {
                release.total(Cell::Of(PupilGroup::All, year), [*cell, Cell::Of(group, year)]);
            }
            Cell::ThreeYears(year) => release.total(
                *cell,
                [year - 2, year - 1, year].map(|year| Cell::Of(PupilGroup::All, year)),
            ),
            Cell::Of(..) => {}
        }
    }
    let shown = release.protect();
    for (key, cell, measure) in figures {
        let hidden = shown.get(cell).is_some_and(|measure| measure.missing().is_some());
        if hidden && measure.number().is_some() && !small(measure) {
            found.insert(*key);
        }
    }
}

/// What is left of the whole without a part, where both count pupils and somebody is left.
fn less(all: &Measure, part: &Measure) -> Option<Measure> {
    let left = all.n()? - part.n()?;
    if !(left.is_finite() && left > 0.0) {
        return None;
    }
    Some(match (*all, *part) {
        (Measure::Proportion { numerator, .. }, Measure::Proportion { numerator: in_part, .. }) => {
            Measure::Proportion { numerator: (numerator - in_part).max(0.0), denominator: left }
        }
        _ => Measure::Scalar { value: 0.0, n: Some(left) },
    })
}

#[cfg(test)]
mod tests {
    use super::super::group_number;
    use super::*;

    fn key(code: &str, group: PupilGroup, year: i64) -> Key {
        (100_000, definition(code).unwrap().number, group_number(group), year)
    }

    fn share(numerator: f64, denominator: f64) -> Measure {
        Measure::Proportion { numerator, denominator }
    }

    #[test]
    fn the_others_hide_where_the_disadvantaged_are_few() {
        let all = key("KS2_RWM_EXP", PupilGroup::All, 2024);
        let other = key("KS2_RWM_EXP", PupilGroup::Other, 2024);
        let few = key("KS2_RWM_DIS", PupilGroup::Disadvantaged, 2024);
        let found =
            covers([(all, share(20.0, 30.0)), (other, share(18.0, 27.0)), (few, share(2.0, 3.0))]);
        assert_eq!(found, HashSet::from([other]));
        // The publisher's mark is guarded as our own.
        let marked = Measure::Missing(Missing::Suppressed);
        let found = covers([(all, share(20.0, 30.0)), (other, share(18.0, 27.0)), (few, marked)]);
        assert_eq!(found, HashSet::from([other]));
        // Nothing is small, nothing hides.
        let found = covers([
            (all, share(20.0, 30.0)),
            (other, share(10.0, 15.0)),
            (few, share(10.0, 15.0)),
        ]);
        assert!(found.is_empty());
        // Another school's figures are its own.
        let elsewhere = (100_001, other.1, other.2, other.3);
        let found = covers([
            (all, share(20.0, 30.0)),
            (elsewhere, share(18.0, 27.0)),
            (few, share(2.0, 3.0)),
        ]);
        assert!(found.is_empty());
    }

    #[test]
    fn a_gap_tells_the_figure_it_is_made_of() {
        let all = key("KS2_RWM_EXP", PupilGroup::All, 2024);
        let other = key("KS2_RWM_EXP", PupilGroup::Other, 2024);
        let dis = key("KS2_RWM_DIS", PupilGroup::Disadvantaged, 2024);
        let gap = key("KS2_RWM_GAP", PupilGroup::Disadvantaged, 2024);
        let figures = [
            (gap, Measure::Scalar { value: 12.0, n: Some(25.0) }),
            (all, share(20.0, 28.0)),
            (other, share(2.0, 3.0)),
            (dis, share(18.0, 25.0)),
        ];
        // Few others: the disadvantaged hide beside them, and so does the gap they are told by.
        assert_eq!(covers(figures), HashSet::from([dis, gap]));
        // Without the group's own figure the gap still tells how many they are.
        let found = covers(figures.into_iter().filter(|(key, _)| *key != dis));
        assert_eq!(found, HashSet::from([gap]));
    }

    #[test]
    fn a_group_that_is_nearly_everybody_gives_the_few_others_away() {
        let all = key("KS2_READ_PROG", PupilGroup::All, 2024);
        let eal = key("KS2_READ_PROG", PupilGroup::Eal, 2024);
        let of = |n| Measure::Scalar { value: 1.5, n: Some(n) };
        assert_eq!(covers([(all, of(30.0)), (eal, of(27.0))]), HashSet::from([eal]));
        assert!(covers([(all, of(30.0)), (eal, of(15.0))]).is_empty());
        // Where nobody is left, nobody is given away.
        assert!(covers([(all, of(30.0)), (eal, of(30.0))]).is_empty());
    }

    #[test]
    fn a_hidden_year_does_not_come_back_from_three() {
        let year = |year| key("KS2_RWM_EXP", PupilGroup::All, year);
        let three = key("KS2_RWM_3YR", PupilGroup::All, 2025);
        let figures = [
            (year(2023), share(8.0, 12.0)),
            (year(2024), share(3.0, 5.0)),
            (year(2025), share(6.0, 9.0)),
            (three, share(17.0, 26.0)),
        ];
        let found = covers(figures);
        assert_eq!(found, HashSet::from([year(2025)]), "the next smallest");
        assert!(covers(figures.into_iter().filter(|(k, _)| *k != year(2023))).is_empty());
    }
}
