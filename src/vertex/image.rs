//! Names of container images, and Google's prebuilt images.
//!
//! Sources: <https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements>, read 2026-11-27;
//! `google/cloud/aiplatform/constants/prediction.py` of PyPI `google-cloud-aiplatform` 2.7.0, read 2026-11-27.

use crate::name::Image;
use crate::words::{self, expand, is_listed, nearest, plain};

/// The part between location and name of a prebuilt image.
const PREBUILT_PATH: &str = "-docker.pkg.dev/vertex-ai/prediction/";

/// Prebuilt images and their versions. Each image exists in each of [`CONTINENTS`].
const PREBUILT: &[(&str, &str)] = &[
    ("sklearn-cpu.", "1-6 1-5 1-4 1-3 1-2 1-0 0-24 0-23 0-22 0-20"),
    ("xgboost-cpu.", "2-1 2-0 1-7 1-6 1-5 1-4 1-3 1-2 1-1 0-90 0-82"),
    ("tf2-cpu.", TF2),
    ("tf2-gpu.", TF2),
    ("tf-cpu.", "1-15"),
    ("tf-gpu.", "1-15"),
    ("pytorch-cpu.", PYTORCH),
    ("pytorch-gpu.", PYTORCH),
];

const TF2: &str = "2-15 2-14 2-13 2-12 2-11 2-10 2-9 2-8 2-7 2-6 2-5 2-4 2-3 2-2 2-1";
const PYTORCH: &str = "2-4 2-3 2-2 2-1 2-0 1-13 1-12 1-11";

/// The multi-regions of Artifact Registry.
pub const CONTINENTS: [&str; 3] = ["us", "europe", "asia"];

/// The multi-region of the continent of a location; `None` on other continents.
pub fn continent(location: &str) -> Option<&'static str> {
    let area = location.split('-').next().unwrap_or_default();
    Some(match area {
        "us" | "northamerica" => "us",
        "eu" | "europe" => "europe",
        "asia" => "asia",
        _ => return None,
    })
}

/// The tag of an image: the text after the colon of its last part.
pub fn tag(image: &str) -> Option<&str> {
    Some(image.rsplit('/').next()?.split_once(':')?.1)
}

/// Whether a text is a digest: the text after the `@` of an image.
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Google's projects with images that serve models. Every region can read them (unverified except for prebuilt images).
const GOOGLES: [&str; 4] = ["vertex-ai", "vertex-ai-restricted", "cloud-aiplatform", "deeplearning-platform-release"];

/// Whether the image is Google's own.
pub fn is_googles(image: &Image) -> bool {
    GOOGLES.contains(&image.project())
}

/// The name of a prebuilt image, such as `tf2-cpu.2-15`.
#[derive(Clone, Copy, Debug)]
pub struct Prebuilt<'a> {
    image: &'a str,
    name: &'a str,
}

impl<'a> Prebuilt<'a> {
    /// `None` for other images.
    pub fn new(image: &'a str) -> Option<Self> {
        let (_, rest) = words::split_once(image, PREBUILT_PATH)?;
        Some(Self { image, name: rest.split([':', '@']).next()? })
    }

    pub fn name(self) -> &'a str {
        self.name
    }

    /// Whether the image runs on GPUs.
    pub fn on_gpu(self) -> bool {
        words::contains(self.name, "-gpu.")
    }

    /// Whether Google has the framework for GPUs too.
    pub fn has_gpu_twin(self) -> bool {
        !self.name.starts_with("sklearn-") && !self.name.starts_with("xgboost-")
    }

    /// Whether the image is on the list.
    pub fn is_known(self) -> bool {
        is_listed(PREBUILT, self.name)
    }

    /// The most similar known name, and whether only separators differ.
    pub fn nearest(self) -> Option<(String, bool)> {
        let near = nearest(self.name, expand(PREBUILT).into_iter())?;
        let is_sure = plain(&near) == plain(self.name);
        Some((near, is_sure))
    }

    /// The image with another location or name.
    pub fn with(self, location: Option<&str>, name: Option<&str>) -> String {
        let (old, rest) = words::split_once(self.image, PREBUILT_PATH).unwrap_or((self.image, ""));
        let rest = rest.get(self.name.len()..).unwrap_or_default();
        format!("{}{PREBUILT_PATH}{}{rest}", location.unwrap_or(old), name.unwrap_or(self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::is_registry;

    #[test]
    fn the_table_has_as_many_images_as_google_lists() {
        assert_eq!(expand(PREBUILT).len() * CONTINENTS.len(), 207);
    }

    #[test]
    fn an_unknown_prebuilt_image_has_a_suggestion() {
        let prebuilt = |name: &str| {
            let image = format!("us-docker.pkg.dev/vertex-ai/prediction/{name}:latest");
            let prebuilt = Prebuilt::new(&image).unwrap();
            assert_eq!(prebuilt.with(None, None), image);
            (prebuilt.is_known(), prebuilt.nearest())
        };
        assert!(prebuilt("tf2-gpu.2-15").0 && prebuilt("xgboost-cpu.0-82").0);
        for (wrong, near, is_sure) in [
            ("sklearn-cpu.1.5", "sklearn-cpu.1-5", true),
            ("tf2_cpu.2-15", "tf2-cpu.2-15", true),
            ("sklearn-gpu.1-5", "sklearn-cpu.1-5", false),
        ] {
            assert_eq!(prebuilt(wrong), (false, Some((near.to_owned(), is_sure))));
        }
        assert!(Prebuilt::new("us-docker.pkg.dev/acme-ml/serving/fraud:3").is_none());
    }

    #[test]
    fn a_prebuilt_image_can_change_location_and_name() {
        let prebuilt = Prebuilt::new("us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest").unwrap();
        assert_eq!(
            prebuilt.with(Some("asia"), Some("tf2-gpu.2-15")),
            "asia-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest"
        );
        assert!(!prebuilt.on_gpu() && prebuilt.has_gpu_twin());
    }

    #[test]
    fn image_names_have_parts() {
        let image = "us-central1-docker.pkg.dev/acme-ml/serving/fraud";
        assert_eq!((tag(image), tag(&format!("{image}:3"))), (None, Some("3")));
        assert!(is_registry(image) && is_registry("gcr.io/acme-ml/fraud") && !is_registry("docker.io/acme/fraud"));
        assert!(!is_registry("us-central1-python.pkg.dev/acme-ml/serving/fraud"));
        assert!(is_digest(&format!("sha256:{}", "0f".repeat(32))) && !is_digest("sha256:0f") && !is_digest("md5:0f"));
        assert_eq!(
            (continent("northamerica-northeast1"), continent("eu"), continent("me-west1")),
            (Some("us"), Some("europe"), None)
        );
    }
}
