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

    /// At most all of it.
    pub fn of(percent: u32) -> Self {
        Self(percent.min(Self::ALL.0))
    }

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

/// Whether an `Endpoint` is reached from a network of the customer only. Such an endpoint serves one model, without a split
/// (<https://cloud.google.com/vertex-ai/docs/predictions/private-service-connect>, read 2026-11-28).
pub fn is_private(endpoint: &Value) -> bool {
    endpoint["network"].as_str().is_some_and(|network| !network.is_empty())
        || endpoint["privateServiceConnectConfig"]["enablePrivateServiceConnect"] == true
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

    /// The split of an `Endpoint` among the models that are deployed to it: Google accepts no other ids in a new split.
    pub fn among_deployed(endpoint: &Value) -> Self {
        Self::of(endpoint).among(&deployed(endpoint))
    }

    /// The shares above 0, by id: a model without one is the same as one that is not named.
    pub fn shares(&self) -> impl Iterator<Item = (&String, u32)> {
        self.0.iter().map(|(id, share)| (id, *share)).filter(|(_, share)| *share > 0)
    }

    pub fn among(&self, ids: &[&str]) -> Self {
        let known = self.0.iter().filter(|(id, _)| ids.contains(&id.as_str()));
        Self(known.map(|(id, share)| (id.clone(), *share)).collect())
    }

    fn has_same_shares(&self, other: &Self) -> bool {
        self.shares().eq(other.shares())
    }

    /// The split after one model gives its share to others, by their weights.
    fn given(&self, id: &str, weights: &[(&str, u32)]) -> Self {
        let share = self.share(id);
        let whole: u32 = weights.iter().map(|(_, weight)| weight).sum();
        let mut shares = self.0.clone();
        shares.remove(id);
        if whole == 0 {
            return Self(shares);
        }
        let part = |weight: u32| share * weight / whole;
        let mut left = share - weights.iter().map(|(_, weight)| part(*weight)).sum::<u32>();
        for (other, weight) in weights {
            let more = u32::from(*weight > 0 && left > 0);
            left -= more;
            shares.insert((*other).to_owned(), self.share(other) + part(*weight) + more);
        }
        Self(shares)
    }

    /// The split after a model has left: the others receive its share in their proportions. Empty where no other model has traffic, so
    /// that the endpoint accepts none.
    #[must_use]
    pub fn leaving(&self, id: &str) -> Self {
        let others: Vec<(&str, u32)> =
            self.shares().filter(|(other, _)| *other != id).map(|(other, share)| (other.as_str(), share)).collect();
        if others.is_empty() { Self(Ordered::default()) } else { self.given(id, &others) }
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

/// The ids of an endpoint's deployed models.
pub fn deployed(endpoint: &Value) -> Vec<&str> {
    endpoint["deployedModels"].as_array().into_iter().flatten().filter_map(|model| model["id"].as_str()).collect()
}

/// A change of traffic: the split that was read, and the one that was written in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub before: Split,
    pub after: Split,
}

/// The split that rolls back what a run wrote for one deployed model; `None` where there is nothing to write.
///
/// What somebody else has changed since stays. A model that `leaves` returns its share to the models from which the run took it, except
/// those that others have switched off since, or else to all others in their proportions. A model that stays receives the share again
/// that it had.
pub fn rolled_back(endpoint: &Value, id: &str, written: &[Written], leaves: bool) -> Option<Split> {
    let present = Split::among_deployed(endpoint);
    let ids = deployed(endpoint);
    if !leaves {
        let is_as_left = |written: &&Written| written.after.has_same_shares(&present);
        let restored = written.iter().rev().find(is_as_left).map(|written| &written.before);
        let restored = restored.filter(|before| before.shares().all(|(other, _)| ids.contains(&other.as_str())));
        let share = written.first()?.before.share(id);
        // A write that never arrived is not undone, nor is traffic sent where somebody else has switched it off.
        let is_kept = present.share(id) == share || present.shares().next().is_none();
        let split = match restored {
            Some(before) => before.clone(),
            None if is_kept => return None,
            None => present.with(id, Traffic::of(share)),
        };
        return (!split.has_same_shares(&present)).then_some(split);
    }
    let others: Vec<&str> = ids.into_iter().filter(|other| *other != id).collect();
    if others.is_empty() || present.share(id) == 0 {
        return None;
    }
    let mut weights: Vec<(&str, u32)> = Vec::new();
    if let (Some(first), Some(last)) = (written.first(), written.last()) {
        for other in &others {
            let after = last.after.share(other);
            if present.share(other) > 0 || after == 0 {
                weights.push((other, first.before.share(other).saturating_sub(after)));
            }
        }
    }
    if weights.iter().all(|(_, weight)| *weight == 0) {
        weights = others.iter().map(|other| (*other, present.share(other))).collect();
    }
    Some(present.given(id, &weights))
}

impl FromIterator<(String, u32)> for Split {
    fn from_iter<I: IntoIterator<Item = (String, u32)>>(shares: I) -> Self {
        Self(shares.into_iter().collect())
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

    #[test]
    fn a_model_that_leaves_gives_its_share_to_the_others() {
        let leaving = |present: Value| Value::from(Split::of(&json!({ "trafficSplit": present })).leaving("9"));
        assert_eq!(leaving(json!({"9": 20, "1": 60, "2": 20})), json!({"1": 75, "2": 25}));
        assert_eq!(leaving(json!({"9": 100, "1": 0})), json!({}));
        assert_eq!(leaving(json!({"9": 0, "1": 100})), json!({"1": 100}));
        assert_eq!(leaving(json!({"9": 100})), json!({}));
    }

    fn back(endpoint: Value, written: &[(Value, Value)], leaves: bool) -> Option<Value> {
        let of = |split: &Value| Split::of(&json!({ "trafficSplit": split }));
        let written: Vec<_> =
            written.iter().map(|(before, after)| Written { before: of(before), after: of(after) }).collect();
        rolled_back(&endpoint, "9", &written, leaves).map(Value::from)
    }

    fn endpoint(split: Value, deployed: &[&str]) -> Value {
        let deployed: Vec<Value> = deployed.iter().map(|id| json!({ "id": id })).collect();
        json!({ "trafficSplit": split, "deployedModels": deployed })
    }

    #[test]
    fn takes_back_exactly_what_it_wrote_and_in_proportion_what_others_changed() {
        let wrote = [(json!({"1": 33, "2": 33, "3": 34}), json!({"9": 50, "1": 17, "2": 16, "3": 17}))];
        let all = ["1", "2", "3", "9"];
        assert_eq!(back(endpoint(wrote[0].1.clone(), &all), &wrote, true).unwrap(), wrote[0].0);
        let changed = endpoint(json!({"9": 50, "1": 30, "2": 20}), &all);
        assert_eq!(back(changed, &wrote, true).unwrap(), json!({"1": 55, "2": 45}));
        // A model of before that is gone receives nothing.
        let gone = endpoint(json!({"9": 50, "1": 25, "2": 25}), &["1", "2", "9"]);
        assert_eq!(back(gone, &wrote, true).unwrap(), json!({"1": 50, "2": 50}));
        // One that somebody has switched off stays off.
        let off = endpoint(json!({"9": 50, "1": 50, "2": 0}), &all);
        assert_eq!(back(off, &wrote, true).unwrap(), json!({"1": 100, "2": 0}));
        // Another run has deployed meanwhile: its share stays, and what was taken returns.
        let wide = [(json!({"1": 75, "2": 25}), json!({"9": 100}))];
        let canary = endpoint(json!({"9": 80, "8": 20}), &["1", "2", "8", "9"]);
        assert_eq!(back(canary, &wide, true).unwrap(), json!({"1": 60, "2": 20, "8": 20}));
        let all_of_it = [(json!({"1": 75, "2": 25}), json!({"9": 100}))];
        assert_eq!(back(endpoint(json!({"9": 100}), &["1", "2", "9"]), &all_of_it, true).unwrap(), all_of_it[0].0);
        assert_eq!(back(endpoint(json!({"9": 100}), &["1", "9"]), &all_of_it, true).unwrap(), json!({"1": 100}));
        assert_eq!(back(endpoint(json!({"9": 100}), &["8", "9"]), &all_of_it, true).unwrap(), json!({}));
        // Nothing to give, or no model to give it to.
        assert_eq!(back(endpoint(json!({"1": 100}), &["1", "9"]), &all_of_it, true), None);
        assert_eq!(back(endpoint(json!({"9": 100}), &["9"]), &[], true), None);
    }

    #[test]
    fn a_model_that_stays_has_its_share_again() {
        let wrote = [(json!({"1": 90, "9": 10}), json!({"1": 70, "9": 30}))];
        assert_eq!(back(endpoint(wrote[0].1.clone(), &["1", "9"]), &wrote, false).unwrap(), wrote[0].0);
        let changed = endpoint(json!({"1": 35, "2": 35, "9": 30}), &["1", "2", "9"]);
        assert_eq!(back(changed, &wrote, false).unwrap(), json!({"1": 45, "2": 45, "9": 10}));
        assert_eq!(back(endpoint(wrote[0].0.clone(), &["1", "9"]), &wrote, false), None);
        assert_eq!(back(endpoint(wrote[0].0.clone(), &["1", "9"]), &[], false), None);
        // A write that never arrived, and traffic that somebody has switched off.
        let first = [(json!({}), json!({"9": 100}))];
        assert_eq!(back(endpoint(json!({}), &["1", "9"]), &first, false), None);
        assert_eq!(back(endpoint(json!({}), &["1", "9"]), &wrote, false), None);
    }

    proptest! {
        #[test]
        fn what_is_rolled_back_is_a_split_of_the_models_that_stay(
            shares in proptest::collection::vec(0u32..40, 4), before in proptest::collection::vec(0u32..40, 4),
            percent in 0u32..=100, changed in any::<bool>()
        ) {
            let split = |shares: &[u32]| -> Split {
                let whole: u32 = shares.iter().sum::<u32>().max(1);
                let mut parts: Vec<u32> = shares.iter().map(|share| share * 100 / whole).collect();
                let first = (0..parts.len()).max_by_key(|at| parts[*at]).unwrap();
                parts[first] += 100 - parts.iter().sum::<u32>();
                (1..).zip(parts).map(|(id, share): (u32, u32)| (id.to_string(), share)).collect()
            };
            let before = split(&before);
            let after = before.with("9", Traffic::of(percent));
            let present = if changed { split(&shares).with("9", Traffic::of(percent)) } else { after.clone() };
            let read = endpoint(present.clone().into(), &["1", "2", "3", "4", "9"]);
            let written = [Written { before: before.clone(), after }];
            match rolled_back(&read, "9", &written, true) {
                Some(back) => {
                    prop_assert_eq!(back.shares().map(|(_, share)| share).sum::<u32>(), 100);
                    prop_assert_eq!(back.share("9"), 0);
                    prop_assert!(changed || back.has_same_shares(&before));
                    for id in ["1", "2", "3", "4"] {
                        prop_assert!(!changed || back.share(id) >= present.share(id));
                    }
                }
                None => prop_assert_eq!(present.share("9"), 0),
            }
        }

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
