//! Quotas of serving: their ids, limits and usage.

pub mod ids;
pub mod usage;
