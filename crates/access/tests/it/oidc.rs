//! Signing in through a provider: a real one over HTTP on this machine, which signs with keys of
//! its own and can be told to lie.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use access::{AccountId, Action, accounts, authorize, identities, leaving, oidc, policy};
use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Request, header},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use foundation::{
    Clock, OrgRef, Sql as _,
    providers::{OrganisationClaim, Provider},
    web::FormData,
};
use jiff::SignedDuration;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use testkit::{Answer, Persona, TestApp, both};

use crate::signing_in::setup;

/// What the provider does next.
struct Behaviour {
    claims: BTreeMap<&'static str, Value>,
    header: Value,
    key: usize,
    published: Vec<usize>,
    broken_signature: bool,
    asked: Vec<(HeaderMap, FormData)>,
}

struct Inner {
    issuer: String,
    clock: Clock,
    keys: Vec<EcdsaKeyPair>,
    /// Code to nonce and PKCE challenge, as the authorisation page would keep them.
    codes: Mutex<BTreeMap<String, (String, String)>>,
    behaviour: Mutex<Behaviour>,
}

/// A provider that listens on this machine.
#[derive(Clone)]
struct Issuer(Arc<Inner>);

fn pair() -> EcdsaKeyPair {
    let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap()
}

async fn discovery(State(it): State<Issuer>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", it.0.issuer);
    Json(json!({
        "issuer": it.0.issuer,
        "authorization_endpoint": at("/authorise"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "end_session_endpoint": at("/leave"),
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
    }))
}

async fn keys(State(it): State<Issuer>) -> Json<Value> {
    let published = it.0.behaviour.lock().unwrap().published.clone();
    let keys: Vec<Value> = published
        .iter()
        .map(|&at| {
            let point = it.0.keys[at].public_key().as_ref();
            let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
            json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": format!("k{at}"),
                    "x": part(1..33), "y": part(33..65) })
        })
        .collect();
    Json(json!({ "keys": keys }))
}

async fn token(
    State(it): State<Issuer>,
    headers: HeaderMap,
    body: String,
) -> (axum::http::StatusCode, Json<Value>) {
    let form = FormData::decode(body.as_bytes());
    let known = it.0.codes.lock().unwrap().remove(form.text("code"));
    let digest = ring::digest::digest(&ring::digest::SHA256, form.text("code_verifier").as_bytes());
    let challenge = URL_SAFE_NO_PAD.encode(digest);
    let mut behaviour = it.0.behaviour.lock().unwrap();
    behaviour.asked.push((headers, form));
    let Some((nonce, _)) = known.filter(|(_, expected)| *expected == challenge) else {
        return (axum::http::StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    };
    let now = it.0.clock.now().as_second();
    let mut claims = json!({
        "iss": it.0.issuer, "aud": "alongside", "sub": "person-7", "nonce": nonce,
        "iat": now, "exp": now + 300,
    });
    for (name, value) in &behaviour.claims {
        claims[*name] = value.clone();
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(&behaviour.header), encode(&claims));
    let key = &it.0.keys[behaviour.key];
    let mut signed = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec();
    if behaviour.broken_signature {
        signed[10] ^= 1;
    }
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signed));
    let answer = json!({ "access_token": "x", "token_type": "Bearer", "id_token": token });
    (axum::http::StatusCode::OK, Json(answer))
}

impl Issuer {
    /// Starts listening and tells the product about it.
    async fn start(t: &mut TestApp) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let behaviour = Behaviour {
            claims: BTreeMap::new(),
            header: json!({ "alg": "ES256", "kid": "k0" }),
            key: 0,
            published: vec![0],
            broken_signature: false,
            asked: Vec::new(),
        };
        let it = Self(Arc::new(Inner {
            issuer: issuer.clone(),
            clock: t.app.clock.clone(),
            keys: vec![pair(), pair()],
            codes: Mutex::default(),
            behaviour: Mutex::new(behaviour),
        }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(it.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let secret = t.folder().join("client-secret");
        std::fs::write(&secret, "a secret of the client\n").unwrap();
        t.configure(|config| {
            config.providers = vec![Provider {
                key: "dfe".to_owned(),
                name: "DfE Sign-in".to_owned(),
                issuer,
                client_id: "alongside".to_owned(),
                client_secret_file: Some(secret),
                scopes: Vec::new(),
                organisation: OrganisationClaim::DfeSignIn,
            }];
        });
        it
    }

    fn will(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.0.behaviour.lock().unwrap());
    }

    fn claims(&self, claims: &[(&'static str, Value)]) {
        self.will(|it| it.claims = claims.iter().cloned().collect());
    }

    /// What the authorisation page does with the browser: remembers nonce and challenge under a
    /// code, and sends back code, state and its own name.
    fn authorise(&self, url: &str) -> String {
        assert!(url.starts_with(&format!("{}/authorise?", self.0.issuer)), "{url}");
        let query = FormData::decode(url.split_once('?').unwrap().1.as_bytes());
        assert_eq!(query.text("response_type"), "code");
        assert_eq!(query.text("code_challenge_method"), "S256");
        assert_eq!(query.text("client_id"), "alongside");
        assert_eq!(query.text("scope"), "openid email profile");
        assert!(query.text("redirect_uri").ends_with("/sign-in/with/dfe/answer"));
        let mut codes = self.0.codes.lock().unwrap();
        let code = format!("code-{}-{}", codes.len(), query.text("state").len());
        codes.insert(
            code.clone(),
            (query.text("nonce").to_owned(), query.text("code_challenge").to_owned()),
        );
        format!("code={code}&state={}&iss={}", query.text("state"), self.0.issuer)
    }
}

fn set_cookie(answer: &Answer, name: &str) -> Option<String> {
    answer.cookie(name).filter(|value| !value.is_empty())
}

async fn get_with(t: &TestApp, path: &str, cookies: &[(&str, &str)]) -> Answer {
    let cookies: Vec<String> =
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::builder()
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::COOKIE, cookies.join("; "))
        .body(Body::empty())
        .unwrap();
    t.send_raw(request).await
}

const ATTEMPT: &str = "alongside_attempt";

/// Begins at our sign-in page: the provider's address and the browser's cookie.
async fn begin(t: &TestApp) -> (String, String) {
    let sent = t.get(None, "/sign-in/with/dfe?back=/schools").await.expect(303);
    let cookie = set_cookie(&sent, ATTEMPT).expect("a cookie that holds the attempt");
    (sent.location().to_owned(), cookie)
}

async fn answer(t: &TestApp, query: &str, cookie: &str) -> Answer {
    get_with(t, &format!("/sign-in/with/dfe/answer?{query}"), &[(ATTEMPT, cookie)]).await
}

async fn whole(t: &TestApp, issuer: &Issuer) -> Answer {
    let (url, cookie) = begin(t).await;
    answer(t, &issuer.authorise(&url), &cookie).await
}

async fn link(t: &TestApp, issuer: &Issuer, who: &Persona) -> Answer {
    let page = t.post(Some(who), "/account/providers/dfe", &[]).await.expect(200);
    let cookie = set_cookie(&page, ATTEMPT).unwrap();
    let start = page.body.find(&issuer.0.issuer).unwrap();
    let url =
        page.body[start..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let query = issuer.authorise(&url);
    let cookies = [(ATTEMPT, cookie.as_str()), (access::sessions::COOKIE, who.token.as_str())];
    get_with(t, &format!("/sign-in/with/dfe/answer?{query}"), &cookies).await
}

async fn signed_in(t: &TestApp, answer: &Answer) -> Option<AccountId> {
    let token = set_cookie(answer, access::sessions::COOKIE)?;
    access::sessions::resume(&t.app, &token).await.unwrap().map(|it| it.account)
}

#[tokio::test]
async fn a_linked_person_signs_in_and_the_record_says_so() {
    both(&setup(), async |mut t| {
        let issuer = Issuer::start(&mut t).await;
        let who = t.person("Priya Shah", &[]).await;
        // An address that is verified is not enough: nobody was invited.
        let email = ("email", json!("priya.shah@example.org"));
        issuer.claims(&[email.clone(), ("email_verified", json!(true))]);
        let refused = whole(&t, &issuer).await.expect(403).contains("do not know you");
        assert_eq!(signed_in(&t, &refused).await, None);
        assert_eq!(link(&t, &issuer, &who).await.expect(303).location(), "/account");
        let entered = whole(&t, &issuer).await.expect(303);
        assert_eq!(entered.location(), "/schools");
        assert_eq!(signed_in(&t, &entered).await, Some(who.account));
        let _ = t.get(Some(&who), "/account").await.expect(200).contains("Unlink DfE Sign-in");
        for verb in ["linked a provider", "signed in"] {
            let rows = t.app.db.count(
                "SELECT count(*) AS n FROM event WHERE subject = 'account' AND verb = $1",
                [verb.into()],
            );
            assert_eq!(rows.await.unwrap(), 1, "{verb}");
        }
        assert!(t.letters().await.iter().any(|letter| letter.body.contains("DfE Sign-in now")));
        // The client's secret goes to the token endpoint in a header, and the verifier with it.
        issuer.will(|it| {
            let (headers, form) = it.asked.last().unwrap();
            let sent = headers[header::AUTHORIZATION].to_str().unwrap();
            assert!(sent.starts_with("Basic "), "{sent}");
            assert_eq!(form.text("client_secret"), "");
            assert_eq!(form.text("code_verifier").len(), 43);
        });
        // The session counts as one with a second step where the provider says so, and only there.
        let proved = async |answer: &Answer| {
            let token = set_cookie(answer, access::sessions::COOKIE).unwrap();
            access::sessions::resume(&t.app, &token).await.unwrap().unwrap().proved
        };
        assert!(!proved(&entered).await);
        for (methods, counts) in
            [(json!(["pwd"]), false), (json!("mfa"), false), (json!(["pwd", "mfa"]), true)]
        {
            issuer.claims(&[email.clone(), ("amr", methods.clone())]);
            let again = whole(&t, &issuer).await.expect(303);
            assert_eq!(proved(&again).await, counts, "{methods}");
        }
        // Signing out says that the provider may still be signed in.
        let token = set_cookie(&entered, access::sessions::COOKIE).unwrap();
        let session = Persona { token, ..who.clone() };
        let _ = t
            .post(Some(&session), "/sign-out", &[])
            .await
            .expect(200)
            .contains("may still be signed in to DfE Sign-in")
            .contains("/leave?client_id=alongside");
        // Unlinked, it opens nothing.
        let identity = &identities::of(&t.app.db, who.account).await.unwrap()[0];
        let form = [("issuer", identity.issuer.as_str()), ("subject", identity.subject.as_str())];
        let _ = t.post(Some(&who), "/account/providers/dfe/remove", &form).await.expect(303);
        let _ = whole(&t, &issuer).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn an_invited_person_joins_only_by_an_address_the_provider_has_checked() {
    both(&setup(), async |mut t| {
        let issuer = Issuer::start(&mut t).await;
        let admin = t
            .person(
                "Olu Ade",
                &[access::Post::new(
                    policy::installation().owner,
                    access::Role::Operator,
                    "Operator",
                )],
            )
            .await;
        let visitor = t.visitor(&admin).await;
        let permit = authorize(&t.app, &visitor, Action::Update, &policy::installation()).unwrap();
        let post = access::Post::new(OrgRef::School(999_101), access::Role::Head, "Head");
        let today = t.app.clock.today();
        let account =
            leaving::invite(&t.app, &permit, "new.head@example.org", "New Head", &post, today)
                .await
                .unwrap();
        let email = ("email", json!("New.Head@example.org"));
        for unchecked in [json!(false), json!(null), json!("yes")] {
            issuer.claims(&[email.clone(), ("email_verified", unchecked)]);
            let _ = whole(&t, &issuer).await.expect(403);
        }
        let organisation = json!({ "category": { "id": "001" }, "urn": "999102" });
        issuer.claims(&[
            email.clone(),
            ("email_verified", json!(true)),
            ("organisation", organisation),
        ]);
        let entered = whole(&t, &issuer).await.expect(303);
        assert_eq!(entered.location(), "/account/ways");
        assert_eq!(signed_in(&t, &entered).await, Some(account));
        let suggested = identities::suggested(&t.app.db, account, today).await.unwrap();
        assert_eq!(suggested[0].org, OrgRef::School(999_102));
        // The invitation is used up: its link opens nothing, and another identity joins nobody.
        let letters = t.letters().await;
        let letter = letters.iter().find(|l| l.subject.contains("invitation")).unwrap();
        let _ = t.post(None, &crate::signing_in::link(&letter.body), &[]).await.expect(403);
        issuer.claims(&[email, ("email_verified", json!(true)), ("sub", json!("another"))]);
        let _ = whole(&t, &issuer).await.expect(403);
        assert_eq!(identities::of(&t.app.db, account).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whatever_does_not_fit_is_refused() {
    let mut t = TestApp::sqlite(&setup()).await;
    let issuer = Issuer::start(&mut t).await;
    let who = t.person("Priya Shah", &[]).await;
    let _ = link(&t, &issuer, &who).await.expect(303);
    let now = t.app.clock.now().as_second();
    let lies: &[(&'static str, Value)] = &[
        ("iss", json!("https://issuer.example")),
        ("aud", json!("somebody-else")),
        ("aud", json!(["alongside", "somebody-else"])),
        ("azp", json!("somebody-else")),
        ("nonce", json!("of another attempt")),
        ("nonce", json!(null)),
        ("exp", json!(now - 120)),
        ("iat", json!(now - 3600)),
        ("iat", json!(now + 3600)),
        ("nbf", json!(now + 3600)),
        ("sub", json!("")),
        ("sub", json!(7)),
    ];
    for lie in lies {
        issuer.claims(std::slice::from_ref(lie));
        let refused = whole(&t, &issuer).await.expect(403).contains("does not fit together");
        assert_eq!(signed_in(&t, &refused).await, None, "{lie:?}");
    }
    issuer.claims(&[]);
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "ES256", "crit": ["x"] }),
    ] {
        issuer.will(|it| it.header = header.clone());
        let _ = whole(&t, &issuer).await.expect(403);
    }
    issuer.will(|it| it.header = json!({ "alg": "ES256", "kid": "k0" }));
    issuer.will(|it| it.broken_signature = true);
    let _ = whole(&t, &issuer).await.expect(403);
    issuer.will(|it| it.broken_signature = false);
    // Signed with a key that is not published, under the name of one that is.
    issuer.will(|it| it.key = 1);
    let _ = whole(&t, &issuer).await.expect(403);
    issuer.will(|it| it.key = 0);
    let _ = whole(&t, &issuer).await.expect(303);
}

#[tokio::test]
async fn an_answer_belongs_to_one_browser_one_attempt_and_ten_minutes() {
    let mut t = TestApp::sqlite(&setup()).await;
    let issuer = Issuer::start(&mut t).await;
    let who = t.person("Priya Shah", &[]).await;
    let _ = link(&t, &issuer, &who).await.expect(303);
    let (url, cookie) = begin(&t).await;
    let (other_url, other_cookie) = begin(&t).await;
    let (query, other) = (issuer.authorise(&url), issuer.authorise(&other_url));
    // Somebody else's answer, no cookie, a made-up cookie, a doubled or missing part.
    for (query, cookie) in [
        (other.as_str(), cookie.as_str()),
        (query.as_str(), other_cookie.as_str()),
        (query.as_str(), ""),
        (query.as_str(), "00.11"),
        (&format!("{query}&state=x"), &cookie),
        (&format!("{query}&code=x"), &cookie),
        ("", &cookie),
        (&query.replace("iss=", "xss="), &cookie),
        (&query.replace("iss=", "iss=https%3A%2F%2Fevil.example"), &cookie),
        (&query.replace("code=", "xode="), &cookie),
    ] {
        let refused = answer(&t, query, cookie).await.expect(403);
        assert_eq!(signed_in(&t, &refused).await, None, "{query}");
    }
    let state = query.split("state=").nth(1).unwrap();
    let declined = answer(&t, &format!("error=access_denied&state={state}"), &cookie).await;
    let _ = declined.expect(403).contains("chose not to").lacks("access_denied");
    let _ = answer(&t, &query, &cookie).await.expect(303);
    // The code is spent.
    let _ = answer(&t, &query, &cookie).await.expect(403);
    let query = issuer.authorise(&other_url);
    t.advance(oidc::PATIENCE);
    let _ = answer(&t, &query, &other_cookie).await.expect(403).contains("too late");
    // An attempt with a provider that is no longer configured leads nowhere.
    let _ = t.get(None, "/sign-in/with/unknown").await.expect(404);
    let _ = t.get(None, "/sign-in/with/unknown/answer").await.expect(404);
}

#[tokio::test]
async fn linking_is_for_the_one_who_asked_and_an_identity_belongs_to_one_person() {
    let mut t = TestApp::sqlite(&setup()).await;
    let issuer = Issuer::start(&mut t).await;
    let (priya, daniel) = (t.person("Priya Shah", &[]).await, t.person("Daniel Okoro", &[]).await);
    // Begun by one and answered in the session of another: nothing is linked.
    let page = t.post(Some(&priya), "/account/providers/dfe", &[]).await.expect(200);
    let cookie = set_cookie(&page, ATTEMPT).unwrap();
    let start = page.body.find(&issuer.0.issuer).unwrap();
    let url =
        page.body[start..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let query = issuer.authorise(&url);
    let cookies = [(ATTEMPT, cookie.as_str()), (access::sessions::COOKIE, daniel.token.as_str())];
    let path = format!("/sign-in/with/dfe/answer?{query}");
    let _ = get_with(&t, &path, &cookies).await.expect(403);
    for who in [&priya, &daniel] {
        assert!(identities::of(&t.app.db, who.account).await.unwrap().is_empty());
    }
    let _ = link(&t, &issuer, &priya).await.expect(303);
    let _ = link(&t, &issuer, &daniel).await.expect(409).contains("somebody else");
    // A closed account is not entered, and its identities are gone.
    let permit = access::Permit::system("test", t.app.clock.now());
    leaving::close(&t.app, &permit, priya.account).await.unwrap();
    let _ = whole(&t, &issuer).await.expect(403);
    assert!(identities::of(&t.app.db, priya.account).await.unwrap().is_empty());
    assert!(accounts::get(&t.app.db, priya.account).await.unwrap().unwrap().closed_at.is_some());
}

#[tokio::test]
async fn new_keys_are_found_and_an_absent_provider_is_said_plainly() {
    let mut t = TestApp::sqlite(&setup()).await;
    let issuer = Issuer::start(&mut t).await;
    let who = t.person("Priya Shah", &[]).await;
    let _ = link(&t, &issuer, &who).await.expect(303);
    issuer.will(|it| {
        it.key = 1;
        it.published = vec![1];
        it.header = json!({ "alg": "ES256", "kid": "k1" });
    });
    // Not asked for again at once: a stranger's nonsense may not make us ask without end.
    let _ = whole(&t, &issuer).await.expect(403);
    t.advance(SignedDuration::from_secs(61));
    let _ = whole(&t, &issuer).await.expect(303);
    t.configure(|config| "http://127.0.0.1:9".clone_into(&mut config.providers[0].issuer));
    let _ = t.get(None, "/sign-in/with/dfe").await.expect(502).contains("does not answer");
    let _ = t.get(None, "/sign-in").await.expect(200).contains("DfE Sign-in");
}
