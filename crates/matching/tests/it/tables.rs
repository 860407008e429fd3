//! Assignment tables against the sparse solver.

use matching::assignment::{Table, assign};
use matching::transport::{Edge, Instance, Solver};

use crate::worlds::Dice;

#[test]
fn tables_equal_the_sparse_solver() {
    let mut dice = Dice(3);
    for _ in 0..300 {
        let n = 1 + dice.below(20) as usize;
        let most = 1 + dice.below(100);
        let costs: Vec<i64> = (0..n * n).map(|_| dice.below(most) as i64).collect();
        let instance = Instance {
            starts: (0..=n).map(|i| (i * n) as u32).collect(),
            edges: (0..n * n)
                .map(|at| Edge { cost: costs[at] as i32, supporter: (at % n) as u32 })
                .collect(),
            unmet: vec![1_000_000; n],
            capacity: vec![1; n],
        };
        let assigned = assign(&Table { n, costs }).unwrap();
        assert!(assigned.certificate.proved());
        let mut columns = assigned.column;
        let sparse = Solver::solve(instance).unwrap().objective();
        assert_eq!(assigned.certificate.primal, i128::from(sparse));
        columns.sort_unstable();
        assert!(columns.into_iter().eq(0..n));
    }
}
