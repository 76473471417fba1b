//! A flag for closures that come in the midst of a computation.

#![allow(unsafe_code)]

use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that an interrupt raises and a loop looks at: see [`preempt`](super::preempt).
///
/// An `AtomicBool` is not enough there: WebAssembly without threads has no atomic operations, so the compiler takes the load of one for
/// an ordinary load, and may move it out of the loop. Looking at this one is never moved.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    pub const fn new() -> Flag {
        Flag(AtomicBool::new(false))
    }

    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn lower(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    pub fn is_raised(&self) -> bool {
        if cfg!(all(target_arch = "wasm32", not(target_feature = "atomics"))) {
            // SAFETY: an `AtomicBool` is laid out as a `bool`, which `&self` keeps alive and initialized, and which may change behind a
            // shared reference. There is one thread, so nothing writes it during the read.
            unsafe { ptr::read_volatile(&self.0 as *const AtomicBool as *const bool) }
        } else {
            self.0.load(Ordering::SeqCst)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_raised_until_it_is_lowered() {
        static FLAG: Flag = Flag::new();
        assert!(!FLAG.is_raised());
        FLAG.raise();
        assert!(FLAG.is_raised());
        FLAG.lower();
        assert!(!FLAG.is_raised());
    }
}
