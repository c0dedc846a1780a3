//! Vertex AI's endpoints: what is deployed to them, what they predict, and their own allow policies.

/// Adds the rows of endpoints.
macro_rules! endpoints {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    EndpointsCreate "aiplatform.projects.locations.endpoints.create" "EndpointService.CreateEndpoint" Aiplatform Post "v1" Kind::Place, "/endpoints"
        query ["endpointId"] body Json door DEPLOY needs [
            documented("aiplatform.endpoints.create", Itself),
            #[cfg(feature = "server")] guide("cloudkms.cryptoKeyVersions.useToEncrypt", AgentKey),
            #[cfg(feature = "server")] guide("cloudkms.cryptoKeyVersions.useToDecrypt", AgentKey)]
        operation following("aiplatform.endpoints.get", "aiplatform.endpoints.update", "aiplatform.endpoints.update", MethodPage),
        undo Some(Id::EndpointsDelete);
    EndpointsGet "aiplatform.projects.locations.endpoints.get" "EndpointService.GetEndpoint" Aiplatform Get "v1" Kind::Endpoint, ""
        query [] body None door READ needs [documented("aiplatform.endpoints.get", Itself)] operation None, undo None;
    EndpointsList "aiplatform.projects.locations.endpoints.list" "EndpointService.ListEndpoints" Aiplatform Get "v1" Kind::Place, "/endpoints"
        query ["filter", "orderBy", "pageSize", "pageToken", "readMask"] body None door READ
        needs [documented("aiplatform.endpoints.list", Itself)] operation None, undo None;
    EndpointsPatch "aiplatform.projects.locations.endpoints.patch" "EndpointService.UpdateEndpoint" Aiplatform Patch "v1" Kind::Endpoint, ""
        query ["updateMask"] body Json door DEPLOY needs [documented("aiplatform.endpoints.update", Itself)] operation None, undo None;
    EndpointsDelete "aiplatform.projects.locations.endpoints.delete" "EndpointService.DeleteEndpoint" Aiplatform Delete "v1" Kind::Endpoint, ""
        query [] body None door DEPLOY needs [documented("aiplatform.endpoints.delete", Itself)]
        operation following("aiplatform.endpoints.get", "aiplatform.endpoints.delete", "aiplatform.endpoints.update", MethodPage), undo None;
    EndpointsDeployModel "aiplatform.projects.locations.endpoints.deployModel" "EndpointService.DeployModel" Aiplatform Post "v1" Kind::Endpoint, ":deployModel"
        query [] body Json door DEPLOY needs [
            documented("aiplatform.endpoints.deploy", Itself), documented("iam.serviceAccounts.actAs", ServingAccount),
            #[cfg(feature = "server")] guide("iam.serviceAccounts.getAccessToken", AgentServingAccount)]
        operation following("aiplatform.endpoints.get", "aiplatform.endpoints.deploy", "aiplatform.endpoints.update", MethodPage),
        undo Some(Id::EndpointsUndeployModel);
    EndpointsUndeployModel "aiplatform.projects.locations.endpoints.undeployModel" "EndpointService.UndeployModel" Aiplatform Post "v1" Kind::Endpoint, ":undeployModel"
        query [] body Json door DEPLOY needs [documented("aiplatform.endpoints.undeploy", Itself)]
        operation following("aiplatform.endpoints.get", "aiplatform.endpoints.undeploy", "aiplatform.endpoints.update", MethodPage), undo None;
    #[cfg(feature = "server")]
    EndpointsMutateDeployedModel "aiplatform.projects.locations.endpoints.mutateDeployedModel" "EndpointService.MutateDeployedModel" Aiplatform Post "v1" Kind::Endpoint, ":mutateDeployedModel"
        query [] body Json door CLOSED needs [inferred("aiplatform.endpoints.update", Itself)]
        operation following("aiplatform.endpoints.get", "aiplatform.endpoints.update", "aiplatform.endpoints.update", Analogy), undo None;
    EndpointsPredict "aiplatform.projects.locations.endpoints.predict" "PredictionService.Predict" Aiplatform Post "v1" Kind::Endpoint, ":predict"
        query [] body Stream door PREDICT needs [documented("aiplatform.endpoints.predict", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    EndpointsRawPredict "aiplatform.projects.locations.endpoints.rawPredict" "PredictionService.RawPredict" Aiplatform Post "v1" Kind::Endpoint, ":rawPredict"
        query [] body Stream door CLOSED needs [documented("aiplatform.endpoints.predict", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    EndpointsStreamRawPredict "aiplatform.projects.locations.endpoints.streamRawPredict" "PredictionService.StreamRawPredict" Aiplatform Post "v1" Kind::Endpoint, ":streamRawPredict"
        query [] body Stream door CLOSED needs [inferred("aiplatform.endpoints.predict", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    EndpointsExplain "aiplatform.projects.locations.endpoints.explain" "PredictionService.Explain" Aiplatform Post "v1" Kind::Endpoint, ":explain"
        query [] body Stream door CLOSED needs [documented("aiplatform.endpoints.explain", Itself)] operation None, undo None;
    EndpointsGetIamPolicy "aiplatform.projects.locations.endpoints.getIamPolicy" "EndpointService.GetIamPolicy" Aiplatform Post "v1beta1" Kind::Endpoint, ":getIamPolicy"
        query ["options.requestedPolicyVersion"] body None door READ
        needs [measured("aiplatform.endpoints.getIamPolicy", Itself)] operation None, undo None;
    EndpointsSetIamPolicy "aiplatform.projects.locations.endpoints.setIamPolicy" "EndpointService.SetIamPolicy" Aiplatform Post "v1beta1" Kind::Endpoint, ":setIamPolicy"
        query [] body Json door ADMINISTER needs [measured("aiplatform.endpoints.setIamPolicy", Itself)] operation None, undo None;
    EndpointsTestIamPermissions "aiplatform.projects.locations.endpoints.testIamPermissions" "EndpointService.TestIamPermissions" Aiplatform Post "v1beta1" Kind::Endpoint, ":testIamPermissions"
        query ["permissions"] body None door READ needs [] operation None, undo None;

        }
    };
}
