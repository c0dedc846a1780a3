//! The names of a request, which fill in what a cause says.

use crate::quotas::ids;
use crate::state::world::World;
use crate::timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Values by name.
pub struct Names(BTreeMap<&'static str, String>);

/// The titles of services in errors. Unverified, but for those of Vertex AI.
const TITLES: &[(&str, &str)] = &[
    ("aiplatform", "Agent Platform API"),
    ("artifactregistry", "Artifact Registry API"),
    ("cloudkms", "Cloud Key Management Service (KMS) API"),
    ("cloudquotas", "Cloud Quotas API"),
    ("cloudresourcemanager", "Cloud Resource Manager API"),
    ("iam", "Identity and Access Management (IAM) API"),
    ("iamcredentials", "IAM Service Account Credentials API"),
    ("logging", "Cloud Logging API"),
    ("monitoring", "Cloud Monitoring API"),
    ("orgpolicy", "Organization Policy API"),
    ("privilegedaccessmanager", "Privileged Access Manager API"),
    ("secretmanager", "Secret Manager API"),
    ("serviceusage", "Service Usage API"),
    ("storage", "Google Cloud Storage JSON API"),
];

/// The permission of a method, e.g. `aiplatform.endpoints.deploy`.
fn permission(method: &str) -> String {
    let parts: Vec<&str> = method.split('.').collect();
    let [service, .., collection, verb] = parts.as_slice() else { return method.to_owned() };
    let verb = match *verb {
        "deployModel" | "mutateDeployedModel" => "deploy",
        "undeployModel" => "undeploy",
        "patch" => "update",
        "rawPredict" | "streamRawPredict" => "predict",
        other => other,
    };
    format!("{service}.{collection}.{verb}")
}

/// The repository of an image, e.g. `projects/P/locations/L/repositories/R`.
pub fn repository(image: &str) -> Option<String> {
    let mut parts = image.split('/');
    let location = parts.next()?.strip_suffix("-docker.pkg.dev")?;
    Some(format!("projects/{}/locations/{location}/repositories/{}", parts.next()?, parts.next()?))
}

/// The value of a version of a model, by the name that a deployment has.
pub fn model<'a>(world: &'a World, name: &str) -> Option<&'a Value> {
    let (base, version) = name.split_once('@').map_or((name, None), |(base, version)| (base, Some(version)));
    world.models.get(&world.stored(base)?)?.find(version).map(|(_, body)| body)
}

impl Names {
    /// The names of a call: of its path, and of the model or deployment in its body.
    pub fn of_call(world: &World, method: &str, path: &str, body: &[u8]) -> Self {
        let called = path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
        let resource = called.rsplit_once(':').filter(|(_, verb)| !verb.contains('/')).map_or(called, |(name, _)| name);
        let mut names = Self::of_resource(world, resource);
        names.set("method", method);
        let service = method.split('.').next().unwrap_or("aiplatform");
        names.set("service", &format!("{service}.googleapis.com"));
        let title = TITLES.iter().find(|(name, _)| *name == service).map_or(service, |(_, title)| title);
        names.set("title", title);
        names.set("permission", &permission(method));
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        names.add_model(&body["model"]);
        names.add_deployed(world, &body["deployedModel"]);
        names.add_key(&body);
        // Of impersonations, whose path has no project.
        if let Some(account) = resource.strip_prefix("projects/-/serviceAccounts/") {
            names.add_project(world, &world.home(account).unwrap_or_default());
        }
        if let Some(bucket) = resource.strip_prefix("v1/b/").and_then(|rest| rest.split('/').next()) {
            names.add_project(world, &world.project_of(&format!("buckets/{bucket}")).unwrap_or_default());
        }
        names
    }

    /// The names of a deployment to an endpoint (by stored name).
    pub fn of_deployment(world: &World, endpoint: &str, deployed: &Value) -> Self {
        let mut names = Self::of_resource(world, endpoint);
        names.add_deployed(world, deployed);
        names
    }

    pub fn of_resource(world: &World, resource: &str) -> Self {
        let parts: Vec<&str> = resource.split('/').collect();
        let location = if parts.len() > 3 { parts[3] } else { "us-central1" };
        let mut names = Self(BTreeMap::new());
        names.add_project(world, parts.get(1).copied().unwrap_or_default());
        names.set("location", location);
        names.set("resource", resource);
        names.set("place", &parts[..parts.len().min(4)].join("/"));
        match parts.as_slice() {
            [.., "endpoints", id] => {
                names.set("endpoint", &world.shown(&world.stored(resource).unwrap_or_else(|| resource.to_owned())));
                names.set("endpoint_id", id);
            }
            [.., "models", _] => {
                names.set("model", &world.shown(&world.stored(resource).unwrap_or_else(|| resource.to_owned())));
            }
            _ => {}
        }
        let project = names.get("project").to_owned();
        names.set("agent", &world.agent(&project));
        names.set("identifier", "bHGwhU7iTyAmVLE9Vs5ooeC3LBdiX5P7lBPpTL7HzUXLgUzqpjC1yA");
        names.set("issuer", "https://elsewhere.example/");
        names.set("argument", "--swap-space=16");
        names.set("files", "saved_model.pb, saved_model.pbtxt");
        names.set("now", &timestamp::now());
        names.set_logs();
        names
    }

    fn add_project(&mut self, world: &World, name: &str) {
        let id = world.project_id(name).unwrap_or_else(|| name.to_owned());
        let number = world.projects.get(&id).map_or(name, |project| project.number.as_str()).to_owned();
        self.set("project", &id);
        self.set("number", &number);
    }

    /// The link to the endpoint's log. Unverified: its parameters.
    fn set_logs(&mut self) {
        let link = format!(
            "https://console.cloud.google.com/logs/viewer?project={}&resource=aiplatform.googleapis.com%2FEndpoint&advancedFilter=resource.type%3D%22aiplatform.googleapis.com%2FEndpoint%22%0Aresource.labels.endpoint_id%3D%22{}%22%0Aresource.labels.location%3D%22{}%22",
            self.get("number"),
            self.get("endpoint_id"),
            self.get("location")
        );
        self.set("logs", &link);
    }

    fn add_model(&mut self, model: &Value) {
        let image = model["containerSpec"]["imageUri"].as_str().or(model["container_spec"]["image_uri"].as_str());
        if let Some(image) = image {
            self.set("image", image);
            self.set("repository", &repository(image).unwrap_or_else(|| image.to_owned()));
        }
        if let Some(artifact) = model["artifactUri"].as_str() {
            self.set("artifact", artifact);
        }
        if let Some(name) = model["displayName"].as_str().filter(|_| self.get("model").is_empty()) {
            self.set("model", name);
        }
        self.add_key(model);
    }

    /// The route and port that Vertex AI probes: the container's, else its defaults.
    fn add_probe(&mut self, model: &Value, deployed: &Value) {
        let container = &model["containerSpec"];
        let id = deployed["id"].as_str().unwrap_or_default();
        let default = format!("/v1/endpoints/{}/deployedModels/{id}", self.get("endpoint_id"));
        let route = container["healthRoute"].as_str().unwrap_or(&default).to_owned();
        let port = container["ports"][0]["containerPort"].as_i64().unwrap_or(8080).to_string();
        self.set("route", &route);
        self.set("port", &port);
        self.set("listens", &port);
    }

    fn add_key(&mut self, body: &Value) {
        if let Some(key) = body["encryptionSpec"]["kmsKeyName"].as_str() {
            self.set("key", key);
        }
    }

    fn add_deployed(&mut self, world: &World, deployed: &Value) {
        if let Some(name) = deployed["model"].as_str() {
            let found = model(world, name).unwrap_or(&Value::Null);
            self.add_model(found);
            self.add_probe(found, deployed);
            self.set("model", name);
        }
        let machine = &deployed["dedicatedResources"]["machineSpec"];
        for (name, value) in [
            ("deployed_id", &deployed["id"]),
            ("account", &deployed["serviceAccount"]),
            ("machine", &machine["machineType"]),
            ("accelerator", &machine["acceleratorType"]),
        ] {
            if let Some(value) = value.as_str() {
                self.set(name, value);
            }
        }
        let quota = ids::of_machine(&deployed["dedicatedResources"]);
        self.set("quota", &quota.id());
        self.set("quota_metric", &quota.metric());
    }

    pub fn set(&mut self, name: &'static str, value: &str) {
        self.0.insert(name, value.to_owned());
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Fills in the names of a text; what the request does not name is called `unknown`.
    pub fn fill(&self, text: &str) -> String {
        const OPTIONAL: &[&str] = &[
            "listens",
            "route",
            "account",
            "accelerator",
            "artifact",
            "deployed_id",
            "endpoint",
            "endpoint_id",
            "image",
            "key",
            "machine",
            "model",
            "quota",
            "quota_metric",
            "repository",
        ];
        let filled =
            self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
        OPTIONAL.iter().fold(filled, |text, name| text.replace(&format!("{{{name}}}"), "unknown"))
    }

    /// Fills in the names of every text of a value.
    pub fn fill_all(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.fill_all(item)).collect(),
            Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(name, value)| (name, self.fill_all(value))).collect())
            }
            other => other,
        }
    }
}
