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
    /// The key's location.
    pub fn location(&self) -> Option<Location> {
        self.0.split('/').nth(3)?.parse().ok()
    }
}

text_type!(
    /// A container image in Artifact Registry, including Vertex AI's prebuilt images.
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

impl Image {
    /// The location of its repository: a region, or `us`, `europe`, `asia` for prebuilt images.
    pub fn location(&self) -> &str {
        words::split_once(&self.0, "-docker.pkg.dev/").map_or("", |(l, _)| l)
    }

    /// Whether it is one of Vertex AI's prebuilt serving images, which every region can read.
    pub fn is_prebuilt(&self) -> bool {
        words::contains(&self.0, "-docker.pkg.dev/vertex-ai/prediction/")
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
