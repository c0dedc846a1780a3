//! Every check, in the order of the report. Perimeters come last: the check looks at all other answers.

use super::check::{Check, Entry};
use super::{agent, artifact, caller, endpoint, image, key, organization, quota, services};
use crate::method::{
    ACCOUNTS_TEST_IAM_PERMISSIONS, BUCKETS_GET_IAM_POLICY, CRYPTO_KEYS_GET, CRYPTO_KEYS_GET_IAM_POLICY,
    DOCKER_IMAGES_GET, DOCKER_IMAGES_LIST, ENDPOINT_OPERATIONS_LIST, ENDPOINTS_GET, ENDPOINTS_TEST_IAM_PERMISSIONS,
    GET_EFFECTIVE_POLICY, MODELS_GET, OBJECTS_LIST, PROJECTS_TEST_IAM_PERMISSIONS, QUOTA_INFOS_GET,
    REPOSITORIES_GET_IAM_POLICY, SERVICES_BATCH_GET, TIME_SERIES_LIST, TROUBLESHOOT,
};

const REFUSED: &str = "A call is refused, or has no answer in time.";
const AGENT_UNKNOWN: &str = "The policy of the resource does not name the service agent, and you may not see all other policies; or a call \
                             is refused or has no answer in time.";
const QUOTAS: &str = "https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/quotas, read 2026-11-28";
const TROUBLESHOOTER: &str =
    "https://docs.cloud.google.com/policy-intelligence/docs/troubleshoot-access, read 2026-11-28";

/// Every check with its page. Only tests and the reference read it: builds carry [`CHECKS`].
pub const ENTRIES: &[Entry] = &[
    Entry {
        check: Check {
            name: "apis",
            is_for_deployments: false,
            question: "Are the APIs enabled?",
            help: "enable the APIs in the project",
            judge: services::apis,
        },
        applies: "Always. Artifact Registry and Cloud KMS count where the plan uses them in its own project.",
        no: "Google rejects the calls of the deployment",
        unknown: REFUSED,
        methods: &[&SERVICES_BATCH_GET],
        source: "https://docs.cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet, read 2026-11-28",
        emulated: "the seed's project lists its `services` without `aiplatform.googleapis.com`",
    },
    Entry {
        check: Check {
            name: "permissions",
            is_for_deployments: false,
            question: "Do you hold the permissions of the plan?",
            help: "request access with the missing permissions",
            judge: caller::permissions,
        },
        applies: "Always, for permissions on the project and the endpoint. All that are missing are named at once.",
        no: "the deployment fails at the first call that lacks its permission",
        unknown: REFUSED,
        methods: &[&PROJECTS_TEST_IAM_PERMISSIONS, &ENDPOINTS_TEST_IAM_PERMISSIONS, &ENDPOINTS_GET, &MODELS_GET],
        source: "https://docs.cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions, read 2026-11-28",
        emulated: "a caller with a smaller role",
    },
    Entry {
        check: Check {
            name: "act-as",
            is_for_deployments: true,
            question: "May you act as the serving account?",
            help: "request `iam.serviceAccounts.actAs` on the service account",
            judge: caller::act_as,
        },
        applies: "Where the annotations name a service account.",
        no: "Google rejects the deployment of the model",
        unknown: REFUSED,
        methods: &[&ACCOUNTS_TEST_IAM_PERMISSIONS],
        source: "https://docs.cloud.google.com/iam/docs/service-account-permissions, read 2026-11-28",
        emulated: "a service account whose policy does not name the caller",
    },
    Entry {
        check: Check {
            name: "endpoint-free",
            is_for_deployments: false,
            question: "Is the endpoint free?",
            help: "wait until the operation has ended, or cancel it",
            judge: endpoint::endpoint_free,
        },
        applies: "Always.",
        no: "two changes of one endpoint at a time meet each other's traffic and quota",
        unknown: REFUSED,
        methods: &[&ENDPOINTS_GET, &ENDPOINT_OPERATIONS_LIST],
        source: "https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints.operations/list, read 2026-11-28",
        emulated: "a deployment on the endpoint that has not ended",
    },
    Entry {
        check: Check {
            name: "model-deployable",
            is_for_deployments: true,
            question: "Can the model be deployed?",
            help: "deploy a model with a container, or upload one",
            judge: endpoint::model_deployable,
        },
        applies: "Where the plan deploys a model that exists.",
        no: "Google rejects the deployment of the model",
        unknown: REFUSED,
        methods: &[&MODELS_GET],
        source: "`Model.supportedDeploymentResourcesTypes` of the discovery document `aiplatform.v1`, revision 20261106",
        emulated: "a model that does not exist",
    },
    Entry {
        check: Check {
            name: "gpu-quota",
            is_for_deployments: true,
            question: "Does the quota of accelerators suffice?",
            help: "request a higher limit",
            judge: quota::gpu_quota,
        },
        applies: "Where the plan has an accelerator.",
        no: "the deployment fails with an exceeded quota, at once or after some minutes",
        unknown: "The id of the accelerator's quota is unknown; or a call is refused or has no answer in time.",
        methods: &[&QUOTA_INFOS_GET, &TIME_SERIES_LIST, &ENDPOINTS_GET],
        source: QUOTAS,
        emulated: "the seed's `quotas` with a lower limit",
    },
    Entry {
        check: Check {
            name: "cpu-quota",
            is_for_deployments: true,
            question: "Does the quota of CPUs suffice?",
            help: "request a higher limit",
            judge: quota::cpu_quota,
        },
        applies: "Always. Machines with accelerators use CPUs, too.",
        no: "the deployment fails with an exceeded quota, at once or after some minutes",
        unknown: "The size of the machine type is unknown; or a call is refused or has no answer in time.",
        methods: &[&QUOTA_INFOS_GET, &TIME_SERIES_LIST, &ENDPOINTS_GET],
        source: QUOTAS,
        emulated: "the seed's `quotas` with a lower limit",
    },
    Entry {
        check: Check {
            name: "strategy",
            is_for_deployments: true,
            question: "Which strategy fits the quota?",
            help: "request a higher limit, or use fewer replicas",
            judge: quota::strategy,
        },
        applies: "Always. The portal deploys all at once; a replacement is advice.",
        no: "old and new replicas together exceed the quota",
        unknown: "A quota is unknown.",
        methods: &[&QUOTA_INFOS_GET, &TIME_SERIES_LIST, &ENDPOINTS_GET],
        source: "https://docs.cloud.google.com/vertex-ai/docs/predictions/autoscaling, read 2026-11-28",
        emulated: "the seed's `quotas` with a lower limit",
    },
    Entry {
        check: Check {
            name: "image-exists",
            is_for_deployments: true,
            question: "Does the container image exist?",
            help: "push the image, or correct `google.com/vertex-ai-image`",
            judge: image::exists,
        },
        applies: "Where the plan may upload a model with an image of your own.",
        no: "Google rejects the upload",
        unknown: "The repository has over 2,000 images; or a call is refused or has no answer in time.",
        methods: &[&DOCKER_IMAGES_GET, &DOCKER_IMAGES_LIST],
        source: "https://docs.cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.dockerImages, read 2026-11-28",
        emulated: "a repository of the seed without the image",
    },
    Entry {
        check: Check {
            name: "image-architecture",
            is_for_deployments: true,
            question: "Does the image run on amd64?",
            help: "build the image for `linux/amd64` and push it",
            judge: image::architecture,
        },
        applies: "Where the image exists.",
        no: "the container ends with `exec format error`",
        unknown: "The image is no index: then Artifact Registry names no architecture. Or a call is refused or has no answer in time.",
        methods: &[&DOCKER_IMAGES_GET, &DOCKER_IMAGES_LIST],
        source: "`DockerImage.imageManifests` of the discovery document `artifactregistry.v1`",
        emulated: "an image of the seed with `architectures: [arm64]`",
    },
    Entry {
        check: Check {
            name: "image-size",
            is_for_deployments: true,
            question: "Is the image small enough for a quick start?",
            help: "leave weights out of the image",
            judge: image::size,
        },
        applies: "Where the image exists. It is never *no*: Google documents no limit.",
        no: "new replicas start late",
        unknown: "The image has over 20 GiB: a decision of this product. Or a call is refused or has no answer in time.",
        methods: &[&DOCKER_IMAGES_GET, &DOCKER_IMAGES_LIST],
        source: "`DockerImage.imageSizeBytes` of the discovery document `artifactregistry.v1`",
        emulated: "never; *unknown* by an image of the seed with `megabytes: 30000`",
    },
    Entry {
        check: Check {
            name: "agent-reads-image",
            is_for_deployments: true,
            question: "May Vertex AI read the image?",
            help: "grant Vertex AI's service agent `roles/artifactregistry.reader` on the repository",
            judge: agent::reads_image,
        },
        applies: "Where the plan may upload a model with an image of your own.",
        no: "Google rejects the upload, or cannot pull the image",
        unknown: AGENT_UNKNOWN,
        methods: &[&REPOSITORIES_GET_IAM_POLICY, &TROUBLESHOOT, &SERVICES_BATCH_GET],
        source: TROUBLESHOOTER,
        emulated: "a repository of the seed without the agent in its policy, and a project without the agent's role",
    },
    Entry {
        check: Check {
            name: "artifact-exists",
            is_for_deployments: true,
            question: "Do the model's files exist?",
            help: "copy the files there, or correct `google.com/vertex-ai-artifact-uri`",
            judge: artifact::exists,
        },
        applies: "Where the plan may upload a model with files.",
        no: "Google rejects the upload",
        unknown: REFUSED,
        methods: &[&OBJECTS_LIST],
        source: "https://docs.cloud.google.com/storage/docs/json_api/v1/objects/list, read 2026-11-28",
        emulated: "a bucket of the seed without objects in the directory",
    },
    Entry {
        check: Check {
            name: "artifact-files",
            is_for_deployments: true,
            question: "Do the files have the names that Google's image expects?",
            help: "save the model under the name that the image loads",
            judge: artifact::files,
        },
        applies: "Where the image is one of Google's prebuilt ones, and there are files.",
        no: "Google rejects the upload, or the server finds no model",
        unknown: "The directory has over 1,000 objects; or a call is refused or has no answer in time.",
        methods: &[&OBJECTS_LIST],
        source: "https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/training/exporting-model-artifacts, read 2026-11-28",
        emulated: "a prebuilt image with a directory of the seed's bucket that lacks the file",
    },
    Entry {
        check: Check {
            name: "artifact-size",
            is_for_deployments: true,
            question: "Do the files fit the machine's memory?",
            help: "use a machine with more memory, or fewer or smaller files",
            judge: artifact::size,
        },
        applies: "Where there are files, and the annotations name a machine type.",
        no: "a server that loads them whole is killed for want of memory",
        unknown: "The memory of the machine type is unknown; the directory has over 1,000 objects; or a call is refused or has no answer in time.",
        methods: &[&OBJECTS_LIST],
        source: "https://docs.cloud.google.com/compute/docs/machine-resource, read 2026-11-28",
        emulated: "objects of the seed's bucket that are larger than the machine's memory",
    },
    Entry {
        check: Check {
            name: "agent-reads-artifact",
            is_for_deployments: true,
            question: "May Vertex AI read the model's files?",
            help: "grant Vertex AI's service agent `roles/storage.objectViewer` on the bucket",
            judge: agent::reads_artifact,
        },
        applies: "Where the plan may upload a model with files.",
        no: "Google rejects the upload",
        unknown: AGENT_UNKNOWN,
        methods: &[&BUCKETS_GET_IAM_POLICY, &TROUBLESHOOT, &SERVICES_BATCH_GET],
        source: TROUBLESHOOTER,
        emulated: "a bucket of the seed without the agent in its policy, and a project without the agent's role",
    },
    Entry {
        check: Check {
            name: "key-usable",
            is_for_deployments: true,
            question: "Can the encryption key be used here?",
            help: "use an enabled key for encryption in the endpoint's location",
            judge: key::usable,
        },
        applies: "Where the annotations name a key.",
        no: "Google rejects what the deployment creates",
        unknown: REFUSED,
        methods: &[&CRYPTO_KEYS_GET],
        source: "https://docs.cloud.google.com/vertex-ai/docs/general/cmek, read 2026-11-28",
        emulated: "a key in another location, or one of the seed with `state: DISABLED`",
    },
    Entry {
        check: Check {
            name: "agent-uses-key",
            is_for_deployments: true,
            question: "May Vertex AI use the encryption key?",
            help: "grant Vertex AI's service agent `roles/cloudkms.cryptoKeyEncrypterDecrypter` on the key",
            judge: agent::uses_key,
        },
        applies: "Where the annotations name a key.",
        no: "Google rejects what the deployment creates",
        unknown: AGENT_UNKNOWN,
        methods: &[&CRYPTO_KEYS_GET_IAM_POLICY, &TROUBLESHOOT, &SERVICES_BATCH_GET],
        source: "https://docs.cloud.google.com/vertex-ai/docs/general/cmek, read 2026-11-28",
        emulated: "a key of the seed without the agent in its policy",
    },
    Entry {
        check: Check {
            name: "organization-location",
            is_for_deployments: true,
            question: "Does the organization allow the location?",
            help: "use a location that the organization allows",
            judge: organization::location,
        },
        applies: "Always.",
        no: "Google rejects what the deployment creates",
        unknown: "The policy has a condition, or a group of locations that the portal does not know; or a call is refused or has no answer in time.",
        methods: &[&GET_EFFECTIVE_POLICY],
        source: "https://docs.cloud.google.com/resource-manager/docs/organization-policy/defining-locations, read 2026-11-28",
        emulated: "the seed's `constraints` with `gcp.resourceLocations`",
    },
    Entry {
        check: Check {
            name: "organization-key",
            is_for_deployments: true,
            question: "Does the organization accept the encryption?",
            help: "set `google.com/vertex-ai-kms-key`",
            judge: organization::cmek,
        },
        applies: "Always.",
        no: "Google rejects what the deployment creates",
        unknown: "The policy has a condition; or a call is refused or has no answer in time.",
        methods: &[&GET_EFFECTIVE_POLICY],
        source: "https://docs.cloud.google.com/kms/docs/cmek-org-policy, read 2026-11-28",
        emulated: "the seed's `constraints` with `gcp.restrictNonCmekServices`",
    },
    Entry {
        check: Check {
            name: "perimeter",
            is_for_deployments: false,
            question: "Does a service perimeter let you through?",
            help: "ask the organization's administrators for access through the perimeter",
            judge: services::perimeter,
        },
        applies: "Where Google refused a call of the preflight because of a perimeter.",
        no: "the perimeter refuses the calls of the deployment",
        unknown: "The perimeter refused a service other than Vertex AI: the service agent may be let through.",
        methods: &[],
        source: "https://docs.cloud.google.com/vpc-service-controls/docs/troubleshooting, read 2026-11-28",
        emulated: "the cause `vpc-service-controls` as a fault",
    },
];

const COUNT: usize = ENTRIES.len();

/// Every check. A copy, so that no build carries the texts of the pages.
pub static CHECKS: [Check; COUNT] = checks();

const fn checks() -> [Check; COUNT] {
    let mut checks = [ENTRIES[0].check; COUNT];
    let mut at = 0;
    while at < COUNT {
        checks[at] = ENTRIES[at].check;
        at += 1;
    }
    checks
}
