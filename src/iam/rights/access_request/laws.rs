//! Laws of every access request, checked against the permissions of each single call.

use super::access_request;
use super::extra;
use crate::conversation::Millis;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::grant::Grantee;
use crate::iam::rights::options::{AccessOptions, Delivery};
use crate::iam::rights::principal::Principal;
use crate::iam::rights::resource::IamResource;
use crate::method::{Call, METHODS, On, Permission};
use crate::name::Project;
use crate::plan::{Found, Plan, Purpose, plan, tests::target};
use crate::target::Target;
use crate::vertex::image::is_googles;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeSet;

const NOW: Millis = 1_795_579_200_000;

fn targets() -> impl Strategy<Value = Target> {
    let endpoint = select(vec!["fraud", "1234567890123456789"]);
    let version = option::of(select(vec!["3", "default"]));
    let image = option::of(select(vec![
        "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
        "us-central1-docker.pkg.dev/acme-images/serving/fraud:3",
        "us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-0:latest",
    ]));
    let account = option::of(select(vec![
        "fraud-serving@acme-ml.iam.gserviceaccount.com",
        "fraud-serving@acme-other.iam.gserviceaccount.com",
        "123456789012-compute@developer.gserviceaccount.com",
        "333333333333-compute@developer.gserviceaccount.com",
    ]));
    let home = select(vec!["acme-ml", "acme-models"]);
    (endpoint, version, home, image, account, any::<[bool; 3]>()).prop_map(
        |(endpoint, version, home, image, account, [files, key, environment])| {
            let mut target = target();
            target.endpoint.id = endpoint.parse().unwrap();
            target.model.version = version.map(|version| version.parse().unwrap());
            target.model.place.project = home.parse().unwrap();
            target.image = image.map(|image| image.parse().unwrap());
            target.service_account = account.map(|account| account.parse().unwrap());
            target.artifact_uri = files.then(|| "gs://acme-files/fraud/3".parse().unwrap());
            target.kms_key =
                key.then(|| "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving".parse().unwrap());
            target.environment = environment.then(|| "staging".into());
            target
        },
    )
}

fn founds() -> impl Strategy<Value = Found> {
    any::<[Option<bool>; 3]>().prop_map(|[model, endpoint, deployment]| Found { model, endpoint, deployment })
}

/// Options with some further methods.
fn options() -> impl Strategy<Value = AccessOptions> {
    let files_in = option::of(select(vec!["acme-ml", "acme-files"]));
    let methods = subsequence(METHODS.iter().map(|method| method.name.to_owned()).collect::<Vec<_>>(), 0..4);
    (founds(), any::<bool>(), files_in, methods).prop_map(|(found, pam, files_in, methods)| AccessOptions {
        found,
        delivery: if pam { Delivery::Pam } else { Delivery::Policy },
        expires: Some(Expiry::parse("2026-11-30T00:00:00Z", NOW).unwrap()),
        approvers: vec![Principal::parse("group:platform@acme.example").unwrap()],
        project_number: Some("123456789012".parse().unwrap()),
        artifact_project: files_in.map(|project| project.parse().unwrap()),
        methods,
        ..AccessOptions::of(Principal::parse("group:ml-team@acme.example").unwrap())
    })
}

/// A plan, its access request, and every call that either needs.
fn asked(target: Target, mut options: AccessOptions) -> (Plan, AccessOptions, AccessRequest, Vec<(Call, Purpose)>) {
    let plan = plan(target);
    options.methods.retain(|name| extra(&plan, name).is_ok());
    options.found = plan.settled(options.found);
    let (request, findings) = access_request(&plan, &options, NOW);
    let request = request.unwrap_or_else(|| panic!("{findings:?}"));
    let mut calls = plan.calls(options.found);
    calls.extend(options.methods.iter().map(|name| (extra(&plan, name).unwrap(), Purpose::Extra)));
    (plan, options, request, calls)
}

/// Whether a grant on `on` covers a resource.
fn reaches(on: &IamResource, resource: &str) -> bool {
    let email = resource.split_once("/serviceAccounts/").map(|(_, email)| email);
    match on {
        IamResource::Endpoint { name, .. } => name == resource,
        IamResource::ServiceAccount(account) => email == Some(account.as_str()),
        IamResource::Project(project) => {
            let below = format!("projects/{project}");
            resource == below
                || resource.starts_with(&format!("{below}/"))
                || email.is_some_and(|email| email.ends_with(&format!("@{project}.iam.gserviceaccount.com")))
        }
        _ => false,
    }
}

/// The kind of the narrowest resource whose policy Google evaluates for a permission.
fn narrowest(needed: &Permission, options: &AccessOptions) -> &'static str {
    let has_policy = options.found.endpoint == Some(true) && options.delivery == Delivery::Policy;
    if needed.resource.contains("/serviceAccounts/") {
        "service-account"
    } else if has_policy
        && needed.resource.contains("/endpoints/")
        && needed.permission.starts_with("aiplatform.endpoints.")
    {
        "endpoint"
    } else {
        "project"
    }
}

/// Whether the service agent needs this beyond its own role.
fn agent_needs(on: On, target: &Target, options: &AccessOptions) -> bool {
    let own = [target.endpoint.place.project.as_str(), "123456789012"];
    let image = target.image.as_ref().filter(|image| !is_googles(image));
    match on {
        On::AgentKey => target.kms_key.is_some(),
        On::AgentBucket => {
            let lies_here = options.artifact_project.as_ref().map(Project::as_str).is_some_and(|p| own.contains(&p));
            target.artifact_uri.is_some() && !lies_here
        }
        On::AgentRepository => image.is_some_and(|image| !own.contains(&image.project())),
        On::AgentServingAccount => {
            target.service_account.as_ref().is_some_and(|account| !own.contains(&account.home()))
        }
        _ => false,
    }
}

/// Each permission with the resource on which it is granted.
fn given(request: &AccessRequest) -> impl Iterator<Item = (Grantee, &IamResource, &'static str)> {
    request
        .grants
        .iter()
        .flat_map(|grant| grant.needed.iter().map(|needed| (grant.grantee, &grant.resource, needed.permission)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn grants_nothing_that_no_call_needs_on_that_resource(
        target in targets(), options in options()
    ) {
        let (_, options, request, calls) = asked(target, options);
        let needs: Vec<Permission> = calls.iter().flat_map(|(call, _)| call.permissions()).collect();
        for (_, on, permission) in given(&request).filter(|(to, ..)| *to == Grantee::Caller) {
            let is_needed = needs.iter().any(|needed| {
                needed.permission == permission && reaches(on, &needed.resource) && narrowest(needed, &options) == on.kind()
            });
            prop_assert!(is_needed, "`{}` on {}", permission, on);
        }
    }

    #[test]
    fn grants_every_permission_of_every_call(target in targets(), options in options()) {
        let (_, _, request, calls) = asked(target, options);
        for needed in calls.iter().flat_map(|(call, _)| call.permissions()) {
            let is_given = given(&request).any(|(to, on, permission)| {
                to == Grantee::Caller && permission == needed.permission && reaches(on, &needed.resource)
            });
            prop_assert!(is_given, "{:?} of {:?}", needed, request.grants);
        }
    }

    #[test]
    fn the_service_agent_gets_exactly_what_its_own_role_lacks(target in targets(), options in options()) {
        let (plan, options, request, calls) = asked(target, options);
        let made = calls.iter().filter(|(_, purpose)| *purpose == Purpose::Make);
        let needs = made.flat_map(|(call, _)| call.method.needs).filter(|need| agent_needs(need.on, &plan.target, &options));
        let needs: BTreeSet<&str> = needs.map(|need| need.permission).collect();
        let agents = given(&request).filter(|(to, ..)| *to == Grantee::ServiceAgent);
        prop_assert_eq!(agents.map(|(_, _, permission)| permission).collect::<BTreeSet<_>>(), needs);
    }

    #[test]
    fn more_knowledge_requests_less(target in targets(), options in options(), more in founds()) {
        let found = plan(target.clone()).settled(options.found);
        let known = Found {
            model: found.model.or(more.model),
            endpoint: found.endpoint.or(more.endpoint),
            deployment: found.deployment.or(more.deployment),
        };
        let (_, _, wide, _) = asked(target.clone(), options.clone());
        let (_, _, narrow, _) = asked(target, AccessOptions { found: known, ..options });
        for (to, on, permission) in given(&narrow) {
            let was_there = given(&wide).any(|(other, wider, name)| {
                (other, name) == (to, permission) && (wider == on || reaches(wider, &on.to_string()))
            });
            prop_assert!(was_there, "`{}` on {}", permission, on);
        }
    }
}
