//! Visits of a running deployment, and what the two schools say to each other beside them.

use ::visits::{
    challenges, coaching, commissions, cycles, moderations,
    visits::{Body, Draft, NewVisit, Part, acts, book, capacity::weeks, checks, model, notes},
};
use access::{Action, Kind, Resource, Zone};
use anyhow::Context as _;
use district::story::{self, DeploymentState};
use foundation::{OrgRef, ids::hex};
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, date},
};
use support::{Agreement, agreements::Side, leading};

use super::Stage;

/// What happens between two schools.
#[derive(Debug)]
pub(super) enum Talk<'a> {
    /// A visit is booked.
    Book(&'a story::Visit),
    /// The school confirms the day.
    Confirm(&'a story::Visit),
    /// The visitor sends the note.
    Note(&'a story::Visit),
    /// The school checks the facts.
    Check(&'a story::Visit),
    /// Two people talk.
    Coaching(&'a story::Visit),
    /// The visit of the demonstration's own day, whose note the reader may write.
    Today,
    /// The school answers the first challenge, and both agree what comes next.
    Reply,
    /// The school answers the challenge of a visit.
    Answer(&'a story::Visit),
    /// The two schools work on a question.
    Cycle,
    /// The school commissions a review.
    Review,
}

/// What was said between two people stays with them, in the story too.
fn is_private(visit: &story::Visit) -> bool {
    visit.kind == "coaching" && visit.strengths.is_empty()
}

/// What happens beside a deployment, with its dates.
pub(super) fn talks(it: &story::Deployment, until: Date) -> Vec<(DateTime, Talk<'_>)> {
    let active = it.steps.iter().find(|step| step.to == DeploymentState::Active);
    let Some(active) = active.map(|step| step.at.date()).filter(|_| !it.visits.is_empty()) else {
        return Vec::new();
    };
    let mut talks = Vec::new();
    for visit in &it.visits {
        if is_private(visit) {
            talks.push((visit.on.at(17, 0, 0, 0), Talk::Coaching(visit)));
            continue;
        }
        let booked = visit.on.saturating_sub(28.days()).max(active.saturating_add(1.days()));
        talks.push((booked.at(10, 0, 0, 0), Talk::Book(visit)));
        let confirmed = booked.saturating_add(1.days());
        talks.push((confirmed.at(9, 0, 0, 0), Talk::Confirm(visit)));
        talks.push((visit.on.at(18, 10, 0, 0), Talk::Note(visit)));
        // The note of the first review still waits for the school on the demonstration's day.
        if let Some(agreed) = visit.agreed.filter(|_| visit.kind != "review") {
            talks.push((agreed.at(16, 0, 0, 0), Talk::Check(visit)));
            // Heads answer within days; the newest still waits for its reader.
            if !visit.challenge.is_empty() && agreed < until.saturating_sub(14.days()) {
                let answered = agreed.saturating_add(3.days());
                talks.push((answered.at(16, 45, 0, 0), Talk::Answer(visit)));
            }
        }
    }
    talks.push((until.saturating_sub(7.days()).at(11, 0, 0, 0), Talk::Today));
    talks.push((date(2027, 1, 15).at(16, 30, 0, 0), Talk::Reply));
    talks.push((date(2027, 2, 2).at(16, 0, 0, 0), Talk::Cycle));
    talks.push((date(2027, 3, 8).at(16, 0, 0, 0), Talk::Review));
    talks.retain(|(at, _)| at.date() > active);
    talks
}

fn kind(visit: &story::Visit) -> String {
    match visit.kind {
        "support-service visit" => "support-service".to_owned(),
        other => other.replace(' ', "-"),
    }
}

fn note(visit: &story::Visit) -> Body {
    let challenged = !visit.challenge.is_empty();
    let when = |words: &str| if challenged { words.to_owned() } else { String::new() };
    Body {
        took_part: "The leader of Key Stage 1".to_owned(),
        strengths: visit.strengths.to_owned(),
        seen: visit.purpose.to_owned(),
        challenge: visit.challenge.to_owned(),
        evidence: when("Seen on the day, with the school's own leader beside."),
        steps: when("Look at the challenge again together, at the next visit"),
        raised: "no".to_owned(),
        ..Body::default()
    }
}

impl Stage<'_> {
    pub(super) async fn talk(
        &mut self,
        it: &story::Deployment,
        talk: Talk<'_>,
    ) -> anyhow::Result<()> {
        let agreement = self.agreement(it.key).await?;
        match talk {
            Talk::Book(visit) => {
                let part = if visit.half_days > 1 { Part::Day } else { Part::Morning };
                self.book_visit(&agreement, visit, visit.on, part).await
            }
            Talk::Confirm(visit) => self.confirm_visit(it, &agreement, visit.on).await,
            Talk::Note(visit) => self.send_note(&agreement, visit).await,
            Talk::Check(visit) => self.check_note(it, &agreement, visit).await,
            Talk::Coaching(visit) => self.log_coaching(it, &agreement, visit).await,
            Talk::Today => {
                let Some(visit) = it.visits.iter().find(|visit| visit.kind == "learning walk")
                else {
                    return Ok(());
                };
                let today = foundation::clock::london(self.now()).saturating_add(7.days());
                self.book_visit(&agreement, visit, today, Part::Morning).await?;
                self.confirm_visit(it, &agreement, today).await
            }
            Talk::Reply => self.answer_challenge(it, &agreement).await,
            Talk::Answer(visit) => self.answer_about(it, &agreement, visit).await,
            Talk::Cycle => self.work_together(it, &agreement).await,
            Talk::Review => self.commission_review(it).await,
        }
    }

    async fn book_visit(
        &self,
        agreement: &Agreement,
        visit: &story::Visit,
        on: Date,
        part: Part,
    ) -> anyhow::Result<()> {
        let (account, name) = self.cast.accounts[visit.visitor].clone();
        // A week without a pledge, or full already, holds no visit: as on the page.
        let week = weeks(&self.app.db, account, on, 1).await?.pop();
        if week.is_none_or(|week| week.free() < part.half_days()) {
            return Ok(());
        }
        let new = NewVisit {
            beneficiary: None,
            visitor: account,
            visitor_name: name,
            from: Side::Supporting,
            kind: kind(visit),
            on,
            part,
            online: visit.kind == "online",
            purpose: visit.purpose.to_owned(),
            meets: "The leader of Key Stage 1".to_owned(),
            arrival: "Sign in at reception; parking behind the hall".to_owned(),
        };
        let permit = self.as_party(visit.visitor, agreement).await?;
        book(self.app, &permit, agreement.id, &new).await?;
        Ok(())
    }

    async fn visit_on(
        &self,
        agreement: &Agreement,
        on: Date,
    ) -> anyhow::Result<Option<::visits::Visit>> {
        let all = model::of_agreement(&self.app.db, agreement.id).await?;
        Ok(all.into_iter().find(|visit| visit.on() == on))
    }

    async fn confirm_visit(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
        on: Date,
    ) -> anyhow::Result<()> {
        let Some(visit) = self.visit_on(agreement, on).await? else { return Ok(()) };
        let head = self.head(it.supported)?;
        let permit = self.permit(head, Action::Update, &visit.resource()).await?;
        acts::confirm(self.app, &permit, visit.id).await?;
        Ok(())
    }

    async fn send_note(&self, agreement: &Agreement, visit: &story::Visit) -> anyhow::Result<()> {
        let Some(kept) = self.visit_on(agreement, visit.on).await? else { return Ok(()) };
        let permit = self.permit(visit.visitor, Action::Update, &kept.resource()).await?;
        let mut key = [0_u8; 16];
        self.app.ids.fill(&mut key);
        let draft =
            Draft { key: hex(&key), device: hex(&key), base: 0, revision: 1, body: note(visit) };
        notes::send(self.app, &permit, kept.id, &draft).await?;
        Ok(())
    }

    async fn check_note(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
        visit: &story::Visit,
    ) -> anyhow::Result<()> {
        let Some(kept) = self.visit_on(agreement, visit.on).await? else { return Ok(()) };
        let resource = kept.note_resource(&self.app.db).await?;
        let permit = self.permit(self.head(it.supported)?, Action::Update, &resource).await?;
        checks::agree(self.app, &permit, kept.id, "Thank you. This is how we saw it too.").await?;
        Ok(())
    }

    async fn log_coaching(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
        visit: &story::Visit,
    ) -> anyhow::Result<()> {
        let head = self.head(it.supported)?;
        let pairs = coaching::of_agreement(&self.app.db, agreement.id).await?;
        let id = match pairs.first() {
            Some(pair) => pair.id,
            None => {
                let asks = self.as_party(visit.visitor, agreement).await?;
                let other = self.cast.accounts[head].0;
                let kind = coaching::Kind::Coaching;
                let id = coaching::ask(self.app, &asks, agreement.id, other, kind).await?;
                let pair = coaching::pair(&self.app.db, id).await?.context("the pair is gone")?;
                let accepts = self.permit(head, Action::Update, &pair.resource()).await?;
                coaching::acts::take(self.app, &accepts, id, coaching::Act::Accept).await?;
                id
            }
        };
        let pair = coaching::pair(&self.app.db, id).await?.context("the pair is gone")?;
        let permit = self.permit(visit.visitor, Action::Update, &pair.resource()).await?;
        let new = coaching::NewSession {
            on: visit.on,
            minutes: 50,
            template: "grow".to_owned(),
            answers: vec![
                ("goal".to_owned(), "More of the week in classrooms.".to_owned()),
                ("will".to_owned(), "Two mornings kept free, starting Monday.".to_owned()),
            ],
        };
        coaching::log(self.app, &permit, id, &new).await?;
        Ok(())
    }

    async fn answer_challenge(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
    ) -> anyhow::Result<()> {
        let head = self.head(it.supported)?;
        let visitor = self.visitor(head).await?;
        let all = challenges::of_agreement(&self.app.db, &visitor, agreement.id).await?;
        let Some(first) = all.last() else { return Ok(()) };
        let permit = self.permit(head, Action::Update, &first.resource()).await?;
        let words = "Fair. We looked: two of the last three newcomers waited a fortnight. Jess \
                     assesses every newcomer in the first week from now on.";
        challenges::reply(self.app, &permit, first.id, words).await?;
        let step = "A five-day check for every newcomer; looked at together in March";
        challenges::settle(self.app, &permit, first.id, step, Some(date(2027, 3, 16))).await?;
        Ok(())
    }

    /// The answer to the challenge of one visit, where nobody has answered it yet.
    async fn answer_about(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
        visit: &story::Visit,
    ) -> anyhow::Result<()> {
        let head = self.head(it.supported)?;
        let reader = self.visitor(head).await?;
        let all = challenges::of_agreement(&self.app.db, &reader, agreement.id).await?;
        let open = all
            .iter()
            .find(|one| one.state() == challenges::State::Raised && one.point == visit.challenge);
        let Some(open) = open else { return Ok(()) };
        let permit = self.permit(head, Action::Update, &open.resource()).await?;
        let words = "Fair. We looked at it together and see it too.";
        challenges::reply(self.app, &permit, open.id, words).await?;
        let step = "We try another way for a fortnight and look again at the next visit";
        challenges::settle(self.app, &permit, open.id, step, None).await?;
        Ok(())
    }

    async fn work_together(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
    ) -> anyhow::Result<()> {
        let (one, other) = (self.head(it.supported)?, self.head(it.supporting)?);
        let asks = self.as_party(one, agreement).await?;
        let question = "How do we keep the lowest fifth reading daily in Year 3?";
        let id = cycles::ask(self.app, &asks, agreement.id, question).await?;
        let cycle = cycles::find(&self.app.db, id).await?.context("the cycle is gone")?;
        let resource = cycle.resource(Vec::new());
        let mine = self.permit(one, Action::Sign, &resource).await?;
        let theirs = self.permit(other, Action::Sign, &resource).await?;
        cycles::take(self.app, &theirs, id, cycles::Act::Join, "").await?;
        let part = |goal: &str, practice: &str, before: &str| cycles::Part {
            goal: goal.to_owned(),
            practice: practice.to_owned(),
            before: before.to_owned(),
            ..cycles::Part::default()
        };
        let harbour = part(
            "Every child in the lowest fifth reads to an adult every day.",
            "A named adult and a fixed quarter of an hour before ten o\u{2019}clock.",
            "Three days of five, counted over two weeks in January.",
        );
        let oakfield = part(
            "Test our own handover from Year 2 to Year 3.",
            "A talk for each child instead of a list, in the first week.",
            "Four of nine children kept their book band in September.",
        );
        cycles::write(self.app, &mine, id, cycle.one, &harbour, 1).await?;
        cycles::write(self.app, &theirs, id, cycle.other, &oakfield, 1).await?;
        cycles::take(self.app, &mine, id, cycles::Act::Begin, "").await?;
        self.judge_together(it, agreement).await
    }

    /// The two heads judge the same books, each alone, and find that one word meant two things.
    async fn judge_together(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
    ) -> anyhow::Result<()> {
        let (one, other) = (self.head(it.supported)?, self.head(it.supporting)?);
        let rubric = ::visits::pack::pack().rubric("work").context("no rubric for work")?;
        let new = moderations::New {
            about: "Six reading records of Year 3, without names".to_owned(),
            rubric: rubric.name.clone(),
            aspects: rubric.aspects.clone(),
            levels: rubric.levels.clone(),
        };
        let asks = self.as_party(one, agreement).await?;
        let id = moderations::ask(self.app, &asks, agreement.id, &new).await?;
        let known = moderations::find(&self.app.db, id).await?.context("it is gone")?;
        let resource = known.resource(Vec::new());
        let mine = self.permit(one, Action::Sign, &resource).await?;
        let theirs = self.permit(other, Action::Sign, &resource).await?;
        let judged = |said: [(i64, &str); 4]| {
            said.map(|(level, seen)| (Some(level), seen.to_owned())).to_vec()
        };
        let here = judged([
            (4, "Titles get longer from September on"),
            (3, ""),
            (2, "A tick under every page, and no second try anywhere"),
            (4, ""),
        ]);
        let there =
            judged([(3, ""), (3, ""), (4, "Somebody has written under every page"), (4, "")]);
        moderations::judge(self.app, &mine, id, &here).await?;
        moderations::judge(self.app, &theirs, id, &there).await?;
        let means = "A tick is not being told. We count it only where a child did something again.";
        let learned =
            "Both of us looked at what adults wrote before we looked at what children did.";
        moderations::settle(self.app, &mine, id, &[(3, Some(2), means.to_owned())], learned)
            .await?;
        self.how_somebody_leads(it, agreement).await
    }

    /// Whoever comes asks how they lead; the head answers.
    async fn how_somebody_leads(
        &self,
        it: &story::Deployment,
        agreement: &Agreement,
    ) -> anyhow::Result<()> {
        let Some(visit) = it.visits.first() else { return Ok(()) };
        let said = |levels: [i64; 6], examples: [&str; 6]| {
            let behaviours = brokerage::packs::behaviours().iter();
            let both = behaviours.zip(levels.into_iter().zip(examples));
            both.map(|(one, (level, example))| leading::Said {
                behaviour: one.code.clone(),
                level,
                example: example.to_owned(),
            })
            .collect::<Vec<_>>()
        };
        let own = said(
            [3, 3, 2, 4, 3, 2],
            [
                "Brought the sheet before anybody asked",
                "",
                "I still answer too fast",
                "Every date kept so far",
                "",
                "",
            ],
        );
        let theirs = said(
            [4, 3, 4, 4, 0, 2],
            [
                "",
                "We planned the walk together",
                "Asked our newest teacher how she does it",
                "",
                "",
                "I would like to try something less safe",
            ],
        );
        let asks = self.as_party(visit.visitor, agreement).await?;
        let id = leading::ask(self.app, &asks, agreement.id, &own).await?;
        let known = leading::get(&self.app.db, id).await?.context("it is gone")?;
        let head = self.head(it.supported)?;
        let answers = self.permit(head, Action::Sign, &known.put_to_partner()).await?;
        leading::take(self.app, &answers, id, leading::Act::Answer, &theirs).await?;
        Ok(())
    }

    async fn commission_review(&self, it: &story::Deployment) -> anyhow::Result<()> {
        let head = self.head(it.supported)?;
        let owner = OrgRef::School(it.supported);
        let own = Resource::new(Kind::Visit, Zone::School, owner);
        let permit = self.permit(head, Action::Create, &own).await?;
        let (reviewer, reviewer_name) = self.cast.accounts["yolanda"].clone();
        let new = commissions::NewCommission {
            owner,
            kind: "peer".to_owned(),
            reviewer,
            reviewer_name,
            team: "Two middle leaders of the alliance".to_owned(),
            from_on: date(2027, 5, 4),
            to_on: date(2027, 5, 5),
            partnership: Some(self.alliance()),
        };
        let id = commissions::ask(self.app, &permit, &new).await?;
        for (person, act, words) in [
            (
                head,
                commissions::Act::Scope,
                "How pupils with special educational needs fare in ordinary lessons. Two days, \
                 half of it beside our own leaders. No judgement on single teachers.",
            ),
            ("yolanda", commissions::Act::Accept, "None."),
        ] {
            let review = commissions::find(&self.app.db, id).await?.context("no review")?;
            let resource = review.resource(&self.app.db).await?;
            let permit = self.permit(person, Action::Update, &resource).await?;
            commissions::take(self.app, &permit, id, act, words, review.version).await?;
        }
        Ok(())
    }
}
