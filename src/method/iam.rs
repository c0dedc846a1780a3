//! Roles, and the allow policies of service accounts.

/// Adds the rows of the IAM API.
macro_rules! iam {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    RolesGet "iam.roles.get" "IAM.GetRole" Iam Get "v1" PREDEFINED_ROLE, ""
        query [] body None door READ needs [] operation None, undo None;
    ProjectRolesCreate "iam.projects.roles.create" "IAM.CreateRole" Iam Post "v1" Kind::Project, "/roles"
        query [] body Json door ADMINISTER needs [inferred("iam.roles.create", Itself)] operation None, undo Some(Id::ProjectRolesDelete);
    ProjectRolesGet "iam.projects.roles.get" "IAM.GetRole" Iam Get "v1" ROLE, ""
        query [] body None door ADMINISTER needs [inferred("iam.roles.get", Itself)] operation None, undo None;
    ProjectRolesList "iam.projects.roles.list" "IAM.ListRoles" Iam Get "v1" Kind::Project, "/roles"
        query ["pageSize", "pageToken", "showDeleted", "view"] body None door CLOSED needs [inferred("iam.roles.list", Itself)] operation None, undo None;
    ProjectRolesPatch "iam.projects.roles.patch" "IAM.UpdateRole" Iam Patch "v1" ROLE, ""
        query ["updateMask"] body Json door CLOSED needs [inferred("iam.roles.update", Itself)] operation None, undo None;
    ProjectRolesDelete "iam.projects.roles.delete" "IAM.DeleteRole" Iam Delete "v1" ROLE, ""
        query ["etag"] body None door CLOSED needs [inferred("iam.roles.delete", Itself)] operation None, undo Some(Id::ProjectRolesUndelete);
    ProjectRolesUndelete "iam.projects.roles.undelete" "IAM.UndeleteRole" Iam Post "v1" ROLE, ":undelete"
        query [] body Json door CLOSED needs [inferred("iam.roles.undelete", Itself)] operation None, undo None;
    QueryTestablePermissions "iam.permissions.queryTestablePermissions" "IAM.QueryTestablePermissions" Iam Post "v1" Kind::Nothing, "permissions:queryTestablePermissions"
        query [] body Json door CLOSED needs [] operation None, undo None;
    AccountsGet "iam.projects.serviceAccounts.get" "IAM.GetServiceAccount" Iam Get "v1" ACCOUNT, ""
        query [] body None door CLOSED needs [inferred("iam.serviceAccounts.get", Itself)] operation None, undo None;
    AccountsGetIamPolicy "iam.projects.serviceAccounts.getIamPolicy" "IAM.GetIamPolicy" Iam Post "v1" ACCOUNT, ":getIamPolicy"
        query ["options.requestedPolicyVersion"] body None door ADMINISTER
        needs [inferred("iam.serviceAccounts.getIamPolicy", Itself)] operation None, undo None;
    AccountsSetIamPolicy "iam.projects.serviceAccounts.setIamPolicy" "IAM.SetIamPolicy" Iam Post "v1" ACCOUNT, ":setIamPolicy"
        query [] body Json door ADMINISTER needs [inferred("iam.serviceAccounts.setIamPolicy", Itself)] operation None, undo None;
    AccountsTestIamPermissions "iam.projects.serviceAccounts.testIamPermissions" "IAM.TestIamPermissions" Iam Post "v1" ACCOUNT, ":testIamPermissions"
        query [] body Json door READ needs [] operation None, undo None;

        }
    };
}
