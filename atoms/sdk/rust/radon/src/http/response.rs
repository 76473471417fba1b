//! Responses: those that this atom gives, and those that it gets.

use std::convert::TryInto;
use std::str;

use super::Headers;
use crate::future::{sealed, FromPayload};
use crate::{json, Error, Result};

/// A response: `Response::json("{}")`, `Response::new(404)`, `Response::text("...").status(201).header("etag", "...")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Response {
    /// Without headers and body.
    pub fn new(status: u16) -> Response {
        Response { status, headers: Headers::new(), body: Vec::new() }
    }

    /// A 200 with text.
    pub fn text(text: impl Into<String>) -> Response {
        Response::new(200).header("content-type", "text/plain; charset=utf-8").body(text.into())
    }

    /// A 200 with text that is JSON.
    pub fn json(json: impl Into<String>) -> Response {
        Response::new(200).header("content-type", "application/json").body(json.into())
    }

    /// With another status.
    pub fn status(mut self, status: u16) -> Response {
        self.status = status;
        self
    }

    /// With one more header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Response {
        self.headers.push(name, value);
        self
    }

    /// With this body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Response {
        self.body = body.into();
        self
    }

    /// True for the statuses 200 to 299.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; `INVALID` if it is not UTF-8.
    pub fn body_text(&self) -> Result<&str> {
        str::from_utf8(&self.body).map_err(|_| Error::invalid("The body is not UTF-8."))
    }
}

impl sealed::Sealed for Response {}

impl FromPayload for Response {
    /// u32 length of the head, the head as JSON, the body.
    fn from_payload(payload: Vec<u8>) -> Result<Response> {
        decode(&payload).ok_or_else(|| Error::invalid("The runtime answered no HTTP response."))
    }
}

fn decode(payload: &[u8]) -> Option<Response> {
    let length = u32::from_le_bytes(payload.get(..4)?.try_into().ok()?) as usize;
    let head = payload[4..].get(..length)?;
    let head = json::parse(str::from_utf8(head).ok()?)?;
    let status = match head.member("status")? {
        json::Value::Number(number) => number.parse().ok()?,
        _ => return None,
    };
    let headers = Headers::of_json(head.member("headers"));
    Some(Response { status, headers, body: payload[4 + length..].to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(head: &str, body: &str) -> Vec<u8> {
        [&(head.len() as u32).to_le_bytes(), head.as_bytes(), body.as_bytes()].concat()
    }

    #[test]
    fn a_response_is_its_head_and_what_follows() {
        let response = decode(&payload(r#"{"status":404,"headers":[["x","1"]]}"#, "gone")).unwrap();
        assert_eq!(response, Response::new(404).header("x", "1").body("gone"));
        assert!(!response.is_ok());
    }

    #[test]
    fn what_is_no_response_is_refused() {
        let whole = payload(r#"{"status":200}"#, "");
        assert!(decode(&whole).is_some());
        assert!(decode(&whole[..9]).is_none());
        assert!(decode(&whole[..2]).is_none());
        assert!(decode(&payload(r#"{"status":"200"}"#, "")).is_none());
        assert!(decode(&payload(r#"{"status":2e2}"#, "")).is_none());
    }
}
