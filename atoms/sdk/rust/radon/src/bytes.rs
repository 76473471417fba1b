//! Bytes out (docs/abi.md, section 1): what is longer than the room it is offered waits for `take`.

use crate::error::{Code, Error, Result};
use crate::host;

/// Most values are no longer, and then come with one call. It is on the stack, of which nested callbacks have one each.
const ROOM_BYTES: usize = 512;

/// What a function that returns bytes returns.
pub fn received(call: impl FnOnce(&mut [u8]) -> i32) -> Result<Vec<u8>> {
    let mut room = [0; ROOM_BYTES];
    let length = checked(call(&mut room))?;
    match room.get(..length) {
        Some(bytes) => Ok(bytes.to_vec()),
        None => taken(length),
    }
}

/// The same where there may be none: NOT_FOUND is an ordinary answer, and its sentence is not asked for.
pub fn found(call: impl FnOnce(&mut [u8]) -> i32) -> Result<Option<Vec<u8>>> {
    let mut is_missing = false;
    let result = received(|room| {
        let length = call(room);
        is_missing = length == Code::NotFound.number();
        if is_missing {
            0
        } else {
            length
        }
    });
    result.map(|bytes| (!is_missing).then_some(bytes))
}

/// As text, which the runtime makes of UTF-8.
pub fn received_text(call: impl FnOnce(&mut [u8]) -> i32) -> Result<String> {
    received(call).and_then(text)
}

/// Bytes that wait for `take`, of which there are so many.
pub fn taken(length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    checked(host::take(&mut bytes))?;
    Ok(bytes)
}

/// A result that is a number, or an error.
pub fn checked(result: i32) -> Result<usize> {
    if result < 0 {
        Err(Error::of_last_call(result))
    } else {
        Ok(result as usize)
    }
}

/// A result that is an id, or an error.
pub fn checked_id(result: i64) -> Result<i64> {
    if result < 0 {
        Err(Error::of_last_call(result as i32))
    } else {
        Ok(result)
    }
}

/// A result that says no more than that it worked.
pub fn done(result: i32) -> Result<()> {
    checked(result).map(drop)
}

/// True if it worked, false if there was nothing of that name.
pub fn was_found(result: i32) -> Result<bool> {
    if result == Code::NotFound.number() {
        Ok(false)
    } else {
        done(result).map(|()| true)
    }
}

pub fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::invalid("The bytes are not UTF-8."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_the_room_comes_at_once() {
        let fill = |room: &mut [u8]| {
            room[..3].copy_from_slice(b"abc");
            3
        };
        assert_eq!(received(fill).unwrap(), b"abc");
        assert_eq!(found(fill).unwrap().unwrap(), b"abc");
        assert_eq!(received(|room| room.len() as i32).unwrap().len(), ROOM_BYTES);
    }

    #[test]
    fn nothing_of_that_name_is_no_error() {
        assert_eq!(found(|_| -2).unwrap(), None);
        assert!(!was_found(-2).unwrap());
        assert!(was_found(0).unwrap());
    }

    #[test]
    fn bytes_that_are_no_text_are_invalid() {
        assert_eq!(text(vec![0xff]).unwrap_err().code(), Code::Invalid);
    }
}
