//! Allow policies: as data, as Google has them, and compared with an access request.

pub mod allow_policy;
pub mod difference;
pub mod live_policy;
pub mod recorded_name;
