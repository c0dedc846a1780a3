//! The order: what precedes what, and what a failure at each step leaves behind.

use super::*;

#[test]
fn the_order_of_a_change_is_the_one_that_the_documentation_promises() {
    let mut portal = Portal::new();
    assert_eq!(portal.pass(deploy()), None);
    let order = [
        "permit",
        "claims",
        "readBody",
        "announce",
        "groups",
        "record",
        "token",
        "send",
        "readAnswer",
        "settle",
        "conclude",
        "reply",
    ];
    assert_eq!(portal.kinds(), order);
    let settlement = portal.settlement().unwrap();
    assert_eq!((settlement.outcome, settlement.status), (records::Result::Succeeded, Some(200)));
    assert_eq!(settlement.operation.as_deref(), Some(OPERATION));
    assert!(portal.conclusions()[0].succeeded);
}

#[test]
fn a_read_or_prediction_is_streamed_and_leaves_no_record() {
    let mut portal = Portal::new();
    for call in [read(), predict()] {
        assert_eq!(portal.pass(call), None);
        let kinds: Vec<_> = portal.kinds().into_iter().filter(|kind| !["groups", "token"].contains(kind)).collect();
        let expected: &[_] = match portal.sent()[0].verb {
            "GET" => &["permit", "doubts", "send", "reply"],
            _ => &["permit", "send", "reply"],
        };
        assert_eq!(kinds, expected);
        assert_ne!(portal.sent()[0].until, Until::End);
        assert!(matches!(portal.wants.last(), Some(Want::Reply { body: AnswerBody::Stream, .. })));
    }
}

#[test]
fn the_record_names_caller_reason_and_groups() {
    let mut portal = Portal::new();
    let (entity_ref, actor) = (ALICE.to_owned(), Some("plugin:scaffolder".to_owned()));
    let who = Who::User { entity_ref, actor, credentials: None, permissions: None };
    portal.pass(Arrival { who, ..with(deploy(), REASON, "task 7") });
    let reason = "backstage user=user:default/alice audit=audit-1 actor=plugin:scaffolder note=task 7";
    let row = portal.wants.iter().find_map(|want| if let Want::Record(row) = want { Some(row) } else { None }).unwrap();
    assert_eq!(
        serde_json::to_value(row).unwrap(),
        json!({
            "id": "audit-1", "userRef": ALICE, "ownership": ["group:default/ml"], "actor": "plugin:scaffolder",
            "method": "aiplatform.projects.locations.endpoints.deployModel", "resource": ENDPOINT, "reason": reason,
        })
    );
    assert_eq!(portal.sent()[0].headers.get(REASON), Some(reason));
    let request =
        portal.wants.iter().find_map(|want| if let Want::Token(it) = want { Some(it) } else { None }).unwrap();
    assert_eq!(request.groups, row.ownership, "the token carries the groups that the record names");
}

#[test]
fn nothing_is_sent_before_it_is_recorded() {
    for broken in ["announce", "groups", "record"] {
        let mut portal = Portal { failing: vec![broken], ..Portal::new() };
        assert_eq!(portal.refusal(deploy()), (503, "portal/refused".into()), "{broken}");
        assert!(portal.sent().is_empty() && !portal.kinds().contains(&"token"), "{broken}");
        let meta = portal
            .wants
            .iter()
            .find_map(|want| if let Want::Log(LogLine { meta, .. }) = want { Some(meta) } else { None });
        assert_eq!(
            serde_json::to_value(meta.expect("a line in the log")).unwrap(),
            json!({
                "auditId": "audit-1", "method": "aiplatform.projects.locations.endpoints.deployModel",
                "resource": ENDPOINT, "user": ALICE, "error": format!("{broken} is broken"),
            })
        );
        // The audit log learns how an announced call ended.
        assert_eq!(portal.conclusions().len(), usize::from(broken != "announce"), "{broken}");
        assert!(portal.conclusions().iter().all(|conclusion| !conclusion.succeeded));
    }
}

#[test]
fn a_failure_at_any_step_sends_nothing_and_settles_what_was_recorded() {
    let steps = [
        ("permit", 503, None),
        ("readBody", 503, None),
        ("findGrant", 503, Some(records::Result::Unsent)),
        ("token", 503, Some(records::Result::Unsent)),
        ("send", 502, Some(records::Result::Unknown)),
        ("readAnswer", 502, Some(records::Result::Unknown)),
    ];
    for (broken, status, settled) in steps {
        let mut portal =
            Portal { body: Some(POLICY), grant: Some(vec![ENDPOINT.into()]), failing: vec![broken], ..Portal::new() };
        let end = portal.pass(with(set_policy(), GRANT, "grant-1")).expect("a refusal");
        assert_eq!((end.status, portal.settled_as()), (status, settled), "{broken}");
        assert_eq!(!portal.sent().is_empty(), matches!(broken, "send" | "readAnswer"), "{broken}");
        assert!(!portal.kinds().contains(&"reply"), "{broken}");
        let body = serde_json::to_string(&end.body).unwrap();
        assert!(!body.contains("broken"), "the host's error stays in the log: {body}");
    }
}

#[test]
fn an_answer_of_another_kind_is_a_refusal() {
    let mut portal = Portal::new();
    for step in ["permit", "readBody", "announce", "groups", "record", "token", "send", "readAnswer"] {
        let mut talk = portal.door.pass(deploy());
        let mut outcome = Outcome::Done;
        loop {
            match talk.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
                Turn::Done(end) => break assert!(end.is_some_and(|end| end.status >= 500), "{step}"),
                Turn::Want(want) if kind(&want) == step => outcome = Outcome::Grant(None),
                Turn::Want(Want::Permit { .. }) => outcome = Outcome::Decision("ALLOW".into()),
                Turn::Want(Want::Groups { .. }) => outcome = Outcome::Groups(vec![]),
                Turn::Want(Want::ReadBody { .. }) => outcome = Outcome::Body(Some(DEPLOYMENT.into())),
                Turn::Want(Want::Token(_)) => outcome = Outcome::Token(Ok(Secret::new("t".into()))),
                Turn::Want(Want::Send(_)) => outcome = Outcome::Answer(Answer { status: 200, headers: vec![] }),
                Turn::Want(_) => outcome = Outcome::Done,
            }
        }
    }
    portal.decision = "allow";
    assert_eq!(portal.refusal(read()).0, 403);
}

#[test]
fn an_outcome_reaches_one_store_although_the_other_fails() {
    for (broken, store) in [("settle", "the database"), ("conclude", "the audit log")] {
        let mut portal = Portal { failing: vec![broken], ..Portal::new() };
        assert_eq!(portal.pass(deploy()), None, "the caller has the answer");
        let kinds = portal.kinds();
        assert!(kinds.contains(&"settle") && kinds.contains(&"conclude") && kinds.contains(&"reply"));
        let logged = portal.wants.iter().any(
            |want| matches!(want, Want::Log(LogLine { level: Level::Error, message, .. }) if message.contains(&format!("did not reach {store}"))),
        );
        assert!(logged, "{broken}");
    }
}

#[test]
fn an_answer_that_is_cut_off_or_too_large_leaves_an_unknown_outcome() {
    let mut portal = Portal { failing: vec!["readAnswer"], ..Portal::new() };
    assert_eq!(portal.refusal(deploy()), (502, "google/answer-unreadable".into()));
    assert_eq!(portal.settled_as(), Some(records::Result::Unknown));
    assert!(portal.settlement().unwrap().error.as_ref().unwrap().contains("not known"));
}

#[test]
fn a_caller_who_leaves_before_the_call_is_sent_sends_nothing() {
    for step in ["permit", "groups", "token"] {
        for call in [read(), deploy()] {
            let mut portal = Portal { leaves_at: Some(step), ..Portal::new() };
            let recorded = call.verb == "POST";
            assert_eq!(portal.pass(call), None, "a caller who left gets no answer");
            assert!(portal.sent().is_empty(), "{step}");
            assert_eq!(portal.settled_as(), recorded.then_some(records::Result::Unsent), "{step}");
            assert!(!portal.kinds().contains(&"log"), "leaving is not a failure");
        }
    }
}

#[test]
fn a_recorded_call_runs_to_its_end_although_the_caller_leaves() {
    let mut portal = Portal { leaves_at: Some("send"), ..Portal::new() };
    assert_eq!(portal.pass(deploy()), None);
    assert_eq!(portal.sent()[0].until, Until::End);
    assert_eq!(portal.settled_as(), Some(records::Result::Succeeded));
}

#[test]
fn an_answer_that_is_no_rejection_leaves_an_unknown_outcome() {
    for (status, outcome) in
        [(503, records::Result::Unknown), (500, records::Result::Unknown), (409, records::Result::Failed)]
    {
        let mut portal = Portal { statuses: vec![status], answer: "{}", ..Portal::new() };
        assert_eq!(portal.pass(deploy()), None, "the caller has Google's answer");
        let settlement = portal.settlement().unwrap();
        assert_eq!((settlement.outcome, settlement.status), (outcome, Some(status)));
        assert!(!portal.conclusions()[0].succeeded);
    }
}
