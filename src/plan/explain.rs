//! A plan for people (a line, Markdown) and for programs (JSON as in `pkg-js/core/src/server.d.ts`).

use super::{Plan, Step};
use crate::method::{Call, Permission};
use crate::vertex::traffic::Traffic;
use crate::words;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::fmt::Write;

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", self.method.name)?;
        map.serialize_entry("verb", self.method.verb.as_str())?;
        map.serialize_entry("path", &self.path())?;
        if let Some(body) = &self.body {
            map.serialize_entry("body", body)?;
        }
        map.serialize_entry("permissions", &self.permissions())?;
        map.end()
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &self.title)?;
        for (key, call) in [("probe", &self.probe), ("call", &self.call), ("undo", &self.undo)] {
            if let Some(call) = call {
                map.serialize_entry(key, call)?;
            }
        }
        map.end()
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("target", &self.target)?;
        map.serialize_entry("endpoint", &self.target.endpoint)?;
        if let Some(id) = &self.deployed_model_id {
            map.serialize_entry("deployedModelId", id)?;
        }
        map.serialize_entry("steps", &self.steps)?;
        let permissions: Vec<_> = self.permissions().into_iter().map(|(p, methods)| Needed(p, methods)).collect();
        map.serialize_entry("permissions", &permissions)?;
        map.end()
    }
}

/// A permission and the methods that need it.
struct Needed(Permission, Vec<&'static str>);

impl Serialize for Needed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("permission", self.0.permission)?;
        map.serialize_entry("resource", &self.0.resource)?;
        map.serialize_entry("neededBy", &self.1)?;
        map.end()
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
