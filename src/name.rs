//! Google resource names and ids, parsed once and never checked again.
//!
//! Grammars: the field descriptions of Google's published API (`aiplatform.v1`, `iam.v1`, `cloudresourcemanager.v3`),
//! collected in `shared/facts/google-cloud.md` §5.4. A value of one of these types holds no character that could change the
//! meaning of a URL path.

use crate::words;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A text that is not a name of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{value}` is not a {kind}: {rule}")]
pub struct NameError {
    pub kind: &'static str,
    pub rule: &'static str,
    pub value: String,
}

fn lower(b: u8) -> bool {
    b.is_ascii_lowercase()
}

fn lower_digit(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn digits(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())
}

/// A first byte, then bytes, then a last byte that is a letter or digit; `length` counts all of them.
fn word(s: &str, length: std::ops::RangeInclusive<usize>, first: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    length.contains(&s.len())
        && s.bytes().next().is_some_and(first)
        && s.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric())
        && s.bytes().all(inner)
}

macro_rules! text_type {
    ($(#[$doc:meta])+ $name:ident, $kind:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(s: &str) -> Result<Self, NameError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(s) {
                    Ok(Self(s.to_owned()))
                } else {
                    Err(NameError { kind: $kind, rule: $rule, value: s.to_owned() })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }
    };
}

pub(crate) use text_type;

text_type!(
    /// A project id, or the project number that Google's answers use in its place.
    Project, "project",
    "a project id has 6 to 30 lower-case letters, digits and hyphens, starts with a letter and does not end with a hyphen; a project number has digits only",
    |s| word(s, 6..=30, lower, |b| lower_digit(b) || b == b'-') || (digits(s) && s.len() <= 20)
);

text_type!(
    /// A location such as `us-central1`, or one of `global`, `us`, `eu`.
    Location, "location",
    "a location looks like `us-central1`",
    |s| word(s, 2..=40, lower, |b| lower_digit(b) || b == b'-') && !words::contains(s, "--")
);

text_type!(
    /// An endpoint's id: chosen (letters first, or at most nine digits) or made by Google (digits).
    EndpointId, "endpoint id",
    "an endpoint id starts with a lower-case letter and has at most 63 lower-case letters, digits and hyphens, or it has digits only",
    |s| word(s, 1..=63, lower, |b| lower_digit(b) || b == b'-') || (digits(s) && !s.starts_with('0') && s.len() <= 20)
);

text_type!(
    /// A model's id: chosen or made by Google (digits).
    ModelId, "model id",
    "a model id has at most 63 lower-case letters, digits, hyphens and underscores and does not start with a digit or a hyphen; one made by Google has digits only",
    |s| (digits(s) && s.len() <= 20)
        || ((1..=63).contains(&s.len())
            && s.bytes().next().is_some_and(|b| lower(b) || b == b'_')
            && s.bytes().all(|b| lower_digit(b) || b == b'-' || b == b'_'))
);

text_type!(
    /// A model's version: its number, or an alias such as `default`.
    ModelVersion, "model version",
    "a version is a number, or an alias of lower- and upper-case letters, digits and hyphens that starts with a lower-case letter",
    |s| (digits(s) && s.len() <= 20)
        || word(s, 2..=128, lower, |b| b.is_ascii_alphanumeric() || b == b'-')
);

text_type!(
    /// The id of a deployed model within its endpoint.
    DeployedModelId, "deployed model id",
    "a deployed model id has digits only",
    |s| digits(s) && s.len() <= 20
);

text_type!(
    /// The id of a long-running operation.
    OperationId, "operation id",
    "an operation id has letters, digits and hyphens",
    |s| word(s, 1..=64, |b| b.is_ascii_alphanumeric(), |b| b.is_ascii_alphanumeric() || b == b'-')
);

text_type!(
    /// A service account's e-mail address.
    ServiceAccount, "service account",
    "a service account is `NAME@PROJECT.iam.gserviceaccount.com` (or one of Google's own, `…@developer.gserviceaccount.com`)",
    |s| s.split_once('@').is_some_and(|(name, host)| {
        let user = word(name, 6..=30, lower, |b| lower_digit(b) || b == b'-')
            && host.strip_suffix(".iam.gserviceaccount.com").is_some_and(|p| Project::from_str(p).is_ok());
        let default = host == "developer.gserviceaccount.com"
            && name.strip_suffix("-compute").is_some_and(digits);
        user || default
    })
);

text_type!(
    /// A Cloud KMS key, `projects/P/locations/L/keyRings/R/cryptoKeys/K`.
    KmsKey, "KMS key",
    "a key is `projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY`",
    |s| {
        let id = |t: &str| (1..=63).contains(&t.len())
            && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        matches!(s.split('/').collect::<Vec<_>>()[..],
            ["projects", p, "locations", l, "keyRings", r, "cryptoKeys", k]
                if p.parse::<Project>().is_ok() && l.parse::<Location>().is_ok() && id(r) && id(k))
    }
);

text_type!(
    /// A container image in Artifact Registry, or one of Vertex AI's prebuilt ones.
    Image, "container image",
    "an image is `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`, then a `:tag` or `@sha256:` digest",
    |s| {
        let rest = |t: &str| !t.is_empty() && !words::contains(t, "..") && t.split('/').all(|p| !p.is_empty())
            && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b));
        s.len() <= 500
            && words::split_once(s, "-docker.pkg.dev/").is_some_and(|(location, path)| {
                location.parse::<Location>().is_ok() && path.split('/').count() >= 3 && rest(path)
            })
    }
);

text_type!(
    /// A directory in Cloud Storage, `gs://bucket/path`.
    ArtifactUri, "Cloud Storage directory",
    "a directory is `gs://BUCKET/PATH`",
    |s| s.strip_prefix("gs://").is_some_and(|rest| {
        let bucket = rest.split('/').next().unwrap_or_default();
        s.len() <= 1024
            && word(bucket, 3..=222, |b| b.is_ascii_alphanumeric(), |b| lower_digit(b) || b"-_.".contains(&b))
            && !s.bytes().any(|b| b.is_ascii_control() || b == b' ')
    })
);

impl ServiceAccount {
    /// The project in its address; Google's default accounts name none.
    pub fn project(&self) -> Option<&str> {
        self.0.split_once('@')?.1.strip_suffix(".iam.gserviceaccount.com")
    }

    /// The project that it lies in: by id, or by number where it is one of Google's default accounts.
    pub fn home(&self) -> &str {
        self.project().or_else(|| self.0.split_once('-').map(|(number, _)| number)).unwrap_or_default()
    }
}

impl KmsKey {
    /// The location that the key lies in.
    pub fn location(&self) -> Option<Location> {
        self.0.split('/').nth(3)?.parse().ok()
    }
}

impl Image {
    /// The location of its repository: a region, or `us`, `europe`, `asia` for prebuilt images.
    pub fn location(&self) -> &str {
        words::split_once(&self.0, "-docker.pkg.dev/").map_or("", |(l, _)| l)
    }

    /// Whether it is one of Vertex AI's own serving images, which every region can read.
    pub fn is_prebuilt(&self) -> bool {
        words::contains(&self.0, "-docker.pkg.dev/vertex-ai/prediction/")
    }
}

/// `projects/{project}/locations/{location}`: what endpoints and models live in.
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

/// `projects/{project}/locations/{location}/models/{model}`, with `@version` where one is named.
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

/// What an operation's name hangs below.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OperationParent {
    Place(Place),
    Endpoint(Endpoint),
    Model(Model),
}

/// `{place}/operations/{id}`, or nested below an endpoint or a model.
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

    /// The same operation, its project named as given: Google answers with the project's number where it was asked with
    /// the id, and the portal's allow-list and audit records know the id.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_read_as_they_are_written() {
        for text in [
            "projects/acme-ml/locations/us-central1/endpoints/fraud-detector",
            "projects/123456789012/locations/europe-west4/endpoints/8190342617726255104",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        for text in [
            "projects/acme-ml/locations/us-central1/models/fraud_detector@3",
            "projects/acme-ml/locations/us-central1/models/m@default",
            "projects/acme-ml/locations/us-central1/models/123",
        ] {
            assert_eq!(text.parse::<Model>().unwrap().to_string(), text);
        }
        for text in [
            "projects/acme-ml/locations/us-central1/operations/9",
            "projects/acme-ml/locations/us-central1/endpoints/5/operations/9",
            "projects/acme-ml/locations/us-central1/models/m/operations/9",
        ] {
            assert_eq!(text.parse::<Operation>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "projects/acme-ml/locations/us-central1/endpoints/",
            "projects/acme-ml/locations/us-central1/endpoints/A",
            "projects/acme-ml/locations/us-central1/endpoints/a/b",
            "/projects/acme-ml/locations/us-central1/endpoints/a",
            "projects/ACME/locations/us-central1/endpoints/a",
            "projects/acme-ml/locations/../endpoints/a",
            "projects/acme-ml/locations/us-central1/endpoints/a?x",
            "projects/acme-ml/locations/us-central1/endpoints/a%2f",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
        assert!("fraud@acme-ml.iam.gserviceaccount.com".parse::<ServiceAccount>().is_err(), "five letters are too few");
        assert!("fraud-serving@acme-ml.iam.gserviceaccount.com".parse::<ServiceAccount>().is_ok());
        assert!("1-compute@developer.gserviceaccount.com".parse::<ServiceAccount>().is_ok());
        assert!("a@evil.example.com".parse::<ServiceAccount>().is_err());
    }

    #[test]
    fn the_number_in_an_operation_gives_way_to_the_id() {
        let operation: Operation =
            "projects/123456789012/locations/us-central1/endpoints/5/operations/9".parse().unwrap();
        assert_eq!(
            operation.in_project(&"acme-ml".parse().unwrap()).to_string(),
            "projects/acme-ml/locations/us-central1/endpoints/5/operations/9"
        );
    }

    #[test]
    fn images_tell_their_location() {
        let image: Image = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap();
        assert_eq!((image.location(), image.is_prebuilt()), ("us-central1", false));
        let image: Image = "us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest".parse().unwrap();
        assert_eq!((image.location(), image.is_prebuilt()), ("us", true));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parsers_and_what_parses_is_safe_in_a_path(s in "\\PC{0,80}") {
            for shown in [
                s.parse::<Endpoint>().map(|n| n.to_string()),
                s.parse::<Model>().map(|n| n.to_string()),
                s.parse::<Operation>().map(|n| n.to_string()),
                s.parse::<Project>().map(|n| n.to_string()),
                s.parse::<ServiceAccount>().map(|n| n.to_string()),
            ].into_iter().flatten() {
                prop_assert_eq!(&shown, &s);
                prop_assert!(!shown.contains("..") && !shown.contains(['%', '?', '#', '\\']));
            }
        }
    }
}
