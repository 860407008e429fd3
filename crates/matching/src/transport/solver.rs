//! The state of a solution: who sits where, at which prices; and what proves it.
//!
//! Complementary slackness, kept exactly once solved: a seated need pays no more, price
//! included, than anywhere else and than staying unmet; a supporter with a free place is free.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::auction::Auction;
use super::paths::Search;
use super::{Edge, Instance, InstanceError};
use crate::flow::Certificate;

/// No supporter: the need is unmet, or not yet seated.
pub(crate) const NOWHERE: u32 = u32::MAX;
/// Cost of an edge that is forbidden.
pub(crate) const FORBIDDEN: i32 = i32::MAX;
/// How many of a row's best edges are kept in front.
pub(crate) const FRONT: usize = 9;

/// One move of a what-if: a need leaves a supporter for another, or for being unmet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Position of the need.
    pub need: u32,
    /// Where it was; none when unmet.
    pub from: Option<u32>,
    /// Where it goes; none when it stays unmet.
    pub to: Option<u32>,
}

/// A solved instance that can be asked "what if".
#[derive(Clone, Debug)]
pub struct Solver {
    pub(crate) starts: Vec<u32>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) unmet: Vec<i64>,
    /// Where each supporter's places start.
    pub(crate) places: Vec<u32>,
    /// How many of its places are taken.
    pub(crate) taken: Vec<u32>,
    /// Needs by place; the taken ones first within a supporter.
    pub(crate) seat: Vec<u32>,
    /// Supporter of each need.
    pub(crate) at: Vec<u32>,
    /// Position in `seat` of each seated need.
    pub(crate) spot: Vec<u32>,
    /// Cost of each need where it is.
    pub(crate) cost: Vec<i64>,
    /// Sum of the costs.
    total: i64,
    pub(crate) price: Vec<i64>,
    /// No edge of the row beyond its front costs less than this, price included.
    pub(crate) beyond: Vec<i64>,
    pub(crate) search: Search,
    pub(crate) back: Option<Columns>,
    /// Places of each supporter that are out of the market, held by pinned needs.
    pub(crate) closed: Vec<u32>,
    /// Pinned needs hold their place and are out of the market.
    pub(crate) pinned: Vec<bool>,
    pub(crate) steps: Vec<Step>,
    /// How many forward and backward searches the solve took.
    pub searches: (usize, usize),
}

/// The instance by columns: which needs could take a supporter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) starts: Vec<u32>,
    pub(crate) needs: Vec<(u32, i32)>,
}

impl Solver {
    /// Solves an instance exactly.
    ///
    /// # Errors
    /// [`InstanceError`] when the instance does not fit together.
    pub fn solve(instance: Instance) -> Result<Self, InstanceError> {
        instance.check()?;
        Ok(Self::solve_checked(instance))
    }

    fn solve_checked(instance: Instance) -> Self {
        let mut solver = Self::empty(instance);
        let mut auction = Auction::new(&solver);
        let waiting = auction.run(&mut solver);
        drop(auction);
        for need in waiting {
            solver.searches.0 += 1;
            solver.seat_need(need);
        }
        for supporter in 0..solver.price.len() {
            while solver.price[supporter] > 0 && solver.has_free_place(supporter) {
                solver.searches.1 += 1;
                solver.fill_place(supporter as u32, true);
            }
        }
        solver.steps.clear();
        solver
    }

    fn empty(instance: Instance) -> Self {
        let Instance { starts, edges, unmet, capacity } = instance;
        let needs = unmet.len();
        let mut places = Vec::with_capacity(capacity.len() + 1);
        let mut sum = 0;
        places.push(0);
        for capacity in &capacity {
            sum += capacity;
            places.push(sum);
        }
        let supporters = capacity.len();
        Self {
            total: unmet.iter().sum(),
            cost: unmet.clone(),
            taken: vec![0; supporters],
            seat: vec![NOWHERE; sum as usize],
            at: vec![NOWHERE; needs],
            spot: vec![NOWHERE; needs],
            price: vec![0; supporters],
            beyond: vec![i64::MIN; needs],
            search: Search::new(supporters),
            back: None,
            closed: vec![0; supporters],
            pinned: vec![false; needs],
            steps: Vec::new(),
            searches: (0, 0),
            starts,
            edges,
            unmet,
            places,
        }
    }

    /// How many needs.
    pub fn needs(&self) -> usize {
        self.unmet.len()
    }

    /// Where a need is; none when unmet.
    pub fn supporter(&self, need: usize) -> Option<u32> {
        Some(self.at[need]).filter(|&at| at != NOWHERE)
    }

    /// Price of one place of a supporter: at the optimum, between what one more place would save
    /// and what losing one would cost.
    pub fn price(&self, supporter: usize) -> i64 {
        self.price[supporter]
    }

    /// How many needs are unmet.
    pub fn unmet_count(&self) -> usize {
        self.at.iter().filter(|&&at| at == NOWHERE).count()
    }

    /// Total cost.
    pub fn objective(&self) -> i64 {
        self.total
    }

    /// A need's candidates, in no particular order. A forbidden pair costs the largest number.
    pub fn row(&self, need: usize) -> &[Edge] {
        &self.edges[self.span(need)]
    }

    pub(crate) fn span(&self, need: usize) -> Range<usize> {
        self.starts[need] as usize..self.starts[need + 1] as usize
    }

    pub(crate) fn capacity(&self, supporter: usize) -> u32 {
        self.places[supporter + 1] - self.places[supporter]
    }

    pub(crate) fn has_free_place(&self, supporter: usize) -> bool {
        self.taken[supporter] + self.closed[supporter] < self.capacity(supporter)
    }

    /// Needs that sit with a supporter.
    pub fn sitting(&self, supporter: usize) -> &[u32] {
        let start = self.places[supporter] as usize;
        &self.seat[start..start + self.taken[supporter] as usize]
    }

    /// Notes what a need costs where it is.
    pub(crate) fn pay(&mut self, need: u32, cost: i64) {
        self.total += cost - self.cost[need as usize];
        self.cost[need as usize] = cost;
    }

    pub(crate) fn sit(&mut self, need: u32, supporter: u32, cost: i64) {
        let spot = self.places[supporter as usize] + self.taken[supporter as usize];
        self.taken[supporter as usize] += 1;
        self.seat[spot as usize] = need;
        self.at[need as usize] = supporter;
        self.spot[need as usize] = spot;
        self.pay(need, cost);
    }

    /// Takes a need from its place, if it has one.
    pub(crate) fn stand(&mut self, need: u32) {
        let supporter = self.at[need as usize];
        if supporter == NOWHERE {
            return;
        }
        self.taken[supporter as usize] -= 1;
        let last = self.places[supporter as usize] + self.taken[supporter as usize];
        let spot = self.spot[need as usize];
        let moved = self.seat[last as usize];
        self.seat[spot as usize] = moved;
        self.spot[moved as usize] = spot;
        self.seat[last as usize] = NOWHERE;
        self.at[need as usize] = NOWHERE;
        self.spot[need as usize] = NOWHERE;
        self.pay(need, self.unmet[need as usize]);
    }

    /// The instance by columns, made when first asked for.
    pub(crate) fn columns(&mut self) -> Columns {
        self.back.take().unwrap_or_else(|| {
            let mut starts = vec![0_u32; self.price.len() + 1];
            for edge in &self.edges {
                starts[edge.supporter as usize + 1] += 1;
            }
            for j in 1..starts.len() {
                starts[j] += starts[j - 1];
            }
            let mut next = starts.clone();
            let mut needs = vec![(0_u32, 0_i32); self.edges.len()];
            for need in 0..self.unmet.len() {
                for edge in &self.edges[self.span(need)] {
                    let slot = &mut next[edge.supporter as usize];
                    needs[*slot as usize] = (need as u32, edge.cost);
                    *slot += 1;
                }
            }
            Columns { starts, needs }
        })
    }

    /// Proves the solution: recomputes both sides from the instance alone and looks at every
    /// edge. With pins in force, at the instance as pinned.
    pub fn certificate(&self) -> Certificate {
        let (mut primal, mut dual) = (0_i128, 0_i128);
        let mut taken = vec![0_u32; self.price.len()];
        for need in 0..self.needs() {
            let row = &self.edges[self.span(need)];
            let at = self.at[need];
            let own = row.iter().find(|edge| edge.supporter == at && at != NOWHERE);
            primal += i128::from(own.map_or(self.unmet[need], |edge| i64::from(edge.cost)));
            if at != NOWHERE {
                taken[at as usize] += 1;
            }
            if let Some(own) = own.filter(|_| self.pinned[need]) {
                dual += i128::from(own.cost);
                continue;
            }
            let least = row
                .iter()
                .filter(|edge| edge.cost != FORBIDDEN)
                .map(|edge| i64::from(edge.cost) + self.price[edge.supporter as usize])
                .min();
            dual += i128::from(least.map_or(self.unmet[need], |least| least.min(self.unmet[need])));
        }
        for (j, &price) in self.price.iter().enumerate() {
            dual -= i128::from(price.max(0)) * i128::from(self.capacity(j) - self.closed[j]);
            if taken[j] > self.capacity(j) || price < 0 {
                // A broken solution must not look proved.
                dual -= 1;
            }
        }
        Certificate { primal, dual, arcs: self.edges.len() }
    }
}
