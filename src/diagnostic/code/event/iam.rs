//! Codes of access requests and grants.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::IamMethodUnknown,
        name: "iam/method-unknown",
        severity: Severity::Error,
        meaning: "A plan has a Google method that is not in the table, or that does not belong to the deployment.",
    },
    Event {
        code: Code::IamPrincipalMalformed,
        name: "iam/principal-malformed",
        severity: Severity::Error,
        meaning: "The principal is not in the format of Google's allow policies.",
    },
    Event {
        code: Code::IamPrincipalDeleted,
        name: "iam/principal-deleted",
        severity: Severity::Error,
        meaning: "The principal was deleted: a grant would have no holder, or return with a restored account.",
    },
    Event {
        code: Code::IamPrincipalTooBroad,
        name: "iam/principal-too-broad",
        severity: Severity::Error,
        meaning: "The principal stands for all users, or for more than anyone can list.",
    },
    Event {
        code: Code::IamProjectNumberUnknown,
        name: "iam/project-number-unknown",
        severity: Severity::Error,
        meaning: "The project number is unknown, and the name of Vertex AI's service agent needs it.",
    },
    Event {
        code: Code::IamExpiryMalformed,
        name: "iam/expiry-malformed",
        severity: Severity::Error,
        meaning: "The expiry is not a time.",
    },
    Event {
        code: Code::IamExpiryPast,
        name: "iam/expiry-past",
        severity: Severity::Error,
        meaning: "The expiry is in the past.",
    },
    Event {
        code: Code::IamExpiryOutOfRange,
        name: "iam/expiry-out-of-range",
        severity: Severity::Error,
        meaning: "The expiry is too soon for Google to apply the grant, more than 365 days away, or outside the limits of Privileged Access Manager.",
    },
    Event {
        code: Code::IamApproverMissing,
        name: "iam/approver-missing",
        severity: Severity::Error,
        meaning: "No approver is named, or only the requester.",
    },
    Event {
        code: Code::IamExpiryMissing,
        name: "iam/expiry-missing",
        severity: Severity::Error,
        meaning: "The access request has no expiry, and every grant needs one.",
    },
    Event {
        code: Code::IamOwnRequest,
        name: "iam/own-request",
        severity: Severity::Error,
        meaning: "The grantor is the requester, or belongs to the group that the request is for; or one of their identities cannot be determined.",
    },
    Event {
        code: Code::IamPermissionUnsupported,
        name: "iam/permission-unsupported",
        severity: Severity::Error,
        meaning: "Custom roles do not support this permission.",
    },
    Event {
        code: Code::IamPolicyUnreadable,
        name: "iam/policy-unreadable",
        severity: Severity::Error,
        meaning: "The policy is not in the format of Google's API.",
    },
    Event {
        code: Code::IamPolicyVersion,
        name: "iam/policy-version",
        severity: Severity::Error,
        meaning: "The policy has conditions but was not read as version 3: writing it would lose them.",
    },
    Event {
        code: Code::IamPolicyEtag,
        name: "iam/policy-etag",
        severity: Severity::Error,
        meaning: "The policy has no etag: writing it could revert another client's change.",
    },
    Event {
        code: Code::IamPolicyShrinks,
        name: "iam/policy-shrinks",
        severity: Severity::Error,
        meaning: "The change would remove a grant that nobody asked to remove.",
    },
    Event {
        code: Code::IamPolicyLimit,
        name: "iam/policy-limit",
        severity: Severity::Error,
        meaning: "The policy or entitlement would exceed one of Google's limits.",
    },
    Event {
        code: Code::IamPolicyContention,
        name: "iam/policy-contention",
        severity: Severity::Error,
        meaning: "Another client changed the policy before each attempt to write it.",
    },
    Event {
        code: Code::IamRoleDiffers,
        name: "iam/role-differs",
        severity: Severity::Error,
        meaning: "A role with this name exists and has other permissions.",
    },
    Event {
        code: Code::IamNotApplied,
        name: "iam/not-applied",
        severity: Severity::Warning,
        meaning: "The portal cannot apply the request here, or could not revoke the grant later: apply a rendering instead.",
    },
    Event {
        code: Code::IamNotEffectiveYet,
        name: "iam/not-effective-yet",
        severity: Severity::Warning,
        meaning: "The grant was written and may not be effective yet.",
    },
    Event {
        code: Code::IamOverwritten,
        name: "iam/overwritten",
        severity: Severity::Error,
        meaning: "Another client overwrote the policy and removed the new grant.",
    },
    Event {
        code: Code::IamNotEligible,
        name: "iam/not-eligible",
        severity: Severity::Error,
        meaning: "The entitlement does not exist, or the requester is not eligible: Google's answer does not distinguish the two.",
    },
    Event {
        code: Code::IamGrantOpen,
        name: "iam/grant-open",
        severity: Severity::Error,
        meaning: "Google accepts no further grant of the entitlement now, usually because one of the same requester is open.",
    },
    Event {
        code: Code::IamGrantNotActive,
        name: "iam/grant-not-active",
        severity: Severity::Error,
        meaning: "The grant was denied, failed or ended instead of becoming active.",
    },
    Event {
        code: Code::IamNotAsked,
        name: "iam/not-asked",
        severity: Severity::Warning,
        meaning: "The request was not sent: Privileged Access Manager cannot grant these permissions, or its grant would be for another principal.",
    },
    Event {
        code: Code::IamAccountShared,
        name: "iam/account-shared",
        severity: Severity::Info,
        meaning: "The portal impersonates one service account for all users, so a grant applies to all of them.",
    },
    Event {
        code: Code::IamRoleUnknown,
        name: "iam/role-unknown",
        severity: Severity::Warning,
        meaning: "A role whose permissions are unknown was left out of the comparison.",
    },
    Event {
        code: Code::IamAccountUnknown,
        name: "iam/account-unknown",
        severity: Severity::Info,
        meaning: "The permissions of the model's service account are not fully known, so rights that deployers get through it are not reported.",
    },
];
