//! Who decides about rights: never somebody whom they are for.

use super::principal::Principal;
use crate::diagnostic::{Code, Diagnostic};

/// Who gives rights, and for whom, as the portal's catalog knows both.
#[derive(Clone, Debug, Default)]
pub struct Approval {
    /// The entity ref of the user who gives them.
    pub by: Option<String>,
    /// The entity refs of the groups that this user is a member of.
    pub member_of: Vec<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The entity ref of the user or group whom they are for.
    pub beneficiary: Option<String>,
}

const HELP: &str = "have somebody give them who is neither the person whom they are for nor a member of that group";

impl Approval {
    /// Refuses where somebody would give rights to themselves, and where that cannot be told.
    pub fn check(&self, principal: &Principal) -> Result<(), Diagnostic> {
        let refused = |why: String| Err(Diagnostic::new(Code::IamOwnRequest, why).help(HELP));
        let Some(by) = self.by.as_deref().filter(|by| is_ref(by, &["user"])) else {
            return refused("it is not known which user gives the rights".into());
        };
        let Some(beneficiary) = self.beneficiary.as_deref().filter(|to| is_ref(to, &["user", "group"])) else {
            return refused("it is not known which user or group the rights are for".into());
        };
        if self.covers(by, beneficiary) {
            return refused(format!("the rights are for `{beneficiary}`, which `{by}` is or belongs to"));
        }
        if self.is_meant(by, principal) {
            return refused(format!("`{principal}` is, or holds, `{by}`, who gives the rights"));
        }
        Ok(())
    }

    /// Whether an entity ref means the user, or a group that they are a member of.
    fn covers(&self, by: &str, other: &str) -> bool {
        std::iter::once(by).chain(self.member_of.iter().map(String::as_str)).any(|own| own.eq_ignore_ascii_case(other))
    }

    /// Whether a principal is the user at Google, as far as names tell: by the e-mail address, or in a pool by the entity refs
    /// that the portal's assertions say (`google.subject` and `google.groups`).
    fn is_meant(&self, by: &str, principal: &Principal) -> bool {
        let member = principal.member();
        let is_address =
            |email: &String| member.strip_prefix("user:").is_some_and(|user| user.eq_ignore_ascii_case(email));
        let in_pool = ["/subject/", "/group/"]
            .iter()
            .any(|inner| member.split_once(inner).is_some_and(|(_, value)| self.covers(by, value)));
        principal.is_whole_pool() || in_pool || self.email.as_ref().is_some_and(is_address)
    }
}

/// `kind:namespace/name`, of one of these kinds.
pub(super) fn is_ref(text: &str, kinds: &[&str]) -> bool {
    text.split_once(':').is_some_and(|(kind, rest)| {
        kinds.iter().any(|known| known.eq_ignore_ascii_case(kind))
            && rest.split_once('/').is_some_and(|(namespace, name)| !namespace.is_empty() && !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage";

    fn admin() -> Approval {
        Approval {
            by: Some("user:default/admin".into()),
            member_of: vec!["group:default/admins".into()],
            email: Some("admin@acme.example".into()),
            beneficiary: Some("user:default/jane".into()),
        }
    }

    fn is_refused(approval: &Approval, principal: &str) -> bool {
        match approval.check(&Principal::parse(principal).unwrap()) {
            Ok(()) => false,
            Err(finding) => {
                assert_eq!(finding.code, Code::IamOwnRequest);
                true
            }
        }
    }

    #[test]
    fn somebody_else_may_give_them() {
        for principal in ["user:jane@acme.example", "group:ml-team@acme.example"] {
            assert!(!is_refused(&admin(), principal));
        }
        assert!(!is_refused(&admin(), &format!("principal://{POOL}/subject/user:default/jane")));
    }

    #[test]
    fn nobody_gives_themselves_rights_by_whatever_name() {
        for beneficiary in ["user:default/admin", "User:Default/Admin", "group:default/admins"] {
            assert!(is_refused(
                &Approval { beneficiary: Some(beneficiary.into()), ..admin() },
                "user:jane@acme.example"
            ));
        }
        for principal in [
            "user:Admin@acme.example".to_owned(),
            format!("principal://{POOL}/subject/user:default/admin"),
            format!("principalSet://{POOL}/group/group:default/admins"),
            format!("principalSet://{POOL}/*"),
        ] {
            assert!(is_refused(&admin(), &principal), "{principal}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let principal = "group:ml-team@acme.example";
        assert!(is_refused(&Approval::default(), principal));
        for by in [None, Some("plugin:scaffolder"), Some("user:"), Some("group:default/admins")] {
            assert!(is_refused(&Approval { by: by.map(str::to_owned), ..admin() }, principal), "{by:?}");
        }
        for to in [None, Some("jane"), Some("component:default/fraud"), Some("user:default/")] {
            assert!(is_refused(&Approval { beneficiary: to.map(str::to_owned), ..admin() }, principal), "{to:?}");
        }
    }
}
