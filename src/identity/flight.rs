//! A flight: one running piece of work whose result several callers await.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

thread_local! {
    /// Number of panics. In wasm a panic drops nothing, so the work in which it occurred never lands.
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// Notes a panic: work that began before it may never land.
pub fn note_panic() {
    PANICS.set(PANICS.get() + 1);
}

struct State<T> {
    result: Option<T>,
    /// Number of panics when the work began.
    panics: usize,
    waiting: Vec<Waker>,
}

/// A handle on the work; clones share it.
pub struct Flight<T>(Rc<RefCell<State<T>>>);

impl<T> Clone for Flight<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(State { result: None, panics: PANICS.get(), waiting: Vec::new() })))
    }
}

impl<T: Clone> Flight<T> {
    /// Publishes the result to every caller.
    pub fn land(&self, result: T) {
        let waiting = {
            let mut state = self.0.borrow_mut();
            state.result = Some(result);
            std::mem::take(&mut state.waiting)
        };
        for waker in waiting {
            waker.wake();
        }
    }

    /// Whether the core has panicked since the work began.
    pub fn may_be_lost(&self) -> bool {
        self.0.borrow().panics != PANICS.get()
    }

    /// Returns the result once the work has landed.
    pub fn result(&self) -> Option<T> {
        self.0.borrow().result.clone()
    }

    /// Waits for the result.
    pub async fn landed(&self) -> T {
        poll_fn(|context| {
            let mut state = self.0.borrow_mut();
            match &state.result {
                Some(result) => Poll::Ready(result.clone()),
                None => {
                    state.waiting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake};

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn wakes_every_caller_and_gives_each_the_result() {
        let woken = Arc::new(Woken::default());
        let waker = Arc::clone(&woken).into();
        let mut context = Context::from_waker(&waker);
        let flight = Flight::default();
        let (first, second) = (flight.clone(), flight.clone());
        let (mut first, mut second) = (pin!(first.landed()), pin!(second.landed()));
        assert!(first.as_mut().poll(&mut context).is_pending() && second.as_mut().poll(&mut context).is_pending());
        flight.land(7);
        assert_eq!(woken.0.load(Ordering::Relaxed), 2);
        assert_eq!(first.as_mut().poll(&mut context), Poll::Ready(7));
        assert_eq!(second.as_mut().poll(&mut context), Poll::Ready(7));
    }
}
