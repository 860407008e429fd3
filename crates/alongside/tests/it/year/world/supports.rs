//! Supports: agreed by two heads, then a visit a week with whatever becomes of it.

use access::{Action, Kind, Resource, Role, Zone};
use foundation::{OrgRef, ids::hex};
use jiff::civil::{Date, date};
use support::{
    AgreementId,
    agreements::{Money, Origin, Pen, Side, TeamMember, Terms, acts, store},
};
use testkit::TestApp;
use visits::{
    VisitId,
    visits::{Body, Draft, NewVisit, Part, State, acts as visit_acts, book, checks, model, notes},
};

use super::{Alliance, Chance, Person, Size, urn};

/// A visit and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visited {
    pub(crate) id: VisitId,
    pub(crate) on: Date,
    pub(crate) state: State,
    /// Whether its half-day was delivered.
    pub(crate) delivered: bool,
    /// Whether its note says that something is a challenge.
    pub(crate) challenged: bool,
}

/// One support and what was noted about it.
#[derive(Debug)]
pub(crate) struct Support {
    pub(crate) id: AgreementId,
    pub(crate) title: String,
    pub(crate) giver: u32,
    pub(crate) receiver: u32,
    pub(crate) leader: Person,
    pub(crate) resource: Resource,
    /// Half-days agreed.
    pub(crate) agreed: i64,
    /// Pence a day.
    pub(crate) rate: i64,
    pub(crate) funder_pays: i64,
    pub(crate) visits: Vec<Visited>,
}

impl Support {
    fn half_days(&self, such: impl Fn(&Visited) -> bool) -> i64 {
        i64::try_from(self.visits.iter().filter(|visit| such(visit)).count()).unwrap()
    }

    /// Half-days delivered.
    pub(crate) fn delivered(&self) -> i64 {
        self.half_days(|visit| visit.delivered)
    }

    /// Half-days cancelled.
    pub(crate) fn cancelled(&self) -> i64 {
        self.half_days(|visit| visit.state == State::Cancelled)
    }

    /// Half-days still planned.
    pub(crate) fn planned(&self) -> i64 {
        self.half_days(|visit| !visit.delivered && visit.state != State::Cancelled)
    }

    /// What it costs, in pence.
    pub(crate) fn cost(&self) -> i64 {
        self.delivered() * self.rate / 2
    }

    /// Whether a school is on either side.
    pub(crate) fn is_of(&self, urn: u32) -> bool {
        self.giver == urn || self.receiver == urn
    }

    /// Notes sent up to a day that nobody checked are shown as unchecked.
    pub(crate) fn lapse(&mut self, until: Date) {
        for visit in &mut self.visits {
            if visit.state == State::Checking && visit.on < until {
                visit.state = State::Uncontested;
            }
        }
    }
}

/// Two heads agree on a support that begins on 4 January 2027.
pub(crate) async fn agree(
    t: &TestApp,
    all: &Alliance,
    size: Size,
    n: u32,
    chance: &mut Chance,
) -> Support {
    let (giver, receiver) = (urn(size, n), urn(size, n * 7 + 5));
    assert_ne!(giver, receiver);
    let (harbour, oakfield) = (OrgRef::School(receiver), OrgRef::School(giver));
    let leader =
        Person::new(t, &format!("Leader {n:02}"), oakfield, Role::Staff, "Leader of reading").await;
    let kind = support::pack::pack().kind("call-off").unwrap();
    let agreed = i64::try_from(size.visits).unwrap();
    let mut terms = Terms::draft(kind, harbour, oakfield);
    terms.title = format!("Support {n:02}");
    terms.area = "achievement".to_owned();
    terms.success = vec!["Both schools can say what changed".to_owned()];
    terms.supporter_goal = "Take one thing home".to_owned();
    terms.start_on = Some(date(2027, 1, 4));
    terms.end_on = Some(date(2027, 12, 17));
    terms.reviews = vec![date(2027, 7, 9)];
    terms.team = vec![TeamMember {
        account: Some(leader.persona.account),
        name: leader.persona.name.clone(),
        part: String::new(),
        half_days: agreed,
        lead: true,
    }];
    let rate = i64::try_from(chance.below(3)).unwrap() * 35_000;
    let funder_pays = if rate > 0 { i64::try_from(chance.below(2)).unwrap() * 120_000 } else { 0 };
    terms.money = Money {
        day_rate: rate,
        home_share: rate * 6 / 7,
        broker_share: rate - rate * 6 / 7,
        funder: if funder_pays > 0 { "Alliance fund".to_owned() } else { String::new() },
        funder_pays,
        ..Money::default()
    };
    let resource = Resource::new(Kind::Agreement, Zone::Parties, harbour).through(Some(all.org));
    let create = access::authorize(&t.app, &all.broker.visitor, Action::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(all.org), ..Origin::default() };
    let id = acts::draft(&t.app, &create, &terms, origin).await.unwrap();
    let kept = store::find(&t.app.db, id).await.unwrap().unwrap();
    let resource = kept.resource(&t.app.db).await.unwrap();
    acts::offer(&t.app, &all.broker.permit(t, &resource), id).await.unwrap();
    let hash = store::version(&t.app.db, id, 1).await.unwrap().hash.unwrap();
    for school in [receiver, giver] {
        let head = &all.heads[&school];
        let pen = Pen { hash: &hash, name: &head.persona.name, title: "Headteacher" };
        acts::sign(&t.app, &head.permit(t, &resource), id, pen).await.unwrap();
    }
    Support {
        id,
        title: terms.title,
        giver,
        receiver,
        leader,
        resource,
        agreed,
        rate,
        funder_pays,
        visits: Vec::new(),
    }
}

fn note(t: &TestApp, challenged: bool) -> Draft {
    let mut key = [0_u8; 16];
    t.app.ids.fill(&mut key);
    let when = |words: &str| if challenged { words.to_owned() } else { String::new() };
    let body = Body {
        took_part: "The leader of Year 8".to_owned(),
        strengths: "Children know what they are to do".to_owned(),
        seen: "Four lessons, and the books of six children".to_owned(),
        challenge: when("Is the group of six taught by whoever is free?"),
        evidence: when("Three adults in three days"),
        steps: when("Name one adult for the group"),
        raised: "no".to_owned(),
        ..Body::default()
    };
    Draft { key: hex(&key), device: hex(&key), base: 0, revision: 1, body }
}

/// One visit of one support: booked, and then whatever happens to it.
pub(crate) async fn visit(
    t: &TestApp,
    all: &Alliance,
    support: &mut Support,
    on: Date,
    chance: &mut Chance,
) {
    let app = &t.app;
    let (host, giver) = (&all.heads[&support.receiver], &all.heads[&support.giver]);
    let leader = &support.leader;
    let new = NewVisit {
        beneficiary: None,
        visitor: leader.persona.account,
        visitor_name: leader.persona.name.clone(),
        from: Side::Supporting,
        kind: "learning-walk".to_owned(),
        on,
        part: Part::Morning,
        online: false,
        purpose: "See how far we are".to_owned(),
        meets: "The leader of Year 8".to_owned(),
        arrival: "Sign in at reception".to_owned(),
    };
    // A head who books a visit to their own school has confirmed it; a visitor asks.
    let asks = support.visits.len().is_multiple_of(4);
    let by = if asks { leader } else { host };
    let id = book(app, &by.permit(t, &support.resource), support.id, &new).await.unwrap();
    let kept = model::find(&app.db, id).await.unwrap().unwrap();
    let resource = kept.resource();
    if asks {
        visit_acts::confirm(app, &host.permit(t, &resource), id).await.unwrap();
    }
    let mut visited =
        Visited { id, on, state: State::Confirmed, delivered: false, challenged: false };
    match chance.below(10) {
        0 => {
            let reasons = &support::pack::pack().cancellations;
            let reason = &reasons[usize::try_from(chance.below(4)).unwrap()].code;
            visit_acts::cancel(app, &giver.permit(t, &resource), id, reason).await.unwrap();
            visited.state = State::Cancelled;
        }
        // Nobody says anything about it.
        1 => {}
        2 => {
            // A slip, taken back and said again.
            let by = host.permit(t, &resource);
            visit_acts::happen(app, &by, id).await.unwrap();
            visit_acts::take_back(app, &by, id).await.unwrap();
            visit_acts::happen(app, &by, id).await.unwrap();
            visited.state = State::Happened;
            visited.delivered = true;
        }
        what => {
            visited.challenged = what == 3;
            let mine = leader.permit(t, &resource);
            notes::send(app, &mine, id, &note(t, visited.challenged)).await.unwrap();
            visited.delivered = true;
            let theirs = host.permit(t, &resource);
            visited.state = match what {
                // Nobody checks it: it will be shown as unchecked.
                4 => State::Checking,
                5 => {
                    let words = "It was the leader of Year 9.";
                    checks::correct(app, &theirs, id, words).await.unwrap();
                    checks::accept(app, &mine, id).await.unwrap();
                    State::Agreed
                }
                _ => {
                    checks::agree(app, &theirs, id, "This is how we saw it too.").await.unwrap();
                    State::Agreed
                }
            };
        }
    }
    support.visits.push(visited);
}
