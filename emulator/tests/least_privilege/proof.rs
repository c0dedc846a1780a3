//! The proof: each plan in each possible world, with all of its rights and with each one missing.

use crate::deliver::{deliver, speed};
use crate::drive::{PROXY, Then, drive};
use crate::harness::{Cloud, OWNER, STILL, STRANGER};
use crate::plans::{Case, MEMBER, classes};
use crate::table::{self, Row};
use crate::world::{World, seed};
use backstage_vertex_ai::conversation::Request as Sent;
use backstage_vertex_ai::deployment::{Identities, RunOutcome, RunReport, Start, resume};
use backstage_vertex_ai::diagnostic::Diagnostic;
use backstage_vertex_ai::iam::render;
use backstage_vertex_ai::iam::rights::access_request::AccessRequest;
use backstage_vertex_ai::iam::rights::grant::{Grant, Grantee};
use backstage_vertex_ai::iam::rights::needed_permission::NeededPermission;
use backstage_vertex_ai::iam::rights::options::Delivery;
use backstage_vertex_ai::iam::rights::resource::IamResource;
use backstage_vertex_ai::iam::rights::risk::risks;
use backstage_vertex_ai::method::{Service, Verb, find};
use backstage_vertex_ai::plan::Plan;
use serde_json::{Value, json};
use std::sync::Mutex;

/// An event while a plan runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    Nothing,
    /// The same deployment already runs, because an answer was lost or another user was quicker.
    Begun,
    /// Google's operation fails.
    Failing,
    /// The user cancels while Google deploys.
    Stopped,
    /// The user cancels after Google has finished and before the run knows: everything must be rolled back.
    StoppedLate,
}

const HAPPENINGS: [Happening; 5] =
    [Happening::Nothing, Happening::Begun, Happening::Failing, Happening::Stopped, Happening::StoppedLate];

fn is_possible(world: World, happening: Happening) -> bool {
    happening == Happening::Nothing || !world.has_it()
}

/// Creates the world, grants the rights, runs the plan and returns its report.
fn carry_out(
    cloud: &Cloud,
    plan: &Plan,
    rights: &AccessRequest,
    world: World,
    happening: Happening,
) -> (RunReport, Vec<Value>) {
    let speed = speed(rights.delivery);
    cloud.set_speed(speed);
    world.make(cloud, plan);
    deliver(cloud, rights);
    let mut operation: Option<String> = None;
    let run = resume(Start {
        plan: Ok(plan.clone()),
        run: None,
        proxy_url: PROXY.to_owned(),
        reason: None,
        identities: Identities::USER,
        ledger: Vec::new(),
    });
    let report =
        drive(cloud, STRANGER, run, |cloud, path, sent| happen(cloud, happening, speed, path, sent, &mut operation));
    let state = cloud.get("", "/emulator/state").ok();
    let calls = state["calls"].as_array().unwrap().iter().filter(|call| call["principal"] == MEMBER).cloned().collect();
    (report, calls)
}

/// Causes the event at the right request.
fn happen(
    cloud: &Cloud,
    happening: Happening,
    speed: f64,
    path: &str,
    sent: &Sent,
    operation: &mut Option<String>,
) -> Then {
    let is_deploying = path.ends_with(":deployModel");
    match happening {
        Happening::Begun if is_deploying => {
            cloud.set_speed(STILL);
            let body = serde_json::from_str(sent.body.as_deref().unwrap()).unwrap();
            // The quicker user has the right to do it.
            let begun = cloud.post(OWNER, &format!("/{path}"), body);
            // Later the run looks whether it may have the id.
            if operation.is_none() {
                *operation = Some(begun.ok()["name"].as_str().unwrap().to_owned());
            }
        }
        Happening::Failing if is_deploying => {
            let fault =
                json!({"kind": "failAtStage", "stage": "STARTING_MODEL_SERVER", "code": 9, "message": "exited"});
            cloud.post("", "/emulator/faults", json!({ "fault": fault })).ok();
        }
        // The run looks at the endpoint until the model is there.
        Happening::Begun if sent.verb == Verb::Get && path.contains("/endpoints/") => {
            if let Some(name) = operation.as_deref() {
                cloud.set_speed(speed);
                cloud.finish(&json!({ "name": name }));
            }
        }
        Happening::Stopped | Happening::StoppedLate if is_deploying => {
            *operation = Some(String::new());
            if happening == Happening::Stopped {
                cloud.set_speed(STILL);
            }
        }
        Happening::Stopped | Happening::StoppedLate
            if path.contains("/operations/") && operation.as_deref() == Some("") =>
        {
            let name = path.trim_start_matches("v1/").split([':', '?']).next().unwrap().to_owned();
            if happening == Happening::StoppedLate {
                cloud.finish(&json!({ "name": name }));
            }
            *operation = Some(name);
            return Then::Cancel;
        }
        // The cancellation has arrived; the clock returns to its pace.
        Happening::Stopped if path.ends_with(":undeployModel") || path.ends_with(":wait?timeout=5s") => {
            cloud.set_speed(speed)
        }
        _ => {}
    }
    Then::Send
}

/// Checks the outcome, and that no call was denied.
fn is_clean(report: &RunReport, calls: &[Value], happening: Happening) -> Result<(), String> {
    let wanted = match happening {
        Happening::Nothing | Happening::Begun => RunOutcome::Succeeded,
        Happening::Failing => RunOutcome::Failed,
        Happening::Stopped | Happening::StoppedLate => RunOutcome::Cancelled,
    };
    if report.outcome != wanted || !report.not_undone.is_empty() {
        return Err(format!("{:?}, {:?}", report.outcome, report.diagnostics));
    }
    // A run does without the log of its container: no access request asks for it.
    let is_needed = |call: &&Value| call["name"] != "logging.entries.list";
    if let Some(call) = calls.iter().filter(is_needed).find(|call| call["status"] == 403) {
        return Err(format!("{call} was refused"));
    }
    if happening == Happening::Stopped {
        let cancelled =
            calls.iter().any(|call| call["path"].as_str().unwrap().ends_with(":cancel") && call["status"] == 200);
        return cancelled.then_some(()).ok_or_else(|| "nothing was cancelled".into());
    }
    Ok(())
}

/// The names of the called methods.
fn called(calls: &[Value]) -> Vec<&'static str> {
    let method = |call: &Value| {
        let verb =
            [Verb::Get, Verb::Post, Verb::Patch, Verb::Delete].into_iter().find(|v| call["method"] == v.as_str());
        let path = call["path"].as_str()?.trim_start_matches('/').split('?').next()?;
        Some(find(Service::Aiplatform, verb?, path)?.0.name)
    };
    calls.iter().filter_map(method).collect()
}

/// The call that was denied for exactly this right, if the run reports it, too.
fn refused(report: &RunReport, calls: &[Value], grant: &Grant, needed: &NeededPermission) -> Option<String> {
    let permission = needed.permission;
    let agent = grant.member.trim_start_matches("serviceAccount:");
    // Google answers 400 to a missing right to act as an account, and to a missing right of its service agent.
    let is_agent = grant.grantee == Grantee::ServiceAgent;
    let status = if is_agent || permission == "iam.serviceAccounts.actAs" { 400 } else { 403 };
    let call = calls.iter().find(|call| call["status"] == status)?;
    // Google's words are evidence where the core knows the cause.
    let words = |finding: &Diagnostic| {
        let text = finding.evidence.as_ref().and_then(|evidence| evidence.text.clone());
        text.unwrap_or_else(|| finding.message.to_string())
    };
    let names = |finding: &Diagnostic| match is_agent {
        true => words(finding).contains(permission) && words(finding).contains(agent),
        false => finding.permission.as_deref() == Some(permission),
    };
    report.diagnostics.iter().any(names).then(|| {
        let path = call["path"].as_str().unwrap().split('?').next().unwrap();
        format!("{} …{}", call["method"].as_str().unwrap(), &path[path.rfind(['/', ':']).unwrap()..])
    })
}

/// The result for the rights of one plan.
#[derive(Default)]
pub struct Proved {
    pub rows: Vec<Row>,
    /// Rights on policies that the emulator does not have: computed, not proved.
    pub unproved: Vec<String>,
    pub runs: usize,
}

fn prove(cloud: &Cloud, case: &Case) -> Result<Proved, String> {
    let plan = case.shape.plan();
    let asked = case.ask(&plan);
    let mut proved = Proved::default();
    let mut scenes: Vec<(Happening, World, Vec<&str>)> = Vec::new();
    for happening in HAPPENINGS {
        for world in case.worlds().into_iter().filter(|world| is_possible(*world, happening)) {
            let (report, calls) = carry_out(cloud, &plan, &asked, world, happening);
            is_clean(&report, &calls, happening)
                .map_err(|why| format!("{case:?} in {world:?}, {happening:?}: {why}"))?;
            proved.runs += 1;
            scenes.push((happening, world, called(&calls)));
        }
    }
    let mut seen: Vec<(Grantee, &IamResource, &str)> = Vec::new();
    for grant in &asked.grants {
        for needed in &grant.needed {
            if seen.contains(&(grant.grantee, &grant.resource, needed.permission)) {
                continue;
            }
            seen.push((grant.grantee, &grant.resource, needed.permission));
            if ["bucket", "repository", "key"].contains(&grant.resource.kind()) {
                proved.unproved.push(format!("{} on a {}", needed.permission, grant.resource.kind()));
                continue;
            }
            let fewer = asked.keeping(|g, n| {
                (g.grantee, &g.resource, n.permission) != (grant.grantee, &grant.resource, needed.permission)
            });
            // A call can only be denied in a run that makes it.
            let uses = needed.methods();
            let candidates = scenes.iter().filter(|(_, _, called)| called.iter().any(|method| uses.contains(method)));
            let found = candidates.into_iter().find_map(|(happening, world, _)| {
                let (report, calls) = carry_out(cloud, &plan, &fewer, *world, *happening);
                proved.runs += 1;
                refused(&report, &calls, grant, needed).map(|at| (*happening, at))
            });
            let (happening, at) = found.ok_or_else(|| {
                format!("{case:?} asks for `{}` on {}, and does without it", needed.permission, grant.resource)
            })?;
            let delivery = if grant.is_by_pam() { Delivery::Pam } else { Delivery::Policy };
            let (permission, on, to, by) =
                (needed.permission, grant.resource.kind(), grant.grantee, table::name(delivery));
            proved.rows.push(Row { permission, to, on, by, happening, at });
        }
    }
    Ok(proved)
}

/// Number of plans that run at once for each core: a deployment mostly waits.
const AT_ONCE: usize = 3;

#[test]
fn every_plan_requests_exactly_what_it_needs() {
    let classes = classes();
    let plans: usize = classes.iter().map(|class| class.cases.len()).sum();
    let cases: Vec<Case> = classes.iter().enumerate().map(|(number, class)| class.example(number)).collect();
    let queue = Mutex::new(cases.iter());
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE * std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let cloud = Cloud::with(seed(), speed(Delivery::Policy));
                loop {
                    let Some(case) = queue.lock().unwrap().next() else { return };
                    let result = prove(&cloud, case);
                    results.lock().unwrap().push((*case, result));
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    table::write(plans, &results);
    let wrong: Vec<&String> = results.iter().filter_map(|(_, result)| result.as_ref().err()).collect();
    let some = wrong.iter().take(5).collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{} of {} plans, e.g. {some:#?}", wrong.len(), results.len());
}

#[test]
fn plans_need_at_most_the_known_number_of_permissions() {
    for case in classes().iter().flat_map(|class| &class.cases) {
        let count = case.ask(&case.shape.plan()).permissions().len();
        assert!(count <= if case.is_update() { 6 } else { 12 }, "{case:?}: {count}");
    }
}

#[test]
fn planning_an_access_request_takes_less_than_a_millisecond() {
    let cases = classes().into_iter().map(|class| class.cases[0]);
    let case = cases.max_by_key(|case| case.ask(&case.shape.plan()).permissions().len()).unwrap();
    let plan = case.shape.plan();
    const TIMES: u32 = 200;
    let begun = std::time::Instant::now();
    for _ in 0..TIMES {
        let asked = case.ask(&plan);
        let risks = risks(&asked, None);
        assert!(render::all(&asked, &risks, &Default::default()).is_ok());
    }
    let micros = begun.elapsed().as_micros() / u128::from(TIMES);
    println!("iam.plan_microseconds {micros} (native, with all renderings)");
    // An unoptimised build beside other tests takes longer; the bound still finds a disproportionate growth.
    let most = if cfg!(debug_assertions) { 20_000 } else { 1_000 };
    assert!(micros < most, "{micros} µs");
}
