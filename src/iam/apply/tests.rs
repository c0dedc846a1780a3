//! Rights given to a small Google that others change at the same time.

use super::*;
use crate::conversation::{Event, Outcome as Told, Request as Sent, Response, Turn, Want};
use crate::iam::{Options, Principal, request};
use crate::plan::{Found, plan, tests::target};
use serde_json::json;
use std::collections::BTreeMap;

const MEMBER: &str = "user:jane@acme.example";

fn asked(expires: Option<&str>) -> Request {
    let mut options = Options::of(Principal::parse(MEMBER).unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    options.expires = expires.map(|text| crate::iam::Expiry::parse(text, 0).unwrap());
    request(&plan(target()), &options, 0).0.unwrap()
}

#[derive(Default)]
struct World {
    roles: BTreeMap<String, Value>,
    policies: BTreeMap<String, Value>,
    /// How many writes somebody else gets ahead of.
    races: u32,
    /// Milliseconds until a right is effective.
    delay: Millis,
    changed_at: Millis,
    log: Vec<String>,
}

impl World {
    fn answer(&mut self, sent: &Sent, now: Millis) -> (u16, Value) {
        let path = sent.url.strip_prefix("http://portal/").unwrap().split('?').next().unwrap().to_owned();
        self.log.push(format!("{} {path}", sent.verb.as_str()));
        let body: Value = sent.body.as_deref().map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default();
        let version = path.split('/').nth(1).unwrap().to_owned();
        let name = path.split_once(&format!("{version}/")).unwrap().1;
        if let Some((resource, verb)) =
            name.split_once(':').filter(|(_, verb)| verb.ends_with("IamPolicy") || verb.starts_with("test"))
        {
            let policy = self.policies.entry(resource.into()).or_insert_with(|| json!({"etag": "0"}));
            return match verb {
                "getIamPolicy" => (200, policy.clone()),
                "setIamPolicy" => {
                    let next = json!((policy["etag"].as_str().unwrap().parse::<u32>().unwrap() + 1).to_string());
                    if self.races > 0 {
                        self.races -= 1;
                        policy["etag"] = next;
                        return (409, json!({"error": {"status": "ABORTED", "message": "concurrent policy changes"}}));
                    }
                    assert_eq!(body["policy"]["etag"], policy["etag"]);
                    *policy = body["policy"].clone();
                    policy["etag"] = next;
                    self.changed_at = now;
                    (200, policy.clone())
                }
                _ => {
                    let held =
                        if now >= self.changed_at + self.delay { body["permissions"].clone() } else { json!([]) };
                    let all = if body["permissions"].is_null() && now >= self.changed_at + self.delay {
                        json!(
                            sent.url
                                .split(['?', '&'])
                                .filter_map(|p| p.strip_prefix("permissions="))
                                .collect::<Vec<_>>()
                        )
                    } else {
                        held
                    };
                    (200, json!({ "permissions": all }))
                }
            };
        }
        match sent.verb.as_str() {
            "GET" => self
                .roles
                .get(name)
                .map_or((404, json!({"error": {"status": "NOT_FOUND"}})), |role| (200, role.clone())),
            _ => {
                let id = body["roleId"].as_str().unwrap();
                self.roles.insert(format!("{name}/{id}"), body["role"].clone());
                (200, body["role"].clone())
            }
        }
    }

    fn drive(&mut self, request: Request, mode: Mode, is_own: bool) -> (ApplyReport, Millis) {
        let mut talk = apply(request, mode, is_own, "http://portal", None);
        let (mut outcome, mut now) = (Told::Begin, 1_000);
        for _ in 0..500 {
            match talk.tell(Event { outcome, now, random: 0.5, cancelled: false }) {
                Turn::Done(report) => return (report, now),
                Turn::Want(Want::Wait(millis)) => {
                    now += millis;
                    outcome = Told::Waited;
                }
                Turn::Want(Want::Send(sent)) => {
                    let (status, body) = self.answer(&sent, now);
                    outcome = Told::Answer(Response { status, retry_after: None, body: Some(body) });
                }
            }
        }
        panic!("it does not end: {:?}", self.log);
    }

    fn members(&self, resource: &str) -> usize {
        self.policies[resource]["bindings"].as_array().map_or(0, |bindings| {
            bindings.iter().flat_map(|b| b["members"].as_array().unwrap()).filter(|m| **m == MEMBER).count()
        })
    }
}

#[test]
fn giving_twice_changes_nothing_and_taking_back_leaves_the_rest() {
    let mut world = World::default();
    let others = json!({"version": 1, "etag": "7", "bindings": [{"role": "roles/owner", "members": ["user:owner@acme.example"]}], "auditConfigs": [1]});
    world.policies.insert("projects/acme-ml".into(), others.clone());
    let (report, _) = world.drive(asked(None), Mode::Give, false);
    assert_eq!(report.outcome, Outcome::Applied, "{:?}", report.diagnostics);
    assert_eq!((report.roles_made.len(), report.written.len()), (3, 3));
    assert!(report.written.iter().all(|written| written.changed && written.tries == 1));
    assert!(report.effective_by.is_some() && !report.effective);
    let (again, _) = world.drive(asked(None), Mode::Give, false);
    assert!(again.roles_made.is_empty() && again.written.iter().all(|written| !written.changed));
    let (taken, _) = world.drive(asked(None), Mode::TakeBack, false);
    assert_eq!(taken.outcome, Outcome::Applied);
    let left = &world.policies["projects/acme-ml"];
    assert_eq!((&left["bindings"], &left["auditConfigs"]), (&others["bindings"], &others["auditConfigs"]));
}

#[test]
fn other_writers_are_waited_for_and_not_for_ever() {
    let mut world = World { races: 3, ..World::default() };
    let (report, _) = world.drive(asked(None), Mode::Give, false);
    assert_eq!(report.outcome, Outcome::Applied);
    assert_eq!(report.written[0].tries, 4);
    let mut world = World { races: 1000, ..World::default() };
    let (report, now) = world.drive(asked(None), Mode::Give, false);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.diagnostics[0].code, Code::IamPolicyContention);
    assert_eq!(report.diagnostics[0].resource.as_deref(), Some("projects/acme-ml"));
    assert!(now < 5 * 60_000);
}

#[test]
fn a_longer_right_replaces_the_shorter_one_and_what_ended_goes() {
    let mut world = World::default();
    world.drive(asked(Some("2026-12-01T00:00:00Z")), Mode::Give, false);
    let ended = json!({"role": "roles/old", "members": ["user:other@acme.example"],
        "condition": {"title": "backstage-vertex-ai until 1970", "expression": "request.time < timestamp(\"1970-01-01T00:00:00Z\")"}});
    world.policies.get_mut("projects/acme-ml").unwrap()["bindings"].as_array_mut().unwrap().push(ended);
    world.drive(asked(Some("2026-12-02T00:00:00Z")), Mode::Give, false);
    assert_eq!(world.members("projects/acme-ml"), 1);
    let bindings = world.policies["projects/acme-ml"]["bindings"].as_array().unwrap();
    assert_eq!(bindings.len(), 1);
    assert!(bindings[0]["condition"]["expression"].as_str().unwrap().contains("2026-12-02"));
}

#[test]
fn a_role_that_somebody_changed_is_left_alone() {
    let mut world = World::default();
    world.drive(asked(None), Mode::Give, false);
    let name = world.roles.keys().next().unwrap().clone();
    world.roles.get_mut(&name).unwrap()["includedPermissions"].as_array_mut().unwrap().push(json!("iam.roles.update"));
    let (report, _) = world.drive(asked(None), Mode::Give, false);
    assert_eq!(report.diagnostics[0].code, Code::IamRoleDiffers);
    assert_eq!(report.diagnostics[0].resource.as_deref(), Some(name.as_str()));
}

#[test]
fn it_waits_until_the_rights_are_effective_and_not_for_ever() {
    let mut world = World { delay: 90_000, ..World::default() };
    let (report, now) = world.drive(asked(None), Mode::Give, true);
    assert!(report.effective && report.effective_by.is_none(), "{:?}", report.diagnostics);
    assert!((90_000..150_000).contains(&now), "{now}");
    let mut world = World { delay: Millis::MAX / 2, ..World::default() };
    let (report, now) = world.drive(asked(None), Mode::Give, true);
    assert_eq!((report.outcome, report.effective), (Outcome::Applied, false));
    assert_eq!(report.diagnostics[0].code, Code::IamNotEffectiveYet);
    assert!((PROPAGATION..PROPAGATION + 60_000).contains(&now), "{now}");
}
