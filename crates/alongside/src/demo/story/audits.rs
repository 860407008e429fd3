//! Needs audits.

use access::{Action, Kind, Resource, Zone};
use anyhow::Context as _;
use district::story::{self, Area, AuditState, Level, Step};
use foundation::OrgRef;
use needs::{
    Framework,
    audits::{self, Confidence, EvidenceKind, FindingKind, NewAudit, NewEvidence, SectionText},
};

use super::Stage;

const fn area(area: Area) -> &'static str {
    match area {
        Area::Inclusion => "inclusion",
        Area::CurriculumAndTeaching => "curriculum-and-teaching",
        Area::Achievement => "achievement",
        Area::AttendanceAndBehaviour => "attendance-and-behaviour",
        Area::PersonalDevelopment => "personal-development-and-well-being",
        Area::LeadershipAndGovernance => "leadership-and-governance",
        Area::EarlyYears => "early-years",
        Area::Post16 => "post-16",
        Area::Workforce => "workforce",
        Area::FinanceAndOperations => "finance-and-operations",
        Area::Community => "community",
    }
}

impl Stage<'_> {
    fn story_audit(&self, key: &str) -> anyhow::Result<&story::Audit> {
        self.story.audits.iter().find(|a| a.key == key).with_context(|| format!("no audit {key}"))
    }

    pub(super) async fn audit(
        &mut self,
        key: &'static str,
        step: &Step<AuditState>,
    ) -> anyhow::Result<()> {
        let it = self.story_audit(key)?.clone();
        let owner = Resource::new(Kind::Audit, Zone::School, OrgRef::School(it.school));
        let head = self.head(it.school)?;
        let permit = self.permit(head, Action::Sign, &owner).await?;
        match step.to {
            AuditState::Draft => {
                let id = self.create_audit(&it).await?;
                self.audits.insert(key, id);
            }
            AuditState::InProgress => {
                audits::acts::begin(self.app, &permit, self.audits[key]).await?;
            }
            AuditState::Ready => self.fill_audit(&it).await?,
            AuditState::Agreed => {
                audits::acts::agree(self.app, &permit, self.audits[key]).await?;
                self.says_its_stage(&it).await?;
            }
            // Moderation is left to the trust's own director; freezing follows from signature.
            AuditState::Moderated | AuditState::Frozen => {}
            AuditState::Withdrawn => {
                let why = if step.note.is_empty() { "Overtaken by events" } else { step.note };
                audits::acts::withdraw(self.app, &permit.because(why), self.audits[key]).await?;
            }
        }
        Ok(())
    }

    async fn create_audit(&self, it: &story::Audit) -> anyhow::Result<needs::AuditId> {
        let school = self.school(it.school).await?;
        let framework = Framework::current();
        let mut codes: Vec<&str> = it.findings.iter().map(|finding| area(finding.area)).collect();
        if codes.is_empty() {
            // Just begun: nothing is found yet.
            codes = vec!["achievement", "attendance-and-behaviour", "curriculum-and-teaching"];
        }
        codes.sort_unstable();
        codes.dedup();
        let areas: Vec<_> = framework
            .areas
            .iter()
            .filter(|area| codes.contains(&area.code.as_str()))
            .cloned()
            .collect();
        let areas = audits::prefill::prefill(&self.app.db, &school, &areas).await?;
        let head = self.head(it.school)?;
        let new = NewAudit {
            framework,
            org: school.org(),
            title: it.title.to_owned(),
            reason: it.reason.to_owned(),
            lead: self.cast.accounts[head].1.clone(),
            due: None,
            areas,
        };
        let resource = Resource::new(Kind::Audit, Zone::School, school.org());
        let permit = self.permit(head, Action::Create, &resource).await?;
        Ok(audits::acts::create(self.app, &permit, new).await?)
    }

    /// Writes the sections as the story tells them, and finishes each.
    async fn fill_audit(&mut self, it: &story::Audit) -> anyhow::Result<()> {
        let id = self.audits[it.key];
        let owner = Resource::new(Kind::Audit, Zone::School, OrgRef::School(it.school));
        let head = self.head(it.school)?;
        let permit = self.permit(head, Action::Update, &owner).await?;
        let leads = self.permit(head, Action::Sign, &owner).await?;
        let audit = audits::audit(&self.app.db, id).await?.context("the audit is gone")?;
        for section in &audit.sections {
            let found: Vec<_> =
                it.findings.iter().filter(|f| area(f.area) == section.area).collect();
            for finding in &found {
                let kind = match finding.kind {
                    story::FindingKind::Strength => FindingKind::Strength,
                    story::FindingKind::Need => FindingKind::Need,
                };
                let measures: Vec<String> =
                    finding.measures.iter().map(|&code| code.to_owned()).collect();
                let new = audits::sections::add_finding(
                    self.app,
                    &permit,
                    id,
                    &section.area,
                    kind,
                    finding.statement,
                    &measures,
                )
                .await?;
                self.findings.insert(finding.key, new);
                if kind == FindingKind::Strength {
                    audits::acts::share(self.app, &leads, id, new, true).await?;
                }
                for summary in &finding.evidence {
                    let evidence = NewEvidence {
                        kind: EvidenceKind::Data,
                        summary: (*summary).to_owned(),
                        seen_on: None,
                        strength: 2,
                    };
                    audits::sections::add_evidence(self.app, &permit, id, &section.area, &evidence)
                        .await?;
                }
            }
            if found.iter().all(|finding| finding.evidence.is_empty()) {
                let evidence = NewEvidence {
                    kind: EvidenceKind::Observation,
                    summary: "Seen on learning walks this term.".to_owned(),
                    seen_on: None,
                    strength: 1,
                };
                audits::sections::add_evidence(self.app, &permit, id, &section.area, &evidence)
                    .await?;
            }
            self.write_section(&permit, id, &section.area, &found).await?;
            audits::sections::finish_section(self.app, &permit, id, &section.area).await?;
        }
        Ok(())
    }

    async fn write_section(
        &self,
        permit: &access::Permit,
        id: needs::AuditId,
        code: &str,
        found: &[&story::Finding],
    ) -> anyhow::Result<()> {
        let audit = audits::audit(&self.app.db, id).await?.context("the audit is gone")?;
        let section = audit.section(code).context("the section is gone")?;
        let causes: Vec<_> =
            found.iter().map(|f| f.root_cause).filter(|cause| !cause.is_empty()).collect();
        let confidence = found.iter().map(|f| f.confidence).next().map(|level| match level {
            Level::Low => Confidence::Low,
            Level::Medium => Confidence::Medium,
            Level::High => Confidence::High,
        });
        let strong = found.iter().any(|f| f.kind == story::FindingKind::Strength);
        let text = SectionText {
            none_seen: !strong,
            root_causes: causes.join(" "),
            severity: found.iter().map(|f| f.severity).max().filter(|&severity| severity > 0),
            confidence,
            self_grade: None,
        };
        audits::sections::write_section(self.app, permit, id, code, &text, section.version).await?;
        Ok(())
    }
}
