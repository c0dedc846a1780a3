//! The locations where Google serves models on accelerators, with the default quota.
//!
//! Source: "custom model serving" in <https://docs.cloud.google.com/vertex-ai/docs/quotas>, read 2026-11-27. A quota of 0 means that Google
//! has the accelerator there and grants it on request. New projects often get less.

use super::image::continent;

/// The locations of each accelerator. A number is the default quota in the locations behind it.
const OFFERS: &[(&str, &str)] = &[
    (
        "NVIDIA_TESLA_T4",
        "12 us-west1 us-central1 us-east1 europe-west2 europe-west4 asia-east2 6 asia-south1 asia-southeast1 asia-east1 asia-northeast1 asia-northeast3 0 europe-west3",
    ),
    (
        "NVIDIA_L4",
        "28 us-west1 us-central1 us-east1 us-east4 europe-west1 europe-west2 europe-west4 asia-southeast1 asia-east1 asia-northeast1",
    ),
    ("NVIDIA_TESLA_V100", "6 us-west1 us-central1 europe-west4"),
    (
        "NVIDIA_TESLA_P4",
        "6 us-west2 us-central1 us-east4 northamerica-northeast1 europe-west4 asia-southeast1 australia-southeast1",
    ),
    ("NVIDIA_TESLA_P100", "30 us-west1 us-east1 europe-west1 asia-east1 56 us-central1"),
    ("NVIDIA_TESLA_A100", "14 us-central1 europe-west4 asia-southeast1 asia-northeast1 asia-northeast3 1 me-west1"),
    ("NVIDIA_A100_80GB", "1 us-central1 us-east4 europe-west4 asia-southeast1"),
    ("NVIDIA_H100_80GB", "16 us-central1 us-east5 europe-west4 asia-southeast1 8 us-west1 0 us-east4"),
    (
        "NVIDIA_H100_MEGA_80GB",
        "0 us-west1 us-west4 us-central1 us-east4 us-east5 europe-west1 europe-west4 asia-southeast1 asia-northeast1 australia-southeast1",
    ),
    ("NVIDIA_H200_141GB", "8 us-south1 asia-south2 0 us-west1 us-central1 us-east4 europe-west1"),
    ("NVIDIA_B200", "0 us-central1"),
    ("NVIDIA_GB200", "0 us-central1"),
    (
        "NVIDIA_RTX_PRO_6000",
        "8 us-central1 us-east1 europe-west4 asia-southeast2 0 us-west1 us-east4 europe-west1 asia-south2 asia-southeast1",
    ),
];

/// The locations that Google lists for an accelerator, with the default quota of each; none for an unknown accelerator.
pub fn offers(kind: &str) -> Vec<(&'static str, u32)> {
    let mut offers = Vec::new();
    let mut quota = 0;
    for (_, words) in OFFERS.iter().filter(|(known, _)| *known == kind) {
        for word in words.split(' ') {
            match word.parse() {
                Ok(number) => quota = number,
                Err(_) => offers.push((word, quota)),
            }
        }
    }
    offers
}

/// The locations of an accelerator that are nearest to one without it, at most three. Those with a quota of several go first.
pub fn nearest(location: &str, offers: &[(&'static str, u32)]) -> Vec<&'static str> {
    let here = continent(location);
    let mut nearest = Vec::new();
    while nearest.len() < 3 {
        let mut best = (0, "");
        for (other, quota) in offers.iter().filter(|(other, _)| !nearest.contains(other)) {
            let same = location.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
            let is_near = here.is_some() && here == continent(other);
            let rank = 1 + same + usize::from(is_near) * 100 + usize::from(*quota > 1) * 200;
            if rank > best.0 {
                best = (rank, other);
            }
        }
        match best {
            (0, _) => break,
            (_, other) => nearest.push(other),
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vertex::machine::kinds;
    use crate::vertex::region::is_known;

    #[test]
    fn every_known_accelerator_has_known_locations() {
        for kind in kinds() {
            let offers = offers(kind);
            assert!(!offers.is_empty() && offers.iter().all(|(location, _)| is_known(location)), "{kind}");
        }
        assert_eq!(OFFERS.len(), kinds().len());
        assert_eq!(offers("NVIDIA_L5"), []);
        assert_eq!(offers("NVIDIA_TESLA_P100")[3..], [("asia-east1", 30), ("us-central1", 56)]);
    }

    #[test]
    fn the_nearest_locations_go_first() {
        let near = |kind: &str, location: &str| nearest(location, &offers(kind));
        assert_eq!(near("NVIDIA_H100_80GB", "europe-north2"), ["europe-west4", "us-central1", "us-east5"]);
        assert_eq!(near("NVIDIA_L4", "us-west2"), ["us-west1", "us-central1", "us-east1"]);
        assert_eq!(near("NVIDIA_L4", "northamerica-northeast1")[0], "us-west1");
        assert_eq!(near("NVIDIA_B200", "us-east1"), ["us-central1"]);
        assert_eq!(near("NVIDIA_RTX_PRO_6000", "us-west1"), ["us-central1", "us-east1", "europe-west4"]);
    }
}
