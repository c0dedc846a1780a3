//! Where Vertex AI serves custom models, and the nearest known word to a misspelt one.
//! Source: `SUPPORTED_REGIONS` of Google's Python SDK 2.7.0 (`google/cloud/aiplatform/constants/base.py`), without `global`,
//! which serves no custom endpoints.

/// Areas, each with its numbers: `us-central` + `1`.
const REGIONS: &[(&str, &[u8])] = &[
    ("africa-south", &[1]),
    ("asia-east", &[1, 2]),
    ("asia-northeast", &[1, 2, 3]),
    ("asia-south", &[1, 2]),
    ("asia-southeast", &[1, 2]),
    ("australia-southeast", &[1, 2]),
    ("europe-central", &[2]),
    ("europe-north", &[1, 2]),
    ("europe-southwest", &[1]),
    ("europe-west", &[1, 2, 3, 4, 6, 8, 9, 12]),
    ("me-central", &[1, 2]),
    ("me-west", &[1]),
    ("northamerica-northeast", &[1, 2]),
    ("southamerica-east", &[1]),
    ("southamerica-west", &[1]),
    ("us-central", &[1]),
    ("us-east", &[1, 4, 5, 7]),
    ("us-south", &[1]),
    ("us-west", &[1, 2, 3, 4, 8]),
];

fn regions() -> impl Iterator<Item = String> {
    REGIONS.iter().flat_map(|(area, numbers)| numbers.iter().map(move |number| format!("{area}{number}")))
}

/// Whether the location is a known one; `us` and `eu` are multi-regions.
pub fn is_known(location: &str) -> bool {
    matches!(location, "us" | "eu") || regions().any(|region| region == location)
}

/// The known location nearest to a misspelt one.
pub fn nearest_location(word: &str) -> Option<String> {
    nearest(word, regions())
}

/// The nearest of some words, if it is near: at most two letters, or a third of them, differ, and never more than half.
pub fn nearest(word: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let limit = (word.len() / 3).max(2).min(word.len() / 2);
    known.map(|k| (distance(word, &k), k)).filter(|(d, _)| *d <= limit).min().map(|(_, k)| k)
}

/// Levenshtein distance over bytes; our words are ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let here = (*cell + 1).min(left + 1).min(diagonal + usize::from(x != y));
            diagonal = std::mem::replace(cell, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_known_or_guessed() {
        assert!(is_known("us-central1") && is_known("europe-west12") && is_known("eu"));
        assert!(!is_known("us-central9") && !is_known("global"));
        assert_eq!(nearest_location("us-centrall").as_deref(), Some("us-central1"));
        assert_eq!(nearest_location("mars-north1"), None);
    }

    #[test]
    fn distances() {
        assert_eq!((distance("", "abc"), distance("kitten", "sitting"), distance("same", "same")), (3, 3, 0));
    }
}
