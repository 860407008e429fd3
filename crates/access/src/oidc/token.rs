//! Identity tokens: signed JSON (RFC 7515, RFC 7519) checked as OpenID Connect Core 3.1.3.7 says.
//!
//! Pure: keys, expectations and the time come in, claims or the reason for refusing come out.
//! Only signatures with a public key are accepted, and the list is closed: a token never chooses
//! how it is checked beyond picking from it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use serde::Deserialize;
use serde_json::Value;

use crate::totp::same;

/// How far the provider's clock may differ from ours.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);
/// The oldest token that is taken: it was made for the sign-in that is going on.
const OLDEST: SignedDuration = SignedDuration::from_mins(10);
/// The longest token that is looked at, in bytes.
pub(crate) const LONGEST: usize = 32 * 1024;

/// Why a token is refused. Goes to the log; the visitor reads that the provider's answer does
/// not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not three parts of base 64 with JSON in the first two.
    #[error("the token is not a signed JSON token")]
    Shape,
    /// The signature's kind is not one we take.
    #[error("the token is signed with “{0}”, which is not accepted")]
    Algorithm(String),
    /// The header insists on something we do not know.
    #[error("the token's header insists on something unknown")]
    Critical,
    /// No key of the provider fits; its keys may have changed.
    #[error("no key of the provider fits the token")]
    Key,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// A claim is missing or wrong; its name is given.
    #[error("the claim “{0}” is missing or wrong")]
    Claim(&'static str),
}

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who must have made it.
    pub issuer: &'a str,
    /// For whom it must have been made: our client id.
    pub audience: &'a str,
    /// The nonce of the sign-in that is going on.
    pub nonce: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// What a token that was checked says about the person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// The person's name for the provider: with the issuer the only thing that identifies them.
    pub sub: String,
    /// The e-mail address, if it is told.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the provider has checked the address. Some send text.
    #[serde(default)]
    email_verified: Value,
    /// The name as people write it.
    #[serde(default)]
    pub name: Option<String>,
    /// How the provider made sure of the person (RFC 8176).
    #[serde(default)]
    amr: Value,
    /// DfE Sign-in: the organisation the person chose there.
    #[serde(default)]
    pub organisation: Value,
}

impl Claims {
    /// Whether the provider says that it asked the person for more than one thing: `mfa` of RFC
    /// 8176. Single methods, however good, say nothing of a second one.
    #[must_use]
    pub fn second_step(&self) -> bool {
        self.amr.as_array().is_some_and(|methods| methods.iter().any(|method| method == "mfa"))
    }

    /// The e-mail address if the provider says that it belongs to the person.
    #[must_use]
    pub fn verified_email(&self) -> Option<&str> {
        let verified = self.email_verified == Value::Bool(true) || self.email_verified == "true";
        self.email.as_deref().filter(|email| verified && email.contains('@'))
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Frame {
    iss: String,
    aud: Value,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: String,
}

/// A provider's public keys (RFC 7517).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Keys {
    /// Each key; those we cannot use are passed over.
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

/// The kinds of signature we take.
const ALGORITHMS: [&str; 5] = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

fn decoded(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Shape)
}

impl Key {
    /// Whether the key may check a token with this header.
    fn fits(&self, header: &Header) -> bool {
        let kind = match header.alg.as_str() {
            "RS256" | "PS256" => self.kty == "RSA",
            "ES256" => self.kty == "EC" && self.crv.as_deref() == Some("P-256"),
            "ES384" => self.kty == "EC" && self.crv.as_deref() == Some("P-384"),
            "EdDSA" => self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519"),
            _ => false,
        };
        kind && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.alg.as_ref().is_none_or(|alg| *alg == header.alg)
            && match (&header.kid, &self.kid) {
                (Some(wanted), Some(own)) => wanted == own,
                (Some(_), None) | (None, _) => true,
            }
    }

    fn verifies(&self, alg: &str, message: &[u8], signed: &[u8]) -> bool {
        let part = |text: &str| decoded(text).unwrap_or_default();
        if self.kty == "RSA" {
            let (n, e) = (part(&self.n), part(&self.e));
            let parameters = match alg {
                "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
                _ => &signature::RSA_PKCS1_2048_8192_SHA256,
            };
            let n: &[u8] = &n[n.iter().take_while(|&&byte| byte == 0).count()..];
            return RsaPublicKeyComponents { n, e: &e[..] }
                .verify(parameters, message, signed)
                .is_ok();
        }
        let (kind, size): (&dyn VerificationAlgorithm, usize) = match alg {
            "ES256" => (&signature::ECDSA_P256_SHA256_FIXED, 32),
            "ES384" => (&signature::ECDSA_P384_SHA384_FIXED, 48),
            _ => (&signature::ED25519, 32),
        };
        let (x, y) = (part(&self.x), part(&self.y));
        let key = if self.kty == "EC" {
            if x.len() != size || y.len() != size {
                return false;
            }
            [&[4], &x[..], &y[..]].concat()
        } else {
            x
        };
        UnparsedPublicKey::new(kind, key).verify(message, signed).is_ok()
    }
}

/// Checks a token and returns what it says about the person.
///
/// # Errors
/// See [`TokenError`].
pub fn verify(token: &str, keys: &Keys, expected: Expected<'_>) -> Result<Claims, TokenError> {
    if token.len() > LONGEST {
        return Err(TokenError::Shape);
    }
    let (message, signed) = token.rsplit_once('.').ok_or(TokenError::Shape)?;
    let (header, payload) = message.split_once('.').ok_or(TokenError::Shape)?;
    let header: Header =
        serde_json::from_slice(&decoded(header)?).map_err(|_| TokenError::Shape)?;
    if !ALGORITHMS.contains(&header.alg.as_str()) {
        return Err(TokenError::Algorithm(header.alg.chars().take(20).collect()));
    }
    if header.crit.is_some() {
        return Err(TokenError::Critical);
    }
    let (payload, signed) = (decoded(payload)?, decoded(signed)?);
    let mut fitting = keys.keys.iter().filter(|key| key.fits(&header)).peekable();
    if fitting.peek().is_none() {
        return Err(TokenError::Key);
    }
    if !fitting.any(|key| key.verifies(&header.alg, message.as_bytes(), &signed)) {
        return Err(TokenError::Signature);
    }
    // Nothing of the payload is believed before this line.
    let frame: Frame = serde_json::from_slice(&payload).map_err(|_| TokenError::Shape)?;
    check(&frame, expected)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| TokenError::Claim("sub"))?;
    if claims.sub.is_empty() || claims.sub.len() > 255 {
        return Err(TokenError::Claim("sub"));
    }
    Ok(claims)
}

fn check(frame: &Frame, expected: Expected<'_>) -> Result<(), TokenError> {
    if frame.iss != expected.issuer {
        return Err(TokenError::Claim("iss"));
    }
    let audiences: Vec<&str> = match &frame.aud {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audiences.contains(&expected.audience) {
        return Err(TokenError::Claim("aud"));
    }
    let party = frame.azp.as_deref();
    if party.is_some_and(|party| party != expected.audience)
        || (audiences.len() > 1 && party.is_none())
    {
        return Err(TokenError::Claim("azp"));
    }
    let moment =
        |seconds, name| Timestamp::from_second(seconds).map_err(|_| TokenError::Claim(name));
    let now = expected.now;
    if now.duration_since(moment(frame.exp, "exp")?) >= LEEWAY {
        return Err(TokenError::Claim("exp"));
    }
    let age = now.duration_since(moment(frame.iat, "iat")?);
    if age > OLDEST || age < -LEEWAY {
        return Err(TokenError::Claim("iat"));
    }
    if let Some(from) = frame.nbf
        && now.duration_since(moment(from, "nbf")?) < -LEEWAY
    {
        return Err(TokenError::Claim("nbf"));
    }
    if expected.nonce.is_empty() || !same(frame.nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(TokenError::Claim("nonce"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expected() -> Expected<'static> {
        Expected {
            issuer: "https://issuer.example",
            audience: "us",
            nonce: "n",
            now: Timestamp::from_second(1_800_000_000).unwrap(),
        }
    }

    fn frame() -> Frame {
        Frame {
            iss: "https://issuer.example".to_owned(),
            aud: "us".into(),
            exp: 1_800_000_300,
            iat: 1_800_000_000,
            nbf: None,
            azp: None,
            nonce: "n".to_owned(),
        }
    }

    #[test]
    fn each_claim_is_checked() {
        assert_eq!(check(&frame(), expected()), Ok(()));
        let wrong =
            |name, frame| assert_eq!(check(&frame, expected()), Err(TokenError::Claim(name)));
        wrong("iss", Frame { iss: "https://issuer.example/".to_owned(), ..frame() });
        wrong("aud", Frame { aud: "them".into(), ..frame() });
        wrong("aud", Frame { aud: serde_json::json!(["them"]), ..frame() });
        wrong("azp", Frame { aud: serde_json::json!(["them", "us"]), ..frame() });
        wrong("azp", Frame { azp: Some("them".to_owned()), ..frame() });
        wrong("exp", Frame { exp: 1_799_999_900, ..frame() });
        wrong("iat", Frame { iat: 1_799_999_000, ..frame() });
        wrong("iat", Frame { iat: 1_800_000_100, ..frame() });
        wrong("nbf", Frame { nbf: Some(1_800_000_100), ..frame() });
        wrong("nonce", Frame { nonce: String::new(), ..frame() });
        wrong("nonce", Frame { nonce: "m".to_owned(), ..frame() });
        let several =
            Frame { aud: serde_json::json!(["them", "us"]), azp: Some("us".to_owned()), ..frame() };
        assert_eq!(check(&several, expected()), Ok(()));
    }

    #[test]
    fn an_address_counts_only_when_the_provider_has_checked_it() {
        let claims = |verified| Claims {
            sub: "1".to_owned(),
            email: Some("a@b.example".to_owned()),
            email_verified: verified,
            name: None,
            amr: Value::Null,
            organisation: Value::Null,
        };
        assert_eq!(claims(Value::Bool(true)).verified_email(), Some("a@b.example"));
        assert_eq!(claims("true".into()).verified_email(), Some("a@b.example"));
        for not in [Value::Null, Value::Bool(false), "yes".into(), 1.into()] {
            assert_eq!(claims(not).verified_email(), None);
        }
    }

    #[test]
    fn tokens_without_a_signature_or_with_a_shared_secret_are_refused() {
        for alg in ["none", "None", "HS256", "RS1", ""] {
            let header = URL_SAFE_NO_PAD.encode(format!("{{\"alg\":\"{alg}\"}}"));
            let token = format!("{header}.{}.", URL_SAFE_NO_PAD.encode("{}"));
            let refused = verify(&token, &Keys::default(), expected());
            assert_eq!(refused, Err(TokenError::Algorithm(alg.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn nonsense_is_refused_and_never_panics(token in ".{0,300}") {
            prop_assert!(verify(&token, &Keys::default(), expected()).is_err());
        }

        #[test]
        fn nonsense_in_the_right_shape_is_refused(
            header in ".{0,80}", payload in ".{0,80}", signed in proptest::collection::vec(any::<u8>(), 0..80),
            keys in "[\\[{\"a-z:,}\\]]{0,60}",
        ) {
            let keys: Keys = serde_json::from_str(&keys).unwrap_or_default();
            let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let token =
                format!("{}.{}.{}", part(header.as_bytes()), part(payload.as_bytes()), part(&signed));
            prop_assert!(verify(&token, &keys, expected()).is_err());
        }
    }
}
