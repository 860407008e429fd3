//! Secondary suppression: what else must be hidden so that no small cell comes back.

use std::collections::BTreeMap;

use super::elimination::null_basis;
use super::{Rule, Sensitivity};
use crate::measure::{Measure, Missing};

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Visible,
    /// Visible somewhere outside our reach.
    Public,
    /// Small, or marked by its publisher: must not come back.
    Guarded,
    /// Hidden to guard another.
    Cover,
}

#[derive(Clone, Debug)]
struct Cell<K> {
    key: K,
    reading: Measure,
    state: State,
}

/// Figures that will be published together, and how they add up.
///
/// ```
/// use evidence::{Measure, Missing, suppress::{Release, Rule, Sensitivity}};
/// let share = |numerator, denominator| Measure::Proportion { numerator, denominator };
/// let mut release = Release::new(Rule::default());
/// release.cell("boys", share(20.0, 31.0), Sensitivity::Ordinary);
/// release.cell("girls", share(3.0, 4.0), Sensitivity::Ordinary);
/// release.cell("not stated", share(8.0, 15.0), Sensitivity::Ordinary);
/// release.cell("all", share(31.0, 50.0), Sensitivity::Ordinary);
/// release.total("all", ["boys", "girls", "not stated"]);
/// let shown = release.protect();
/// assert_eq!(shown.get(&"girls").unwrap().missing(), Some(Missing::HiddenHere));
/// assert_eq!(shown.get(&"not stated").unwrap().missing(), Some(Missing::HiddenHere));
/// assert_eq!(shown.get(&"boys").unwrap().value().unwrap().round(), 65.0);
/// ```
#[derive(Clone, Debug)]
pub struct Release<K> {
    rule: Rule,
    cells: Vec<Cell<K>>,
    index: BTreeMap<K, usize>,
    /// Each equation: Σ sign · cell = 0 (or a known total, for a partition).
    equations: Vec<Vec<(usize, i64)>>,
}

/// What may be shown.
#[derive(Clone, Debug)]
pub struct Shown<K> {
    cells: BTreeMap<K, Measure>,
    /// Small cells that could not be guarded, because what gives them away is public elsewhere.
    pub exposed: Vec<K>,
}

impl<K: Ord> Shown<K> {
    /// The figure as it may be shown; `None` for a key that was never registered.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Measure> {
        self.cells.get(key).copied()
    }

    /// Every figure as it may be shown, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Measure)> {
        self.cells.iter()
    }
}

impl<K: Ord + Clone> Release<K> {
    /// Nothing registered yet.
    #[must_use]
    pub const fn new(rule: Rule) -> Self {
        Self { rule, cells: Vec::new(), index: BTreeMap::new(), equations: Vec::new() }
    }

    fn put(&mut self, key: K, reading: Measure, state: State) {
        if let Some(at) = self.index.get(&key) {
            self.cells[*at] = Cell { key, reading, state };
        } else {
            self.index.insert(key.clone(), self.cells.len());
            self.cells.push(Cell { key, reading, state });
        }
    }

    /// Registers one figure. A key given twice keeps the later reading.
    pub fn cell(&mut self, key: K, reading: Measure, sensitivity: Sensitivity) {
        let withheld = matches!(
            reading.missing(),
            Some(Missing::Suppressed | Missing::Confidential | Missing::HiddenHere)
        );
        let state = if withheld || self.rule.hides(&reading, sensitivity) {
            State::Guarded
        } else {
            State::Visible
        };
        self.put(key, reading, state);
    }

    /// Registers a figure that is already in public and cannot be called back: it is never hidden
    /// here, and it helps the attacker.
    pub fn already_public(&mut self, key: K, reading: Measure) {
        self.put(key, reading, State::Public);
    }

    /// States that `total` is the sum of `parts`. Keys that were never registered are taken as
    /// unknown to everybody, which makes the equation useless to an attacker too.
    pub fn total(&mut self, total: K, parts: impl IntoIterator<Item = K>) {
        let mut equation = Vec::new();
        let keys: Vec<(K, i64)> =
            std::iter::once((total, -1)).chain(parts.into_iter().map(|k| (k, 1))).collect();
        for (key, sign) in keys {
            match self.index.get(&key) {
                Some(at) => equation.push((*at, sign)),
                None => return,
            }
        }
        self.equations.push(equation);
    }

    /// States that `parts` make up a whole that readers know, though it is not shown here.
    pub fn partition(&mut self, parts: impl IntoIterator<Item = K>) {
        let equation: Option<Vec<_>> =
            parts.into_iter().map(|key| self.index.get(&key).map(|at| (*at, 1))).collect();
        if let Some(equation) = equation {
            self.equations.push(equation);
        }
    }

    /// Hides what must be hidden and returns what may be shown.
    #[must_use]
    pub fn protect(mut self) -> Shown<K> {
        let truth: Vec<Size> = self.sizes();
        let mut exposed = Vec::new();
        for members in self.components() {
            self.protect_component(&members, &truth, &mut exposed);
        }
        let exposed = exposed.into_iter().map(|at: usize| self.cells[at].key.clone()).collect();
        let cells = self
            .cells
            .into_iter()
            .map(|cell| {
                let shown = match cell.state {
                    State::Visible | State::Public => cell.reading,
                    State::Guarded | State::Cover => match cell.reading {
                        Measure::Missing(_) => cell.reading,
                        _ => Measure::Missing(Missing::HiddenHere),
                    },
                };
                (cell.key, shown)
            })
            .collect();
        Shown { cells, exposed }
    }

    fn is_hidden(&self, at: usize) -> bool {
        matches!(self.cells[at].state, State::Guarded | State::Cover)
            || self.cells[at].reading.n().is_none()
    }

    /// Equations grouped by the cells they share.
    fn components(&self) -> Vec<Vec<usize>> {
        let mut root: Vec<usize> = (0..self.cells.len()).collect();
        fn find(root: &mut [usize], mut at: usize) -> usize {
            while root[at] != at {
                root[at] = root[root[at]];
                at = root[at];
            }
            at
        }
        for equation in &self.equations {
            for pair in equation.windows(2) {
                let (a, b) = (find(&mut root, pair[0].0), find(&mut root, pair[1].0));
                root[a] = b;
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, equation) in self.equations.iter().enumerate() {
            if let Some((cell, _)) = equation.first() {
                groups.entry(find(&mut root, *cell)).or_default().push(at);
            }
        }
        groups.into_values().collect()
    }

    fn protect_component(&mut self, members: &[usize], truth: &[Size], exposed: &mut Vec<usize>) {
        let mut hopeless: Vec<usize> = Vec::new();
        // Cells that nothing more can cover: `hopeless` and those that are safe without.
        let mut done: Vec<usize> = Vec::new();
        loop {
            let hidden: Vec<usize> = {
                let mut all: Vec<usize> = members
                    .iter()
                    .flat_map(|e| self.equations[*e].iter().map(|(cell, _)| *cell))
                    .filter(|cell| self.is_hidden(*cell))
                    .collect();
                all.sort_unstable();
                all.dedup();
                all
            };
            if !hidden.iter().any(|cell| self.cells[*cell].state == State::Guarded) {
                return;
            }
            let rows = self.rows(members, &hidden);
            let mut moves = null_basis(&rows, hidden.len());
            let weak = hidden.iter().enumerate().find(|(at, cell)| {
                self.cells[**cell].state == State::Guarded
                    && !done.contains(cell)
                    && !ambiguous(*at, &hidden, &moves, truth, self.rule.min_possible, false)
            });
            let Some((at, &weak)) = weak else { break };
            match self.next_cover(members, weak, truth) {
                Some(cover) => self.cells[cover].state = State::Cover,
                None => {
                    // Before raising an alarm it is worth looking further.
                    moves.splice(..0, self.moves_of(weak, members, &hidden, &rows, truth));
                    if !ambiguous(at, &hidden, &moves, truth, self.rule.min_possible, true) {
                        hopeless.push(weak);
                    }
                    done.push(weak);
                }
            }
        }
        exposed.extend(hopeless);
    }

    /// What each equation says of the hidden cells alone.
    fn rows(&self, members: &[usize], hidden: &[usize]) -> Vec<Vec<i64>> {
        let mut rows = Vec::new();
        for equation in members {
            let mut row = vec![0; hidden.len()];
            let mut touches = false;
            for (cell, sign) in &self.equations[*equation] {
                if let Ok(at) = hidden.binary_search(cell) {
                    row[at] += sign;
                    touches = true;
                }
            }
            if touches {
                rows.push(row);
            }
        }
        rows
    }

    /// Whole-number changes of the hidden cells that leave every visible figure as it is, each of
    /// one cell and of the totals and large cells that make up for it: these can take a change
    /// where small ones cannot.
    fn moves_of(
        &self,
        weak: usize,
        members: &[usize],
        hidden: &[usize],
        rows: &[Vec<i64>],
        truth: &[Size],
    ) -> Vec<Vec<i64>> {
        let is_total = |cell: usize| {
            members.iter().any(|e| self.equations[*e].iter().any(|(c, s)| *c == cell && *s < 0))
        };
        let size = |cell: usize| truth[cell].met + truth[cell].unmet;
        // Earlier columns make up for later ones.
        let mut order: Vec<usize> = (0..hidden.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (hidden[*a], hidden[*b]);
            let last = (a == weak).cmp(&(b == weak));
            last.then(is_total(b).cmp(&is_total(a))).then(size(b).total_cmp(&size(a)))
        });
        let turned: Vec<Vec<i64>> =
            rows.iter().map(|row| order.iter().map(|at| row[*at]).collect()).collect();
        let back = |v: Vec<i64>| {
            let mut out = vec![0; v.len()];
            order.iter().zip(v).for_each(|(at, x)| out[*at] = x);
            out
        };
        null_basis(&turned, hidden.len()).into_iter().map(back).collect()
    }

    /// The smallest visible part beside the weak cell, else beside any hidden cell linked to it,
    /// else the smallest total.
    fn next_cover(&self, members: &[usize], weak: usize, truth: &[Size]) -> Option<usize> {
        let mut linked = vec![weak];
        let mut seen_equations: Vec<usize> = Vec::new();
        let mut at = 0;
        while at < linked.len() {
            let cell = linked[at];
            at += 1;
            let mut candidates: Vec<(bool, f64, usize)> = Vec::new();
            for equation in members {
                if !self.equations[*equation].iter().any(|(c, _)| *c == cell) {
                    continue;
                }
                for (other, sign) in &self.equations[*equation] {
                    if self.is_hidden(*other) {
                        if !linked.contains(other) {
                            linked.push(*other);
                        }
                    } else if self.cells[*other].state == State::Visible {
                        // A group of nobody hides nothing: take it only after the others.
                        let empty = truth[*other].met + truth[*other].unmet <= 0.0;
                        let last = *sign < 0 || empty;
                        let size = truth[*other].met + truth[*other].unmet;
                        candidates.push((last, size, *other));
                    }
                }
                seen_equations.push(*equation);
            }
            candidates.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
            if let Some((_, _, cover)) = candidates.first() {
                return Some(*cover);
            }
        }
        None
    }

    /// The true sizes; those withheld by their publisher are inferred where the sums allow.
    fn sizes(&self) -> Vec<Size> {
        let mut sizes: Vec<Option<Size>> =
            self.cells.iter().map(|cell| Size::of(&cell.reading)).collect();
        for equation in &self.equations {
            let unknown: Vec<(usize, i64)> =
                equation.iter().copied().filter(|(cell, _)| sizes[*cell].is_none()).collect();
            if unknown.is_empty() {
                continue;
            }
            let (mut met, mut unmet) = (0.0, 0.0);
            for (cell, sign) in equation {
                if let Some(size) = sizes[*cell] {
                    met -= *sign as f64 * size.met;
                    unmet -= *sign as f64 * size.unmet;
                }
            }
            let share = unknown.len() as f64;
            for (cell, sign) in unknown {
                let s = *sign_of(&sign);
                sizes[cell] = Some(Size {
                    met: (s * met / share).floor().max(0.0),
                    unmet: (s * unmet / share).floor().max(0.0),
                });
            }
        }
        sizes.into_iter().map(|s| s.unwrap_or(Size { met: 1.0, unmet: 1.0 })).collect()
    }
}

const fn sign_of(sign: &i64) -> &'static f64 {
    if *sign < 0 { &-1.0 } else { &1.0 }
}

/// Pupils who met a condition and who did not; a reading without a numerator counts all as unmet.
#[derive(Clone, Copy, Debug)]
struct Size {
    met: f64,
    unmet: f64,
}

impl Size {
    fn of(reading: &Measure) -> Option<Self> {
        // Sizes beyond a billion are not pupils: bounded, they cannot overflow.
        let n = reading.n().filter(|n| n.is_finite())?.clamp(0.0, 1e9).round();
        match *reading {
            Measure::Proportion { numerator, .. } if numerator.is_finite() => {
                let met = numerator.round().clamp(0.0, n);
                Some(Self { met, unmet: n - met })
            }
            _ => Some(Self { met: 0.0, unmet: n }),
        }
    }
}

/// Whether other whole-number solutions give the cell at least `needed` different sizes, moving
/// either those who met the condition or those who did not. With `further`, what mends a solution
/// may move the cell too, which finds more and takes longer.
fn ambiguous(
    at: usize,
    hidden: &[usize],
    moves: &[Vec<i64>],
    truth: &[Size],
    needed: usize,
    further: bool,
) -> bool {
    [(|s: &Size| s.met) as fn(&Size) -> f64, |s: &Size| s.unmet].into_iter().any(|size| {
        let own: Vec<i64> = hidden.iter().map(|cell| size(&truth[*cell]) as i64).collect();
        let mut values = vec![own[at]];
        let mut budget = REPAIRS;
        for start in moves.iter().filter(|v| v[at] != 0) {
            for times in [-2, -1, 1, 2, -4, 4, -3, 3_i64] {
                let value = own[at] + times * start[at];
                if !further && (value < 0 || values.contains(&value)) {
                    continue;
                }
                let begun: Vec<i64> = own.iter().zip(start).map(|(x, v)| x + times * v).collect();
                let usable: Vec<&[i64]> =
                    moves.iter().map(Vec::as_slice).filter(|v| further || v[at] == 0).collect();
                // The wider search has one budget altogether: it must end soon.
                if !further {
                    budget = REPAIRS;
                }
                if let Some(other) = mended(&begun, at, &values, &usable, DEPTH, &mut budget) {
                    values.push(other);
                    if values.len() >= needed {
                        return true;
                    }
                }
            }
        }
        values.len() >= needed
    })
}

/// How many further moves may mend a solution, and how many attempts are made.
const DEPTH: usize = 8;
const REPAIRS: u32 = 4_000;

/// The value of the cell `at`, none of those `known`, in a solution that further moves make
/// non-negative everywhere. What is found is a solution, so the proof is sound; giving up only hides
/// more than needed.
fn mended(
    solution: &[i64],
    at: usize,
    known: &[i64],
    moves: &[&[i64]],
    depth: usize,
    budget: &mut u32,
) -> Option<i64> {
    let Some((worst, lacking)) =
        solution.iter().enumerate().filter(|(_, x)| **x < 0).min_by_key(|(_, x)| **x)
    else {
        return (!known.contains(&solution[at])).then_some(solution[at]);
    };
    if depth == 0 || *budget == 0 {
        return None;
    }
    moves.iter().filter(|v| v[worst] != 0).find_map(|v| {
        *budget = budget.saturating_sub(1);
        let sign = v[worst].signum();
        let times = sign * ((-lacking + v[worst].abs() - 1) / v[worst].abs());
        let next: Vec<i64> = solution.iter().zip(*v).map(|(x, v)| x + times * v).collect();
        mended(&next, at, known, moves, depth - 1, budget)
    })
}
