//! Assertions: short-lived ES256 JWTs in which the portal asserts the identity of its user.
//!
//! Source of the required headers and claims: `subjectToken` of the Security Token Service's API,
//! https://pub.dev/documentation/googleapis/latest/sts_v1/GoogleIdentityStsV1ExchangeTokenRequest/subjectToken.html, read 2026-11-27.
//! Randomness and time are arguments.

use super::crypto;
use super::secret::Secret;
use crate::config::IdentityConfig;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::timestamp::rfc3339;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::elliptic_curve::zeroize::Zeroizing;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt;
use std::rc::Rc;

/// Time from `iat` to `exp`.
const LIFETIME_SECONDS: u64 = 300;
/// Distance of `iat` into the past: clocks differ, and Google rejects an assertion from the future.
const SKEW_SECONDS: u64 = 30;
/// How long a key signs.
const SIGNS_FOR: Millis = 3_600_000;
/// Time before the expiry of the last key at which the next one is made.
const OVERLAP: Millis = SIGNS_FOR / 2;
/// Time from a key's publication to its first signature: another replica answers with public keys that are up to a second old.
const SPREADS_FOR: Millis = 2_000;
/// Google's limit on `google.subject`, in bytes.
const LONGEST_SUBJECT: usize = 127;

/// 32 bytes from the platform's random generator.
pub type Entropy = Zeroizing<[u8; 32]>;

/// A user's entity ref, short enough to be Google's subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Parses an entity ref. Google rejects a longer one only after a call.
    pub fn parse(entity_ref: &str) -> Result<Self, Diagnostic> {
        if entity_ref.len() > LONGEST_SUBJECT {
            return Err(Diagnostic::new(
                Code::IdentitySubjectTooLong,
                format!(
                    "the user's entity ref has {} bytes, and Google's subject has at most {LONGEST_SUBJECT}",
                    entity_ref.len()
                ),
            )
            .help("give the user a shorter name in the catalog"));
        }
        if entity_ref.is_empty() || entity_ref.chars().any(char::is_control) {
            return Err(Diagnostic::new(Code::RequestMalformed, "the subject is not an entity ref")
                .help("use an entity ref such as `user:default/guest`"));
        }
        Ok(Self(entity_ref.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A public key in the form of RFC 7517.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    pub kty: &'static str,
    pub crv: &'static str,
    pub x: String,
    pub y: String,
    #[serde(rename = "use")]
    pub usage: &'static str,
    pub alg: &'static str,
    pub kid: String,
}

impl Jwk {
    fn of(key: &SecretKey) -> Self {
        let point = key.public_key().to_encoded_point(false);
        let text = |bytes: Option<&p256::FieldBytes>| URL_SAFE_NO_PAD.encode(bytes.map(|b| &b[..]).unwrap_or_default());
        let (x, y) = (text(point.x()), text(point.y()));
        // RFC 7638: the required members in the order of their names, without white space.
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
        Self { kty: "EC", crv: "P-256", x, y, usage: "sig", alg: "ES256", kid }
    }
}

/// The published part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    pub kid: String,
    /// The public half, an RFC 7517 JWK.
    #[ts(type = "object")]
    pub jwk: Jwk,
    /// RFC 3339; after it, no assertion signed with the key is valid.
    pub expires_at: String,
}

/// A private key that never leaves its process.
pub struct SigningKey {
    key: EncodingKey,
    jwk: Jwk,
    signs_from: Millis,
    signs_until: Millis,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.jwk.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A key that may sign once it is published. `None` for the one entropy in 2³² that is not a P-256 scalar.
    pub fn new(entropy: &Entropy, now: Millis) -> Option<Self> {
        let secret = SecretKey::from_slice(entropy.as_slice()).ok()?;
        Some(Self {
            key: crypto::encoding_key(entropy),
            jwk: Jwk::of(&secret),
            signs_from: Millis::MAX,
            signs_until: now.saturating_add(SIGNS_FOR),
        })
    }

    pub fn may_sign(&self, now: Millis) -> bool {
        self.signs_from <= now && now < self.signs_until
    }

    pub fn public(&self) -> PublicKey {
        let last = self.signs_until.saturating_add((LIFETIME_SECONDS + SKEW_SECONDS) * 1000);
        PublicKey { kid: self.jwk.kid.clone(), jwk: self.jwk.clone(), expires_at: rfc3339(last) }
    }

    /// Signs an assertion about `subject`, a member of `groups`. `nonce` makes it unique.
    pub fn assert(
        &self,
        identity: &IdentityConfig,
        subject: &Subject,
        groups: &[String],
        nonce: &Entropy,
        now: Millis,
    ) -> Result<Secret, Diagnostic> {
        crypto::install();
        let iat = (now / 1000).saturating_sub(SKEW_SECONDS);
        let mut groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        groups.sort_unstable();
        groups.dedup();
        let claims = Claims {
            iss: identity.issuer.as_str(),
            sub: subject.as_str(),
            aud: identity.audience.claim(),
            iat,
            exp: iat + LIFETIME_SECONDS,
            jti: URL_SAFE_NO_PAD.encode(nonce.as_slice()),
            groups,
        };
        let header = Header { kid: Some(self.jwk.kid.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, &claims, &self.key)
            .map(Secret::new)
            .map_err(|error| Diagnostic::new(Code::CoreInternal, format!("signing the assertion failed: {error}")))
    }
}

/// The keys of a process.
///
/// A verifier may hold the public keys for a while, so a new key signs only after its predecessor has expired.
#[derive(Debug, Default)]
pub struct SigningKeys(Vec<Rc<SigningKey>>);

impl SigningKeys {
    /// The key that signs now.
    pub fn current(&self, now: Millis) -> Option<&Rc<SigningKey>> {
        self.0.iter().find(|key| key.may_sign(now))
    }

    /// Whether it is time to make the next key.
    pub fn wanting(&self, now: Millis) -> bool {
        !self.0.iter().any(|key| key.may_sign(now.saturating_add(OVERLAP)))
    }

    /// When the next key begins to sign, where one is published that does not sign yet.
    pub fn opens_at(&self, now: Millis) -> Option<Millis> {
        self.0.iter().map(|key| key.signs_from).filter(|from| *from > now).min()
    }

    /// Adds a key that was published just now.
    pub fn put(&mut self, key: SigningKey, now: Millis) {
        self.0.retain(|key| now < key.signs_until);
        self.0.push(Rc::new(SigningKey { signs_from: now.saturating_add(SPREADS_FOR), ..key }));
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: String,
    iat: u64,
    exp: u64,
    jti: String,
    groups: Vec<&'a str>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::config::tests::{AUDIENCE, ISSUER, config};
    use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
    use serde_json::Value;

    pub(crate) const NOW: Millis = 1_795_493_106_007;

    pub(crate) fn key(seed: u8) -> SigningKey {
        SigningKey::new(&Entropy::new([seed; 32]), NOW).expect("a scalar")
    }

    pub(crate) fn assertion() -> Secret {
        let groups =
            ["group:default/ml-team".to_owned(), "group:default/all".to_owned(), "group:default/all".to_owned()];
        let guest = Subject::parse("user:default/guest").unwrap();
        key(7).assert(&config().identity, &guest, &groups, &Entropy::new([9; 32]), NOW).unwrap()
    }

    fn verify(token: &str, key: &SigningKey) -> jsonwebtoken::errors::Result<Value> {
        crypto::install();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[format!("https:{AUDIENCE}")]);
        validation.set_issuer(&[ISSUER]);
        // The clock of these tests does not move.
        validation.validate_exp = false;
        let public = DecodingKey::from_ec_components(&key.jwk.x, &key.jwk.y)?;
        decode::<Value>(token, &public, &validation).map(|data| data.claims)
    }

    #[test]
    fn the_first_assertion_has_the_header_and_claims_that_google_requires() {
        let assertion = assertion();
        let header = decode_header(assertion.expose()).unwrap();
        assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::ES256, Some("JWT")));
        assert_eq!(header.kid.as_deref(), Some(key(7).jwk.kid.as_str()));
        let claims = verify(assertion.expose(), &key(7)).unwrap();
        assert_eq!(claims["sub"], "user:default/guest");
        assert_eq!(claims["groups"], serde_json::json!(["group:default/all", "group:default/ml-team"]));
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 300);
        assert!(claims["iat"].as_u64().unwrap() < NOW / 1000);
        assert!(claims["jti"].as_str().unwrap().len() > 20);
    }

    #[test]
    fn rejects_another_key_and_a_changed_claim() {
        let assertion = assertion();
        assert!(verify(assertion.expose(), &key(8)).is_err());
        let parts: Vec<&str> = assertion.expose().split('.').collect();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        let forged = URL_SAFE_NO_PAD.encode(claims.replace("guest", "admin"));
        assert!(verify(&format!("{}.{forged}.{}", parts[0], parts[2]), &key(7)).is_err());
    }

    #[test]
    fn the_kid_is_the_thumbprint_of_rfc_7638() {
        // The key of RFC 7517 appendix A.1; its thumbprint was computed with Python's hashlib.
        let scalar = URL_SAFE_NO_PAD.decode("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE").unwrap();
        let key = SigningKey::new(&Entropy::new(scalar.try_into().unwrap()), NOW).unwrap();
        assert_eq!(key.jwk.x, "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4");
        assert_eq!(key.jwk.y, "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        assert_eq!(key.jwk.kid, THUMBPRINT);
    }

    const THUMBPRINT: &str = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s";

    #[test]
    fn publishes_and_prints_no_private_key() {
        let key = key(7);
        let public = serde_json::to_value(key.public()).unwrap();
        assert_eq!(public["kid"], public["jwk"]["kid"]);
        assert!(public["jwk"].get("d").is_none());
        assert_eq!(public["expiresAt"], "2026-11-24T05:10:36.007Z");
        let scalar = URL_SAFE_NO_PAD.encode([7; 32]);
        for shown in [format!("{key:?}"), public.to_string(), format!("{:?}", assertion())] {
            assert!(!shown.contains(&scalar) && !shown.contains("7, 7") && !shown.contains("eyJ"), "{shown}");
        }
    }

    #[test]
    fn a_key_expires_and_zero_is_not_a_key() {
        let mut keys = SigningKeys::default();
        assert!(!key(7).may_sign(NOW), "a key is published before it signs");
        keys.put(key(7), NOW);
        assert!(keys.0[0].may_sign(NOW + SIGNS_FOR - 1));
        assert!(!keys.0[0].may_sign(NOW + SIGNS_FOR));
        assert!(SigningKey::new(&Entropy::new([0; 32]), NOW).is_none());
        assert!(SigningKey::new(&Entropy::new([255; 32]), NOW).is_none());
    }

    #[test]
    fn a_new_key_signs_after_its_predecessor_has_expired() {
        let mut keys = SigningKeys::default();
        let signs = |keys: &SigningKeys, at: Millis| keys.current(at).map(|key| key.jwk.kid.clone());
        assert!(keys.wanting(NOW) && signs(&keys, NOW).is_none());
        keys.put(key(7), NOW);
        let kid = |seed: u8| Some(key(seed).jwk.kid);
        let spread = NOW + SPREADS_FOR;
        // Other replicas answer with keys that are a second old.
        assert_eq!((signs(&keys, spread - 1), keys.opens_at(spread - 1)), (None, Some(spread)));
        assert_eq!((signs(&keys, spread), keys.opens_at(spread)), (kid(7), None));

        // Every verifier has read the next public key before its first use.
        let half = NOW + OVERLAP;
        assert!(!keys.wanting(half - 1) && keys.wanting(half) && SIGNS_FOR - OVERLAP > 120_000);
        keys.put(SigningKey::new(&Entropy::new([8; 32]), half).unwrap(), half);
        assert!(!keys.wanting(half));
        let end = NOW + SIGNS_FOR;
        assert_eq!((signs(&keys, end - 1), signs(&keys, end)), (kid(7), kid(8)));

        keys.put(SigningKey::new(&Entropy::new([9; 32]), end).unwrap(), end);
        assert_eq!(keys.0.len(), 2, "an expired key is removed");
        assert!(signs(&keys, end + SIGNS_FOR).is_none());
    }

    #[test]
    fn limits_a_subject_to_googles_length() {
        let long = format!("user:default/{}", "a".repeat(114));
        assert!(Subject::parse(&long).is_ok());
        assert_eq!(Subject::parse(&format!("{long}a")).unwrap_err().code, Code::IdentitySubjectTooLong);
        assert_eq!(Subject::parse("").unwrap_err().code, Code::RequestMalformed);
    }
}
