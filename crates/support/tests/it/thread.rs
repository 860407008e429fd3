//! The thread from draft to verdict, and everybody who tries to break it.

use access::{Action, Permit};
use foundation::{DbError, OrgRef, Sql as _, events, terms::AcademicYear};
use jiff::civil::date;
use support::{
    Agreement, AgreementId, Refusal,
    agreements::{Origin, Pen, Side, State, Terms, acts, store},
    baselines::{DirectionWord, UnitWord},
    course, exits, home, impact,
    milestones::{self, Gauge, NewMilestone, Rag, Seen},
    pack::pack,
    reviews::{self, Decision, NewReview},
    time,
};
use testkit::{Persona, TestApp, both};

use crate::world::{HARBOUR, OAKFIELD, World, at, results, setup, world};

pub(crate) async fn find(t: &TestApp, id: AgreementId) -> Agreement {
    store::find(&t.app.db, id).await.unwrap().unwrap()
}

pub(crate) async fn permit(t: &TestApp, who: &Persona, id: AgreementId) -> Permit {
    let agreement = find(t, id).await;
    let resource = agreement.resource(&t.app.db).await.unwrap();
    let visitor = t.visitor(who).await;
    for action in [Action::Sign, Action::Update, Action::Propose, Action::Read] {
        if let Ok(permit) = access::authorize(&t.app, &visitor, action, &resource) {
            return permit;
        }
    }
    panic!("{} may not see this", who.name)
}

pub(crate) async fn drafted(t: &TestApp, w: &World, terms: &Terms) -> AgreementId {
    let visitor = t.visitor(&w.marcus).await;
    let resource =
        access::Resource::new(access::Kind::Agreement, access::Zone::Parties, terms.supported)
            .through(Some(w.alliance));
    let permit = access::authorize(&t.app, &visitor, Action::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(w.alliance), ..Origin::default() };
    acts::draft(&t.app, &permit, terms, origin).await.unwrap()
}

pub(crate) async fn sign(t: &TestApp, who: &Persona, id: AgreementId) -> Result<State, Refusal> {
    let newest = find(t, id).await.latest;
    let version = store::version(&t.app.db, id, newest).await?;
    let hash = version.hash.unwrap_or_default();
    let pen = Pen { hash: &hash, name: &who.name, title: "Headteacher" };
    acts::sign(&t.app, &permit(t, who, id).await, id, pen).await
}

/// Drafted, offered and signed by everybody.
pub(crate) async fn signed(t: &TestApp, w: &World) -> AgreementId {
    let id = drafted(t, w, &w.terms()).await;
    acts::offer(&t.app, &permit(t, &w.marcus, id).await, id).await.unwrap();
    for who in [&w.daniel, &w.priya, &w.chair] {
        sign(t, who, id).await.unwrap();
    }
    id
}

/// Signed, with the first day come.
pub(crate) async fn active(t: &TestApp, w: &World) -> AgreementId {
    let id = signed(t, w).await;
    at(t, "2027-01-04T06:00:00Z").await;
    tend(t).await;
    assert_eq!(find(t, id).await.state(), State::Active);
    id
}

pub(crate) async fn tend(t: &TestApp) -> course::Tended {
    course::tend(&t.app, &Permit::system("test", t.app.clock.now())).await.unwrap()
}

#[tokio::test]
async fn from_a_draft_to_a_double_lift() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        let (marcus, priya) = (permit(&t, &w.marcus, id).await, permit(&t, &w.priya, id).await);
        let refused = acts::offer(&t.app, &priya, id).await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "a long agreement needs the broker");
        acts::offer(&t.app, &marcus, id).await.unwrap();
        assert!(sign(&t, &w.marcus, id).await.is_err(), "a broker signs nothing");
        assert_eq!(sign(&t, &w.priya, id).await.unwrap(), State::Offered, "the chair is missing");
        assert_eq!(sign(&t, &w.daniel, id).await.unwrap(), State::SignedSupporting);
        assert!(matches!(sign(&t, &w.daniel, id).await, Err(Refusal::NotNow(_))));
        assert_eq!(sign(&t, &w.chair, id).await.unwrap(), State::Signed);
        assert!(tend(&t).await.started.is_empty(), "the first day has not come");

        at(&t, "2027-01-04T06:00:00Z").await;
        assert_eq!(tend(&t).await.started, [id]);
        let frozen = course::frozen(&t.app.db, id).await.unwrap();
        assert_eq!(frozen.len(), 2);
        for (hash, line) in &frozen {
            assert_eq!(*hash, line.hash());
            assert_eq!(line.base_years, [AcademicYear(2024), AcademicYear(2025)]);
            assert_eq!(line.family.len(), 14);
        }
        let early = impact::verdict(&t.app.db, &find(&t, id).await).await.unwrap();
        assert!(early.too_early());
        assert_eq!(early.verdict.kind, evidence::verdict::Kind::Insufficient);

        follow(&t, &w, id).await;
        close(&t, &w, id).await;

        results(&t, 2027, [72.0, 88.0], 1.0).await;
        let after = impact::verdict(&t.app.db, &find(&t, id).await).await.unwrap();
        assert_eq!(after.verdict.kind, evidence::verdict::Kind::DoubleLift);
        assert!(after.intact());
        let harbour = after.of(Side::Supported).next().unwrap();
        let net = harbour.net.as_ref().unwrap();
        assert!((net.own.difference - 24.0).abs() < 1e-9);
        assert!(after.verdict.caveats.iter().any(|c| c.contains("association, not proof")));
        assert!(after.verdict.caveats.iter().any(|c| c.contains("30 pupils")));
        let page = format!("/agreements/{id}/impact");
        let page = t.get(Some(&w.priya), &page).await.expect(200);
        let page = page.contains("Double lift").contains("association, not proof");
        let _ = page.contains("Harbour View Primary").contains("<svg");
        let csv = t.get(Some(&w.priya), &format!("/agreements/{id}/impact.csv")).await.expect(200);
        let _ = csv.contains("Oakfield Primary");
        let chain = events::verify(&t.app.db).await.unwrap();
        assert!(matches!(chain, events::Chain::Whole(n) if n > 20));
    })
    .await;
}

/// The whole way to results after which both schools did better.
pub(crate) async fn doubled(t: &TestApp, w: &World) -> AgreementId {
    let id = active(t, w).await;
    follow(t, w, id).await;
    close(t, w, id).await;
    results(t, 2027, [72.0, 88.0], 1.0).await;
    id
}

/// Milestones, time and one review.
pub(crate) async fn follow(t: &TestApp, w: &World, id: AgreementId) {
    let aisha = permit(t, &w.aisha, id).await;
    let gauge = Gauge::Number {
        code: None,
        unit: UnitWord::PercentOfPupils,
        direction: DirectionWord::LowerIsBetter,
        baseline: 26.1,
        target: 22.0,
        band: None,
        cohort: Some(212.0),
    };
    let due_on = date(2027, 7, 9);
    let new = NewMilestone { side: Side::Supported, title: "Absence".to_owned(), gauge, due_on };
    let milestone = milestones::add(&t.app, &aisha, id, &new).await.unwrap();
    let seen = Seen { actual: Some(24.5), forecast: Some(26.0), done: None };
    let rag = milestones::record_seen(&t.app, &aisha, milestone, 1, seen).await.unwrap();
    assert_eq!(rag, Rag::Red);
    let again = milestones::record_seen(&t.app, &aisha, milestone, 1, seen).await;
    assert!(matches!(again, Err(Refusal::Db(DbError::Conflict(_)))), "the second writer is told");

    let entry = time::NewEntry {
        account: Some(w.aisha.account),
        person: "Aisha Khan".to_owned(),
        from: Side::Supporting,
        on: date(2027, 1, 12),
        beneficiary: None,
        half_days: 2,
        what: "Four lessons".to_owned(),
    };
    let day = time::plan(&t.app, &aisha, id, &entry).await.unwrap();
    assert!(matches!(time::deliver(&t.app, &aisha, day).await, Err(Refusal::NotNow(_))));
    at(t, "2027-03-26T15:00:00Z").await;
    let aisha = permit(t, &w.aisha, id).await;
    time::deliver(&t.app, &aisha, day).await.unwrap();

    let daniel = permit(t, &w.daniel, id).await;
    let mut review = NewReview {
        after: 0,
        lines: vec![(milestone, Rag::Red, String::new())],
        next_steps: "Ask the attendance hub".to_owned(),
        next_on: Some(date(2027, 7, 9)),
        decision: Decision::Change,
    };
    assert!(reviews::hold(&t.app, &daniel, id, &review).await.is_err(), "words are required");
    review.lines[0].2 = "The forecast is where we began".to_owned();
    reviews::hold(&t.app, &daniel, id, &review).await.unwrap();
    let twice = reviews::hold(&t.app, &daniel, id, &review).await;
    assert!(matches!(twice, Err(Refusal::Db(DbError::Conflict("review")))));
    let held = reviews::of(&t.app.db, id).await.unwrap();
    assert_eq!((held.len(), held[0].half_days_used, held[0].half_days_agreed), (1, 2, 24));
    let _ = t
        .get(Some(&w.priya), &format!("/agreements/{id}/reviews"))
        .await
        .expect(200)
        .contains("Off track");
}

/// Exit plan, confirmation by both heads, feedback and both checks.
pub(crate) async fn close(t: &TestApp, w: &World, id: AgreementId) {
    at(t, "2027-12-10T12:00:00Z").await;
    let (priya, daniel) = (permit(t, &w.priya, id).await, permit(t, &w.daniel, id).await);
    assert!(exits::begin(&t.app, &daniel, id).await.is_err(), "no plan, no exit");
    let every: Vec<&str> = pack().exit_items.iter().map(|item| item.code.as_str()).collect();
    let plan = |ticked, seen| exits::NewPlan {
        owners: "Phonics: leader of Key Stage 1",
        stops: "Weekly visits",
        stays: "The half-termly check",
        ticked,
        seen,
    };
    exits::write_plan(&t.app, &priya, id, &plan(&every[1..], 0)).await.unwrap();
    exits::begin(&t.app, &daniel, id).await.unwrap();
    let gain = ["Leader of Key Stage 1", "lead a phonics review", "did so in June"];
    exits::gain(&t.app, &daniel, id, Side::Supported, exits::GainKind::Skill, gain).await.unwrap();
    assert!(exits::confirm(&t.app, &priya, id).await.is_err(), "the check-list is open");
    exits::write_plan(&t.app, &priya, id, &plan(&every, 1)).await.unwrap();
    assert_eq!(exits::confirm(&t.app, &priya, id).await.unwrap(), State::Exiting);
    assert!(exits::confirm(&t.app, &priya, id).await.is_err(), "once is enough");
    // What the supporting school took home is asked of its head alone, and nothing is an answer.
    let early = exits::confirm(&t.app, &daniel, id).await;
    assert!(matches!(early, Err(Refusal::Field { field: "home", .. })), "{early:?}");
    let nothing =
        exits::TakenHome { goal: "Two classes tested it".to_owned(), words: String::new() };
    assert!(matches!(
        exits::take_home(&t.app, &priya, id, &nothing).await,
        Err(Refusal::NotYours(_))
    ));
    let mute = exits::TakenHome { goal: " ".to_owned(), ..nothing.clone() };
    assert!(exits::take_home(&t.app, &daniel, id, &mute).await.is_err());
    exits::take_home(&t.app, &daniel, id, &nothing).await.unwrap();
    let letter = format!("/agreements/{id}/exit/letter");
    let _ = t.get(Some(&w.priya), &letter).await.expect(404);
    assert_eq!(exits::confirm(&t.app, &daniel, id).await.unwrap(), State::Completed);
    for who in [&w.priya, &w.daniel, &w.marcus] {
        let page = t.get(Some(who), &letter).await.expect(200);
        let page =
            page.contains("Phonics: leader of Key Stage 1").contains("The half-termly check");
        let page = page.contains("lead a phonics review").contains("Two classes tested it");
        // Both days on which somebody asks again.
        let _ = page.contains("By 31 March 2028").contains("By 20 December 2028");
    }
    let _ = t.get(Some(&w.stranger), &letter).await.expect(404);
    let exit = t.get(Some(&w.priya), &format!("/agreements/{id}/exit")).await.expect(200);
    let _ = exit.contains("The letter at the end");
    assert!(exits::take_home(&t.app, &daniel, id, &nothing).await.is_err(), "it is complete");
    assert_eq!(tend(t).await.sustaining, [id]);
    let answers: Vec<(String, u8)> =
        pack().feedback_items.iter().map(|item| (item.code.clone(), 4)).collect();
    exits::give_feedback(&t.app, &priya, id, &answers, "Thank you").await.unwrap();
    assert!(exits::give_feedback(&t.app, &priya, id, &answers, "").await.is_err());
    let checks = exits::checks_of(&t.app.db, id).await.unwrap();
    let due: Vec<_> = checks.iter().map(exits::Check::due_on).collect();
    assert_eq!(due, [date(2028, 3, 31), date(2028, 12, 20)]);
    let last = exits::answer(&t.app, &priya, checks[1].id, exits::Held::Yes, "seen", "").await;
    assert!(last.is_err(), "the earlier check comes first");
    for check in &checks {
        exits::answer(&t.app, &priya, check.id, exits::Held::Yes, "seen in lessons", "")
            .await
            .unwrap();
    }
    assert_eq!(find(t, id).await.state(), State::Sustained);
    let _ = t.get(Some(&w.priya), &format!("/agreements/{id}/exit")).await.expect(200);
}

#[tokio::test]
async fn what_is_sealed_signed_or_frozen_never_changes() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        for attack in [
            "UPDATE baseline SET body = '{}'",
            "DELETE FROM baseline",
            "UPDATE agreement_version SET terms = '{}'",
            "UPDATE agreement_version SET hash = NULL",
            "DELETE FROM agreement_version",
            "UPDATE agreement_signature SET name = 'Somebody else'",
            "DELETE FROM agreement_signature",
        ] {
            assert!(t.app.db.run(attack, []).await.is_err(), "{attack}");
        }
        // Later figures, even corrected ones of the base years, leave the baseline as it was.
        let before = course::frozen(&t.app.db, id).await.unwrap();
        t.app.db.run("UPDATE kpi_value SET value = value + 5", []).await.unwrap();
        assert_eq!(course::frozen(&t.app.db, id).await.unwrap(), before);

        // A change needs both signatures, and the measures are not for changing.
        let (priya, daniel) = (permit(&t, &w.priya, id).await, permit(&t, &w.daniel, id).await);
        course::vary(&t.app, &priya.clone().because("Two days more"), id).await.unwrap();
        let agreement = find(&t, id).await;
        assert_eq!((agreement.in_force, agreement.latest), (Some(1), 2));
        let mut terms = store::version(&t.app.db, id, 2).await.unwrap().terms().clone();
        terms.kpis[0].worth_having = 0.5;
        let softer = acts::save(&t.app, &priya, id, agreement.version, &terms).await;
        assert!(matches!(softer, Err(Refusal::Field { field: "kpis", .. })));
        terms = w.terms();
        terms.success.push("Two days more".to_owned());
        terms.change = "Two days more".to_owned();
        acts::save(&t.app, &priya, id, agreement.version, &terms).await.unwrap();
        acts::offer(&t.app, &priya, id).await.unwrap();
        sign(&t, &w.priya, id).await.unwrap();
        sign(&t, &w.chair, id).await.unwrap();
        let now = store::current(&t.app.db, &find(&t, id).await).await.unwrap();
        assert_eq!(now.terms().success.len(), 1, "one signature changes nothing");
        assert_eq!(sign(&t, &w.daniel, id).await.unwrap(), State::Active);
        let now = store::current(&t.app.db, &find(&t, id).await).await.unwrap();
        assert_eq!((now.number, now.terms().success.len()), (2, 2));
        assert!(now.intact(id));
        let _ = daniel;
    })
    .await;
}

#[tokio::test]
async fn nothing_begins_without_what_must_be_there() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let spoil: [fn(&mut Terms); 3] = [
            |terms| terms.supporter_goal.clear(),
            |terms| terms.success.clear(),
            |terms| terms.data.clear(),
        ];
        for spoil in spoil {
            let mut terms = w.terms();
            spoil(&mut terms);
            let id = drafted(&t, &w, &terms).await;
            let offered = acts::offer(&t.app, &permit(&t, &w.marcus, id).await, id).await;
            assert!(matches!(offered, Err(Refusal::Incomplete(_))));
        }
        let id = signed(&t, &w).await;
        let system = Permit::system("test", t.app.clock.now());
        assert!(matches!(course::activate(&t.app, &system, id).await, Err(Refusal::NotNow(_))));
        at(&t, "2027-01-04T06:00:00Z").await;
        let priya = permit(&t, &w.priya, id).await;
        let by_hand = course::activate(&t.app, &priya, id).await;
        assert!(matches!(by_hand, Err(Refusal::NotYours(_))));

        // A designation that has lapsed stops the first day.
        t.app
            .db
            .run(
                "INSERT INTO designation (id, person, person_name, org, partnership, role, specialisms,
                   phases, on_site, online, weekly_cap, concurrent_cap, state, version)
                 VALUES ('01930000-0000-7000-8000-000000000001', $1, 'Aisha Khan', $2, $3, 'sle', '[]', '[]', TRUE, TRUE, 4, 2, 'lapsed', 1)",
                [
                    w.aisha.account.into(),
                    OrgRef::School(OAKFIELD).into(),
                    w.alliance.into(),
                ],
            )
            .await
            .unwrap();
        let tended = tend(&t).await;
        assert!(tended.started.is_empty());
        assert!(tended.waiting[0].1.contains("designation is not current"), "{:?}", tended.waiting);
        t.app.db.run("DELETE FROM designation", []).await.unwrap();
        assert_eq!(tend(&t).await.started, [id]);
    })
    .await;
}

#[tokio::test]
async fn who_does_not_belong_finds_nothing() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        for page in [
            "",
            "/print",
            "/milestones",
            "/reviews",
            "/time",
            "/exit",
            "/impact",
            "/impact.csv",
            "/sign",
            "/do/pause",
        ] {
            let path = format!("/agreements/{id}{page}");
            let _ = t.get(Some(&w.stranger), &path).await.expect(404);
            let _ = t.get(None, &path).await.expect(303);
        }
        for page in ["/do/pause", "/sign", "/exit/confirm", "/milestones/new"] {
            let path = format!("/agreements/{id}{page}");
            let _ = t.post(Some(&w.stranger), &path, &[("reason", "x")]).await.expect(404);
        }
        let _ = t.get(Some(&w.stranger), "/agreements").await.expect(200).lacks("Early reading");
        for who in [&w.priya, &w.daniel, &w.marcus, &w.aisha, &w.chair] {
            let _ = t.get(Some(who), "/agreements").await.expect(200).contains("Early reading");
            for page in ["", "/print", "/milestones", "/reviews", "/time", "/exit", "/impact"] {
                let _ = t.get(Some(who), &format!("/agreements/{id}{page}")).await.expect(200);
            }
        }
        // Reading is not deciding.
        let pause = format!("/agreements/{id}/do/pause");
        let _ = t.post(Some(&w.marcus), &pause, &[("reason", "Inspection")]).await.expect(403);
        assert_eq!(find(&t, id).await.state(), State::Active);
        let _ = t.post(Some(&w.priya), &pause, &[]).await.expect(422);
        let _ = t.post(Some(&w.priya), &pause, &[("reason", "Inspection")]).await.expect(303);
        assert_eq!(find(&t, id).await.state(), State::Paused);
        // Whoever comes second is told, and loses nothing.
        let told = t.post(Some(&w.daniel), &pause, &[("reason", "Inspection")]).await.expect(422);
        let _ = told.contains("What you typed is still here").contains("Inspection</textarea>");
        let aisha = permit(&t, &w.aisha, id).await;
        let entry = time::NewEntry {
            account: None,
            person: "Aisha Khan".to_owned(),
            from: Side::Supporting,
            on: date(2027, 1, 12),
            beneficiary: None,
            half_days: 1,
            what: String::new(),
        };
        let refused = time::plan(&t.app, &aisha, id, &entry).await;
        assert!(matches!(refused, Err(Refusal::NotNow(_))), "a paused record is read-only");
    })
    .await;
}

#[tokio::test]
async fn two_people_at_once() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        let (marcus, priya) = (permit(&t, &w.marcus, id).await, permit(&t, &w.priya, id).await);
        let seen = find(&t, id).await.version;
        let terms = w.terms();
        let (one, other) = tokio::join!(
            acts::save(&t.app, &marcus, id, seen, &terms),
            acts::save(&t.app, &priya, id, seen, &terms)
        );
        assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
        let told = one.and(other).unwrap_err();
        assert!(matches!(told, Refusal::Db(DbError::Conflict(_))));

        // The form comes back with what was typed.
        let path = format!("/agreements/{id}/edit/purpose");
        let typed =
            [("seen", "1"), ("title", "My own careful words"), ("beneficiaries", "teacher")];
        let _ = t
            .post(Some(&w.priya), &path, &typed)
            .await
            .expect(422)
            .contains("My own careful words")
            .contains("Somebody else changed this");

        acts::offer(&t.app, &marcus, id).await.unwrap();
        let (one, other) = tokio::join!(sign(&t, &w.priya, id), sign(&t, &w.daniel, id));
        assert!(one.is_ok() && other.is_ok(), "both sides sign at once: {one:?} {other:?}");
        let (one, other) = tokio::join!(sign(&t, &w.chair, id), sign(&t, &w.chair, id));
        assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
        assert_eq!(find(&t, id).await.state(), State::Signed);
        let stale = Pen { hash: "0", name: "Priya Nair", title: "Head" };
        let stale = acts::sign(&t.app, &priya, id, stale).await;
        assert!(matches!(stale, Err(Refusal::Field { field: "hash", .. })));
    })
    .await;
}

#[tokio::test]
async fn giving_and_receiving_balance_whatever_happens() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        at(&t, "2027-03-01T09:00:00Z").await;
        let aisha = permit(&t, &w.aisha, id).await;
        let mut delivered = 0;
        for at in 0..9_i8 {
            let from = if at % 4 == 3 { Side::Supported } else { Side::Supporting };
            let entry = time::NewEntry {
                account: None,
                person: "Somebody".to_owned(),
                from,
                on: date(2027, 1, 5 + at),
                beneficiary: None,
                half_days: i64::from(at % 2) + 1,
                what: String::new(),
            };
            let day = time::plan(&t.app, &aisha, id, &entry).await.unwrap();
            match at % 3 {
                0 => {
                    time::deliver(&t.app, &aisha, day).await.unwrap();
                    delivered += entry.half_days;
                    assert!(time::cancel(&t.app, &aisha, day, "illness").await.is_err());
                }
                1 => {
                    assert!(time::cancel(&t.app, &aisha, day, "because").await.is_err());
                    time::cancel(&t.app, &aisha, day, "illness").await.unwrap();
                }
                _ => {}
            }
        }
        let more = time::NewEntry {
            account: None,
            person: "Somebody".to_owned(),
            from: Side::Supported,
            on: date(2027, 2, 1),
            beneficiary: None,
            half_days: 4,
            what: String::new(),
        };
        let beyond = time::plan(&t.app, &aisha, id, &more).await;
        assert!(matches!(beyond, Err(Refusal::Field { .. })), "no more than was agreed");
        let year = AcademicYear(2027);
        let mut sum = [time::GiveReceive::default(); 2];
        for (place, urn) in [HARBOUR, OAKFIELD].into_iter().enumerate() {
            sum[place] = time::give_receive(&t.app.db, OrgRef::School(urn), year).await.unwrap();
        }
        let [harbour, oakfield] = sum;
        assert_eq!(harbour.given, oakfield.received);
        assert_eq!(oakfield.given, harbour.received);
        assert_eq!(harbour.given.delivered + oakfield.given.delivered, delivered);
    })
    .await;
}

#[tokio::test]
async fn two_heads_agree_on_a_day_alone() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let _ = t.get(Some(&w.priya), "/agreements/new").await.expect(200);
        let form = [
            ("own", "school:999101"),
            ("way", "receive"),
            ("supporting", "999207"),
            ("title", "A look at our phonics"),
            ("success", "We know what to change"),
            ("supporter_goal", "How a small school groups its readers"),
            ("person", "Aisha Khan"),
            ("days", "1"),
            ("start_on-day", "16"),
            ("start_on-month", "11"),
            ("start_on-year", "2026"),
            ("end_on-day", "20"),
            ("end_on-month", "11"),
            ("end_on-year", "2026"),
        ];
        let mut long = form;
        long[7].1 = "3";
        let _ = t.post(Some(&w.priya), "/agreements/new", &long).await.expect(422);
        let sent = t.post(Some(&w.priya), "/agreements/new", &form).await.expect(303);
        let path = sent.location().to_owned();
        assert!(path.ends_with("/sign"), "{path}");
        for who in [&w.priya, &w.daniel] {
            let page = t.get(Some(who), &path).await.expect(200);
            let hash = page.body.split("name=\"hash\"").nth(1).unwrap();
            let hash = hash.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let pen = [("hash", hash.as_str()), ("name", who.name.as_str()), ("title", "Head")];
            let _ = t.post(Some(who), &path, &pen).await.expect(303);
        }
        let id: AgreementId = path.split('/').nth(2).unwrap().parse().unwrap();
        assert_eq!(find(&t, id).await.state(), State::Signed);
        at(&t, "2026-11-16T06:00:00Z").await;
        assert_eq!(tend(&t).await.started, [id]);
        let letters = t.letters().await;
        assert!(letters.iter().all(|letter| !letter.subject.contains("phonics")));
        assert_eq!(letters.iter().filter(|l| l.subject.contains("ready for you")).count(), 2);
        let halves = home::needs_me(&t.app, &t.visitor(&w.priya).await).await.unwrap();
        assert!(halves.others.is_empty());
    })
    .await;
}
