//! Does what the first word of a request says, and replies what came of it.

mod http_side;
mod interrupts;
mod later;
mod plain;

use std::error::Error;

use radon::{Kind, Message};

type Reply = Result<String, Box<dyn Error>>;

fn handle(message: Message) -> Result<(), Box<dyn Error>> {
    if message.kind() == Kind::Http {
        return Ok(http_side::mirror(message)?);
    }
    let text = message.text()?.to_owned();
    let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
    // This one is not answered here.
    if word == "defer" {
        return Ok(later::defer(&message, rest)?);
    }
    let reply = answer(&message, word, rest)?;
    if message.is_request() {
        message.reply(reply)?;
    }
    Ok(())
}

fn answer(message: &Message, word: &str, rest: &str) -> Reply {
    match word {
        "self" => Ok(radon::self_name()),
        "config" => plain::config(rest),
        "clocks" => plain::clocks(),
        "random" => plain::random(),
        "log" => plain::log(rest),
        "whence" => plain::whence(message),
        "store" => plain::store(),
        "naming" => plain::naming(),
        "panic" => panic!("I was told to {rest}"),
        "index" => plain::index(rest),
        "settle" => later::settle(rest),
        "timers" => later::timers(),
        "callbacks" => later::callbacks(),
        "completed" => later::completed(),
        "cancelled" => later::cancelled(),
        "dropped" => later::dropped(rest),
        "ask" => Ok(String::from_utf8(radon::ask("mirror", rest, std::time::Duration::from_secs(5))?)?),
        "masked" => interrupts::masked(),
        "replaced" => interrupts::replaced(),
        "spin" => interrupts::spin(),
        "fetch" => http_side::fetch(rest),
        _ => Err(format!("{word:?} is no word of mine").into()),
    }
}

radon::reactive!(handle);
