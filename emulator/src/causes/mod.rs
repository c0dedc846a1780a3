//! The causes of failures by name: where each strikes, with which code and words, and what the container or the audit log tells.
//!
//! `POST /emulator/faults {"fault": {"kind": "cause", "cause": "oom"}}` lets one strike; `GET /emulator/causes` lists the rows.

mod access;
mod containers;
mod deployments;
pub mod failure;
mod identity;
pub mod names;
mod policies;
mod predictions;
pub mod real;
pub mod strike;
mod uploads;

use serde_json::{Value, json};

/// Where a cause strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strikes {
    /// A call whose method's name begins with a pattern that ends in a dot, or ends with another one.
    Calls(&'static [&'static str]),
    /// A deployment, at the end of this stage.
    Stage(&'static str),
    /// An operation of this kind, at its end.
    Operation(&'static str),
    /// A deployment that succeeds with fewer replicas than wanted.
    PartialSuccess,
}

/// A cause. Texts, details and lines have names in braces, which are filled in from the request.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    pub name: &'static str,
    pub strikes: Strikes,
    /// Name of the `google.rpc.Code`, or OAuth's error.
    pub code: &'static str,
    /// The text, and a second wording where there is one: the variants a and b.
    pub texts: &'static [&'static str],
    /// A list of details as JSON; empty without any.
    pub details: &'static str,
    /// What the container writes before, by variant; the first one's lines where a variant has none.
    pub lines: &'static [&'static [&'static str]],
    /// What the service agent is denied: service, audited method, permission and resource.
    pub denied: Option<[&'static str; 4]>,
    /// Where the text can be read; empty: it is approximate and unverified.
    pub source: &'static str,
}

/// A cause that has met a call, an operation or a deployment.
#[derive(Clone, Copy, Debug)]
pub struct Struck {
    pub cause: &'static Cause,
    pub variant: Variant,
}

impl Cause {
    /// A cause that strikes a start of a model server, for rows to build on.
    const DEFAULT: Self = Self {
        name: "",
        strikes: Strikes::Stage("STARTING_MODEL_SERVER"),
        code: "FAILED_PRECONDITION",
        texts: &[],
        details: "",
        lines: &[],
        denied: None,
        source: "",
    };

    /// The text of a variant, and the lines that the container writes before.
    pub fn wording(&self, variant: Variant) -> (&'static str, &'static [&'static str]) {
        let index = usize::from(variant == Variant::B);
        let lines = self.lines.get(index).or_else(|| self.lines.first()).copied().unwrap_or_default();
        (self.texts.get(index).or_else(|| self.texts.first()).copied().unwrap_or_default(), lines)
    }

    /// Whether it has a second wording of its text or of the container's lines.
    pub fn has_variant(&self) -> bool {
        self.texts.len() > 1 || self.lines.len() > 1
    }

    /// Whether it strikes calls of the method with this name.
    pub fn strikes_call(&self, method: &str) -> bool {
        let Strikes::Calls(patterns) = self.strikes else { return false };
        patterns.iter().any(|pattern| match pattern.ends_with('.') {
            true => method.starts_with(pattern),
            false => method.ends_with(pattern),
        })
    }

    fn shown(&self) -> Value {
        let strikes = match self.strikes {
            Strikes::Calls(methods) => json!({ "calls": methods }),
            Strikes::Stage(stage) => json!({ "stage": stage }),
            Strikes::Operation(kind) => json!({ "operation": kind }),
            Strikes::PartialSuccess => json!({"stage": "SUCCESSFULLY_DEPLOYED"}),
        };
        json!({
            "name": self.name,
            "strikes": strikes,
            "code": self.code,
            "texts": self.texts,
            "details": serde_json::from_str::<Value>(self.details).unwrap_or_else(|_| json!([])),
            "lines": self.lines,
            "source": if self.source.is_empty() { "unverified" } else { self.source },
        })
    }
}

/// The wording of a cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    #[default]
    A,
    B,
}

fn all() -> impl Iterator<Item = &'static Cause> {
    [
        access::CAUSES,
        containers::CAUSES,
        deployments::CAUSES,
        identity::CAUSES,
        policies::CAUSES,
        predictions::CAUSES,
        uploads::CAUSES,
    ]
    .into_iter()
    .flatten()
}

/// Finds a cause by name.
pub fn find(name: &str) -> Option<&'static Cause> {
    all().find(|cause| cause.name == name)
}

/// All rows, for `GET /emulator/causes`.
pub fn list() -> Value {
    json!({ "causes": all().map(Cause::shown).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_rows_are_whole() {
        let names: BTreeSet<&str> = all().map(|cause| cause.name).collect();
        assert_eq!(names.len(), all().count());
        for cause in all() {
            assert!(!cause.name.is_empty() && !cause.texts.is_empty(), "{}", cause.name);
            let details = cause.details;
            assert!(details.is_empty() || serde_json::from_str::<Vec<Value>>(details).is_ok(), "{}", cause.name);
            if let Strikes::Stage(stage) = cause.strikes {
                assert!(crate::state::stage::passes_through(stage), "{}", cause.name);
            }
        }
    }
}
