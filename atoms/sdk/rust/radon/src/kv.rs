//! The atom's own store: durable, ordered by the bytes of the keys.
//!
//! A write is seen by the reads after it at once, and is durable when the turn is committed; a turn that traps has written nothing. A key
//! has 2,048 bytes at most, a value 1 MiB. Keys sort as bytes, so `"10"` comes before `"9"`: pad numbers, `format!("{:010}", n)`.

use std::any::type_name;
use std::str::FromStr;

use crate::{bytes, host, Error, Result};

mod bounds;
mod scan;

pub use scan::{all, prefix, scan, Entry, Scan};

/// The value of a key; `None` if there is none.
pub fn get(key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>> {
    bytes::found(|to| host::kv_get(key.as_ref(), to))
}

/// The value of a key as text; `INVALID` if it is not UTF-8.
pub fn get_text(key: impl AsRef<[u8]>) -> Result<Option<String>> {
    get(key)?.map(bytes::text).transpose()
}

/// The value of a key as a number, or anything else that is made from text; `INVALID` if it is none.
pub fn get_as<T: FromStr>(key: impl AsRef<[u8]>) -> Result<Option<T>> {
    let parse = |text: String| {
        let wrong = |_| Error::invalid(format!("The store has {:?}, which is no {}.", text, type_name::<T>()));
        text.parse().map_err(wrong)
    };
    get_text(key)?.map(parse).transpose()
}

/// Stores a value. Fails with `TOO_LARGE`.
pub fn put(key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<()> {
    bytes::done(host::kv_put(key.as_ref(), value.as_ref()))
}

/// Removes a key; false if there was none.
pub fn delete(key: impl AsRef<[u8]>) -> Result<bool> {
    bytes::was_found(host::kv_delete(key.as_ref()))
}
