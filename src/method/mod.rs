//! The table of Google methods: requests, permissions, the proxy's allow-list, audit names and the reference page read it.
//!
//! A row is a `static` in the file of its service. Code names the row that it calls, so a build links the rows it uses and no others.
//! Verbs, paths and query parameters: Google's discovery documents `aiplatform.v1`, `aiplatform.v1beta1`, `artifactregistry.v1`, `cloudkms.v1`, `cloudquotas.v1`, `iam.v1`, `sts.v1`,
//! `iamcredentials.v1`, `cloudresourcemanager.v3`, `serviceusage.v1`, `logging.v2`, `monitoring.v3`, `orgpolicy.v2`,
//! `policytroubleshooter.v3`, `storage.v1`, and `pam.proto` for Privileged
//! Access Manager. Permissions: see [`Source`].

mod body;
mod call;
pub mod container_log;
mod need;
pub mod resource;
mod row;
mod service;

mod credentials;
mod endpoints;
mod iam;
mod keys;
mod models;
mod observe;
mod operations;
mod policies;
mod pools;
mod privileged;
mod project;
mod quotas;
mod registry;
mod storage;

pub use body::{Body, BodyRules, Field, PATH_FIELDS, Shape};
pub use call::{Call, Permission, find, percent_encode};
pub use need::{Confidence, Following, Need, On, Source};
pub use resource::{Kind, Resource};
pub use row::{Access, Door, Method};
pub use service::{Service, Verb};

pub use {
    credentials::*, endpoints::*, iam::*, keys::*, models::*, observe::*, operations::*, policies::*, pools::*,
    privileged::*, project::*, quotas::*, registry::*, storage::*,
};

/// The rows of each file, sorted by service and resource.
const FILES: [&[&Method]; 14] = [
    models::ROWS,
    endpoints::ROWS,
    operations::ROWS,
    pools::ROWS,
    project::ROWS,
    iam::ROWS,
    credentials::ROWS,
    privileged::ROWS,
    observe::ROWS,
    quotas::ROWS,
    registry::ROWS,
    storage::ROWS,
    keys::ROWS,
    policies::ROWS,
];

/// Every method.
pub static METHODS: [&Method; count()] = join();

/// Finds a method by its name in Google's discovery documents.
pub fn named(name: &str) -> Option<&'static Method> {
    METHODS.into_iter().find(|method| method.name == name)
}

const fn count() -> usize {
    let (mut count, mut file) = (0, 0);
    while file < FILES.len() {
        count += FILES[file].len();
        file += 1;
    }
    count
}

const fn join() -> [&'static Method; count()] {
    let mut all = [FILES[0][0]; count()];
    let (mut at, mut file) = (0, 0);
    while file < FILES.len() {
        let mut row = 0;
        while row < FILES[file].len() {
            all[at] = FILES[file][row];
            at += 1;
            row += 1;
        }
        file += 1;
    }
    all
}

#[cfg(test)]
pub(crate) mod tests;
