//! Networks of the story: begun by the broker, joined, held by whoever convenes them.

use ::networks::{
    MeetingId, Network, NetworkId,
    acts::{self, NewNetwork},
    meet::{self, Held, Plan},
    meetings::{self, ItemKind, Pattern},
    network,
};
use access::{Action, policy};
use anyhow::Context as _;
use district::story;
use foundation::OrgRef;
use jiff::{ToSpan as _, civil::DateTime};

use super::Stage;

/// What happens to a network.
#[derive(Debug)]
pub(super) enum Networked<'a> {
    /// It begins, with the days of its year, and colleagues join.
    Begin(&'a story::Network),
    /// It meets.
    Meet(&'a story::Network, &'a story::Meeting),
}

/// What happens to a network, with its dates.
pub(super) fn beats(it: &story::Network) -> Vec<(DateTime, Networked<'_>)> {
    let Some(first) = it.meetings.first() else { return Vec::new() };
    let begun = first.on.saturating_sub(14.days());
    let mut all = vec![(begun.at(16, 30, 0, 0), Networked::Begin(it))];
    let met = it.meetings.iter();
    all.extend(met.map(|one| (one.on.at(17, 15, 0, 0), Networked::Meet(it, one))));
    all
}

/// What is written about a network beyond what the story says.
struct More {
    about: &'static str,
    members: &'static [&'static str],
    place: &'static str,
    notes: &'static [&'static str],
    actions: &'static str,
}

fn more(key: &str) -> More {
    match key {
        "network-early-reading" => More {
            about: "Whoever leads early reading in a school, whatever their post. We show one \
                    another what we do, and take one thing home each time.",
            members: &["aisha", "jess"],
            place: "Oakfield Primary, the library",
            notes: &[
                "We laid our checks side by side: four schools ask the same child five times a \
                 term. Three of us will try one sheet instead.",
                "What the lowest fifth read with, and to whom. Oakfield showed the ten minutes \
                 after lunch; two schools asked to see it.",
            ],
            actions: "Everybody brings one sheet next time\nAisha writes to schools that were missing",
        },
        _ => More {
            about: "Those who lead English in the secondary schools, and whoever teaches it in \
                    Year 6.",
            members: &["grace"],
            place: "Online",
            notes: &[
                "Reading in Year 7: who hears a child read aloud, and when. Two schools begin with \
                 every tutor group.",
                "We moderated twelve pieces together and disagreed about three; those go round \
                 again.",
                "One novel for all: what Year 9 says about it.",
            ],
            actions: "Grace sends the twelve pieces round",
        },
    }
}

impl Stage<'_> {
    /// Plays one of them.
    pub(super) async fn network(&self, beat: Networked<'_>) -> anyhow::Result<()> {
        match beat {
            Networked::Begin(it) => self.begin_network(it).await,
            Networked::Meet(it, one) => self.meet(it, one).await,
        }
    }

    async fn network_of(&self, it: &story::Network) -> anyhow::Result<Network> {
        let all = network::of_partnership(&self.app.db, self.alliance()).await?;
        all.into_iter().find(|of| of.name == it.name).context("the network has begun")
    }

    async fn begin_network(&self, it: &story::Network) -> anyhow::Result<()> {
        let alliance = self.alliance();
        let permit = self.permit("marcus", Action::Create, &network::resource(alliance)).await?;
        let more = more(it.key);
        let new = NewNetwork {
            partnership: alliance,
            name: it.name.to_owned(),
            about: more.about.to_owned(),
            convenor: self.cast.accounts.get(it.convenor).context("the convenor")?.0,
            pattern: Pattern::AsAgreed,
            sort: network::Sort::Network,
        };
        let id: NetworkId = acts::found(self.app, &permit, &new).await?;
        let of = network::find(&self.app.db, id).await?.context("the network")?;
        for &who in more.members {
            let visitor = self.visitor(who).await?;
            let account = visitor.account.context("an account")?;
            let permit = self.permit(who, Action::Update, &policy::own(account)).await?;
            let orgs = network::joins_for(&visitor, alliance);
            let org: OrgRef = *orgs.first().with_context(|| format!("{who} works nowhere"))?;
            acts::join(self.app, &permit, &of, org).await?;
        }
        let permit = self.permit(it.convenor, Action::Update, &of.resource()).await?;
        for one in &it.meetings {
            let plan = Plan {
                title: one.title.to_owned(),
                on: one.on,
                at_time: "15:45 to 17:00".to_owned(),
                place: more.place.to_owned(),
                link: String::new(),
                places: None,
            };
            let id = meet::plan(self.app, &permit, &of, &plan).await?;
            self.put(it, id, one.title).await?;
        }
        Ok(())
    }

    /// The convenor puts what the meeting is about on its agenda.
    async fn put(&self, it: &story::Network, id: MeetingId, words: &str) -> anyhow::Result<()> {
        let of = self.network_of(it).await?;
        let permit = self.permit(it.convenor, Action::Update, &of.resource()).await?;
        meet::share(self.app, &permit, id, ItemKind::Share, (words, "")).await?;
        Ok(())
    }

    async fn meet(&self, it: &story::Network, one: &story::Meeting) -> anyhow::Result<()> {
        let of = self.network_of(it).await?;
        let all = meetings::of_network(&self.app.db, of.id).await?;
        let place = all.iter().position(|it| it.on() == one.on).context("the meeting")?;
        let members = network::members(self.app, &self.app.db, &of).await?;
        let present: Vec<OrgRef> = one.present.iter().map(|urn| OrgRef::School(*urn)).collect();
        let more = more(it.key);
        let came = members.iter().filter(|member| present.contains(&member.org));
        let held = Held {
            members: came.map(|member| member.account).collect(),
            schools: present.clone(),
            notes: (*more.notes.get(place).unwrap_or(&one.title)).to_owned(),
            actions: more.actions.to_owned(),
            heads: true,
        };
        let permit = self.permit(it.convenor, Action::Update, &of.resource()).await?;
        meet::hold(self.app, &permit, all[place].id, &held, all[place].version).await?;
        Ok(())
    }
}
