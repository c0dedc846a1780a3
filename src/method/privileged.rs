//! Privileged Access Manager: rights that are asked for, approved and end by themselves.
//!
//! There is no permission to ask for a grant: whom an entitlement names as eligible may. So whoever may deploy through the portal
//! may ask there; who decides is said in the entitlement.

/// Adds the rows of Privileged Access Manager.
macro_rules! privileged {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    EntitlementsCreate "privilegedaccessmanager.projects.locations.entitlements.create" "PrivilegedAccessManager.CreateEntitlement" PrivilegedAccessManager Post "v1" Kind::Place, "/entitlements"
        query ["entitlementId", "requestId"] body Json door CLOSED needs [inferred("privilegedaccessmanager.entitlements.create", Itself)]
        operation following("privilegedaccessmanager.entitlements.get", "privilegedaccessmanager.entitlements.create", "privilegedaccessmanager.entitlements.delete", Analogy),
        undo Some(Id::EntitlementsDelete);
    EntitlementsGet "privilegedaccessmanager.projects.locations.entitlements.get" "PrivilegedAccessManager.GetEntitlement" PrivilegedAccessManager Get "v1" ENTITLEMENT, ""
        query [] body None door ADMINISTER needs [inferred("privilegedaccessmanager.entitlements.get", Itself)] operation None, undo None;
    EntitlementsDelete "privilegedaccessmanager.projects.locations.entitlements.delete" "PrivilegedAccessManager.DeleteEntitlement" PrivilegedAccessManager Delete "v1" ENTITLEMENT, ""
        query ["requestId"] body None door CLOSED needs [inferred("privilegedaccessmanager.entitlements.delete", Itself)]
        operation following("privilegedaccessmanager.entitlements.get", "privilegedaccessmanager.entitlements.delete", "privilegedaccessmanager.entitlements.delete", Analogy), undo None;
    GrantsCreate "privilegedaccessmanager.projects.locations.entitlements.grants.create" "PrivilegedAccessManager.CreateGrant" PrivilegedAccessManager Post "v1" ENTITLEMENT, "/grants"
        query ["requestId"] body Json door DEPLOY needs [] operation None, undo Some(Id::GrantsRevoke);
    GrantsGet "privilegedaccessmanager.projects.locations.entitlements.grants.get" "PrivilegedAccessManager.GetGrant" PrivilegedAccessManager Get "v1" GRANT, ""
        query [] body None door READ needs [inferred("privilegedaccessmanager.grants.get", Itself)] operation None, undo None;
    GrantsApprove "privilegedaccessmanager.projects.locations.entitlements.grants.approve" "PrivilegedAccessManager.ApproveGrant" PrivilegedAccessManager Post "v1" GRANT, ":approve"
        query [] body Json door CLOSED needs [inferred("privilegedaccessmanager.grants.approve", Itself)] operation None, undo Some(Id::GrantsRevoke);
    GrantsDeny "privilegedaccessmanager.projects.locations.entitlements.grants.deny" "PrivilegedAccessManager.DenyGrant" PrivilegedAccessManager Post "v1" GRANT, ":deny"
        query [] body Json door CLOSED needs [inferred("privilegedaccessmanager.grants.deny", Itself)] operation None, undo None;
    GrantsRevoke "privilegedaccessmanager.projects.locations.entitlements.grants.revoke" "PrivilegedAccessManager.RevokeGrant" PrivilegedAccessManager Post "v1" GRANT, ":revoke"
        query [] body Json door CLOSED needs [inferred("privilegedaccessmanager.grants.revoke", Itself)]
        operation following("privilegedaccessmanager.grants.get", "privilegedaccessmanager.grants.revoke", "privilegedaccessmanager.grants.revoke", Analogy), undo None;

        }
    };
}
