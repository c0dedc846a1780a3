//! Names of grants in the form that audit records have.

use super::live_policy::LivePolicy;
use crate::config::Config;
use crate::iam::rights::grant::{split_custom_role, split_name};
use crate::iam::rights::principal::has_case;
use crate::iam::rights::resource::IamResource;

/// Returns a grant's name, or a resource's, in a form that can be compared with audit records and with other such names.
///
/// Projects have their configured id, and e-mail addresses are lower case.
pub fn recorded_name(config: &Config, name: &str) -> String {
    let Some((resource, role, member)) = split_name(name) else { return recorded_resource(config, name) };
    let resource = recorded_resource(config, resource);
    let named = split_custom_role(role).and_then(|(project, id)| {
        let project = &config.project(&project.parse().ok()?)?.project;
        Some(format!("projects/{project}/roles/{id}"))
    });
    let role = named.as_deref().unwrap_or(role);
    let member = if has_case(member) { member.to_owned() } else { member.to_ascii_lowercase() };
    format!("{resource} {role} {member}")
}

fn recorded_resource(config: &Config, resource: &str) -> String {
    let recorded = IamResource::parse(resource).as_ref().and_then(LivePolicy::of).and_then(|policy| {
        let on = policy.resource().clone();
        let project = &config.project(on.project()?)?.project;
        Some(on.in_project(project).to_string())
    });
    recorded.unwrap_or_else(|| resource.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_grants_have_equal_names() {
        let config = json!({
            "projects": [{"project": "acme-ml", "number": "123456789012", "locations": ["us-central1"]}],
            "identity": {"audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/portal/providers/portal"},
        });
        let config = Config::parse(&config, "https://portal.acme.example").unwrap();
        let name = |resource: &str, member: &str| recorded_name(&config, &format!("{resource} roles/r {member}"));
        let endpoint = "locations/us-central1/endpoints/fraud";
        for project in ["acme-ml", "123456789012"] {
            assert_eq!(
                name(&format!("projects/{project}/{endpoint}"), "user:Jane@acme.example"),
                format!("projects/acme-ml/{endpoint} roles/r user:jane@acme.example")
            );
            assert_eq!(
                recorded_name(&config, &format!("projects/acme-ml projects/{project}/roles/x user:a@acme.example")),
                "projects/acme-ml projects/acme-ml/roles/x user:a@acme.example"
            );
        }
        let account = "serviceAccounts/123456789012-compute@developer.gserviceaccount.com";
        let pool = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/Jane@x";
        assert_eq!(
            name(&format!("projects/123456789012/{account}"), pool),
            format!("projects/acme-ml/{account} roles/r {pool}")
        );
        assert_eq!(recorded_name(&config, "projects/123456789012"), "projects/acme-ml");
        for other in
            ["projects/elsewhere roles/r user:jane@acme.example", "gs://b roles/r group:g@acme.example", "", "x y"]
        {
            assert_eq!(recorded_name(&config, other), other);
        }
    }
}
