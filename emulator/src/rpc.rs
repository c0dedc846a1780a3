//! The whole name of a method's rpc, as errors and audit entries have it. Source: the names of
//! `google.cloud.aiplatform.v1`. Unverified: those of policies' methods.

/// End of the method's name in the discovery document, service and rpc.
const RPCS: &[(&str, &str, &str)] = &[
    ("publishers.models.get", "ModelGardenService", "GetPublisherModel"),
    ("endpoints.create", "EndpointService", "CreateEndpoint"),
    ("endpoints.get", "EndpointService", "GetEndpoint"),
    ("endpoints.list", "EndpointService", "ListEndpoints"),
    ("endpoints.patch", "EndpointService", "UpdateEndpoint"),
    ("endpoints.update", "EndpointService", "UpdateEndpointLongRunning"),
    ("endpoints.delete", "EndpointService", "DeleteEndpoint"),
    ("endpoints.deployModel", "EndpointService", "DeployModel"),
    ("endpoints.undeployModel", "EndpointService", "UndeployModel"),
    ("endpoints.mutateDeployedModel", "EndpointService", "MutateDeployedModel"),
    ("endpoints.getIamPolicy", "EndpointService", "GetIamPolicy"),
    ("endpoints.setIamPolicy", "EndpointService", "SetIamPolicy"),
    ("endpoints.predict", "PredictionService", "Predict"),
    ("endpoints.rawPredict", "PredictionService", "RawPredict"),
    ("endpoints.streamRawPredict", "PredictionService", "StreamRawPredict"),
    ("endpoints.chat.completions", "PredictionService", "ChatCompletions"),
    ("models.upload", "ModelService", "UploadModel"),
    ("models.getIamPolicy", "ModelService", "GetIamPolicy"),
    ("models.setIamPolicy", "ModelService", "SetIamPolicy"),
    ("models.get", "ModelService", "GetModel"),
    ("models.list", "ModelService", "ListModels"),
    ("models.listVersions", "ModelService", "ListModelVersions"),
    ("models.patch", "ModelService", "UpdateModel"),
    ("models.copy", "ModelService", "CopyModel"),
    ("models.delete", "ModelService", "DeleteModel"),
    ("models.deleteVersion", "ModelService", "DeleteModelVersion"),
    ("models.mergeVersionAliases", "ModelService", "MergeVersionAliases"),
    ("deploymentResourcePools.create", "DeploymentResourcePoolService", "CreateDeploymentResourcePool"),
    ("deploymentResourcePools.get", "DeploymentResourcePoolService", "GetDeploymentResourcePool"),
    ("deploymentResourcePools.list", "DeploymentResourcePoolService", "ListDeploymentResourcePools"),
    ("deploymentResourcePools.patch", "DeploymentResourcePoolService", "UpdateDeploymentResourcePool"),
    ("deploymentResourcePools.delete", "DeploymentResourcePoolService", "DeleteDeploymentResourcePool"),
    ("deploymentResourcePools.queryDeployedModels", "DeploymentResourcePoolService", "QueryDeployedModels"),
    ("locations.deploy", "ModelGardenService", "Deploy"),
    ("locations.recommendSpec", "ModelService", "RecommendSpec"),
];

/// Returns e.g. `google.cloud.aiplatform.v1.EndpointService.ListEndpoints` for a method of Vertex AI.
pub fn of(name: &str, version: &str) -> Option<String> {
    let name = name.strip_prefix("aiplatform.")?;
    if let Some(verb) = name.rsplit_once(".operations.").map(|(_, verb)| verb) {
        let (first, rest) = verb.split_at_checked(1)?;
        return Some(format!("google.longrunning.Operations.{}{rest}Operation", first.to_ascii_uppercase()));
    }
    let (_, service, rpc) = RPCS
        .iter()
        .find(|(end, ..)| name.strip_suffix(end).is_some_and(|start| start.ends_with('.') || start.is_empty()))?;
    Some(format!("google.cloud.aiplatform.{version}.{service}.{rpc}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_the_rpc() {
        for (name, rpc) in [
            (
                "aiplatform.projects.locations.endpoints.list",
                Some("google.cloud.aiplatform.v1.EndpointService.ListEndpoints"),
            ),
            (
                "aiplatform.publishers.models.get",
                Some("google.cloud.aiplatform.v1.ModelGardenService.GetPublisherModel"),
            ),
            (
                "aiplatform.projects.locations.endpoints.operations.get",
                Some("google.longrunning.Operations.GetOperation"),
            ),
            ("iam.projects.roles.list", None),
        ] {
            assert_eq!(super::of(name, "v1").as_deref(), rpc, "{name}");
        }
    }
}
