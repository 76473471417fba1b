//! Asks `right`, which asks back before it answers: so there are two atoms that wait for each other, and neither hangs.

use std::time::Duration;

use radon::{ask, on_reentrant, Code, Error, Message, Result};

const PATIENCE: Duration = Duration::from_secs(5);

/// Runs once, before the first message.
fn start() -> Result<()> {
    // It runs while `handle` is blocked in `ask`, on top of it.
    on_reentrant(|question| {
        let text = question.text()?;
        let number: i64 = text.parse().map_err(|_| Error::new(Code::Invalid, format!("{text:?} is no number.")))?;
        question.reply((2 * number).to_string())
    })
}

fn handle(message: Message) -> Result<()> {
    message.reply(ask("right", message.payload(), PATIENCE)?)
}

radon::reactive!(handle, start = start);
