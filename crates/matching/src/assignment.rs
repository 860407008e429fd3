//! The assignment problem on a full table: each row gets a column of its own at least total cost.
//!
//! Method: shortest augmenting paths with column prices (Jonker and Volgenant 1987), after a
//! column reduction. Of order n³, exact.

use thiserror::Error;

use crate::flow::Certificate;

/// Why a table has no assignment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AssignmentError {
    /// The table is not square.
    #[error("{cells} costs are not a table of {n} rows and {n} columns: add or remove costs")]
    Shape {
        /// Rows promised.
        n: usize,
        /// Costs found.
        cells: usize,
    },
    /// A cost too large to add up exactly.
    #[error("cost {cost} in row {row} is too large to compute with exactly: use smaller units")]
    TooLarge {
        /// The cost.
        cost: i64,
        /// Its row, counted from one.
        row: usize,
    },
    /// Text that is not a number where one was expected.
    #[error("number {position} is \"{word}\": expected a whole number")]
    Number {
        /// Position in the file, counted from one.
        position: usize,
        /// The text found.
        word: String,
    },
}

/// A square table of costs, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Rows and columns.
    pub n: usize,
    /// Costs, row after row.
    pub costs: Vec<i64>,
}

/// An assignment and its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Column of each row.
    pub column: Vec<usize>,
    /// The proof: cost and value of the prices.
    pub certificate: Certificate,
}

/// Reads the OR-Library layout: `n`, then `n` times `n` costs.
///
/// # Errors
/// [`AssignmentError`] for text that is not a number or a table of the wrong size.
pub fn parse_table(text: &str) -> Result<Table, AssignmentError> {
    let mut numbers = Vec::new();
    for (index, word) in text.split_ascii_whitespace().enumerate() {
        numbers.push(
            word.parse::<i64>()
                .map_err(|_| AssignmentError::Number { position: index + 1, word: word.into() })?,
        );
    }
    let n = numbers.first().and_then(|&n| usize::try_from(n).ok()).unwrap_or(0);
    let costs = numbers.split_off(1.min(numbers.len()));
    Ok(Table { n, costs })
}

/// Solves a table exactly.
///
/// # Errors
/// [`AssignmentError`] when the table is not square or a cost is too large.
pub fn assign(table: &Table) -> Result<Assigned, AssignmentError> {
    let Table { n, costs } = table;
    let n = *n;
    if n.checked_mul(n) != Some(costs.len()) {
        return Err(AssignmentError::Shape { n, cells: costs.len() });
    }
    let limit = i64::MAX / 8 / (n as i64 + 1);
    if let Some(at) = costs.iter().position(|cost| cost.unsigned_abs() > limit as u64) {
        return Err(AssignmentError::TooLarge { cost: costs[at], row: at / n + 1 });
    }
    let none = usize::MAX;
    let mut column = vec![none; n];
    let mut row_of = vec![none; n];
    let mut price: Vec<i64> =
        (0..n).map(|j| (0..n).map(|i| costs[i * n + j]).min().unwrap_or(0)).collect();
    let cell = |i: usize, j: usize, price: &[i64]| costs[i * n + j] - price[j];
    for (i, own) in column.iter_mut().enumerate() {
        // Free rows take a cheapest column when it is still free.
        let j = (0..n).min_by_key(|&j| cell(i, j, &price)).unwrap_or(none);
        if row_of[j] == none {
            row_of[j] = i;
            *own = j;
        }
    }
    let mut distance = vec![0_i64; n];
    let mut via = vec![none; n];
    for start in (0..n).filter(|&i| column[i] == none).collect::<Vec<_>>() {
        let mut open: Vec<usize> = (0..n).collect();
        let mut done: Vec<usize> = Vec::new();
        for j in 0..n {
            distance[j] = cell(start, j, &price);
            via[j] = start;
        }
        let end = loop {
            let (at, &j) = open
                .iter()
                .enumerate()
                .min_by_key(|&(_, &j)| (distance[j], row_of[j] != none, j))
                .unwrap_or((0, &0));
            if row_of[j] == none {
                break j;
            }
            open.swap_remove(at);
            done.push(j);
            let i = row_of[j];
            let base = distance[j] - cell(i, j, &price);
            for &k in &open {
                let reach = base + cell(i, k, &price);
                if reach < distance[k] {
                    distance[k] = reach;
                    via[k] = i;
                }
            }
        };
        for &j in &done {
            price[j] += distance[j] - distance[end];
        }
        let mut j = end;
        loop {
            let i = via[j];
            row_of[j] = i;
            std::mem::swap(&mut column[i], &mut j);
            if i == start {
                break;
            }
        }
    }
    let primal = (0..n).map(|i| i128::from(costs[i * n + column[i]])).sum();
    let rows: i128 =
        (0..n).map(|i| i128::from((0..n).map(|j| cell(i, j, &price)).min().unwrap_or(0))).sum();
    let dual = rows + price.iter().map(|&price| i128::from(price)).sum::<i128>();
    Ok(Assigned { column, certificate: Certificate { primal, dual, arcs: n * n } })
}
