//! Deployments against an abstract Google.

mod google;
mod laws;
mod scene;
mod stories;
