//! Requests as the portal stores them: without the values of environment variables.

use super::request::Field as _;
use super::source::{EntitySource, Source as _};
use crate::annotation;
use crate::vertex::message::object;
use serde_json::Value;

/// Returns the request of a deployment as it is stored: with fingerprints in place of the values of environment variables, and nothing
/// else of its entity than annotations that are read. It plans the same calls. A request without an entity has no source any more.
pub fn stored(mut request: Value) -> Value {
    let Some(fields) = request.as_object_mut() else { return request };
    let source = fields.remove("source").unwrap_or_default();
    if let Ok(entity) =
        EntitySource::read(source, "source").map_err(|_| ()).and_then(|source| source.entity().map_err(|_| ()))
    {
        let source = object().with("entity", annotation::stored(&entity)).with("valuesHidden", true);
        fields.insert("source".into(), source.into());
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::deployment::{DeploymentRequest, PlanReport, plan};
    use crate::api::request::Request as _;
    use crate::diagnostic::Code;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;

    const MARKER: &str = "s3cr3t-marker";

    /// A request to upload, with annotations beside the required ones.
    fn request(environment: Option<&str>, more: &[(String, String)]) -> Value {
        let mut annotations = json!({
            "google.com/vertex-ai-project": "acme-ml",
            "google.com/vertex-ai-location": "us-central1",
            "google.com/vertex-ai-endpoint": "fraud-detector",
            "google.com/vertex-ai-model": "fraud-detector",
            "google.com/vertex-ai-image": "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
            "google.com/vertex-ai-traffic.staging": "20",
        });
        for (key, value) in more {
            annotations[key] = value.clone().into();
        }
        let metadata = json!({"name": "Fraud-Detector", "title": MARKER, "annotations": annotations});
        let entity = json!({"kind": "Component", "metadata": metadata, "spec": {"owner": MARKER}});
        json!({"source": {"entity": entity}, "environment": environment, "newVersion": true})
    }

    fn env(text: &str) -> Value {
        request(None, &[("google.com/vertex-ai-env".into(), text.into())])
    }

    fn planned(request: &Value) -> PlanReport {
        plan(&DeploymentRequest::read(request.clone()).unwrap())
    }

    /// The label of the uploaded content.
    fn label(request: &Value) -> Value {
        let upload = planned(request).plan.unwrap().steps[0].call.clone().unwrap();
        upload.body.unwrap()["model"]["labels"]["backstage-content"].clone()
    }

    fn variables() -> impl Strategy<Value = String> {
        let value = select(vec![MARKER, "s3cr3t-marker-f3Kd8sLq02Xz91mWpQ", "a=s3cr3t-marker", "{s3cr3t-marker", ""]);
        let name = select(vec!["LOG_LEVEL", "API_TOKEN", "A", "1A", "s3cr3t-marker", "AIP_X"]);
        let entry =
            (name, select(vec!["=", " = ", ""]), value).prop_map(|(name, is, value)| [name, is, value].concat());
        proptest::collection::vec(entry, 0..4).prop_map(|entries| entries.join("\n"))
    }

    fn more() -> impl Strategy<Value = Vec<(String, String)>> {
        let env = select(vec!["env", "env.staging", "env.production", "envs", "ENV"]);
        let env = (env, variables()).prop_map(|(name, text)| (format!("google.com/vertex-ai-{name}"), text));
        let waive = select(vec!["env/secret: it is public", "env/reserved: tried"]);
        let waive = waive.prop_map(|text| ("google.com/vertex-ai-waive".to_owned(), text.to_owned()));
        proptest::collection::vec(prop_oneof![4 => env, 1 => waive], 0..4)
    }

    proptest! {
        /// A stored request has no value, plans what the whole one plans, and is stored as it is.
        #[test]
        fn a_stored_request_plans_the_same_calls(more in more(), staging in any::<bool>()) {
            let whole = request(staging.then_some("staging"), &more);
            let kept = stored(whole.clone());
            prop_assert!(!kept.to_string().contains(MARKER), "{}", kept);
            prop_assert_eq!(&stored(kept.clone()), &kept);
            let (whole, kept) = (planned(&whole), planned(&kept));
            if whole.plan.is_some() {
                prop_assert_eq!(&whole.fingerprint, &kept.fingerprint);
                let codes = |report: &PlanReport| -> Vec<Code> {
                    report.diagnostics.iter().map(|finding| finding.code).filter(|code| code.as_str().starts_with("env/")).collect()
                };
                prop_assert_eq!(codes(&whole), codes(&kept));
                let plan = serde_json::to_string(&kept.plan).unwrap();
                prop_assert!(!plan.contains(MARKER), "{}", plan);
            }
        }
    }

    #[test]
    fn the_label_of_content_depends_on_values_and_not_on_how_they_are_stored() {
        let (info, debug) = (env("LOG_LEVEL=info"), env("LOG_LEVEL=debug"));
        assert_eq!(label(&info), label(&stored(info.clone())));
        assert_ne!(label(&info), label(&debug));
        assert_ne!(planned(&info).fingerprint, planned(&debug).fingerprint);
        assert_ne!(label(&info), label(&request(None, &[])));
    }

    #[test]
    fn a_text_is_stored_as_the_entity_that_it_holds() {
        let whole = env("LOG_LEVEL=info");
        let mut text = whole.clone();
        text["source"] = json!({"text": whole["source"]["entity"].to_string(), "file": "catalog-info.yaml"});
        assert_eq!(stored(text), stored(whole));
    }

    /// A user cannot write a value that is taken for a fingerprint.
    #[test]
    fn a_fingerprint_in_an_entity_is_a_value() {
        let kept = stored(env("LOG_LEVEL=info"));
        let mut written = kept.clone();
        written["source"]["valuesHidden"] = false.into();
        assert_ne!(label(&written), label(&kept));
        assert_ne!(stored(written), kept);
    }

    #[test]
    fn a_request_that_cannot_be_read_has_no_source() {
        for source in [Value::Null, json!({"text": "LOG_LEVEL=info"}), json!({"entity": {"a": 1}}), json!(7)] {
            assert_eq!(stored(json!({"source": source, "kind": "deploy"})), json!({"kind": "deploy"}));
        }
        assert_eq!(stored(Value::Null), Value::Null);
    }
}
