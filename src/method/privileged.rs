//! Privileged Access Manager: rights that are asked for, approved and end by themselves.
//!
//! Whoever asks for a grant, approves or denies one needs no permission: who may is said in the entitlement (Google's page on
//! permissions and setup). The reference names none for these methods either, and Google's list of the service's permissions has
//! none; only the page on audit logging names `privilegedaccessmanager.grants.{create,approve,deny}`, as what is logged. So whoever
//! may deploy through the portal may ask there. The permissions of all other methods are those of reference and audit page.
//! Unverified: that the requester reads a grant of their own without one.
//!
//! An approval cannot be undone, says the reference: revoking ends what it gave. It says too that a grant can be revoked in any
//! state but a terminal one; the page on revoking says only while it is active.

use super::{Following, Source};

/// Operations have permissions of their own, checked on the operation. The reference and Google's client know how to get, list and
/// delete one: none is waited for or cancelled.
pub(super) const FOLLOWED: Option<Following> = Some(Following {
    read: "privilegedaccessmanager.operations.get",
    cancel: None,
    delete: "privilegedaccessmanager.operations.delete",
    source: Source::Guide,
});

/// Adds the rows of Privileged Access Manager.
macro_rules! privileged {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    EntitlementsCreate "privilegedaccessmanager.projects.locations.entitlements.create" "PrivilegedAccessManager.CreateEntitlement" PrivilegedAccessManager Post "v1" Kind::Place, "/entitlements"
        query ["entitlementId", "requestId"] body Json door CLOSED needs [guide("privilegedaccessmanager.entitlements.create", Itself)]
        operation privileged::FOLLOWED, undo Some(Id::EntitlementsDelete);
    EntitlementsGet "privilegedaccessmanager.projects.locations.entitlements.get" "PrivilegedAccessManager.GetEntitlement" PrivilegedAccessManager Get "v1" ENTITLEMENT, ""
        query [] body None door ADMINISTER needs [guide("privilegedaccessmanager.entitlements.get", Itself)] operation None, undo None;
    EntitlementsDelete "privilegedaccessmanager.projects.locations.entitlements.delete" "PrivilegedAccessManager.DeleteEntitlement" PrivilegedAccessManager Delete "v1" ENTITLEMENT, ""
        query ["requestId"] body None door CLOSED needs [guide("privilegedaccessmanager.entitlements.delete", Itself)]
        operation privileged::FOLLOWED, undo None;
    GrantsCreate "privilegedaccessmanager.projects.locations.entitlements.grants.create" "PrivilegedAccessManager.CreateGrant" PrivilegedAccessManager Post "v1" ENTITLEMENT, "/grants"
        query ["requestId"] body Json door DEPLOY needs [] operation None, undo Some(Id::GrantsRevoke);
    GrantsGet "privilegedaccessmanager.projects.locations.entitlements.grants.get" "PrivilegedAccessManager.GetGrant" PrivilegedAccessManager Get "v1" GRANT, ""
        query [] body None door READ needs [guide("privilegedaccessmanager.grants.get", Itself)] operation None, undo None;
    GrantsApprove "privilegedaccessmanager.projects.locations.entitlements.grants.approve" "PrivilegedAccessManager.ApproveGrant" PrivilegedAccessManager Post "v1" GRANT, ":approve"
        query [] body Json door CLOSED needs [] operation None, undo Some(Id::GrantsRevoke);
    GrantsDeny "privilegedaccessmanager.projects.locations.entitlements.grants.deny" "PrivilegedAccessManager.DenyGrant" PrivilegedAccessManager Post "v1" GRANT, ":deny"
        query [] body Json door CLOSED needs [] operation None, undo None;
    GrantsRevoke "privilegedaccessmanager.projects.locations.entitlements.grants.revoke" "PrivilegedAccessManager.RevokeGrant" PrivilegedAccessManager Post "v1" GRANT, ":revoke"
        query [] body Json door CLOSED needs [guide("privilegedaccessmanager.grants.revoke", Itself)]
        operation privileged::FOLLOWED, undo None;

        }
    };
}
