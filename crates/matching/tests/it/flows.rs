//! The network simplex: known optima, its certificate, and bad networks.

use matching::assignment::{assign, parse_table};
use matching::flow::{Arc, Kept, Network, parse_dimacs, solve, write_dimacs};

use crate::data;
use crate::worlds::Dice;

#[test]
fn published_optima_are_reached_and_proved() {
    let Some(text) = data::matching("netgen-2.min") else { return };
    let network = parse_dimacs(&text).unwrap();
    let solved = solve(&network).unwrap();
    assert_eq!(solved.certificate.primal, 6_749_969_302);
    assert!(solved.certificate.proved());
    assert_eq!(parse_dimacs(&write_dimacs(&network)).unwrap(), network);
    for (file, optimum) in [("assign100.txt", 305), ("assign500.txt", 991)] {
        let Some(text) = data::matching(file) else { return };
        let certificate = assign(&parse_table(&text).unwrap()).unwrap().certificate;
        assert_eq!((certificate.primal, certificate.dual), (optimum, optimum), "{file}");
    }
}

#[test]
fn lower_bounds_and_negative_costs_are_kept() {
    let text = "p min 3 3\nn 1 5\nn 3 -5\na 1 2 2 4 -3\na 2 3 0 9 1\na 1 3 0 9 0\n";
    let solved = solve(&parse_dimacs(text).unwrap()).unwrap();
    assert_eq!(solved.flow, [4, 4, 1]);
    assert_eq!(solved.certificate.primal, -8);
    assert!(solved.certificate.proved());
}

#[test]
fn bad_networks_are_refused_with_reasons() {
    let reason = |text: &str| match parse_dimacs(text) {
        Err(error) => error.to_string(),
        Ok(network) => solve(&network).unwrap_err().to_string(),
    };
    assert!(reason("p min 2 1\na 1 x 0 1 1\n").contains("line 2: the node it enters is \"x\""));
    assert!(reason("p min 2 2\na 1 2 0 1 1\n").contains("2 arcs were promised, 1 found"));
    assert!(reason("n 1 1\n").contains("comes before"));
    assert!(reason("p min 2 1\nn 1 1\na 1 2 0 1 1\n").contains("differ by 1"));
    assert!(reason("p min 2 1\nn 1 2\nn 2 -2\na 1 2 0 1 1\n").contains("1 units cannot"));
    assert!(reason("p min 2 1\na 1 2 3 1 1\n").contains("at least 3 and at most 1"));
    let huge = i64::MAX;
    assert!(reason(&format!("p min 2 1\na 1 2 0 1 {huge}\n")).contains("too large"));
    assert!(reason(&format!("p min 2 1\na 1 2 0 {huge} 1\n")).contains("too large"));
    assert!(reason(&format!("p min 2 0\nn 1 {huge}\nn 2 {huge}\n")).contains("too large"));
}

#[test]
fn a_kept_network_settles_to_the_optimum_after_every_change() {
    let mut dice = Dice(11);
    let (mut solved, mut stuck) = (0, 0);
    for _ in 0..300 {
        let nodes = 3 + dice.below(12) as usize;
        let mut network = Network::<i64> { supply: vec![0; nodes], arcs: Vec::new() };
        for _ in 0..nodes * 4 {
            let (from, to) = (dice.below(nodes as u64) as u32, dice.below(nodes as u64) as u32);
            if from != to {
                let cost = dice.below(60) as i64 - 5;
                let capacity = dice.below(9) as i64;
                network.arcs.push(Arc { from, to, low: 0, capacity, cost });
            }
        }
        for _ in 0..3 {
            let (from, to) = (dice.below(nodes as u64) as usize, dice.below(nodes as u64) as usize);
            let much = dice.below(4) as i64;
            network.supply[from] += much;
            network.supply[to] -= much;
        }
        let Ok(mut kept) = Kept::new(network.clone(), Vec::new(), Vec::new()) else {
            assert!(solve(&network).is_err());
            stuck += 1;
            continue;
        };
        assert_eq!(kept.cost(), solve(&network).unwrap().certificate.primal);
        for _ in 0..10 {
            let arc = dice.below(network.arcs.len() as u64) as usize;
            let before = kept.cost();
            let capacity = dice.below(9) as i64;
            let back = network.arcs[arc].capacity;
            network.arcs[arc].capacity = capacity;
            match (kept.set_capacities(&[(arc, capacity)]), solve(&network)) {
                (Ok(rise), Ok(fresh)) => {
                    assert_eq!(before + rise, fresh.certificate.primal);
                    assert!(kept.certificate().unwrap().proved());
                    solved += 1;
                }
                (Err(_), Err(_)) => {
                    network.arcs[arc].capacity = back;
                    kept.set_capacities(&[(arc, back)]).unwrap();
                    assert_eq!(kept.cost(), before);
                    stuck += 1;
                }
                (kept, fresh) => panic!("{kept:?} against {fresh:?}"),
            }
        }
    }
    assert!(solved > 500 && stuck > 20, "{solved} {stuck}");
}
