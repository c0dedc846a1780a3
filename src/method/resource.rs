//! The resources in the paths of calls, by kind of name.

use crate::name::{
    Endpoint, EndpointId, Location, Model, NameError, Operation, OperationId, Place, Project, ServiceAccount,
};
use crate::vertex::image::is_digest;
use std::fmt;

/// The kind of name between the version and the suffix of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nothing,
    Project,
    Place,
    Endpoint,
    Model,
    Operation,
    ServiceAccount,
    /// A name of this pattern; `*` stands for one part.
    Named(&'static str),
}

impl Kind {
    /// The forms of such a name; `*` stands for one part.
    fn patterns(self) -> Vec<&'static str> {
        match self {
            Self::Nothing => vec![],
            Self::Project => vec!["projects/*"],
            Self::Place => vec!["projects/*/locations/*"],
            Self::Endpoint => vec!["projects/*/locations/*/endpoints/*"],
            Self::Model => vec!["projects/*/locations/*/models/*"],
            Self::Operation => vec![
                "projects/*/locations/*/operations/*",
                "projects/*/locations/*/endpoints/*/operations/*",
                "projects/*/locations/*/models/*/operations/*",
            ],
            Self::ServiceAccount => vec!["projects/-/serviceAccounts/*"],
            Self::Named(pattern) => vec![pattern],
        }
    }
}

/// A custom role.
pub const ROLE: Kind = Kind::Named("projects/*/roles/*");
/// A predefined role.
pub const PREDEFINED_ROLE: Kind = Kind::Named("roles/*");
/// A service account below its project, as in the IAM API.
pub const ACCOUNT: Kind = Kind::Named("projects/*/serviceAccounts/*");
pub const POOL: Kind = Kind::Named("projects/*/locations/*/deploymentResourcePools/*");
/// An API of a project.
pub const API: Kind = Kind::Named("projects/*/services/*");
/// A quota of a service.
pub const QUOTA: Kind = Kind::Named("projects/*/locations/global/services/*/quotaInfos/*");
/// A repository of Artifact Registry.
pub const REPOSITORY: Kind = Kind::Named("projects/*/locations/*/repositories/*");
/// An image of a repository, by its digest.
pub const DOCKER_IMAGE: Kind = Kind::Named("projects/*/locations/*/repositories/*/dockerImages/*");
/// A bucket of Cloud Storage, which does not name its project.
pub const BUCKET: Kind = Kind::Named("b/*");
/// A key of Cloud KMS.
pub const KEY: Kind = Kind::Named("projects/*/locations/*/keyRings/*/cryptoKeys/*");
/// The policy of a project for a constraint of its organization.
pub const ORGANIZATION_POLICY: Kind = Kind::Named("projects/*/policies/*");
/// An entitlement of Privileged Access Manager.
pub const ENTITLEMENT: Kind = Kind::Named("projects/*/locations/global/entitlements/*");
/// A grant of Privileged Access Manager.
pub const GRANT: Kind = Kind::Named("projects/*/locations/global/entitlements/*/grants/*");

/// The first part of a name that would be of this kind, if that part were valid.
pub fn invalid_part(kind: Kind, name: &str) -> Option<NameError> {
    kind.patterns().iter().find_map(|pattern| {
        let (mut parts, mut wrong, mut before) = (name.split('/'), None, "");
        for wanted in pattern.split('/') {
            let part = parts.next()?;
            if wanted != "*" && wanted != part {
                return None;
            }
            let error = match (wanted, before) {
                ("*", "projects") => part.parse::<Project>().err(),
                ("*", "locations") => part.parse::<Location>().err(),
                ("*", "endpoints") => part.parse::<EndpointId>().err(),
                ("*", "models") => Model::parse_id(part).err(),
                ("*", "operations") => part.parse::<OperationId>().err(),
                ("*", "serviceAccounts") => part.parse::<ServiceAccount>().err(),
                _ => None,
            };
            wrong = wrong.or(error);
            before = wanted;
        }
        parts.next().is_none().then_some(wrong)?
    })
}

/// The resource of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    Nothing,
    Project(Project),
    Place(Place),
    Endpoint(Endpoint),
    Model(Model),
    Operation(Operation),
    ServiceAccount(ServiceAccount),
    Named(Named),
}

/// A name of no plan, checked against its pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    name: String,
    project: Option<Project>,
    place: Option<Place>,
}

impl Named {
    fn parse(pattern: &str, name: &str) -> Option<Self> {
        let (mut project, mut location, mut account) = (None, None, None);
        let mut before = "";
        let mut parts = name.split('/');
        for wanted in pattern.split('/') {
            let part = parts.next()?;
            match (wanted, before) {
                ("*", "projects") => project = Some(part.parse::<Project>().ok()?),
                ("*", "locations") => location = Some(part.parse::<Location>().ok()?),
                ("*", "serviceAccounts") => account = Some(part.parse::<ServiceAccount>().ok()?),
                ("*", "dockerImages") => is_image(part).then_some(())?,
                ("*", _) => is_id(part).then_some(())?,
                _ => (part == wanted).then_some(())?,
            }
            before = wanted;
        }
        parts.next().is_none().then_some(())?;
        // The project in the path decides, so an account of another project must not pass for one of its own.
        if let (Some(project), Some(account)) = (&project, &account) {
            (account.home() == project.as_str()).then_some(())?;
        }
        let place = project.clone().zip(location).map(|(project, location)| Place { project, location });
        Some(Self { name: name.to_owned(), project, place })
    }

    fn in_project(mut self, project: &Project) -> Self {
        if let Some(own) = &mut self.project {
            let rest = self.name.strip_prefix("projects/").and_then(|rest| rest.strip_prefix(own.as_str()));
            self.name = format!("projects/{project}{}", rest.unwrap_or_default());
            own.clone_from(project);
        }
        if let Some(place) = &mut self.place {
            place.project = project.clone();
        }
        self
    }
}

/// The name of an image with its digest.
fn is_image(part: &str) -> bool {
    part.split_once('@').is_some_and(|(name, digest)| is_id(name) && is_digest(digest))
}

/// Ids of roles, pools, services, entitlements, grants, quotas, repositories, buckets, keys and constraints.
fn is_id(part: &str) -> bool {
    (1..=128).contains(&part.len())
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && part.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && !part.contains("..")
}

impl Resource {
    /// Reads a name of this kind.
    pub fn parse(kind: Kind, s: &str) -> Option<Self> {
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
            Kind::Named(pattern) => Self::Named(Named::parse(pattern, s)?),
        })
    }

    /// Its project, if it names one.
    pub fn project(&self) -> Option<&Project> {
        match self {
            Self::Project(project) => Some(project),
            Self::Named(named) => named.project.as_ref(),
            _ => self.place().map(|place| &place.project),
        }
    }

    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Place(place) => Some(place),
            Self::Endpoint(endpoint) => Some(&endpoint.place),
            Self::Model(model) => Some(&model.place),
            Self::Operation(operation) => Some(operation.place()),
            Self::Named(named) => named.place.as_ref(),
            Self::Nothing | Self::Project(_) | Self::ServiceAccount(_) => None,
        }
    }

    /// The same resource in the project as it is named here.
    #[must_use]
    pub fn in_project(self, project: &Project) -> Self {
        let moved = |place: Place| Place { project: project.clone(), ..place };
        match self {
            Self::Project(_) => Self::Project(project.clone()),
            Self::Place(place) => Self::Place(moved(place)),
            Self::Endpoint(endpoint) => Self::Endpoint(Endpoint { place: moved(endpoint.place), ..endpoint }),
            Self::Model(model) => Self::Model(Model { place: moved(model.place), ..model }),
            Self::Operation(operation) => Self::Operation(operation.in_project(project)),
            Self::Named(named) => Self::Named(named.in_project(project)),
            other @ (Self::Nothing | Self::ServiceAccount(_)) => other,
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
            Self::Named(named) => f.write_str(&named.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_names_that_fit_their_pattern() {
        for (kind, name) in [
            (ROLE, "projects/acme-ml/roles/vertexDeployer_1"),
            (ACCOUNT, "projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com"),
            (PREDEFINED_ROLE, "roles/iam.serviceAccountUser"),
            (API, "projects/acme-ml/services/aiplatform.googleapis.com"),
            (GRANT, "projects/acme-ml/locations/global/entitlements/deploy/grants/g1"),
            (BUCKET, "b/acme-models"),
            (REPOSITORY, "projects/acme-ml/locations/us/repositories/gcr.io"),
            (ORGANIZATION_POLICY, "projects/acme-ml/policies/gcp.resourceLocations"),
        ] {
            assert_eq!(Resource::parse(kind, name).unwrap().to_string(), name);
        }
        for (kind, name) in [
            (ROLE, "projects/acme-ml/roles/.."),
            (ROLE, "projects/acme-ml/roles/a..b"),
            (PREDEFINED_ROLE, "roles/"),
            (PREDEFINED_ROLE, "roles/owner/x"),
            (PREDEFINED_ROLE, "projects/acme-ml/roles/owner"),
            (ROLE, "projects/acme-ml/roles/x/y"),
            (ROLE, "organizations/1/roles/x"),
            (ACCOUNT, "projects/acme-ml/serviceAccounts/serving@other-project.iam.gserviceaccount.com"),
            (ACCOUNT, "projects/-/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com"),
            (GRANT, "projects/acme-ml/locations/global/entitlements/deploy/grants/"),
            (BUCKET, "b/acme-models/o/secret"),
            (BUCKET, "b/.."),
            (DOCKER_IMAGE, "projects/acme-ml/locations/us/repositories/serving/dockerImages/fraud:3"),
            (DOCKER_IMAGE, "projects/acme-ml/locations/us/repositories/serving/dockerImages/fraud@sha256:3"),
        ] {
            assert!(Resource::parse(kind, name).is_none(), "{name}");
        }
    }

    #[test]
    fn renames_the_project_of_every_kind() {
        let id: Project = "acme-ml".parse().unwrap();
        let renamed = |kind, name| Resource::parse(kind, name).unwrap().in_project(&id).to_string();
        assert_eq!(renamed(ROLE, "projects/123456789012/roles/x"), "projects/acme-ml/roles/x");
        let entitlement = Resource::parse(ENTITLEMENT, "projects/123456789012/locations/global/entitlements/e");
        let entitlement = entitlement.unwrap().in_project(&id);
        assert_eq!(entitlement.to_string(), "projects/acme-ml/locations/global/entitlements/e");
        assert_eq!(entitlement.project(), Some(&id));
        let pool = "projects/123456789012/locations/us-central1/deploymentResourcePools/shared";
        assert_eq!(Resource::parse(POOL, pool).unwrap().in_project(&id).place().unwrap().project, id);
    }
}
