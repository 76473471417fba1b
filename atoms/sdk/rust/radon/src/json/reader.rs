//! Reads JSON (RFC 8259), and nothing that is none.

use super::Value;

/// More arrays and objects within each other are refused: each takes room on the stack.
const DEPTH_MAX: usize = 64;

/// The value of a text; `None` if it is no JSON.
pub fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(DEPTH_MAX)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    /// Always between two characters.
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        match self.peek()? {
            b'"' => self.string().map(Value::String),
            b'[' => self.array(depth.checked_sub(1)?),
            b'{' => self.object(depth.checked_sub(1)?),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Value> {
        let words = [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
        words.into_iter().find(|(word, _)| self.skip(word)).map(|(_, value)| value)
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.skip("]") {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.ends_list("]")? {
                return Some(Value::Array(items));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut members = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.skip("}") {
            return Some(Value::Object(members));
        }
        loop {
            members.push(self.member(depth)?);
            if self.ends_list("}")? {
                return Some(Value::Object(members));
            }
        }
    }

    fn member(&mut self, depth: usize) -> Option<(String, Value)> {
        self.skip_space();
        let key = self.string()?;
        self.skip_space();
        if !self.skip(":") {
            return None;
        }
        Some((key, self.value(depth)?))
    }

    /// After an item: true at the end, false at a comma.
    fn ends_list(&mut self, end: &str) -> Option<bool> {
        self.skip_space();
        if self.skip(end) {
            return Some(true);
        }
        self.skip(",").then_some(false)
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        self.skip("-");
        if !self.skip("0") {
            self.digits()?;
        }
        if self.skip(".") {
            self.digits()?;
        }
        if self.skip("e") || self.skip("E") {
            let _ = self.skip("+") || self.skip("-");
            self.digits()?;
        }
        Some(Value::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().map_or(false, |byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn string(&mut self) -> Option<String> {
        if !self.skip("\"") {
            return None;
        }
        let mut string = String::new();
        loop {
            let plain = self.text[self.at..].find(|letter| letter == '"' || letter == '\\' || letter < ' ')?;
            string.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            if self.skip("\"") {
                return Some(string);
            }
            if !self.skip("\\") {
                return None;
            }
            string.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let letter = self.peek()?;
        // Within a character of several bytes there is no place to go on.
        if !letter.is_ascii() {
            return None;
        }
        self.at += 1;
        match letter {
            b'"' | b'\\' | b'/' => Some(char::from(letter)),
            b'b' => Some('\u{8}'),
            b'f' => Some('\u{c}'),
            b'n' => Some('\n'),
            b'r' => Some('\r'),
            b't' => Some('\t'),
            b'u' => self.unit().and_then(|unit| self.character(unit)),
            _ => None,
        }
    }

    /// The character of a UTF-16 unit, and of its second half if it has one; half a pair is U+FFFD.
    fn character(&mut self, first: u16) -> Option<char> {
        let is_first_half = (0xd800..0xdc00).contains(&first);
        let after_first = self.at;
        if is_first_half && self.skip("\\u") {
            let second = self.unit()?;
            if let Some(Ok(whole)) = char::decode_utf16([first, second]).next() {
                return Some(whole);
            }
            self.at = after_first;
        }
        Some(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn skip(&mut self, expected: &str) -> bool {
        let is_there = self.text[self.at..].starts_with(expected);
        self.at += if is_there { expected.len() } else { 0 };
        is_there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(json: &str) -> Option<String> {
        parse(json)?.as_str().map(str::to_owned)
    }

    #[test]
    fn values_of_all_kinds_are_read() {
        let value = parse(r#" {"a": [null, true, false, -0.5e+3, "x"], "b": {}, "c": []} "#).unwrap();
        let expected = [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Number("-0.5e+3".to_owned()),
            Value::String("x".to_owned()),
        ];
        assert_eq!(value.member("a").unwrap().items(), expected);
        assert_eq!(value.member("b"), Some(&Value::Object(Vec::new())));
        assert_eq!(value.member("d"), None);
    }

    #[test]
    fn of_members_of_one_name_the_last_counts() {
        let value = parse(r#"{"a":"1","a":"2"}"#).unwrap();
        assert_eq!(value.member("a").unwrap().as_str(), Some("2"));
    }

    #[test]
    fn escapes_are_characters() {
        assert_eq!(string(r#""\"\\\/\b\f\n\r\tA\u00e9""#).unwrap(), "\"\\/\u{8}\u{c}\n\r\tAé");
        assert_eq!(string(r#""\ud83d\ude00""#).unwrap(), "😀");
    }

    #[test]
    fn half_a_pair_is_replaced() {
        assert_eq!(string(r#""\ud83dx""#).unwrap(), "\u{fffd}x");
        assert_eq!(string(r#""\ud83d\u0041""#).unwrap(), "\u{fffd}A");
        assert_eq!(string(r#""\ude00""#).unwrap(), "\u{fffd}");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let wrong = [
            "",
            " ",
            "nul",
            "tru e",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "+1",
            "[1,]",
            "[1",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\é\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\\uéé\"",
            "\"\n\"",
            "1 2",
            "[] []",
            "'a'",
        ];
        for text in wrong {
            assert_eq!(parse(text), None, "{:?}", text);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(DEPTH_MAX)).is_some());
        assert!(parse(&nested(DEPTH_MAX + 1)).is_none());
        assert!(parse(&nested(1_000_000)).is_none());
    }
}
