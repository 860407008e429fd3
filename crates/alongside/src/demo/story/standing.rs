//! Where the schools stand: the stage a head records when an audit is agreed, and the tier that the
//! broker decides at triage and the head answers.

use access::Action;
use anyhow::Context as _;
use brokerage::requests::Tier;
use district::story;
use foundation::OrgRef;
use jiff::{ToSpan as _, civil::date};
use needs::standing::{self, NewDecision, Stage as Improvement};

use super::Stage;

impl Stage<'_> {
    async fn standing_of(
        &self,
        person: &str,
        urn: u32,
        action: Action,
    ) -> anyhow::Result<access::Permit> {
        let visitor = self.visitor(person).await?;
        let bodies = self.school(urn).await?.responsible();
        let resource = standing::resource(&visitor, OrgRef::School(urn), bodies);
        self.permit(person, action, &resource).await
    }

    /// With its audit a school says where it is on its way.
    pub(super) async fn says_its_stage(&self, audit: &story::Audit) -> anyhow::Result<()> {
        let hardest = audit.findings.iter().map(|finding| finding.severity).max().unwrap_or(1);
        let stage = match hardest {
            4.. => Improvement::Repair,
            3 => Improvement::Improve,
            _ => Improvement::Sustain,
        };
        let org = OrgRef::School(audit.school);
        let known = standing::stages(&self.app.db, org).await?;
        if known.first().is_some_and(|line| line.stage == stage) {
            return Ok(());
        }
        let permit =
            self.standing_of(self.head(audit.school)?, audit.school, Action::Propose).await?;
        let reason = "From what we found in our needs audit, agreed with governors.";
        standing::record(self.app, &permit, org, stage, reason).await?;
        Ok(())
    }

    /// At triage the broker decides how much support, on what the school wrote.
    pub(super) async fn decides_tier(
        &self,
        urn: u32,
        tier: Tier,
        need: &str,
    ) -> anyhow::Result<()> {
        let today = foundation::clock::london(self.now());
        // The alliance began to write tiers down in this school year.
        if tier == Tier::Universal || today < date(2026, 9, 1) {
            return Ok(());
        }
        let permit = self.standing_of("marcus", urn, Action::Propose).await?;
        let new = NewDecision {
            tier,
            evidence: format!("The school’s own audit, and our talk on the telephone. {need}"),
            review_on: Some(today.saturating_add(26.weeks())),
        };
        standing::decide(self.app, &permit, OrgRef::School(urn), &new).await?;
        Ok(())
    }

    /// The head answers before anybody is looked for.
    pub(super) async fn answers_tier(&self, urn: u32) -> anyhow::Result<()> {
        let org = OrgRef::School(urn);
        let newest = standing::decisions(&self.app.db, org).await?.into_iter().next();
        let Some(open) = newest.filter(|one| one.reply.is_none()) else { return Ok(()) };
        let permit = self.standing_of(self.head(urn)?, urn, Action::Sign).await?;
        let words = "Yes: that is what we asked for, and no more.";
        standing::reply(self.app, &permit, org, open.id, true, words)
            .await
            .context("the answer to the tier")
    }
}
