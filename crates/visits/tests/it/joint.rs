//! Joint practice development: nothing moves until both schools have done their part.

use foundation::{DbError, OrgRef};
use testkit::{Persona, TestApp, both};
use visits::{
    Refusal,
    cycles::{self, Act, CycleId, Part, State},
};

use crate::{
    setting::{field, in_force, on_agreement, permit, setup},
    world::{HARBOUR, OAKFIELD},
};

async fn may(t: &TestApp, who: &Persona, id: CycleId) -> access::Permit {
    let cycle = cycles::find(&t.app.db, id).await.unwrap().unwrap();
    permit(t, who, &cycle.resource(Vec::new())).await
}

fn before() -> Part {
    Part {
        goal: "Reading every day".to_owned(),
        practice: "A fixed quarter of an hour".to_owned(),
        before: "Three days of five".to_owned(),
        ..Part::default()
    }
}

#[tokio::test]
async fn a_cycle_is_done_when_both_schools_have_changed_something() {
    both(&setup(), async |t| {
        let (w, agreement) = in_force(&t).await;
        let (harbour, oakfield) = (OrgRef::School(HARBOUR), OrgRef::School(OAKFIELD));
        let priya = on_agreement(&t, &w.priya, agreement).await;
        field(cycles::ask(&t.app, &priya, agreement, " ").await, "question");
        let id = cycles::ask(&t.app, &priya, agreement, "How do we keep the lowest fifth reading?")
            .await
            .unwrap();
        let (priya, daniel) = (may(&t, &w.priya, id).await, may(&t, &w.daniel, id).await);
        let take = async |who: &access::Permit, act: Act, words: &str| {
            cycles::take(&t.app, who, id, act, words).await
        };
        assert!(matches!(take(&priya, Act::Join, "").await, Err(Refusal::NotYours(_))));
        take(&daniel, Act::Join, "").await.unwrap();
        let write = async |who: &access::Permit, org: OrgRef, part: &Part, seen: i64| {
            cycles::write(&t.app, who, id, org, part, seen).await
        };
        write(&priya, harbour, &before(), 1).await.unwrap();
        let stale = write(&priya, harbour, &Part::default(), 1).await;
        assert!(matches!(stale, Err(Refusal::Db(DbError::Conflict(_)))), "{stale:?}");
        assert!(matches!(write(&priya, oakfield, &before(), 1).await, Err(Refusal::NotYours(_))));
        let missing = take(&priya, Act::Begin, "").await.unwrap_err().to_string();
        assert!(missing.contains("Oakfield Primary has not written its goal"), "{missing}");
        write(&daniel, oakfield, &before(), 1).await.unwrap();
        take(&priya, Act::Begin, "").await.unwrap();

        let changed = Part {
            after: "Five of five".to_owned(),
            change: "It is on the timetable".to_owned(),
            ..before()
        };
        write(&priya, harbour, &changed, 2).await.unwrap();
        write(&daniel, oakfield, &Part { change: String::new(), ..changed.clone() }, 2)
            .await
            .unwrap();
        take(&daniel, Act::Look, "").await.unwrap();
        let missing = take(&daniel, Act::Record, "").await.unwrap_err().to_string();
        assert!(missing.contains("Oakfield Primary has not written what changed"), "{missing}");
        field(take(&priya, Act::Close, "").await, "act");
        write(&daniel, oakfield, &changed, 3).await.unwrap();
        take(&priya, Act::Record, "").await.unwrap();
        field(take(&priya, Act::Share, "").await, "words");
        let to = take(&daniel, Act::Share, "To both Year 4 teams").await.unwrap();
        assert_eq!(to, State::Shared);
        assert!(write(&daniel, oakfield, &before(), 4).await.is_err(), "done is done");
        let page = format!("/cycles/{id}");
        let page = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = page.contains("It is on the timetable").contains("To both Year 4 teams");
        let _ = t.get(Some(&w.stranger), &format!("/cycles/{id}")).await.expect(404);
    })
    .await;
}
