//! Verification of OIDC assertions with their issuer's keys.

use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::state::world::Provider;
use base64ct::{Base64UrlUnpadded, Encoding};
use p256::ecdsa::signature::Verifier;
use serde_json::Value;
use std::time::Duration;

/// The claims of a verified assertion.
pub struct Claims(pub Value);

fn refused(description: impl Into<String>) -> ApiError {
    ApiError::oauth("invalid_grant", description)
}

fn part(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// Verifies header, signature and claims as Google does.
pub async fn verify(cloud: &Cloud, provider: &Provider, audience: &str, token: &str) -> Result<Claims, ApiError> {
    let malformed = || ApiError::oauth("invalid_request", "The subject token is not a well-formed JWT.");
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { return Err(malformed()) };
    let json = |text: &str| part(text).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let (head, claims) = (json(header).ok_or_else(malformed)?, json(payload).ok_or_else(malformed)?);
    let algorithm = head["alg"].as_str().unwrap_or_default();
    if !["RS256", "ES256"].contains(&algorithm) {
        return Err(refused(format!("The algorithm {algorithm} of the ID Token is not supported.")));
    }
    let kid = head["kid"].as_str().ok_or_else(|| refused("The ID Token has no key id."))?;

    let issuer = claims["iss"].as_str().unwrap_or_default();
    if issuer != provider.issuer {
        return Err(refused(format!(
            "The issuer in ID Token {issuer} does not match the expected ones: {}",
            provider.issuer
        )));
    }
    let key = key(cloud, provider, kid).await?;
    let signature = part(signature).ok_or_else(malformed)?;
    let signed = format!("{header}.{payload}");
    if !is_signed(&key, algorithm, signed.as_bytes(), &signature) {
        return Err(refused("The signature of the ID Token is invalid."));
    }

    let now = chrono::Utc::now().timestamp();
    let number = |name: &str| claims[name].as_i64();
    match (number("iat"), number("exp")) {
        (Some(iat), Some(exp)) if iat <= now + 60 && iat >= now - 86_400 && exp - iat <= 86_400 => {
            if exp <= now {
                return Err(refused(format!("ID Token issued at {iat} is stale to sign-in.")));
            }
        }
        _ => return Err(refused("The times of the ID Token are missing or out of range.")),
    }
    let audiences: Vec<&str> = match &claims["aud"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let accepted = |aud: &&str| match provider.allowed_audiences.as_slice() {
        [] => *aud == audience || *aud == format!("https:{audience}"),
        listed => listed.iter().any(|allowed| allowed == aud),
    };
    if !audiences.iter().any(accepted) {
        let said = audiences.join(", ");
        return Err(refused(format!("The audience in ID Token [{said}] does not match the expected audience.")));
    }
    if claims["sub"].as_str().is_none_or(str::is_empty) {
        return Err(refused("The ID Token has no subject."));
    }
    Ok(Claims(claims))
}

/// The issuer's key: uploaded, or fetched through the discovery document.
async fn key(cloud: &Cloud, provider: &Provider, kid: &str) -> Result<Value, ApiError> {
    let find = |jwks: &Value| jwks["keys"].as_array()?.iter().find(|key| key["kid"] == kid).cloned();
    let unknown = || refused("No key of the issuer has the key id of the ID Token.");
    if let Some(jwks) = &provider.jwks {
        return find(jwks).ok_or_else(unknown);
    }
    let cached = cloud.cached_keys(&provider.issuer);
    if let Some(key) = cached.as_ref().and_then(find) {
        return Ok(key);
    }
    let issuer = provider.issuer.clone();
    let fetched = tokio::task::spawn_blocking(move || fetch(&issuer)).await.ok().flatten();
    let fetched = fetched.ok_or_else(|| refused("Error connecting to the given credential's issuer."))?;
    cloud.cache_keys(&provider.issuer, fetched.clone());
    find(&fetched).ok_or_else(unknown)
}

/// Fetches an issuer's keys. Only issuers on loopback are called: traffic stays on this machine.
fn fetch(issuer: &str) -> Option<Value> {
    let get = |url: &str| -> Option<Value> {
        let rest = url.strip_prefix("http://")?;
        let host = rest.split(['/', ':']).next()?;
        (["localhost", "127.0.0.1"].contains(&host)).then_some(())?;
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
        let mut response = agent.get(url).call().ok()?;
        serde_json::from_str(&response.body_mut().read_to_string().ok()?).ok()
    };
    let discovery = get(&format!("{issuer}/.well-known/openid-configuration"))?;
    if discovery["issuer"] != issuer {
        return None;
    }
    get(discovery["jwks_uri"].as_str()?)
}

fn is_signed(key: &Value, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
    let check = || -> Option<()> {
        let number = |name: &str| part(key[name].as_str()?);
        match (algorithm, key["kty"].as_str()?) {
            ("ES256", "EC") => {
                let jwk = serde_json::json!({"kty": "EC", "crv": key["crv"], "x": key["x"], "y": key["y"]});
                let public = p256::PublicKey::from_jwk_str(&jwk.to_string()).ok()?;
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
                p256::ecdsa::VerifyingKey::from(public).verify(message, &signature).ok()
            }
            ("RS256", "RSA") => {
                let modulus = rsa::BigUint::from_bytes_be(&number("n")?);
                let exponent = rsa::BigUint::from_bytes_be(&number("e")?);
                let public = rsa::RsaPublicKey::new(modulus, exponent).ok()?;
                let signature = rsa::pkcs1v15::Signature::try_from(signature).ok()?;
                rsa::pkcs1v15::VerifyingKey::<rsa::sha2::Sha256>::new(public).verify(message, &signature).ok()
            }
            _ => None,
        }
    };
    check().is_some()
}
