//! Synthetic control: one school (or place) against a weighted mean of others.
//!
//! The weights are not negative, sum to one, and minimise
//!
//! Σ_k v_k (x_k − Σ_j w_j x_kj)² / Σ_k v_k + λ Σ_j w_j²
//!
//! with **declared** predictor weights v. Choosing v from the data is a bilevel problem whose
//! optimum often sits in a corner with absurd balance: on the same published data common packages
//! return pre-period errors from 3.1 to 22. So v is declared (by default every pre-period outcome
//! counts alike), and a small ridge λ makes the donor weights unique. The solver is Wolfe's
//! nearest-point method (1976) in the convex hull of the donors: exact, and it ends with a
//! certificate, the largest amount by which any other weights could still lower the objective.
//!
//! Inference: the same study on every donor ([`Study::placebo_in_space`]), on an earlier start
//! ([`Study::placebo_in_time`]), and without each donor in turn ([`Study::leave_one_out`]).
//!
//! Limits: good fit before is a condition, not a proof; with few donors the smallest possible
//! placebo p-value is 1 / (donors + 1); a unit outside the hull of its donors has no good synthetic.

mod hull;

pub use hull::{Weights, simplex_weights};

/// One declared predictor.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictor {
    /// Its name.
    pub name: String,
    /// One value a unit.
    pub values: Vec<f64>,
    /// v, its importance, on differences in standard deviations across units.
    pub importance: f64,
}

/// What is studied.
#[derive(Clone, Debug)]
pub struct Study<'a> {
    /// The periods, ascending.
    pub times: &'a [f64],
    /// Outcomes of each unit, one a period.
    pub outcomes: &'a [Vec<f64>],
    /// Which unit is treated.
    pub treated: usize,
    /// The first treated period.
    pub start: f64,
    /// Declared predictors; when empty, the outcome of every period before the start.
    pub predictors: &'a [Predictor],
    /// λ relative to the mean squared distance of donors from the treated unit.
    pub penalty: f64,
}

/// The ridge used by default: enough to make weights unique, too little to see in the loss.
pub const SLIGHT: f64 = 1e-8;

/// A study that cannot be made, in words.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct SynthError(String);

/// A synthetic control.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthetic {
    /// One weight a unit; zero for the treated.
    pub weights: Vec<f64>,
    /// Mean squared gap before the start.
    pub pre_mse: f64,
    /// Mean squared gap from the start on.
    pub post_mse: f64,
    /// Treated less synthetic, in each period.
    pub gaps: Vec<(f64, f64)>,
    /// The objective without the ridge.
    pub loss: f64,
    /// No weights can have an objective lower by more than this.
    pub certificate: f64,
}

impl Synthetic {
    /// Mean gap from `start` on.
    #[must_use]
    pub fn mean_gap(&self, start: f64) -> f64 {
        let after: Vec<f64> =
            self.gaps.iter().filter(|(t, _)| *t >= start).map(|(_, gap)| *gap).collect();
        after.iter().sum::<f64>() / after.len() as f64
    }

    /// Mean squared gap after the start over that before it: zero where there is no gap after it,
    /// however good the fit was.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.post_mse == 0.0 { 0.0 } else { self.post_mse / self.pre_mse }
    }
}

/// The study repeated on units that were not treated.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceboInSpace {
    /// Share of units, the treated included, whose ratio is at least the treated unit's.
    pub p: f64,
    /// The ratio of each unit, in unit order; `NaN` where it could not be studied.
    pub ratios: Vec<f64>,
}

impl Study<'_> {
    /// Fits the synthetic control.
    ///
    /// # Errors
    /// Says in words what is missing or of the wrong size.
    pub fn fit(&self) -> Result<Synthetic, SynthError> {
        let donors: Vec<usize> = (0..self.outcomes.len()).filter(|u| *u != self.treated).collect();
        self.fit_among(self.treated, &donors, self.start)
    }

    fn fit_among(
        &self,
        treated: usize,
        donors: &[usize],
        start: f64,
    ) -> Result<Synthetic, SynthError> {
        self.check(treated, donors, start)?;
        let before: Vec<usize> = (0..self.times.len()).filter(|t| self.times[*t] < start).collect();
        let (target, points, importance) = self.coordinates(treated, donors, &before);
        let found = simplex_weights(&target, &points, &importance, self.penalty);
        let mut weights = vec![0.0; self.outcomes.len()];
        donors.iter().zip(&found.weights).for_each(|(u, w)| weights[*u] = *w);
        Ok(self.with_weights(treated, weights, start, found.loss, found.certificate))
    }

    /// What given weights (one a unit) imply: gaps and errors, without optimising. Where an outcome
    /// that is needed does not exist the gap is `NaN`.
    #[must_use]
    pub fn evaluate(&self, weights: &[f64]) -> Synthetic {
        self.with_weights(self.treated, weights.to_vec(), self.start, f64::NAN, f64::NAN)
    }

    fn with_weights(
        &self,
        treated: usize,
        weights: Vec<f64>,
        start: f64,
        loss: f64,
        certificate: f64,
    ) -> Synthetic {
        let known = |row: Option<&Vec<f64>>, at: usize| {
            row.and_then(|row| row.get(at)).copied().unwrap_or(f64::NAN)
        };
        let gaps: Vec<(f64, f64)> = self
            .times
            .iter()
            .enumerate()
            .map(|(at, time)| {
                let made: f64 = weights
                    .iter()
                    .zip(self.outcomes)
                    .filter(|(w, _)| **w != 0.0)
                    .map(|(w, o)| w * known(Some(o), at))
                    .sum();
                (*time, known(self.outcomes.get(treated), at) - made)
            })
            .collect();
        let mean_square = |after: bool| {
            let kept: Vec<f64> =
                gaps.iter().filter(|(t, _)| (*t >= start) == after).map(|(_, g)| g * g).collect();
            kept.iter().sum::<f64>() / kept.len() as f64
        };
        let (pre_mse, post_mse) = (mean_square(false), mean_square(true));
        Synthetic { weights, pre_mse, post_mse, gaps, loss, certificate }
    }

    fn check(&self, treated: usize, donors: &[usize], start: f64) -> Result<(), SynthError> {
        let wrong = |text: String| Err(SynthError(text));
        if self.outcomes.get(treated).is_none() {
            return wrong(format!("unit {treated} does not exist"));
        }
        if donors.is_empty() {
            return wrong("there are no donors: a synthetic control needs other units".into());
        }
        if !self.times.iter().any(|t| *t < start) {
            return wrong(format!("no period before {start}: there is nothing to fit"));
        }
        let width = self.times.len();
        for unit in donors.iter().chain([&treated]) {
            let row = &self.outcomes[*unit];
            if row.len() != width || row.iter().any(|v| !v.is_finite()) {
                return wrong(format!("unit {unit} lacks an outcome in some period: leave it out"));
            }
        }
        for predictor in self.predictors {
            if predictor.values.len() != self.outcomes.len() {
                return wrong(format!("predictor {} needs one value a unit", predictor.name));
            }
            let finite = donors.iter().chain([&treated]).all(|u| predictor.values[*u].is_finite());
            if !finite {
                return wrong(format!("predictor {} is missing for some unit", predictor.name));
            }
            if !(predictor.importance.is_finite() && predictor.importance >= 0.0) {
                return wrong(format!(
                    "predictor {} has importance {}: give zero or more",
                    predictor.name, predictor.importance
                ));
            }
        }
        if !self.predictors.is_empty() && self.predictors.iter().all(|p| p.importance == 0.0) {
            return wrong("every predictor has importance zero".into());
        }
        Ok(())
    }

    fn coordinates(
        &self,
        treated: usize,
        donors: &[usize],
        before: &[usize],
    ) -> (Vec<f64>, Vec<Vec<f64>>, Vec<f64>) {
        if self.predictors.is_empty() {
            let pick =
                |unit: usize| before.iter().map(|t| self.outcomes[unit][*t]).collect::<Vec<f64>>();
            let points = donors.iter().map(|d| pick(*d)).collect();
            return (pick(treated), points, vec![1.0; before.len()]);
        }
        let scales: Vec<f64> = self
            .predictors
            .iter()
            .map(|p| {
                let values: Vec<f64> =
                    donors.iter().chain([&treated]).map(|u| p.values[*u]).collect();
                let (_, variance) = crate::distributions::mean_and_variance(&values);
                if variance > 0.0 { variance.sqrt() } else { 1.0 }
            })
            .collect();
        let pick = |unit: usize| -> Vec<f64> {
            self.predictors.iter().zip(&scales).map(|(p, s)| p.values[unit] / s).collect()
        };
        let importance = self.predictors.iter().map(|p| p.importance).collect();
        (pick(treated), donors.iter().map(|d| pick(*d)).collect(), importance)
    }

    /// Studies every unit as if it were the treated one, the truly treated never being a donor,
    /// and ranks the ratio of errors after and before.
    ///
    /// # Errors
    /// As [`Study::fit`], or when the gaps are too large to be compared.
    pub fn placebo_in_space(&self) -> Result<PlaceboInSpace, SynthError> {
        let own = self.fit()?.ratio();
        if own.is_nan() {
            return Err(SynthError("the gaps are too large to be squared and compared".into()));
        }
        let units = self.outcomes.len();
        let ratios: Vec<f64> = (0..units)
            .map(|unit| {
                if unit == self.treated {
                    return own;
                }
                let donors: Vec<usize> =
                    (0..units).filter(|d| *d != unit && *d != self.treated).collect();
                self.fit_among(unit, &donors, self.start).map_or(f64::NAN, |s| s.ratio())
            })
            .collect();
        let studied = ratios.iter().filter(|r| !r.is_nan()).count();
        let as_large = ratios.iter().filter(|r| **r >= own).count();
        Ok(PlaceboInSpace { p: as_large as f64 / studied as f64, ratios })
    }

    /// The study with an earlier start and no data from the true start on: an honest method finds
    /// no effect here.
    ///
    /// # Errors
    /// As [`Study::fit`], or when the pretended start is not before the true one.
    pub fn placebo_in_time(&self, start: f64) -> Result<Synthetic, SynthError> {
        let width = self.times.iter().filter(|t| **t < self.start).count();
        if start.is_nan() || start >= self.start || !self.times[..width].iter().any(|t| *t >= start)
        {
            return Err(SynthError(format!(
                "a pretended start of {start} is not before the true one, {}",
                self.start
            )));
        }
        let outcomes: Vec<Vec<f64>> =
            self.outcomes.iter().map(|o| o.iter().take(width).copied().collect()).collect();
        let earlier =
            Study { times: &self.times[..width], outcomes: &outcomes, start, ..self.clone() };
        earlier.fit()
    }

    /// The study without each donor that has weight: (donor, study without it).
    ///
    /// # Errors
    /// As [`Study::fit`].
    pub fn leave_one_out(&self) -> Result<Vec<(usize, Synthetic)>, SynthError> {
        let whole = self.fit()?;
        let units = self.outcomes.len();
        let used = (0..units).filter(|u| whole.weights[*u] > 1e-6);
        let mut without = Vec::new();
        for out in used {
            let donors: Vec<usize> =
                (0..units).filter(|d| *d != self.treated && *d != out).collect();
            if !donors.is_empty() {
                without.push((out, self.fit_among(self.treated, &donors, self.start)?));
            }
        }
        Ok(without)
    }
}
