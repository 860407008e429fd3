//! Several actions in one act, and on one page.

use foundation::DbError;
use jiff::civil::date;
use plans::{
    Refusal,
    acts::{
        action::{self, Said},
        several,
    },
    machine::{ActionAct, ActionState},
};
use testkit::both;

use crate::world::{new_action, permit, running, setup, whole, world};

#[tokio::test]
async fn a_list_is_added_whole_or_not_at_all() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let new = format!("/plans/{}/objectives/{}/actions/several", r.plan, r.linked);
        let page = t.get(Some(&w.priya), &new).await.expect(200);
        let _ = page.contains("Nasreen Ali");
        let before = whole(&t, r.plan).await.actions.len();
        let wrong = "Map three weeks; nasreen ali; 26/03/2027\nBuy readers; Office; soon";
        let page = t.post(Some(&w.priya), &new, &[("lines", wrong)]).await.expect(422);
        let _ = page.contains("Line 2: “soon” is not a day").contains("Buy readers; Office; soon");
        let pupil = "Ring the family of A123456789012; SENCO; 26 March 2027";
        let page = t.post(Some(&w.priya), &new, &[("lines", pupil)]).await.expect(422);
        let _ = page.contains("unique pupil number");
        assert_eq!(whole(&t, r.plan).await.actions.len(), before, "nothing was added");
        let right = "Map three weeks; nasreen ali; 26/03/2027\nBuy readers\tOffice\t2 April 2027\n";
        let _ = t.post(Some(&w.priya), &new, &[("lines", right)]).await.expect(303);
        let now = whole(&t, r.plan).await;
        let (map, buy) = (&now.actions[now.actions.len() - 2], now.actions.last().unwrap());
        let found = now.actions.iter().filter(|one| one.words == "Map three weeks").count();
        assert_eq!((now.actions.len(), found), (before + 2, 1));
        let of = |words: &str| now.actions.iter().find(|one| one.words == words).unwrap();
        assert_eq!(of("Map three weeks").owner, Some(w.nasreen.account));
        assert_eq!(of("Buy readers").owner_role, "Office");
        assert_eq!(of("Buy readers").due_on(), date(2027, 4, 2));
        assert!(map.id != buy.id);
        // Who helps from outside suggests; who does not read the objective finds no page.
        let _ = t.get(Some(&w.aisha), &new).await.expect(403);
        let _ = t.post(Some(&w.aisha), &new, &[("lines", right)]).await.expect(403);
        let _ = t.get(Some(&w.omar), &new).await.expect(404);
        let aisha = permit(&t, &w.aisha, r.plan).await;
        let one = [new_action("Walk through", None, "", date(2027, 3, 12))];
        let refused = several::add(&t.app, &aisha, r.linked, &one).await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_done_is_ticked_together_and_the_slower_writer_is_told() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let page = format!("/plans/{}/actions", r.plan);
        let seen = |id: plans::ActionId| format!("seen-{id}");
        let state = async |id| whole(&t, r.plan).await.action(id).unwrap().1.state();
        // Nasreen sees her own; Priya as head sees both.
        let _ = t.get(Some(&w.nasreen), &page).await.expect(200).lacks("A reading space");
        let _ = t.get(Some(&w.priya), &page).await.expect(200).contains("A reading space");
        let (mapped, letter) = (r.mapped.to_string(), r.by_letter.to_string());
        let (map_seen, letter_seen) = (seen(r.mapped), seen(r.by_letter));
        // Meanwhile Nasreen begins hers: Priya had the earlier version before her.
        let nasreen = permit(&t, &w.nasreen, r.plan).await;
        let said = Said::default();
        action::take(&t.app, &nasreen, r.mapped, 1, ActionAct::Start, &said).await.unwrap();
        let stale = [(r.by_letter, 1), (r.mapped, 1)];
        let priya = permit(&t, &w.priya, r.plan).await;
        let lost = several::finish(&t.app, &priya, r.plan, &stale, "").await;
        assert!(matches!(lost, Err(Refusal::Db(DbError::Conflict("action")))), "{lost:?}");
        assert_eq!(state(r.by_letter).await, ActionState::NotStarted, "all or none");
        let form = [
            ("done", mapped.as_str()),
            ("done", letter.as_str()),
            (map_seen.as_str(), "1"),
            (letter_seen.as_str(), "1"),
            ("words", "Gone through on Monday"),
        ];
        let told = t.post(Some(&w.priya), &page, &form).await.expect(422);
        let _ = told.contains("Gone through on Monday").contains("checked");
        let mut again = form;
        again[2].1 = "2";
        let _ = t.post(Some(&w.priya), &page, &again).await.expect(303);
        assert_eq!(state(r.mapped).await, ActionState::Done);
        assert_eq!(state(r.by_letter).await, ActionState::Done);
        // Done is not done twice, and nobody ticks for somebody else's objective.
        let again = several::finish(&t.app, &priya, r.plan, &[(r.mapped, 3)], "").await;
        assert!(matches!(again, Err(Refusal::NotNow(_))), "{again:?}");
        let none = several::finish(&t.app, &priya, r.plan, &[], "").await;
        assert!(matches!(none, Err(Refusal::Fields(_))), "{none:?}");
        let form = [("done", letter.as_str()), (letter_seen.as_str(), "2")];
        let _ = t.post(Some(&w.aisha), &page, &form).await.expect(404);
    })
    .await;
}
