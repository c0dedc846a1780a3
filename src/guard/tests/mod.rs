//! Verdicts of the guard: what passes is rebuilt, and nothing else passes.

mod callers;
mod paths;
mod queries;

use super::*;
use crate::config::tests::{config, emulated};
use crate::diagnostic::Code;
use crate::method::{Access, BodyRules, Door, Kind, METHODS, Verb, tests::example};
use proptest::prelude::*;

const ENDPOINT: &str = "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector";
const OPERATION: &str = "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector/operations/42";

fn guest() -> Caller {
    Caller::User { entity_ref: "user:default/guest".into() }
}

fn scaffolder() -> Caller {
    Caller::Service { subject: "plugin:scaffolder".into() }
}

fn verdict(verb: &str, target: &str) -> Result<Allowed, Refusal> {
    decide(&config(), verb, target, &guest())
}

fn rejected(verb: &str, target: &str) -> (u16, Code) {
    match verdict(verb, target) {
        Ok(allowed) => panic!("{verb} {target} is allowed as {}", allowed.url),
        Err(refusal) => {
            assert!(refusal.diagnostic.help.is_some(), "{verb} {target} is rejected without help");
            (refusal.status, refusal.diagnostic.code)
        }
    }
}

#[test]
fn allows_a_deployment_and_rebuilds_it() {
    let allowed = verdict("POST", &format!("{ENDPOINT}:deployModel")).unwrap();
    assert_eq!(
        allowed,
        Allowed {
            method: "aiplatform.projects.locations.endpoints.deployModel",
            verb: "POST",
            url: "https://us-central1-aiplatform.googleapis.com/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector:deployModel".into(),
            resource: "projects/acme-ml/locations/us-central1/endpoints/fraud-detector".into(),
            permission: "vertex-ai.deploy",
            audited: true,
            body: "json",
            media_type: Some("application/json"),
            starts_operation: true,
            within: 60_000,
            subject: ActingFor::User { entity_ref: "user:default/guest".into() },
            call: allowed.call.clone(),
        }
    );
    assert_eq!(
        serde_json::to_value(&allowed).unwrap()["subject"],
        serde_json::json!({"kind": "user", "ref": "user:default/guest"})
    );
}

#[test]
fn streams_a_prediction_without_a_record() {
    let allowed = verdict("POST", &format!("{ENDPOINT}:predict")).unwrap();
    assert_eq!((allowed.body, allowed.audited, allowed.permission), ("stream", false, "vertex-ai.predict"));
}

#[test]
fn sends_every_call_to_the_emulator_if_one_is_configured() {
    for target in [format!("{ENDPOINT}:predict"), "cloudresourcemanager/v3/projects/acme-ml:getIamPolicy".into()] {
        let allowed = decide(&emulated(), "POST", &target, &guest()).unwrap();
        assert!(allowed.url.starts_with("http://127.0.0.1:8085/v"), "{}", allowed.url);
    }
}

#[test]
fn replaces_a_project_number_by_the_id() {
    let allowed = verdict("GET", &OPERATION.replace("acme-ml", "123456789012")).unwrap();
    assert_eq!(allowed.resource, "projects/acme-ml/locations/us-central1/endpoints/fraud-detector/operations/42");
    assert!(!allowed.url.contains("123456789012"));
    let allowed = verdict("POST", "cloudresourcemanager/v3/projects/123456789012:getIamPolicy").unwrap();
    assert_eq!(allowed.url, "https://cloudresourcemanager.googleapis.com/v3/projects/acme-ml:getIamPolicy");
}

#[test]
fn reaches_every_open_method_and_no_other() {
    for method in METHODS {
        let resource = example(method.on)[0];
        let target = format!("{}/{}/{resource}{}", method.service.as_str(), method.version, method.suffix);
        match (method.door, verdict(method.verb.as_str(), &target)) {
            (Door::Proxy(access), Ok(allowed)) => {
                assert_eq!((allowed.method, allowed.permission), (method.name, access.permission()));
                // What is checked as JSON, recorded, or predicts by Google's own messages, Google reads as JSON.
                assert_eq!(allowed.media_type, Some("application/json"), "{}", method.name);
            }
            (Door::Mandate, Err(refusal)) => assert_eq!(refusal.status, 403),
            (Door::Internal | Door::Closed, Err(_)) => {}
            (door, verdict) => panic!("{} behind {door:?} is {verdict:?}", method.name),
        }
    }
}

/// A call to a method that is not in the table, of a location.
fn permitted(method: Method) -> Result<Allowed, Refusal> {
    let place = Resource::parse(Kind::Place, "projects/acme-ml/locations/us-central1").unwrap();
    permit(&config(), Box::leak(Box::new(method)), place, "", &guest())
}

fn row(door: Door, body: Body) -> Method {
    Method {
        name: "test.widgets.create",
        verb: Verb::Post,
        on: Kind::Place,
        suffix: "/widgets",
        body,
        door,
        ..Method::DEFAULT
    }
}

#[test]
fn denies_a_json_method_whose_row_states_no_body_rules() {
    let open = Door::Proxy(Access::Read);
    let refusal = permitted(row(open, Body::Json(None))).unwrap_err();
    assert_eq!((refusal.status, refusal.diagnostic.code), (403, Code::ProxyMethodUnknown));
    assert!(permitted(row(open, Body::Json(Some(BodyRules::DEFAULT)))).is_ok());
    assert!(permitted(row(Door::Closed, Body::None)).is_err());
}

#[test]
fn keeps_the_callers_media_type_only_where_the_row_states_none() {
    let open = Door::Proxy(Access::Predict);
    assert_eq!(permitted(row(open, Body::Stream)).unwrap().media_type, Some("application/json"));
    let raw = Method { media_type: None, ..row(open, Body::Stream) };
    assert_eq!(permitted(raw).unwrap().media_type, None);
}

/// Targets close to allowed ones.
fn near_targets() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "aiplatform",
        "cloudresourcemanager",
        "/",
        "v1",
        "v3",
        "v1beta1",
        "projects/acme-ml",
        "locations/us-central1",
        "endpoints",
        "fraud-detector",
        "models/m@1",
        "operations/9",
        ":predict",
        ":deployModel",
        ":getIamPolicy",
        "..",
        ".",
        "//",
        "%2e%2e",
        "%2F",
        "\\",
        "?",
        "&",
        "filter=",
        "pageSize=1",
        "$alt=json",
        "@",
        ":",
        "#",
        "é",
        "\u{0}",
        "https://evil.example",
        "..%2f",
        "permissions=a",
        "privilegedaccessmanager",
        "locations/global/entitlements/deploy",
        "/grants",
        "requestId=",
        "iam",
        "roles/",
        "owner",
    ]);
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn never_leaves_googles_hosts(target in prop_oneof![
        near_targets(),
        "\\PC{0,100}",
        near_targets().prop_map(|rest| format!("{ENDPOINT}{rest}")),
        near_targets().prop_map(|rest| format!("iam/v1/roles/{rest}")),
        near_targets().prop_map(|rest| format!("aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints?filter={rest}")),
    ], verb in prop::sample::select(vec!["GET", "POST", "PATCH", "DELETE", "PUT", ""])) {
        if let Ok(allowed) = verdict(verb, &target) {
            let rest = [
                "https://us-central1-aiplatform.googleapis.com/",
                "https://cloudresourcemanager.googleapis.com/",
                "https://privilegedaccessmanager.googleapis.com/",
                "https://iam.googleapis.com/",
            ]
                .iter()
                .find_map(|origin| allowed.url.strip_prefix(origin));
            let rest = rest.expect("one of the expected origins");
            let path = rest.split('?').next().unwrap_or_default();
            prop_assert!(!path.contains("..") && !path.contains('%') && !rest.contains("//"), "{}", allowed.url);
            prop_assert!(rest.bytes().all(|b| b.is_ascii_graphic() && b != b'#' && b != b'\\'));
            let is_googles_role = verb == "GET" && path.starts_with("v1/roles/") && allowed.method == "iam.roles.get";
            prop_assert!(allowed.resource.starts_with("projects/acme-ml") || is_googles_role, "{}", allowed.url);
        }
    }
}
