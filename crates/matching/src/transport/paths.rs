//! Shortest paths over prices: forward from a need that looks for a place, backward from a place
//! that looks for a need. Each ends with an optimum again; the path is the chain of moves.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::solver::{FORBIDDEN, FRONT, NOWHERE, Solver, Step};

#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    distance: Vec<i64>,
    /// Which search last touched a supporter.
    stamp: Vec<u32>,
    now: u32,
    /// The need that reached a supporter (forward), or would leave it (backward), and the cost
    /// of its edge there.
    via: Vec<(u32, i32)>,
    /// Backward: where that need would go.
    onward: Vec<u32>,
    heap: BinaryHeap<Reverse<(i64, u32)>>,
    settled: Vec<(u32, i64)>,
}

#[derive(Clone, Copy)]
enum End {
    None,
    /// A free place.
    Place(u32),
    /// This need becomes unmet (forward) or is met at last (backward).
    Unmet(u32),
}

impl Search {
    pub(crate) fn new(supporters: usize) -> Self {
        Self {
            distance: vec![0; supporters],
            stamp: vec![0; supporters],
            via: vec![(NOWHERE, 0); supporters],
            onward: vec![NOWHERE; supporters],
            ..Self::default()
        }
    }

    fn begin(&mut self) {
        if self.now == u32::MAX {
            self.stamp.fill(0);
            self.now = 0;
        }
        self.now += 1;
        self.heap.clear();
        self.settled.clear();
    }

    /// Notes a shorter way to a supporter; says whether it is one.
    fn reach(&mut self, supporter: u32, distance: i64, via: (u32, i32)) -> bool {
        let j = supporter as usize;
        if self.stamp[j] == self.now && self.distance[j] <= distance {
            return false;
        }
        self.stamp[j] = self.now;
        self.distance[j] = distance;
        self.via[j] = via;
        true
    }
}

struct Forward {
    least: i64,
    end: End,
}

impl Solver {
    /// Seats a need that has no seat, or leaves it unmet, at least cost, moving others as
    /// needed.
    pub(crate) fn seat_need(&mut self, need: u32) {
        if self.front_is_stale(need as usize) {
            self.bring_forward(need as usize);
        }
        let mut search = std::mem::take(&mut self.search);
        search.begin();
        let mut forward = Forward { least: i64::MAX, end: End::None };
        // Distances are measured from nought: the need's own potential is free to choose.
        self.relax(&mut search, &mut forward, need, 0, 0);
        self.finish(search, forward, true);
    }

    /// Whether a row's front has never been chosen.
    pub(crate) fn front_is_stale(&self, need: usize) -> bool {
        self.beyond[need] == i64::MIN
    }

    /// Frees one place of a full supporter by moving somebody on at least cost, and returns that
    /// cost above the supporter's price. Without `apply` it only says what that would cost.
    pub(crate) fn push_out(&mut self, supporter: u32, apply: bool) -> i64 {
        let mut search = std::mem::take(&mut self.search);
        search.begin();
        search.reach(supporter, 0, (NOWHERE, 0));
        search.heap.push(Reverse((0, supporter)));
        self.finish(search, Forward { least: i64::MAX, end: End::None }, apply)
    }

    fn finish(&mut self, mut search: Search, mut forward: Forward, apply: bool) -> i64 {
        while let Some(Reverse((distance, supporter))) = search.heap.pop() {
            if distance >= forward.least {
                break;
            }
            let j = supporter as usize;
            if search.distance[j] < distance {
                continue;
            }
            search.settled.push((supporter, distance));
            let places = self.places[j] as usize;
            for spot in places..places + self.taken[j] as usize {
                let sitting = self.seat[spot];
                let paid = self.cost[sitting as usize] + self.price[j];
                self.relax(&mut search, &mut forward, sitting, distance, paid);
            }
        }
        if !apply || matches!(forward.end, End::None) {
            self.search = search;
            return forward.least;
        }
        for &(supporter, distance) in &search.settled {
            self.price[supporter as usize] += forward.least - distance;
        }
        // Walk back from the end, each need taking the place the one after it leaves.
        let (mut need, mut to, mut cost) = match forward.end {
            End::None => (NOWHERE, NOWHERE, 0),
            End::Unmet(need) => (need, NOWHERE, 0),
            End::Place(supporter) => {
                let (need, cost) = search.via[supporter as usize];
                (need, supporter, cost)
            }
        };
        while need != NOWHERE {
            let from = self.at[need as usize];
            self.stand(need);
            if to != NOWHERE {
                self.sit(need, to, i64::from(cost));
            }
            self.note(need, from, to);
            if from == NOWHERE {
                break;
            }
            to = from;
            (need, cost) = search.via[from as usize];
        }
        self.search = search;
        forward.least
    }

    fn note(&mut self, need: u32, from: u32, to: u32) {
        let known = |supporter: u32| Some(supporter).filter(|&s| s != NOWHERE);
        self.steps.push(Step { need, from: known(from), to: known(to) });
    }

    fn relax(&self, search: &mut Search, forward: &mut Forward, need: u32, base: i64, paid: i64) {
        let i = need as usize;
        let unmet = base + self.unmet[i] - paid;
        if unmet < forward.least {
            *forward = Forward { least: unmet, end: End::Unmet(need) };
        }
        let row = self.span(i);
        let front = row.end.min(row.start + FRONT);
        self.relax_edges(search, forward, need, base - paid, row.start..front);
        if (self.beyond[i].saturating_add(base - paid)) < forward.least {
            self.relax_edges(search, forward, need, base - paid, front..row.end);
        }
    }

    fn relax_edges(
        &self,
        search: &mut Search,
        forward: &mut Forward,
        need: u32,
        base: i64,
        edges: std::ops::Range<usize>,
    ) {
        for &edge in &self.edges[edges] {
            if edge.cost == FORBIDDEN {
                continue;
            }
            let j = edge.supporter as usize;
            let distance = base + i64::from(edge.cost) + self.price[j];
            if distance >= forward.least
                || !search.reach(edge.supporter, distance, (need, edge.cost))
            {
                continue;
            }
            if self.has_free_place(j) {
                *forward = Forward { least: distance, end: End::Place(edge.supporter) };
            } else {
                search.heap.push(Reverse((distance, edge.supporter)));
            }
        }
    }

    /// Fills a free place that has a price, or brings its price to nought, at least cost, and
    /// returns by how much the price falls. Without `apply` it only says by how much it would.
    pub(crate) fn fill_place(&mut self, supporter: u32, apply: bool) -> i64 {
        let columns = self.columns();
        let mut search = std::mem::take(&mut self.search);
        search.begin();
        search.reach(supporter, 0, (NOWHERE, 0));
        search.heap.push(Reverse((0, supporter)));
        let (mut least, mut end) = (i64::MAX, End::None);
        // The supporter through which an unmet need would come in.
        let mut door = (NOWHERE, 0);
        while let Some(Reverse((distance, supporter))) = search.heap.pop() {
            if distance >= least {
                break;
            }
            let j = supporter as usize;
            if search.distance[j] < distance {
                continue;
            }
            search.settled.push((supporter, distance));
            if distance + self.price[j] < least {
                least = distance + self.price[j];
                end = End::Place(supporter);
            }
            let column = columns.starts[j] as usize..columns.starts[j + 1] as usize;
            for &(need, cost) in &columns.needs[column] {
                let i = need as usize;
                if self.at[i] == supporter || cost == FORBIDDEN || self.pinned[i] {
                    continue;
                }
                let from = self.at[i];
                let paid =
                    self.cost[i] + if from == NOWHERE { 0 } else { self.price[from as usize] };
                let reached = distance + i64::from(cost) + self.price[j] - paid;
                if reached >= least {
                    continue;
                }
                if from == NOWHERE {
                    (least, end, door) = (reached, End::Unmet(need), (supporter, cost));
                } else if search.reach(from, reached, (need, cost)) {
                    search.onward[from as usize] = supporter;
                    search.heap.push(Reverse((reached, from)));
                }
            }
        }
        if !apply {
            self.search = search;
            self.back = Some(columns);
            return least;
        }
        for &(supporter, distance) in &search.settled {
            let j = supporter as usize;
            if distance >= least {
                continue;
            }
            self.price[j] -= least - distance;
            // A lower price may bring an edge below what its row's front promised.
            for &(need, cost) in
                &columns.needs[columns.starts[j] as usize..columns.starts[j + 1] as usize]
            {
                let value = i64::from(cost).saturating_add(self.price[j]);
                let beyond = &mut self.beyond[need as usize];
                *beyond = (*beyond).min(value);
            }
        }
        // From the free place back to the end: each need moves one place on.
        let mut moves = Vec::new();
        let mut gap = match end {
            End::None => supporter,
            End::Place(last) => last,
            End::Unmet(need) => {
                moves.push((need, door));
                door.0
            }
        };
        while gap != supporter {
            let (need, cost) = search.via[gap as usize];
            let to = search.onward[gap as usize];
            moves.push((need, (to, cost)));
            gap = to;
        }
        for &(need, (to, cost)) in moves.iter().rev() {
            let from = self.at[need as usize];
            self.stand(need);
            self.sit(need, to, i64::from(cost));
            self.note(need, from, to);
        }
        self.search = search;
        self.back = Some(columns);
        least
    }
}
