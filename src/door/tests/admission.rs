//! Admission: who and what passes, and what the permission framework is asked.

use super::*;

#[test]
fn a_path_or_header_that_means_something_else_is_refused_before_anything_is_asked() {
    let mut portal = Portal::new();
    let elsewhere = Arrival { target: read().target.replace("vertex-ai", "VERTEX-AI"), ..read() };
    assert_eq!(portal.refusal(elsewhere), (400, "proxy/path-malformed".into()));
    for name in OVERRIDES {
        assert_eq!(portal.refusal(with(read(), name, "DELETE")), (400, "proxy/method-unknown".into()));
    }
    assert!(portal.wants.is_empty());
    assert_eq!(portal.pass(with(read(), OVERRIDES[0], "")), None, "an empty header means nothing");
}

#[test]
fn only_the_decision_allow_lets_a_caller_pass() {
    for decision in ["DENY", "CONDITIONAL", "", "Allow"] {
        for call in [read(), predict(), deploy()] {
            let mut portal = Portal { decision, ..Portal::new() };
            assert_eq!(portal.refusal(call), (403, "portal/refused".into()), "{decision}");
            assert_eq!(portal.kinds(), ["permit"], "{decision}");
        }
    }
    let mut portal = Portal { failing: vec!["permit"], ..Portal::new() };
    assert_eq!(portal.refusal(read()), (503, "portal/refused".into()), "the permission framework is unavailable");
}

#[test]
fn an_allowed_read_is_remembered_for_the_same_credentials() {
    let mut portal = Portal::new();
    let asks = |portal: &mut Portal, call: Arrival| {
        portal.pass(call);
        portal.kinds().contains(&"permit")
    };
    let as_user = |entity_ref: &str, credentials: &str, call: Arrival| {
        let (entity_ref, credentials) = (entity_ref.to_owned(), Some(credentials.to_owned()));
        Arrival { who: Who::User { entity_ref, actor: None, credentials, permissions: None }, ..call }
    };
    assert!(asks(&mut portal, read()) && !asks(&mut portal, read()));
    assert!(asks(&mut portal, as_user(ALICE, "Bearer another-token", read())));
    assert!(asks(&mut portal, as_user("user:default/bob", "Bearer backstage-token", read())));
    assert!(asks(&mut portal, as_user(ALICE, "", read())) && asks(&mut portal, as_user(ALICE, "", read())));
    portal.now += permits::LIFETIME;
    assert!(asks(&mut portal, read()), "the permit has expired");
}

#[test]
fn no_change_prediction_or_denial_is_remembered() {
    let mut portal = Portal::new();
    for _ in 0..2 {
        for call in [predict(), deploy()] {
            portal.pass(call);
            assert!(portal.kinds().contains(&"permit"));
        }
    }
    portal.decision = "DENY";
    for _ in 0..2 {
        assert_eq!(portal.refusal(read()).0, 403);
        assert_eq!(portal.kinds(), ["permit"]);
    }
}

#[test]
fn a_listed_user_has_the_listed_permissions_only() {
    let listed = |permissions: &[&str], call: Arrival| Arrival {
        who: Who::User {
            entity_ref: ALICE.into(),
            actor: None,
            credentials: None,
            permissions: Some(permissions.iter().map(|&name| name.to_owned()).collect()),
        },
        whole: true,
        ..call
    };
    let mut portal = Portal::new();
    assert_eq!(portal.pass(listed(&["vertex-ai.read"], read())), None);
    assert_eq!(portal.kinds(), ["doubts", "groups", "token", "send", "readAnswer", "reply"]);
    assert_eq!(portal.refusal(listed(&["vertex-ai.read"], deploy())).0, 403);
    assert!(portal.wants.is_empty());
}

#[test]
fn a_body_that_is_too_large_or_wrong_is_refused_before_it_is_recorded() {
    for (body, refused) in [
        (None, (413, "proxy/body-malformed")),
        (Some("{"), (400, "proxy/body-malformed")),
        (Some(""), (400, "proxy/body-malformed")),
    ] {
        let mut portal = Portal { body, ..Portal::new() };
        assert_eq!(portal.refusal(deploy()), (refused.0, refused.1.to_owned()));
        assert_eq!(portal.kinds(), ["permit", "claims", "readBody"]);
    }
    let mut portal = Portal::new();
    portal.pass(deploy());
    let limits = portal.wants.iter().filter_map(|want| match want {
        Want::ReadBody { limit } | Want::ReadAnswer { limit, .. } => Some(*limit),
        _ => None,
    });
    assert_eq!(limits.collect::<Vec<_>>(), [LARGEST_WHOLE; 2]);
}

#[test]
fn a_policy_change_names_an_open_grant_record_of_the_caller_about_the_resource() {
    let under = |id: &str| with(set_policy(), GRANT, id);
    let mut portal = Portal { body: Some(POLICY), grant: Some(vec![ENDPOINT.into()]), ..Portal::new() };
    assert_eq!(portal.pass(under("grant-1")), None);
    let asked = portal.wants.iter().find(|want| kind(want) == "findGrant");
    assert_eq!(asked, Some(&Want::FindGrant { id: "grant-1".into(), given_by: ALICE.into() }));
    // The record precedes the question.
    let order = portal.kinds();
    let at = |kind: &str| order.iter().position(|other| *other == kind);
    assert!(at("record") < at("findGrant") && at("findGrant") < at("send"));

    for (id, grant) in [("grant-1", None), ("grant-1", Some(vec!["projects/acme-ml".into()])), ("", None)] {
        portal.grant = grant;
        assert_eq!(portal.refusal(under(id)), (403, "portal/refused".into()), "{id:?}");
        assert_eq!((portal.sent().len(), portal.settled_as()), (0, Some(records::Result::Unsent)));
    }
    portal.body = Some(DEPLOYMENT);
    assert_eq!(
        portal.pass(with(deploy(), GRANT, "grant-1")),
        None,
        "a call that changes no policy needs no grant record"
    );
    portal.body = Some(POLICY);
    assert_eq!(portal.pass(set_policy()), None, "without the header a policy is changed by hand");
}

#[test]
fn the_portal_records_all_its_calls_and_nobody_else_is_the_portal() {
    let mut portal = Portal { body: Some(""), ..Portal::new() };
    let own = Arrival { who: Who::Portal, whole: true, ..read() };
    assert_eq!(portal.pass(own), None);
    assert_eq!(portal.kinds(), ["announce", "record", "token", "send", "readAnswer", "settle", "conclude", "reply"]);
    let request =
        portal.wants.iter().find_map(|want| if let Want::Token(it) = want { Some(it) } else { None }).unwrap();
    assert_eq!(request.holder, Holder::Fixed(PORTAL.into(), vec![]));

    for who in [
        user(PORTAL),
        Who::User {
            entity_ref: PORTAL.into(),
            actor: None,
            credentials: None,
            permissions: Some(vec!["vertex-ai.read".into()]),
        },
    ] {
        let end = portal.refusal(Arrival { who, ..read() });
        assert_eq!(end, (403, "proxy/caller-not-allowed".into()));
        assert!(portal.wants.is_empty());
    }
}

#[test]
fn a_service_follows_an_operation_as_its_starter_for_a_day() {
    let started = |before: Millis| {
        let groups = vec!["group:default/then".into()];
        Some(Starter { entity_ref: "user:default/bob".into(), groups, started_at: NOW - before })
    };
    let mut portal = Portal { starter: started(LONGEST_FOLLOWED), ..Portal::new() };
    assert_eq!(portal.pass(follow()), None);
    assert_eq!(portal.kinds(), ["permit", "starter", "doubts", "token", "send", "reply"]);
    let request =
        portal.wants.iter().find_map(|want| if let Want::Token(it) = want { Some(it) } else { None }).unwrap();
    assert_eq!(request.holder, Holder::Fixed("user:default/bob".into(), vec!["group:default/then".into()]));
    assert_eq!(request.groups, ["group:default/then"]);

    for starter in [None, started(LONGEST_FOLLOWED + 1)] {
        portal.starter = starter;
        assert_eq!(portal.refusal(follow()), (403, "proxy/caller-not-allowed".into()));
        assert!(portal.sent().is_empty());
    }
    portal.failing = vec!["starter"];
    assert_eq!(portal.refusal(follow()).0, 503);
    portal.failing.clear();
    assert_eq!(portal.refusal(Arrival { who: service(), ..predict() }), (403, "proxy/caller-not-allowed".into()));
}

#[test]
fn a_user_reads_an_operation_as_themselves() {
    let mut portal = Portal::new();
    assert_eq!(portal.pass(Arrival { who: user(ALICE), ..follow() }), None);
    assert!(!portal.kinds().contains(&"starter"));
}
