//! The table: every Google method that this product may ever call.
//!
//! Request building, permissions, the proxy's allow-list, audit names and the reference documentation are read from here.
//! Verbs, paths and query parameters: Google's discovery documents `aiplatform.v1`, `aiplatform.v1beta1`, `sts.v1`,
//! `iamcredentials.v1`, `cloudresourcemanager.v3`. Permissions: Google's page "IAM permissions by method" for Vertex AI where it
//! lists the method; what it does not list is marked [`Confidence::Inferred`].

use crate::name::{Endpoint, Location, Model, Operation, OperationParent, Place, Project, ServiceAccount};
use serde_json::Value;
use std::fmt;

/// A Google service, as it is named in a proxy path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    Aiplatform,
    CloudResourceManager,
    Sts,
    IamCredentials,
}

impl Service {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aiplatform => "aiplatform",
            Self::CloudResourceManager => "cloudresourcemanager",
            Self::Sts => "sts",
            Self::IamCredentials => "iamcredentials",
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

/// What stands between the version and the suffix of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nothing,
    Project,
    Place,
    Endpoint,
    Model,
    Operation,
    ServiceAccount,
}

/// A resource that a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    Nothing,
    Project(Project),
    Place(Place),
    Endpoint(Endpoint),
    Model(Model),
    Operation(Operation),
    ServiceAccount(ServiceAccount),
}

impl Resource {
    fn parse(kind: Kind, s: &str) -> Option<Self> {
        Some(match kind {
            Kind::Nothing => s.is_empty().then_some(Self::Nothing)?,
            Kind::Project => Self::Project(s.strip_prefix("projects/")?.parse().ok()?),
            Kind::Place => match s.split('/').collect::<Vec<_>>()[..] {
                ["projects", p, "locations", l] => {
                    Self::Place(Place { project: p.parse().ok()?, location: l.parse().ok()? })
                }
                _ => return None,
            },
            Kind::Endpoint => Self::Endpoint(s.parse().ok()?),
            Kind::Model => Self::Model(s.parse().ok()?),
            Kind::Operation => Self::Operation(s.parse().ok()?),
            Kind::ServiceAccount => Self::ServiceAccount(s.strip_prefix("projects/-/serviceAccounts/")?.parse().ok()?),
        })
    }

    /// The project and location it lies in, as far as it names them.
    pub fn project(&self) -> Option<&Project> {
        match self {
            Self::Project(project) => Some(project),
            _ => self.place().map(|place| &place.project),
        }
    }

    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Place(place) => Some(place),
            Self::Endpoint(endpoint) => Some(&endpoint.place),
            Self::Model(model) => Some(&model.place),
            Self::Operation(operation) => Some(operation.place()),
            Self::Nothing | Self::Project(_) | Self::ServiceAccount(_) => None,
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Project(project) => write!(f, "projects/{project}"),
            Self::Place(place) => place.fmt(f),
            Self::Endpoint(endpoint) => endpoint.fmt(f),
            Self::Model(model) => model.fmt(f),
            Self::Operation(operation) => operation.fmt(f),
            Self::ServiceAccount(account) => write!(f, "projects/-/serviceAccounts/{account}"),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    Documented,
    Inferred,
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
}

/// One permission that a method needs.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    pub permission: &'static str,
    pub on: On,
    pub confidence: Confidence,
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
    /// `v1`, `v1beta1` or `v3`.
    pub version: &'static str,
    pub on: Kind,
    /// What follows the resource: `:deployModel`, `/endpoints`, or nothing.
    pub suffix: &'static str,
    pub query: &'static [&'static str],
    pub body: Body,
    pub needs: &'static [Need],
    /// Whether the answer is a long-running operation.
    pub starts_operation: bool,
    /// What takes it back.
    pub undone_by: Option<Id>,
    pub door: Door,
}

impl Method {
    /// Whether it changes anything: such calls are audited before they are forwarded.
    pub fn mutates(&self) -> bool {
        matches!(self.door, Door::Proxy(Access::Deploy | Access::Administer))
    }
}

const fn documented(permission: &'static str, on: On) -> Need {
    Need { permission, on, confidence: Confidence::Documented }
}

const fn inferred(permission: &'static str, on: On) -> Need {
    Need { permission, on, confidence: Confidence::Inferred }
}

macro_rules! methods {
    ($($id:ident $name:literal $audit:literal $service:ident $verb:ident $version:literal $kind:ident $suffix:literal
        query $query:tt body $body:ident needs $needs:tt operation $operation:literal undo $undo:expr, $door:expr;)+) => {
        /// A method of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Id { $($id,)+ }

        /// Every method, sorted by service and resource.
        pub static METHODS: &[Method] = &[$(Method {
            id: Id::$id, name: $name, audit_name: $audit, service: Service::$service, verb: Verb::$verb,
            version: $version, on: Kind::$kind, suffix: $suffix, query: &$query, body: Body::$body, needs: &$needs,
            starts_operation: $operation, undone_by: $undo, door: $door,
        },)+];
    };
}

const READ: Door = Door::Proxy(Access::Read);
const PREDICT: Door = Door::Proxy(Access::Predict);
const DEPLOY: Door = Door::Proxy(Access::Deploy);
const ADMINISTER: Door = Door::Proxy(Access::Administer);

use On::{Itself, ParentEndpoint, ParentOther, ServingAccount};

methods! {
    ModelsUpload "aiplatform.projects.locations.models.upload" "ModelService.UploadModel" Aiplatform Post "v1" Place "/models:upload"
        query [] body Json needs [documented("aiplatform.models.upload", Itself)] operation true undo Some(Id::ModelsDelete), DEPLOY;
    ModelsGet "aiplatform.projects.locations.models.get" "ModelService.GetModel" Aiplatform Get "v1" Model ""
        query [] body None needs [documented("aiplatform.models.get", Itself)] operation false undo None, READ;
    ModelsList "aiplatform.projects.locations.models.list" "ModelService.ListModels" Aiplatform Get "v1" Place "/models"
        query ["filter", "orderBy", "pageSize", "pageToken", "readMask"] body None
        needs [documented("aiplatform.models.list", Itself)] operation false undo None, READ;
    ModelsDelete "aiplatform.projects.locations.models.delete" "ModelService.DeleteModel" Aiplatform Delete "v1" Model ""
        query [] body None needs [documented("aiplatform.models.delete", Itself)] operation true undo None, DEPLOY;
    EndpointsCreate "aiplatform.projects.locations.endpoints.create" "EndpointService.CreateEndpoint" Aiplatform Post "v1" Place "/endpoints"
        query ["endpointId"] body Json needs [documented("aiplatform.endpoints.create", Itself)] operation true undo Some(Id::EndpointsDelete), DEPLOY;
    EndpointsGet "aiplatform.projects.locations.endpoints.get" "EndpointService.GetEndpoint" Aiplatform Get "v1" Endpoint ""
        query [] body None needs [documented("aiplatform.endpoints.get", Itself)] operation false undo None, READ;
    EndpointsList "aiplatform.projects.locations.endpoints.list" "EndpointService.ListEndpoints" Aiplatform Get "v1" Place "/endpoints"
        query ["filter", "orderBy", "pageSize", "pageToken", "readMask"] body None
        needs [documented("aiplatform.endpoints.list", Itself)] operation false undo None, READ;
    EndpointsPatch "aiplatform.projects.locations.endpoints.patch" "EndpointService.UpdateEndpoint" Aiplatform Patch "v1" Endpoint ""
        query ["updateMask"] body Json needs [documented("aiplatform.endpoints.update", Itself)] operation false undo None, DEPLOY;
    EndpointsDelete "aiplatform.projects.locations.endpoints.delete" "EndpointService.DeleteEndpoint" Aiplatform Delete "v1" Endpoint ""
        query [] body None needs [documented("aiplatform.endpoints.delete", Itself)] operation true undo None, DEPLOY;
    EndpointsDeployModel "aiplatform.projects.locations.endpoints.deployModel" "EndpointService.DeployModel" Aiplatform Post "v1" Endpoint ":deployModel"
        query [] body Json needs [documented("aiplatform.endpoints.deploy", Itself), documented("iam.serviceAccounts.actAs", ServingAccount)]
        operation true undo Some(Id::EndpointsUndeployModel), DEPLOY;
    EndpointsUndeployModel "aiplatform.projects.locations.endpoints.undeployModel" "EndpointService.UndeployModel" Aiplatform Post "v1" Endpoint ":undeployModel"
        query [] body Json needs [documented("aiplatform.endpoints.undeploy", Itself)] operation true undo None, DEPLOY;
    EndpointsPredict "aiplatform.projects.locations.endpoints.predict" "PredictionService.Predict" Aiplatform Post "v1" Endpoint ":predict"
        query [] body Stream needs [documented("aiplatform.endpoints.predict", Itself)] operation false undo None, PREDICT;
    EndpointOperationsList "aiplatform.projects.locations.endpoints.operations.list" "Operations.ListOperations" Aiplatform Get "v1" Endpoint "/operations"
        query ["filter", "pageSize", "pageToken"] body None needs [inferred("aiplatform.operations.list", Itself)] operation false undo None, READ;
    OperationsList "aiplatform.projects.locations.operations.list" "Operations.ListOperations" Aiplatform Get "v1" Place "/operations"
        query ["filter", "pageSize", "pageToken"] body None needs [inferred("aiplatform.operations.list", Itself)] operation false undo None, READ;
    OperationsGet "aiplatform.projects.locations.operations.get" "Operations.GetOperation" Aiplatform Get "v1" Operation ""
        query [] body None needs [documented("aiplatform.endpoints.get", ParentEndpoint), documented("aiplatform.models.get", ParentOther)]
        operation false undo None, READ;
    OperationsWait "aiplatform.projects.locations.operations.wait" "Operations.WaitOperation" Aiplatform Post "v1" Operation ":wait"
        query ["timeout"] body None needs [documented("aiplatform.endpoints.get", ParentEndpoint), documented("aiplatform.models.get", ParentOther)]
        operation false undo None, READ;
    OperationsCancel "aiplatform.projects.locations.operations.cancel" "Operations.CancelOperation" Aiplatform Post "v1" Operation ":cancel"
        query [] body None needs [documented("aiplatform.endpoints.deploy", ParentEndpoint), documented("aiplatform.models.update", ParentOther)]
        operation false undo None, DEPLOY;
    EndpointsGetIamPolicy "aiplatform.projects.locations.endpoints.getIamPolicy" "EndpointService.GetIamPolicy" Aiplatform Post "v1beta1" Endpoint ":getIamPolicy"
        query ["options.requestedPolicyVersion"] body None needs [inferred("aiplatform.endpoints.getIamPolicy", Itself)] operation false undo None, READ;
    EndpointsSetIamPolicy "aiplatform.projects.locations.endpoints.setIamPolicy" "EndpointService.SetIamPolicy" Aiplatform Post "v1beta1" Endpoint ":setIamPolicy"
        query [] body Json needs [inferred("aiplatform.endpoints.setIamPolicy", Itself)] operation false undo None, ADMINISTER;
    EndpointsTestIamPermissions "aiplatform.projects.locations.endpoints.testIamPermissions" "EndpointService.TestIamPermissions" Aiplatform Post "v1beta1" Endpoint ":testIamPermissions"
        query ["permissions"] body None needs [] operation false undo None, READ;
    ProjectsGetIamPolicy "cloudresourcemanager.projects.getIamPolicy" "Projects.GetIamPolicy" CloudResourceManager Post "v3" Project ":getIamPolicy"
        query [] body Json needs [documented("resourcemanager.projects.getIamPolicy", Itself)] operation false undo None, READ;
    ProjectsSetIamPolicy "cloudresourcemanager.projects.setIamPolicy" "Projects.SetIamPolicy" CloudResourceManager Post "v3" Project ":setIamPolicy"
        query [] body Json needs [documented("resourcemanager.projects.setIamPolicy", Itself)] operation false undo None, ADMINISTER;
    ProjectsTestIamPermissions "cloudresourcemanager.projects.testIamPermissions" "Projects.TestIamPermissions" CloudResourceManager Post "v3" Project ":testIamPermissions"
        query [] body Json needs [] operation false undo None, READ;
    StsToken "sts.token" "SecurityTokenService.ExchangeToken" Sts Post "v1" Nothing "token"
        query [] body Json needs [] operation false undo None, Door::Internal;
    GenerateAccessToken "iamcredentials.projects.serviceAccounts.generateAccessToken" "IAMCredentials.GenerateAccessToken" IamCredentials Post "v1" ServiceAccount ":generateAccessToken"
        query [] body Json needs [documented("iam.serviceAccounts.getAccessToken", Itself)] operation false undo None, Door::Internal;
}

impl Id {
    pub fn method(self) -> &'static Method {
        // The table is in the order of the enum: both come from one list.
        &METHODS[self as usize]
    }
}

/// A permission on one resource, by its full name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Permission {
    pub permission: &'static str,
    pub resource: String,
}

/// One call to a method: everything that a request is made of, but for the credential.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub method: &'static Method,
    pub resource: Resource,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    /// The service account that a deployed model is to run as.
    pub serving_account: Option<ServiceAccount>,
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Call {
    /// A call with neither query nor body.
    pub fn new(id: Id, resource: Resource) -> Self {
        Self { method: id.method(), resource, query: Vec::new(), body: None, serving_account: None }
    }

    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    #[must_use]
    pub fn serving_as(mut self, account: Option<ServiceAccount>) -> Self {
        self.serving_account = account;
        self
    }

    /// Below the service's origin, without a leading slash, query included.
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

    /// Each permission it needs, on the resource where Google checks it.
    pub fn permissions(&self) -> Vec<Permission> {
        let parent = match &self.resource {
            Resource::Operation(operation) => Some(&operation.parent),
            _ => None,
        };
        let on = |on: On| match (on, parent) {
            (Itself, _) => Some(self.resource.to_string()),
            (ParentEndpoint, Some(OperationParent::Endpoint(endpoint))) => Some(endpoint.to_string()),
            (ParentOther, Some(OperationParent::Model(model))) => Some(model.to_string()),
            (ParentOther, Some(OperationParent::Place(place))) => Some(place.to_string()),
            (ServingAccount, _) => {
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

/// Finds the method of a verb and a path (no query, no leading slash), and the resource it is about.
///
/// The path is compared as it stands: an escaped, empty or dotted segment is in no grammar of [`crate::name`], so it matches
/// nothing.
pub fn find(service: Service, verb: Verb, path: &str) -> Option<(&'static Method, Resource)> {
    METHODS.iter().filter(|method| method.service == service && method.verb == verb).find_map(|method| {
        let middle = path.strip_prefix(method.version)?.strip_prefix('/')?.strip_suffix(method.suffix)?;
        Some((method, Resource::parse(method.on, middle)?))
    })
}

/// Percent-encodes all but RFC 3986's unreserved characters.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud";

    fn example(kind: Kind) -> Vec<&'static str> {
        match kind {
            Kind::Nothing => vec![""],
            Kind::Project => vec!["projects/acme-ml"],
            Kind::Place => vec!["projects/acme-ml/locations/us-central1"],
            Kind::Endpoint => vec![ENDPOINT],
            Kind::Model => vec!["projects/acme-ml/locations/us-central1/models/fraud@3"],
            Kind::Operation => vec![
                "projects/acme-ml/locations/us-central1/operations/9",
                "projects/acme-ml/locations/us-central1/endpoints/fraud/operations/9",
            ],
            Kind::ServiceAccount => vec!["projects/-/serviceAccounts/deployer@acme-ml.iam.gserviceaccount.com"],
        }
    }

    #[test]
    fn the_table_is_in_order_and_without_doubles() {
        let mut names = HashSet::new();
        let mut routes = HashSet::new();
        for (i, method) in METHODS.iter().enumerate() {
            assert_eq!(method.id as usize, i);
            assert!(names.insert(method.name), "{} twice", method.name);
            let route =
                (method.verb.as_str(), method.version, format!("{:?}", method.on), method.suffix, method.service);
            assert!(routes.insert(route), "{} has another's route", method.name);
            assert!(method.verb != Verb::Get || method.body == Body::None);
        }
    }

    #[test]
    fn every_call_is_found_again_by_its_path() {
        for method in METHODS {
            for name in example(method.on) {
                let call = Call::new(method.id, Resource::parse(method.on, name).unwrap());
                let (found, resource) = find(method.service, method.verb, &call.path()).unwrap();
                assert_eq!((found.name, &resource), (method.name, &call.resource));
            }
        }
    }

    #[test]
    fn a_path_that_means_something_else_is_found_nowhere() {
        for path in [
            format!("v1/{ENDPOINT}/../fraud:predict"),
            format!("v1/{ENDPOINT}%3Apredict"),
            format!("v1//{ENDPOINT}:predict"),
            format!("v1/{ENDPOINT}/:predict"),
            format!("V1/{ENDPOINT}:predict"),
            format!("v1/{ENDPOINT}:Predict"),
            format!("/v1/{ENDPOINT}:predict"),
            "v1/projects/acme-ml/locations/%2e%2e/endpoints/fraud:predict".into(),
            "v1/https://evil.example/projects/acme-ml/locations/l/endpoints/e:predict".into(),
        ] {
            assert!(find(Service::Aiplatform, Verb::Post, &path).is_none(), "{path}");
        }
        assert!(find(Service::CloudResourceManager, Verb::Post, &format!("v1/{ENDPOINT}:predict")).is_none());
    }

    #[test]
    fn deploying_asks_for_act_as_only_where_an_account_is_named() {
        let call = Call::new(Id::EndpointsDeployModel, Resource::Endpoint(ENDPOINT.parse().unwrap()));
        let names = |call: &Call| call.permissions().iter().map(|p| p.permission).collect::<Vec<_>>();
        assert_eq!(names(&call), ["aiplatform.endpoints.deploy"]);
        let call = call.serving_as(Some("fraud-serving@acme-ml.iam.gserviceaccount.com".parse().unwrap()));
        assert_eq!(names(&call), ["aiplatform.endpoints.deploy", "iam.serviceAccounts.actAs"]);
    }

    #[test]
    fn an_operation_is_read_with_the_right_of_its_parent() {
        let on = |name: &str| {
            let call = Call::new(Id::OperationsGet, Resource::Operation(name.parse().unwrap()));
            call.permissions().into_iter().map(|p| p.permission).collect::<Vec<_>>()
        };
        assert_eq!(on(&format!("{ENDPOINT}/operations/1")), ["aiplatform.endpoints.get"]);
        assert_eq!(on("projects/acme-ml/locations/us-central1/operations/1"), ["aiplatform.models.get"]);
    }

    #[test]
    fn a_query_value_is_escaped() {
        let place = Resource::parse(Kind::Place, "projects/acme-ml/locations/us-central1").unwrap();
        let call = Call::new(Id::EndpointsList, place).query("filter", "labels.a=\"b&c\"");
        assert!(call.path().ends_with("/endpoints?filter=labels.a%3D%22b%26c%22"), "{}", call.path());
    }

    #[test]
    fn hosts_are_googles() {
        let at = |s: &str| Service::Aiplatform.origin(Some(&s.parse().unwrap()));
        assert_eq!(at("us-central1"), "https://us-central1-aiplatform.googleapis.com");
        assert_eq!(at("eu"), "https://aiplatform.eu.rep.googleapis.com");
        assert_eq!(at("global"), "https://aiplatform.googleapis.com");
        assert_eq!(Service::Sts.origin(None), "https://sts.googleapis.com");
    }
}
