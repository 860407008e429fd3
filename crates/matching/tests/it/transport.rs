//! National matching against the network simplex, with certificates.

use matching::flow::{Arc, Network, solve};
use matching::invented::{Recipe, national};
use matching::transport::{Edge, Instance, Solver};

use crate::worlds::Dice;

pub(crate) fn network(instance: &Instance) -> Network {
    let (needs, supporters) = (instance.needs(), instance.capacity.len());
    let sink = (needs + supporters) as u32;
    let mut network = Network { supply: vec![0; needs + supporters + 1], arcs: Vec::new() };
    for need in 0..needs {
        network.supply[need] = 1;
        for edge in instance.row(need) {
            let to = needs as u32 + edge.supporter;
            let cost = i64::from(edge.cost);
            network.arcs.push(Arc { from: need as u32, to, low: 0, capacity: 1, cost });
        }
        let cost = instance.unmet[need];
        network.arcs.push(Arc { from: need as u32, to: sink, low: 0, capacity: 1, cost });
    }
    for (j, &capacity) in instance.capacity.iter().enumerate() {
        let (from, capacity) = ((needs + j) as u32, i64::from(capacity));
        network.arcs.push(Arc { from, to: sink, low: 0, capacity, cost: 0 });
    }
    network.supply[sink as usize] = -(needs as i64);
    network
}

pub(crate) fn optimum(instance: &Instance) -> i128 {
    let solved = solve(&network(instance)).unwrap();
    assert!(solved.certificate.proved());
    solved.certificate.primal
}

pub(crate) fn random(dice: &mut Dice) -> Instance {
    let needs = 1 + dice.below(40) as usize;
    let supporters = 1 + dice.below(12) as usize;
    let most = 1 + dice.below(200);
    let mut instance = Instance { starts: vec![0], ..Instance::default() };
    for _ in 0..needs {
        for supporter in 0..supporters as u32 {
            if dice.chance(60) {
                let cost = dice.below(most) as i32;
                instance.edges.push(Edge { cost, supporter });
            }
        }
        instance.starts.push(instance.edges.len() as u32);
        instance.unmet.push(dice.below(2 * most) as i64);
    }
    instance.capacity = (0..supporters).map(|_| dice.below(6) as u32).collect();
    instance
}

#[test]
fn equals_the_network_simplex_on_thousands_of_random_instances() {
    let mut dice = Dice(11);
    for case in 0..3000 {
        let instance = random(&mut dice);
        let optimum = optimum(&instance);
        let solver = Solver::solve(instance).unwrap();
        let certificate = solver.certificate();
        assert!(certificate.proved(), "case {case}: {certificate:?} against {optimum}");
        assert_eq!(certificate.primal, optimum, "case {case}");
        assert_eq!(i128::from(solver.objective()), optimum, "case {case}");
    }
}

#[test]
fn equals_the_network_simplex_on_invented_places() {
    for seed in 0..6 {
        let instance = national(&Recipe::national(1_000, seed, seed % 2 == 1));
        let optimum = optimum(&instance);
        let certificate = Solver::solve(instance).unwrap().certificate();
        assert!(certificate.proved());
        assert_eq!(certificate.primal, optimum);
    }
}

/// Removes what a pin or a forbid takes out of an instance; the pinned cost comes back apart.
fn without(instance: &Instance, need: usize, keep: impl Fn(&Edge) -> bool) -> Instance {
    let mut other = Instance { starts: vec![0], ..Instance::default() };
    for i in 0..instance.needs() {
        other.edges.extend(instance.row(i).iter().filter(|edge| i != need || keep(edge)));
        other.starts.push(other.edges.len() as u32);
    }
    other.unmet.clone_from(&instance.unmet);
    other.capacity.clone_from(&instance.capacity);
    other
}

#[test]
fn what_if_equals_solving_from_scratch() {
    let mut dice = Dice(5);
    let (mut pins, mut forbids) = (0, 0);
    for _ in 0..800 {
        let mut instance = random(&mut dice);
        let mut solver = Solver::solve(instance.clone()).unwrap();
        for _ in 0..6 {
            let need = dice.below(instance.needs() as u64) as usize;
            let row = instance.row(need).to_vec();
            if row.is_empty() {
                continue;
            }
            let edge = row[dice.below(row.len() as u64) as usize];
            let before = solver.objective();
            match dice.below(4) {
                0 => {
                    let answer = solver.forbid(need as u32, edge.supporter).unwrap();
                    instance = without(&instance, need, |e| e.supporter != edge.supporter);
                    assert_eq!(solver.objective() - before, answer.change);
                    forbids += 1;
                }
                1 => {
                    let cost = dice.below(300) as i32;
                    solver.change_cost(need as u32, edge.supporter, cost).unwrap();
                    let at = instance.starts[need] as usize
                        + row.iter().position(|e| e == &edge).unwrap();
                    instance.edges[at].cost = cost;
                }
                2 => {
                    let cost = dice.below(300) as i64;
                    solver.change_unmet(need as u32, cost).unwrap();
                    instance.unmet[need] = cost;
                }
                _ => {
                    if instance.capacity[edge.supporter as usize] == 0 {
                        assert!(solver.pin(need as u32, edge.supporter).is_err());
                        continue;
                    }
                    let mut pinned = without(&instance, need, |_| false);
                    pinned.unmet[need] = 0;
                    pinned.capacity[edge.supporter as usize] -= 1;
                    let expected = optimum(&pinned) + i128::from(edge.cost);
                    solver.pin(need as u32, edge.supporter).unwrap();
                    assert_eq!(i128::from(solver.objective()), expected);
                    assert!(solver.certificate().proved());
                    assert_eq!(solver.supporter(need), Some(edge.supporter));
                    solver.unpin(need as u32).unwrap();
                    pins += 1;
                }
            }
            let optimum = optimum(&instance);
            assert_eq!(i128::from(solver.objective()), optimum);
            let certificate = solver.certificate();
            assert!(certificate.proved(), "{certificate:?} against {optimum}");
        }
    }
    assert!(pins > 500 && forbids > 500, "{pins} {forbids}");
}

#[test]
fn price_intervals_are_what_one_place_more_or_less_is_worth() {
    let mut dice = Dice(9);
    for _ in 0..200 {
        let instance = random(&mut dice);
        let base = optimum(&instance);
        let mut solver = Solver::solve(instance.clone()).unwrap();
        for j in 0..instance.capacity.len() {
            let interval = solver.price_interval(j as u32);
            let mut other = instance.clone();
            other.capacity[j] += 1;
            if instance.capacity[j] > 0 {
                assert_eq!(i128::from(interval.one_more_saves), base - optimum(&other));
                other.capacity[j] -= 2;
                let worse = optimum(&other) - base;
                assert_eq!(interval.one_less_costs.map(i128::from), Some(worse));
            } else {
                assert_eq!(interval.one_less_costs, None);
            }
        }
        assert!(solver.certificate().proved());
    }
}

#[test]
fn bad_instances_are_refused_with_reasons() {
    let edge = |cost, supporter| Edge { cost, supporter };
    let good =
        Instance { starts: vec![0, 1], edges: vec![edge(1, 0)], unmet: vec![5], capacity: vec![1] };
    let refused = |change: &dyn Fn(&mut Instance), words: &str| {
        let mut bad = good.clone();
        change(&mut bad);
        let error = Solver::solve(bad).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refused(&|i| i.edges[0].supporter = 7, "names supporter 7");
    refused(&|i| i.edges[0].cost = -1, "outside 0 to");
    refused(&|i| i.unmet[0] = i64::MAX, "outside 0 to");
    refused(&|i| i.starts = vec![0], "1 starts for 1 needs");
    refused(&|i| i.capacity = vec![u32::MAX], "capacities add up");
    refused(
        &|i| {
            i.edges.push(edge(2, 0));
            i.starts[1] = 2;
        },
        "twice",
    );
    let mut solver = Solver::solve(good).unwrap();
    assert!(solver.pin(0, 3).unwrap_err().to_string().contains("not among the candidates"));
    assert!(solver.forbid(9, 0).unwrap_err().to_string().contains("no such need"));
    solver.pin(0, 0).unwrap();
    assert!(solver.forbid(0, 0).unwrap_err().to_string().contains("pinned"));
}
