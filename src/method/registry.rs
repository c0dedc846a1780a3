//! Artifact Registry: images, and the allow policies of repositories.

use super::{
    Method,
    On::Itself,
    Service, Verb,
    need::guide,
    resource::{DOCKER_IMAGE, REPOSITORY},
    row::READ,
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[&DOCKER_IMAGES_GET, &DOCKER_IMAGES_LIST, &REPOSITORIES_GET_IAM_POLICY];

// https://docs.cloud.google.com/artifact-registry/docs/access-control, read 2026-11-28; so the other rows here.
pub static DOCKER_IMAGES_GET: Method = Method {
    name: "artifactregistry.projects.locations.repositories.dockerImages.get",
    audit_name: "ArtifactRegistry.GetDockerImage",
    service: Service::ArtifactRegistry,
    verb: Verb::Get,
    on: DOCKER_IMAGE,
    door: READ,
    needs: &[guide("artifactregistry.dockerimages.get", Itself)],
    ..Method::DEFAULT
};

pub static DOCKER_IMAGES_LIST: Method = Method {
    name: "artifactregistry.projects.locations.repositories.dockerImages.list",
    audit_name: "ArtifactRegistry.ListDockerImages",
    service: Service::ArtifactRegistry,
    verb: Verb::Get,
    on: REPOSITORY,
    suffix: "/dockerImages",
    query: &["pageSize", "pageToken"],
    door: READ,
    needs: &[guide("artifactregistry.dockerimages.list", Itself)],
    ..Method::DEFAULT
};

pub static REPOSITORIES_GET_IAM_POLICY: Method = Method {
    name: "artifactregistry.projects.locations.repositories.getIamPolicy",
    audit_name: "ArtifactRegistry.GetIamPolicy",
    service: Service::ArtifactRegistry,
    verb: Verb::Get,
    on: REPOSITORY,
    suffix: ":getIamPolicy",
    query: &["options.requestedPolicyVersion"],
    door: READ,
    needs: &[guide("artifactregistry.repositories.getIamPolicy", Itself)],
    ..Method::DEFAULT
};
