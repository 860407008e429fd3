//! "What if": a change, and the optimum again, by one search forward and one backward.

use serde::{Deserialize, Serialize};

use super::solver::{FORBIDDEN, NOWHERE, Solver, Step};
use super::{InstanceError, MOST_COST, MOST_UNMET};

/// What a change does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Total cost after less total cost before.
    pub change: i64,
    /// Who moves: the chain of supporters through which the change passes.
    pub steps: Vec<Step>,
}

/// What a place is worth. Prices are not unique; this is the whole truth about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceInterval {
    /// What one more place would save.
    pub one_more_saves: i64,
    /// What losing one would cost; none when there is no place to lose.
    pub one_less_costs: Option<i64>,
}

impl Solver {
    fn instruction<T>(
        what: &'static str,
        need: u32,
        supporter: u32,
        reason: &str,
    ) -> Result<T, InstanceError> {
        Err(InstanceError::Instruction { what, need, supporter, reason: reason.into() })
    }

    fn edge(&self, what: &'static str, need: u32, supporter: u32) -> Result<usize, InstanceError> {
        if need as usize >= self.needs() {
            return Self::instruction(what, need, supporter, "there is no such need");
        }
        let row = self.span(need as usize);
        match row.clone().find(|&edge| self.edges[edge].supporter == supporter) {
            Some(edge) => Ok(edge),
            None => Self::instruction(
                what,
                need,
                supporter,
                "the pair is not among the candidates: add it to the instance",
            ),
        }
    }

    fn answer(&mut self, before: i64) -> Answer {
        Answer { change: self.objective() - before, steps: std::mem::take(&mut self.steps) }
    }

    fn set_cost(&mut self, edge: usize, need: u32, cost: i32) {
        let supporter = self.edges[edge].supporter as usize;
        self.edges[edge].cost = cost;
        let columns = self.columns();
        self.back = Some(columns);
        if let Some(columns) = &mut self.back {
            let range = columns.starts[supporter] as usize..columns.starts[supporter + 1] as usize;
            if let Ok(at) = columns.needs[range.clone()].binary_search_by_key(&need, |held| held.0)
            {
                columns.needs[range.start + at].1 = cost;
            }
        }
        if cost != FORBIDDEN {
            let value = i64::from(cost) + self.price[supporter];
            let beyond = &mut self.beyond[need as usize];
            *beyond = (*beyond).min(value);
        }
    }

    /// Gives a need the best it can have again, and its old place to whoever gains most by it.
    fn settle(&mut self, need: u32) {
        let i = need as usize;
        let from = self.at[i];
        let paid = self.cost[i] + if from == NOWHERE { 0 } else { self.price[from as usize] };
        let least = self.edges[self.span(i)]
            .iter()
            .filter(|edge| edge.cost != FORBIDDEN)
            .map(|edge| i64::from(edge.cost) + self.price[edge.supporter as usize])
            .min()
            .unwrap_or(i64::MAX)
            .min(self.unmet[i]);
        if paid <= least {
            return;
        }
        self.stand(need);
        self.seat_need(need);
        self.refill(from);
        // To the reader the need moved once, from where it was.
        if let Some(step) = self.steps.iter_mut().find(|step| step.need == need) {
            step.from = Some(from).filter(|&from| from != NOWHERE);
        }
    }

    fn refill(&mut self, supporter: u32) {
        if supporter != NOWHERE
            && self.price[supporter as usize] > 0
            && self.has_free_place(supporter as usize)
        {
            self.fill_place(supporter, true);
        }
    }

    /// Changes the cost of a pair that is among the candidates and finds the optimum again.
    ///
    /// # Errors
    /// [`InstanceError`] when the pair is unknown or pinned, or the cost is out of range.
    pub fn change_cost(
        &mut self,
        need: u32,
        supporter: u32,
        cost: i32,
    ) -> Result<Answer, InstanceError> {
        let edge = self.edge("change", need, supporter)?;
        if !(0..=MOST_COST).contains(&cost) {
            let (cost, limit) = (i64::from(cost), i64::from(MOST_COST));
            return Err(InstanceError::Cost { need: need as usize, cost, limit });
        }
        self.refuse_pinned("change", need, supporter)?;
        let before = self.objective();
        self.set_cost(edge, need, cost);
        if self.at[need as usize] == supporter {
            self.pay(need, i64::from(cost));
        }
        self.settle(need);
        Ok(self.answer(before))
    }

    /// Changes what leaving a need unmet costs and finds the optimum again.
    ///
    /// # Errors
    /// [`InstanceError`] when the need is unknown or the cost is out of range.
    pub fn change_unmet(&mut self, need: u32, cost: i64) -> Result<Answer, InstanceError> {
        if need as usize >= self.needs() {
            return Self::instruction("change", need, NOWHERE, "there is no such need");
        }
        if !(0..=MOST_UNMET).contains(&cost) {
            return Err(InstanceError::Cost { need: need as usize, cost, limit: MOST_UNMET });
        }
        let before = self.objective();
        self.unmet[need as usize] = cost;
        if self.at[need as usize] == NOWHERE {
            self.pay(need, cost);
        }
        if !self.pinned[need as usize] {
            self.settle(need);
        }
        Ok(self.answer(before))
    }

    fn refuse_pinned(
        &self,
        what: &'static str,
        need: u32,
        supporter: u32,
    ) -> Result<(), InstanceError> {
        if self.pinned[need as usize] {
            return Self::instruction(what, need, supporter, "the need is pinned: unpin it first");
        }
        Ok(())
    }

    /// Forbids a pair and finds the optimum again. Forbidding twice changes nothing.
    ///
    /// # Errors
    /// [`InstanceError::Instruction`] when the pair is unknown or the need is pinned.
    pub fn forbid(&mut self, need: u32, supporter: u32) -> Result<Answer, InstanceError> {
        let edge = self.edge("forbid", need, supporter)?;
        self.refuse_pinned("forbid", need, supporter)?;
        let before = self.objective();
        self.set_cost(edge, need, FORBIDDEN);
        if self.at[need as usize] == supporter {
            // Whatever it paid, it now pays too much.
            self.pay(need, i64::MAX / 4);
            self.settle(need);
        }
        Ok(self.answer(before))
    }

    /// Pins a need to a supporter and finds the optimum of everything else again.
    ///
    /// # Errors
    /// [`InstanceError::Instruction`] when the pair is unknown or forbidden, the need is pinned,
    /// or every place of the supporter is pinned already.
    pub fn pin(&mut self, need: u32, supporter: u32) -> Result<Answer, InstanceError> {
        let edge = self.edge("pin", need, supporter)?;
        self.refuse_pinned("pin", need, supporter)?;
        let cost = self.edges[edge].cost;
        if cost == FORBIDDEN {
            return Self::instruction(
                "pin",
                need,
                supporter,
                "the pair is forbidden: allow it first",
            );
        }
        let j = supporter as usize;
        if self.closed[j] >= self.capacity(j) {
            let reason = "every place is pinned or there is none: unpin one or add a place";
            return Self::instruction("pin", need, supporter, reason);
        }
        let before = self.objective();
        let from = self.at[need as usize];
        self.stand(need);
        // Out of the market before anybody is moved, so that no chain takes it along.
        self.pinned[need as usize] = true;
        if !self.has_free_place(j) {
            self.push_out(supporter, true);
        }
        self.closed[j] += 1;
        self.at[need as usize] = supporter;
        self.pay(need, i64::from(cost));
        if from != supporter {
            let known = Some(from).filter(|&from| from != NOWHERE);
            self.steps.insert(0, Step { need, from: known, to: Some(supporter) });
        }
        self.refill(from);
        Ok(self.answer(before))
    }

    /// Lifts a pin and finds the optimum again.
    ///
    /// # Errors
    /// [`InstanceError::Instruction`] when the need is not pinned.
    pub fn unpin(&mut self, need: u32) -> Result<Answer, InstanceError> {
        if self.pinned.get(need as usize) != Some(&true) {
            return Self::instruction("unpin", need, NOWHERE, "it is not pinned");
        }
        let before = self.objective();
        let from = self.at[need as usize];
        self.pinned[need as usize] = false;
        self.closed[from as usize] -= 1;
        self.at[need as usize] = NOWHERE;
        self.pay(need, self.unmet[need as usize]);
        self.seat_need(need);
        self.refill(from);
        self.steps.retain(|step| step.from != step.to);
        Ok(self.answer(before))
    }

    /// What one place of a supporter is worth, both ways.
    pub fn price_interval(&mut self, supporter: u32) -> PriceInterval {
        let j = supporter as usize;
        let price = self.price[j];
        let one_more_saves = if price > 0 { price - self.fill_place(supporter, false) } else { 0 };
        let one_less_costs = if self.has_free_place(j) {
            Some(0)
        } else if self.taken[j] > 0 {
            Some(price + self.push_out(supporter, false))
        } else {
            None
        };
        PriceInterval { one_more_saves, one_less_costs }
    }
}
