//! Closures that the runtime calls back, by their tokens.
//!
//! Invariants
//! 1. Callbacks run while the atom is blocked, on top of its stack, and nest. So nothing here is borrowed while a closure runs, is
//!    registered or is dropped: a closure, and the destructor of what it holds, may register, replace and remove closures.
//! 2. The closure of an interrupt or of a re-entrant request may be entered again before it has ended: it is an `Fn`, shared with the
//!    call that runs it. That of a future is called once: an `FnOnce`, taken out for the call.
//! 3. Tokens say which closure it is within its kind: the signal of an interrupt, a number of its own for a future.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::TryFrom;
use std::rc::Rc;

use crate::message::{Kind, Message, Nested};
use crate::{bytes, Error, Result};

type OnMessage = Rc<dyn Fn(Message)>;
type OnResult = Box<dyn FnOnce(Result<Vec<u8>>)>;

const INTERRUPT: i32 = 1;
const FUTURE: i32 = 2;
const REENTRANT: i32 = 3;

/// There is one such closure at a time.
pub const REENTRANT_TOKEN: i32 = 0;

#[derive(Default)]
struct Registry {
    interrupts: BTreeMap<i32, OnMessage>,
    futures: BTreeMap<i32, OnResult>,
    reentrant: Option<OnMessage>,
    last_future: i32,
}

thread_local! {
    static REGISTRY: RefCell<Registry> = RefCell::default();
}

/// The only way to the registry, so that it is borrowed for one operation at a time. What is replaced or removed is returned, and
/// dropped when the borrow is over.
fn registry<T>(operation: impl FnOnce(&mut Registry) -> T) -> T {
    REGISTRY.with(|registry| operation(&mut registry.borrow_mut()))
}

pub fn set_interrupt(signal: i32, handler: impl Fn(Message) + 'static) {
    let handler: OnMessage = Rc::new(handler);
    drop(registry(|registry| registry.interrupts.insert(signal, handler)));
}

pub fn remove_interrupt(signal: i32) {
    drop(registry(|registry| registry.interrupts.remove(&signal)));
}

pub fn set_reentrant(handler: impl Fn(Message) + 'static) {
    let handler: OnMessage = Rc::new(handler);
    drop(registry(|registry| registry.reentrant.replace(handler)));
}

/// Its token.
pub fn add_future(handler: impl FnOnce(Result<Vec<u8>>) + 'static) -> i32 {
    let handler: OnResult = Box::new(handler);
    registry(|registry| {
        let mut token = registry.last_future.wrapping_add(1);
        while registry.futures.contains_key(&token) {
            token = token.wrapping_add(1);
        }
        registry.last_future = token;
        registry.futures.insert(token, handler);
        token
    })
}

pub fn remove_future(token: i32) {
    drop(registry(|registry| registry.futures.remove(&token)));
}

/// `radon_callback`: `length` bytes of payload, or a negative error, wait.
pub fn enter(kind: i32, token: i32, length: i32) {
    let _nested = Nested::enter();
    let payload = match usize::try_from(length) {
        Ok(length) => bytes::taken(length),
        Err(_) => Err(Error::of_last_call(length)),
    };
    match (kind, payload) {
        (INTERRUPT, Ok(payload)) => {
            let handler = registry(|registry| registry.interrupts.get(&token).cloned());
            call(handler, Kind::Interrupt, payload);
        }
        (REENTRANT, Ok(payload)) => call(registry(|registry| registry.reentrant.clone()), Kind::Request, payload),
        (FUTURE, result) => complete(token, result),
        _ => {}
    }
}

fn call(handler: Option<OnMessage>, kind: Kind, payload: Vec<u8>) {
    if let Some(handler) = handler {
        handler(Message::current(kind, payload));
    }
}

fn complete(token: i32, result: Result<Vec<u8>>) {
    if let Some(handler) = registry(|registry| registry.futures.remove(&token)) {
        handler(result);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn run(signal: i32) {
        let handler = registry(|registry| registry.interrupts.get(&signal).cloned());
        call(handler, Kind::Interrupt, Vec::new());
    }

    #[test]
    fn a_closure_may_replace_itself_and_be_entered_again_while_it_runs() {
        let depth = Rc::new(Cell::new(0));
        let inner = Rc::clone(&depth);
        set_interrupt(1, move |_| {
            inner.set(inner.get() + 1);
            if inner.get() < 3 {
                run(1);
            }
            remove_interrupt(1);
            assert!(inner.get() >= 3, "What it holds lives until it has ended.");
        });
        run(1);
        run(1);
        assert_eq!(depth.get(), 3);
    }

    #[test]
    fn the_destructor_of_what_a_closure_holds_may_use_the_registry() {
        struct Remover;
        impl Drop for Remover {
            fn drop(&mut self) {
                remove_interrupt(3);
            }
        }
        let held = Remover;
        set_interrupt(2, move |_| {
            let _ = &held;
        });
        set_interrupt(3, |_| panic!("It was removed."));
        set_interrupt(2, |_| ());
        run(3);
    }

    #[test]
    fn the_closure_of_a_future_runs_once() {
        let results = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&results);
        let token = add_future(move |result| kept.borrow_mut().push(result.unwrap()));
        assert_ne!(token, add_future(|_| ()));
        complete(token, Ok(b"first".to_vec()));
        complete(token, Ok(b"second".to_vec()));
        assert_eq!(*results.borrow(), [b"first"]);
    }
}
