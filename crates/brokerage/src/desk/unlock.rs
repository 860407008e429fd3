//! What one more day would unlock: the coverage map by specialism, phase and area, in words.

use matching::Planned;
use matching::plan::{CoverageCell, Worth};
use needs::ActError;

use super::plan::{Board, told};
use crate::packs::specialism_name;
use crate::requests::days_in_words;

/// One line of the map, the worst supplied first.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The specialism's name.
    pub specialism: String,
    /// The phase.
    pub phase: String,
    /// The local authority of the schools that ask.
    pub area: String,
    /// Half-days wanted.
    pub wanted_half_days: u32,
    /// People and schools who could take some of it.
    pub able: usize,
    /// Their free half-days.
    pub able_half_days: u32,
    /// What a day more is worth.
    pub more: Worth,
    /// What a day less would cost; nothing when there is none to lose.
    pub less: Option<Worth>,
}

/// The coverage map of a board. Prices are exact for the plan in which every request may be
/// shared at will and a guide for whole ones; they are given as the two ends of an interval,
/// because a price has a higher and a lower end wherever plans are equally good.
///
/// # Errors
/// When the engine cannot reckon a price exactly; the sentence says why.
pub(super) fn unlock(board: &Board, planned: &Planned) -> Result<Vec<Line>, ActError> {
    let area = |need: &matching::Need| {
        let school = board.request(&need.id).and_then(|one| one.org.urn());
        school
            .and_then(|urn| board.pool.schools.get(&urn))
            .map_or_else(|| "Area not known".to_owned(), |school| school.authority_name.clone())
    };
    Ok(planned.coverage(&area).map_err(told)?.into_iter().map(line).collect())
}

fn line(cell: CoverageCell) -> Line {
    Line {
        specialism: specialism_name(&cell.specialism).to_owned(),
        phase: cell.phase.replace('-', " "),
        area: cell.area,
        wanted_half_days: cell.wanted_half_days,
        able: cell.able_supporters,
        able_half_days: cell.able_half_days,
        more: cell.one_more_day,
        less: cell.one_less_day,
    }
}

/// Whole half-days of a sum that may have parts of either sign.
fn half_days(worth: &Worth) -> i64 {
    let sum: f64 = worth.met_half_days.iter().sum();
    #[expect(clippy::cast_possible_truncation, reason = "half-days of one partnership")]
    let whole = sum.round() as i64;
    whole
}

/// What a day more would do, to go on after "One more day would".
#[must_use]
pub fn more_in_words(worth: &Worth) -> String {
    let met = half_days(worth);
    let severe = worth.met_half_days.iter().rposition(|met| *met > 0.0);
    match (met, severe) {
        (met, _) if met > 0 => format!("meet {} that nobody can meet now", days_in_words(met)),
        (_, Some(_)) => "meet something more pressing in place of something less".to_owned(),
        _ if worth.points >= 0.5 => {
            format!("meet nothing new, and match better by {:.0} points", worth.points)
        }
        _ => "change nothing".to_owned(),
    }
}

/// What a day less would do, to go on after "One day less would".
#[must_use]
pub fn less_in_words(worth: Option<&Worth>) -> String {
    let Some(worth) = worth else { return "there is none to lose".to_owned() };
    match half_days(worth) {
        lost if lost > 0 => format!("leave {} unmet", days_in_words(lost)),
        _ if worth.points >= 0.5 => {
            format!("leave nothing unmet, and match less well by {:.0} points", worth.points)
        }
        _ => "change nothing".to_owned(),
    }
}

impl Line {
    /// The case for training in a sentence, where a day more would meet what nobody can meet now.
    #[must_use]
    pub fn case(&self) -> Option<String> {
        (half_days(&self.more) > 0).then(|| {
            format!(
                "One more day of {} in {} ({}) would {}.",
                super::words::inside(&self.specialism),
                self.area,
                self.phase,
                more_in_words(&self.more)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_said_in_days_before_points() {
        let worth = |met: [f64; 5], points| Worth { met_half_days: met, schools: 0.0, points };
        let words = |it: &Worth| more_in_words(it);
        assert_eq!(
            words(&worth([0.0, 0.0, 0.0, 2.0, 0.0], 40.0)),
            "meet 1 day that nobody can meet now"
        );
        assert_eq!(
            words(&worth([-2.0, 0.0, 0.0, 0.0, 2.0], 0.0)),
            "meet something more pressing in place of something less"
        );
        assert_eq!(
            words(&worth([0.0; 5], 12.4)),
            "meet nothing new, and match better by 12 points"
        );
        assert_eq!(words(&worth([0.0; 5], 0.2)), "change nothing");
        assert_eq!(less_in_words(None), "there is none to lose");
        assert_eq!(
            less_in_words(Some(&worth([3.0, 0.0, 0.0, 0.0, 0.0], 0.0))),
            "leave 1½ days unmet"
        );
    }
}
