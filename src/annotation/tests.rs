use super::*;
use proptest::prelude::*;

const GOOD: &str = "\
google.com/vertex-ai-project: acme-ml
google.com/vertex-ai-location: us-central1
google.com/vertex-ai-endpoint: fraud-detector
google.com/vertex-ai-model: fraud-detector@3
google.com/vertex-ai-service-account: fraud-serving@acme-ml.iam.gserviceaccount.com
google.com/vertex-ai-machine-type: g2-standard-4
google.com/vertex-ai-accelerator: NVIDIA_L4:1
google.com/vertex-ai-replicas: 1-3
";

fn entity(annotations: &str) -> Entity {
    let mut text = String::from("kind: Component\nmetadata:\n  name: fraud-detector\n  annotations:\n    x: y\n");
    for line in annotations.lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    Entity::from_text(&text, Some("catalog-info.yaml")).unwrap()
}

fn read(entity: &Entity, environment: Option<&str>) -> (Option<Target>, Vec<Diagnostic>) {
    check(entity, &Settings::default(), environment).into_target(environment)
}

/// Findings of the good annotations with some lines replaced or added.
fn with(changes: &[(&str, &str)]) -> Vec<Diagnostic> {
    let mut lines: Vec<String> = GOOD.lines().map(str::to_owned).collect();
    for (name, value) in changes {
        let start = format!("{PREFIX}{name}: ");
        lines.retain(|line| !line.starts_with(&start));
        if !value.is_empty() {
            lines.push(format!("{start}{value}"));
        }
    }
    if changes.contains(&NEW) && changes.iter().any(|(name, _)| *name == "image") {
        lines.extend(["predict-route: /predict", "health-route: /health"].map(|route| format!("{PREFIX}{route}")));
    }
    read(&entity(&lines.join("\n")), None).1
}

fn codes(changes: &[(&str, &str)]) -> Vec<&'static str> {
    with(changes).into_iter().map(|d| d.code.as_str()).collect()
}

#[test]
fn good_annotations_make_a_target() {
    let (target, findings) = read(&entity(GOOD), None);
    assert_eq!(findings, []);
    insta::assert_json_snapshot!(target.unwrap());
}

/// A model that is uploaded; [`with`] adds the routes of its image.
const NEW: (&str, &str) = ("model", "fraud-detector");
const FILES: (&str, &str) = ("artifact-uri", "gs://acme-models/fraud/3");

#[test]
fn every_mistake_has_its_code() {
    for (changes, expected) in [
        (&[("model", "")][..], &["annotation/missing"][..]),
        (&[("project", ""), ("location", "")], &["annotation/missing", "annotation/missing"]),
        (&[("endpoint", "Fraud")], &["endpoint/malformed"]),
        (&[("endpoint", "''")], &["annotation/empty"]),
        (&[("replicas", "3")], &["annotation/not-text"]),
        (&[("replicas", "'3'")], &[]),
        (&[("replicas", "3-1")], &["replicas/reversed"]),
        (&[("replicas", "0-1")], &["replicas/zero"]),
        (&[("modle", "x")], &["annotation/unknown"]),
        (&[("location", "us-centrall")], &["location/unknown"]),
        (&[("machine-type", "n1-standart-4")], &["machine-type/unknown"]),
        (&[("accelerator", "NVIDIA_L5:1")], &["accelerator/unknown"]),
        (&[("accelerator", "NVIDIA_L4:2")], &["accelerator/count"]),
        (&[("accelerator", "NVIDIA_TESLA_T4:1")], &["accelerator/machine-mismatch"]),
        (&[("machine-type", "e2-standard-4")], &["accelerator/machine-mismatch"]),
        (&[("accelerator", "")], &["machine-type/accelerator-missing"]),
        (&[("machine-type", "")], &["accelerator/machine-missing"]),
        (&[("service-account", "me@example.com")], &["service-account/user"]),
        (&[NEW, ("image", "europe-west4-docker.pkg.dev/acme-ml/r/i:1")], &["image/location"]),
        (&[NEW, FILES, ("image", "us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest")], &[]),
        (&[NEW, FILES], &["artifact-uri/image-missing"]),
        (&[NEW, ("image", "https://us-central1-docker.pkg.dev/acme-ml/r/i:1")], &["image/malformed"]),
        (&[NEW, ("image", "fraud")], &["image/registry"]),
        (&[NEW, ("image", "gcr.io/acme-ml/fraud:3")], &["image/container-registry"]),
        (&[NEW, ("image", "eu.gcr.io/acme-ml/fraud")], &["image/container-registry", "image/untagged"]),
        (&[NEW, ("image", "gcr.io/fraud:3")], &["image/malformed"]),
        (&[NEW, ("image", "gcr.io/deeplearning-platform-release/tf2-gpu.2-15:m1")], &[]),
        (
            &[
                NEW,
                (
                    "image",
                    "us-docker.pkg.dev/deeplearning-platform-release/gcr.io/huggingface-text-generation-inference-cu124.2-4.ubuntu2204.py311",
                ),
            ],
            &["image/untagged"],
        ),
        (
            &[NEW, FILES, ("image", "us-docker.pkg.dev/cloud-aiplatform/prediction/tf2-cpu.2-5:latest")],
            &["image/latest"],
        ),
        (&[NEW, ("image", "quay.io/acme/fraud@sha256:0")], &["image/registry"]),
        (&[NEW, ("image", "us-central1-docker.pkg.dev/acme-ml/r/i@md5:0")], &["image/digest-malformed"]),
        (&[NEW, ("image", "us-docker.pkg.dev/acme-ml/r/i")], &["image/multi-region", "image/untagged"]),
        (&[NEW, ("image", "us-docker.pkg.dev/vertex-ai/garden/vllm:1")], &[]),
        (
            &[NEW, FILES, ("image", "us-docker.pkg.dev/vertex-ai/prediction/sklearn-gpu.1-5:latest")],
            &["image/prebuilt-unknown"],
        ),
        (
            &[NEW, FILES, ("image", "us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.9-9:latest")],
            &["accelerator/framework", "image/prebuilt-unknown"],
        ),
        (&[("artifact-uri", "gs://")], &["artifact-uri/malformed"]),
        (&[("artifact-uri", "gs://10.0.0.1/m")], &["artifact-uri/bucket"]),
        (&[("artifact-uri", "./model.pkl")], &["artifact-uri/not-cloud-storage"]),
        (&[("accelerator", "NVIDIA_TESLA_K80:1")], &["accelerator/deprecated"]),
        (&[("accelerator", "TPU_V3:8")], &["accelerator/tpu"]),
        (&[("accelerator", "L4:1"), ("machine-type", "")], &["accelerator/machine-missing", "accelerator/unknown"]),
        (
            &[("accelerator", "NVIDIA_GB200:4"), ("machine-type", "a4x-highgpu-4g"), ("replicas", "")],
            &["accelerator/quota", "machine-type/few-replicas"],
        ),
        (&[("replicas", "1-2-3")], &["replicas/malformed"]),
        (&[("replicas", "3-0")], &["replicas/zero"]),
        // An unused value is not checked further.
        (&[FILES, ("image", "us-docker.pkg.dev/acme-ml/r/i")], &["artifact-uri/unused", "image/unused"]),
        (&[("endpoint", "projects/acme-ml/locations/europe-west4/endpoints/e")], &["endpoint/location-mismatch"]),
        (&[("model", "projects/other-ml/locations/us-central1/models/m@1")], &["project/contradiction"]),
        (&[("project", "your-project-id"), ("service-account", "")], &["annotation/placeholder"]),
        (&[("project", "my-project"), ("service-account", "")], &["annotation/placeholder"]),
        (&[("project", "PROJECT_ID"), ("service-account", "")], &["project/malformed"]),
        (&[("project", "<project>"), ("service-account", "")], &["project/malformed"]),
        (&[("endpoint", "'{ENDPOINT}'")], &["endpoint/malformed"]),
        (&[NEW, ("image", "us-central1-docker.pkg.dev/your-project/r/i:1")], &["annotation/placeholder"]),
        (&[("location", "europe-north2")], &["accelerator/location"]),
        (
            &[("location", "europe-north2"), ("accelerator", "")],
            &["machine-type/accelerator-missing", "accelerator/location"],
        ),
        (
            &[("location", "me-west1"), ("machine-type", "a2-highgpu-1g"), ("accelerator", "NVIDIA_TESLA_A100:1")],
            &["accelerator/quota"],
        ),
        (
            &[("location", "us-east4"), ("machine-type", "a3-highgpu-8g"), ("accelerator", "NVIDIA_H100_80GB:8")],
            &["accelerator/quota"],
        ),
        // What is unknown has one finding.
        (&[("location", "us-centrall1")], &["location/unknown"]),
        (&[("location", "us")], &[]),
        (&[("kms-key", "projects/p-key-1/locations/us/keyRings/r/cryptoKeys/k")], &["kms-key/location"]),
    ] {
        assert_eq!(codes(changes), expected, "{changes:?}");
    }
}

/// The value that the only fix writes, or "nothing".
fn fixed(changes: &[(&str, &str)]) -> String {
    let findings = with(changes);
    let mut fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    match (fixes.next(), fixes.next()) {
        (Some(fix), None) => fix.edits[0].value.clone().unwrap(),
        (None, _) => "nothing".to_owned(),
        _ => format!("{findings:#?}"),
    }
}

#[test]
fn a_fix_writes_the_certain_intention() {
    for (changes, expected) in [
        (&[("machine-type", "G2_standard_4")][..], "g2-standard-4"),
        (&[("machine-type", "zones/us-central1-a/machineTypes/g2-standard-4")], "g2-standard-4"),
        (&[("machine-type", "g2 standard 5")], "nothing"),
        (&[("accelerator", "L4")], "NVIDIA_L4:1"),
        (&[("accelerator", "nvidia-l4:1")], "NVIDIA_L4:1"),
        // Of several candidates, the machine type decides.
        (&[("accelerator", "A100:1"), ("machine-type", "a2-highgpu-1g")], "NVIDIA_TESLA_A100:1"),
        (&[("accelerator", "A100:1"), ("machine-type", "a2-ultragpu-1g")], "NVIDIA_A100_80GB:1"),
        (&[("accelerator", "H100:8"), ("machine-type", "a3-megagpu-8g")], "NVIDIA_H100_MEGA_80GB:8"),
        (&[("accelerator", "H100:8"), ("machine-type", "")], "nothing"),
        (&[("endpoint", "experiment_endpoint")], "experiment-endpoint"),
        (&[("endpoint", "Experiment endpoint")], "nothing"),
        (&[("endpoint", "experiment_")], "nothing"),
        // A value that does not fit is not a fix.
        (&[("accelerator", "T4:1")], "nothing"),
        (&[("accelerator", "NVIDIA_L4:2")], "NVIDIA_L4:1"),
        (&[("accelerator", "NVIDIA_L4:9"), ("machine-type", "g2-standard-96")], "nothing"),
        (&[("replicas", "1–3")], "1-3"),
        (&[("replicas", "1..3")], "1-3"),
        (&[("replicas", "3 to 1")], "1-3"),
        (&[("replicas", "1/3")], "nothing"),
        (
            &[NEW, ("image", "docker://us-central1-docker.pkg.dev/acme-ml/r/i:1")],
            "us-central1-docker.pkg.dev/acme-ml/r/i:1",
        ),
        (
            &[NEW, FILES, ("image", "us-central1-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest")],
            "us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest",
        ),
    ] {
        assert_eq!(fixed(changes), expected, "{changes:?}");
    }
}

#[test]
fn a_plain_image_can_be_for_the_model_of_another_environment() {
    let text = GOOD.replace("fraud-detector@3", "fraud-detector");
    let image = "google.com/vertex-ai-image: us-central1-docker.pkg.dev/acme-ml/r/i:1\n";
    let pinned = "google.com/vertex-ai-endpoint.staging: s\ngoogle.com/vertex-ai-model.staging: fraud-detector@4\n";
    let read = |text: String| read(&entity(&text), Some("staging")).1;
    assert_eq!(read(format!("{text}{image}{pinned}")), []);
    let own = image.replace("image:", "image.staging:");
    let findings = read(format!("{text}{own}{pinned}"));
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::ImageUnused]);
}

#[test]
fn findings_have_place_and_help() {
    let findings = with(&[
        ("machine-type", "n1-standart-4"),
        ("endpoint", "projects/acme-ml/locations/europe-west4/endpoints/e"),
        ("modle", "x"),
    ]);
    insta::assert_json_snapshot!(findings);
}

#[test]
fn an_environment_overrides_the_plain_keys() {
    let text = format!("{GOOD}google.com/vertex-ai-endpoint.staging: fraud-staging\n");
    let read = |environment| read(&entity(&text), environment).0.unwrap().endpoint.id.to_string();
    assert_eq!(read(None), "fraud-detector");
    assert_eq!(read(Some("staging")), "fraud-staging");
}

#[test]
fn an_environment_that_no_annotation_names_is_an_error() {
    let staging = format!("{GOOD}google.com/vertex-ai-endpoint.staging: fraud-staging\n");
    for (text, asked, help) in [
        (staging.as_str(), "stagin", "did you mean `staging`?"),
        (&staging, "production", "choose one of the environments `staging`"),
        (GOOD, "staging", "leave it out: the annotations name no environment"),
    ] {
        let (target, findings) = read(&entity(text), Some(asked));
        assert_eq!(target, None, "{asked}");
        let [finding] = &findings[..] else { panic!("{findings:#?}") };
        assert_eq!((finding.code, finding.help.as_deref()), (Code::EnvironmentUnknown, Some(help)));
    }
}

#[test]
fn plain_keys_are_shared_by_environments() {
    let text = "google.com/vertex-ai-project: acme-ml\ngoogle.com/vertex-ai-location: us-central1\n\
         google.com/vertex-ai-model: fraud-detector@3\ngoogle.com/vertex-ai-endpoint.staging: fraud-staging\n\
         google.com/vertex-ai-endpoint.production: fraud\n";
    let entity = entity(text);
    // The check of the file and the plans agree.
    assert_eq!(check(&entity, &Settings::default(), None).into_findings(), []);
    for environment in ["staging", "production"] {
        let (target, findings) = read(&entity, Some(environment));
        assert_eq!((target.unwrap().environment.as_deref(), findings), (Some(environment), Vec::new()));
    }
    let (target, findings) = read(&entity, None);
    assert_eq!((target, findings.len()), (None, 1));
    assert_eq!(findings[0].help.as_deref(), Some("choose one of the environments `staging`, `production`"));
}

#[test]
fn a_request_for_one_environment_reports_no_other() {
    let text =
        format!("{GOOD}google.com/vertex-ai-replicas.staging: 3-1\ngoogle.com/vertex-ai-replicas.production: 1-2\n");
    let entity = entity(&text);
    let codes = |asked: Option<&str>| {
        let (_, findings, _) = check(&entity, &Settings::default(), asked).into_report(asked);
        findings.iter().any(|finding| finding.code == Code::ReplicasReversed)
    };
    assert_eq!((codes(None), codes(Some("staging")), codes(Some("production"))), (true, true, false));
}

#[test]
fn full_names_need_no_project_and_location() {
    let findings = with(&[
        ("project", ""),
        ("location", ""),
        ("endpoint", "projects/acme-ml/locations/us-central1/endpoints/e"),
        ("model", "projects/acme-ml/locations/us-central1/models/m@1"),
    ]);
    assert_eq!(findings, []);
}

#[test]
fn an_entity_without_our_annotations_is_not_annotated() {
    assert!(is_annotated(&entity(GOOD)));
    assert!(!is_annotated(&entity("google.com/cloudbuild-project-slug: x")));
}

/// The good annotations for an uploaded model, and others.
fn uploading(more: &[(&str, &str)]) -> Vec<Diagnostic> {
    let image = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3";
    with(&[&[("model", "fraud-detector"), ("image", image)], more].concat())
}

#[test]
fn mistakes_of_a_container_have_their_codes() {
    for (changes, expected) in [
        (&[("env", "A=1;B=2"), ("health-probe", "path=/h,period=5"), ("port", "'9000'")][..], &[][..]),
        (&[("env", "A=1;B")], &["env/malformed"]),
        (&[("env", "A=$(B) c;a-b=1")], &["env/name"]),
        (&[("env", "A=1;A=2;AIP_X=1")], &["env/duplicate", "env/reserved"]),
        (&[("port", "'0'")], &["port/malformed"]),
        (&[("port", "'65536'")], &["port/malformed"]),
        (&[("port", "9000")], &["annotation/not-text"]),
        (&[("startup-probe", "path=/h,failures=0")], &["probe/limits"]),
        (&[("deployment-timeout", "7201s")], &["deployment-timeout/too-long"]),
        (&[("deployment-timeout", "0s")], &["deployment-timeout/malformed"]),
        (&[("labels", "team=fraud,goog-x=1,Team=x")], &["labels/reserved", "labels/key"]),
        (&[("labels", "aiplatform.googleapis.com/x=1")], &["labels/reserved"]),
        (&[("traffic", "'101'")], &["traffic/range"]),
        (&[("traffic", "-1")], &["annotation/not-text"]),
        (&[("traffic", "'0'")], &["traffic/none"]),
    ] {
        let codes: Vec<_> = uploading(changes).into_iter().map(|d| d.code.as_str()).collect();
        assert_eq!(codes, expected, "{changes:?}");
    }
    assert_eq!(codes(&[("env", "A=1"), ("port", "'9000'")]), ["container/unused"]);
    assert_eq!(codes(&[("model", "fraud-detector"), ("port", "'9000'")]), ["model/unpinned", "container/unused"]);
}

#[test]
fn the_example_of_each_setting_reaches_googles_field() {
    for key in KEYS {
        let Some(field) = key.field() else { continue };
        let value = format!("{:?}", key.example().trim());
        let needed: &[(&str, &str)] = match key {
            Key::InferenceTimeout => &[("endpoint-type", "dedicated")],
            Key::InvokeRoutePrefix => &[("endpoint-type", "dedicated"), ("predict-route", "")],
            Key::Network | Key::ConsumerProjects => &[("endpoint-type", "private")],
            Key::ResourcePool | Key::AutomaticResources => {
                &[("machine-type", ""), ("accelerator", ""), ("replicas", "")]
            }
            Key::TpuTopology => &[("machine-type", "ct5lp-hightpu-4t"), ("accelerator", "")],
            _ => &[],
        };
        let mut lines: Vec<String> = GOOD.lines().map(str::to_owned).collect();
        let upload = [NEW, ("image", "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3")];
        let routes = [("predict-route", "/predict"), ("health-route", "/health")];
        for (name, text) in upload.iter().chain(&routes).chain(needed).chain(&[(key.name(), value.as_str())]) {
            let start = format!("{PREFIX}{name}: ");
            lines.retain(|line| !line.starts_with(&start));
            lines.extend((!text.is_empty()).then(|| format!("{start}{text}")));
        }
        let entity = entity(&lines.join("\n"));
        let (settings, _) =
            Settings::read(&crate::entity::Node::from(&serde_json::json!({"setting/preview": "off"})), None);
        let (target, findings) = check(&entity, &settings, None).into_target(None);
        let codes: Vec<_> = findings.iter().map(|finding| finding.code.as_str()).collect();
        assert!(codes.iter().all(|code| *code == "model/unpinned"), "{}: {findings:#?}", key.name());
        let set = target.unwrap().settings.get(field.message, field.path).cloned();
        assert!(set.is_some(), "{} sets no {}", key.name(), field.path);
    }
}

#[test]
fn settings_are_checked_against_each_other() {
    for (changes, expected) in [
        (&[("spot", "true")][..], &["annotation/not-text"][..]),
        (&[("spot", "'yes'")], &["setting/malformed"]),
        (&[("spot", "'true'"), ("reservation", "any")], &["setting/conflict"]),
        (&[("spot", "'true'"), ("reservation", "none")], &[]),
        (&[("spot", "'false'"), ("reservation", "any")], &[]),
        (&[("network", "projects/1/global/networks/ml")], &["setting/incomplete"]),
        (&[("endpoint-type", "dedicated"), ("consumer-projects", "acme-apps")], &["setting/incomplete"]),
        (&[("endpoint-type", "private")], &["setting/incomplete"]),
        (
            &[("endpoint-type", "private"), ("consumer-projects", "acme-apps"), ("traffic", "'20'")],
            &["setting/conflict"],
        ),
        (&[("required-replicas", "'2'")], &["setting/conflict"]),
        (&[("required-replicas", "'2'"), ("replicas", "2-3")], &[]),
        (&[("tpu-topology", "2x2")], &["setting/conflict", "setting/incomplete"]),
        (&[("flex-start", "86400s")], &["setting/preview"]),
        (
            &[("machine-type", "a2-highgpu-2g"), ("accelerator", "NVIDIA_TESLA_A100:2"), ("gpu-partition", "1g.5gb")],
            &["setting/conflict"],
        ),
    ] {
        assert_eq!(codes(changes), expected, "{changes:?}");
    }
    for open in [
        &[("endpoint-type", "${{ values.type }}"), ("network", "projects/1/global/networks/ml")][..],
        &[("machine-type", "${{ values.machine }}"), ("accelerator", ""), ("tpu-topology", "2x2")],
        &[("replicas", "${{ values.replicas }}"), ("required-replicas", "'2'")],
    ] {
        assert_eq!(codes(open), [""; 0], "{open:?}");
    }
    let secret = "f3Kd8sLq02Xz91mWpQ";
    for (name, text) in [
        ("args", format!(r#""--api-key\n{secret}""#)),
        ("args", format!(r#""--port=8080\n--hf-token hf_{}""#, "a".repeat(34))),
        ("command", format!("serve --api-key={secret}")),
        ("liveness-probe", format!("exec=curl --api-key {secret} localhost")),
    ] {
        let findings = uploading(&[(name, text.as_str())]);
        assert_eq!(findings.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["setting/secret"], "{text}");
        assert!(!serde_json::to_string(&findings).unwrap().contains(secret), "{text}");
    }
    let malformed = uploading(&[("liveness-probe", "exec=curl -u admin:hunter2 localhost,periods=3")]);
    assert!(!serde_json::to_string(&malformed).unwrap().contains("hunter2"));
    let prefixed = uploading(&[("invoke-route-prefix", "/*")]);
    let codes: Vec<_> = prefixed.into_iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["setting/incomplete", "setting/conflict"]);
}

#[test]
fn a_startup_probe_fits_the_timeout() {
    let codes = |changes: &[(&str, &str)]| -> Vec<_> {
        uploading(changes).into_iter().map(|finding| finding.code.as_str()).collect()
    };
    for (probe, timeout, expected) in [
        ("path=/h,period=10,failures=360", "1800s", &["startup-probe/budget"][..]),
        ("path=/h,period=10,failures=180", "1800s", &[]),
        ("path=/h,period=30,failures=241", "", &["startup-probe/budget"]),
        ("path=/h,period=60", "170s", &["startup-probe/budget"]),
        ("path=/h", "60s", &[]),
        ("path=/h,period=x", "1s", &["startup-probe/malformed"]),
    ] {
        let found = codes(&[("startup-probe", probe), ("deployment-timeout", timeout)]);
        assert_eq!(found, expected, "{probe} {timeout}");
    }
}

#[test]
fn no_finding_contains_a_secret() {
    let key = "KEY=-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg9f\\nc2VjcmV0Cg==\\n-----END PRIVATE KEY-----";
    for (env, expected) in [
        (key, &["env/secret", "env/malformed"][..]),
        ("X=ya29.MIIEvQIBADANBg9f", &["env/secret"]),
        ("API_TOKEN=MIIEvQIBADANBg9fc2VjcmV0Cg", &["env/secret"]),
        ("MIIEvQIBADANBg9fc2VjcmV0Cg", &["env/malformed"]),
        ("MIIEvQIBADANBg9f-c2VjcmV0Cg==", &["env/name"]),
        ("  API_TOKEN=MIIEvQIBADANBg9fc2VjcmV0Cg\\n", &["env/secret"]),
    ] {
        let findings = uploading(&[("env", &format!("\"{env}\""))]);
        assert_eq!(findings.iter().map(|d| d.code.as_str()).collect::<Vec<_>>(), expected, "{env}");
        let said = serde_json::to_string(&findings).unwrap();
        assert!(!said.contains("MIIE") && !said.contains("c2VjcmV0"), "{said}");
    }
}

#[test]
fn the_account_must_be_in_the_project_of_the_endpoint() {
    let account = |account: &str| codes(&[("service-account", account)]);
    assert_eq!(account("fraud-serving@acme-web.iam.gserviceaccount.com"), ["service-account/project"]);
    assert_eq!(account("serviceAccount:fraud-serving@acme-ml.iam.gserviceaccount.com"), ["service-account/malformed"]);
    assert_eq!(account("service-1@gcp-sa-aiplatform-cc.iam.gserviceaccount.com"), ["service-account/google-managed"]);
    let endpoint = ("endpoint", "projects/123456789012/locations/us-central1/endpoints/e");
    let findings = with(&[
        ("project", ""),
        ("location", ""),
        endpoint,
        ("model", "projects/acme-ml/locations/us-central1/models/m@1"),
    ]);
    assert_eq!(findings, [], "a project number can be the same project");
}

#[test]
fn environments_with_a_traffic_share_can_share_an_endpoint() {
    let shared = |traffic: &str| {
        let text = format!("{GOOD}{PREFIX}model.canary: fraud-detector@4\n{traffic}");
        let findings = check(&entity(&text), &Settings::default(), None).into_findings();
        findings.iter().map(|d| d.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(shared(""), ["environment/shared-endpoint"]);
    assert_eq!(shared(&format!("{PREFIX}traffic.canary: '10'")), [""; 0]);
}

proptest! {
    #[test]
    fn any_value_yields_a_target_or_an_error(value in "\\PC{0,40}", index in 0..KEYS.len() - 1) {
        let key = KEYS[index];
        let quoted = serde_json::Value::String(value).to_string();
        let (target, findings) = read(&entity(&format!("{GOOD}{PREFIX}{}.e: {quoted}", key.name())), Some("e"));
        // A value that a template fills in later yields neither.
        let open = quoted.contains("{{");
        prop_assert_eq!(target.is_some() || open, !findings.iter().any(Diagnostic::is_error));
    }
}

#[test]
fn an_entity_without_annotations_misses_the_required_ones_only_on_request() {
    let blank = entity("");
    let settings = Settings::default();
    assert_eq!(check(&blank, &settings, None).into_findings(), []);
    let findings = check_required(&blank, &settings, None).into_findings();
    let required: Vec<_> = KEYS.iter().filter(|key| key.is_required()).map(|key| key.name()).collect();
    assert_eq!(findings.len(), required.len());
    for name in required {
        assert!(findings.iter().any(|f| f.code == Code::AnnotationMissing && f.message.contains(name)), "{name}");
    }
}
