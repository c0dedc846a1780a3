//! Requests about access, read from JSON.

use crate::api::deployment::DeploymentRequest;
use crate::api::request::{Field, Fields, malformed, request};
use crate::diagnostic::Diagnostic;
use crate::iam::deliver::apply::ApplyMode;
use crate::iam::rights::approval::Approval;
use crate::iam::rights::options::Delivery;
use crate::iam::rights::risk::ServingAccountRights;
use crate::ordered::Ordered;
use crate::plan::Found;
use serde_json::Value;

request! {
    /// An access request to plan.
    #[ts(rename = "IamPlanRequest")]
    pub struct IamRequest {
        ..deployment: DeploymentRequest,
        /// `user:…`, `group:…`, `serviceAccount:…`, `principal://…` or `principalSet://…`
        principal: String,
        /// What exists already. More rights are requested for what is unknown.
        found: Option<Found>,
        /// RFC 3339 in UTC. Without it and without `days` the grants do not expire.
        expires_at: Option<String>,
        /// Days until the expiry, 1 to 365, in place of `expiresAt`.
        days: Option<u32>,
        /// Default: `policy`. `pam` requires `approvers` and an `expiresAt` between 30 minutes and 7 days from now.
        delivery: Option<Delivery>,
        /// The project's number. It names Vertex AI's service agent, and is required if that needs a grant.
        project_number: Option<String>,
        /// The project of the bucket in the `-artifact-uri` annotation. Without it the service agent is granted access to the bucket.
        artifact_project: Option<String>,
        /// Principals who may approve a grant of Privileged Access Manager, other than `principal`.
        approvers: Option<Vec<String>>,
        justification: Option<String>,
        /// Further Google methods to allow, e.g. `aiplatform.projects.locations.endpoints.predict`.
        methods: Option<Vec<String>>,
        /// Permissions that custom roles do not support, from `queryTestablePermissions`.
        unsupported_permissions: Option<Vec<String>>,
        /// Rights of the service account that the model runs as. They add to the risks of deploying.
        account_powers: Option<ServingAccountRights>,
    }
}

request! {
    /// An access request to compare with what is known.
    pub struct IamCompareRequest {
        ..iam: IamRequest,
        /// Allow policies of version 3 by resource, unchanged as Google returned them.
        policies: Option<Policies>,
        /// Permissions by role, e.g. `{ 'roles/aiplatform.viewer': [...] }`.
        roles: Option<Names>,
        /// The principal's groups, as policies name them.
        member_of: Option<Vec<String>>,
        /// Answers of `testIamPermissions` by resource: hints only.
        tested: Option<Names>,
    }
}

request! {
    /// An access request to apply to allow policies.
    pub struct IamApplyRequest {
        ..iam: IamRequest,
        /// Default: `grant`, which requires `approval` and an `expiresAt` more than 7 minutes from now. Grants that exist for as long or
        /// longer stay as they are.
        ///
        /// `clean-up` revokes expired grants only. Grants of Vertex AI's service agent are never revoked.
        mode: Option<ApplyMode>,
        /// Who grants the access, and for whom. Rejected with `iam/own-request` if both are the same person, if either is unknown, or if
        /// the access is for somebody else than `principal`.
        approval: Option<Approval>,
        /// Names of grants to leave unchanged.
        keep: Option<Vec<String>>,
        /// Default: true. After granting, waits for Google's propagation time of 7 minutes and checks meanwhile that the policies stay.
        /// Fails with `iam/overwritten` if they do not. Cancelling ends the wait and keeps the grants.
        wait: Option<bool>,
        /// Checks the request, reports what is left to the files, and calls nothing.
        dry_run: Option<bool>,
        proxy_url: String,
        reason: Option<String>,
    }
}

request! {
    /// An access request to Privileged Access Manager. `delivery` may only be `pam`, which is the default here.
    pub struct IamPamRequest {
        ..iam: IamRequest,
        /// Reports what would be requested, and calls nothing.
        dry_run: Option<bool>,
        proxy_url: String,
        /// Names the attempt, e.g. `scaffolder task 1b2c`. Within an hour, requests with the same reason create one grant.
        reason: String,
    }
}

request! {
    /// An access request to verify.
    pub struct IamVerifyRequest {
        ..compare: IamCompareRequest,
        /// Entity ref of the caller. If `principal` is this user, as `principal://…/subject/REF`, Google's answers to the caller count.
        hints_for: Option<String>,
        proxy_url: String,
        reason: Option<String>,
    }
}

/// Allow policies by resource, not read yet.
#[derive(Clone, Debug, ts_rs::TS)]
#[ts(type = "{ [resource: string]: object }")]
pub struct Policies(pub Vec<(String, Value)>);

/// Lists of names by name.
#[derive(Clone, Debug, ts_rs::TS)]
#[ts(type = "{ [name: string]: string[] }")]
pub struct Names(pub Ordered<String, Vec<String>>);

/// Reads the fields of an object inside a request; `None` if it is missing.
fn inner<T>(
    value: Value,
    name: &str,
    read: impl FnOnce(&mut Fields) -> Result<T, Diagnostic>,
) -> Result<Option<T>, Diagnostic> {
    if value.is_null() {
        return Ok(None);
    }
    let mut fields = Fields::of(value).map_err(|_| malformed(format!("`{name}` is not an object")))?;
    let read = read(&mut fields)?;
    fields.end()?;
    Ok(Some(read))
}

/// Reads names of roles or permissions.
fn names(value: Value, name: &str) -> Result<Vec<String>, Diagnostic> {
    let names: Vec<String> = Option::read(value, name)?.unwrap_or_default();
    let is_name = |text: &String| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:".contains(&b));
    match names.iter().find(|text| !is_name(text)) {
        Some(wrong) => Err(malformed(format!("`{wrong}` in `{name}` is not the name of a role or a permission"))),
        None => Ok(names),
    }
}

impl Field for Option<Vec<String>> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        let wrong = || malformed(format!("`{name}` is not a list of strings"));
        let text = |item| match item {
            Value::String(text) => Ok(text),
            _ => Err(wrong()),
        };
        match value {
            Value::Null => Ok(None),
            Value::Array(items) => items.into_iter().map(text).collect::<Result<_, _>>().map(Some),
            _ => Err(wrong()),
        }
    }
}

impl Field for Option<u32> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        if value.is_null() {
            return Ok(None);
        }
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.map(Some).ok_or_else(|| malformed(format!("`{name}` is not a whole number")))
    }
}

impl Field for Option<Found> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        inner(value, name, |fields| {
            let (model, endpoint) = (fields.field("model")?, fields.field("endpoint")?);
            Ok(Found { model, endpoint, deployment: fields.field("deployment")? })
        })
    }
}

impl Field for Option<Delivery> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        match Option::<String>::read(value, name)?.as_deref() {
            None => Ok(None),
            Some("policy") => Ok(Some(Delivery::Policy)),
            Some("pam") => Ok(Some(Delivery::Pam)),
            Some(other) => Err(malformed(format!("`{name}` is `{other}`, not `policy` or `pam`"))),
        }
    }
}

impl Field for Option<ApplyMode> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        match Option::<String>::read(value, name)?.as_deref() {
            None => Ok(None),
            Some("grant") => Ok(Some(ApplyMode::Grant)),
            Some("revoke") => Ok(Some(ApplyMode::Revoke)),
            Some("clean-up") => Ok(Some(ApplyMode::CleanUp)),
            Some(other) => Err(malformed(format!("`{name}` is `{other}`, not `grant`, `revoke` or `clean-up`"))),
        }
    }
}

impl Field for Option<ServingAccountRights> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        inner(value, name, |fields| {
            let roles = names(fields.take("roles"), "roles")?;
            Ok(ServingAccountRights { roles, permissions: names(fields.take("permissions"), "permissions")? })
        })
    }
}

impl Field for Option<Approval> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        inner(value, name, |fields| {
            Ok(Approval {
                by: fields.field("by")?,
                member_of: fields.field::<Option<_>>("member_of")?.unwrap_or_default(),
                email: fields.field("email")?,
                beneficiary: fields.field("for")?,
                beneficiary_email: fields.field("for_email")?,
            })
        })
    }
}

impl Field for Option<Policies> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        match value {
            Value::Null => Ok(None),
            Value::Object(map) => Ok(Some(Policies(map.into_iter().collect()))),
            _ => Err(malformed(format!("`{name}` is not an object of policies by resource"))),
        }
    }
}

impl Field for Option<Names> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        let Value::Object(map) = value else {
            return match value {
                Value::Null => Ok(None),
                _ => Err(malformed(format!("`{name}` is not an object of lists"))),
            };
        };
        let list = |value| Option::read(value, name).map(Option::unwrap_or_default);
        let entries: Result<_, Diagnostic> = map.into_iter().map(|(key, value)| Ok((key, list(value)?))).collect();
        entries.map(Names).map(Some)
    }
}
