//! The allow policy of one resource at Google: the calls that read, write and test it through the portal.

use super::allow_policy::AllowPolicy;
use crate::conversation::Identity;
use crate::google::{CallError, Google};
use crate::iam::rights::grant::Grant;
use crate::iam::rights::resource::IamResource;
use crate::method::{self, Call, Method, Resource, resource};
use crate::vertex::message::object;
use serde_json::Value;

/// Query parameters of the methods that take no body.
const VERSION: &str = "options.requestedPolicyVersion";
const PERMISSIONS: &str = "permissions";

/// The calls on the policy of one resource.
pub struct LivePolicy {
    on: Resource,
    read: &'static Method,
    write: &'static Method,
    test: &'static Method,
}

impl LivePolicy {
    /// Returns `None` where the portal cannot reach the policy.
    pub fn of(resource: &IamResource) -> Option<Self> {
        Some(match resource {
            IamResource::Project(project) => Self {
                on: Resource::Project(project.clone()),
                read: &method::PROJECTS_GET_IAM_POLICY,
                write: &method::PROJECTS_SET_IAM_POLICY,
                test: &method::PROJECTS_TEST_IAM_PERMISSIONS,
            },
            IamResource::Endpoint { name, .. } => Self {
                on: Resource::Endpoint(name.parse().ok()?),
                read: &method::ENDPOINTS_GET_IAM_POLICY,
                write: &method::ENDPOINTS_SET_IAM_POLICY,
                test: &method::ENDPOINTS_TEST_IAM_PERMISSIONS,
            },
            IamResource::ServiceAccount(_) => Self {
                on: Resource::parse(resource::ACCOUNT, &resource.to_string())?,
                read: &method::ACCOUNTS_GET_IAM_POLICY,
                write: &method::ACCOUNTS_SET_IAM_POLICY,
                test: &method::ACCOUNTS_TEST_IAM_PERMISSIONS,
            },
            IamResource::Bucket(_) | IamResource::Repository { .. } | IamResource::Key(_) => return None,
        })
    }

    /// The resource that the calls name.
    pub fn resource(&self) -> &Resource {
        &self.on
    }

    /// Reads the policy as version 3, which includes all conditions.
    pub async fn read(&self, google: &Google) -> Result<AllowPolicy, CallError> {
        let call = Call::new(self.read, self.on.clone());
        let call = match self.read.query.contains(&VERSION) {
            true => call.query(VERSION, "3"),
            false => call.body(object().with("options", object().with("requestedPolicyVersion", 3))),
        };
        let answer = google.call(&call, Identity::Initiator).await?;
        AllowPolicy::read(&answer).map_err(CallError::NoAnswer)
    }

    pub async fn write(&self, google: &Google, policy: Value) -> Result<AllowPolicy, CallError> {
        let call = Call::new(self.write, self.on.clone()).body(object().with("policy", policy));
        let answer = google.call(&call, Identity::Initiator).await?;
        AllowPolicy::read(&answer).map_err(CallError::NoAnswer)
    }

    /// Returns which of `permissions` the caller holds. The call itself needs no permission.
    ///
    /// Google accepts about 100 permissions a call; the method table has fewer.
    pub async fn test(&self, google: &Google, permissions: &[&str]) -> Result<Vec<String>, CallError> {
        let call = Call::new(self.test, self.on.clone());
        let call = match self.test.query.contains(&PERMISSIONS) {
            true => permissions.iter().fold(call, |call, p| call.query(PERMISSIONS, *p)),
            false => call.body(object().with("permissions", permissions)),
        };
        let answer = google.call(&call, Identity::Initiator).await?;
        let names = answer["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Ok(names.map(str::to_owned).collect())
    }
}

/// Returns the reachable policies that the grants belong to, each once.
pub fn live_policies<'a>(grants: &[&'a Grant]) -> Vec<(LivePolicy, &'a IamResource)> {
    let mut resources: Vec<&IamResource> = Vec::new();
    for grant in grants {
        if !resources.contains(&&grant.resource) {
            resources.push(&grant.resource);
        }
    }
    resources.into_iter().filter_map(|on| Some((LivePolicy::of(on)?, on))).collect()
}

/// Whether an answer with this status proves that nothing changed.
///
/// A conflict may be one with our own write whose answer was lost, and a cancelled call may have been carried out.
pub fn is_sure_refusal(status: u16) -> bool {
    (400..500).contains(&status) && ![408, 409, 499].contains(&status)
}

/// Whether a call may have changed an allow policy. `status`: that of Google's answer, if one arrived.
pub fn may_have_changed_policy(method: &str, status: Option<u16>) -> bool {
    method.ends_with(".setIamPolicy") && !status.is_some_and(is_sure_refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn may_have_changed_a_policy_only_if_it_sets_one_and_was_not_rejected() {
        for set in
            [&method::PROJECTS_SET_IAM_POLICY, &method::ENDPOINTS_SET_IAM_POLICY, &method::ACCOUNTS_SET_IAM_POLICY]
        {
            let may_have = |status| may_have_changed_policy(set.name, status);
            assert!(may_have(None));
            for status in [200, 408, 409, 499, 500, 503] {
                assert!(may_have(Some(status)), "{status}");
            }
            for status in [400, 401, 403, 404, 412, 429] {
                assert!(!may_have(Some(status)), "{status}");
            }
        }
        for other in [&method::ENDPOINTS_GET_IAM_POLICY, &method::ENDPOINTS_DEPLOY_MODEL] {
            assert!(!may_have_changed_policy(other.name, Some(200)));
        }
    }
}
