//! Requests for support, from a draft to an agreement.

use access::{Action, Kind, Resource, Zone};
use anyhow::Context as _;
use brokerage::{
    desk,
    interests::{self, Assessment, Capacity, Check, InterestKind, NewDeclaration},
    offers::NewOffer,
    proposals::{self, NewProposal, Reply, Side},
    requests::{self, Answer, Ask, Beneficiary, Mode, Request, Tier},
};
use district::story::{self, ConflictOutcome, RequestState, Step};
use foundation::OrgRef;
use matching::{Depth, Specialism};

use super::{Stage, cadre};

impl Stage<'_> {
    fn story_request(&self, key: &str) -> anyhow::Result<story::Request> {
        let found = self.story.requests.iter().find(|r| r.key == key);
        found.cloned().with_context(|| format!("no request {key}"))
    }

    async fn current(&self, key: &str) -> anyhow::Result<Request> {
        requests::request(&self.app.db, self.requests[key]).await?.context("the request is gone")
    }

    pub(super) async fn request(
        &mut self,
        key: &'static str,
        step: &Step<RequestState>,
    ) -> anyhow::Result<()> {
        let it = self.story_request(key)?;
        if step.to == RequestState::Draft {
            return self.draft_request(&it).await;
        }
        let id = self.requests[key];
        let now = self.current(key).await?;
        let head = self.head(it.school)?;
        let broker = async || self.permit("marcus", Action::Broker, &now.resource()).await;
        let words = |otherwise: &str| {
            if step.note.is_empty() { otherwise.to_owned() } else { step.note.to_owned() }
        };
        match step.to {
            // The rooms below take these steps by themselves when an agreement begins.
            RequestState::Draft | RequestState::Agreement | RequestState::Fulfilled => {}
            RequestState::Submitted => {
                let permit = self.permit(head, Action::Update, &now.resource()).await?;
                requests::acts::submit(self.app, &permit, id).await?;
            }
            RequestState::Accepted => {
                let answer = Answer::Accept(words(
                    "Thank you. We will look for people who fit and talk to you before we propose anybody.",
                ));
                requests::acts::answer(self.app, &broker().await?, id, &answer).await?;
                self.decides_tier(it.school, now.ask.tier, &now.ask.need).await?;
            }
            RequestState::ReturnedForDetail => {
                let answer =
                    Answer::Return(words("Could you say which year groups this is about?"));
                requests::acts::answer(self.app, &broker().await?, id, &answer).await?;
            }
            RequestState::DeclinedWithReason => {
                let answer = Answer::Decline(words(
                    "Your trust provides this already; please talk to them first.",
                ));
                requests::acts::answer(self.app, &broker().await?, id, &answer).await?;
            }
            RequestState::Matching => {
                self.answers_tier(it.school).await?;
                requests::acts::start_matching(self.app, &broker().await?, id).await?;
            }
            RequestState::Proposed => self.propose(&it, &now).await?,
            RequestState::ChemistryOk if !self.proposals.contains_key(key) => {}
            RequestState::ChemistryOk => self.both_say_yes(&it).await?,
            RequestState::Rematch if !self.proposals.contains_key(key) => {}
            RequestState::Rematch => {
                let permit = self.permit("marcus", Action::Broker, &now.resource()).await?;
                match self.proposals.get(key) {
                    Some(&proposal) if now.state == requests::State::Proposed => {
                        self.reply(
                            proposal,
                            Side::Supported,
                            head,
                            &Reply::Decline(words(
                                "We share too many families; it would not feel right.",
                            )),
                        )
                        .await?;
                    }
                    _ => {
                        proposals::acts::rematch(
                            self.app,
                            &permit.because(words("Another match is needed")),
                            id,
                        )
                        .await?;
                    }
                }
            }
            RequestState::CoiClear => self.settle_interests(key).await?,
            RequestState::Withdrawn => {
                let permit = self.permit(head, Action::Update, &now.resource()).await?;
                let why = words("We have found help nearer home.");
                requests::acts::withdraw(self.app, &permit.because(why), id).await?;
            }
            RequestState::ReviewProgressOnly => {
                let permit = self.permit(head, Action::Update, &now.resource()).await?;
                requests::acts::consent_to_review(self.app, &permit, id).await?;
                let permit = broker().await?;
                let on = foundation::clock::london(permit.context().at)
                    .saturating_add(jiff::Span::new().weeks(6));
                requests::acts::review_only(self.app, &permit, id, on).await?;
            }
        }
        Ok(())
    }

    async fn draft_request(&mut self, it: &story::Request) -> anyhow::Result<()> {
        let school = self.school(it.school).await?;
        let findings: Vec<_> =
            it.findings.iter().filter_map(|key| self.findings.get(key).copied()).collect();
        let need = self
            .story
            .audits
            .iter()
            .flat_map(|audit| &audit.findings)
            .find(|finding| it.findings.contains(&finding.key))
            .map_or_else(|| it.outcome.to_owned(), |finding| finding.statement.to_owned());
        let severity = self
            .story
            .audits
            .iter()
            .flat_map(|audit| &audit.findings)
            .filter(|finding| it.findings.contains(&finding.key))
            .map(|finding| finding.severity)
            .max()
            .unwrap_or(2);
        let code = cadre::specialism(it.specialism)?;
        let ask = Ask {
            title: brokerage::packs::specialism_name(code).to_owned(),
            need,
            outcome: it.outcome.to_owned(),
            audit: it.audit.and_then(|key| self.audits.get(key).copied()),
            tier: match it.tier {
                // Intensive support rests on findings; where the story has none it was targeted.
                story::Tier::Intensive if !findings.is_empty() => Tier::Intensive,
                story::Tier::Intensive | story::Tier::Targeted => Tier::Targeted,
                story::Tier::Universal => Tier::Universal,
            },
            findings,
            beneficiaries: vec![Beneficiary::MiddleLeader, Beneficiary::Teacher],
            specialisms: vec![Specialism { code: code.to_owned(), depth: Depth::Secure }],
            phase: school.phase.key().to_owned(),
            earliest: it.earliest,
            latest: it.latest,
            half_days: u32::from(it.half_days),
            mode: Mode::Mixed,
            severity: severity.clamp(1, 5),
            team: it.half_days > 12,
            budget_pence: Some(i64::from(it.budget) * 100).filter(|&pence| pence > 0),
            give_back: it.reciprocal.to_owned(),
            funder: None,
            avoid: it.avoid.iter().map(|(urn, _)| OrgRef::School(*urn)).collect(),
            avoid_why: it.avoid.iter().map(|(_, why)| *why).collect::<Vec<_>>().join("; "),
        };
        let owner = Resource::new(Kind::Request, Zone::School, school.org());
        let permit = self.permit(self.head(it.school)?, Action::Create, &owner).await?;
        let alliance = self.alliance();
        let id = requests::acts::draft(self.app, &permit, school.org(), alliance, &ask).await?;
        self.requests.insert(it.key, id);
        Ok(())
    }

    /// The school the story matches the request with, where it goes on to an agreement.
    fn partner(&self, key: &str) -> Option<&story::Deployment> {
        self.story.deployments.iter().find(|d| d.request == Some(key))
    }

    async fn propose(&mut self, it: &story::Request, now: &Request) -> anyhow::Result<()> {
        if let Some(urn) = self.partner(it.key).map(|deployment| deployment.supporting) {
            self.spare_time(it, now, urn).await?;
        }
        for person in self.story.designations.iter().map(|designation| designation.person) {
            if !self.has_left_the_cadre(person) {
                self.keep_current(person).await?;
            }
        }
        let today = foundation::clock::london(self.now());
        let case = desk::case(&self.app.db, now.id, today).await?.context("the case is gone")?;
        let shortlist = case.shortlist()?;
        let wanted = self.partner(it.key).map(|deployment| OrgRef::School(deployment.supporting));
        let fits = |key: &str| {
            wanted.is_none_or(|org| {
                case.pool.supporters.iter().any(|s| s.key.to_string() == key && s.org == org)
            })
        };
        let free = |candidate: &matching::Candidate| candidate.free_half_days > 0;
        let place = shortlist.kept.iter().position(|c| fits(&c.supporter) && free(c));
        let Some(place) = place else {
            // Nobody fits: an unmet need, which the desk shows as such.
            anyhow::ensure!(wanted.is_none(), "the supporter of {} was removed", it.key);
            return Ok(());
        };
        let candidate = &shortlist.kept[place];
        let new = NewProposal {
            supporter: candidate.supporter.parse().map_err(|error| anyhow::anyhow!("{error}"))?,
            half_days: u32::from(it.half_days).min(candidate.free_half_days),
            reason: if place < 3 {
                String::new()
            } else {
                "They have worked together well before.".to_owned()
            },
            message: "I think you would like working together. Shall we arrange a call?".to_owned(),
        };
        let resource = now.desk_resource();
        let permit = self.permit("marcus", Action::Broker, &resource).await?;
        let id = proposals::propose(self.app, &permit, now.id, now.version, &new).await?;
        self.proposals.insert(it.key, id);
        Ok(())
    }

    /// The supporting school offers the time that the story says it gave.
    async fn spare_time(&self, it: &story::Request, now: &Request, urn: u32) -> anyhow::Result<()> {
        let weeks = (it.latest - it.earliest).get_days() / 7;
        let per_week = u32::try_from(i32::from(it.half_days) / weeks.max(1) + 2).unwrap_or(2);
        let new = NewOffer {
            org: OrgRef::School(urn),
            partnership: self.alliance(),
            title: format!("{} with us", now.ask.title),
            about: "Time set aside by our governors for work with a neighbour.".to_owned(),
            specialisms: now
                .ask
                .specialisms
                .iter()
                .map(|one| Specialism { code: one.code.clone(), depth: Depth::Leading })
                .collect(),
            phases: vec![now.ask.phase.clone()],
            on_site: true,
            online: true,
            conditions: String::new(),
            day_rate_pence: 35_000,
            weekly_cap: per_week,
            from: it.earliest,
            to: it.latest,
            finding: None,
        };
        self.make_offer(&new, per_week).await?;
        Ok(())
    }

    async fn reply(
        &self,
        id: brokerage::ProposalId,
        side: Side,
        head: &str,
        reply: &Reply,
    ) -> anyhow::Result<()> {
        let proposal =
            proposals::proposal(&self.app.db, id).await?.context("the proposal is gone")?;
        let request = requests::request(&self.app.db, proposal.request)
            .await?
            .context("the request is gone")?;
        let resource = proposal.side_resource(&request, side);
        let permit = self.permit(head, Action::Sign, &resource).await?;
        proposals::respond(self.app, &permit, id, side, reply).await?;
        Ok(())
    }

    async fn both_say_yes(&self, it: &story::Request) -> anyhow::Result<()> {
        let id = self.proposals[it.key];
        let proposal =
            proposals::proposal(&self.app.db, id).await?.context("the proposal is gone")?;
        let other = self.head(proposal.org.urn().unwrap_or_default())?;
        self.reply(id, Side::Supported, self.head(it.school)?, &Reply::Accept).await?;
        self.reply(id, Side::Supporting, other, &Reply::Accept).await
    }

    /// Settles the interests of a match both heads want, once.
    pub(super) async fn settle_interests(&self, key: &str) -> anyhow::Result<()> {
        let it = self.story_request(key)?;
        if self.current(key).await?.state == requests::State::ChemistryOk {
            self.clear_interests(&it).await?;
        }
        Ok(())
    }

    async fn clear_interests(&self, it: &story::Request) -> anyhow::Result<()> {
        let id = self.proposals[it.key];
        let request = self.current(it.key).await?;
        let proposal =
            proposals::proposal(&self.app.db, id).await?.context("the proposal is gone")?;
        let broker = self.permit("marcus", Action::Broker, &request.desk_resource()).await?;
        for org in [request.org, proposal.org] {
            let urn = org.urn().unwrap_or_default();
            let head = self.head(urn)?;
            let told = it.conflicts.iter().find(|conflict| conflict.person == head);
            let new = NewDeclaration {
                org,
                kinds: told.map(|_| InterestKind::TrustGrowth).into_iter().collect(),
                detail: told.map_or_else(String::new, |conflict| conflict.detail.to_owned()),
            };
            let own = interests::own(self.cast.accounts[head].0, org);
            let permit = self.permit(head, Action::Create, &own).await?;
            let declared = interests::acts::declare(self.app, &permit, id, &new).await?;
            let assessment = match told {
                Some(conflict) if conflict.outcome != ConflictOutcome::None => {
                    Assessment::Manage(conflict.mitigation.to_owned())
                }
                _ => Assessment::None,
            };
            let manage = matches!(assessment, Assessment::Manage(_));
            interests::acts::assess(self.app, &broker, declared, &assessment).await?;
            if manage {
                let asking = self.head(it.school)?;
                let resource = Resource::new(Kind::Declaration, Zone::Parties, request.org);
                let permit = self.permit(asking, Action::Sign, &resource).await?;
                interests::acts::accept_safeguards(self.app, &permit, declared, Capacity::Head)
                    .await?;
                let chair = self.chair(it.school)?;
                let permit = self.permit(chair, Action::Sign, &resource).await?;
                interests::acts::accept_safeguards(self.app, &permit, declared, Capacity::Chair)
                    .await?;
            }
        }
        for &item in Check::ALL {
            interests::acts::check(self.app, &broker, id, item, "Talked through with both heads.")
                .await?;
        }
        interests::acts::clear(self.app, &broker, request.id).await?;
        Ok(())
    }

    /// The chair of a school's governors.
    pub(super) fn chair(&self, urn: u32) -> anyhow::Result<&'static str> {
        self.story
            .posts
            .iter()
            .find(|post| {
                post.employer == story::Employer::School(urn) && post.role == story::Role::Chair
            })
            .map(|post| post.person)
            .with_context(|| format!("school {urn} has no chair in the story"))
    }
}
