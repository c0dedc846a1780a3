//! The core explains each cause that the emulator lets strike, in each of its wordings, and by the same entry of its table.

use crate::causes::{call, rows, strike, wordings};
use crate::harness::{Cloud, OWNER, PLACE};
use backstage_vertex_ai::conversation::Response;
use backstage_vertex_ai::diagnose::answer::rejected;
use backstage_vertex_ai::diagnose::operation::FailedOperation;
use backstage_vertex_ai::diagnose::{CALLS, IDENTITY, Place, Seen, explain, whole};
use backstage_vertex_ai::diagnostic::{Code, Diagnostic};
use backstage_vertex_ai::google_error::GoogleError;
use backstage_vertex_ai::identity::log_line::redacted;
use backstage_vertex_ai::method::container_log::{LogQuery, lines};
use serde_json::{Value, json};

/// The entry for each cause, or entries for its wordings. A cause without one keeps Google's text, and the reason stands beside it.
const ENTRIES: &[(&str, &str)] = &[
    ("permission-denied", "access/permission-missing"),
    ("api-disabled", "access/service-disabled"),
    ("consumer-invalid", "access/consumer-invalid"),
    ("billing-disabled", "access/billing-disabled"),
    ("user-project-denied", "access/user-project"),
    ("vpc-service-controls", "access/perimeter"),
    ("quota-project", "access/quota-project"),
    ("server-exited", "server/exited"),
    ("server-exited-machine-spec", "container/arguments"),
    ("server-terminated", "server/terminated"),
    ("probe", "server/not-ready"),
    ("wrong-port", "server/not-ready"),
    ("deployment-timeout", "server/timeout"),
    ("bad-args", "container/arguments"),
    ("oom", "container/gpu-memory"),
    ("host-oom", "server/out-of-memory"),
    ("host-oom", "container/memory"),
    ("kv-cache", "container/context-length"),
    ("kv-cache", "container/cache-memory"),
    ("swap-space", "container/swap-space"),
    ("model-architecture", "container/unknown-key"),
    ("model-architecture", "container/architecture"),
    ("gated-model", "container/gated-model"),
    ("module-not-found", "container/module-missing"),
    ("module-not-found", "container/model-format"),
    ("wrong-arch", "container/platform"),
    ("shared-memory", "container/shared-memory"),
    ("tensor-parallel", "container/tensor-parallel"),
    ("bfloat16", "container/bfloat16"),
    ("port-in-use", "container/port"),
    ("artifact-missing-in-container", "container/file-missing"),
    ("quota", "quota/serving"),
    ("quota-in-operation", "quota/serving"),
    ("training-quota", "quota/training"),
    ("quota-by-gcloud", "quota/too-small"),
    ("stockout", "capacity/machine"),
    ("stockout", "capacity/service"),
    ("region-capacity", "capacity/region"),
    ("machine-type", "request/machine-type"),
    ("accelerator", "request/accelerator"),
    ("automatic-resources", "request/automatic-resources"),
    ("act-as", "access/act-as"),
    ("traffic-split", "request/traffic-split"),
    ("endpoint-in-use", "endpoint/in-use"),
    ("model-in-use", "model/in-use"),
    ("perimeter-endpoint", "endpoint/perimeter"),
    // The text says nothing; only the audit log does.
    ("model-garden-internal", "-"),
    // Google names no cause.
    ("internal", "-"),
    ("partial-success", "server/partial"),
    ("hugging-face-token", "garden/hugging-face-token"),
    ("eula", "garden/licence"),
    ("issuer-unreachable", "identity/issuer-unreachable"),
    ("issuer-mismatch", "identity/issuer-mismatch"),
    ("audience-mismatch", "identity/audience-mismatch"),
    ("token-stale", "identity/clock"),
    ("provider-missing", "identity/pool"),
    ("attribute-mapping", "identity/mapping"),
    ("attribute-condition", "identity/condition"),
    ("attribute-too-large", "identity/attribute-size"),
    ("too-many-groups", "identity/groups-too-many"),
    ("impersonation-denied", "identity/impersonation"),
    ("impersonation-api-disabled", "access/service-disabled"),
    ("impersonation-user-project", "access/user-project"),
    ("federated-token-refused", "access/federated-token"),
    ("cmek-required", "organization/cmek-required"),
    ("allowed-models", "organization/model-not-allowed"),
    ("kms-permission", "access/encryption-key"),
    ("org-policy", "organization/locations"),
    ("bad-request", "request/field"),
    ("quota-failure", "quota/serving"),
    ("location-policy", "organization/locations"),
    ("dedicated-domain", "endpoint/dedicated-domain"),
    ("no-traffic-split", "endpoint/no-traffic"),
    ("slow-prediction", "predict/slow"),
    ("image-pull", "access/agent-images"),
    ("prebuilt-image-host", "access/prebuilt-image-host"),
    ("agent-missing", "access/agent-missing"),
    ("image-not-found", "upload/image-missing"),
    ("artifact-permission", "access/agent-artifacts"),
    ("artifact-files", "upload/model-directory"),
    ("image-permission-in-words", "access/denied-in-operation"),
];

/// The lines that the core's own query finds, as a deployment reads them.
fn log(cloud: &Cloud, operation: &Value, id: u32) -> Vec<String> {
    let begun = operation["metadata"]["genericMetadata"]["createTime"].as_str().unwrap();
    let endpoint = format!("{}/endpoints/fraud", PLACE.trim_start_matches("/v1/")).parse().unwrap();
    let query = LogQuery::new(endpoint, id.to_string().parse().unwrap(), begun).unwrap();
    let answer = cloud.post(OWNER, "/v2/entries:list", query.body()).ok();
    lines(&answer)
        .into_iter()
        .map(|(at, line)| {
            assert!(!at.is_empty());
            redacted(line, &[])
        })
        .collect()
}

/// The finding of what a cause does in one wording.
fn finding(cloud: &Cloud, row: &Value, variant: &str, id: &mut u32) -> Diagnostic {
    strike(cloud, &row["name"], variant);
    if let Some(pattern) = row["strikes"]["calls"][0].as_str() {
        let answer = call(cloud, pattern);
        let error = GoogleError::from_http(answer.status, &answer.body);
        let mut finding = Diagnostic::new(Code::IdentityExchangeRefused, "refused");
        match pattern {
            "sts.token" => {
                let text = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
                let (status, text) = (text("error"), text("error_description"));
                let seen = Seen { place: Place::Sts, status: &status, reason: "", text: &text, shown: whole };
                explain(&mut finding, &IDENTITY, &[seen], &[]);
            }
            "serviceAccounts.generateAccessToken" => {
                let (reason, text) = (error.reason.clone().unwrap_or_default(), error.text());
                let seen = Seen {
                    place: Place::Impersonation,
                    status: &error.status,
                    reason: &reason,
                    text: &text,
                    shown: whole,
                };
                explain(&mut finding, &IDENTITY, &[seen], &[]);
            }
            _ => {
                let response = Response { status: answer.status, retry_after: None, body: Some(answer.body) };
                return rejected(&response, None, &CALLS);
            }
        }
        return finding;
    }
    *id += 1;
    let operation = match row["strikes"]["stage"].is_string() {
        true => cloud.finish(&cloud.begin_deployment("fraud", &id.to_string())),
        false => {
            let model = "publishers/google/models/gemma3@gemma-3-1b-it";
            let request = json!({"publisherModelName": model, "modelConfig": {"acceptEula": true}});
            cloud.finish(&cloud.own("POST", ":deploy", request).ok())
        }
    };
    if operation["error"].is_null() {
        let state = cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
        let models = state["deployedModels"].as_array().unwrap().clone();
        let text = models[0]["status"]["message"].as_str().unwrap().to_owned();
        let mut finding = Diagnostic::new(Code::DeployOperationFailed, text.clone());
        let seen = Seen { place: Place::DeployedModel, status: "", reason: "", text: &text, shown: whole };
        explain(&mut finding, &backstage_vertex_ai::diagnose::SERVING, &[seen], &[]);
        return finding;
    }
    let failed = FailedOperation {
        error: GoogleError::from_status(&operation["error"]),
        deploys: true,
        stage: None,
        begun: String::new(),
    };
    failed.finding(&log(cloud, &operation, *id))
}

#[test]
fn each_cause_is_explained_by_its_entry() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut id = 0;
    let mut found = Vec::new();
    for row in rows(&cloud) {
        for (variant, ..) in wordings(&row) {
            let finding = finding(&cloud, &row, variant, &mut id);
            let entry = finding.diagnosis.as_ref().map_or("-", |diagnosis| &*diagnosis.entry).to_owned();
            let name = row["name"].as_str().unwrap().to_owned();
            if !found.contains(&(name.clone(), entry.clone())) {
                found.push((name, entry));
            }
        }
    }
    let entries: std::collections::HashSet<&str> = found.iter().map(|(_, entry)| entry.as_str()).collect();
    assert!(entries.len() >= 45, "{}", entries.len());
    let expected: Vec<(String, String)> =
        ENTRIES.iter().map(|(cause, entry)| ((*cause).to_owned(), (*entry).to_owned())).collect();
    assert!(
        found == expected,
        "{}",
        found.iter().map(|(cause, entry)| format!("    ({cause:?}, {entry:?}),\n")).collect::<String>()
    );
}
