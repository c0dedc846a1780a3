//! Paths: malformed, unknown, misnamed or not configured.

use super::*;

#[test]
fn rejects_a_path_that_is_not_written_plainly() {
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
        assert_eq!(rejected("GET", target), (400, Code::ProxyPathMalformed), "{target:?}");
    }
    assert_eq!(rejected("GET", &"a/".repeat(20_000)), (400, Code::ProxyPathMalformed));
}

#[test]
fn rejects_a_method_that_is_not_in_the_table() {
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
        assert_eq!(rejected(verb, target), (403, Code::ProxyMethodUnknown), "{verb} {target}");
    }
    let help = verdict("GET", "aiplatform/v1/x").unwrap_err().diagnostic.help.clone().unwrap();
    assert!(help.contains("aiplatform.projects.locations.endpoints.deployModel") && !help.contains("sts.token"));
}

#[test]
fn rejects_projects_and_locations_that_are_not_configured() {
    for target in [
        "aiplatform/v1/projects/other-project/locations/us-central1/endpoints",
        "aiplatform/v1/projects/acme-ml/locations/europe-west4/endpoints",
        "aiplatform/v1/projects/acme-ml/locations/global/endpoints",
        "aiplatform/v1/projects/999999999999/locations/us-central1/endpoints",
        "aiplatform/v1/projects/acme-mll/locations/us-central1/endpoints",
    ] {
        assert_eq!(rejected("GET", target), (403, Code::ProxyTargetNotAllowed), "{target}");
    }
    assert_eq!(
        rejected("POST", "cloudresourcemanager/v3/projects/other-project:getIamPolicy"),
        (403, Code::ProxyTargetNotAllowed)
    );
    assert!(verdict("GET", "aiplatform/v1/projects/acme-lab/locations/europe-west4/endpoints").is_ok());
}

/// The configured locations limit Vertex AI; projects limit every service.
#[test]
fn reads_images_and_keys_of_configured_projects_in_any_location() {
    for path in [
        "artifactregistry/v1/projects/acme-ml/locations/us/repositories/serving/dockerImages",
        "cloudkms/v1/projects/acme-ml/locations/europe-west4/keyRings/ml/cryptoKeys/serving",
        "cloudquotas/v1/projects/acme-ml/locations/global/services/aiplatform.googleapis.com/quotaInfos/Q",
        "orgpolicy/v2/projects/acme-ml/policies/gcp.resourceLocations:getEffectivePolicy",
        "monitoring/v3/projects/acme-ml/timeSeries",
        "serviceusage/v1/projects/acme-ml/services:batchGet",
    ] {
        assert!(verdict("GET", path).is_ok(), "{path}");
        let other = path.replace("acme-ml", "other-project");
        assert_eq!(rejected("GET", &other), (403, Code::ProxyTargetNotAllowed), "{other}");
    }
    for (verb, path) in [
        // No contents, no change, no use of a key.
        ("GET", "storage/storage/v1/b/acme-models/o/model.pkl"),
        ("GET", "storage/v1/b/acme-models/o"),
        ("GET", "storage/download/storage/v1/b/acme-models/o/model.pkl"),
        ("POST", "storage/storage/v1/b/acme-models/o"),
        ("POST", "cloudkms/v1/projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving:decrypt"),
        ("POST", "cloudquotas/v1/projects/acme-ml/locations/global/quotaPreferences"),
        ("DELETE", "artifactregistry/v1/projects/acme-ml/locations/us/repositories/serving"),
    ] {
        assert_eq!(rejected(verb, path), (403, Code::ProxyMethodUnknown), "{verb} {path}");
    }
}

#[test]
fn reports_the_name_that_makes_a_path_invalid() {
    for (target, expected) in [
        ("aiplatform/v1/projects/evil/locations/us-central1/endpoints", "`evil` is not a valid project"),
        ("aiplatform/v1/projects/acme-ml/locations/US/endpoints", "`US` is not a valid location"),
        ("aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/A", "`A` is not a valid endpoint id"),
        (
            "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/a/operations/-",
            "`-` is not a valid operation id",
        ),
        ("aiplatform/v1/projects/acme-ml/locations/us-central1/models/m@", "`` is not a valid model version"),
        ("iam/v1/projects/evil/roles/x", "`evil` is not a valid project"),
    ] {
        let refusal = verdict("GET", target).unwrap_err();
        assert_eq!((refusal.status, refusal.diagnostic.code), (403, Code::ProxyMethodUnknown), "{target}");
        assert_eq!(refusal.diagnostic.message.to_string(), expected);
        let help = refusal.diagnostic.help.clone().unwrap();
        assert!(!help.contains("aiplatform.projects"), "{help}");
    }
    // A method that does not exist is no misspelt name.
    let unknown = verdict("GET", "aiplatform/v1/projects/evil/locations/us-central1/widgets").unwrap_err();
    assert!(unknown.diagnostic.message.contains("is not a Google method"));
}
