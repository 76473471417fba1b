//! Counts its visitors. What it writes and what it answers is committed together, or not at all.

use radon::{kv, Message, Result};

fn greet(message: Message) -> Result<()> {
    let visits: u64 = kv::get_as("visits")?.unwrap_or(0) + 1;
    kv::put("visits", visits.to_string())?;
    message.reply(format!("Hello, visitor {visits}!\n"))
}

radon::reactive!(greet);
