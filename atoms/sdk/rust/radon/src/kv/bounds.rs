//! Which keys a scan goes over, and how it goes on after a page: without the store.

use std::ops::{Bound, RangeBounds};

/// The keys that are left: `start <= key < end`; without an end, no bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    pub start: Vec<u8>,
    pub end: Option<Vec<u8>>,
}

impl Keys {
    pub fn within<K: AsRef<[u8]>>(range: &impl RangeBounds<K>) -> Keys {
        let start = match range.start_bound() {
            Bound::Included(key) => key.as_ref().to_vec(),
            Bound::Excluded(key) => next_key(key.as_ref()),
            Bound::Unbounded => Vec::new(),
        };
        let end = match range.end_bound() {
            Bound::Included(key) => Some(next_key(key.as_ref())),
            Bound::Excluded(key) => Some(key.as_ref().to_vec()),
            Bound::Unbounded => None,
        };
        Keys { start, end }
    }

    /// The keys that begin so.
    pub fn beginning_with(prefix: &[u8]) -> Keys {
        // The end is the prefix with its last byte that can be raised raised; 0xff cannot, and without any there is no bound.
        let raisable = prefix.iter().rposition(|&byte| byte < 0xff);
        let end = raisable.map(|at| {
            let mut end = prefix[..=at].to_vec();
            end[at] += 1;
            end
        });
        Keys { start: prefix.to_vec(), end }
    }

    /// True if no key is within, which the ABI has no way to say: an empty end is no bound there.
    pub fn is_empty(&self) -> bool {
        self.end.as_ref().map_or(false, |end| *end <= self.start)
    }

    /// Leaves what comes after a page whose last key this was.
    pub fn go_on(&mut self, last: &[u8], is_reverse: bool) {
        if is_reverse {
            self.end = Some(last.to_vec());
        } else {
            self.start = next_key(last);
        }
    }
}

/// The first key after it: with a zero byte more.
fn next_key(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(start: &[u8], end: Option<&[u8]>) -> Keys {
        Keys { start: start.to_vec(), end: end.map(<[u8]>::to_vec) }
    }

    #[test]
    fn every_kind_of_range_is_a_start_and_an_end() {
        assert_eq!(Keys::within(&("a".."b")), keys(b"a", Some(b"b")));
        assert_eq!(Keys::within(&("a"..="b")), keys(b"a", Some(b"b\0")));
        assert_eq!(Keys::within(&("a"..)), keys(b"a", None));
        assert_eq!(Keys::within(&(.."b")), keys(b"", Some(b"b")));
        assert_eq!(Keys::within::<&str>(&(Bound::Excluded("a"), Bound::Unbounded)), keys(b"a\0", None));
    }

    #[test]
    fn a_prefix_ends_before_the_next_one() {
        assert_eq!(Keys::beginning_with(b"user/"), keys(b"user/", Some(b"user0")));
        assert_eq!(Keys::beginning_with(b"a\xff\xff"), keys(b"a\xff\xff", Some(b"b")));
        assert_eq!(Keys::beginning_with(b"\xff"), keys(b"\xff", None));
        assert_eq!(Keys::beginning_with(b""), keys(b"", None));
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_empty() {
        assert!(Keys::within(&("b".."a")).is_empty());
        assert!(Keys::within(&(""..)).end.is_none());
        assert!(Keys::within(&(.."")).is_empty());
        assert!(!Keys::within(&("a"..="a")).is_empty());
    }

    #[test]
    fn a_scan_goes_on_after_its_last_key() {
        let mut forward = keys(b"a", Some(b"z"));
        forward.go_on(b"m", false);
        assert_eq!(forward, keys(b"m\0", Some(b"z")));
        let mut reverse = keys(b"", None);
        reverse.go_on(b"m", true);
        assert_eq!(reverse, keys(b"", Some(b"m")));
        reverse.go_on(b"", true);
        assert!(reverse.is_empty(), "Before the empty key there is none.");
    }
}
