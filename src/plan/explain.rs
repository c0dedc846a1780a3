//! A plan for people (a line, Markdown) and for programs (JSON).

use super::{Plan, Step};
use crate::method::{Call, Permission};
use crate::name::{DeployedModelId, Endpoint};
use crate::target::Target;
use crate::vertex::traffic::Traffic;
use crate::words;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt::Write;
use ts_rs::TS;

#[derive(Serialize, TS)]
#[ts(optional_fields)]
pub struct CallShape<'a> {
    /// Name of the method, e.g. `aiplatform.projects.locations.endpoints.deployModel`.
    method: &'a str,
    verb: &'a str,
    /// Path below the service's host, e.g. `v1/projects/p/locations/l/endpoints/e:deployModel`.
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown", optional)]
    body: Option<&'a Value>,
    /// The permissions that the call requires, each on one resource.
    permissions: Vec<Permission>,
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CallShape {
            method: self.method.name,
            verb: self.method.verb.as_str(),
            path: self.path(),
            body: self.body.as_ref(),
            permissions: self.permissions(),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize, TS)]
#[ts(optional_fields)]
pub struct StepShape<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<&'a Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'a Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<&'a Call>,
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { title, probe, call, undo, .. } = self;
        StepShape { title, probe: probe.as_ref(), call: call.as_ref(), undo: undo.as_ref() }.serialize(serializer)
    }
}

#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PlanShape<'a> {
    target: &'a Target,
    endpoint: &'a Endpoint,
    /// Derived from entity, environment and revision: the same deployment has the same id. Absent while the model's version is not
    /// known (an alias, or none).
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed_model_id: Option<&'a DeployedModelId>,
    steps: &'a [Step],
    permissions: Vec<NeededPermission>,
}

/// A permission and the methods that require it.
#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
struct NeededPermission {
    permission: &'static str,
    resource: String,
    needed_by: Vec<&'static str>,
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let needed =
            |(Permission { permission, resource }, needed_by)| NeededPermission { permission, resource, needed_by };
        PlanShape {
            target: &self.target,
            endpoint: &self.target.endpoint,
            deployed_model_id: self.deployed_model_id.as_ref(),
            steps: &self.steps,
            permissions: self.permissions().into_iter().map(needed).collect(),
        }
        .serialize(serializer)
    }
}

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
