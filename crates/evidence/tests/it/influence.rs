//! Analytic errors of group-time effects against leaving units out.

use evidence::chance::Chance;
use evidence::did;

use super::close;

/// The error of each method is the scatter of the estimate when one unit after the other is left
/// out, which knows nothing of influence functions.
#[test]
fn errors_with_covariates_agree_with_leaving_one_unit_out() {
    let mut chance = Chance::new(55);
    let units: Vec<(f64, bool, f64, f64)> = (0..800)
        .map(|_| {
            let x = chance.normal();
            let treated = chance.uniform() < 1.0 / (1.0 + (-0.5 * x).exp());
            let before = x + chance.normal();
            // Trends differ with the covariate, and by chance.
            let after = before + 0.5 * x + 0.3 * x * x + chance.normal() * (1.0 + 0.3 * x.abs());
            (x, treated, before, after)
        })
        .collect();
    for method in [did::Method::DoublyRobust, did::Method::Regression, did::Method::Weighting] {
        let effect = |left_out: Option<usize>| {
            let kept: Vec<_> = units
                .iter()
                .enumerate()
                .filter(|(at, _)| Some(*at) != left_out)
                .map(|(_, unit)| *unit)
                .collect();
            let outcome: Vec<f64> = kept.iter().flat_map(|u| [u.2, u.3]).collect();
            let covariate = vec![kept.iter().flat_map(|u| [u.0, u.0]).collect::<Vec<f64>>()];
            let first: Vec<Option<f64>> = kept.iter().map(|u| u.1.then_some(2.0)).collect();
            let panel = did::Panel {
                periods: &[1.0, 2.0],
                outcome: &outcome,
                first_treated: &first,
                covariates: &covariate,
            };
            let options = did::Options { method, ..Default::default() };
            let found = did::estimate(&panel, &options).unwrap();
            (found.cells[0].att, found.cells[0].se)
        };
        let n = units.len() as f64;
        let without: Vec<f64> = (0..units.len()).map(|at| effect(Some(at)).0).collect();
        let mean = without.iter().sum::<f64>() / n;
        let scatter: f64 = without.iter().map(|v| (v - mean).powi(2)).sum();
        let (_, se) = effect(None);
        close(se, ((n - 1.0) / n * scatter).sqrt(), 0.04);
    }
}
