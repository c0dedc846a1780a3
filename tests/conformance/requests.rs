//! Prints the method table and every request that the core builds, for `run.py` and `privileged.py`: `cargo run --example requests`.
//!
//! A small Google answers the core's conversations in several scenarios: first deployment, second one, failure, cancellation, a
//! deployment that another run started, an operation that cannot be waited for.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use backstage_vertex_ai::annotation::KEYS;
use backstage_vertex_ai::api::{self, request::Request as _, talk::Wanted};
use backstage_vertex_ai::config::Config;
use backstage_vertex_ai::conversation::{Conversation, Event, Identity, Outcome, Request, Response, Turn, Want};
use backstage_vertex_ai::guard::{self, Caller};
use backstage_vertex_ai::identity::{exchange::exchange, secret::Secret};
use backstage_vertex_ai::method::{Body, METHODS, Verb};
use serde_json::{Value, json};

const PROXY: &str = "http://portal/api/proxy/vertex-ai";
const OPERATION: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud/operations/1";
/// Expiry of the grants, and a moment two hours before.
const END: &str = "2026-12-01T00:00:00Z";
const NOW: u64 = 1_796_076_000_000;

/// What Google has and does in a scenario.
#[derive(Clone, Copy, Default)]
struct Scenario {
    model: bool,
    endpoint: bool,
    deployed: bool,
    fails: bool,
    in_use: bool,
    no_wait: bool,
    cancel_at: Option<usize>,
}

/// A scripted Google.
struct Google {
    scenario: Scenario,
    deployed_id: Option<String>,
    /// Whether the deployment has succeeded, or another run's has.
    serves: bool,
    /// Labels of the endpoint and of the model that the conversation created.
    made: [Option<Value>; 2],
    looks: usize,
    sent: Vec<Value>,
}

impl Google {
    fn answer(&mut self, request: &Request) -> (u16, Value) {
        let body: Value =
            request.body.as_deref().map(|body| serde_json::from_str(body).expect("JSON")).unwrap_or_default();
        let proxied = request.url.strip_prefix(PROXY).map(|rest| rest.trim_start_matches('/'));
        if let Some(target) = proxied {
            passes(request, target);
        }
        let path = proxied.map(|target| target.split_once('/').unwrap().1);
        let path = path.unwrap_or_else(|| request.url.splitn(4, '/').nth(3).unwrap()).to_owned();
        self.sent.push(json!({ "verb": request.verb.as_str(), "path": path, "body": body }));
        if let Some(id) = body["deployedModel"]["id"].as_str() {
            self.deployed_id = Some(id.to_owned());
        }
        let Scenario { model, endpoint, deployed, fails, in_use, no_wait, .. } = self.scenario;
        let missing = (404, json!({ "error": { "status": "NOT_FOUND" } }));
        let labels = |made: &Option<Value>| made.clone().unwrap_or_default();
        let is = |what: &str| path.split('?').next().unwrap().ends_with(what);
        let resource = || path.split('?').next().unwrap().split_once('/').unwrap().1;
        let operation = |rest: Value| {
            let mut operation = json!({ "name": OPERATION });
            operation.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            (200, operation)
        };
        match request.verb.as_str() {
            _ if is("v1/token") => (200, json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 3600 })),
            _ if is(":getIamPolicy") || is(":setIamPolicy") => {
                let owner = json!({ "role": "roles/owner", "members": ["user:jane@acme.example"] });
                (200, json!({ "etag": "ACAB", "bindings": [owner] }))
            }
            _ if is(":testIamPermissions") => (200, json!({})),
            "GET" if path.contains("/roles/") => missing,
            "POST" if is("/grants") => (200, json!({ "name": format!("{}/1", resource()), "state": "ACTIVATING" })),
            "GET" if path.contains("/grants/") => (200, json!({ "name": resource(), "state": "ACTIVE" })),
            _ if is("/roles") => (200, json!({})),
            _ if is(":generateAccessToken") => {
                (200, json!({ "accessToken": "t", "expireTime": "2026-01-01T00:00:00Z" }))
            }
            "POST" if is(":wait") && no_wait => (501, json!({ "error": { "status": "UNIMPLEMENTED" } })),
            "POST" if is(":deployModel") && in_use => {
                self.serves = true;
                (409, json!({ "error": { "status": "ALREADY_EXISTS" } }))
            }
            "POST" if is(":wait") => self.look(fails, operation),
            "GET" if path.contains("/operations/") => self.look(fails, operation),
            "GET" if is("/operations") => {
                let kind = "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata";
                (200, json!({ "operations": [{ "name": OPERATION, "metadata": { "@type": kind } }] }))
            }
            "GET" if path.contains("/models/") && !model && self.made[1].is_none() => missing,
            "GET" if is(":listVersions") => (200, json!({ "models": [{ "labels": labels(&self.made[1]) }] })),
            "GET" if path.contains("/models/") => (200, json!({ "versionId": "3", "labels": labels(&self.made[1]) })),
            "GET" if !endpoint && self.made[0].is_none() => missing,
            "GET" if !endpoint => {
                let ids: Vec<Value> =
                    self.deployed_id.iter().filter(|_| self.serves).map(|id| json!({ "id": id })).collect();
                (200, json!({ "labels": labels(&self.made[0]), "deployedModels": ids, "etag": "AMEw9yN1" }))
            }
            "GET" if deployed => {
                // The endpoint has the deployed models of all plans.
                let ids = planned_ids().into_iter().map(|id| json!({ "id": id })).collect::<Vec<_>>();
                (200, json!({ "deployedModels": ids, "trafficSplit": { "1": 70, "2": 30 } }))
            }
            "GET" => {
                let own = self.deployed_id.iter().filter(|_| self.serves).map(String::as_str);
                let ids: Vec<Value> = ["1", "2"].into_iter().chain(own).map(|id| json!({ "id": id })).collect();
                let split = json!({ "1": 70, "2": 30 });
                (200, json!({ "trafficSplit": split, "deployedModels": ids, "etag": "AMEw9yN1" }))
            }
            "DELETE" => {
                self.made[usize::from(path.contains("/models/"))] = None;
                operation(json!({ "done": true, "response": {} }))
            }
            _ if is(":undeployModel") => {
                self.serves = false;
                operation(json!({ "done": true, "response": {} }))
            }
            _ if is(":upload") => {
                self.made[1] = Some(body["model"]["labels"].clone());
                operation(json!({ "done": true, "response": { "modelVersionId": "1" } }))
            }
            _ if is("/endpoints") => {
                self.made[0] = Some(body["labels"].clone());
                operation(json!({ "done": true, "response": {} }))
            }
            _ if is(":deployModel") => operation(json!({})),
            _ => operation(json!({ "done": true, "response": {} })),
        }
    }

    fn look(&mut self, fails: bool, operation: impl Fn(Value) -> (u16, Value)) -> (u16, Value) {
        self.looks += 1;
        if self.looks == 1 {
            return operation(json!({}));
        }
        match fails {
            true => operation(json!({ "done": true, "error": { "code": 9, "message": "exited" } })),
            false => {
                self.serves = true;
                operation(json!({ "done": true, "response": { "deployedModel": { "id": self.deployed_id } } }))
            }
        }
    }
}

/// Checks that the guard lets a request of the core pass, with its body.
fn passes(request: &Request, target: &str) {
    let config = configuration(None);
    // Only a deployment reads the log of a container.
    let caller = match target.starts_with("logging/") {
        true => Caller::Delegate { mandate: "m".to_owned() },
        false => Caller::User { entity_ref: "user:default/jane".to_owned() },
    };
    let call = guard::decide(&config, request.verb.as_str(), target, &caller).expect("a call that may pass");
    if call.body == "json" {
        let body = request.body.as_deref().unwrap_or_default();
        assert_eq!(guard::check_body(&config, call.method, body.as_bytes()), None, "{}: {body}", call.method);
    }
}

/// The requests of one conversation.
fn sent<T, W: Wanted>(mut talk: Conversation<T, W>, scenario: Scenario) -> Vec<Value> {
    let made = [None, None];
    let mut google = Google { scenario, deployed_id: None, serves: false, made, looks: 0, sent: Vec::new() };
    let mut outcome = Outcome::Begin;
    for number in 0..500 {
        let cancelled = scenario.cancel_at.is_some_and(|at| number >= at);
        match talk.tell(Event { outcome, now: 0, random: 0.5, cancelled }) {
            Turn::Done(_) => return google.sent,
            Turn::Want(want) => match want.google() {
                Some(Want::Send(request)) => {
                    let (status, body) = google.answer(request);
                    outcome = Outcome::Answer(Response { status, retry_after: None, body: Some(body) });
                }
                Some(Want::Wait(_)) | None => outcome = Outcome::Waited,
            },
        }
    }
    panic!("a conversation does not end");
}

/// Sets of annotations that together name every field which a request may carry.
fn annotations() -> Vec<Value> {
    let base = json!({ "project": "acme-ml", "location": "us-central1", "endpoint": "fraud", "model": "fraud@3" });
    let with = |more: Value| {
        let mut all = base.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let key = "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving";
    let image = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3";
    let uploaded = |more: Value| {
        let mut all =
            with(json!({ "model": "fraud", "image": image, "predict-route": "/predict", "health-route": "/health" }));
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let settings = KEYS.iter().filter(|key| key.field().is_some()).map(|key| {
        let own = |more: Value| {
            let mut all = uploaded(more);
            all[key.name()] = key.example().trim().into();
            all
        };
        match key.name() {
            "network" | "consumer-projects" => own(json!({ "endpoint-type": "private" })),
            "invoke-route-prefix" => {
                let mut all = own(json!({ "endpoint-type": "dedicated" }));
                all.as_object_mut().unwrap().remove("predict-route");
                all
            }
            "inference-timeout" => own(json!({ "endpoint-type": "dedicated" })),
            "tpu-topology" => own(json!({ "machine-type": "ct5lp-hightpu-4t" })),
            "gpu-partition" => own(json!({ "machine-type": "a2-highgpu-1g", "accelerator": "NVIDIA_TESLA_A100:1" })),
            _ => own(json!({})),
        }
    });
    let mut all: Vec<Value> = settings.collect();
    all.extend([
        base.clone(),
        with(json!({ "machine-type": "g2-standard-4", "accelerator": "NVIDIA_L4:1", "replicas": "1-3",
            "service-account": "fraud-serving@acme-ml.iam.gserviceaccount.com", "kms-key": key })),
        with(json!({ "model": "fraud", "image": "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
            "artifact-uri": "gs://acme-models/fraud/3", "kms-key": key })),
        with(json!({ "model": "fraud", "image": "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
            "display-name": "Fraud", "labels": "team=fraud,tier=gold", "traffic": "20", "port": "9000",
            "env": "LOG_LEVEL=info\nCACHE=$(LOG_LEVEL)", "predict-route": "/predict", "health-route": "/health",
            "health-probe": "tcp=9000", "startup-probe": "path=/health,period=5,timeout=2,failures=30",
            "liveness-probe": "exec=cat /tmp/alive", "deployment-timeout": "3600s" })),
    ]);
    all
}

fn request(annotations: &Value) -> Value {
    let named = annotations.as_object().unwrap().iter();
    let annotations: Value = named.map(|(key, value)| (format!("google.com/vertex-ai-{key}"), value.clone())).collect();
    let entity = json!({ "kind": "Component", "metadata": { "name": "fraud", "annotations": annotations } });
    json!({ "source": { "entity": entity }, "rules": { "setting/preview": "off" } })
}

/// An access request for a project, an endpoint and a service account.
fn rights(more: Value) -> Value {
    let mut request = request(&annotations().iter().find(|all| all.get("kms-key").is_some()).unwrap().clone());
    request["proxyUrl"] = PROXY.into();
    request["principal"] = "user:jane@acme.example".into();
    request["found"] = json!({ "endpoint": true, "model": true, "deployment": false });
    request["expiresAt"] = END.into();
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// An access request through Privileged Access Manager: its files, and the requests that ask for the grant.
fn privileged() -> Value {
    let mut asked = rights(json!({ "principal": "user:stranger@acme.example", "delivery": "pam", "reason": "task 1",
        "approvers": ["user:approver@acme.example", "user:stranger@acme.example"] }));
    let ask = api::iam::IamPamRequest::read(asked.clone()).expect("a request");
    let ask = sent(api::iam::iam_pam(&ask, NOW).expect("a request for rights"), Scenario::default());
    for field in ["proxyUrl", "reason"] {
        asked.as_object_mut().unwrap().remove(field);
    }
    let report = api::iam::iam_plan(&api::iam::IamRequest::read(asked).expect("a request"), NOW);
    let files = report.renderings.iter().filter(|(name, _)| name.ends_with(".json"));
    let files: Value =
        files.map(|(name, text)| (name.clone(), text.clone().into())).collect::<serde_json::Map<_, _>>().into();
    json!({ "files": files, "requests": ask })
}

fn planned_ids() -> Vec<String> {
    let plan =
        |a: &Value| api::deployment::plan(&api::deployment::DeploymentRequest::read(request(a)).expect("a request"));
    let plans: Vec<_> = annotations().iter().map(plan).collect();
    let ids = plans.iter().filter_map(|report| report.plan.as_ref()?.deployed_model_id.as_ref());
    ids.map(|id| id.as_str().to_owned()).collect()
}

fn configuration(service_account: Option<&str>) -> Config {
    let audience =
        "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal";
    let mut identity = json!({ "audience": audience });
    if let Some(account) = service_account {
        identity["serviceAccount"] = account.into();
    }
    let config = json!({ "projects": [{ "project": "acme-ml" }], "identity": identity });
    Config::parse(&config, "https://portal.acme.example/api/proxy/vertex-ai").expect("a configuration")
}

/// The calls of a preflight whose checks ask all they can.
fn preflight(annotations: &Value) -> Vec<Value> {
    let mut annotations = annotations.clone();
    for (name, value) in [
        ("image", "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        ("artifact-uri", "gs://acme-models/fraud/3"),
        ("accelerator", "NVIDIA_L4:1"),
        ("machine-type", "g2-standard-4"),
        ("kms-key", "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
    ] {
        annotations[format!("google.com/vertex-ai-{name}")] = value.into();
    }
    let request = api::deployment::DeploymentRequest::read(request(&annotations)).expect("a request");
    let (mut sent, mut answers) = (Vec::new(), Vec::new());
    loop {
        let step = api::preflight::preflight(&request, NOW, NOW, &json!(answers));
        if step.asks.is_empty() {
            return sent;
        }
        for ask in step.asks {
            let body = ask.body.as_ref().map(Value::to_string);
            let verb = Verb::ALL.into_iter().find(|verb| verb.as_str() == ask.verb).unwrap();
            let made = Request { verb, url: String::new(), headers: Vec::new(), body, identity: Identity::Initiator };
            passes(&made, &ask.path);
            let service = json!({ "name": "projects/123456789012/services/aiplatform.googleapis.com" });
            answers.push(json!({ "id": ask.id, "status": 200, "body": { "services": [service] } }));
            let (service, path) = ask.path.split_once('/').unwrap();
            sent.push(json!({ "service": service, "verb": ask.verb, "path": path, "body": ask.body }));
        }
    }
}

fn main() {
    let default = Scenario::default();
    let model = Scenario { model: true, ..default };
    let endpoint = Scenario { endpoint: true, ..model };
    let scenarios = [
        model,
        Scenario { fails: true, ..model },
        Scenario { fails: true, ..default },
        Scenario { cancel_at: Some(9), ..model },
        Scenario { cancel_at: Some(10), ..model },
        Scenario { no_wait: true, ..endpoint },
        Scenario { deployed: true, ..endpoint },
        Scenario { in_use: true, ..endpoint },
    ];
    let mut requests = Vec::new();
    for annotations in annotations() {
        let mut request = request(&annotations);
        request["proxyUrl"] = PROXY.into();
        let status = <api::StatusRequest>::read(request.clone()).expect("a request");
        requests.extend(sent(api::status(&status, 0).expect("a target"), endpoint));
        requests.extend(preflight(&annotations));
        let deploy = api::deployment::DeployRequest::read(request).expect("a request");
        for scenario in scenarios {
            requests.extend(sent(api::deployment::deploy(&deploy), scenario));
        }
    }
    let approval = json!({ "by": "user:default/admin", "email": "admin@acme.example",
        "for": "user:default/jane", "forEmail": "jane@acme.example" });
    for mode in ["grant", "revoke"] {
        let apply =
            api::iam::IamApplyRequest::read(rights(json!({ "mode": mode, "approval": approval }))).expect("a request");
        requests.extend(sent(api::iam::iam_apply(&apply, NOW).expect("a request for rights"), default));
    }
    let verify = api::iam::IamVerifyRequest::read(rights(json!({}))).expect("a request");
    requests.extend(sent(api::iam::iam_verify(&verify, 0).expect("a request for rights"), default));
    for account in [None, Some("deployer@acme-ml.iam.gserviceaccount.com")] {
        requests.extend(sent(exchange(&configuration(account), Secret::new("assertion".into())), default));
    }
    let methods: Vec<_> = METHODS
        .iter()
        .map(|method| {
            json!({
                "name": method.name, "auditName": method.audit_name, "service": method.service.as_str(), "version": method.version,
                "verb": method.verb.as_str(), "query": method.query, "suffix": method.suffix,
                "hasBody": method.body != Body::None, "startsOperation": method.starts_operation(),
            })
        })
        .collect();
    println!("{}", json!({ "methods": methods, "requests": requests, "privileged": privileged() }));
}
