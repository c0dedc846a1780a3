//! Compares two independent tables of permissions: the core's, and the one that the emulator enforces.
//!
//! A caller without rights makes every call, and gets the permission that each denial names until the call succeeds.

use crate::deliver::until;
use crate::harness::{Cloud, FAST, OWNER, STRANGER, demo_seed, deploy_request};
use backstage_vertex_ai::method::{self, Door, Kind, METHODS, Method, On, Resource, Service, resource};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SPEED: f64 = 1_000_000.0;
const PLACE: &str = "projects/acme-ml/locations/us-central1";
const ACCOUNT: &str = "fraud-serving@acme-ml.iam.gserviceaccount.com";
/// No image of the seed: permissions are checked before.
const IMAGE: &str = "projects/acme-ml/locations/us-central1/repositories/serving/dockerImages/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const PROBE: &str = "projects/acme-ml/roles/probe";
const GLOBAL: &str = "projects/acme-ml/locations/global";
const ENTITLEMENT: &str = "projects/acme-ml/locations/global/entitlements/probe";
const APPROVER: &str = "test-approver";

/// A cloud in which the test sets the permissions of the stranger's role.
pub fn cloud() -> Cloud {
    let cloud = Cloud::with(demo_seed(), SPEED);
    cloud.post(OWNER, "/v1/projects/acme-ml/roles", json!({"roleId": "probe", "role": {"title": "probe"}})).ok();
    let read = json!({"options": {"requestedPolicyVersion": 3}});
    let mut policy = cloud.post(OWNER, "/v3/projects/acme-ml:getIamPolicy", read).ok();
    let binding = json!({"role": PROBE, "members": ["user:stranger@acme.example"]});
    policy["bindings"].as_array_mut().unwrap().push(binding);
    cloud.post(OWNER, "/v3/projects/acme-ml:setIamPolicy", json!({ "policy": policy })).ok();
    cloud.create_endpoint("fraud");
    cloud
}

fn give(cloud: &Cloud, held: &BTreeSet<String>) {
    let path = format!("/v1/{PROBE}?updateMask=includedPermissions");
    cloud.call(OWNER, "PATCH", &path, &json!({ "includedPermissions": held })).ok();
}

/// The permissions that the emulator requires for a call; `None` if it does not serve the method.
fn enforced(cloud: &Cloud, verb: &str, path: &str, body: &Value) -> Option<BTreeSet<String>> {
    let mut held = BTreeSet::new();
    give(cloud, &held);
    loop {
        let answer = cloud.call(STRANGER, verb, path, body);
        let message = answer.body["error"]["message"].as_str().unwrap_or_default().to_owned();
        let named = match answer.status {
            403 => {
                let detail = answer.body["error"]["details"][0]["metadata"]["permission"].as_str();
                // Cloud Storage names it in words only.
                let in_words = || message.split_once("Permission '")?.1.split('\'').next();
                detail.or_else(in_words).map(str::to_owned)
            }
            400 if message.starts_with("You do not have permission to act as") => {
                Some("iam.serviceAccounts.actAs".into())
            }
            // A page of HTML is Google's answer to an unknown path.
            404 if answer.body.is_string() => return None,
            501 => return None,
            404 if path.starts_with("/v1/roles/") || message.contains(" is not found.") && held.is_empty() => {
                return None;
            }
            _ => return Some(held),
        };
        let named = named.unwrap_or_else(|| panic!("{verb} {path} is refused without a permission: {message}"));
        assert!(held.insert(named.clone()), "{verb} {path} asks for {named} again");
        give(cloud, &held);
    }
}

/// What the emulator does not serve, and why it need not: everything that the proxy lets pass is compared.
pub const NOT_SERVED: &[(&str, &[&Method])] = &[
    ("no plan exports a model", &[&method::MODELS_EXPORT]),
    ("no plan configures explanations", &[&method::ENDPOINTS_EXPLAIN]),
    ("the product leaves the APIs of a project alone", &[&method::SERVICES_ENABLE]),
    (
        "the product makes access tokens and nothing else",
        &[&method::GENERATE_ID_TOKEN, &method::SIGN_JWT, &method::SIGN_BLOB],
    ),
];

/// The resource for each kind of method. Operations, entitlements and grants are created first: see [`calls`].
fn example(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Nothing => "",
        Kind::Project => "projects/acme-ml",
        Kind::Place => PLACE,
        Kind::Endpoint => "projects/acme-ml/locations/us-central1/endpoints/fraud",
        Kind::Model => "projects/acme-ml/locations/us-central1/models/fraud-detector",
        Kind::ServiceAccount => "projects/-/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com",
        resource::ROLE => PROBE,
        resource::PREDEFINED_ROLE => "roles/iam.serviceAccountUser",
        resource::ACCOUNT => "projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com",
        resource::POOL => "projects/acme-ml/locations/us-central1/deploymentResourcePools/probe",
        resource::API => "projects/acme-ml/services/aiplatform.googleapis.com",
        resource::QUOTA => {
            "projects/acme-ml/locations/global/services/aiplatform.googleapis.com/quotaInfos/CustomModelServingCPUsPerProjectPerRegion"
        }
        resource::REPOSITORY => "projects/acme-ml/locations/us-central1/repositories/serving",
        resource::DOCKER_IMAGE => IMAGE,
        resource::BUCKET => "b/acme-models",
        resource::KEY => "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving",
        resource::ORGANIZATION_POLICY => "projects/acme-ml/policies/gcp.resourceLocations",
        _ => return None,
    })
}

/// Creates an entitlement with a requester and an approver; returns its operation.
fn entitle(cloud: &Cloud, requester: &str, approver: &str) -> Value {
    let principals = |who: &str| json!([{"principals": [format!("user:{who}@acme.example")]}]);
    let body = json!({
        "eligibleUsers": principals(requester),
        "approvalWorkflow": {"manualApprovals": {"steps": [{"approvers": principals(approver), "approvalsNeeded": 1}]}},
        "privilegedAccess": {"gcpIamAccess": {
            "resourceType": "cloudresourcemanager.googleapis.com/Project",
            "resource": "//cloudresourcemanager.googleapis.com/projects/acme-ml",
            "roleBindings": [{"role": "projects/acme-ml/roles/vertexViewer"}],
        }},
        "maxRequestDuration": "604800s",
        "requesterJustificationConfig": {"notMandatory": {}},
    });
    let operation = cloud.post(OWNER, &format!("/v1/{GLOBAL}/entitlements?entitlementId=probe"), body).ok();
    until(cloud, &format!("/v1/{ENTITLEMENT}"), "AVAILABLE");
    operation
}

/// Requests a grant as the approver of the seed.
fn ask(cloud: &Cloud) -> String {
    let grant =
        cloud.post(APPROVER, &format!("/v1/{ENTITLEMENT}/grants"), json!({"requestedDuration": "604800s"})).ok();
    grant["name"].as_str().unwrap().to_owned()
}

/// The resource for a method of Privileged Access Manager. Where Google checks the entitlement instead of a permission, it names the
/// stranger.
fn privileged(cloud: &Cloud, method: &Method) -> String {
    if method.on == Kind::Place {
        return GLOBAL.to_owned();
    }
    if method == &method::GRANTS_CREATE {
        entitle(cloud, "stranger", "approver");
    } else if [&method::GRANTS_APPROVE, &method::GRANTS_DENY].contains(&method) {
        entitle(cloud, "approver", "stranger");
    } else {
        entitle(cloud, "approver", "owner");
    }
    if method.on == resource::GRANT { ask(cloud) } else { ENTITLEMENT.to_owned() }
}

pub fn body(method: &Method) -> Value {
    if method.is(&method::ENDPOINTS_DEPLOY_MODEL) {
        let mut request = deploy_request("1");
        request["deployedModel"]["serviceAccount"] = json!(ACCOUNT);
        return request;
    }
    let others = [
        (&method::GENERATE_ACCESS_TOKEN, json!({"scope": ["s"]})),
        (&method::LOG_ENTRIES_LIST, json!({"resourceNames": ["projects/acme-ml"]})),
        (&method::MODELS_COPY, json!({"sourceModel": format!("{PLACE}/models/fraud-detector")})),
        (
            &method::QUERY_TESTABLE_PERMISSIONS,
            json!({"fullResourceName": "//cloudresourcemanager.googleapis.com/projects/acme-ml"}),
        ),
        (&method::GRANTS_CREATE, json!({"requestedDuration": "1800s"})),
    ];
    others.into_iter().find(|(other, _)| *other == method).map_or(json!({}), |(_, body)| body)
}

/// The resources for a method, with the permissions that the core's table states.
pub fn calls(cloud: &Cloud, method: &Method) -> Vec<(String, BTreeSet<String>)> {
    let stated = |wanted: &[On]| {
        let caller = method.needs.iter().filter(|need| wanted.contains(&need.on));
        caller.map(|need| need.permission.to_owned()).collect::<BTreeSet<_>>()
    };
    let operation = |verb, path, body| cloud.own(verb, path, body).ok()["name"].as_str().unwrap().to_owned();
    match method.on {
        Kind::Operation => vec![
            (operation("POST", "/endpoints/fraud:deployModel", deploy_request("1")), stated(&[On::ParentEndpoint])),
            (operation("POST", "/models:upload", upload_request()), stated(&[On::ParentOther])),
        ],
        _ => {
            let on = match method.service {
                Service::PrivilegedAccessManager => privileged(cloud, method),
                _ => example(method.on).unwrap_or_else(|| panic!("{} has no example", method.name)).to_owned(),
            };
            vec![(on, stated(&[On::Itself, On::ServingAccount]))]
        }
    }
}

fn upload_request() -> Value {
    json!({"modelId": "m", "model": {"displayName": "m", "containerSpec": {"imageUri": "i"}}})
}

fn mutate_request() -> Value {
    json!({"deployedModel": {"id": "1", "disableContainerLogging": true}, "updateMask": "disableContainerLogging"})
}

#[test]
fn both_tables_agree_on_every_method() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for method in METHODS {
        let why_not = NOT_SERVED.iter().find(|(_, methods)| methods.contains(&method)).map(|(why, _)| why);
        // Each in its own cloud: some calls remove what others need.
        let cloud = cloud();
        for (on, stated) in calls(&cloud, method) {
            let path = format!("/{}/{on}{}", method.version, method.suffix);
            match (enforced(&cloud, method.verb.as_str(), &path, &body(method)), why_not) {
                (None, Some(_)) if method.door == Door::Closed => {}
                (Some(enforced), None) if enforced == stated => compared += 1,
                (Some(enforced), None) => {
                    wrong.push(format!("{} on {on}: the core says {stated:?}, the emulator {enforced:?}", method.name))
                }
                (None, _) => wrong.push(format!("{} is not served, and nothing says why that is right", method.name)),
                (Some(_), Some(why)) => wrong.push(format!("{} is served, though {why}", method.name)),
            }
        }
    }
    println!("{compared} calls of {} methods compared", METHODS.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn both_tables_agree_on_following_operations() {
    let cloud = cloud();
    cloud.create_endpoint("gone");
    let mut wrong = Vec::new();
    let started = [
        (&method::ENDPOINTS_CREATE, "POST", "/endpoints?endpointId=new", json!({"displayName": "new"})),
        (&method::ENDPOINTS_DEPLOY_MODEL, "POST", "/endpoints/fraud:deployModel", deploy_request("1")),
        (&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL, "POST", "/endpoints/fraud:mutateDeployedModel", mutate_request()),
        (&method::ENDPOINTS_UNDEPLOY_MODEL, "POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})),
        (&method::ENDPOINTS_DELETE, "DELETE", "/endpoints/gone", Value::Null),
        (&method::MODELS_UPLOAD, "POST", "/models:upload", upload_request()),
        (&method::MODELS_DELETE_VERSION, "DELETE", "/models/fraud-detector@1:deleteVersion", Value::Null),
        (&method::MODELS_DELETE, "DELETE", "/models/m", Value::Null),
    ];
    for (id, verb, path, body) in started {
        let operation = cloud.own(verb, path, body).ok();
        cloud.finish(&operation);
        wrong.extend(disagreements(&cloud, id, &operation));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn both_tables_agree_on_following_operations_of_pam() {
    let cloud = cloud();
    cloud.set_speed(FAST);
    let mut wrong = disagreements(&cloud, &method::ENTITLEMENTS_CREATE, &entitle(&cloud, "approver", "stranger"));
    let grant = format!("/v1/{}", ask(&cloud));
    cloud.post(STRANGER, &format!("{grant}:approve"), json!({})).ok();
    until(&cloud, &grant, "ACTIVE");
    let operation = cloud.post(OWNER, &format!("{grant}:revoke"), json!({})).ok();
    until(&cloud, &grant, "REVOKED");
    wrong.extend(disagreements(&cloud, &method::GRANTS_REVOKE, &operation));
    let operation = cloud.call(OWNER, "DELETE", &format!("/v1/{ENTITLEMENT}?force=true"), &Value::Null).ok();
    wrong.extend(disagreements(&cloud, &method::ENTITLEMENTS_DELETE, &operation));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The differences between the tables about following a method's operation.
fn disagreements(cloud: &Cloud, method: &Method, operation: &Value) -> Vec<String> {
    let following = method.operation.expect("it starts an operation");
    let waits = METHODS.iter().any(|other| other.service == method.service && other.suffix == ":wait");
    let calls = [
        ("GET", "", Some(following.read)),
        ("POST", ":wait", waits.then_some(following.read)),
        ("POST", ":cancel", following.cancel),
        ("DELETE", "", Some(following.delete)),
    ];
    let mut wrong = Vec::new();
    for (verb, suffix, stated) in calls {
        let path = format!("/v1/{}{suffix}", operation["name"].as_str().unwrap());
        let enforced = enforced(cloud, verb, &path, &json!({}));
        if enforced != stated.map(|permission| BTreeSet::from([permission.to_owned()])) {
            wrong.push(format!("{} {verb}{suffix}: the core says {stated:?}, the emulator {enforced:?}", method.name));
        }
    }
    wrong
}

#[test]
fn examples_are_names_of_their_kind() {
    for method in METHODS {
        if let Some(example) = example(method.on) {
            assert!(Resource::parse(method.on, example).is_some(), "{example}");
        }
    }
}
