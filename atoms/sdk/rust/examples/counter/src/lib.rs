//! A number that outlives everything: it is in the atom's store. `GET /counter` reads it, `POST /counter` adds one, a request adds the number
//! that it carries.

use radon::http::Response;
use radon::{kv, Code, Error, Message, Result};

fn handle(message: Message) -> Result<()> {
    if message.is_http() {
        return over_http(message);
    }
    let text = message.text()?;
    // An error that the handler returns is the answer: whoever asked gets its sentence.
    let number = text.parse().map_err(|_| Error::new(Code::Invalid, format!("{text:?} is no number to add.")))?;
    message.reply(add(number)?.to_string())
}

fn over_http(message: Message) -> Result<()> {
    let request = message.into_http()?;
    let count = match request.method() {
        "GET" => count()?,
        "POST" => add(1)?,
        _ => return request.respond(Response::new(405).header("allow", "GET, POST")),
    };
    request.respond(Response::json(format!("{{\"count\":{count}}}")))
}

fn count() -> Result<i64> {
    Ok(kv::get_as("count")?.unwrap_or(0))
}

fn add(number: i64) -> Result<i64> {
    let too_much = || Error::new(Code::Invalid, format!("The counter cannot count {number} further."));
    let sum = count()?.checked_add(number).ok_or_else(too_much)?;
    kv::put("count", sum.to_string())?;
    Ok(sum)
}

radon::reactive!(handle);
