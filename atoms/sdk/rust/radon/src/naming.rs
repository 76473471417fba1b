//! Finding atoms, and being found.
//!
//! Patterns are regular expressions in RE2 syntax and match whole names. An atom has aliases in scopes, several in each if it likes.

use crate::{bytes, host, Result};

/// The scope in which patterns match the atoms' own names.
pub const NAMES: &str = "";

/// **Blocks.** The global name of one atom of that name, this runtime's first. `NOT_FOUND` if there is none.
pub fn resolve(name: impl AsRef<str>) -> Result<String> {
    bytes::received_text(|to| host::naming_resolve(name.as_ref().as_bytes(), to))
}

/// **Blocks.** The global names of all atoms with an alias in `scope` that matches; none is an empty list. 10,000 are the most.
pub fn lookup(scope: impl AsRef<str>, pattern: impl AsRef<str>) -> Result<Vec<String>> {
    lookup_at_most(0, scope, pattern)
}

/// **Blocks.** So many of them at most; 0 is the runtime's own limit.
pub fn lookup_at_most(limit: u32, scope: impl AsRef<str>, pattern: impl AsRef<str>) -> Result<Vec<String>> {
    let limit = limit.min(i32::MAX as u32) as i32;
    let (scope, pattern) = (scope.as_ref().as_bytes(), pattern.as_ref().as_bytes());
    let names = bytes::received_text(|to| host::naming_lookup(scope, pattern, 1, limit, to))?;
    Ok(names.lines().map(str::to_owned).collect())
}

/// **Blocks.** One of them, if there is any.
pub fn lookup_any(scope: impl AsRef<str>, pattern: impl AsRef<str>) -> Result<Option<String>> {
    let (scope, pattern) = (scope.as_ref().as_bytes(), pattern.as_ref().as_bytes());
    let name = bytes::found(|to| host::naming_lookup(scope, pattern, 0, 1, to))?;
    name.map(bytes::text).transpose()
}

/// Gives this atom an alias. Fails with `INVALID`, `TOO_LARGE`, or `BUSY` if it has 1,000 already.
pub fn alias(scope: impl AsRef<str>, value: impl AsRef<str>) -> Result<()> {
    bytes::done(host::naming_alias(scope.as_ref().as_bytes(), value.as_ref().as_bytes()))
}

/// Takes an alias from this atom.
pub fn unalias(scope: impl AsRef<str>, value: impl AsRef<str>) -> Result<()> {
    bytes::done(host::naming_unalias(scope.as_ref().as_bytes(), value.as_ref().as_bytes()))
}

/// The pattern that matches this text only.
pub fn exactly(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii_punctuation() && letter != '_' {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_pattern_is_escaped() {
        assert_eq!(exactly("a.b+c_é"), r"a\.b\+c_é");
        assert_eq!(exactly(r"\[x]"), r"\\\[x\]");
    }
}
