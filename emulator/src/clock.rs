//! Time: stamps as Google writes them, and waits that run as fast as the emulator is told to.

use crate::world::Cloud;
use std::time::Duration;
use tokio::time::Instant;

/// RFC 3339, in UTC.
pub fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Waits as long as Google would, divided by the speed, which may change meanwhile.
pub async fn pass(cloud: &Cloud, seconds: f64) {
    let mut speeds = cloud.speeds();
    let mut left = seconds;
    loop {
        let speed = *speeds.borrow_and_update();
        let begun = Instant::now();
        let rest = async {
            match Duration::try_from_secs_f64(left.max(0.0) / speed) {
                Ok(rest) => tokio::time::sleep(rest).await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = rest => return,
            changed = speeds.changed() => {
                // Without its sender nobody can wait for this cloud any more.
                if changed.is_err() {
                    return;
                }
                left -= begun.elapsed().as_secs_f64() * speed;
            }
        }
    }
}
