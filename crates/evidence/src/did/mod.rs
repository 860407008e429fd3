//! Group-time difference-in-differences (Callaway and Sant'Anna 2021).
//!
//! Schools start support at different times. ATT(g, t) is the effect in period t on those first
//! supported in g, against schools never supported, or not yet. Comparing only with schools that
//! are not (yet) supported avoids the trap of two-way fixed effects, which uses schools already
//! changed by support as if they were untouched.
//!
//! * *Outcome regression*, *inverse probability weighting* (normalised weights) and *doubly robust*
//!   (Sant'Anna and Zhao 2020) condition on covariates read in the base period. Without covariates
//!   the three agree.
//! * The base is the last period before support (for t ≥ g) or the period before t (for t < g: the
//!   pre-trend cells).
//! * Standard errors come from influence functions, clustered by unit; [`GroupTime::bands`] draws a
//!   multiplier bootstrap for bands that hold for all cells together.
//!
//! Assumptions: without support both kinds of school would have moved in parallel, given the
//! covariates. **A school chosen for a bad result breaks this**: it rises by itself. Condition on
//! the selection reading and base before it; see [`crate::verdict`].

mod aggregate;
mod bands;
mod cell;

pub use aggregate::{Aggregate, Aggregates};
pub use bands::Bands;

use crate::distributions::chi_squared_tail;
use crate::linear::{Cholesky, Matrix};

/// Whom the treated are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Control {
    /// Units never treated.
    #[default]
    Never,
    /// Units not treated by either of the two periods compared.
    NotYet,
}

/// How covariates are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Doubly robust: right when either model is.
    #[default]
    DoublyRobust,
    /// Outcome regression.
    Regression,
    /// Inverse probability weighting with normalised weights.
    Weighting,
}

/// A balanced or unbalanced panel.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// The periods, ascending.
    pub periods: &'a [f64],
    /// The outcome, unit by unit: units × periods; `NaN` where missing.
    pub outcome: &'a [f64],
    /// The first treated period of each unit; `None` for never.
    pub first_treated: &'a [Option<f64>],
    /// Covariates, each units × periods.
    pub covariates: &'a [Vec<f64>],
}

/// Choices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Whom the treated are compared with.
    pub control: Control,
    /// How covariates are used.
    pub method: Method,
    /// How many periods before the start an effect may show.
    pub anticipation: usize,
}

/// A panel that cannot be used, in words.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DidError {
    /// Sizes that do not fit.
    #[error("{0}")]
    Shape(String),
    /// Nothing to estimate.
    #[error("{0}")]
    Nothing(String),
}

/// One group-time effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// First treated period of the group.
    pub group: f64,
    /// The period.
    pub time: f64,
    /// The effect.
    pub att: f64,
    /// Its standard error.
    pub se: f64,
    /// Treated units.
    pub treated: usize,
    /// Comparison units.
    pub controls: usize,
}

/// All effects with their influence functions.
#[derive(Clone, Debug)]
pub struct GroupTime {
    /// One effect for each group and period but the first, by group then period.
    pub cells: Vec<Cell>,
    /// What was left out and why, in words.
    pub notes: Vec<String>,
    /// Units in use.
    pub units: usize,
    /// Influence of each unit on each cell.
    influence: Vec<Vec<f64>>,
    /// Treated groups: first period and units.
    groups: Vec<(f64, usize)>,
    group_of: Vec<Option<usize>>,
}

/// A joint test that nothing happened before support.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PreTrend {
    /// The Wald statistic.
    pub wald: f64,
    /// Cells tested.
    pub df: usize,
    /// The chance of a larger statistic when trends were parallel before.
    pub p: f64,
}

/// Estimates every ATT(g, t).
///
/// ```
/// use evidence::did::{Options, Panel, estimate};
/// // Four units, three periods; two units treated from period 3, whose outcome rises by 2.
/// let outcome = [1.0, 2.0, 5.0, 2.0, 3.0, 6.0, 0.0, 1.0, 2.0, 4.0, 5.0, 6.0];
/// let panel = Panel {
///     periods: &[1.0, 2.0, 3.0],
///     outcome: &outcome,
///     first_treated: &[Some(3.0), Some(3.0), None, None],
///     covariates: &[],
/// };
/// let effects = estimate(&panel, &Options::default()).unwrap();
/// assert_eq!(effects.cells.last().unwrap().att, 2.0);
/// assert_eq!(effects.aggregates().simple.unwrap().att, 2.0);
/// ```
///
/// # Errors
/// [`DidError`] says in words what is missing.
pub fn estimate(panel: &Panel<'_>, options: &Options) -> Result<GroupTime, DidError> {
    let units = check(panel)?;
    let width = panel.periods.len();
    let mut notes = Vec::new();
    let complete = |u: &usize| {
        let range = u * width..(u + 1) * width;
        panel.outcome[range.clone()].iter().all(|v| v.is_finite())
            && panel.covariates.iter().all(|c| c[range.clone()].iter().all(|v| v.is_finite()))
    };
    let first = panel.periods[0];
    let last = panel.periods[width - 1];
    let whole: Vec<usize> = (0..units).filter(complete).collect();
    if whole.len() < units {
        notes.push(format!(
            "{} of {units} units lack a value in some period and were left out.",
            units - whole.len()
        ));
    }
    // A unit treated from the first period on has no before.
    let late = options.anticipation as f64;
    let used: Vec<usize> = whole
        .iter()
        .copied()
        .filter(|u| panel.first_treated[*u].is_none_or(|g| position(panel, g) > late))
        .collect();
    if used.len() < whole.len() {
        notes.push(format!(
            "{} units were treated from the first period on ({first}) and were left out.",
            whole.len() - used.len()
        ));
    }
    // Treated after the last period counts as never within this panel.
    let start = |u: usize| panel.first_treated[u].filter(|g| *g <= last);
    let mut starts: Vec<f64> = used.iter().filter_map(|u| start(*u)).collect();
    starts.sort_by(f64::total_cmp);
    starts.dedup();
    if starts.is_empty() {
        return Err(DidError::Nothing(
            "no unit is first treated after the first period: there is no effect to estimate"
                .into(),
        ));
    }
    let group_of: Vec<Option<usize>> = used
        .iter()
        .map(|u| start(*u).and_then(|g| starts.binary_search_by(|s| s.total_cmp(&g)).ok()))
        .collect();
    let groups: Vec<(f64, usize)> = starts
        .iter()
        .enumerate()
        .map(|(at, g)| (*g, group_of.iter().filter(|o| **o == Some(at)).count()))
        .collect();
    let sample = cell::Sample { panel, options, used: &used, group_of: &group_of, groups: &groups };
    let mut made = GroupTime {
        cells: Vec::new(),
        notes,
        units: used.len(),
        influence: Vec::new(),
        groups: groups.clone(),
        group_of: group_of.clone(),
    };
    for (at, (start, _)) in groups.iter().enumerate() {
        for time in 1..width {
            match sample.effect(at, time) {
                Ok((cell, influence)) => {
                    made.cells.push(cell);
                    made.influence.push(influence);
                }
                Err(why) => {
                    made.notes.push(format!("Group {start} in {}: {why}.", panel.periods[time]));
                }
            }
        }
    }
    if made.cells.is_empty() {
        let why = made.notes.join(" ");
        return Err(DidError::Nothing(format!("no effect could be estimated. {why}")));
    }
    Ok(made)
}

/// How many periods come before `g`.
fn position(panel: &Panel<'_>, g: f64) -> f64 {
    panel.periods.iter().filter(|t| **t < g).count() as f64
}

fn check(panel: &Panel<'_>) -> Result<usize, DidError> {
    let (units, width) = (panel.first_treated.len(), panel.periods.len());
    if width < 2 {
        return Err(DidError::Nothing("at least two periods are needed".into()));
    }
    if !panel.periods.windows(2).all(|w| w[0] < w[1]) {
        return Err(DidError::Shape("periods must be numbers in ascending order".into()));
    }
    let cells = units * width;
    for (name, found) in std::iter::once(("the outcome", panel.outcome.len()))
        .chain(panel.covariates.iter().map(|c| ("a covariate", c.len())))
    {
        if found != cells {
            return Err(DidError::Shape(format!(
                "{name} has {found} values where {units} units × {width} periods need {cells}"
            )));
        }
    }
    if panel.first_treated.iter().flatten().any(|g| g.is_nan()) {
        return Err(DidError::Shape("a first treated period is not a number".into()));
    }
    Ok(units)
}

impl GroupTime {
    /// Tests all cells before support together (t < g). `None` when there is none or their
    /// covariance is singular.
    #[must_use]
    pub fn pre_trend(&self) -> Option<PreTrend> {
        let before: Vec<usize> =
            (0..self.cells.len()).filter(|c| self.cells[*c].time < self.cells[*c].group).collect();
        if before.is_empty() {
            return None;
        }
        let n = self.units as f64;
        let mut v = Matrix::zeros(before.len(), before.len());
        for (i, a) in before.iter().enumerate() {
            for (j, b) in before.iter().enumerate().take(i + 1) {
                let sum = crate::linear::dot(&self.influence[*a], &self.influence[*b]) / (n * n);
                v[(i, j)] = sum;
                v[(j, i)] = sum;
            }
        }
        let att: Vec<f64> = before.iter().map(|c| self.cells[*c].att).collect();
        let half = Cholesky::new(&v)?.half_solve(&att);
        let wald = crate::linear::dot(&half, &half);
        let df = before.len();
        Some(PreTrend { wald, df, p: chi_squared_tail(wald, df as f64) })
    }

    /// Effects summed up in four ways.
    #[must_use]
    pub fn aggregates(&self) -> Aggregates {
        aggregate::aggregates(self)
    }

    /// Multiplier bootstrap of the cells: standard errors, and the critical value with which
    /// bands cover all cells together. The same seed gives the same bands.
    #[must_use]
    pub fn bands(&self, draws: usize, level: f64, seed: u64) -> Bands {
        let influence: Vec<&[f64]> = self.influence.iter().map(Vec::as_slice).collect();
        bands::bands(&influence, draws, level, seed)
    }
}

/// √Σψ² / n.
fn standard_error(influence: &[f64]) -> f64 {
    crate::linear::dot(influence, influence).sqrt() / influence.len() as f64
}
