//! A desk's question with anything in it spoilt, and changes to it: a sentence, or a plan that
//! keeps what it promises.
#![no_main]

#[path = "evidence/numbers.rs"]
mod numbers;

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use matching::invented_desk::desk;
use matching::{Change, Effort, FreeWeek, Pair, Place, Plan, Planned, Question, TrackRecord};
use numbers::Numbers;

const EFFORT: Effort = Effort { rounds: 5, steps: 1_000 };

fn whole(from: &mut Numbers<'_>) -> u32 {
    match from.byte() {
        small @ 0..230 => u32::from(small) % 32,
        230 => u32::MAX,
        231 => 100_000,
        232 => 100_001,
        other => u32::from(other) << from.below(24),
    }
}

fn spoil(question: &mut Question, from: &mut Numbers<'_>) {
    let (need, supporter) =
        (from.below(question.needs.len()), from.below(question.supporters.len()));
    let pair = Pair::new(&question.needs[need].id, &question.supporters[supporter].id);
    let (one, other) = (&mut question.needs[need], &mut question.supporters[supporter]);
    match from.byte() % 32 {
        0 => one.half_days = whole(from),
        1 => one.window.latest = whole(from),
        2 => one.window.earliest = whole(from),
        3 => one.severity = from.byte(),
        4 => one.travel_limit_km = Some(from.number()),
        5 => one.place = Some(Place { easting: from.number(), northing: from.number() }),
        6 => one.percent_full = Some(from.number()),
        7 => _ = one.context.0.insert("meals".into(), from.number()),
        8 => one.specialisms.truncate(from.below(3)),
        9 => one.may_split = !one.may_split,
        10 => other.free = vec![FreeWeek { week: whole(from), half_days: whole(from) }; 3],
        11 => other.weekly_cap = whole(from),
        12 => other.concurrent_cap = whole(from),
        13 => other.running = whole(from),
        14 => other.track = TrackRecord { judged: whole(from), mean: from.number() },
        15 => other.base = Some(Place { easting: from.number(), northing: 0.0 }),
        16 => other.travel_limit_km = Some(from.number()),
        17 => other.free.clear(),
        18 => question.policy.weights.travel = from.number(),
        19 => question.policy.spread_points = from.number(),
        20 => question.policy.incumbent_points = from.number(),
        21 => question.policy.track_weight = from.number(),
        22 => question.policy.road_factor = from.number(),
        23 => _ = question.mapped.insert((pair.need, pair.supporter), from.number()),
        24 | 25 => question.pins.push(pair),
        26 | 27 => question.forbids.push(pair),
        28 => question.agreed.push(pair),
        29 => one.id = question.policy.version.clone(),
        30 => {
            let twin = one.clone();
            question.needs.push(twin);
        }
        _ => {
            let twin = other.clone();
            question.supporters.push(twin);
        }
    }
}

fn keeps_its_promises(question: &Question, plan: &Plan) {
    assert_eq!(plan.matches.len() + plan.unmet.len(), question.needs.len());
    assert!(plan.bound <= plan.objective);
    let mut load: BTreeMap<&str, u64> = BTreeMap::new();
    for matched in &plan.matches {
        assert!(!matched.sentences.is_empty());
        for share in &matched.shares {
            *load.entry(&share.supporter).or_default() += u64::from(share.half_days);
            let pair = Pair::new(&matched.need, &share.supporter);
            assert!(!question.forbids.contains(&pair));
        }
    }
    for supporter in &question.supporters {
        let free =
            supporter.free.iter().map(|free| u64::from(free.half_days.min(supporter.weekly_cap)));
        assert!(load.get(supporter.id.as_str()).copied().unwrap_or(0) <= free.sum());
    }
    for pin in &question.pins {
        let matched = plan.matches.iter().find(|matched| matched.need == pin.need);
        assert!(matched.is_some_and(|m| m.shares.iter().any(|s| s.supporter == pin.supporter)));
    }
}

fuzz_target!(|input: &[u8]| {
    let mut from = Numbers(input);
    let mut question = desk(2 + from.below(8) as u32, u64::from(from.byte()));
    for _ in 0..from.below(5) {
        spoil(&mut question, &mut from);
    }
    let now = match Planned::new(&question, EFFORT) {
        Ok(now) => now,
        Err(problem) => return assert!(problem.to_string().len() > 20, "{problem}"),
    };
    keeps_its_promises(&question, now.plan());
    let mut other = question.clone();
    for _ in 0..1 + from.below(3) {
        spoil(&mut other, &mut from);
    }
    let mut changes = vec![Change::Policy(other.policy.clone())];
    changes.extend(other.needs.iter().cloned().map(Change::Need));
    changes.extend(other.supporters.iter().cloned().map(Change::Supporter));
    changes.extend(other.forbids.iter().cloned().map(Change::Forbid));
    changes.extend(other.pins.iter().cloned().map(Change::Pin));
    match now.with(&changes, EFFORT) {
        Ok(then) => assert!(then.plan().bound <= then.plan().objective),
        Err(problem) => assert!(problem.to_string().len() > 20, "{problem}"),
    }
});
