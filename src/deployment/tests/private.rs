//! Private endpoints: one model, without a traffic split.

use super::google::Google;
use super::scene::Scene;
use crate::deployment::RunOutcome;
use crate::diagnostic::Code;
use crate::vertex::setting::{Field, Form, Message};

fn private(split: &[(&str, u32)]) -> Scene {
    let mut google = Google::default().with_endpoint(split);
    google.endpoints.values_mut().for_each(|endpoint| endpoint.is_private = true);
    Scene::new(google)
}

#[test]
fn a_model_is_deployed_to_a_private_endpoint_without_a_split() {
    let mut scene = private(&[]);
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Succeeded, "{:?}", report.diagnostics);
    assert_eq!(report.outputs.unwrap().traffic, 100);
    assert_eq!((scene.calls("deployModel"), scene.calls("PATCH")), (1, 0));
}

#[test]
fn a_private_endpoint_that_serves_stays_as_it_is() {
    let mut scene = private(&[("1", 100)]);
    let before = scene.google.state();
    let report = scene.run();
    assert_eq!(report.diagnostics[0].code, Code::DeployImpossible);
    assert!(report.diagnostics[0].help.as_ref().unwrap().contains("undeploy"));
    assert_eq!(scene.google.state(), before);
    assert_eq!(scene.calls("deployModel"), 0);
}

#[test]
fn an_endpoint_that_is_not_as_private_as_described_stays_as_it_is() {
    static NETWORK: Field = Field { message: Message::Endpoint, path: "network", form: Form::Text, is_preview: false };
    let mut scene = Scene::new(Google::default().with_endpoint(&[]));
    scene.target.settings.set(&NETWORK, "projects/1/global/networks/ml".into());
    let before = scene.google.state();
    let report = scene.run();
    assert_eq!(report.diagnostics[0].code, Code::DeployImpossible);
    assert_eq!((scene.google.state(), scene.calls("deployModel")), (before, 0));
}
