//! The time of everybody in a team, and what each of them keeps as theirs.

use access::{AccountId, Post, Role};
use brokerage::cadre::{self, Nomination, Profile, SupporterRef, capacity};
use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use serde_json::json;
use support::{
    agreements::{Side, State, TeamMember, Terms, acts, store},
    contributions, course, exits,
    pack::pack,
    time,
};
use testkit::{TestApp, both};

use crate::{
    thread::{active, close, drafted, find, follow, permit, sign},
    world::{HARBOUR, OAKFIELD, World, at, setup, world},
};

/// A designation in a role, with two half-days a week from January to December.
pub(crate) async fn designated(
    t: &TestApp,
    w: &World,
    account: AccountId,
    name: &str,
    role: &str,
) -> SupporterRef {
    let system = access::Permit::system("test", t.app.clock.now());
    let code = brokerage::packs::specialisms()[0].code.clone();
    let specialisms = serde_json::from_value(json!([{ "code": code, "depth": "expert" }])).unwrap();
    let new = Nomination {
        person: account,
        name: name.to_owned(),
        org: OrgRef::School(OAKFIELD),
        partnership: w.alliance,
        role: role.to_owned(),
        profile: Profile {
            specialisms,
            phases: vec!["primary".to_owned()],
            on_site: true,
            online: false,
            travel_limit_km: None,
            weekly_cap: 4,
            concurrent_cap: 2,
            about: String::new(),
        },
    };
    let id = cadre::acts::enrol(&t.app, &system, &new, date(2028, 8, 31)).await.unwrap();
    let supporter = SupporterRef::Designation(id);
    let period = (date(2027, 1, 4), date(2027, 12, 17));
    capacity::pledge(&t.app, &system, supporter, new.org, period, 2, &[]).await.unwrap();
    supporter
}

async fn left(t: &TestApp, whose: SupporterRef) -> i64 {
    let weeks = capacity::weeks_of(&t.app.db, whose, date(2027, 1, 4)).await.unwrap();
    weeks.into_iter().map(|(_, _, left)| left).sum()
}

fn with_a_colleague(w: &World) -> Terms {
    let mut terms = w.terms();
    terms.team.push(TeamMember {
        account: None,
        name: "Jo Field".to_owned(),
        part: "Models a lesson".to_owned(),
        half_days: 2,
        lead: false,
    });
    terms
}

#[tokio::test]
async fn the_whole_team_is_taken_from_the_calendar_from_signature_to_end() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let daniel = designated(&t, &w, w.daniel.account, "Daniel Reyes", "sle").await;
        let aisha = designated(&t, &w, w.aisha.account, "Aisha Khan", "sle").await;
        let all = left(&t, aisha).await;
        let taken = async || (all - left(&t, daniel).await, all - left(&t, aisha).await);
        let id = drafted(&t, &w, &with_a_colleague(&w)).await;
        acts::offer(&t.app, &permit(&t, &w.marcus, id).await, id).await.unwrap();
        assert_eq!(taken().await, (0, 0), "nothing is promised before everybody has signed");
        for who in [&w.daniel, &w.priya, &w.chair] {
            sign(&t, who, id).await.unwrap();
        }
        assert_eq!(taken().await, (6, 18));
        let school = SupporterRef::Colleagues(OrgRef::School(OAKFIELD));
        let colleagues = async || {
            let all = capacity::commitments_of(&t.app.db, school).await.unwrap();
            all.iter().map(|one| one.half_days).collect::<Vec<_>>()
        };
        assert_eq!(colleagues().await, [2], "who has no designation is counted for the school");

        at(&t, "2027-01-04T06:00:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        course::tend(&t.app, &system).await.unwrap();
        let priya = permit(&t, &w.priya, id).await;
        course::vary(&t.app, &priya.clone().because("Aisha has less time"), id).await.unwrap();
        let agreement = find(&t, id).await;
        let mut terms = store::version(&t.app.db, id, 2).await.unwrap().terms().clone();
        terms.team[1].half_days = 10;
        acts::save(&t.app, &priya, id, agreement.version, &terms).await.unwrap();
        acts::offer(&t.app, &priya, id).await.unwrap();
        sign(&t, &w.priya, id).await.unwrap();
        sign(&t, &w.chair, id).await.unwrap();
        assert_eq!(taken().await, (6, 18), "the old version binds until all have signed");
        assert_eq!(sign(&t, &w.daniel, id).await.unwrap(), State::Active);
        assert_eq!(taken().await, (6, 10));

        // Ended early after one day: the rest is free again, and what was given stays on record.
        at(&t, "2027-01-12T15:00:00Z").await;
        let own = permit(&t, &w.aisha, id).await;
        let day = time::NewEntry {
            account: Some(w.aisha.account),
            person: "Aisha Khan".to_owned(),
            from: Side::Supporting,
            on: date(2027, 1, 12),
            beneficiary: None,
            half_days: 2,
            what: "Four lessons".to_owned(),
        };
        let entry = time::plan(&t.app, &own, id, &day).await.unwrap();
        time::deliver(&t.app, &own, entry).await.unwrap();
        let head = permit(&t, &w.daniel, id).await.because("A worry that cannot wait");
        course::end_early(&t.app, &head, id, course::Ground::Safeguarding).await.unwrap();
        assert_eq!(taken().await, (0, 0));
        assert!(colleagues().await.is_empty());
        let done = capacity::commitments_of(&t.app.db, aisha).await.unwrap();
        let done: Vec<_> = done.iter().map(|one| (one.state, one.half_days)).collect();
        assert_eq!(done, [(capacity::CommitmentState::Done, 2)]);
    })
    .await;
}

#[tokio::test]
async fn an_agreement_that_is_given_up_frees_the_team() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let aisha = designated(&t, &w, w.aisha.account, "Aisha Khan", "sle").await;
        let all = left(&t, aisha).await;
        let id = drafted(&t, &w, &w.terms()).await;
        acts::offer(&t.app, &permit(&t, &w.marcus, id).await, id).await.unwrap();
        for who in [&w.daniel, &w.priya, &w.chair] {
            sign(&t, who, id).await.unwrap();
        }
        assert_eq!(left(&t, aisha).await, all - 18);
        let head = permit(&t, &w.daniel, id).await;
        acts::take_back(&t.app, &head.clone().because("A day less"), id).await.unwrap();
        assert_eq!(left(&t, aisha).await, all - 18, "held for the next version");
        acts::cancel(&t.app, &head.because("It is not needed"), id).await.unwrap();
        assert_eq!(left(&t, aisha).await, all);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_gave_is_theirs_without_a_designation_and_after_they_moved() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let of = async |account| contributions::of(t.app.clone(), account).await.unwrap();
        let draft = drafted(&t, &w, &w.terms()).await;
        assert!(of(w.aisha.account).await.is_empty(), "a draft is no contribution");
        let head = permit(&t, &w.daniel, draft).await.because("Another one");
        acts::cancel(&t.app, &head, draft).await.unwrap();
        let id = active(&t, &w).await;
        follow(&t, &w, id).await;
        close(&t, &w, id).await;
        let own = of(w.aisha.account).await;
        let [one] = own.as_slice() else { panic!("{own:?}") };
        assert_eq!((one.to, one.title.as_str()), (OrgRef::School(HARBOUR), "Early reading"));
        let delivered: i64 = time::of(&t.app.db, id)
            .await
            .unwrap()
            .iter()
            .filter(|entry| entry.person == "Aisha Khan")
            .filter(|entry| entry.state() == time::EntryState::Delivered)
            .map(|entry| entry.half_days)
            .sum();
        assert!(delivered > 0);
        assert_eq!((one.agreed, one.given), (Some(18), Some(delivered)));
        assert!(one.became.iter().any(|words| words.contains("lead a phonics review")), "{one:?}");
        let lead = of(w.daniel.account).await;
        assert_eq!((lead[0].role.as_str(), lead[0].agreed), ("Led the team", Some(6)));
        // The report to both schools says that nothing was taken home, not simply nothing.
        for who in [&w.priya, &w.daniel] {
            let page = t.get(Some(who), &format!("/agreements/{id}/impact")).await.expect(200);
            let _ = page.contains("Nothing this time, it says").contains("Two classes tested it");
        }
        assert!(of(w.priya.account).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_the_other_head_said_is_for_whoever_led_once_both_have_spoken() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let (priya, daniel) = (permit(&t, &w.priya, id).await, permit(&t, &w.daniel, id).await);
        let plan = exits::NewPlan { owners: "All", stops: "", stays: "All", ticked: &[], seen: 0 };
        exits::write_plan(&t.app, &priya, id, &plan).await.unwrap();
        exits::begin(&t.app, &daniel, id).await.unwrap();
        let answers: Vec<(String, u8)> =
            pack().feedback_items.iter().map(|item| (item.code.clone(), 3)).collect();
        let thanked = async |account| {
            let all = contributions::of(t.app.clone(), account).await.unwrap();
            all.iter().any(|one| one.became.iter().any(|words| words.contains("Thank you")))
        };
        exits::give_feedback(&t.app, &priya, id, &answers, "Thank you").await.unwrap();
        assert!(!thanked(w.daniel.account).await, "he has not spoken yet");
        exits::give_feedback(&t.app, &daniel, id, &answers, "").await.unwrap();
        assert!(thanked(w.daniel.account).await);
        assert!(!thanked(w.aisha.account).await, "said to the leader of the team");
    })
    .await;
}

#[tokio::test]
async fn the_chair_signs_and_no_other_governor() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let post = [Post::new(OrgRef::School(HARBOUR), Role::Governor, "Parent governor")];
        let parent = t.person("Lin Park", &post).await;
        let id = drafted(&t, &w, &w.terms()).await;
        acts::offer(&t.app, &permit(&t, &w.marcus, id).await, id).await.unwrap();
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.recipient.starts_with("mina")), "{letters:?}");
        assert!(!letters.iter().any(|one| one.recipient.starts_with("lin")), "{letters:?}");
        sign(&t, &w.priya, id).await.unwrap();
        sign(&t, &w.daniel, id).await.unwrap();
        let hash = store::version(&t.app.db, id, 1).await.unwrap().hash.unwrap();
        let form = [
            ("hash", hash.as_str()),
            ("name", "Lin Park"),
            ("title", "Governor"),
            ("agree", "yes"),
        ];
        let tried = t.post(Some(&parent), &format!("/agreements/{id}/sign"), &form).await;
        assert!(tried.status.is_client_error(), "{}", tried.status);
        assert_eq!(find(&t, id).await.state(), State::SignedSupporting);
        assert_eq!(sign(&t, &w.chair, id).await.unwrap(), State::Signed);
    })
    .await;
}

#[tokio::test]
async fn a_head_who_helps_for_a_day_chooses_one_of_their_own() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let _ = t.get(Some(&w.daniel), "/agreements/new").await.expect(200).contains("Aisha Khan");
        let aisha = w.aisha.account.to_string();
        let mut form = vec![
            ("own", "school:999207"),
            ("way", "give"),
            ("supporting", "999101"),
            ("title", "A look at our phonics"),
            ("success", "We know what to change"),
            ("supporter_goal", "How a small school groups its readers"),
            ("person", ""),
            ("account", aisha.as_str()),
            ("days", "1"),
            ("start_on-day", "16"),
            ("start_on-month", "11"),
            ("start_on-year", "2026"),
            ("end_on-day", "20"),
            ("end_on-month", "11"),
            ("end_on-year", "2026"),
        ];
        // Only one's own people, and only where one's own school helps.
        let priya = w.priya.account.to_string();
        form[7].1 = priya.as_str();
        let _ = t.post(Some(&w.daniel), "/agreements/new", &form).await.expect(422);
        form[7].1 = aisha.as_str();
        form[1].1 = "receive";
        let told = t.post(Some(&w.daniel), "/agreements/new", &form).await.expect(422);
        let _ = told.contains("They help you");
        form[1].1 = "give";
        let sent = t.post(Some(&w.daniel), "/agreements/new", &form).await.expect(303);
        let id: support::AgreementId = sent.location().split('/').nth(2).unwrap().parse().unwrap();
        assert_eq!(store::team_accounts(&t.app.db, id).await.unwrap(), [w.aisha.account]);
        for who in [&w.priya, &w.daniel] {
            sign(&t, who, id).await.unwrap();
        }
        at(&t, "2026-11-16T06:00:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        course::tend(&t.app, &system).await.unwrap();
        // She is one of the team: she plans her own day, and it is hers in the record.
        let day = time::NewEntry {
            account: Some(w.aisha.account),
            person: "Aisha Khan".to_owned(),
            from: Side::Supporting,
            on: date(2026, 11, 16),
            beneficiary: None,
            half_days: 1,
            what: "Two lessons".to_owned(),
        };
        let own = permit(&t, &w.aisha, id).await;
        let entry = time::plan(&t.app, &own, id, &day).await.unwrap();
        time::deliver(&t.app, &own, entry).await.unwrap();
        let all = contributions::of(t.app.clone(), w.aisha.account).await.unwrap();
        let all: Vec<_> = all.iter().map(|one| (one.agreed, one.given)).collect();
        assert_eq!(all, [(Some(2), Some(1))]);
    })
    .await;
}

#[tokio::test]
async fn a_change_brings_nobody_whose_training_has_run_out_and_sends_nobody_home() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let staff = [Post::new(OrgRef::School(OAKFIELD), Role::Staff, "Leader of music")];
        let nina = t.person("Nina Bell", &staff).await;
        for (who, name) in [(w.aisha.account, "Aisha Khan"), (nina.account, "Nina Bell")] {
            designated(&t, &w, who, name, "sle").await;
        }
        let id = active(&t, &w).await;
        for sql in [
            "UPDATE designation SET training_until = '2026-12-31'",
            "UPDATE training SET until_on = '2026-12-31'",
        ] {
            t.app.db.run(sql, []).await.unwrap();
        }
        let priya = permit(&t, &w.priya, id).await;
        course::vary(&t.app, &priya.clone().because("Music as well"), id).await.unwrap();
        let agreement = find(&t, id).await;
        let mut terms = store::version(&t.app.db, id, 2).await.unwrap().terms().clone();
        let before = terms.clone();
        terms.team.push(TeamMember {
            account: Some(nina.account),
            name: "Nina Bell".to_owned(),
            part: String::new(),
            half_days: 2,
            lead: false,
        });
        acts::save(&t.app, &priya, id, agreement.version, &terms).await.unwrap();
        let told = acts::offer(&t.app, &priya, id).await.unwrap_err().to_string();
        assert!(told.contains("Nina Bell") && !told.contains("Aisha"), "{told}");
        // Without her the change goes on, although Aisha's training has run out in the meantime.
        let seen = find(&t, id).await.version;
        acts::save(&t.app, &priya, id, seen, &before).await.unwrap();
        acts::offer(&t.app, &priya, id).await.unwrap();
    })
    .await;
}
