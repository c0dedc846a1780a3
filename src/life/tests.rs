use super::reach::{Reach, reach};
use super::*;

const AT: &str = "2026-11-27T10:00:00Z";

fn step(state: &str, event: Value) -> Option<(String, bool)> {
    let step = after(&json!({"state": state}), &event, AT)?;
    Some((step.life["state"].as_str()?.to_owned(), step.ended))
}

fn names(state: &str) -> Option<String> {
    Some(state.to_owned())
}

#[test]
fn each_event_leads_from_each_state_to_one_state() {
    let undo = json!({"progress": {"kind": "undo", "message": "Removing"}});
    let stage = json!({"progress": {"kind": "stage", "message": "Preparing"}});
    let report = |outcome: &str| json!({"reported": {"outcome": outcome}});
    for state in State::ALL.into_iter().filter(|state| !state.has_ended()) {
        let name = state.name();
        let next = |event| step(name, event).map(|(next, _)| next);
        let waits = matches!(state, State::Scheduled | State::Pending);
        let claimed = if waits { "running" } else { name };
        assert_eq!(next(json!({"claimed": true})), names(claimed));
        let wished = if state == State::Removing { name } else { "cancelling" };
        assert_eq!(next(json!({"cancelRequested": true})), names(wished));
        assert_eq!(next(undo.clone()), names("removing"));
        assert_eq!(next(stage.clone()), names(name));
        assert_eq!(next(json!({"crashed": 299})), names(name));
        assert_eq!(step(name, json!({"crashed": 300})), Some(("failed".into(), true)));
        for outcome in ["succeeded", "failed", "cancelled"] {
            assert_eq!(step(name, report(outcome)), Some((outcome.into(), true)));
        }
        let refused = if state == State::Cancelling { "cancelled" } else { "failed" };
        assert_eq!(step(name, json!({"refused": {"diagnostics": []}})), Some((refused.into(), true)));
    }
}

#[test]
fn nothing_happens_to_a_deployment_that_has_ended() {
    for state in State::ALL.into_iter().filter(|state| state.has_ended()) {
        for event in [json!({"claimed": true}), json!({"cancelRequested": true}), json!({"reported": {}})] {
            assert_eq!(step(state.name(), event), None);
        }
    }
}

#[test]
fn a_stage_keeps_its_start_when_it_is_said_again() {
    let said = |name: &str| json!({"progress": {"kind": "stage", "stage": name, "stageIndex": 2, "stageCount": 10}});
    let first = after(&json!({"state": "running"}), &said("PREPARING_MODEL"), AT).unwrap().life;
    let again = after(&first, &said("PREPARING_MODEL"), "2026-11-27T11:00:00Z").unwrap().life;
    assert_eq!(again["stage"], json!({"name": "PREPARING_MODEL", "index": 2, "count": 10, "since": AT}));
    let next = after(&again, &said("FINISHING_UP"), "2026-11-27T11:00:00Z").unwrap().life;
    assert_eq!(next["stage"]["since"], "2026-11-27T11:00:00Z");
    let end = json!({"progress": {"kind": "stage", "stage": "FAILED_TO_DEPLOY"}});
    assert_eq!(after(&next, &end, AT).unwrap().life["stage"]["name"], "FINISHING_UP");
}

#[test]
fn a_report_leaves_its_outputs_and_what_was_not_removed() {
    let report = json!({
        "outcome": "failed", "undone": ["endpoint `a`"], "notUndone": ["model `b`"], "diagnostics": [{"code": "x"}],
        "outputs": {"endpoint": "e", "traffic": 20, "consoleUrl": "c"}, "plan": {"steps": []},
    });
    let life = after(&json!({"state": "removing", "operation": "o"}), &json!({"reported": report}), AT).unwrap().life;
    assert_eq!(
        life,
        json!({
            "state": "failed", "operation": "o", "endpoint": "e", "traffic": 20, "consoleUrl": "c",
            "undone": ["endpoint `a`"], "notUndone": ["model `b`"], "diagnostics": [{"code": "x"}],
        })
    );
}

#[test]
fn a_run_that_ends_without_a_report_five_times_says_where_to_look() {
    let life = after(&json!({"state": "running"}), &json!({"crashed": 300}), AT).unwrap().life;
    assert_eq!(life["diagnostics"][0]["code"], "core/internal");
}

#[test]
fn unknown_json_is_no_event() {
    for event in [json!({}), json!({"begun": true}), json!([]), json!({"crashed": "twice"})] {
        assert_eq!(step("running", event), None);
    }
    assert_eq!(step("paused", json!({"claimed": true})), None);
}

#[test]
fn the_scaffolder_reaches_what_its_own_task_started_and_nothing_else() {
    let service = |subject: &str| json!({"kind": "service", "subject": subject});
    let starter = |actor: Value| json!({"actor": actor, "key": "task-1"});
    let own = starter("plugin:scaffolder".into());
    assert_eq!(reach(&service("plugin:scaffolder"), &own, Some("task-1")), Reach::Own);
    assert_eq!(reach(&service("plugin:scaffolder"), &own, Some("task-2")), Reach::Denied);
    assert_eq!(reach(&service("plugin:scaffolder"), &own, None), Reach::Denied);
    assert_eq!(reach(&service("plugin:scaffolder"), &starter(Value::Null), Some("task-1")), Reach::Denied);
    assert_eq!(reach(&service("plugin:other"), &own, Some("task-1")), Reach::Denied);
    assert_eq!(reach(&service("plugin:scaffolder"), &json!({"actor": "plugin:scaffolder"}), None), Reach::Denied);
    let user = json!({"kind": "user", "ref": "user:default/alice", "actor": "plugin:scaffolder"});
    assert_eq!(reach(&user, &own, None), Reach::Permission);
    assert_eq!(reach(&json!({"kind": "none"}), &own, Some("task-1")), Reach::Denied);
}
