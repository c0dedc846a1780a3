//! The emulated clock: seconds at Google's pace, run at a speed that may change.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A clock that starts at 0 and can be sped up, slowed down and advanced.
pub struct Clock {
    reading: Mutex<Reading>,
    /// Wakes the waits when speed or time change.
    changed: watch::Sender<()>,
}

/// The time at the last change, and the speed since then.
struct Reading {
    seconds: f64,
    at: Instant,
    speed: f64,
}

impl Reading {
    fn now(&self) -> f64 {
        self.seconds + self.at.elapsed().as_secs_f64() * self.speed
    }
}

impl Clock {
    pub fn new(speed: f64) -> Self {
        let reading = Reading { seconds: 0.0, at: Instant::now(), speed };
        Self { reading: Mutex::new(reading), changed: watch::channel(()).0 }
    }

    /// Seconds since the start.
    pub fn now(&self) -> f64 {
        self.read(Reading::now)
    }

    pub fn speed(&self) -> f64 {
        self.read(|reading| reading.speed)
    }

    pub fn set_speed(&self, speed: f64) {
        self.write(|reading| reading.speed = speed);
    }

    /// Jumps ahead; waits that end before the new time end at once.
    pub fn advance(&self, seconds: f64) {
        self.write(|reading| reading.seconds += seconds);
    }

    /// Waits for some seconds of this clock.
    pub async fn pass(&self, seconds: f64) {
        let mut changes = self.changed.subscribe();
        let end = self.now() + seconds.max(0.0);
        loop {
            changes.borrow_and_update();
            let left = self.read(|reading| (end - reading.now()) / reading.speed);
            if left <= 0.0 {
                return;
            }
            let rest = async {
                match Duration::try_from_secs_f64(left) {
                    Ok(rest) => tokio::time::sleep(rest).await,
                    Err(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                () = rest => {}
                changed = changes.changed() => {
                    // Without the sender the clock is gone.
                    if changed.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn read<T>(&self, look: impl FnOnce(&Reading) -> T) -> T {
        look(&self.reading.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, change: impl FnOnce(&mut Reading)) {
        {
            let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
            reading.seconds = reading.now();
            reading.at = Instant::now();
            change(&mut reading);
        }
        self.changed.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_ends_when_the_clock_is_advanced() {
        let clock = Clock::new(1e-9);
        let begun = Instant::now();
        let advance = async { clock.advance(3600.0) };
        tokio::join!(clock.pass(3600.0), advance);
        assert!(clock.now() >= 3600.0 && begun.elapsed().as_secs() < 60);
    }

    #[tokio::test]
    async fn a_wait_follows_the_speed() {
        let clock = Clock::new(1e-9);
        let speed_up = async { clock.set_speed(1e9) };
        tokio::join!(clock.pass(3600.0), speed_up);
        assert!(clock.now() >= 3600.0);
    }
}
