//! The permissions that granting and the clean-up need, as docs/access/ lists them for platform engineers: with it both work, and without any one
//! permission they fail at the call that names it.

use crate::drive::{Then, drive, in_days, now};
use crate::given::applied;
use crate::harness::{Cloud, FAST, OWNER, STRANGER, demo_seed};
use crate::issuer::{AUDIENCE, Issuer, Key};
use backstage_vertex_ai::api::iam::iam_apply;
use backstage_vertex_ai::iam::deliver::apply::ApplyOutcome;
use backstage_vertex_ai::iam::deliver::apply::ApplyReport;
use serde_json::{Value, json};
use std::sync::LazyLock;

const CLEAN_UP_PAGE: &str = include_str!("../../../docs/access/expiry.md");
const APPLY_PAGE: &str = include_str!("../../../docs/access/apply.md");
const CLEANER: &str = "/v1/projects/acme-ml/roles/vertexAccessCleaner";
const PORTAL: &str = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/subject/plugin:proxy";
/// The beneficiary, who is neither the granter nor the portal.
const TEAM: &str = "group:ml-team@acme.example";

/// The policies with the grants, by version of the API.
const POLICIES: [&str; 3] = [
    "/v3/projects/acme-ml",
    "/v1beta1/projects/acme-ml/locations/us-central1/endpoints/fraud",
    "/v1/projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com",
];

/// The six permissions of the clean-up role, from the page's command.
fn six() -> Vec<&'static str> {
    let words = CLEAN_UP_PAGE.split(|c: char| !(c.is_ascii_alphabetic() || c == '.'));
    words.filter(|word| word.ends_with("IamPolicy") && word.contains('.')).collect()
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

/// A cloud whose pool trusts an issuer of this test.
struct Stage {
    cloud: Cloud,
    portal: String,
}

static KEY: LazyLock<Key> = LazyLock::new(|| Key::new("first"));
static ISSUER: LazyLock<Issuer> = LazyLock::new(|| Issuer::start(&KEY));

impl Stage {
    /// The demo's cloud, with an access token of the portal itself.
    fn new() -> Self {
        let mut seed = demo_seed();
        seed.replace_issuers(&ISSUER.url);
        let cloud = Cloud::with(seed, FAST);
        cloud.create_endpoint("fraud");
        let mut claims = ISSUER.claims(&[]);
        claims["sub"] = json!("plugin:proxy");
        let exchange = json!({
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": AUDIENCE,
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
            "subjectToken": KEY.sign(&claims),
            "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
        });
        let token = cloud.post("", "/v1/token", exchange).ok();
        let portal = token["access_token"].as_str().unwrap().to_owned();
        Self { cloud, portal }
    }

    fn policies(&self) -> Vec<Value> {
        POLICIES.iter().map(|name| self.policy(name)).collect()
    }

    fn policy(&self, name: &str) -> Value {
        let version = "options.requestedPolicyVersion";
        let answer = match name {
            project if project.starts_with("/v3/") => self.cloud.post(
                OWNER,
                &format!("{project}:getIamPolicy"),
                json!({"options": {"requestedPolicyVersion": 3}}),
            ),
            other => self.cloud.post(OWNER, &format!("{other}:getIamPolicy?{version}=3"), json!({})),
        };
        answer.ok()
    }

    fn write(&self, name: &str, policy: &Value) {
        self.cloud.post(OWNER, &format!("{name}:setIamPolicy"), json!({ "policy": policy })).ok();
    }

    fn apply(&self, token: &str, more: Value) -> ApplyReport {
        let approval = json!({"by": "user:default/owner", "email": "owner@acme.example",
            "for": "group:default/ml-team", "forEmail": "ml-team@acme.example"});
        let mut request = json!({"principal": TEAM, "wait": false, "approval": approval});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let talk = iam_apply(&applied(request), now()).unwrap_or_else(|report| panic!("{:?}", report.diagnostics));
        drive(&self.cloud, token, talk, |_, _, _| Then::Send)
    }

    fn clean_up(&self) -> ApplyReport {
        self.apply(&self.portal, json!({"mode": "clean-up", "expiresAt": null}))
    }

    /// Adds bindings of other principals, one of them expired.
    fn add_others(&self) {
        for name in POLICIES {
            let mut policy = self.policy(name);
            let mut bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
            bindings.push(json!({"role": "roles/owner", "members": [TEAM, "user:other@acme.example"]}));
            if name == POLICIES[0] {
                let condition =
                    json!({"title": "their own", "expression": "request.time < timestamp(\"2020-01-01T00:00:00Z\")"});
                bindings.push(json!({"role": "roles/owner", "members": [TEAM], "condition": condition}));
                policy["version"] = json!(3);
            }
            policy["bindings"] = json!(bindings);
            self.write(name, &policy);
        }
    }

    /// Grants the access and lets it expire.
    fn grant_and_let_expire(&self) {
        let given = self.apply(OWNER, json!({}));
        assert_eq!((given.outcome, given.written.len()), (ApplyOutcome::Applied, 3), "{:?}", given.diagnostics);
        let later = self.policy(POLICIES[0]).to_string();
        assert!(later.contains(&in_days(300)), "{later}");
        self.write(POLICIES[0], &serde_json::from_str(&later.replace(&in_days(300), "2026-01-01T00:00:00Z")).unwrap());
    }

    /// Sets the permissions of a role.
    fn set_role(&self, permissions: &[&str]) {
        self.cloud.call(OWNER, "PATCH", CLEANER, &json!({ "includedPermissions": permissions })).ok();
    }

    /// The denied calls of a principal, by verb and path.
    fn refused(&self, who: &str) -> Vec<String> {
        let state = self.cloud.get("", "/emulator/state").ok();
        let calls = state["calls"].as_array().unwrap().iter();
        calls.filter(|call| call["principal"] == who && call["status"] == 403).map(line).collect()
    }
}

fn line(call: &Value) -> String {
    let path = call["path"].as_str().unwrap().split('?').next().unwrap();
    format!("{} {path}", call["method"].as_str().unwrap())
}

fn bindings(policies: &[Value]) -> Vec<&Value> {
    policies.iter().map(|policy| &policy["bindings"]).collect()
}

/// The call that needs a permission on policies.
fn policy_call(permission: &str) -> String {
    let (kind, verb) = permission.rsplit_once('.').unwrap();
    let place = ["resourcemanager.projects", "aiplatform.endpoints", "iam.serviceAccounts"];
    let at = place.iter().position(|known| *known == kind).unwrap();
    format!("POST {}:{verb}", POLICIES[at])
}

fn without<'a>(all: &[&'a str], one: &str) -> Vec<&'a str> {
    all.iter().copied().filter(|name| *name != one).collect()
}

#[test]
fn the_demo_portal_has_the_documented_permissions() {
    let stage = Stage::new();
    let role = stage.cloud.get(OWNER, CLEANER).ok();
    let held = role["includedPermissions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!((sorted(held), six().len()), (sorted(six()), 6));
    let bindings = stage.policy(POLICIES[0])["bindings"].clone();
    let holders: Vec<&Value> =
        bindings.as_array().unwrap().iter().filter(|b| CLEANER.ends_with(b["role"].as_str().unwrap())).collect();
    assert_eq!(holders, [&json!({"role": &CLEANER[4..], "members": [PORTAL]})]);
}

#[test]
fn six_permissions_revoke_everything_expired_and_nothing_else() {
    let stage = Stage::new();
    stage.add_others();
    let before = stage.policies();
    stage.grant_and_let_expire();
    let report = stage.clean_up();
    assert_eq!(report.outcome, ApplyOutcome::Applied, "{:?}", report.diagnostics);
    assert!(report.written.len() == 3 && report.written.iter().all(|written| written.changed));
    assert_eq!(bindings(&stage.policies()), bindings(&before));
    assert!(stage.refused(PORTAL).is_empty());
}

#[test]
fn the_longest_grant_stays_in_either_order() {
    let (short, long) = (in_days(2), in_days(300));
    let [short, long] = [short.as_str(), long.as_str()];
    for order in [[short, long], [long, short], [long, long]] {
        let stage = Stage::new();
        for until in order {
            let given = stage.apply(OWNER, json!({"expiresAt": until}));
            assert_eq!(given.outcome, ApplyOutcome::Applied, "{:?}", given.diagnostics);
        }
        let policy = stage.policy(POLICIES[0]).to_string();
        assert_eq!((policy.matches(TEAM).count(), policy.contains(long)), (1, true), "{order:?}: {policy}");
    }
}

#[test]
fn keeps_the_named_grants() {
    let stage = Stage::new();
    stage.grant_and_let_expire();
    let account = &POLICIES[2][4..];
    let policy = stage.policy(POLICIES[2]);
    let held = policy["bindings"].as_array().unwrap().iter().find(|b| b["members"][0] == TEAM).unwrap();
    let keep = format!("{account} {} {TEAM}", held["role"].as_str().unwrap());
    let report = stage.apply(&stage.portal, json!({"mode": "clean-up", "expiresAt": null, "keep": [keep]}));
    assert_eq!((report.outcome, report.written.len()), (ApplyOutcome::Applied, 2), "{:?}", report.diagnostics);
    let holds: Vec<bool> = stage.policies().iter().map(|policy| policy.to_string().contains(TEAM)).collect();
    assert_eq!(holds, [false, false, true]);
}

#[test]
fn without_one_of_the_six_it_fails_there_and_revokes_the_rest() {
    for missing in six() {
        let stage = Stage::new();
        stage.add_others();
        let before = stage.policies();
        stage.grant_and_let_expire();
        let ended = stage.policies();
        stage.set_role(&without(&six(), missing));
        let report = stage.clean_up();
        assert_eq!(report.outcome, ApplyOutcome::Failed, "{missing}");
        assert_eq!(report.diagnostics.last().unwrap().permission.as_deref(), Some(missing));
        let refused = policy_call(missing);
        assert_eq!(stage.refused(PORTAL), [refused.as_str()]);
        for (at, (name, policy)) in POLICIES.iter().zip(stage.policies()).enumerate() {
            let expected = if refused.contains(&format!(" {name}:")) { &ended[at] } else { &before[at] };
            assert_eq!(policy["bindings"], expected["bindings"], "{missing}: {name}");
        }
    }
}

/// The eight permissions for granting, from the page: for policies and roles.
fn eight() -> Vec<&'static str> {
    for name in ["iam.roles.get", "iam.roles.create"] {
        assert!(APPLY_PAGE.contains(&format!("`{name}`")));
    }
    [six(), vec!["iam.roles.get", "iam.roles.create"]].concat()
}

/// A cloud with a user who may grant access and nothing else.
fn with_giver(permissions: &[&str]) -> Stage {
    let stage = Stage::new();
    stage.set_role(permissions);
    let mut policy = stage.policy(POLICIES[0]);
    let role = &CLEANER[4..];
    policy["bindings"].as_array_mut().unwrap().push(json!({"role": role, "members": ["user:stranger@acme.example"]}));
    stage.write(POLICIES[0], &policy);
    stage
}

#[test]
fn granting_needs_exactly_the_permissions_on_policies_and_roles() {
    let stage = with_giver(&eight());
    let report = stage.apply(STRANGER, json!({}));
    assert_eq!((report.outcome, report.created_roles.len()), (ApplyOutcome::Applied, 3), "{:?}", report.diagnostics);
    for policy in stage.policies() {
        assert!(policy.to_string().contains(TEAM), "{policy}");
    }
    for missing in eight() {
        let stage = with_giver(&without(&eight(), missing));
        let before = stage.policies();
        let report = stage.apply(STRANGER, json!({}));
        assert_eq!(report.outcome, ApplyOutcome::Failed, "{missing}");
        assert_eq!(report.diagnostics[0].permission.as_deref(), Some(missing));
        let refused = stage.refused("user:stranger@acme.example");
        match missing.strip_prefix("iam.roles.") {
            Some("get") => assert!(refused[0].starts_with("GET /v1/projects/acme-ml/roles/vertex"), "{refused:?}"),
            Some(_) => assert_eq!(refused, ["POST /v1/projects/acme-ml/roles"]),
            None => assert_eq!(refused, [policy_call(missing)]),
        }
        // Grants before the denied call exist; those after it do not.
        let reached = POLICIES.iter().position(|name| refused[0].contains(&format!(" {name}:"))).unwrap_or(0);
        for (at, policy) in stage.policies().iter().enumerate() {
            assert_eq!(policy["bindings"] != before[at]["bindings"], at < reached, "{missing}: {}", POLICIES[at]);
        }
        assert_eq!(report.untouched, reached == 0, "{missing}");
    }
}
