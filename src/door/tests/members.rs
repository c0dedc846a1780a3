//! What the catalog still shows of a mandate's user and groups.

use super::delegation::{call, create, look, portal, row};
use super::*;
use crate::door::members::GRACE;

const THEN: &str = "group:default/then";

/// The groups with which a call under a mandate is made; `None` where it is refused.
fn groups(recorded: &[&str], entities: Vec<Value>) -> Option<Vec<String>> {
    let groups = recorded.iter().map(|&group| group.to_owned()).collect();
    let mut portal = Portal { mandate: Some(MandateRow { groups, ..row() }), entities, ..portal() };
    portal.pass(look("1")).is_none().then_some(())?;
    portal.wants.iter().find_map(|want| match want {
        Want::Token(request) => Some(request.groups.clone()),
        _ => None,
    })
}

fn texts(groups: &[&str]) -> Option<Vec<String>> {
    Some(groups.iter().map(|&group| group.to_owned()).collect())
}

#[test]
fn a_group_counts_while_the_catalog_shows_it_and_its_member() {
    let group = member(THEN, &[]);
    let alice = |above: &[&str]| member(ALICE, above);
    assert_eq!(groups(&[THEN], vec![alice(&[THEN]), group.clone()]), texts(&[THEN]));
    assert_eq!(groups(&[THEN], vec![alice(&[]), group]), texts(&[]), "she has left the group");
    assert_eq!(groups(&[THEN], vec![alice(&[THEN])]), texts(&[]), "the group was removed");
    let now = "group:default/now";
    let joined = vec![alice(&[THEN, now]), member(THEN, &[]), member(now, &[])];
    assert_eq!(groups(&[THEN], joined), texts(&[THEN]), "a group that she joined later is not delegated");
    assert_eq!(groups(&[ALICE, THEN], vec![alice(&[])]), texts(&[ALICE]));
}

#[test]
fn a_group_above_others_counts_through_them() {
    let [team, department, org] = ["group:default/team", "group:default/department", "group:default/org"];
    let all =
        vec![member(ALICE, &[team]), member(team, &[department]), member(department, &[org]), member(org, &[team])];
    assert_eq!(groups(&[org, team], all.clone()), texts(&[org, team]));
    let mut cut = all;
    cut[2] = member(department, &[]);
    assert_eq!(groups(&[org, team], cut), texts(&[team]));
}

#[test]
fn a_removed_user_ends_the_mandate_and_leaves_its_undo() {
    let mut portal = portal();
    let (create, body) = create();
    portal.body = Some(body);
    assert_eq!(portal.pass(create.clone()), None);
    portal.entities.remove(0);
    for later in [0, GRACE - 1] {
        portal.now = NOW + later;
        assert_eq!(portal.refusal(create.clone()), (503, "mandate/user-missing".into()));
        assert!(portal.sent().is_empty() && !portal.kinds().contains(&"revoke"));
    }
    portal.now = NOW + GRACE;
    assert_eq!(portal.refusal(create.clone()), (403, "mandate/ended".into()));
    let revoked = portal.wants.iter().find(|want| kind(want) == "revoke");
    let because = format!("the catalog no longer has `{ALICE}`");
    assert_eq!(revoked, Some(&Want::Revoke { id: "mandate-1".into(), because }));
    let remove = call("DELETE", "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector", "1");
    assert_eq!(portal.pass(remove), None, "what was made is removed");
    let row = portal.mandate.as_mut().unwrap();
    row.revoked_at = Some(NOW);
    portal.entities.insert(0, member(ALICE, &[THEN]));
    assert_eq!(portal.refusal(create), (403, "mandate/ended".into()), "an end is an end");
    assert!(!portal.kinds().contains(&"revoke"));
}

#[test]
fn a_user_who_comes_back_in_time_has_a_mandate_still() {
    let mut portal = portal();
    let alice = portal.entities.remove(0);
    assert_eq!(portal.refusal(look("1")), (503, "mandate/user-missing".into()));
    portal.entities.insert(0, alice.clone());
    assert_eq!(portal.pass(look("1")), None);
    portal.now += GRACE;
    portal.entities.remove(0);
    assert_eq!(portal.refusal(look("1")).0, 503, "the time is counted anew");
}

#[test]
fn a_portal_with_other_users_asks_no_catalog() {
    let door = Rc::new(Door::new(crate::config::Config { users_in_catalog: false, ..config() }, planner()));
    let mut portal = Portal { door, entities: vec![], ..portal() };
    assert_eq!(portal.pass(look("1")), None);
    assert!(!portal.kinds().contains(&"entities"));
}
