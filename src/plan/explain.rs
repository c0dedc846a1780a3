//! A plan for people: a line for logs, Markdown for reviews.

use super::Plan;
use crate::method::Call;
use crate::vertex::traffic::Traffic;
use crate::words;
use std::fmt::Write;

/// The plan in one line, for a log.
pub fn summary(plan: &Plan) -> String {
    let Plan { target, steps, .. } = plan;
    let share = target.traffic.unwrap_or(Traffic::ALL).words();
    let (model, permissions) = (target.model.short(), plan.permissions().len());
    format!("deploys `{model}` with {share} to `{}`: {} steps, {permissions} permissions", target.endpoint, steps.len())
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
    writeln!(out, "### Deploy `{}` to endpoint `{}`\n", target.model.short(), target.endpoint.id)?;
    writeln!(out, "For `{}`, in `{}`.", target.entity_ref, target.endpoint.place)?;
    if let Some(id) = &plan.deployed_model_id {
        writeln!(out, "Deployed model id: `{id}`. A second run finds it and deploys nothing.")?;
    }
    if let Some(traffic) = target.traffic.filter(|traffic| *traffic != Traffic::ALL) {
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
    Ok(())
}
