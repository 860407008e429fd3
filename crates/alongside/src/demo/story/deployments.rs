//! Agreements, their work, their end.

use access::{Action, Kind, Resource, Zone};
use anyhow::Context as _;
use district::story::{self, DeploymentKind, DeploymentState, Step};
use foundation::{OrgRef, terms::AcademicYear};
use jiff::{Span, civil::DateTime};
use support::{
    Agreement,
    agreements::{self, ChosenKpi, ChosenOn, Money, Origin, Pen, Side, TeamMember, Terms},
    baselines::{DirectionWord, UnitWord},
    course::{self, Ground},
    exits::{self, Held, NewPlan},
    milestones::{self, Gauge, NewMilestone, Rag, Seen},
    pack::pack,
    reviews::{self, Decision, NewReview},
};

use super::Stage;

/// What is recorded while support runs.
#[derive(Debug)]
pub(super) enum Work<'a> {
    /// The milestones are agreed.
    Milestones,
    /// A milestone's figure is known.
    Seen(&'a story::Milestone),
    /// Progress is reviewed.
    Review(&'a story::Review),
}

fn step_at(it: &story::Deployment, to: DeploymentState) -> Option<DateTime> {
    it.steps.iter().find(|step| step.to == to).map(|step| step.at)
}

/// The work of a deployment, with its dates; nothing before it began or after it ended.
pub(super) fn work(it: &story::Deployment) -> Vec<(DateTime, Work<'_>)> {
    let Some(active) = step_at(it, DeploymentState::Active) else { return Vec::new() };
    let stops =
        [DeploymentState::Paused, DeploymentState::Completed, DeploymentState::TerminatedEarly];
    let end = stops.into_iter().filter_map(|state| step_at(it, state)).min();
    let mut work = vec![(active.date().at(9, 30, 0, 0), Work::Milestones)];
    for milestone in it.objectives.iter().flat_map(|objective| &objective.milestones) {
        if let (Some(on), Some(_)) = (milestone.recorded_on, milestone.actual) {
            work.push((on.at(12, 0, 0, 0), Work::Seen(milestone)));
        }
    }
    for review in &it.reviews {
        work.push((review.on.at(15, 30, 0, 0), Work::Review(review)));
    }
    work.retain(|(at, _)| *at > active && end.is_none_or(|end| *at < end));
    work
}

fn kind(it: &story::Deployment) -> &'static str {
    match it.kind {
        // Every side of the story is a school, and trust to trust is between trusts.
        DeploymentKind::Focused | DeploymentKind::TrustToTrust => "focused",
        DeploymentKind::Intensive => "intensive",
        DeploymentKind::Advisory => "advisory",
        DeploymentKind::NewHeadMentoring => "new-head",
        DeploymentKind::Governance => "governance",
        DeploymentKind::HubEnhanced => "hub",
        DeploymentKind::CallOff => "call-off",
        DeploymentKind::ReviewProgressOnly => "progress-only",
        DeploymentKind::Exchange => "exchange",
    }
}

pub(super) const fn rag(rag: story::Rag) -> Rag {
    match rag {
        story::Rag::Red => Rag::Red,
        story::Rag::Amber => Rag::Amber,
        story::Rag::Green => Rag::Green,
    }
}

impl Stage<'_> {
    fn story_deployment(&self, key: &str) -> anyhow::Result<story::Deployment> {
        let found = self.story.deployments.iter().find(|d| d.key == key);
        found.cloned().with_context(|| format!("no deployment {key}"))
    }

    pub(super) fn has_left_the_cadre(&self, person: &str) -> bool {
        use story::DesignationState::{Lapsed, Withdrawn};
        self.story.designations.iter().any(|designation| {
            designation.person == person
                && designation
                    .steps
                    .last()
                    .is_some_and(|step| matches!(step.to, Lapsed | Withdrawn))
        })
    }

    pub(super) async fn agreement(&self, key: &str) -> anyhow::Result<Agreement> {
        agreements::store::find(&self.app.db, self.agreements[key])
            .await?
            .context("the agreement is gone")
    }

    async fn as_broker(&self, agreement: &Agreement) -> anyhow::Result<access::Permit> {
        let resource = agreement.resource(&self.app.db).await?;
        self.permit("marcus", Action::Broker, &resource).await
    }

    pub(super) async fn as_party(
        &self,
        person: &str,
        agreement: &Agreement,
    ) -> anyhow::Result<access::Permit> {
        let resource = agreement.resource(&self.app.db).await?;
        // Heads and chairs sign, the broker brokers, the team records its part.
        let visitor = self.visitor(person).await?;
        let action = [Action::Sign, Action::Broker, Action::Update]
            .into_iter()
            .find(|&action| access::decide(&visitor, action, &resource).allowed)
            .unwrap_or(Action::Update);
        self.permit(person, action, &resource).await
    }

    pub(super) async fn deployment(
        &mut self,
        key: &'static str,
        step: &Step<DeploymentState>,
    ) -> anyhow::Result<()> {
        let it = self.story_deployment(key)?;
        if step.to == DeploymentState::Drafting {
            return self.draft_agreement(&it).await;
        }
        let agreement = self.agreement(key).await?;
        let id = agreement.id;
        let why = |otherwise: &str| {
            if step.note.is_empty() { otherwise.to_owned() } else { step.note.to_owned() }
        };
        match step.to {
            // Signatures are acts of their own; a varied agreement stays in force.
            DeploymentState::Drafting
            | DeploymentState::SignedSupporting
            | DeploymentState::SignedSupported
            | DeploymentState::UnderVariation => {}
            DeploymentState::Offered => {
                agreements::offer(self.app, &self.as_broker(&agreement).await?, id).await?;
            }
            DeploymentState::Active | DeploymentState::Sustaining => {
                for member in it.team.iter().filter(|m| !self.has_left_the_cadre(m.person)) {
                    self.keep_current(member.person).await?;
                }
                let tended = course::tend(self.app, &self.system()).await?;
                let mine = tended.waiting.iter().find(|(waiting, _)| *waiting == id);
                if let Some((_, reason)) = mine {
                    anyhow::bail!("it cannot begin: {reason}");
                }
            }
            DeploymentState::Paused => {
                let permit = self.as_party(self.head(it.supported)?, &agreement).await?;
                course::pause(self.app, &permit.because(why("An inspection comes first")), id)
                    .await?;
            }
            DeploymentState::Exiting => self.begin_exit(&it, &agreement).await?,
            DeploymentState::Completed => self.complete(&it, &agreement).await?,
            DeploymentState::Sustained | DeploymentState::Lapsed => {
                self.answer_checks(&it, &agreement, step).await?;
            }
            DeploymentState::Cancelled => {
                let permit = self.as_broker(&agreement).await?;
                agreements::cancel(self.app, &permit.because(why("The need has changed")), id)
                    .await?;
            }
            DeploymentState::TerminatedEarly => {
                let permit = self
                    .as_party(self.head(it.supported)?, &agreement)
                    .await?
                    .because(why("The supporting school can no longer spare the time"));
                for _ in 0..2 {
                    course::escalate(self.app, &permit, id).await?;
                }
                course::end_early(self.app, &permit, id, Ground::Ladder).await?;
            }
        }
        Ok(())
    }

    async fn draft_agreement(&mut self, it: &story::Deployment) -> anyhow::Result<()> {
        // Intensive support wants the chair's signature; where the story knows no chair, the two
        // heads agreed on focused support of the same length.
        // So is what is longer than its kind allows.
        let half_days = i64::from(it.half_days_pledged());
        let kind = [kind(it), "focused", "intensive", "governance", "call-off", "new-head"]
            .into_iter()
            .filter_map(|code| pack().kind(code))
            .filter(|kind| !kind.chair_signs || self.chair(it.supported).is_ok())
            .filter(|kind| !kind.needs_measure || !it.measures.is_empty())
            .find(|kind| half_days <= kind.most_half_days)
            .context("no kind of support in the pack fits")?;
        let (supported, supporting) = (OrgRef::School(it.supported), OrgRef::School(it.supporting));
        let mut terms = Terms::draft(kind, supported, supporting);
        terms.title = super::cadre::first_sentence(it.purpose);
        terms.purpose = it.purpose.to_owned();
        terms.start_on = Some(it.start);
        terms.end_on = Some(it.end);
        terms.success = it.success_criteria.iter().map(|&line| line.to_owned()).collect();
        terms.supporter_goal = it.supporter_goal.to_owned();
        for member in it.team.iter().filter(|member| !self.has_left_the_cadre(member.person)) {
            self.keep_current(member.person).await?;
        }
        let leader = it.team.iter().find(|member| member.role.contains("lead")).or(it.team.first());
        terms.team = it
            .team
            .iter()
            .map(|member| TeamMember {
                // Somebody whose designation has ended comes as a colleague, by name.
                account: self
                    .cast
                    .accounts
                    .get(member.person)
                    .filter(|_| !self.has_left_the_cadre(member.person))
                    .map(|(account, _)| *account),
                name: self
                    .cast
                    .accounts
                    .get(member.person)
                    .map_or_else(String::new, |(_, name)| name.clone()),
                part: member.role.to_owned(),
                half_days: i64::from(member.half_days),
                lead: leader.is_some_and(|leader| leader.person == member.person),
            })
            .collect();
        let rate = it.team.iter().map(|member| i64::from(member.day_rate)).max().unwrap_or(0) * 100;
        let home = rate * 6 / 7;
        terms.money = Money {
            day_rate: rate,
            home_share: home,
            broker_share: rate - home,
            ..Money::default()
        };
        if kind.day_for_day {
            terms.money.reciprocal_half_days = terms.half_days();
        }
        terms.kpis = it
            .measures
            .iter()
            .flat_map(|measure| {
                Side::BOTH.map(|side| ChosenKpi {
                    side,
                    code: measure.code.to_owned(),
                    group: "all".to_owned(),
                    worth_having: measure.worthwhile,
                })
            })
            .collect();
        let base = AcademicYear(i16::try_from(it.baseline.end()).unwrap_or_default());
        terms.chosen_on = Some(ChosenOn { year: base });
        terms.outturn_from = Some(Terms::first_outturn(it.start));
        let days = (it.end - it.start).get_days();
        terms.reviews = match it.reviews.is_empty() {
            false => it
                .reviews
                .iter()
                .map(|review| review.on)
                .filter(|on| *on >= it.start && *on <= it.end)
                .collect(),
            true => Vec::new(),
        };
        for place in terms.reviews.len()..kind.reviews.max(1) {
            let after = days * i32::try_from(place + 1).unwrap_or(1)
                / i32::try_from(kind.reviews.max(1) + 1).unwrap_or(2);
            terms.reviews.push(it.start.saturating_add(Span::new().days(after)));
        }
        terms.reviews.sort_unstable();
        terms.exit_plan_by = Some(it.end.saturating_sub(Span::new().days(30)));
        if let Some(key) = it.request {
            self.settle_interests(key).await?;
        }
        let resource = Resource::new(Kind::Agreement, Zone::Parties, supported)
            .parties([supported, supporting])
            .through(Some(self.alliance()));
        let permit = self.permit("marcus", Action::Create, &resource).await?;
        let request = it.request.and_then(|key| self.requests.get(key)).map(ToString::to_string);
        let origin = Origin {
            partnership: Some(self.alliance()),
            funder: None,
            request: request.as_deref(),
        };
        let id = agreements::draft(self.app, &permit, &terms, origin).await?;
        self.agreements.insert(it.key, id);
        Ok(())
    }

    pub(super) async fn sign(
        &mut self,
        key: &'static str,
        signature: &story::Signature,
    ) -> anyhow::Result<()> {
        let agreement = self.agreement(key).await?;
        let versions = agreements::store::versions(&self.app.db, agreement.id).await?;
        // Where the kind of support asks for no chair, the story's chair has only been told.
        let chair_signs = versions.last().is_some_and(|version| version.terms().chair_signs());
        if signature.capacity == "chair" && !chair_signs {
            return Ok(());
        }
        let hash = versions.last().and_then(|version| version.hash.clone()).unwrap_or_default();
        let name = &self.cast.accounts[signature.person].1;
        let pen = Pen { hash: &hash, name, title: signature.capacity };
        let permit = self.as_party(signature.person, &agreement).await?;
        agreements::sign(self.app, &permit, agreement.id, pen).await?;
        Ok(())
    }

    pub(super) async fn work(
        &mut self,
        it: &story::Deployment,
        work: Work<'_>,
    ) -> anyhow::Result<()> {
        let Some(&id) = self.agreements.get(it.key) else { return Ok(()) };
        let agreement = self.agreement(it.key).await?;
        match work {
            Work::Milestones => {
                let permit = self.as_party(self.head(it.supported)?, &agreement).await?;
                for milestone in it.objectives.iter().flat_map(|objective| &objective.milestones) {
                    milestones::add(self.app, &permit, id, &new_milestone(milestone)).await?;
                }
            }
            Work::Seen(milestone) => self.record(it, &agreement, milestone).await?,
            Work::Review(review) => self.review(it, &agreement, review).await?,
        }
        Ok(())
    }

    async fn record(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
        milestone: &story::Milestone,
    ) -> anyhow::Result<()> {
        let all = milestones::of(&self.app.db, agreement.id).await?;
        let Some(found) = all.iter().find(|one| {
            one.title == measure_title(milestone.measure) && one.due_on() == milestone.due
        }) else {
            return Ok(());
        };
        let permit = self.as_party(self.head(it.supported)?, agreement).await?;
        let seen = Seen { actual: milestone.actual, forecast: None, done: None };
        milestones::record_seen(self.app, &permit, found.id, found.version, seen).await?;
        Ok(())
    }

    async fn review(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
        review: &story::Review,
    ) -> anyhow::Result<()> {
        let all = milestones::of(&self.app.db, agreement.id).await?;
        // The story rates each objective; a milestone whose day is far off is not judged yet.
        let lines = all
            .iter()
            .map(|milestone| {
                let objective = it.objectives.iter().position(|objective| {
                    objective.milestones.iter().any(|one| {
                        measure_title(one.measure) == milestone.title
                            && one.due == milestone.due_on()
                    })
                });
                let told = objective.and_then(|place| review.ratings.get(place));
                let near = milestone.due_on() <= review.on.saturating_add(Span::new().weeks(2));
                let (colour, words) = match told {
                    Some((colour, words)) if near || milestone.actual.is_some() => {
                        (rag(*colour), *words)
                    }
                    _ => (Rag::TooEarly, "Its day is still to come."),
                };
                (milestone.id, colour, words.to_owned())
            })
            .collect();
        let before = reviews::of(&self.app.db, agreement.id).await?;
        let new = NewReview {
            after: i64::try_from(before.len())?,
            lines,
            next_steps: review.next.to_owned(),
            next_on: None,
            decision: match review.decision {
                "change" => Decision::Change,
                "intensify" => Decision::Intensify,
                "close" => Decision::Close,
                _ => Decision::Continue,
            },
        };
        let permit = self.as_party(review.reviewer, agreement).await?;
        reviews::hold(self.app, &permit, agreement.id, &new).await?;
        Ok(())
    }

    async fn begin_exit(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
    ) -> anyhow::Result<()> {
        let permit = self.as_party(self.head(it.supporting)?, agreement).await?;
        let plan = exits::plan_of(&self.app.db, agreement.id).await?;
        let ticked: Vec<&str> = pack().exit_items.iter().map(|item| item.code.as_str()).collect();
        let new = NewPlan {
            owners: "The school's own leads, named in its development plan.",
            stops: "Visits and weekly calls.",
            stays: "The routines, the half-termly check and the names to ring.",
            ticked: &ticked,
            seen: plan.version,
        };
        exits::write_plan(self.app, &permit, agreement.id, &new).await?;
        exits::begin(self.app, &permit, agreement.id).await?;
        Ok(())
    }

    async fn complete(&self, it: &story::Deployment, agreement: &Agreement) -> anyhow::Result<()> {
        let answers: Vec<(String, u8)> =
            pack().feedback_items.iter().map(|item| (item.code.clone(), 4)).collect();
        for urn in [it.supported, it.supporting] {
            let permit = self.as_party(self.head(urn)?, agreement).await?;
            exits::give_feedback(
                self.app,
                &permit,
                agreement.id,
                &answers,
                "Thank you. We would do it again.",
            )
            .await?;
            if urn == it.supporting {
                let taken = exits::TakenHome {
                    goal: "We tested it in two classes and kept what worked.".to_owned(),
                    words: "The short checks every half-term, now in our own calendar.".to_owned(),
                };
                exits::take_home(self.app, &permit, agreement.id, &taken).await?;
            }
            exits::confirm(self.app, &permit, agreement.id).await?;
        }
        Ok(())
    }

    async fn answer_checks(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
        step: &Step<DeploymentState>,
    ) -> anyhow::Result<()> {
        let permit = self.as_party(self.head(it.supported)?, agreement).await?;
        let held = if step.to == DeploymentState::Lapsed { Held::No } else { Held::Yes };
        let words = if step.note.is_empty() {
            "Seen on learning walks with the governors."
        } else {
            step.note
        };
        for check in exits::checks_of(&self.app.db, agreement.id).await? {
            exits::answer(self.app, &permit, check.id, held, words, "We keep looking once a term.")
                .await?;
        }
        Ok(())
    }
}

/// What a milestone of the story is called: an indicator by its name, not by its code.
pub(super) fn measure_title(measure: &'static str) -> &'static str {
    register::kpis::definition(measure).map_or(measure, |definition| definition.plain_name)
}

pub(super) fn new_milestone(it: &story::Milestone) -> NewMilestone {
    let better = if it.target < it.baseline {
        DirectionWord::LowerIsBetter
    } else {
        DirectionWord::HigherIsBetter
    };
    NewMilestone {
        side: Side::Supported,
        title: measure_title(it.measure).to_owned(),
        gauge: Gauge::Number {
            code: None,
            // What is no public indicator counts lessons or newcomers, not a share of pupils.
            unit: if register::kpis::definition(it.measure).is_some() {
                UnitWord::PercentOfPupils
            } else {
                UnitWord::Points
            },
            direction: better,
            baseline: it.baseline,
            target: it.target,
            band: None,
            cohort: None,
        },
        due_on: it.due,
    }
}
