//! An emulator with the demo's seed on a free port, and calls to it.

use emulator::Emulator;
use emulator::seed::Seed;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

pub const OWNER: &str = "test-owner";
pub const STRANGER: &str = "test-stranger";
pub const PLACE: &str = "/v1/projects/acme-ml/locations/us-central1";
pub const SHOWN_PLACE: &str = "projects/123456789012/locations/us-central1";
pub const MODEL: &str = "projects/acme-ml/locations/us-central1/models/fraud-detector@3";
/// Speed at which a deployment lasts a third of a second.
pub const FAST: f64 = 2000.0;
/// Speed at which nothing ends during a test.
pub const STILL: f64 = 0.001;

/// A running emulator; dropping it stops it.
pub struct Cloud {
    pub url: String,
    agent: ureq::Agent,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: ureq::http::HeaderMap,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The message of an error with this status.
    #[track_caller]
    pub fn refused(&self, http: u16, status: &str) -> String {
        assert_eq!((self.status, self.body["error"]["status"].as_str()), (http, Some(status)), "{}", self.body);
        assert_eq!(self.body["error"]["code"], http);
        self.body["error"]["message"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    /// The paths of the fields that a rejection names.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        self.refused(400, "INVALID_ARGUMENT");
        let violations = self.body["error"]["details"][0]["fieldViolations"].as_array().unwrap();
        violations.iter().map(|violation| violation["field"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The page with which Google answers a path that no method has.
    #[track_caller]
    pub fn is_no_such_path(&self) {
        let page = self.body.as_str().unwrap_or_default();
        assert!(self.status == 404 && page.contains("was not found on this server"), "{}: {}", self.status, self.body);
        assert_eq!(self.headers["content-type"], "text/html; charset=UTF-8");
    }
}

pub fn demo_seed() -> Seed {
    Seed::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/demo.yaml")).unwrap()
}

pub fn agent() -> ureq::Agent {
    let config =
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60)));
    config.build().into()
}

impl Cloud {
    pub fn start() -> Self {
        Self::with(demo_seed(), FAST)
    }

    pub fn with(seed: Seed, speed: f64) -> Self {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let emulator = Emulator::bind(0, seed, speed).await.unwrap();
                tell.send(emulator.url().unwrap()).unwrap();
                emulator.serve(async { stopped.await.unwrap_or_default() }).await.unwrap();
            });
        });
        Self { url: told.recv().unwrap(), agent: agent(), stop: Some(stop), thread: Some(thread) }
    }

    /// A call that may stay without an answer.
    pub fn try_call(&self, token: &str, verb: &str, path: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let mut request = ureq::http::Request::builder().method(verb).uri(format!("{}{path}", self.url));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut response = match verb {
            "GET" | "DELETE" => self.agent.run(request.body(()).unwrap())?,
            _ => self.agent.run(request.header("content-type", "application/json").body(body.to_string()).unwrap())?,
        };
        let text = response.body_mut().read_to_string()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status: response.status().as_u16(), body, headers: response.headers().clone() })
    }

    pub fn call(&self, token: &str, verb: &str, path: &str, body: &Value) -> Answer {
        self.try_call(token, verb, path, body).unwrap()
    }

    pub fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, "GET", path, &Value::Null)
    }

    pub fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, "POST", path, &body)
    }

    /// The owner's call on `PLACE`.
    pub fn own(&self, verb: &str, path: &str, body: Value) -> Answer {
        self.call(OWNER, verb, &format!("{PLACE}{path}"), &body)
    }

    pub fn set_speed(&self, speed: f64) {
        self.post("", "/emulator/clock", json!({ "speed": speed })).ok();
    }

    /// The finished operation.
    #[track_caller]
    pub fn finish(&self, operation: &Value) -> Value {
        let name = operation["name"].as_str().unwrap();
        let operation = self.post(OWNER, &format!("/v1/{name}:wait?timeout=30s"), json!({})).ok();
        assert_eq!(operation["done"], true, "{operation}");
        operation
    }

    #[track_caller]
    pub fn create_endpoint(&self, id: &str) {
        let operation = self.own("POST", &format!("/endpoints?endpointId={id}"), json!({"displayName": id})).ok();
        assert!(self.finish(&operation)["error"].is_null());
    }

    /// Starts a deployment with all traffic.
    pub fn begin_deployment(&self, endpoint: &str, id: &str) -> Value {
        self.own("POST", &format!("/endpoints/{endpoint}:deployModel"), deploy_request(id)).ok()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(std::thread::panicking() || ended.is_ok());
        }
    }
}

pub fn deploy_request(id: &str) -> Value {
    json!({
        "deployedModel": {
            "id": id,
            "model": MODEL,
            "dedicatedResources": {
                "machineSpec": {"machineType": "g2-standard-4", "acceleratorType": "NVIDIA_L4", "acceleratorCount": 1},
                "minReplicaCount": 2,
                "maxReplicaCount": 3,
            },
        },
        "trafficSplit": {"0": 100},
    })
}
