//! Interrupts that come to this atom. [`radon::interrupt`](crate::interrupt()) sends one.

use std::cell::Cell;
use std::marker::PhantomData;

use crate::message::Message;
use crate::outcome::{failure, Outcome};
use crate::{bytes, callback, host, Result};

mod flag;

pub use flag::Flag;

/// Runs a closure whenever the signal arrives, even while the atom is blocked. A later call for the same signal takes the place of an
/// earlier one. An interrupt that nothing is registered for is dropped.
///
/// It runs on top of the code that is blocked, and may be interrupted itself: see [callbacks](crate#callbacks). An error that it returns
/// is logged.
pub fn on<R: Outcome>(signal: i32, handler: impl Fn(Message) -> R + 'static) -> Result<()> {
    callback::set_interrupt(signal, move |message| {
        if let Some(error) = failure(handler(message)) {
            crate::error!("{}", error);
        }
    });
    bytes::done(host::interrupt_on(signal, signal))
}

/// No longer runs a closure for the signal; false if there was none.
pub fn off(signal: i32) -> Result<bool> {
    let was_on = bytes::was_found(host::interrupt_off(signal));
    callback::remove_interrupt(signal);
    was_on
}

thread_local! {
    static MASKS: Cell<u32> = const { Cell::new(0) };
}

/// Lets interrupts wait as long as the guard lives, or another one does. Those that waited run at the next blocking point after it.
pub fn mask() -> Result<Masked> {
    bytes::done(host::interrupt_mask())?;
    MASKS.with(|masks| masks.set(masks.get() + 1));
    Ok(Masked { not_send: PhantomData })
}

/// While it lives, interrupts wait.
#[must_use = "interrupts wait only as long as the guard lives"]
#[derive(Debug)]
pub struct Masked {
    not_send: PhantomData<*const ()>,
}

impl Drop for Masked {
    fn drop(&mut self) {
        let left = MASKS.with(|masks| {
            masks.set(masks.get() - 1);
            masks.get()
        });
        if left == 0 {
            host::interrupt_unmask();
        }
    }
}

/// As long as the guard lives, the closures of interrupts run in the midst of a computation as well, not only at blocking points.
///
/// What such a closure does belongs to the turn that it interrupts, and the functions that block answer `UNSUPPORTED` in it.
///
/// ```no_run
/// use radon::interrupt::{self, Flag};
///
/// static ENOUGH: Flag = Flag::new();
///
/// # fn main() -> radon::Result<()> {
/// interrupt::on(1, |_| ENOUGH.raise())?;
/// let mut rounds = 0_u64;
/// // SAFETY: the loop computes with a number and looks at a flag.
/// let preempting = unsafe { interrupt::preempt() }?;
/// while !ENOUGH.is_raised() {
///     rounds += 1;
/// }
/// drop(preempting);
/// # Ok(())
/// # }
/// ```
///
/// # Safety
///
/// The closures are then what a signal handler is elsewhere: they may run between any two instructions. As long as the guard lives, the
/// program must not allocate or free memory (the allocator would be found half done), call anything of this crate but a [`Flag`], or
/// touch anything that a closure touches, other than a [`Flag`].
#[allow(unsafe_code)]
pub unsafe fn preempt() -> Result<Preempting> {
    bytes::done(host::interrupt_preempt(1))?;
    Ok(Preempting { not_send: PhantomData })
}

/// While it lives, interrupts come in the midst of computations.
#[must_use = "interrupts preempt only as long as the guard lives"]
#[derive(Debug)]
pub struct Preempting {
    not_send: PhantomData<*const ()>,
}

impl Drop for Preempting {
    fn drop(&mut self) {
        host::interrupt_preempt(0);
    }
}
