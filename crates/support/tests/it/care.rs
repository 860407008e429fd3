//! Risks, concerns and the home-school guard.

use access::{Action, Permit};
use foundation::{DbError, OrgRef};
use support::{
    Refusal,
    agreements::{Origin, acts},
    care::{
        concerns::{self, Act, State},
        floors,
        risks::{self, Appetite, Level, NewRisk},
    },
};
use testkit::both;

use crate::{
    thread::{active, permit},
    world::{OAKFIELD, at, results, setup, world},
};

#[tokio::test]
async fn a_risk_has_an_owner_and_ends_with_a_word() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let (priya, aisha) = (permit(&t, &w.priya, id).await, permit(&t, &w.aisha, id).await);
        let mut new = NewRisk {
            what: "The leader of reading may leave",
            likelihood: Level::Medium,
            impact: Level::High,
            mitigation: "A second colleague learns it too",
            owner: "",
            appetite: Appetite::Cautious,
        };
        let refused = risks::note(&t.app, &priya, id, &new).await;
        assert!(matches!(refused, Err(Refusal::Field { field: "owner", .. })));
        new.owner = "Deputy head";
        let team = risks::note(&t.app, &aisha, id, &new).await;
        assert!(matches!(team, Err(Refusal::NotYours(_))), "a member of the team, not its lead");
        let risk = risks::note(&t.app, &priya, id, &new).await.unwrap();
        assert!(risks::of(&t.app.db, id).await.unwrap()[0].is_high());
        let page = format!("/agreements/{id}/care");
        let seen = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = seen
            .contains("The leader of reading may leave")
            .contains("Deputy head")
            .contains("It is larger than that now");
        // What is accepted willingly is a risk worth taking until it is high both ways.
        let at = format!("/agreements/{id}/risks/new");
        let form = [
            ("what", "A new way of teaching fractions may confuse at first"),
            ("likelihood", "high"),
            ("impact", "medium"),
            ("mitigation", "Two classes first"),
            ("owner", "Lead of mathematics"),
            ("appetite", "open"),
        ];
        let told = t.post(Some(&w.priya), &at, &form[..5]).await.expect(422);
        let _ = told.contains("Choose how much of it both sides accept").contains("fractions");
        let _ = t.post(Some(&w.priya), &at, &form).await.expect(303);
        let all = risks::of(&t.app.db, id).await.unwrap();
        let beyond: Vec<bool> = all.iter().map(risks::Risk::is_beyond_appetite).collect();
        assert_eq!(beyond, [true, false]);
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        risks::close(&t.app, &priya, id, risk, "Two people teach it now").await.unwrap();
        let again = risks::close(&t.app, &priya, id, risk, "Again").await;
        assert!(matches!(again, Err(Refusal::Db(DbError::Conflict("risk")))));
        let closed = risks::of(&t.app.db, id).await.unwrap();
        let closed = closed.iter().find(|one| one.id == risk).unwrap();
        assert!(!closed.is_high() && !closed.is_beyond_appetite());
    })
    .await;
}

#[tokio::test]
async fn a_concern_is_talked_about_before_it_is_settled() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let (priya, daniel) = (permit(&t, &w.priya, id).await, permit(&t, &w.daniel, id).await);
        let long = "a".repeat(concerns::SUMMARY + 1);
        let refused = concerns::raise(&t.app, &priya, id, &long, "").await;
        assert!(matches!(refused, Err(Refusal::Field { field: "summary", .. })));
        let _ = t.letters().await;
        let concern = concerns::raise(&t.app, &priya, id, "Visits are moved at short notice", "")
            .await
            .unwrap();
        let letters = t.letters().await;
        assert_eq!(letters.len(), 2, "both heads are told");
        assert!(
            letters.iter().all(|letter| !letter.body.contains("short notice")),
            "not what it is"
        );
        let early = concerns::go_on(&t.app, &priya, concern, 1, Act::Resolve, "Settled").await;
        assert!(matches!(early, Err(Refusal::NotNow(_))), "nobody has talked yet");
        let talk = "We keep Tuesdays free";
        concerns::go_on(&t.app, &daniel, concern, 1, Act::Talk, talk).await.unwrap();
        let stale = concerns::go_on(&t.app, &priya, concern, 1, Act::Talk, "Me too").await;
        assert!(matches!(stale, Err(Refusal::Db(DbError::Conflict("concern")))));
        let change = concerns::go_on(&t.app, &priya, concern, 2, Act::Vary, "Changed").await;
        assert!(matches!(change, Err(Refusal::Field { field: "act", .. })), "nothing was changed");
        let now = concerns::go_on(&t.app, &priya, concern, 2, Act::Resolve, "It works").await;
        assert_eq!(now.unwrap(), State::Resolved);
        let said = concerns::said(&t.app.db, concern).await.unwrap();
        assert_eq!(said.len(), 2);
        assert_eq!(said[0].words, talk);
        let page = t.get(Some(&w.marcus), &format!("/agreements/{id}/care")).await.expect(200);
        let _ = page.contains("Visits are moved at short notice").contains("It works");
    })
    .await;
}

#[tokio::test]
async fn a_result_beyond_the_floor_holds_new_support_back_until_the_head_has_looked() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        active(&t, &w).await;
        let oakfield = OrgRef::School(OAKFIELD);
        let daniel = t.visitor(&w.daniel).await;
        let resource = floors::resource(oakfield);
        let may = || access::authorize(&t.app, &daniel, Action::Update, &resource).unwrap();
        assert!(
            access::authorize(&t.app, &t.visitor(&w.priya).await, Action::Read, &resource).is_err(),
            "another school's floors are its own"
        );
        let rwm = ["KS2_RWM_EXP", "all"];
        assert!(floors::put(&t.app, &may(), oakfield, ["NOTHING", "all"], 1.0).await.is_err());
        let floor = floors::put(&t.app, &may(), oakfield, rwm, 70.0).await.unwrap();
        assert!(matches!(
            floors::put(&t.app, &may(), oakfield, rwm, 60.0).await,
            Err(Refusal::NotNow(_))
        ));
        let system = || Permit::system("test", t.app.clock.now());
        // What was published before is not held against them; a good year is fine.
        assert!(floors::watch(&t.app, &system()).await.unwrap().is_empty());
        results(&t, 2027, [50.0, 69.0], 0.0).await;
        let _ = t.letters().await;
        assert_eq!(floors::watch(&t.app, &system()).await.unwrap(), [floor]);
        assert!(floors::watch(&t.app, &system()).await.unwrap().is_empty(), "it speaks once");
        let mut readers: Vec<_> = t.letters().await.into_iter().map(|l| l.recipient).collect();
        readers.sort();
        assert_eq!(readers, ["daniel.reyes@example.org", "marcus.webb@example.org"]);

        // New support from Oakfield waits.
        let terms = w.terms();
        let marcus = t.visitor(&w.marcus).await;
        let record =
            access::Resource::new(access::Kind::Agreement, access::Zone::Parties, terms.supported)
                .through(Some(w.alliance));
        let create = access::authorize(&t.app, &marcus, Action::Create, &record).unwrap();
        let origin = Origin { partnership: Some(w.alliance), ..Origin::default() };
        let second = acts::draft(&t.app, &create, &terms, origin).await.unwrap();
        let broker = permit(&t, &w.marcus, second).await;
        let held = acts::offer(&t.app, &broker, second).await;
        assert!(
            matches!(held, Err(Refusal::NotNow(ref why)) if why.contains("comes first")),
            "{held:?}"
        );
        let silent = floors::review(&t.app, &may(), oakfield, floor).await;
        assert!(matches!(silent, Err(Refusal::Field { field: "reason", .. })));
        let page = t.get(Some(&w.daniel), "/home-floors").await.expect(200);
        let _ = page.contains("Say what you make of it").contains("70");
        let looked = may().because("A small cohort; we watch reading in Year 5");
        floors::review(&t.app, &looked, oakfield, floor).await.unwrap();
        acts::offer(&t.app, &broker, second).await.unwrap();
        at(&t, "2027-01-05T06:00:00Z").await;
        floors::lift(&t.app, &may(), oakfield, floor).await.unwrap();
        assert!(floors::of(&t.app.db, oakfield).await.unwrap().is_empty());
    })
    .await;
}
