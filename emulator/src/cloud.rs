//! The state that all requests share.

use crate::clock::Clock;
use crate::state::seed::Seed;
use crate::state::world::World;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The shared state; every change wakes the tasks that wait for one.
#[derive(Clone)]
pub struct Cloud {
    world: Arc<Mutex<World>>,
    changed: watch::Sender<u64>,
    clock: Arc<Clock>,
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
            clock: Arc::new(Clock::new(speed)),
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

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Waits as long as Google would, divided by the speed, which may change during the wait.
    pub async fn pass(&self, seconds: f64) {
        self.clock.pass(seconds).await;
    }

    /// Replaces the state with the seed's; forgets the issuers' keys.
    pub fn reset(&self) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut world = self.world();
        let calls = world.calls.emptied();
        *world = self.seed.world();
        world.calls = calls;
        drop(world);
        self.announce();
    }

    pub fn cached_keys(&self, issuer: &str) -> Option<Value> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned()
    }

    pub fn cache_keys(&self, issuer: &str, keys: Value) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned(), keys);
    }
}
