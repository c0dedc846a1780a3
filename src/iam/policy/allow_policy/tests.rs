//! Reading, changing and checking policies.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn until(text: &str) -> Condition {
    Condition { title: format!("t {text}"), expression: text.into() }
}

fn sample() -> Value {
    json!({"version": 3, "etag": "BwY", "auditConfigs": [{"service": "allServices"}], "bindings": [
        {"role": "roles/owner", "members": ["user:a@x.y", "deleted:user:b@x.y?uid=1"]},
        {"role": "roles/viewer", "members": ["group:g@x.y"], "condition": {"title": "t", "expression": "true", "description": "d"}},
    ]})
}

fn adding(role: &str, member: &str) -> PolicyChange {
    PolicyChange { add: vec![Binding::new(role, member, None)], ..PolicyChange::default() }
}

#[test]
fn a_change_keeps_everything_else() {
    let policy = AllowPolicy::read(&sample()).unwrap();
    let after = policy.change(&adding("roles/owner", "user:c@x.y")).unwrap().unwrap();
    let mut expected = sample();
    expected["bindings"][0]["members"].as_array_mut().unwrap().push(json!("user:c@x.y"));
    assert_eq!(after, expected);
    assert_eq!(policy.change(&adding("roles/owner", "user:a@x.y")).unwrap(), None);
}

#[test]
fn bindings_differ_by_their_conditions() {
    let policy = AllowPolicy::read(&sample()).unwrap();
    let entry = Binding::new("roles/viewer", "group:g@x.y", Some(&until("request.time < x")));
    let after = policy.change(&PolicyChange { add: vec![entry.clone()], ..PolicyChange::default() }).unwrap().unwrap();
    assert_eq!(after["bindings"].as_array().unwrap().len(), 3);
    let again = AllowPolicy::read(&after).unwrap();
    let taken = again.change(&PolicyChange { remove: vec![entry], ..PolicyChange::default() }).unwrap().unwrap();
    assert_eq!(taken, sample());
}

#[test]
fn rejects_a_policy_of_the_wrong_version_or_shape() {
    let code = |change: &dyn Fn(&mut Value)| {
        let mut policy = sample();
        change(&mut policy);
        AllowPolicy::read(&policy).unwrap_err().code
    };
    assert_eq!(code(&|p| p["version"] = json!(1)), Code::IamPolicyVersion);
    assert_eq!(code(&|p| p["etag"] = json!("")), Code::IamPolicyEtag);
    assert_eq!(code(&|p| p["bindings"] = json!("none")), Code::IamPolicyUnreadable);
    assert_eq!(code(&|p| p["bindings"][0]["members"] = json!([1])), Code::IamPolicyUnreadable);
    let hidden = json!({"version": 1, "etag": "B", "bindings": [{"role": "roles/viewer_withcond_1", "members": ["user:a@x.y"]}]});
    assert_eq!(AllowPolicy::read(&hidden).unwrap_err().code, Code::IamPolicyVersion);
    assert_eq!(AllowPolicy::read(&json!([])).unwrap_err().code, Code::IamPolicyUnreadable);
    assert!(AllowPolicy::read(&json!({"etag": "ACAB"})).is_ok());
}

#[test]
fn rejects_a_write_that_loses_bindings_version_or_etag() {
    let policy = AllowPolicy::read(&sample()).unwrap();
    let code = |change: &dyn Fn(&mut Value)| {
        let mut after = sample();
        change(&mut after);
        policy.check_write(&after, &PolicyChange::default()).unwrap_err().code
    };
    assert_eq!(code(&|p| p["bindings"][0]["members"] = json!(["user:a@x.y"])), Code::IamPolicyShrinks);
    assert_eq!(code(&|p| p["bindings"] = json!([])), Code::IamPolicyShrinks);
    assert_eq!(
        code(&|p| {
            p.as_object_mut().unwrap().remove("auditConfigs");
        }),
        Code::IamPolicyShrinks
    );
    assert_eq!(
        code(&|p| {
            p["bindings"][1].as_object_mut().unwrap().remove("condition");
        }),
        Code::IamPolicyShrinks
    );
    assert_eq!(code(&|p| p["version"] = json!(1)), Code::IamPolicyVersion);
    assert_eq!(code(&|p| p["etag"] = json!("other")), Code::IamPolicyEtag);
}

#[test]
fn enforces_googles_limits() {
    let full = |count: usize, kind: &str| {
        let members: Vec<_> = (0..count).map(|n| format!("{kind}:m{n}@x.y")).collect();
        AllowPolicy::read(&json!({"etag": "B", "bindings": [{"role": "roles/viewer", "members": members}]})).unwrap()
    };
    let code = |policy: &AllowPolicy, change: &PolicyChange| policy.change(change).map_err(|finding| finding.code);
    let one = adding("roles/viewer", "group:new@x.y");
    assert!(code(&full(1499, "user"), &one).is_ok());
    assert_eq!(code(&full(1500, "user"), &one), Err(Code::IamPolicyLimit));
    assert!(code(&full(249, "group"), &one).is_ok());
    assert_eq!(code(&full(250, "group"), &one), Err(Code::IamPolicyLimit));
    // Groups count once, domains each time.
    let twice = |kind: &str| {
        let members: Vec<_> = (0..130).map(|n| format!("{kind}:m{n}.x.y")).collect();
        let bindings = ["roles/a", "roles/b"].map(|role| json!({"role": role, "members": members}));
        AllowPolicy::read(&json!({"etag": "B", "bindings": bindings})).unwrap()
    };
    assert!(code(&twice("group"), &one).is_ok());
    assert_eq!(code(&twice("domain"), &one), Err(Code::IamPolicyLimit));
    let exempting = |count: usize| {
        let members: Vec<_> = (0..count).map(|n| format!("user:m{n}@x.y")).collect();
        let logs = json!([{"logType": "DATA_READ", "exemptedMembers": members}]);
        let audited = json!([{"service": "allServices", "auditLogConfigs": logs}]);
        AllowPolicy::read(&json!({"etag": "B", "bindings": [], "auditConfigs": audited})).unwrap()
    };
    assert!(code(&exempting(1499), &one).is_ok());
    assert_eq!(code(&exempting(1500), &one), Err(Code::IamPolicyLimit));
    let variants = |count: usize| PolicyChange {
        add: (0..count).map(|n| Binding::new("roles/viewer", "user:v@x.y", Some(&until(&n.to_string())))).collect(),
        ..PolicyChange::default()
    };
    assert!(code(&full(1, "user"), &variants(20)).is_ok());
    assert_eq!(code(&full(1, "user"), &variants(21)), Err(Code::IamPolicyLimit));
}

fn any_policy() -> impl Strategy<Value = Value> {
    let member = prop::sample::select(vec!["user:a@x.y", "user:b@x.y", "group:g@x.y", "deleted:user:c@x.y?uid=1"]);
    let role = prop::sample::select(vec!["roles/owner", "roles/viewer", "projects/p/roles/x"]);
    let condition =
        prop::option::of(prop::sample::select(vec!["true", "request.time < timestamp(\"2027-01-01T00:00:00Z\")"]));
    let binding = (role, prop::collection::vec(member, 1..4), condition).prop_map(|(role, members, condition)| {
        let mut binding = json!({"role": role, "members": members});
        if let Some(condition) = condition {
            binding["condition"] = json!({"title": "t", "expression": condition, "location": "l"});
        }
        binding
    });
    prop::collection::vec(binding, 0..6)
        .prop_map(|b| json!({"version": 3, "etag": "B", "bindings": b, "other": {"x": 1}}))
}

proptest! {
    #[test]
    fn adding_keeps_every_binding_and_removing_restores_the_policy(before in any_policy(), member in "user:[a-d]@x.y", conditioned in any::<bool>()) {
        let policy = AllowPolicy::read(&before).unwrap();
        let condition = until("request.time < timestamp(\"2027-01-01T00:00:00Z\")");
        let entry = Binding::new("roles/viewer", member, conditioned.then_some(&condition));
        let add = PolicyChange { add: vec![entry.clone()], ..PolicyChange::default() };
        let Some(after) = policy.change(&add).unwrap() else {
            prop_assert!(policy.bindings().contains(&entry));
            return Ok(());
        };
        let written = AllowPolicy::read(&after).unwrap();
        for kept in policy.bindings() {
            prop_assert!(written.bindings().contains(&kept));
        }
        prop_assert!(written.bindings().contains(&entry));
        prop_assert_eq!(&after["other"], &before["other"]);
        prop_assert_eq!(written.change(&add).unwrap(), None);
        let taken = written.change(&PolicyChange { remove: vec![entry], ..PolicyChange::default() }).unwrap().unwrap();
        let mut entries = AllowPolicy::read(&taken).unwrap().bindings();
        let mut expected = policy.bindings();
        entries.sort_by_key(|entry| format!("{entry:?}"));
        expected.sort_by_key(|entry| format!("{entry:?}"));
        prop_assert_eq!(entries, expected);
    }
}
