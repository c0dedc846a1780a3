//! Rules for request bodies: how a body passes the proxy, and what it must and must not contain.

use super::Kind;

/// How a request's body passes the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// No body.
    None,
    /// Read whole and checked before anything is forwarded. Without rules every body is denied.
    Json(Option<BodyRules>),
    /// Streamed unread: the instances of a prediction.
    Stream,
}

/// Fields that Google reads from the path. Some methods would read them from the body too, where they must not appear again.
pub const PATH_FIELDS: &[&str] = &["endpoint", "location", "parent", "project", "resource"];

/// Rules for a JSON body. Field names are in lowerCamelCase; the guard reads either of Google's spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyRules {
    /// Whether an empty body passes.
    pub may_be_empty: bool,
    /// Fields that the body must contain.
    pub required: &'static [Field],
    /// Fields that the body must not contain.
    pub forbidden: &'static [&'static str],
    /// Whether the body may contain other fields than the required ones.
    pub allows_others: bool,
    /// Fields (with `.` between levels) that may name a resource, which then must be a configured one.
    pub names: &'static [(&'static str, Kind)],
    /// Where not empty, the only values (with `.` between levels) that the body may contain, at whatever depth.
    pub only: &'static [&'static str],
    /// Whether the body must be the one of a [`LogQuery`](super::container_log::LogQuery), which names a configured place.
    pub is_log_query: bool,
}

impl BodyRules {
    /// A JSON object that does not repeat what the path states.
    pub const DEFAULT: Self = Self {
        may_be_empty: false,
        required: &[],
        forbidden: PATH_FIELDS,
        allows_others: true,
        names: &[],
        only: &[],
        is_log_query: false,
    };
}

/// A required field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
}

/// The value that a required field must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string that is not empty.
    Text,
    /// A list of strings that is not empty.
    Texts,
    /// An object that is not empty.
    Object,
    /// An allow policy with an etag, in version 3.
    Policy,
    /// A field mask of these paths.
    Mask(&'static [&'static str]),
}

/// A body with these required fields.
pub(super) const fn json(required: &'static [Field]) -> Body {
    Body::Json(Some(BodyRules { required, ..BodyRules::DEFAULT }))
}

/// A request that sets an allow policy. With an `updateMask` beside it, Google would ignore the policy's etag.
pub(super) const POLICY: Body = Body::Json(Some(BodyRules {
    required: &[Field { name: "policy", shape: Shape::Policy }],
    allows_others: false,
    ..BodyRules::DEFAULT
}));

/// Fields of a deployed model that bound the number of its replicas.
const REPLICAS: &[&str] = &["dedicatedResources.minReplicaCount", "dedicatedResources.maxReplicaCount"];

/// A change of a deployed model's number of replicas, and of nothing else that Google lets one mutate.
pub(super) const SCALING: Body = Body::Json(Some(BodyRules {
    required: &[object("deployedModel"), Field { name: "updateMask", shape: Shape::Mask(REPLICAS) }],
    only: &[
        "deployedModel.id",
        "deployedModel.dedicatedResources.minReplicaCount",
        "deployedModel.dedicatedResources.maxReplicaCount",
        "updateMask",
    ],
    ..BodyRules::DEFAULT
}));

pub(super) const fn text(name: &'static str) -> Field {
    Field { name, shape: Shape::Text }
}

pub(super) const fn texts(name: &'static str) -> Field {
    Field { name, shape: Shape::Texts }
}

pub(super) const fn object(name: &'static str) -> Field {
    Field { name, shape: Shape::Object }
}
