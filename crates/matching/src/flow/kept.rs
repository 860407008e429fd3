//! A solved network that is kept, so that a change is settled from the last optimum.
//!
//! Method: what a change puts out of order is pushed to the bound its price asks for, and what is
//! then too much at one node goes to where it is missing by shortest paths over reduced costs,
//! which stay at or above nought (Ahuja, Magnanti and Orlin, *Network Flows*, section 9.7).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::simplex::certify;
use super::{Certificate, FlowError, Money, Network};

const NONE: u32 = u32::MAX;

/// A network with a flow and prices that prove it best, ready to be changed.
#[derive(Clone, Debug)]
pub struct Kept<C> {
    network: Network<C>,
    flow: Vec<i64>,
    /// Flow above the least on each arc, side by side: most arcs have none to send back.
    above: Vec<i64>,
    potential: Vec<C>,
    /// Supply not yet carried, by node.
    excess: Vec<i64>,
    /// Where each node's arcs start in `ends`.
    starts: Vec<u32>,
    /// Twice the arc, plus one when the arc enters the node.
    ends: Vec<u32>,
    distance: Vec<C>,
    /// Twice the round in which a node was reached, plus one when settled.
    reached: Vec<u32>,
    round: u32,
    /// By which end a node was reached.
    by: Vec<u32>,
    settled: Vec<u32>,
}

impl<C: Money> Kept<C> {
    /// Takes a network with any flow and any potentials and makes the flow best. The nearer the
    /// start is to the optimum, the less there is to do. Flows outside an arc's bounds are moved
    /// to the nearest bound; lists that are too short are filled with nought.
    ///
    /// # Errors
    /// [`FlowError`] when the network is malformed or has no feasible flow.
    pub fn new(
        network: Network<C>,
        mut flow: Vec<i64>,
        mut potential: Vec<C>,
    ) -> Result<Self, FlowError> {
        let nodes = network.supply.len();
        let most = 1_u64 << 40;
        if network.supply.iter().any(|supply| supply.unsigned_abs() > most) {
            return Err(FlowError::TooLarge { what: "a supply".into() });
        }
        let by = network.supply.iter().sum::<i64>();
        if by != 0 {
            return Err(FlowError::Unbalanced { by });
        }
        flow.resize(network.arcs.len(), 0);
        potential.resize(nodes, C::default());
        let mut excess = network.supply.clone();
        let mut starts = vec![0_u32; nodes + 2];
        for (index, (arc, flow)) in network.arcs.iter().zip(&mut flow).enumerate() {
            for node in [arc.from, arc.to] {
                if node as usize >= nodes {
                    let node = u64::from(node) + 1;
                    return Err(FlowError::Node { arc: index + 1, node, nodes });
                }
                starts[node as usize + 2] += 1;
            }
            if arc.capacity < arc.low {
                let (low, capacity) = (arc.low, arc.capacity);
                return Err(FlowError::Capacity { arc: index + 1, low, capacity });
            }
            if arc.low.unsigned_abs() > most || arc.capacity.unsigned_abs() > most {
                return Err(FlowError::TooLarge { what: format!("arc {}", index + 1) });
            }
            *flow = (*flow).clamp(arc.low, arc.capacity);
            excess[arc.from as usize] -= *flow;
            excess[arc.to as usize] += *flow;
        }
        for node in 0..=nodes {
            starts[node + 1] += starts[node];
        }
        let mut ends = vec![0_u32; network.arcs.len() * 2];
        for (index, arc) in network.arcs.iter().enumerate() {
            for (node, end) in [(arc.from, 2 * index as u32), (arc.to, 2 * index as u32 + 1)] {
                let slot = &mut starts[node as usize + 1];
                ends[*slot as usize] = end;
                *slot += 1;
            }
        }
        let above = network.arcs.iter().zip(&flow).map(|(arc, flow)| flow - arc.low).collect();
        let mut kept = Self {
            network,
            flow,
            above,
            potential,
            excess,
            starts,
            ends,
            distance: vec![C::default(); nodes],
            reached: vec![0; nodes],
            round: 0,
            by: vec![NONE; nodes],
            settled: Vec::new(),
        };
        for arc in 0..kept.network.arcs.len() {
            kept.order(arc);
        }
        kept.settle()?;
        Ok(kept)
    }

    /// Flow on each arc.
    pub fn flow(&self) -> &[i64] {
        &self.flow
    }

    /// Potential of each node: the cost of bringing one unit there.
    pub fn potential(&self) -> &[C] {
        &self.potential
    }

    /// The network as it stands.
    pub fn network(&self) -> &Network<C> {
        &self.network
    }

    /// Cost of the flow.
    pub fn cost(&self) -> i128 {
        let cost = |(arc, &flow): (&super::Arc<C>, &i64)| arc.cost.into() * i128::from(flow);
        self.network.arcs.iter().zip(&self.flow).map(cost).sum()
    }

    /// The proof, from the network alone.
    ///
    /// # Errors
    /// [`FlowError::Infeasible`] when some supply is not carried.
    pub fn certificate(&self) -> Result<Certificate, FlowError> {
        certify(&self.network, &self.flow, &self.potential)
    }

    /// Changes what arcs can carry (arc and capacity, at least the arc's least flow), settles,
    /// and says by how much the cost rose.
    ///
    /// # Errors
    /// [`FlowError`] when no flow serves every demand any more; the network is then out of order
    /// until the capacities are given back.
    pub fn set_capacities(&mut self, changes: &[(usize, i64)]) -> Result<i128, FlowError> {
        let mut rise = 0;
        for &(arc, capacity) in changes {
            let low = self.network.arcs[arc].low;
            if capacity < low {
                return Err(FlowError::Capacity { arc: arc + 1, low, capacity });
            }
            self.network.arcs[arc].capacity = capacity;
            let over = self.flow[arc] - capacity;
            if over > 0 {
                rise -= self.push(arc, over, false);
            }
            rise += self.order(arc);
        }
        Ok(rise + self.settle()?)
    }

    fn reduced(&self, arc: usize) -> C {
        let ends = &self.network.arcs[arc];
        ends.cost + self.potential[ends.from as usize] - self.potential[ends.to as usize]
    }

    /// Sends more, or less, along an arc. Gives the cost of so much on it.
    fn push(&mut self, arc: usize, amount: i64, more: bool) -> i128 {
        let ends = self.network.arcs[arc];
        let change = if more { amount } else { -amount };
        self.flow[arc] += change;
        self.above[arc] += change;
        self.excess[ends.from as usize] -= change;
        self.excess[ends.to as usize] += change;
        ends.cost.into() * i128::from(amount)
    }

    /// Brings an arc to the bound its reduced cost asks for. Gives the change of cost.
    fn order(&mut self, arc: usize) -> i128 {
        let reduced = self.reduced(arc);
        let ends = &self.network.arcs[arc];
        let (more, less) = (ends.capacity - self.flow[arc], self.flow[arc] - ends.low);
        if reduced < C::default() && more > 0 {
            self.push(arc, more, true)
        } else if reduced > C::default() && less > 0 {
            -self.push(arc, less, false)
        } else {
            0
        }
    }

    /// Carries every excess to where it is missing. Gives the change of cost.
    fn settle(&mut self) -> Result<i128, FlowError> {
        let mut rise = 0;
        for node in 0..self.excess.len() {
            while self.excess[node] > 0 {
                let Some(target) = self.reach(node as u32) else {
                    return Err(FlowError::Infeasible { short: self.excess[node] });
                };
                let mut amount = self.excess[node].min(-self.excess[target as usize]);
                let mut at = target;
                while at != node as u32 {
                    let (arc, more, from) = self.step(self.by[at as usize]);
                    let ends = &self.network.arcs[arc];
                    let flow = self.flow[arc];
                    amount = amount.min(if more { ends.capacity - flow } else { flow - ends.low });
                    at = from;
                }
                let mut at = target;
                while at != node as u32 {
                    let (arc, more, from) = self.step(self.by[at as usize]);
                    let cost = self.push(arc, amount, more);
                    rise += if more { cost } else { -cost };
                    at = from;
                }
            }
        }
        Ok(rise)
    }

    /// An end as a step: the arc, whether along it, and the node it starts from.
    fn step(&self, end: u32) -> (usize, bool, u32) {
        let arc = (end / 2) as usize;
        let along = end.is_multiple_of(2);
        let ends = &self.network.arcs[arc];
        (arc, along, if along { ends.from } else { ends.to })
    }

    /// The nearest node that lacks something, with the prices moved so that the way there costs
    /// nothing.
    fn reach(&mut self, source: u32) -> Option<u32> {
        self.round += 1;
        let seen = self.round * 2;
        self.settled.clear();
        let mut heap: BinaryHeap<Reverse<(C, u32)>> = BinaryHeap::new();
        self.distance[source as usize] = C::default();
        self.reached[source as usize] = seen;
        heap.push(Reverse((C::default(), source)));
        let mut found = None;
        while let Some(Reverse((distance, node))) = heap.pop() {
            let u = node as usize;
            if self.reached[u] == seen + 1 {
                continue;
            }
            if self.excess[u] < 0 {
                found = Some((distance, node));
                break;
            }
            self.reached[u] = seen + 1;
            self.settled.push(node);
            for at in self.starts[u]..self.starts[u + 1] {
                let end = self.ends[at as usize];
                let arc = (end / 2) as usize;
                if !end.is_multiple_of(2) && self.above[arc] == 0 {
                    continue;
                }
                let ends = &self.network.arcs[arc];
                let (to, room) = if end.is_multiple_of(2) {
                    (ends.to, ends.capacity - self.flow[arc])
                } else {
                    (ends.from, self.above[arc])
                };
                let v = to as usize;
                if room <= 0 || self.reached[v] == seen + 1 {
                    continue;
                }
                let reduced = self.reduced(arc);
                let length = if end.is_multiple_of(2) { reduced } else { -reduced };
                let there = distance + length;
                if self.reached[v] != seen || there < self.distance[v] {
                    self.reached[v] = seen;
                    self.distance[v] = there;
                    self.by[v] = end;
                    heap.push(Reverse((there, to)));
                }
            }
        }
        let (least, target) = found?;
        for &node in &self.settled {
            self.potential[node as usize] += self.distance[node as usize] - least;
        }
        Some(target)
    }
}
