//! One partner, five schools, one theme: an agreement for each school, signed by each on its own.

use access::{Post, Role, partnerships};
use foundation::{Context, OrgRef, Sql as _};
use jiff::civil::date;
use support::{
    agreements::{State, store},
    assignments,
};
use testkit::{Persona, both};

use crate::{
    team::designated,
    thread::{find, sign},
    world::{HARBOUR, OAKFIELD, at, school, setup, world},
};

const MORE: [(u32, &str); 4] = [
    (999_401, "Alder Primary"),
    (999_402, "Birch Primary"),
    (999_403, "Cedar Primary"),
    (999_404, "Dogwood Primary"),
];

#[tokio::test]
async fn one_partner_spans_five_schools_with_one_theme_and_each_keeps_its_own() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let context = Context::system("test", t.app.clock.now());
        let tx = t.app.db.write().await.unwrap();
        let mut heads: Vec<(OrgRef, Persona)> = Vec::new();
        for (urn, name) in MORE {
            school(&tx, urn, name).await;
            let start = date(2020, 9, 1);
            partnerships::join(&tx, &context, w.alliance, OrgRef::School(urn), start)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        for (urn, name) in MORE {
            let org = OrgRef::School(urn);
            let who = format!("Head of {name}");
            heads.push((org, t.person(&who, &[Post::new(org, Role::Head, "Headteacher")]).await));
        }

        // Only somebody in a role that is meant for several schools can be chosen.
        let form = t.get(Some(&w.marcus), "/assignments/new").await.expect(200);
        let _ = form.contains("Designate somebody first");
        let aisha =
            designated(&t, &w, w.aisha.account, "Aisha Khan", "school-improvement-partner").await;
        let form = t.get(Some(&w.marcus), "/assignments/new").await.expect(200);
        let form = form.contains("Aisha Khan, School improvement partner");
        let _ = form.contains("Dogwood Primary").contains("Harbour View Primary");
        for who in [&w.priya, &w.daniel, &w.aisha, &w.stranger] {
            let refused = t.get(Some(who), "/assignments/new").await;
            assert!([403, 404, 200].contains(&refused.status.as_u16()));
            assert!(!refused.body.contains("Dogwood"), "not among their members");
        }

        let partner = aisha.to_string().replace("designation:", "");
        let school = |urn: u32| format!("school:{urn}");
        let chosen = [HARBOUR, 999_401, 999_402, 999_403].map(school);
        let own = school(OAKFIELD);
        let mut answers = vec![("partner", partner.as_str()), ("theme", "Talk in every lesson")];
        answers.extend([("days", "3"), ("area", "inclusion")]);
        answers.extend([
            ("start_on-day", "11"),
            ("start_on-month", "1"),
            ("start_on-year", "2027"),
        ]);
        answers.extend([("end_on-day", "16"), ("end_on-month", "7"), ("end_on-year", "2027")]);
        let told = t.post(Some(&w.marcus), "/assignments/new", &answers).await.expect(422);
        let _ = told.contains("Choose at least one school").contains("Talk in every lesson");
        let home = [answers.as_slice(), &[("schools", own.as_str())]].concat();
        let told = t.post(Some(&w.marcus), "/assignments/new", &home).await.expect(422);
        let _ = told.contains("own school needs no agreement with itself");
        assert!(assignments::all(&t.app.db).await.unwrap().is_empty(), "nothing was written");
        answers.extend(chosen.iter().map(|org| ("schools", org.as_str())));
        let _ = t.post(Some(&w.priya), "/assignments/new", &answers).await.expect(403);
        let made = t.post(Some(&w.marcus), "/assignments/new", &answers).await.expect(303);
        let page = made.location().to_owned();

        // The fifth comes later.
        let last = school(999_404);
        let fifth = [("schools", last.as_str()), ("days", "1.5")];
        let _ = t.post(Some(&w.priya), &format!("{page}/schools"), &fifth).await.expect(403);
        let _ = t.post(Some(&w.marcus), &format!("{page}/schools"), &fifth).await.expect(303);
        let twice = t.post(Some(&w.marcus), &format!("{page}/schools"), &fifth).await.expect(422);
        let _ = twice.contains("does not take part yet");
        let it = assignments::all(&t.app.db).await.unwrap().remove(0);
        let all = assignments::agreements(&t.app.db, it.id).await.unwrap();
        assert_eq!(all.len(), 5);
        for one in &all {
            let terms = store::current(&t.app.db, one).await.unwrap();
            assert_eq!(
                (terms.terms().title.as_str(), one.state()),
                ("Talk in every lesson", State::Offered)
            );
            assert_eq!(terms.terms().role.code, "school-improvement-partner");
            let half_days = if one.supported == OrgRef::School(999_404) { 3 } else { 6 };
            assert_eq!(terms.terms().half_days(), half_days);
        }

        // Everybody reads the theme; each school reads of the others only that they are there.
        let read = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = read.contains("Dogwood Primary").contains("Cedar Primary").lacks("more school");
        for (_, head) in &heads {
            let read = t.get(Some(head), &page).await.expect(200);
            let read = read.contains("Talk in every lesson").contains("4 more schools take part");
            let _ = read.lacks("Harbour View Primary</a>");
            let _ = t.get(Some(head), "/assignments").await.expect(200).contains(&page);
        }
        let _ = t.get(Some(&w.aisha), &page).await.expect(200).contains("Alder Primary");
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        let _ = t.get(Some(&w.stranger), "/assignments").await.expect(200).lacks(&page);

        // Each signs its own; what one school declines stops nobody else.
        let (alder, alders) = &heads[0];
        let theirs = all.iter().find(|one| one.supported == *alder).unwrap().id;
        sign(&t, alders, theirs).await.unwrap();
        assert_eq!(sign(&t, &w.daniel, theirs).await.unwrap(), State::Signed);
        at(&t, "2027-01-12T06:00:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        support::course::tend(&t.app, &system).await.unwrap();
        assert_eq!(find(&t, theirs).await.state(), State::Active);
        let read = t.get(Some(alders), &page).await.expect(200);
        let _ = read.contains(&format!("/agreements/{theirs}/visits"));
        let agreement = t.get(Some(alders), &format!("/agreements/{theirs}")).await.expect(200);
        let _ = agreement.contains("Part of work with several schools");
        let other = all.iter().find(|one| one.supported != *alder).unwrap().id;
        let _ = t.get(Some(alders), &format!("/agreements/{other}")).await.expect(404);
        let count = t.app.db.count("SELECT count(*) AS n FROM assignment_agreement", []).await;
        assert_eq!(count.unwrap(), 5);
    })
    .await;
}
