//! Whatever somebody hands over as a table, a network or generalised assignment instances: a
//! sentence, or an answer with its certificate.
#![no_main]

use libfuzzer_sys::fuzz_target;
use matching::assignment::{assign, parse_table};
use matching::flow::{Kept, parse_dimacs, solve, write_dimacs};
use matching::gap::{self, Aim};

/// Larger files are read, and not solved.
const SMALL: usize = 300;

fuzz_target!(|text: &str| {
    match parse_dimacs(text) {
        Err(problem) => assert!(!problem.to_string().is_empty()),
        Ok(network) if network.supply.len() <= SMALL => {
            assert_eq!(parse_dimacs(&write_dimacs(&network)).as_ref(), Ok(&network));
            let costs = solve(&network).map(|one| {
                assert!(one.certificate.proved());
                one.certificate.primal
            });
            let kept = Kept::new(network, vec![], vec![]).map(|two| two.cost());
            if let (Ok(one), Ok(two)) = (costs, kept) {
                assert_eq!(one, two);
            }
        }
        Ok(_) => {}
    }
    match parse_table(text) {
        Err(problem) => assert!(!problem.to_string().is_empty()),
        Ok(table) => {
            if let Ok(found) = assign(&table) {
                assert!(found.certificate.proved());
            }
        }
    }
    match gap::parse(text) {
        Err(problem) => assert!(!problem.to_string().is_empty()),
        Ok(list) => {
            for instance in list.iter().take(3).filter(|i| i.agents * i.jobs < SMALL) {
                for aim in [Aim::Minimise, Aim::Maximise] {
                    let mut left = 20;
                    let found = gap::solve(instance, aim, 1, &mut || {
                        left -= 1;
                        left > 0
                    });
                    if let Ok(gap::Outcome { value: Some(value), bound, .. }) = found {
                        let worse =
                            if aim == Aim::Minimise { value - bound } else { bound - value };
                        assert!(worse >= 0, "{value} {bound}");
                    }
                }
            }
        }
    }
});
