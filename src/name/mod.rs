//! Google's resource names and ids, parsed once and never checked again.
//!
//! Grammars: the field descriptions of Google's discovery documents `aiplatform.v1`, `iam.v1` and `cloudresourcemanager.v3`, read
//! 2026-11-27. A value of these types holds no character that could change the meaning of a URL path.

mod external;
mod id;
mod resource;

use crate::words;
use thiserror::Error;

pub use external::{ArtifactUri, Image, KmsKey, ServiceAccount, is_registry};
pub use id::{DeployedModelId, EndpointId, Location, ModelId, ModelVersion, OperationId, Project, RunId};
pub use resource::{Endpoint, Model, Operation, OperationParent, Place};

/// A string that is not a name of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{value}` is not {} {kind}: {rule}", words::article(kind))]
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

/// Whether `s` begins with a `first` byte, ends with a letter or digit, and has only `inner` bytes; `length` counts all of them.
fn word(s: &str, length: std::ops::RangeInclusive<usize>, first: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    length.contains(&s.len())
        && s.bytes().next().is_some_and(first)
        && s.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric())
        && s.bytes().all(inner)
}

/// Declares a type for strings that satisfy a predicate.
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

        impl std::str::FromStr for $name {
            type Err = $crate::name::NameError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                let valid: fn(&str) -> bool = $valid;
                if valid(s) {
                    Ok(Self(s.to_owned()))
                } else {
                    Err($crate::name::NameError { kind: $kind, rule: $rule, value: s.to_owned() })
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }
    };
}

pub(crate) use text_type;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_survive_a_round_trip() {
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
    fn rejects_what_is_not_a_name() {
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
    fn replaces_the_project_number_of_an_operation_by_the_id() {
        let operation: Operation =
            "projects/123456789012/locations/us-central1/endpoints/5/operations/9".parse().unwrap();
        assert_eq!(
            operation.in_project(&"acme-ml".parse().unwrap()).to_string(),
            "projects/acme-ml/locations/us-central1/endpoints/5/operations/9"
        );
    }

    #[test]
    fn an_image_has_a_location() {
        let location = |text: &str| text.parse::<Image>().map(|image| image.location().to_owned());
        for (text, expected) in [
            ("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3", "us-central1"),
            ("us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest", "us"),
            ("gcr.io/acme-ml/fraud:3", "us"),
            ("eu.gcr.io/acme-ml/serving/fraud:3", "europe"),
            ("asia.gcr.io/acme-ml/fraud:3", "asia"),
        ] {
            assert_eq!(location(text).as_deref(), Ok(expected), "{text}");
        }
        for text in
            ["gcr.io/fraud:3", "uk.gcr.io/acme-ml/fraud:3", "us-docker.pkg.dev/acme-ml/fraud:3", "gcr.io", "fraud"]
        {
            assert!(location(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parsers_never_panic_and_names_are_safe_in_a_path(s in "\\PC{0,80}") {
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
