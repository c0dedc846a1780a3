//! Rights of Vertex AI's service agent: by the resource's own policy, else by the Policy Troubleshooter, else unknown.

use super::services::{agent, ticked};
use super::{Judged, Look, Unknown, Verdict, artifact, image};
use crate::method::{self, Call, Resource, resource};
use serde_json::{Value, json};

/// A resource that the agent uses.
struct Used {
    /// For people.
    name: String,
    /// For the Policy Troubleshooter.
    full_name: String,
    policy: Call,
    permissions: &'static [&'static str],
    /// Predefined roles that hold all the permissions.
    /// Source: <https://docs.cloud.google.com/iam/docs/roles-permissions>, read 2026-11-28.
    roles: &'static [&'static str],
}

/// The role of a binding of the resource's own policy that suffices: of the agent or of everyone, without a condition.
fn granted<'a>(policy: &'a Value, agent: &str, roles: &[&str]) -> Option<&'a str> {
    let account = format!("serviceAccount:{agent}");
    let is_agents = |member: &Value| {
        member.as_str().is_some_and(|it| it == account || it == "allUsers" || it == "allAuthenticatedUsers")
    };
    policy["bindings"].as_array()?.iter().find_map(|binding| {
        let role = binding["role"].as_str().filter(|role| roles.contains(role))?;
        let members = binding["members"].as_array()?;
        (binding["condition"].is_null() && members.iter().any(is_agents)).then_some(role)
    })
}

fn judge(look: &Look, used: &Used) -> Judged {
    let policy = look.ask(used.policy.clone());
    let agent = agent(look);
    if matches!(&policy, Err(unknown) if unknown.is_open()) {
        return Err(Unknown::Open);
    }
    let agent = agent?;
    if let Some(role) = policy.ok().and_then(|policy| granted(policy, &agent, used.roles)) {
        return Ok(Some(Verdict::ok(vec![format!("`{agent}` has `{role}` on `{}`", used.name)])));
    }
    let asked: Vec<(&str, Result<&Value, Unknown>)> = used
        .permissions
        .iter()
        .map(|permission| {
            let tuple = json!({"principal": agent, "fullResourceName": used.full_name, "permission": *permission});
            let call = Call::new(&method::TROUBLESHOOT, Resource::Nothing).body(json!({ "accessTuple": tuple }));
            (*permission, look.ask(call))
        })
        .collect();
    let mut lacking = Vec::new();
    let mut unseen = Vec::new();
    for (permission, answer) in asked {
        match answer?["overallAccessState"].as_str() {
            Some("CAN_ACCESS") => {}
            Some("CANNOT_ACCESS") => lacking.push(permission),
            _ => unseen.push(permission),
        }
    }
    let name = &used.name;
    if let Some(first) = lacking.first() {
        let message = format!("Vertex AI's service agent lacks {} on `{name}`", ticked(&lacking));
        let help = format!("grant `{agent}` the role `{}` on `{name}`", used.roles.first().unwrap_or(first));
        let no = Verdict::no(message).help(help).evidence(vec![format!("service agent: `{agent}`")]);
        return Ok(Some(no.lacking(agent, first, name)));
    }
    if unseen.is_empty() {
        return Ok(Some(Verdict::ok(vec![format!("`{agent}` may use `{name}`, by the Policy Troubleshooter")])));
    }
    let why = format!("you may not see every policy that grants the service agent {} on `{name}`", ticked(&unseen));
    Err(Unknown::because(
        why,
        "have a user run the preflight who may read the policies, e.g. with `roles/iam.securityReviewer`",
    ))
}

/// The finding for a name that the table of methods does not accept.
fn unnamed(name: &str) -> Unknown {
    Unknown::because(format!("`{name}` is no name that the portal may ask about"), "check the annotations")
}

pub fn reads_image(look: &Look) -> Judged {
    let Some(image) = image::own(look) else { return Ok(None) };
    let name = image::repository(image);
    let on = Resource::parse(resource::REPOSITORY, &name).ok_or_else(|| unnamed(&name))?;
    let used = Used {
        full_name: format!("//artifactregistry.googleapis.com/{name}"),
        policy: Call::new(&method::REPOSITORIES_GET_IAM_POLICY, on).query("options.requestedPolicyVersion", "3"),
        permissions: &["artifactregistry.repositories.downloadArtifacts"],
        roles: &[
            "roles/artifactregistry.reader",
            "roles/artifactregistry.writer",
            "roles/artifactregistry.repoAdmin",
            "roles/artifactregistry.admin",
        ],
        name,
    };
    judge(look, &used)
}

pub fn reads_artifact(look: &Look) -> Judged {
    let Some(uri) = artifact::own(look) else { return Ok(None) };
    let (bucket, _) = artifact::split(uri);
    let used = Used {
        name: format!("gs://{bucket}"),
        full_name: format!("//storage.googleapis.com/projects/_/buckets/{bucket}"),
        policy: Call::new(&method::BUCKETS_GET_IAM_POLICY, artifact::bucket(uri)?)
            .query("optionsRequestedPolicyVersion", "3"),
        permissions: &["storage.objects.get", "storage.objects.list"],
        roles: &[
            "roles/storage.objectViewer",
            "roles/storage.objectUser",
            "roles/storage.objectAdmin",
            "roles/storage.admin",
        ],
    };
    judge(look, &used)
}

pub fn uses_key(look: &Look) -> Judged {
    let Some(key) = &look.plan.target.kms_key else { return Ok(None) };
    let name = key.to_string();
    let on = Resource::parse(resource::KEY, &name).ok_or_else(|| unnamed(&name))?;
    let used = Used {
        full_name: format!("//cloudkms.googleapis.com/{name}"),
        policy: Call::new(&method::CRYPTO_KEYS_GET_IAM_POLICY, on).query("options.requestedPolicyVersion", "3"),
        permissions: &["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt"],
        roles: &["roles/cloudkms.cryptoKeyEncrypterDecrypter"],
        name,
    };
    judge(look, &used)
}
