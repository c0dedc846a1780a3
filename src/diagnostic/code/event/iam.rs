//! Codes of access requests and grants.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::IamMethodUnknown,
        name: "iam/method-unknown",
        severity: Severity::Error,
        meaning: "A plan names a Google method that is not in the table, or that is about something else than this deployment.",
    },
    Event {
        code: Code::IamPrincipalMalformed,
        name: "iam/principal-malformed",
        severity: Severity::Error,
        meaning: "The principal is not written as Google's allow policies write one.",
    },
    Event {
        code: Code::IamPrincipalDeleted,
        name: "iam/principal-deleted",
        severity: Severity::Error,
        meaning: "The principal was deleted: rights given to it would be nobody's, or come back with it.",
    },
    Event {
        code: Code::IamPrincipalTooBroad,
        name: "iam/principal-too-broad",
        severity: Severity::Error,
        meaning: "The principal stands for everybody, or for more people than anybody could name.",
    },
    Event {
        code: Code::IamProjectNumberUnknown,
        name: "iam/project-number-unknown",
        severity: Severity::Error,
        meaning: "The project's number is needed to name Vertex AI's service agent, and is not known.",
    },
    Event {
        code: Code::IamExpiryMalformed,
        name: "iam/expiry-malformed",
        severity: Severity::Error,
        meaning: "The time at which the rights are to end is not a time.",
    },
    Event {
        code: Code::IamExpiryPast,
        name: "iam/expiry-past",
        severity: Severity::Error,
        meaning: "The time at which the rights are to end has passed.",
    },
    Event {
        code: Code::IamExpiryOutOfRange,
        name: "iam/expiry-out-of-range",
        severity: Severity::Error,
        meaning: "The rights are to end before Google has to heed them, to last longer than 365 days, or shorter or longer than Privileged Access Manager lets them.",
    },
    Event {
        code: Code::IamApproverMissing,
        name: "iam/approver-missing",
        severity: Severity::Error,
        meaning: "Nobody is named who could approve the request, or only whoever makes it.",
    },
    Event {
        code: Code::IamExpiryMissing,
        name: "iam/expiry-missing",
        severity: Severity::Error,
        meaning: "Rights that this product gives have an end, and none was said.",
    },
    Event {
        code: Code::IamOwnRequest,
        name: "iam/own-request",
        severity: Severity::Error,
        meaning: "Whoever gives the rights is whom they are for or belongs to them, or who either is is not known; or the principal is not known to be whom they are for.",
    },
    Event {
        code: Code::IamPermissionUnsupported,
        name: "iam/permission-unsupported",
        severity: Severity::Error,
        meaning: "Custom roles cannot hold this permission.",
    },
    Event {
        code: Code::IamPolicyUnreadable,
        name: "iam/policy-unreadable",
        severity: Severity::Error,
        meaning: "The policy is not one that Google's API answers.",
    },
    Event {
        code: Code::IamPolicyVersion,
        name: "iam/policy-version",
        severity: Severity::Error,
        meaning: "The policy has conditions and was not read as version 3: writing it back would lose them.",
    },
    Event {
        code: Code::IamPolicyEtag,
        name: "iam/policy-etag",
        severity: Severity::Error,
        meaning: "The policy has no etag: writing it back could undo somebody else's change.",
    },
    Event {
        code: Code::IamPolicyShrinks,
        name: "iam/policy-shrinks",
        severity: Severity::Error,
        meaning: "Writing the policy would take something from it that nobody asked to take.",
    },
    Event {
        code: Code::IamPolicyLimit,
        name: "iam/policy-limit",
        severity: Severity::Error,
        meaning: "The policy, or the entitlement, would exceed one of Google's limits.",
    },
    Event {
        code: Code::IamPolicyContention,
        name: "iam/policy-contention",
        severity: Severity::Error,
        meaning: "Somebody else changed the policy each time that it was to be written.",
    },
    Event {
        code: Code::IamRoleDiffers,
        name: "iam/role-differs",
        severity: Severity::Error,
        meaning: "A role of this name exists and holds something else than it should.",
    },
    Event {
        code: Code::IamNotApplied,
        name: "iam/not-applied",
        severity: Severity::Warning,
        meaning: "The portal cannot reach what the rights are to be given on, or could not tell them from others' to take them back: apply a rendering instead.",
    },
    Event {
        code: Code::IamNotEffectiveYet,
        name: "iam/not-effective-yet",
        severity: Severity::Warning,
        meaning: "The rights were given and may not be effective yet.",
    },
    Event {
        code: Code::IamOverwritten,
        name: "iam/overwritten",
        severity: Severity::Error,
        meaning: "The rights were given, and something else wrote the policy so that they are gone.",
    },
    Event {
        code: Code::IamNotEligible,
        name: "iam/not-eligible",
        severity: Severity::Error,
        meaning: "The entitlement is not there, or does not name whoever asks as eligible: Google's answer does not say which.",
    },
    Event {
        code: Code::IamGrantOpen,
        name: "iam/grant-open",
        severity: Severity::Error,
        meaning: "Google takes no further grant of the entitlement now: as a rule because one of the same requester is open.",
    },
    Event {
        code: Code::IamGrantNotActive,
        name: "iam/grant-not-active",
        severity: Severity::Error,
        meaning: "The grant was asked for, and was refused, failed or ended instead of becoming active.",
    },
    Event {
        code: Code::IamNotAsked,
        name: "iam/not-asked",
        severity: Severity::Warning,
        meaning: "Rights were not asked for: Privileged Access Manager does not give them, so apply a rendering instead; or its grant is for whoever asked, who is not the principal.",
    },
    Event {
        code: Code::IamAccountShared,
        name: "iam/account-shared",
        severity: Severity::Info,
        meaning: "The portal impersonates one service account for all of its users, so that rights are everybody's or nobody's.",
    },
    Event {
        code: Code::IamRoleUnknown,
        name: "iam/role-unknown",
        severity: Severity::Warning,
        meaning: "A role whose permissions nobody told was left out of the comparison.",
    },
    Event {
        code: Code::IamAccountUnknown,
        name: "iam/account-unknown",
        severity: Severity::Info,
        meaning: "What the service account may do that the model runs as is not known, or not in full: what its deployers could do by way of it is then not told.",
    },
];
