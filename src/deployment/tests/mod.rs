//! Deployments against an abstract Google.

mod changes;
mod google;
mod laws;
mod races;
mod scene;
mod stories;
