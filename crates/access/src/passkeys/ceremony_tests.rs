//! The ceremonies with keys made here, each rule broken in turn.

use proptest::prelude::*;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};

use super::*;

const EXPECTED: Expected<'static> = Expected {
    challenge: "Y2hhbGxlbmdl",
    origin: "https://alongside.example",
    host: "alongside.example",
};

fn client(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
    format!("{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\",\"crossOrigin\":false}}")
        .into_bytes()
}

fn fitting(kind: &str) -> Vec<u8> {
    client(kind, EXPECTED.challenge, EXPECTED.origin)
}

fn data(host: &str, flags: u8, counter: u32) -> Vec<u8> {
    let hash = digest::digest(&digest::SHA256, host.as_bytes());
    [hash.as_ref(), &[flags], &counter.to_be_bytes()].concat()
}

/// An ES256 key pair and its COSE form.
fn pair() -> (EcdsaKeyPair, Vec<u8>) {
    let random = SystemRandom::new();
    let kind = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap();
    let point = pair.public_key().as_ref();
    let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32];
    cose.extend_from_slice(&point[1..33]);
    cose.extend_from_slice(&[0x22, 0x58, 32]);
    cose.extend_from_slice(&point[33..]);
    (pair, cose)
}

fn attestation(auth: &[u8]) -> Vec<u8> {
    let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
    object.extend_from_slice(&u16::try_from(auth.len()).unwrap().to_be_bytes());
    object.extend_from_slice(auth);
    object
}

fn new_key(flags: u8, cose: &[u8]) -> Vec<u8> {
    let mut auth = data(EXPECTED.host, flags, 0);
    auth.extend_from_slice(&[0; 16]);
    auth.extend_from_slice(&[0, 4]);
    auth.extend_from_slice(b"name");
    auth.extend_from_slice(cose);
    attestation(&auth)
}

const NEW: u8 = PRESENT | VERIFIED | ATTESTED;
const USED: u8 = PRESENT | VERIFIED;

#[test]
fn a_key_is_registered_and_signs_in() {
    let (pair, cose) = pair();
    let made =
        register(EXPECTED, &fitting("webauthn.create"), &new_key(NEW | SYNCED, &cose)).unwrap();
    assert_eq!(
        (decoded(&made.id).unwrap().as_slice(), made.counter, made.synced),
        (&b"name"[..], 0, true)
    );
    let sign = |client: &[u8], auth: &[u8]| {
        let hash = digest::digest(&digest::SHA256, client);
        let message = [auth, hash.as_ref()].concat();
        pair.sign(&SystemRandom::new(), &message).unwrap().as_ref().to_vec()
    };
    let try_in = |client: &[u8], auth: &[u8], counter| {
        sign_in(EXPECTED, &made.key, counter, client, auth, &sign(client, auth))
    };
    let good = fitting("webauthn.get");
    let auth = data(EXPECTED.host, USED, 0);
    assert_eq!(try_in(&good, &auth, 0), Ok(0));
    assert_eq!(try_in(&good, &data(EXPECTED.host, USED, 5), 4), Ok(5));
    // A counter that stands still or goes back, once it has counted.
    for (said, known) in [(5, 5), (4, 5), (0, 1)] {
        let auth = data(EXPECTED.host, USED, said);
        assert_eq!(try_in(&good, &auth, known), Err(CeremonyError::Copied));
    }
    let other = client("webauthn.get", "b3RoZXI", EXPECTED.origin);
    assert_eq!(try_in(&other, &auth, 0), Err(CeremonyError::Misfit("the challenge")));
    let phishing = client("webauthn.get", EXPECTED.challenge, "https://a1ongside.example");
    assert_eq!(try_in(&phishing, &auth, 0), Err(CeremonyError::Misfit("the site")));
    let creating = fitting("webauthn.create");
    assert_eq!(try_in(&creating, &auth, 0), Err(CeremonyError::Misfit("the kind of act")));
    let elsewhere = data("evil.example", USED, 0);
    assert_eq!(try_in(&good, &elsewhere, 0), Err(CeremonyError::Misfit("the host name")));
    for flags in [0, PRESENT, VERIFIED] {
        let auth = data(EXPECTED.host, flags, 0);
        assert_eq!(try_in(&good, &auth, 0), Err(CeremonyError::Unverified));
    }
    let mut signed = sign(&good, &auth);
    let last = signed.len() - 1;
    signed[last] ^= 1;
    let refused = sign_in(EXPECTED, &made.key, 0, &good, &auth, &signed);
    assert_eq!(refused, Err(CeremonyError::Signature));
}

#[test]
fn framed_pages_are_refused() {
    let framed = String::from_utf8(fitting("webauthn.create")).unwrap().replace("false", "true");
    let (_, cose) = pair();
    let refused = register(EXPECTED, framed.as_bytes(), &new_key(NEW, &cose));
    assert_eq!(refused, Err(CeremonyError::Misfit("the site")));
}

#[test]
fn an_ed25519_key_is_taken() {
    let random = SystemRandom::new();
    let document = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    let mut cose = vec![0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 32];
    cose.extend_from_slice(pair.public_key().as_ref());
    let made = register(EXPECTED, &fitting("webauthn.create"), &new_key(NEW, &cose)).unwrap();
    let (client, auth) = (fitting("webauthn.get"), data(EXPECTED.host, USED, 0));
    let hash = digest::digest(&digest::SHA256, &client);
    let signed = pair.sign(&[&auth[..], hash.as_ref()].concat());
    assert_eq!(sign_in(EXPECTED, &made.key, 0, &client, &auth, signed.as_ref()), Ok(0));
}

#[test]
fn other_kinds_of_key_are_refused() {
    // ES384 under its own number, and a P-256 point that calls itself RSA.
    let (_, cose) = pair();
    let mut es384 = cose.clone();
    es384.splice(4..5, [0x38, 0x22]);
    let mut rsa = cose;
    rsa[2] = 3;
    for cose in [es384, rsa] {
        let refused = register(EXPECTED, &fitting("webauthn.create"), &new_key(NEW, &cose));
        assert_eq!(refused, Err(CeremonyError::Algorithm));
    }
}

proptest! {
    #[test]
    fn a_changed_byte_never_panics_and_never_signs_in(at in 0_usize..500, to in any::<u8>()) {
        let (_, cose) = pair();
        let mut object = new_key(NEW, &cose);
        let at = at % object.len();
        object[at] = to;
        let _ = register(EXPECTED, &fitting("webauthn.create"), &object);
    }

    #[test]
    fn nonsense_is_refused(
        client in proptest::collection::vec(any::<u8>(), 0..200),
        auth in proptest::collection::vec(any::<u8>(), 0..200),
        signed in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        prop_assert!(register(EXPECTED, &client, &auth).is_err());
        prop_assert!(register(EXPECTED, &fitting("webauthn.create"), &auth).is_err());
        let key = PublicKey::Es256 { point: URL_SAFE_NO_PAD.encode([4; 65]) };
        prop_assert!(sign_in(EXPECTED, &key, 0, &client, &auth, &signed).is_err());
        let auth = data(EXPECTED.host, USED, 0);
        let good = fitting("webauthn.get");
        prop_assert!(sign_in(EXPECTED, &key, 0, &good, &auth, &signed).is_err());
    }
}
