//! Values of the host, read strictly: an arrival, and the answer to each want.

use super::want::{Answer, Failure, Outcome, Starter, Want};
use super::{Arrival, Who};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::Caller;
use serde_json::Value;

/// An answer of the host.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Json(Value),
    Bytes(Vec<u8>),
}

impl Arrival {
    /// Reads a `DoorArrival` of `pkg-js/core`.
    pub fn read(value: &Value) -> Result<Self, Diagnostic> {
        let who = match (value["kind"].as_str(), text(&value["ref"]), text(&value["subject"])) {
            (Some("user"), Some(entity_ref), None) => {
                let actor = text(&value["actor"]);
                match &value["permissions"] {
                    Value::Null => Who::Caller {
                        caller: Caller::User { entity_ref },
                        actor,
                        credentials: text(&value["credentials"]).unwrap_or_default(),
                    },
                    listed => Who::Listed { entity_ref, actor, permissions: texts(listed).ok_or_else(malformed)? },
                }
            }
            (Some("service"), None, Some(subject)) => {
                Who::Caller { caller: Caller::Service { subject }, actor: None, credentials: String::new() }
            }
            (Some("portal"), None, None) => Who::Portal,
            _ => return Err(malformed()),
        };
        let required = |name: &str| text(&value[name]).ok_or_else(malformed);
        Ok(Self {
            id: required("id")?,
            verb: required("verb")?,
            target: required("target")?,
            headers: headers(&value["headers"]).ok_or_else(malformed)?,
            who,
            whole: value["whole"].as_bool().unwrap_or_default(),
        })
    }
}

fn malformed() -> Diagnostic {
    Diagnostic::new(Code::RequestMalformed, "the call is not a `DoorArrival` of a user, a service or the portal")
}

impl Want {
    /// Reads the host's answer to this want. An answer of another type is a failure.
    pub fn answered(&self, told: Told) -> Outcome {
        let outcome = match (self, &told) {
            (Self::ReadBody { .. } | Self::ReadAnswer { .. }, Told::Json(Value::Null)) => Some(Outcome::Body(None)),
            (Self::ReadBody { .. } | Self::ReadAnswer { .. }, Told::Bytes(_)) => None,
            (_, Told::Bytes(_)) => Some(failure("the host answered with bytes")),
            (_, Told::Json(value)) => self.answered_with(value),
        };
        match (outcome, told) {
            (Some(outcome), _) => outcome,
            (None, Told::Bytes(bytes)) => Outcome::Body(Some(bytes)),
            (None, Told::Json(_)) => failure("the host's answer has another type"),
        }
    }

    fn answered_with(&self, value: &Value) -> Option<Outcome> {
        Some(match self {
            Self::Permit { .. } => Outcome::Decision(text(value)?),
            Self::Groups { .. } => Outcome::Groups(texts(value)?),
            Self::Starter { .. } if value.is_null() => Outcome::Starter(None),
            Self::Starter { .. } => Outcome::Starter(Some(Starter {
                entity_ref: text(&value["ref"])?,
                groups: texts(&value["ownership"])?,
                started_at: value["at"].as_u64()?,
            })),
            Self::FindGrant { .. } if value.is_null() => Outcome::Grant(None),
            Self::FindGrant { .. } => Outcome::Grant(Some(texts(value)?)),
            Self::Send(_) => Outcome::Answer(Answer {
                status: value["status"].as_u64()?.try_into().ok()?,
                headers: headers(&value["headers"])?,
            }),
            Self::ReadBody { .. } | Self::ReadAnswer { .. } | Self::Token(_) => return None,
            _ => Outcome::Done,
        })
    }
}

fn failure(message: &str) -> Outcome {
    Outcome::Failed(Failure { name: "TypeError".to_owned(), message: message.to_owned() })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(text).collect()
}

/// Header values in a fixed order. A header that is missing or repeated is `None`.
fn headers(value: &Value) -> Option<Vec<Option<String>>> {
    Some(value.as_array()?.iter().map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn arrival(caller: &Value) -> Result<Who, Diagnostic> {
        let mut value = json!({"id": "1", "verb": "GET", "target": "/x", "headers": ["a", null]});
        value.as_object_mut().unwrap().extend(caller.as_object().unwrap().clone());
        Arrival::read(&value).map(|arrival| {
            assert_eq!(arrival.headers, [Some("a".to_owned()), None]);
            arrival.who
        })
    }

    #[test]
    fn reads_each_kind_of_caller() {
        let alice = json!({"kind": "user", "ref": "user:default/alice", "credentials": "Bearer t"});
        assert!(
            matches!(arrival(&alice), Ok(Who::Caller { caller: Caller::User { .. }, credentials, .. }) if credentials == "Bearer t")
        );
        let listed = json!({"kind": "user", "ref": "user:default/alice", "permissions": []});
        assert!(matches!(arrival(&listed), Ok(Who::Listed { permissions, .. }) if permissions.is_empty()));
        let service = json!({"kind": "service", "subject": "plugin:scaffolder"});
        assert!(matches!(arrival(&service), Ok(Who::Caller { caller: Caller::Service { .. }, .. })));
        assert!(matches!(arrival(&json!({"kind": "portal"})), Ok(Who::Portal)));
    }

    #[test]
    fn rejects_any_other_caller() {
        for caller in [
            json!({}),
            json!({"kind": "none"}),
            json!({"kind": "user"}),
            json!({"kind": "user", "ref": 7}),
            json!({"kind": "user", "ref": "user:default/a", "subject": "plugin:x"}),
            json!({"kind": "user", "ref": "user:default/a", "permissions": "all"}),
            json!({"kind": "service", "ref": "user:default/a"}),
            json!({"kind": "portal", "ref": "user:default/a"}),
        ] {
            assert!(arrival(&caller).is_err(), "{caller}");
        }
        for missing in ["id", "verb", "target", "headers"] {
            let mut value = json!({"kind": "portal", "id": "1", "verb": "GET", "target": "/x", "headers": []});
            value.as_object_mut().unwrap().remove(missing);
            assert!(Arrival::read(&value).is_err(), "{missing}");
        }
    }

    #[test]
    fn an_answer_of_another_type_is_a_failure() {
        let wants = [
            Want::Permit { permission: "vertex-ai.read" },
            Want::Groups { within: 1 },
            Want::Starter { operation: String::new() },
            Want::FindGrant { id: String::new(), given_by: String::new() },
            Want::ReadBody { limit: 1 },
            Want::ReadAnswer { limit: 1 },
        ];
        for want in &wants {
            for told in [json!(true), json!({"status": 200}), json!([1])] {
                assert!(matches!(want.answered(Told::Json(told)), Outcome::Failed(_)), "{want:?}");
            }
        }
        for want in &wants[..4] {
            assert!(matches!(want.answered(Told::Bytes(vec![])), Outcome::Failed(_)), "{want:?}");
        }
    }

    #[test]
    fn reads_the_answer_to_each_want() {
        let told = |want: Want, value: Value| want.answered(Told::Json(value));
        assert_eq!(told(Want::Permit { permission: "" }, json!("ALLOW")), Outcome::Decision("ALLOW".into()));
        assert_eq!(told(Want::Groups { within: 1 }, json!(["g"])), Outcome::Groups(vec!["g".into()]));
        assert_eq!(told(Want::Starter { operation: String::new() }, Value::Null), Outcome::Starter(None));
        let starter = Starter { entity_ref: "u".into(), groups: vec![], started_at: 7 };
        let row = json!({"ref": "u", "ownership": [], "at": 7});
        assert_eq!(told(Want::Starter { operation: String::new() }, row), Outcome::Starter(Some(starter)));
        assert_eq!(told(Want::ReadBody { limit: 1 }, Value::Null), Outcome::Body(None));
        assert_eq!(Want::ReadBody { limit: 1 }.answered(Told::Bytes(vec![1])), Outcome::Body(Some(vec![1])));
    }
}
