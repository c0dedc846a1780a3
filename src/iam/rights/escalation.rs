//! Escalation paths: permissions that lead to more than they name.

/// How far an escalation path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To all rights of another principal.
    Everything,
    /// To one thing that the permission's name does not mention.
    Something,
}

/// Permissions that together lead further.
pub struct EscalationPath {
    pub reach: Reach,
    /// All of them are needed.
    pub permissions: &'static [&'static str],
    /// Verb phrase; its subject is the principal.
    pub effect: &'static str,
    pub mitigation: &'static str,
}

pub const ACT_AS: &str = "iam.serviceAccounts.actAs";

/// Roles that lead to everything, or to everything of some service account, on whatever resource they are granted.
pub const WIDE_ROLES: [&str; 5] = [
    "roles/owner",
    "roles/editor",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.serviceAccountUser",
    "roles/iam.workloadIdentityUser",
];

const fn everything(
    permissions: &'static [&'static str],
    effect: &'static str,
    mitigation: &'static str,
) -> EscalationPath {
    EscalationPath { reach: Reach::Everything, permissions, effect, mitigation }
}

const fn something(
    permissions: &'static [&'static str],
    effect: &'static str,
    mitigation: &'static str,
) -> EscalationPath {
    EscalationPath { reach: Reach::Something, permissions, effect, mitigation }
}

const NARROW_ACCOUNT: &str = "grant it on one service account, and grant that account only what serving needs";
const ADMINISTRATORS: &str = "reserve it for administrators";

/// The known paths.
///
/// Sources (their text was not read again since the first version): <https://cloud.google.com/vertex-ai/docs/general/access-control> (deploying can export any model),
/// <https://cloud.google.com/iam/docs/pam-permissions-and-setup> (creating entitlements),
/// <https://cloud.google.com/resource-manager/docs/organization-policy/restricting-service-accounts> (default service accounts are
/// editors). The others follow from the methods that the permission allows.
pub const ESCALATION_PATHS: &[EscalationPath] = &[
    everything(
        &[ACT_AS, "aiplatform.endpoints.deploy", "aiplatform.models.upload"],
        "can run any container image as the service account, with all of its rights",
        NARROW_ACCOUNT,
    ),
    everything(
        &[ACT_AS, "aiplatform.endpoints.deploy"],
        "can run any model of the project as the service account; code inside a model has all rights of the account",
        NARROW_ACCOUNT,
    ),
    everything(
        &[ACT_AS],
        "can attach the service account to any resource that they may create, with all of its rights",
        NARROW_ACCOUNT,
    ),
    something(
        &["aiplatform.endpoints.deploy"],
        "can export every model of the project, deployed or deployable, as Google's documentation warns",
        "keep models that their deployers must not read in another project",
    ),
    something(&["aiplatform.models.export"], "can copy a model out of the project", ADMINISTRATORS),
    something(
        &["aiplatform.endpoints.update"],
        "can send an endpoint's traffic to another deployed model, and choose where its requests are logged",
        "grant it on one endpoint only",
    ),
    everything(
        &["resourcemanager.projects.setIamPolicy"],
        "can grant any role on the project, to themselves and to others",
        ADMINISTRATORS,
    ),
    everything(
        &["aiplatform.endpoints.setIamPolicy"],
        "can grant any role on the endpoint, to themselves and to others",
        ADMINISTRATORS,
    ),
    everything(
        &["iam.serviceAccounts.setIamPolicy"],
        "can grant any role on service accounts, and so get their access tokens",
        ADMINISTRATORS,
    ),
    everything(
        &["iam.serviceAccounts.getAccessToken"],
        "can get access tokens of the service account, with all of its rights",
        ADMINISTRATORS,
    ),
    everything(
        &["iam.serviceAccounts.getOpenIdToken"],
        "can pose as the service account to any service that trusts Google's identity tokens",
        ADMINISTRATORS,
    ),
    everything(
        &["iam.serviceAccounts.signBlob"],
        "can sign as the service account, which is enough to get its access tokens",
        ADMINISTRATORS,
    ),
    everything(
        &["iam.serviceAccounts.signJwt"],
        "can sign as the service account, which is enough to get its access tokens",
        ADMINISTRATORS,
    ),
    everything(
        &["iam.serviceAccounts.implicitDelegation"],
        "can get access tokens of every account that this one may impersonate",
        ADMINISTRATORS,
    ),
    everything(
        &["iam.serviceAccountKeys.create"],
        "can create a key of the service account, which is valid until it is deleted",
        ADMINISTRATORS,
    ),
    everything(&["iam.roles.update"], "can add any permission to a custom role that they hold", ADMINISTRATORS),
    something(
        &["iam.roles.undelete"],
        "can restore a deleted custom role, and with it the rights of every principal still bound to it",
        ADMINISTRATORS,
    ),
    everything(
        &["privilegedaccessmanager.entitlements.create"],
        "can offer any role on the project, to themselves and others, for up to seven days without approval; Google also requires the \
         right to set the project's policy",
        ADMINISTRATORS,
    ),
    something(
        &["serviceusage.services.enable"],
        "can enable any Google service in the project; some create a default service account that is an editor of the project, and \
         all may cost money",
        "let an administrator enable the services, and forbid automatic grants with the organisation policy \
         `iam.automaticIamGrantsForDefaultServiceAccounts`",
    ),
    everything(
        &[ACT_AS, "run.services.create"],
        "can run any container on Cloud Run as the service account",
        NARROW_ACCOUNT,
    ),
    everything(
        &[ACT_AS, "cloudfunctions.functions.create"],
        "can run any function as the service account",
        NARROW_ACCOUNT,
    ),
    everything(
        &[ACT_AS, "compute.instances.create"],
        "can start a virtual machine that runs as the service account",
        NARROW_ACCOUNT,
    ),
    everything(
        &[ACT_AS, "aiplatform.customJobs.create"],
        "can run any container in a training job as the service account",
        NARROW_ACCOUNT,
    ),
    everything(&["cloudbuild.builds.create"], "can run any command as Cloud Build's service account", ADMINISTRATORS),
    everything(
        &["deploymentmanager.deployments.create"],
        "can create everything that Deployment Manager's service account may create",
        ADMINISTRATORS,
    ),
    everything(
        &["compute.projects.setCommonInstanceMetadata"],
        "can sign in to virtual machines of the project, each with the rights of its own account",
        ADMINISTRATORS,
    ),
    everything(
        &["compute.instances.setMetadata"],
        "can sign in to virtual machines, each with the rights of its own account",
        ADMINISTRATORS,
    ),
    everything(
        &["storage.hmacKeys.create"],
        "can create a long-lived key of a service account for Cloud Storage",
        ADMINISTRATORS,
    ),
    everything(&["orgpolicy.policy.set"], "can lift restrictions of the organisation", ADMINISTRATORS),
    something(
        &["artifactregistry.repositories.uploadArtifacts", "aiplatform.endpoints.deploy"],
        "can replace the image behind a tag, and deploy it",
        "name images by digest",
    ),
];

/// Whether a known path needs this permission.
pub fn is_on_escalation_path(permission: &str) -> bool {
    sets_policies(permission) || ESCALATION_PATHS.iter().any(|path| path.permissions.contains(&permission))
}

/// Whether the permission sets an allow policy: its holder can grant themselves any right on the resource.
pub fn sets_policies(permission: &str) -> bool {
    permission.ends_with(".setIamPolicy")
}
