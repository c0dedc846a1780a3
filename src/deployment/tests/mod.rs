//! Deployments against an abstract Google.

mod google;
mod laws;
mod races;
mod scene;
mod stories;
