//! The best use of all the capacity in a partnership, and what would happen if.

use std::collections::{BTreeMap, HashMap};

use foundation::{DbError, OrgRef, Sql};
use jiff::{ToSpan, civil::Date};
use matching::{Change as Trial, Effort, Pair, Plan, Planned, Question, Window, plan::Worth};
use needs::ActError;

use super::pool::Pool;
use crate::packs;
use crate::requests::{Request, RequestId, requests_through};
use crate::weeks::week_of;

/// Up to so many requests a change is looked at as hard as the plan itself.
const FEW: usize = 200;

/// Everything that waits for a match in a partnership, with everybody who could help.
#[derive(Clone, Debug)]
pub struct Board {
    /// The requests that wait, oldest first.
    pub requests: Vec<Request>,
    /// The supporters.
    pub pool: Pool,
    /// Where each request stands in the list, by its id as text.
    at: HashMap<String, usize>,
}

/// What would follow from what is tried out.
#[derive(Clone, Debug)]
pub struct Then {
    /// The best plan then.
    pub plan: Plan,
    /// What it is worth over all requests: negative where it costs.
    pub worth: Worth,
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
        let mut requests: Vec<Request> = requests_through(db, partnership, today)
            .await?
            .into_iter()
            .filter(|one| one.state.wants_match())
            .collect();
        requests.reverse();
        let orgs: Vec<OrgRef> = requests.iter().map(|one| one.org).collect();
        let pool = Pool::load(db, partnership, &orgs, today).await?;
        let at = requests.iter().enumerate().map(|(at, one)| (one.id.to_string(), at)).collect();
        Ok(Self { requests, pool, at })
    }

    /// The request with an id, when it waits here.
    #[must_use]
    pub fn request(&self, id: &str) -> Option<&Request> {
        self.at.get(id).map(|&at| &self.requests[at])
    }

    /// Everything the best plan depends on.
    #[must_use]
    pub fn question(&self) -> Question {
        Question {
            needs: self.requests.iter().map(|one| self.pool.need(one)).collect(),
            supporters: self.pool.models(),
            policy: self.pool.policy.clone(),
            ..Question::default()
        }
    }

    /// What is tried out, as the engine reads it.
    fn changes_of(&self, trial: &WhatIf) -> Vec<Trial> {
        let mut changes = Vec::new();
        let mut more: BTreeMap<&str, u32> = BTreeMap::new();
        for (key, half_days) in &trial.extra {
            let sum = more.entry(key).or_default();
            *sum = sum.saturating_add(*half_days);
        }
        let first = || self.requests.iter().map(|one| week_of(one.ask.earliest)).min();
        for (key, half_days) in more {
            let Some(one) = self.pool.supporter(key) else { continue };
            let mut model = one.model.clone();
            let week = first().unwrap_or(0).max(week_of(self.pool.today));
            model.free.push(matching::FreeWeek { week, half_days });
            model.weekly_cap = model.weekly_cap.saturating_add(half_days);
            changes.push(Trial::Supporter(model));
        }
        let pair = |(id, key): &(RequestId, String)| Pair::new(id.to_string(), key.clone());
        changes.extend(trial.pins.iter().map(pair).map(Trial::Pin));
        changes.extend(trial.forbids.iter().map(pair).map(Trial::Forbid));
        changes
    }

    /// Finds the best plan as things are, kept ready for what is tried out.
    ///
    /// # Errors
    /// When the engine cannot read a request; the sentence says which.
    pub fn planned(&self) -> Result<Planned, ActError> {
        Planned::new(&self.question(), Effort::default()).map_err(told)
    }

    /// The best plan if, from the plan as things are.
    ///
    /// # Errors
    /// When pins contradict each other or a hard rule; the sentence says which.
    pub fn what_if(&self, trial: &WhatIf, now: &Planned) -> Result<Then, ActError> {
        let then = now.what_if(&self.changes_of(trial), self.effort()).map_err(told)?;
        Ok(Then { worth: then.worth, plan: then.after.into_plan() })
    }

    /// How hard to look when something is tried out: to the end while that takes no time.
    pub(super) fn effort(&self) -> Effort {
        if self.requests.len() <= FEW { Effort::default() } else { Effort::what_if() }
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

    /// What the request with an id is called on the desk; the id itself when it is not here.
    #[must_use]
    pub fn label_of(&self, id: &str) -> String {
        self.request(id).map_or_else(|| id.to_owned(), |one| self.label(one))
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
