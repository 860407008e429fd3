//! The supported schools' own plans: written when the support begins, worked on by their owners.

use access::Action as Deed;
use anyhow::Context as _;
use district::story::{self, ActionStatus, DeploymentState, Step};
use foundation::OrgRef;
use jiff::{
    Span,
    civil::{Date, DateTime, date},
};
use needs::Framework;
use plans::{
    ActionId, ObjectiveId, PlanId,
    acts::{
        action::{self, NewAction, QUICK, Said},
        milestone,
        objective::{self, NewObjective},
        plan::{self, LADDER_TOP, NewPlan, NewReview, PlanFrame, STALE_AFTER},
        suggestion::{self, Decision, NewSuggestion},
    },
    machine::{ActionAct, ActionState, PlanAct},
    model::{ObjectiveWords, SuggestionKind},
    store::Whole,
};
use register::kpis;

use super::{Stage, deployments};

/// What happens to a plan.
#[derive(Debug)]
pub(super) enum Work<'a> {
    /// The school writes and agrees it.
    Begin,
    /// An action moves: objective, action, step.
    Step(usize, usize, &'a Step<ActionStatus>),
    /// The school reviews it.
    Review(&'a story::Review),
    /// A supporter suggests something and the school answers.
    Answered,
    /// A supporter suggests something; the school has not answered yet.
    Open,
    /// An action is begun of which nothing is heard afterwards.
    Quiet,
    /// Alongside goes round.
    Round,
}

/// The plan a story's deployment leads to, as the stage remembers it.
#[derive(Debug)]
pub(super) struct Kept {
    plan: PlanId,
    objectives: Vec<ObjectiveId>,
    actions: Vec<Vec<ActionId>>,
}

/// From when on schools of the story keep their plans here.
const SINCE: Date = date(2026, 9, 1);
/// The story that is told in full.
const MAIN: &str = "dep-harbour-view";

/// The work on the plan of a deployment, with its dates.
pub(super) fn work(it: &story::Deployment) -> Vec<(DateTime, Work<'_>)> {
    let active = it.steps.iter().find(|step| step.to == DeploymentState::Active);
    let Some(active) = active.filter(|step| step.at.date() >= SINCE) else { return Vec::new() };
    if it.objectives.is_empty() {
        return Vec::new();
    }
    let begin = active.at.date().at(10, 0, 0, 0);
    let mut work = vec![(begin, Work::Begin)];
    for (place, one) in it.objectives.iter().enumerate() {
        for (number, action) in one.actions.iter().enumerate() {
            for step in &action.steps {
                work.push((step.at, Work::Step(place, number, step)));
            }
        }
    }
    for review in &it.reviews {
        work.push((review.on.at(16, 30, 0, 0), Work::Review(review)));
    }
    if it.key == MAIN {
        work.push((date(2027, 2, 2).at(18, 10, 0, 0), Work::Answered));
        work.push((date(2027, 2, 10).at(8, 20, 0, 0), Work::Quiet));
        work.push((date(2027, 3, 30).at(11, 5, 0, 0), Work::Open));
        let mut day = date(2027, 1, 12);
        while day < date(2027, 3, 31) {
            work.push((day.at(7, 30, 0, 0), Work::Round));
            day = day.saturating_add(Span::new().days(7));
        }
    }
    work.retain(|(at, _)| *at >= begin && at.date() <= it.end);
    work
}

/// The area of the framework an objective belongs to.
fn area(one: &story::Objective) -> &'static str {
    let text = format!("{} {}", one.title, one.why).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["every day", "absence", "attend"]) {
        "attendance-and-behaviour"
    } else if says(&["send", "newcomer", "arrivals"]) {
        "inclusion"
    } else {
        "curriculum-and-teaching"
    }
}

/// "If … then … so that …" as its three parts.
fn theory(text: &str, words: &mut ObjectiveWords) {
    let text = text.trim_end_matches('.');
    let (when, rest) = text.split_once(", then ").unwrap_or((text, ""));
    let (then, so) = rest.split_once(", so that ").unwrap_or((rest, ""));
    when.trim_start_matches("If ").clone_into(&mut words.when);
    then.clone_into(&mut words.then);
    so.clone_into(&mut words.so);
}

impl Stage<'_> {
    pub(super) async fn plan(
        &mut self,
        it: &story::Deployment,
        work: Work<'_>,
    ) -> anyhow::Result<()> {
        if let Work::Begin = work {
            let kept = self.write_plan(it).await?;
            self.plans.insert(it.key, kept);
            return Ok(());
        }
        let Some(kept) = self.plans.get(it.key) else { return Ok(()) };
        let head = self.head(it.supported)?;
        match work {
            Work::Begin => {}
            Work::Step(place, number, step) => {
                self.move_action(kept, kept.actions[place][number], head, step).await?;
            }
            Work::Review(review) => self.review_plan(kept, head, review).await?,
            Work::Round => {
                plans::tend::tend(self.app, &self.system()).await?;
            }
            Work::Quiet => self.go_quiet(kept, head).await?,
            Work::Answered => {
                let new = NewSuggestion {
                    kind: SuggestionKind::NewAction,
                    objective: Some(kept.objectives[0]),
                    action: None,
                    wanted: pairs(&[
                        (
                            "words",
                            "Put the sound cards of the new programme on every classroom wall",
                        ),
                        ("owner_role", "Class teachers"),
                        ("due_on", "2027-02-26"),
                    ]),
                    why: "We saw four classrooms and two still had the old ones.".to_owned(),
                };
                let permit = self.plan_permit("aisha", kept.plan).await?;
                let id = suggestion::suggest(self.app, &permit, kept.plan, &new).await?;
                let answer = Decision::Adapt {
                    chosen: pairs(&[
                        (
                            "words",
                            "Put the sound cards of the new programme on every classroom wall, made by the children",
                        ),
                        ("owner_role", "Class teachers"),
                        ("due_on", "2027-03-05"),
                    ]),
                    reply: "Good. The children make them, so it takes a week longer.".to_owned(),
                };
                let permit = self.plan_permit(head, kept.plan).await?;
                suggestion::decide(self.app, &permit, id, &answer).await?;
            }
            Work::Open => {
                let whole = Whole::load(self.app, &self.app.db, kept.plan).await?;
                let one = whole.objective(kept.objectives[0])?;
                let mut words = one.words().clone();
                words.set(
                    "success",
                    "Eight lessons of nine meet the rubric by July, and any of us can say why the \
                     ninth does not yet",
                );
                let wanted = plans::model::OBJECTIVE_FIELDS
                    .into_iter()
                    .map(|(field, _)| (field.to_owned(), words.get(field).to_owned()))
                    .collect();
                let new = NewSuggestion {
                    kind: SuggestionKind::Objective,
                    objective: Some(one.id),
                    action: None,
                    wanted,
                    why: "After the review: seven of nine in March, and the two have a reason."
                        .to_owned(),
                };
                let permit = self.plan_permit("aisha", kept.plan).await?;
                suggestion::suggest(self.app, &permit, kept.plan, &new).await?;
            }
        }
        Ok(())
    }

    /// What the door lets a person do to a plan.
    async fn plan_permit(&self, person: &str, id: PlanId) -> anyhow::Result<access::Permit> {
        let whole = Whole::load(self.app, &self.app.db, id).await?;
        let resource = whole.resource();
        let visitor = self.visitor(person).await?;
        let deed = [Deed::Sign, Deed::Update, Deed::Propose]
            .into_iter()
            .find(|&deed| access::decide(&visitor, deed, &resource).allowed)
            .unwrap_or(Deed::Read);
        self.permit(person, deed, &resource).await
    }

    /// Whether somebody works at a school.
    fn works_at(&self, person: &str, urn: u32) -> bool {
        let here = story::Employer::School(urn);
        self.story.posts.iter().any(|post| post.person == person && post.employer == here)
    }

    async fn write_plan(&self, it: &story::Deployment) -> anyhow::Result<Kept> {
        let head = self.head(it.supported)?;
        let org = OrgRef::School(it.supported);
        let resource = access::Resource::new(access::Kind::Plan, access::Zone::School, org);
        let permit = self.permit(head, Deed::Create, &resource).await?;
        let start = it.start;
        let new = NewPlan {
            org,
            audit: None,
            needs: Vec::new(),
            frame: PlanFrame {
                title: format!("Improvement plan, from {}", start.strftime("%B %Y")),
                aim: super::cadre::first_sentence(it.purpose),
                start_on: start,
                end_on: it.end,
                stale_after: STALE_AFTER,
                ladder_top: LADDER_TOP,
            },
        };
        let id = plan::create(self.app, &permit, &new).await?;
        let agreement = self.agreements.get(it.key).copied().context("no agreement")?;
        let found = needs::findings_of(&self.app.db, org).await?;
        let mut kept = Kept { plan: id, objectives: Vec::new(), actions: Vec::new() };
        for one in &it.objectives {
            let owner = one.actions.first().map(|action| action.owner);
            let lead = owner.filter(|owner| self.works_at(owner, it.supported)).unwrap_or(head);
            let (account, name) = &self.cast.accounts[lead];
            let code = area(one);
            let mut words = ObjectiveWords {
                title: one.title.to_owned(),
                why: one.why.to_owned(),
                ..ObjectiveWords::default()
            };
            theory(one.theory, &mut words);
            let measure = one.milestones.iter().rev().find(|one| {
                kpis::definition(one.measure).is_some_and(|d| d.direction.sign().is_some())
            });
            let needs = found
                .iter()
                .filter(|found| found.area == code)
                .filter(|found| found.finding.kind == needs::FindingKind::Need)
                .map(|found| found.finding.id)
                .take(1)
                .collect();
            let priority = Framework::current().area(code).map_or("", |area| area.name.as_str());
            let new = NewObjective {
                priority: priority.to_owned(),
                area: code.to_owned(),
                words,
                lead: Some(*account),
                lead_name: name.clone(),
                lead_role: self.title(lead, it.supported),
                kpi: measure.map(|one| one.measure.to_owned()),
                pupils: String::new(),
                target: measure.map(|one| one.target),
                findings: needs,
                agreements: vec![agreement],
            };
            let objective = objective::add(self.app, &permit, id, &new).await?;
            let theirs = support::milestones::of(&self.app.db, agreement).await?;
            for milestone in &one.milestones {
                let title = deployments::measure_title(milestone.measure);
                let found = theirs.iter().find(|m| m.title == title && m.due_on() == milestone.due);
                match found {
                    Some(found) => {
                        milestone::take_up(self.app, &permit, objective, found.id).await?;
                    }
                    // Where the agreement has none of it, it is the school's own.
                    None => {
                        let own = deployments::new_milestone(milestone);
                        let new = milestone::New {
                            title: own.title,
                            gauge: own.gauge,
                            due_on: own.due_on,
                        };
                        milestone::add(self.app, &permit, objective, &new).await?;
                    }
                }
            }
            let mut actions = Vec::new();
            for action in &one.actions {
                let begins = action.steps.first().map_or(start, |step| step.at.date());
                let (account, name) = &self.cast.accounts[action.owner];
                let new = NewAction {
                    words: action.text.to_owned(),
                    owner: Some(*account),
                    owner_name: name.clone(),
                    owner_email: String::new(),
                    owner_role: self.title(action.owner, it.supported),
                    start_on: begins.min(action.due),
                    due_on: action.due,
                    quick: begins.saturating_add(Span::new().days(QUICK - 10)) >= action.due,
                };
                actions.push(action::add(self.app, &permit, objective, &new).await?);
            }
            kept.objectives.push(objective);
            kept.actions.push(actions);
        }
        for act in [PlanAct::Propose, PlanAct::Agree, PlanAct::Begin] {
            let permit = self.plan_permit(head, id).await?;
            plan::take(self.app, &permit, id, act, "", None)
                .await
                .with_context(|| format!("{act} the plan of {}", it.key))?;
        }
        Ok(kept)
    }

    /// The title of somebody's post at a school, or nothing.
    fn title(&self, person: &str, urn: u32) -> String {
        let here = story::Employer::School(urn);
        let posts = || self.story.posts.iter().filter(|post| post.person == person);
        let post = posts().find(|post| post.employer == here).or_else(|| posts().next());
        post.map_or_else(String::new, |post| post.title.to_owned())
    }

    async fn move_action(
        &self,
        kept: &Kept,
        id: ActionId,
        head: &str,
        step: &Step<ActionStatus>,
    ) -> anyhow::Result<()> {
        let whole = Whole::load(self.app, &self.app.db, kept.plan).await?;
        let (_, one) = whole.action(id)?;
        let acts: &[ActionAct] = match (step.to, one.state()) {
            (ActionStatus::InProgress, ActionState::Blocked) => &[ActionAct::Resume],
            (ActionStatus::InProgress, ActionState::NotStarted) => &[ActionAct::Start],
            (ActionStatus::Blocked, ActionState::InProgress) => &[ActionAct::Block],
            (ActionStatus::Done, state) => state.way_to_done(),
            (ActionStatus::Checked, ActionState::Done) => &[ActionAct::Check],
            (ActionStatus::Dropped, _) => &[ActionAct::Drop],
            _ => &[],
        };
        // Who helps from outside tells the head, who writes it down.
        let owns = self.cast.accounts.get(step.by).is_some_and(|(who, _)| one.owner == Some(*who));
        let person = if owns { step.by } else { head };
        for &act in acts {
            let permit = self.plan_permit(person, kept.plan).await?;
            let whole = Whole::load(self.app, &self.app.db, kept.plan).await?;
            let version = whole.action(id)?.1.version;
            let said = Said {
                words: step.note.to_owned(),
                needs: if act == ActionAct::Block { step.note.to_owned() } else { String::new() },
                ..Said::default()
            };
            action::take(self.app, &permit, id, version, act, &said).await?;
        }
        Ok(())
    }

    async fn review_plan(
        &self,
        kept: &Kept,
        head: &str,
        review: &story::Review,
    ) -> anyhow::Result<()> {
        let held = plans::store::reviews(&self.app.db, kept.plan).await?.len();
        let judged = kept
            .objectives
            .iter()
            .enumerate()
            .map(|(place, &id)| {
                let told = review.ratings.get(place).or(review.ratings.last());
                let (colour, words) = told.map_or(
                    (support::milestones::Rag::TooEarly, "Too early to judge: it has just begun."),
                    |(colour, words)| (deployments::rag(*colour), *words),
                );
                (id, colour, words.to_owned())
            })
            .collect();
        let words = if review.next.is_empty() { "We go on as planned." } else { review.next };
        let new = NewReview {
            after: i64::try_from(held)?,
            words: words.to_owned(),
            judged,
            next_on: None,
        };
        let permit = self.plan_permit(head, kept.plan).await?;
        plan::review(self.app, &permit, kept.plan, &new).await?;
        Ok(())
    }

    async fn go_quiet(&self, kept: &Kept, head: &str) -> anyhow::Result<()> {
        let objective = *kept.objectives.last().context("no objective")?;
        let (account, name) = &self.cast.accounts["nasreen"];
        let new = NewAction {
            words: "Agree with the office how a newcomer's papers reach the SENCO".to_owned(),
            owner: Some(*account),
            owner_name: name.clone(),
            owner_email: String::new(),
            owner_role: "SENCO".to_owned(),
            start_on: date(2027, 2, 10),
            due_on: date(2027, 4, 30),
            quick: false,
        };
        let permit = self.plan_permit(head, kept.plan).await?;
        let id = action::add(self.app, &permit, objective, &new).await?;
        let permit = self.plan_permit("nasreen", kept.plan).await?;
        action::take(self.app, &permit, id, 1, ActionAct::Start, &Said::default()).await?;
        Ok(())
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect()
}
