//! Access requests of typical plans.

use super::*;
use crate::iam::rights::grant::ExpiryMode;
use crate::plan::{Found, plan, tests::target};

const NOW: Millis = 1_795_579_200_000;

fn options() -> AccessOptions {
    AccessOptions::of(Principal::parse("group:ml-team@acme.example").unwrap())
}

fn found(model: bool, endpoint: bool) -> Found {
    Found { model: Some(model), endpoint: Some(endpoint), deployment: Some(false) }
}

fn ask(target: &Target, options: &AccessOptions) -> AccessRequest {
    let (request, findings) = access_request(&plan(target.clone()), options, NOW);
    request.unwrap_or_else(|| panic!("{findings:?}"))
}

fn shown(request: &AccessRequest) -> Vec<String> {
    let line = |grant: &Grant| {
        let names: Vec<_> = grant.needed.iter().map(|n| n.permission).collect();
        format!("{:?} {}: {}", grant.grantee, grant.resource, names.join(" "))
    };
    request.grants.iter().map(line).collect()
}

fn upload() -> Target {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    target
}

#[test]
fn a_first_deployment() {
    let request = ask(&target(), &AccessOptions { found: found(true, false), ..options() });
    insta::assert_json_snapshot!(request);
    assert_eq!(request.permissions().len(), 7);
}

#[test]
fn an_update_gets_a_grant_on_the_endpoint() {
    let request = ask(&target(), &AccessOptions { found: found(true, true), ..options() });
    assert_eq!(
        shown(&request),
        [
            "Caller projects/acme-ml: aiplatform.models.get",
            "Caller projects/acme-ml/locations/us-central1/endpoints/fraud-detector: aiplatform.endpoints.deploy aiplatform.endpoints.get aiplatform.endpoints.undeploy aiplatform.endpoints.update",
            "Caller projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com: iam.serviceAccounts.actAs",
        ]
    );
    assert_eq!(request.permissions().len(), 6);
}

#[test]
fn every_plan_needs_at_most_twelve_permissions() {
    for target in [target(), upload()] {
        for endpoint in [false, true] {
            for model in [false, true] {
                let request = ask(&target, &AccessOptions { found: found(model, endpoint), ..options() });
                let most = if endpoint && (model || target.image.is_none()) { 6 } else { 12 };
                assert!(request.permissions().len() <= most, "{:?}", shown(&request));
            }
        }
    }
}

#[test]
fn needs_no_act_as_without_a_service_account() {
    let mut target = target();
    target.service_account = None;
    assert!(!ask(&target, &options()).permissions().contains(&"iam.serviceAccounts.actAs"));
}

#[test]
fn grants_expire_by_condition_where_policies_support_it() {
    let expires = Some(Expiry::parse("2026-11-30T00:00:00Z", NOW).unwrap());
    let request = ask(&target(), &AccessOptions { found: found(true, true), expires, ..options() });
    let ends: Vec<_> = request.grants.iter().map(|grant| (grant.resource.kind(), grant.expiry)).collect();
    assert_eq!(
        ends,
        [
            ("project", ExpiryMode::Condition),
            ("endpoint", ExpiryMode::Revocation),
            ("service-account", ExpiryMode::Revocation)
        ]
    );
    for grant in &request.grants {
        let expression = grant.condition.as_ref().map(|c| c.expression.as_str());
        assert!(expression.is_none_or(|e| e == "request.time < timestamp(\"2026-11-30T00:00:00Z\")"));
    }
}

#[test]
fn pam_grants_on_the_project_only() {
    let expires = Some(Expiry::parse("2026-11-30T00:00:00Z", NOW).unwrap());
    let approvers = vec![Principal::parse("group:platform@acme.example").unwrap()];
    let pam = AccessOptions { found: found(true, true), expires, delivery: Delivery::Pam, approvers, ..options() };
    let request = ask(&target(), &pam);
    let ends: Vec<_> = request.grants.iter().map(|grant| (grant.resource.kind(), grant.expiry)).collect();
    assert_eq!(ends, [("project", ExpiryMode::Pam), ("service-account", ExpiryMode::Revocation)]);
    for expires in [None, Some(Expiry::parse("2026-12-30T00:00:00Z", NOW).unwrap())] {
        let (none, findings) = access_request(&plan(target()), &AccessOptions { expires, ..pam.clone() }, NOW);
        assert!(none.is_none());
        assert_eq!(findings[0].code, Code::IamExpiryOutOfRange);
    }
    let spelled_otherwise = Principal::parse("group:ML-Team@ACME.example").unwrap();
    for approvers in [vec![], vec![pam.principal.clone()], vec![spelled_otherwise]] {
        let (none, findings) = access_request(&plan(target()), &AccessOptions { approvers, ..pam.clone() }, NOW);
        assert!(none.is_none());
        assert_eq!(findings[0].code, Code::IamApproverMissing);
    }
}

#[test]
fn approvers_exclude_the_principal_and_are_limited() {
    let expires = Some(Expiry::parse("2026-11-30T00:00:00Z", NOW).unwrap());
    let others = |count: usize| -> Vec<Principal> {
        (0..count).map(|n| Principal::parse(&format!("user:boss{n}@acme.example")).unwrap()).collect()
    };
    let with = |approvers| {
        let pam = AccessOptions { expires, delivery: Delivery::Pam, approvers, ..options() };
        access_request(&plan(target()), &pam, NOW)
    };
    let own = Principal::parse("group:ML-Team@ACME.example").unwrap();
    let request = with([vec![own], others(1)].concat()).0.unwrap();
    assert_eq!(request.other_approvers(), ["user:boss0@acme.example"]);
    assert!(with(others(20)).0.is_some());
    let (none, findings) = with(others(21));
    assert!(none.is_none());
    assert_eq!((findings.len(), findings[0].code), (1, Code::IamPolicyLimit));
}

#[test]
fn the_service_agent_gets_what_its_own_role_lacks() {
    let mut target = upload();
    target.image = Some("us-central1-docker.pkg.dev/acme-images/serving/fraud:3".parse().unwrap());
    target.artifact_uri = Some("gs://acme-models/fraud/3".parse().unwrap());
    target.kms_key = Some("projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving".parse().unwrap());
    target.service_account = Some("fraud-serving@acme-other.iam.gserviceaccount.com".parse().unwrap());
    let (none, findings) = access_request(&plan(target.clone()), &options(), NOW);
    assert!(none.is_none() && findings[0].code == Code::IamProjectNumberUnknown);
    let number = Some("123456789012".parse().unwrap());
    let request = ask(&target, &AccessOptions { project_number: number.clone(), ..options() });
    let agent: Vec<_> =
        request.of(Grantee::ServiceAgent).map(|g| (g.resource.to_string(), g.role.to_string())).collect();
    let pair = |on: &str, role: &str| (on.to_owned(), role.to_owned());
    assert_eq!(
        agent,
        [
            pair(
                "projects/acme-other/serviceAccounts/fraud-serving@acme-other.iam.gserviceaccount.com",
                "roles/iam.serviceAccountTokenCreator"
            ),
            pair(
                "projects/acme-other/serviceAccounts/fraud-serving@acme-other.iam.gserviceaccount.com",
                "roles/iam.serviceAccountAdmin"
            ),
            pair("gs://acme-models", "roles/storage.objectViewer"),
            pair("projects/acme-images/locations/us-central1/repositories/serving", "roles/artifactregistry.reader"),
            pair(
                "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving",
                "roles/cloudkms.cryptoKeyEncrypterDecrypter"
            ),
        ]
    );
    let member = "serviceAccount:service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com";
    assert!(request.of(Grantee::ServiceAgent).all(|grant| grant.member == member));
    let own = AccessOptions { project_number: number, artifact_project: Some("acme-ml".parse().unwrap()), ..options() };
    assert!(ask(&target, &own).of(Grantee::ServiceAgent).all(|grant| grant.resource.kind() != "bucket"));
}

#[test]
fn a_model_of_another_project_needs_a_grant_there() {
    let mut target = target();
    target.model.place.project = "acme-models".parse().unwrap();
    let request = ask(&target, &options());
    assert!(shown(&request).contains(&"Caller projects/acme-models: aiplatform.models.get".to_owned()));
}

#[test]
fn further_methods_are_requested_by_name() {
    let with = |names: &[&str]| AccessOptions { methods: names.iter().map(|&n| n.to_owned()).collect(), ..options() };
    let names = ["aiplatform.projects.locations.endpoints.predict", "monitoring.projects.timeSeries.list"];
    let request = ask(&target(), &with(&names));
    for permission in ["aiplatform.endpoints.predict", "monitoring.timeSeries.list"] {
        assert!(request.permissions().contains(&permission));
    }
    for name in ["aiplatform.surprise", "aiplatform.projects.locations.deploymentResourcePools.get"] {
        let (none, findings) = access_request(&plan(target()), &with(&[name]), NOW);
        assert!(none.is_none() && findings[0].code == Code::IamMethodUnknown, "{name}");
    }
}

#[test]
fn rejects_permissions_that_custom_roles_do_not_support() {
    let unsupported = vec!["aiplatform.endpoints.deploy".to_owned()];
    let (none, findings) = access_request(&plan(target()), &AccessOptions { unsupported, ..options() }, NOW);
    assert!(none.is_none());
    assert_eq!(findings[0].code, Code::IamPermissionUnsupported);
    assert_eq!(findings[0].permission.as_deref(), Some("aiplatform.endpoints.deploy"));
}

#[test]
fn a_role_is_named_after_its_permissions() {
    let request = ask(&target(), &options());
    let ids = |request: &AccessRequest| request.grants.iter().map(|g| g.role.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&request), ids(&request.keeping(|_, _| true)));
    let fewer = request.keeping(|_, needed| needed.permission != "aiplatform.endpoints.delete");
    assert_ne!(ids(&request)[0], ids(&fewer)[0]);
    assert_eq!(ids(&request)[1], ids(&fewer)[1]);
    let none = request.keeping(|grant, _| grant.resource.kind() == "project");
    assert_eq!(none.grants.len(), 1);
    for role in ids(&request) {
        let id = role.rsplit('/').next().unwrap();
        assert!((3..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b)));
    }
}
