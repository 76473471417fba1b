//! Going over the entries of the store, a page at a time.

use std::collections::VecDeque;
use std::convert::TryInto;
use std::ops::RangeBounds;
use std::str;

use super::bounds::Keys;
use crate::{bytes, host, Error, Result};

/// A page of this many entries comes with one call; the runtime makes it smaller where the values are large.
const PAGE_ENTRIES: i32 = 256;

/// The entries whose keys are in a range, in the order of the keys: `scan("a".."c")`, `scan("a"..)`, `scan("a"..="b")`.
pub fn scan<K: AsRef<[u8]>>(range: impl RangeBounds<K>) -> Scan {
    Scan::over(Keys::within(&range))
}

/// The entries whose keys begin so.
pub fn prefix(prefix: impl AsRef<[u8]>) -> Scan {
    Scan::over(Keys::beginning_with(prefix.as_ref()))
}

/// All entries.
pub fn all() -> Scan {
    prefix("")
}

/// An iterator over entries. It holds a page of them and asks for the next one when it needs it: what was written meanwhile to keys
/// that it has not come to is seen. After an error it ends.
#[derive(Clone, Debug)]
pub struct Scan {
    left: Keys,
    is_reverse: bool,
    page: VecDeque<Entry>,
    is_over: bool,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: Vec<u8>,
    pub value: Vec<u8>,
}

impl Entry {
    /// The key as text; `INVALID` if it is not UTF-8.
    pub fn key_text(&self) -> Result<&str> {
        str::from_utf8(&self.key).map_err(|_| Error::invalid("The key is not UTF-8."))
    }

    /// The value as text; `INVALID` if it is not UTF-8.
    pub fn value_text(&self) -> Result<&str> {
        str::from_utf8(&self.value).map_err(|_| Error::invalid("The value is not UTF-8."))
    }
}

impl Scan {
    fn over(left: Keys) -> Scan {
        Scan { is_over: left.is_empty(), left, is_reverse: false, page: VecDeque::new() }
    }

    /// The same entries from the last to the first. It is asked for before the first one is taken.
    pub fn reverse(mut self) -> Scan {
        self.is_reverse = !self.is_reverse;
        self
    }

    fn next_page(&mut self) -> Result<()> {
        let end = self.left.end.as_deref().unwrap_or_default();
        let (start, is_reverse) = (&self.left.start, self.is_reverse);
        let page = bytes::received(|to| host::kv_scan(start, end, PAGE_ENTRIES, i32::from(is_reverse), to))?;
        self.page = decode(&page).ok_or_else(|| Error::invalid("The runtime answered no list of entries."))?;
        match self.page.back() {
            Some(last) => self.left.go_on(&last.key, is_reverse),
            None => self.is_over = true,
        }
        self.is_over |= self.left.is_empty();
        Ok(())
    }
}

impl Iterator for Scan {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Result<Entry>> {
        if self.page.is_empty() && !self.is_over {
            if let Err(error) = self.next_page() {
                self.is_over = true;
                return Some(Err(error));
            }
        }
        self.page.pop_front().map(Ok)
    }
}

/// Each entry is u32 key length, u32 value length, key, value.
fn decode(mut bytes: &[u8]) -> Option<VecDeque<Entry>> {
    let mut entries = VecDeque::new();
    while !bytes.is_empty() {
        let key_length = length(bytes.get(..4)?);
        let value_length = length(bytes.get(4..8)?);
        let key = bytes.get(8..)?.get(..key_length)?;
        let value = bytes[8 + key_length..].get(..value_length)?;
        entries.push_back(Entry { key: key.to_vec(), value: value.to_vec() });
        bytes = &bytes[8 + key_length + value_length..];
    }
    Some(entries)
}

fn length(bytes: &[u8]) -> usize {
    bytes.try_into().map_or(0, u32::from_le_bytes) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_decoded_or_refused_as_a_whole() {
        let page = b"\x01\0\0\0\x02\0\0\0kvv\0\0\0\0\0\0\0\0";
        let entries = decode(page).unwrap();
        assert_eq!(entries[0], Entry { key: b"k".to_vec(), value: b"vv".to_vec() });
        assert_eq!(entries[1], Entry { key: Vec::new(), value: Vec::new() });
        assert!(decode(&page[..10]).is_none());
        assert!(decode(&page[..6]).is_none());
        assert!(decode(b"\xff\xff\xff\xff\xff\xff\xff\xff").is_none());
    }

    #[test]
    fn an_empty_range_asks_for_nothing() {
        assert!(scan("b".."a").next().is_none());
        assert!(scan(.."").reverse().next().is_none());
    }
}
