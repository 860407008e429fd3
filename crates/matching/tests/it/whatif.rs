//! What-ifs against planning from scratch.

use matching::invented_desk::desk;
use matching::plan::{coverage, why_not};
use matching::{Change, Effort, ModelError, Pair, Planned, Question};

use crate::worlds::{Dice, world};

const EFFORT: Effort = Effort { rounds: 100, steps: 3_000_000 };

/// A change, made in the question itself.
fn change(question: &mut Question, change: &Change) {
    match change {
        Change::Pin(pair) => question.pins.push(pair.clone()),
        Change::Forbid(pair) => question.forbids.push(pair.clone()),
        Change::Agree(pair) => question.agreed.push(pair.clone()),
        Change::Lift(pair) => {
            question.pins.retain(|held| held != pair);
            question.forbids.retain(|held| held != pair);
        }
        Change::Need(need) => {
            question.needs.retain(|held| held.id != need.id);
            question.needs.push(need.clone());
        }
        Change::Close(id) => {
            question.needs.retain(|held| held.id != *id);
            question.pins.retain(|held| held.need != *id);
            question.forbids.retain(|held| held.need != *id);
        }
        Change::Supporter(supporter) => {
            question.supporters.retain(|held| held.id != supporter.id);
            question.supporters.push(supporter.clone());
        }
        Change::Leave(id) => {
            question.supporters.retain(|held| held.id != *id);
            question.pins.retain(|held| held.supporter != *id);
            question.forbids.retain(|held| held.supporter != *id);
        }
        Change::Journey(pair, km) => {
            question.mapped.insert((pair.need.clone(), pair.supporter.clone()), *km);
        }
        Change::Policy(policy) => question.policy = policy.clone(),
    }
}

/// Any change to a question with at least one need and one supporter.
fn any(dice: &mut Dice, question: &Question, spare: &Question) -> Change {
    let need = &question.needs[dice.below(question.needs.len() as u64) as usize];
    let supporter = &question.supporters[dice.below(question.supporters.len() as u64) as usize];
    let pair = Pair::new(&need.id, &supporter.id);
    match dice.below(12) {
        0 | 1 => Change::Pin(pair),
        2 | 3 => Change::Forbid(pair),
        4 => Change::Lift(pair),
        5 => Change::Agree(pair),
        6 => {
            let mut need = need.clone();
            need.window.latest += dice.below(2) as u32;
            need.half_days = 1 + dice.below(4) as u32;
            Change::Need(need)
        }
        7 => {
            let mut need = spare.needs[0].clone();
            need.id = format!("n{}", dice.below(8));
            Change::Need(need)
        }
        8 => {
            let mut supporter = spare.supporters[0].clone();
            supporter.id = format!("s{}", dice.below(6));
            Change::Supporter(supporter)
        }
        9 if question.needs.len() > 1 => Change::Close(need.id.clone()),
        10 if question.supporters.len() > 1 => Change::Leave(supporter.id.clone()),
        11 => Change::Journey(pair, dice.below(80) as f64),
        _ => {
            let mut policy = question.policy.clone();
            policy.weights.travel = dice.below(40) as f64;
            policy.spread_points = dice.below(3) as f64;
            Change::Policy(policy)
        }
    }
}

#[test]
fn a_chain_of_changes_equals_planning_from_scratch() {
    let (mut planned, mut refused) = (0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let mut question = world(seed);
        let Ok(mut now) = Planned::new(&question, EFFORT) else { continue };
        for step in 0..6 {
            let one = any(&mut dice, &question, &world(seed + 10_000 + step));
            let mut other = question.clone();
            change(&mut other, &one);
            match (now.with(std::slice::from_ref(&one), EFFORT), Planned::new(&other, EFFORT)) {
                (Ok(then), Ok(scratch)) => {
                    assert!(then.plan().proved && scratch.plan().proved, "{seed} {one:?}");
                    let (then_cost, cost) = (then.plan().objective, scratch.plan().objective);
                    assert_eq!(then_cost, cost, "seed {seed} step {step} {one:?}");
                    planned += 1;
                    (now, question) = (then, other);
                }
                (Err(ModelError::Contradiction { .. }), Err(ModelError::Contradiction { .. })) => {
                    refused += 1;
                }
                (then, scratch) => panic!("seed {seed} {one:?}: {then:?} against {scratch:?}"),
            }
        }
    }
    assert!(planned > 1200 && refused > 100, "{planned} {refused}");
}

#[test]
fn at_desk_size_only_what_must_move_moves() {
    let question = desk(260, 4);
    let now = Planned::new(&question, Effort { rounds: 200, steps: 1_000 }).unwrap();
    for first in now.plan().matches.iter().step_by(20) {
        let pair = Pair::new(&first.need, &first.shares[0].supporter);
        let then = now.what_if(&[Change::Forbid(pair.clone())], Effort::what_if()).unwrap();
        let held = then.after.plan().matches.iter().find(|m| m.need == first.need);
        let kept = held.is_some_and(|m| m.shares.iter().any(|s| s.supporter == pair.supporter));
        assert!(!kept, "the forbidden pair is out");
        assert!(then.moved.iter().any(|moved| moved.need == first.need));
        assert!(then.moved.len() < 60, "{} moved", then.moved.len());
        assert!(then.sentences.len() > then.moved.len());
        let back = then.after.with(&[Change::Lift(pair)], Effort::what_if()).unwrap();
        assert_eq!(back.plan().bound, now.plan().bound, "the bound is that of the question alone");
    }
}

#[test]
fn why_not_names_others_by_what_they_are_called() {
    let question = desk(60, 2);
    let now = Planned::new(&question, Effort::default()).unwrap();
    let mut named = 0;
    for need in question.needs.iter().take(12) {
        for supporter in &question.supporters {
            let pair = Pair::new(&need.id, &supporter.id);
            let answer = now.why_not(&pair, Effort::what_if()).unwrap();
            assert!(!answer.sentences.is_empty());
            if !answer.moved.is_empty() {
                assert!(answer.sentences.iter().any(|s| s.contains("Need ")), "{answer:?}");
                named += 1;
            }
        }
    }
    assert!(named > 0);
    assert!(why_not(&question, now.plan(), &Pair::new("nobody", "S000000"), EFFORT).is_err());
}

#[test]
fn prices_are_intervals_and_the_same_from_a_kept_plan() {
    let question = desk(80, 6);
    let area = |need: &matching::Need| need.id[6..].to_owned();
    let cells = coverage(&question, &area).unwrap();
    let kept = Planned::new(&question, Effort::default()).unwrap().coverage(&area).unwrap();
    assert_eq!(cells, kept);
    // What a day of somebody who is there is worth lies between what one more saves and what
    // losing it costs; each end is a solution of its own.
    for cell in cells.iter().filter(|cell| cell.able_supporters > 0) {
        assert!(cell.one_less_day.as_ref().is_none_or(|less| {
            less.met_half_days.iter().rev().find(|&&met| met != 0.0).is_none_or(|&met| met > 0.0)
        }));
    }
    // A day more of somebody, added as a supporter's own, saves what a settled network says.
    assert!(cells.iter().any(|cell| cell.one_more_day.met_half_days.iter().any(|&met| met > 0.0)));
}
