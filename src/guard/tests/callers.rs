//! Callers: users, services, administrators.

use super::*;

#[test]
fn lets_a_service_without_a_user_follow_operations_only() {
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
fn only_a_delegate_reads_a_log() {
    let list = |caller: &Caller| decide(&config(), "POST", "logging/v2/entries:list", caller);
    let allowed = list(&Caller::Delegate { mandate: "m".into() }).unwrap();
    assert_eq!((&*allowed.url, allowed.body), ("https://logging.googleapis.com/v2/entries:list", "json"));
    for caller in [guest(), scaffolder()] {
        let refusal = list(&caller).unwrap_err();
        assert_eq!((refusal.status, refusal.diagnostic.code), (403, Code::ProxyMethodUnknown));
    }
}

#[test]
fn requires_vertex_ai_administer_to_change_access() {
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
        assert_eq!(rejected(verb, &target), (403, Code::ProxyMethodUnknown), "{verb} {target}");
    }
    let other =
        "iam/v1/projects/other-project/serviceAccounts/serving@other-project.iam.gserviceaccount.com:setIamPolicy";
    assert_eq!(rejected("POST", other), (403, Code::ProxyTargetNotAllowed));
}

#[test]
fn needs_no_project_to_read_a_predefined_role_only() {
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
        assert_eq!(rejected(verb, target), (403, Code::ProxyMethodUnknown), "{verb} {target}");
    }
    assert_eq!(rejected("GET", "iam/v1/roles/owner?view=FULL"), (400, Code::ProxyQueryUnknown));
    assert_eq!(rejected("GET", "iam/v1/projects/other-project/roles/x"), (403, Code::ProxyTargetNotAllowed));
    let alone = decide(&config(), "GET", "iam/v1/roles/owner", &scaffolder()).unwrap_err();
    assert_eq!(alone.diagnostic.code, Code::ProxyCallerNotAllowed);
}

#[test]
fn allows_grant_requests_in_every_configured_project() {
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
        assert_eq!(rejected("POST", &target), (403, Code::ProxyMethodUnknown), "{target}");
    }
    assert_eq!(rejected("POST", &format!("{}/grants", pam("other-project"))), (403, Code::ProxyTargetNotAllowed));
    let global = "aiplatform/v1/projects/acme-ml/locations/global/endpoints";
    assert_eq!(rejected("GET", global), (403, Code::ProxyTargetNotAllowed));
}

#[test]
fn rejects_calls_that_must_be_the_users_own_through_a_shared_service_account() {
    let mut shared = config();
    shared.identity.service_account = Some("portal@acme-ml.iam.gserviceaccount.com".parse().unwrap());
    for (verb, target) in [
        ("POST", "privilegedaccessmanager/v1/projects/acme-ml/locations/global/entitlements/deploy/grants"),
        ("GET", "storage/storage/v1/b/acme-models/o"),
        ("GET", "storage/storage/v1/b/acme-models/iam"),
        // The filter may name another project than the path.
        ("GET", "monitoring/v3/projects/acme-ml/timeSeries?filter=project%3Dother-project"),
    ] {
        assert!(decide(&config(), verb, target, &guest()).is_ok(), "{verb} {target}");
        let refusal = decide(&shared, verb, target, &guest()).unwrap_err();
        assert_eq!((refusal.status, refusal.diagnostic.code), (403, Code::ProxyCallerNotAllowed), "{verb} {target}");
    }
}
