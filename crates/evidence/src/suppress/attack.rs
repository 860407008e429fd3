//! The reader who combines everything: exact recovery by elimination, near recovery by bounds.

/// What a reader sees of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// Shown: those who met the condition, out of how many.
    Shown {
        /// Pupils who met the condition.
        met: f64,
        /// Out of how many.
        of: f64,
    },
    /// Hidden.
    Hidden,
}

/// What the attack learnt of one hidden cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which cell.
    pub cell: usize,
    /// The linear equations alone determine it.
    pub determined: bool,
    /// Smallest and largest possible number of pupils in the cell; the upper end is infinite when
    /// nothing bounds it.
    pub pupils: (f64, f64),
    /// Smallest and largest possible number who met the condition.
    pub met: (f64, f64),
}

impl Finding {
    /// How many whole numbers of pupils remain possible.
    #[must_use]
    pub fn possible(&self) -> f64 {
        self.pupils.1.floor() - self.pupils.0.ceil() + 1.0
    }
}

/// Tries to recover hidden cells. `equations` hold (cell, coefficient) pairs that sum to zero.
///
/// The numbers who met a condition and who did not obey the same equations and are each whole and
/// not negative, so both systems are searched; interval propagation is followed by exact search in
/// groups of linked hidden cells of up to twenty-four cells.
#[must_use]
pub fn attack(cells: &[Seen], equations: &[Vec<(usize, f64)>]) -> Vec<Finding> {
    let hidden: Vec<usize> = (0..cells.len()).filter(|at| cells[*at] == Seen::Hidden).collect();
    let column: Vec<Option<usize>> = {
        let mut map = vec![None; cells.len()];
        hidden.iter().enumerate().for_each(|(c, cell)| map[*cell] = Some(c));
        map
    };
    let system = |part: fn(f64, f64) -> f64| -> Vec<Equation> {
        equations
            .iter()
            .map(|equation| {
                let mut terms = Vec::new();
                let mut rest = 0.0;
                for (cell, factor) in equation {
                    match (cells[*cell], column[*cell]) {
                        (Seen::Shown { met, of }, _) => rest -= factor * part(met, of),
                        (Seen::Hidden, Some(c)) => terms.push((c, *factor)),
                        (Seen::Hidden, None) => {}
                    }
                }
                Equation { terms, rest }
            })
            .filter(|e| !e.terms.is_empty())
            .collect()
    };
    let met = system(|met, _| met);
    let unmet = system(|met, of| of - met);
    let determined = determined(&met, hidden.len());
    let met_bounds = integer_bounds(&met, hidden.len());
    let unmet_bounds = integer_bounds(&unmet, hidden.len());
    hidden
        .iter()
        .enumerate()
        .map(|(c, cell)| Finding {
            cell: *cell,
            determined: determined[c],
            pupils: (met_bounds[c].0 + unmet_bounds[c].0, met_bounds[c].1 + unmet_bounds[c].1),
            met: met_bounds[c],
        })
        .collect()
}

/// Groups of linked hidden cells up to this size are searched exhaustively.
pub(super) const SEARCHED: usize = 24;

struct Equation {
    terms: Vec<(usize, f64)>,
    rest: f64,
}

/// Which unknowns have one value only: after elimination, a row with a single entry.
fn determined(equations: &[Equation], width: usize) -> Vec<bool> {
    let mut m: Vec<Vec<f64>> = equations
        .iter()
        .map(|e| {
            let mut row = vec![0.0; width];
            e.terms.iter().for_each(|(c, f)| row[*c] += f);
            row
        })
        .collect();
    let mut top = 0;
    for column in 0..width {
        let Some(best) =
            (top..m.len()).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))
        else {
            break;
        };
        if m[best][column].abs() < 1e-9 {
            continue;
        }
        m.swap(top, best);
        let lead = m[top][column];
        m[top].iter_mut().for_each(|x| *x /= lead);
        let pivot = m[top].clone();
        for (at, row) in m.iter_mut().enumerate() {
            let factor = row[column];
            if at != top && factor != 0.0 {
                row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
            }
        }
        top += 1;
    }
    let mut found = vec![false; width];
    for row in &m {
        let mut entries = row.iter().enumerate().filter(|(_, x)| x.abs() > 1e-9);
        if let (Some((c, _)), None) = (entries.next(), entries.next()) {
            found[c] = true;
        }
    }
    found
}

fn integer_bounds(equations: &[Equation], width: usize) -> Vec<(f64, f64)> {
    let mut bounds = vec![(0.0, f64::INFINITY); width];
    if !propagate(equations, &mut bounds) {
        return bounds;
    }
    let mut group: Vec<usize> = (0..width).collect();
    for e in equations {
        for pair in e.terms.windows(2) {
            let (from, to) = (group[pair[0].0], group[pair[1].0]);
            group.iter_mut().filter(|g| **g == from).for_each(|g| *g = to);
        }
    }
    for cell in 0..width {
        if group.iter().filter(|g| **g == group[cell]).count() > SEARCHED {
            continue;
        }
        let linked: Vec<&Equation> = equations
            .iter()
            .filter(|e| e.terms.iter().any(|(c, _)| group[*c] == group[cell]))
            .collect();
        // Walk each end inwards while no whole solution has it.
        for _ in 0..16 {
            let (low, high) = bounds[cell];
            if low < high && impossible(&linked, &bounds, cell, low) {
                bounds[cell].0 += 1.0;
            } else if low < high && high.is_finite() && impossible(&linked, &bounds, cell, high) {
                bounds[cell].1 -= 1.0;
            } else {
                break;
            }
        }
    }
    bounds
}

/// Tightens every bound by every equation until nothing moves; false when no solution is left.
fn propagate<E: std::borrow::Borrow<Equation>>(equations: &[E], bounds: &mut [(f64, f64)]) -> bool {
    for _ in 0..200 {
        let mut moved = false;
        for equation in equations {
            let e: &Equation = equation.borrow();
            for (at, (cell, factor)) in e.terms.iter().enumerate() {
                let (mut low, mut high) = (e.rest, e.rest);
                for (other, (c, f)) in e.terms.iter().enumerate() {
                    if other != at {
                        let (l, h) = bounds[*c];
                        low -= (f * l).max(f * h);
                        high -= (f * l).min(f * h);
                    }
                }
                let (a, b) = (low / factor, high / factor);
                let (a, b) = ((a.min(b) - 1e-6).ceil(), (a.max(b) + 1e-6).floor());
                if a > bounds[*cell].0 {
                    bounds[*cell].0 = a;
                    moved = true;
                }
                if b < bounds[*cell].1 {
                    bounds[*cell].1 = b;
                    moved = true;
                }
                if bounds[*cell].0 > bounds[*cell].1 {
                    return false;
                }
            }
        }
        if !moved {
            break;
        }
    }
    true
}

fn impossible(equations: &[&Equation], bounds: &[(f64, f64)], cell: usize, value: f64) -> bool {
    let mut fixed = bounds.to_vec();
    fixed[cell] = (value, value);
    let mut budget = 4_000;
    !solvable(equations, &mut fixed, &mut budget)
}

/// Depth-first search. When the budget is spent the value counts as possible: the attack may then
/// learn less than it could, never more than is true.
fn solvable(equations: &[&Equation], bounds: &mut [(f64, f64)], budget: &mut u32) -> bool {
    if !propagate(equations, bounds) {
        return false;
    }
    let open = equations
        .iter()
        .flat_map(|e| e.terms.iter().map(|(c, _)| *c))
        .filter(|c| bounds[*c].0 < bounds[*c].1)
        .min_by(|a, b| (bounds[*a].1 - bounds[*a].0).total_cmp(&(bounds[*b].1 - bounds[*b].0)));
    let Some(cell) = open else { return true };
    let (low, high) = bounds[cell];
    let mut value = low;
    while value <= high {
        // Every value tried costs: a range may be endless, or too large for a step of one to move.
        if *budget == 0 {
            return true;
        }
        *budget -= 1;
        let mut trial = bounds.to_vec();
        trial[cell] = (value, value);
        if solvable(equations, &mut trial, budget) {
            return true;
        }
        value += 1.0;
    }
    false
}
