//! The parts of a URL that a handler decides by.

/// The path, as it was sent.
pub fn path(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = &url[after_scheme..];
    let path = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() {
        "/"
    } else {
        path
    }
}

/// A segment of a path, decoded.
pub fn segment(path: &str, index: usize) -> Option<String> {
    let segments = path.strip_prefix('/').unwrap_or(path);
    segments.split('/').nth(index).filter(|segment| !segment.is_empty()).map(|segment| decode(segment, false))
}

/// The first parameter of that name, decoded.
pub fn query(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split('#').next()?.split_once('?')?;
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|(key, _)| decode(key, true) == name).map(|(_, value)| decode(value, true))
}

/// Percent signs and what follows them as bytes, where that are two digits; in a query a plus sign is a space.
fn decode(text: &str, is_query: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = if byte == b'%' { after.get(..2).and_then(hex) } else { None };
        rest = if escaped.is_some() { &after[2..] } else { after };
        bytes.push(escaped.unwrap_or(if is_query && byte == b'+' { b' ' } else { byte }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(digits[0])? * 16 + digit(digits[1])?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_what_is_between_the_host_and_the_query() {
        assert_eq!(path("http://host:1/a/b%20c?x=/y#z"), "/a/b%20c");
        assert_eq!(path("http://host"), "/");
        assert_eq!(path("http://host?x=/y"), "/");
        assert_eq!(path("/a#b"), "/a");
    }

    #[test]
    fn segments_are_decoded() {
        assert_eq!(segment("/users/a%20b+c", 1).unwrap(), "a b+c");
        assert_eq!(segment("/users/", 1), None);
        assert_eq!(segment("/", 0), None);
    }

    #[test]
    fn the_first_parameter_of_a_name_counts() {
        let url = "http://host/?a=1&b+c=%C3%A9%zz+&a=2&d";
        assert_eq!(query(url, "a").unwrap(), "1");
        assert_eq!(query(url, "b c").unwrap(), "é%zz ");
        assert_eq!(query(url, "d").unwrap(), "");
        assert_eq!(query(url, "e"), None);
        assert_eq!(query("http://host/#?a=1", "a"), None);
    }
}
