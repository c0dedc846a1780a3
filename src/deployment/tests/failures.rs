//! The end of a run that fails: when it gives up, and what it says.

use super::google::Google;
use super::scene::Scene;
use crate::diagnostic::Code;
use crate::plan::Kind;
use crate::vertex::deployed_model::Replicas;

#[test]
fn helps_by_the_code_of_the_operation() {
    let ended = |mut scene: Scene, code| {
        scene.google.fails = Some((code, "no"));
        let finding = scene.run().diagnostics.remove(0);
        (finding.code, finding.help.clone().unwrap().to_string())
    };
    for (code, help) in [
        (1, "the caller that cancelled the operation"),
        (2, "the error is Google's own"),
        (3, "fix the model"),
        (4, "longer than Google waits"),
        (7, "roles of the serving account"),
        (8, "ask for more quota"),
        (9, "fix the model"),
        (10, "try again in some minutes"),
        (13, "the error is Google's own"),
        (14, "try again in some minutes"),
    ] {
        let (found, words) = ended(Scene::new(Google::default()), code);
        assert!(words.contains(help), "{code}: {words}");
        assert_eq!(found, if code == 1 { Code::DeployCancelled } else { Code::DeployOperationFailed });
        assert!(!words.contains("does not answer"), "{code}: {words}");
    }
    // No model server takes part in a change of replicas.
    let mut scaled = Scene { kind: Kind::Scale("1".parse().unwrap(), Replicas { min: 1, max: 3 }), ..Scene::canary() };
    scaled.google.endpoints.values_mut().next().unwrap().scale("1", (4, 4));
    for (code, help) in [(4, "the error is Google's own"), (9, "fix the cause")] {
        let (_, words) = ended(scaled.clone(), code);
        assert!(words.contains(help) && !words.contains("model"), "{code}: {words}");
    }
}
