//! The permissions that a method needs, where Google checks them, and how they are known.

/// How certain a permission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, ts_rs::TS)]
#[ts(rename = "IamConfidence")]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Stated by Google.
    Documented,
    /// Published by a third party who tried it.
    Measured,
    /// Derived from a neighbouring method, or from the name of an existing permission.
    Inferred,
}

/// Where a permission is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Google's page "IAM permissions by method" for Vertex AI.
    MethodPage,
    /// The method's page in Google's REST reference: "Requires the following IAM permission …". All read 2026-11-27.
    ///
    /// `docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest` (Vertex AI; before: `cloud.google.com/vertex-ai/docs/reference/rest`),
    /// `cloud.google.com/iam/docs/reference/rest`, `docs.cloud.google.com/service-usage/docs/reference/rest`.
    Reference,
    /// Another page of Google's documentation, or the method's own published description.
    Guide,
    /// The data set `iann0036/iam-dataset`, crawled by a third party.
    Dataset,
    /// A neighbouring method, or the name of an existing permission.
    Analogy,
}

impl Source {
    pub fn confidence(self) -> Confidence {
        match self {
            Self::MethodPage | Self::Reference | Self::Guide => Confidence::Documented,
            Self::Dataset => Confidence::Measured,
            Self::Analogy => Confidence::Inferred,
        }
    }
}

/// The resource on which a permission is checked, and whose permission it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The resource in the path.
    Itself,
    /// A predefined role. It has no allow policy: where Google evaluates the permission is not documented.
    PredefinedRole,
    /// An operation's parent, if that is an endpoint.
    ParentEndpoint,
    /// An operation's parent, if that is a model or a location.
    ParentOther,
    /// The service account that the deployed model runs as, if the call names one.
    ServingAccount,
    /// That service account, for Vertex AI's service agent.
    AgentServingAccount,
    /// The key, for the service agent, if the call names one.
    AgentKey,
    /// The bucket of the model's files, for the service agent, if there is one.
    AgentBucket,
    /// The repository of the container image, for the service agent.
    AgentRepository,
}

/// A permission that a method needs.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    pub permission: &'static str,
    pub on: On,
    pub source: Source,
    /// Effect of its absence, if that differs from the method's own [`without`](super::Method::without).
    pub without: Option<&'static str>,
}

impl Need {
    pub fn confidence(&self) -> Confidence {
        self.source.confidence()
    }

    pub(super) const fn without(self, effect: &'static str) -> Self {
        Self { without: Some(effect), ..self }
    }
}

const fn need(permission: &'static str, on: On, source: Source) -> Need {
    Need { permission, on, source, without: None }
}

pub(super) const fn documented(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::MethodPage)
}

pub(super) const fn reference(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::Reference)
}

pub(super) const fn guide(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::Guide)
}

pub(super) const fn measured(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::Dataset)
}

pub(super) const fn inferred(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::Analogy)
}

/// Permissions to follow the operation that a method starts.
///
/// Google checks them on the operation's parent; on the operation itself where the service has permissions of operations.
#[derive(Clone, Copy, Debug)]
pub struct Following {
    /// To get it, or to wait for it where the service has such a method.
    pub read: &'static str,
    /// `None` where the service has no method to cancel it.
    pub cancel: Option<&'static str>,
    pub delete: &'static str,
    pub source: Source,
}

pub(super) const fn following(
    read: &'static str,
    cancel: &'static str,
    delete: &'static str,
    source: Source,
) -> Option<Following> {
    Some(Following { read, cancel: Some(cancel), delete, source })
}
