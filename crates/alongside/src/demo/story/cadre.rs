//! System leaders, their time, and what schools offer.

use access::{Action, Kind, Resource, Zone};
use brokerage::{
    cadre::{self, Nomination, Profile, SupporterRef},
    offers::{self, NewOffer},
};
use district::story::{self, DesignationState};
use foundation::OrgRef;
use jiff::{ToSpan as _, civil::DateTime};
use matching::{Depth, Specialism};

use super::Stage;

/// What the pack calls a specialism of the story.
const SPECIALISMS: &[(&str, &str)] = &[
    ("attendance/persistent absence", "attendance"),
    ("behaviour/routines", "behaviour"),
    ("careers/employer links", "post-16"),
    ("curriculum/early reading", "early-reading"),
    ("curriculum/music", "music"),
    ("curriculum/outdoor learning", "curriculum-design"),
    ("curriculum/phonics", "early-reading"),
    ("curriculum/primary mathematics", "mathematics"),
    ("curriculum/reading fluency", "early-reading"),
    ("curriculum/secondary english", "english"),
    ("curriculum/secondary science", "science"),
    ("curriculum/sport", "sport"),
    ("curriculum/writing", "english"),
    ("early years/provision", "early-years"),
    ("estates/learning spaces", "estates"),
    ("finance/curriculum-led budgets", "finance"),
    ("governance/chairing", "governance"),
    ("governance/reviews", "governance"),
    ("inclusion/autism", "send"),
    ("inclusion/english as an additional language", "eal"),
    ("inclusion/mixed-age teaching", "curriculum-design"),
    ("inclusion/nurture provision", "nurture"),
    ("inclusion/send leadership", "send"),
    ("leadership/headship", "headship"),
    ("leadership/middle leaders", "middle-leadership"),
    ("leadership/new heads", "headship"),
    ("leadership/staff culture", "hr"),
    ("technology/networks and devices", "it"),
    ("workforce/recruitment", "hr"),
];

pub(super) fn specialism(name: &str) -> anyhow::Result<&'static str> {
    SPECIALISMS
        .iter()
        .find(|(story, _)| *story == name)
        .map(|(_, code)| *code)
        .ok_or_else(|| anyhow::anyhow!("the pack has no specialism for “{name}”"))
}

/// Each code once, in order.
fn specialisms(names: &[&str]) -> anyhow::Result<Vec<Specialism>> {
    let mut all: Vec<Specialism> = Vec::new();
    for name in names {
        let code = specialism(name)?;
        if !all.iter().any(|one| one.code == code) {
            all.push(Specialism { code: code.to_owned(), depth: Depth::Expert });
        }
    }
    Ok(all)
}

fn role(name: &str) -> &'static str {
    match name {
        "NLE" => "nle",
        "LLE" => "lle",
        "NLG" => "nlg",
        "professional partner" => "professional-partner",
        "support-staff specialist" => "support-staff-specialist",
        "expert practitioner" => "expert-practitioner",
        _ => "sle",
    }
}

/// When somebody who became active did so; people still on the way are left to the desk.
pub(super) fn joins_at(designation: &story::Designation) -> Option<DateTime> {
    designation.steps.iter().find(|step| step.to == DesignationState::Active).map(|step| step.at)
}

impl Stage<'_> {
    pub(super) async fn join_cadre(&mut self, it: &story::Designation) -> anyhow::Result<()> {
        let (account, name) = self.cast.accounts[it.person].clone();
        let home = self.story.posts.iter().find_map(|post| match post.employer {
            story::Employer::School(urn) if post.person == it.person => Some(urn),
            _ => None,
        });
        // Leaders without a school (a national leader of governance) are released by nobody here.
        let Some(urn) = home else { return Ok(()) };
        let school = self.school(urn).await?;
        let nomination = Nomination {
            person: account,
            name,
            org: OrgRef::School(urn),
            partnership: self.alliance(),
            role: role(it.role).to_owned(),
            profile: Profile {
                specialisms: specialisms(&it.specialisms)?,
                phases: vec![school.phase.key().to_owned()],
                on_site: true,
                online: true,
                travel_limit_km: None,
                weekly_cap: 4,
                concurrent_cap: 3,
                about: String::new(),
            },
        };
        let trained_until = it.review_due.max(jiff::civil::date(2028, 12, 31));
        let id = cadre::acts::enrol(self.app, &self.system(), &nomination, trained_until).await?;
        self.designations.insert(it.key, id);
        if cadre::home_school::called(&nomination.role).is_some() {
            let both = cadre::designation(&self.app.db, id).await?;
            if let Some(both) = both {
                let until = foundation::clock::london(self.now()).saturating_add(2.years());
                cadre::home_school::designate(self.app, &self.system(), &both, until).await?;
            }
        }
        for pledged in self.story.availability.iter().filter(|a| a.person == it.person) {
            let released_by = self.head(urn)?;
            let owner = OrgRef::School(urn);
            let resource = Resource::new(Kind::Offer, Zone::Network, owner);
            let permit = self.permit(released_by, Action::Update, &resource).await?;
            cadre::capacity::pledge(
                self.app,
                &permit,
                SupporterRef::Designation(id),
                owner,
                (pledged.from, pledged.to),
                u32::from(pledged.per_week),
                &pledged.blackouts,
            )
            .await?;
        }
        Ok(())
    }

    /// Renews what has come up for review, before the person joins a team.
    pub(super) async fn keep_current(&self, person: &str) -> anyhow::Result<()> {
        let today = foundation::clock::london(self.now());
        for it in self.story.designations.iter().filter(|it| it.person == person) {
            let Some(&id) = self.designations.get(it.key) else { continue };
            let Some(now) = cadre::designation(&self.app.db, id).await? else { continue };
            if now.is_live(today) {
                continue;
            }
            let permit = self.system().because("Reviewed before the next deployment");
            for act in [cadre::Act::CallReview, cadre::Act::Renew] {
                if now.state == cadre::State::ReviewDue && act == cadre::Act::CallReview {
                    continue;
                }
                cadre::acts::take_step(self.app, &permit, id, act, cadre::Who::Broker).await?;
            }
        }
        Ok(())
    }

    /// What becomes of a designation after it began.
    pub(super) async fn designation(
        &mut self,
        key: &str,
        step: &story::Step<DesignationState>,
    ) -> anyhow::Result<()> {
        let Some(&id) = self.designations.get(key) else { return Ok(()) };
        let act = match step.to {
            DesignationState::ReviewDue => cadre::Act::CallReview,
            DesignationState::Renewed => cadre::Act::Renew,
            DesignationState::Lapsed => cadre::Act::Lapse,
            DesignationState::Withdrawn => cadre::Act::Withdraw,
            _ => return Ok(()),
        };
        let why =
            if step.note.is_empty() { "Talked through at the yearly review" } else { step.note };
        let permit = self.system().because(why);
        let now = cadre::designation(&self.app.db, id).await?;
        // A review comes before what follows from it, also where the story does not say so.
        if act != cadre::Act::CallReview
            && now.is_some_and(|it| it.state != cadre::State::ReviewDue)
        {
            let review = cadre::Act::CallReview;
            cadre::acts::take_step(self.app, &permit, id, review, cadre::Who::Broker).await?;
        }
        cadre::acts::take_step(self.app, &permit, id, act, cadre::Who::Broker).await?;
        Ok(())
    }

    pub(super) async fn offer(&mut self, it: &story::Offer) -> anyhow::Result<()> {
        if matches!(it.state, story::OfferState::Draft) {
            return Ok(());
        }
        let per_week = 2;
        let new = NewOffer {
            org: OrgRef::School(it.school),
            partnership: self.alliance(),
            title: first_sentence(it.summary),
            about: it.summary.to_owned(),
            specialisms: specialisms(&it.specialisms)?,
            phases: vec![self.school(it.school).await?.phase.key().to_owned()],
            on_site: true,
            online: true,
            conditions: String::new(),
            day_rate_pence: i64::from(it.day_rate) * 100,
            weekly_cap: per_week,
            from: it.from,
            to: it.to,
            finding: None,
        };
        let id = self.make_offer(&new, per_week).await?;
        if matches!(it.state, story::OfferState::Withdrawn) {
            let resource = Resource::new(Kind::Offer, Zone::Network, new.org);
            let permit = self.permit(self.head(it.school)?, Action::Update, &resource).await?;
            let SupporterRef::Offer(id) = id else { return Ok(()) };
            offers::close(self.app, &permit.because("No longer on offer"), id).await?;
        }
        Ok(())
    }

    /// A school makes an offer and says how much time there is.
    pub(super) async fn make_offer(
        &self,
        new: &NewOffer,
        per_week: u32,
    ) -> anyhow::Result<SupporterRef> {
        let urn = new.org.urn().unwrap_or_default();
        let resource = Resource::new(Kind::Offer, Zone::Network, new.org);
        let permit = self.permit(self.head(urn)?, Action::Create, &resource).await?;
        let id = SupporterRef::Offer(offers::make(self.app, &permit, new).await?);
        let last = new.to.min(new.from.saturating_add(23.months()));
        cadre::capacity::pledge(self.app, &permit, id, new.org, (new.from, last), per_week, &[])
            .await?;
        Ok(id)
    }
}

pub(super) fn first_sentence(text: &str) -> String {
    text.split_inclusive(['.', ';', ':'])
        .next()
        .unwrap_or(text)
        .trim_end_matches(['.', ';', ':'])
        .to_owned()
}
