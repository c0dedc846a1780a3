//! Placeholders of guides and templates that nobody replaced, such as `your-project-id`.

use super::keys::Key;
use crate::words::{self, plain};

/// Parts that stand for any project. Such a part is a name elsewhere: an endpoint can be called `my-project`.
const PROJECTS: [&str; 4] = ["my-project", "my-project-id", "project-id", "gcp-project"];

/// The first part of a value that is a placeholder, and whether no name can look like it.
pub fn placeholder(key: Key, value: &str) -> Option<(&str, bool)> {
    // Other values are not names of resources.
    if !matches!(
        key,
        Key::Project
            | Key::Location
            | Key::Endpoint
            | Key::Model
            | Key::ServiceAccount
            | Key::Image
            | Key::ArtifactUri
            | Key::KmsKey
    ) {
        return None;
    }
    for part in value.split(['/', '@', ':', ' ']) {
        let word = plain(part);
        let mut is_variable = part.starts_with('$');
        let mut is_capital = true;
        for byte in part.bytes() {
            is_variable |= matches!(byte, b'<' | b'>' | b'{' | b'}');
            is_capital &= byte.is_ascii_uppercase() || byte == b'_';
        }
        // `PROJECT_ID`
        let is_impossible = is_variable || (is_capital && word != part && words::contains(part, "_"));
        let is_project = PROJECTS.contains(&&*word) && !matches!(key, Key::Endpoint | Key::Model | Key::Location);
        if is_impossible || is_project || word.starts_with("your-") || word.starts_with("xxx") {
            return Some((part, is_impossible));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_names() {
        for (key, value, part) in [
            (Key::Project, "your-project-id", "your-project-id"),
            (Key::Project, "my-project", "my-project"),
            (Key::Project, "PROJECT_ID", "PROJECT_ID"),
            (Key::Project, "<project>", "<project>"),
            (Key::Project, "{PROJECT}", "{PROJECT}"),
            (Key::Project, "$PROJECT", "$PROJECT"),
            (Key::Endpoint, "ENDPOINT_ID", "ENDPOINT_ID"),
            (Key::Endpoint, "projects/your-project/locations/us-central1/endpoints/e", "your-project"),
            (Key::Model, "xxx@1", "xxx"),
            (Key::Image, "us-central1-docker.pkg.dev/your-project/serving/fraud:3", "your-project"),
            (Key::Image, "us-central1-docker.pkg.dev/PROJECT_ID/serving/fraud:3", "PROJECT_ID"),
            (Key::ArtifactUri, "gs://your-bucket/model", "your-bucket"),
        ] {
            assert_eq!(placeholder(key, value).map(|(part, _)| part), Some(part), "{value}");
        }
        for (key, value) in [
            (Key::Project, "acme-ml"),
            (Key::Project, "Acme ML"),
            (Key::Endpoint, "my-project"),
            (Key::Endpoint, "my-endpoint"),
            (Key::Model, "MODEL@3"),
            (Key::DisplayName, "<new>"),
            (Key::ArtifactUri, "gs://acme-models/yours/3"),
        ] {
            assert_eq!(placeholder(key, value), None, "{value}");
        }
    }
}
