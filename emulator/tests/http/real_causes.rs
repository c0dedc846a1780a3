//! Causes that strike without a fault, because the seed is so.

use crate::harness::{Answer, Cloud, FAST, PLACE, deploy_request};
use crate::logs::entries;
use emulator::seed::Seed;
use serde_json::{Value, json};

fn model(image: &str, more: Value) -> Value {
    let mut container = json!({ "imageUri": image });
    container.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"displayName": "m", "containerSpec": container})
}

fn serving(image: &str) -> String {
    format!("us-central1-docker.pkg.dev/acme-ml/serving/{image}")
}

fn upload(cloud: &Cloud, id: &str, model: &Value) -> Answer {
    cloud.own("POST", "/models:upload", json!({ "modelId": id, "model": model }))
}

/// Deploys a model with this container; returns the operation.
fn deploy(cloud: &Cloud, image: &str, more: Value) -> Value {
    let id = image.split(':').next().unwrap();
    cloud.finish(&upload(cloud, id, &model(&serving(image), more)).ok());
    let mut request = deploy_request("");
    request["deployedModel"]["id"] = json!("1");
    request["deployedModel"]["model"] = json!(format!("projects/acme-ml/locations/us-central1/models/{id}"));
    let operation = cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", request).ok());
    if operation["error"].is_null() {
        cloud.finish(&cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok());
    }
    operation
}

#[test]
fn servers_fail_as_their_images_do() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for (image, line) in [
        ("crashes:1", "RuntimeError"),
        ("out-of-memory:1", "CUDA out of memory"),
        ("never-ready:1", "404 Not Found"),
        ("arm:1", "exec format error"),
    ] {
        let operation = deploy(&cloud, image, json!({}));
        assert_eq!((&operation["error"]["code"], operation["response"].is_null()), (&json!(9), true), "{operation}");
        assert_eq!(entries(&cloud, &format!("severity=ERROR jsonPayload.message:\"{line}\"")).len(), 1, "{image}");
    }
    assert!(deploy(&cloud, "fraud:3", json!({}))["error"].is_null());
}

#[test]
fn a_seed_names_causes_that_exist() {
    let seed = |cause: &str| {
        Seed::parse(&format!("projects: []\nrepositories: [{{name: r, images: [{{name: i, fails: {cause}}}]}}]\n"))
            .is_ok()
    };
    assert!(seed("oom") && !seed("surprise") && !seed("api-disabled"));
}

#[test]
fn probes_of_another_route_or_port_are_not_answered() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let missed = deploy(&cloud, "own-server:1", json!({"ports": [{"containerPort": 8000}]}));
    assert!(missed["error"]["message"].as_str().unwrap().contains("never became ready"), "{missed}");
    let line = "jsonPayload.message:\"/v1/endpoints/fraud/deployedModels/1 HTTP/1.1\\\" 404\"";
    assert_eq!(entries(&cloud, line).len(), 1);
    for (spec, is_ready) in [
        (json!({"healthRoute": "/healthz"}), false),
        (json!({"healthRoute": "/healthz", "ports": [{"containerPort": 8000}]}), true),
    ] {
        cloud.finish(&cloud.own("DELETE", "/models/own-server", json!(null)).ok());
        assert_eq!(deploy(&cloud, "own-server:1", spec.clone())["error"].is_null(), is_ready, "{spec}");
    }
    assert_eq!(entries(&cloud, "jsonPayload.message:\"GET /healthz HTTP/1.1\\\" 200\"").len(), 2);
}

#[test]
fn a_caller_needs_the_right_to_use_the_project_that_pays() {
    let cloud = Cloud::start();
    let ask = |project: &str| {
        let request = ureq::get(format!("{}{PLACE}/endpoints", cloud.url)).config().http_status_as_error(false).build();
        let request = request.header("authorization", "Bearer test-owner").header("x-goog-user-project", project);
        let mut answer = request.call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    };
    assert_eq!(ask("acme-ml").0, 200);
    let (status, text) = ask("elsewhere");
    assert!(status == 403 && text.contains("USER_PROJECT_DENIED") && text.contains("projects/elsewhere"), "{text}");
}

#[test]
fn a_server_dies_of_arguments_that_it_does_not_know() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let bad = json!({"args": ["--model=google/gemma", "--port", "8080", "--swap-space=16"]});
    assert_eq!(deploy(&cloud, "vllm:1", bad)["error"]["code"], 9);
    let written = entries(&cloud, "severity=ERROR jsonPayload.message:\"unrecognized arguments: --swap-space=16\"");
    assert_eq!(written.len(), 1);
    cloud.finish(&cloud.own("DELETE", "/models/vllm", json!(null)).ok());
    let good = json!({"args": ["--model=google/gemma", "--port", "8080"]});
    assert!(deploy(&cloud, "vllm:1", good)["error"].is_null());
}

#[test]
fn an_image_must_exist_in_a_repository_that_the_seed_describes() {
    let cloud = Cloud::start();
    let refused = |image: &str| {
        let answer = upload(&cloud, "m", &model(image, json!({})));
        (answer.status, answer.body["error"]["message"].as_str().unwrap_or_default().to_owned())
    };
    let (status, text) = refused(&serving("none:1"));
    assert!(status == 400 && text.contains("serving/none:1"), "{text}");
    let (status, text) = refused(&serving("crashes:2"));
    assert!(status == 400 && text.contains("crashes:2"), "{text}");
    let (_, text) = refused("us-central1-docker.pkg.dev/acme-ml/other/fraud:3");
    assert!(text.contains("does not have permission to access Artifact Registry repository projects/acme-ml/locations/us-central1/repositories/other."), "{text}");
    let (_, text) = refused("us-central1-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest");
    assert!(text.contains("projects/vertex-ai/locations/us-central1/repositories/prediction"), "{text}");
    // What no seed describes passes.
    upload(&cloud, "m", &model("us-docker.pkg.dev/elsewhere/serving/fraud:3", json!({}))).ok();
}

#[test]
fn a_prebuilt_container_finds_exactly_one_of_its_files() {
    let cloud = Cloud::start();
    let try_directory = |image: &str, directory: &str| {
        let mut model = model(&format!("us-docker.pkg.dev/vertex-ai/prediction/{image}:latest"), json!({}));
        model["artifactUri"] = json!(format!("gs://acme-models/{directory}"));
        upload(&cloud, "m", &model)
    };
    let text = try_directory("tf2-cpu.2-15", "fraud/3").refused(400, "FAILED_PRECONDITION");
    assert_eq!(
        text,
        "Model directory gs://acme-models/fraud/3 is expected to contain exactly one of: [saved_model.pb, saved_model.pbtxt]."
    );
    let text = try_directory("xgboost-cpu.2-1", "forecast/2").refused(400, "FAILED_PRECONDITION");
    assert!(text.contains("[model.bst, model.pkl, model.joblib]"), "{text}");
    try_directory("sklearn-cpu.1-5", "fraud").ok();
}

/// A cloud in which the service agent has no rights, and policies are strict.
const STRICT: &str = "
projects:
  - {id: acme-ml, number: '7', policy: {bindings: [{role: roles/r, members: ['user:u']}]}}
roles:
  roles/r: [aiplatform.models.upload, aiplatform.endpoints.create, aiplatform.endpoints.deploy, logging.logEntries.list]
repositories:
  - {name: projects/acme-ml/locations/us-central1/repositories/serving, images: [{name: fraud, tags: ['3']}]}
buckets:
  - {name: b, project: acme-ml, location: US, objects: {m/model.pkl: 1}}
keys:
  - {name: projects/acme-ml/locations/us-central1/keyRings/r/cryptoKeys/k}
constraints:
  - {project: acme-ml, name: gcp.resourceLocations, rules: [{values: {allowedValues: ['in:us-locations']}}]}
  - {project: acme-ml, name: gcp.restrictNonCmekServices, rules: [{values: {deniedValues: [aiplatform.googleapis.com]}}]}
  - {project: acme-ml, name: vertexai.allowedModels, rules: [{values: {allowedValues: ['publishers/google/models/other:deploy']}}]}
tokens: {test-owner: 'user:u', test-stranger: 'user:s'}
";

#[test]
fn the_agents_missing_rights_and_policies_count() {
    let key = json!({"kmsKeyName": "projects/acme-ml/locations/us-central1/keyRings/r/cryptoKeys/k"});
    let cloud = Cloud::with(Seed::parse(STRICT).unwrap(), FAST);
    let text = cloud.own("POST", "/endpoints", json!({"displayName": "e"})).refused(400, "FAILED_PRECONDITION");
    assert!(
        text.starts_with("Constraint constraints/gcp.restrictNonCmekServices violated for projects/acme-ml"),
        "{text}"
    );
    let text = cloud
        .own("POST", "/endpoints", json!({"displayName": "e", "encryptionSpec": key}))
        .refused(403, "PERMISSION_DENIED");
    assert!(text.contains("cloudkms.cryptoKeyVersions.useToEncrypt"), "{text}");
    let elsewhere = PLACE.replace("us-central1", "europe-west4");
    let text = cloud
        .post("test-owner", &format!("{elsewhere}/endpoints"), json!({"displayName": "e"}))
        .refused(400, "FAILED_PRECONDITION");
    assert!(text.contains("gcp.resourceLocations"), "{text}");
    let deploy = json!({"publisherModelName": "publishers/google/models/gemma3@gemma-3-1b-it", "modelConfig": {"acceptEula": true}});
    let text = cloud.own("POST", ":deploy", deploy).refused(400, "FAILED_PRECONDITION");
    assert!(text.contains("vertexai.allowedModels"), "{text}");
    // A caller without the permission learns nothing of it.
    let text = cloud
        .post("test-stranger", &format!("{elsewhere}/endpoints"), json!({"displayName": "e"}))
        .refused(403, "PERMISSION_DENIED");
    assert!(text.contains("aiplatform.endpoints.create"), "{text}");

    let open = STRICT.split("constraints:").next().unwrap().to_owned() + "tokens: {test-owner: 'user:u'}\n";
    let cloud = Cloud::with(Seed::parse(&open).unwrap(), FAST);
    let text = upload(&cloud, "m", &model(&serving("fraud:3"), json!({}))).refused(400, "FAILED_PRECONDITION");
    assert!(
        text.contains("service-7@gcp-sa-aiplatform.iam.gserviceaccount.com") && text.contains("repositories/serving."),
        "{text}"
    );
    let mut other = model("us-docker.pkg.dev/elsewhere/serving/fraud:3", json!({}));
    other["artifactUri"] = json!("gs://b/m");
    let text = upload(&cloud, "m", &other).refused(400, "FAILED_PRECONDITION");
    assert!(
        text.contains("does not have [storage.objects.get] IAM permission(s) to the directory \"gs://b/m\""),
        "{text}"
    );
    assert_eq!(entries(&cloud, "protoPayload.authenticationInfo.principalEmail:\"gcp-sa-aiplatform\"").len(), 2);
}

#[test]
fn a_cause_of_model_garden_ends_its_operation() {
    let cloud = Cloud::start();
    crate::faults::order(&cloud, json!({"fault": {"kind": "cause", "cause": "model-garden-internal"}}));
    let request = json!({"publisherModelName": "publishers/google/models/gemma3@gemma-3-1b-it", "modelConfig": {"acceptEula": true}});
    let operation = cloud.finish(&cloud.own("POST", ":deploy", request).ok());
    assert_eq!(operation["error"], json!({"code": 13, "message": "INTERNAL"}));
    let denied = entries(&cloud, "protoPayload.methodName:CreateEndpoint severity=ERROR");
    assert_eq!(denied[0]["protoPayload"]["authorizationInfo"][0]["permission"], "aiplatform.endpoints.create");
}
