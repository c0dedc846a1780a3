//! The serving container's settings.

use super::Example::{Lines, Made};
use super::{Rule, annotated};
use crate::diagnostic::Code;

const SPEC: &str = "`ModelContainerSpec` of `aiplatform.v1` (shared/facts/google-cloud.md §2.5)";
const PROBE: &str = "`Probe` of `aiplatform.v1`; what it says of period against timeout contradicts its own defaults, so that is not checked";
const CONTRACT: &str = "Google, Custom container requirements (shared/facts/google-cloud.md §5.7)";

/// What a model is uploaded from.
const UPLOAD: &str = "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\n";

fn many_variables() -> String {
    let variables: Vec<String> = (1..=201).map(|number| format!("V{number}=x")).collect();
    annotated(&format!("{UPLOAD}env: \"{}\"", variables.join(";")))
}

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EnvMalformed,
        why: "What has no name cannot be set; the container would start without it.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::EnvName,
        why: "Google refuses a name that is no C identifier.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: log-level=info",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::EnvDuplicate,
        why: "One of the two is a slip, and nobody can tell which.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info;LOG_LEVEL=debug",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::EnvReserved,
        why: "Vertex AI tells the container with such variables where to listen and what it serves.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: AIP_HTTP_PORT=9000",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"",
        ),
        source: CONTRACT,
    },
    Rule {
        code: Code::EnvSecret,
        why: "Everybody who reads the catalog, the repository or the model can read the environment, and a model's container can never be changed.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: API_TOKEN=f3Kd8sLq02Xz91mWpQ",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: |\n  LOG_LEVEL=info\n  API_TOKEN_NAME=projects/acme-ml/secrets/api/versions/3",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::EnvTooMany,
        why: "Google takes no more than 200 variables.",
        wrong: Made(|| many_variables().into(), "201 variables."),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::PortMalformed,
        why: "Vertex AI asks the container on this port only.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: http"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::PredictRouteMalformed,
        why: "Predictions are posted to a path of the container; its host and port are Vertex AI's matter.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\npredict-route: predict",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\npredict-route: /predict",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::HealthRouteMalformed,
        why: "A container that is asked at the wrong path never becomes healthy, and the deployment fails after many minutes.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-route: http://localhost:8080/health",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-route: /health",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::HealthProbeMalformed,
        why: "A container whose probe fails gets no traffic.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: /health",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: path=/health,period=10",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::StartupProbeMalformed,
        why: "A container whose probe fails is started again and again.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nstartup-probe: path=/health,tries=30",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nstartup-probe: path=/health,failures=30",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::ProbeLimits,
        why: "Google refuses a period, timeout or number of failures below 1.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: path=/health,period=0",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: path=/health,period=10",
        ),
        source: PROBE,
    },
    Rule {
        code: Code::DeploymentTimeoutMalformed,
        why: "Google takes durations in seconds.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 60m",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 3600s",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::DeploymentTimeoutTooLong,
        why: "Google refuses more than two hours.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 10800s",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 7200s",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::ContainerUnused,
        why: "Google fixes the container when a model is uploaded; what is changed here later changes nothing there.",
        wrong: Lines("port: \"9000\"\npredict-route: /predict"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"\npredict-route: /predict",
        ),
        source: SPEC,
    },
];
