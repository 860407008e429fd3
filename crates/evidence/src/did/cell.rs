//! One group-time effect and the influence of each unit on it.

use super::{Cell, Control, Method, Options, Panel, standard_error};
use crate::linear::{Cholesky, Matrix, dot};

pub(super) struct Sample<'a> {
    pub(super) panel: &'a Panel<'a>,
    pub(super) options: &'a Options,
    pub(super) used: &'a [usize],
    pub(super) group_of: &'a [Option<usize>],
    pub(super) groups: &'a [(f64, usize)],
}

/// Control units with a propensity at or above this have no counterpart and get no weight.
const TRIM: f64 = 0.995;

impl Sample<'_> {
    pub(super) fn effect(&self, group: usize, time: usize) -> Result<(Cell, Vec<f64>), String> {
        let periods = self.panel.periods;
        let g = self.groups[group].0;
        let start = periods.iter().filter(|t| **t < g).count();
        let early = self.options.anticipation;
        // Before support each period is compared with the one before it.
        let base = if time + early >= start { start.saturating_sub(1 + early) } else { time - 1 };
        if base == time {
            return Err("it is its own base period".into());
        }
        let horizon = periods[(time.max(base) + early).min(periods.len() - 1)];
        let treated = |at: usize| self.group_of[at] == Some(group);
        let control = |at: usize| match self.group_of[at] {
            None => true,
            Some(other) => {
                self.options.control == Control::NotYet
                    && other != group
                    && self.groups[other].0 > horizon
            }
        };
        let width = periods.len();
        let mut members = Vec::new();
        let mut is_treated = Vec::new();
        let mut change = Vec::new();
        for (at, unit) in self.used.iter().enumerate() {
            let own = treated(at);
            if own || control(at) {
                members.push(at);
                is_treated.push(own);
                let row = &self.panel.outcome[unit * width..(unit + 1) * width];
                change.push(row[time] - row[base]);
            }
        }
        let n1 = is_treated.iter().filter(|t| **t).count();
        let n0 = members.len() - n1;
        if n1 == 0 || n0 == 0 {
            return Err("there are no units to compare".into());
        }
        let n = self.used.len();
        let mut influence = vec![0.0; n];
        let att = if self.panel.covariates.is_empty() {
            let mean = |own: bool, count: usize| {
                let pairs = is_treated.iter().zip(&change).filter(|(t, _)| **t == own);
                pairs.map(|(_, c)| c).sum::<f64>() / count as f64
            };
            let (m1, m0) = (mean(true, n1), mean(false, n0));
            for ((at, own), c) in members.iter().zip(&is_treated).zip(&change) {
                influence[*at] = if *own {
                    (c - m1) * n as f64 / n1 as f64
                } else {
                    -(c - m0) * n as f64 / n0 as f64
                };
            }
            m1 - m0
        } else {
            let x = self.design(&members, base);
            let problem = Problem { x: &x, treated: &is_treated, change: &change };
            let (att, own) = match self.options.method {
                Method::Regression => problem.regression()?,
                Method::Weighting => problem.weighting()?,
                Method::DoublyRobust => problem.doubly_robust()?,
            };
            let scale = n as f64 / members.len() as f64;
            for (at, value) in members.iter().zip(own) {
                influence[*at] = value * scale;
            }
            att
        };
        let se = standard_error(&influence);
        let cell = Cell { group: g, time: periods[time], att, se, treated: n1, controls: n0 };
        Ok((cell, influence))
    }

    fn design(&self, members: &[usize], base: usize) -> Matrix {
        let (width, p) = (self.panel.periods.len(), self.panel.covariates.len() + 1);
        let mut x = Matrix::zeros(members.len(), p);
        for (row, at) in members.iter().enumerate() {
            let cell = self.used[*at] * width + base;
            let line = x.row_mut(row);
            line[0] = 1.0;
            for (value, covariate) in line[1..].iter_mut().zip(self.panel.covariates) {
                *value = covariate[cell];
            }
        }
        x
    }
}

struct Problem<'a> {
    x: &'a Matrix,
    treated: &'a [bool],
    change: &'a [f64],
}

/// A regression with each row's influence on its coefficients.
struct Model {
    fitted: Vec<f64>,
    /// rows × p.
    influence: Matrix,
}

impl Problem<'_> {
    fn rows(&self) -> usize {
        self.treated.len()
    }

    fn d(&self, row: usize) -> f64 {
        f64::from(u8::from(self.treated[row]))
    }

    /// Σ w_i x_i x_iᵀ / rows, factored.
    fn gram(&self, weight: impl Fn(usize) -> f64) -> Result<Cholesky, String> {
        let p = self.x.columns();
        let mut gram = Matrix::zeros(p, p);
        for row in 0..self.rows() {
            let (w, x) = (weight(row), self.x.row(row));
            if w != 0.0 {
                for i in 0..p {
                    for j in 0..=i {
                        gram[(i, j)] += w * x[i] * x[j];
                    }
                }
            }
        }
        let n = self.rows() as f64;
        for i in 0..p {
            for j in 0..=i {
                gram[(i, j)] /= n;
                gram[(j, i)] = gram[(i, j)];
            }
        }
        Cholesky::new(&gram)
            .ok_or_else(|| "the covariates repeat each other among the units compared".into())
    }

    /// The change expected without treatment: least squares on the controls.
    fn outcome_model(&self) -> Result<Model, String> {
        let (n, p) = (self.rows(), self.x.columns());
        let factor = self.gram(|row| 1.0 - self.d(row))?;
        let mut right = vec![0.0; p];
        for row in (0..n).filter(|r| !self.treated[*r]) {
            let x = self.x.row(row);
            right.iter_mut().zip(x).for_each(|(r, x)| *r += x * self.change[row] / n as f64);
        }
        let beta = factor.solve(&right);
        let fitted: Vec<f64> = (0..n).map(|row| dot(self.x.row(row), &beta)).collect();
        let inverse = factor.inverse();
        let mut influence = Matrix::zeros(n, p);
        for row in (0..n).filter(|r| !self.treated[*r]) {
            let residual = self.change[row] - fitted[row];
            let line = inverse.times(self.x.row(row));
            influence.row_mut(row).iter_mut().zip(line).for_each(|(o, v)| *o = v * residual);
        }
        Ok(Model { fitted, influence })
    }

    /// The chance of treatment: logistic regression by Newton's method.
    fn propensity(&self) -> Result<Model, String> {
        let (n, p) = (self.rows(), self.x.columns());
        let share = self.treated.iter().filter(|t| **t).count() as f64 / n as f64;
        let mut beta = vec![0.0; p];
        beta[0] = (share / (1.0 - share)).ln();
        let chance = |beta: &[f64], row: usize| 1.0 / (1.0 + (-dot(self.x.row(row), beta)).exp());
        for step in 0.. {
            let fitted: Vec<f64> = (0..n).map(|row| chance(&beta, row)).collect();
            let factor = self.gram(|row| fitted[row] * (1.0 - fitted[row])).map_err(|_| {
                "the covariates separate treated from untreated units entirely".to_owned()
            })?;
            let mut score = vec![0.0; p];
            for (row, fitted) in fitted.iter().enumerate() {
                let left = (self.d(row) - fitted) / n as f64;
                score.iter_mut().zip(self.x.row(row)).for_each(|(s, x)| *s += left * x);
            }
            let move_by = factor.solve(&score);
            let promise = dot(&move_by, &score);
            if promise < 1e-20 {
                let inverse = factor.inverse();
                let mut influence = Matrix::zeros(n, p);
                for (row, fitted) in fitted.iter().enumerate() {
                    let left = self.d(row) - fitted;
                    let line = inverse.times(self.x.row(row));
                    influence.row_mut(row).iter_mut().zip(line).for_each(|(o, v)| *o = v * left);
                }
                return Ok(Model { fitted, influence });
            }
            if step > 50 || !promise.is_finite() {
                return Err("the chance of treatment could not be estimated".into());
            }
            beta.iter_mut().zip(move_by).for_each(|(b, m)| *b += m);
        }
        Err("the chance of treatment could not be estimated".into())
    }

    /// Σ w_i v_i x_i / rows.
    fn moment(&self, weight: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.x.columns()];
        let n = self.rows() as f64;
        for row in 0..self.rows() {
            let w = weight(row) / n;
            if w != 0.0 {
                sum.iter_mut().zip(self.x.row(row)).for_each(|(s, x)| *s += w * x);
            }
        }
        sum
    }

    fn mean(&self, of: impl Fn(usize) -> f64) -> f64 {
        (0..self.rows()).map(of).sum::<f64>() / self.rows() as f64
    }

    fn regression(&self) -> Result<(f64, Vec<f64>), String> {
        let model = self.outcome_model()?;
        let share = self.mean(|r| self.d(r));
        let treated = self.mean(|r| self.d(r) * self.change[r]) / share;
        let expected = self.mean(|r| self.d(r) * model.fitted[r]) / share;
        let m1 = self.moment(|r| self.d(r));
        let influence = (0..self.rows())
            .map(|r| {
                let own = self.d(r) * (self.change[r] - treated);
                let other =
                    self.d(r) * (model.fitted[r] - expected) + dot(model.influence.row(r), &m1);
                (own - other) / share
            })
            .collect();
        Ok((treated - expected, influence))
    }

    /// The weight of a control that makes controls look like the treated.
    fn control_weight(&self, propensity: &Model, row: usize) -> f64 {
        if self.treated[row] || propensity.fitted[row] >= TRIM {
            0.0
        } else {
            propensity.fitted[row] / (1.0 - propensity.fitted[row])
        }
    }

    fn weighting(&self) -> Result<(f64, Vec<f64>), String> {
        let propensity = self.propensity()?;
        let w = |r: usize| self.control_weight(&propensity, r);
        let share = self.mean(|r| self.d(r));
        let weight = self.mean(w);
        let treated = self.mean(|r| self.d(r) * self.change[r]) / share;
        let control = self.mean(|r| w(r) * self.change[r]) / weight;
        let m2 = self.moment(|r| w(r) * (self.change[r] - control));
        let influence = (0..self.rows())
            .map(|r| {
                let own = self.d(r) * (self.change[r] - treated) / share;
                let other =
                    w(r) * (self.change[r] - control) + dot(propensity.influence.row(r), &m2);
                own - other / weight
            })
            .collect();
        Ok((treated - control, influence))
    }

    fn doubly_robust(&self) -> Result<(f64, Vec<f64>), String> {
        let propensity = self.propensity()?;
        let model = self.outcome_model()?;
        let w = |r: usize| self.control_weight(&propensity, r);
        let left = |r: usize| self.change[r] - model.fitted[r];
        let share = self.mean(|r| self.d(r));
        let weight = self.mean(w);
        let treated = self.mean(|r| self.d(r) * left(r)) / share;
        let control = self.mean(|r| w(r) * left(r)) / weight;
        let m1 = self.moment(|r| self.d(r));
        let m2 = self.moment(|r| w(r) * (left(r) - control));
        let m3 = self.moment(w);
        let influence = (0..self.rows())
            .map(|r| {
                let ols = model.influence.row(r);
                let own = (self.d(r) * (left(r) - treated) - dot(ols, &m1)) / share;
                let other = w(r) * (left(r) - control) + dot(propensity.influence.row(r), &m2)
                    - dot(ols, &m3);
                own - other / weight
            })
            .collect();
        Ok((treated - control, influence))
    }
}
