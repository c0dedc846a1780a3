//! Long-running operations. Google checks the permission to follow one on its parent.

use super::{
    Door, Kind, Method,
    On::{Itself, ParentEndpoint, ParentOther},
    Service, Verb,
    need::{documented, inferred},
    row::{DEPLOY, READ},
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[
    &ENDPOINT_OPERATIONS_LIST,
    &OPERATIONS_LIST,
    &OPERATIONS_GET,
    &OPERATIONS_WAIT,
    &OPERATIONS_CANCEL,
    &OPERATIONS_DELETE,
];

pub static ENDPOINT_OPERATIONS_LIST: Method = Method {
    name: "aiplatform.projects.locations.endpoints.operations.list",
    audit_name: "Operations.ListOperations",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Endpoint,
    suffix: "/operations",
    query: &["filter", "pageSize", "pageToken"],
    door: READ,
    needs: &[inferred("aiplatform.operations.list", Itself)],
    is_status: true,
    ..Method::DEFAULT
};

pub static OPERATIONS_LIST: Method = Method {
    name: "aiplatform.projects.locations.operations.list",
    audit_name: "Operations.ListOperations",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Place,
    suffix: "/operations",
    query: &["filter", "pageSize", "pageToken"],
    door: READ,
    needs: &[inferred("aiplatform.operations.list", Itself)],
    ..Method::DEFAULT
};

pub static OPERATIONS_GET: Method = Method {
    name: "aiplatform.projects.locations.operations.get",
    audit_name: "Operations.GetOperation",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Operation,
    door: READ,
    needs: &[documented("aiplatform.endpoints.get", ParentEndpoint), documented("aiplatform.models.get", ParentOther)],
    is_open_to_services: true,
    ..Method::DEFAULT
};

pub static OPERATIONS_WAIT: Method = Method {
    name: "aiplatform.projects.locations.operations.wait",
    audit_name: "Operations.WaitOperation",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Operation,
    suffix: ":wait",
    query: &["timeout"],
    door: READ,
    needs: &[documented("aiplatform.endpoints.get", ParentEndpoint), documented("aiplatform.models.get", ParentOther)],
    without: "the result of Google's operation is unknown",
    is_open_to_services: true,
    ..Method::DEFAULT
};

// Cancelling needs the permission of the method that started the operation. Of an endpoint's operations the product cancels
// deployments only.
pub static OPERATIONS_CANCEL: Method = Method {
    name: "aiplatform.projects.locations.operations.cancel",
    audit_name: "Operations.CancelOperation",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Operation,
    suffix: ":cancel",
    door: DEPLOY,
    needs: &[
        documented("aiplatform.endpoints.deploy", ParentEndpoint),
        documented("aiplatform.models.update", ParentOther),
    ],
    without: "a running deployment cannot be cancelled",
    ..Method::DEFAULT
};

pub static OPERATIONS_DELETE: Method = Method {
    name: "aiplatform.projects.locations.operations.delete",
    audit_name: "Operations.DeleteOperation",
    service: Service::Aiplatform,
    verb: Verb::Delete,
    version: "v1",
    on: Kind::Operation,
    door: Door::Closed,
    needs: &[
        documented("aiplatform.endpoints.update", ParentEndpoint),
        documented("aiplatform.models.get", ParentOther),
    ],
    ..Method::DEFAULT
};
