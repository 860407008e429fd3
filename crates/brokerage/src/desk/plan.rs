//! The best use of all the capacity in a partnership, and what would happen if.

use std::collections::BTreeMap;

use foundation::{DbError, OrgRef, Sql};
use jiff::{ToSpan, civil::Date};
use matching::{Effort, Pair, Plan, Question, Window, propose, propose_from};
use needs::ActError;

use super::pool::{Pool, week_of};
use crate::packs;
use crate::requests::{Request, RequestId, requests_through};

/// Everything that waits for a match in a partnership, with everybody who could help.
#[derive(Clone, Debug)]
pub struct Board {
    /// The requests that wait, oldest first.
    pub requests: Vec<Request>,
    /// The supporters.
    pub pool: Pool,
}

/// What the broker tries out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// Pairs that must be in the plan: request and supporter.
    pub pins: Vec<(RequestId, String)>,
    /// Pairs that must not.
    pub forbids: Vec<(RequestId, String)>,
    /// Half-days given to a supporter on top, in the first week each need could use.
    pub extra: Vec<(String, u32)>,
}

impl WhatIf {
    /// Whether nothing is tried out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pins.is_empty() && self.forbids.is_empty() && self.extra.is_empty()
    }
}

/// What changes for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The request.
    pub request: RequestId,
    /// What it is called.
    pub label: String,
    /// Who would support it in the best plan as things are.
    pub before: Option<String>,
    /// Who would then.
    pub after: Option<String>,
}

impl Board {
    /// Loads a partnership's board as of a day.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(db: &impl Sql, partnership: OrgRef, today: Date) -> Result<Self, DbError> {
        let mut requests: Vec<Request> = requests_through(db, partnership)
            .await?
            .into_iter()
            .filter(|one| one.state.wants_match())
            .collect();
        requests.reverse();
        let orgs: Vec<OrgRef> = requests.iter().map(|one| one.org).collect();
        let pool = Pool::load(db, partnership, &orgs, today).await?;
        Ok(Self { requests, pool })
    }

    pub(crate) fn question(&self, trial: &WhatIf) -> Question {
        let needs: Vec<_> = self.requests.iter().map(|one| self.pool.need(one)).collect();
        let mut supporters = self.pool.models();
        for (key, half_days) in &trial.extra {
            if let Some(one) = supporters.iter_mut().find(|one| one.id == *key) {
                let first = needs.iter().map(|need| need.window.earliest).min().unwrap_or(0);
                one.free.push(matching::FreeWeek { week: first, half_days: *half_days });
                one.weekly_cap = one.weekly_cap.saturating_add(*half_days);
            }
        }
        let pairs = |list: &[(RequestId, String)]| {
            list.iter().map(|(id, key)| Pair::new(id.to_string(), key.clone())).collect()
        };
        Question {
            needs,
            supporters,
            policy: self.pool.policy.clone(),
            mapped: Default::default(),
            pins: pairs(&trial.pins),
            forbids: pairs(&trial.forbids),
            agreed: Vec::new(),
        }
    }

    /// The best plan as things are.
    ///
    /// # Errors
    /// When the engine cannot read a request; the sentence says which.
    pub fn plan(&self) -> Result<Plan, ActError> {
        propose(&self.question(&WhatIf::default()), Effort::default()).map_err(told)
    }

    /// The best plan if, starting from the plan as things are.
    ///
    /// # Errors
    /// When pins contradict each other or a hard rule; the sentence says which.
    pub fn what_if(&self, trial: &WhatIf, now: &Plan) -> Result<Plan, ActError> {
        propose_from(&self.question(trial), now, Effort::default()).map_err(told)
    }

    /// Who supports each request in a plan.
    fn by_request(plan: &Plan) -> BTreeMap<&str, String> {
        plan.matches
            .iter()
            .map(|one| {
                let names: Vec<&str> = one.shares.iter().map(|s| s.label.as_str()).collect();
                (one.need.as_str(), names.join("; "))
            })
            .collect()
    }

    /// Every request for which two plans differ.
    #[must_use]
    pub fn changes(&self, before: &Plan, after: &Plan) -> Vec<Change> {
        let (old, new) = (Self::by_request(before), Self::by_request(after));
        self.requests
            .iter()
            .filter_map(|request| {
                let key = request.id.to_string();
                let (before, after) = (old.get(key.as_str()), new.get(key.as_str()));
                (before != after).then(|| Change {
                    request: request.id,
                    label: self.label(request),
                    before: before.cloned(),
                    after: after.cloned(),
                })
            })
            .collect()
    }

    /// What a request is called on the desk.
    #[must_use]
    pub fn label(&self, request: &Request) -> String {
        let school = request.org.urn().and_then(|urn| self.pool.schools.get(&urn));
        match school {
            Some(school) => format!("{}: {}", school.name, request.ask.title),
            None => request.ask.title.clone(),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
pub(super) fn told(error: matching::ModelError) -> ActError {
    ActError::Refused(error.to_string())
}

/// Demand and supply of one specialism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The specialism's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Requests that wait and want it.
    pub wanted: usize,
    /// Half-days they want in all.
    pub wanted_half_days: u32,
    /// People and schools who bring it and may be proposed.
    pub supporters: usize,
    /// Their free half-days in the next twelve weeks.
    pub free_half_days: u32,
    /// Requests that want it and stay unmet in the best plan.
    pub unmet: usize,
}

/// Demand and supply by specialism for the twelve weeks from the board's day on, in the pack's
/// order; specialisms nobody wants or brings are left out.
#[must_use]
pub fn coverage(board: &Board, plan: &Plan) -> Vec<Coverage> {
    let today = board.pool.today;
    let window =
        Window { earliest: week_of(today), latest: week_of(today.saturating_add(83.days())) };
    packs::specialisms()
        .iter()
        .filter_map(|kind| {
            let wanting: Vec<&Request> = board
                .requests
                .iter()
                .filter(|one| one.ask.specialisms.iter().any(|s| s.code == kind.code))
                .collect();
            let bringing: Vec<_> = board
                .pool
                .supporters
                .iter()
                .map(|one| &one.model)
                .filter(|one| {
                    one.holds(&kind.code).is_some()
                        && one.standing.designation_live
                        && one.standing.training_current
                        && one.guard.reasons.is_empty()
                })
                .collect();
            let unmet = wanting
                .iter()
                .filter(|one| plan.unmet.iter().any(|u| u.need == one.id.to_string()))
                .count();
            (!wanting.is_empty() || !bringing.is_empty()).then(|| Coverage {
                code: kind.code.clone(),
                name: kind.name.clone(),
                wanted: wanting.len(),
                wanted_half_days: wanting.iter().map(|one| one.ask.half_days).sum(),
                supporters: bringing.len(),
                free_half_days: bringing.iter().map(|one| one.free_in(window)).sum(),
                unmet,
            })
        })
        .collect()
}
