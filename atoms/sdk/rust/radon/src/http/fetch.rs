//! Requests to the outside.

use super::{Headers, Response};
use crate::{host, json, Future, Result};

/// A request to the outside, to be sent: `http::get(url).header("accept", "application/json").send()?.wait()?`.
#[must_use = "a request is sent by `send`"]
#[derive(Clone, Debug)]
pub struct Fetch {
    method: String,
    url: String,
    headers: Headers,
    body: Vec<u8>,
}

/// A request with any method.
pub fn fetch(method: impl Into<String>, url: impl Into<String>) -> Fetch {
    Fetch { method: method.into(), url: url.into(), headers: Headers::new(), body: Vec::new() }
}

/// A GET request.
pub fn get(url: impl Into<String>) -> Fetch {
    fetch("GET", url)
}

/// A POST request.
pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Fetch {
    fetch("POST", url).body(body)
}

impl Fetch {
    /// With one more header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Fetch {
        self.headers.push(name, value);
        self
    }

    /// With this body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Fetch {
        self.body = body.into();
        self
    }

    /// Sends it, when the turn is committed. A response of any status is a response; without one the future fails with `REMOTE` or `TIMEOUT`.
    /// Fails with `INVALID` where the URL or a header is none, with `TOO_LARGE`, or `BUSY`.
    pub fn send(self) -> Result<Future<Response>> {
        Future::new(host::http_fetch(self.head().as_bytes(), &self.body))
    }

    fn head(&self) -> String {
        let mut head = String::from(r#"{"method":"#);
        json::write_string(&mut head, &self.method);
        head.push_str(r#","url":"#);
        json::write_string(&mut head, &self.url);
        head.push_str(r#","headers":"#);
        self.headers.write_json(&mut head);
        head.push('}');
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_json() {
        let request = post("https://example.com/?q=\"x\"", "body").header("accept", "*/*");
        let expected = r#"{"method":"POST","url":"https://example.com/?q=\"x\"","headers":[["accept","*/*"]]}"#;
        assert_eq!(request.head(), expected);
        assert_eq!(request.body, b"body");
    }
}
