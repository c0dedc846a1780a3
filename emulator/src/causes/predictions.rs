//! Predictions that fail.

use super::{Cause, Strikes};

const PREDICT: Strikes = Strikes::Calls(&["endpoints.predict", "endpoints.rawPredict", "endpoints.streamRawPredict"]);

pub const CAUSES: &[Cause] = &[
    Cause {
        name: "dedicated-domain",
        strikes: PREDICT,
        texts: &[
            "Dedicated Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '{endpoint_id}.{location}-{number}.prediction.vertexai.goog'",
        ],
        source: "public issues",
        ..Cause::DEFAULT
    },
    Cause {
        name: "no-traffic-split",
        strikes: PREDICT,
        texts: &["Endpoint {endpoint} doesn't have traffic_split."],
        source: "public issues; the code is unverified",
        ..Cause::DEFAULT
    },
    Cause {
        name: "slow-prediction",
        strikes: PREDICT,
        code: "UNAVAILABLE",
        texts: &["503 Took too long to respond when processing endpoint {endpoint}, deployed model id: {deployed_id}"],
        source: "public issues",
        ..Cause::DEFAULT
    },
];
