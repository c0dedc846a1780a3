//! Principals: members of allow policies, parsed.
//!
//! Forms: <https://cloud.google.com/iam/docs/principal-identifiers> (not read again since the first version) and `Binding.members` of
//! `cloudresourcemanager.v3`.

use crate::config::IdentityConfig;
use crate::diagnostic::{Code, Diagnostic};
use crate::identity::assertion::Subject;
use crate::name::ServiceAccount;
use serde::{Serialize, Serializer};
use std::fmt;

/// A user, group, service account or federated identity that may get access.
#[derive(Clone, Debug)]
pub struct Principal {
    member: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    User,
    Group,
    ServiceAccount,
    /// One identity of a workload or workforce pool: `principal://…`.
    Federated,
    /// The identities of a pool with a group or an attribute: `principalSet://…`.
    FederatedSet,
}

const IAM: &str = "iam.googleapis.com/";
const HELP: &str = "use the form of allow policies: `user:ADDRESS`, `group:ADDRESS`, `serviceAccount:ADDRESS`, \
`principal://iam.googleapis.com/POOL/subject/SUBJECT`, or `principalSet://iam.googleapis.com/POOL/group/GROUP`";

impl Principal {
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let malformed = |why: String| Diagnostic::new(Code::IamPrincipalMalformed, why).help(HELP);
        if text.starts_with("deleted:") {
            return Err(Diagnostic::new(Code::IamPrincipalDeleted, format!("the principal `{text}` was deleted"))
                .help("name an existing principal"));
        }
        let (scheme, rest) = text.split_once("://").or_else(|| text.split_once(':')).ok_or_else(|| match text {
            "allUsers" | "allAuthenticatedUsers" => too_broad(text),
            _ => malformed(format!("`{text}` has no prefix such as `user:`, `group:` or `serviceAccount:`")),
        })?;
        let kind = match scheme {
            "user" if is_address(rest) => Kind::User,
            "group" if is_address(rest) => Kind::Group,
            "user" | "group" => return Err(malformed(format!("`{rest}` is not an e-mail address"))),
            "serviceAccount" => {
                rest.parse::<ServiceAccount>().map_err(|error| malformed(error.to_string()))?;
                Kind::ServiceAccount
            }
            "principal" | "principalSet" => federated(scheme, rest).map_err(malformed)?,
            "domain" | "projectOwner" | "projectEditor" | "projectViewer" => return Err(too_broad(text)),
            _ => return Err(malformed(format!("`{scheme}` is not a kind of principal"))),
        };
        let principal = Self { member: text.to_owned(), kind };
        match principal.in_pool() {
            Some((_, "*")) => Err(too_broad(text)),
            _ => Ok(principal),
        }
    }

    /// Returns a portal user's principal: the subject of the user's assertions, or the service account that the portal impersonates.
    pub fn of_user(identity: &IdentityConfig, entity_ref: &str) -> Result<Self, Diagnostic> {
        let member = match &identity.service_account {
            Some(account) => format!("serviceAccount:{account}"),
            None => {
                format!("principal://{}/subject/{}", identity.audience.pool(), Subject::parse(entity_ref)?.as_str())
            }
        };
        Self::parse(&member)
    }

    /// The name in policies.
    pub fn member(&self) -> &str {
        &self.member
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether a policy's member includes this principal, by the names alone.
    pub fn is(&self, member: &str) -> bool {
        if is_same_member(member, &self.member) {
            return true;
        }
        // `/*` includes every identity of the pool.
        self.in_pool().is_some_and(|(pool, _)| {
            member.strip_prefix("principalSet://").is_some_and(|m| m.strip_suffix("/*") == Some(pool))
        })
    }

    /// The pool, without the scheme, and the rest: `subject/SUBJECT`, `group/GROUP` or `attribute.NAME/VALUE`.
    ///
    /// A pool may itself be named `subject` or `group`.
    pub fn in_pool(&self) -> Option<(&str, &str)> {
        let (_, rest) = self.member.split_once("://")?;
        let path = rest.strip_prefix(IAM)?;
        let is_workforce = path.starts_with("locations/");
        let (end, _) = rest.match_indices('/').nth(if is_workforce { 4 } else { 6 })?;
        Some((rest.get(..end)?, rest.get(end + 1..)?))
    }
}

/// Whether two members are the same principal.
pub fn is_same_member(one: &str, other: &str) -> bool {
    one == other || (!has_case(one) && one.eq_ignore_ascii_case(other))
}

/// Whether upper and lower case differ: not in e-mail addresses, but in identities of pools.
pub fn has_case(member: &str) -> bool {
    !member.contains('@') || member.contains("://")
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        is_same_member(&self.member, &other.member)
    }
}

impl Eq for Principal {}

fn too_broad(text: &str) -> Diagnostic {
    Diagnostic::new(Code::IamPrincipalTooBroad, format!("`{text}` includes more people than a deployment needs"))
        .help("name a person, a group, a service account, or a group of a workload identity pool")
}

fn is_address(text: &str) -> bool {
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"@._+-'%".contains(&b))
                && !host.contains('@')
        })
}

/// Reads `POOL/subject/S`, `POOL/group/G`, `POOL/attribute.N/V` or `POOL/*` after the host.
fn federated(scheme: &str, rest: &str) -> Result<Kind, String> {
    let path = rest.strip_prefix(IAM).ok_or_else(|| format!("`{scheme}://` must be followed by `{IAM}`"))?;
    let parts: Vec<&str> = path.splitn(7, '/').collect();
    let (pool, inner) = match parts[..] {
        ["projects", number, "locations", "global", "workloadIdentityPools", pool, inner] => {
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                return Err(format!("`{number}` is not the number of the pool's project"));
            }
            (pool, inner)
        }
        ["locations", "global", "workforcePools", pool, ..] => {
            let inner = path.splitn(5, '/').nth(4).unwrap_or_default();
            (pool, inner)
        }
        _ => return Err(format!("`{path}` is not in a workload identity pool or a workforce pool")),
    };
    if !(4..=63).contains(&pool.len())
        || !pool.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        return Err(format!("`{pool}` is not the id of a pool"));
    }
    let is_value = |text: &str| {
        !text.is_empty() && text.len() <= 127 && !text.chars().any(|c| c.is_control() || c.is_whitespace())
    };
    let (what, value) = inner.split_once('/').unwrap_or((inner, ""));
    match (scheme, what) {
        ("principal", "subject") if is_value(value) => Ok(Kind::Federated),
        ("principalSet", "*") if value.is_empty() => Ok(Kind::FederatedSet),
        ("principalSet", "group") if is_value(value) => Ok(Kind::FederatedSet),
        ("principalSet", what) if is_value(value) => {
            let name = what.strip_prefix("attribute.").unwrap_or_default();
            let is_name = (1..=100).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            is_name.then_some(Kind::FederatedSet).ok_or_else(|| format!("`{what}` is not `group` or `attribute.NAME`"))
        }
        ("principal", _) => Err("`principal://` requires the form `POOL/subject/SUBJECT`".into()),
        _ => Err("`principalSet://` requires the form `POOL/group/GROUP` or `POOL/attribute.NAME/VALUE`".into()),
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.member)
    }
}

impl Serialize for Principal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POOL: &str = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage";

    fn code(text: &str) -> Code {
        Principal::parse(text).unwrap_err().code
    }

    #[test]
    fn reads_every_form() {
        for (text, kind) in [
            ("user:jane.doe@acme.example".to_owned(), Kind::User),
            ("group:ml-team@acme.example".to_owned(), Kind::Group),
            ("serviceAccount:deployer@acme-ml.iam.gserviceaccount.com".to_owned(), Kind::ServiceAccount),
            (format!("principal://{POOL}/subject/user:default/guest"), Kind::Federated),
            (format!("principalSet://{POOL}/group/group:default/ml-team"), Kind::FederatedSet),
            (format!("principalSet://{POOL}/attribute.team/ml"), Kind::FederatedSet),
            (
                "principal://iam.googleapis.com/locations/global/workforcePools/acme-staff/subject/jane".to_owned(),
                Kind::Federated,
            ),
            (
                "principalSet://iam.googleapis.com/locations/global/workforcePools/acme-staff/group/a/b".to_owned(),
                Kind::FederatedSet,
            ),
        ] {
            let principal = Principal::parse(&text).unwrap_or_else(|error| panic!("{text}: {}", error.message));
            assert_eq!((principal.kind(), principal.member()), (kind, text.as_str()));
        }
    }

    #[test]
    fn rejects_malformed_deleted_and_broad_principals() {
        for text in [
            "",
            "jane@acme.example",
            "user:jane",
            "user:jane@acme.example ",
            "robot:x@y.z",
            "serviceAccount:x",
            "principal://iam.googleapis.com/projects/acme-ml/locations/global/workloadIdentityPools/backstage/subject/x",
            "principal://iam.googleapis.com/projects/1/locations/us/workloadIdentityPools/backstage/subject/x",
            "principal://evil.example/projects/1/locations/global/workloadIdentityPools/backstage/subject/x",
            &format!("principal://{POOL}/group/x"),
            &format!("principal://{POOL}/subject/"),
            &format!("principal://{POOL}/subject/a b"),
            &format!("principalSet://{POOL}/subject/x"),
            &format!("principalSet://{POOL}/attribute./x"),
            &format!("principalSet://{POOL}"),
        ] {
            assert_eq!(code(text), Code::IamPrincipalMalformed, "{text}");
        }
        assert_eq!(code("deleted:user:jane@acme.example?uid=1"), Code::IamPrincipalDeleted);
        assert_eq!(code(&format!("deleted:principal://{POOL}/subject/x")), Code::IamPrincipalDeleted);
        let staff = "iam.googleapis.com/locations/global/workforcePools/acme-staff";
        let pools = [format!("principalSet://{POOL}/*"), format!("principalSet://{staff}/*")];
        for text in
            ["allUsers", "allAuthenticatedUsers", "domain:acme.example", "projectOwner:acme-ml", &pools[0], &pools[1]]
        {
            assert_eq!(code(text), Code::IamPrincipalTooBroad, "{text}");
        }
    }

    #[test]
    fn a_portal_users_principal_follows_the_configuration() {
        let identity = crate::config::tests::config().identity;
        let user = |identity: &IdentityConfig| Principal::of_user(identity, "user:default/guest").unwrap().to_string();
        assert_eq!(user(&identity), format!("principal://{POOL}/subject/user:default/guest"));
        let account = Some("portal@acme-ml.iam.gserviceaccount.com".parse().unwrap());
        let impersonating = IdentityConfig { service_account: account, ..identity.clone() };
        assert_eq!(user(&impersonating), "serviceAccount:portal@acme-ml.iam.gserviceaccount.com");
        let long = format!("user:default/{}", "x".repeat(127));
        assert_eq!(Principal::of_user(&identity, &long).unwrap_err().code, Code::IdentitySubjectTooLong);
    }

    #[test]
    fn a_pool_includes_its_identities() {
        let one = Principal::parse(&format!("principal://{POOL}/subject/user:default/guest")).unwrap();
        assert!(one.is(&format!("principalSet://{POOL}/*")) && one.is(one.member()));
        assert!(!one.is(&format!("principalSet://{POOL}2/*")) && !one.is(&format!("principalSet://{POOL}/group/x")));
    }

    #[test]
    fn a_pool_may_be_named_subject_or_group() {
        for pool in ["projects/1/locations/global/workloadIdentityPools", "locations/global/workforcePools"] {
            for name in ["subject", "group"] {
                let pool = format!("{IAM}{pool}/{name}");
                let one = Principal::parse(&format!("principal://{pool}/subject/a/workforcePools/b")).unwrap();
                assert_eq!(one.in_pool(), Some((pool.as_str(), "subject/a/workforcePools/b")));
                assert!(one.is(&format!("principalSet://{pool}/*")));
                assert_eq!(code(&format!("principalSet://{pool}/*")), Code::IamPrincipalTooBroad);
            }
        }
        assert_eq!(Principal::parse("user:jane@acme.example").unwrap().in_pool(), None);
    }

    #[test]
    fn case_matters_in_subjects_but_not_in_addresses() {
        let parse = |text: &str| Principal::parse(text).unwrap();
        let same = |one: &str, other: &str| {
            let (one, other) = (parse(one), parse(other));
            assert_eq!(one == other, one.is(other.member()));
            one == other
        };
        assert!(same("user:Jane@acme.example", "user:jane@Acme.example"));
        assert!(same("group:ML-team@acme.example", "group:ml-team@acme.example"));
        assert!(!same("user:jane@acme.example", "group:jane@acme.example"));
        assert!(!same("user:jane@acme.example", "user:joan@acme.example"));
        let subject = |name: &str| format!("principal://{POOL}/subject/{name}@acme.example");
        assert!(!same(&subject("Jane"), &subject("jane")) && same(&subject("jane"), &subject("jane")));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "(user|group|principal|principalSet|deleted)?(:|://)?(iam.googleapis.com/)?\\PC{0,80}") {
            if let Ok(principal) = Principal::parse(&text) {
                prop_assert_eq!(principal.member(), text.as_str());
            }
        }
    }
}
