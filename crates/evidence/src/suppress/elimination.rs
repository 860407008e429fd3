//! Reduced row echelon form of a small matrix of whole numbers, for the defender's proof.

/// A basis of the integer vectors v with A·v = 0, one for each free column; entries are scaled to
/// whole numbers. `rows` holds A row by row, each of length `width`.
pub(super) fn null_basis(rows: &[Vec<i64>], width: usize) -> Vec<Vec<i64>> {
    let (reduced, pivots) = echelon(rows, width);
    let mut basis = Vec::new();
    for free in (0..width).filter(|c| !pivots.contains(c)) {
        // x_pivot = −(row[free] / row[pivot]) · x_free; the common multiple keeps it whole.
        let mut scale: i64 = 1;
        for (row, pivot) in reduced.iter().zip(&pivots) {
            if row[free] != 0 {
                let d = row[*pivot].abs() / gcd(row[*pivot], row[free]);
                let Some(next) = (scale / gcd(scale, d)).checked_mul(d) else { continue };
                scale = next;
            }
        }
        let mut vector = vec![0; width];
        vector[free] = scale;
        for (row, pivot) in reduced.iter().zip(&pivots) {
            vector[*pivot] = -scale.saturating_mul(row[free]) / row[*pivot];
        }
        basis.push(vector);
    }
    basis
}

/// Fraction-free elimination: whole-number rows, each divided by its greatest common divisor.
fn echelon(rows: &[Vec<i64>], width: usize) -> (Vec<Vec<i64>>, Vec<usize>) {
    let mut m: Vec<Vec<i64>> = rows.to_vec();
    let mut pivots = Vec::new();
    let mut top = 0;
    for column in 0..width {
        let Some(found) = (top..m.len()).find(|r| m[*r][column] != 0) else { continue };
        m.swap(top, found);
        let pivot_row = m[top].clone();
        for (at, row) in m.iter_mut().enumerate() {
            if at == top || row[column] == 0 {
                continue;
            }
            let g = gcd(pivot_row[column], row[column]);
            let (a, b) = (pivot_row[column] / g, row[column] / g);
            for (x, p) in row.iter_mut().zip(&pivot_row) {
                // Sums of cells have small coefficients; saturation cannot be met in practice.
                *x = x.saturating_mul(a).saturating_sub(p.saturating_mul(b));
            }
            let common = row.iter().fold(0, |g, x| gcd(g, *x));
            if common > 1 {
                row.iter_mut().for_each(|x| *x /= common);
            }
        }
        pivots.push(column);
        top += 1;
        if top == m.len() {
            break;
        }
    }
    m.truncate(top);
    (m, pivots)
}

/// Greatest common divisor, never zero unless both are.
fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_vectors_of_a_two_by_two_table_are_the_swap() {
        // Row sums and column sums of a 2×2 table.
        let a = vec![vec![1, 1, 0, 0], vec![0, 0, 1, 1], vec![1, 0, 1, 0], vec![0, 1, 0, 1]];
        let basis = null_basis(&a, 4);
        assert_eq!(basis.len(), 1);
        let v = &basis[0];
        assert_eq!(v.iter().map(|x| x.abs()).collect::<Vec<_>>(), vec![1, 1, 1, 1]);
        for row in &a {
            assert_eq!(row.iter().zip(v).map(|(a, v)| a * v).sum::<i64>(), 0);
        }
    }

    #[test]
    fn a_single_unknown_is_determined() {
        assert!(null_basis(&[vec![1]], 1).is_empty());
    }
}
