//! Notes under keys, kept in the order of their keys.

use radon::kv::{self, Entry};
use radon::{Message, Result};

const USAGE: &str = "Send it put KEY VALUE, get KEY, delete KEY, list PREFIX, or last PREFIX.";

fn handle(message: Message) -> Result<()> {
    match answer(message.text()?)? {
        Some(answer) => message.reply(answer),
        None => message.fail(USAGE),
    }
}

/// `None` if it is no command.
fn answer(command: &str) -> Result<Option<String>> {
    let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
    Ok(Some(match (verb, rest.split_once(' ')) {
        ("put", Some((key, value))) => {
            kv::put(key, value)?;
            "ok".to_owned()
        }
        ("get", _) => kv::get_text(rest)?.unwrap_or_else(not_found),
        ("delete", _) => {
            if kv::delete(rest)? {
                "ok".to_owned()
            } else {
                not_found()
            }
        }
        ("list", _) => kv::prefix(rest).map(|entry| line(&entry?)).collect::<Result<Vec<_>>>()?.join("\n"),
        ("last", _) => match kv::prefix(rest).reverse().next() {
            Some(entry) => line(&entry?)?,
            None => not_found(),
        },
        _ => return Ok(None),
    }))
}

fn line(entry: &Entry) -> Result<String> {
    Ok(format!("{}={}", entry.key_text()?, entry.value_text()?))
}

fn not_found() -> String {
    "NOT_FOUND".to_owned()
}

radon::reactive!(handle);
