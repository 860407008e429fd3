//! A plan with everything in it, and who may see which part of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use access::{AccountId, Action as Deed, Kind, Resource, Role, Visitor, Zone, accounts, decide};
use foundation::{App, DbError, OrgRef, Sql};
use needs::FindingId;
use sea_orm::FromQueryResult;
use support::{
    Agreement, AgreementId,
    agreements::{Quiet, State as AgreementState, store as agreements},
};

use crate::{
    Refusal,
    acts::plan::LADDER_TOP,
    machine::{Standing, Work},
    model::{
        Action, ActionId, LadderStep, Milestone, Objective, ObjectiveId, Plan, PlanId, Priority,
        Suggestion,
    },
    store::plan,
    tend::BETWEEN,
};

const OBJECTIVE: &str = "o.id, o.plan, o.priority, o.area, o.words, o.lead, o.lead_name, \
     o.lead_role, o.state, o.rag, o.rag_words, o.rag_on, o.kpi, o.pupils, o.baseline, o.target, \
     o.version, o.changed_at";
const ACTION: &str = "a.id, a.objective, a.words, a.owner, a.owner_name, a.owner_email, \
     a.owner_role, a.start_on, a.due_on, a.state, a.quick, a.needs, a.rag, a.rag_words, \
     a.heard_at, a.finished_at, a.version";
const MILESTONE: &str = "m.id, m.objective, m.title, m.measure, m.due_on, m.state, m.actual, \
     m.forecast, m.done, m.rag, m.words, m.shared, m.agreement, m.version";
const SUGGESTION: &str = "s.id, s.plan, s.objective, s.action, s.kind, s.changes, s.why, \
     s.author, s.author_name, s.author_org, s.state, s.reply, s.chosen, s.decided_by, \
     s.decided_at, s.created_at, s.version";

/// A linked agreement and the people of its team.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The agreement.
    pub agreement: Agreement,
    /// The accounts of its team.
    pub team: Vec<AccountId>,
    /// After how long a silence who is told, where the agreement says so.
    pub quiet: Option<Quiet>,
}

impl Linked {
    /// Whether it is in force and does not rest: only then is anybody outside written to.
    #[must_use]
    pub fn is_going_on(&self) -> bool {
        self.agreement.state().in_force() && self.agreement.state() != AgreementState::Paused
    }

    /// Whether its parties see what is linked with it: from the signatures to the end of the
    /// checks; what was cancelled or broken off shows nothing any more.
    #[must_use]
    pub fn shares(&self) -> bool {
        !matches!(
            self.agreement.state(),
            AgreementState::Drafting
                | AgreementState::Offered
                | AgreementState::SignedSupported
                | AgreementState::SignedSupporting
                | AgreementState::Cancelled
                | AgreementState::TerminatedEarly
                | AgreementState::Lapsed
        )
    }
}

/// A plan with everything in it.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The plan.
    pub plan: Plan,
    /// The priorities, in order.
    pub priorities: Vec<Priority>,
    /// The objectives, in order.
    pub objectives: Vec<Objective>,
    /// The actions, in order within their objective.
    pub actions: Vec<Action>,
    /// The milestones, by day.
    pub milestones: Vec<Milestone>,
    /// The agreements linked with each objective.
    pub links: BTreeMap<ObjectiveId, Vec<AgreementId>>,
    /// The audit findings each objective answers.
    pub findings: BTreeMap<ObjectiveId, Vec<FindingId>>,
    /// The linked agreements.
    pub agreements: BTreeMap<AgreementId, Linked>,
    /// The suggestions, latest first.
    pub suggestions: Vec<Suggestion>,
    /// Steps of the ladder, oldest first.
    pub steps: Vec<LadderStep>,
    /// The bodies responsible for the school.
    pub responsible: Vec<OrgRef>,
    /// The school's own staff, by account.
    staff: BTreeSet<AccountId>,
}

impl Whole {
    /// Reads a plan with everything in it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn load(app: &App, db: &impl Sql, id: PlanId) -> Result<Self, Refusal> {
        #[derive(FromQueryResult)]
        struct Link {
            objective: ObjectiveId,
            agreement: AgreementId,
        }
        #[derive(FromQueryResult)]
        struct Answer {
            objective: ObjectiveId,
            finding: FindingId,
        }
        let plan = plan(db, id).await?;
        let of_plan = |columns: &str, table: &str, order: &str| {
            format!(
                "SELECT {columns} FROM {table} JOIN plan_objective o ON o.id = {}.objective
                 WHERE o.plan = $1 ORDER BY {order}",
                &table[table.len() - 1..]
            )
        };
        let priorities: Vec<Priority> = db
            .all(
                "SELECT id, title FROM plan_priority WHERE plan = $1 ORDER BY position, id",
                [id.into()],
            )
            .await?;
        let objectives: Vec<Objective> = db
            .all(
                &format!(
                    "SELECT {OBJECTIVE} FROM plan_objective o WHERE o.plan = $1
                     ORDER BY o.position, o.id"
                ),
                [id.into()],
            )
            .await?;
        let sql = of_plan(ACTION, "plan_action a", "a.position, a.id");
        let actions: Vec<Action> = db.all(&sql, [id.into()]).await?;
        let sql = of_plan(MILESTONE, "plan_milestone m", "m.due_on, m.position");
        let mut milestones: Vec<Milestone> = db.all(&sql, [id.into()]).await?;
        let sql = of_plan("l.objective, l.agreement", "objective_agreement l", "l.agreement");
        let pairs: Vec<Link> = db.all(&sql, [id.into()]).await?;
        let sql = of_plan("f.objective, f.finding", "objective_finding f", "f.finding");
        let answers: Vec<Answer> = db.all(&sql, [id.into()]).await?;
        let suggestions: Vec<Suggestion> = db
            .all(
                &format!(
                    "SELECT {SUGGESTION} FROM plan_suggestion s WHERE s.plan = $1
                     ORDER BY s.created_at DESC, s.id"
                ),
                [id.into()],
            )
            .await?;
        let steps: Vec<LadderStep> = db
            .all(
                "SELECT s.action, s.since, s.rung, s.taken_at, s.told, s.closed_at
                 FROM action_step s JOIN plan_action a ON a.id = s.action
                 JOIN plan_objective o ON o.id = a.objective
                 WHERE o.plan = $1 ORDER BY s.taken_at, s.rung",
                [id.into()],
            )
            .await?;
        let mut links: BTreeMap<ObjectiveId, Vec<AgreementId>> = BTreeMap::new();
        let mut linked = BTreeMap::new();
        for pair in pairs {
            links.entry(pair.objective).or_default().push(pair.agreement);
            if !linked.contains_key(&pair.agreement)
                && let Some(agreement) = agreements::find(db, pair.agreement).await?
            {
                let team = agreements::team_accounts(db, pair.agreement).await?;
                let quiet = agreements::current(db, &agreement).await?.terms().quiet;
                linked.insert(pair.agreement, Linked { agreement, team, quiet });
            }
        }
        share_milestones(db, &mut milestones).await?;
        let mut findings: BTreeMap<ObjectiveId, Vec<FindingId>> = BTreeMap::new();
        for answer in answers {
            findings.entry(answer.objective).or_default().push(answer.finding);
        }
        let responsible = match plan.org.urn() {
            Some(urn) => {
                register::school(db, urn).await?.map_or_else(Vec::new, |s| s.responsible())
            }
            None => Vec::new(),
        };
        let mut staff = BTreeSet::new();
        for role in [Role::Head, Role::Staff] {
            let holders = accounts::holders(db, &app.clock, plan.org, role).await?;
            staff.extend(holders.into_iter().map(|account| account.id));
        }
        Ok(Self {
            plan,
            priorities,
            objectives,
            actions,
            milestones,
            links,
            findings,
            agreements: linked,
            suggestions,
            steps,
            responsible,
            staff,
        })
    }

    /// The actions of an objective.
    pub fn actions_of(&self, objective: ObjectiveId) -> impl Iterator<Item = &Action> {
        self.actions.iter().filter(move |action| action.objective == objective)
    }

    /// The milestones of an objective.
    pub fn milestones_of(&self, objective: ObjectiveId) -> impl Iterator<Item = &Milestone> {
        self.milestones.iter().filter(move |milestone| milestone.objective == objective)
    }

    /// The agreements linked with an objective.
    pub fn linked(&self, objective: ObjectiveId) -> impl Iterator<Item = &Linked> {
        self.links
            .get(&objective)
            .into_iter()
            .flatten()
            .filter_map(|agreement| self.agreements.get(agreement))
    }

    /// After how many quiet days an action of an objective is raised, step by step: as the linked
    /// agreements that are going on say, the earliest of them first; else a week apart from the day
    /// the plan names. No further than the school agreed in its plan, and beyond the school only
    /// where a linked agreement has somebody there.
    #[must_use]
    pub fn ladder(&self, objective: ObjectiveId) -> Vec<i64> {
        let going_on = || self.linked(objective).filter(|linked| linked.is_going_on());
        let agreed: Vec<Quiet> = going_on().filter_map(|linked| linked.quiet).collect();
        let stale = self.plan.stale_after;
        let mut days = match agreed.iter().map(|quiet| quiet.asked).min() {
            None => (0..=LADDER_TOP).map(|rung| stale + rung * BETWEEN).collect(),
            Some(asked) => {
                let heads = agreed.iter().filter_map(|quiet| quiet.heads).min();
                let broker = agreed.iter().filter_map(|quiet| quiet.broker).min();
                // The lead of the objective hears of it before anybody outside does.
                let lead = heads.map_or(asked + BETWEEN, |heads| heads.min(asked + BETWEEN));
                let above = heads.into_iter().chain(broker.filter(|_| heads.is_some()));
                [asked, lead].into_iter().chain(above).collect::<Vec<i64>>()
            }
        };
        let broker = going_on().any(|linked| linked.agreement.partnership.is_some());
        let reach = self.plan.ladder_top.min(if broker { LADDER_TOP } else { LADDER_TOP - 1 });
        days.truncate(usize::try_from(reach + 1).unwrap_or(1));
        days
    }

    /// An objective.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when the plan has none of this name.
    pub fn objective(&self, id: ObjectiveId) -> Result<&Objective, Refusal> {
        self.objectives.iter().find(|objective| objective.id == id).ok_or(Refusal::NotFound)
    }

    /// An action and its objective.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when the plan has none of this name.
    pub fn action(&self, id: ActionId) -> Result<(&Objective, &Action), Refusal> {
        let action = self.actions.iter().find(|action| action.id == id);
        let action = action.ok_or(Refusal::NotFound)?;
        Ok((self.objective(action.objective)?, action))
    }

    /// The school's own people named anywhere in the plan, and everybody named in one objective.
    fn people(&self, objective: Option<&Objective>) -> BTreeSet<AccountId> {
        let mut people = BTreeSet::new();
        for one in &self.objectives {
            let here = objective.is_none_or(|objective| objective.id == one.id);
            let named = one
                .lead
                .into_iter()
                .chain(self.actions_of(one.id).filter_map(|action| action.owner));
            people.extend(named.filter(|account| here || self.staff.contains(account)));
            if here && !self.is_the_schools_alone() {
                let shared = self.linked(one.id).filter(|linked| linked.shares());
                people.extend(shared.flat_map(|linked| linked.team.iter().copied()));
            }
        }
        people
    }

    fn is_the_schools_alone(&self) -> bool {
        !self.plan.state().allows(Work::Suggest) && !self.plan.state().is_over()
    }

    fn resource_of<'a>(
        &'a self,
        linked: impl Iterator<Item = &'a Linked>,
        people: BTreeSet<AccountId>,
    ) -> Resource {
        let shared: Vec<&Agreement> = match self.is_the_schools_alone() {
            true => Vec::new(),
            false => linked.filter(|linked| linked.shares()).map(|l| &l.agreement).collect(),
        };
        let zone = if shared.is_empty() { Zone::School } else { Zone::Parties };
        let mut parties = Vec::new();
        for agreement in &shared {
            parties.extend([agreement.supported, agreement.supporting]);
        }
        if !shared.is_empty() {
            parties.push(self.plan.org);
        }
        parties.sort_unstable();
        parties.dedup();
        Resource::new(Kind::Plan, zone, self.plan.org)
            .responsible(self.responsible.iter().copied())
            .parties(parties)
            .through(shared.iter().find_map(|agreement| agreement.partnership))
            .people(people)
    }

    /// The plan's frame as the policy sees it: the school's own, and, once an objective is linked
    /// with an agreement, its parties'.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource_of(self.agreements.values(), self.people(None))
    }

    /// The summary as the policy sees it: written for the school's board, from the day on which
    /// the plan is agreed.
    #[must_use]
    pub fn summary_resource(&self) -> Resource {
        Resource::new(Kind::Board, Zone::School, self.plan.org)
            .responsible(self.responsible.iter().copied())
    }

    /// One objective as the policy sees it: the school's own, and the parties' of the agreements
    /// it is linked with. Who supports one objective does not see the others.
    #[must_use]
    pub fn objective_resource(&self, objective: &Objective) -> Resource {
        self.resource_of(self.linked(objective.id), self.people(Some(objective)))
    }

    /// Whether a visitor may read an objective.
    #[must_use]
    pub fn shows(&self, visitor: &Visitor, objective: &Objective) -> bool {
        decide(visitor, Deed::Read, &self.objective_resource(objective)).allowed
    }

    /// What somebody is in relation to a part of the plan.
    #[must_use]
    pub fn standings(
        &self,
        who: &Who,
        objective: Option<&Objective>,
        action: Option<&Action>,
    ) -> Vec<Standing> {
        let visitor = match who {
            Who::System => return vec![Standing::System],
            Who::Link => return vec![Standing::Owner],
            Who::Person(visitor) => visitor,
        };
        let mut found = Vec::new();
        let own = visitor.belongs_to(self.plan.org);
        if visitor.is(Role::Head, self.plan.org) {
            found.push(Standing::Head);
        }
        if own && objective.is_some_and(|o| o.lead.is_some() && o.lead == visitor.account) {
            found.push(Standing::Lead);
        }
        if action.is_some_and(|a| a.owner.is_some() && a.owner == visitor.account) {
            found.push(Standing::Owner);
        }
        let resource = match objective {
            Some(objective) => self.objective_resource(objective),
            None => self.resource(),
        };
        let may = |deed| decide(visitor, deed, &resource).allowed;
        if may(Deed::Propose) || (own && may(Deed::Read)) {
            found.push(Standing::Supporter);
        }
        found
    }

    /// The steps of the ladder taken for an action since it was last heard of.
    pub fn open_steps(&self, action: ActionId) -> impl Iterator<Item = &LadderStep> {
        self.steps.iter().filter(move |step| step.action == action && step.is_open())
    }

    /// Every line of the plan, as label and text: what a version keeps and what two versions are
    /// compared by.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String)> {
        let mut lines = vec![
            ("Title".to_owned(), self.plan.title.clone()),
            ("Aim".to_owned(), self.plan.aim.clone()),
        ];
        for (number, objective) in self.objectives.iter().enumerate() {
            let at = format!("Objective {}", number + 1);
            let priority = self.priorities.iter().find(|one| one.id == objective.priority);
            let mut add = |label: &str, text: &str| {
                if !text.is_empty() {
                    lines.push((format!("{at}: {label}"), text.to_owned()));
                }
            };
            add("priority", priority.map_or("", |one| one.title.as_str()));
            for (field, label) in crate::model::OBJECTIVE_FIELDS {
                add(&label.to_lowercase(), objective.words().get(field));
            }
            add("lead", &objective.lead_name);
            add("stands at", objective.state().words());
            if let Some(rag) = objective.rag() {
                add("colour", &format!("{}: {}", rag.in_words(), objective.rag_words));
            }
            for (number, action) in self.actions_of(objective.id).enumerate() {
                let text = format!(
                    "{}. {}, by {}. {}.",
                    action.words,
                    action.owner_in_words(),
                    foundation::clock::date_in_words(action.due_on()),
                    action.state().words()
                );
                add(&format!("action {}", number + 1), &text);
            }
            for (number, milestone) in self.milestones_of(objective.id).enumerate() {
                let text = format!(
                    "{}: {}, by {}. Seen: {}.",
                    milestone.title,
                    milestone.gauge().in_words(),
                    foundation::clock::date_in_words(milestone.due_on()),
                    milestone.seen()
                );
                add(&format!("milestone {}", number + 1), &text);
            }
        }
        lines
    }
}

/// What is shared with an agreement is read from the agreement.
async fn share_milestones(db: &impl Sql, milestones: &mut [Milestone]) -> Result<(), DbError> {
    let mut known: HashMap<AgreementId, Vec<support::milestones::Milestone>> = HashMap::new();
    for milestone in milestones {
        let agreement = milestone.agreement.as_deref().and_then(|id| id.parse().ok());
        let (Some(agreement), Some(shared)) = (agreement, milestone.shared.clone()) else {
            continue;
        };
        let theirs = match known.entry(agreement) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(support::milestones::of(db, agreement).await?),
        };
        if let Some(theirs) = theirs.iter().find(|one| one.id.to_string() == shared) {
            milestone.title.clone_from(&theirs.title);
            milestone.measure = foundation::db::Json(theirs.gauge().clone());
            milestone.due_on = foundation::db::AsText(theirs.due_on());
            milestone.state = foundation::db::AsText(theirs.stage());
            milestone.actual = theirs.actual;
            milestone.forecast = theirs.forecast;
            milestone.done = theirs.done;
            milestone.rag = theirs.rag().map(|rag| rag.key().to_owned());
            milestone.words.clone_from(&theirs.words);
        }
    }
    Ok(())
}

/// Who acts.
#[derive(Clone, Debug)]
pub enum Who {
    /// The product itself.
    System,
    /// The owner of one action, by the link in a letter.
    Link,
    /// Somebody who is signed in.
    Person(Box<Visitor>),
}
