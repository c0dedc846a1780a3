//! What is dangerous about rights: the known ways from few rights to many, alone, together, and through the service account that
//! their holder may act as.

use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::{ExpiryMode, Grantee};
use serde::Serialize;

/// How far a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// To everything that somebody else may do.
    High,
    /// To something that the right's name does not say.
    Medium,
}

/// One way to more than was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    pub weight: RiskLevel,
    /// All of them are needed for it.
    pub permissions: Vec<&'static str>,
    pub what: String,
    /// The service account whose rights it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    pub advice: &'static str,
}

struct EscalationPath {
    weight: RiskLevel,
    needs: &'static [&'static str],
    what: &'static str,
    advice: &'static str,
}

const fn high(needs: &'static [&'static str], what: &'static str, advice: &'static str) -> EscalationPath {
    EscalationPath { weight: RiskLevel::High, needs, what, advice }
}

const fn medium(needs: &'static [&'static str], what: &'static str, advice: &'static str) -> EscalationPath {
    EscalationPath { weight: RiskLevel::Medium, needs, what, advice }
}

const NARROW_ACCOUNT: &str =
    "give it on one service account only, and let that account hold nothing but what serving needs";
const LEAVE_OUT: &str = "leave it to administrators";

/// The known ways. That deploying reads models is Google's own warning ("Access control with IAM" for Vertex AI); what making an
/// entitlement takes is in "Privileged Access Manager permissions and setup"; that default service accounts become editors is in
/// "Restrict IAM service account usage"; the others follow from what the permission lets its holder call.
const ESCALATION_PATHS: &[EscalationPath] = &[
    high(
        &["iam.serviceAccounts.actAs", "aiplatform.endpoints.deploy", "aiplatform.models.upload"],
        "runs any container image as the service account, with all that this account may do",
        NARROW_ACCOUNT,
    ),
    high(
        &["iam.serviceAccounts.actAs", "aiplatform.endpoints.deploy"],
        "runs any model of the project as the service account: code inside a model may do all that this account may",
        NARROW_ACCOUNT,
    ),
    high(
        &["iam.serviceAccounts.actAs"],
        "attaches the service account to whatever else its holder may start, with all that this account may do",
        NARROW_ACCOUNT,
    ),
    medium(
        &["aiplatform.endpoints.deploy"],
        "may export every model of the project, deployed or deployable: Google says so of the right to deploy",
        "keep models that their deployers must not read in a project of their own",
    ),
    medium(&["aiplatform.models.export"], "copies a model out of the project", LEAVE_OUT),
    medium(
        &["aiplatform.endpoints.update"],
        "sends an endpoint's traffic to another deployed model, and sets where its requests are logged",
        "give it on one endpoint only",
    ),
    high(&["resourcemanager.projects.setIamPolicy"], "gives itself and others any role on the project", LEAVE_OUT),
    high(&["aiplatform.endpoints.setIamPolicy"], "gives itself and others any role on the endpoint", LEAVE_OUT),
    high(
        &["iam.serviceAccounts.setIamPolicy"],
        "gives itself and others any role on service accounts, to get their tokens",
        LEAVE_OUT,
    ),
    high(
        &["iam.serviceAccounts.getAccessToken"],
        "gets tokens of the service account, with all that it may do",
        LEAVE_OUT,
    ),
    high(
        &["iam.serviceAccounts.getOpenIdToken"],
        "passes for the service account at whoever trusts Google's identity tokens",
        LEAVE_OUT,
    ),
    high(
        &["iam.serviceAccounts.signBlob"],
        "signs as the service account, which is enough to get its tokens",
        LEAVE_OUT,
    ),
    high(
        &["iam.serviceAccounts.signJwt"],
        "signs as the service account, which is enough to get its tokens",
        LEAVE_OUT,
    ),
    high(
        &["iam.serviceAccounts.implicitDelegation"],
        "gets tokens of every account that this one may impersonate",
        LEAVE_OUT,
    ),
    high(
        &["iam.serviceAccountKeys.create"],
        "makes a key of the service account that lasts until somebody deletes it",
        LEAVE_OUT,
    ),
    high(&["iam.roles.update"], "adds any permission to a custom role that it holds", LEAVE_OUT),
    medium(
        &["iam.roles.undelete"],
        "brings back a deleted custom role, and with it what all that are still bound to it may do",
        LEAVE_OUT,
    ),
    high(
        &["privilegedaccessmanager.entitlements.create"],
        "offers itself and others any role on the project for up to seven days, with nobody to approve it; Google wants the right to \
         set the project's policy besides",
        LEAVE_OUT,
    ),
    medium(
        &["serviceusage.services.enable"],
        "turns on any Google service in the project: some make a default service account that is an editor of the project, and all may \
         cost money",
        "have an administrator turn on what is needed, and forbid these grants in the organisation's policy \
         (`iam.automaticIamGrantsForDefaultServiceAccounts`)",
    ),
    high(
        &["iam.serviceAccounts.actAs", "run.services.create"],
        "runs any container on Cloud Run as the service account",
        NARROW_ACCOUNT,
    ),
    high(
        &["iam.serviceAccounts.actAs", "cloudfunctions.functions.create"],
        "runs any function as the service account",
        NARROW_ACCOUNT,
    ),
    high(
        &["iam.serviceAccounts.actAs", "compute.instances.create"],
        "starts a machine that is the service account",
        NARROW_ACCOUNT,
    ),
    high(
        &["iam.serviceAccounts.actAs", "aiplatform.customJobs.create"],
        "runs any container in a training job as the service account",
        NARROW_ACCOUNT,
    ),
    high(&["cloudbuild.builds.create"], "runs any command as Cloud Build's service account", LEAVE_OUT),
    high(
        &["deploymentmanager.deployments.create"],
        "makes anything that Deployment Manager's service account may make",
        LEAVE_OUT,
    ),
    high(
        &["compute.projects.setCommonInstanceMetadata"],
        "signs in to machines of the project, each with the rights of its own account",
        LEAVE_OUT,
    ),
    high(
        &["compute.instances.setMetadata"],
        "signs in to machines, each with the rights of its own account",
        LEAVE_OUT,
    ),
    high(&["storage.hmacKeys.create"], "makes a key of a service account for its buckets, which lasts", LEAVE_OUT),
    high(&["orgpolicy.policy.set"], "lifts what the organisation forbids", LEAVE_OUT),
    medium(
        &["artifactregistry.repositories.uploadArtifacts", "aiplatform.endpoints.deploy"],
        "replaces the image behind a tag, and deploys it",
        "name images by their digest",
    ),
];

/// What the service account may do that a deployment runs as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServingAccountRights {
    /// Roles that it holds, e.g. `roles/editor`.
    pub roles: Vec<String>,
    /// Permissions that it holds, as far as its roles were expanded.
    pub permissions: Vec<String>,
}

/// Whether a known way takes this permission.
pub fn is_on_escalation_path(permission: &str) -> bool {
    sets_policies(permission) || ESCALATION_PATHS.iter().any(|way| way.needs.contains(&permission))
}

/// Whoever sets the policy of anything gives themselves what there is to have of it.
fn sets_policies(permission: &str) -> bool {
    permission.ends_with(".setIamPolicy")
}

/// Roles that lead to everything, or to everything of some account, whatever they are given on.
const WIDE_ROLES: [&str; 5] = [
    "roles/owner",
    "roles/editor",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.serviceAccountUser",
    "roles/iam.workloadIdentityUser",
];

/// Every known way that the caller's rights open; a way whose rights are all part of a longer one's is left out where both lead to
/// the same account.
pub fn risks(request: &AccessRequest, powers: Option<&ServingAccountRights>) -> Vec<Risk> {
    let held = request.permissions();
    let open: Vec<&EscalationPath> =
        ESCALATION_PATHS.iter().filter(|way| way.needs.iter().all(|need| held.contains(need))).collect();
    let is_part = |way: &EscalationPath| {
        open.iter().any(|other| {
            other.needs.len() > way.needs.len()
                && other.weight == way.weight
                && way.needs.iter().all(|need| other.needs.contains(need))
        })
    };
    let account = request.target.service_account.as_ref().map(ToString::to_string);
    let mut dangers: Vec<Risk> = open
        .iter()
        .filter(|way| !is_part(way))
        .map(|way| Risk {
            weight: way.weight,
            permissions: way.needs.to_vec(),
            what: way.what.to_owned(),
            through: account.clone().filter(|_| way.needs.contains(&ACT_AS)),
            advice: way.advice,
        })
        .collect();
    if let (Some(account), Some(powers), true) = (account, powers, held.contains(&ACT_AS)) {
        dangers.extend(through(&account, powers));
    }
    let standing = request.of(Grantee::Caller).any(|grant| grant.ends == ExpiryMode::Never);
    if standing {
        dangers.push(Risk {
            weight: RiskLevel::Medium,
            permissions: Vec::new(),
            what: "the rights last until somebody takes them back".into(),
            through: None,
            advice: "say until when they are needed",
        });
    }
    let (mut first, then): (Vec<_>, Vec<_>) = dangers.into_iter().partition(|danger| danger.weight == RiskLevel::High);
    first.extend(then);
    first
}

pub const ACT_AS: &str = "iam.serviceAccounts.actAs";

/// What whoever may act as the account does with the account's own rights.
fn through(account: &str, powers: &ServingAccountRights) -> Vec<Risk> {
    let danger = |weight, what: String| Risk {
        weight,
        permissions: vec![ACT_AS],
        what,
        through: Some(account.to_owned()),
        advice: "take these rights from the service account, or deploy as another one",
    };
    let mut found: Vec<Risk> = powers
        .roles
        .iter()
        .filter(|role| WIDE_ROLES.contains(&role.as_str()) || role.ends_with("Admin") || role.ends_with(".admin"))
        .map(|role| danger(RiskLevel::High, format!("holds `{role}` by way of the service account")))
        .collect();
    let holds = |need: &&str| powers.permissions.iter().any(|held| held == *need);
    for way in ESCALATION_PATHS.iter().filter(|way| way.needs.iter().all(holds)) {
        found.push(danger(way.weight, format!("by way of the service account: {}", way.what)));
    }
    let is_told = |name: &str| ESCALATION_PATHS.iter().any(|way| way.needs == [name]);
    for name in powers.permissions.iter().filter(|name| sets_policies(name) && !is_told(name)) {
        found.push(danger(
            RiskLevel::High,
            format!("gives itself and others any role by `{name}`, by way of the service account"),
        ));
    }
    if found.is_empty() && !(powers.roles.is_empty() && powers.permissions.is_empty()) {
        let count = powers.permissions.len();
        found.push(danger(
            RiskLevel::Medium,
            match count {
                0 => format!("holds {} by way of the service account", powers.roles.join(", ")),
                1 => "holds at least one permission by way of the service account; it is no known way further".into(),
                _ => format!(
                    "holds at least {count} permissions by way of the service account; none of them is a known way further"
                ),
            },
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::rights::access_request::access_request;
    use crate::iam::rights::options::AccessOptions;
    use crate::iam::rights::principal::Principal;
    use crate::plan::{plan, tests::target};

    fn made(change: impl Fn(&mut AccessOptions)) -> AccessRequest {
        let mut options = AccessOptions::of(Principal::parse("group:ml-team@acme.example").unwrap());
        change(&mut options);
        access_request(&plan(target()), &options, 0).0.unwrap()
    }

    fn whats(dangers: &[Risk]) -> String {
        dangers.iter().map(|danger| format!("{}\n", danger.what)).collect()
    }

    #[test]
    fn deploying_as_an_account_is_told_as_what_it_is() {
        let found = risks(&made(|_| {}), None);
        assert_eq!(found[0].weight, RiskLevel::High);
        assert_eq!(found[0].permissions, ["iam.serviceAccounts.actAs", "aiplatform.endpoints.deploy"]);
        assert_eq!(found[0].through.as_deref(), Some("fraud-serving@acme-ml.iam.gserviceaccount.com"));
        assert!(whats(&found).contains("may export every model"));
        // The longer way says all that the shorter one would.
        assert!(!found.iter().any(|danger| danger.permissions == ["iam.serviceAccounts.actAs"]));
    }

    #[test]
    fn an_account_that_leads_further_is_no_small_thing() {
        let weights = |roles: &[&str], permissions: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
            let powers = ServingAccountRights { roles: owned(roles), permissions: owned(permissions) };
            through("a@p.iam.gserviceaccount.com", &powers).iter().map(|danger| danger.weight).collect::<Vec<_>>()
        };
        assert_eq!(weights(&["roles/iam.serviceAccountTokenCreator"], &[]), [RiskLevel::High]);
        for name in ["resourcemanager.folders.setIamPolicy", "orgpolicy.policy.set", "storage.hmacKeys.create"] {
            assert_eq!(weights(&[], &[name]), [RiskLevel::High], "{name}");
            assert!(is_on_escalation_path(name));
        }
        assert_eq!(weights(&[], &["resourcemanager.projects.setIamPolicy"]), [RiskLevel::High], "told once");
        assert_eq!(weights(&["roles/viewer"], &[]), [RiskLevel::Medium]);
    }

    #[test]
    fn what_the_account_may_do_is_told_too() {
        let powers =
            ServingAccountRights { roles: vec!["roles/editor".into()], permissions: vec!["iam.roles.update".into()] };
        let found = whats(&risks(&made(|_| {}), Some(&powers)));
        assert!(found.contains("`roles/editor` by way of the service account"), "{found}");
        assert!(found.contains("adds any permission to a custom role"), "{found}");
        let harmless = ServingAccountRights { roles: vec![], permissions: vec!["storage.objects.get".into()] };
        assert!(whats(&risks(&made(|_| {}), Some(&harmless))).contains("at least one permission by way of"));
    }

    #[test]
    fn every_primitive_that_is_asked_for_is_marked() {
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
        let asked = made(|options| options.methods = names.map(str::to_owned).to_vec());
        let marked: Vec<_> = risks(&asked, None).into_iter().flat_map(|danger| danger.permissions).collect();
        let deploying = made(|_| {}).permissions();
        for permission in asked.permissions() {
            assert!(marked.contains(&permission) || deploying.contains(&permission), "{permission}");
        }
    }
}
