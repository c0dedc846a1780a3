//! The table: every Google method that this product may ever call, or has to know to say which rights a deployment takes.
//!
//! Request building, permissions, the proxy's allow-list, audit names and the reference documentation are read from here. Each
//! service has a file of rows; together they are one table.
//! Verbs, paths and query parameters: Google's discovery documents `aiplatform.v1`, `aiplatform.v1beta1`, `iam.v1`, `sts.v1`,
//! `iamcredentials.v1`, `cloudresourcemanager.v3`, `serviceusage.v1`, `logging.v2`, `monitoring.v3`, and `pam.proto` for Privileged
//! Access Manager. Permissions: see [`Source`].

mod call;
pub mod resource;
#[macro_use]
mod models;
#[macro_use]
mod endpoints;
#[macro_use]
mod operations;
#[macro_use]
mod project;
#[macro_use]
mod credentials;
#[cfg(feature = "server")]
#[macro_use]
mod pools;
#[cfg(feature = "server")]
#[macro_use]
mod iam;
#[cfg(feature = "server")]
#[macro_use]
mod privileged;
#[cfg(feature = "server")]
#[macro_use]
mod observe;

use crate::name::Location;
pub use call::{Call, Permission, find, percent_encode};
pub use resource::{Kind, Resource};

/// A Google service, as it is named in a proxy path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    Aiplatform,
    CloudResourceManager,
    Iam,
    IamCredentials,
    Logging,
    Monitoring,
    PrivilegedAccessManager,
    ServiceUsage,
    Sts,
}

impl Service {
    pub const ALL: [Self; 9] = [
        Self::Aiplatform,
        Self::CloudResourceManager,
        Self::Iam,
        Self::IamCredentials,
        Self::Logging,
        Self::Monitoring,
        Self::PrivilegedAccessManager,
        Self::ServiceUsage,
        Self::Sts,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aiplatform => "aiplatform",
            Self::CloudResourceManager => "cloudresourcemanager",
            Self::Iam => "iam",
            Self::IamCredentials => "iamcredentials",
            Self::Logging => "logging",
            Self::Monitoring => "monitoring",
            Self::PrivilegedAccessManager => "privilegedaccessmanager",
            Self::ServiceUsage => "serviceusage",
            Self::Sts => "sts",
        }
    }

    /// `https://us-central1-aiplatform.googleapis.com`: Vertex AI answers per location, the others at one host.
    pub fn origin(self, location: Option<&Location>) -> String {
        match (self, location.map(Location::as_str)) {
            (Self::Aiplatform, Some(multi @ ("us" | "eu"))) => {
                format!("https://aiplatform.{multi}.rep.googleapis.com")
            }
            (Self::Aiplatform, Some(location)) if location != "global" => {
                format!("https://{location}-aiplatform.googleapis.com")
            }
            _ => format!("https://{}.googleapis.com", self.as_str()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

impl Verb {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// How a request's body passes the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// There is none.
    None,
    /// Read whole and parsed before anything is forwarded.
    Json,
    /// Streamed: instances of a prediction are data that the proxy need not see.
    Stream,
}

/// Who may cause the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Callable through the proxy by a caller with this Backstage permission.
    Proxy(Access),
    /// Only the product itself, to get a credential.
    Internal,
    /// Nobody, through this product: it is in the table for the permissions it takes.
    Closed,
}

/// The Backstage permission that a proxied call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Predict,
    Deploy,
    Administer,
}

impl Access {
    pub const ALL: [Self; 4] = [Self::Read, Self::Predict, Self::Deploy, Self::Administer];

    /// The name of the Backstage permission.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Read => "vertex-ai.read",
            Self::Predict => "vertex-ai.predict",
            Self::Deploy => "vertex-ai.deploy",
            Self::Administer => "vertex-ai.administer",
        }
    }
}

/// How sure a permission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Google says so.
    Documented,
    /// Somebody tried it and published what Google answered.
    Measured,
    /// From a neighbouring method, or from the name of a permission that exists.
    Inferred,
}

/// Where a permission is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Google's page "IAM permissions by method" for Vertex AI.
    MethodPage,
    /// Another page of Google's documentation, or the method's own published description.
    Guide,
    /// The data set `iann0036/iam-dataset`, crawled by a third party.
    Dataset,
    /// A neighbouring method, or the name of a permission that exists.
    Analogy,
}

impl Source {
    pub fn confidence(self) -> Confidence {
        match self {
            Self::MethodPage | Self::Guide => Confidence::Documented,
            Self::Dataset => Confidence::Measured,
            Self::Analogy => Confidence::Inferred,
        }
    }
}

/// When and where a permission is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// On the resource in the path.
    Itself,
    /// On an operation's parent, where that is an endpoint.
    ParentEndpoint,
    /// On an operation's parent, where that is a model or a location.
    ParentOther,
    /// On the service account that the deployed model runs as, where one is named.
    ServingAccount,
    /// By Vertex AI's service agent, on that service account.
    AgentServingAccount,
    /// By the service agent, on the key, where one is named.
    AgentKey,
    /// By the service agent, on the bucket that holds the model's files, where there is one.
    AgentBucket,
    /// By the service agent, on the repository that holds the container image.
    AgentRepository,
}

/// One permission that a method needs.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    pub permission: &'static str,
    pub on: On,
    pub source: Source,
}

impl Need {
    pub fn confidence(&self) -> Confidence {
        self.source.confidence()
    }
}

/// What it takes to follow the operation that a method starts; each is checked on the operation's parent, or where the operation
/// has permissions of its own, on itself.
#[derive(Clone, Copy, Debug)]
pub struct Following {
    /// To get it, or to wait for it where the service has a method to.
    pub read: &'static str,
    /// `None` where the service has no method to cancel it.
    pub cancel: Option<&'static str>,
    pub delete: &'static str,
    pub source: Source,
}

/// One Google method.
#[derive(Debug)]
pub struct Method {
    pub id: Id,
    /// As in Google's discovery documents.
    pub name: &'static str,
    /// As in Google's audit log, behind the package: `EndpointService.DeployModel`.
    pub audit_name: &'static str,
    pub service: Service,
    pub verb: Verb,
    /// `v1`, `v1beta1`, `v2` or `v3`.
    pub version: &'static str,
    pub on: Kind,
    /// What follows the resource: `:deployModel`, `/endpoints`, or nothing.
    pub suffix: &'static str,
    pub query: &'static [&'static str],
    pub body: Body,
    pub door: Door,
    pub needs: &'static [Need],
    /// Where the answer is a long-running operation: what following it takes.
    pub operation: Option<Following>,
    /// What takes it back.
    pub undone_by: Option<Id>,
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Method {
    /// Whether a record is written before it is forwarded: of whatever changes something, and of what only administrators see.
    pub fn is_audited(&self) -> bool {
        matches!(self.door, Door::Proxy(Access::Deploy | Access::Administer))
    }

    /// Whether the answer is a long-running operation.
    pub fn starts_operation(&self) -> bool {
        self.operation.is_some()
    }
}

const fn need(permission: &'static str, on: On, source: Source) -> Need {
    Need { permission, on, source }
}

const fn documented(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::MethodPage)
}

const fn guide(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::Guide)
}

const fn measured(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::Dataset)
}

const fn inferred(permission: &'static str, on: On) -> Need {
    need(permission, on, Source::Analogy)
}

const fn following(
    read: &'static str,
    cancel: &'static str,
    delete: &'static str,
    source: Source,
) -> Option<Following> {
    Some(Following { read, cancel: Some(cancel), delete, source })
}

const READ: Door = Door::Proxy(Access::Read);
const PREDICT: Door = Door::Proxy(Access::Predict);
const DEPLOY: Door = Door::Proxy(Access::Deploy);
const ADMINISTER: Door = Door::Proxy(Access::Administer);
#[cfg(feature = "server")]
const CLOSED: Door = Door::Closed;
const INTERNAL: Door = Door::Internal;

use On::{Itself, ParentEndpoint, ParentOther, ServingAccount};
use Source::MethodPage;
#[cfg(feature = "server")]
use {
    On::{AgentBucket, AgentKey, AgentRepository, AgentServingAccount},
    Source::Analogy,
    resource::{ACCOUNT, API, ENTITLEMENT, GRANT, POOL, PREDEFINED_ROLE, ROLE},
};

/// Makes the table of all rows. Each file's macro adds its own rows and hands all of them to the next one that is named in brackets.
macro_rules! table {
    ([] $($(#[$only:meta])* $id:ident $name:literal $audit:literal $service:ident $verb:ident $version:literal $kind:expr, $suffix:literal
        query $query:tt body $body:ident door $door:ident needs $needs:tt operation $operation:expr, undo $undo:expr;)+) => {
        /// A method of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Id { $($(#[$only])* $id,)+ }

        /// Every method, sorted by service and resource.
        pub static METHODS: &[Method] = &[$($(#[$only])* Method {
            id: Id::$id, name: $name, audit_name: $audit, service: Service::$service, verb: Verb::$verb,
            version: $version, on: $kind, suffix: $suffix, query: &$query, body: Body::$body, door: $door, needs: &$needs,
            operation: $operation, undone_by: $undo,
        },)+];
    };
}

#[cfg(feature = "server")]
models! { [endpoints operations pools project iam credentials privileged observe table] }
#[cfg(not(feature = "server"))]
models! { [endpoints operations project credentials table] }

impl Id {
    pub fn method(self) -> &'static Method {
        // The table is in the order of the enum: both come from one list.
        &METHODS[self as usize]
    }
}

#[cfg(test)]
pub(crate) mod tests;
