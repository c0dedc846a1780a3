//! A model: its versions and their aliases.
//!
//! Source: `aiplatform.v1` `Model.versionAliases` and `MergeVersionAliasesRequest`. Versions count up and are never used again.
//! Unverified: that an alias other than `default` moves, too, when another version receives it.

use super::policy::Policy;
use crate::error::ApiError;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The alias that exactly one version of each model has.
pub const DEFAULT: &str = "default";

/// The versions of a model by number, as API bodies without the name.
#[derive(Debug, Default)]
pub struct ModelState {
    versions: BTreeMap<u64, Value>,
    /// The last number given to a version.
    last: u64,
    /// Number of uploads under way.
    pub uploading: u32,
    pub policy: Policy,
}

fn aliases(body: &Value) -> BTreeSet<String> {
    body["versionAliases"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether it is an alias: `[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]`, which no version number is.
pub fn is_alias(text: &str) -> bool {
    let is_small = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    (2..=128).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && is_small(bytes[bytes.len() - 1])
}

impl ModelState {
    /// Returns the number for a new version.
    pub fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    pub fn versions(&self) -> impl DoubleEndedIterator<Item = (u64, &Value)> {
        self.versions.iter().map(|(number, body)| (*number, body))
    }

    /// Finds a version by number or alias; the default one without either.
    pub fn find(&self, wanted: Option<&str>) -> Option<(u64, &Value)> {
        let wanted = wanted.unwrap_or(DEFAULT);
        match wanted.parse::<u64>() {
            Ok(number) => self.versions.get_key_value(&number).map(|(number, body)| (*number, body)),
            Err(_) => self.versions().find(|(_, body)| aliases(body).contains(wanted)),
        }
    }

    pub fn body_mut(&mut self, number: u64) -> Option<&mut Value> {
        self.versions.get_mut(&number)
    }

    /// Adds a version, which takes its aliases from others. The first one becomes the default.
    pub fn add(&mut self, number: u64, body: Value) {
        let mut own = aliases(&body);
        if self.versions.is_empty() {
            own.insert(DEFAULT.to_owned());
        }
        self.versions.insert(number, body);
        self.set_aliases(number, own);
    }

    /// Adds the aliases, and removes those with the prefix `-`.
    pub fn merge_aliases(&mut self, number: u64, sent: &[&str]) -> Result<(), ApiError> {
        let plain = |alias: &str| alias.strip_prefix('-').unwrap_or(alias).to_owned();
        if let Some(alias) = sent.iter().find(|alias| !is_alias(&plain(alias))) {
            return Err(ApiError::invalid(format!("Invalid version alias: \"{alias}\".")));
        }
        let (removed, added): (Vec<&str>, Vec<&str>) = sent.iter().partition(|alias| alias.starts_with('-'));
        let (removed, added): (BTreeSet<String>, BTreeSet<String>) =
            (removed.into_iter().map(plain).collect(), added.into_iter().map(plain).collect());
        let body = self.versions.get(&number).ok_or_else(|| ApiError::not_found(&number.to_string()))?;
        let before = aliases(body);
        // An alias that is both added and removed stays as it is.
        let mut after: BTreeSet<String> = before.union(&added).cloned().collect();
        after.retain(|alias| !removed.contains(alias) || (added.contains(alias) && before.contains(alias)));
        if before.contains(DEFAULT) && !after.contains(DEFAULT) {
            return Err(ApiError::invalid("A model must have exactly one default version."));
        }
        self.set_aliases(number, after);
        Ok(())
    }

    fn set_aliases(&mut self, number: u64, own: BTreeSet<String>) {
        for (other, body) in &mut self.versions {
            let kept: BTreeSet<String> =
                if *other == number { own.clone() } else { aliases(body).difference(&own).cloned().collect() };
            body["versionAliases"] = json!(kept);
        }
    }

    /// Rejects to remove the only version and the default one. Unverified: the texts, and that the default is kept.
    pub fn check_removable(&self, number: u64) -> Result<(), ApiError> {
        if self.versions.len() == 1 {
            return Err(ApiError::precondition("The only version of a model cannot be deleted: delete the model."));
        }
        if self.versions.get(&number).is_some_and(|body| aliases(body).contains(DEFAULT)) {
            return Err(ApiError::precondition("The default version cannot be deleted: move the alias first."));
        }
        Ok(())
    }

    pub fn remove(&mut self, number: u64) {
        self.versions.remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> ModelState {
        let mut model = ModelState::default();
        for aliases in [json!([]), json!(["golden"]), json!(["default", "golden"])] {
            let number = model.number();
            model.add(number, json!({ "versionAliases": aliases }));
        }
        model
    }

    fn found(model: &ModelState, wanted: &str) -> Option<u64> {
        model.find(Some(wanted)).map(|(number, _)| number)
    }

    #[test]
    fn an_alias_is_of_one_version() {
        let mut model = model();
        assert_eq!(
            (found(&model, "default"), found(&model, "golden"), found(&model, "2")),
            (Some(3), Some(3), Some(2))
        );
        model.merge_aliases(1, &["default", "old"]).unwrap();
        model.merge_aliases(3, &["-golden"]).unwrap();
        assert_eq!((found(&model, "default"), found(&model, "golden"), found(&model, "old")), (Some(1), None, Some(1)));
        assert_eq!(model.find(None).unwrap().0, 1);
    }

    #[test]
    fn the_default_moves_but_does_not_vanish() {
        let mut model = model();
        assert_eq!(model.merge_aliases(3, &["-default"]).unwrap_err().http, 400);
        assert_eq!(model.check_removable(3).unwrap_err().http, 400);
        model.check_removable(1).unwrap();
        model.remove(1);
        model.remove(2);
        assert_eq!(model.check_removable(3).unwrap_err().http, 400);
        assert_eq!(model.number(), 4);
    }

    #[test]
    fn added_and_removed_cancel_each_other_out() {
        let mut model = model();
        model.merge_aliases(1, &["new", "-new"]).unwrap();
        model.merge_aliases(3, &["golden", "-golden"]).unwrap();
        assert_eq!((found(&model, "new"), found(&model, "golden")), (None, Some(3)));
    }

    #[test]
    fn tells_aliases_from_numbers() {
        for (text, is) in
            [("golden", true), ("v2", true), ("a", false), ("2", false), ("A1", false), ("ab-", false), ("aBc", true)]
        {
            assert_eq!(is_alias(text), is, "{text}");
        }
    }
}
