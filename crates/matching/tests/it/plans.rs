//! Plans against brute force and against bad questions.

use matching::{Effort, ModelError, Pair, Plan, Question, propose, propose_from};

use crate::brute::{Cost, best};
use crate::worlds::{Dice, world};

const EFFORT: Effort = Effort { rounds: 50, steps: 10_000_000 };

fn cost(question: &Question, plan: &Plan) -> Cost {
    let mut unmet = plan.cost.unmet_half_days;
    unmet.reverse();
    let bonus = question.policy.incumbent_points;
    let new: u32 = plan
        .matches
        .iter()
        .flat_map(|matched| &matched.shares)
        .filter(|share| !share.agreed)
        .map(|share| share.half_days)
        .sum();
    let points = plan.cost.points_short + plan.cost.spread_points + bonus * f64::from(new);
    (unmet, (points * 100.0).round() as i64)
}

#[test]
fn equals_brute_force_on_thousands_of_small_questions() {
    let (mut met, mut unmet, mut refused, mut shared) = (0, 0, 0, 0);
    for seed in 0..4000 {
        let question = world(seed);
        match (propose(&question, EFFORT), best(&question)) {
            (Ok(plan), Some(best)) => {
                assert!(plan.proved, "seed {seed}: not proved");
                assert_eq!(cost(&question, &plan), best, "seed {seed}");
                assert_eq!(plan.objective, plan.bound, "seed {seed}");
                met += plan.matches.len();
                unmet += plan.unmet.len();
                shared += plan.matches.iter().filter(|m| m.shares.len() > 1).count();
            }
            (Err(ModelError::Contradiction { .. }), None) => refused += 1,
            (answer, best) => panic!("seed {seed}: {answer:?} against {best:?}"),
        }
    }
    // The worlds must exercise what they are for.
    assert!(
        met > 1000 && unmet > 1000 && refused > 50 && shared > 50,
        "{met} {unmet} {refused} {shared}"
    );
}

#[test]
fn does_not_depend_on_the_order_of_input() {
    let mut dice = Dice(7);
    for seed in 0..300 {
        let question = world(seed);
        let mut other = question.clone();
        dice.shuffle(&mut other.needs);
        dice.shuffle(&mut other.supporters);
        assert_eq!(propose(&question, EFFORT), propose(&other, EFFORT), "seed {seed}");
    }
}

#[test]
fn a_warm_start_reaches_the_same_cost() {
    for seed in 0..300 {
        let question = world(seed);
        let Ok(plan) = propose(&question, EFFORT) else { continue };
        let Some(first) = plan.matches.first() else { continue };
        let mut changed = question.clone();
        changed.forbids.push(Pair::new(&first.need, &first.shares[0].supporter));
        match (propose(&changed, EFFORT), propose_from(&changed, &plan, EFFORT)) {
            (Ok(cold), Ok(warm)) => assert_eq!(cold.objective, warm.objective, "seed {seed}"),
            (cold, warm) => assert_eq!(cold.is_err(), warm.is_err(), "seed {seed}"),
        }
    }
}
