//! The proxy's verdict on one call: which Google method it is, whether it may pass, and the request that is forwarded.
//!
//! Default-deny: what the method table and the configuration do not name is refused. The guard interprets the table's rows and names
//! no method. What passes is rebuilt from parsed names; nothing of the caller's path is passed on.

mod body;
mod deadline;
mod headers;
mod outcome;
mod query;
mod reason;
mod recognise;
mod strict;
mod target;

pub use body::check_body;
pub use headers::{REQUEST_HEADERS, RESPONSE_HEADERS};
pub use outcome::{Outcome, outcome};
pub use reason::{Reason, reason};
pub use strict::read_strictly;

use crate::config::Config;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::method::{self, Access, Body, Call, Door, Method, Resource, Service};
use serde::Serialize;

/// The caller of the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in user, or a service with a user's credentials.
    User { entity_ref: String },
    /// A service without a user, e.g. `plugin:scaffolder`.
    Service { subject: String },
    /// A service that uses a mandate, by its id.
    Delegate { mandate: String },
}

/// The identity with which Google is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ActingFor {
    User {
        #[serde(rename = "ref")]
        entity_ref: String,
    },
    /// The user who started this operation, by the audit records.
    Starter { operation: String },
    /// The user who gave this mandate.
    Mandate { id: String },
}

/// A call that may be forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Allowed {
    pub method: &'static str,
    pub verb: &'static str,
    pub url: String,
    /// Its project is named by id, whatever the caller wrote: audit records are found by this name.
    pub resource: String,
    pub permission: &'static str,
    pub audited: bool,
    pub body: &'static str,
    /// Value of `content-type` and `accept`, because Google must not read checked JSON as anything else. `None`: the caller's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<&'static str>,
    pub starts_operation: bool,
    /// The deadline of one attempt.
    pub within: Millis,
    pub subject: ActingFor,
    /// The call as the method table has it, without its body.
    #[serde(skip)]
    pub call: Call,
}

impl Allowed {
    /// Whether the call changes a model, an endpoint or a deployment. A request for a grant has the same permission, and changes none.
    pub fn is_change(&self) -> bool {
        self.permission == Access::Deploy.permission() && self.call.method.service == Service::Aiplatform
    }
}

/// Why a call is not forwarded, and the HTTP status of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub diagnostic: Diagnostic,
}

impl Refusal {
    fn new(status: u16, code: Code, message: impl Into<Words>, help: impl Into<Words>) -> Self {
        Self { status, diagnostic: Diagnostic::new(code, message).help(help) }
    }
}

/// Decides on one call by verb and path alone. `target` is the raw request target below the proxy's mount point.
pub fn decide(config: &Config, verb: &str, target: &str, caller: &Caller) -> Result<Allowed, Refusal> {
    let target = target::split(target)?;
    let (method, resource) = recognise::recognise(verb, &target)?;
    permit(config, method, resource, target.query, caller)
}

/// Decides on one call to a known method.
fn permit(
    config: &Config,
    method: &'static Method,
    resource: Resource,
    query: &str,
    caller: &Caller,
) -> Result<Allowed, Refusal> {
    let Some(access) = method.access() else { return Err(recognise::closed(method)) };
    let resource = if method.names_project_in_body() { resource } else { narrow(config, method, resource)? };
    let subject = acting_for(caller, method, &resource)?;
    if method.needs_own_identity && config.identity.service_account.is_some() {
        return Err(Refusal::new(
            403,
            Code::ProxyCallerNotAllowed,
            format!("`{}` must be called as the user, but the portal calls Google as one service account", method.name),
            "grant access to that service account by its policies, or remove `vertexAi.identity.serviceAccount`",
        ));
    }
    let query = query::read(method, query)?;
    let origin = config.origin(method.service, resource.place().map(|place| &place.location));
    let call = Call { query, ..Call::new(method, resource) };
    Ok(Allowed {
        method: method.name,
        verb: method.verb.as_str(),
        url: format!("{origin}/{}", call.path()),
        resource: call.resource.to_string(),
        permission: access.permission(),
        audited: method.is_audited(),
        body: match method.body {
            Body::None => "none",
            Body::Json(_) => "json",
            Body::Stream => "stream",
        },
        media_type: method.media_type,
        starts_operation: method.starts_operation(),
        within: deadline::deadline(&call),
        subject,
        call,
    })
}

/// Checks that the configuration allows the resource, and names its project by id.
fn narrow(config: &Config, method: &Method, resource: Resource) -> Result<Resource, Refusal> {
    if !method.needs_project {
        return Ok(resource);
    }
    let refused = |what: String| {
        Refusal::new(
            403,
            Code::ProxyTargetNotAllowed,
            format!("{what} is not allowed by the portal's configuration"),
            "ask a platform engineer to add it to `vertexAi.projects`, or correct the project and location in the annotations",
        )
    };
    let Some(project) = resource.project() else {
        return Err(refused("a call without a project".to_owned()));
    };
    let Some(allowed) = config.project(project) else {
        return Err(refused(format!("the project `{project}`")));
    };
    // The configured locations are those of Vertex AI: an image may be in `us`, and quotas are `global`.
    if let Some(place) = resource.place().filter(|_| method.service == Service::Aiplatform)
        && !allowed.allows(&place.location)
    {
        return Err(refused(format!("the location `{}` of the project `{}`", place.location, allowed.project)));
    }
    Ok(resource.in_project(&allowed.project))
}

/// A service without a user may only follow operations: a deployment may outlive the credentials of the user who started it.
fn acting_for(caller: &Caller, method: &Method, resource: &Resource) -> Result<ActingFor, Refusal> {
    match caller {
        Caller::User { .. } | Caller::Service { .. } if method.door == Door::Mandate => Err(Refusal::new(
            403,
            Code::ProxyMethodUnknown,
            format!("`{}` is called by deployments only", method.name),
            "read the log in Google's Logs Explorer, or on the page of a deployment that failed",
        )),
        Caller::User { entity_ref } if !entity_ref.is_empty() => Ok(ActingFor::User { entity_ref: entity_ref.clone() }),
        Caller::Service { .. } if method.is_open_to_services => {
            Ok(ActingFor::Starter { operation: resource.to_string() })
        }
        Caller::Delegate { mandate } => Ok(ActingFor::Mandate { id: mandate.clone() }),
        Caller::User { .. } => Err(Refusal::new(
            403,
            Code::ProxyCallerNotAllowed,
            "the caller's credentials name no user",
            "sign in to the portal as a user of its catalog",
        )),
        Caller::Service { subject } => Err(Refusal::new(
            403,
            Code::ProxyCallerNotAllowed,
            format!("`{}` called without a user: services may only read operations", target::shown(subject)),
            "pass on the user's credentials",
        )),
    }
}

/// An open method by its name, as in `AllowedCall.method`.
fn method_named(name: &str) -> Option<&'static Method> {
    method::named(name).filter(|method| method.is_open())
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
