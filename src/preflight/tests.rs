//! Rounds, deadlines and outcomes, whatever Google answers. Each check by its causes: `emulator/tests/http/preflight.rs`.

use super::*;
use crate::diagnostic::Code;
use crate::plan::{Kind, plan, plan_for, tests::target};
use crate::vertex::machine::Accelerator;
use crate::vertex::setting::{Field, Form, Message};
use proptest::prelude::*;
use serde_json::json;

/// A plan to which every check but those of prebuilt images applies.
fn widest() -> Plan {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    target.artifact_uri = Some("gs://acme-models/fraud".parse().unwrap());
    target.accelerator = Some(Accelerator { kind: "NVIDIA_L4".into(), count: 1 });
    target.kms_key = Some("projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving".parse().unwrap());
    plan(target)
}

/// Answers every call the same until nothing is asked; returns the last step and the number of rounds.
fn answered(plan: &Plan, answer: &Value) -> (Step, usize) {
    let mut all = Vec::new();
    for round in 0.. {
        let step = preflight(plan, 0, 0, &Answers::read(&json!(all)));
        if step.asks.is_empty() {
            return (step, round);
        }
        for ask in step.asks {
            let mut answer = answer.clone();
            answer["id"] = json!(ask.id);
            assert!(!all.contains(&answer), "{} is asked twice", ask.path);
            all.push(answer);
        }
    }
    unreachable!()
}

#[test]
fn a_first_round_asks_all_that_the_plan_alone_needs() {
    let step = preflight(&widest(), 0, 0, &Answers::default());
    assert!(step.asks.len() >= 15, "{}", step.asks.len());
    assert!(step.report.checks.iter().all(|check| check.outcome == Outcome::Unknown));
    assert!(!step.report.ok);
}

#[test]
fn no_call_changes_anything() {
    let mut asks = preflight(&widest(), 0, 0, &Answers::default()).asks;
    asks.extend(preflight(&plan(target()), 0, 0, &Answers::default()).asks);
    for ask in asks {
        let is_test = ask.path.contains(":testIamPermissions") || ask.path.ends_with("iam:troubleshoot");
        assert!(ask.verb == "GET" || is_test, "{} {}", ask.verb, ask.path);
    }
}

#[test]
fn rounds_end_in_time() {
    let within = |now| preflight(&widest(), 0, now, &Answers::default()).asks.iter().map(|ask| ask.within).max();
    assert_eq!(within(0), Some(2_000));
    assert_eq!(within(3_000), Some(1_500));
    let late = preflight(&widest(), 0, 4_400, &Answers::default());
    assert!(late.asks.is_empty());
    let finding = late.report.checks[0].finding.as_ref().unwrap();
    assert_eq!((&*finding.message, finding.code), ("no time was left to ask Google", Code::PreflightUnknown));
    // Two hanging rounds, each to its deadline, and a third with what is left.
    assert!(2_000 + 2_000 + within(4_000).unwrap() <= 5_000);
}

#[test]
fn what_does_not_apply_is_left_out() {
    let names = |plan: &Plan| {
        let (step, _) = answered(plan, &json!({"late": 2000}));
        step.report.checks.iter().map(|check| check.name).collect::<Vec<_>>()
    };
    let existing = names(&plan(target()));
    for name in ["image-exists", "artifact-exists", "key-usable", "perimeter"] {
        assert!(!existing.contains(&name), "{name}");
    }
    assert!(existing.contains(&"model-deployable") && existing.contains(&"act-as"));
    assert!(!names(&widest()).contains(&"model-deployable"));
    // A change that deploys nothing has no demand and no files.
    let undeploy = plan_for(
        target(),
        Kind::Undeploy(crate::plan::kind::Undeploy {
            which: crate::plan::kind::Which::One("7".parse().unwrap()),
            deletes_endpoint: false,
        }),
    );
    assert_eq!(names(&undeploy), ["apis", "permissions", "endpoint-free"]);
}

#[test]
fn a_summary_shows_unknown_apart_from_ok() {
    let (step, _) = answered(&widest(), &json!({"late": 2000}));
    assert!(step.report.summary.contains("**unknown**") && !step.report.summary.contains("**ok**"));
    assert!(step.report.headline.starts_with("0 ok, 0 no, "), "{}", step.report.headline);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z0-9@/.:*-]{0,12}".prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "services",
        "name",
        "state",
        "permissions",
        "dimensionsInfos",
        "applicableLocations",
        "details",
        "value",
        "timeSeries",
        "points",
        "int64Value",
        "deployedModels",
        "dedicatedResources",
        "maxReplicaCount",
        "minReplicaCount",
        "dockerImages",
        "imageManifests",
        "items",
        "size",
        "bindings",
        "members",
        "role",
        "spec",
        "rules",
        "values",
        "allowedValues",
        "operations",
        "nextPageToken",
        "overallAccessState",
        "error",
        "errors",
    ]);
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..5)
                .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_answer_ends_in_a_report(body in any_json(), status in prop_oneof![Just(200u16), 100u16..600]) {
        for plan in [widest(), plan(target())] {
            let (step, rounds) = answered(&plan, &json!({"status": status, "body": body}));
            prop_assert!(rounds <= 4);
            prop_assert!(!step.report.checks.is_empty());
            // Only a success can make a check ok, but for an endpoint that does not exist.
            if !(200..300).contains(&status) {
                for check in &step.report.checks {
                    prop_assert!(check.outcome != Outcome::Ok || status == 404, "{}", check.name);
                }
            }
        }
    }
}

static AUTOMATIC: Field =
    Field { message: Message::DeployedModel, path: "automaticResources", form: Form::Switch(true), is_preview: false };
static POOL: Field =
    Field { message: Message::DeployedModel, path: "sharedResources", form: Form::Text, is_preview: false };

/// Outcome and message of one check, where every call has this answer.
fn judged(plan: &Plan, name: &str, body: &Value) -> (Outcome, String) {
    let (step, _) = answered(plan, &json!({"status": 200, "body": body}));
    let check = step.report.checks.into_iter().find(|check| check.name == name).expect("the check applies");
    (check.outcome, check.finding.map(|finding| finding.message.to_string()).unwrap_or_default())
}

#[test]
fn a_model_is_deployable_with_the_resources_of_the_plan() {
    for (field, kind, words) in [
        (None, "DEDICATED_RESOURCES", "on machines of its own"),
        (Some(&AUTOMATIC), "AUTOMATIC_RESOURCES", "on machines that Google chooses"),
        (Some(&POOL), "SHARED_RESOURCES", "in a deployment resource pool"),
    ] {
        let mut target = target();
        if let Some(field) = field {
            target.settings.set(field, true.into());
        }
        let plan = plan(target);
        for supported in ["DEDICATED_RESOURCES", "AUTOMATIC_RESOURCES", "SHARED_RESOURCES"] {
            let body = json!({"supportedDeploymentResourcesTypes": [supported]});
            let (outcome, message) = judged(&plan, "model-deployable", &body);
            let expected = if supported == kind { Outcome::Ok } else { Outcome::No };
            assert_eq!(outcome, expected, "{kind} {supported}");
            assert_eq!(message.contains(words), supported != kind, "{kind} {supported}: {message}");
        }
    }
}

#[test]
fn an_endpoint_is_free_only_if_all_its_operations_are_read() {
    let (done, runs) = (json!({"name": "a", "done": true}), json!({"name": "b"}));
    for (operations, next, expected) in [
        (json!([done]), "", Outcome::Ok),
        (json!([]), "", Outcome::Ok),
        (json!([done]), "2", Outcome::Unknown),
        (json!([]), "2", Outcome::Unknown),
        (json!([done, runs]), "", Outcome::No),
        (json!([done, runs]), "2", Outcome::No),
    ] {
        let body = json!({"operations": operations, "nextPageToken": next});
        assert_eq!(judged(&plan(target()), "endpoint-free", &body).0, expected, "{body}");
    }
}

#[test]
fn machines_without_a_known_quota_are_unknown() {
    static SPOT: Field =
        Field { message: Message::Resources, path: "spot", form: Form::Switch(true), is_preview: false };
    let quotas = |field: Option<&'static Field>, machine: &str| {
        let mut target = target();
        target.machine_type = Some(machine.parse().unwrap());
        if let Some(field) = field {
            target.settings.set(field, true.into());
        }
        let (step, _) = answered(&plan(target), &json!({"status": 200, "body": {}}));
        let checks = step.report.checks.into_iter().filter(|check| check.name.ends_with("-quota"));
        checks.map(|check| (check.name, check.outcome)).collect::<Vec<_>>()
    };
    let unknown = [("gpu-quota", Outcome::Unknown), ("cpu-quota", Outcome::Unknown)];
    assert_eq!(quotas(Some(&SPOT), "g2-standard-4"), unknown);
    assert_eq!(quotas(None, "ct5lp-hightpu-4t"), unknown);
    // The machines of a pool run already.
    assert_eq!(quotas(Some(&POOL), "g2-standard-4"), []);
}
