//! Support that runs already, confirmed by a head who has no account.

use access::partnerships;
use foundation::{Context, OrgRef};
use jiff::civil::date;
use support::{
    AgreementId,
    agreements::{State, store},
};
use testkit::{TestApp, both};

use crate::{
    quick::{answers, id_of},
    thread::{find, sign, tend},
    world::{World, at, school, setup, world},
};

const BRIDGE: u32 = 999_901;

/// Support that Oakfield gives since September to a school in which nobody has an account, sealed
/// and sent for signature.
async fn brought_in(t: &TestApp, w: &World) -> AgreementId {
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    school(&tx, BRIDGE, "Bridge Street Primary").await;
    let start = date(2020, 9, 1);
    let bridge = OrgRef::School(BRIDGE);
    partnerships::join(&tx, &context, w.alliance, bridge, start).await.unwrap();
    tx.commit().await.unwrap();
    let form = answers(&[
        ("supported", "school:999901"),
        ("kind", "call-off"),
        ("days", "5"),
        ("given", "2.5"),
        ("start_on-day", "7"),
        ("start_on-month", "9"),
        ("start_on-year", "2026"),
    ]);
    let sent = t.post(Some(&w.marcus), "/agreements/quick", &form).await.expect(303);
    let id = id_of(sent.location());
    let _ = t.post(Some(&w.marcus), &format!("/agreements/{id}/offer"), &[]).await.expect(303);
    t.letters().await;
    id
}

/// Sends the letter and returns the address in it.
async fn letter(t: &TestApp, w: &World, id: AgreementId, email: &str) -> String {
    let form = [("side", "supported"), ("email", email)];
    let page = format!("/agreements/{id}/letter");
    let _ = t.post(Some(&w.marcus), &page, &form).await.expect(303);
    let letters = t.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].recipient, email);
    let at = letters[0].body.find("/agreements/confirm/").unwrap();
    letters[0].body[at..].split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_head_without_an_account_reads_and_signs_once_and_opens_nothing_else() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = brought_in(&t, &w).await;
        let link = letter(&t, &w, id, "jo@bridge.example").await;
        let page = t.get(None, &link).await.expect(200);
        let page = page
            .contains("You sign for Bridge Street Primary")
            .contains("Brought in on")
            .contains("Phonics in Year 1");
        let hash = find_hash(&page.body);
        assert_eq!(find(&t, id).await.state(), State::Offered, "looking changes nothing");
        // What is missing is said at its field, and nothing typed is lost or used up.
        let half = [("hash", hash.as_str()), ("name", "Jo Bell")];
        let refused = t.post(None, &link, &half).await.expect(422);
        let _ = refused.contains("Say as what you sign").contains("Jo Bell");
        let stale = [("hash", "another"), ("name", "Jo Bell"), ("title", "Headteacher")];
        let _ = t.post(None, &link, &stale).await.expect(422).contains("has changed since");
        let whole = [("hash", hash.as_str()), ("name", "Jo Bell"), ("title", "Headteacher")];
        let _ = t.post(None, &link, &whole).await.expect(200).contains("has arrived");
        assert_eq!(find(&t, id).await.state(), State::SignedSupported);
        let signatures = store::signatures(&t.app.db, id).await.unwrap();
        assert_eq!(signatures[0].account, "link:jo@bridge.example");
        assert_eq!(signatures[0].org, OrgRef::School(BRIDGE));
        // Used once; the record itself stays closed to whoever holds the letter.
        let _ = t.get(None, &link).await.expect(200).contains("This link is over");
        let _ = t.post(None, &link, &whole).await.expect(200).contains("This link is over");
        let _ = t.get(None, &format!("/agreements/{id}")).await.expect(303);
        assert_eq!(sign(&t, &w.daniel, id).await.unwrap(), State::Signed);
        let shown = t.get(Some(&w.daniel), &format!("/agreements/{id}/print")).await.expect(200);
        let _ = shown.contains("Jo Bell").lacks("was tampered with");
        at(&t, "2027-01-04T06:00:00Z").await;
        tend(&t).await;
        assert_eq!(find(&t, id).await.state(), State::Active);
    })
    .await;
}

/// The fingerprint that the page sends back.
fn find_hash(body: &str) -> String {
    let rest = body.split("id=\"hash\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_broker_alone_asks_and_never_for_a_side_that_can_sign_itself() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = brought_in(&t, &w).await;
        let page = format!("/agreements/{id}/letter");
        let seen = t.get(Some(&w.marcus), &format!("/agreements/{id}")).await.expect(200);
        let _ = seen.contains(&page);
        let seen = t.get(Some(&w.daniel), &format!("/agreements/{id}")).await.expect(200);
        let _ = seen.lacks(&page);
        let form = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = form.contains("Bridge Street Primary").lacks("value=\"supporting\"");
        let good = [("side", "supported"), ("email", "jo@bridge.example")];
        let _ = t.get(Some(&w.daniel), &page).await.expect(403);
        let _ = t.post(Some(&w.daniel), &page, &good).await.expect(403);
        let _ = t.post(Some(&w.stranger), &page, &good).await.expect(404);
        for (email, why) in [
            ("jo", "Enter an e-mail address"),
            ("daniel.reyes@example.org", "nobody signs for the other side"),
            ("marcus.webb@example.org", "nobody signs for the other side"),
        ] {
            let form = [("side", "supported"), ("email", email)];
            let _ = t.post(Some(&w.marcus), &page, &form).await.expect(422).contains(why);
        }
        let _ = t
            .post(Some(&w.marcus), &page, &[("side", "supporting"), ("email", "x@y.example")])
            .await
            .expect(422)
            .contains("No signature is asked for by letter on this side");
        assert!(t.letters().await.is_empty());
        // A second letter ends the first; what is taken back is signed by nobody.
        let first = letter(&t, &w, id, "jo@bridge.example").await;
        let second = letter(&t, &w, id, "joanna@bridge.example").await;
        let _ = t.get(None, &first).await.expect(200).contains("This link is over");
        let _ = t.get(None, &second).await.expect(200).contains("Read and confirm");
        let back = format!("/agreements/{id}/do/back");
        let why = [("reason", "The days are wrong")];
        let _ = t.post(Some(&w.marcus), &back, &why).await.expect(303);
        let _ = t.get(None, &second).await.expect(200).contains("This link is over");
    })
    .await;
}
