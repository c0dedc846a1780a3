//! The Security Token Service: exchanges an assertion of a trusted issuer for an access token.
//!
//! Source: `sts.v1` `token`; "Configure Workload Identity Federation with other identity providers"
//! (<https://cloud.google.com/iam/docs/workload-identity-federation-with-other-providers>, read 2026-11-27). Texts of errors are unverified.

use crate::assertion::{self, Claims};
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::state::principal::Principal;
use crate::state::world::{AccessToken, Provider};
use crate::token::secret;
use cel::{Context, Program, Value as Cel};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const LIFETIME: u64 = 3600;
/// Source: `iam.v1` `WorkloadIdentityPoolProvider.attributeMapping`. Unverified: what counts, besides the values.
const LARGEST_ATTRIBUTES: usize = 8192;
const TYPES: &str = "urn:ietf:params:oauth:token-type:";

/// `POST /v1/token`
pub async fn token(cloud: &Cloud, content_type: &str, body: &[u8], has_credentials: bool) -> Result<Value, ApiError> {
    let invalid = |description: &str| ApiError::oauth("invalid_request", description);
    if has_credentials {
        return Err(invalid("The request must not carry an Authorization header."));
    }
    let request = read(content_type, body).ok_or_else(|| invalid("Could not parse the request."))?;
    let field = |name: &str| request.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange" {
        return Err(ApiError::oauth("unsupported_grant_type", "Invalid grant_type."));
    }
    if field("requested_token_type") != format!("{TYPES}access_token") {
        return Err(invalid("Invalid value for \"requested_token_type\"."));
    }
    if !["jwt", "id_token"].iter().any(|kind| field("subject_token_type") == format!("{TYPES}{kind}")) {
        return Err(invalid("Invalid value for \"subject_token_type\"."));
    }
    if field("scope").is_empty() {
        return Err(ApiError::oauth("invalid_scope", "scope is required for external credentials."));
    }
    let audience = field("audience");
    if !audience.starts_with("//iam.googleapis.com/") {
        return Err(invalid(
            "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider.",
        ));
    }
    let provider = cloud.world().providers.get(audience).filter(|provider| !provider.disabled).cloned();
    let provider = provider.ok_or_else(|| {
        ApiError::oauth("invalid_target", "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.")
    })?;
    let claims = assertion::verify(cloud, &provider, audience, field("subject_token")).await?;
    let principal = map(&provider, &claims)?;

    let token = secret("ya29.f.");
    let expires = Some(tokio::time::Instant::now() + Duration::from_secs(LIFETIME));
    cloud.world().tokens.insert(token.clone(), AccessToken { principal, expires });
    Ok(json!({
        "access_token": token,
        "issued_token_type": format!("{TYPES}access_token"),
        "token_type": "Bearer",
        "expires_in": LIFETIME,
    }))
}

/// Reads the request: JSON has camelCase names, a form snake_case names.
fn read(content_type: &str, body: &[u8]) -> Option<BTreeMap<String, String>> {
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return std::str::from_utf8(body).ok().map(crate::query::parse).map(|pairs| pairs.into_iter().collect());
    }
    let value: BTreeMap<String, Value> = serde_json::from_slice(body).ok()?;
    let snake = |name: &str| {
        name.chars().fold(String::new(), |mut out, c| {
            if c.is_ascii_uppercase() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            out
        })
    };
    value.into_iter().map(|(name, value)| Some((snake(&name), value.as_str()?.to_owned()))).collect()
}

/// Maps the assertion's claims to a principal and evaluates the provider's condition.
fn map(provider: &Provider, claims: &Claims) -> Result<Principal, ApiError> {
    let mut context = Context::default();
    let wrong = |what: &str| ApiError::oauth("invalid_grant", format!("Failed to map the credential: {what}"));
    let mistyped = |target: &str, kind: &str| {
        let text = format!("The mapped attribute '{target}' must be of type {kind}.");
        ApiError::oauth("unauthorized_client", text)
    };
    context.add_variable("assertion", &claims.0).map_err(|_| wrong("unreadable claims"))?;
    let evaluate = |expression: &str, context: &Context<'_, '_>| -> Result<Cel, ApiError> {
        let program = Program::compile(expression).map_err(|_| wrong(expression))?;
        program.execute(context).map_err(|_| wrong(expression))
    };
    let (mut subject, mut groups, mut attributes) = (String::new(), Vec::new(), BTreeMap::new());
    for (target, expression) in &provider.attribute_mapping {
        let value = evaluate(expression, &context)?.json().map_err(|_| wrong(expression))?;
        match (target.as_str(), value) {
            ("google.subject", Value::String(value)) => subject = value,
            ("google.groups", Value::Array(values)) => {
                groups = values.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect();
            }
            ("google.groups", _) => return Err(mistyped(target, "LIST")),
            (name, Value::String(value)) => {
                let name = name.strip_prefix("attribute.").ok_or_else(|| wrong(target))?;
                attributes.insert(name.to_owned(), value);
            }
            _ => return Err(mistyped(target, "STRING")),
        }
    }
    if subject.is_empty() {
        return Err(wrong("google.subject"));
    }
    if subject.len() > 127 {
        return Err(ApiError::oauth("invalid_request", "The size of mapped attribute exceeds the 127 bytes limit."));
    }
    let whole = subject.len()
        + groups.iter().map(String::len).sum::<usize>()
        + attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
    if whole > LARGEST_ATTRIBUTES {
        let text = format!("The size of the entire mapped attributes exceeds the {LARGEST_ATTRIBUTES} bytes limit.");
        return Err(ApiError::oauth("invalid_request", text));
    }
    if let Some(condition) = &provider.attribute_condition {
        let shown = json!({"subject": subject, "groups": groups});
        context.add_variable("google", &shown).map_err(|_| wrong("google"))?;
        context.add_variable("attribute", &attributes).map_err(|_| wrong("attribute"))?;
        if !matches!(evaluate(condition, &context), Ok(Cel::Bool(true))) {
            return Err(ApiError::oauth(
                "unauthorized_client",
                "The given credential is rejected by the attribute condition.",
            ));
        }
    }
    Ok(Principal::Federated { pool: provider.pool.clone(), subject, groups, attributes })
}
