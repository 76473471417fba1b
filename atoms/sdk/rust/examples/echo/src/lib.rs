//! Replies what it is sent, byte for byte.

use radon::{Message, Result};

fn echo(message: Message) -> Result<()> {
    message.reply(message.payload())
}

radon::reactive!(echo);
