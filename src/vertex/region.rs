//! Locations where Vertex AI serves custom models.
//!
//! Source: `SUPPORTED_REGIONS` in `google/cloud/aiplatform/constants/base.py` of PyPI `google-cloud-aiplatform` 2.7.0, read
//! 2026-11-27, without `global`, which serves no custom models
//! (<https://docs.cloud.google.com/vertex-ai/docs/general/locations>, read 2026-11-27).

use crate::words::{expand, is_listed, nearest};

/// Areas and their numbers: `us-central` with `1` is `us-central1`.
const REGIONS: &[(&str, &str)] = &[
    ("africa-south", "1"),
    ("asia-east", "1 2"),
    ("asia-northeast", "1 2 3"),
    ("asia-south", "1 2"),
    ("asia-southeast", "1 2"),
    ("australia-southeast", "1 2"),
    ("europe-central", "2"),
    ("europe-north", "1 2"),
    ("europe-southwest", "1"),
    ("europe-west", "1 2 3 4 6 8 9 12"),
    ("me-central", "1 2"),
    ("me-west", "1"),
    ("northamerica-northeast", "1 2"),
    ("southamerica-east", "1"),
    ("southamerica-west", "1"),
    ("us-central", "1"),
    ("us-east", "1 4 5 7"),
    ("us-south", "1"),
    ("us-west", "1 2 3 4 8"),
];

/// Whether the location is known; `us` and `eu` are multi-regions.
pub fn is_known(location: &str) -> bool {
    matches!(location, "us" | "eu") || is_region(location)
}

/// Whether the location is a known region.
pub fn is_region(location: &str) -> bool {
    is_listed(REGIONS, location)
}

/// All known regions.
pub fn regions() -> Vec<String> {
    expand(REGIONS)
}

/// The known location that is most similar to a misspelt one.
pub fn nearest_location(word: &str) -> Option<String> {
    nearest(word, expand(REGIONS).into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_location_has_a_suggestion() {
        assert!(expand(REGIONS).iter().all(|region| is_known(region)));
        assert!(is_known("us-central1") && is_known("europe-west12") && is_known("eu"));
        assert!(!is_known("us-central9") && !is_known("global"));
        assert_eq!(nearest_location("us-centrall").as_deref(), Some("us-central1"));
        assert_eq!(nearest_location("mars-north1"), None);
    }
}
