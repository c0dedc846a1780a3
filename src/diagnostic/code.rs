//! The closed list of codes.

use super::{RULE_PAGES, Severity};
use serde::{Serialize, Serializer};

/// What a code is before anybody adjusts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Always of this severity: what it is about cannot go on, or was never a matter of taste.
    Fixed(Severity),
    /// A rule, which `vertexAi.rules` and waivers may set to another level.
    Rule(Level),
}

/// How much a rule matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Off,
    Warning,
    Error,
}

impl Level {
    /// As it is written in a configuration.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "off" => Self::Off,
            "warning" => Self::Warning,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

macro_rules! kind {
    (rule off) => {
        Kind::Rule(Level::Off)
    };
    (rule warning) => {
        Kind::Rule(Level::Warning)
    };
    (rule error) => {
        Kind::Rule(Level::Error)
    };
    (error) => {
        Kind::Fixed(Severity::Error)
    };
    (warning) => {
        Kind::Fixed(Severity::Warning)
    };
    (info) => {
        Kind::Fixed(Severity::Info)
    };
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident: $($kind:ident)+ = $code:literal,)+) => {
        /// The closed list of codes. A code never changes its meaning and is never used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// `group/kebab-case`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)+ }
            }

            /// What the code means, for the reference.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+),)+ }
            }

            /// Whether it may be adjusted, and what it is until then.
            pub fn kind(self) -> Kind {
                match self { $(Code::$variant => kind!($($kind)+),)+ }
            }
        }
    };
}

codes! {
    /// The text is not well-formed YAML or JSON.
    EntitySyntax: error = "entity/syntax",
    /// The text is larger than an entity may be.
    EntityTooLarge: error = "entity/too-large",
    /// Values are nested deeper than an entity's may be.
    EntityTooDeep: error = "entity/too-deep",
    /// Aliases repeat more than an entity may repeat.
    EntityTooRepetitive: error = "entity/too-repetitive",
    /// The file is not encoded in UTF-8.
    EntityNotUtf8: error = "entity/not-utf8",
    /// The file is no text.
    EntityBinary: error = "entity/binary",
    /// A tab stands where spaces must indent.
    EntityTab: error = "entity/tab",
    /// A tag is not known, or does not fit its value.
    EntityUnknownTag: rule warning = "entity/unknown-tag",
    /// A `<<` merges nothing: Backstage reads it as a key like any other.
    EntityMergeKey: rule warning = "entity/merge-key",
    /// `metadata.annotations` is not a mapping.
    EntityAnnotationsNotAMapping: error = "entity/annotations-not-a-mapping",
    /// The same key stands twice in one mapping.
    EntityDuplicateKey: error = "entity/duplicate-key",
    /// The document is not a Backstage entity: `kind` or `metadata.name` is missing or not a string.
    EntityNotAnEntity: error = "entity/not-an-entity",
    /// A required annotation is missing.
    AnnotationMissing: error = "annotation/missing",
    /// An annotation's value is not a string.
    AnnotationNotText: error = "annotation/not-text",
    /// An annotation's value is empty.
    AnnotationEmpty: error = "annotation/empty",
    /// An annotation's value begins or ends with white space.
    AnnotationWhitespace: rule warning = "annotation/whitespace",
    /// An annotation begins like ours but is not one of ours.
    AnnotationUnknown: rule warning = "annotation/unknown",
    /// An annotation looks like one of ours below another domain or in other letters: nobody reads it.
    AnnotationPrefix: rule warning = "annotation/prefix",
    /// The project is neither a project id nor a project number.
    ProjectMalformed: error = "project/malformed",
    /// What is given is a project's display name; Google wants its id.
    ProjectDisplayName: error = "project/display-name",
    /// The project is named by its number; configurations, policies and people know it by its id.
    ProjectNumber: rule warning = "project/number",
    /// A full resource name and the project annotation name different projects.
    ProjectContradiction: error = "project/contradiction",
    /// The location does not have the form of one.
    LocationMalformed: error = "location/malformed",
    /// The location is not one that Vertex AI serves custom models in.
    LocationUnknown: rule error = "location/unknown",
    /// What is given is a zone; Vertex AI wants its region.
    LocationZone: rule error = "location/zone",
    /// Endpoints for custom models live in a region, not at the global location.
    LocationGlobal: rule error = "location/global",
    /// A full resource name and the location annotation name different locations.
    LocationContradiction: error = "location/contradiction",
    /// The endpoint is neither an id nor a full resource name.
    EndpointMalformed: error = "endpoint/malformed",
    /// What is given is a URL; the endpoint's resource name is a part of it.
    EndpointUrl: error = "endpoint/url",
    /// The endpoint annotation names a model.
    EndpointIsModel: error = "endpoint/is-a-model",
    /// The endpoint and the model are in different locations.
    EndpointLocationMismatch: rule error = "endpoint/location-mismatch",
    /// The endpoint and the model are in different projects.
    EndpointProjectMismatch: rule warning = "endpoint/project-mismatch",
    /// The model is neither an id nor a full resource name.
    ModelMalformed: error = "model/malformed",
    /// What is given is a URL; the model's resource name is a part of it.
    ModelUrl: error = "model/url",
    /// The model annotation names an endpoint.
    ModelIsEndpoint: error = "model/is-an-endpoint",
    /// What is given is a publisher's model of Model Garden, not one of the Model Registry.
    ModelPublisher: error = "model/publisher",
    /// Versions are counted from 1.
    ModelVersionZero: error = "model/version-zero",
    /// No version is named: what is deployed depends on the day.
    ModelUnpinned: rule warning = "model/unpinned",
    /// The version is an alias: what is deployed depends on where the alias points that day.
    ModelAlias: rule warning = "model/alias",
    /// The service account is not one's e-mail address.
    ServiceAccountMalformed: error = "service-account/malformed",
    /// What is given is an e-mail address, but not that of a service account.
    ServiceAccountUser: error = "service-account/user",
    /// The service account is Compute Engine's default one, which everything in the project shares.
    ServiceAccountDefault: rule warning = "service-account/default",
    /// The service account is a service agent, which Google uses itself.
    ServiceAccountGoogleManaged: rule error = "service-account/google-managed",
    /// The service account is of another project than the endpoint.
    ServiceAccountProject: rule warning = "service-account/project",
    /// The machine type does not have the form of one.
    MachineTypeMalformed: error = "machine-type/malformed",
    /// The machine type is not one that Vertex AI is known to serve models on.
    MachineTypeUnknown: rule error = "machine-type/unknown",
    /// The machine type has accelerators, but none are named.
    MachineTypeAcceleratorMissing: rule warning = "machine-type/accelerator-missing",
    /// The machine type serves in larger numbers of replicas only.
    MachineTypeFewReplicas: rule error = "machine-type/few-replicas",
    /// No machine type is named: Google's default is taken.
    MachineTypeDefault: rule off = "machine-type/default",
    /// The accelerator is not `NAME:NUMBER`.
    AcceleratorMalformed: error = "accelerator/malformed",
    /// The accelerator is not one that Vertex AI is known to have.
    AcceleratorUnknown: rule error = "accelerator/unknown",
    /// The accelerator is deprecated.
    AcceleratorDeprecated: rule error = "accelerator/deprecated",
    /// The accelerator is a TPU; this product deploys to GPUs and CPUs.
    AcceleratorTpu: rule error = "accelerator/tpu",
    /// The machine type carries another accelerator, or none.
    AcceleratorMachineMismatch: rule error = "accelerator/machine-mismatch",
    /// The machine type does not carry the accelerator in this number.
    AcceleratorCount: rule error = "accelerator/count",
    /// An accelerator is named, but no machine type that carries it.
    AcceleratorMachineMissing: rule error = "accelerator/machine-missing",
    /// An accelerator is named, but the prebuilt image's framework makes no use of one.
    AcceleratorFramework: rule error = "accelerator/framework",
    /// An accelerator is named, but the prebuilt image is the one for CPUs.
    AcceleratorImageWithoutGpu: rule warning = "accelerator/image-without-gpu",
    /// The replicas are neither a number nor a range.
    ReplicasMalformed: error = "replicas/malformed",
    /// An endpoint needs at least one replica.
    ReplicasZero: error = "replicas/zero",
    /// The range of replicas ends before it begins.
    ReplicasReversed: error = "replicas/reversed",
    /// There is one replica at most: nothing serves while it fails or is replaced.
    ReplicasSingle: rule off = "replicas/single",
    /// The image is not in Artifact Registry.
    ImageRegistry: error = "image/registry",
    /// The image is not named as images of Artifact Registry are.
    ImageMalformed: error = "image/malformed",
    /// What stands behind the `@` of an image is no digest.
    ImageDigestMalformed: error = "image/digest-malformed",
    /// An image lies in another location than the model.
    ImageLocation: rule error = "image/location",
    /// An image of one's own lies in a multi-region.
    ImageMultiRegion: rule error = "image/multi-region",
    /// The image has neither a tag nor a digest.
    ImageUntagged: rule warning = "image/untagged",
    /// The image is whichever was pushed last.
    ImageLatest: rule warning = "image/latest",
    /// The prebuilt image is not one that Google is known to have.
    ImagePrebuiltUnknown: rule warning = "image/prebuilt-unknown",
    /// There are no prebuilt images in this location.
    ImagePrebuiltRegion: rule error = "image/prebuilt-region",
    /// The prebuilt image is that of another continent than the model's.
    ImagePrebuiltFar: rule warning = "image/prebuilt-far",
    /// A prebuilt image is named, but no files for it to serve.
    ImageArtifactMissing: rule warning = "image/artifact-missing",
    /// The prebuilt image is the one for GPUs, but no accelerator is named.
    ImageAcceleratorMissing: rule warning = "image/accelerator-missing",
    /// An image is named, but so is a version of the model, so that nothing is uploaded.
    ImageUnused: rule warning = "image/unused",
    /// What is given is not in Cloud Storage.
    ArtifactUriNotCloudStorage: error = "artifact-uri/not-cloud-storage",
    /// What is given is not the name of a directory in Cloud Storage.
    ArtifactUriMalformed: error = "artifact-uri/malformed",
    /// The bucket has a name that no bucket can have.
    ArtifactUriBucket: error = "artifact-uri/bucket",
    /// What is given looks like a file, not like a directory.
    ArtifactUriFile: rule warning = "artifact-uri/file",
    /// Files are named, but no image to serve them with.
    ArtifactUriImageMissing: rule warning = "artifact-uri/image-missing",
    /// Files are named, but so is a version of the model, so that nothing is uploaded.
    ArtifactUriUnused: rule warning = "artifact-uri/unused",
    /// The key is not a Cloud KMS key.
    KmsKeyMalformed: error = "kms-key/malformed",
    /// The key is in another location than the endpoint.
    KmsKeyLocation: rule error = "kms-key/location",
    /// What is given is a version of a key, not the key.
    KmsKeyVersion: error = "kms-key/version",
    /// The display name has more than 128 characters.
    DisplayNameMalformed: error = "display-name/malformed",
    /// A label is not `key=value`.
    LabelsMalformed: error = "labels/malformed",
    /// A label's key has other characters than Google takes, or too many.
    LabelsKey: error = "labels/key",
    /// A label's value has other characters than Google takes, or too many.
    LabelsValue: error = "labels/value",
    /// Two labels have the same key.
    LabelsDuplicate: error = "labels/duplicate",
    /// There are more than 64 labels.
    LabelsTooMany: rule warning = "labels/too-many",
    /// A label's key begins as Google's own do.
    LabelsReserved: rule warning = "labels/reserved",
    /// The share of the traffic is not a whole number.
    TrafficMalformed: error = "traffic/malformed",
    /// The share of the traffic is not between 0 and 100 percent.
    TrafficRange: error = "traffic/range",
    /// The deployment gets no traffic.
    TrafficNone: rule warning = "traffic/none",
    /// An entry of the environment is not `NAME=value`.
    EnvMalformed: error = "env/malformed",
    /// The name of an environment variable is no C identifier.
    EnvName: error = "env/name",
    /// Two environment variables have the same name.
    EnvDuplicate: error = "env/duplicate",
    /// An environment variable has a name that Vertex AI sets itself.
    EnvReserved: rule error = "env/reserved",
    /// The value of an environment variable looks like a secret.
    EnvSecret: rule error = "env/secret",
    /// There are more than 200 environment variables.
    EnvTooMany: rule error = "env/too-many",
    /// The port is not a number from 1 to 65535.
    PortMalformed: error = "port/malformed",
    /// The route for predictions is not an HTTP path.
    PredictRouteMalformed: error = "predict-route/malformed",
    /// The route for health checks is not an HTTP path.
    HealthRouteMalformed: error = "health-route/malformed",
    /// The health probe is not `path=…` and limits.
    HealthProbeMalformed: error = "health-probe/malformed",
    /// The startup probe is not `path=…` and limits.
    StartupProbeMalformed: error = "startup-probe/malformed",
    /// A limit of a probe is below 1.
    ProbeLimits: rule error = "probe/limits",
    /// The timeout is not a number of seconds such as `3600s`.
    DeploymentTimeoutMalformed: error = "deployment-timeout/malformed",
    /// The timeout is longer than two hours.
    DeploymentTimeoutTooLong: error = "deployment-timeout/too-long",
    /// The container has settings, but no model is uploaded that they could be part of.
    ContainerUnused: rule warning = "container/unused",
    /// What stands behind the dot of an annotation is no environment's name.
    EnvironmentMalformed: error = "environment/malformed",
    /// An environment's name is nearly that of another one of this entity.
    EnvironmentMisspelt: rule warning = "environment/misspelt",
    /// Two environments deploy to the same endpoint: each takes the other's traffic.
    EnvironmentSharedEndpoint: rule warning = "environment/shared-endpoint",
    /// A waiver is not `code: reason`.
    WaiverMalformed: error = "waiver/malformed",
    /// A waiver gives no reason.
    WaiverReasonMissing: error = "waiver/reason-missing",
    /// A waiver names a rule that does not exist.
    WaiverUnknownRule: error = "waiver/unknown-rule",
    /// A waiver names a finding that nothing can go on without mending.
    WaiverFixedRule: error = "waiver/fixed-rule",
    /// A waiver waives nothing any more.
    WaiverUnused: rule warning = "waiver/unused",
    /// The plan takes whichever version of the model is the default when it is carried out.
    PlanVersionOpen: info = "plan/version-open",
    /// A value is filled in only when the catalog reads the file, so that there is nothing to plan with yet.
    PlanValueOpen: error = "plan/value-open",
    /// The file cannot be read from where it is.
    FileUnreadable: error = "file/unreadable",
    /// Nothing that was named holds an entity.
    FileNoEntity: error = "file/no-entity",
    /// The mended file cannot be written to where it was.
    FileUnwritable: error = "file/unwritable",
    /// A request has a shape that the core does not know.
    RequestMalformed: error = "request/malformed",
    /// The configuration lacks a key, or a key has a wrong value.
    ConfigInvalid: error = "config/invalid",
    /// A rule of this name does not exist.
    ConfigUnknownRule: error = "config/unknown-rule",
    /// A finding of this code is not a matter of configuration: nothing can go on without what it is about.
    ConfigFixedRule: error = "config/fixed-rule",
    /// The call's path or verb is not one of the Google methods that may be called.
    ProxyMethodUnknown: error = "proxy/method-unknown",
    /// The path is written in a way that hides what it means: dot segments, empty segments, escapes.
    ProxyPathMalformed: error = "proxy/path-malformed",
    /// The project or location is not among those the configuration allows.
    ProxyTargetNotAllowed: error = "proxy/target-not-allowed",
    /// The query holds a parameter that the method does not have.
    ProxyQueryUnknown: error = "proxy/query-unknown",
    /// The request's body cannot be read as what the method takes.
    ProxyBodyMalformed: error = "proxy/body-malformed",
    /// This caller may not make this call.
    ProxyCallerNotAllowed: error = "proxy/caller-not-allowed",
    /// A user's entity ref is longer than Google's subject may be (127 bytes).
    IdentitySubjectTooLong: error = "identity/subject-too-long",
    /// Google's Security Token Service refused the assertion.
    IdentityExchangeRefused: error = "identity/exchange-refused",
    /// The service account could not be impersonated.
    IdentityImpersonationRefused: error = "identity/impersonation-refused",
    /// Google answered the exchange with something that cannot be read.
    IdentityAnswerUnreadable: error = "identity/answer-unreadable",
    /// Google refused the call for want of a permission, or the resource does not exist.
    GooglePermissionDenied: error = "google/permission-denied",
    /// Google did not accept the credentials.
    GoogleUnauthenticated: error = "google/unauthenticated",
    /// Google does not know the resource.
    GoogleNotFound: error = "google/not-found",
    /// Google says that the request is wrong.
    GoogleInvalid: error = "google/invalid-argument",
    /// Google says that the request does not fit the state of things.
    GooglePrecondition: error = "google/failed-precondition",
    /// Google has it already, or somebody else changed it meanwhile.
    GoogleConflict: error = "google/conflict",
    /// A quota or rate limit is used up.
    GoogleExhausted: error = "google/resource-exhausted",
    /// Google is unavailable, or took too long, again and again.
    GoogleUnavailable: error = "google/unavailable",
    /// The answer was cut off, or is not what Google's API answers.
    GoogleAnswerUnreadable: error = "google/answer-unreadable",
    /// Google answered with an error that has no code of its own here.
    GoogleError: error = "google/error",
    /// Nothing answered at the address.
    NetworkUnreachable: error = "network/unreachable",
    /// The portal refused the call.
    PortalRefused: error = "portal/refused",
    /// The deployment's operation ended in an error.
    DeployOperationFailed: error = "deploy/operation-failed",
    /// The deployment was cancelled.
    DeployCancelled: error = "deploy/cancelled",
    /// Something that the deployment made could not be taken back.
    DeployNotUndone: error = "deploy/not-undone",
    /// The operation ended, but not with what was asked for.
    DeployUnexpectedResult: error = "deploy/unexpected-result",
    /// The core failed in a way it should not.
    CoreInternal: error = "core/internal",
    /// A plan names a Google method that is not in the table, or that is about something else than this deployment.
    IamMethodUnknown: error = "iam/method-unknown",
    /// The principal is not written as Google's allow policies write one.
    IamPrincipalMalformed: error = "iam/principal-malformed",
    /// The principal was deleted: rights given to it would be nobody's, or come back with it.
    IamPrincipalDeleted: error = "iam/principal-deleted",
    /// The principal stands for everybody, or for more people than anybody could name.
    IamPrincipalTooBroad: error = "iam/principal-too-broad",
    /// The project's number is needed to name Vertex AI's service agent, and is not known.
    IamProjectNumberUnknown: error = "iam/project-number-unknown",
    /// The time at which the rights are to end is not a time.
    IamExpiryMalformed: error = "iam/expiry-malformed",
    /// The time at which the rights are to end has passed.
    IamExpiryPast: error = "iam/expiry-past",
    /// The rights are to end before Google has to heed them, to last longer than 365 days, or shorter or longer than Privileged Access
    /// Manager lets them.
    IamExpiryOutOfRange: error = "iam/expiry-out-of-range",
    /// Nobody is named who could approve the request, or only whoever makes it.
    IamApproverMissing: error = "iam/approver-missing",
    /// Rights that this product gives have an end, and none was said.
    IamExpiryMissing: error = "iam/expiry-missing",
    /// Whoever gives the rights is whom they are for or belongs to them, or who either is is not known; or the principal is not known
    /// to be whom they are for.
    IamOwnRequest: error = "iam/own-request",
    /// Custom roles cannot hold this permission.
    IamPermissionUnsupported: error = "iam/permission-unsupported",
    /// The policy is not one that Google's API answers.
    IamPolicyUnreadable: error = "iam/policy-unreadable",
    /// The policy has conditions and was not read as version 3: writing it back would lose them.
    IamPolicyVersion: error = "iam/policy-version",
    /// The policy has no etag: writing it back could undo somebody else's change.
    IamPolicyEtag: error = "iam/policy-etag",
    /// Writing the policy would take something from it that nobody asked to take.
    IamPolicyShrinks: error = "iam/policy-shrinks",
    /// The policy, or the entitlement, would exceed one of Google's limits.
    IamPolicyLimit: error = "iam/policy-limit",
    /// Somebody else changed the policy each time that it was to be written.
    IamPolicyContention: error = "iam/policy-contention",
    /// A role of this name exists and holds something else than it should.
    IamRoleDiffers: error = "iam/role-differs",
    /// The portal cannot reach what the rights are to be given on, or could not tell them from others' to take them back: apply a
    /// rendering instead.
    IamNotApplied: warning = "iam/not-applied",
    /// The rights were given and may not be effective yet.
    IamNotEffectiveYet: warning = "iam/not-effective-yet",
    /// The rights were given, and something else wrote the policy so that they are gone.
    IamOverwritten: error = "iam/overwritten",
    /// The entitlement is not there, or does not name whoever asks as eligible: Google's answer does not say which.
    IamNotEligible: error = "iam/not-eligible",
    /// Google takes no further grant of the entitlement now: as a rule because one of the same requester is open.
    IamGrantOpen: error = "iam/grant-open",
    /// The grant was asked for, and was refused, failed or ended instead of becoming active.
    IamGrantNotActive: error = "iam/grant-not-active",
    /// Rights were not asked for: Privileged Access Manager does not give them, so apply a rendering instead; or its grant is for
    /// whoever asked, who is not the principal.
    IamNotAsked: warning = "iam/not-asked",
    /// The portal impersonates one service account for all of its users, so that rights are everybody's or nobody's.
    IamAccountShared: info = "iam/account-shared",
    /// A role whose permissions nobody told was left out of the comparison.
    IamRoleUnknown: warning = "iam/role-unknown",
    /// What the service account may do that the model runs as is not known, or not in full: what its deployers could do by way of it is then
    /// not told.
    IamAccountUnknown: info = "iam/account-unknown",
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Code {
    /// The severity that a finding of this code is made with.
    pub fn severity(self) -> Severity {
        match self.kind() {
            Kind::Fixed(severity) => severity,
            Kind::Rule(Level::Error) => Severity::Error,
            Kind::Rule(Level::Warning | Level::Off) => Severity::Warning,
        }
    }

    /// The code of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Whether the code says something of an entity: such a rule has a page of its own in the reference.
    pub fn is_rule(self) -> bool {
        // The list begins with them.
        (self as usize) < Code::PlanVersionOpen as usize
    }

    /// Where the page of a rule is.
    pub fn url(self) -> Option<String> {
        self.is_rule().then(|| format!("{RULE_PAGES}{}.md", self.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} stands twice");
            let (group, name) = text.split_once('/').expect("a group and a name");
            for part in [group, name] {
                assert!(
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                    "{text} is not kebab-case"
                );
            }
            assert!(code.meaning().trim().ends_with('.'));
            assert_eq!(Code::parse(text), Some(*code));
        }
    }
}
