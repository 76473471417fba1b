//! What is answered later: tokens, timers, closures of futures.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use radon::{kv, sleep, timer, Message, ReplyToken, FOREVER};

use crate::Reply;

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_millis(80);

pub fn defer(message: &Message, name: &str) -> radon::Result<()> {
    let token = message.reply_token()?;
    kv::put(name, token.raw().to_le_bytes())
}

pub fn settle(rest: &str) -> Reply {
    let (name, text) = rest.split_once(' ').ok_or("NAME TEXT")?;
    let raw = kv::get(name)?.ok_or("There is no such token.")?;
    let token = ReplyToken::from_raw(i64::from_le_bytes(raw.try_into().map_err(|_| "This is no token.")?));
    token.reply(text)?;
    Ok(token.reply("again").unwrap_err().code().to_string())
}

pub fn timers() -> Reply {
    let slow = timer(FOREVER)?;
    let quick = timer(SHORT)?;
    let states = format!("{:?} {:?}", quick.poll()?, slow.wait_timeout(SHORT)?);
    quick.wait()?;
    slow.cancel()?;
    let cancelled = slow.poll().unwrap_err().code();
    Ok(format!("{states} {cancelled} {}", slow.wait().unwrap_err()))
}

/// The second closure runs on top of the first one, which is blocked, and ends before it.
pub fn callbacks() -> Reply {
    let notes = Rc::new(RefCell::new(Vec::new()));
    let note = |text: &'static str| {
        let notes = Rc::clone(&notes);
        move || notes.borrow_mut().push(text)
    };
    let (begins, ends) = (note("first begins"), note("first ends"));
    timer(Duration::ZERO)?.on_complete(move |result| -> radon::Result<()> {
        result?;
        begins();
        sleep(LONG)?;
        ends();
        Ok(())
    })?;
    let second = note("second");
    timer(SHORT)?.on_complete(move |_| second())?;
    sleep(LONG)?;
    let notes = notes.borrow().join(", ");
    Ok(notes)
}

/// The closure gets the reply while the atom waits for something else.
pub fn completed() -> Reply {
    let reply = Rc::new(RefCell::new(Vec::new()));
    let kept = Rc::clone(&reply);
    radon::request("mirror", "self", FOREVER)?.on_complete(move |result| -> radon::Result<()> {
        *kept.borrow_mut() = result?;
        Ok(())
    })?;
    while reply.borrow().is_empty() {
        sleep(SHORT)?;
    }
    let reply = String::from_utf8(reply.take())?;
    Ok(reply)
}

pub fn cancelled() -> Reply {
    let seen = Rc::new(RefCell::new(String::new()));
    let note = Rc::clone(&seen);
    let completion = timer(FOREVER)?.on_complete(move |result| {
        *note.borrow_mut() = result.unwrap_err().to_string();
    })?;
    completion.cancel()?;
    radon::yield_now()?;
    let seen = seen.borrow().clone();
    Ok(format!("{seen} {}", completion.cancel().unwrap_err().code()))
}

/// Futures that are dropped give up their places: more may be made than an atom may hold at a time.
pub fn dropped(count: &str) -> Reply {
    for _ in 0..count.parse()? {
        drop(timer(FOREVER)?);
    }
    Ok("dropped".to_owned())
}
