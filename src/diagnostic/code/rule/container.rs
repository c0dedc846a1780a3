//! Rules for the serving container's settings.

use super::Example::{Lines, MadeLines};
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

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
        why: "A variable without a name cannot be set, and the container would start without it.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        sources: &[source::ENV],
    },
    Rule {
        code: Code::EnvName,
        name: "env/name",
        kind: Fixed(Severity::Error),
        meaning: "The name of an environment variable is not a C identifier.",
        why: "Google rejects any other name.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: log-level=info",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        sources: &[source::ENV],
    },
    Rule {
        code: Code::EnvDuplicate,
        name: "env/duplicate",
        kind: Fixed(Severity::Error),
        meaning: "Two environment variables have the same name.",
        why: "One of the two is a mistake, and only the author knows which.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info;LOG_LEVEL=debug",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        sources: &[source::ENV],
    },
    Rule {
        code: Code::EnvReserved,
        name: "env/reserved",
        kind: Adjustable(Level::Error),
        meaning: "The name of an environment variable is one that Vertex AI sets.",
        why: "Vertex AI passes its port, routes and ids to the container in variables that begin with `AIP_`.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: AIP_HTTP_PORT=9000",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"",
        ),
        sources: &[source::CONTAINER],
    },
    Rule {
        code: Code::EnvSecret,
        name: "env/secret",
        kind: Adjustable(Level::Error),
        meaning: "The value of an environment variable looks like a secret.",
        why: "Every reader of the catalog, the repository or the model can read the environment. It cannot be changed after the upload.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: API_TOKEN=f3Kd8sLq02Xz91mWpQ",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: |\n  LOG_LEVEL=info\n  API_TOKEN_NAME=projects/acme-ml/secrets/api/versions/3",
        ),
        sources: &[source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::EnvTooMany,
        name: "env/too-many",
        kind: Adjustable(Level::Error),
        meaning: "There are more than 200 environment variables.",
        why: "Google accepts at most 200.",
        wrong: MadeLines(many_variables, "201 variables."),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nenv: LOG_LEVEL=info",
        ),
        sources: &[source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::PortMalformed,
        name: "port/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The port is not a number from 1 to 65535.",
        why: "Vertex AI sends all requests to this port.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: http"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"",
        ),
        sources: &[source::PORT, source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::PredictRouteMalformed,
        name: "predict-route/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The prediction route is not an HTTP path.",
        why: "Vertex AI posts predictions to a path of the container. It chooses the host and port itself.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\npredict-route: predict",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\npredict-route: /predict",
        ),
        sources: &[source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::HealthRouteMalformed,
        name: "health-route/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The health route is not an HTTP path.",
        why: "A container that is checked at a wrong path never becomes healthy. The deployment fails after many minutes.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-route: http://localhost:8080/health",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-route: /health",
        ),
        sources: &[source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::HealthProbeMalformed,
        name: "health-probe/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The health probe is not one check with optional limits.",
        why: "A container receives no traffic while its health probe fails.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: /health",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: path=/health,period=10",
        ),
        sources: &[source::PROBE, source::CONTAINER],
    },
    Rule {
        code: Code::StartupProbeMalformed,
        name: "startup-probe/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The startup probe is not one check with optional limits.",
        why: "Vertex AI restarts a container whose startup probe fails.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nstartup-probe: path=/health,tries=30",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nstartup-probe: path=/health,failures=30",
        ),
        sources: &[source::PROBE, source::CONTAINER],
    },
    Rule {
        code: Code::StartupProbeBudget,
        name: "startup-probe/budget",
        kind: Adjustable(Level::Warning),
        meaning: "The startup probe allows more time than the deployment has.",
        why: "The deployment times out while the container still starts, although its probe has not failed.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nstartup-probe: path=/health,period=10,failures=360\ndeployment-timeout: 1800s",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nstartup-probe: path=/health,period=10,failures=120\ndeployment-timeout: 1800s",
        ),
        sources: &[source::PROBE, source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::LivenessProbeMalformed,
        name: "liveness-probe/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The liveness probe is not one check with optional limits.",
        why: "Vertex AI restarts a container whose liveness probe fails.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nliveness-probe: exec=",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nliveness-probe: exec=cat /tmp/alive",
        ),
        sources: &[source::PROBE, source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::ProbeLimits,
        name: "probe/limits",
        kind: Adjustable(Level::Error),
        meaning: "A limit of a probe is below 1.",
        why: "Google rejects a period, timeout or number of failures below 1.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: path=/health,period=0",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nhealth-probe: path=/health,period=10",
        ),
        sources: &[
            source::PROBE,
            "unverified: period against timeout: the API description contradicts its own defaults, so the rule ignores it",
        ],
    },
    Rule {
        code: Code::DeploymentTimeoutMalformed,
        name: "deployment-timeout/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The timeout is not a number of seconds such as `3600s`.",
        why: "Google accepts a duration in seconds only.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 60m",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 3600s",
        ),
        sources: &[source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::DeploymentTimeoutTooLong,
        name: "deployment-timeout/too-long",
        kind: Fixed(Severity::Error),
        meaning: "The timeout is longer than two hours.",
        why: "Google rejects more than two hours.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 10800s",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\ndeployment-timeout: 7200s",
        ),
        sources: &[source::CONTAINER_SPEC],
    },
    Rule {
        code: Code::ContainerUnused,
        name: "container/unused",
        kind: Adjustable(Level::Warning),
        meaning: "The container settings have no effect, because no model is uploaded.",
        why: "Google fixes the container when the model is uploaded. A later change of the annotations changes nothing.",
        wrong: Lines("port: \"9000\"\npredict-route: /predict"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"9000\"\npredict-route: /predict",
        ),
        sources: &[source::CONTAINER_SPEC, source::OURS],
    },
];
