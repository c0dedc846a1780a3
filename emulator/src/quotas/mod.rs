//! Quotas of serving: their ids, limits and usage, as Cloud Quotas and Service Usage show them, and requests for more.

pub mod consumer;
pub mod ids;
pub mod infos;
pub mod preferences;
pub mod usage;
