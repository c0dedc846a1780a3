//! Names of resources of other services that a deployment uses.

use super::{Location, Project, digits, lower, lower_digit, text_type, word};
use crate::words;

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

impl ServiceAccount {
    /// The project in its address; absent for Google's default accounts.
    pub fn project(&self) -> Option<&str> {
        self.0.split_once('@')?.1.strip_suffix(".iam.gserviceaccount.com")
    }

    /// Its project: by id, or by number for one of Google's default accounts.
    pub fn home(&self) -> &str {
        self.project().or_else(|| self.0.split_once('-').map(|(number, _)| number)).unwrap_or_default()
    }
}

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

impl KmsKey {
    /// The id of the key's project.
    pub fn project(&self) -> Option<&str> {
        self.0.split('/').nth(1)
    }

    /// The key's location.
    pub fn location(&self) -> Option<Location> {
        self.0.split('/').nth(3)?.parse().ok()
    }
}

text_type!(
    /// A container image in Artifact Registry, or under a name of Container Registry, which Artifact Registry serves too.
    Image, "container image",
    "an image is `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`, then a `:tag` or `@sha256:` digest",
    |s| {
        let rest = |t: &str| !t.is_empty() && !words::contains(t, "..") && t.split('/').all(|p| !p.is_empty())
            && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b));
        s.len() <= 500 && s.split_once('/').is_some_and(|(host, path)| {
            let least = match host.strip_suffix(DOCKER) {
                Some(location) if location.parse::<Location>().is_ok() => 3,
                _ if gcr(host).is_some() => 2,
                _ => return false,
            };
            path.split('/').count() >= least && rest(path)
        })
    }
);

/// The end of a host of Artifact Registry.
const DOCKER: &str = "-docker.pkg.dev";

/// Whether the host of an image is one that Google serves; the rest of the name can be wrong.
pub fn is_registry(image: &str) -> bool {
    let host = image.split('/').next().unwrap_or_default();
    host.ends_with(DOCKER) || gcr(host).is_some()
}

/// The multi-region of a host of Container Registry
/// (<https://docs.cloud.google.com/artifact-registry/docs/transition/gcr-repositories>, read 2026-11-28).
fn gcr(host: &str) -> Option<&'static str> {
    Some(match host {
        "gcr.io" | "us.gcr.io" => "us",
        "eu.gcr.io" => "europe",
        "asia.gcr.io" => "asia",
        _ => return None,
    })
}

impl Image {
    fn host(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// Whether the name is one of Container Registry.
    pub fn is_gcr(&self) -> bool {
        gcr(self.host()).is_some()
    }

    /// The project of its repository.
    pub fn project(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or_default()
    }

    /// The id of its repository.
    pub fn repository(&self) -> &str {
        if self.is_gcr() { self.host() } else { self.0.split('/').nth(2).unwrap_or_default() }
    }

    /// The location of its repository: a region, or `us`, `europe`, `asia`.
    pub fn location(&self) -> &str {
        let host = self.host();
        gcr(host).or_else(|| host.strip_suffix(DOCKER)).unwrap_or_default()
    }
}

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
