//! Callers, and the policy members that mean them.

use serde::Serialize;
use std::collections::BTreeMap;

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Principal {
    Federated {
        pool: String,
        subject: String,
        groups: Vec<String>,
        attributes: BTreeMap<String, String>,
    },
    ServiceAccount {
        email: String,
    },
    /// `user:…`, from a seeded token.
    Member {
        member: String,
    },
}

const IAM: &str = "iam.googleapis.com";

impl Principal {
    /// Whether a policy member means this caller.
    pub fn is(&self, member: &str) -> bool {
        match self {
            Self::Federated { pool, subject, groups, attributes } => {
                if let Some(rest) = member.strip_prefix(&format!("principal://{IAM}/{pool}/")) {
                    return rest.strip_prefix("subject/") == Some(subject);
                }
                let Some(rest) = member.strip_prefix(&format!("principalSet://{IAM}/{pool}/")) else { return false };
                if let Some(group) = rest.strip_prefix("group/") {
                    return groups.iter().any(|g| g == group);
                }
                if let Some((name, value)) = rest.strip_prefix("attribute.").and_then(|a| a.split_once('/')) {
                    return attributes.get(name).is_some_and(|v| v == value);
                }
                rest == "*"
            }
            Self::ServiceAccount { email } => member.strip_prefix("serviceAccount:") == Some(email),
            Self::Member { member: own } => member == own,
        }
    }

    /// The e-mail address, or the whole identifier where none exists.
    pub fn username(&self) -> String {
        let name = self.name();
        match name.strip_prefix("user:").or_else(|| name.strip_prefix("serviceAccount:")) {
            Some(email) => email.to_owned(),
            None => name,
        }
    }

    /// The name in audit logs.
    pub fn name(&self) -> String {
        match self {
            Self::Federated { pool, subject, .. } => format!("principal://{IAM}/{pool}/subject/{subject}"),
            Self::ServiceAccount { email } => format!("serviceAccount:{email}"),
            Self::Member { member } => member.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_members_of_a_pool() {
        let pool = "projects/1/locations/global/workloadIdentityPools/b";
        let caller = Principal::Federated {
            pool: pool.into(),
            subject: "user:default/guest".into(),
            groups: vec!["group:default/ml".into()],
            attributes: BTreeMap::from([("team".into(), "ml".into())]),
        };
        for (member, is) in [
            (format!("principal://{IAM}/{pool}/subject/user:default/guest"), true),
            (format!("principalSet://{IAM}/{pool}/group/group:default/ml"), true),
            (format!("principalSet://{IAM}/{pool}/attribute.team/ml"), true),
            (format!("principalSet://{IAM}/{pool}/*"), true),
            (format!("principal://{IAM}/{pool}/subject/user:default/other"), false),
            (format!("principalSet://{IAM}/{pool}2/*"), false),
            ("serviceAccount:x".into(), false),
        ] {
            assert_eq!(caller.is(&member), is, "{member}");
        }
    }
}
