//! Verification against a simulated Google with readable and unreadable policies and roles.

use super::*;
use crate::conversation::{Event, Outcome as Told, Request as Sent, Response, Turn, Want};
use crate::iam::rights::options::AccessOptions;
use crate::iam::rights::principal::Principal;
use crate::iam::rights::risk::RiskLevel;
use crate::plan::{Found, plan, tests::target};
use serde_json::json;
use std::collections::BTreeMap;

const MEMBER: &str = "user:jane@acme.example";
const SERVING: &str = "serviceAccount:fraud-serving@acme-ml.iam.gserviceaccount.com";
const PROJECT: &str = "projects/acme-ml";

fn asked() -> AccessRequest {
    asked_for(MEMBER)
}

fn asked_for(principal: &str) -> AccessRequest {
    let mut options = AccessOptions::of(Principal::parse(principal).unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    options.expires = Some(crate::iam::rights::expiry::Expiry::parse("2026-12-01T00:00:00Z", 0).unwrap());
    crate::iam::rights::access_request::access_request(&plan(target()), &options, 0).0.unwrap()
}

#[derive(Default)]
struct World {
    /// Bindings by resource.
    policies: BTreeMap<&'static str, Value>,
    roles: BTreeMap<String, Vec<String>>,
    /// End of the URL that may not be called.
    closed: Option<&'static str>,
    /// Google reports to the caller that they hold every permission.
    hints: bool,
    log: Vec<String>,
}

impl World {
    /// The project's bindings, and the permissions of roles.
    fn with(bindings: &[(&str, &str)], roles: &[(&str, &[&str])]) -> Self {
        let bindings: Vec<_> =
            bindings.iter().map(|(role, member)| json!({"role": role, "members": [member]})).collect();
        let owned = |held: &[&str]| held.iter().map(|&name| name.to_owned()).collect();
        Self {
            policies: BTreeMap::from([(PROJECT, json!(bindings))]),
            roles: roles.iter().map(|(name, held)| ((*name).to_owned(), owned(held))).collect(),
            ..Self::default()
        }
    }

    fn answer(&mut self, sent: &Sent) -> (u16, Value) {
        let path = sent.url.strip_prefix("http://portal/").unwrap().split('?').next().unwrap();
        let (_, name) = path.split_once('/').and_then(|(_, rest)| rest.split_once('/')).unwrap();
        self.log.push(format!("{} {name}", sent.verb.as_str()));
        if self.closed.is_some_and(|closed| name.ends_with(closed)) {
            return (403, json!({"error": {"status": "PERMISSION_DENIED", "message": "no"}}));
        }
        match name.split_once(':') {
            Some((_, "testIamPermissions")) if self.hints => {
                let query = || sent.url.split(['?', '&']).filter_map(|pair| pair.strip_prefix("permissions="));
                let body = |text| serde_json::from_str(text).unwrap();
                (200, sent.body.as_deref().map_or_else(|| json!({"permissions": query().collect::<Vec<_>>()}), body))
            }
            Some((_, "testIamPermissions")) => (200, json!({})),
            Some((resource, "getIamPolicy")) => {
                let bindings = self.policies.get(resource).cloned().unwrap_or(json!([]));
                (200, json!({"version": 3, "etag": "BwY1", "bindings": bindings}))
            }
            None => match self.roles.get(name) {
                Some(held) => (200, json!({"name": name, "includedPermissions": held})),
                None => (404, json!({"error": {"status": "NOT_FOUND"}})),
            },
            other => panic!("{other:?} is not asked"),
        }
    }

    fn look(&mut self, live: Evidence, told: Option<ServingAccountRights>) -> VerifyReport {
        self.look_at(asked(), live, told, None)
    }

    fn look_at(
        &mut self,
        request: AccessRequest,
        live: Evidence,
        told: Option<ServingAccountRights>,
        hints_for: Option<&str>,
    ) -> VerifyReport {
        let known = Known { evidence: live, account_rights: told, hints_for: hints_for.map(str::to_owned) };
        let mut talk = verify(request, known, "http://portal", None);
        let mut outcome = Told::Begin;
        for _ in 0..200 {
            match talk.tell(Event { outcome, now: 1_000, random: 0.5, cancelled: false }) {
                Turn::Done(report) => return report,
                Turn::Want(Want::Wait(_)) => outcome = Told::Waited,
                Turn::Want(Want::Send(sent)) => {
                    let (status, body) = self.answer(&sent);
                    outcome = Told::Answer(Response { status, retry_after: None, body: Some(body) });
                }
            }
        }
        panic!("the run does not end: {:?}", self.log);
    }

    fn roles_read(&self) -> Vec<&str> {
        let reads = self.log.iter().filter(|line| line.starts_with("GET ") && line.contains("roles/"));
        reads.map(|line| line.trim_start_matches("GET ")).collect()
    }
}

fn look(world: &mut World) -> VerifyReport {
    world.look(Evidence::default(), None)
}

fn missing(report: &VerifyReport) -> Vec<&str> {
    report.difference.as_ref().unwrap().missing.iter().map(|missing| missing.permission).collect()
}

fn codes(report: &VerifyReport) -> Vec<Code> {
    report.diagnostics.iter().map(|finding| finding.code).collect()
}

fn whats(report: &VerifyReport) -> String {
    report.risks.iter().map(|risk| format!("{}\n", risk.effect)).collect()
}

#[test]
fn an_owner_lacks_nothing_and_gets_no_files() {
    let all: Vec<String> = asked().permissions().into_iter().map(str::to_owned).collect();
    let mut world = World::with(&[("roles/owner", MEMBER)], &[]);
    // As many permissions as Google's role has, with the requested ones last.
    let others = (0..13_000).map(|number| format!("other.things.do{number:05}"));
    world.roles.insert("roles/owner".into(), others.chain(all).collect());
    let report = look(&mut world);
    assert_eq!((missing(&report), codes(&report)), (vec![], vec![]));
    assert!(report.remaining.unwrap().grants.is_empty() && report.renderings.is_empty());
    let excess = &report.difference.unwrap().excess[0];
    assert_eq!((excess.permissions.len(), excess.removable), (MAX_OTHER_PERMISSIONS, false));
}

#[test]
fn renders_missing_rights_into_the_policies_that_were_read() {
    let mut world = World::with(&[("roles/viewer", MEMBER)], &[("roles/viewer", &["aiplatform.endpoints.get"])]);
    let report = look(&mut world);
    assert_eq!(missing(&report).len(), 5);
    let policies: Value = serde_json::from_str(&report.renderings["bindings.json"]).unwrap();
    let policies = policies.as_array().unwrap();
    assert!(policies.iter().all(|policy| policy["complete"] == true));
    let policy = &policies.iter().find(|policy| policy["resource"] == PROJECT).unwrap()["policy"];
    assert_eq!((&policy["etag"], &policy["version"]), (&json!("BwY1"), &json!(3)));
    let kept = json!({"role": "roles/viewer", "members": [MEMBER]});
    assert!(policy["bindings"].as_array().unwrap().contains(&kept), "{policy}");
    let request = &report.renderings["access-request.md"];
    assert!(request.contains("aiplatform.models.get") && !request.contains("aiplatform.endpoints.get"), "{request}");
}

#[test]
fn lists_excess_rights_although_nothing_is_missing() {
    let all = asked().permissions();
    let bindings = [("roles/owner", MEMBER), ("roles/pubsub.editor", MEMBER)];
    let report =
        look(&mut World::with(&bindings, &[("roles/owner", &all), ("roles/pubsub.editor", &["pubsub.topics.get"])]));
    let names: Vec<_> = report.renderings.keys().map(String::as_str).collect();
    assert_eq!(names, ["access-request.md", "drop.sh"]);
    let script = &report.renderings["drop.sh"];
    assert!(script.contains("roles/pubsub.editor") && !script.contains("roles/owner"), "{script}");
}

#[test]
fn reads_only_relevant_roles_once_and_within_bounds() {
    let custom = "projects/acme-ml/roles/deployer";
    let bindings = [
        (custom, MEMBER),
        ("roles/editor", SERVING),
        ("roles/owner", "user:other@acme.example"),
        ("roles/told", MEMBER),
        ("organizations/1/roles/far", MEMBER),
    ];
    let mut world = World::with(&bindings, &[(custom, &[]), ("roles/editor", &[])]);
    world.policies.insert(
        "projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com",
        json!([{"role": custom, "members": [MEMBER]}]),
    );
    let roles = [("roles/told".to_owned(), vec![])].into_iter().collect();
    let report = world.look(Evidence { roles, ..Evidence::default() }, None);
    assert_eq!(world.roles_read(), [custom, "roles/editor"]);
    assert_eq!(codes(&report), [Code::IamRoleUnknown]);
    assert!(report.diagnostics[0].message.as_ref().contains("organizations/1/roles/far"));

    let names: Vec<String> = (0..60).map(|number| format!("roles/r{number:02}")).collect();
    let bindings: Vec<_> = names.iter().map(|name| (name.as_str(), MEMBER)).collect();
    let mut world = World::with(&bindings, &[]);
    look(&mut world);
    assert_eq!(world.roles_read().len(), MAX_ROLES);
}

#[test]
fn a_deleted_role_has_no_permissions() {
    let role = json!({"deleted": true, "includedPermissions": ["aiplatform.models.get"]});
    assert!(permissions_of(&role, &asked()).is_empty());
}

#[test]
fn reports_the_risks_of_the_serving_account() {
    let custom = "projects/acme-ml/roles/tokens";
    let bindings = [("roles/editor", SERVING), (custom, SERVING)];
    let roles: [(&str, &[&str]); 2] = [("roles/editor", &[]), (custom, &["iam.serviceAccounts.signBlob"])];
    let mut world = World::with(&bindings, &roles);
    let report = look(&mut world);
    let high: Vec<_> = report.risks.iter().filter(|risk| risk.level == RiskLevel::High).collect();
    assert!(high.iter().any(|risk| risk.account.as_deref() == SERVING.strip_prefix("serviceAccount:")));
    let told = whats(&report);
    assert!(told.contains("has `roles/editor` through the service account"), "{told}");
    assert!(
        told.contains(
            "can sign as the service account, which is enough to get its access tokens, through the service account"
        ),
        "{told}"
    );
    assert!(report.renderings["access-request.md"].contains("`roles/editor` through"), "approvers see it, too");

    let ended = json!({"title": "t", "expression": "request.time < timestamp(\"1970-01-01T00:00:00Z\")"});
    let binding = json!([{"role": "roles/editor", "members": [SERVING], "condition": ended}]);
    let mut world = World { policies: BTreeMap::from([(PROJECT, binding)]), ..World::default() };
    assert!(!whats(&look(&mut world)).contains("roles/editor"));
}

#[test]
fn reports_gaps_about_the_serving_account() {
    let mut world = World { closed: Some("acme-ml:getIamPolicy"), ..World::default() };
    let report = look(&mut world);
    assert!(codes(&report).contains(&Code::IamAccountUnknown), "{:?}", report.diagnostics);
    assert!(!whats(&report).contains("through the service account"));
    let editor = ServingAccountRights { roles: vec!["roles/editor".into()], permissions: vec![] };
    let report = world.look(Evidence::default(), Some(editor));
    assert!(!codes(&report).contains(&Code::IamAccountUnknown));
    assert!(whats(&report).contains("`roles/editor` through"));

    let mut world = World::with(&[("roles/mystery", SERVING)], &[]);
    let report = look(&mut world);
    let finding = report.diagnostics.iter().find(|finding| finding.code == Code::IamAccountUnknown).unwrap();
    assert!(finding.message.as_ref().contains("`roles/mystery`"), "{finding:?}");
    assert!(whats(&report).contains("roles/mystery"));
}

#[test]
fn hints_count_only_about_the_principal_and_on_request() {
    let pool = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage";
    let jane = format!("principal://{pool}/subject/user:default/jane");
    let team = format!("principalSet://{pool}/group/user:default/jane");
    for (principal, hints_for, hints, counts) in [
        (jane.as_str(), Some("user:default/jane"), true, true),
        (jane.as_str(), Some("user:default/jane"), false, false),
        (jane.as_str(), Some("user:default/joan"), true, false),
        (jane.as_str(), None, true, false),
        (team.as_str(), Some("user:default/jane"), true, false),
        (MEMBER, Some("user:default/jane"), true, false),
    ] {
        let mut world = World { closed: Some("getIamPolicy"), hints, ..World::default() };
        let request = asked_for(principal);
        let report = world.look_at(request.clone(), Evidence::default(), None, hints_for);
        let (difference, remaining) = (report.difference.unwrap(), report.remaining.unwrap());
        let (hinted, missing) = (report.hinted.len(), difference.missing.len());
        assert_eq!(hinted + missing, request.of(Grantee::Caller).map(|grant| grant.needed.len()).sum::<usize>());
        assert_eq!(counts, missing == 0, "{principal} {hints_for:?}");
        assert_eq!(counts, remaining.of(Grantee::Caller).count() == 0, "{principal} {hints_for:?}");
        assert!(counts || hinted == 0);
        // If the caller is the principal, Google's answer shows what is missing.
        let told = principal == jane && hints_for == Some("user:default/jane");
        assert!(difference.missing.iter().all(|one| one.hinted == hints && one.seen == told));
    }
}

#[test]
fn requests_rights_again_that_expire_too_early() {
    let until = |time: &str| {
        let condition = json!({"title": "t", "expression": format!("request.time < timestamp(\"{time}\")")});
        let all: Vec<String> = asked().permissions().into_iter().map(str::to_owned).collect();
        let mut world = World { hints: true, ..World::default() };
        world.policies.insert(PROJECT, json!([{"role": "roles/all", "members": [MEMBER], "condition": condition}]));
        world.roles.insert("roles/all".into(), all);
        look(&mut world)
    };
    let early = until("2026-11-29T23:59:59Z");
    let missing_then = &early.difference.as_ref().unwrap().missing;
    assert_eq!(missing_then.len(), asked().permissions().len());
    assert!(missing_then.iter().all(|one| one.seen && !one.hinted));
    assert_eq!(missing_then[0].until.as_deref(), Some("2026-11-29T23:59:59.000Z"));
    assert!(early.difference.as_ref().unwrap().excess.is_empty() && !early.remaining.unwrap().grants.is_empty());
    assert_eq!(missing(&until("2026-11-30T00:00:00Z")), Vec::<&str>::new(), "about as long as is asked for");
}

#[test]
fn an_unanswered_test_is_not_a_missing_right() {
    let mut world = World { closed: Some("testIamPermissions"), ..World::default() };
    assert!(look(&mut world).tested.is_empty());
}

#[test]
fn tells_missing_rights_from_unreadable_ones() {
    let seen = |closed| {
        let report = World { closed, ..World::default() }.look(Evidence::default(), None);
        let missing = report.difference.unwrap().missing;
        let seen: Vec<_> = missing.iter().filter(|one| one.seen).map(|one| one.resource.clone()).collect();
        (seen, missing.len())
    };
    let (all, number) = seen(None);
    assert_eq!(all.len(), number);
    // A right on the project counts on every resource in it.
    assert_eq!(seen(Some("acme-ml:getIamPolicy")), (vec![], number));
    let (some, _) = seen(Some("fraud-detector:getIamPolicy"));
    assert!(!some.is_empty() && some.len() < number && some.iter().all(|on| !on.contains("/endpoints/")));
}
