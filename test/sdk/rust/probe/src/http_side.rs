//! HTTP, from both sides.

use radon::http::{self, Response};
use radon::Message;

use crate::Reply;

/// Tells what came, in headers and in the body.
pub fn mirror(message: Message) -> radon::Result<()> {
    let request = message.into_http()?;
    if request.segment(1).as_deref() == Some("fail") {
        return request.fail(request.query("why").unwrap_or_default());
    }
    let names = request.headers().get_all("x-name").collect::<Vec<_>>().join("+");
    request.respond(
        Response::text(format!("{} {}", request.method(), request.text()?))
            .status(201)
            .header("x-segment", request.segment(1).unwrap_or_default())
            .header("x-path", request.path())
            .header("x-query", format!("{:?}", request.query("q")))
            .header("x-names", names)
            .header("x-sender", format!("{:?}", request.message().sender()?)),
    )
}

pub fn fetch(url: &str) -> Reply {
    let url_of = |path: &str| format!("{url}{path}");
    let created = http::post(url_of("/mirror/a%20b?q=%C3%A9+1"), "body").header("x-name", "\"quoted\"").send()?.wait()?;
    let failed = http::get(url_of("/mirror/fail?why=so")).send()?.wait()?;
    let put = http::fetch("PUT", url_of("/mirror/")).body([0xc3, 0xa9]).send()?.wait()?;
    let head = |name: &str| created.headers.get(name).unwrap_or("none").to_owned();
    Ok([
        format!("{} {} {}", created.status, created.is_ok(), created.body_text()?),
        ["x-segment", "x-path", "x-query", "x-names", "x-sender", "content-type"].map(head).join(" "),
        format!("{} {}", failed.status, failed.is_ok()),
        put.body_text()?.to_owned(),
        http::get("not a url").send().unwrap_err().code().to_string(),
    ]
    .join("\n"))
}
