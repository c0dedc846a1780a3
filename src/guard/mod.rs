//! The proxy's verdict on one call: which Google method it is, whether it may pass, and as what it is forwarded.
//!
//! Default-deny: what the method table and the configuration do not name is refused. What passes is rebuilt from parsed
//! names; nothing of the caller's path is passed on.

mod body;
mod headers;
mod outcome;
mod query;
mod reason;
mod recorded;
mod target;

pub use body::check_body;
pub use headers::{REQUEST_HEADERS, RESPONSE_HEADERS};
pub use outcome::{Outcome, outcome};
pub use reason::{Reason, reason};
pub use recorded::recorded_name;

use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::method::{Access, Body, Call, Door, Id, METHODS, Method, Resource, Service, Verb, find};
use serde::Serialize;

/// The services that a proxy path may name: those with a method that may be called. Credentials are got by the product itself.
fn exposed() -> impl Iterator<Item = Service> {
    Service::ALL.into_iter().filter(|service| METHODS.iter().any(|m| m.service == *service && is_open(m)))
}

fn is_open(method: &Method) -> bool {
    matches!(method.door, Door::Proxy(_))
}

/// Who calls the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in user, or a service that carries a user's credentials.
    User { entity_ref: String },
    /// A service on its own, e.g. `plugin:scaffolder`.
    Service { subject: String },
}

/// With whose identity Google is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ActingFor {
    User {
        #[serde(rename = "ref")]
        entity_ref: String,
    },
    /// The user who started this operation, as the audit records have it.
    Starter { operation: String },
}

/// A call that may be forwarded. Shape: `AllowedCall` of `pkg-js/core/src/server.d.ts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Allowed {
    pub method: &'static str,
    pub verb: &'static str,
    pub url: String,
    /// Its project is named by id, however the caller named it: audit records are found by this name.
    pub resource: String,
    pub permission: &'static str,
    pub audited: bool,
    pub body: &'static str,
    /// What `content-type` and `accept` say: what was checked as JSON Google must not read as anything else. `None`: as the caller
    /// has them, since a raw prediction may be of any type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<&'static str>,
    pub starts_operation: bool,
    pub subject: ActingFor,
}

/// Why a call is not forwarded, and the HTTP status that says so.
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

/// Decides on one call by verb and path alone. `target` is what follows the proxy's mount point in the raw request target.
pub fn decide(config: &Config, verb: &str, target: &str, caller: &Caller) -> Result<Allowed, Refusal> {
    let target = target::split(target)?;
    let (method, access, resource) = recognise(verb, &target)?;
    let resource = narrow(config, method, resource)?;
    let subject = acting_for(caller, method, &resource)?;
    if method.id == Id::GrantsCreate && config.identity.service_account.is_some() {
        return Err(Refusal::new(
            403,
            Code::ProxyCallerNotAllowed,
            "the portal calls Google as one service account for everybody, so the grant would be everybody's",
            "have the rights given to that account by its policies, or call Google as the users themselves",
        ));
    }
    let query = query::read(method, target.query)?;
    let origin = config.origin(method.service, resource.place().map(|place| &place.location));
    let call = Call { query, ..Call::new(method.id, resource) };
    Ok(Allowed {
        method: method.name,
        verb: method.verb.as_str(),
        url: format!("{origin}/{}", call.path()),
        resource: call.resource.to_string(),
        permission: access.permission(),
        audited: method.is_audited(),
        body: match method.body {
            Body::None => "none",
            Body::Json => "json",
            Body::Stream => "stream",
        },
        media_type: (!matches!(method.id, Id::EndpointsRawPredict | Id::EndpointsStreamRawPredict))
            .then_some("application/json"),
        starts_operation: method.starts_operation(),
        subject,
    })
}

/// The table's method for this verb and path.
fn recognise(verb: &str, target: &target::Target<'_>) -> Result<(&'static Method, Access, Resource), Refusal> {
    let Some(service) = exposed().find(|service| service.as_str() == target.service) else {
        return Err(Refusal::new(
            403,
            Code::ProxyMethodUnknown,
            format!("`{}` is not a service that can be called here", target::shown(target.service)),
            format!("the services are {}", listed(exposed().map(Service::as_str))),
        ));
    };
    let verbs = [Verb::Get, Verb::Post, Verb::Patch, Verb::Delete];
    let found = verbs
        .into_iter()
        .find(|known| known.as_str() == verb)
        .and_then(|verb| find(service, verb, target.path))
        .and_then(|(method, resource)| match method.door {
            Door::Proxy(access) => Some((method, access, resource)),
            Door::Internal | Door::Closed => None,
        });
    found.ok_or_else(|| {
        let open = METHODS.iter().filter(|m| m.service == service && is_open(m));
        Refusal::new(
            403,
            Code::ProxyMethodUnknown,
            format!(
                "`{} {}` is not a Google method that can be called here",
                target::shown(verb),
                target::shown(target.path)
            ),
            format!(
                "check the verb, the version and each name in the path; the methods are {}",
                listed(open.map(|m| m.name))
            ),
        )
    })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Checks the allow-list, and names the project by its id.
fn narrow(config: &Config, method: &Method, resource: Resource) -> Result<Resource, Refusal> {
    // What a role of Google's own holds is the same for everybody.
    if method.id == Id::RolesGet {
        return Ok(resource);
    }
    let refused = |what: String| {
        Refusal::new(
            403,
            Code::ProxyTargetNotAllowed,
            format!("{what} is not among those that the portal's configuration allows"),
            "ask a platform engineer to add it to `vertexAi.projects`, or correct the project and location in the annotations",
        )
    };
    let Some(project) = resource.project() else {
        return Err(refused("a call without a project".to_owned()));
    };
    let Some(allowed) = config.project(project) else {
        return Err(refused(format!("the project `{project}`")));
    };
    if let Some(place) = resource.place()
        && !allowed.allows(&place.location)
    {
        return Err(refused(format!("the location `{}` of the project `{}`", place.location, allowed.project)));
    }
    Ok(resource.in_project(&allowed.project))
}

/// A service alone may only follow an operation: a deployment may outlive the credentials of the user who started it.
fn acting_for(caller: &Caller, method: &Method, resource: &Resource) -> Result<ActingFor, Refusal> {
    match caller {
        Caller::User { entity_ref } if !entity_ref.is_empty() => Ok(ActingFor::User { entity_ref: entity_ref.clone() }),
        Caller::Service { .. } if matches!(method.id, Id::OperationsGet | Id::OperationsWait) => {
            Ok(ActingFor::Starter { operation: resource.to_string() })
        }
        Caller::User { .. } => Err(Refusal::new(
            403,
            Code::ProxyCallerNotAllowed,
            "the caller's credentials name no user",
            "sign in to the portal as a user of its catalog",
        )),
        Caller::Service { subject } => Err(Refusal::new(
            403,
            Code::ProxyCallerNotAllowed,
            format!("`{}` called without a user, and may then only read operations", target::shown(subject)),
            "pass on the credentials of the user whom this is done for",
        )),
    }
}

/// A method of the table by its name, as `AllowedCall.method` has it.
fn method_named(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name && is_open(method))
}

#[cfg(test)]
mod tests;
