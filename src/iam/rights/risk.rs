//! Risks of an access request: escalation paths of the rights alone, together, and through the service account that the model runs as.

use super::access_request::AccessRequest;
use super::escalation::{ACT_AS, ESCALATION_PATHS, EscalationPath, Reach, WIDE_ROLES, sets_policies};
use super::grant::{ExpiryMode, Grantee};
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ts_rs::TS)]
#[ts(rename = "IamRiskLevel")]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// The rights lead to all rights of another principal.
    High,
    /// The rights lead to something that their names do not mention.
    Medium,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamRisk", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    pub level: RiskLevel,
    /// All of them are needed.
    pub permissions: Vec<&'static str>,
    /// Verb phrase; its subject is the principal.
    pub effect: String,
    /// The service account whose rights the principal gains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub mitigation: &'static str,
}

/// Rights of the service account that a deployed model runs as.
#[derive(Clone, Debug, Default, PartialEq, Eq, ts_rs::TS)]
#[ts(rename = "IamServingAccountRights", optional_fields)]
pub struct ServingAccountRights {
    /// Names of roles, e.g. `roles/editor`.
    #[ts(as = "Option<_>", optional)]
    pub roles: Vec<String>,
    /// Permissions of those roles that could be read.
    #[ts(as = "Option<_>", optional)]
    pub permissions: Vec<String>,
}

impl From<Reach> for RiskLevel {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Everything => Self::High,
            Reach::Something => Self::Medium,
        }
    }
}

/// Returns the risks of the caller's rights, the high ones first.
///
/// A path is left out where a longer one that leads as far contains it.
pub fn risks(request: &AccessRequest, account_rights: Option<&ServingAccountRights>) -> Vec<Risk> {
    let held = request.permissions();
    let is_held = |path: &&EscalationPath| path.permissions.iter().all(|needed| held.contains(needed));
    let open: Vec<&EscalationPath> = ESCALATION_PATHS.iter().filter(is_held).collect();
    let is_part = |path: &EscalationPath| {
        open.iter().any(|other| {
            other.permissions.len() > path.permissions.len()
                && other.reach == path.reach
                && path.permissions.iter().all(|needed| other.permissions.contains(needed))
        })
    };
    let account = request.target.service_account.as_ref().map(ToString::to_string);
    let mut risks: Vec<Risk> = open
        .iter()
        .filter(|path| !is_part(path))
        .map(|path| Risk {
            level: path.reach.into(),
            permissions: path.permissions.to_vec(),
            effect: path.effect.to_owned(),
            account: account.clone().filter(|_| path.permissions.contains(&ACT_AS)),
            mitigation: path.mitigation,
        })
        .collect();
    if let (Some(account), Some(rights), true) = (account, account_rights, held.contains(&ACT_AS)) {
        risks.extend(through(&account, rights));
    }
    if request.of(Grantee::Caller).any(|grant| grant.expiry == ExpiryMode::Never) {
        risks.push(Risk {
            level: RiskLevel::Medium,
            permissions: Vec::new(),
            effect: "keeps the rights until they are revoked".into(),
            account: None,
            mitigation: "set an expiry",
        });
    }
    // An insertion sort, for size (`docs/size.md`).
    let mut sorted: Vec<Risk> = Vec::with_capacity(risks.len());
    for risk in risks {
        let at = sorted.partition_point(|before| before.level <= risk.level);
        sorted.insert(at, risk);
    }
    sorted
}

/// Risks of acting as a service account with these rights.
fn through(account: &str, rights: &ServingAccountRights) -> Vec<Risk> {
    let risk = |level, effect: String| Risk {
        level,
        permissions: vec![ACT_AS],
        effect,
        account: Some(account.to_owned()),
        mitigation: "remove these rights from the service account, or deploy with another one",
    };
    let mut found: Vec<Risk> = rights
        .roles
        .iter()
        .filter(|role| WIDE_ROLES.contains(&role.as_str()) || role.ends_with("Admin") || role.ends_with(".admin"))
        .map(|role| risk(RiskLevel::High, format!("has `{role}` through the service account")))
        .collect();
    let holds = |needed: &&str| rights.permissions.iter().any(|held| held == *needed);
    for path in ESCALATION_PATHS.iter().filter(|path| path.permissions.iter().all(holds)) {
        found.push(risk(path.reach.into(), format!("{}, through the service account", path.effect)));
    }
    let is_listed = |name: &str| ESCALATION_PATHS.iter().any(|path| path.permissions == [name]);
    for name in rights.permissions.iter().filter(|name| sets_policies(name) && !is_listed(name)) {
        let effect =
            format!("can grant any role with `{name}`, to themselves and to others, through the service account");
        found.push(risk(RiskLevel::High, effect));
    }
    if found.is_empty() && !(rights.roles.is_empty() && rights.permissions.is_empty()) {
        let effect = match rights.permissions.len() {
            0 => format!("has {} through the service account", rights.roles.join(", ")),
            1 => "has at least one permission through the service account, on no known escalation path".into(),
            count => {
                format!("has at least {count} permissions through the service account, none on a known escalation path")
            }
        };
        found.push(risk(RiskLevel::Medium, effect));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::escalation::is_on_escalation_path;
    use super::*;
    use crate::iam::rights::access_request::access_request;
    use crate::iam::rights::options::AccessOptions;
    use crate::iam::rights::principal::Principal;
    use crate::plan::{plan, tests::target};

    fn planned(change: impl Fn(&mut AccessOptions)) -> AccessRequest {
        let mut options = AccessOptions::of(Principal::parse("group:ml-team@acme.example").unwrap());
        change(&mut options);
        access_request(&plan(target()), &options, 0).0.unwrap()
    }

    fn effects(risks: &[Risk]) -> String {
        risks.iter().map(|risk| format!("{}\n", risk.effect)).collect()
    }

    #[test]
    fn reports_only_the_longest_path_to_the_serving_account() {
        let found = risks(&planned(|_| {}), None);
        assert_eq!(found[0].level, RiskLevel::High);
        assert_eq!(found[0].permissions, ["iam.serviceAccounts.actAs", "aiplatform.endpoints.deploy"]);
        assert_eq!(found[0].account.as_deref(), Some("fraud-serving@acme-ml.iam.gserviceaccount.com"));
        assert!(effects(&found).contains("can export every model"));
        assert!(!found.iter().any(|risk| risk.permissions == ["iam.serviceAccounts.actAs"]));
    }

    #[test]
    fn rates_a_serving_account_by_where_its_rights_lead() {
        let levels = |roles: &[&str], permissions: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
            let rights = ServingAccountRights { roles: owned(roles), permissions: owned(permissions) };
            through("a@p.iam.gserviceaccount.com", &rights).iter().map(|risk| risk.level).collect::<Vec<_>>()
        };
        assert_eq!(levels(&["roles/iam.serviceAccountTokenCreator"], &[]), [RiskLevel::High]);
        for name in ["resourcemanager.folders.setIamPolicy", "orgpolicy.policy.set", "storage.hmacKeys.create"] {
            assert_eq!(levels(&[], &[name]), [RiskLevel::High], "{name}");
            assert!(is_on_escalation_path(name));
        }
        assert_eq!(levels(&[], &["resourcemanager.projects.setIamPolicy"]), [RiskLevel::High], "reported once");
        assert_eq!(levels(&["roles/viewer"], &[]), [RiskLevel::Medium]);
    }

    #[test]
    fn reports_what_the_serving_account_may_do() {
        let rights =
            ServingAccountRights { roles: vec!["roles/editor".into()], permissions: vec!["iam.roles.update".into()] };
        let found = effects(&risks(&planned(|_| {}), Some(&rights)));
        assert!(found.contains("`roles/editor` through the service account"), "{found}");
        assert!(found.contains("can add any permission to a custom role"), "{found}");
        let harmless = ServingAccountRights { roles: vec![], permissions: vec!["storage.objects.get".into()] };
        assert!(effects(&risks(&planned(|_| {}), Some(&harmless))).contains("at least one permission through"));
    }

    #[test]
    fn marks_every_escalation_permission_that_is_requested() {
        let names = [
            "cloudresourcemanager.projects.setIamPolicy",
            "aiplatform.projects.locations.endpoints.setIamPolicy",
            "iamcredentials.projects.serviceAccounts.signBlob",
            "iamcredentials.projects.serviceAccounts.signJwt",
            "iamcredentials.projects.serviceAccounts.generateAccessToken",
            "iamcredentials.projects.serviceAccounts.generateIdToken",
            "iam.projects.roles.patch",
            "iam.projects.roles.undelete",
            "privilegedaccessmanager.projects.locations.entitlements.create",
            "serviceusage.services.enable",
            "aiplatform.projects.locations.models.export",
        ];
        let asked = planned(|options| options.methods = names.map(str::to_owned).to_vec());
        let marked: Vec<_> = risks(&asked, None).into_iter().flat_map(|risk| risk.permissions).collect();
        let deploying = planned(|_| {}).permissions();
        for permission in asked.permissions() {
            assert!(marked.contains(&permission) || deploying.contains(&permission), "{permission}");
        }
    }
}
