//! A review the school commissions: its findings are the school's.

use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use testkit::{Persona, TestApp, both};
use visits::{
    Refusal,
    commissions::{self, Act, CommissionId, NewCommission, Shown, State},
};

use crate::{
    setting::{field, in_force, setup},
    world::HARBOUR,
};

async fn take(
    t: &TestApp,
    who: &Persona,
    id: CommissionId,
    act: Act,
    words: &str,
) -> Result<State, Refusal> {
    let it = commissions::find(&t.app.db, id).await.unwrap().unwrap();
    let resource = it.resource(&t.app.db).await.unwrap();
    let permit = crate::setting::permit(t, who, &resource).await;
    commissions::take(&t.app, &permit, id, act, words, it.version).await
}

#[tokio::test]
async fn findings_belong_to_the_school_and_nobody_else_publishes_them() {
    both(&setup(), async |t| {
        let (w, _) = in_force(&t).await;
        let owner = OrgRef::School(HARBOUR);
        let own = access::Resource::new(access::Kind::Visit, access::Zone::School, owner);
        let priya = crate::setting::permit(&t, &w.priya, &own).await;
        let new = |reviewer: &Persona| NewCommission {
            owner,
            kind: "peer".to_owned(),
            reviewer: reviewer.account,
            reviewer_name: reviewer.name.clone(),
            team: "Two heads of the alliance".to_owned(),
            from_on: date(2027, 3, 1),
            to_on: date(2027, 3, 2),
            partnership: Some(w.alliance),
        };
        field(commissions::ask(&t.app, &priya, &new(&w.chair)).await, "reviewer");
        let id = commissions::ask(&t.app, &priya, &new(&w.aisha)).await.unwrap();
        field(take(&t, &w.priya, id, Act::Scope, "").await, "words");
        take(&t, &w.priya, id, Act::Scope, "Reading in Key Stage 1").await.unwrap();
        let refused = take(&t, &w.priya, id, Act::Accept, "none").await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "{refused:?}");
        take(&t, &w.aisha, id, Act::Accept, "I support the school").await.unwrap();
        take(&t, &w.aisha, id, Act::Begin, "").await.unwrap();
        take(&t, &w.aisha, id, Act::Write, "Books match sounds.").await.unwrap();
        take(&t, &w.aisha, id, Act::Submit, "").await.unwrap();
        take(&t, &w.priya, id, Act::Correct, "There are nine classes").await.unwrap();
        take(&t, &w.aisha, id, Act::Write, "Books match sounds in nine classes.").await.unwrap();
        take(&t, &w.aisha, id, Act::Submit, "").await.unwrap();
        let page = format!("/commissions/{id}");
        let _ = t.get(Some(&w.aisha), &page).await.expect(200).contains("nine classes");
        for who in [&w.marcus, &w.daniel, &w.stranger] {
            let _ = t.get(Some(who), &page).await.expect(404);
        }
        let it = commissions::find(&t.app.db, id).await.unwrap().unwrap();
        let resource = it.resource(&t.app.db).await.unwrap();
        let priya = crate::setting::permit(&t, &w.priya, &resource).await;
        let early = commissions::publish(&t.app, &priya, id, Shown::Public).await;
        assert!(matches!(early, Err(Refusal::NotNow(_))), "not before it is final: {early:?}");
        let reviewer = crate::setting::permit(&t, &w.aisha, &resource).await;
        take(&t, &w.priya, id, Act::Finish, "").await.unwrap();
        let theirs = commissions::publish(&t.app, &reviewer, id, Shown::Public).await;
        assert!(matches!(theirs, Err(Refusal::NotYours(_))), "{theirs:?}");
        let _ = t.get(Some(&w.aisha), &page).await.expect(404);
        let sql = "UPDATE commission SET findings = 'Other' WHERE state = 'final'";
        assert!(t.app.db.run(sql, []).await.is_err(), "final findings never change");

        let publish = format!("{page}/publish");
        let _ = t.post(Some(&w.priya), &publish, &[("shown", "network")]).await.expect(303);
        let _ = t.get(Some(&w.daniel), &page).await.expect(200).contains("nine classes");
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        let _ = t.post(Some(&w.priya), &publish, &[("shown", "school")]).await.expect(303);
        let _ = t.get(Some(&w.daniel), &page).await.expect(404);
        take(&t, &w.priya, id, Act::Respond, "We take up two of three").await.unwrap();
        take(&t, &w.priya, id, Act::Follow, "12 March, all staff").await.unwrap();
        assert_eq!(take(&t, &w.priya, id, Act::Close, "").await.unwrap(), State::Closed);
    })
    .await;
}

#[tokio::test]
async fn a_review_of_governance_is_the_boards_to_read_once_it_is_final() {
    both(&setup(), async |t| {
        let (w, _) = in_force(&t).await;
        let owner = OrgRef::School(HARBOUR);
        let own = access::Resource::new(access::Kind::Visit, access::Zone::School, owner);
        let priya = crate::setting::permit(&t, &w.priya, &own).await;
        for (kind, reads) in [("governance", 200), ("peer", 404)] {
            let new = NewCommission {
                owner,
                kind: kind.to_owned(),
                reviewer: w.aisha.account,
                reviewer_name: w.aisha.name.clone(),
                team: String::new(),
                from_on: date(2027, 3, 1),
                to_on: date(2027, 3, 2),
                partnership: Some(w.alliance),
            };
            let id = commissions::ask(&t.app, &priya, &new).await.unwrap();
            let page = format!("/commissions/{id}");
            take(&t, &w.priya, id, Act::Scope, "How the board asks questions").await.unwrap();
            take(&t, &w.aisha, id, Act::Accept, "None").await.unwrap();
            take(&t, &w.aisha, id, Act::Begin, "").await.unwrap();
            take(&t, &w.aisha, id, Act::Write, "Minutes show few questions.").await.unwrap();
            take(&t, &w.aisha, id, Act::Submit, "").await.unwrap();
            let _ = t.get(Some(&w.chair), &page).await.expect(404);
            take(&t, &w.priya, id, Act::Finish, "").await.unwrap();
            let seen = t.get(Some(&w.chair), &page).await.expect(reads);
            assert_eq!(seen.body.contains("few questions"), reads == 200, "{kind}");
            let listed = t.get(Some(&w.chair), "/commissions").await.expect(200);
            assert_eq!(listed.body.contains(&id.to_string()), reads == 200, "{kind}");
            // Reading is all: the school decides what becomes of it.
            let publish = format!("{page}/publish");
            let tried = t.post(Some(&w.chair), &publish, &[("shown", "public")]).await;
            assert!(matches!(tried.status.as_u16(), 403 | 404), "{kind}");
            let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        }
    })
    .await;
}
