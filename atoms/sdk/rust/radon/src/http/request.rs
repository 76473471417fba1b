//! HTTP requests to this atom.

use super::{url, Headers, Response};
use crate::message::{Kind, Message};
use crate::{bytes, host, json, Code, Error, ReplyToken, Result};

/// An HTTP request to this atom, made of the message that brought it by [`Message::into_http`](crate::Message::into_http).
#[derive(Debug)]
pub struct Request {
    message: Message,
    method: String,
    url: String,
    headers: Headers,
}

impl Request {
    /// `NOT_FOUND` if the message is of another kind.
    pub fn new(message: Message) -> Result<Request> {
        message.identity().check()?;
        if message.kind() != Kind::Http {
            return Err(Error::new(Code::NotFound, "The message is not an HTTP request."));
        }
        let head = bytes::received_text(host::http_head)?;
        let head = json::parse(&head).ok_or_else(|| Error::invalid("The runtime answered no head of a request."))?;
        let text = |name: &str| head.member(name).and_then(json::Value::as_str).unwrap_or_default().to_owned();
        let headers = Headers::of_json(head.member("headers"));
        Ok(Request { method: text("method"), url: text("url"), headers, message })
    }

    /// `GET`, `POST`, ...
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The whole URL, as it was sent.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The path of the URL, as it was sent: `/users/a%20b`.
    pub fn path(&self) -> &str {
        url::path(&self.url)
    }

    /// A segment of the path, decoded: of `/users/a%20b` segment 1 is `a b`.
    pub fn segment(&self, index: usize) -> Option<String> {
        url::segment(self.path(), index)
    }

    /// A parameter of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        url::query(&self.url, name)
    }

    /// The first header of that name, in upper or lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    pub fn body(&self) -> &[u8] {
        self.message.payload()
    }

    /// The body as text; `INVALID` if it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        self.message.text()
    }

    /// Answers. Fails with `INVALID` for a status that is not from 200 to 599, a header that is none, a body where the status allows none, or if
    /// it was answered already; with `TOO_LARGE`.
    pub fn respond(&self, response: Response) -> Result<()> {
        self.message.identity().check()?;
        let mut headers = String::new();
        response.headers.write_json(&mut headers);
        bytes::done(host::http_respond(i32::from(response.status), headers.as_bytes(), &response.body))
    }

    /// Answers with a 502 and this reason.
    pub fn fail(&self, reason: impl AsRef<str>) -> Result<()> {
        self.message.fail(reason)
    }

    /// What answers it later, with a 200.
    pub fn reply_token(&self) -> Result<ReplyToken> {
        self.message.reply_token()
    }

    /// The message that brought it.
    pub fn message(&self) -> &Message {
        &self.message
    }
}
