//! What an authenticator sends: client data, attestation, authenticator data, signature.
#![no_main]

use access::passkeys::ceremony::{self, Expected};
use libfuzzer_sys::fuzz_target;
use ring::digest::{SHA256, digest};

const CREATE: &[u8] = br#"{"type":"webauthn.create","challenge":"c","origin":"https://x.example"}"#;
const GET: &[u8] = br#"{"type":"webauthn.get","challenge":"c","origin":"https://x.example"}"#;

fuzz_target!(|input: (&[u8], &[u8], &[u8])| {
    let (client, said, signed) = input;
    let expected = Expected { origin: "https://x.example", host: "x.example", challenge: "c" };
    let _ = ceremony::challenge(client);
    let _ = ceremony::register(expected, client, said);
    let _ = ceremony::register(expected, CREATE, said);
    // The frame fits, so that the key behind it is reached: somebody is present and verified, and a
    // credential with a name of one byte follows.
    let mut data = digest(&SHA256, b"x.example").as_ref().to_vec();
    data.extend([0b100_0101, 0, 0, 0, 1]);
    data.extend([0; 16]);
    data.extend([0, 1, 7]);
    data.extend(said.iter().take(2_000));
    let mut attestation = vec![0xa1, 0x68];
    attestation.extend(b"authData");
    attestation.push(0x59);
    attestation.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
    attestation.extend(&data);
    if let Ok(made) = ceremony::register(expected, CREATE, &attestation) {
        assert_eq!(made.id, "Bw");
        assert_eq!(made.counter, 1);
        // Without the private key nothing signs in.
        let data = &data[..37];
        assert!(ceremony::sign_in(expected, &made.key, 0, GET, data, signed).is_err());
        assert!(ceremony::sign_in(expected, &made.key, 0, client, data, signed).is_err());
    }
});
