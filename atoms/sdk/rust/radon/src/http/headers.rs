//! Headers, in the order in which they were sent.

use crate::json::{self, Value};

/// Names and values. A name may come several times; upper and lower case are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    pairs: Vec<(String, String)>,
}

impl Headers {
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Adds a header.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.pairs.push((name.into(), value.into()));
    }

    /// The first header of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Every header of that name.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All of them, as name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// `[[name, value], ...]`.
    pub(crate) fn write_json(&self, to: &mut String) {
        to.push('[');
        for (index, (name, value)) in self.iter().enumerate() {
            to.push_str(if index == 0 { "[" } else { ",[" });
            json::write_string(to, name);
            to.push(',');
            json::write_string(to, value);
            to.push(']');
        }
        to.push(']');
    }

    /// What is no pair of texts is left out.
    pub(crate) fn of_json(value: Option<&Value>) -> Headers {
        let items = value.map_or(&[] as &[Value], Value::items);
        let pairs = items.iter().filter_map(|item| match item.items() {
            [Value::String(name), Value::String(value)] => Some((name.clone(), value.clone())),
            _ => None,
        });
        Headers { pairs: pairs.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_upper_and_lower_case() {
        let mut headers = Headers::new();
        headers.push("Set-Cookie", "a=1");
        headers.push("set-cookie", "b=2");
        assert_eq!(headers.get("SET-COOKIE"), Some("a=1"));
        assert_eq!(headers.get_all("set-cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers.get("cookie"), None);
        assert_eq!((headers.len(), headers.is_empty()), (2, false));
    }

    #[test]
    fn headers_are_json_pairs() {
        let mut headers = Headers::new();
        headers.push("etag", "\"x\"");
        headers.push("vary", "é");
        let mut json = String::new();
        headers.write_json(&mut json);
        assert_eq!(json, r#"[["etag","\"x\""],["vary","é"]]"#);
        assert_eq!(Headers::of_json(json::parse(&json).as_ref()), headers);
        assert!(Headers::of_json(json::parse(r#"[["a"],["a",1],7]"#).as_ref()).is_empty());
    }
}
