//! Finding a practice, asking to see it, and what other pages say of it.

use foundation::OrgRef;
use practices::{
    asks, home, on_page, persons,
    practice::{self, Act, Sought, Words},
};
use testkit::both;

use crate::world::{BREDE, HARBOUR, OAKFIELD, acts, begun, later, published, setup, words, world};

#[tokio::test]
async fn somebody_asks_to_see_it_and_is_answered() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = published(&t, &w).await;
        t.letters().await;
        let ask = format!("/practices/{id}/visit");
        let _ = t.get(Some(&w.priya), &ask).await.expect(404);
        let _ = t.post(Some(&w.aisha), &ask, &[("words", " ")]).await.expect(422);
        let wish = [("words", "Two of us, any Tuesday")];
        let done = t.post(Some(&w.aisha), &ask, &wish).await.expect(303);
        let page = done.location().to_owned();
        assert_eq!(t.letters().await.len(), 2, "whoever wrote it and the head");
        for who in [&w.anselm, &w.stranger, &w.marcus, &w.nasreen] {
            let _ = t.get(Some(who), &page).await.expect(404);
            let _ = t.post(Some(who), &page, &[("act", "decline")]).await.expect(404);
        }
        let visitor = t.visitor(&w.jess).await;
        let waiting = home::needs_me(&t.app, &visitor).await.unwrap();
        assert_eq!(waiting.my_school.len(), 1, "{waiting:?}");
        let form = |day: &'static str| {
            vec![
                ("act", "welcome"),
                ("seen", "1"),
                ("words", "Ask for Jess at the gate"),
                ("on-day", day),
                ("on-month", "1"),
                ("on-year", "2027"),
            ]
        };
        let wrong = t.post(Some(&w.jess), &page, &form("40")).await.expect(422);
        let _ = wrong.contains("Ask for Jess at the gate");
        let _ = t.post(Some(&w.aisha), &page, &form("12")).await.expect(403);
        let _ = t.post(Some(&w.jess), &page, &form("12")).await.expect(303);
        let answered = t.get(Some(&w.aisha), &page).await.expect(200);
        let _ = answered.contains("12 January 2027").contains("Ask for Jess at the gate");
        // The head answers with the old page before them: told, nothing lost.
        let again = t.post(Some(&w.priya), &page, &form("13")).await;
        assert_eq!(again.status, 409, "{}", again.body);
        let note = [("act", "note"), ("seen", "2"), ("words", "The sheet, and the calm")];
        assert_eq!(t.post(Some(&w.aisha), &page, &note).await.status, 409, "not before the day");
        later(&t, "2027-01-12T16:00:00Z").await;
        let _ = t.post(Some(&w.aisha), &page, &note).await.expect(303);
        let _ = t.get(Some(&w.jess), &page).await.expect(200).contains("The sheet, and the calm");
        let all = asks::of_person(&t.app.db, w.aisha.account).await.unwrap();
        assert_eq!(all[0].state(), asks::State::Seen);
    })
    .await;
}

#[tokio::test]
async fn the_library_is_searched_by_area_phase_and_evidence_and_sorted_by_title() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let first = published(&t, &w).await;
        let other = Words {
            title: "A walk at break with the governor".to_owned(),
            area: "leadership-and-governance".to_owned(),
            phases: Vec::new(),
            ..words()
        };
        let second = begun(&t, &w.anselm, BREDE, other).await;
        for (who, act) in [
            (&w.anselm, Act::Send),
            (&w.jess, Act::Approve),
            (&w.aisha, Act::Approve),
            (&w.anselm, Act::Publish),
        ] {
            acts(&t, who, second, act).await.unwrap();
        }
        let find = async |area: &str, phase: &str, evidence: &str| {
            let sought = Sought {
                text: String::new(),
                area: area.to_owned(),
                phase: phase.to_owned(),
                evidence: evidence.to_owned(),
            };
            let found = practice::library(&t.app.db, &sought).await.unwrap();
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(find("", "", "").await, [second, first], "by title");
        assert_eq!(find("leadership-and-governance", "", "").await, [second]);
        assert_eq!(find("", "secondary", "").await, [second], "for every phase");
        assert_eq!(find("", "primary", "").await, [second, first]);
        assert!(find("", "", "research").await.is_empty());
        assert_eq!(find("", "", "own").await.len(), 2);
        let page = t.get(None, "/practices?area=leadership-and-governance").await.expect(200);
        let _ = page.contains("A walk at break").lacks("newcomer");
        let json = t.get(None, "/practices.json?q=check").await.expect(200);
        let _ = json.contains("Harbour View Primary").lacks("A walk at break");

        // The page of a school: what it shares is everybody's, what it uses the partnership's.
        let _ = t
            .post(Some(&w.aisha), &format!("/practices/{first}/use"), &[("act", "borrow")])
            .await
            .expect(303);
        let lines = async |who: Option<&testkit::Persona>, org: OrgRef| {
            let visitor = match who {
                Some(who) => t.visitor(who).await,
                None => access::Visitor::default(),
            };
            let sections = on_page::sections(t.app.clone(), (visitor, org)).await.unwrap();
            sections.iter().map(|section| section.lines.len()).collect::<Vec<_>>()
        };
        assert_eq!(lines(None, HARBOUR).await, [1, 0]);
        assert_eq!(lines(None, OAKFIELD).await, [0, 0]);
        assert_eq!(lines(Some(&w.stranger), OAKFIELD).await, [0, 0]);
        assert_eq!(lines(Some(&w.anselm), OAKFIELD).await, [0, 1]);

        let held = persons::extract(t.app.clone(), w.jess.account).await.unwrap();
        assert_eq!(held["practices"].as_array().unwrap().len(), 1);
        let held = persons::extract(t.app.clone(), w.aisha.account).await.unwrap();
        assert_eq!(held["uses"].as_array().unwrap().len(), 1);
        let duties = persons::duties(t.app.clone(), (w.jess.account, HARBOUR)).await.unwrap();
        assert_eq!(duties.len(), 1);
    })
    .await;
}
