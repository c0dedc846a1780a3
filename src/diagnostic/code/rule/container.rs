//! Rules for the serving container's settings.

use super::Example::{Lines, MadeLines};
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const CONTRACT: &str = "Google, Custom container requirements (shared/facts/google-cloud.md §5.7)";
const PROBE: &str = "`Probe` of `aiplatform.v1`; what it says of period against timeout contradicts its own defaults, so that is not checked";
const SPEC: &str = "`ModelContainerSpec` of `aiplatform.v1` (shared/facts/google-cloud.md §2.5)";

fn many_variables() -> String {
    let variables: Vec<String> = (1..=201).map(|number| format!("V{number}=x")).collect();
    let image = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3";
    format!("model: fraud-detector\nimage: {image}\nenv: \"{}\"", variables.join(";"))
}

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EnvMalformed,
        name: "env/malformed",
        kind: Fixed(Severity::Error),
        meaning: "An entry of the environment is not `NAME=value`.",
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
        name: "env/name",
        kind: Fixed(Severity::Error),
        meaning: "The name of an environment variable is no C identifier.",
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
        name: "env/duplicate",
        kind: Fixed(Severity::Error),
        meaning: "Two environment variables have the same name.",
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
        name: "env/reserved",
        kind: Adjustable(Level::Error),
        meaning: "An environment variable has a name that Vertex AI sets itself.",
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
        name: "env/secret",
        kind: Adjustable(Level::Error),
        meaning: "The value of an environment variable looks like a secret.",
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
        name: "env/too-many",
        kind: Adjustable(Level::Error),
        meaning: "There are more than 200 environment variables.",
        why: "Google takes no more than 200 variables.",
        wrong: MadeLines(many_variables, "201 variables."),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::PortMalformed,
        name: "port/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The port is not a number from 1 to 65535.",
        why: "Vertex AI asks the container on this port only.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: http"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"",
        ),
        source: SPEC,
    },
    Rule {
        code: Code::PredictRouteMalformed,
        name: "predict-route/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The route for predictions is not an HTTP path.",
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
        name: "health-route/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The route for health checks is not an HTTP path.",
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
        name: "health-probe/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The health probe is not `path=…` and limits.",
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
        name: "startup-probe/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The startup probe is not `path=…` and limits.",
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
        name: "probe/limits",
        kind: Adjustable(Level::Error),
        meaning: "A limit of a probe is below 1.",
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
        name: "deployment-timeout/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The timeout is not a number of seconds such as `3600s`.",
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
        name: "deployment-timeout/too-long",
        kind: Fixed(Severity::Error),
        meaning: "The timeout is longer than two hours.",
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
        name: "container/unused",
        kind: Adjustable(Level::Warning),
        meaning: "The container has settings, but no model is uploaded that they could be part of.",
        why: "Google fixes the container when a model is uploaded; what is changed here later changes nothing there.",
        wrong: Lines("port: \"9000\"\npredict-route: /predict"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"\npredict-route: /predict",
        ),
        source: SPEC,
    },
];
