//! What a call owes to the audit stores. Should the core fail, the host settles it alone.

use super::records::{Announcement, Conclusion, Facts, Intention, Result, Settlement};
use super::want::{Level, LogLine, LogMeta, Want};
use serde::Serialize;
use ts_rs::TS;

const LOST: &str = "the core failed unexpectedly: the outcome is not known";

/// A want that the host fulfils if the core fails, and the line of the log if that fails too. The error goes into `meta`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "DoorDebt")]
pub struct Debt {
    pub want: Want,
    pub otherwise: LogLine,
}

impl Debt {
    fn new(want: Want, audit_id: &str, method: &'static str, resource: &str, user: &str) -> Self {
        let meta = LogMeta {
            audit_id: Some(audit_id.to_owned()),
            method: Some(method),
            resource: Some(resource.to_owned()),
            user: Some(user.to_owned()),
            ..LogMeta::default()
        };
        let message = format!("The outcome of audit record {audit_id} is lost");
        Self { want, otherwise: LogLine { level: Level::Error, message, meta } }
    }

    /// The event of the audit log after an announced call.
    fn conclusion(announced: &Announcement) -> Self {
        let meta = announced.meta.clone();
        let Facts { audit_id, method, resource, user, .. } = &announced.meta;
        let conclusion = Conclusion { succeeded: false, meta, error: Some(LOST.to_owned()) };
        Self::new(Want::Conclude(conclusion), audit_id, method, resource, user)
    }

    /// The outcome of a recorded call. Without a status, a policy counts as changed.
    fn settlement(recorded: &Intention) -> Self {
        let Intention { id, method, resource, user_ref, .. } = recorded;
        let settlement = Settlement { error: Some(LOST.to_owned()), ..Result::Unknown.settlement(id.clone()) };
        Self::new(Want::Settle(settlement), &recorded.id, method, resource, user_ref)
    }
}

/// Returns what a call owes once the host has fulfilled `want`; `None` where that changes nothing.
pub fn after(want: &Want, owed: &[Debt]) -> Option<Vec<Debt>> {
    let but = |paid: fn(&Want) -> bool| owed.iter().filter(|debt| !paid(&debt.want)).cloned().collect();
    let and = |debt| owed.iter().cloned().chain([debt]).collect();
    match want {
        Want::Announce(announced) => Some(and(Debt::conclusion(announced))),
        Want::Record(recorded) => Some(and(Debt::settlement(recorded))),
        Want::Settle(_) => Some(but(|want| matches!(want, Want::Settle(_)))),
        Want::Conclude(_) => Some(but(|want| matches!(want, Want::Conclude(_)))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tests::config;
    use crate::conversation::Event;
    use crate::door::arrival::{Arrival, Who};
    use crate::door::host::{Call, Told};
    use crate::door::want::Failure;
    use crate::door::{Door, REQUEST_HEADERS};
    use crate::identity::secret::Secret;
    use serde_json::{Value, json};
    use std::rc::Rc;

    /// Takes a recorded call through the door, where the want `broken` fails. Returns each want that changes what is owed, with the debts
    /// after it.
    fn debts(broken: &str) -> Vec<(String, Vec<Value>)> {
        let door = Rc::new(Door::new(config(), crate::door::tests::planner()));
        let target = "/api/proxy/vertex-ai/aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud".into();
        let headers = vec![None; REQUEST_HEADERS.len()];
        let arrival = Arrival { id: "1".into(), verb: "GET".into(), target, headers, who: Who::Portal, whole: true };
        let mut call = Call::new(&door, arrival);
        let mut told = Told::Json(Value::Null);
        let (mut steps, mut jobs) = (Vec::new(), Vec::new());
        loop {
            let step = call.tell(Event { outcome: told, now: 1, random: 0.0, cancelled: false });
            let step = serde_json::to_value(step).unwrap();
            let Some(name) = step["want"]["want"].as_str().map(str::to_owned) else { return steps };
            told = match name.as_str() {
                name if name == broken => Told::Failed(Failure { name: "Error".into(), message: "broken".into() }),
                "readAnswer" => Told::Bytes(b"{}".to_vec()),
                "send" => Told::Json(json!({"status": 200, "headers": []})),
                _ => Told::Json(Value::Null),
            };
            if name == "token" {
                let token = Secret::new("t".into());
                jobs.push(call.token());
                call.token.as_ref().unwrap().land(Ok(token));
            }
            steps.extend(step["owed"].as_array().map(|owed| (name, owed.clone())));
        }
    }

    #[test]
    fn a_recorded_call_owes_its_outcome_until_it_is_settled() {
        let names = |broken: &str| -> Vec<String> {
            let name = |debt: &Value| debt["want"]["want"].as_str().unwrap().to_owned();
            let steps = debts(broken).into_iter();
            steps
                .map(|(step, owed)| format!("{step}: {}", owed.iter().map(name).collect::<Vec<_>>().join("+")))
                .collect()
        };
        let recorded = ["announce: conclude", "record: conclude+settle"];
        assert_eq!(names(""), [&recorded[..], &["settle: conclude", "conclude: "]].concat());
        // A want that fails opens no debt and settles none.
        assert_eq!(names("announce"), recorded[..1]);
        assert_eq!(names("record"), [&recorded[..], &["conclude: "]].concat());
        assert_eq!(names("settle"), [&recorded[..], &["settle: conclude", "conclude: settle"]].concat());
    }

    #[test]
    fn a_debt_is_complete() {
        let resource = "projects/acme-ml/locations/us-central1/endpoints/fraud";
        let (method, user) = ("aiplatform.projects.locations.endpoints.get", "plugin:proxy");
        let error = "the core failed unexpectedly: the outcome is not known";
        let (_, debts) = debts("").swap_remove(1);
        let meta = json!({"auditId": "1", "method": method, "resource": resource, "user": user});
        let mut concluded = meta.clone();
        concluded["reason"] = json!("backstage user=plugin:proxy audit=1");
        assert_eq!(
            debts[0]["want"],
            json!({"want": "conclude", "succeeded": false, "meta": concluded, "error": error})
        );
        assert_eq!(
            debts[1]["want"],
            json!({"want": "settle", "id": "1", "outcome": "unknown", "over": ["pending"], "error": error})
        );
        let lost = json!({"level": "error", "message": "The outcome of audit record 1 is lost", "meta": meta});
        assert_eq!([&debts[0]["otherwise"], &debts[1]["otherwise"]], [&lost, &lost]);
    }
}
