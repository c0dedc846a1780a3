//! Projects and the APIs that they have switched on.

/// Adds the rows of projects.
macro_rules! project {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    #[cfg(feature = "server")]
    ProjectsGet "cloudresourcemanager.projects.get" "Projects.GetProject" CloudResourceManager Get "v3" Kind::Project, ""
        query [] body None door CLOSED needs [guide("resourcemanager.projects.get", Itself)] operation None, undo None;
    ProjectsGetIamPolicy "cloudresourcemanager.projects.getIamPolicy" "Projects.GetIamPolicy" CloudResourceManager Post "v3" Kind::Project, ":getIamPolicy"
        query [] body Json door READ needs [guide("resourcemanager.projects.getIamPolicy", Itself)] operation None, undo None;
    ProjectsSetIamPolicy "cloudresourcemanager.projects.setIamPolicy" "Projects.SetIamPolicy" CloudResourceManager Post "v3" Kind::Project, ":setIamPolicy"
        query [] body Json door ADMINISTER needs [guide("resourcemanager.projects.setIamPolicy", Itself)] operation None, undo None;
    ProjectsTestIamPermissions "cloudresourcemanager.projects.testIamPermissions" "Projects.TestIamPermissions" CloudResourceManager Post "v3" Kind::Project, ":testIamPermissions"
        query [] body Json door READ needs [] operation None, undo None;
    #[cfg(feature = "server")]
    ServicesGet "serviceusage.services.get" "ServiceUsage.GetService" ServiceUsage Get "v1" API, ""
        query [] body None door CLOSED needs [inferred("serviceusage.services.get", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    ServicesEnable "serviceusage.services.enable" "ServiceUsage.EnableService" ServiceUsage Post "v1" API, ":enable"
        query [] body Json door CLOSED needs [inferred("serviceusage.services.enable", Itself)] operation None, undo None;

        }
    };
}
