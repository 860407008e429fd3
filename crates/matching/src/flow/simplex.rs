//! The network simplex.

use std::fmt::Display;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

use super::{Arc, Certificate, FlowError, Network};

/// A whole-number type for costs: `i64` for ordinary problems, `i128` for aims in strict order.
pub trait Money:
    Copy
    + Ord
    + Default
    + Display
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Neg<Output = Self>
    + Mul<Output = Self>
    + TryFrom<i128>
    + Into<i128>
{
}

impl Money for i64 {}
impl Money for i128 {}

/// A flow, the prices that prove it, and the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved<C> {
    /// Flow on each arc.
    pub flow: Vec<i64>,
    /// Potential of each node: the cost of bringing one unit there.
    pub potential: Vec<C>,
    /// The proof.
    pub certificate: Certificate,
}

const NONE: u32 = u32::MAX;

struct Tree<C> {
    source: Vec<u32>,
    target: Vec<u32>,
    cost: Vec<C>,
    capacity: Vec<i64>,
    flow: Vec<i64>,
    /// 1 at the lower bound, -1 at the upper bound, 0 in the tree.
    state: Vec<i8>,
    potential: Vec<C>,
    parent: Vec<u32>,
    /// Arc to the parent.
    pred: Vec<u32>,
    depth: Vec<u32>,
    first_child: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
    stack: Vec<u32>,
}

/// Solves a network exactly.
///
/// # Errors
/// [`FlowError`] when the network is malformed, has no feasible flow, or its numbers are too
/// large for `C`.
pub fn solve<C: Money>(network: &Network<C>) -> Result<Solved<C>, FlowError> {
    let mut tree = Tree::build(network)?;
    let arcs = network.arcs.len();
    let block = ((arcs as f64).sqrt() as usize).max(20);
    let mut at = 0;
    while let Some(entering) = tree.price(arcs, block, &mut at) {
        tree.pivot(entering)?;
    }
    // What cannot be carried leaves one node by an artificial arc and enters another by one.
    let short = tree.flow[arcs..].iter().sum::<i64>() / 2;
    if short > 0 {
        return Err(FlowError::Infeasible { short });
    }
    let nodes = network.supply.len();
    let flow: Vec<i64> =
        network.arcs.iter().zip(&tree.flow).map(|(arc, flow)| arc.low + flow).collect();
    let potential = tree.potential[..nodes].to_vec();
    let certificate = certify(network, &flow, &potential)?;
    Ok(Solved { flow, potential, certificate })
}

/// Recomputes both sides from the network alone: the cost of the flow, and the value of the
/// prices, which no flow can undercut.
pub(super) fn certify<C: Money>(
    network: &Network<C>,
    flow: &[i64],
    potential: &[C],
) -> Result<Certificate, FlowError> {
    let mut left: Vec<i64> = network.supply.clone();
    let (mut primal, mut dual) = (0_i128, 0_i128);
    for (arc, &flow) in network.arcs.iter().zip(flow) {
        left[arc.from as usize] -= flow;
        left[arc.to as usize] += flow;
        let cost: i128 = arc.cost.into();
        primal += cost * i128::from(flow);
        let from: i128 = potential[arc.from as usize].into();
        let to: i128 = potential[arc.to as usize].into();
        let reduced = cost + from - to;
        dual += reduced * i128::from(if reduced < 0 { arc.capacity } else { arc.low });
        debug_assert!((arc.low..=arc.capacity).contains(&flow));
    }
    for (&supply, &price) in network.supply.iter().zip(potential) {
        dual -= i128::from(supply) * price.into();
    }
    match left.iter().find(|&&left| left != 0) {
        Some(&left) => Err(FlowError::Infeasible { short: left.abs() }),
        None => Ok(Certificate { primal, dual, arcs: network.arcs.len() }),
    }
}

impl<C: Money> Tree<C> {
    fn build(network: &Network<C>) -> Result<Self, FlowError> {
        let nodes = network.supply.len();
        let mut supply = network.supply.clone();
        let by = supply.iter().try_fold(0_i64, |sum, &s| sum.checked_add(s));
        match by {
            Some(0) => {}
            Some(by) => return Err(FlowError::Unbalanced { by }),
            None => return Err(FlowError::TooLarge { what: "the sum of supplies".into() }),
        }
        let mut largest = 0_i128;
        for (index, arc) in network.arcs.iter().enumerate() {
            for node in [arc.from, arc.to] {
                if node as usize >= nodes {
                    let node = u64::from(node) + 1;
                    return Err(FlowError::Node { arc: index + 1, node, nodes });
                }
            }
            if arc.capacity < arc.low {
                let Arc { low, capacity, .. } = *arc;
                return Err(FlowError::Capacity { arc: index + 1, low, capacity });
            }
            let too_large = || FlowError::TooLarge { what: format!("arc {}", index + 1) };
            if arc.low.unsigned_abs() > 1 << 60 || arc.capacity.unsigned_abs() > 1 << 60 {
                return Err(too_large());
            }
            let (from, to) = (arc.from as usize, arc.to as usize);
            supply[from] = supply[from].checked_sub(arc.low).ok_or_else(too_large)?;
            supply[to] = supply[to].checked_add(arc.low).ok_or_else(too_large)?;
            let cost: i128 = arc.cost.into();
            largest = largest.max(cost.checked_abs().ok_or_else(too_large)?);
        }
        let huge = || FlowError::TooLarge { what: "the largest cost".into() };
        let dear = (largest + 1).checked_mul(nodes as i128 + 1).ok_or_else(huge)?;
        // Potentials and reduced costs stay within four times the artificial cost.
        let dear_enough = dear.checked_mul(4).ok_or_else(huge)?;
        C::try_from(dear_enough).map_err(|_| huge())?;
        let dear = C::try_from(dear).map_err(|_| huge())?;

        let root = nodes as u32;
        let count = network.arcs.len() + nodes;
        let mut tree = Self {
            source: Vec::with_capacity(count),
            target: Vec::with_capacity(count),
            cost: Vec::with_capacity(count),
            capacity: Vec::with_capacity(count),
            flow: vec![0; count],
            state: vec![1; count],
            potential: vec![C::default(); nodes + 1],
            parent: vec![root; nodes + 1],
            pred: vec![NONE; nodes + 1],
            depth: vec![1; nodes + 1],
            first_child: vec![NONE; nodes + 1],
            next: vec![NONE; nodes + 1],
            previous: vec![NONE; nodes + 1],
            stack: Vec::new(),
        };
        tree.parent[nodes] = NONE;
        tree.depth[nodes] = 0;
        for arc in &network.arcs {
            tree.source.push(arc.from);
            tree.target.push(arc.to);
            tree.cost.push(arc.cost);
            tree.capacity.push(arc.capacity - arc.low);
        }
        for (node, &supply) in supply.iter().enumerate() {
            let index = network.arcs.len() + node;
            // A node with nothing to send hangs by an arc towards the root: strongly feasible.
            let (source, target, potential) =
                if supply >= 0 { (node as u32, root, -dear) } else { (root, node as u32, dear) };
            tree.source.push(source);
            tree.target.push(target);
            tree.cost.push(dear);
            tree.capacity.push(i64::MAX);
            tree.flow[index] = supply.abs();
            tree.state[index] = 0;
            tree.pred[node] = index as u32;
            tree.potential[node] = potential;
            tree.hang(node as u32, root);
        }
        Ok(tree)
    }

    fn hang(&mut self, node: u32, parent: u32) {
        let first = self.first_child[parent as usize];
        self.parent[node as usize] = parent;
        self.previous[node as usize] = NONE;
        self.next[node as usize] = first;
        if first != NONE {
            self.previous[first as usize] = node;
        }
        self.first_child[parent as usize] = node;
    }

    fn cut(&mut self, node: u32) {
        let (previous, next) = (self.previous[node as usize], self.next[node as usize]);
        if previous == NONE {
            let parent = self.parent[node as usize];
            self.first_child[parent as usize] = next;
        } else {
            self.next[previous as usize] = next;
        }
        if next != NONE {
            self.previous[next as usize] = previous;
        }
    }

    fn reduced(&self, arc: usize) -> C {
        self.cost[arc] + self.potential[self.source[arc] as usize]
            - self.potential[self.target[arc] as usize]
    }

    /// The most violating arc of the next block that has one.
    fn price(&self, arcs: usize, block: usize, at: &mut usize) -> Option<usize> {
        let mut best: Option<(C, usize)> = None;
        let (mut seen, mut left) = (0, block);
        while seen < arcs {
            if *at >= arcs {
                *at = 0;
            }
            let arc = *at;
            let state = self.state[arc];
            if state != 0 {
                let reduced = self.reduced(arc);
                let violation = if state > 0 { reduced } else { -reduced };
                if violation < best.map_or(C::default(), |(worst, _)| worst) {
                    best = Some((violation, arc));
                }
            }
            *at += 1;
            seen += 1;
            left -= 1;
            if left == 0 {
                if best.is_some() {
                    break;
                }
                left = block;
            }
        }
        best.map(|(_, arc)| arc)
    }

    fn pivot(&mut self, entering: usize) -> Result<(), FlowError> {
        let forward = self.state[entering] > 0;
        let (first, second) = if forward {
            (self.source[entering], self.target[entering])
        } else {
            (self.target[entering], self.source[entering])
        };
        // The flow round the cycle runs join → first → second → join. Of the blocking arcs the
        // last one met that way leaves, which keeps the tree strongly feasible.
        let mut step = self.capacity[entering];
        let mut leaving: Option<(u32, bool)> = None;
        let (mut a, mut b) = (first, second);
        while a != b {
            let climb_first = self.depth[a as usize] >= self.depth[b as usize];
            let node = if climb_first { a } else { b };
            let arc = self.pred[node as usize] as usize;
            let up = self.source[arc] == node;
            // On the first side the cycle runs down towards `first`, on the second side up.
            let room = if up == climb_first {
                self.flow[arc]
            } else {
                self.capacity[arc] - self.flow[arc]
            };
            if climb_first {
                if room < step {
                    step = room;
                    leaving = Some((node, true));
                }
                a = self.parent[node as usize];
            } else {
                if room <= step {
                    step = room;
                    leaving = Some((node, false));
                }
                b = self.parent[node as usize];
            }
        }
        if step == i64::MAX {
            return Err(FlowError::TooLarge { what: "an unbounded cycle of negative cost".into() });
        }
        let join = a;
        let change = if forward { step } else { -step };
        if step > 0 {
            self.flow[entering] += change;
            for (start, on_first) in [(first, true), (second, false)] {
                let mut node = start;
                while node != join {
                    let arc = self.pred[node as usize] as usize;
                    let up = self.source[arc] == node;
                    self.flow[arc] += if up == on_first { -step } else { step };
                    node = self.parent[node as usize];
                }
            }
        }
        let Some((out, on_first)) = leaving else {
            self.state[entering] = -self.state[entering];
            return Ok(());
        };
        let left = self.pred[out as usize] as usize;
        self.state[left] = if self.flow[left] == 0 { 1 } else { -1 };
        let reduced = self.reduced(entering);
        self.state[entering] = 0;
        let (inner, outer) = if on_first { (first, second) } else { (second, first) };
        self.rehang(inner, outer, out, entering as u32);
        // Potentials of the part that moved change by one amount.
        let shift = if self.source[entering] == inner { -reduced } else { reduced };
        let mut stack = std::mem::take(&mut self.stack);
        stack.push(inner);
        while let Some(node) = stack.pop() {
            let node = node as usize;
            self.potential[node] += shift;
            self.depth[node] = self.depth[self.parent[node] as usize] + 1;
            let mut child = self.first_child[node];
            while child != NONE {
                stack.push(child);
                child = self.next[child as usize];
            }
        }
        self.stack = stack;
        Ok(())
    }

    /// Turns the path from `inner` up to `out` round and hangs it below `outer`.
    fn rehang(&mut self, inner: u32, outer: u32, out: u32, entering: u32) {
        let (mut node, mut parent, mut arc) = (inner, outer, entering);
        loop {
            let (old_parent, old_arc) = (self.parent[node as usize], self.pred[node as usize]);
            self.cut(node);
            self.hang(node, parent);
            self.pred[node as usize] = arc;
            if node == out {
                return;
            }
            (parent, node, arc) = (node, old_parent, old_arc);
        }
    }
}
