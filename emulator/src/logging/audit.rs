//! Admin Activity entries: each change of Vertex AI and of a policy, successful or not.
//!
//! Source: "Vertex AI audit logging information", read 2026-11-28; `google/cloud/audit/audit_log.proto`. An operation writes two entries
//! with its id, the result in the last one. Unverified: which methods of other services are logged, and the names of `operations.*`.

use crate::error::ApiError;
use crate::method_name;
use crate::received::Received;
use crate::reply::Reply;
use crate::rpc;
use crate::state::logs::Entry;
use crate::state::principal::Principal;
use crate::state::world::World;
use crate::timestamp;
use serde_json::{Value, json};

const LOG: &str = "cloudaudit.googleapis.com%2Factivity";

/// A change, or the attempt of one.
struct Change<'a> {
    project: &'a str,
    service: &'a str,
    method: &'a str,
    resource: &'a str,
    who: &'a Principal,
    reason: Option<&'a str>,
    /// A `google.rpc.Status`.
    status: Option<Value>,
}

impl Change<'_> {
    fn entry(&self) -> Value {
        let mut authentication = json!({"principalSubject": self.who.name()});
        // Third-party identities have no address.
        if !matches!(self.who, Principal::Federated { .. }) {
            authentication["principalEmail"] = json!(self.who.username());
        }
        let mut attributes = json!({"time": timestamp::now(), "auth": {}});
        if let Some(reason) = self.reason {
            attributes["reason"] = json!(reason);
        }
        let kind = match self.service {
            "cloudresourcemanager.googleapis.com" => "project",
            _ => "audited_resource",
        };
        json!({
            "severity": if self.status.is_some() { "ERROR" } else { "NOTICE" },
            "resource": {
                "type": kind,
                "labels": {"service": self.service, "method": self.method, "project_id": self.project},
            },
            "protoPayload": {
                "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
                "serviceName": self.service,
                "methodName": self.method,
                "resourceName": self.resource,
                "authenticationInfo": authentication,
                "requestMetadata": {
                    "callerIp": "127.0.0.1",
                    "requestAttributes": attributes,
                    "destinationAttributes": {},
                },
                "status": self.status.clone().unwrap_or_else(|| json!({})),
            },
        })
    }
}

/// The service and the name of a method in audit logs; `None` for methods that are not logged.
fn logged(received: &Received) -> Option<(&'static str, String)> {
    let name = received.name.as_str();
    if method_name::is_read(name) {
        return None;
    }
    match name.split('.').next() {
        Some("cloudresourcemanager") if name == "cloudresourcemanager.projects.setIamPolicy" => {
            Some(("cloudresourcemanager.googleapis.com", "SetIamPolicy".to_owned()))
        }
        Some("aiplatform") => {
            let version = received.path.trim_start_matches('/').split('/').next().unwrap_or("v1");
            Some(("aiplatform.googleapis.com", rpc::of(name, version)?))
        }
        _ => None,
    }
}

/// Records a call that changed something, or would have.
pub fn record(world: &mut World, received: &Received, who: &Principal, result: &Result<Reply, ApiError>) {
    let Some((service, method)) = logged(received) else { return };
    let called = received.path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
    let resource = called.rsplit_once(':').filter(|(_, method)| !method.contains('/')).map_or(called, |(name, _)| name);
    let Some(project) = resource.split('/').nth(1).and_then(|name| world.project_id(name)) else { return };
    let reason = received.headers.get("x-goog-request-reason").and_then(|value| value.to_str().ok());
    let status = result.as_ref().err().map(ApiError::as_status);
    let change = Change { project: &project, service, method: &method, resource, who, reason, status };
    let mut entry = change.entry();
    let operation = result
        .as_ref()
        .ok()
        .and_then(|reply| reply.json()?["name"].as_str())
        .filter(|name| name.contains("/operations/"));
    let Some(id) = operation.filter(|_| !called.contains("/operations/")).map(str::to_owned) else {
        return world.logs.write(&project, LOG, entry);
    };
    entry["operation"] = json!({"id": id, "producer": service, "first": true});
    world.logs.write(&project, LOG, entry.clone());
    match world.logs.ended.remove(&id) {
        Some(error) => write_last(world, Entry { project, body: entry }, error),
        None => drop(world.logs.started.insert(id, Entry { project, body: entry })),
    }
}

/// Records the end of an operation, by its shown name.
pub fn end(world: &mut World, operation: &str, error: Option<Value>) {
    match world.logs.started.remove(operation) {
        Some(first) => write_last(world, first, error),
        None => drop(world.logs.ended.insert(operation.to_owned(), error)),
    }
}

fn write_last(world: &mut World, first: Entry, error: Option<Value>) {
    let Entry { project, mut body } = first;
    body["operation"] = json!({"id": body["operation"]["id"], "producer": body["operation"]["producer"], "last": true});
    if let Some(error) = error {
        body["severity"] = json!("ERROR");
        body["protoPayload"]["status"] = error;
    }
    world.logs.write(&project, LOG, body);
}

/// Records that Vertex AI's service agent was denied a permission on a resource (by stored name) while it worked for a project.
pub fn deny_agent(world: &mut World, project: &str, service: &str, method: &str, permission: &str, resource: &str) {
    let who = Principal::ServiceAccount { email: world.agent(project) };
    let message = format!("Permission '{permission}' denied on resource '{resource}' (or it may not exist).");
    let status = Some(ApiError::status(7, &message));
    let mut entry = Change { project, service, method, resource, who: &who, reason: None, status }.entry();
    entry["protoPayload"]["authorizationInfo"] =
        json!([{"resource": resource, "permission": permission, "granted": false}]);
    world.logs.write(project, LOG, entry);
}
