//! The entries, in groups; within a group, the more specific entry stands first.
//!
//! A group is a static of its own, so that the linker keeps only those that a build names: browsers need none of [`SERVING`].

mod accelerator;
mod access;
mod agent;
mod container;
mod endpoint;
mod identity;
mod organization;
mod project;
mod quota;
mod request;
mod server;
mod source;

use super::entry::{Entry, Row, rows};

macro_rules! rows_of {
    ($name:ident, $group:ident) => {
        static $name: [Row; $group::ENTRIES.len()] = rows(&$group::ENTRIES);
    };
}

rows_of!(ACCESS, access);
rows_of!(PROJECT, project);
rows_of!(AGENT, agent);
rows_of!(ORGANIZATION, organization);
rows_of!(QUOTA, quota);
rows_of!(REQUEST, request);
rows_of!(ENDPOINT, endpoint);
rows_of!(SERVER, server);
rows_of!(ACCELERATOR, accelerator);
rows_of!(CONTAINER, container);
rows_of!(STS, identity);

/// Rows for the answer to a read.
pub static READS: [&[Row]; 1] = [&ACCESS];
/// Rows for the answer to a call.
pub static CALLS: [&[Row]; 7] = [&ORGANIZATION, &AGENT, &ACCESS, &PROJECT, &QUOTA, &REQUEST, &ENDPOINT];
/// Rows for the end of an operation, with the log of the container.
pub static SERVING: [&[Row]; 10] =
    [&ACCELERATOR, &CONTAINER, &ORGANIZATION, &AGENT, &ACCESS, &PROJECT, &QUOTA, &REQUEST, &ENDPOINT, &SERVER];
/// Rows for a token that Google denies.
pub static IDENTITY: [&[Row]; 3] = [&STS, &ACCESS, &PROJECT];

/// All entries, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    let groups: [&'static [Entry]; 11] = [
        &access::ENTRIES,
        &project::ENTRIES,
        &agent::ENTRIES,
        &organization::ENTRIES,
        &quota::ENTRIES,
        &request::ENTRIES,
        &endpoint::ENTRIES,
        &server::ENTRIES,
        &accelerator::ENTRIES,
        &container::ENTRIES,
        &identity::ENTRIES,
    ];
    groups.into_iter().flatten()
}
