//! Access tokens of service accounts.
//! Source: `iamcredentials.v1`.

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::state::principal::Principal;
use crate::state::world::AccessToken;
use crate::token::secret;
use serde_json::{Value, json};
use std::time::Duration;

/// `POST /v1/projects/-/serviceAccounts/{email}:generateAccessToken`
pub fn generate_access_token(call: &Call<'_>, email: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, message::GENERATE_TOKEN)?;
    if request["scope"].as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::invalid("scope is required."));
    }
    let lifetime = request["lifetime"].as_str().unwrap_or("3600s");
    let seconds = lifetime.strip_suffix('s').and_then(|s| s.parse::<u64>().ok());
    let seconds = seconds.ok_or_else(|| ApiError::invalid(format!("Invalid lifetime: {lifetime}")))?;
    if seconds > 3600 {
        return Err(ApiError::invalid("The access token lifetime cannot exceed 3600 seconds."));
    }
    let mut world = call.cloud.world();
    const PERMISSION: &str = "iam.serviceAccounts.getAccessToken";
    if !world.may_on_account(call.who, PERMISSION, email) {
        return Err(ApiError::new(
            "PERMISSION_DENIED",
            format!("Permission '{PERMISSION}' denied on resource (or it may not exist)."),
        )
        .with(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "IAM_PERMISSION_DENIED",
            "domain": "iam.googleapis.com",
            "metadata": {"permission": PERMISSION}
        })));
    }
    let token = secret("ya29.c.");
    let expires = Some(tokio::time::Instant::now() + Duration::from_secs(seconds));
    let principal = Principal::ServiceAccount { email: email.to_owned() };
    world.tokens.insert(token.clone(), AccessToken { principal, expires });
    let expire_time = chrono::Utc::now() + chrono::Duration::seconds(i64::try_from(seconds).unwrap_or(3600));
    Ok(json!({
        "accessToken": token,
        "expireTime": expire_time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    }))
}
