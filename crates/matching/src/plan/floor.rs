//! The least that any plan meeting some needs can cost: each task has a price, each supporter takes
//! the tasks that earn most, as whole tasks and within their own weeks, and the prices are moved
//! until hardly any task is taken twice or by nobody (the Lagrangian relaxation of "each task
//! once", as Fisher 1981 describes it). Unlike a flow it shares no task that may not be shared.

use super::problem::Problem;
use super::timetable::{Booking, Timetable};

/// Prices count in 256ths of a hundredth of a point.
const SCALE: i64 = 256;
/// Steps of prices.
const ROUNDS: usize = 240;
/// Steps in which the best of one supporter is looked for; beyond them a bound takes its place.
const STEPS: u32 = 3_000;

/// A task that a supporter may take whole.
#[derive(Clone, Copy)]
struct Whole {
    task: usize,
    /// What it costs there, in 256ths.
    cost: i64,
    booking: Booking,
}

/// A task of which a supporter may take half-days.
#[derive(Clone, Copy)]
struct Shared {
    task: usize,
    cost: i64,
    room: u32,
}

/// What one supporter may take.
struct Choices<'a> {
    table: &'a Timetable,
    whole: Vec<Whole>,
    shared: Vec<Shared>,
}

/// The search for what one supporter earns most by.
struct Search<'a> {
    problem: &'a Problem,
    table: &'a Timetable,
    total: u32,
    /// What each task earns and takes, densest first.
    items: &'a [(i64, Whole)],
    /// What half-days of shared tasks earn, dearest first.
    shares: &'a [(i64, Shared)],
    bookings: Vec<Booking>,
    held: Vec<usize>,
    best: i64,
    taken: Vec<usize>,
    steps: u32,
}

fn spread(problem: &Problem, total: u32, half_days: u32) -> i64 {
    let cost = problem.spread_of(total, half_days).div_euclid(problem.unit.max(1));
    i64::try_from(cost).unwrap_or(i64::MAX / (2 * SCALE)) * SCALE
}

impl Search<'_> {
    /// The most that so much time and value can still become, weeks and spread aside.
    fn hope(&self, from: usize, left: u32) -> i64 {
        let mut left = i64::from(left);
        let mut sum = 0;
        for (value, whole) in &self.items[from..] {
            let half_days = i64::from(whole.booking.half_days);
            if half_days > left {
                // Rounded up: a hope may be too high, never too low.
                return sum + (value * left).div_euclid(half_days) + 1 + self.by_shares();
            }
            left -= half_days;
            sum += value;
        }
        sum + self.by_shares()
    }

    fn by_shares(&self) -> i64 {
        self.shares.iter().map(|(value, share)| value * i64::from(share.room)).sum()
    }

    /// What shared tasks add when so many half-days are taken, spread paid.
    fn filled(&self, load: u32) -> i64 {
        let mut best = -spread(self.problem, self.total, load);
        let (mut earned, mut load) = (0, load);
        for (value, share) in self.shares {
            for _ in 0..share.room.min(self.total - load) {
                load += 1;
                earned += value;
                best = best.max(earned - spread(self.problem, self.total, load));
            }
        }
        best
    }

    fn go(&mut self, from: usize, load: u32, earned: i64) {
        let now = earned + self.filled(load);
        if now > self.best {
            self.best = now;
            self.taken.clone_from(&self.held);
        }
        for at in from..self.items.len() {
            if self.steps == 0 {
                return;
            }
            self.steps -= 1;
            let hope = earned + self.hope(at, self.total - load);
            if hope - spread(self.problem, self.total, load) <= self.best {
                return;
            }
            let (value, whole) = self.items[at];
            if self.table.takes(&self.bookings, whole.booking) {
                self.bookings.push(whole.booking);
                self.held.push(at);
                self.go(at + 1, load + whole.booking.half_days, earned + value);
                self.bookings.pop();
                self.held.pop();
            }
        }
    }
}

impl Choices<'_> {
    /// The most a supporter earns at the prices; `taken` counts how often each task is taken, in
    /// half-days where it may be shared.
    fn earn(&self, problem: &Problem, price: &[i64], taken: &mut [i64]) -> i64 {
        let mut items: Vec<(i64, Whole)> = self
            .whole
            .iter()
            .map(|whole| (price[whole.task] - whole.cost, *whole))
            .filter(|(value, _)| *value > 0)
            .collect();
        items.sort_unstable_by(|(v, a), (w, b)| {
            let times = |value: i64, other: &Whole| value * i64::from(other.booking.half_days);
            times(*w, a).cmp(&times(*v, b)).then(a.task.cmp(&b.task))
        });
        let mut shares: Vec<(i64, Shared)> = self
            .shared
            .iter()
            .map(|share| (price[share.task] - share.cost, *share))
            .filter(|(value, _)| *value > 0)
            .collect();
        shares.sort_unstable_by_key(|(value, share)| (-value, share.task));
        let total = self.table.total();
        let mut search = Search {
            problem,
            table: self.table,
            total,
            items: &items,
            shares: &shares,
            bookings: Vec::new(),
            held: Vec::new(),
            best: 0,
            taken: Vec::new(),
            steps: STEPS,
        };
        search.go(0, 0, 0);
        let best = if search.steps == 0 { search.hope(0, total) } else { search.best };
        let mut load = 0;
        for &at in &search.taken {
            taken[items[at].1.task] += 1;
            load += items[at].1.booking.half_days;
        }
        for (value, share) in &shares {
            let more = |load| spread(problem, total, load + 1) - spread(problem, total, load);
            for _ in 0..share.room {
                if load >= total || more(load) >= *value {
                    break;
                }
                taken[share.task] += 1;
                load += 1;
            }
        }
        best
    }
}

/// The least points, short and spread, in hundredths, of any plan that meets the tasks named;
/// `price` has a first price of a half-day of each task in hundredths, and `goal` what a plan is
/// known to cost.
pub(super) fn floor(problem: &Problem, met: &[bool], price: &[i64], goal: i64) -> i64 {
    let mut choices: Vec<Choices<'_>> = problem
        .tables
        .iter()
        .map(|table| Choices { table, whole: Vec::new(), shared: Vec::new() })
        .collect();
    let times = |t: usize| {
        let task = &problem.tasks[t];
        if task.split { 1 } else { i64::from(task.role.half_days) }
    };
    let mut needed = 0;
    for (t, task) in problem.tasks.iter().enumerate().filter(|&(t, _)| met[t]) {
        needed += 1;
        for option in task.options.iter() {
            let cost = option.lacks * times(t) * SCALE;
            let here = &mut choices[option.supporter];
            if task.split {
                here.shared.push(Shared { task: t, cost, room: option.room });
            } else if option.room >= task.role.half_days {
                let half_days = task.role.half_days;
                let booking = Booking { need: task.need, window: task.window, half_days };
                here.whole.push(Whole { task: t, cost, booking });
            }
        }
    }
    if needed == 0 {
        return 0;
    }
    choices.retain(|one| !one.whole.is_empty() || !one.shared.is_empty());
    // How often each task is to be taken.
    let wanted = |t: usize| {
        let task = &problem.tasks[t];
        if task.split { i64::from(task.role.half_days) } else { 1 }
    };
    let goal = goal.saturating_mul(SCALE);
    let mut price: Vec<i64> = (0..met.len()).map(|t| price[t] * times(t) * SCALE).collect();
    let (mut best, mut at_best) = (i64::MIN, price.clone());
    let mut direction = vec![0.0_f64; met.len()];
    let mut taken = vec![0_i64; met.len()];
    let (mut pace, mut idle) = (1.0, 0);
    for _ in 0..ROUNDS {
        taken.fill(0);
        let earned: i64 = choices.iter().map(|one| one.earn(problem, &price, &mut taken)).sum();
        let value =
            (0..met.len()).filter(|&t| met[t]).map(|t| price[t] * wanted(t)).sum::<i64>() - earned;
        if value > best {
            best = value;
            at_best.clone_from(&price);
            idle = 0;
        } else {
            idle += 1;
            if idle >= 8 {
                (pace, idle) = (pace * 0.6, 0);
                price.clone_from(&at_best);
                direction.fill(0.0);
            }
        }
        // Within a two-thousandth of a plan there is nothing left to prove.
        if goal - best <= goal / 2_000 || pace < 0.01 {
            break;
        }
        let mut norm = 0.0;
        for t in (0..met.len()).filter(|&t| met[t]) {
            direction[t] = direction[t] * 0.3 + (wanted(t) - taken[t]) as f64;
            norm += direction[t] * direction[t];
        }
        let length = pace * (goal - value).max(SCALE) as f64 / norm.max(1e-9);
        for t in (0..met.len()).filter(|&t| met[t]) {
            let most = (1_i64 << 44) as f64;
            price[t] += (length * direction[t]).round().clamp(-most, most) as i64;
        }
    }
    best.div_euclid(SCALE)
}
