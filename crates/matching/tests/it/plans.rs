//! Plans against brute force and against bad questions.

use matching::invented_desk::desk;
use matching::plan::{alternatives, coverage, fairness, stability, turns, why_not};
use matching::{Effort, ModelError, Pair, Plan, Planned, Question, propose, propose_from, rules};

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
    let left_out = plan.cost.not_giving + plan.cost.not_receiving;
    (unmet, left_out, (points * 100.0).round() as i64)
}

#[test]
fn equals_brute_force_on_thousands_of_small_questions() {
    let (mut met, mut unmet, mut refused, mut shared) = (0, 0, 0, 0);
    for seed in 0..4000 {
        let mut question = world(seed);
        question.policy.give_and_receive = seed % 4 != 0;
        if seed % 3 == 0 {
            nobody_yet(&mut question);
        }
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

#[test]
fn a_severer_need_is_never_left_out_for_a_lesser_one() {
    for seed in 0..600 {
        let question = world(seed);
        let Ok(plan) = propose(&question, EFFORT) else { continue };
        let fair = fairness(&question, &plan).unwrap();
        assert_eq!(fair.severity_out_of_order, [], "seed {seed}");
    }
}

#[test]
fn why_not_tells_the_rule_or_the_price() {
    let (mut ruled, mut priced) = (0, 0);
    for seed in 0..300 {
        let question = world(seed);
        let Ok(plan) = propose(&question, EFFORT) else { continue };
        for need in &question.needs {
            for supporter in &question.supporters {
                let pair = Pair::new(&need.id, &supporter.id);
                let answer = why_not(&question, &plan, &pair, EFFORT).unwrap();
                assert!(!answer.sentences.is_empty());
                match answer.plan {
                    None => ruled += 1,
                    Some(other) => {
                        let mut pinned = question.clone();
                        pinned.pins.push(pair);
                        let expected = propose(&pinned, EFFORT).unwrap();
                        assert_eq!(other.objective, expected.objective, "seed {seed}");
                        assert!(other.objective >= plan.objective, "seed {seed}");
                        priced += 1;
                    }
                }
            }
        }
    }
    assert!(ruled > 100 && priced > 100, "{ruled} {priced}");
}

#[test]
fn alternatives_meet_the_same_needs_near_the_optimum() {
    let question = desk(30, 3);
    let plan = propose(&question, Effort::default()).unwrap();
    let others = alternatives(&question, &plan, 3, 0.02, Effort { rounds: 60, steps: 5_000 });
    let others = others.unwrap();
    assert_eq!(others.len(), 3);
    let best = plan.cost.points_short + plan.cost.spread_points;
    for other in &others {
        assert_eq!(other.plan.cost.unmet_half_days, plan.cost.unmet_half_days);
        assert!(other.plan.cost.points_short + other.plan.cost.spread_points <= best * 1.02);
        assert!(other.differs > 0.0);
        // No plan that meets the same needs is below the floor, this one included.
        let points = other.plan.cost.points_short + other.plan.cost.spread_points;
        let floor = points / (1.0 + other.proved.unwrap());
        assert!(floor <= best + 0.01 && floor > best * 0.98, "{floor} {best}");
        assert!(other.sentence.contains("No plan that meets them is better"), "{}", other.sentence);
    }
}

#[test]
fn alternatives_are_found_where_needs_are_many() {
    let question = desk(260, 4);
    let now = Planned::new(&question, Effort { rounds: 100, steps: 1_000 }).unwrap();
    let plan = now.plan();
    let others = now.alternatives(3, 0.02, Effort::what_if()).unwrap();
    assert_eq!(others.len(), 3);
    assert!(others[0].differs > 0.05, "{}", others[0].differs);
    let best = plan.cost.points_short + plan.cost.spread_points;
    let left_out = |plan: &Plan| plan.cost.not_giving + plan.cost.not_receiving;
    for (at, other) in others.iter().enumerate() {
        assert_eq!(other.plan.cost.unmet_half_days, plan.cost.unmet_half_days);
        assert!(left_out(&other.plan) <= left_out(plan));
        assert!(other.plan.cost.points_short + other.plan.cost.spread_points <= best * 1.02);
        assert!(other.differs > 0.0, "plan {at}");
        // The floor lets everything be shared, so it is some way below what can be done.
        let points = other.plan.cost.points_short + other.plan.cost.spread_points;
        let floor = points / (1.0 + other.proved.unwrap());
        assert!(floor <= best + 0.01 && floor > best * 0.8, "{floor} {best}");
        assert!(others[..at].iter().all(|earlier| earlier.plan.matches != other.plan.matches));
    }
}

#[test]
fn coverage_prices_equal_the_change_they_promise() {
    let question = desk(40, 5);
    let cells = coverage(&question, &|_| "here".to_owned()).unwrap();
    let wanted: u32 = cells.iter().map(|cell| cell.wanted_half_days).sum();
    let asked: u32 = question.needs.iter().map(|need| need.half_days).sum();
    // A need for one person with two specialisms counts in two cells.
    assert!(wanted >= asked, "{wanted} {asked}");
    let nobody = cells.iter().filter(|cell| cell.able_supporters == 0);
    for cell in nobody {
        let met: f64 = cell.one_more_day.met_half_days.iter().sum();
        assert!(met > 0.0, "a day where nobody offers meets a need: {cell:?}");
        assert_eq!(cell.one_less_day, None);
    }
    assert!(cells.iter().any(|cell| cell.able_supporters > 0));
}

/// No school has given or received yet.
fn nobody_yet(question: &mut Question) {
    let homes = question.supporters.iter_mut().filter_map(|supporter| supporter.home.as_mut());
    for home in homes {
        (home.given_half_days, home.received_half_days) = (0, 0);
    }
}

#[test]
fn every_school_has_its_turn_before_points_count() {
    let (mut better, mut dearer) = (0, 0);
    for seed in 0..400 {
        let mut question = world(seed);
        nobody_yet(&mut question);
        let Ok(plan) = propose(&question, EFFORT) else { continue };
        let price = turns(&question, &plan, EFFORT).unwrap();
        let left_out = plan.cost.not_giving + plan.cost.not_receiving;
        assert_eq!(left_out, price.not_giving + price.not_receiving, "seed {seed}");
        assert!(left_out <= price.otherwise, "seed {seed}: {price:?}");
        assert!(
            price.costs_points > -0.001 || left_out < price.otherwise,
            "seed {seed}: {price:?}"
        );
        better += u32::from(left_out < price.otherwise);
        dearer += u32::from(price.costs_points > 0.0);
        let mut without = question.clone();
        without.policy.give_and_receive = false;
        let plain = propose(&without, EFFORT).unwrap();
        assert_eq!(plain.cost.unmet_half_days, plan.cost.unmet_half_days, "severity goes first");
        assert_eq!((plain.cost.not_giving, plain.cost.not_receiving), (0, 0));
    }
    assert!(better > 1 && dearer > 1, "{better} {dearer}");
}

#[test]
fn agreed_pairs_are_kept_when_scores_shake() {
    let mut question = desk(40, 9);
    let plan = propose(&question, Effort::default()).unwrap();
    question.agreed = plan
        .matches
        .iter()
        .flat_map(|m| m.shares.iter().map(|s| Pair::new(&m.need, &s.supporter)))
        .collect();
    for supporter in &mut question.supporters {
        supporter.track.mean = (supporter.track.mean + 0.01).min(1.0);
        supporter.track.judged += 1;
    }
    let again = propose(&question, Effort::default()).unwrap();
    let stable = stability(&question, &again, Effort::default()).unwrap();
    let agreed = question.agreed.len();
    assert!(stable.kept * 100 >= agreed * 95, "{} of {agreed}", stable.kept);
}

#[test]
fn bad_questions_are_refused_with_reasons() {
    let question = desk(5, 1);
    let refused = |change: &dyn Fn(&mut Question), words: &str| {
        let mut bad = question.clone();
        change(&mut bad);
        let error = propose(&bad, EFFORT).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refused(&|q| q.needs[1].id = q.needs[0].id.clone(), "is used 2 times");
    refused(&|q| q.supporters[1].id = q.supporters[0].id.clone(), "is used 2 times");
    refused(&|q| q.needs[0].half_days = 0, "half_days is 0");
    refused(&|q| q.needs[0].half_days = u32::MAX, "half_days is 4294967295");
    refused(&|q| q.needs[0].severity = 9, "severity is 9");
    refused(&|q| q.needs[0].window.latest = 0, "window");
    refused(&|q| q.needs[0].specialisms.clear(), "specialisms is empty");
    refused(&|q| q.policy.weights.travel = f64::NAN, "weights.travel is NaN");
    refused(&|q| q.policy.weights.travel = -1.0, "weights.travel is -1");
    refused(&|q| q.supporters[0].free[0].half_days = u32::MAX, "free is 4294967295");
    refused(&|q| q.pins = vec![Pair::new("nobody", "S000000")], "need \"nobody\"");
    refused(&|q| q.forbids = vec![Pair::new("N000000", "nobody")], "supporter \"nobody\"");
    let plan = propose(&question, EFFORT).unwrap();
    let first = &plan.matches[0];
    let pair = Pair::new(&first.need, &first.shares[0].supporter);
    refused(
        &|q| {
            q.pins = vec![pair.clone()];
            q.forbids = vec![pair.clone()];
        },
        "pinned and forbidden",
    );
    let mut empty = question.clone();
    empty.supporters.iter_mut().for_each(|supporter| supporter.weekly_cap = 0);
    let none = propose(&empty, EFFORT).unwrap();
    assert!(none.matches.is_empty() && none.proved);
    assert!(none.unmet.iter().all(|unmet| !unmet.sentences.is_empty()));
    assert_eq!(propose(&Question::default(), EFFORT).unwrap().matches, []);
}

#[test]
fn the_quick_verdict_equals_the_one_in_words() {
    let mut broken_pairs = 0;
    for seed in 0..500 {
        let question = world(seed);
        for need in &question.needs {
            for role in rules::roles(need) {
                for supporter in &question.supporters {
                    let policy = &question.policy;
                    let free = supporter.free_in(need.window);
                    let mask = rules::broken(need, &role, supporter, policy, None, free);
                    let words = rules::removals(need, &role, supporter, policy, None);
                    let said = words.iter().fold(0, |mask, r| mask | 1_u16 << r.rule as u16);
                    assert_eq!(mask, said, "seed {seed}");
                    broken_pairs += usize::from(mask != 0);
                }
            }
        }
    }
    assert!(broken_pairs > 500);
}

#[test]
fn no_plan_of_the_same_needs_is_below_the_floor() {
    let (mut checked, mut tight) = (0, 0);
    for seed in 0..4_000 {
        let mut question = world(seed);
        question.policy.give_and_receive = false;
        let Ok(plan) = propose(&question, EFFORT) else { continue };
        let best = plan.cost.points_short + plan.cost.spread_points;
        // The plan is the best of all, and so of those that meet its needs.
        for other in alternatives(&question, &plan, 3, 0.5, EFFORT).unwrap() {
            let points = other.plan.cost.points_short + other.plan.cost.spread_points;
            let Some(proved) = other.proved else { continue };
            let floor = points / (1.0 + proved);
            assert!(floor <= best + 0.01, "seed {seed}: {floor} above {best}");
            checked += 1;
            tight += usize::from(floor > best * 0.98);
        }
    }
    assert!(checked > 300 && tight * 10 > checked * 8, "{checked} {tight}");
}
