//! Policies where they live: which call reads, writes and tests the one of a resource, as far as the portal reaches it.

use super::holder::Holder;
use super::policy::Policy;
use crate::conversation::Identity;
use crate::google::{CallError, Google};
use crate::method::{self, Call, Method, Resource, resource};
use crate::vertex::message::object;
use serde_json::Value;

/// The query parameter that asks for a policy's version, with its conditions; a method without it reads the version from its body.
const VERSION: &str = "options.requestedPolicyVersion";

/// Whether an answer with this status says that nothing was changed. A conflict may be one with a write of ours whose answer was lost,
/// and what was given up midway may have been done.
pub fn is_sure_refusal(status: u16) -> bool {
    (400..500).contains(&status) && ![408, 409, 499].contains(&status)
}

/// Whether a call may have changed an allow policy. `status`: of the answer, where there was one.
pub fn may_have_changed_policy(method: &str, status: Option<u16>) -> bool {
    method.ends_with(".setIamPolicy") && !status.is_some_and(is_sure_refusal)
}

/// The calls on the policy of one resource.
pub struct Access {
    on: Resource,
    read: &'static Method,
    write: &'static Method,
    test: &'static Method,
}

impl Access {
    /// `None` where the policy is not reached through the portal.
    pub fn to(holder: &Holder) -> Option<Self> {
        Some(match holder {
            Holder::Project(project) => Self {
                on: Resource::Project(project.clone()),
                read: &method::PROJECTS_GET_IAM_POLICY,
                write: &method::PROJECTS_SET_IAM_POLICY,
                test: &method::PROJECTS_TEST_IAM_PERMISSIONS,
            },
            Holder::Endpoint { name, .. } => Self {
                on: Resource::Endpoint(name.parse().ok()?),
                read: &method::ENDPOINTS_GET_IAM_POLICY,
                write: &method::ENDPOINTS_SET_IAM_POLICY,
                test: &method::ENDPOINTS_TEST_IAM_PERMISSIONS,
            },
            Holder::ServiceAccount(_) => Self {
                on: Resource::parse(resource::ACCOUNT, &holder.to_string())?,
                read: &method::ACCOUNTS_GET_IAM_POLICY,
                write: &method::ACCOUNTS_SET_IAM_POLICY,
                test: &method::ACCOUNTS_TEST_IAM_PERMISSIONS,
            },
            Holder::Bucket(_) | Holder::Repository { .. } | Holder::Key(_) => return None,
        })
    }

    /// What the calls are about.
    pub fn resource(&self) -> &Resource {
        &self.on
    }

    /// As version 3, with all conditions.
    pub async fn read(&self, google: &Google) -> Result<Policy, CallError> {
        let call = Call::new(self.read, self.on.clone());
        let call = match self.read.query.contains(&VERSION) {
            true => call.query(VERSION, "3"),
            false => call.body(object().with("options", object().with("requestedPolicyVersion", 3))),
        };
        let answer = google.call(&call, Identity::Initiator).await?;
        Policy::read(&answer).map_err(CallError::NoAnswer)
    }

    pub async fn write(&self, google: &Google, policy: Value) -> Result<Policy, CallError> {
        let call = Call::new(self.write, self.on.clone()).body(object().with("policy", policy));
        let answer = google.call(&call, Identity::Initiator).await?;
        Policy::read(&answer).map_err(CallError::NoAnswer)
    }

    /// Which of these permissions whoever calls holds. Google takes about a hundred at once, more than the table has; it asks for no
    /// right.
    pub async fn test(&self, google: &Google, permissions: &[&str]) -> Result<Vec<String>, CallError> {
        let call = Call::new(self.test, self.on.clone());
        let call = match self.test.query.contains(&"permissions") {
            true => permissions.iter().fold(call, |call, p| call.query("permissions", *p)),
            false => call.body(object().with("permissions", permissions)),
        };
        let answer = google.call(&call, Identity::Initiator).await?;
        let names = answer["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Ok(names.map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_sets_a_policy_and_is_not_surely_refused_may_have_changed_one() {
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
