//! A plan from draft to archive, concurrency, and what the record keeps.

use foundation::{DbError, OrgRef, Sql as _, events};
use jiff::civil::date;
use plans::{
    Refusal,
    acts::{
        action::{self, Said},
        milestone, objective,
        plan::{self, NewPlan, NewReview},
    },
    machine::{ActionAct, ActionState, ObjectiveAct, ObjectiveState, PlanAct, PlanState},
    store,
};
use support::milestones::{Gauge, Rag, Seen};
use testkit::both;

use crate::world::{
    HARBOUR, at, frame, new_action, objective_words, own, permit, result, running, setup, whole,
    world,
};

#[tokio::test]
async fn a_plan_is_agreed_only_when_it_is_whole_and_begins_on_its_day() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let head = own(&t, &w.priya).await;
        let org = OrgRef::School(HARBOUR);
        let new = NewPlan { org, audit: None, needs: Vec::new(), frame: frame() };
        let id = plan::create(&t.app, &head, &new).await.unwrap();
        let nothing = plan::take(&t.app, &head, id, PlanAct::Propose, "", None).await.unwrap_err();
        assert!(nothing.to_string().contains("at least one objective"), "{nothing}");
        let mut words = objective_words("One programme");
        words.words.why.clear();
        words.kpi = Some("KS2_RWM_EXP".to_owned());
        let objective = objective::add(&t.app, &head, id, &words).await.unwrap();
        plan::take(&t.app, &head, id, PlanAct::Propose, "", None).await.unwrap();
        let gaps = plan::take(&t.app, &head, id, PlanAct::Agree, "", None).await.unwrap_err();
        assert!(gaps.to_string().contains("why this and why here"), "{gaps}");
        assert!(gaps.to_string().contains("add a milestone"), "{gaps}");
        words.words.why = "Three programmes".to_owned();
        objective::edit(&t.app, &head, objective, 1, &words).await.unwrap();
        let statement = milestone::New {
            title: "Seen in lessons".to_owned(),
            gauge: Gauge::Statement,
            due_on: date(2027, 3, 26),
        };
        milestone::add(&t.app, &head, objective, &statement).await.unwrap();
        plan::take(&t.app, &head, id, PlanAct::Agree, "", None).await.unwrap();
        let now = whole(&t, id).await;
        assert_eq!(now.plan.state(), PlanState::Agreed);
        let begun = now.objective(objective).unwrap();
        assert_eq!(begun.state(), ObjectiveState::Live);
        // The indicator's start is kept from that moment and cannot be swapped for another.
        let baseline = begun.baseline().unwrap();
        assert!((baseline.value - 44.0).abs() < 1e-9 && baseline.year == 2026);
        let mut other = words.clone();
        other.kpi = Some("KS2_READ_SS".to_owned());
        let fixed = objective::edit(&t.app, &head, objective, begun.version, &other).await;
        assert!(fixed.unwrap_err().to_string().contains("fixed when the objective began"));

        let tomorrow = plan::take(&t.app, &head, id, PlanAct::Adopt, "", Some(date(2027, 2, 1)));
        assert!(tomorrow.await.unwrap_err().to_string().contains("not in the future"));
        plan::take(&t.app, &head, id, PlanAct::Adopt, "", Some(date(2026, 11, 9))).await.unwrap();
        // Alongside begins it on its first day, and not before.
        t.run_jobs().await;
        at(&t, "2026-12-31T08:00:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        assert_eq!(plans::tend::tend(&t.app, &system).await.unwrap().begun, 0);
        at(&t, "2027-01-04T08:00:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        assert_eq!(plans::tend::tend(&t.app, &system).await.unwrap().begun, 1);
        assert_eq!(whole(&t, id).await.plan.state(), PlanState::Live);
    })
    .await;
}

#[tokio::test]
async fn of_two_writers_one_wins_and_the_other_is_told() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let head = permit(&t, &w.priya, r.plan).await;
        let jess = permit(&t, &w.jess, r.plan).await;
        let before = whole(&t, r.plan).await;
        let one = before.objective(r.linked).unwrap();
        let mut first = objective::as_written(&before, one);
        first.words.success = "Priya's words".to_owned();
        let mut second = objective::as_written(&before, one);
        second.words.success = "Jess's words".to_owned();
        let (a, b) = tokio::join!(
            objective::edit(&t.app, &head, r.linked, one.version, &first),
            objective::edit(&t.app, &jess, r.linked, one.version, &second),
        );
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        let lost = if a.is_err() { a } else { b };
        assert!(lost.unwrap_err().is_conflict());
        // The same for an action and for the plan's frame.
        let nasreen = permit(&t, &w.nasreen, r.plan).await;
        let seen = whole(&t, r.plan).await.action(r.mapped).unwrap().1.version;
        let said = Said::default();
        action::take(&t.app, &nasreen, r.mapped, seen, ActionAct::Start, &said).await.unwrap();
        let late = action::take(&t.app, &head, r.mapped, seen, ActionAct::Start, &said).await;
        assert!(matches!(late, Err(Refusal::Db(DbError::Conflict("action")))), "{late:?}");
        let frame = frame();
        let seen = whole(&t, r.plan).await.plan.version;
        plan::edit(&t.app, &head, r.plan, seen, &frame).await.unwrap();
        assert!(plan::edit(&t.app, &head, r.plan, seen, &frame).await.unwrap_err().is_conflict());
    })
    .await;
}

#[tokio::test]
async fn an_action_goes_its_way_and_every_word_is_kept() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let nasreen = permit(&t, &w.nasreen, r.plan).await;
        let take = async |act, said: Said| {
            let seen = whole(&t, r.plan).await.action(r.mapped).unwrap().1.version;
            action::take(&t.app, &nasreen, r.mapped, seen, act, &said).await
        };
        let words = |words: &str| Said { words: words.to_owned(), ..Said::default() };
        assert!(take(ActionAct::Finish, Said::default()).await.is_err(), "not begun yet");
        assert_eq!(take(ActionAct::Start, Said::default()).await.unwrap(), ActionState::InProgress);
        assert!(take(ActionAct::Block, words("stuck")).await.is_err(), "what would help?");
        let stuck = Said { needs: "Half a day of cover".to_owned(), ..Said::default() };
        assert_eq!(take(ActionAct::Block, stuck).await.unwrap(), ActionState::Blocked);
        let colour = Said { rag: Some(Rag::Amber), ..Said::default() };
        assert!(take(ActionAct::Report, colour).await.is_err(), "a colour needs words");
        let moved = Said {
            words: "Cover found, two weeks later".to_owned(),
            due: Some(date(2027, 3, 25)),
            rag: Some(Rag::Amber),
            ..Said::default()
        };
        take(ActionAct::Report, moved).await.unwrap();
        let pupil = words("moved A123456789012 to the group");
        assert!(
            take(ActionAct::Report, pupil).await.unwrap_err().to_string().contains("pupil number")
        );
        take(ActionAct::Resume, Said::default()).await.unwrap();
        take(ActionAct::Finish, Said::default()).await.unwrap();
        take(ActionAct::Undo, Said::default()).await.unwrap();
        take(ActionAct::Finish, Said::default()).await.unwrap();
        assert!(take(ActionAct::Check, Said::default()).await.is_err(), "the lead confirms");
        let now = whole(&t, r.plan).await;
        let (_, one) = now.action(r.mapped).unwrap();
        assert_eq!((one.state(), one.due_on()), (ActionState::Done, date(2027, 3, 25)));
        at(&t, "2027-01-20T09:00:00Z").await;
        let later = permit(&t, &w.nasreen, r.plan).await;
        let undo = ActionAct::Undo;
        let late =
            action::take(&t.app, &later, r.mapped, one.version, undo, &Said::default()).await;
        assert!(late.unwrap_err().to_string().contains("more than seven days ago"));
        let jess = permit(&t, &w.jess, r.plan).await;
        let said = Said::default();
        action::take(&t.app, &jess, r.mapped, one.version, ActionAct::Check, &said).await.unwrap();
        let notes = action::notes(&t.app.db, r.mapped).await.unwrap();
        assert_eq!(notes.len(), 8);
        let found = notes.iter().find(|note| note.act == "report").unwrap();
        assert_eq!(found.due_after.as_deref(), Some("2027-03-25"));
        let timeline = events::timeline(&t.app.db, "plan", &r.plan.to_string()).await.unwrap();
        assert!(timeline.iter().any(|entry| entry.verb == "action checked"));
        assert!(timeline.iter().all(|entry| !entry.detail.contains("Cover found")));
    })
    .await;
}

#[tokio::test]
async fn reviews_want_words_for_every_objective_and_keep_a_version_that_never_changes() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let head = permit(&t, &w.priya, r.plan).await;
        let mut new = NewReview {
            after: 0,
            words: "Reading goes well; the map is late.".to_owned(),
            judged: vec![(r.linked, Rag::TooEarly, "First results come in July.".to_owned())],
            next_on: Some(date(2027, 7, 9)),
        };
        let missing = plan::review(&t.app, &head, r.plan, &new).await.unwrap_err();
        assert!(missing.to_string().contains("SEND provision"), "{missing}");
        new.judged.push((r.alone, Rag::Amber, String::new()));
        assert!(plan::review(&t.app, &head, r.plan, &new).await.is_err(), "amber needs words");
        new.judged[1].2 = "Two of eleven mapped.".to_owned();
        assert_eq!(plan::review(&t.app, &head, r.plan, &new).await.unwrap(), 1);
        assert!(plan::review(&t.app, &head, r.plan, &new).await.unwrap_err().is_conflict());
        let now = whole(&t, r.plan).await;
        assert_eq!(now.plan.state(), PlanState::Reviewed);
        assert_eq!(now.objective(r.linked).unwrap().rag(), Some(Rag::TooEarly));
        let versions = store::versions(&t.app.db, r.plan).await.unwrap();
        assert_eq!(
            versions.iter().map(|v| v.occasion.as_str()).collect::<Vec<_>>(),
            ["Agreed", "Review 1"]
        );
        let tampered = t.app.db.run("UPDATE plan_version SET made_by = 'x'", []).await;
        assert!(tampered.is_err(), "versions never change");
        assert!(plan::take(&t.app, &head, r.plan, PlanAct::Close, " ", None).await.is_err());
        plan::take(&t.app, &head, r.plan, PlanAct::Close, "We read together.", None).await.unwrap();
        let closed = objective::add(&t.app, &head, r.plan, &objective_words("More")).await;
        assert!(closed.unwrap_err().to_string().contains("closed"));
        let seen = now.action(r.mapped).unwrap().1.version;
        let said = Said::default();
        assert!(
            action::take(&t.app, &head, r.mapped, seen, ActionAct::Start, &said).await.is_err()
        );
    })
    .await;
}

#[tokio::test]
async fn milestones_are_seen_and_judged_and_a_shared_one_is_the_agreements_own() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let head = permit(&t, &w.priya, r.plan).await;
        let now = whole(&t, r.plan).await;
        let mine = now.milestones_of(r.alone).next().unwrap().clone();
        let nothing = milestone::see(&t.app, &head, mine.id, mine.version, Seen::default()).await;
        assert!(nothing.unwrap_err().to_string().contains("what you see"));
        let done = Seen { done: Some(true), ..Seen::default() };
        let rag = milestone::see(&t.app, &head, mine.id, mine.version, done).await.unwrap();
        assert_eq!(rag, Rag::Achieved);
        let again = milestone::see(&t.app, &head, mine.id, mine.version, done).await;
        assert!(again.unwrap_err().is_conflict());
        let judged = milestone::judge(&t.app, &head, mine.id, 2, Rag::Achieved, "It hangs.").await;
        judged.unwrap();
        let shared = milestone::New {
            title: "Phonics check, Year 1".to_owned(),
            gauge: Gauge::Number {
                code: None,
                unit: support::baselines::UnitWord::PercentOfPupils,
                direction: support::baselines::DirectionWord::HigherIsBetter,
                baseline: 61.0,
                target: 72.0,
                band: None,
                cohort: Some(29.0),
            },
            due_on: date(2027, 6, 30),
        };
        let elsewhere = milestone::add_shared(&t.app, &head, r.alone, r.agreement, &shared).await;
        assert!(elsewhere.is_err(), "the objective is not linked with it");
        let id =
            milestone::add_shared(&t.app, &head, r.linked, r.agreement, &shared).await.unwrap();
        let theirs = support::milestones::of(&t.app.db, r.agreement).await.unwrap();
        assert_eq!(theirs.len(), 1, "it shows on the agreement");
        let seen = Seen { actual: Some(73.0), ..Seen::default() };
        let one = &theirs[0];
        support::milestones::record_seen(&t.app, &head, one.id, one.version, seen).await.unwrap();
        let now = whole(&t, r.plan).await;
        let found = now.milestones.iter().find(|m| m.id == id).unwrap();
        assert_eq!(found.actual, Some(73.0), "what both sides look at is one and the same");
        let here = milestone::see(&t.app, &head, id, found.version, seen).await;
        assert!(here.unwrap_err().to_string().contains("shared with an agreement"));
        let permit = access::Permit::system("test", t.app.clock.now());
        objective::take(&t.app, &permit, r.alone, ObjectiveAct::Drop, "x").await.unwrap_err();
        objective::take(&t.app, &head, r.alone, ObjectiveAct::Pause, "").await.unwrap_err();
        objective::take(&t.app, &head, r.alone, ObjectiveAct::Pause, "Inspection").await.unwrap();
        let more = new_action("More", None, "", date(2027, 2, 1));
        action::add(&t.app, &head, r.alone, &more).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_seen_between_milestones_is_written_down_with_its_day() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let page = format!("/plans/{}/objectives/{}", r.plan, r.linked);
        let new = format!("{page}/evidence/new");
        let form = |words, day| {
            [
                ("words", words),
                ("seen_on-day", day),
                ("seen_on-month", "1"),
                ("seen_on-year", "2027"),
            ]
        };
        for who in [&w.daniel, &w.marcus] {
            let asked = t.post(Some(who), &new, &form("Seen", "5")).await;
            assert!(matches!(asked.status.as_u16(), 403 | 404), "{}", asked.status);
        }
        at(&t, "2027-01-06T09:00:00Z").await;
        let told = t.post(Some(&w.priya), &new, &form(" ", "5")).await.expect(422);
        let _ = told.contains("Say what was seen");
        let told = t.post(Some(&w.priya), &new, &form("Books match", "7")).await.expect(422);
        let _ = told.contains("Enter a day up to today").contains("Books match");
        let said = form("Books match the sounds taught, in all of Year 1", "5");
        let _ = t.post(Some(&w.priya), &new, &said).await.expect(303);
        let seen = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = seen
            .contains("5 January 2027: Books match the sounds taught")
            .contains("What becomes of it")
            .contains(&format!("/agreements/{}/impact", r.agreement));
        // Over the terms: early signs and results are told apart in words and by their shape.
        let over = t.get(Some(&w.priya), &format!("/plans/{}/progress", r.plan)).await.expect(200);
        let over =
            over.contains("Over the terms").contains("Early sign").contains("Spring 2026–27");
        let _ = over.contains("Term by term").contains("too early to judge");
        let copy = plans::extract(t.app.clone(), w.priya.account).await.unwrap();
        assert!(copy["seen of objectives"].to_string().contains("Books match"), "{copy}");
    })
    .await;
}

#[tokio::test]
async fn a_milestone_follows_a_published_figure_from_where_it_stands() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let here = format!("/plans/{}", r.plan);
        let new = format!("{here}/objectives/{}/milestones/new", r.alone);
        let page = t.get(Some(&w.priya), &new).await.expect(200);
        let _ = page.contains("A published figure").contains("KS2_RWM_EXP");
        let form = |kpi, target| {
            [
                ("title", "Reading, writing and mathematics"),
                ("kind", "indicator"),
                ("kpi", kpi),
                ("target", target),
                ("due_on-day", "31"),
                ("due_on-month", "8"),
                ("due_on-year", "2027"),
            ]
        };
        for (kpi, target, told) in [
            ("", "50", "Choose an indicator from the list"),
            ("KS4_A8", "50", "no published figure of this"),
            ("KS2_RWM_EXP", "40", "The target must be better than the start"),
        ] {
            let page = t.post(Some(&w.priya), &new, &form(kpi, target)).await.expect(422);
            let _ = page.contains(told).contains("Reading, writing and mathematics");
        }
        let _ = t.post(Some(&w.priya), &new, &form("KS2_RWM_EXP", "50")).await.expect(303);
        let now = whole(&t, r.plan).await;
        let made = now.milestones_of(r.alone).last().unwrap().clone();
        let Gauge::Number { code, baseline, cohort, .. } = made.gauge() else { panic!("a number") };
        assert_eq!(code.as_deref(), Some("KS2_RWM_EXP"));
        assert!((baseline - 44.0).abs() < 1e-9 && cohort.is_some(), "where it stands");
        let page = t.get(Some(&w.priya), &format!("{here}/objectives/{}", r.alone)).await;
        let _ = page.expect(200).contains("from 44.0% to 50.0% or more");

        // What is published later is offered to whoever says what they see, and is theirs to keep.
        let see = format!("{here}/milestones/{}", made.id);
        let _ = t.get(Some(&w.priya), &see).await.expect(200).lacks("Published:");
        result(&t, HARBOUR, 2027, 52.0, 50.0).await;
        let page = t.get(Some(&w.priya), &see).await.expect(200);
        let _ = page.contains("Published: 52").contains("value=\"52\"");
        assert_eq!(whole(&t, r.plan).await.milestones_of(r.alone).last().unwrap().actual, None);
        let said = [("seen", "1"), ("actual", "52"), ("forecast", ""), ("rag", "")];
        let _ = t.post(Some(&w.priya), &see, &said).await.expect(303);
        assert_eq!(
            whole(&t, r.plan).await.milestones_of(r.alone).last().unwrap().actual,
            Some(52.0)
        );
    })
    .await;
}

#[tokio::test]
async fn a_milestone_of_the_plan_off_track_is_told_once_for_each_turn() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let mine = whole(&t, r.plan).await.milestones_of(r.linked).next().unwrap().clone();
        at(&t, "2027-03-29T09:00:00Z").await;
        let head = permit(&t, &w.priya, r.plan).await;
        let say = async |version: i64, done: bool| {
            let seen = Seen { done: Some(done), ..Seen::default() };
            milestone::see(&t.app, &head, mine.id, version, seen).await.unwrap();
            let letters = t.letters().await;
            let mut told: Vec<String> = letters
                .into_iter()
                .filter(|letter| letter.subject == "A milestone needs a conversation")
                .map(|letter| letter.recipient)
                .collect();
            told.sort();
            told
        };
        let told = say(mine.version, false).await;
        let names: Vec<&str> = told.iter().filter_map(|one| one.split('.').next()).collect();
        assert_eq!(names, ["daniel", "jess", "priya"], "both heads, and who leads it: {told:?}");
        assert!(say(mine.version + 1, false).await.is_empty(), "known already");
        assert!(say(mine.version + 2, true).await.is_empty());
        assert_eq!(say(mine.version + 3, false).await.len(), 3, "a new turn");
    })
    .await;
}
