//! The story of the alliance, replayed by its own people through the rooms' acts, each on its day.

mod audits;
mod cadre;
mod deployments;
mod networks;
mod plans;
mod requests;
mod spread;
mod standing;
mod together;
mod visits;

use std::collections::BTreeMap;

use access::{Action, Permit, Resource, Visitor, authorize};
use anyhow::Context as _;
use brokerage::{ProposalId, RequestId, cadre::DesignationId};
use district::{Story, story};
use foundation::{App, OrgRef, clock::moment};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use needs::{AuditId, FindingId};
use practices::PracticeId;
use support::AgreementId;

use super::people::Cast;

/// Records of the story as they stand in the database, by the story's short names.
pub(super) struct Stage<'a> {
    app: &'a App,
    story: &'a Story,
    cast: &'a Cast,
    designations: BTreeMap<&'static str, DesignationId>,
    audits: BTreeMap<&'static str, AuditId>,
    findings: BTreeMap<&'static str, FindingId>,
    requests: BTreeMap<&'static str, RequestId>,
    proposals: BTreeMap<&'static str, ProposalId>,
    agreements: BTreeMap<&'static str, AgreementId>,
    plans: BTreeMap<&'static str, plans::Kept>,
    practices: BTreeMap<&'static str, PracticeId>,
}

/// What comes next on the calendar.
enum Beat<'a> {
    /// A year's public files arrive.
    Files(usize),
    /// A system leader joins the cadre.
    Designation(&'a story::Designation),
    /// A school makes an offer.
    Offer(&'a story::Offer),
    /// An audit, a request, a signature or a deployment moves.
    Act(story::Act),
    /// Something is recorded under a running deployment.
    Work(&'a story::Deployment, deployments::Work<'a>),
    /// Something happens between the two schools of a running deployment.
    Talk(&'a story::Deployment, visits::Talk<'a>),
    /// A supported school works on its plan.
    Plan(&'a story::Deployment, plans::Work<'a>),
    /// A practice is written down, shown or taken up.
    Spread(spread::Spread<'a>),
    /// The alliance agrees on something.
    Together(together::Together),
    /// A network begins or meets.
    Network(networks::Networked<'a>),
}

/// A year's public files and the day on which they arrive.
pub(super) struct Delivery {
    /// When.
    pub(super) on: Date,
    /// What: names and bytes.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// Replays everything up to a day.
pub(super) async fn replay(
    app: &App,
    story: &Story,
    cast: &Cast,
    deliveries: &[Delivery],
    until: Date,
) -> anyhow::Result<()> {
    let mut stage = Stage {
        app,
        story,
        cast,
        designations: BTreeMap::new(),
        audits: BTreeMap::new(),
        findings: BTreeMap::new(),
        requests: BTreeMap::new(),
        proposals: BTreeMap::new(),
        agreements: BTreeMap::new(),
        plans: BTreeMap::new(),
        practices: BTreeMap::new(),
    };
    for (at, beat) in calendar(story, deliveries, until) {
        app.clock.set(moment(at));
        let what = describe(&beat);
        stage
            .play(beat, deliveries)
            .await
            .with_context(|| format!("the story stops on {}: {what}", at.date()))?;
    }
    Ok(())
}

/// Everything that happens, in order. Files come before the acts of their day.
fn calendar<'a>(
    story: &'a Story,
    deliveries: &[Delivery],
    until: Date,
) -> Vec<(DateTime, Beat<'a>)> {
    let mut beats: Vec<(DateTime, Beat<'_>)> = Vec::new();
    for (place, delivery) in deliveries.iter().enumerate() {
        beats.push((delivery.on.at(0, 1, 0, 0), Beat::Files(place)));
    }
    for designation in &story.designations {
        if let Some(at) = cadre::joins_at(designation) {
            beats.push((at, Beat::Designation(designation)));
        }
    }
    for offer in &story.offers {
        let made = offer.from.saturating_sub(jiff::Span::new().days(30));
        beats.push((made.at(8, 30, 0, 0), Beat::Offer(offer)));
    }
    beats.extend(story.acts().into_iter().map(|act| (act.at(), Beat::Act(act))));
    for deployment in &story.deployments {
        beats.extend(
            deployments::work(deployment)
                .into_iter()
                .map(|(at, work)| (at, Beat::Work(deployment, work))),
        );
        beats.extend(
            visits::talks(deployment, until)
                .into_iter()
                .map(|(at, talk)| (at, Beat::Talk(deployment, talk))),
        );
    }
    for deployment in &story.deployments {
        let work = plans::work(deployment).into_iter();
        beats.extend(work.map(|(at, work)| (at, Beat::Plan(deployment, work))));
    }
    for practice in &story.practices {
        let spread = spread::spread(practice).into_iter();
        beats.extend(spread.map(|(at, what)| (at, Beat::Spread(what))));
    }
    let members = &story.alliance.members;
    let agreed = together::agreed(members, district::OAKFIELD, district::HARBOUR_VIEW);
    beats.extend(agreed.into_iter().map(|(at, what)| (at, Beat::Together(what))));
    for network in &story.networks {
        let met = networks::beats(network).into_iter();
        beats.extend(met.map(|(at, what)| (at, Beat::Network(what))));
    }
    beats.retain(|(at, _)| at.date() <= until);
    beats.sort_by_key(|(at, _)| *at);
    beats
}

fn describe(beat: &Beat<'_>) -> String {
    match beat {
        Beat::Files(_) => "public files arrive".to_owned(),
        Beat::Designation(it) => format!("{} joins the cadre", it.person),
        Beat::Offer(it) => format!("offer {}", it.key),
        Beat::Act(act) => format!("{act:?}"),
        Beat::Work(it, work) => format!("{}: {work:?}", it.key),
        Beat::Talk(it, talk) => format!("{}: {talk:?}", it.key),
        Beat::Plan(it, work) => format!("{}: plan: {work:?}", it.key),
        Beat::Spread(what) => format!("{what:?}"),
        Beat::Together(what) => format!("{what:?}"),
        Beat::Network(what) => format!("{what:?}"),
    }
}

impl Stage<'_> {
    async fn play(&mut self, beat: Beat<'_>, deliveries: &[Delivery]) -> anyhow::Result<()> {
        match beat {
            Beat::Files(place) => super::import(self.app, &deliveries[place].files).await,
            Beat::Designation(it) => self.join_cadre(it).await,
            Beat::Offer(it) => self.offer(it).await,
            Beat::Act(story::Act::Designation(key, step)) => self.designation(key, &step).await,
            Beat::Act(story::Act::Audit(key, step)) => self.audit(key, &step).await,
            Beat::Act(story::Act::Request(key, step)) => self.request(key, &step).await,
            Beat::Act(story::Act::Signature(key, signature)) => self.sign(key, &signature).await,
            Beat::Act(story::Act::Deployment(key, step)) => self.deployment(key, &step).await,
            Beat::Work(deployment, work) => self.work(deployment, work).await,
            Beat::Talk(deployment, talk) => self.talk(deployment, talk).await,
            Beat::Plan(deployment, work) => self.plan(deployment, work).await,
            Beat::Spread(what) => self.spread(what).await,
            Beat::Together(what) => self.together(what).await,
            Beat::Network(what) => self.network(what).await,
        }
    }

    fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    fn system(&self) -> Permit {
        Permit::system("demo", self.now())
    }

    async fn visitor(&self, person: &str) -> anyhow::Result<Visitor> {
        let (account, name) =
            self.cast.accounts.get(person).with_context(|| format!("nobody is called {person}"))?;
        Ok(Visitor::load(self.app, *account, name.clone()).await?)
    }

    /// Asks the ordinary door on behalf of a person; the product itself needs none.
    async fn permit(
        &self,
        person: &str,
        action: Action,
        resource: &Resource,
    ) -> anyhow::Result<Permit> {
        if person == "system" {
            return Ok(self.system());
        }
        let visitor = self.visitor(person).await?;
        authorize(self.app, &visitor, action, resource)
            .with_context(|| format!("{person} may not {action:?} {:?}", resource.kind))
    }

    async fn school(&self, urn: u32) -> anyhow::Result<register::School> {
        register::school(&self.app.db, urn)
            .await?
            .with_context(|| format!("school {urn} is not in the register"))
    }

    /// The person who heads a school on the day.
    fn head(&self, urn: u32) -> anyhow::Result<&'static str> {
        self.story
            .posts
            .iter()
            .find(|post| {
                post.employer == story::Employer::School(urn) && post.role == story::Role::Head
            })
            .map(|post| post.person)
            .with_context(|| format!("school {urn} has no head in the story"))
    }

    const fn alliance(&self) -> OrgRef {
        self.cast.alliance
    }
}
