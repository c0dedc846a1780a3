//! Vertex AI's deployment resource pools: machines that deployed models share.

use super::{
    Body, Door, Kind, Method,
    On::Itself,
    Service,
    Source::Analogy,
    Verb,
    need::{following, measured, reference},
    resource::POOL,
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] =
    &[&POOLS_CREATE, &POOLS_GET, &POOLS_LIST, &POOLS_PATCH, &POOLS_DELETE, &POOLS_QUERY_DEPLOYED_MODELS];

pub static POOLS_CREATE: Method = Method {
    name: "aiplatform.projects.locations.deploymentResourcePools.create",
    audit_name: "DeploymentResourcePoolService.CreateDeploymentResourcePool",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Place,
    suffix: "/deploymentResourcePools",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[measured("aiplatform.deploymentResourcePools.create", Itself)],
    operation: following(
        "aiplatform.deploymentResourcePools.get",
        "aiplatform.deploymentResourcePools.create",
        "aiplatform.deploymentResourcePools.delete",
        Analogy,
    ),
    undone_by: Some(&POOLS_DELETE),
    ..Method::DEFAULT
};

pub static POOLS_GET: Method = Method {
    name: "aiplatform.projects.locations.deploymentResourcePools.get",
    audit_name: "DeploymentResourcePoolService.GetDeploymentResourcePool",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: POOL,
    door: Door::Closed,
    needs: &[measured("aiplatform.deploymentResourcePools.get", Itself)],
    ..Method::DEFAULT
};

pub static POOLS_LIST: Method = Method {
    name: "aiplatform.projects.locations.deploymentResourcePools.list",
    audit_name: "DeploymentResourcePoolService.ListDeploymentResourcePools",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Place,
    suffix: "/deploymentResourcePools",
    query: &["pageSize", "pageToken"],
    door: Door::Closed,
    needs: &[measured("aiplatform.deploymentResourcePools.list", Itself)],
    ..Method::DEFAULT
};

pub static POOLS_PATCH: Method = Method {
    name: "aiplatform.projects.locations.deploymentResourcePools.patch",
    audit_name: "DeploymentResourcePoolService.UpdateDeploymentResourcePool",
    service: Service::Aiplatform,
    verb: Verb::Patch,
    version: "v1",
    on: POOL,
    query: &["updateMask"],
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[reference("aiplatform.deploymentResourcePools.update", Itself)],
    operation: following(
        "aiplatform.deploymentResourcePools.get",
        "aiplatform.deploymentResourcePools.update",
        "aiplatform.deploymentResourcePools.delete",
        Analogy,
    ),
    ..Method::DEFAULT
};

pub static POOLS_DELETE: Method = Method {
    name: "aiplatform.projects.locations.deploymentResourcePools.delete",
    audit_name: "DeploymentResourcePoolService.DeleteDeploymentResourcePool",
    service: Service::Aiplatform,
    verb: Verb::Delete,
    version: "v1",
    on: POOL,
    door: Door::Closed,
    needs: &[measured("aiplatform.deploymentResourcePools.delete", Itself)],
    operation: following(
        "aiplatform.deploymentResourcePools.get",
        "aiplatform.deploymentResourcePools.delete",
        "aiplatform.deploymentResourcePools.delete",
        Analogy,
    ),
    ..Method::DEFAULT
};

pub static POOLS_QUERY_DEPLOYED_MODELS: Method = Method {
    name: "aiplatform.projects.locations.deploymentResourcePools.queryDeployedModels",
    audit_name: "DeploymentResourcePoolService.QueryDeployedModels",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: POOL,
    suffix: ":queryDeployedModels",
    query: &["pageSize", "pageToken"],
    door: Door::Closed,
    needs: &[measured("aiplatform.deploymentResourcePools.queryDeployedModels", Itself)],
    ..Method::DEFAULT
};
