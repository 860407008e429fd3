//! Designations, time and guards.

use access::{Post, Role, partnerships};
use brokerage::cadre::{self, Act, Nomination, Who, acts, capacity};
use brokerage::desk;
use foundation::{OrgRef, Sql as _};
use jiff::{ToSpan, civil::date};
use matching::Depth;
use testkit::both;

use crate::world::{OAKFIELD, matching, profile, setup, system, wanted, world};

#[tokio::test]
async fn a_designation_needs_release_and_training_and_retired_roles_are_refused() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let mut new = Nomination {
            person: w.aisha.account,
            name: "Aisha Khan".to_owned(),
            org: OAKFIELD,
            partnership: w.alliance,
            role: "ast".to_owned(),
            profile: profile(&[wanted("music", Depth::Expert)]),
        };
        let told = acts::nominate(&t.app, &system(&t), &new).await.unwrap_err().to_string();
        assert!(told.contains("not given to anybody new"), "{told}");
        // The catalogue says how far and how deep each role goes, and when one of the past was given.
        let page = t.get(Some(&w.aisha), "/cadre/roles").await.expect(200);
        let page = page.contains("Advanced Skills Teacher").contains("Of the past");
        let _ = page.contains("1 September 1998 to 31 August 2013").contains("The whole country");
        let _ = t.get(None, "/cadre/roles").await.expect(303);
        new.role = "expert-practitioner".to_owned();
        let id = acts::nominate(&t.app, &system(&t), &new).await.unwrap();
        let step = async |act, who| acts::take_step(&t.app, &system(&t), id, act, who).await;
        assert!(step(Act::Apply, Who::Broker).await.is_err());
        // Who was put forward and has not said yes is between them, their head and the broker.
        let (list, page) = ("/cadre", format!("/cadre/{id}"));
        for who in [&w.aisha, &w.daniel, &w.marcus] {
            let _ = t.get(Some(who), &page).await.expect(200).contains("put forward, their head");
        }
        for who in [&w.priya, &w.tom, &w.stranger, &w.other_broker] {
            let _ = t.get(Some(who), &page).await.expect(404);
            let _ = t.get(Some(who), list).await.expect(200).lacks("Expert practitioner");
        }
        step(Act::Apply, Who::Person).await.unwrap();
        let _ = t.get(Some(&w.priya), &page).await.expect(200);
        let told = step(Act::Assess, Who::Broker).await.unwrap_err().to_string();
        assert!(told.contains("confirm the release"), "{told}");
        let _ = t.post(Some(&w.priya), &format!("/cadre/{id}/release"), &[]).await.expect(403);
        let _ = t.post(Some(&w.daniel), &format!("/cadre/{id}/release"), &[]).await.expect(303);
        step(Act::Assess, Who::Broker).await.unwrap();
        step(Act::Designate, Who::Broker).await.unwrap();
        let told = step(Act::Activate, Who::Broker).await.unwrap_err().to_string();
        assert!(told.contains("Safeguarding in another school"), "{told}");
        acts::record_earlier_training(
            &t.app,
            &system(&t),
            id,
            date(2027, 8, 31),
            date(2026, 11, 9),
        )
        .await
        .unwrap();
        step(Act::Activate, Who::Broker).await.unwrap();
        let it = cadre::designation(&t.app.db, id).await.unwrap().unwrap();
        assert!(it.is_live(date(2026, 11, 9)) && !it.is_live(date(2029, 1, 1)));
        let _ = t.get(Some(&w.priya), "/cadre").await.expect(200).contains("Expert practitioner");
    })
    .await;
}

#[tokio::test]
async fn whoever_says_no_to_being_put_forward_is_never_known_for_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let new = Nomination {
            person: w.aisha.account,
            name: "Aisha Khan".to_owned(),
            org: OAKFIELD,
            partnership: w.alliance,
            role: "expert-practitioner".to_owned(),
            profile: profile(&[wanted("music", Depth::Expert)]),
        };
        let id = acts::nominate(&t.app, &system(&t), &new).await.unwrap();
        let (page, no) = (format!("/cadre/{id}"), [("act", "withdraw")]);
        let _ = t.get(Some(&w.aisha), &page).await.expect(200).contains("No, thank you");
        for who in [&w.daniel, &w.marcus] {
            let told = t.post(Some(who), &format!("{page}/step"), &no).await;
            assert!([403, 409].contains(&told.status.as_u16()), "{}: {}", who.name, told.status);
        }
        let _ = t.post(Some(&w.aisha), &format!("{page}/step"), &no).await.expect(303);
        let it = cadre::designation(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(it.state, cadre::State::Withdrawn);
        let _ = t.get(Some(&w.priya), &page).await.expect(404);
        let _ = t.get(Some(&w.priya), "/cadre").await.expect(200).lacks("Expert practitioner");
        let _ =
            t.post(Some(&w.aisha), &format!("{page}/step"), &[("act", "apply")]).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn a_cadre_begins_on_the_pages_alone() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let post = [Post::new(OAKFIELD, Role::Staff, "Estates manager")];
        let bev = t.person("Bev Sallis", &post).await;
        let who = format!("{} {OAKFIELD}", bev.account);
        let mut form = vec![
            ("person", who.as_str()),
            ("role", "support-staff-specialist"),
            ("specialism-1", "estates"),
            ("depth", "3"),
            ("phases", "primary"),
            ("mode", "on-site"),
            ("week", "0"),
            ("most", "2"),
            ("about", "Condition surveys, and what to ask a roofer"),
        ];
        // Only the head of the home school or the broker; a head nobody of another school.
        let _ = t.get(Some(&w.tom), "/cadre/new").await.expect(403);
        let _ = t.post(Some(&w.stranger), "/cadre/new", &form).await.expect(422);
        let _ = t.post(Some(&w.daniel), "/cadre/new", &form).await.expect(422).contains("1 to 10");
        form[6].1 = "1";
        let _ = t.post(Some(&w.daniel), "/cadre/new", &form).await.expect(303);
        let nominated = cadre::designations_of(&t.app.db, bev.account).await.unwrap();
        let [it] = nominated.as_slice() else { panic!("{nominated:?}") };
        let page = format!("/cadre/{}", it.id);
        let step =
            async |who, act| t.post(Some(who), &format!("{page}/step"), &[("act", act)]).await;
        let _ = step(&bev, "apply").await.expect(303);
        let _ = t.post(Some(&w.daniel), &format!("{page}/release"), &[]).await.expect(303);
        for act in ["assess", "designate"] {
            let _ = step(&w.marcus, act).await.expect(303);
        }
        let training = format!("{page}/training");
        let done = |module, year| {
            let day = [("done-day", "3"), ("done-month", "9"), ("done-year", year)];
            [vec![("module", module)], day.to_vec()].concat()
        };
        let safe = "safe-in-another-school";
        let _ = t.post(Some(&w.daniel), &training, &done(safe, "2026")).await.expect(403);
        let _ = t.post(Some(&w.marcus), &training, &done("", "2026")).await.expect(422);
        for (year, why) in [("2020", "done again"), ("2027", "still to come")] {
            let _ = t
                .post(Some(&w.marcus), &training, &done(safe, year))
                .await
                .expect(422)
                .contains(why);
        }
        let _ = t.post(Some(&w.marcus), &training, &done(safe, "2026")).await.expect(303);
        let told = step(&w.marcus, "activate").await.expect(422);
        let _ = told.contains("Confidentiality and data").contains("code of conduct");
        let data = done("confidentiality-and-data", "2026");
        let _ = t.post(Some(&w.marcus), &training, &data).await.expect(303);
        // The code is the person's own to read and accept, in the words as they stand.
        let _ = step(&w.marcus, "activate").await.expect(422);
        let yes = [("version", "1"), ("accept", "yes")];
        let _ = t.post(Some(&w.daniel), "/cadre/conduct", &yes).await.expect(403);
        let _ = t.post(Some(&bev), "/cadre/conduct", &yes[..1]).await.expect(422);
        let old = [("version", "0"), ("accept", "yes")];
        let _ =
            t.post(Some(&bev), "/cadre/conduct", &old).await.expect(422).contains("has changed");
        let _ = t.post(Some(&bev), "/cadre/conduct", &yes).await.expect(303);
        let _ = t.get(Some(&bev), "/cadre/conduct").await.expect(200).contains("You have accepted");
        let _ = step(&w.marcus, "activate").await.expect(303);
        let now = cadre::designation(&t.app.db, it.id).await.unwrap().unwrap();
        assert!(now.is_live(t.app.clock.today()));
        // Whoever looks for estates among the offers finds the person too; others do not.
        let found = t.get(Some(&w.priya), "/offers?q=ESTATES+manag").await.expect(200);
        let _ = found.lacks("Bev Sallis").contains("No offer fits");
        let found = t.get(Some(&w.priya), "/offers?q=estates").await.expect(200);
        let _ = found.contains("Bev Sallis").contains("Helps with: Estates and buildings");
        let _ =
            t.get(Some(&w.priya), "/offers").await.expect(200).lacks("People who could be asked");
        let found = t.get(Some(&w.priya), "/offers?q=condition+survey").await.expect(200);
        let _ = found.contains("Bev Sallis").contains("what to ask a roofer");
        let far = t.get(Some(&w.other_broker), "/offers?q=estates").await.expect(200);
        let _ = far.lacks("Bev Sallis");
        // Nothing to reply to yet; a review can be answered by the person alone.
        let reply = format!("{page}/reply");
        let words = [("reply", "I would like to go on.")];
        let _ = t.post(Some(&bev), &reply, &words).await.expect(409);
        let _ = step(&w.marcus, "call_review").await.expect(303);
        let _ = t.post(Some(&w.daniel), &reply, &words).await.expect(403);
        let _ = t.post(Some(&bev), &reply, &words).await.expect(303);
        let _ = t.get(Some(&w.marcus), &page).await.expect(200).contains("I would like to go on.");
    })
    .await;
}

#[tokio::test]
async fn past_review_or_guarded_nobody_is_offered_and_the_reason_is_told() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let kept = async || {
            let case = desk::case(&t.app.db, id, t.app.clock.today()).await.unwrap().unwrap();
            let list = case.shortlist().unwrap();
            let why: Vec<String> = list
                .removed
                .iter()
                .flat_map(|one| one.reasons.iter().map(|r| case.sentence(r, &one.supporter)))
                .collect();
            (list.kept.len(), why.join(" "))
        };
        assert_eq!(kept().await.0, 1);
        let guard = capacity::raise_guard(
            &t.app,
            &system(&t),
            OAKFIELD,
            "two absences in Year 2",
            Some(date(2027, 5, 1)),
        )
        .await
        .unwrap();
        let (left, why) = kept().await;
        assert_eq!(left, 0);
        assert!(why.contains("Oakfield Primary cannot spare anybody now: two absences"), "{why}");
        capacity::clear_guard(&t.app, &system(&t), guard).await.unwrap();
        assert_eq!(kept().await.0, 1);
        t.advance(jiff::SignedDuration::from_hours(24 * 800));
        let (left, why) = kept().await;
        assert_eq!(left, 0);
        assert!(why.contains("designation is not live"), "{why}");
        let late = t.app.clock.today().saturating_add(1.day());
        assert!(capacity::guards(&t.app.db, late).await.unwrap().is_empty());
        let org = OrgRef::School(999_202);
        assert!(capacity::raise_guard(&t.app, &system(&t), org, " ", None).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_trust_puts_its_own_people_forward_and_releases_them() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let trust = OrgRef::Trust(90_101);
        let tx = t.app.db.write().await.unwrap();
        let start = date(2020, 9, 1);
        partnerships::join(&tx, system(&t).context(), w.alliance, trust, start).await.unwrap();
        tx.run(
            "INSERT INTO trust (uid, name, sort_name) VALUES (90101, 'Shoreline', 'shoreline')",
            [],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let ada = t.person("Ada Quay", &[Post::new(trust, Role::TrustExecutive, "Chief")]).await;
        let flo = t.person("Flo Reed", &[Post::new(trust, Role::Staff, "Finance director")]).await;
        let page = t.get(Some(&ada), "/cadre/new").await.expect(200);
        let _ = page.contains("Flo Reed").contains("Ada Quay").lacks("Aisha Khan");
        let _ = t.get(Some(&w.marcus), "/cadre/new").await.expect(200).contains("Flo Reed");
        let who = format!("{} {trust}", flo.account);
        let long = "x".repeat(601);
        let form = |about| {
            [
                ("person", who.as_str()),
                ("role", "support-staff-specialist"),
                ("specialism-1", "finance"),
                ("depth", "3"),
                ("phases", "trust"),
                ("mode", "online"),
                ("week", "1"),
                ("most", "2"),
                ("about", about),
            ]
        };
        let told = t.post(Some(&ada), "/cadre/new", &form(&long)).await.expect(422);
        let _ = told.contains("600 letters at most");
        let made = t.post(Some(&ada), "/cadre/new", &form("Three-year plans")).await.expect(303);
        let page = made.location().to_owned();
        let _ = t.post(Some(&flo), &format!("{page}/step"), &[("act", "apply")]).await.expect(303);
        let release = format!("{page}/release");
        let _ = t.post(Some(&w.daniel), &release, &[]).await.expect(403);
        let _ = t.post(Some(&ada), &release, &[]).await.expect(303);
        let seen = t.get(Some(&ada), &page).await.expect(200);
        let _ = seen.contains("Home trust").contains("Three-year plans").contains("Released by");
    })
    .await;
}

#[tokio::test]
async fn any_school_offers_and_its_offer_is_a_candidate() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let form = [
            ("title", "Phonics open mornings"),
            ("about", "See it taught, then try it"),
            ("specialism-1", "early-reading"),
            ("phases", "primary"),
            ("mode", "on-site"),
            ("from-day", "4"),
            ("from-month", "1"),
            ("from-year", "2027"),
            ("to-day", "16"),
            ("to-month", "7"),
            ("to-year", "2027"),
            ("half-days", "1"),
            ("cost", "0"),
        ];
        let _ = t
            .post(Some(&w.stranger), "/offers", &form[1..])
            .await
            .expect(422)
            .contains("Give the offer a title");
        let _ = t.post(Some(&w.stranger), "/offers", &form).await.expect(303);
        let _ =
            t.get(Some(&w.priya), "/offers").await.expect(200).contains("Phonics open mornings");
        let _ = t
            .get(Some(&w.marcus), &format!("/desk/{id}"))
            .await
            .expect(200)
            .contains("Phonics open mornings");
    })
    .await;
}

#[tokio::test]
async fn beginning_without_training_takes_a_reason_that_the_person_reads() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let fay = t.person("Fay Dunn", &[Post::new(OAKFIELD, Role::Staff, "Teacher")]).await;
        let new = Nomination {
            person: fay.account,
            name: "Fay Dunn".to_owned(),
            org: OAKFIELD,
            partnership: w.alliance,
            role: "facilitator".to_owned(),
            profile: profile(&[wanted("music", Depth::Expert)]),
        };
        let id = acts::nominate(&t.app, &system(&t), &new).await.unwrap();
        acts::take_step(&t.app, &system(&t), id, Act::Apply, Who::Person).await.unwrap();
        acts::release(&t.app, &system(&t), id).await.unwrap();
        for act in [Act::Assess, Act::Designate] {
            acts::take_step(&t.app, &system(&t), id, act, Who::Broker).await.unwrap();
        }
        let waiting = async |who| {
            let visitor = t.visitor(who).await;
            let list = brokerage::waiting(&t.app, &visitor).await.unwrap();
            list.into_iter()
                .map(|(one, _)| format!("{} {}", one.text, one.detail))
                .collect::<String>()
        };
        assert!(waiting(&fay).await.contains("Read and accept"), "she is asked");
        assert!(waiting(&w.marcus).await.contains("Still missing"), "so is the broker");
        let (page, step) = (format!("/cadre/{id}"), format!("/cadre/{id}/step"));
        let _ = t.post(Some(&w.marcus), &step, &[("act", "activate")]).await.expect(422);
        let why = "She taught this course herself in September";
        let form = [("act", "activate"), ("reason", why)];
        // Training can wait with a reason; the code of conduct cannot.
        let _ = t.post(Some(&w.marcus), &step, &form).await.expect(422).contains("code of conduct");
        let yes = [("version", "1"), ("accept", "yes")];
        let _ = t.post(Some(&fay), "/cadre/conduct", &yes).await.expect(303);
        let _ = t.post(Some(&w.marcus), &step, &form).await.expect(303);
        let _ = t.get(Some(&fay), &page).await.expect(200).contains("for now. ").contains(why);
        assert!(
            cadre::designation(&t.app.db, id).await.unwrap().unwrap().is_current(date(2026, 11, 9))
        );
        let _ = t.run_jobs().await;
        let letters = t.letters().await;
        assert!(
            letters.iter().any(|one| one.recipient.contains("fay") && one.body.contains(why)),
            "{letters:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn training_that_has_run_out_keeps_somebody_back_until_the_broker_says_why_not() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (page, step) =
            (format!("/cadre/{}", w.aisha_as), format!("/cadre/{}/step", w.aisha_as));
        let it = async || cadre::designation(&t.app.db, w.aisha_as).await.unwrap().unwrap();
        let today = t.app.clock.today();
        assert!(it().await.is_live(today) && it().await.is_current(today));
        let why = [("act", "go-on"), ("reason", "The next course is in three weeks")];
        let early = t.post(Some(&w.marcus), &step, &why).await.expect(409);
        let _ = early.contains("Nothing keeps them");
        let _ = t.get(Some(&w.marcus), &page).await.expect(200).lacks("Let them go on");
             let at = |sql| (sql, [w.aisha.account.into()]);
        for (sql, who) in [
            at("UPDATE training SET done_on = '2019-09-03', until_on = '2020-09-03' WHERE person = $1"),
            at("UPDATE designation SET training_until = '2020-09-03' WHERE person = $1"),
        ] {
            t.app.db.run(sql, who).await.unwrap();
        }
        assert!(!it().await.is_current(today), "it has run out");
        let _ = t.get(Some(&w.marcus), &page).await.expect(200).contains("Let them go on");
        for who in [&w.aisha, &w.daniel] {
            let _ = t.get(Some(who), &page).await.expect(200).lacks("Let them go on");
            let _ = t.post(Some(who), &step, &why).await.expect(403);
        }
        let _ =
            t.post(Some(&w.marcus), &step, &why[..1]).await.expect(422).contains("Still missing");
        assert!(!it().await.is_current(today));
        let _ = t.post(Some(&w.marcus), &step, &why).await.expect(303);
        assert!(it().await.is_current(today));
        let letters = t.letters().await;
        let told = letters.iter().find(|one| one.recipient.contains("aisha")).unwrap();
        assert!(told.body.contains("goes on although") && told.body.contains("three weeks"));
        // Once it is done again nothing is let go any more: the next time it is asked for anew.
        let needed: Vec<String> =
            it().await.needed().iter().map(|module| module.code.clone()).collect();
        assert!(!needed.is_empty());
        for module in &needed {
            let done = [
                ("module", module.as_str()),
                ("done-day", "3"),
                ("done-month", "9"),
                ("done-year", "2026"),
            ];
            let _ = t.post(Some(&w.marcus), &format!("{page}/training"), &done).await.expect(303);
        }
        assert!(it().await.is_current(today));
        assert_eq!(it().await.waiver, None);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_brings_is_changed_by_them_or_their_head_and_nothing_typed_is_lost() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (page, edit) =
            (format!("/cadre/{}", w.aisha_as), format!("/cadre/{}/edit", w.aisha_as));
        let it = async || cadre::designation(&t.app.db, w.aisha_as).await.unwrap().unwrap();
        let before = it().await;
        let seen = before.version.to_string();
        let mut form = vec![
            ("seen", seen.as_str()),
            ("specialism-1", "early-reading"),
            ("depth-1", "4"),
            ("specialism-2", "music"),
            ("depth-2", "2"),
            ("phases", "primary"),
            ("phases", "special"),
            ("mode", "online"),
            ("travel", "0"),
            ("week", "3"),
            ("most", "1"),
        ];
        for who in [&w.tom, &w.priya, &w.marcus, &w.stranger] {
            let _ = t.get(Some(who), &edit).await.expect(403);
            let _ = t.post(Some(who), &edit, &form).await.expect(403);
        }
        let _ = t.get(Some(&w.other_broker), &edit).await.expect(404);
        let told = t.post(Some(&w.aisha), &edit, &form).await.expect(422);
        let _ = told.contains("1 to 999 kilometres");
        form[8].1 = "25";
        let _ = t.get(Some(&w.aisha), &page).await.expect(200).contains("Change what");
        let _ = t.post(Some(&w.aisha), &edit, &form).await.expect(303);
        let now = it().await;
        assert_eq!(now.profile.travel_limit_km, Some(25.0));
        assert_eq!((now.profile.weekly_cap, now.profile.concurrent_cap), (3, 1));
        assert!(!now.profile.on_site && now.profile.online);
        let brings = [wanted("early-reading", Depth::Leading), wanted("music", Depth::Secure)];
        assert_eq!(now.profile.specialisms, brings);
        // The head had the page open as well: told, and what was typed is still there.
        form[8].1 = "77";
        let late = t.post(Some(&w.daniel), &edit, &form).await.expect(422);
        let _ = late.contains("Somebody else changed this").contains("77");
        assert_eq!(it().await, now);
        let _ = t.get(Some(&w.daniel), &edit).await.expect(200).contains("value=\"25\"");
    })
    .await;
}

#[tokio::test]
async fn a_national_leaders_school_is_designated_with_them_and_a_lapse_shows() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let new = Nomination {
            person: w.daniel.account,
            name: "Daniel Okoro".to_owned(),
            org: OAKFIELD,
            partnership: w.alliance,
            role: "nle".to_owned(),
            profile: profile(&[wanted("headship", Depth::Expert)]),
        };
        let id = acts::enrol(&t.app, &system(&t), &new, date(2028, 8, 31)).await.unwrap();
        let (page, send) = (format!("/cadre/{id}"), format!("/cadre/{id}/home-school"));
        let shown = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = shown.contains("National support school").contains("Not designated");
        let until =
            |year| [("home-until-day", "31"), ("home-until-month", "8"), ("home-until-year", year)];
        // Neither the school itself nor anybody else: the broker.
        for who in [&w.daniel, &w.priya, &w.aisha] {
            let _ = t.post(Some(who), &send, &until("2028")).await.expect(403);
        }
        let _ = t.post(Some(&w.other_broker), &send, &until("2028")).await.expect(404);
        for (year, told) in [("2026", "after today"), ("2044", "within 4 years"), ("", "last day")]
        {
            let _ = t.post(Some(&w.marcus), &send, &until(year)).await.expect(422).contains(told);
        }
        let _ = t.post(Some(&w.marcus), &send, &until("2027")).await.expect(303);
        let shown = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = shown.contains("since 9 November 2026, until 31 August 2027, by Marcus Bell");
        // Ended with a reason, designated anew, then lapsed by its date.
        let end = [("end", "yes"), ("home-why", "")];
        let _ = t.post(Some(&w.marcus), &send, &end).await.expect(422).contains("Say why");
        let end = [("end", "yes"), ("home-why", "Its own results fell")];
        let _ = t.post(Some(&w.marcus), &send, &end).await.expect(303);
        let shown = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = shown.contains("Lapsed").contains("ended on 9 November 2026: Its own results fell");
        let _ = t.post(Some(&w.marcus), &send, &end).await.expect(409);
        let _ = t.post(Some(&w.marcus), &send, &until("2027")).await.expect(303);
        t.advance(jiff::SignedDuration::from_hours(24 * 330));
        let daniel = t.sign_in(w.daniel.account, "Daniel Okoro").await;
        let shown = t.get(Some(&daniel), &page).await.expect(200);
        let _ = shown.contains("lapsed after 31 August 2027");
        // A role that comes without a home school says nothing of one.
        let shown = t.get(Some(&daniel), &format!("/cadre/{}", w.aisha_as)).await.expect(200);
        let _ = shown.lacks("home-school");
        let marcus = t.sign_in(w.marcus.account, "Marcus Bell").await;
        let send = format!("/cadre/{}/home-school", w.aisha_as);
        let _ = t.post(Some(&marcus), &send, &until("2028")).await.expect(409);
    })
    .await;
}
