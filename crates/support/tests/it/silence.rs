//! Support of which nothing is heard, and the agreement that says who is told.

use access::Permit;
use support::{
    AgreementId,
    agreements::{Quiet, Terms, acts},
    silence, watch,
};
use testkit::{TestApp, both};

use crate::{
    thread::{drafted, find, permit, sign, tend},
    world::{World, at, setup, world},
};

/// A day's round, and the first names of those it wrote to.
async fn round(t: &TestApp, day: &str) -> Vec<String> {
    at(t, &format!("{day}T06:00:00Z")).await;
    silence::tend(&t.app, &Permit::system("test", t.app.clock.now())).await.unwrap();
    let mut names: Vec<String> = t
        .letters()
        .await
        .into_iter()
        .filter(|letter| letter.subject == "Support has gone quiet")
        .map(|letter| letter.recipient.split(['.', '@']).next().unwrap_or("").to_owned())
        .collect();
    names.sort();
    names
}

/// Signed with these words about silence, and begun on 4 January.
async fn begun(t: &TestApp, w: &World, quiet: Option<Quiet>) -> AgreementId {
    let id = drafted(t, w, &Terms { quiet, ..w.terms() }).await;
    acts::offer(&t.app, &permit(t, &w.marcus, id).await, id).await.unwrap();
    for who in [&w.daniel, &w.priya, &w.chair] {
        sign(t, who, id).await.unwrap();
    }
    at(t, "2027-01-04T06:00:00Z").await;
    tend(t).await;
    t.letters().await;
    id
}

#[tokio::test]
async fn each_is_told_after_the_days_of_the_agreement_and_a_word_ends_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let quiet = Quiet { asked: 10, heads: Some(15), broker: Some(18) };
        let id = begun(&t, &w, Some(quiet)).await;
        for (day, expected) in [
            ("2027-01-13", vec![]),
            ("2027-01-14", vec!["daniel"]),
            ("2027-01-14", vec![]),
            ("2027-01-18", vec![]),
            ("2027-01-19", vec!["daniel", "priya"]),
            ("2027-01-22", vec!["marcus"]),
            ("2027-01-29", vec![]),
        ] {
            assert_eq!(round(&t, day).await, expected, "{day}");
        }
        // What the round itself wrote down ends no silence; what a person does, ends it.
        let quiet = watch_of(&t, &w).await;
        assert_eq!(quiet.len(), 1);
        let priya = permit(&t, &w.priya, id).await.because("A word about next week");
        support::course::pause(&t.app, &priya, id).await.unwrap();
        assert!(round(&t, "2027-03-01").await.is_empty(), "a rest is no silence");
        let priya = permit(&t, &w.priya, id).await;
        support::course::resume(&t.app, &priya, id).await.unwrap();
        assert!(round(&t, "2027-03-10").await.is_empty());
        assert!(watch_of(&t, &w).await.is_empty());
        assert!(round(&t, "2027-03-13").await.is_empty(), "a Saturday");
        assert_eq!(round(&t, "2027-03-15").await, ["daniel"], "it begins at the first step again");
    })
    .await;
}

async fn watch_of(t: &TestApp, w: &World) -> Vec<Vec<foundation::web::Cell>> {
    let marcus = t.visitor(&w.marcus).await;
    let today = t.app.clock.today();
    watch::over(&t.app.db, &marcus, w.alliance, today).await.unwrap().quiet.rows
}

#[tokio::test]
async fn who_agreed_on_nothing_hears_nothing_and_the_broker_sees_it_after_six_weeks() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        begun(&t, &w, None).await;
        for day in ["2027-02-05", "2027-03-05"] {
            assert!(round(&t, day).await.is_empty(), "{day}");
        }
        at(&t, "2027-02-12T06:00:00Z").await;
        assert!(watch_of(&t, &w).await.is_empty());
        at(&t, "2027-03-05T06:00:00Z").await;
        assert_eq!(watch_of(&t, &w).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_steps_are_typed_read_before_signing_and_put_right_at_their_field() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        let page = format!("/agreements/{id}/edit/promises");
        let form = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = form.contains("Days until both heads are told");
        let seen = find(&t, id).await.version.to_string();
        let terms = w.terms();
        let mut fields = vec![
            ("seen", seen.as_str()),
            ("confidentiality", terms.confidentiality.as_str()),
            ("data", terms.data.as_str()),
            ("safeguarding", terms.safeguarding.as_str()),
            ("exit", "Kept as it was typed"),
            ("quiet_asked", "30"),
            ("quiet_heads", "20"),
        ];
        let refused = t.post(Some(&w.marcus), &page, &fields).await.expect(422);
        let _ = refused.contains("enter more days").contains("Kept as it was typed");
        fields[6] = ("quiet_heads", "40");
        let _ = t.post(Some(&w.marcus), &page, &fields).await.expect(303);
        let shown = t.get(Some(&w.marcus), &format!("/agreements/{id}")).await.expect(200);
        let _ = shown
            .contains("After 30 days without a word, whoever has it in hand is asked")
            .contains("After 40 days without a word, the heads of both schools are told");
    })
    .await;
}
