//! Why something failed, as far as it is known: part of a finding.

use super::{DOCUMENTATION, Words};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// The role that can remove a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "WhoCanFix")]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The developer of the model.
    Developer,
    /// The administrators of the project and the portal.
    Platform,
    /// The administrators of the organization.
    Organization,
    /// Google, or time.
    Google,
}

/// A cause that is less likely than the finding's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "OtherCause")]
pub struct Cause {
    /// Name of the entry that recognised it: `docs/reference/diagnosis/{entry}.md`.
    pub entry: Words,
    pub cause: Words,
    pub help: Words,
    pub who: Who,
}

/// The likeliest cause of a failure, and the others. The finding's help belongs to the likeliest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Diagnosis {
    /// Name of the entry that recognised it: `docs/reference/diagnosis/{entry}.md`.
    pub entry: Words,
    /// One clause.
    pub cause: Words,
    pub who: Who,
    /// The principal that lacks the finding's permission; absent where it is the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Words>,
    /// Other possible causes, likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Cause>>")]
    pub others: Vec<Cause>,
}

impl Who {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "developer" => Self::Developer,
            "platform" => Self::Platform,
            "organization" => Self::Organization,
            "google" => Self::Google,
            _ => return None,
        })
    }
}

impl Diagnosis {
    /// The URL of the entry's page, once the documentation is published.
    pub fn url(&self) -> Option<String> {
        let documentation = DOCUMENTATION?.trim_end_matches('/');
        Some(format!("{documentation}/reference/diagnosis/{}.md", self.entry))
    }

    /// Reads a diagnosis as JSON, e.g. that of a refusal by the portal.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(|text| Words::from(text.to_owned()));
        let who = |value: &Value| Who::parse(value.as_str()?);
        let others = value["others"].as_array().into_iter().flatten().filter_map(|other| {
            Some(Cause {
                entry: text(&other["entry"])?,
                cause: text(&other["cause"])?,
                help: text(&other["help"])?,
                who: who(&other["who"])?,
            })
        });
        Some(Self {
            entry: text(&value["entry"])?,
            cause: text(&value["cause"])?,
            who: who(&value["who"])?,
            principal: text(&value["principal"]),
            others: others.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnosis_is_read_as_it_is_written() {
        let other = Cause { entry: "a/b".into(), cause: "c".into(), help: "d".into(), who: Who::Google };
        for (principal, others) in [(None, vec![]), (Some("agent".into()), vec![other])] {
            let diagnosis =
                Diagnosis { entry: "x/y".into(), cause: "because".into(), who: Who::Organization, principal, others };
            assert_eq!(Diagnosis::read(&serde_json::to_value(&diagnosis).unwrap()), Some(diagnosis));
        }
        assert_eq!(Diagnosis::read(&Value::Null), None);
    }
}
