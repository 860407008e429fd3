//! Practices of the story: written down, checked, shown, and taken up by other schools.

use ::practices::{
    NewPractice, PracticeId, Said,
    adoptions::{self, Act as Taken},
    practice::{self, Act, Evidence, EvidenceKind, Words},
};
use access::{Action, Kind, Resource, Zone};
use anyhow::Context as _;
use district::story::{self, AdoptionMode};
use foundation::OrgRef;
use jiff::{ToSpan as _, civil::DateTime};

use super::Stage;

/// What happens to a practice.
#[derive(Debug)]
pub(super) enum Spread<'a> {
    /// It is written down and colleagues are asked to check it.
    Begin(&'a story::Practice),
    /// Colleagues check it and the head shows it to everybody.
    Show(&'a story::Practice),
    /// A school takes it up.
    TakeUp(&'a story::Practice, &'a story::Adoption),
}

/// What happens to a practice, with its dates.
pub(super) fn spread(it: &story::Practice) -> Vec<(DateTime, Spread<'_>)> {
    let begun = it.published.saturating_sub(35.days());
    let mut all = vec![
        (begun.at(16, 20, 0, 0), Spread::Begin(it)),
        (it.published.at(16, 0, 0, 0), Spread::Show(it)),
    ];
    for adoption in &it.adoptions {
        all.push((adoption.on.at(15, 50, 0, 0), Spread::TakeUp(it, adoption)));
    }
    all
}

/// What is written about a practice beyond what the story says.
struct More {
    area: &'static str,
    phases: &'static [&'static str],
    what: &'static str,
    conditions: &'static str,
    takes: &'static str,
    caveats: &'static str,
    evidence: &'static str,
    kept_on: &'static str,
}

fn more(key: &str) -> More {
    match key {
        "practice-newcomer" => More {
            area: "curriculum-and-teaching",
            phases: &["primary"],
            what: "Whoever joins reads to a trained adult within five days. One sheet goes to the \
                   class teacher, and on Monday the child is in the right group.",
            conditions: "One-form entry, about thirty newcomers a year, a third of them new to \
                         English.",
            takes: "Twenty minutes a child, one hour of training for each adult, no money.",
            caveats: "One school and one year. With more than two newcomers a week we have not \
                      tried it.",
            evidence: "31 of 31 newcomers since September were heard within five days; the year \
                       before it took three weeks.",
            kept_on: "Nobody waits for the next half-termly check.",
        },
        "practice-number-talk" => More {
            area: "curriculum-and-teaching",
            phases: &["primary", "secondary"],
            what: "The lesson opens with one number on the board. Pupils say what they see, and \
                   the teacher writes down every way of seeing it.",
            conditions: "Year 3 to Year 8, mixed classes.",
            takes: "Ten minutes a day; teachers watch a colleague twice before they begin.",
            caveats: "Where it became a quiz, it stopped working. Older classes took a term to \
                      trust it.",
            evidence: "Two colleagues from other schools saw it in six classes and heard more \
                       pupils speak than in the lessons before.",
            kept_on: "More pupils say how they see a number, and fewer wait to be asked.",
        },
        _ => More {
            area: "attendance-and-behaviour",
            phases: &["primary", "secondary"],
            what: "The adult who knows the family best rings on the first morning, before any \
                   letter, and asks what would help.",
            conditions: "A school of 900; four people share the calls.",
            takes: "An hour each morning at first, half of it after a term.",
            caveats: "It does little for families who have already decided to move on.",
            evidence: "Second days of absence became a third rarer within two terms, by our own \
                       count.",
            kept_on: "Families tell us earlier what is the matter.",
        },
    }
}

fn words(it: &story::Practice) -> Words {
    let more = more(it.key);
    Words {
        title: it.title.to_owned(),
        area: more.area.to_owned(),
        phases: more.phases.iter().map(|phase| (*phase).to_owned()).collect(),
        problem: it.problem.to_owned(),
        what: more.what.to_owned(),
        ingredients: it.active_ingredients.iter().map(|part| (*part).to_owned()).collect(),
        conditions: more.conditions.to_owned(),
        takes: more.takes.to_owned(),
        caveats: more.caveats.to_owned(),
        evidence: vec![Evidence {
            kind: EvidenceKind::Own,
            words: more.evidence.to_owned(),
            link: String::new(),
        }],
    }
}

impl Stage<'_> {
    pub(super) async fn spread(&mut self, beat: Spread<'_>) -> anyhow::Result<()> {
        match beat {
            Spread::Begin(it) => self.write_down(it).await,
            Spread::Show(it) => self.show_practice(it).await,
            Spread::TakeUp(it, adoption) => self.take_up(it, adoption).await,
        }
    }

    fn practice_id(&self, it: &story::Practice) -> anyhow::Result<PracticeId> {
        self.practices.get(it.key).copied().with_context(|| format!("{} is not begun", it.key))
    }

    /// An act by somebody, with the words that stand there.
    async fn do_with(&self, who: &str, id: PracticeId, act: Act) -> anyhow::Result<()> {
        let it = practice::find(&self.app.db, id).await?.context("the practice is there")?;
        let own = matches!(act, Act::Send | Act::Publish);
        let action = if own { Action::Update } else { Action::Propose };
        let permit = self.permit(who, action, &it.working()).await?;
        let said = Said { seen: it.version, ..Said::default() };
        ::practices::take(self.app, &permit, id, act, &said).await?;
        Ok(())
    }

    async fn write_down(&mut self, it: &story::Practice) -> anyhow::Result<()> {
        let origin = OrgRef::School(it.origin);
        let own = Resource::new(Kind::Practice, Zone::School, origin);
        let permit = self.permit(it.author, Action::Create, &own).await?;
        let new = NewPractice { origin, parent: None, agreement: None, words: words(it) };
        let id = ::practices::begin(self.app, &permit, &new).await?;
        self.practices.insert(it.key, id);
        self.do_with(it.author, id, Act::Send).await?;
        let first = it.adoptions.first().context("somebody took it up")?;
        self.do_with(self.head(first.school)?, id, Act::Approve).await
    }

    async fn show_practice(&self, it: &story::Practice) -> anyhow::Result<()> {
        let id = self.practice_id(it)?;
        let second = it.adoptions.get(1).context("a second school took it up")?;
        self.do_with(self.head(second.school)?, id, Act::Approve).await?;
        self.do_with(self.head(it.origin)?, id, Act::Publish).await
    }

    async fn take_up(&self, it: &story::Practice, one: &story::Adoption) -> anyhow::Result<()> {
        let id = self.practice_id(it)?;
        let of = practice::find(&self.app.db, id).await?.context("the practice is there")?;
        let org = OrgRef::School(one.school);
        let head = self.head(one.school)?;
        let resource = adoptions::resource(&of, org);
        let permit = self.permit(head, Action::Create, &resource).await?;
        let adoption = adoptions::begin(self.app, &permit, id, org, true).await?;
        let mut words = adoptions::Words::default();
        let act = match one.mode {
            AdoptionMode::Borrowed => return Ok(()),
            AdoptionMode::Adapted => {
                words.changes = "We began in two classes, with our own words.".to_owned();
                words.kept = it.active_ingredients.iter().map(|part| (*part).to_owned()).collect();
                Taken::Adapt
            }
            AdoptionMode::Adopted => {
                words.result = more(it.key).kept_on.to_owned();
                Taken::Adopt
            }
            AdoptionMode::Stopped => {
                words.reason = "The two people who carried it have left.".to_owned();
                Taken::Stop
            }
        };
        let permit = self.permit(head, Action::Update, &resource).await?;
        adoptions::take(self.app, &permit, adoption, act, &words, 1).await?;
        Ok(())
    }
}
