//! Bodies of Model Garden. Source of the fields: `aiplatform` v1 and v1beta1, revision 20261106.

use super::Shape::{self, Beta, Bool, Message, Required, Text};
use super::vertex::{CONTAINER, DEDICATED, PRIVATE_SERVICE_CONNECT};

const MODEL_CONFIG: &[(&str, Shape)] = &[
    ("acceptEula", Bool),
    ("huggingFaceAccessToken", Text),
    ("huggingFaceCacheEnabled", Bool),
    ("modelDisplayName", Text),
    ("modelUserId", Text),
    ("containerSpec", Message(CONTAINER)),
];

const ENDPOINT_CONFIG: &[(&str, Shape)] = &[
    ("endpointDisplayName", Text),
    ("endpointUserId", Text),
    ("dedicatedEndpointEnabled", Bool),
    ("dedicatedEndpointDisabled", Bool),
    ("labels", Shape::Map(&Text)),
    ("privateServiceConnectConfig", Message(PRIVATE_SERVICE_CONNECT)),
];

const DEPLOY_CONFIG: &[(&str, Shape)] = &[
    ("dedicatedResources", Message(DEDICATED)),
    ("fastTryoutEnabled", Bool),
    ("systemLabels", Shape::Map(&Text)),
    ("serviceAccount", Beta(&Text)),
];

/// `DeployRequest`
pub const DEPLOY: &[(&str, Shape)] = &[
    ("publisherModelName", Text),
    ("huggingFaceModelId", Text),
    ("customModel", Beta(&Message(&[("gcsUri", Text), ("modelId", Text)]))),
    ("modelConfig", Message(MODEL_CONFIG)),
    ("endpointConfig", Message(ENDPOINT_CONFIG)),
    ("deployConfig", Message(DEPLOY_CONFIG)),
];

/// `RecommendSpecRequest`
pub const RECOMMEND_SPEC: &[(&str, Shape)] =
    &[("gcsUri", Required(&Text)), ("checkMachineAvailability", Bool), ("checkUserQuota", Bool)];
