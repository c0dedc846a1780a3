//! The state that all requests share, and the adjustable clock.

use crate::state::seed::Seed;
use crate::state::world::World;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The shared state; every change wakes the tasks that wait for one.
#[derive(Clone)]
pub struct Cloud {
    world: Arc<Mutex<World>>,
    changed: watch::Sender<u64>,
    /// Speed relative to Google.
    speed: watch::Sender<f64>,
    seed: Arc<Seed>,
    /// The last fetched keys of each issuer.
    keys: Arc<Mutex<HashMap<String, Value>>>,
}

impl Cloud {
    pub fn new(seed: Seed, speed: f64) -> Self {
        let world = seed.world();
        Self {
            world: Arc::new(Mutex::new(world)),
            changed: watch::channel(0).0,
            speed: watch::channel(speed).0,
            seed: Arc::new(seed),
            keys: Arc::default(),
        }
    }

    /// Locks the state. The guard is not `Send`, so it is never held across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes every task that waits for a change.
    pub fn announce(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub fn speed(&self) -> f64 {
        *self.speed.borrow()
    }

    pub fn set_speed(&self, speed: f64) {
        self.speed.send_replace(speed);
    }

    /// Waits as long as Google would, divided by the speed, which may change during the wait.
    pub async fn pass(&self, seconds: f64) {
        let mut speeds = self.speed.subscribe();
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
                    // Without the sender the cloud is gone.
                    if changed.is_err() {
                        return;
                    }
                    left -= begun.elapsed().as_secs_f64() * speed;
                }
            }
        }
    }

    /// Replaces the state with the seed's.
    pub fn reset(&self) {
        *self.world() = self.seed.world();
        self.announce();
    }

    pub fn cached_keys(&self, issuer: &str) -> Option<Value> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned()
    }

    pub fn cache_keys(&self, issuer: &str, keys: Value) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned(), keys);
    }
}
