//! Instances of any numbers, and instructions that contradict one another: a sentence, or an
//! answer that keeps within every capacity and is proved.
#![no_main]

#[path = "evidence/numbers.rs"]
mod numbers;

use libfuzzer_sys::fuzz_target;
use matching::gap::{self, Aim};
use matching::transport::{Edge, Instance, Solver};
use numbers::Numbers;

fn whole(from: &mut Numbers<'_>) -> i64 {
    match from.byte() {
        small @ 0..220 => i64::from(small),
        220..230 => -i64::from(from.byte()),
        230 => i64::MAX,
        231 => i64::MIN,
        232 => 1 << 40,
        233 => (1 << 40) + 1,
        234 => 1 << 30,
        other => i64::from(other) << from.below(40),
    }
}

fn national(from: &mut Numbers<'_>) {
    let (needs, supporters) = (from.below(8), 1 + from.below(5));
    let mut instance = Instance { starts: vec![0], ..Instance::default() };
    for _ in 0..needs {
        for _ in 0..from.below(5) {
            let beyond = usize::from(from.byte() == 255);
            let supporter = from.below(supporters + beyond) as u32;
            instance.edges.push(Edge { cost: whole(from) as i32, supporter });
        }
        instance.starts.push(instance.edges.len() as u32);
        instance.unmet.push(whole(from));
    }
    instance.capacity = (0..supporters).map(|_| from.below(4) as u32).collect();
    let mut solver = match Solver::solve(instance) {
        Ok(solver) => solver,
        Err(problem) => return assert!(problem.to_string().len() > 20),
    };
    assert!(solver.certificate().proved());
    for _ in 0..from.below(24) {
        let (need, supporter) = (from.below(needs + 1) as u32, from.below(supporters + 1) as u32);
        let before = solver.objective();
        let answer = match from.byte() % 5 {
            0 => solver.pin(need, supporter),
            1 => solver.unpin(need),
            2 => solver.forbid(need, supporter),
            3 => solver.change_cost(need, supporter, whole(from) as i32),
            _ => solver.change_unmet(need, whole(from)),
        };
        match answer {
            Err(problem) => {
                assert!(problem.to_string().len() > 20);
                assert_eq!(solver.objective(), before, "what is refused changes nothing");
            }
            Ok(_) => assert!(solver.certificate().proved()),
        }
        let at = from.below(supporters);
        let _ = solver.price_interval(at as u32);
    }
}

fn jobs(from: &mut Numbers<'_>) {
    let (agents, jobs) = (from.below(4), from.below(8));
    let cells = agents * jobs;
    let mut list = |count: usize| (0..count).map(|_| whole(from)).collect::<Vec<i64>>();
    let (cost, usage, capacity) = (list(cells), list(cells), list(agents));
    let instance = gap::Instance { agents, jobs, cost, usage, capacity };
    let aim = if from.byte() & 1 == 1 { Aim::Maximise } else { Aim::Minimise };
    let mut left = u32::from(from.byte()) * 4;
    let found = gap::solve(&instance, aim, 3, &mut || {
        left = left.saturating_sub(1);
        left > 0
    });
    match found {
        Err(problem) => assert!(!problem.to_string().is_empty()),
        Ok(found) => {
            let Some(value) = found.value else { return };
            let total: i64 =
                found.agent.iter().enumerate().map(|(j, i)| instance.cost[i * jobs + j]).sum();
            assert_eq!(total, value);
            for (i, &capacity) in instance.capacity.iter().enumerate() {
                let used: i64 = (0..jobs)
                    .filter(|&j| found.agent[j] == i)
                    .map(|j| instance.usage[i * jobs + j])
                    .sum();
                assert!(used <= capacity, "agent {i}: {used} of {capacity}");
            }
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let mut from = Numbers(input);
    if from.byte() & 1 == 0 { national(&mut from) } else { jobs(&mut from) }
});
