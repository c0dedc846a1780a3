//! Entries of the ledger, read from JSON by hand: what serde derives would link code that prints floats (`docs/size.md`).

use super::ledger::{Change, Entry, Finding, Shares};
use super::report::{Outputs, RunOutcome};
use crate::vertex::deployed_model::Replicas;
use serde_json::Value;

/// Reads an entry; `None` for one that this version does not know.
pub fn entry(kind: &str, fields: &Value) -> Option<Entry> {
    let required = |name: &str| text(&fields[name]);
    Some(match kind {
        "header" => Entry::Header { core: required("core")?, plan: required("plan")?, run: required("run")? },
        "version" => Entry::Version { version: required("version")? },
        "intent" => Entry::Intent { change: change(&fields["change"])?, call: required("call")? },
        "answer" => Entry::Answer { operation: optional(&fields["operation"])? },
        "found" => Entry::Found { operation: required("operation")? },
        "refused" => Entry::Refused { status: u16::try_from(fields["status"].as_u64()?).ok()? },
        "stop" => Entry::Stop {},
        "failing" => {
            let findings = fields["findings"].as_array()?.iter().map(finding).collect::<Option<_>>()?;
            Entry::Failing { outcome: outcome(&fields["outcome"])?, findings }
        }
        "removed" => Entry::Removed { what: required("what")? },
        "kept" => Entry::Kept { finding: finding(&fields["finding"])?, what: required("what")? },
        "end" => {
            let outputs = match &fields["outputs"] {
                Value::Null => None,
                shown => Some(outputs(shown)?),
            };
            Entry::End { outcome: outcome(&fields["outcome"])?, outputs }
        }
        _ => return None,
    })
}

/// Reads a change, `{ "<kind>": { … } }`.
fn change(value: &Value) -> Option<Change> {
    let (kind, fields) = value.as_object()?.iter().next()?;
    let required = |name: &str| text(&fields[name]);
    let (endpoint, id) = (|| required("endpoint"), || required("id"));
    Some(match kind.as_str() {
        "upload" => Change::Upload { model: required("model")? },
        "create" => Change::Create { endpoint: endpoint()? },
        "deploy" => Change::Deploy { endpoint: endpoint()?, id: id()?, alone: fields["alone"].as_bool()? },
        "traffic" => {
            let (before, after) = (shares(&fields["before"])?, shares(&fields["after"])?);
            Change::Traffic { endpoint: endpoint()?, id: id()?, before, after }
        }
        "restore" => Change::Restore { endpoint: endpoint()?, id: id()? },
        "cancel" => Change::Cancel { operation: required("operation")? },
        "undeploy" => Change::Undeploy { endpoint: endpoint()?, id: id()? },
        "scale" => {
            let (before, after) = (bounds(&fields["before"])?, bounds(&fields["after"])?);
            Change::Scale { endpoint: endpoint()?, id: id()?, before, after }
        }
        "alias" => {
            Change::Alias { model: required("model")?, alias: required("alias")?, before: optional(&fields["before"])? }
        }
        "deleteEndpoint" => Change::DeleteEndpoint { endpoint: endpoint()? },
        "deleteModel" => Change::DeleteModel { model: required("model")? },
        _ => return None,
    })
}

fn finding(value: &Value) -> Option<Finding> {
    Some(Finding {
        code: text(&value["code"])?,
        message: text(&value["message"])?,
        help: optional(&value["help"])?,
        permission: optional(&value["permission"])?,
        resource: optional(&value["resource"])?,
    })
}

fn outcome(value: &Value) -> Option<RunOutcome> {
    Some(match value.as_str()? {
        "succeeded" => RunOutcome::Succeeded,
        "failed" => RunOutcome::Failed,
        "cancelled" => RunOutcome::Cancelled,
        _ => return None,
    })
}

fn outputs(value: &Value) -> Option<Outputs> {
    let replicas = match &value["replicas"] {
        Value::Null => None,
        replicas => Some(Replicas { min: number(&replicas["min"])?, max: number(&replicas["max"])? }),
    };
    let removed = match &value["removed"] {
        Value::Null => Vec::new(),
        removed => removed.as_array()?.iter().map(text).collect::<Option<_>>()?,
    };
    Some(Outputs {
        endpoint: text(&value["endpoint"])?,
        deployed_model_id: optional(&value["deployedModelId"])?,
        operation: optional(&value["operation"])?,
        console_url: text(&value["consoleUrl"])?,
        model: text(&value["model"])?,
        traffic: number(&value["traffic"])?,
        replicas,
        removed,
        resolved_alias: optional(&value["resolvedAlias"])?,
        moved_alias: optional(&value["movedAlias"])?,
    })
}

fn shares(value: &Value) -> Option<Shares> {
    value.as_object()?.iter().map(|(id, share)| Some((id.clone(), number(share)?))).collect()
}

fn bounds(value: &Value) -> Option<[u32; 2]> {
    match value.as_array()?.as_slice() {
        [min, max] => Some([number(min)?, number(max)?]),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// `None` for a value of another type.
fn optional(value: &Value) -> Option<Option<String>> {
    if value.is_null() { Some(None) } else { text(value).map(Some) }
}
