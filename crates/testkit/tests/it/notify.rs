//! Letters through GOV.UK Notify: against a small server on this machine that speaks its API,
//! checks every token by itself and can fail in each of the ways that matter.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use foundation::{
    Context, Sql as _,
    mail::{self, Letter, Post},
};
use jiff::SignedDuration;
use ring::hmac;
use serde_json::{Value, json};
use testkit::{Setup, TestApp, both};

const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";
const TEMPLATE: &str = "f33517ff-2a88-4f6e-b855-c550268ce08a";

/// How the server answers the next letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    /// As it should.
    Well,
    /// Too many letters a minute: it has not taken this one.
    Busy,
    /// It breaks before it has taken the letter.
    Broken,
    /// It takes the letter and breaks before it says so.
    Silent,
}

#[derive(Default)]
struct Office {
    /// Letters that were taken.
    taken: Vec<Value>,
    /// How the next ones are answered; afterwards all is well.
    moods: Vec<Mood>,
    /// How often a letter was handed over.
    asked: usize,
}

type Shared = Arc<Mutex<Office>>;

/// The service a token was made by, where it is whole and fresh.
fn signed_by(headers: &HeaderMap) -> Option<String> {
    let token = headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
    let (signed, signature) = token.rsplit_once('.')?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&key, signed.as_bytes(), &unpacked(signature)?).ok()?;
    let (head, claims) = signed.split_once('.')?;
    let head: Value = serde_json::from_slice(&unpacked(head)?).ok()?;
    let claims: Value = serde_json::from_slice(&unpacked(claims)?).ok()?;
    let now = foundation::Clock::system().now().as_second();
    let fresh = (claims["iat"].as_i64()? - now).abs() <= 30;
    let right = head["alg"] == "HS256" && head["typ"] == "JWT" && fresh;
    claims["iss"].as_str().filter(|_| right).map(str::to_owned)
}

/// Base64 for addresses, as RFC 4648 has it in section 5, without padding.
fn unpacked(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for letter in text.bytes() {
        let at = LETTERS.iter().position(|&known| known == letter)?;
        held = (held << 6) | u32::try_from(at).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 0xFF).ok()?);
        }
    }
    Some(out)
}

fn refused(status: StatusCode, error: &str, message: &str) -> Response {
    let errors = json!([{ "error": error, "message": message }]);
    (status, Json(json!({ "status_code": status.as_u16(), "errors": errors }))).into_response()
}

async fn take(
    State(office): State<Shared>,
    headers: HeaderMap,
    Json(letter): Json<Value>,
) -> Response {
    if signed_by(&headers).as_deref() != Some(SERVICE) {
        return refused(StatusCode::FORBIDDEN, "AuthError", "Invalid token: service not found");
    }
    let mood = {
        let mut office = office.lock().unwrap();
        office.asked += 1;
        let mood = if office.moods.is_empty() { Mood::Well } else { office.moods.remove(0) };
        if matches!(mood, Mood::Well | Mood::Silent) {
            office.taken.push(letter.clone());
        }
        mood
    };
    match mood {
        Mood::Well => {
            let body = json!({ "id": "740e5834-3a29-46b4-9a6f-16142fde533a",
                               "reference": letter["reference"] });
            (StatusCode::CREATED, Json(body)).into_response()
        }
        Mood::Busy => refused(
            StatusCode::TOO_MANY_REQUESTS,
            "RateLimitError",
            "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds",
        ),
        Mood::Broken | Mood::Silent => {
            refused(StatusCode::INTERNAL_SERVER_ERROR, "Exception", "Internal server error")
        }
    }
}

async fn find(
    State(office): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    if signed_by(&headers).as_deref() != Some(SERVICE) {
        return refused(StatusCode::FORBIDDEN, "AuthError", "Invalid token: service not found");
    }
    let reference = asked.iter().find(|(name, _)| name == "reference").map(|(_, value)| value);
    let office = office.lock().unwrap();
    let found: Vec<&Value> = office
        .taken
        .iter()
        .filter(|letter| letter["reference"].as_str() == reference.map(String::as_str))
        .collect();
    Json(json!({ "notifications": found, "links": {} })).into_response()
}

/// The server, its address, and what it knows.
async fn office(moods: &[Mood]) -> (String, Shared) {
    let shared = Shared::default();
    shared.lock().unwrap().moods = moods.to_vec();
    let router = Router::new()
        .route("/v2/notifications/email", post(take))
        .route("/v2/notifications", get(find))
        .with_state(Arc::clone(&shared));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, shared)
}

async fn write(t: &TestApp) {
    let letter = Letter {
        recipient: "priya.shah@example.org".to_owned(),
        subject: "A visit waits for you to confirm".to_owned(),
        body: "Hello Priya,\n\nSomebody would like to visit.\n".to_owned(),
    };
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    mail::post(&tx, &t.app, &context, &letter).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sent(t: &TestApp) -> i64 {
    t.app.db.count("SELECT count(*) AS n FROM letter WHERE sent_at IS NOT NULL", []).await.unwrap()
}

/// Works until nothing is due, and goes on an hour later, several times.
async fn work(t: &TestApp) {
    for _ in 0..8 {
        t.run_jobs().await;
        t.advance(SignedDuration::from_hours(1));
    }
}

async fn through(t: &mut TestApp, address: &str, secret: &str) {
    let key = format!("alongside-{SERVICE}-{secret}");
    t.app.post = Post::notify(address, &key, TEMPLATE).unwrap();
}

fn setup() -> Setup {
    Setup::new(&[], Router::new)
}

#[tokio::test]
async fn a_letter_reaches_notify_once_whatever_breaks() {
    for moods in [
        &[][..],
        &[Mood::Busy, Mood::Busy],
        &[Mood::Broken],
        &[Mood::Silent],
        &[Mood::Busy, Mood::Broken, Mood::Silent],
    ] {
        both(&setup(), async |mut t| {
            let (address, office) = office(moods).await;
            through(&mut t, &address, SECRET).await;
            write(&t).await;
            work(&t).await;
            let office = office.lock().unwrap();
            assert_eq!(office.taken.len(), 1, "{moods:?}");
            let letter = &office.taken[0];
            assert_eq!(letter["email_address"], "priya.shah@example.org");
            assert_eq!(letter["template_id"], TEMPLATE);
            assert_eq!(letter["personalisation"]["subject"], "A visit waits for you to confirm");
            let body = letter["personalisation"]["body"].as_str().unwrap();
            assert!(body.contains("Somebody would like to visit"));
            drop(office);
            assert_eq!(sent(&t).await, 1, "{moods:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_wrong_key_or_no_answer_keeps_the_letter_and_says_why() {
    both(&setup(), async |mut t| {
        let (address, office) = office(&[]).await;
        through(&mut t, &address, "00000000-8d35-48ac-975b-e847b4f122b0").await;
        write(&t).await;
        t.run_jobs().await;
        assert_eq!((office.lock().unwrap().taken.len(), sent(&t).await), (0, 0));
        // The operator puts the right key in place: the letter that waited goes out.
        through(&mut t, &address, SECRET).await;
        work(&t).await;
        assert_eq!((office.lock().unwrap().taken.len(), sent(&t).await), (1, 1));
        // Where nobody does, the job is left for a person to look at, with the reason and no key.
        through(&mut t, &address, "00000000-8d35-48ac-975b-e847b4f122b0").await;
        write(&t).await;
        work(&t).await;
        work(&t).await;
        let failed = async |words: &str| {
            let sql = "SELECT count(*) AS n FROM job WHERE failed LIKE $1";
            t.app.db.count(sql, [format!("%{words}%").into()]).await.unwrap()
        };
        assert_eq!(failed("AuthError: Invalid token").await, 1);
        assert_eq!(failed("8d35-48ac").await, 0);
        assert_eq!((office.lock().unwrap().taken.len(), sent(&t).await), (1, 1));
    })
    .await;
}
