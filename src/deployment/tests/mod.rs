//! Deployments against an abstract Google.

mod changes;
mod delegation;
mod evidence;
mod failures;
mod google;
mod laws;
mod others;
mod polling;
mod private;
mod races;
mod restored;
mod scene;
mod stories;
mod values;
mod versions;
