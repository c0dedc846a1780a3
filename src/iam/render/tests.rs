//! Every file, and how tools read it.

use super::*;
use crate::iam::rights::access_request::access_request;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::grant::{Grant, Grantee};
use crate::iam::rights::options::{AccessOptions, Delivery};
use crate::iam::rights::principal::Principal;
use crate::iam::rights::resource::IamResource;
use crate::iam::rights::risk::risks;
use crate::plan::{Found, plan, tests::target};
use ::hcl::{Body, Expression, Structure};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

pub(super) const NOW: u64 = 1_795_579_200_000;

fn options() -> AccessOptions {
    AccessOptions {
        found: Found { model: Some(true), endpoint: Some(true), deployment: Some(false) },
        expires: Some(Expiry::parse("2026-11-30T18:00:00Z", NOW).unwrap()),
        project_number: Some("123456789012".parse().unwrap()),
        justification: Some("release 3, \"urgent\" ${x}".into()),
        ..AccessOptions::of(Principal::parse("group:ml-team@acme.example").unwrap())
    }
}

pub(super) fn update() -> AccessRequest {
    access_request(&plan(target()), &options(), NOW).0.unwrap()
}

/// A deployment with grants on every kind of resource.
fn everything() -> AccessRequest {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-images/serving/fraud:3".parse().unwrap());
    target.artifact_uri = Some("gs://acme-models/fraud/3".parse().unwrap());
    target.kms_key = Some("projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving".parse().unwrap());
    target.service_account = Some("fraud-serving@acme-other.iam.gserviceaccount.com".parse().unwrap());
    let options = AccessOptions { found: Found { endpoint: Some(true), ..Found::default() }, ..options() };
    access_request(&plan(target.clone()), &options, NOW).0.unwrap()
}

fn managed() -> AccessRequest {
    let approvers = vec![Principal::parse("group:platform@acme.example").unwrap(), options().principal];
    let options = AccessOptions { delivery: Delivery::Pam, approvers, ..options() };
    access_request(&plan(target()), &options, NOW).0.unwrap()
}

fn rendered(request: &AccessRequest) -> Ordered<String, String> {
    all(request, &risks(request, None), &Ordered::default()).unwrap()
}

#[test]
fn renders_every_file() {
    let joined = |request: &AccessRequest| {
        rendered(request).iter().map(|(name, text)| format!("===== {name}\n{text}\n")).collect::<String>()
    };
    insta::assert_snapshot!("update", joined(&update()));
    insta::assert_snapshot!("everything", joined(&everything()));
    let managed = rendered(&managed());
    let names = ["pam-entitlement.json", "pam-grant.json", "revoke.sh", "access-request.md"];
    insta::assert_snapshot!("managed", names.map(|name| managed[name].as_str()).join("\n"));
}

/// One binding: resource, role, member, title and expression of its condition.
type Binding = (String, String, String, Option<(String, String)>);

fn bindings(request: &AccessRequest) -> Vec<Binding> {
    let condition = |grant: &Grant| grant.condition.as_ref().map(|c| (c.title.clone(), c.expression.clone()));
    let mut all: Vec<Binding> = request
        .by_policy()
        .map(|grant| (grant.resource.to_string(), grant.role.to_string(), grant.member.clone(), condition(grant)))
        .collect();
    all.sort();
    all
}

fn roles(request: &AccessRequest) -> BTreeMap<String, Vec<String>> {
    let custom = request.custom_roles().into_iter();
    custom
        .map(|grant| (grant.role.to_string(), custom_role::permissions(grant).iter().map(|&p| p.to_owned()).collect()))
        .collect()
}

/// Roles and bindings as Terraform reads them.
fn reread(files: &Ordered<String, String>) -> (BTreeMap<String, Vec<String>>, Vec<Binding>) {
    let parsed = |name: &str| -> Body { ::hcl::parse(&files[name]).unwrap() };
    let (body, shared) = (parsed("main.tf"), parsed("roles.tf"));
    let mut roles = BTreeMap::new();
    let mut bindings = Vec::new();
    let mut addresses = BTreeSet::new();
    for block in shared.blocks().chain(body.blocks()) {
        let labels: Vec<&str> = block.labels().iter().map(::hcl::BlockLabel::as_str).collect();
        assert_eq!(block.identifier(), "resource");
        assert!(labels.len() == 2 && addresses.insert(labels.join(".")), "{labels:?} is there twice");
        let attribute = |body: &Body, name: &str| body.attributes().find(|a| a.key() == name).map(|a| a.expr().clone());
        let text = |name: &str| match attribute(block.body(), name) {
            Some(Expression::String(text)) => text,
            Some(Expression::TemplateExpr(template)) => panic!("{name} is a template: {template:?}"),
            other => panic!("{name} of {labels:?} is {other:?}"),
        };
        if labels[0] == "google_project_iam_custom_role" {
            let name = format!("projects/{}/roles/{}", text("project"), text("role_id"));
            let Some(Expression::Array(items)) = attribute(block.body(), "permissions") else {
                panic!("no permissions")
            };
            let items = items.into_iter().map(|item| match item {
                Expression::String(text) => text,
                other => panic!("{other:?}"),
            });
            roles.insert(name, items.collect());
            continue;
        }
        let on = match labels[0] {
            "google_project_iam_member" => format!("projects/{}", text("project")),
            "google_vertex_ai_endpoint_iam_member" => {
                format!("projects/{}/locations/{}/endpoints/{}", text("project"), text("location"), text("endpoint"))
            }
            "google_service_account_iam_member" => text("service_account_id"),
            "google_storage_bucket_iam_member" => format!("gs://{}", text("bucket")),
            "google_artifact_registry_repository_iam_member" => {
                format!(
                    "projects/{}/locations/{}/repositories/{}",
                    text("project"),
                    text("location"),
                    text("repository")
                )
            }
            "google_kms_crypto_key_iam_member" => text("crypto_key_id"),
            other => panic!("{other}"),
        };
        let role = text("role");
        let condition = block.body().iter().find_map(|structure| match structure {
            Structure::Block(inner) if inner.identifier() == "condition" => {
                let text = |name: &str| match attribute(inner.body(), name) {
                    Some(Expression::String(text)) => text,
                    other => panic!("{other:?}"),
                };
                Some((text("title"), text("expression")))
            }
            _ => None,
        });
        bindings.push((on, role, text("member"), condition));
    }
    bindings.sort();
    (roles, bindings)
}

#[test]
fn terraform_states_the_same_grants() {
    for request in [update(), everything(), managed()] {
        let (found_roles, found_bindings) = reread(&rendered(&request));
        assert_eq!(found_roles, roles(&request));
        assert_eq!(found_bindings, bindings(&request));
    }
}

#[test]
fn bindings_state_the_same_grants() {
    for request in [update(), everything(), managed()] {
        let written: Vec<Value> = serde_json::from_str(&rendered(&request)["bindings.json"]).unwrap();
        let mut found: Vec<Binding> = Vec::new();
        for entry in &written {
            assert_eq!(entry["policy"]["version"], 3);
            for binding in entry["policy"]["bindings"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let condition = binding.get("condition").map(|c| (text(&c["title"]), text(&c["expression"])));
                found.push((text(&entry["resource"]), text(&binding["role"]), text(&binding["members"][0]), condition));
            }
        }
        found.sort();
        assert_eq!(found, bindings(&request));
    }
}

/// Runs a tool on a text, if the machine has it.
fn tool(program: &str, arguments: &[&str], name: &str, text: &str) {
    let file = std::env::temp_dir().join(format!("backstage-vertex-ai-{}-{name}", std::process::id()));
    std::fs::write(&file, text).unwrap();
    match Command::new(program).args(arguments).arg(&file).output() {
        Ok(output) => {
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{program}: {said}");
        }
        Err(error) => println!("{program} is not here ({error}): {name} is not held against it"),
    }
    std::fs::remove_file(file).unwrap();
}

/// The findings of `validate`, except for missing providers, which no test downloads. `None` if the program is not installed.
fn faults(program: &str, files: &[(&str, &str)]) -> Option<Vec<String>> {
    let folder = std::env::temp_dir().join(format!("backstage-vertex-ai-{}-{program}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let output = Command::new(program).args(["validate", "-json"]).current_dir(&folder).output();
    std::fs::remove_dir_all(folder).unwrap();
    let output = output.map_err(|error| println!("{program} is not here ({error})")).ok()?;
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let summaries = said["diagnostics"].as_array().unwrap().iter().map(|found| found["summary"].as_str().unwrap());
    Some(summaries.filter(|summary| *summary != "Missing required provider").map(str::to_owned).collect())
}

#[test]
fn terraform_validates_the_files() {
    for program in ["terraform", "tofu"] {
        for request in [update(), everything(), managed()] {
            let files = rendered(&request);
            let (text, roles) = (&files["main.tf"], ("roles.tf", files["roles.tf"].as_str()));
            let Some(found) = faults(program, &[("main.tf", text), roles]) else { break };
            assert!(found.is_empty(), "{program}: {found:?}");
            // The check finds a duplicate block.
            let (_, last) = text.rsplit_once("\nresource ").unwrap();
            let twice = faults(program, &[("main.tf", &format!("{text}\nresource {last}")), roles]).unwrap();
            assert!(twice.iter().any(|summary| summary.starts_with("Duplicate resource")), "{program}: {twice:?}");
        }
    }
}

#[test]
fn terraform_and_bash_accept_the_files() {
    for (number, request) in [update(), everything(), managed()].iter().enumerate() {
        let files = rendered(request);
        for name in ["main.tf", "roles.tf"] {
            tool("terraform", &["fmt", "-check", "-diff"], &format!("{number}-{name}"), &files[name]);
        }
        for name in ["gcloud.sh", "revoke.sh"] {
            tool("bash", &["-n"], &format!("{number}-{name}"), &files[name]);
        }
    }
}

#[test]
fn no_policy_has_the_grants_of_privileged_access_manager() {
    let files = rendered(&managed());
    let id = managed().grants.iter().find(|grant| grant.is_by_pam()).map(|grant| grant.role.to_string()).unwrap();
    assert!(!files["bindings.json"].contains(&id));
    assert!(!files["main.tf"].contains("google_project_iam_member") && files["roles.tf"].contains(&id[23..]));
    assert!(!files["revoke.sh"].contains(&id) && files["revoke.sh"].contains("service-accounts"));
    let script = &files["gcloud.sh"];
    assert!(!script.contains("projects add-iam-policy-binding") && script.contains("\ncustom_role acme-ml "));
    assert!(files["pam-entitlement.json"].contains(&id));
}

#[test]
fn states_which_permissions_must_be_revoked() {
    let permissions = |request: &AccessRequest| {
        let text = rendered(request)["access-request.md"].clone();
        let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        (line("- **Expiry:** "), line("- **Permissions:** "))
    };
    let pair = |expiry: &str, permissions: &str| (expiry.to_owned(), permissions.to_owned());
    let (by, script) = ("2026-11-30T18:00:00Z", "by 2026-11-30T18:00:00Z with `revoke.sh`");
    let some = format!("6; 1 expires by itself, 5 must be revoked {script}");
    assert_eq!(permissions(&update()), pair(by, &some));
    let some = format!("6; 5 expire by themselves, 1 must be revoked {script}");
    assert_eq!(permissions(&managed()), pair("5 days 14 hours after the grant is activated", &some));

    let project = update().keeping(|grant, _| matches!(grant.resource, IamResource::Project(_)));
    assert_eq!(permissions(&project), pair(by, "1; it expires by itself"));
    assert!(!rendered(&project).contains_key("revoke.sh"));
    let account = update().keeping(|grant, _| matches!(grant.resource, IamResource::ServiceAccount(_)));
    assert_eq!(permissions(&account), pair(by, &format!("1, to be revoked {script}")));

    let options = AccessOptions { expires: None, ..options() };
    let endless = access_request(&plan(target()), &options, NOW).0.unwrap();
    assert_eq!(permissions(&endless), pair("**none**", "6, to be revoked with `revoke.sh`"));
    assert!(rendered(&endless)["revoke.sh"].contains("projects remove-iam-policy-binding"));
    // Serving needs the grants of the service agent.
    let agent = everything().keeping(|grant, _| grant.grantee == Grantee::ServiceAgent);
    assert!(!rendered(&agent).contains_key("revoke.sh") && !rendered(&agent).contains_key("roles.tf"));
    assert!(rendered(&agent)["main.tf"].starts_with("resource "));
}

#[test]
fn foreign_text_hides_nothing() {
    let mut request = update();
    request.justification = Some("<!-- [a](b) `c`\n# d ![e](f) **g** <b>".into());
    request.target.entity_ref = "component:default/x`<!-- \n\n# y".into();
    let text = &rendered(&request)["access-request.md"];
    assert!(text.contains(r"> \<!-- \[a\](b) \`c\` \# d !\[e\](f) \*\*g\*\* \<b\>"), "{text}");
    assert!(text.contains("- **Deployment:** `component:default/x <!--   # y` in `projects/"), "{text}");
}

#[test]
fn a_second_request_for_the_same_time_never_exceeds_the_entitlement() {
    let mut request = managed();
    for (asked, longest) in [(1_800, "1800s"), (604_799, "604800s"), (604_800, "604800s"), (482_341, "482400s")] {
        request.duration = Some(asked);
        let entitlement = &super::entitlement::entitlements(&request)[0];
        assert_eq!(entitlement.longest(), longest);
        assert_eq!(entitlement.grant()["requestedDuration"], format!("{asked}s"));
    }
}

#[test]
fn the_principal_does_not_approve_their_own_grant() {
    let text = &rendered(&managed())["pam-entitlement.json"];
    let entitlement: Value = serde_json::from_str(text).unwrap();
    let step = &entitlement["entitlement"]["approvalWorkflow"]["manualApprovals"]["steps"][0];
    assert_eq!(step["approvers"][0]["principals"], serde_json::json!(["group:platform@acme.example"]));
    let id = entitlement["entitlementId"].as_str().unwrap();
    assert!(
        (4..=63).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    );
}

#[test]
fn roles_are_within_googles_limits() {
    for grant in &everything().grants {
        assert!(custom_role::title(grant).len() <= 100 && custom_role::DESCRIPTION.len() <= 300);
    }
}
