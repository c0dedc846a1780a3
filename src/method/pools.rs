//! Vertex AI's deployment resource pools: machines that several deployed models share.

/// Adds the rows of deployment resource pools.
macro_rules! pools {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    PoolsCreate "aiplatform.projects.locations.deploymentResourcePools.create" "DeploymentResourcePoolService.CreateDeploymentResourcePool" Aiplatform Post "v1" Kind::Place, "/deploymentResourcePools"
        query [] body Json door CLOSED needs [measured("aiplatform.deploymentResourcePools.create", Itself)]
        operation following("aiplatform.deploymentResourcePools.get", "aiplatform.deploymentResourcePools.create", "aiplatform.deploymentResourcePools.delete", Analogy),
        undo Some(Id::PoolsDelete);
    PoolsGet "aiplatform.projects.locations.deploymentResourcePools.get" "DeploymentResourcePoolService.GetDeploymentResourcePool" Aiplatform Get "v1" POOL, ""
        query [] body None door CLOSED needs [measured("aiplatform.deploymentResourcePools.get", Itself)] operation None, undo None;
    PoolsList "aiplatform.projects.locations.deploymentResourcePools.list" "DeploymentResourcePoolService.ListDeploymentResourcePools" Aiplatform Get "v1" Kind::Place, "/deploymentResourcePools"
        query ["pageSize", "pageToken"] body None door CLOSED needs [measured("aiplatform.deploymentResourcePools.list", Itself)] operation None, undo None;
    PoolsPatch "aiplatform.projects.locations.deploymentResourcePools.patch" "DeploymentResourcePoolService.UpdateDeploymentResourcePool" Aiplatform Patch "v1" POOL, ""
        query ["updateMask"] body Json door CLOSED needs [inferred("aiplatform.deploymentResourcePools.update", Itself)]
        operation following("aiplatform.deploymentResourcePools.get", "aiplatform.deploymentResourcePools.update", "aiplatform.deploymentResourcePools.delete", Analogy), undo None;
    PoolsDelete "aiplatform.projects.locations.deploymentResourcePools.delete" "DeploymentResourcePoolService.DeleteDeploymentResourcePool" Aiplatform Delete "v1" POOL, ""
        query [] body None door CLOSED needs [measured("aiplatform.deploymentResourcePools.delete", Itself)]
        operation following("aiplatform.deploymentResourcePools.get", "aiplatform.deploymentResourcePools.delete", "aiplatform.deploymentResourcePools.delete", Analogy), undo None;
    PoolsQueryDeployedModels "aiplatform.projects.locations.deploymentResourcePools.queryDeployedModels" "DeploymentResourcePoolService.QueryDeployedModels" Aiplatform Get "v1" POOL, ":queryDeployedModels"
        query ["pageSize", "pageToken"] body None door CLOSED
        needs [measured("aiplatform.deploymentResourcePools.queryDeployedModels", Itself)] operation None, undo None;

        }
    };
}
