//! The two ceremonies of Web Authentication (W3C, level 3, sections 7.1 and 7.2), as far as an
//! installation needs them that asks for no attestation: it trusts the person who is signed in,
//! not the maker of the device.
//!
//! Pure: what the browser sent and what we expect come in; a credential, a counter or the reason
//! for refusing come out.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    signature::{self, RsaPublicKeyComponents, UnparsedPublicKey},
};
use serde::{Deserialize, Serialize};

use super::cbor;
use crate::totp::same;

/// The longest part of an answer that is looked at, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// Why an answer of an authenticator is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CeremonyError {
    /// It is not the shape the standard gives.
    #[error("the answer is not what a passkey sends: {0}")]
    Shape(&'static str),
    /// It answers another question, another site or another moment.
    #[error("the answer does not fit what was asked: {0}")]
    Misfit(&'static str),
    /// The device did not check who uses it.
    #[error("the device did not check who uses it")]
    Unverified,
    /// A kind of key we do not take.
    #[error("this kind of key is not taken")]
    Algorithm,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// The counter went backwards: there may be a copy of the key.
    #[error("the counter of the passkey went backwards: there may be a copy of it")]
    Copied,
}

/// What an answer must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The challenge that was given, in base 64 for addresses.
    pub challenge: &'a str,
    /// The origin of our pages: `https://alongside.example`.
    pub origin: &'a str,
    /// The host name that passkeys are bound to.
    pub host: &'a str,
}

/// A public key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alg")]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256: the point, uncompressed.
    #[serde(rename = "ES256")]
    Es256 {
        /// 65 bytes in base 64.
        point: String,
    },
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    Ed25519 {
        /// 32 bytes in base 64.
        x: String,
    },
    /// RSA with SHA-256, as some Windows computers make them.
    #[serde(rename = "RS256")]
    Rs256 {
        /// The modulus in base 64.
        n: String,
        /// The exponent in base 64.
        e: String,
    },
}

/// The numbers under which browsers know the kinds of key we take, the best liked first.
pub const ALGORITHMS: [i64; 3] = [-7, -8, -257];

/// A new passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its name for the device, in base 64 for addresses.
    pub id: String,
    /// Its public half.
    pub key: PublicKey,
    /// Its counter; many devices keep it at nought.
    pub counter: u32,
    /// Whether the device shares it with the person's other devices.
    pub synced: bool,
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

impl PublicKey {
    /// Reads a COSE key (RFC 9053) and returns what follows it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), CeremonyError> {
        let (map, rest) = cbor::read(bytes).ok_or(CeremonyError::Shape("public key"))?;
        let number = |key| map.at(key).and_then(cbor::Value::int);
        let part = |key| map.at(key).and_then(cbor::Value::bytes).unwrap_or(&[]);
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = match (number(1), number(3)) {
            (Some(2), Some(-7)) if number(-1) == Some(1) => {
                let (x, y) = (part(-2), part(-3));
                if x.len() != 32 || y.len() != 32 {
                    return Err(CeremonyError::Shape("public key"));
                }
                Self::Es256 { point: text(&[&[4], x, y].concat()) }
            }
            (Some(1), Some(-8)) if number(-1) == Some(6) && part(-2).len() == 32 => {
                Self::Ed25519 { x: text(part(-2)) }
            }
            (Some(3), Some(-257)) if part(-1).len() >= 256 => {
                Self::Rs256 { n: text(part(-1)), e: text(part(-2)) }
            }
            _ => return Err(CeremonyError::Algorithm),
        };
        Ok((key, rest))
    }

    fn verifies(&self, message: &[u8], signed: &[u8]) -> bool {
        let part = |text: &String| decoded(text).unwrap_or_default();
        let checked = match self {
            Self::Es256 { point } => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, part(point))
                    .verify(message, signed)
            }
            Self::Ed25519 { x } => {
                UnparsedPublicKey::new(&signature::ED25519, part(x)).verify(message, signed)
            }
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n: part(n), e: part(e) }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                message,
                signed,
            ),
        };
        checked.is_ok()
    }
}

/// The challenge an answer says it answers, before anything of it is believed.
#[must_use]
pub fn challenge(client_data: &[u8]) -> Option<String> {
    let data: ClientData = serde_json::from_slice(client_data).ok()?;
    Some(data.challenge)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

fn check_client(
    bytes: &[u8],
    kind: &'static str,
    expected: Expected<'_>,
) -> Result<(), CeremonyError> {
    if bytes.len() > LONGEST {
        return Err(CeremonyError::Shape("client data"));
    }
    let data: ClientData =
        serde_json::from_slice(bytes).map_err(|_| CeremonyError::Shape("client data"))?;
    if data.kind != kind {
        return Err(CeremonyError::Misfit("the kind of act"));
    }
    if !same(data.challenge.as_bytes(), expected.challenge.as_bytes()) {
        return Err(CeremonyError::Misfit("the challenge"));
    }
    if data.origin != expected.origin || data.cross_origin {
        return Err(CeremonyError::Misfit("the site"));
    }
    Ok(())
}

/// What the authenticator says: flags, counter, and what follows.
struct AuthenticatorData<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const SYNCED: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

fn authenticator<'a>(
    bytes: &'a [u8],
    expected: Expected<'_>,
) -> Result<AuthenticatorData<'a>, CeremonyError> {
    if bytes.len() < 37 || bytes.len() > LONGEST {
        return Err(CeremonyError::Shape("authenticator data"));
    }
    let host = digest::digest(&digest::SHA256, expected.host.as_bytes());
    if !same(&bytes[..32], host.as_ref()) {
        return Err(CeremonyError::Misfit("the host name"));
    }
    let flags = bytes[32];
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err(CeremonyError::Unverified);
    }
    let counter = u32::from_be_bytes([bytes[33], bytes[34], bytes[35], bytes[36]]);
    Ok(AuthenticatorData { flags, counter, rest: &bytes[37..] })
}

/// Checks the answer to an invitation to make a passkey.
///
/// # Errors
/// See [`CeremonyError`].
pub fn register(
    expected: Expected<'_>,
    client_data: &[u8],
    attestation: &[u8],
) -> Result<Credential, CeremonyError> {
    check_client(client_data, "webauthn.create", expected)?;
    if attestation.len() > LONGEST {
        return Err(CeremonyError::Shape("attestation"));
    }
    let (object, rest) = cbor::read(attestation).ok_or(CeremonyError::Shape("attestation"))?;
    let data = object.named("authData").and_then(cbor::Value::bytes);
    let data = data.filter(|_| rest.is_empty()).ok_or(CeremonyError::Shape("attestation"))?;
    // The statement that may lie beside is not read: none was asked for.
    let said = authenticator(data, expected)?;
    if said.flags & ATTESTED == 0 || said.rest.len() < 18 {
        return Err(CeremonyError::Shape("no key"));
    }
    let length = usize::from(u16::from_be_bytes([said.rest[16], said.rest[17]]));
    let id = said.rest.get(18..18 + length).ok_or(CeremonyError::Shape("no key"))?;
    if id.is_empty() || length > 1023 {
        return Err(CeremonyError::Shape("the name of the key"));
    }
    let (key, after) = PublicKey::read(&said.rest[18 + length..])?;
    let extended = said.flags & EXTENDED != 0;
    if !extended && !after.is_empty() {
        return Err(CeremonyError::Shape("something follows the key"));
    }
    Ok(Credential {
        id: URL_SAFE_NO_PAD.encode(id),
        key,
        counter: said.counter,
        synced: said.flags & SYNCED != 0,
    })
}

/// Checks the answer to an invitation to sign in with a passkey; returns its new counter.
///
/// # Errors
/// See [`CeremonyError`].
pub fn sign_in(
    expected: Expected<'_>,
    key: &PublicKey,
    counter: u32,
    client_data: &[u8],
    authenticator_data: &[u8],
    signed: &[u8],
) -> Result<u32, CeremonyError> {
    check_client(client_data, "webauthn.get", expected)?;
    let said = authenticator(authenticator_data, expected)?;
    let hash = digest::digest(&digest::SHA256, client_data);
    let message = [authenticator_data, hash.as_ref()].concat();
    if !key.verifies(&message, signed) {
        return Err(CeremonyError::Signature);
    }
    if (said.counter > 0 || counter > 0) && said.counter <= counter {
        return Err(CeremonyError::Copied);
    }
    Ok(said.counter)
}

#[cfg(test)]
#[path = "ceremony_tests.rs"]
mod tests;
