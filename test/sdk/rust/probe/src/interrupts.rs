//! Interrupts, masked, replaced and in the midst of a computation.

use std::cell::Cell;
use std::rc::Rc;

use radon::interrupt::Flag;
use radon::{interrupt, self_name, yield_now};

use crate::Reply;

pub fn masked() -> Reply {
    let count = Rc::new(Cell::new(0));
    let counted = Rc::clone(&count);
    interrupt::on(7, move |_| counted.set(counted.get() + 1))?;
    let mut counts = Vec::new();

    let outer = interrupt::mask()?;
    radon::interrupt(self_name(), 7, "")?;
    radon::sleep(std::time::Duration::from_millis(30))?;
    counts.push(count.get());
    drop(interrupt::mask()?);
    yield_now()?;
    counts.push(count.get());
    drop(outer);
    yield_now()?;
    counts.push(count.get());

    Ok(format!("{counts:?} {} {}", interrupt::off(7)?, interrupt::off(7)?))
}

/// A closure takes its own place while it runs, and what it holds is still there.
pub fn replaced() -> Reply {
    let seen = Rc::new(Cell::new(0));
    let (first, second) = (Rc::clone(&seen), Rc::clone(&seen));
    interrupt::on(8, move |message| -> radon::Result<()> {
        let second = Rc::clone(&second);
        interrupt::on(8, move |_| second.set(second.get() + 10))?;
        first.set(first.get() + message.text()?.len());
        Ok(())
    })?;
    for _ in 0..3 {
        radon::interrupt(self_name(), 8, "abc")?;
        radon::sleep(std::time::Duration::from_millis(30))?;
    }
    interrupt::off(8)?;
    Ok(seen.get().to_string())
}

static ENOUGH: Flag = Flag::new();

/// Computes until an interrupt says that it is enough.
pub fn spin() -> Reply {
    ENOUGH.lower();
    interrupt::on(9, |_| ENOUGH.raise())?;
    let mut rounds: u64 = 0;
    {
        // SAFETY: the loop computes with a number, and looks at a flag.
        let _preempting = unsafe { interrupt::preempt() }?;
        while !ENOUGH.is_raised() {
            rounds = rounds.wrapping_add(1);
        }
    }
    Ok(format!("enough {}", rounds > 0))
}
