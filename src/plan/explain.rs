//! A plan for people: a line for logs, Markdown for reviews.

use super::kind::{Deploy, Kind, Origin, Undeploy, Which};
use super::{Plan, undo};
use crate::method::Call;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::Traffic;
use crate::words;
use std::fmt::Write;

/// The plan in one line, for a log.
pub fn summary(plan: &Plan) -> String {
    let Plan { target, steps, .. } = plan;
    let share = target.traffic.unwrap_or(Traffic::ALL).words();
    let (endpoint, permissions) = (&target.endpoint, plan.permissions().len());
    let change = match &plan.kind {
        Kind::Deploy(_) => format!("deploys `{}` with {share} to `{endpoint}`", target.model.short()),
        Kind::Undeploy(Undeploy { which, deletes_endpoint }) => {
            let what = match which {
                Which::One(id) => format!("deployed model {id}"),
                Which::Idle(ids) => {
                    format!("those of {} without traffic", words::list(ids.iter().map(|id| id.as_str()), ", "))
                }
                Which::All => format!("every version of `{}`", target.model.id),
            };
            let more = if *deletes_endpoint { " and deletes the endpoint" } else { "" };
            format!("undeploys {what} from `{endpoint}`{more}")
        }
        Kind::Traffic(id, _) => format!("sends {share} of `{endpoint}` to deployed model {id}"),
        Kind::Scale(id, Replicas { min, max }) => {
            format!("runs deployed model {id} of `{endpoint}` with {min} to {max} replicas")
        }
    };
    let noun = if steps.len() == 1 { "step" } else { "steps" };
    format!("{change}: {} {noun}, {permissions} permissions", steps.len())
}

/// The heading of a plan.
fn title(plan: &Plan) -> String {
    let endpoint = &plan.target.endpoint.id;
    match &plan.kind {
        Kind::Deploy(Deploy { origin, .. }) => {
            let (verb, to) = match origin {
                Origin::Entity => ("Deploy", "to"),
                Origin::Former(_) => ("Roll back to", "on"),
                Origin::Environment(_) => ("Promote", "to"),
            };
            format!("{verb} `{}` {to} endpoint `{endpoint}`", plan.target.model.short())
        }
        Kind::Undeploy(Undeploy { which: Which::One(id), .. }) => {
            format!("Undeploy deployed model {id} from endpoint `{endpoint}`")
        }
        Kind::Undeploy(Undeploy { which: Which::Idle(_), .. }) => {
            format!("Undeploy models without traffic from endpoint `{endpoint}`")
        }
        Kind::Undeploy(_) => format!("Undeploy model `{}` from endpoint `{endpoint}`", plan.target.model.id),
        Kind::Traffic(id, _) => format!("Change the traffic of deployed model {id} on endpoint `{endpoint}`"),
        Kind::Scale(id, _) => format!("Change the replicas of deployed model {id} on endpoint `{endpoint}`"),
    }
}

/// What a run of the plan does not undo, for kinds that change what is deployed already.
fn write_undo(plan: &Plan, out: &mut String) -> std::fmt::Result {
    let Some(undo) = undo::of(plan.kind.name()).filter(|_| !plan.kind.deploys()) else { return Ok(()) };
    writeln!(out, "\nIf the run fails or is cancelled:\n")?;
    for sentence in undo.undone.iter().chain(undo.stays) {
        writeln!(out, "- {sentence}")?;
    }
    Ok(())
}

/// The plan in Markdown: its steps and the permissions they need.
pub fn explain(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_plan(plan, &mut out);
    out
}

fn write_plan(plan: &Plan, out: &mut String) -> std::fmt::Result {
    let target = &plan.target;
    writeln!(out, "### {}\n", title(plan))?;
    writeln!(out, "For `{}`, in `{}`.", target.entity_ref, target.endpoint.place)?;
    let deploys = plan.kind.deploys();
    if let Some(id) = plan.deployed_model_id.as_ref().filter(|_| deploys) {
        writeln!(out, "Deployed model id: `{id}`. A second run finds it and deploys nothing.")?;
    }
    if let Some(traffic) = target.traffic.filter(|traffic| deploys && *traffic != Traffic::ALL) {
        let share = traffic.words();
        writeln!(out, "It receives {share}; the other models share the rest in their present proportion.")?;
        writeln!(out, "If no other model serves there, it receives all traffic.")?;
    }
    writeln!(out, "\n| step | checks first | then calls | reversed by |\n| --- | --- | --- | --- |")?;
    for step in &plan.steps {
        let name = |call: &Option<Call>| call.as_ref().map_or("–", |c| c.method.audit_name);
        writeln!(out, "| {} | {} | {} | {} |", step.title, name(&step.probe), name(&step.call), name(&step.undo))?;
    }
    writeln!(out, "\n| permission | on | for |\n| --- | --- | --- |")?;
    for (permission, methods) in plan.permissions() {
        let short = words::list(methods.iter().map(|m| m.rsplit('.').next().unwrap_or(m)), ", ");
        writeln!(out, "| `{}` | `{}` | {short} |", permission.permission, permission.resource)?;
    }
    write_undo(plan, out)
}
