//! Long-running operations. Following one takes the permission of its parent.

/// Adds the rows of operations.
macro_rules! operations {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    EndpointOperationsList "aiplatform.projects.locations.endpoints.operations.list" "Operations.ListOperations" Aiplatform Get "v1" Kind::Endpoint, "/operations"
        query ["filter", "pageSize", "pageToken"] body None door READ
        needs [inferred("aiplatform.operations.list", Itself)] operation None, undo None;
    OperationsList "aiplatform.projects.locations.operations.list" "Operations.ListOperations" Aiplatform Get "v1" Kind::Place, "/operations"
        query ["filter", "pageSize", "pageToken"] body None door READ
        needs [inferred("aiplatform.operations.list", Itself)] operation None, undo None;
    OperationsGet "aiplatform.projects.locations.operations.get" "Operations.GetOperation" Aiplatform Get "v1" Kind::Operation, ""
        query [] body None door READ
        needs [documented("aiplatform.endpoints.get", ParentEndpoint), documented("aiplatform.models.get", ParentOther)] operation None, undo None;
    OperationsWait "aiplatform.projects.locations.operations.wait" "Operations.WaitOperation" Aiplatform Post "v1" Kind::Operation, ":wait"
        query ["timeout"] body None door READ
        needs [documented("aiplatform.endpoints.get", ParentEndpoint), documented("aiplatform.models.get", ParentOther)] operation None, undo None;
    // The right to cancel is that of the method that began it; of an endpoint's operations, the product cancels deployments.
    OperationsCancel "aiplatform.projects.locations.operations.cancel" "Operations.CancelOperation" Aiplatform Post "v1" Kind::Operation, ":cancel"
        query [] body None door DEPLOY
        needs [documented("aiplatform.endpoints.deploy", ParentEndpoint), documented("aiplatform.models.update", ParentOther)] operation None, undo None;
    #[cfg(feature = "server")]
    OperationsDelete "aiplatform.projects.locations.operations.delete" "Operations.DeleteOperation" Aiplatform Delete "v1" Kind::Operation, ""
        query [] body None door CLOSED
        needs [documented("aiplatform.endpoints.update", ParentEndpoint), documented("aiplatform.models.get", ParentOther)] operation None, undo None;

        }
    };
}
