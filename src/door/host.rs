//! The door as its host sees it: a call with its open want, and the host's values, read strictly.

use super::arrival::{Arrival, Who};
use super::evidence::Doubt;
use super::owed::{self, Debt};
use super::want::{Answer, Failure, MandateRow, Outcome, Starter, Want};
use super::{Door, End};
use crate::conversation::{Conversation, Event, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::identity::broker::{Broker, Job, TokenFlight};
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;
use ts_rs::TS;

/// An answer of the host.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Json(Value),
    Bytes(Vec<u8>),
    Failed(Failure),
}

/// One call with its open want.
pub struct Call {
    talk: Conversation<End, Want, Outcome>,
    wanted: Want,
    broker: Rc<Broker>,
    /// The exchange that this call waits for.
    pub token: Option<TokenFlight>,
    /// What the call owes to the audit stores.
    owed: Vec<Debt>,
    /// What it owes once the open want is fulfilled, where that changes.
    then: Option<Vec<Debt>>,
}

/// The state of a call after an answer.
#[derive(Debug, Serialize, TS)]
#[ts(optional_fields)]
pub struct DoorStep<'a> {
    /// The next action of the host; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub want: Option<&'a Want>,
    /// What the host fulfils if the core fails after this want is fulfilled; absent where that changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed: Option<&'a [Debt]>,
    /// The refusal at the end; absent where the caller has Google's answer, or has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: End,
}

impl Call {
    pub fn new(door: &Rc<Door>, arrival: Arrival) -> Self {
        Self {
            talk: door.pass(arrival),
            wanted: Want::Nothing,
            broker: Rc::clone(&door.broker),
            token: None,
            owed: Vec::new(),
            then: None,
        }
    }

    /// Delivers the answer to the open want. A token that has landed takes its place.
    pub fn tell(&mut self, told: Event<Told>) -> DoorStep<'_> {
        if let Some(then) = self.then.take().filter(|_| !matches!(told.outcome, Told::Failed(_))) {
            self.owed = then;
        }
        let landed = self.token.take().and_then(|flight| flight.result());
        let event = told.map(|told| landed.map_or_else(|| self.wanted.answered(told), Outcome::Token));
        match self.talk.tell(event) {
            Turn::Want(want) => {
                self.then = owed::after(&want, &self.owed);
                self.wanted = want;
                DoorStep { want: Some(&self.wanted), owed: self.then.as_deref(), refusal: None }
            }
            Turn::Done(refusal) => DoorStep { want: None, owed: None, refusal },
        }
    }

    /// Starts or joins the exchange for the wanted token. Returns the job, for the caller who has to drive it.
    pub fn token(&mut self) -> Option<Job> {
        let Want::Token(request) = &self.wanted else { return None };
        let (flight, errand) = self.broker.token(request);
        self.token = Some(flight);
        errand.map(|errand| Job::new(errand, &self.broker))
    }
}

impl Arrival {
    /// Reads a `DoorArrival` of `pkg-js/core`.
    pub fn read(value: &Value) -> Result<Self, Diagnostic> {
        let who = match (value["kind"].as_str(), text(&value["ref"]), text(&value["subject"])) {
            (Some("user"), Some(entity_ref), None) => Who::User {
                entity_ref,
                actor: text(&value["actor"]),
                credentials: text(&value["credentials"]),
                permissions: match &value["permissions"] {
                    Value::Null => None,
                    listed => Some(texts(listed).ok_or_else(malformed)?),
                },
            },
            (Some("service"), None, Some(subject)) => Who::Service { subject },
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
            (_, Told::Failed(failure)) => Some(Outcome::Failed(failure.clone())),
            (Self::ReadBody { .. } | Self::ReadAnswer { .. }, Told::Json(Value::Null)) => Some(Outcome::Body(None)),
            (Self::ReadBody { .. } | Self::ReadAnswer { .. }, Told::Bytes(_)) => None,
            (_, Told::Bytes(_)) => Some(failure("the host answered with bytes")),
            (_, Told::Json(value)) => self.answered_with(value),
        };
        match (outcome, told) {
            (Some(outcome), _) => outcome,
            (None, Told::Bytes(bytes)) => Outcome::Body(Some(bytes)),
            (None, _) => failure("the host's answer has another type"),
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
            Self::Doubts { .. } => Outcome::Doubts(value.as_array()?.iter().map(Doubt::read).collect::<Option<_>>()?),
            Self::Resolve(_) => Outcome::Resolved(value.as_bool()?),
            Self::FindMandate { .. } if value.is_null() => Outcome::Mandate(None),
            Self::FindMandate { .. } => Outcome::Mandate(Some(MandateRow::read(value)?)),
            Self::KeepFacts { .. } => Outcome::Kept(value.as_bool()?),
            Self::Claims { .. } | Self::Entities { .. } => Outcome::Entities(value.as_array()?.clone()),
            Self::Send(_) => Outcome::Answer(Answer {
                status: value["status"].as_u64()?.try_into().ok()?,
                headers: headers(&value["headers"])?,
            }),
            Self::ReadBody { .. } | Self::ReadAnswer { .. } | Self::Token(_) => return None,
            _ => Outcome::Done,
        })
    }
}

impl Doubt {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            id: text(&value["id"])?,
            method: text(&value["method"])?,
            resource: text(&value["resource"])?,
            clue: text(&value["clue"]),
            begun_at: value["begunAt"].as_u64()?,
            ended_at: value["endedAt"].as_u64(),
            is_idle: value["isIdle"].as_bool()?,
            operation: text(&value["operation"]),
            rival_at: value["rivalAt"].as_u64(),
            nameless_at: value["namelessAt"].as_u64(),
            taken: texts(&value["taken"])?,
        })
    }
}

impl MandateRow {
    pub fn read(value: &Value) -> Option<Self> {
        Some(Self {
            deployment: text(&value["deployment"])?,
            user: text(&value["user"])?,
            groups: texts(&value["groups"])?,
            request: text(&value["request"])?,
            fingerprint: text(&value["fingerprint"])?,
            expires_at: value["expiresAt"].as_u64()?,
            revoked_at: match &value["revokedAt"] {
                Value::Null => None,
                at => Some(at.as_u64()?),
            },
            lease: value["lease"].as_u64()?,
            facts: text(&value["facts"])?,
            revision: value["revision"].as_u64()?,
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
    fn a_call_joins_the_exchange_of_another() {
        let door = Rc::new(Door::new(crate::config::tests::config(), crate::door::tests::planner()));
        let begin = || {
            let headers = vec![None; crate::door::REQUEST_HEADERS.len()];
            let entity_ref = "user:default/alice".into();
            let who = Who::User { entity_ref, actor: None, credentials: None, permissions: None };
            let target =
                "/api/proxy/vertex-ai/aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud".into();
            Call::new(&door, Arrival { id: "1".into(), verb: "GET".into(), target, headers, who, whole: false })
        };
        let event = |value: Value| Event { outcome: Told::Json(value), now: 1, random: 0.0, cancelled: false };
        let wanted =
            |next: DoorStep<'_>| serde_json::to_value(next).unwrap()["want"]["want"].as_str().map(str::to_owned);
        let (mut first, mut second) = (begin(), begin());
        for call in [&mut first, &mut second] {
            assert!(call.token().is_none(), "no token is wanted yet");
            assert_eq!(wanted(call.tell(event(Value::Null))).as_deref(), Some("permit"));
            assert_eq!(wanted(call.tell(event(json!("ALLOW")))).as_deref(), Some("doubts"));
            assert_eq!(wanted(call.tell(event(json!([])))).as_deref(), Some("groups"));
            assert_eq!(wanted(call.tell(event(json!([])))).as_deref(), Some("token"));
        }
        let job = first.token();
        assert!(job.is_some() && second.token().is_none(), "one exchange");
        let token = crate::identity::secret::Secret::new("t".into());
        first.token.as_ref().unwrap().land(Ok(token));
        for call in [&mut first, &mut second] {
            assert_eq!(wanted(call.tell(event(Value::Null))).as_deref(), Some("send"));
        }
        let failed = Event {
            outcome: Told::Failed(Failure { name: String::new(), message: String::new() }),
            ..event(Value::Null)
        };
        let DoorStep { want: Some(Want::Log(_)), .. } = first.tell(failed) else { panic!("a failure is logged") };
        let DoorStep { want: None, refusal: Some(refusal), .. } = first.tell(event(Value::Null)) else {
            panic!("a refusal")
        };
        assert_eq!(refusal.status, 502);
    }

    #[test]
    fn reads_each_kind_of_caller() {
        let user = |credentials: Option<&str>, permissions: Option<Vec<String>>| Who::User {
            entity_ref: "user:default/alice".into(),
            actor: None,
            credentials: credentials.map(str::to_owned),
            permissions,
        };
        for (caller, who) in [
            (
                json!({"kind": "user", "ref": "user:default/alice", "credentials": "Bearer t"}),
                user(Some("Bearer t"), None),
            ),
            (json!({"kind": "user", "ref": "user:default/alice", "permissions": []}), user(None, Some(vec![]))),
            (json!({"kind": "service", "subject": "plugin:x"}), Who::Service { subject: "plugin:x".into() }),
            (json!({"kind": "portal"}), Who::Portal),
        ] {
            assert_eq!(arrival(&caller), Ok(who));
        }
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
            Want::ReadAnswer { limit: 1, within: 1 },
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
