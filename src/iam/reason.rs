//! Why: what stops working where one permission is missing.

use super::grant::{Needed, Use};
use crate::method::Id;
use crate::plan::Purpose;

/// What stops working without it, as one line.
pub fn without(needed: &Needed) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for used in &needed.uses {
        let reason = effect(needed.permission, used);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.join("; ")
}

fn effect(permission: &str, used: &Use) -> String {
    let is = |id: Id| id.method().name == used.method;
    match used.purpose {
        Purpose::Look if is(Id::ModelsGet) => "the model is not found, and the run ends at its first step",
        Purpose::Look => "it cannot be seen what is there already, and the run ends",
        Purpose::Make if permission == "iam.serviceAccounts.actAs" => "the model cannot run as its service account",
        Purpose::Make if permission.starts_with("storage.") => "Vertex AI cannot read the model's files",
        Purpose::Make if permission.starts_with("artifactregistry.") => "Vertex AI cannot pull the container image",
        Purpose::Make if permission.starts_with("cloudkms.") => "Vertex AI cannot use the encryption key",
        Purpose::Make if permission == "iam.serviceAccounts.getAccessToken" => {
            "Vertex AI cannot run the model as a service account of another project"
        }
        Purpose::Make if is(Id::ModelsUpload) => "the model is not uploaded",
        Purpose::Make if is(Id::EndpointsCreate) => "the endpoint is not created",
        Purpose::Make => "the model is not deployed",
        Purpose::Follow => "nobody learns how Google's operation ends",
        Purpose::Resume => "a deployment that is already going on is not found again, and the run ends with a conflict",
        Purpose::Route => "traffic is not sent to what was deployed before",
        Purpose::Cancel => "a deployment that is going on cannot be cancelled",
        Purpose::TakeBack if is(Id::ModelsDelete) => "after a failure the uploaded model is left behind",
        Purpose::TakeBack if is(Id::EndpointsDelete) => "after a failure the new endpoint is left behind",
        Purpose::TakeBack => "after a failure the deployed model is left behind, and costs money",
        Purpose::Extra => return format!("`{}` is refused", used.method),
    }
    .to_owned()
}
