//! Plans: their ids, bodies, permissions and explanations.

use super::kind::{Undeploy, Which};
use super::*;
use crate::vertex::container::EnvVar;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::labels::Labels;
use crate::vertex::setting::{Field, Form, Message};
use serde_json::json;

pub(crate) fn target() -> Target {
    Target {
        entity_ref: "component:default/fraud-detector".into(),
        environment: None,
        endpoint: "projects/acme-ml/locations/us-central1/endpoints/fraud-detector".parse().unwrap(),
        model: "projects/acme-ml/locations/us-central1/models/fraud-detector@3".parse().unwrap(),
        service_account: Some("fraud-serving@acme-ml.iam.gserviceaccount.com".parse().unwrap()),
        machine_type: Some("g2-standard-4".parse().unwrap()),
        accelerator: None,
        replicas: Some(Replicas { min: 1, max: 3 }),
        image: None,
        artifact_uri: None,
        kms_key: None,
        display_name: None,
        labels: Labels::default(),
        traffic: None,
        env: Vec::new(),
        settings: Default::default(),
    }
}

#[test]
fn equal_deployments_have_equal_ids() {
    let id = |change: &dyn Fn(&mut Target)| {
        let mut target = target();
        change(&mut target);
        plan(target.clone()).deployed_model_id.unwrap().to_string()
    };
    let first = id(&|_| {});
    assert_eq!(first.len(), 10);
    assert_eq!(first, id(&|_| {}));
    let others = [
        id(&|t| t.environment = Some("staging".into())),
        id(&|t| t.entity_ref = "component:default/other".into()),
        id(&|t| t.model.version = Some("4".parse().unwrap())),
        id(&|t| t.machine_type = Some("n1-standard-4".parse().unwrap())),
    ];
    assert_eq!(first, id(&|t| t.replicas = Some(Replicas { min: 2, max: 9 })), "replicas change in place");
    assert!(others.iter().all(|other| *other != first), "{first} {others:?}");
}

#[test]
fn a_first_deployment_needs_eight_permissions() {
    let permissions = plan(target()).permissions();
    let names: Vec<_> = permissions.iter().map(|(p, _)| p.permission).collect();
    assert_eq!(
        names,
        [
            "aiplatform.endpoints.create",
            "aiplatform.endpoints.delete",
            "aiplatform.endpoints.deploy",
            "aiplatform.endpoints.get",
            "aiplatform.endpoints.undeploy",
            "aiplatform.endpoints.update",
            "aiplatform.models.get",
            "iam.serviceAccounts.actAs",
        ]
    );
}

#[test]
fn uploads_a_model_without_a_version_and_pins_it_later() {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    let unpinned = plan(target.clone());
    assert!(unpinned.deployed_model_id.is_none() && !unpinned.remarks().is_empty());
    assert!(unpinned.step(StepKind::Model).unwrap().call.is_some());
    let pinned = unpinned.for_version("1".parse().unwrap());
    assert!(pinned.deployed_model_id.is_some() && pinned.remarks().is_empty());
}

/// A target with every value of an upload.
fn uploading() -> Target {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    target.display_name = Some("Fraud detector".parse().unwrap());
    target.labels.add("team".parse().unwrap(), "fraud".parse().unwrap()).unwrap();
    target.traffic = Some("20".parse().unwrap());
    target.env = vec![EnvVar::new("LOG_LEVEL", "info").unwrap()];
    let path = |path: &str| json!({"httpGet": {"path": path}});
    let mut startup = path("/health");
    for (limit, number) in [("periodSeconds", 5), ("timeoutSeconds", 2), ("failureThreshold", 30)] {
        startup[limit] = number.into();
    }
    for (field, value) in [
        ("ports", json!([{"containerPort": 9000}])),
        ("predictRoute", "/predict".into()),
        ("healthRoute", "/health".into()),
        ("healthProbe", path("/health")),
        ("startupProbe", startup),
        ("deploymentTimeout", "3600s".into()),
    ] {
        let field = Field { message: Message::Container, path: field, form: Form::Text, is_preview: false };
        target.settings.set(Box::leak(Box::new(field)), value);
    }
    target
}

#[test]
fn a_preview_is_deployed_by_the_preview_of_the_api() {
    static FLEX: Field =
        Field { message: Message::Resources, path: "flexStart.maxRuntimeDuration", form: Form::Text, is_preview: true };
    let deploy = |target| plan(target).step(StepKind::Deployment).unwrap().call.clone().unwrap();
    assert_eq!(deploy(target()).method.version, "v1");
    let mut preview = target();
    preview.settings.set(&FLEX, "86400s".into());
    let call = deploy(preview);
    assert_eq!(call.method.version, "v1beta1");
    let deployed = &call.body.unwrap()["deployedModel"];
    assert_eq!(deployed["dedicatedResources"]["flexStart"]["maxRuntimeDuration"], "86400s");
    // Otherwise v1beta1 would log nothing.
    assert_eq!(deployed["enableContainerLogging"], true);
}

#[test]
fn a_private_endpoint_has_no_split() {
    static NETWORK: Field = Field { message: Message::Endpoint, path: "network", form: Form::Text, is_preview: false };
    let mut target = target();
    target.settings.set(&NETWORK, "projects/1/global/networks/ml".into());
    let plan = plan(target);
    let deploy = plan.step(StepKind::Deployment).unwrap().call.as_ref().unwrap();
    assert!(deploy.body.as_ref().unwrap().get("trafficSplit").is_none());
    assert!(plan.step(StepKind::Traffic).is_none());
}

#[test]
fn what_is_made_has_what_the_target_says() {
    let plan = plan(uploading());
    let body = |kind| plan.step(kind).and_then(|step| step.call.as_ref()?.body.clone()).unwrap();
    let bodies = [StepKind::Model, StepKind::Endpoint, StepKind::Deployment].map(body);
    insta::assert_snapshot!(serde_json::to_string_pretty(&bodies).unwrap());
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan.target).unwrap());
    insta::assert_snapshot!(explain(&plan));
}

#[test]
fn the_id_does_not_depend_on_what_is_not_deployed() {
    let id = |target: &Target| plan(target.clone()).deployed_model_id.unwrap();
    let mut rich = uploading();
    rich.model.version = target().model.version;
    assert_eq!(id(&rich), id(&target()));
}

#[test]
fn every_call_states_the_effect_of_a_missing_permission() {
    for plan in [plan(target()), plan(uploading())] {
        for (call, purpose) in plan.calls(Found::default()) {
            for need in call.method.needs {
                let effect = call.method.effect_without(need.permission);
                assert!(!effect.is_empty(), "{} {purpose:?} {}", call.method.name, need.permission);
            }
        }
    }
}

#[test]
fn says_which_version_an_open_plan_deploys() {
    let open = |version: Option<&str>| {
        let mut target = target();
        target.model.version = version.map(|version| version.parse().unwrap());
        plan(target).remarks()[0].message.to_string()
    };
    assert!(open(None).contains("the default at that time"));
    assert!(open(Some("champion")).contains("`champion` is an alias"));
}

/// A plan of each kind that changes what is deployed.
fn changes() -> [Plan; 4] {
    let one: DeployedModelId = "1234567890".parse().unwrap();
    let undeploy = |which, deletes_endpoint| Kind::Undeploy(Undeploy { which, deletes_endpoint });
    let kinds = [
        undeploy(Which::One(one.clone()), false),
        undeploy(Which::All, true),
        Kind::Traffic(one.clone(), "20".parse().unwrap()),
        Kind::Scale(one, Replicas { min: 2, max: 5 }),
    ];
    kinds.map(|kind| plan_for(target(), kind))
}

#[test]
fn a_change_needs_the_permissions_of_its_calls_only() {
    let names = changes().map(|plan| {
        let names: Vec<_> = plan.permissions().iter().map(|(p, _)| p.permission).collect();
        names.join(" ").replace("aiplatform.endpoints.", "")
    });
    assert_eq!(names, ["get undeploy update", "delete get undeploy update", "get update", "deploy get"]);
}

#[test]
fn a_change_explains_itself() {
    let texts = changes().map(|plan| format!("{}\n\n{}", summary(&plan), explain(&plan)));
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn every_kind_states_what_its_undo_cannot_do() {
    for plan in changes().into_iter().chain([plan(target())]) {
        let undo = undo::of(plan.kind.name()).unwrap();
        assert!(!undo.undone.is_empty() && !undo.stays.is_empty());
    }
}

#[test]
fn changes_differ_in_their_fingerprints() {
    let mut prints: Vec<_> = changes().iter().chain([&plan(target())]).map(Plan::fingerprint).collect();
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), 5);
}

#[test]
fn summarises_itself_in_one_line() {
    assert_eq!(
        summary(&plan(target())),
        "deploys `fraud-detector@3` with all traffic to \
         `projects/acme-ml/locations/us-central1/endpoints/fraud-detector`: 5 steps, 8 permissions"
    );
}

#[test]
fn the_plan_explains_itself() {
    insta::assert_snapshot!(explain(&plan(target())));
}

#[test]
fn the_plan_as_data() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan(target())).unwrap());
}
