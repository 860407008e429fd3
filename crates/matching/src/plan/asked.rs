//! A question taken in: checked, in order of ids, cheap to copy, ready to be changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Pair, Question};
use crate::check;
use crate::error::ModelError;
use crate::model::{Need, Supporter};
use crate::policy::Policy;

/// One thing that is tried out or has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A pair must be in the plan.
    Pin(Pair),
    /// A pair must not be in the plan.
    Forbid(Pair),
    /// A pin or a forbid no longer holds.
    Lift(Pair),
    /// A pair is agreed, and preferred from now on.
    Agree(Pair),
    /// A need is new, or takes the place of the one with its id.
    Need(Need),
    /// A need is open no longer.
    Close(String),
    /// A supporter is new, or takes the place of the one with their id.
    Supporter(Supporter),
    /// A supporter is there no longer.
    Leave(String),
    /// A journey is mapped, in kilometres by road.
    Journey(Pair, f64),
    /// The rules are others.
    Policy(Policy),
}

/// Journeys by need and supporter.
type Journeys = BTreeMap<String, BTreeMap<String, f64>>;

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// By id.
    pub(crate) needs: Vec<Arc<Need>>,
    /// By id.
    pub(crate) supporters: Vec<Arc<Supporter>>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) journeys: Arc<Journeys>,
    pub(crate) pins: BTreeSet<Pair>,
    pub(crate) forbids: BTreeSet<Pair>,
    pub(crate) agreed: BTreeSet<Pair>,
}

impl Asked {
    pub(crate) fn new(question: &Question) -> Result<Self, ModelError> {
        question.policy.check()?;
        check::needs(&question.needs)?;
        check::supporters(&question.supporters)?;
        check::journeys(question.mapped.iter().map(|(pair, &km)| (&pair.0, &pair.1, km)))?;
        let mut needs: Vec<Arc<Need>> = question.needs.iter().cloned().map(Arc::new).collect();
        needs.sort_by(|a, b| a.id.cmp(&b.id));
        let mut supporters: Vec<Arc<Supporter>> =
            question.supporters.iter().cloned().map(Arc::new).collect();
        supporters.sort_by(|a, b| a.id.cmp(&b.id));
        let mut journeys = Journeys::new();
        for ((need, supporter), &km) in &question.mapped {
            match journeys.get_mut(need) {
                Some(row) => _ = row.insert(supporter.clone(), km),
                None => _ = journeys.insert(need.clone(), [(supporter.clone(), km)].into()),
            }
        }
        Ok(Self {
            needs,
            supporters,
            policy: Arc::new(question.policy.clone()),
            journeys: Arc::new(journeys),
            pins: question.pins.iter().cloned().collect(),
            forbids: question.forbids.iter().cloned().collect(),
            agreed: question.agreed.iter().cloned().collect(),
        })
    }

    pub(crate) fn need(&self, id: &str) -> Option<usize> {
        self.needs.binary_search_by(|need| need.id.as_str().cmp(id)).ok()
    }

    pub(crate) fn supporter(&self, id: &str) -> Option<usize> {
        self.supporters.binary_search_by(|supporter| supporter.id.as_str().cmp(id)).ok()
    }

    /// The pins, forbids and agreed pairs of one need.
    pub(crate) fn about(&self, need: &str) -> [Vec<&Pair>; 3] {
        [&self.pins, &self.forbids, &self.agreed].map(|set| {
            let from = Pair::new(need, "");
            set.range(from..).take_while(|pair| pair.need == need).collect()
        })
    }

    /// A pair's positions.
    ///
    /// # Errors
    /// [`ModelError::Unknown`] names the instruction and whom it does not find.
    pub(crate) fn pair(
        &self,
        pair: &Pair,
        instruction: &str,
    ) -> Result<(usize, usize), ModelError> {
        let unknown = |what: &str, id: &str| ModelError::Unknown {
            instruction: instruction.into(),
            what: what.into(),
            id: id.into(),
        };
        let need = self.need(&pair.need).ok_or_else(|| unknown("need", &pair.need))?;
        let supporter = self.supporter(&pair.supporter);
        Ok((need, supporter.ok_or_else(|| unknown("supporter", &pair.supporter))?))
    }

    pub(crate) fn apply(&mut self, change: &Change) -> Result<(), ModelError> {
        match change {
            Change::Pin(pair) => _ = self.pins.insert(pair.clone()),
            Change::Forbid(pair) => _ = self.forbids.insert(pair.clone()),
            Change::Agree(pair) => _ = self.agreed.insert(pair.clone()),
            Change::Lift(pair) => {
                self.pair(pair, "lift")?;
                self.pins.remove(pair);
                self.forbids.remove(pair);
            }
            Change::Need(need) => {
                check::need(need)?;
                let new = Arc::new(need.clone());
                match self.needs.binary_search_by(|held| held.id.cmp(&need.id)) {
                    Ok(at) => self.needs[at] = new,
                    Err(at) => self.needs.insert(at, new),
                }
            }
            Change::Close(id) => {
                let at = self.need(id).ok_or_else(|| ModelError::Unknown {
                    instruction: "close".into(),
                    what: "need".into(),
                    id: id.clone(),
                })?;
                self.needs.remove(at);
                // Instructions about it go with it.
                self.pins.retain(|pair| pair.need != *id);
                self.forbids.retain(|pair| pair.need != *id);
            }
            Change::Supporter(supporter) => {
                check::supporters(std::slice::from_ref(supporter))?;
                let new = Arc::new(supporter.clone());
                match self.supporters.binary_search_by(|held| held.id.cmp(&supporter.id)) {
                    Ok(at) => self.supporters[at] = new,
                    Err(at) => self.supporters.insert(at, new),
                }
            }
            Change::Leave(id) => {
                let at = self.supporter(id).ok_or_else(|| ModelError::Unknown {
                    instruction: "leave".into(),
                    what: "supporter".into(),
                    id: id.clone(),
                })?;
                self.supporters.remove(at);
                self.pins.retain(|pair| pair.supporter != *id);
                self.forbids.retain(|pair| pair.supporter != *id);
            }
            Change::Journey(pair, km) => {
                check::journeys([(&pair.need, &pair.supporter, *km)].into_iter())?;
                let rows = Arc::make_mut(&mut self.journeys);
                rows.entry(pair.need.clone()).or_default().insert(pair.supporter.clone(), *km);
            }
            Change::Policy(policy) => {
                policy.check()?;
                self.policy = Arc::new(policy.clone());
            }
        }
        Ok(())
    }
}
