//! Grants at a simulated Google that other writers change at the same time.

use super::*;
use crate::conversation::{Event, Failure, Millis, Outcome as Told, Request as Sent, Response, Turn, Want};
use crate::iam::rights::access_request::access_request;
use crate::iam::rights::expiry::PROPAGATION;
use crate::iam::rights::options::AccessOptions;
use crate::iam::rights::principal::Principal;
use crate::plan::{Found, plan, tests::target};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MEMBER: &str = "user:jane@acme.example";
const BEGUN: Millis = 1_000;

fn asked(expires: Option<&str>) -> AccessRequest {
    let mut options = AccessOptions::of(Principal::parse(MEMBER).unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    options.expires = expires.map(|text| Expiry::parse(text, 0).unwrap());
    access_request(&plan(target()), &options, 0).0.unwrap()
}

#[derive(Default)]
struct World {
    roles: BTreeMap<String, Value>,
    policies: BTreeMap<String, Value>,
    /// Number of writes that another writer precedes.
    races: u32,
    /// Time at which another writer restores every policy.
    overwrites_at: Option<Millis>,
    /// Part of the names of those policies; default: all.
    overwritten: Option<&'static str>,
    /// Time of cancellation.
    cancels_at: Option<Millis>,
    /// Number of answers that are lost after a successful write.
    lost: u32,
    /// Part of the names of policies that may not be written.
    closed: Option<&'static str>,
    /// Part of the names of deleted resources.
    gone: Option<&'static str>,
    /// A permission that custom roles do not support.
    unsupported: Option<&'static str>,
    log: Vec<String>,
}

impl World {
    fn answer(&mut self, sent: &Sent) -> (u16, Value) {
        let path = sent.url.strip_prefix("http://portal/").unwrap().split('?').next().unwrap().to_owned();
        self.log.push(format!("{} {path}", sent.verb.as_str()));
        let body: Value = sent.body.as_deref().map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default();
        let version = path.split('/').nth(1).unwrap().to_owned();
        let name = path.split_once(&format!("{version}/")).unwrap().1;
        if let Some((resource, verb)) = name.split_once(':').filter(|(_, verb)| verb.ends_with("IamPolicy")) {
            if self.gone.is_some_and(|gone| resource.contains(gone)) {
                return (404, json!({"error": {"status": "NOT_FOUND", "message": "no such thing"}}));
            }
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
                    if self.closed.is_some_and(|closed| resource.contains(closed)) {
                        return (403, json!({"error": {"status": "PERMISSION_DENIED", "message": "no"}}));
                    }
                    if body["policy"]["etag"] != policy["etag"] {
                        return (409, json!({"error": {"status": "ABORTED", "message": "concurrent policy changes"}}));
                    }
                    *policy = body["policy"].clone();
                    policy["etag"] = next;
                    (200, policy.clone())
                }
                other => panic!("unexpected call `{other}`"),
            };
        }
        match sent.verb.as_str() {
            "GET" => self
                .roles
                .get(name)
                .map_or((404, json!({"error": {"status": "NOT_FOUND"}})), |role| (200, role.clone())),
            _ => {
                let id = body["roleId"].as_str().unwrap();
                if let Some(name) = self.unsupported.filter(|name| body.to_string().contains(*name)) {
                    let message = format!("Permission {name} is not valid.");
                    return (400, json!({"error": {"status": "INVALID_ARGUMENT", "message": message}}));
                }
                self.roles.insert(format!("{name}/{id}"), body["role"].clone());
                (200, body["role"].clone())
            }
        }
    }

    fn drive(&mut self, request: AccessRequest, mode: ApplyMode) -> (ApplyReport, Millis) {
        self.drive_waiting(request, mode, true)
    }

    fn drive_waiting(&mut self, request: AccessRequest, mode: ApplyMode, wait: bool) -> (ApplyReport, Millis) {
        let mut talk = apply(request, ApplyOptions { mode, wait, is_dry_run: false }, "http://portal", None);
        let (mut outcome, mut now) = (Told::Begin, BEGUN);
        for _ in 0..500 {
            let cancelled = self.cancels_at.is_some_and(|at| now >= at);
            match talk.tell(Event { outcome, now, random: 0.5, cancelled }) {
                Turn::Done(report) => return (report, now),
                Turn::Want(Want::Wait(millis)) => {
                    now += millis;
                    outcome = Told::Waited;
                    if self.overwrites_at.is_some_and(|at| now >= at) {
                        let lost = |resource: &str| self.overwritten.is_none_or(|part| resource.contains(part));
                        let policies = self.policies.iter_mut().filter(|(resource, _)| lost(resource));
                        policies.for_each(|(_, policy)| policy["bindings"] = json!([]));
                    }
                }
                Turn::Want(Want::Send(sent)) => {
                    let (status, body) = self.answer(&sent);
                    outcome = if self.lost > 0 && sent.url.ends_with("setIamPolicy") {
                        self.lost -= 1;
                        Told::Failed(Failure::CutOff)
                    } else {
                        Told::Answer(Response { status, retry_after: None, body: Some(body) })
                    };
                }
            }
        }
        panic!("the run does not end: {:?}", self.log);
    }

    fn members(&self, resource: &str) -> usize {
        self.policies[resource]["bindings"].as_array().map_or(0, |bindings| {
            bindings.iter().flat_map(|b| b["members"].as_array().unwrap()).filter(|m| **m == MEMBER).count()
        })
    }
}

#[test]
fn granting_twice_changes_nothing_and_revoking_leaves_the_rest() {
    let mut world = World::default();
    let others = json!({"version": 1, "etag": "7", "bindings": [{"role": "roles/owner", "members": ["user:owner@acme.example"]}], "auditConfigs": [1]});
    world.policies.insert("projects/acme-ml".into(), others.clone());
    let (report, _) = world.drive(asked(None), ApplyMode::Grant);
    assert_eq!(report.outcome, ApplyOutcome::Applied, "{:?}", report.diagnostics);
    assert_eq!((report.created_roles.len(), report.written.len()), (3, 3));
    assert!(report.written.iter().all(|written| written.changed && written.tries == 1));
    let (again, now) = world.drive(asked(None), ApplyMode::Grant);
    assert!(again.created_roles.is_empty() && again.written.iter().all(|written| !written.changed));
    assert!(again.effective_by.is_none() && again.untouched && now == BEGUN, "no change, no wait");
    let (taken, now) = world.drive(asked(None), ApplyMode::Revoke);
    assert_eq!((taken.outcome, taken.effective_by, now), (ApplyOutcome::Applied, None, BEGUN));
    let left = &world.policies["projects/acme-ml"];
    assert_eq!((&left["bindings"], &left["auditConfigs"]), (&others["bindings"], &others["auditConfigs"]));
}

#[test]
fn retries_a_bounded_number_of_times_after_other_writers() {
    let mut world = World { races: 3, ..World::default() };
    let (report, _) = world.drive(asked(None), ApplyMode::Grant);
    assert_eq!(report.outcome, ApplyOutcome::Applied);
    assert_eq!(report.written[0].tries, 4);
    let mut world = World { races: 1000, ..World::default() };
    let (report, now) = world.drive(asked(None), ApplyMode::Grant);
    assert_eq!(report.outcome, ApplyOutcome::Failed);
    assert_eq!(report.diagnostics[0].code, Code::IamPolicyContention);
    assert_eq!(report.diagnostics[0].resource.as_deref(), Some("projects/acme-ml"));
    assert!(now < 5 * 60_000);
}

#[test]
fn a_longer_grant_replaces_a_shorter_one_and_removes_expired_ones() {
    let mut world = World::default();
    world.drive(asked(Some("2026-12-01T00:00:00Z")), ApplyMode::Grant);
    let ended = json!({"role": "roles/old", "members": ["user:other@acme.example"],
        "condition": {"title": "backstage-vertex-ai until 1970", "expression": "request.time < timestamp(\"1970-01-01T00:00:00Z\")"}});
    world.policies.get_mut("projects/acme-ml").unwrap()["bindings"].as_array_mut().unwrap().push(ended);
    world.drive(asked(Some("2026-12-02T00:00:00Z")), ApplyMode::Grant);
    assert_eq!(world.members("projects/acme-ml"), 1);
    let bindings = world.policies["projects/acme-ml"]["bindings"].as_array().unwrap();
    assert_eq!(bindings.len(), 1);
    assert!(bindings[0]["condition"]["expression"].as_str().unwrap().contains("2026-12-02"));
}

#[test]
fn leaves_a_changed_role_alone() {
    let mut world = World::default();
    world.drive(asked(None), ApplyMode::Grant);
    let name = world.roles.keys().next().unwrap().clone();
    world.roles.get_mut(&name).unwrap()["includedPermissions"].as_array_mut().unwrap().push(json!("iam.roles.update"));
    let (report, _) = world.drive(asked(None), ApplyMode::Grant);
    assert_eq!(report.diagnostics[0].code, Code::IamRoleDiffers);
    assert_eq!(report.diagnostics[0].resource.as_deref(), Some(name.as_str()));
}

#[test]
fn names_a_permission_that_custom_roles_do_not_support() {
    let mut world = World { unsupported: Some("aiplatform.models.get"), ..World::default() };
    let (report, _) = world.drive(asked(None), ApplyMode::Grant);
    let finding = &report.diagnostics[0];
    assert_eq!((report.outcome, finding.code), (ApplyOutcome::Failed, Code::IamPermissionUnsupported));
    assert_eq!(finding.permission.as_deref(), Some("aiplatform.models.get"));
    assert!(finding.resource.as_ref().is_some_and(|role| role.contains("/roles/vertexProject_")), "{finding:?}");
    assert!(world.policies.is_empty() && report.untouched);
}

#[test]
fn waits_for_googles_propagation_time() {
    let (report, now) = World::default().drive(asked(None), ApplyMode::Grant);
    assert_eq!((report.outcome, report.effective), (ApplyOutcome::Applied, true), "{:?}", report.diagnostics);
    assert!((PROPAGATION..PROPAGATION + 60_000).contains(&(now - BEGUN)), "{now}");
    assert_eq!(report.effective_by.as_deref(), Some("1970-01-01T00:07:01.000Z"));
    let (report, now) = World::default().drive_waiting(asked(None), ApplyMode::Grant, false);
    assert_eq!((report.outcome, report.effective, now), (ApplyOutcome::Applied, false, BEGUN));
    assert!(report.effective_by.is_some() && report.diagnostics.is_empty());
}

#[test]
fn reports_grants_that_are_overwritten_meanwhile() {
    let mut world = World { overwrites_at: Some(60_000), ..World::default() };
    let (report, now) = world.drive(asked(None), ApplyMode::Grant);
    assert_eq!((report.outcome, report.effective, &report.effective_by), (ApplyOutcome::Failed, false, &None));
    let finding = &report.diagnostics[0];
    assert_eq!(
        (finding.code, finding.resource.as_deref()),
        (Code::IamOverwritten, Some("projects/acme-ml")),
        "{finding:?}"
    );
    assert!(finding.help.as_ref().unwrap().contains("google_project_iam_policy"));
    assert!(now < PROPAGATION && !report.untouched, "{now}");
    assert!(report.written.iter().all(|written| written.overwritten));
    assert_eq!(report.diagnostics.len(), report.written.len(), "each policy is reported");
}

#[test]
fn reports_existing_grants_that_a_clean_up_removes() {
    let dated = || asked(Some("2030-01-01T00:00:00Z"));
    let mut world = World::default();
    world.drive(dated(), ApplyMode::Grant);
    let (report, now) = world.drive(dated(), ApplyMode::Grant);
    assert_eq!((report.outcome, report.effective, now), (ApplyOutcome::Applied, false, BEGUN + 10_000));
    world.overwrites_at = Some(BEGUN + 5_000);
    let (report, _) = world.drive(dated(), ApplyMode::Grant);
    assert_eq!((report.outcome, report.diagnostics[0].code), (ApplyOutcome::Failed, Code::IamOverwritten));
}

#[test]
fn grants_nothing_after_the_expiry() {
    let mut world = World { races: 1000, ..World::default() };
    let (report, now) = world.drive(asked(Some("1970-01-01T00:00:03Z")), ApplyMode::Grant);
    assert_eq!((report.outcome, report.diagnostics[0].code), (ApplyOutcome::Failed, Code::IamExpiryOutOfRange));
    assert!((3_000..30_000).contains(&now), "{now}");
    // Expired grants are revoked all the same.
    let (report, _) = World::default().drive(asked(None), ApplyMode::CleanUp);
    assert_eq!(report.outcome, ApplyOutcome::Applied);
}

#[test]
fn reports_which_policies_were_not_overwritten() {
    let mut world = World { overwrites_at: Some(60_000), overwritten: Some("/endpoints/"), ..World::default() };
    let (report, _) = world.drive(asked(None), ApplyMode::Grant);
    assert_eq!((report.outcome, report.diagnostics.len()), (ApplyOutcome::Failed, 1));
    assert!(report.written.len() > 1);
    for written in &report.written {
        assert_eq!(written.overwritten, written.resource.contains("/endpoints/"), "{written:?}");
        assert_eq!(world.members(&written.resource) == 0, written.overwritten, "{written:?}");
    }
}

#[test]
fn a_dry_run_calls_nothing() {
    let request = asked(Some("2030-01-01T00:00:00Z"));
    let talk = |is_dry_run| {
        apply(request.clone(), ApplyOptions { mode: ApplyMode::Grant, wait: true, is_dry_run }, "http://portal", None)
    };
    let begin = || Event { outcome: Told::Begin, now: BEGUN, random: 0.5, cancelled: false };
    let Turn::Done(report) = talk(true).tell(begin()) else { panic!("it calls something") };
    assert_eq!(
        (report.outcome, report.request.as_ref(), report.untouched),
        (ApplyOutcome::Planned, Some(&request), true)
    );
    assert!(matches!(talk(false).tell(begin()), Turn::Want(Want::Send(_))));
}

#[test]
fn reports_the_grants_after_a_cancelled_wait() {
    let mut world = World { cancels_at: Some(60_000), ..World::default() };
    let (report, now) = world.drive(asked(None), ApplyMode::Grant);
    assert_eq!((report.outcome, report.effective), (ApplyOutcome::Applied, false));
    assert_eq!(report.diagnostics[0].code, Code::IamNotEffectiveYet);
    assert!(report.effective_by.is_some() && now < PROPAGATION, "{now}");
    assert_eq!(world.members("projects/acme-ml"), 1);
}

#[test]
fn reports_untouched_only_if_no_policy_can_have_changed() {
    let first = World { closed: Some("projects/acme-ml"), ..World::default() }.drive(asked(None), ApplyMode::Grant).0;
    assert_eq!((first.outcome, first.untouched), (ApplyOutcome::Failed, true));
    let later = World { closed: Some("serviceAccounts"), ..World::default() }.drive(asked(None), ApplyMode::Grant).0;
    assert_eq!((later.outcome, later.untouched), (ApplyOutcome::Failed, false));
    // The answer to a successful write was lost, so the next attempt conflicts with it.
    let lost = World { lost: 1, closed: Some("serviceAccounts"), ..World::default() };
    for mut world in [lost, World { lost: 1000, ..World::default() }] {
        let (report, _) = world.drive(asked(None), ApplyMode::Grant);
        assert_eq!((report.outcome, report.untouched), (ApplyOutcome::Failed, false), "{:?}", report.diagnostics);
    }
    let mut world = World { lost: 1, ..World::default() };
    assert!(world.drive(asked(None), ApplyMode::Grant).0.written[0].changed);
    let cancelled = World { cancels_at: Some(0), ..World::default() }.drive(asked(None), ApplyMode::Grant).0;
    assert_eq!((cancelled.outcome, cancelled.untouched), (ApplyOutcome::Cancelled, true));
}

#[test]
fn revokes_what_it_can_after_an_error() {
    let places = |world: &World| {
        let mut places: Vec<String> = world.policies.keys().filter(|place| world.members(place) > 0).cloned().collect();
        places.retain(|place| place != "projects/acme-ml");
        places
    };
    let given = || {
        let mut world = World::default();
        world.drive_waiting(asked(None), ApplyMode::Grant, false);
        assert_eq!(places(&world).len(), 2);
        world
    };
    let mut closed = World { closed: Some("/endpoints/"), ..given() };
    let (report, _) = closed.drive(asked(None), ApplyMode::CleanUp);
    assert_eq!((report.outcome, report.diagnostics[0].code), (ApplyOutcome::Failed, Code::GooglePermissionDenied));
    assert!(matches!(&places(&closed)[..], [place] if place.contains("/endpoints/")), "{:?}", places(&closed));
    let mut gone = World { gone: Some("/endpoints/"), ..given() };
    let (report, _) = gone.drive(asked(None), ApplyMode::CleanUp);
    assert_eq!(report.outcome, ApplyOutcome::Applied, "{:?}", report.diagnostics);
    assert!(!places(&gone).iter().any(|place| place.contains("serviceAccounts")));
}

/// A deployment with a service account of another project and files in a bucket, which need grants for the service agent.
fn elsewhere(account: &str, expires: Option<&str>) -> AccessRequest {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    target.artifact_uri = Some("gs://acme-models/fraud/3".parse().unwrap());
    target.service_account = Some(account.parse().unwrap());
    let mut options = AccessOptions::of(Principal::parse(MEMBER).unwrap());
    options.project_number = Some("123456789012".parse().unwrap());
    options.expires = expires.map(|text| Expiry::parse(text, 0).unwrap());
    access_request(&plan(target), &options, 0).0.unwrap()
}

#[test]
fn keeps_the_grants_of_the_service_agent() {
    const AGENT: &str = "serviceAccount:service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com";
    let account = "fraud-serving@acme-other.iam.gserviceaccount.com";
    let place = format!("projects/acme-other/serviceAccounts/{account}");
    let before =
        json!({"etag": "1", "bindings": [{"role": "roles/iam.serviceAccountTokenCreator", "members": [AGENT]}]});
    let agents = |world: &World| world.policies[&place]["bindings"].to_string().matches(AGENT).count();
    for (mode, expires) in [(ApplyMode::CleanUp, None), (ApplyMode::Revoke, Some("2026-12-01T00:00:00Z"))] {
        let mut world = World::default();
        world.policies.insert(place.clone(), before.clone());
        let (given, _) = world.drive(elsewhere(account, Some("2026-12-01T00:00:00Z")), ApplyMode::Grant);
        assert_eq!(
            (given.outcome, given.not_applied.as_slice()),
            (ApplyOutcome::Applied, &["gs://acme-models".into()][..])
        );
        assert_eq!((world.members(&place), agents(&world)), (1, 2));
        assert_eq!(given.written.iter().filter(|written| written.resource == place).count(), 1);
        let (taken, _) = world.drive(elsewhere(account, expires), mode);
        assert_eq!(taken.outcome, ApplyOutcome::Applied, "{:?}", taken.diagnostics);
        assert_eq!((world.members(&place), agents(&world)), (0, 2), "{mode:?}");
        assert!(taken.not_applied.is_empty(), "nothing is left for grants that stay");
    }
}

#[test]
fn leaves_predefined_roles_to_the_files() {
    let account = "999888777666-compute@developer.gserviceaccount.com";
    let place = format!("projects/999888777666/serviceAccounts/{account}");
    let by_hand = json!({"etag": "1", "bindings": [{"role": "roles/iam.serviceAccountUser", "members": [MEMBER]}]});
    for before in [json!({"etag": "1"}), by_hand] {
        let mut world = World::default();
        world.policies.insert(place.clone(), before.clone());
        for (mode, expires) in
            [(ApplyMode::Grant, Some("2026-12-01T00:00:00Z")), (ApplyMode::CleanUp, None), (ApplyMode::Revoke, None)]
        {
            let (report, _) = world.drive(elsewhere(account, expires), mode);
            assert_eq!(report.outcome, ApplyOutcome::Applied, "{:?}", report.diagnostics);
            assert!(report.not_applied.contains(&place), "{:?}", report.not_applied);
            let left: Vec<_> = report.diagnostics.iter().filter(|finding| !finding.is_error()).collect();
            let about: Vec<_> = left.iter().map(|finding| finding.resource.clone().unwrap()).collect();
            assert_eq!(about, report.not_applied);
            for finding in left {
                assert_eq!(finding.code, Code::IamNotApplied);
                assert!(finding.help.as_ref().unwrap().contains("main.tf"));
            }
            let user = world.policies[&place]["bindings"].to_string().contains("serviceAccountUser");
            assert_eq!(user, before.get("bindings").is_some(), "{mode:?}");
        }
    }
}
