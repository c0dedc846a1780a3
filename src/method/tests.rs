//! The table is complete and consistent, and paths lead back to their methods.

use super::*;
use std::collections::HashSet;

const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud";

const IMAGE: &str = "projects/acme-ml/locations/us-central1/repositories/serving/dockerImages/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Example names of this kind.
pub(crate) fn example(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Nothing => vec![""],
        Kind::Project => vec!["projects/acme-ml"],
        Kind::Place => vec!["projects/acme-ml/locations/us-central1"],
        Kind::Endpoint => vec![ENDPOINT],
        Kind::Model => vec!["projects/acme-ml/locations/us-central1/models/fraud@3"],
        Kind::Operation => vec![
            "projects/acme-ml/locations/us-central1/operations/9",
            "projects/acme-ml/locations/us-central1/endpoints/fraud/operations/9",
        ],
        Kind::ServiceAccount => vec!["projects/-/serviceAccounts/deployer@acme-ml.iam.gserviceaccount.com"],
        resource::PREDEFINED_ROLE => vec!["roles/aiplatform.user"],
        resource::ROLE => vec!["projects/acme-ml/roles/vertexDeployer"],
        resource::ACCOUNT => {
            vec!["projects/acme-ml/serviceAccounts/deployer@acme-ml.iam.gserviceaccount.com"]
        }
        resource::POOL => vec!["projects/acme-ml/locations/us-central1/deploymentResourcePools/shared"],
        resource::API => vec!["projects/acme-ml/services/aiplatform.googleapis.com"],
        resource::ENTITLEMENT => vec!["projects/acme-ml/locations/global/entitlements/deploy"],
        resource::GRANT => vec!["projects/acme-ml/locations/global/entitlements/deploy/grants/g1"],
        resource::QUOTA => {
            vec![
                "projects/acme-ml/locations/global/services/aiplatform.googleapis.com/quotaInfos/CustomModelServingCPUsPerProjectPerRegion",
            ]
        }
        resource::REPOSITORY => vec!["projects/acme-ml/locations/us-central1/repositories/serving"],
        resource::DOCKER_IMAGE => vec![IMAGE],
        resource::BUCKET => vec!["b/acme-models"],
        resource::KEY => vec!["projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"],
        resource::ORGANIZATION_POLICY => vec!["projects/acme-ml/policies/gcp.resourceLocations"],
        Kind::Named(pattern) => panic!("{pattern} has no example"),
    }
}

#[test]
fn every_row_has_a_name_and_a_route_of_its_own() {
    let mut names = HashSet::new();
    let mut routes = HashSet::new();
    for method in METHODS {
        assert!(!method.name.is_empty() && !method.audit_name.is_empty());
        assert!(names.insert((method.name, method.version)), "{} twice", method.name);
        let route = (method.verb.as_str(), method.version, format!("{:?}", method.on), method.suffix, method.service);
        assert!(routes.insert(route), "{} has another's route", method.name);
        assert!(method.verb != Verb::Get || method.body == Body::None);
    }
}

/// A row that its file does not list would be in no table.
#[test]
fn every_row_is_listed() {
    let files = [
        include_str!("credentials.rs"),
        include_str!("endpoints.rs"),
        include_str!("iam.rs"),
        include_str!("keys.rs"),
        include_str!("policies.rs"),
        include_str!("quotas.rs"),
        include_str!("registry.rs"),
        include_str!("storage.rs"),
        include_str!("models.rs"),
        include_str!("observe.rs"),
        include_str!("operations.rs"),
        include_str!("pools.rs"),
        include_str!("privileged.rs"),
        include_str!("project.rs"),
    ];
    let rows: usize = files.iter().map(|file| file.matches(": Method = Method {").count()).sum();
    assert_eq!(rows, METHODS.len());
}

#[test]
fn every_open_json_method_states_body_rules() {
    for method in METHODS.iter().filter(|method| matches!(method.door, Door::Proxy(_))) {
        assert_ne!(method.body, Body::Json(None), "{}", method.name);
    }
}

#[test]
fn the_rows_agree_with_googles_rest_reference() {
    let needs = |method: &Method| method.needs.iter().map(|need| need.permission).collect::<Vec<_>>();
    assert_eq!(needs(&ENDPOINTS_MUTATE_DEPLOYED_MODEL), ["aiplatform.endpoints.deploy"]);
    assert_eq!(needs(&ROLES_GET), ["iam.roles.get"]);
    assert_eq!(ROLES_GET.needs[0].on, On::PredefinedRole);
}

#[test]
fn finds_every_call_by_its_path() {
    for method in METHODS {
        for name in example(method.on) {
            let call = Call::new(method, Resource::parse(method.on, name).unwrap());
            let (found, resource) = find(method.service, method.verb, &call.path()).unwrap();
            assert_eq!((found.name, &resource), (method.name, &call.resource));
        }
    }
}

#[test]
fn finds_no_method_for_an_irregular_path() {
    for path in [
        format!("v1/{ENDPOINT}/../fraud:predict"),
        format!("v1/{ENDPOINT}%3Apredict"),
        format!("v1//{ENDPOINT}:predict"),
        format!("v1/{ENDPOINT}/:predict"),
        format!("V1/{ENDPOINT}:predict"),
        format!("v1/{ENDPOINT}:Predict"),
        format!("/v1/{ENDPOINT}:predict"),
        "v1/projects/acme-ml/locations/%2e%2e/endpoints/fraud:predict".into(),
        "v1/https://evil.example/projects/acme-ml/locations/l/endpoints/e:predict".into(),
    ] {
        assert!(find(Service::Aiplatform, Verb::Post, &path).is_none(), "{path}");
    }
    assert!(find(Service::CloudResourceManager, Verb::Post, &format!("v1/{ENDPOINT}:predict")).is_none());
}

#[test]
fn needs_act_as_only_for_a_call_with_a_service_account() {
    let call = Call::new(&ENDPOINTS_DEPLOY_MODEL, Resource::Endpoint(ENDPOINT.parse().unwrap()));
    let names = |call: &Call| call.permissions().iter().map(|p| p.permission).collect::<Vec<_>>();
    assert_eq!(names(&call), ["aiplatform.endpoints.deploy"]);
    let call = call.serving_as(Some("fraud-serving@acme-ml.iam.gserviceaccount.com".parse().unwrap()));
    assert_eq!(names(&call), ["aiplatform.endpoints.deploy", "iam.serviceAccounts.actAs"]);
}

#[test]
fn needs_the_permission_of_an_operations_parent() {
    let on = |name: &str| {
        let call = Call::new(&OPERATIONS_GET, Resource::Operation(name.parse().unwrap()));
        call.permissions().into_iter().map(|p| p.permission).collect::<Vec<_>>()
    };
    assert_eq!(on(&format!("{ENDPOINT}/operations/1")), ["aiplatform.endpoints.get"]);
    assert_eq!(on("projects/acme-ml/locations/us-central1/operations/1"), ["aiplatform.models.get"]);
}

#[test]
fn escapes_query_values() {
    let place = Resource::parse(Kind::Place, "projects/acme-ml/locations/us-central1").unwrap();
    let call = Call::new(&ENDPOINTS_LIST, place).query("filter", "labels.a=\"b&c\"");
    assert!(call.path().ends_with("/endpoints?filter=labels.a%3D%22b%26c%22"), "{}", call.path());
}

#[test]
fn names_googles_hosts() {
    let at = |s: &str| Service::Aiplatform.origin(Some(&s.parse().unwrap()));
    assert_eq!(at("us-central1"), "https://us-central1-aiplatform.googleapis.com");
    assert_eq!(at("eu"), "https://aiplatform.eu.rep.googleapis.com");
    assert_eq!(at("global"), "https://aiplatform.googleapis.com");
    assert_eq!(Service::Sts.origin(None), "https://sts.googleapis.com");
}
