//! Small dense linear algebra: symmetric positive definite systems and eigenvalues, nothing more.

/// A dense matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl std::ops::Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (r, c): (usize, usize)) -> &f64 {
        &self.values[r * self.columns + c]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (r, c): (usize, usize)) -> &mut f64 {
        &mut self.values[r * self.columns + c]
    }
}

impl Matrix {
    /// All zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, values: vec![0.0; rows * columns] }
    }

    /// The identity.
    #[must_use]
    pub fn identity(size: usize) -> Self {
        let mut m = Self::zeros(size, size);
        (0..size).for_each(|i| m[(i, i)] = 1.0);
        m
    }

    /// A square matrix of these values, row by row; values too many are left out and values too
    /// few are zero.
    #[must_use]
    pub fn square(size: usize, values: &[f64]) -> Self {
        let mut m = Self::zeros(size, size);
        m.values.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
        m
    }

    /// Number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    #[must_use]
    pub fn row(&self, at: usize) -> &[f64] {
        &self.values[at * self.columns..(at + 1) * self.columns]
    }

    /// One row, to write to.
    pub fn row_mut(&mut self, at: usize) -> &mut [f64] {
        &mut self.values[at * self.columns..(at + 1) * self.columns]
    }

    /// All values, row by row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// A·v.
    #[must_use]
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        (0..self.rows).map(|r| dot(self.row(r), v)).collect()
    }

    /// A·B.
    #[must_use]
    pub fn product(&self, other: &Self) -> Self {
        let mut out = Self::zeros(self.rows, other.columns);
        for r in 0..self.rows {
            for k in 0..self.columns {
                let a = self[(r, k)];
                if a != 0.0 {
                    let row = other.row(k);
                    out.row_mut(r).iter_mut().zip(row).for_each(|(o, b)| *o += a * b);
                }
            }
        }
        out
    }

    /// Aᵀ.
    #[must_use]
    pub fn transpose(&self) -> Self {
        let mut out = Self::zeros(self.columns, self.rows);
        for r in 0..self.rows {
            for c in 0..self.columns {
                out[(c, r)] = self[(r, c)];
            }
        }
        out
    }
}

/// Σ aᵢbᵢ.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The lower Cholesky factor of a symmetric positive definite matrix.
#[derive(Clone, Debug)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Factors; `None` when the matrix is not positive definite to working precision.
    #[must_use]
    pub fn new(a: &Matrix) -> Option<Self> {
        let n = a.rows;
        let mut l = Matrix::zeros(n, n);
        for j in 0..n {
            let mut d = a[(j, j)];
            for k in 0..j {
                d -= l[(j, k)] * l[(j, k)];
            }
            if !(d > a[(j, j)].abs() * 1e-14 && d.is_finite()) {
                return None;
            }
            let root = d.sqrt();
            l[(j, j)] = root;
            for i in j + 1..n {
                let mut s = a[(i, j)];
                for k in 0..j {
                    s -= l[(i, k)] * l[(j, k)];
                }
                l[(i, j)] = s / root;
            }
        }
        Some(Self { lower: l })
    }

    /// The factor.
    #[must_use]
    pub const fn lower(&self) -> &Matrix {
        &self.lower
    }

    /// ln|A|.
    #[must_use]
    pub fn ln_determinant(&self) -> f64 {
        (0..self.lower.rows).map(|i| 2.0 * self.lower[(i, i)].ln()).sum()
    }

    /// L⁻¹b.
    #[must_use]
    pub fn half_solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..x.len() {
            let s = dot(&self.lower.row(i)[..i], &x[..i]);
            x[i] = (x[i] - s) / self.lower[(i, i)];
        }
        x
    }

    /// A⁻¹b.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.half_solve(b);
        for i in (0..x.len()).rev() {
            let later: f64 = (i + 1..x.len()).map(|k| self.lower[(k, i)] * x[k]).sum();
            x[i] = (x[i] - later) / self.lower[(i, i)];
        }
        x
    }

    /// A⁻¹.
    #[must_use]
    pub fn inverse(&self) -> Matrix {
        let n = self.lower.rows;
        let mut out = Matrix::zeros(n, n);
        for c in 0..n {
            let mut e = vec![0.0; n];
            e[c] = 1.0;
            let column = self.solve(&e);
            for r in 0..n {
                out[(r, c)] = column[r];
            }
        }
        out
    }
}

/// Columns that earlier ones already explain, by pivot-free elimination of the cross-product
/// matrix: their indices, to be dropped and named.
#[must_use]
pub fn aliased(cross: &Matrix, tolerance: f64) -> Vec<usize> {
    let n = cross.rows;
    let mut a = cross.clone();
    let mut dropped = Vec::new();
    for j in 0..n {
        let original = cross[(j, j)];
        let left = a[(j, j)];
        if !(left > tolerance * original && left.is_finite() && original > 0.0) {
            dropped.push(j);
            for i in 0..n {
                a[(i, j)] = 0.0;
                a[(j, i)] = 0.0;
            }
            continue;
        }
        for i in j + 1..n {
            let factor = a[(i, j)] / left;
            if factor != 0.0 {
                for k in j..n {
                    let step = factor * a[(j, k)];
                    a[(i, k)] -= step;
                }
            }
        }
    }
    dropped
}

/// Eigenvalues and eigenvectors (columns) of a symmetric matrix, largest first, by Jacobi turns.
#[must_use]
pub fn symmetric_eigen(a: &Matrix) -> (Vec<f64>, Matrix) {
    let n = a.rows;
    let mut m = a.clone();
    let mut v = Matrix::identity(n);
    for _ in 0..60 {
        let mut off = 0.0;
        for i in 0..n {
            for j in i + 1..n {
                off += m[(i, j)] * m[(i, j)];
            }
        }
        let size: f64 = (0..n).map(|i| m[(i, i)] * m[(i, i)]).sum();
        if off.is_nan() || off <= 1e-30 * size {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if m[(p, q)] == 0.0 {
                    continue;
                }
                let theta = (m[(q, q)] - m[(p, p)]) / (2.0 * m[(p, q)]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (m[(k, p)], m[(k, q)]);
                    m[(k, p)] = c * x - s * y;
                    m[(k, q)] = s * x + c * y;
                }
                for k in 0..n {
                    let (x, y) = (m[(p, k)], m[(q, k)]);
                    m[(p, k)] = c * x - s * y;
                    m[(q, k)] = s * x + c * y;
                }
                for k in 0..n {
                    let (x, y) = (v[(k, p)], v[(k, q)]);
                    v[(k, p)] = c * x - s * y;
                    v[(k, q)] = s * x + c * y;
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|x, y| m[(*y, *y)].total_cmp(&m[(*x, *x)]));
    let values = order.iter().map(|i| m[(*i, *i)]).collect();
    let mut vectors = Matrix::zeros(n, n);
    for (to, from) in order.iter().enumerate() {
        for k in 0..n {
            vectors[(k, to)] = v[(k, *from)];
        }
    }
    (values, vectors)
}
