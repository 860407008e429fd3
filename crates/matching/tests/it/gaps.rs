//! Generalised assignment against brute force and against known optima.

use matching::gap::{Aim, Instance, parse, solve};

use crate::data;
use crate::worlds::Dice;

fn brute(instance: &Instance, j: usize, left: &mut Vec<i64>, cost: i64, best: &mut Option<i64>) {
    if j == instance.jobs {
        if best.is_none_or(|best| cost < best) {
            *best = Some(cost);
        }
        return;
    }
    for i in 0..instance.agents {
        let at = i * instance.jobs + j;
        if instance.usage[at] <= left[i] {
            left[i] -= instance.usage[at];
            brute(instance, j + 1, left, cost + instance.cost[at], best);
            left[i] += instance.usage[at];
        }
    }
}

#[test]
fn equals_brute_force() {
    let mut dice = Dice(21);
    let (mut solved, mut impossible) = (0, 0);
    for case in 0..600 {
        let (agents, jobs) = (1 + dice.below(3) as usize, 1 + dice.below(6) as usize);
        let cells = agents * jobs;
        let mut instance = Instance {
            agents,
            jobs,
            cost: (0..cells).map(|_| dice.below(30) as i64).collect(),
            usage: (0..cells).map(|_| dice.below(10) as i64).collect(),
            capacity: (0..agents).map(|_| dice.below(20) as i64).collect(),
        };
        let maximise = dice.chance(50);
        let aim = if maximise { Aim::Maximise } else { Aim::Minimise };
        let outcome = solve(&instance, aim, 1, &mut || true).unwrap();
        if maximise {
            instance.cost.iter_mut().for_each(|cost| *cost = -*cost);
        }
        let mut best = None;
        brute(&instance, 0, &mut instance.capacity.clone(), 0, &mut best);
        let best = if maximise { best.map(|best| -best) } else { best };
        assert!(outcome.proved, "case {case}");
        assert_eq!(outcome.value, best, "case {case}");
        match best {
            Some(best) => {
                assert_eq!(outcome.bound, best, "case {case}");
                solved += 1;
            }
            None => impossible += 1,
        }
    }
    assert!(solved > 200 && impossible > 40, "{solved} {impossible}");
}

#[test]
fn published_optima_are_reached_and_proved() {
    let optima: [(&str, Aim, [i64; 5]); 3] = [
        ("gap1.txt", Aim::Maximise, [336, 327, 339, 341, 326]),
        ("gap2.txt", Aim::Maximise, [434, 436, 420, 419, 428]),
        ("gap3.txt", Aim::Maximise, [580, 564, 573, 570, 564]),
    ];
    for (file, aim, values) in optima {
        let Some(text) = data::matching(file) else { return };
        for (instance, value) in parse(&text).unwrap().iter().zip(values) {
            let outcome = solve(instance, aim, 1, &mut || true).unwrap();
            assert_eq!((outcome.value, outcome.bound), (Some(value), value), "{file}");
            assert!(outcome.proved);
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_refused_with_reasons() {
    let refused = |text: &str, words: &str| {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refused("1 2 x", "number 3 is \"x\"");
    refused("1 2 2 1 2 3", "the file ends where a cost should be");
    let negative =
        Instance { agents: 1, jobs: 1, cost: vec![1], usage: vec![-1], capacity: vec![1] };
    let error = solve(&negative, Aim::Minimise, 1, &mut || true).unwrap_err();
    assert!(error.to_string().contains("a usage or capacity is -1"));
}
