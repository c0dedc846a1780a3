//! The core's preflight against the emulator: every check to ok, to no and to unknown.

use crate::harness::{Cloud, FAST, OWNER, STILL, STRANGER, demo_seed};
use backstage_vertex_ai::api::deployment::DeploymentRequest;
use backstage_vertex_ai::api::preflight::{names, preflight};
use backstage_vertex_ai::api::request::Request as _;
use emulator::seed::Seed;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const KEY: &str = "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving";
const PREBUILT: &str = "us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest";
const AGENT: &str = "serviceAccount:service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com";

/// Annotations of a plan that uploads an image and files, on a GPU, with a key and a service account.
fn annotations() -> BTreeMap<&'static str, String> {
    BTreeMap::from(
        [
            ("project", "acme-ml"),
            ("location", "us-central1"),
            ("endpoint", "fraud"),
            ("model", "fraud-new"),
            ("image", "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
            ("artifact-uri", "gs://acme-models/fraud/3"),
            ("machine-type", "g2-standard-4"),
            ("accelerator", "NVIDIA_L4:1"),
            ("replicas", "1-2"),
            ("service-account", "fraud-serving@acme-ml.iam.gserviceaccount.com"),
            ("kms-key", KEY),
            ("port", "8080"),
            ("predict-route", "/predict"),
            ("health-route", "/health"),
        ]
        .map(|(name, value)| (name, value.to_owned())),
    )
}

fn with(changes: &[(&'static str, &str)]) -> BTreeMap<&'static str, String> {
    let mut annotations = annotations();
    for (name, value) in changes {
        match *value {
            "" => drop(annotations.remove(name)),
            value => drop(annotations.insert(name, value.to_owned())),
        }
    }
    annotations
}

fn request(annotations: &BTreeMap<&'static str, String>) -> DeploymentRequest {
    let annotations: serde_json::Map<String, Value> =
        annotations.iter().map(|(name, value)| (format!("google.com/vertex-ai-{name}"), json!(value))).collect();
    let entity = json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
        "metadata": {"name": "fraud", "namespace": "default", "annotations": annotations},
        "spec": {"type": "service", "lifecycle": "production", "owner": "guests"},
    });
    DeploymentRequest::read(json!({"source": {"entity": entity}})).unwrap()
}

/// What an answer becomes on its way: the path and the answer.
type Bends<'a> = &'a dyn Fn(&str) -> Option<Value>;

/// Runs the preflight as a caller. Returns the checks by name, and the number of rounds.
fn run(cloud: &Cloud, token: &str, annotations: &BTreeMap<&'static str, String>, bends: Bends) -> (Value, usize) {
    let request = request(annotations);
    let at = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let mut answers = Vec::new();
    for round in 0.. {
        let step = preflight(&request, at, at, &json!(answers));
        if step.asks.is_empty() {
            let report = serde_json::to_value(&step.report).unwrap();
            assert_eq!(report["diagnostics"], json!([]), "{report}");
            return (report, round);
        }
        for ask in step.asks {
            let (_, path) = ask.path.split_once('/').unwrap();
            let answer = bends(&ask.path).unwrap_or_else(|| {
                let answer = cloud.call(token, ask.verb, &format!("/{path}"), &ask.body.clone().unwrap_or(Value::Null));
                json!({"status": answer.status, "body": answer.body})
            });
            let mut answer = answer;
            answer["id"] = json!(ask.id);
            answers.push(answer);
        }
    }
    unreachable!()
}

fn straight(_: &str) -> Option<Value> {
    None
}

fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap_or(&Value::Null)
}

fn outcome<'a>(report: &'a Value, name: &str) -> &'a str {
    check(report, name)["outcome"].as_str().unwrap_or("left out")
}

/// The demo's seed, changed as YAML.
fn seed(change: impl FnOnce(&mut Value)) -> Seed {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/demo.yaml")).unwrap();
    let mut value: Value = serde_yaml::from_str(&text).unwrap();
    // The owner of the demo, with what a preflight reads.
    value["roles"]["roles/owner"]
        .as_array_mut()
        .unwrap()
        .push(json!("artifactregistry.repositories.downloadArtifacts"));
    change(&mut value);
    Seed::parse(&value.to_string()).unwrap()
}

fn without_agents_role(seed: &mut Value) {
    let bindings = seed["projects"][0]["policy"]["bindings"].as_array_mut().unwrap();
    bindings.retain(|binding| binding["role"] != "roles/aiplatform.serviceAgent");
}

#[test]
fn everything_is_ok_where_everything_is_there() {
    let cloud = Cloud::with(demo_seed(), FAST);
    let (report, rounds) = run(&cloud, OWNER, &annotations(), &straight);
    assert_eq!(report["ok"], true, "{report:#}");
    assert!(rounds <= 3, "{rounds}");
    for name in names() {
        let expected = match name {
            "model-deployable" | "artifact-files" | "perimeter" => "left out",
            _ => "ok",
        };
        assert_eq!(outcome(&report, name), expected, "{name}");
    }
}

/// Runs one plan against a seed; returns the report.
fn on(seed: Seed, annotations: &BTreeMap<&'static str, String>) -> Value {
    run(&Cloud::with(seed, FAST), OWNER, annotations, &straight).0
}

/// A check, its finding, and a part of the finding's message.
#[track_caller]
fn is_no(report: &Value, name: &str, part: &str) {
    let check = check(report, name);
    assert_eq!(check["outcome"], "no", "{name}: {check:#}");
    assert_eq!(check["finding"]["code"], "preflight/no", "{name}");
    let message = check["finding"]["message"].as_str().unwrap();
    assert!(message.contains(part), "{name}: {message}");
    assert!(check["finding"]["help"].is_string(), "{name}");
    assert_eq!(report["ok"], false);
}

fn quota(id: &str, limit: i64) -> Value {
    json!({"project": "acme-ml", "id": format!("CustomModelServing{id}PerProjectPerRegion"), "region": "us-central1", "limit": limit})
}

/// Every check that the list has comes to no, but the image's size, which has none.
#[test]
fn every_check_finds_its_cause() {
    let mut found = vec!["image-size", "perimeter"];
    let mut no = |report: &Value, name: &'static str, part: &str| {
        is_no(report, name, part);
        found.push(name);
    };

    let report = on(
        seed(|seed| {
            seed["projects"][0]["services"] =
                json!(["cloudquotas.googleapis.com", "artifactregistry.googleapis.com", "serviceusage.googleapis.com"])
        }),
        &annotations(),
    );
    no(&report, "apis", "`aiplatform.googleapis.com`, `cloudkms.googleapis.com`");

    let report = on(seed(|seed| seed["quotas"] = json!([quota("L4GPUs", 1), quota("CPUs", 7)])), &annotations());
    no(&report, "gpu-quota", "needs 2 of `CustomModelServingL4GPUsPerProjectPerRegion`");
    no(
        &report,
        "cpu-quota",
        "needs 8 of `CustomModelServingCPUsPerProjectPerRegion` in `us-central1`, and the limit is 7",
    );
    no(&report, "strategy", "no strategy");
    let [link] = &check(&report, "gpu-quota")["finding"]["links"].as_array().unwrap()[..] else { panic!() };
    assert!(link["url"].as_str().unwrap().contains("/iam-admin/quotas?project=acme-ml"), "{link}");
    let asked = &check(&report, "gpu-quota")["quotaRequest"];
    assert_eq!(asked["body"]["quotaConfig"]["preferredValue"], "2");
    assert!(asked["command"].as_str().unwrap().contains("--preferred-value=2"));

    let report = on(demo_seed(), &with(&[("image", "us-central1-docker.pkg.dev/acme-ml/serving/missing:1")]));
    no(&report, "image-exists", "serving/missing:1` does not exist");
    assert_eq!(outcome(&report, "image-architecture"), "left out");

    let report = on(demo_seed(), &with(&[("image", "us-central1-docker.pkg.dev/acme-ml/serving/arm:1")]));
    no(&report, "image-architecture", "amd64");

    let report = on(demo_seed(), &with(&[("artifact-uri", "gs://acme-models/none")]));
    no(&report, "artifact-exists", "gs://acme-models/none");

    let prebuilt = [
        ("image", PREBUILT),
        ("accelerator", ""),
        ("machine-type", "n1-standard-2"),
        ("port", ""),
        ("predict-route", ""),
        ("health-route", ""),
    ];
    let mut wrong = prebuilt.to_vec();
    wrong.push(("artifact-uri", "gs://acme-models/forecast"));
    let report = on(demo_seed(), &with(&wrong));
    no(&report, "artifact-files", "`model.joblib` or `model.pkl`");
    wrong.push(("artifact-uri", "gs://acme-models/fraud/1.5"));
    assert_eq!(outcome(&on(demo_seed(), &with(&wrong)), "artifact-files"), "ok");

    let large = seed(|seed| seed["buckets"][0]["objects"]["fraud/3/model.pkl"] = json!(20_u64 << 30));
    let report = on(large, &annotations());
    no(&report, "artifact-size", "21.5 GB, more than the memory of `g2-standard-4`");

    let report = on(
        seed(|seed| {
            without_agents_role(seed);
            for kind in ["repositories", "buckets", "keys"] {
                seed[kind][0]["policy"] = json!({"bindings": []});
            }
        }),
        &annotations(),
    );
    no(&report, "agent-reads-image", "downloadArtifacts");
    no(&report, "agent-reads-artifact", "`storage.objects.get`, `storage.objects.list`");
    no(&report, "agent-uses-key", "useToEncrypt");
    assert_eq!(check(&report, "agent-uses-key")["principal"], AGENT.strip_prefix("serviceAccount:").unwrap());

    let report = on(seed(|seed| seed["keys"][0]["state"] = json!("DISABLED")), &annotations());
    no(&report, "key-usable", "not enabled");
    let elsewhere = "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/none";
    is_no(&on(demo_seed(), &with(&[("kms-key", elsewhere)])), "key-usable", "does not exist");

    let constraint = |name: &str, values: Value| {
        seed(|seed| seed["constraints"] = json!([{"project": "acme-ml", "name": name, "rules": [{"values": values}]}]))
    };
    let report =
        on(constraint("gcp.resourceLocations", json!({"allowedValues": ["in:europe-locations"]})), &annotations());
    no(&report, "organization-location", "us-central1");
    let needs_key =
        || constraint("gcp.restrictNonCmekServices", json!({"deniedValues": ["aiplatform.googleapis.com"]}));
    no(&on(needs_key(), &with(&[("kms-key", "")])), "organization-key", "the plan has none");
    assert_eq!(outcome(&on(needs_key(), &annotations()), "organization-key"), "ok");

    let existing = [
        ("image", ""),
        ("artifact-uri", ""),
        ("port", ""),
        ("predict-route", ""),
        ("health-route", ""),
        ("model", "fraud-detector@9"),
    ];
    let report = on(demo_seed(), &with(&existing));
    no(&report, "model-deployable", "fraud-detector@9` does not exist");
    let mut there = existing.to_vec();
    there.push(("model", "fraud-detector@3"));
    assert_eq!(outcome(&on(demo_seed(), &with(&there)), "model-deployable"), "ok");

    let cloud = Cloud::with(demo_seed(), FAST);
    cloud.create_endpoint("fraud");
    cloud.set_speed(STILL);
    cloud.begin_deployment("fraud", "1");
    no(&run(&cloud, OWNER, &annotations(), &straight).0, "endpoint-free", "another operation");

    let (report, _) = run(&cloud, STRANGER, &annotations(), &straight);
    no(&report, "permissions", "`aiplatform.endpoints.create`");
    no(&report, "act-as", "fraud-serving@");
    let request = check(&report, "permissions")["finding"]["links"][0]["url"].as_str().unwrap();
    assert!(request.starts_with("/create/templates/default/request-access?formData="), "{request}");
    let missing = check(&report, "permissions")["missing"].as_array().unwrap();
    assert!(missing.len() > 5, "all at once: {missing:?}");

    let mut all = names();
    all.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, all, "each check has a cause here");
}

/// Answers none of which may make a check ok.
#[test]
fn an_answer_that_is_missing_late_or_refused_is_unknown() {
    let cloud = Cloud::with(demo_seed(), FAST);
    let denied =
        json!({"status": 403, "body": {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no"}}});
    for (answer, part) in [
        (json!({"late": 2000}), "no answer within 2 s"),
        (json!({}), "does not answer"),
        (denied, "no"),
        (json!({"status": 502, "body": null}), ""),
        (json!({"status": 200, "body": null}), "cut off"),
    ] {
        let existing = with(&[
            ("image", ""),
            ("artifact-uri", ""),
            ("port", ""),
            ("predict-route", ""),
            ("health-route", ""),
            ("model", "fraud-detector@3"),
        ]);
        let prebuilt = with(&[
            ("image", PREBUILT),
            ("accelerator", ""),
            ("machine-type", "n1-standard-2"),
            ("port", ""),
            ("predict-route", ""),
            ("health-route", ""),
        ]);
        let mut unknown = vec!["perimeter".to_owned()];
        for plan in [annotations(), existing, prebuilt] {
            let (report, _) = run(&cloud, OWNER, &plan, &|_| Some(answer.clone()));
            for check in report["checks"].as_array().unwrap() {
                assert_eq!(check["outcome"], "unknown", "{answer}: {check:#}");
                assert_eq!(check["finding"]["code"], "preflight/unknown");
                assert!(check["finding"]["message"].as_str().unwrap().contains(part), "{answer}: {check:#}");
                unknown.push(check["name"].as_str().unwrap().to_owned());
            }
        }
        unknown.sort();
        unknown.dedup();
        let mut all = names();
        all.sort_unstable();
        assert_eq!(unknown, all);
    }
}

/// One hanging call leaves the checks alone that do not need it.
#[test]
fn one_hanging_call_makes_only_its_checks_unknown() {
    let cloud = Cloud::with(demo_seed(), FAST);
    let hanging = |path: &str| path.starts_with("monitoring/").then(|| json!({"late": 2000}));
    let (report, _) = run(&cloud, OWNER, &annotations(), &hanging);
    let unknown: Vec<&str> = names().into_iter().filter(|name| outcome(&report, name) == "unknown").collect();
    assert_eq!(unknown, ["gpu-quota", "cpu-quota", "strategy"]);
}

/// Near misses: what resembles a cause and is none, or does not decide.
#[test]
fn near_misses_are_not_taken_for_causes() {
    // Exactly the limit suffices; a replacement is advice, where the former replicas make the difference.
    let exact = || seed(|seed| seed["quotas"] = json!([quota("L4GPUs", 2), quota("CPUs", 8)]));
    let report = on(exact(), &annotations());
    assert_eq!((outcome(&report, "gpu-quota"), outcome(&report, "strategy")), ("ok", "ok"), "{report:#}");
    let cloud = Cloud::with(seed(|seed| seed["quotas"] = json!([quota("L4GPUs", 4), quota("CPUs", 20)])), FAST);
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
    let (report, _) = run(&cloud, OWNER, &annotations(), &straight);
    is_no(&report, "gpu-quota", "needs 5 of");
    is_no(&report, "strategy", "only a replacement fits");
    assert_eq!(outcome(&report, "cpu-quota"), "ok", "{report:#}");

    // An accelerator whose quota has no known id.
    let report = on(demo_seed(), &with(&[("machine-type", "a4-highgpu-8g"), ("accelerator", "NVIDIA_B200:8")]));
    assert_eq!((outcome(&report, "gpu-quota"), outcome(&report, "strategy")), ("unknown", "unknown"));

    // A plain manifest names no architecture; a large image pulls for an unknown time.
    let image = |more: Value| {
        seed(|seed| {
            let mut image = json!({"name": "fraud", "tags": ["3"]});
            image.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            seed["repositories"][0]["images"] = json!([image]);
        })
    };
    let report = on(image(json!({})), &annotations());
    assert_eq!((outcome(&report, "image-exists"), outcome(&report, "image-architecture")), ("ok", "unknown"));
    let report = on(image(json!({"megabytes": 30_000, "architectures": ["arm64", "amd64"]})), &annotations());
    assert_eq!((outcome(&report, "image-architecture"), outcome(&report, "image-size")), ("ok", "unknown"));

    // The agent's role on the project, which the own policy of the repository does not show.
    let report = on(seed(|seed| seed["repositories"][0]["policy"] = json!({"bindings": []})), &annotations());
    assert_eq!(outcome(&report, "agent-reads-image"), "ok");
    // The same, for a caller who may not see the project's policy.
    let blind = seed(|seed| {
        seed["repositories"][0]["policy"] = json!({"bindings": []});
        let owner = seed["roles"]["roles/owner"].as_array_mut().unwrap();
        owner.retain(|permission| permission != "resourcemanager.projects.getIamPolicy");
    });
    assert_eq!(outcome(&on(blind, &annotations()), "agent-reads-image"), "unknown");

    // A condition, and a group of locations that the portal does not know.
    let constraint = |rule: Value| {
        seed(|seed| {
            seed["constraints"] = json!([{"project": "acme-ml", "name": "gcp.resourceLocations", "rules": [rule]}])
        })
    };
    for (rule, expected) in [
        (json!({"values": {"allowedValues": ["in:low-carbon-us-locations"]}}), "unknown"),
        (json!({"condition": {"expression": "true"}, "denyAll": true}), "unknown"),
        (json!({"values": {"allowedValues": ["us-central1"]}}), "ok"),
        (json!({"values": {"deniedValues": ["in:europe-locations"]}}), "ok"),
    ] {
        assert_eq!(outcome(&on(constraint(rule.clone()), &annotations()), "organization-location"), expected, "{rule}");
    }

    // A perimeter shows itself by refusals: of Vertex AI it is no, of another service unknown.
    let cloud = Cloud::with(demo_seed(), FAST);
    let refused = json!({"status": 403, "body": {"error": {"code": 403, "status": "PERMISSION_DENIED",
        "message": "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SECURITY_POLICY_VIOLATED",
            "domain": "googleapis.com", "metadata": {"service": "aiplatform.googleapis.com"}}]}}});
    for (service, expected) in [("aiplatform/", "no"), ("cloudkms/", "unknown")] {
        let bend = |path: &str| path.starts_with(service).then(|| refused.clone());
        assert_eq!(outcome(&run(&cloud, OWNER, &annotations(), &bend).0, "perimeter"), expected, "{service}");
    }
}
