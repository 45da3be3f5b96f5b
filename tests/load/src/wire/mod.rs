//! The least of HTTP/1.1 and WebSocket that a client needs. Clients share the machine with the server that is measured, so
//! they must cost next to nothing: requests are prepared, answers are searched, nothing is parsed twice.

mod http;
mod socket;

pub(crate) use http::Http;
pub(crate) use socket::Socket;

/// Where `needle` begins in `hay`.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len())
        .position(|window| window == needle)
}

/// What stands in `hay` between `before` and the next quotation mark.
pub(crate) fn text_after<'a>(hay: &'a [u8], before: &[u8]) -> Option<&'a str> {
    let start = find(hay, before)? + before.len();
    let length = hay[start..].iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&hay[start..start + length]).ok()
}

/// The whole number that stands in `hay` after `before`.
pub(crate) fn number_after(hay: &[u8], before: &[u8]) -> Option<u64> {
    let start = find(hay, before)? + before.len();
    let digits = hay[start..].iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.count();
    std::str::from_utf8(&hay[start..start + length])
        .ok()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_json() {
        let json = br#"{"sequence":42,"cursor":"abc","last":"#;
        assert_eq!(number_after(json, b"\"sequence\":"), Some(42));
        assert_eq!(text_after(json, b"\"cursor\":\""), Some("abc"));
        assert_eq!(number_after(json, b"\"last\":"), None);
        assert_eq!(text_after(json, b"\"none\":\""), None);
    }
}
