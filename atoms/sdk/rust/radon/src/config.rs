//! Who the atom is, and how it is configured.

use std::str::FromStr;

use crate::{bytes, host, Error, Result};

/// The atom's global name, `runtime/atom`.
pub fn self_name() -> String {
    bytes::received_text(host::self_name).unwrap_or_default()
}

/// A value of the atom's configuration, as text; `None` if it has no such key.
pub fn config(key: &str) -> Option<String> {
    let value = bytes::received_text(|to| host::config(key.as_bytes(), to));
    value.ok()
}

/// A value of the atom's configuration as a number, a `bool` or anything else that is made from text. A value that is none is
/// `INVALID`, with a sentence that names the key.
pub fn config_as<T: FromStr>(key: &str) -> Result<Option<T>> {
    config(key).map(|value| parsed(key, &value)).transpose()
}

fn parsed<T: FromStr>(key: &str, value: &str) -> Result<T> {
    let wrong = |_| {
        let expected = std::any::type_name::<T>();
        Error::invalid(format!("The configuration has {} = {:?}, which is no {}.", key, value, expected))
    };
    value.parse().map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_parsed_or_named_as_what_is_wrong() {
        assert_eq!(parsed::<u32>("interval", "20").unwrap(), 20);
        let error = parsed::<u32>("interval", "soon").unwrap_err();
        assert_eq!(error.message(), r#"The configuration has interval = "soon", which is no u32."#);
    }
}
