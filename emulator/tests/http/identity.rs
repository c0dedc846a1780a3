//! Token exchange and impersonation of service accounts.

use crate::harness::{Answer, Cloud, FAST, OWNER, PLACE, STRANGER, agent, demo_seed};
use crate::issuer::{AUDIENCE, Issuer, Key};
use base64ct::{Base64UrlUnpadded, Encoding};
use emulator::seed::Seed;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

const TEAM: &[&str] = &["group:default/ml-team"];
const DEPLOYER: &str = "/v1/projects/-/serviceAccounts/deployer@acme-ml.iam.gserviceaccount.com";

struct Setting {
    cloud: Cloud,
    issuer: Issuer,
    key: Key,
}

fn setting() -> Setting {
    let key = Key::new("first");
    let issuer = Issuer::start(&key);
    let mut seed = demo_seed();
    seed.replace_issuers(&issuer.url);
    Setting { cloud: Cloud::with(seed, FAST), issuer, key }
}

/// A provider with uploaded keys that maps a team and accepts only one team.
fn seed_with_keys(jwks: &Value) -> Seed {
    let seed = format!(
        "\
projects: [{{id: acme-ml, number: '123456789012'}}]
providers:
  - name: {AUDIENCE}
    issuer: https://portal.example
    jwks: {jwks}
    attributeMapping:
      google.subject: \"assertion.sub.startsWith('user:') ? assertion.sub : 'nobody'\"
      attribute.team: assertion.team
    attributeCondition: attribute.team == 'ml'
"
    );
    Seed::parse(&seed).unwrap()
}

fn exchange_request(assertion: &str) -> Value {
    json!({
        "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
        "audience": AUDIENCE,
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
        "subjectToken": assertion,
        "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
    })
}

impl Setting {
    fn exchange(&self, assertion: &str) -> Answer {
        self.cloud.post("", "/v1/token", exchange_request(assertion))
    }

    fn token(&self, groups: &[&str]) -> String {
        let answer = self.exchange(&self.key.sign(&self.issuer.claims(groups))).ok();
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(3600)));
        answer["access_token"].as_str().unwrap().to_owned()
    }
}

#[track_caller]
fn refused(answer: &Answer, error: &str, text: &str) {
    assert_eq!((answer.status, answer.body["error"].as_str()), (400, Some(error)), "{}", answer.body);
    let description = answer.body["error_description"].as_str().unwrap();
    assert!(description.contains(text), "{description}");
}

#[test]
fn mapped_attributes_have_a_type_and_a_size() {
    let setting = setting();
    let groups: Vec<String> =
        (0..300).map(|number| format!("group:default/a-team-with-the-number-{number:04}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let many = setting.exchange(&setting.key.sign(&setting.issuer.claims(&groups)));
    refused(&many, "invalid_request", "The size of the entire mapped attributes exceeds the 8192 bytes limit.");
    setting.exchange(&setting.key.sign(&setting.issuer.claims(&groups[..100]))).ok();
    let mut claims = setting.issuer.claims(TEAM);
    claims["groups"] = json!("one");
    let one = setting.exchange(&setting.key.sign(&claims));
    refused(&one, "unauthorized_client", "The mapped attribute 'google.groups' must be of type LIST.");
}

#[test]
fn a_reset_forgets_the_issuers_keys() {
    let setting = setting();
    setting.token(TEAM);
    // Another key with the same id: a cached one is asked for no more.
    let second = Key::new(&setting.key.kid);
    setting.issuer.publish(&[&second]);
    let assertion = second.sign(&setting.issuer.claims(TEAM));
    refused(&setting.exchange(&assertion), "invalid_grant", "signature");
    setting.cloud.post("", "/emulator/reset", json!({})).ok();
    setting.exchange(&assertion).ok();
}

#[test]
fn a_valid_assertion_becomes_a_token_with_the_access_of_its_groups() {
    let setting = setting();
    let model = format!("{PLACE}/models/fraud-detector");
    setting.cloud.get(&setting.token(TEAM), &model).ok();
    setting.cloud.get(&setting.token(&[]), &model).refused(403, "PERMISSION_DENIED");
    let state = setting.cloud.get("", "/emulator/state").ok();
    let caller = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/subject/user:default/guest";
    assert!(state["calls"].as_array().unwrap().iter().any(|call| call["principal"] == caller), "{state}");
}

#[test]
fn tokens_expire_at_once_on_demand() {
    let setting = setting();
    let model = format!("{PLACE}/models/fraud-detector");
    let token = setting.token(TEAM);
    setting.cloud.post("", "/emulator/tokens/expire", json!({})).ok();
    setting.cloud.get(&token, &model).refused(401, "UNAUTHENTICATED");
    setting.cloud.get(OWNER, &model).ok();
    setting.cloud.get(&setting.token(TEAM), &model).ok();
}

#[test]
fn accepts_a_form_with_snake_case_names() {
    let setting = setting();
    let assertion = setting.key.sign(&setting.issuer.claims(TEAM));
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("audience", AUDIENCE),
        ("scope", "https://www.googleapis.com/auth/cloud-platform"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("subject_token", &assertion),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
    ];
    let response = agent().post(format!("{}/v1/token", setting.cloud.url)).send_form(form).unwrap();
    assert_eq!(response.status(), 200);
}

#[test]
fn accepts_an_audience_without_its_scheme() {
    let setting = setting();
    let mut claims = setting.issuer.claims(TEAM);
    claims["aud"] = json!(AUDIENCE);
    setting.exchange(&setting.key.sign(&claims)).ok();
}

#[test]
fn rejects_wrong_claims() {
    let setting = setting();
    let now = chrono::Utc::now().timestamp();
    for (claim, value, text) in [
        ("exp", json!(now - 1), "stale"),
        ("iat", json!(now + 600), "times"),
        ("iat", json!(now - 90_000), "times"),
        ("exp", json!(now + 90_000), "times"),
        ("exp", Value::Null, "times"),
        ("aud", json!("https://elsewhere.example"), "does not match the expected audience"),
        ("iss", json!("http://127.0.0.1:1"), "does not match the expected ones"),
        ("sub", Value::Null, "subject"),
    ] {
        let mut claims = setting.issuer.claims(TEAM);
        claims[claim] = value;
        refused(&setting.exchange(&setting.key.sign(&claims)), "invalid_grant", text);
    }
}

#[test]
fn accepts_only_the_issuers_signatures_and_two_algorithms() {
    let setting = setting();
    let claims = setting.issuer.claims(TEAM);
    for algorithm in ["none", "HS256", "ES384", "PS256", "EdDSA"] {
        let header = json!({"alg": algorithm, "kid": "first"});
        refused(&setting.exchange(&setting.key.sign_with(&header, &claims)), "invalid_grant", algorithm);
    }
    // An EC key does not verify a token that claims RSA.
    let header = json!({"alg": "RS256", "kid": "first"});
    refused(&setting.exchange(&setting.key.sign_with(&header, &claims)), "invalid_grant", "signature");
    refused(&setting.exchange(&setting.key.sign_with(&json!({"alg": "ES256"}), &claims)), "invalid_grant", "key id");
    refused(&setting.exchange(&Key::new("first").sign(&claims)), "invalid_grant", "signature");
    refused(&setting.exchange(&Key::new("second").sign(&claims)), "invalid_grant", "key id");
    refused(&setting.exchange("not.a.token"), "invalid_request", "JWT");
}

#[test]
fn fetches_keys_once_and_again_for_an_unknown_key() {
    let setting = setting();
    setting.token(TEAM);
    setting.token(TEAM);
    assert_eq!(setting.issuer.fetches(), 1);
    let next = Key::new("next");
    setting.issuer.publish(&[&setting.key, &next]);
    setting.exchange(&next.sign(&setting.issuer.claims(TEAM))).ok();
    assert_eq!(setting.issuer.fetches(), 2);
}

#[test]
fn checks_the_request_before_the_assertion() {
    let setting = setting();
    let good = exchange_request(&setting.key.sign(&setting.issuer.claims(TEAM)));
    let absent = AUDIENCE.replace("/portal", "/absent");
    for (field, value, error) in [
        ("grantType", "password", "unsupported_grant_type"),
        ("requestedTokenType", "urn:ietf:params:oauth:token-type:saml2", "invalid_request"),
        ("subjectTokenType", "urn:ietf:params:oauth:token-type:saml2", "invalid_request"),
        ("scope", "", "invalid_scope"),
        ("audience", "portal", "invalid_request"),
        ("audience", &absent, "invalid_target"),
    ] {
        let mut request = good.clone();
        request[field] = json!(value);
        refused(&setting.cloud.post("", "/v1/token", request), error, "");
    }
    refused(&setting.cloud.post("anything", "/v1/token", good), "invalid_request", "Authorization");
}

#[test]
fn a_mapped_subject_has_at_most_127_bytes() {
    let setting = setting();
    for (length, fits) in [(127, true), (128, false)] {
        let mut claims = setting.issuer.claims(TEAM);
        claims["sub"] = json!("s".repeat(length));
        let answer = setting.exchange(&setting.key.sign(&claims));
        assert_eq!(answer.status == 200, fits, "{}", answer.body);
    }
}

#[test]
fn uses_the_providers_mapping_condition_and_uploaded_keys() {
    let key = Key::new("uploaded");
    let cloud = Cloud::with(seed_with_keys(&json!({ "keys": [key.public()] })), FAST);
    let now = chrono::Utc::now().timestamp();
    for (team, error) in [("ml", None), ("sales", Some("unauthorized_client"))] {
        let claims = json!({"iss": "https://portal.example", "sub": "user:default/guest", "aud": AUDIENCE,
            "iat": now, "exp": now + 60, "team": team});
        let answer = cloud.post("", "/v1/token", exchange_request(&key.sign(&claims)));
        assert_eq!(answer.body["error"].as_str(), error, "{}", answer.body);
    }
}

/// The system's randomness in the form that the `rsa` crate requires.
struct SystemRandom;

impl rsa::rand_core::RngCore for SystemRandom {
    fn next_u32(&mut self) -> u32 {
        getrandom::u32().unwrap()
    }
    fn next_u64(&mut self) -> u64 {
        getrandom::u64().unwrap()
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for SystemRandom {}

#[test]
fn accepts_rsa_signatures() {
    // A short key for speed; it protects nothing.
    let private = rsa::RsaPrivateKey::new(&mut SystemRandom, 1024).unwrap();
    let number = |n: &rsa::BigUint| Base64UrlUnpadded::encode_string(&n.to_bytes_be());
    let public = json!({"kty": "RSA", "kid": "rsa", "n": number(private.n()), "e": number(private.e())});
    let cloud = Cloud::with(seed_with_keys(&json!({ "keys": [public] })), FAST);
    let now = chrono::Utc::now().timestamp();
    let claims = json!({"iss": "https://portal.example", "sub": "user:a", "aud": AUDIENCE, "iat": now, "exp": now + 60, "team": "ml"});
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&json!({"alg": "RS256", "kid": "rsa"})), part(&claims));
    let signer = rsa::pkcs1v15::SigningKey::<rsa::sha2::Sha256>::new(private);
    let signature = signer.sign(signed.as_bytes()).to_vec();
    let mut forged = signature.clone();
    forged[7] ^= 1;
    for (signature, status) in [(signature, 200), (forged, 400)] {
        let assertion = format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature));
        let answer = cloud.post("", "/v1/token", exchange_request(&assertion));
        assert_eq!(answer.status, status, "{}", answer.body);
    }
}

#[test]
fn impersonates_a_service_account_with_the_permission() {
    let setting = setting();
    let path = format!("{DEPLOYER}:generateAccessToken");
    let scope = json!(["https://www.googleapis.com/auth/cloud-platform"]);
    // Google's Python client sends null for unset fields.
    let request = json!({"delegates": null, "scope": scope, "lifetime": "900s"});
    let answer = setting.cloud.post(&setting.token(TEAM), &path, request.clone()).ok();
    let expires = chrono::DateTime::parse_from_rfc3339(answer["expireTime"].as_str().unwrap()).unwrap();
    let seconds = expires.timestamp() - chrono::Utc::now().timestamp();
    assert!((890..=900).contains(&seconds), "{seconds}");
    setting.cloud.get(answer["accessToken"].as_str().unwrap(), &format!("{PLACE}/models/fraud-detector")).ok();

    let denied = setting.cloud.post(STRANGER, &path, request);
    let text = denied.refused(403, "PERMISSION_DENIED");
    assert_eq!(text, "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).");
    let long = json!({"scope": scope, "lifetime": "3601s"});
    let text = setting.cloud.post(&setting.token(TEAM), &path, long).refused(400, "INVALID_ARGUMENT");
    assert_eq!(text, "The access token lifetime cannot exceed 3600 seconds.");
    setting.cloud.get(OWNER, &format!("{DEPLOYER}/allowedLocations")).ok();
}

#[test]
fn a_token_expires_after_its_lifetime() {
    let setting = setting();
    let request = json!({"scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "0s"});
    let answer = setting.cloud.post(&setting.token(TEAM), &format!("{DEPLOYER}:generateAccessToken"), request).ok();
    let model = format!("{PLACE}/models/fraud-detector");
    setting.cloud.get(answer["accessToken"].as_str().unwrap(), &model).refused(401, "UNAUTHENTICATED");
}
