//! Who decides about rights: never somebody whom they are for.

use crate::config::IdentityConfig;
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::rights::principal::{Kind, Principal};

/// Who gives rights, and for whom, as the portal's catalog knows both.
#[derive(Clone, Debug, Default, ts_rs::TS)]
#[ts(rename = "IamApproval", optional_fields, rename_all = "camelCase")]
pub struct Approval {
    /// The entity ref of the user who gives them.
    pub by: Option<String>,
    /// The entity refs of the groups that this user is a member of.
    #[ts(as = "Option<_>", optional)]
    pub member_of: Vec<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The entity ref of the user or group whom they are for.
    #[ts(rename = "for")]
    pub beneficiary: Option<String>,
    /// That user's or group's e-mail address.
    #[ts(rename = "forEmail")]
    pub beneficiary_email: Option<String>,
}

const HELP: &str = "have somebody give them who is neither the person whom they are for nor a member of that group";
const HELP_NAME: &str =
    "write the address into the catalog (`spec.profile.email`), or give them by `main.tf` or `gcloud.sh`";

impl Approval {
    /// Refuses where somebody would give rights to themselves, and where that cannot be told.
    pub fn check(&self, principal: &Principal) -> Result<(), Diagnostic> {
        let refused = |why: String| Err(Diagnostic::new(Code::IamOwnRequest, why).help(HELP));
        let Some(by) = self.by.as_deref().filter(|by| is_entity_ref(by, &["user"])) else {
            return refused("it is not known which user gives the rights".into());
        };
        let Some(beneficiary) = self.beneficiary.as_deref().filter(|to| is_entity_ref(to, &["user", "group"])) else {
            return refused("it is not known which user or group the rights are for".into());
        };
        if self.covers(by, beneficiary) {
            return refused(format!("the rights are for `{beneficiary}`, which `{by}` is or belongs to"));
        }
        let name = name_of(principal);
        let email = address(&self.email);
        let is_meant = |name| self.covers(by, name) || email.is_some_and(|own| own.eq_ignore_ascii_case(name));
        if name.or_else(|| principal.member().strip_prefix("group:")).is_some_and(is_meant) {
            return refused(format!("`{by}`, who gives the rights, is `{principal}` or belongs to it"));
        }
        if email.is_none() && name.is_some_and(|name| name.contains('@')) {
            return refused(format!("the catalog knows no e-mail address of `{by}`, and `{principal}` may be theirs"));
        }
        if !self.names(principal, beneficiary) {
            let why =
                format!("nothing in the catalog says that `{principal}` is `{beneficiary}`, whom the rights are for");
            return Err(Diagnostic::new(Code::IamOwnRequest, why).help(HELP_NAME));
        }
        Ok(())
    }

    /// Whether the principal is whom the rights are for: by their entity ref, as the portal's assertions name them, or by the address
    /// that the catalog has. What an attribute of a pool says, or who may be a service account, the catalog does not know.
    fn names(&self, principal: &Principal, beneficiary: &str) -> bool {
        let named = match principal.kind() {
            Kind::User | Kind::Group => principal.member().split_once(':').map(|(_, name)| name),
            Kind::Federated | Kind::FederatedSet => principal
                .in_pool()
                .and_then(|(_, what)| what.strip_prefix("subject/").or_else(|| what.strip_prefix("group/"))),
            Kind::ServiceAccount => None,
        };
        let is_address = |name| address(&self.beneficiary_email).is_some_and(|own| own.eq_ignore_ascii_case(name));
        named.is_some_and(|name| name == beneficiary || is_address(name))
    }

    /// Whether an entity ref means the user, or a group that they are a member of.
    fn covers(&self, by: &str, other: &str) -> bool {
        std::iter::once(by).chain(self.member_of.iter().map(String::as_str)).any(|own| own.eq_ignore_ascii_case(other))
    }
}

fn address(email: &Option<String>) -> Option<&str> {
    email.as_deref().map(str::trim).filter(|email| email.contains('@'))
}

/// Refuses the service account that all users of the portal are turned into: whoever gives it rights gives them to themselves.
pub fn check_not_shared(principal: &Principal, identity: &IdentityConfig) -> Result<(), Diagnostic> {
    let account = identity.service_account.as_ref();
    if account.is_some_and(|account| principal.is(&format!("serviceAccount:{account}"))) {
        let why = format!("`{principal}` is everybody who uses the portal, and so whoever gives the rights, too");
        return Err(Diagnostic::new(Code::IamOwnRequest, why).help(
            "give them with `main.tf` or `gcloud.sh`, where others see it, or configure no `identity.serviceAccount`",
        ));
    }
    Ok(())
}

/// Refuses rights of whoever records them as given, by the entity refs that they own: themselves and their groups. Addresses only the
/// catalog knows, which [`Approval::check`] is told of.
pub fn check_not_own(principal: &Principal, owned: &[String]) -> Result<(), Diagnostic> {
    match name_of(principal).and_then(|name| owned.iter().find(|own| own.eq_ignore_ascii_case(name))) {
        Some(own) => Err(Diagnostic::new(
            Code::IamOwnRequest,
            format!("`{principal}` is `{own}`, which whoever gives the rights is or belongs to"),
        )
        .help(HELP)),
        None => Ok(()),
    }
}

/// What tells who it is: a user's address; of a pool, what the portal's assertions or somebody else's say of its identities
/// (`google.subject`, `google.groups`, or an attribute).
fn name_of(principal: &Principal) -> Option<&str> {
    match principal.kind() {
        Kind::User => principal.member().strip_prefix("user:"),
        _ => principal.in_pool()?.1.split_once('/').map(|(_, name)| name),
    }
}

/// `kind:namespace/name`, of one of these kinds.
pub fn is_entity_ref(text: &str, kinds: &[&str]) -> bool {
    text.split_once(':').is_some_and(|(kind, rest)| {
        kinds.iter().any(|known| known.eq_ignore_ascii_case(kind))
            && rest.split_once('/').is_some_and(|(namespace, name)| !namespace.is_empty() && !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POOL: &str = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage";

    fn admin() -> Approval {
        Approval {
            by: Some("user:default/admin".into()),
            member_of: vec!["group:default/admins".into()],
            email: Some("admin@acme.example".into()),
            beneficiary: Some("user:default/jane".into()),
            beneficiary_email: Some("jane@acme.example".into()),
        }
    }

    fn for_team() -> Approval {
        Approval {
            beneficiary: Some("group:default/ml-team".into()),
            beneficiary_email: Some("ml-team@acme.example".into()),
            ..admin()
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
    fn a_group_with_ones_own_address_is_oneself() {
        let lists = Approval { beneficiary_email: Some("Admin@acme.example".into()), ..for_team() };
        assert!(is_refused(&lists, "group:admin@acme.example"));
    }

    #[test]
    fn somebody_else_may_give_them() {
        let staff = "iam.googleapis.com/locations/global/workforcePools/acme-staff";
        for principal in [
            "user:Jane@acme.example".to_owned(),
            format!("principal://{POOL}/subject/user:default/jane"),
            format!("principal://{staff}/subject/jane@acme.example"),
        ] {
            assert!(!is_refused(&admin(), &principal), "{principal}");
        }
        for principal in
            ["group:ml-team@acme.example".to_owned(), format!("principalSet://{POOL}/group/group:default/ml-team")]
        {
            assert!(!is_refused(&for_team(), &principal), "{principal}");
        }
    }

    #[test]
    fn nobody_else_is_given_them_than_whom_they_are_for() {
        for principal in [
            "user:joan@acme.example".to_owned(),
            "group:ml-team@acme.example".to_owned(),
            "serviceAccount:deployer@acme-ml.iam.gserviceaccount.com".to_owned(),
            format!("principal://{POOL}/subject/user:default/other"),
            format!("principal://{POOL}/subject/user:default/Jane"),
            format!("principal://{POOL}/subject/jane"),
            format!("principalSet://{POOL}/group/group:default/ml-team"),
            format!("principalSet://{POOL}/attribute.ref/user:default/jane"),
        ] {
            assert!(is_refused(&admin(), &principal), "{principal}");
        }
        for email in [None, Some(""), Some("jane")] {
            let unknown = Approval { beneficiary_email: email.map(str::to_owned), ..admin() };
            assert!(is_refused(&unknown, "user:jane@acme.example"), "{email:?}");
            assert!(!is_refused(&unknown, &format!("principal://{POOL}/subject/user:default/jane")), "{email:?}");
        }
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
        ] {
            assert!(is_refused(&admin(), &principal), "{principal}");
        }
    }

    #[test]
    fn an_address_is_known_wherever_it_stands() {
        let staff = "iam.googleapis.com/locations/global/workforcePools/acme-staff";
        for principal in [
            format!("principal://{staff}/subject/Admin@acme.example"),
            format!("principal://{POOL}/subject/admin@acme.example"),
            format!("principalSet://{POOL}/attribute.email/admin@acme.example"),
            "user:admin@acme.example".to_owned(),
        ] {
            assert!(is_refused(&admin(), &principal), "{principal}");
            for email in [None, Some(""), Some("admin")] {
                let unknown = Approval { email: email.map(str::to_owned), ..admin() };
                assert!(is_refused(&unknown, &principal), "{principal} {email:?}");
            }
        }
        let unknown = Approval { email: None, ..admin() };
        assert!(!is_refused(&unknown, &format!("principal://{POOL}/subject/user:default/jane")));
        assert!(!is_refused(&Approval { email: None, ..for_team() }, "group:ml-team@acme.example"));
    }

    #[test]
    fn an_account_that_everybody_is_is_nobody_elses() {
        let principal = |text: &str| Principal::parse(text).unwrap();
        let (account, other) = ("portal@acme-ml.iam.gserviceaccount.com", "deployer@acme-ml.iam.gserviceaccount.com");
        let direct = crate::config::tests::config().identity;
        let shared = IdentityConfig { service_account: Some(account.parse().unwrap()), ..direct.clone() };
        let portal = principal(&format!("serviceAccount:{account}"));
        assert_eq!(check_not_shared(&portal, &shared).unwrap_err().code, Code::IamOwnRequest);
        assert!(check_not_shared(&portal, &direct).is_ok());
        for one in [format!("serviceAccount:{other}"), "group:ml-team@acme.example".into()] {
            assert!(check_not_shared(&principal(&one), &shared).is_ok(), "{one}");
        }
    }

    proptest! {
        #[test]
        fn whoever_gives_is_refused_in_every_pool(
            kind in prop::sample::select(vec!["projects/1/locations/global/workloadIdentityPools", "locations/global/workforcePools"]),
            pool in "subject|group|[a-z][a-z0-9-]{3,20}",
            what in prop::sample::select(vec!["principal|subject", "principalSet|group", "principalSet|attribute.ref"]),
            name in prop::sample::select(vec!["user:default/admin", "USER:default/Admin", "admin@acme.example", "ADMIN@acme.example", "group:default/admins"]),
        ) {
            let (scheme, what) = what.split_once('|').unwrap();
            let principal = format!("{scheme}://iam.googleapis.com/{kind}/{pool}/{what}/{name}");
            prop_assert!(is_refused(&admin(), &principal), "{principal}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let principal = "user:jane@acme.example";
        assert!(is_refused(&Approval::default(), principal));
        for by in [None, Some("plugin:scaffolder"), Some("user:"), Some("group:default/admins")] {
            assert!(is_refused(&Approval { by: by.map(str::to_owned), ..admin() }, principal), "{by:?}");
        }
        for to in [None, Some("jane"), Some("component:default/fraud"), Some("user:default/")] {
            assert!(is_refused(&Approval { beneficiary: to.map(str::to_owned), ..admin() }, principal), "{to:?}");
        }
    }
}
