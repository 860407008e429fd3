//! Every packing of an agent that could be part of something better: where there are few enough,
//! choosing one packing for each agent so that every job is packed once is far easier than
//! choosing an agent for each job. Baldacci, Christofides and Mingozzi (2008) solve routing so.

use std::sync::Arc;

use super::lagrange::{Problem, SCALE};

/// Table cells a packing may take to find the packings of one agent.
const DEEP: usize = 4_000_000;
/// So many packings are few enough to go through.
pub(super) const FEW: usize = 400_000;

/// Packings of all agents.
pub(super) struct Patterns {
    /// Words of 64 jobs.
    pub(super) words: usize,
    /// Which jobs each packing has, so many words for each.
    masks: Vec<u64>,
    /// The jobs of each packing: those of packing `c` are `jobs[first[c]..first[c + 1]]`.
    jobs: Vec<u16>,
    first: Vec<u32>,
    /// What each packing costs, in 256ths.
    pub(super) cost: Vec<i64>,
}

/// Which packings are left for each agent.
pub(super) struct Choice {
    pub(super) patterns: Arc<Patterns>,
    pub(super) left: Vec<Vec<u32>>,
    pub(super) price: Vec<i64>,
}

impl Patterns {
    pub(super) fn jobs(&self, c: u32) -> &[u16] {
        &self.jobs[self.first[c as usize] as usize..self.first[c as usize + 1] as usize]
    }

    /// How many packings there are.
    pub(super) fn len(&self) -> usize {
        self.cost.len()
    }

    /// Some packings alone, close together.
    fn only(&self, left: &mut [Vec<u32>]) -> Self {
        let mut some = Self {
            words: self.words,
            masks: Vec::new(),
            jobs: Vec::new(),
            first: vec![0],
            cost: Vec::new(),
        };
        for c in left.iter_mut().flatten() {
            let at = *c as usize;
            some.masks.extend_from_slice(&self.masks[at * self.words..(at + 1) * self.words]);
            some.jobs.extend_from_slice(self.jobs(*c));
            some.first.push(some.jobs.len() as u32);
            *c = some.cost.len() as u32;
            some.cost.push(self.cost[at]);
        }
        some
    }

    pub(super) fn has(&self, c: u32, j: usize) -> bool {
        self.masks[c as usize * self.words + j / 64] >> (j % 64) & 1 == 1
    }
}

impl Choice {
    /// Keeps what is left close together once most packings are gone: going over few that lie far
    /// apart takes long.
    pub(super) fn close_up(&mut self) {
        let left: usize = self.left.iter().map(Vec::len).sum();
        if left * 4 < self.patterns.len() {
            self.patterns = Arc::new(self.patterns.only(&mut self.left));
        }
    }
}

/// The packings of each agent that are worth at most `slack` (256ths) less than its best at the
/// prices; none when there are more than `most`.
pub(super) fn patterns(
    p: &Problem,
    open: &[bool],
    price: &[i64],
    slack: i64,
    most: usize,
    effort: &mut u64,
) -> Option<Choice> {
    // Jobs are named in sixteen bits, to go over packings quickly.
    u16::try_from(p.jobs).ok()?;
    let words = p.jobs.div_ceil(64);
    let mut all =
        Patterns { words, masks: Vec::new(), jobs: Vec::new(), first: vec![0], cost: Vec::new() };
    let mut left = Vec::with_capacity(p.agents);
    let mut table = Vec::new();
    for i in 0..p.agents {
        let from = all.cost.len() as u32;
        let mut items: Vec<(i64, usize, usize)> = (0..p.jobs)
            .map(|j| (j, j * p.agents + i))
            .filter(|&(_, at)| open[at])
            .map(|(j, at)| (price[j] - p.cost[at] * SCALE, p.usage[at] as usize, j))
            .filter(|item| item.0 >= -slack)
            .collect();
        // What a packing gains or loses most by is settled first.
        items.sort_unstable_by_key(|&(worth, usage, j)| (worth, usage, j));
        let width = p.capacity[i] as usize + 1;
        if (items.len() + 1).saturating_mul(width) > DEEP {
            return None;
        }
        *effort += ((items.len() + 1) * width) as u64 / 100;
        table.clear();
        table.resize((items.len() + 1) * width, 0_i64);
        for (index, &(worth, usage, _)) in items.iter().enumerate() {
            let (before, after) = table.split_at_mut((index + 1) * width);
            let (before, after) = (&before[index * width..], &mut after[..width]);
            after.copy_from_slice(before);
            for (after, before) in after.iter_mut().skip(usage).zip(before) {
                *after = (*after).max(before + worth);
            }
        }
        let goal = table[items.len() * width + width - 1] - slack;
        let mut search = Search {
            p,
            items: &items,
            table: &table,
            width,
            goal,
            agent: i,
            most,
            all: &mut all,
            held: Vec::new(),
        };
        let few = search.go();
        *effort += 4 * (all.cost.len() as u64 - u64::from(from));
        if !few {
            return None;
        }
        left.push((from..all.cost.len() as u32).collect());
    }
    Some(Choice { patterns: Arc::new(all), left, price: price.to_vec() })
}

struct Search<'a> {
    p: &'a Problem,
    items: &'a [(i64, usize, usize)],
    /// What can be had at most of the first so many items in so much room.
    table: &'a [i64],
    width: usize,
    /// What a packing must be worth.
    goal: i64,
    agent: usize,
    most: usize,
    all: &'a mut Patterns,
    /// Items held, with the room and the worth before each.
    held: Vec<(usize, usize, i64)>,
}

impl Search<'_> {
    /// Keeps every packing that is worth the goal; false when there are too many.
    fn go(&mut self) -> bool {
        let (mut index, mut room, mut worth) = (self.items.len(), self.width - 1, 0);
        loop {
            let hopeful = worth + self.table[index * self.width + room] >= self.goal;
            if hopeful && index > 0 {
                index -= 1;
                let (gain, usage, _) = self.items[index];
                if usage <= room {
                    self.held.push((index, room, worth));
                    room -= usage;
                    worth += gain;
                }
                continue;
            }
            if hopeful && !self.keep() {
                return false;
            }
            // The same without the last item held.
            let Some(last) = self.held.pop() else { return true };
            (index, room, worth) = last;
        }
    }

    fn keep(&mut self) -> bool {
        let all = &mut *self.all;
        if all.cost.len() >= self.most {
            return false;
        }
        let at = all.masks.len();
        all.masks.resize(at + all.words, 0);
        let mut cost = 0;
        for &(index, _, _) in &self.held {
            let j = self.items[index].2;
            all.masks[at + j / 64] |= 1 << (j % 64);
            all.jobs.push(j as u16);
            cost += self.p.cost[j * self.p.agents + self.agent] * SCALE;
        }
        all.first.push(all.jobs.len() as u32);
        all.cost.push(cost);
        true
    }
}
