//! Names of Vertex AI's resources: locations, endpoints, models and operations.

use super::{EndpointId, Location, ModelId, ModelVersion, NameError, OperationId, Project};
use crate::words;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// `projects/{project}/locations/{location}`, the parent of endpoints and models.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub project: Project,
    pub location: Location,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "projects/{}/locations/{}", self.project, self.location)
    }
}

/// Splits `projects/P/locations/L/<collection>/<rest>`.
fn in_place<'a>(s: &'a str, collection: &str) -> Option<(Place, &'a str)> {
    let mut parts = s.splitn(6, '/');
    let (projects, p, locations, l, c, rest) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (projects == "projects" && locations == "locations" && c == collection).then_some(())?;
    Some((Place { project: p.parse().ok()?, location: l.parse().ok()? }, rest))
}

macro_rules! serialize_as_name {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
    };
}

/// `projects/{project}/locations/{location}/endpoints/{endpoint}`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    pub place: Place,
    pub id: EndpointId,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/endpoints/{}", self.place, self.id)
    }
}

impl FromStr for Endpoint {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        in_place(s, "endpoints").and_then(|(place, id)| Some(Self { place, id: id.parse().ok()? })).ok_or_else(|| {
            NameError {
                kind: "endpoint",
                rule: "an endpoint is `projects/PROJECT/locations/LOCATION/endpoints/ENDPOINT`",
                value: s.to_owned(),
            }
        })
    }
}

serialize_as_name!(Endpoint);

/// `projects/{project}/locations/{location}/models/{model}`, with `@version` if it names one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Model {
    pub place: Place,
    pub id: ModelId,
    pub version: Option<ModelVersion>,
}

impl Model {
    /// `fraud-detector` or `fraud-detector@3`.
    pub fn parse_id(s: &str) -> Result<(ModelId, Option<ModelVersion>), NameError> {
        match s.split_once('@') {
            Some((id, version)) => Ok((id.parse()?, Some(version.parse()?))),
            None => Ok((s.parse()?, None)),
        }
    }

    /// The last part of the name, e.g. `fraud-detector@3`.
    pub fn short(&self) -> String {
        match &self.version {
            Some(version) => format!("{}@{version}", self.id),
            None => self.id.to_string(),
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/models/{}", self.place, self.short())
    }
}

impl FromStr for Model {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let (place, rest) = in_place(s, "models").ok_or_else(|| NameError {
            kind: "model",
            rule: "a model is `projects/PROJECT/locations/LOCATION/models/MODEL`, with `@VERSION` if need be",
            value: s.to_owned(),
        })?;
        let (id, version) = Self::parse_id(rest)?;
        Ok(Self { place, id, version })
    }
}

serialize_as_name!(Model);

/// The parent of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OperationParent {
    Place(Place),
    Endpoint(Endpoint),
    Model(Model),
}

/// `{place}/operations/{id}`, or below an endpoint or a model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    pub parent: OperationParent,
    pub id: OperationId,
}

impl Operation {
    pub fn place(&self) -> &Place {
        match &self.parent {
            OperationParent::Place(place) => place,
            OperationParent::Endpoint(endpoint) => &endpoint.place,
            OperationParent::Model(model) => &model.place,
        }
    }

    /// The same operation in the project as it is named here: Google answers with the project's number, while the portal's allow-list
    /// and audit records have the id.
    #[must_use]
    pub fn in_project(mut self, project: &Project) -> Self {
        let place = match &mut self.parent {
            OperationParent::Place(place) => place,
            OperationParent::Endpoint(endpoint) => &mut endpoint.place,
            OperationParent::Model(model) => &mut model.place,
        };
        place.project = project.clone();
        self
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parent {
            OperationParent::Place(p) => write!(f, "{p}")?,
            OperationParent::Endpoint(e) => write!(f, "{e}")?,
            OperationParent::Model(m) => write!(f, "{m}")?,
        }
        write!(f, "/operations/{}", self.id)
    }
}

impl FromStr for Operation {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let parse = || {
            if let Some((place, id)) = in_place(s, "operations") {
                return Some(Self { parent: OperationParent::Place(place), id: id.parse().ok()? });
            }
            let (parent, id) = words::split_once(s, "/operations/")?;
            let parent = match (parent.parse::<Endpoint>(), parent.parse::<Model>()) {
                (Ok(endpoint), _) => OperationParent::Endpoint(endpoint),
                (_, Ok(model)) => OperationParent::Model(model),
                _ => return None,
            };
            Some(Self { parent, id: id.parse().ok()? })
        };
        parse().ok_or_else(|| NameError {
            kind: "operation",
            rule: "an operation is `PARENT/operations/ID`, its parent a location, an endpoint or a model",
            value: s.to_owned(),
        })
    }
}

serialize_as_name!(Operation);
