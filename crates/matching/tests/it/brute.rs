//! Every plan of a small question, one by one, with checks written apart from the engine's.

use matching::rules::{removals, roles};
use matching::score::score;
use matching::{Question, Supporter};

/// Unmet half-days from severity five down to one, then schools without their turn, then
/// hundredths of points.
pub(crate) type Cost = ([u64; 5], u64, i64);

struct Brute<'a> {
    question: &'a Question,
    /// By supporter: need, half-days.
    held: Vec<Vec<(usize, u32)>>,
    best: Option<Cost>,
}

/// Every way to use as much of each week as the limits allow: weeks with the half-days used.
fn used(supporter: &Supporter) -> Vec<Vec<(u32, u32)>> {
    let offered: Vec<(u32, u32)> =
        supporter.free.iter().map(|f| (f.week, f.half_days.min(supporter.weekly_cap))).collect();
    let mut ways: Vec<Vec<(u32, u32)>> = vec![Vec::new()];
    for (week, half_days) in offered {
        ways = ways
            .into_iter()
            .flat_map(|way| {
                (0..=half_days).map(move |some| {
                    let mut way = way.clone();
                    way.push((week, some));
                    way
                })
            })
            .filter(|way| {
                supporter.limits.iter().all(|limit| {
                    let inside = way.iter().filter(|(week, _)| limit.window.holds(*week));
                    inside.map(|(_, some)| some).sum::<u32>() <= limit.half_days
                })
            })
            .collect();
    }
    // Only those to which nothing can be added.
    let most = ways.iter().map(|way| way.iter().map(|(_, some)| some).sum::<u32>()).max();
    ways.retain(|way| Some(way.iter().map(|(_, some)| some).sum::<u32>()) == most);
    ways
}

/// Half-days that can be used between two weeks.
fn usable(supporter: &Supporter, from: u32, to: u32) -> u32 {
    let inside = |way: &Vec<(u32, u32)>| {
        way.iter().filter(|(week, _)| (from..=to).contains(week)).map(|(_, some)| some).sum()
    };
    used(supporter).iter().map(inside).max().unwrap_or(0)
}

/// Whether the half-days can be put into weeks: each half-day finds a slot by augmenting paths.
fn fits_weeks(question: &Question, supporter: &Supporter, held: &[(usize, u32)]) -> bool {
    used(supporter).iter().any(|weeks| fits_in(question, weeks, held))
}

/// Whether the half-days can be put into so many slots of each week.
fn fits_in(question: &Question, weeks: &[(u32, u32)], held: &[(usize, u32)]) -> bool {
    let mut slots: Vec<(u32, Option<usize>)> = weeks
        .iter()
        .flat_map(|&(week, half_days)| (0..half_days).map(move |_| (week, None)))
        .collect();
    let jobs: Vec<usize> =
        held.iter().flat_map(|&(n, half_days)| (0..half_days).map(move |_| n)).collect();
    fn seat(
        job: usize,
        jobs: &[usize],
        question: &Question,
        slots: &mut Vec<(u32, Option<usize>)>,
        seen: &mut Vec<bool>,
    ) -> bool {
        let window = question.needs[jobs[job]].window;
        for slot in 0..slots.len() {
            if seen[slot] || !(window.earliest..=window.latest).contains(&slots[slot].0) {
                continue;
            }
            seen[slot] = true;
            let free = match slots[slot].1 {
                None => true,
                Some(other) => seat(other, jobs, question, slots, seen),
            };
            if free {
                slots[slot].1 = Some(job);
                return true;
            }
        }
        false
    }
    (0..jobs.len()).all(|job| {
        let mut seen = vec![false; slots.len()];
        seat(job, &jobs, question, &mut slots, &mut seen)
    })
}

fn fits(question: &Question, supporter: &Supporter, held: &[(usize, u32)]) -> bool {
    let at_once = (0..10).all(|week| {
        let mut needs: Vec<usize> = held
            .iter()
            .map(|&(n, _)| n)
            .filter(|&n| {
                let window = question.needs[n].window;
                window.earliest <= week && week <= window.latest
            })
            .collect();
        needs.sort_unstable();
        needs.dedup();
        needs.is_empty() || needs.len() as u32 + supporter.running <= supporter.concurrent_cap
    });
    at_once && fits_weeks(question, supporter, held)
}

fn spread(question: &Question, supporter: &Supporter, half_days: u32) -> i64 {
    let from = question.needs.iter().map(|n| n.window.earliest).min().unwrap();
    let to = question.needs.iter().map(|n| n.window.latest).max().unwrap();
    let total = usable(supporter, from, to);
    let step = (question.policy.spread_points * 100.0).round() as i64;
    (1..=half_days)
        .map(|nth| {
            let beyond = |limit: u32| i64::from(nth > limit) * step;
            beyond(total.div_ceil(3)) + beyond((2 * total).div_ceil(3))
        })
        .sum()
}

/// Whether a school could give and has received nothing this year.
fn waits(question: &Question, school: &str) -> bool {
    let homes = question.supporters.iter().filter_map(|supporter| supporter.home.as_ref());
    let own: Vec<_> = homes.filter(|home| home.school == school).collect();
    question.policy.give_and_receive
        && !own.is_empty()
        && own.iter().all(|home| home.received_half_days == 0)
}

impl Brute<'_> {
    /// Schools with free time that have given nothing this year and give nothing here.
    fn not_giving(&self) -> u64 {
        let question = self.question;
        if !question.policy.give_and_receive {
            return 0;
        }
        let from = question.needs.iter().map(|n| n.window.earliest).min().unwrap();
        let to = question.needs.iter().map(|n| n.window.latest).max().unwrap();
        let schools: std::collections::BTreeSet<&str> = question
            .supporters
            .iter()
            .filter_map(|supporter| Some(supporter.home.as_ref()?.school.as_str()))
            .collect();
        let idle = |school: &&&str| {
            let own = || {
                let all = question.supporters.iter().enumerate();
                all.filter(|(_, s)| s.home.as_ref().is_some_and(|home| home.school == **school))
            };
            let free = |supporter: &Supporter| usable(supporter, from, to) > 0;
            own().any(|(_, supporter)| free(supporter))
                && own().all(|(j, supporter)| {
                    supporter.home.as_ref().is_some_and(|home| home.given_half_days == 0)
                        && self.held[j].is_empty()
                })
        };
        schools.iter().filter(idle).count() as u64
    }

    fn need(&mut self, n: usize, cost: Cost) {
        let question = self.question;
        if n == question.needs.len() {
            let total: i64 = (0..question.supporters.len())
                .map(|j| {
                    let half_days = self.held[j].iter().map(|&(_, h)| h).sum();
                    spread(question, &question.supporters[j], half_days)
                })
                .sum();
            let cost = (cost.0, cost.1 + self.not_giving(), cost.2 + total);
            if self.best.is_none_or(|best| cost < best) {
                self.best = Some(cost);
            }
            return;
        }
        self.role(n, 0, cost, &mut Vec::new());
        let need = &question.needs[n];
        if !question.pins.iter().any(|pin| pin.need == need.id) {
            let mut cost = cost;
            cost.0[5 - usize::from(need.severity)] += u64::from(need.half_days);
            cost.1 += u64::from(waits(question, &need.school));
            self.need(n + 1, cost);
        }
    }

    fn role(&mut self, n: usize, r: usize, cost: Cost, used: &mut Vec<usize>) {
        let question = self.question;
        let need = &question.needs[n];
        let roles = roles(need);
        let Some(role) = roles.get(r) else {
            let kept = question
                .pins
                .iter()
                .filter(|pin| pin.need == need.id)
                .all(|pin| used.iter().any(|&j| question.supporters[j].id == pin.supporter));
            if kept {
                self.need(n + 1, cost);
            }
            return;
        };
        let mut able = Vec::new();
        for (j, supporter) in question.supporters.iter().enumerate() {
            let is =
                |pair: &&matching::Pair| pair.need == need.id && pair.supporter == supporter.id;
            if question.forbids.iter().any(|pair| is(&pair))
                || !removals(need, role, supporter, &question.policy, None).is_empty()
            {
                continue;
            }
            let score = score(need, role, supporter, &question.policy, None);
            let bonus = (question.policy.incumbent_points * 100.0).round() as i64;
            let agreed = question.agreed.iter().any(|pair| is(&pair));
            able.push((j, score.cost() + if agreed { 0 } else { bonus }));
        }
        let mut splits: Vec<Vec<(usize, u32, i64)>> =
            able.iter().map(|&(j, each)| vec![(j, role.half_days, each)]).collect();
        if need.may_split {
            for (at, &(a, cost_a)) in able.iter().enumerate() {
                for &(b, cost_b) in &able[at + 1..] {
                    for mine in 1..role.half_days {
                        splits.push(vec![(a, mine, cost_a), (b, role.half_days - mine, cost_b)]);
                    }
                }
            }
        }
        for split in splits {
            let mut added = cost;
            for &(j, half_days, each) in &split {
                self.held[j].push((n, half_days));
                used.push(j);
                added.2 += each * i64::from(half_days);
            }
            if split.iter().all(|&(j, _, _)| fits(question, &question.supporters[j], &self.held[j]))
            {
                self.role(n, r + 1, added, used);
            }
            for &(j, _, _) in &split {
                self.held[j].pop();
                used.pop();
            }
        }
    }
}

/// The least cost of any plan, or none when no plan keeps the pins.
pub(crate) fn best(question: &Question) -> Option<Cost> {
    let mut brute =
        Brute { question, held: vec![Vec::new(); question.supporters.len()], best: None };
    brute.need(0, ([0; 5], 0, 0));
    brute.best
}
