//! Vertex AI's Model Registry.

/// Adds the rows of models.
macro_rules! models {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    ModelsUpload "aiplatform.projects.locations.models.upload" "ModelService.UploadModel" Aiplatform Post "v1" Kind::Place, "/models:upload"
        query [] body Json door DEPLOY needs [
            documented("aiplatform.models.upload", Itself),
            #[cfg(feature = "server")] guide("storage.objects.get", AgentBucket),
            #[cfg(feature = "server")] guide("storage.objects.list", AgentBucket),
            #[cfg(feature = "server")] guide("artifactregistry.repositories.downloadArtifacts", AgentRepository),
            #[cfg(feature = "server")] guide("cloudkms.cryptoKeyVersions.useToEncrypt", AgentKey),
            #[cfg(feature = "server")] guide("cloudkms.cryptoKeyVersions.useToDecrypt", AgentKey)]
        operation following("aiplatform.models.get", "aiplatform.models.update", "aiplatform.models.get", MethodPage),
        undo Some(Id::ModelsDelete);
    ModelsGet "aiplatform.projects.locations.models.get" "ModelService.GetModel" Aiplatform Get "v1" Kind::Model, ""
        query [] body None door READ needs [documented("aiplatform.models.get", Itself)] operation None, undo None;
    ModelsList "aiplatform.projects.locations.models.list" "ModelService.ListModels" Aiplatform Get "v1" Kind::Place, "/models"
        query ["filter", "orderBy", "pageSize", "pageToken", "readMask"] body None door READ
        needs [documented("aiplatform.models.list", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    ModelsListVersions "aiplatform.projects.locations.models.listVersions" "ModelService.ListModelVersions" Aiplatform Get "v1" Kind::Model, ":listVersions"
        query ["filter", "orderBy", "pageSize", "pageToken", "readMask"] body None door READ
        needs [inferred("aiplatform.models.get", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    ModelsPatch "aiplatform.projects.locations.models.patch" "ModelService.UpdateModel" Aiplatform Patch "v1" Kind::Model, ""
        query ["updateMask"] body Json door CLOSED needs [documented("aiplatform.models.update", Itself)] operation None, undo None;
    ModelsDelete "aiplatform.projects.locations.models.delete" "ModelService.DeleteModel" Aiplatform Delete "v1" Kind::Model, ""
        query [] body None door DEPLOY needs [documented("aiplatform.models.delete", Itself)]
        operation following("aiplatform.models.get", "aiplatform.models.delete", "aiplatform.models.get", MethodPage), undo None;
    #[cfg(feature = "server")]
    ModelsDeleteVersion "aiplatform.projects.locations.models.deleteVersion" "ModelService.DeleteModelVersion" Aiplatform Delete "v1" Kind::Model, ":deleteVersion"
        query [] body None door CLOSED needs [inferred("aiplatform.models.delete", Itself)]
        operation following("aiplatform.models.get", "aiplatform.models.delete", "aiplatform.models.get", Analogy), undo None;
    #[cfg(feature = "server")]
    ModelsMergeVersionAliases "aiplatform.projects.locations.models.mergeVersionAliases" "ModelService.MergeVersionAliases" Aiplatform Post "v1" Kind::Model, ":mergeVersionAliases"
        query [] body Json door CLOSED needs [inferred("aiplatform.models.update", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    ModelsCopy "aiplatform.projects.locations.models.copy" "ModelService.CopyModel" Aiplatform Post "v1" Kind::Place, "/models:copy"
        query [] body Json door CLOSED needs [inferred("aiplatform.models.upload", Itself), inferred("aiplatform.models.get", Itself)]
        operation following("aiplatform.models.get", "aiplatform.models.update", "aiplatform.models.get", Analogy), undo Some(Id::ModelsDelete);
    #[cfg(feature = "server")]
    ModelsExport "aiplatform.projects.locations.models.export" "ModelService.ExportModel" Aiplatform Post "v1" Kind::Model, ":export"
        query [] body Json door CLOSED needs [documented("aiplatform.models.export", Itself)]
        operation following("aiplatform.models.get", "aiplatform.models.export", "aiplatform.models.get", MethodPage), undo None;
    // Model Garden: one call does what three others do.
    #[cfg(feature = "server")]
    LocationsDeploy "aiplatform.projects.locations.deploy" "ModelGardenService.Deploy" Aiplatform Post "v1" Kind::Place, ":deploy"
        query [] body Json door CLOSED needs [
            inferred("aiplatform.models.upload", Itself), inferred("aiplatform.endpoints.create", Itself),
            inferred("aiplatform.endpoints.deploy", Itself)]
        operation following("aiplatform.endpoints.get", "aiplatform.endpoints.deploy", "aiplatform.endpoints.update", Analogy), undo None;

        }
    };
}
