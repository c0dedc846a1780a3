//! A call to a method, and the method of a path.

use super::{METHODS, Method, On, Resource, Service, Verb};
use crate::fingerprint::fingerprint;
use crate::name::{OperationParent, ServiceAccount};
use crate::vertex::message::text;
use serde::{Serialize, Serializer};
use serde_json::Value;
use ts_rs::TS;

/// A permission on one resource, by its full name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, ts_rs::TS)]
#[ts(rename = "ResourcePermission")]
pub struct Permission {
    pub permission: &'static str,
    pub resource: String,
}

/// A call to a method: a request without its credential.
#[derive(Clone, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(as = "CallShape<'static>", rename = "PlannedCall")]
pub struct Call {
    pub method: &'static Method,
    pub resource: Resource,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    /// The service account that the deployed model runs as.
    pub serving_account: Option<ServiceAccount>,
}

impl Call {
    /// A call without query and body.
    pub fn new(method: &'static Method, resource: Resource) -> Self {
        Self { method, resource, query: Vec::new(), body: None, serving_account: None }
    }

    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    #[must_use]
    pub fn serving_as(mut self, account: Option<ServiceAccount>) -> Self {
        self.serving_account = account;
        self
    }

    /// The path below the service's origin, with the query and without a leading slash.
    pub fn path(&self) -> String {
        let Method { version, suffix, .. } = self.method;
        let mut path = format!("{version}/{}{suffix}", self.resource);
        for (i, (name, value)) in self.query.iter().enumerate() {
            path.push(if i == 0 { '?' } else { '&' });
            path.push_str(name);
            path.push('=');
            percent_encode(value, &mut path);
        }
        path
    }

    /// A fingerprint of verb, path and body, in hexadecimal. The same request has the same one, whatever the proxy's URL is.
    ///
    /// The variables of a container do not count: the label of their model's content tells them apart.
    pub fn fingerprint(&self) -> String {
        let mut body = self.body.clone();
        let model = body.as_mut().and_then(|body| body.get_mut("model"));
        if let Some(env) = model.and_then(|model| model.get_mut("containerSpec")?.get_mut("env")) {
            env.take();
        }
        let body = body.as_ref().map(text).unwrap_or_default();
        format!("{:016x}", fingerprint(&[self.method.verb.as_str(), &self.path(), &body]))
    }

    /// The permissions that the call needs, each on the resource where Google checks it.
    pub fn permissions(&self) -> Vec<Permission> {
        let parent = match &self.resource {
            Resource::Operation(operation) => Some(&operation.parent),
            _ => None,
        };
        let on = |on: On| match (on, parent) {
            (On::Itself | On::PredefinedRole, _) => Some(self.resource.to_string()),
            (On::ParentEndpoint, Some(OperationParent::Endpoint(endpoint))) => Some(endpoint.to_string()),
            (On::ParentOther, Some(OperationParent::Model(model))) => Some(model.to_string()),
            (On::ParentOther, Some(OperationParent::Place(place))) => Some(place.to_string()),
            (On::ServingAccount, _) => {
                self.serving_account.as_ref().map(|account| format!("projects/-/serviceAccounts/{account}"))
            }
            _ => None,
        };
        self.method
            .needs
            .iter()
            .filter_map(|need| Some(Permission { permission: need.permission, resource: on(need.on)? }))
            .collect()
    }
}

#[derive(Serialize, TS)]
#[ts(optional_fields)]
struct CallShape<'a> {
    /// Name of the method, e.g. `aiplatform.projects.locations.endpoints.deployModel`.
    method: &'a str,
    verb: &'a str,
    /// Path below the service's host, e.g. `v1/projects/p/locations/l/endpoints/e:deployModel`.
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown", optional)]
    body: Option<&'a Value>,
    /// The permissions that the call requires, each on one resource.
    permissions: Vec<Permission>,
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CallShape {
            method: self.method.name,
            verb: self.method.verb.as_str(),
            path: self.path(),
            body: self.body.as_ref(),
            permissions: self.permissions(),
        }
        .serialize(serializer)
    }
}

/// Finds the method of a verb and a path (without query and leading slash), and the resource in the path.
///
/// The path is compared as it is: no grammar of [`crate::name`] has an escaped, empty or dotted segment, so such a path matches
/// nothing.
pub fn find(service: Service, verb: Verb, path: &str) -> Option<(&'static Method, Resource)> {
    METHODS.into_iter().filter(|method| method.service == service && method.verb == verb).find_map(|method| {
        let middle = path.strip_prefix(method.version)?.strip_prefix('/')?.strip_suffix(method.suffix)?;
        Some((method, Resource::parse(method.on, middle)?))
    })
}

/// Percent-encodes all characters but the unreserved ones of RFC 3986.
pub fn percent_encode(value: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
