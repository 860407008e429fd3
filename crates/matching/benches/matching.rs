//! How long matching takes: national instances, what-ifs, the desk.

use divan::{Bencher, black_box};
use matching::invented::{Recipe, national};
use matching::invented_desk::{area, desk, what_ifs};
use matching::transport::Solver;
use matching::{Effort, Planned, Policy, candidates, propose};

fn main() {
    divan::main();
}

#[divan::bench(args = [1_000, 10_000, 24_000], sample_count = 5)]
fn national_loose(bencher: Bencher<'_, '_>, needs: u32) {
    solve(bencher, needs, false);
}

#[divan::bench(args = [1_000, 10_000, 24_000], sample_count = 5)]
fn national_tight(bencher: Bencher<'_, '_>, needs: u32) {
    solve(bencher, needs, true);
}

fn solve(bencher: Bencher<'_, '_>, needs: u32, tight: bool) {
    let instance = national(&Recipe::national(needs, 1, tight));
    bencher
        .with_inputs(|| instance.clone())
        .bench_values(|instance| Solver::solve(instance).map(|solver| solver.objective()));
}

/// Candidate generation alone.
#[divan::bench(args = [1_000, 24_000], sample_count = 5)]
fn national_candidates(needs: u32) -> usize {
    national(&Recipe::national(needs, 1, false)).edges.len()
}

/// Forbidding a pair and allowing it again at 24,000 needs: two exact repairs.
#[divan::bench(args = [false, true])]
fn what_if_24k(bencher: Bencher<'_, '_>, tight: bool) {
    let mut solver = Solver::solve(national(&Recipe::national(24_000, 1, tight))).expect("solves");
    let mut need = 0_usize;
    bencher.bench_local(|| {
        need = (need + 7_919) % 24_000;
        if let Some(supporter) = solver.supporter(need) {
            let edges = solver.row(need).iter();
            let cost = edges.filter(|e| e.supporter == supporter).map(|e| e.cost).sum();
            let there = solver.forbid(need as u32, supporter).expect("known");
            let back = solver.change_cost(need as u32, supporter, cost).expect("known");
            black_box(there.change + back.change);
        }
    });
}

#[divan::bench(args = [200, 2_000])]
fn desk_shortlist(bencher: Bencher<'_, '_>, needs: u32) {
    let question = desk(needs, 1);
    bencher.bench(|| {
        candidates(&question.needs[0], &question.supporters, &Policy::default(), &question.mapped)
    });
}

#[divan::bench(args = [50, 200, 2_000], sample_count = 3)]
fn desk_plan(bencher: Bencher<'_, '_>, needs: u32) {
    let question = desk(needs, 1);
    bencher.bench(|| propose(&question, Effort::default()).map(|plan| plan.objective));
}

/// One pair forbidden or pinned and the plan made again from the plan before, with every
/// explanation that changes: another pair each time. The slowest of a hundred is shown.
#[divan::bench(args = [50, 200, 2_000], sample_count = 100, sample_size = 1)]
fn desk_what_if(bencher: Bencher<'_, '_>, needs: u32) {
    let question = desk(needs, 1);
    let now = Planned::new(&question, Effort::default()).expect("solves");
    let changes = what_ifs(&now, &question);
    let mut turn = 0;
    bencher.bench_local(|| {
        turn = (turn + 7) % changes.len();
        now.what_if(&changes[turn..=turn], Effort::what_if()).map(|then| then.moved.len())
    });
}

/// The coverage map with its prices, from a plan that is kept: four areas.
#[divan::bench(args = [200, 2_000], sample_count = 3)]
fn desk_coverage(bencher: Bencher<'_, '_>, needs: u32) {
    let question = desk(needs, 1);
    let now = Planned::new(&question, Effort::what_if()).expect("solves");
    bencher.bench(|| now.coverage(&area).map(|cells| cells.len()));
}

/// Three other plans within two per cent, from a plan that is kept.
#[divan::bench(args = [200, 2_000], sample_count = 3)]
fn desk_alternatives(bencher: Bencher<'_, '_>, needs: u32) {
    let question = desk(needs, 1);
    let now = Planned::new(&question, Effort::default()).expect("solves");
    bencher.bench(|| now.alternatives(3, 0.02, Effort::what_if()).map(|plans| plans.len()));
}
