//! Two people at once: one wins, the other is told.

use access::Action;
use brokerage::cadre::SupporterRef;
use brokerage::proposals::{self, NewProposal, Reply, Side};
use brokerage::requests::{self, State};
use matching::Depth;
use needs::ActError;
use testkit::both;

use crate::world::{leader, matching, permit, setup, world};

fn new(supporter: SupporterRef) -> NewProposal {
    NewProposal { supporter, half_days: 18, reason: String::new(), message: String::new() }
}

#[tokio::test]
async fn of_two_brokers_proposing_at_once_one_wins_and_the_other_is_told() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (_, second) = leader(&t, w.alliance, "Bea Lund", 999_202, Depth::Expert).await;
        let id = matching(&t, &w).await;
        let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
        let marcus = permit(&t, &w.marcus, Action::Broker, &request.resource()).await;
        let mina = permit(&t, &w.mina, Action::Broker, &request.resource()).await;
        let (one, two) =
            (new(SupporterRef::Designation(w.aisha_as)), new(SupporterRef::Designation(second)));
        let (a, b) = tokio::join!(
            proposals::propose(&t.app, &marcus, id, request.version, &one),
            proposals::propose(&t.app, &mina, id, request.version, &two),
        );
        let lost = match (a, b) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            other => panic!("exactly one wins: {other:?}"),
        };
        let told = lost.to_string();
        assert!(
            matches!(lost, ActError::Db(foundation::DbError::Conflict(_)) | ActError::Refused(_)),
            "{told}"
        );
        assert_eq!(proposals::proposals_of(&t.app.db, id).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_no_frees_the_time_and_the_request_is_matched_again() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
        let broker = permit(&t, &w.marcus, Action::Broker, &request.resource()).await;
        let one = new(SupporterRef::Designation(w.aisha_as));
        let first = proposals::propose(&t.app, &broker, id, request.version, &one).await.unwrap();
        let it = proposals::proposal(&t.app.db, first).await.unwrap().unwrap();
        let side = it.side_resource(&request, Side::Supporting);
        let daniel = permit(&t, &w.daniel, Action::Sign, &side).await;
        let no = Reply::Decline("Year 2 has two teachers away".to_owned());
        proposals::respond(&t.app, &daniel, first, Side::Supporting, &no).await.unwrap();
        let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(request.state, State::Rematch);
        let again = proposals::respond(&t.app, &daniel, first, Side::Supporting, &Reply::Accept);
        assert!(again.await.is_err(), "an answered proposal stays answered");
        proposals::propose(&t.app, &broker, id, request.version, &one).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn beyond_the_first_three_a_reason_is_required_and_hard_rules_bar() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        for (name, urn) in [("Bea Lund", 999_202), ("Cy Marsh", 999_203), ("Dot Fenn", 999_205)] {
            leader(&t, w.alliance, name, urn, Depth::Expert).await;
        }
        // Bayside is to be avoided, so its leader is removed, with the reason.
        let (_, bayside) = leader(&t, w.alliance, "Eve Bay", 999_102, Depth::Leading).await;
        let id = matching(&t, &w).await;
        let today = t.app.clock.today();
        let case = brokerage::desk::case(&t.app.db, id, today).await.unwrap().unwrap();
        let list = case.shortlist().unwrap();
        assert_eq!(list.kept.len(), 4);
        let request = &case.request;
        let broker = permit(&t, &w.marcus, Action::Broker, &request.resource()).await;
        let barred = new(SupporterRef::Designation(bayside));
        let told = proposals::propose(&t.app, &broker, id, request.version, &barred).await;
        assert!(told.unwrap_err().to_string().contains("would rather not be matched here"));
        let mut last = new(list.kept[3].supporter.parse().unwrap());
        let told = proposals::propose(&t.app, &broker, id, request.version, &last).await;
        assert!(told.unwrap_err().to_string().contains("not among the first three"));
        last.reason = "She has worked with this staff before".to_owned();
        proposals::propose(&t.app, &broker, id, request.version, &last).await.unwrap();
        let it = proposals::current(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!((it.place, it.considered), (Some(4), 4));
        assert_eq!(it.reason, last.reason);
    })
    .await;
}
