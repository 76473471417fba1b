//! Strings as JSON writes them.

use std::fmt::Write;

pub fn write_string(to: &mut String, text: &str) {
    to.push('"');
    for letter in text.chars() {
        match letter {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            control if control < ' ' => {
                // Writing to a `String` does not fail.
                let _ = write!(to, "\\u{:04x}", u32::from(control));
            }
            other => to.push(other),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{parse, Value};

    #[test]
    fn every_text_is_read_as_it_was_written() {
        let all: String = (0..0x250).filter_map(char::from_u32).chain("\u{2028}😀".chars()).collect();
        let mut json = String::new();
        write_string(&mut json, &all);
        assert_eq!(parse(&json), Some(Value::String(all)));
        assert!(json.starts_with("\"\\u0000"));
    }
}
