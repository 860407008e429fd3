//! Passkeys with an authenticator made here: its keys are real, its screen is missing.

use access::{AccountId, Post, Role, leaving, passkeys, policy, sessions};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use foundation::Sql as _;
use jiff::SignedDuration;
use ring::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use testkit::{Answer, Persona, TestApp, both};

use crate::signing_in::setup;

/// A device with one passkey.
struct Device {
    pair: EcdsaKeyPair,
    id: String,
    counter: u32,
}

const ORIGIN: &str = "http://127.0.0.1:8080";

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A data attribute of the page.
fn data(page: &str, name: &str) -> String {
    let mark = format!("data-{name}=\"");
    page.split(&mark).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn client(kind: &str, challenge: &str) -> Vec<u8> {
    format!(
        "{{\"type\":\"webauthn.{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{ORIGIN}\"}}"
    )
    .into_bytes()
}

impl Device {
    fn new(name: &str) -> Self {
        let (kind, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap();
        Self { pair, id: encoded(name.as_bytes()), counter: 0 }
    }

    fn said(&self, flags: u8) -> Vec<u8> {
        let host = digest::digest(&digest::SHA256, b"127.0.0.1");
        [host.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn attestation(&self) -> String {
        let id = URL_SAFE_NO_PAD.decode(&self.id).unwrap();
        let point = self.pair.public_key().as_ref();
        let mut said = self.said(0x45);
        said.extend_from_slice(&[0; 16]);
        said.extend_from_slice(&u16::try_from(id.len()).unwrap().to_be_bytes());
        said.extend_from_slice(&id);
        said.extend_from_slice(&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        said.extend_from_slice(&point[1..33]);
        said.extend_from_slice(&[0x22, 0x58, 32]);
        said.extend_from_slice(&point[33..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend_from_slice(&u16::try_from(said.len()).unwrap().to_be_bytes());
        object.extend_from_slice(&said);
        encoded(&object)
    }

    async fn add(&self, t: &TestApp, who: &Persona, name: &str) -> Answer {
        let page = t.get(Some(who), "/account/passkeys/new").await.expect(200);
        let client = encoded(&client("create", &data(&page.body, "challenge")));
        let attestation = self.attestation();
        let form = [("name", name), ("client", &client), ("attestation", &attestation)];
        t.post(Some(who), "/account/passkeys/new", &form).await
    }

    async fn sign(&mut self, t: &TestApp) -> [(&'static str, String); 4] {
        let page = t.get(None, "/sign-in/passkey").await.expect(200);
        self.counter += 1;
        let (client, said) = (client("get", &data(&page.body, "challenge")), self.said(0x05));
        let hash = digest::digest(&digest::SHA256, &client);
        let message = [&said[..], hash.as_ref()].concat();
        let signed = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        [
            ("credential", self.id.clone()),
            ("client", encoded(&client)),
            ("authenticator", encoded(&said)),
            ("signature", encoded(signed.as_ref())),
        ]
    }
}

async fn send(t: &TestApp, form: &[(&'static str, String)]) -> Answer {
    let form: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    t.post(None, "/sign-in/passkey", &form).await
}

async fn entered(t: &TestApp, answer: &Answer) -> Option<AccountId> {
    let token = answer.cookie(sessions::COOKIE)?;
    sessions::resume(&t.app, &token).await.unwrap().map(|it| it.account)
}

fn renewed(who: &Persona, answer: &Answer) -> Persona {
    Persona { token: answer.cookie(sessions::COOKIE).unwrap(), ..who.clone() }
}

#[tokio::test]
async fn a_passkey_is_added_named_used_renamed_and_removed() {
    both(&setup(), async |t| {
        let who = t.person("Priya Shah", &[]).await;
        let elsewhere = t.sign_in(who.account, "Priya Shah").await;
        let mut laptop = Device::new("laptop");
        let who = renewed(&who, &laptop.add(&t, &who, "Work laptop").await.expect(303));
        // A new way in gives this session a new token and ends the others.
        assert!(sessions::resume(&t.app, &elsewhere.token).await.unwrap().is_none());
        let _ = t.get(Some(&who), "/account").await.expect(200).contains("Work laptop");
        assert!(t.letters().await.iter().any(|letter| letter.body.contains("“Work laptop” now")));
        let _ = laptop.add(&t, &who, "Again").await.expect(422).contains("registered already");
        let form = laptop.sign(&t).await;
        let welcome = send(&t, &form).await.expect(303);
        assert_eq!(entered(&t, &welcome).await, Some(who.account));
        // The same answer a second time opens nothing.
        let _ = send(&t, &form).await.expect(422).contains("sent twice");
        let id = &passkeys::of(&t.app.db, who.account).await.unwrap()[0].id;
        let page = format!("/account/passkeys/{id}");
        let _ = t.post(Some(&who), &page, &[("name", "")]).await.expect(422);
        let _ = t.post(Some(&who), &page, &[("name", "Old laptop")]).await.expect(303);
        let _ = t.get(Some(&who), &page).await.expect(200).contains("Old laptop");
        // Nobody else can see, rename or remove it.
        let stranger = t.person("Daniel Okoro", &[]).await;
        let _ = t.get(Some(&stranger), &page).await.expect(404);
        let _ = t.post(Some(&stranger), &page, &[("name", "Mine")]).await.expect(404);
        let _ = t.post(Some(&stranger), &format!("{page}/remove"), &[]).await.expect(404);
        let _ = t.post(Some(&who), &format!("{page}/remove"), &[]).await.expect(303);
        let form = laptop.sign(&t).await;
        let _ = send(&t, &form).await.expect(422).contains("not known here");
    })
    .await;
}

#[tokio::test]
async fn a_challenge_is_ours_for_its_purpose_and_stands_ten_minutes() {
    let t = TestApp::sqlite(&setup()).await;
    let (who, other) = (t.person("Priya Shah", &[]).await, t.person("Daniel Okoro", &[]).await);
    let mut laptop = Device::new("laptop");
    let form = |challenge: &str| {
        [
            ("name".to_owned(), "Laptop".to_owned()),
            ("client".to_owned(), encoded(&client("create", challenge))),
            ("attestation".to_owned(), laptop.attestation()),
        ]
    };
    let page = t.get(Some(&who), "/account/passkeys/new").await.expect(200);
    let own = data(&page.body, "challenge");
    let theirs = {
        let page = t.get(Some(&other), "/account/passkeys/new").await.expect(200);
        data(&page.body, "challenge")
    };
    let signing = data(&t.get(None, "/sign-in/passkey").await.body, "challenge");
    for foreign in [theirs.as_str(), &signing, "", "AAAA", &encoded(&[7; 40])] {
        let form = form(foreign);
        let form: Vec<(&str, &str)> = form.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let _ = t.post(Some(&who), "/account/passkeys/new", &form).await.expect(422);
    }
    let late = form(&own);
    let late: Vec<(&str, &str)> = late.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    t.advance(passkeys::VALID + SignedDuration::from_secs(1));
    let refused = t.post(Some(&who), "/account/passkeys/new", &late).await.expect(422);
    let _ = refused.contains("open for too long");
    assert!(passkeys::of(&t.app.db, who.account).await.unwrap().is_empty());
    let _ = laptop.add(&t, &who, "Laptop").await.expect(303);
    let form = laptop.sign(&t).await;
    t.advance(passkeys::VALID + SignedDuration::from_secs(1));
    let _ = send(&t, &form).await.expect(422);
}

#[tokio::test]
async fn a_copy_is_noticed_and_kept_in_the_record() {
    both(&setup(), async |t| {
        let who = t.person("Priya Shah", &[]).await;
        let mut laptop = Device::new("laptop");
        let _ = laptop.add(&t, &who, "Laptop").await.expect(303);
        laptop.counter = 10;
        let form = laptop.sign(&t).await;
        let _ = send(&t, &form).await.expect(303);
        laptop.counter = 3;
        let form = laptop.sign(&t).await;
        let _ = send(&t, &form).await.expect(422).contains("may have been copied");
        let noted = t.app.db.count(
            "SELECT count(*) AS n FROM event WHERE verb = 'was refused a passkey that may be a copy'",
            [],
        );
        assert_eq!(noted.await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn without_javascript_the_page_says_so_and_offers_the_other_ways() {
    let t = TestApp::sqlite(&setup()).await;
    let page = t.get(None, "/sign-in/passkey?back=/schools").await.expect(200);
    let page = page.contains("needs JavaScript").contains("/sign-in/password?back=%2Fschools");
    assert!(page.body.contains(" hidden>"), "the button waits for the script");
    let _ = t.post(None, "/sign-in/passkey", &[]).await.expect(422).contains("JavaScript");
}

#[tokio::test]
async fn an_operator_recovers_an_account_with_a_reason_and_everything_is_told() {
    both(&setup(), async |t| {
        let post = Post::new(policy::installation().owner, Role::Operator, "Operator");
        let admin = t.person("Olu Ade", &[post]).await;
        let who = t.person("Priya Shah", &[]).await;
        let laptop = Device::new("laptop");
        let who = renewed(&who, &laptop.add(&t, &who, "Laptop").await.expect(303));
        let page = format!("/people/{}/recover", who.account);
        let refused = t.get(Some(&who), &page).await;
        assert!(matches!(refused.status.as_u16(), 403 | 404), "{}", refused.status);
        let _ = t.post(Some(&admin), &page, &[("reason", "")]).await.expect(422);
        let _ = t.post(Some(&admin), &page, &[("reason", "Rang the school")]).await.expect(303);
        assert!(passkeys::of(&t.app.db, who.account).await.unwrap().is_empty());
        assert!(sessions::resume(&t.app, &who.token).await.unwrap().is_none());
        assert!(t.letters().await.iter().any(|letter| letter.body.contains("took your password")));
        let reasons = t.app.db.count(
            "SELECT count(*) AS n FROM event WHERE subject_id = $1 AND reason = 'Rang the school'",
            [who.account.into()],
        );
        assert_eq!(reasons.await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_leads_to_choosing_how_to_sign_in() {
    let t = TestApp::sqlite(&setup()).await;
    let permit = access::Permit::system("test", t.app.clock.now());
    let post = Post::new(foundation::OrgRef::School(999_101), Role::Head, "Headteacher");
    let today = t.app.clock.today();
    let _ = leaving::invite(&t.app, &permit, "new.head@example.org", "New Head", &post, today)
        .await
        .unwrap();
    let letters = t.letters().await;
    let path = crate::signing_in::link(&letters[0].body);
    let welcome = t.post(None, &path, &[]).await.expect(303);
    assert_eq!(welcome.location(), "/account/ways");
    let account = entered(&t, &welcome).await.unwrap();
    let token = welcome.cookie(sessions::COOKIE).unwrap();
    let who = Persona { account, name: "New Head".to_owned(), token };
    let page = t.get(Some(&who), "/account/ways").await.expect(200);
    let _ = page
        .contains("Headteacher")
        .contains("/account/passkeys/new")
        .contains("Choose a password");
}
