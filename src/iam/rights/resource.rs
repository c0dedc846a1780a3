//! Resources with an allow policy of their own.

use crate::name::{Endpoint, Image, KmsKey, Location, Project, ServiceAccount};
use std::fmt;

/// A resource that a policy is attached to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IamResource {
    Project(Project),
    /// Its policy exists in version v1beta1 of the API.
    Endpoint {
        project: Project,
        location: Location,
        name: String,
    },
    ServiceAccount(ServiceAccount),
    /// The bucket's name, without `gs://`.
    Bucket(String),
    Repository {
        project: String,
        location: String,
        id: String,
    },
    Key(String),
}

impl IamResource {
    pub fn endpoint(endpoint: &Endpoint) -> Self {
        Self::Endpoint {
            project: endpoint.place.project.clone(),
            location: endpoint.place.location.clone(),
            name: endpoint.to_string(),
        }
    }

    /// Parses a name in the form that `Display` writes; `None` for other resources.
    pub fn parse(name: &str) -> Option<Self> {
        let is_part = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric());
        if let Some(bucket) = name.strip_prefix("gs://").filter(|bucket| is_part(bucket) && !bucket.contains('/')) {
            return Some(Self::Bucket(bucket.to_owned()));
        }
        let parts: Vec<&str> = name.split('/').collect();
        let resource = match parts[..] {
            ["projects", project] => Self::Project(project.parse().ok()?),
            ["projects", _, "serviceAccounts", account] => Self::ServiceAccount(account.parse().ok()?),
            ["projects", _, "locations", _, "endpoints", _] => Self::endpoint(&name.parse().ok()?),
            ["projects", project, "locations", location, "repositories", id] => {
                let (project, location, id) = (project.to_owned(), location.to_owned(), id.to_owned());
                Self::Repository { project, location, id }
            }
            _ => Self::Key(name.parse::<KmsKey>().ok()?.to_string()),
        };
        (resource.to_string() == name && parts.into_iter().all(is_part)).then_some(resource)
    }

    /// The repository of an image.
    pub fn repository(image: &Image) -> Self {
        let [project, location, id] = [image.project(), image.location(), image.repository()].map(str::to_owned);
        Self::Repository { project, location, id }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Project(_) => "project",
            Self::Endpoint { .. } => "endpoint",
            Self::ServiceAccount(_) => "service-account",
            Self::Bucket(_) => "bucket",
            Self::Repository { .. } => "repository",
            Self::Key(_) => "key",
        }
    }

    /// Whether its policy supports conditions, which Google lists for projects, buckets and keys only.
    ///
    /// Source: <https://cloud.google.com/iam/help/conditions/resource-policies> (read 2026-11-27).
    pub fn supports_conditions(&self) -> bool {
        matches!(self, Self::Project(_) | Self::Bucket(_) | Self::Key(_))
    }

    /// The project whose custom roles can be granted on it; `None` if that is unknown.
    pub fn role_project(&self, project_number: Option<&Project>, own: &Project) -> Option<Project> {
        match self {
            Self::Project(project) | Self::Endpoint { project, .. } => Some(project.clone()),
            Self::ServiceAccount(account) => {
                let project: Project = account.home().parse().ok()?;
                match project.as_str().starts_with(|c: char| c.is_ascii_digit()) {
                    true => (project_number == Some(&project)).then(|| own.clone()),
                    false => Some(project),
                }
            }
            Self::Bucket(_) | Self::Repository { .. } | Self::Key(_) => None,
        }
    }
}

impl fmt::Display for IamResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(project) => write!(f, "projects/{project}"),
            Self::Endpoint { name, .. } | Self::Key(name) => f.write_str(name),
            Self::ServiceAccount(account) => write!(f, "projects/{}/serviceAccounts/{account}", account.home()),
            Self::Bucket(bucket) => write!(f, "gs://{bucket}"),
            Self::Repository { project, location, id } => {
                write!(f, "projects/{project}/locations/{location}/repositories/{id}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_that_it_writes() {
        for (name, kind) in [
            ("projects/acme-ml", "project"),
            ("projects/acme-ml/locations/us-central1/endpoints/fraud", "endpoint"),
            ("projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com", "service-account"),
            ("gs://acme-models", "bucket"),
            ("projects/acme-images/locations/us-central1/repositories/serving", "repository"),
            ("projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving", "key"),
        ] {
            let resource = IamResource::parse(name).unwrap();
            assert_eq!((resource.to_string().as_str(), resource.kind()), (name, kind));
        }
        for name in [
            "",
            "folders/1",
            "organizations/1",
            "projects/acme-ml/",
            "gs://",
            "gs://-f/x",
            "projects/acme-ml/serviceAccounts/fraud-serving@acme-other.iam.gserviceaccount.com",
            "projects/acme-images/locations/us-central1/repositories/--quiet",
        ] {
            assert_eq!(IamResource::parse(name), None, "{name}");
        }
    }
}
