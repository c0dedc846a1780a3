//! Separation of duties: nobody grants access to themselves.

use crate::config::IdentityConfig;
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::rights::principal::{Kind, Principal};

/// Who grants access, and who gets it, by the portal's catalog.
#[derive(Clone, Debug, Default, ts_rs::TS)]
#[ts(rename = "IamApproval", optional_fields, rename_all = "camelCase")]
pub struct Approval {
    /// Entity ref of the user who grants the access.
    pub by: Option<String>,
    /// Entity refs of that user's groups.
    #[ts(as = "Option<_>", optional)]
    pub member_of: Vec<String>,
    /// That user's e-mail address.
    pub email: Option<String>,
    /// Entity ref of the user or group who gets the access.
    #[ts(rename = "for")]
    pub beneficiary: Option<String>,
    /// Their e-mail address.
    #[ts(rename = "forEmail")]
    pub beneficiary_email: Option<String>,
}

const HELP: &str = "have another user grant the access, who is not its beneficiary nor a member of that group";
const HELP_NAME: &str =
    "add the address to the catalog (`spec.profile.email`), or grant the access with `main.tf` or `gcloud.sh`";

impl Approval {
    /// Rejects access that a user would grant to themselves, and access where this cannot be determined.
    pub fn check(&self, principal: &Principal) -> Result<(), Diagnostic> {
        let refused = |why: String| Err(Diagnostic::new(Code::IamOwnRequest, why).help(HELP));
        let Some(by) = self.by.as_deref().filter(|by| is_entity_ref(by, &["user"])) else {
            return refused("the user who grants the access is unknown".into());
        };
        let Some(beneficiary) = self.beneficiary.as_deref().filter(|to| is_entity_ref(to, &["user", "group"])) else {
            return refused("the user or group who gets the access is unknown".into());
        };
        if self.covers(by, beneficiary) {
            return refused(format!("the access is for `{beneficiary}`, which `{by}` is or belongs to"));
        }
        let name = name_of(principal);
        let email = address(&self.email);
        let is_meant = |name| self.covers(by, name) || email.is_some_and(|own| own.eq_ignore_ascii_case(name));
        if name.or_else(|| principal.member().strip_prefix("group:")).is_some_and(is_meant) {
            return refused(format!("`{by}`, who grants the access, is `{principal}` or belongs to it"));
        }
        if email.is_none() && name.is_some_and(|name| name.contains('@')) {
            return refused(format!("the catalog has no e-mail address for `{by}`, so `{principal}` may be theirs"));
        }
        if !self.names(principal, beneficiary) {
            let why = format!("the catalog does not show that `{principal}` is `{beneficiary}`, who gets the access");
            return Err(Diagnostic::new(Code::IamOwnRequest, why).help(HELP_NAME));
        }
        Ok(())
    }

    /// Whether the principal is the beneficiary: by entity ref, as in the portal's assertions, or by e-mail address.
    ///
    /// The catalog knows neither attributes of pools nor who may act as a service account.
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

    /// Whether an entity ref is the user or one of the user's groups.
    fn covers(&self, by: &str, other: &str) -> bool {
        std::iter::once(by).chain(self.member_of.iter().map(String::as_str)).any(|own| own.eq_ignore_ascii_case(other))
    }
}

fn address(email: &Option<String>) -> Option<&str> {
    email.as_deref().map(str::trim).filter(|email| email.contains('@'))
}

/// Rejects the service account that the portal impersonates for every user: granting it access is granting it to oneself.
pub fn check_not_shared(principal: &Principal, identity: &IdentityConfig) -> Result<(), Diagnostic> {
    let account = identity.service_account.as_ref();
    if account.is_some_and(|account| principal.is(&format!("serviceAccount:{account}"))) {
        let why =
            format!("`{principal}` stands for every user of the portal, so for the user who grants the access, too");
        return Err(Diagnostic::new(Code::IamOwnRequest, why).help(
            "grant the access with `main.tf` or `gcloud.sh`, which others review, or remove `identity.serviceAccount` from the configuration",
        ));
    }
    Ok(())
}

/// Rejects access for the user who records it, by the entity refs that the user owns.
///
/// Only the catalog knows e-mail addresses; [`Approval::check`] compares those.
pub fn check_not_own(principal: &Principal, owned: &[String]) -> Result<(), Diagnostic> {
    match name_of(principal).and_then(|name| owned.iter().find(|own| own.eq_ignore_ascii_case(name))) {
        Some(own) => Err(Diagnostic::new(
            Code::IamOwnRequest,
            format!("`{principal}` is `{own}`, which the user who grants the access is or belongs to"),
        )
        .help(HELP)),
        None => Ok(()),
    }
}

/// The part of a principal that identifies it: a user's address, or a pool's subject, group or attribute value.
fn name_of(principal: &Principal) -> Option<&str> {
    match principal.kind() {
        Kind::User => principal.member().strip_prefix("user:"),
        _ => principal.in_pool()?.1.split_once('/').map(|(_, name)| name),
    }
}

/// Whether a text is `kind:namespace/name` of one of these kinds.
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
    fn rejects_a_group_with_the_granters_own_address() {
        let lists = Approval { beneficiary_email: Some("Admin@acme.example".into()), ..for_team() };
        assert!(is_refused(&lists, "group:admin@acme.example"));
    }

    #[test]
    fn accepts_access_for_somebody_else() {
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
    fn rejects_a_principal_other_than_the_beneficiary() {
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
    fn rejects_own_access_under_every_name() {
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
    fn finds_the_granters_address_in_every_kind_of_principal() {
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
    fn rejects_the_shared_service_account() {
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
        fn rejects_own_access_in_every_pool(
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
    fn rejects_an_unknown_granter_or_beneficiary() {
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
