//! The traffic split of an endpoint: shares of its deployed models.
//!
//! Source: `Endpoint.trafficSplit` of the discovery document `aiplatform.v1` of 2026-11-06 (PyPI `google-api-python-client`
//! 2.202.0), read 2026-11-27.

use super::message::{Object, object};
use crate::name::NameError;
use crate::ordered::Ordered;
use serde::Serialize;
use serde_json::Value;
use std::str::FromStr;

/// Percent of an endpoint's traffic, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Traffic(u32);

impl Traffic {
    pub const ALL: Self = Self(100);
    pub const NONE: Self = Self(0);

    pub fn percent(self) -> u32 {
        self.0
    }

    /// The share in words, as in "send … to the model": `all traffic`, `20 % of the traffic`.
    pub fn words(self) -> String {
        match self {
            Self::ALL => "all traffic".into(),
            Self(percent) => format!("{percent} % of the traffic"),
        }
    }
}

impl FromStr for Traffic {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        s.parse().ok().filter(|percent| *percent <= Self::ALL.0).map(Self).ok_or_else(|| NameError {
            kind: "traffic share",
            rule: "write a whole number of percent from 0 to 100",
            value: s.to_owned(),
        })
    }
}

/// The shares of an endpoint's deployed models in percent, by id. They add up to 100, or the split is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split(Ordered<String, u32>);

impl Split {
    /// The split of an `Endpoint`, without impossible shares.
    pub fn of(endpoint: &Value) -> Self {
        let shares = endpoint["trafficSplit"].as_object().into_iter().flatten().filter_map(|(id, share)| {
            let share = share.as_u64().filter(|share| *share <= 100)?;
            Some((id.clone(), u32::try_from(share).ok()?))
        });
        Self(shares.collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn share(&self, id: &str) -> u32 {
        self.0.get(id).copied().unwrap_or(0)
    }

    /// The split after one model receives a share. The other models keep their proportions in the rest, rounded down, and the
    /// remainder is distributed by ones, as in Google's Python SDK. Without other traffic, the model receives all of it. Unlike the
    /// SDK, a model without traffic stays without.
    #[must_use]
    pub fn with(&self, id: &str, traffic: Traffic) -> Self {
        let others = || self.0.iter().filter(|(other, _)| *other != id);
        let held: u32 = others().map(|(_, share)| share).sum();
        let rest = Traffic::ALL.0 - traffic.0;
        let is_alone = rest == 0 || held == 0;
        let mut shares = Ordered::default();
        shares.insert(id.to_owned(), if is_alone { Traffic::ALL.0 } else { traffic.0 });
        if is_alone {
            return Self(shares);
        }
        let scaled = |share: u32| share * rest / held;
        let mut left = rest - others().map(|(_, share)| scaled(*share)).sum::<u32>();
        for (other, share) in others() {
            let more = u32::from(*share > 0 && left > 0);
            left -= more;
            shares.insert(other.clone(), scaled(*share) + more);
        }
        Self(shares)
    }
}

impl From<Split> for Value {
    fn from(split: Split) -> Self {
        split.0.iter().fold(object(), |object: Object, (id, share)| object.with(id, *share)).into()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn split(present: Value, id: &str, percent: u32) -> Value {
        Split::of(&json!({ "trafficSplit": present })).with(id, percent.to_string().parse().unwrap()).into()
    }

    #[test]
    fn the_others_keep_their_proportions() {
        assert_eq!(split(json!({"1": 100}), "0", 20), json!({"0": 20, "1": 80}));
        assert_eq!(split(json!({"1": 33, "2": 33, "3": 34}), "0", 50), json!({"0": 50, "1": 17, "2": 16, "3": 17}));
        assert_eq!(split(json!({"1": 70, "2": 30}), "2", 10), json!({"1": 90, "2": 10}));
        assert_eq!(split(json!({"1": 70, "2": 30}), "0", 100), json!({"0": 100}));
        assert_eq!(split(json!({"1": 100, "2": 0}), "0", 1), json!({"0": 1, "1": 99, "2": 0}));
    }

    #[test]
    fn the_only_model_with_traffic_receives_all() {
        assert_eq!(split(json!({}), "0", 20), json!({"0": 100}));
        assert_eq!(split(json!({"7": 100}), "7", 20), json!({"7": 100}));
        assert_eq!(split(json!({"7": 0, "8": 0}), "7", 0), json!({"7": 100}));
        assert_eq!(split(json!({"7": "many", "8": -1, "9": 1e99}), "7", 5), json!({"7": 100}));
    }

    proptest! {
        #[test]
        fn a_split_sums_to_100_and_keeps_its_models(
            parts in proptest::collection::vec(0u32..1000, 0..8), percent in 0u32..100, ours in 0usize..8
        ) {
            // Shares that sum to 100, whatever the parts are.
            let whole: u32 = parts.iter().sum();
            let mut before = 0;
            let mut so_far = 0;
            let mut shares = serde_json::Map::new();
            for (number, part) in parts.iter().enumerate().filter(|_| whole > 0) {
                so_far += part;
                let here = so_far * 100 / whole;
                shares.insert((number + 1).to_string(), json!(here - before));
                before = here;
            }
            let id = ours.to_string();
            let after = split(Value::Object(shares.clone()), &id, percent);
            let after = after.as_object().unwrap();
            prop_assert_eq!(after.values().filter_map(Value::as_u64).sum::<u64>(), 100);
            let others = shares.iter().filter(|(other, share)| **other != id && share.as_u64() != Some(0)).count();
            if others > 0 {
                prop_assert_eq!(after[&id].as_u64(), Some(u64::from(percent)));
                shares.insert(id.clone(), Value::Null);
                prop_assert!(after.keys().eq(shares.keys()));
            } else {
                prop_assert_eq!(after.len(), 1);
            }
            // The same shares in another order of the text are the same split.
            let reversed: Vec<_> = shares.iter().rev().map(|(id, share)| format!("\"{id}\": {share}")).collect();
            let reversed = serde_json::from_str(&format!("{{{}}}", reversed.join(","))).unwrap();
            prop_assert_eq!(&split(reversed, &id, percent), &Value::Object(after.clone()));
        }
    }
}
