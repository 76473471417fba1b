//! Asks whoever asks it, and adds one to what it is told.

use std::time::Duration;

use radon::{ask, Code, Error, Message, Result};

const PATIENCE: Duration = Duration::from_secs(5);

fn handle(message: Message) -> Result<()> {
    let answer = ask("left", message.payload(), PATIENCE)?;
    let wrong = || Error::new(Code::Invalid, "left replied no number.");
    let double: i64 = String::from_utf8_lossy(&answer).parse().map_err(|_| wrong())?;
    message.reply((double + 1).to_string())
}

radon::reactive!(handle);
