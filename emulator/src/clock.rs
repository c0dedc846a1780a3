//! Time: stamps as Google writes them, and waits that run faster.

use crate::world::Cloud;
use std::time::Duration;

/// RFC 3339, in UTC.
pub fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Waits as long as Google would, divided by the speed at this moment.
pub async fn pass(cloud: &Cloud, seconds: f64) {
    let speed = cloud.world().speed.max(0.001);
    tokio::time::sleep(Duration::from_secs_f64(seconds / speed)).await;
}
