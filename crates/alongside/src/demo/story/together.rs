//! What the alliance agrees on: its charter, accepted by its members, and two goals they share; how its
//! people find it, and thanks.

use access::Action;
use anyhow::Context as _;
use foundation::OrgRef;
use jiff::civil::{Date, DateTime, date};
use plans::shared::{
    GoalAct,
    charter::{self, NewCharter},
    goals::{self, NewGoal},
    pulse, thanks,
};
use support::influence::{self, Way};

use super::Stage;

/// What members do together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Together {
    /// The broker writes the charter.
    Charter,
    /// A member accepts it.
    Accept(u32),
    /// A goal is written down: what, how one sees it, who leads, by when.
    Goal(&'static str, &'static str, u32, Date),
    /// Its lead says how it goes.
    Word(&'static str, &'static str),
    /// The broker asks how members find it.
    Ask(Date),
    /// Everybody in the story who is of a member answers, and the broker closes it: as many more in a
    /// hundred agree as said.
    Answer(i64),
    /// Somebody thanks a school.
    Thank(&'static str, u32, &'static str),
    /// The trust's chief executive writes down a matter, by when it is due, and what they want to say.
    Matter(&'static str, Way, &'static str, Date, &'static str),
    /// Its board stands behind the matter, and it is sent.
    Sent(&'static str, &'static str),
}

const WAITING: &str = "How long families wait for an assessment";
const READING: &str = "Every child reads by the end of Year 2";
const ABSENCE: &str = "Half as many children are away for a tenth of the year";

/// Everything, with its day. The last member to accept still thinks about it.
pub(super) fn agreed(members: &[u32], reading: u32, absence: u32) -> Vec<(DateTime, Together)> {
    let at = |day: Date| day.at(16, 10, 0, 0);
    let mut all = vec![(at(date(2026, 9, 14)), Together::Charter)];
    let yes = members.split_last().map_or(&[][..], |(_, most)| most);
    all.extend(yes.iter().map(|urn| (at(date(2026, 9, 24)), Together::Accept(*urn))));
    all.extend([
        (
            at(date(2026, 10, 5)),
            Together::Goal(
                READING,
                "The phonics check of all our schools taken together",
                reading,
                date(2028, 7, 14),
            ),
        ),
        (
            at(date(2026, 10, 5)),
            Together::Goal(
                ABSENCE,
                "Persistent absence of all our schools taken together, by term",
                absence,
                date(2027, 7, 16),
            ),
        ),
        (
            at(date(2027, 3, 8)),
            Together::Word(READING, "Nine schools check new children in their first week now."),
        ),
        (at(date(2026, 10, 12)), Together::Ask(date(2026, 10, 23))),
        (at(date(2026, 10, 23)), Together::Answer(0)),
        (at(date(2027, 2, 22)), Together::Ask(date(2027, 3, 5))),
        (at(date(2027, 3, 5)), Together::Answer(12)),
        (
            at(date(2026, 12, 17)),
            Together::Thank(
                "priya",
                reading,
                "For the whole Tuesday in December, and for asking before telling.",
            ),
        ),
        (
            at(date(2027, 3, 11)),
            Together::Thank(
                "aisha",
                absence,
                "Your Year 3 team let us watch while it did not work yet. We learned most from that.",
            ),
        ),
    ]);
    all.extend([
        (
            at(date(2027, 1, 18)),
            Together::Matter(
                WAITING,
                Way::Consultation,
                "The ministry, and the local authority",
                date(2027, 2, 15),
                "Children who wait a year for an assessment lose that year. We ask for twelve weeks, and \
                 for a named person whom a school can ring.",
            ),
        ),
        (
            at(date(2027, 2, 12)),
            Together::Sent(WAITING, "The board of trustees, 9 February 2027, minute 6"),
        ),
        (
            at(date(2027, 3, 15)),
            Together::Matter(
                "Cover when a teacher helps another school",
                Way::Evidence,
                "The commission on school funding",
                date(2027, 4, 23),
                "",
            ),
        ),
    ]);
    all
}

impl Stage<'_> {
    /// Plays one of them.
    pub(super) async fn together(&self, what: Together) -> anyhow::Result<()> {
        let alliance = self.alliance();
        let whole = access::partnerships::resource(alliance);
        match what {
            Together::Charter => {
                let permit = self.permit("marcus", Action::Update, &whole).await?;
                let new = NewCharter {
                    purpose: self.story.alliance.purpose,
                    ways: "We ask before we tell. Who helps says what they want to learn from it. \
                           Every school gives and every school receives.",
                    shares: "Strengths, offers and practices with every member. Audits and plans \
                             with nobody but whom the school chooses.",
                };
                charter::write(self.app, &permit, alliance, &new).await?;
            }
            Together::Accept(urn) => {
                let member = OrgRef::School(urn);
                let asks = charter::answer_of(member);
                // Not every school of the alliance has its head in the story.
                let Ok(head) = self.head(urn) else { return Ok(()) };
                let permit = self.permit(head, Action::Sign, &asks).await?;
                charter::accept(self.app, &permit, alliance, member, 1).await?;
            }
            Together::Goal(title, seen_by, lead, due) => {
                let permit = self.permit("marcus", Action::Update, &whole).await?;
                let lead = Some(OrgRef::School(lead));
                let new = NewGoal { title, seen_by, lead, due: Some(due) };
                goals::begin(self.app, &permit, alliance, &new).await?;
            }
            Together::Word(title, words) => {
                let all = goals::of(&self.app.db, alliance).await?;
                let goal = all.iter().find(|one| one.title == title).context("no such goal")?;
                let urn = goal.lead.urn().context("a school leads it")?;
                let head = self.visitor(self.head(urn)?).await?;
                let permit = self.permit(self.head(urn)?, Action::Update, &goal.resource()).await?;
                let who = goal.standings(&head);
                goals::take(self.app, &permit, goal, GoalAct::Report, &who, words).await?;
            }
            Together::Ask(until) => {
                let permit = self.permit("marcus", Action::Update, &whole).await?;
                pulse::open(self.app, &permit, alliance, Some(until)).await?;
            }
            Together::Answer(better) => self.answer_all(better).await?,
            Together::Thank(person, urn, words) => {
                let visitor = self.visitor(person).await?;
                let account = visitor.account.context("they have an account")?;
                let permit =
                    self.permit(person, Action::Update, &access::policy::own(account)).await?;
                let to = Some(OrgRef::School(urn));
                thanks::say(self.app, &permit, &visitor, alliance, to, words).await?;
            }
            Together::Matter(topic, way, audience, due, position) => {
                let (permit, visitor, trust) = self.trust().await?;
                let mut words = influence::Words {
                    topic: topic.to_owned(),
                    way: Some(way),
                    audience: audience.to_owned(),
                    deadline: Some(due),
                    ..influence::Words::default()
                };
                let id = influence::begin(self.app, &permit, trust, &words).await?;
                if !position.is_empty() {
                    position.clone_into(&mut words.position);
                    let known = influence::candidates(&self.app.db, &visitor, trust).await?;
                    words.evidence = known.iter().map(|one| one.record).take(2).collect();
                    influence::write(self.app, &permit, &visitor, id, 1, &words).await?;
                }
            }
            Together::Sent(topic, endorsed) => {
                let (permit, visitor, trust) = self.trust().await?;
                let all = influence::of(&self.app.db, trust).await?;
                let it = all.iter().find(|it| it.topic == topic).context("no such matter")?;
                let today = Some(self.app.clock.today());
                for (act, seen, said) in [
                    (influence::Act::Endorse, it.version, (endorsed, None)),
                    (influence::Act::Submit, it.version + 1, ("The online form", today)),
                ] {
                    influence::take(self.app, &permit, &visitor, it.id, seen, act, said).await?;
                }
            }
        }
        Ok(())
    }

    /// The trust's chief executive, with what lets them write in its name.
    async fn trust(&self) -> anyhow::Result<(access::Permit, access::Visitor, OrgRef)> {
        let visitor = self.visitor("chen").await?;
        let trust =
            visitor.orgs(access::Role::TrustExecutive).next().context("they lead a trust")?;
        let resource = support::board::resource(&self.app.db, trust).await?;
        let permit = self.permit("chen", Action::Update, &resource).await?;
        Ok((permit, visitor, trust))
    }

    /// Everybody of a member answers. People differ, and not every statement is as easy to say.
    async fn answer_all(&self, more: i64) -> anyhow::Result<()> {
        /// How many in a hundred agree, statement by statement.
        const AGREE: [i64; 5] = [72, 44, 61, 38, 81];
        let alliance = self.alliance();
        let all = pulse::of(&self.app.db, alliance).await?;
        let open = all.iter().find(|it| it.state() == pulse::State::Open);
        let open = open.context("nobody is being asked")?;
        let mut place = 0_i64;
        for person in self.cast.accounts.keys() {
            let visitor = self.visitor(person).await?;
            let who = pulse::standings(&visitor, alliance);
            let Some(account) = visitor.account.filter(|_| who.contains(&pulse::Who::Member))
            else {
                continue;
            };
            let permit = self.permit(person, Action::Update, &access::policy::own(account)).await?;
            let levels: Vec<Option<i64>> = (0..)
                .zip(AGREE)
                .map(|(statement, agree)| {
                    let draw = (place * 37 + statement * 53) % 100;
                    let strong = i64::from((place + statement) % 3 == 0);
                    Some(if draw < agree + more { 3 + strong } else { 2 - strong })
                })
                .collect();
            pulse::answer(self.app, &permit, open.id, &who, &levels).await?;
            place += 1;
        }
        let whole = access::partnerships::resource(alliance);
        let permit = self.permit("marcus", Action::Update, &whole).await?;
        pulse::close(self.app, &permit, open.id, &[pulse::Who::Keeper]).await?;
        Ok(())
    }
}
