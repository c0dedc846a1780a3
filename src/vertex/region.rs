//! Where Vertex AI serves custom models, and the nearest known word to a misspelt one.
//! Source: `SUPPORTED_REGIONS` of Google's Python SDK 2.7.0 (`google/cloud/aiplatform/constants/base.py`), without `global`,
//! which serves no custom endpoints.

/// Areas, each with its numbers: `us-central` + `1`.
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

/// The words of a table of beginnings and ends, whose ends have spaces between them.
pub(super) fn expand(table: &[(&str, &str)]) -> Vec<String> {
    let mut words = Vec::new();
    for (start, ends) in table {
        for end in ends.split(' ') {
            words.push(format!("{start}{end}"));
        }
    }
    words
}

/// Whether a word is one of those.
pub(super) fn is_listed(table: &[(&str, &str)], word: &str) -> bool {
    let mut starts = table.iter();
    starts.any(|(start, ends)| word.strip_prefix(start).is_some_and(|wanted| ends.split(' ').any(|end| end == wanted)))
}

/// A word in lower-case letters and with hyphens for any separators, to compare it with others.
pub(super) fn plain(word: &str) -> String {
    let plain = |c: char| if matches!(c, '_' | ' ' | '.') { '-' } else { c.to_ascii_lowercase() };
    word.chars().map(plain).collect()
}

/// Whether the location is a known one; `us` and `eu` are multi-regions.
pub fn is_known(location: &str) -> bool {
    matches!(location, "us" | "eu") || is_listed(REGIONS, location)
}

/// The known location nearest to a misspelt one.
pub fn nearest_location(word: &str) -> Option<String> {
    nearest(word, expand(REGIONS).into_iter())
}

/// The nearest of some words, if it is near: at most two letters, or a third of them, differ, and never more than half.
pub fn nearest(word: &str, mut known: impl Iterator<Item = String>) -> Option<String> {
    nearest_of(word, &mut known)
}

/// Apart from [`nearest`] so that the browser build has it once.
fn nearest_of(word: &str, known: &mut dyn Iterator<Item = String>) -> Option<String> {
    let mut limit = (word.len() / 3).max(2).min(word.len() / 2);
    let mut nearest: Option<String> = None;
    for known in known {
        let distance = distance(word, &known);
        if distance < limit || (distance == limit && nearest.as_ref().is_none_or(|nearest| known < *nearest)) {
            limit = distance;
            nearest = Some(known);
        }
    }
    nearest
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
        assert!(expand(REGIONS).iter().all(|region| is_known(region)));
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
