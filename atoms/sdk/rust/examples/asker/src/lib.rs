//! Asks another atom, `NAME TEXT`, and tells what it says, or why it says nothing.

use std::time::Duration;

use radon::{ask, Code, Error, Message, Result};

const PATIENCE: Duration = Duration::from_secs(5);

fn handle(message: Message) -> Result<()> {
    let usage = || Error::new(Code::Invalid, "Ask it NAME TEXT: the name of an atom, and what to ask it.");
    let (name, text) = message.text()?.split_once(' ').ok_or_else(usage)?;

    // The atom blocks here, as long as it takes; others run meanwhile.
    let answer = match ask(name, text, PATIENCE) {
        Ok(reply) => format!("{name} says: {}", String::from_utf8_lossy(&reply)),
        Err(error) => format!("{name}: {error}"),
    };
    message.reply(answer)
}

radon::reactive!(handle);
