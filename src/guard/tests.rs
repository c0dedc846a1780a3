//! Every way to write a call that is not one: each is refused with its code, and nothing else passes either.

use super::*;
use crate::config::tests::{config, emulated};
use crate::method::{Door, METHODS, tests::example};
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

fn refused(verb: &str, target: &str) -> (u16, Code) {
    match verdict(verb, target) {
        Ok(allowed) => panic!("{verb} {target} is allowed as {}", allowed.url),
        Err(refusal) => {
            assert!(refusal.diagnostic.help.is_some(), "{verb} {target} is refused without help");
            (refusal.status, refusal.diagnostic.code)
        }
    }
}

#[test]
fn a_deployment_is_allowed_and_rebuilt() {
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
            subject: ActingFor::User { entity_ref: "user:default/guest".into() },
        }
    );
    assert_eq!(
        serde_json::to_value(&allowed).unwrap()["subject"],
        serde_json::json!({"kind": "user", "ref": "user:default/guest"})
    );
}

#[test]
fn a_prediction_streams_and_leaves_no_record() {
    let allowed = verdict("POST", &format!("{ENDPOINT}:predict")).unwrap();
    assert_eq!((allowed.body, allowed.audited, allowed.permission), ("stream", false, "vertex-ai.predict"));
}

#[test]
fn the_emulator_stands_in_for_every_host() {
    for target in [format!("{ENDPOINT}:predict"), "cloudresourcemanager/v3/projects/acme-ml:getIamPolicy".into()] {
        let allowed = decide(&emulated(), "POST", &target, &guest()).unwrap();
        assert!(allowed.url.starts_with("http://127.0.0.1:8085/v"), "{}", allowed.url);
    }
}

#[test]
fn a_project_number_becomes_the_id() {
    let allowed = verdict("GET", &OPERATION.replace("acme-ml", "123456789012")).unwrap();
    assert_eq!(allowed.resource, "projects/acme-ml/locations/us-central1/endpoints/fraud-detector/operations/42");
    assert!(!allowed.url.contains("123456789012"));
    let allowed = verdict("POST", "cloudresourcemanager/v3/projects/123456789012:getIamPolicy").unwrap();
    assert_eq!(allowed.url, "https://cloudresourcemanager.googleapis.com/v3/projects/acme-ml:getIamPolicy");
}

#[test]
fn a_path_written_in_a_roundabout_way_is_malformed() {
    for target in [
        "",
        "/",
        "aiplatform",
        "aiplatform/",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/../../../../../v1/token",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/.",
        "aiplatform/../sts/v1/token",
        "../aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints",
        "aiplatform/v1/projects/acme-ml/locations/%2e%2e/endpoints/fraud-detector",
        "aiplatform/v1/projects/acme-ml/locations/%2E%2E/endpoints",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints%2Ffraud-detector",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector%3ApredictX",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector%00",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/%252e%252e",
        "%61iplatform/v1/projects/acme-ml/locations/us-central1/endpoints",
        "aiplatform//v1/projects/acme-ml/locations/us-central1/endpoints",
        "aiplatform/v1//projects/acme-ml/locations/us-central1/endpoints",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/",
        "/aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints",
        "//evil.example/v1/projects/acme-ml/locations/us-central1/endpoints",
        "https://evil.example/v1/projects/acme-ml/locations/us-central1/endpoints",
        "http://us-central1-aiplatform.googleapis.com/v1/projects/acme-ml/locations/us-central1/endpoints",
        "aiplatform/https://evil.example/v1/projects/acme-ml/locations/us-central1/endpoints",
        "aiplatform\\v1\\projects\\acme-ml\\locations\\us-central1\\endpoints",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints\\..\\x",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints#fragment",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints;x=1",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/..;/x",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/end points",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints\r\nhost: evil.example",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints\0",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints\u{2025}",
        "aiplatform/v1/projects/acme-ml/locations/us-central1/\u{ff0e}\u{ff0e}/endpoints",
    ] {
        assert_eq!(refused("GET", target), (400, Code::ProxyPathMalformed), "{target:?}");
    }
    assert_eq!(refused("GET", &"a/".repeat(20_000)), (400, Code::ProxyPathMalformed));
}

#[test]
fn what_is_not_in_the_table_is_unknown() {
    for (verb, target) in [
        // Other services, and the ones for credentials.
        ("POST", "sts/v1/token"),
        (
            "POST",
            "iamcredentials/v1/projects/-/serviceAccounts/deployer@acme-ml.iam.gserviceaccount.com:generateAccessToken",
        ),
        ("POST", "aiplatform/v1/token"),
        ("GET", "storage/v1/b"),
        ("GET", "us-central1-aiplatform.googleapis.com/v1/projects/acme-ml/locations/us-central1/endpoints"),
        ("GET", "aiplatform.evil.example/v1/projects/acme-ml/locations/us-central1/endpoints"),
        ("GET", "aiplatform@evil.example/v1/projects/acme-ml/locations/us-central1/endpoints"),
        // Upper-case routes.
        ("GET", "AIPLATFORM/v1/projects/acme-ml/locations/us-central1/endpoints"),
        ("GET", "aiplatform/V1/projects/acme-ml/locations/us-central1/endpoints"),
        ("GET", "aiplatform/v1/Projects/acme-ml/locations/us-central1/endpoints"),
        ("POST", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector:DEPLOYMODEL"),
        // Other versions, resources, verbs.
        ("GET", "aiplatform/v1beta1/projects/acme-ml/locations/us-central1/endpoints"),
        ("GET", "aiplatform/v1/projects/acme-ml/locations/us-central1/datasets"),
        ("GET", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector:predict"),
        ("POST", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        ("PUT", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        ("HEAD", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        ("OPTIONS", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        ("get", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        ("TRACE\r\n", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        ("POST", "cloudresourcemanager/v3/organizations/1:setIamPolicy"),
        ("GET", "cloudresourcemanager/v3/projects/acme-ml"),
        // A method of one service at another.
        ("POST", "cloudresourcemanager/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector:deployModel"),
        ("POST", "aiplatform/v3/projects/acme-ml:setIamPolicy"),
    ] {
        assert_eq!(refused(verb, target), (403, Code::ProxyMethodUnknown), "{verb} {target}");
    }
    let help = verdict("GET", "aiplatform/v1/x").unwrap_err().diagnostic.help.clone().unwrap();
    assert!(help.contains("aiplatform.projects.locations.endpoints.deployModel") && !help.contains("sts.token"));
}

#[test]
fn only_configured_projects_and_locations_are_called() {
    for target in [
        "aiplatform/v1/projects/other-project/locations/us-central1/endpoints",
        "aiplatform/v1/projects/acme-ml/locations/europe-west4/endpoints",
        "aiplatform/v1/projects/acme-ml/locations/global/endpoints",
        "aiplatform/v1/projects/999999999999/locations/us-central1/endpoints",
        "aiplatform/v1/projects/acme-mll/locations/us-central1/endpoints",
    ] {
        assert_eq!(refused("GET", target), (403, Code::ProxyTargetNotAllowed), "{target}");
    }
    assert_eq!(
        refused("POST", "cloudresourcemanager/v3/projects/other-project:getIamPolicy"),
        (403, Code::ProxyTargetNotAllowed)
    );
    assert!(verdict("GET", "aiplatform/v1/projects/acme-lab/locations/europe-west4/endpoints").is_ok());
}

#[test]
fn a_query_is_read_and_written_anew() {
    let list = "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints";
    let url = |query: &str| {
        let url = verdict("GET", &format!("{list}?{query}")).map(|allowed| allowed.url).unwrap();
        url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    };
    assert_eq!(url(""), "");
    assert_eq!(url("pageSize=5&pageToken="), "pageSize=5&pageToken=");
    assert_eq!(url("filter=labels.a%3D%22b%26c%22+AND+x"), "filter=labels.a%3D%22b%26c%22%20AND%20x");
    assert_eq!(
        url("%24alt=json%3Benum-encoding=int&fields=endpoints(name)"),
        "$alt=json%3Benum-encoding%3Dint&fields=endpoints%28name%29"
    );
    assert_eq!(url("filter=..%2F%2e%2e//"), "filter=..%2F..%2F%2F");
    let policy =
        "aiplatform/v1beta1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector:testIamPermissions";
    let allowed = verdict("POST", &format!("{policy}?permissions=a.b.c&permissions=d.e.f")).unwrap();
    assert!(allowed.url.ends_with("?permissions=a.b.c&permissions=d.e.f"));
}

#[test]
fn a_query_that_is_not_the_methods_is_refused() {
    let list = "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints";
    for query in [
        "key=AIza",
        "access_token=ya29.x",
        "oauth_token=x",
        "callback=alert",
        "quotaUser=x",
        "x-http-method-override=DELETE",
        "X-HTTP-Method-Override=DELETE",
        "%24.xgafv=1",
        "PageSize=5",
        "pageSize=5&pageSize=6",
        "pageSize=5&page%53ize=6",
        "pageSize=5&",
        "&",
        "=1",
        "alt=media",
        "alt=sse",
        "prettyPrint=1",
        "filter=%",
        "filter=%4",
        "filter=%zz",
        "filter=%00",
        "filter=%0d%0ahost:evil",
        "filter=%ff",
        "filter=ä",
        "filter=a b",
        "filter=a#b",
        "filter=a\r\n",
        "filter=%C2%85",
    ] {
        assert_eq!(refused("GET", &format!("{list}?{query}")), (400, Code::ProxyQueryUnknown), "{query}");
    }
    let long = format!("{list}?filter={}", "x".repeat(5000));
    assert_eq!(refused("GET", &long), (400, Code::ProxyQueryUnknown));
    let deploy = format!("{ENDPOINT}:deployModel?fields=metadata");
    assert_eq!(refused("POST", &deploy), (400, Code::ProxyQueryUnknown), "the operation's name must come back");
    let many = format!("{ENDPOINT}:testIamPermissions?{}", vec!["permissions=a.b.c"; 200].join("&"));
    assert_eq!(refused("POST", &many.replace("/v1/", "/v1beta1/")), (400, Code::ProxyQueryUnknown));
}

#[test]
fn a_service_alone_only_follows_operations() {
    for (verb, target) in [("GET", OPERATION.to_owned()), ("POST", format!("{OPERATION}:wait?timeout=30s"))] {
        let allowed = decide(&config(), verb, &target, &scaffolder()).unwrap();
        assert_eq!(
            allowed.subject,
            ActingFor::Starter {
                operation: "projects/acme-ml/locations/us-central1/endpoints/fraud-detector/operations/42".into()
            }
        );
    }
    for (verb, target) in [
        ("POST", format!("{OPERATION}:cancel")),
        ("GET", ENDPOINT.to_owned()),
        ("POST", format!("{ENDPOINT}:deployModel")),
        ("GET", "aiplatform/v1/projects/acme-ml/locations/us-central1/operations".to_owned()),
    ] {
        let refusal = decide(&config(), verb, &target, &scaffolder()).unwrap_err();
        assert_eq!((refusal.status, refusal.diagnostic.code), (403, Code::ProxyCallerNotAllowed), "{verb} {target}");
    }
    let nobody = Caller::User { entity_ref: String::new() };
    let refusal = decide(&config(), "GET", ENDPOINT, &nobody).unwrap_err();
    assert_eq!(refusal.diagnostic.code, Code::ProxyCallerNotAllowed);
}

#[test]
fn every_open_method_can_be_reached_and_no_other() {
    for method in METHODS {
        let resource = example(method.on)[0];
        let target = format!("{}/{}/{resource}{}", method.service.as_str(), method.version, method.suffix);
        match (method.door, verdict(method.verb.as_str(), &target)) {
            (Door::Proxy(access), Ok(allowed)) => {
                assert_eq!((allowed.method, allowed.permission), (method.name, access.permission()));
                // What is checked as JSON, recorded, or predicts by Google's own messages, Google reads as JSON.
                assert_eq!(allowed.media_type, Some("application/json"), "{}", method.name);
            }
            (Door::Internal | Door::Closed, Err(_)) => {}
            (door, verdict) => panic!("{} behind {door:?} is {verdict:?}", method.name),
        }
    }
}

#[test]
fn rights_are_changed_by_administrators_only_and_in_configured_projects() {
    let permission = |verb, target: &str| verdict(verb, target).map(|allowed| (allowed.permission, allowed.audited));
    let account = "iam/v1/projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com";
    let entitlement = "privilegedaccessmanager/v1/projects/acme-ml/locations/global/entitlements/deploy";
    for (verb, target) in [
        ("POST", "iam/v1/projects/acme-ml/roles".to_owned()),
        ("GET", "iam/v1/projects/123456789012/roles/vertexProject_1".to_owned()),
        ("POST", format!("{account}:getIamPolicy")),
        ("POST", format!("{account}:setIamPolicy")),
        ("GET", entitlement.to_owned()),
    ] {
        assert_eq!(permission(verb, &target).unwrap(), ("vertex-ai.administer", true), "{verb} {target}");
    }
    assert_eq!(permission("POST", &format!("{account}:testIamPermissions")).unwrap(), ("vertex-ai.read", false));
    for (verb, target) in [
        ("PATCH", "iam/v1/projects/acme-ml/roles/vertexProject_1".to_owned()),
        ("DELETE", "iam/v1/projects/acme-ml/roles/vertexProject_1".to_owned()),
        ("GET", "iam/v1/roles".to_owned()),
        ("POST", format!("{entitlement}/grants/g1:approve")),
        ("POST", "privilegedaccessmanager/v1/projects/acme-ml/locations/global/entitlements".to_owned()),
        // An account of another project than the path says.
        (
            "POST",
            "iam/v1/projects/acme-ml/serviceAccounts/serving@other-project.iam.gserviceaccount.com:setIamPolicy"
                .to_owned(),
        ),
        (
            "POST",
            "iam/v1/projects/-/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com:setIamPolicy".to_owned(),
        ),
        ("POST", "logging/v2/entries:list".to_owned()),
    ] {
        assert_eq!(refused(verb, &target), (403, Code::ProxyMethodUnknown), "{verb} {target}");
    }
    let other =
        "iam/v1/projects/other-project/serviceAccounts/serving@other-project.iam.gserviceaccount.com:setIamPolicy";
    assert_eq!(refused("POST", other), (403, Code::ProxyTargetNotAllowed));
}

#[test]
fn only_reading_googles_own_roles_takes_no_project() {
    let role = verdict("GET", "iam/v1/roles/iam.serviceAccountUser").unwrap();
    assert_eq!((role.method, role.permission, role.audited), ("iam.roles.get", "vertex-ai.read", false));
    assert_eq!(role.url, "https://iam.googleapis.com/v1/roles/iam.serviceAccountUser");
    for (verb, target) in [
        ("GET", "iam/v1/roles"),
        ("GET", "iam/v1/roles/owner/x"),
        ("GET", "iam/v1/roles/a..b"),
        ("GET", "iam/v1/roles/-owner"),
        ("GET", "iam/v1/roles/owner:undelete"),
        ("GET", "iam/v1/organizations/1/roles/x"),
        ("GET", "iam/v2/roles/owner"),
        ("PATCH", "iam/v1/roles/owner"),
        ("DELETE", "iam/v1/roles/owner"),
        ("GET", "aiplatform/v1/roles/owner"),
    ] {
        assert_eq!(refused(verb, target), (403, Code::ProxyMethodUnknown), "{verb} {target}");
    }
    assert_eq!(refused("GET", "iam/v1/roles/owner?view=FULL"), (400, Code::ProxyQueryUnknown));
    assert_eq!(refused("GET", "iam/v1/projects/other-project/roles/x"), (403, Code::ProxyTargetNotAllowed));
    let alone = decide(&config(), "GET", "iam/v1/roles/owner", &scaffolder()).unwrap_err();
    assert_eq!(alone.diagnostic.code, Code::ProxyCallerNotAllowed);
}

#[test]
fn whoever_may_deploy_asks_privileged_access_manager_whatever_the_locations() {
    let pam =
        |project: &str| format!("privilegedaccessmanager/v1/projects/{project}/locations/global/entitlements/deploy");
    let request_id = "8f14e45f-ceea-467f-ab1c-2d6a4b0e7c11";
    let asked = verdict("POST", &format!("{}/grants?requestId={request_id}", pam("123456789012"))).unwrap();
    assert_eq!((asked.permission, asked.audited, asked.body), ("vertex-ai.deploy", true, "json"));
    assert_eq!(
        asked.url,
        format!(
            "https://privilegedaccessmanager.googleapis.com/v1/projects/acme-ml/locations/global/entitlements/deploy/grants?requestId={request_id}"
        )
    );
    let looked = verdict("GET", &format!("{}/grants/g1", pam("acme-ml"))).unwrap();
    assert_eq!((looked.permission, looked.audited), ("vertex-ai.read", false));
    // It has no other location than `global`, which opens nothing else there.
    for target in [
        format!("{}/grants", pam("acme-ml").replace("global", "us-central1")),
        format!("{}/grants/g1:approve", pam("acme-ml")),
        format!("{}/grants/g1:revoke", pam("acme-ml")),
    ] {
        assert_eq!(refused("POST", &target), (403, Code::ProxyMethodUnknown), "{target}");
    }
    assert_eq!(refused("POST", &format!("{}/grants", pam("other-project"))), (403, Code::ProxyTargetNotAllowed));
    let global = "aiplatform/v1/projects/acme-ml/locations/global/endpoints";
    assert_eq!(refused("GET", global), (403, Code::ProxyTargetNotAllowed));
}

/// Texts that come close to what passes.
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
    fn whatever_is_allowed_stays_at_googles(target in prop_oneof![
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

#[test]
fn nobody_asks_for_a_grant_that_would_be_everybodys() {
    let mut shared = config();
    shared.identity.service_account = Some("portal@acme-ml.iam.gserviceaccount.com".parse().unwrap());
    let entitlement = "privilegedaccessmanager/v1/projects/acme-ml/locations/global/entitlements/deploy";
    let asked = |config: &Config| decide(config, "POST", &format!("{entitlement}/grants"), &guest());
    assert!(asked(&config()).is_ok());
    let refusal = asked(&shared).unwrap_err();
    assert_eq!((refusal.status, refusal.diagnostic.code), (403, Code::ProxyCallerNotAllowed));
}
