//! Resources around Vertex AI: repositories with images, buckets with objects, keys, secrets and constraints, as the seed has them.

use super::policy::Policy;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// An image of a repository. `{name: fraud, tags: ['3'], megabytes: 900, architectures: [amd64], fails: oom, arguments: [--model]}`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    pub name: String,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether every other tag means it, too.
    #[serde(default)]
    pub any_tag: bool,
    #[serde(default = "half_a_gigabyte")]
    pub megabytes: u64,
    /// What an image index lists; empty: a plain manifest, for amd64, which names no architecture.
    #[serde(default)]
    pub architectures: Vec<String>,
    /// The cause by which its server dies.
    pub fails: Option<String>,
    /// The route and the port on which its server answers probes; without them it answers all.
    pub health: Option<String>,
    pub port: Option<u16>,
    /// The flags that its server knows; without a list it knows all.
    pub arguments: Option<Vec<String>>,
}

fn half_a_gigabyte() -> u64 {
    512
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repository {
    pub name: String,
    #[serde(default)]
    pub images: Vec<Image>,
    #[serde(default)]
    pub policy: Policy,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucket {
    pub name: String,
    /// Id of its project.
    pub project: String,
    pub location: String,
    /// Sizes of objects in bytes, by name.
    #[serde(default)]
    pub objects: BTreeMap<String, u64>,
    #[serde(default)]
    pub policy: Policy,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
    pub name: String,
    /// State of its primary version; enabled by default.
    pub state: Option<String>,
    #[serde(default)]
    pub policy: Policy,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Secret {
    pub name: String,
    /// The payload of its only version.
    pub value: String,
    #[serde(default)]
    pub policy: Policy,
}

/// `{project: acme-ml, name: gcp.resourceLocations, rules: [{values: {allowedValues: [in:us-locations]}}]}`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Constraint {
    pub project: String,
    /// Without `constraints/`.
    pub name: String,
    pub rules: Vec<Value>,
}

#[derive(Debug, Default)]
pub struct Neighbours {
    pub repositories: Vec<Repository>,
    pub buckets: Vec<Bucket>,
    pub keys: Vec<Key>,
    pub secrets: Vec<Secret>,
    pub constraints: Vec<Constraint>,
}

/// Without its payload.
impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secret").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Neighbours {
    /// The policy of a resource by its stored name; of a bucket by `buckets/NAME`.
    pub fn policy(&self, name: &str) -> Option<&Policy> {
        let bucket = name.strip_prefix("buckets/").and_then(|name| Some(&self.bucket(name)?.policy));
        let repository = || Some(&self.repositories.iter().find(|one| one.name == name)?.policy);
        let key = || Some(&self.keys.iter().find(|one| one.name == name)?.policy);
        let secret = || Some(&self.secrets.iter().find(|one| one.name == name)?.policy);
        bucket.or_else(repository).or_else(key).or_else(secret)
    }

    pub fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.name == name)
    }

    pub fn repository(&self, name: &str) -> Option<&Repository> {
        self.repositories.iter().find(|one| one.name == name)
    }

    /// The rules of a constraint of a project.
    pub fn rules(&self, project: &str, name: &str) -> Option<&[Value]> {
        let found = self.constraints.iter().find(|one| one.project == project && one.name == name);
        found.map(|one| one.rules.as_slice())
    }
}

impl Repository {
    /// Finds an image below the repository by `NAME[:TAG]` or `NAME@sha256:DIGEST`.
    pub fn find(&self, reference: &str) -> Option<&Image> {
        if let Some((name, digest)) = reference.split_once('@') {
            return self.images.iter().find(|image| image.name == name && image.digest() == digest);
        }
        let (name, tag) = reference.split_once(':').unwrap_or((reference, "latest"));
        self.images
            .iter()
            .find(|image| image.name == name && (image.any_tag || image.tags.iter().any(|own| own == tag)))
    }
}

impl Image {
    /// A digest that follows from its name and tags.
    pub fn digest(&self) -> String {
        use rsa::sha2::{Digest, Sha256};
        let hash = Sha256::digest(format!("{}:{}", self.name, self.tags.join(",")));
        hash.iter().fold("sha256:".to_owned(), |out, byte| format!("{out}{byte:02x}"))
    }

    /// Whether Vertex AI's machines can run it.
    pub fn runs(&self) -> bool {
        self.architectures.is_empty() || self.architectures.iter().any(|one| one == "amd64")
    }
}
