//! Other alliances learn nothing; nothing changes on looking.

use access::Action;
use brokerage::cadre::SupporterRef;
use brokerage::proposals::{self, NewProposal};
use brokerage::requests;
use foundation::Sql as _;
use testkit::both;

use crate::world::{matching, permit, setup, world};

#[tokio::test]
async fn other_alliances_get_404_everywhere() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
        let broker = permit(&t, &w.marcus, Action::Broker, &request.resource()).await;
        let new = NewProposal {
            supporter: SupporterRef::Designation(w.aisha_as),
            half_days: 18,
            reason: String::new(),
            message: String::new(),
        };
        let it = proposals::propose(&t.app, &broker, id, request.version, &new).await.unwrap();
        let before = t.app.db.count("SELECT count(*) AS n FROM event", []).await.unwrap();
        let proposal = format!("/requests/{id}/proposal/{it}");
        let pages = [
            format!("/requests/{id}"),
            format!("/requests/{id}/edit"),
            format!("/requests/{id}/letter"),
            proposal.clone(),
            format!("/desk/{id}"),
            format!("/desk/{id}/compare"),
            format!("/desk/{id}/propose?supporter=x"),
        ];
        for path in &pages {
            for who in [&w.stranger, &w.other_broker] {
                let _ = t.get(Some(who), path).await.expect(404).lacks("Early reading");
            }
            assert!(t.get(None, path).await.expect(303).location().starts_with("/sign-in"));
        }
        for path in [
            format!("/requests/{id}/submit"),
            format!("/requests/{id}/withdraw"),
            proposal.clone(),
            format!("{proposal}/declare"),
            format!("{proposal}/safeguards"),
            format!("/desk/{id}/answer"),
            format!("/desk/{id}/start"),
            format!("/desk/{id}/shortlist"),
            format!("/desk/{id}/propose"),
            format!("/desk/{id}/rematch"),
            format!("/desk/{id}/assess"),
            format!("/desk/{id}/check"),
            format!("/desk/{id}/clear"),
        ] {
            for who in [&w.stranger, &w.other_broker] {
                let form = [("answer", "yes"), ("reason", "x"), ("declaration", "x")];
                let _ = t.post(Some(who), &path, &form).await.expect(404);
            }
        }
        // Heads see their own proposal and never the desk.
        let _ = t.get(Some(&w.daniel), &format!("/desk/{id}")).await.expect(404);
        let _ = t.get(Some(&w.priya), &format!("/desk/{id}")).await.expect(404);
        let _ = t.get(Some(&w.daniel), &format!("/requests/{id}")).await.expect(404);
        let _ = t.get(Some(&w.daniel), &proposal).await.expect(200);
        let _ = t.get(Some(&w.stranger), "/desk").await.expect(404);
        for path in ["/cadre", "/offers", "/requests", "/desk/coverage", "/desk/coverage.csv"] {
            let _ = t.get(Some(&w.marcus), path).await.expect(200);
        }
        let _ = t.get(Some(&w.other_broker), "/cadre").await.expect(200).lacks("Aisha Khan");
        let _ = t.get(Some(&w.other_broker), &format!("/cadre/{}", w.aisha_as)).await.expect(404);
        let after = t.app.db.count("SELECT count(*) AS n FROM event", []).await.unwrap();
        assert_eq!(before, after, "looking and being refused changes nothing");
    })
    .await;
}
