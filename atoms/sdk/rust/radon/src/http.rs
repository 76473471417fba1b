//! HTTP requests that trigger this atom, and requests to the outside, which need the grant `http`.

mod fetch;
mod headers;
mod request;
mod response;
mod url;

pub use fetch::{fetch, get, post, Fetch};
pub use headers::Headers;
pub use request::Request;
pub use response::Response;
