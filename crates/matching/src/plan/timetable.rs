//! Whether one supporter can do several supports: week by week, and so many at a time.

use crate::model::{Limit, Supporter, Week, Window};

/// A supporter's free time over the weeks of a question.
#[derive(Clone, Debug)]
pub(crate) struct Timetable {
    first: Week,
    /// Running totals: `until[w]` half-days are free before week `first + w`.
    until: Vec<u32>,
    /// Runs of weeks of which no more than so many half-days may be used, fewer than are free.
    limits: Vec<(Week, Week, u32)>,
    /// How many more supports at a time.
    pub(crate) room: u32,
}

/// Half-days of one need held by a supporter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Booking {
    pub(crate) need: usize,
    pub(crate) window: Window,
    pub(crate) half_days: u32,
}

impl Timetable {
    pub(crate) fn new(supporter: &Supporter, span: Window) -> Self {
        let weeks = (span.latest - span.earliest) as usize + 1;
        let mut free = vec![0_u32; weeks];
        for (week, half_days) in supporter.free_weeks(span) {
            free[(week - span.earliest) as usize] = half_days;
        }
        let mut until = Vec::with_capacity(weeks + 1);
        let mut sum = 0_u32;
        until.push(0);
        for half_days in free {
            sum = sum.saturating_add(half_days);
            until.push(sum);
        }
        let room = supporter.concurrent_cap.saturating_sub(supporter.running);
        let mut table = Self { first: span.earliest, until, limits: Vec::new(), room };
        let within = |limit: &&Limit| limit.half_days > 0 && limit.window.latest >= span.earliest;
        for limit in supporter.limits.iter().filter(within) {
            let (from, to) =
                (limit.window.earliest.max(span.earliest), limit.window.latest.min(span.latest));
            if from <= to && table.offered(from, to) > limit.half_days {
                table.limits.push((from, to, limit.half_days));
            }
        }
        table
    }

    /// Half-days that can be used in all.
    pub(crate) fn total(&self) -> u32 {
        let last = self.first + (self.until.len() - 2) as Week;
        self.free(self.first, last)
    }

    /// Half-days free in a run of weeks before limits over several weeks.
    fn offered(&self, from: Week, to: Week) -> u32 {
        self.until[(to - self.first) as usize + 1] - self.until[(from - self.first) as usize]
    }

    /// Half-days that can be used in a run of weeks.
    pub(crate) fn free(&self, from: Week, to: Week) -> u32 {
        let mut free = self.offered(from, to);
        for &(first, last, most) in &self.limits {
            let (first, last) = (first.max(from), last.min(to));
            if first <= last {
                free -= self.offered(first, last).saturating_sub(most);
            }
        }
        free
    }

    /// Whether the bookings fit: for every run of weeks, what must happen inside it fits into
    /// it (Hall's condition, which suffices for windows), and at no time run too many needs,
    /// each counted over its whole window. It suffices with limits over disjoint runs of weeks
    /// too: where a limit is what is short, its other weeks are no more than the run spans, and
    /// whatever lies inside two runs that share a limit lies inside the run that spans both.
    pub(crate) fn fits(&self, bookings: &[Booking]) -> bool {
        for (index, a) in bookings.iter().enumerate() {
            let from = a.window.earliest;
            let mut needs: Vec<usize> = bookings
                .iter()
                .filter(|b| b.window.holds(from))
                .map(|booking| booking.need)
                .collect();
            needs.sort_unstable();
            needs.dedup();
            if needs.len() > self.room as usize {
                return false;
            }
            if bookings[..index].iter().any(|b| b.window.earliest == from) {
                continue;
            }
            for b in bookings {
                let to = b.window.latest;
                if to < from {
                    continue;
                }
                let inside: u64 = bookings
                    .iter()
                    .filter(|c| c.window.earliest >= from && c.window.latest <= to)
                    .map(|c| u64::from(c.half_days))
                    .sum();
                if inside > u64::from(self.free(from, to)) {
                    return false;
                }
            }
        }
        true
    }
}

impl Timetable {
    /// Half-days more that a new booking would need inside its own window, beside bookings that
    /// fit. Every run of weeks it overfills holds its window, so the largest overfill is enough.
    pub(crate) fn short_by(&self, bookings: &[Booking], new: Booking) -> u32 {
        let ends = |at: fn(&Window) -> Week| {
            bookings.iter().map(move |held| at(&held.window)).chain([at(&new.window)])
        };
        let mut short = 0;
        for from in ends(|window| window.earliest).filter(|&from| from <= new.window.earliest) {
            for to in ends(|window| window.latest).filter(|&to| to >= new.window.latest) {
                let inside: u32 = bookings
                    .iter()
                    .filter(|held| held.window.earliest >= from && held.window.latest <= to)
                    .map(|held| held.half_days)
                    .sum();
                let wanted = inside.saturating_add(new.half_days);
                short = short.max(wanted.saturating_sub(self.free(from, to)));
            }
        }
        short
    }

    /// Whether one more need may run beside the bookings.
    pub(crate) fn has_room(&self, bookings: &[Booking], new: Booking) -> bool {
        // So many run in a week: each counts once, at its first booking.
        let busy = |week: Week| {
            let running = |at: usize| {
                let held = &bookings[at];
                held.window.holds(week)
                    && held.need != new.need
                    && bookings[..at].iter().all(|earlier| earlier.need != held.need)
            };
            (0..bookings.len()).filter(|&at| running(at)).count() < self.room as usize
        };
        let starts = bookings.iter().map(|held| held.window.earliest);
        starts.filter(|&week| new.window.holds(week)).all(busy) && busy(new.window.earliest)
    }

    /// Whether a new booking fits beside bookings that fit.
    pub(crate) fn takes(&self, bookings: &[Booking], new: Booking) -> bool {
        self.has_room(bookings, new) && self.short_by(bookings, new) == 0
    }
}
