//! What comes back from an identity provider: the query of the address, the token, and its keys.
#![no_main]

use access::oidc::{
    Answer,
    token::{Expected, Keys, verify},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, &[u8], &[u8], &[u8])| {
    let (query, token, header, payload, keys) = input;
    let _ = Answer::read(query);
    let keys: Keys = serde_json::from_slice(keys).unwrap_or_default();
    let expected = Expected {
        issuer: "https://issuer.example",
        audience: "us",
        nonce: "n",
        now: Timestamp::UNIX_EPOCH,
    };
    // Nobody who lacks the provider's private key makes a token that is believed.
    assert!(verify(token, &keys, expected).is_err());
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let shaped = format!("{}.{}.{}", part(header), part(payload), part(query.as_bytes()));
    assert!(verify(&shaped, &keys, expected).is_err());
});
