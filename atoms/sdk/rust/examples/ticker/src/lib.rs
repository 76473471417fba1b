//! A daemon: it counts by itself, answers between two ticks, and takes longer steps when an interrupt says so.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use radon::{config_as, interrupt, kv, receive_timeout, Code, Error, Result};

const SET_STEP: i32 = 1;

fn main() -> Result<()> {
    let interval = Duration::from_millis(config_as("interval_ms")?.unwrap_or(1000));

    // The closure runs while `main` is blocked in `receive_timeout`; what both use is shared in a cell.
    let step = Rc::new(Cell::new(1));
    let new_step = Rc::clone(&step);
    interrupt::on(SET_STEP, move |message| -> Result<()> {
        let text = message.text()?;
        let wrong = |_| Error::new(Code::Invalid, format!("{text:?} is no step."));
        new_step.set(text.parse::<u64>().map_err(wrong)?);
        Ok(())
    })?;

    loop {
        let ticks: u64 = kv::get_as("ticks")?.unwrap_or(0);
        match receive_timeout(interval)? {
            None => kv::put("ticks", ticks.wrapping_add(step.get()).to_string())?,
            Some(message) if message.is_request() => message.reply(format!("ticks={ticks} step={}", step.get()))?,
            Some(_) => {}
        }
    }
}

radon::daemon!(main);
