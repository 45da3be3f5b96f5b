//! Which media types a request brings and accepts (GraphQL over HTTP, "Media Types").

use axum::http::{HeaderMap, header};

/// The media type of answers after the specification.
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
/// The media type of answers from before the specification, and of requests.
const JSON: &str = "application/json";
/// The media type of event streams.
const EVENT_STREAM: &str = "text/event-stream";

/// How a GraphQL result is dressed as an HTTP answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::http) enum Dress {
    /// `application/graphql-response+json`: the status says whether the request was a valid one.
    Response,
    /// `application/json`: the status is 200 for every well-formed request. The default where nothing is said.
    #[default]
    Json,
}

impl Dress {
    /// The `Content-Type` of an answer.
    pub(in crate::http) const fn content_type(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// What a request accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Accept {
    /// One answer, in this dress.
    pub(in crate::http) single: Option<Dress>,
    /// A stream of server-sent events.
    pub(in crate::http) events: bool,
}

impl Accept {
    /// Reads the `Accept` headers; none means `application/json`.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Self {
        let texts: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .collect();
        let ranges: Vec<Range<'_>> = texts
            .iter()
            .flat_map(|text| text.split(','))
            .filter_map(Range::parse)
            .collect();
        if ranges.is_empty() {
            return Self {
                single: Some(Dress::Json),
                events: false,
            };
        }
        let (response, json) = (quality(&ranges, GRAPHQL_RESPONSE), quality(&ranges, JSON));
        // Named types beat wildcards of the same weight, and of two named ones the newer wins.
        let single = match (response, json) {
            (None, None) => None,
            (Some(_), None) => Some(Dress::Response),
            (Some(new), Some(old)) if new.weight > old.weight => Some(Dress::Response),
            (Some(new), Some(old)) if new.weight == old.weight && new.named => {
                Some(Dress::Response)
            }
            _ => Some(Dress::Json),
        };
        Self {
            single,
            events: quality(&ranges, EVENT_STREAM).is_some_and(|quality| quality.named),
        }
    }
}

/// One media range of an `Accept` header.
struct Range<'a> {
    media: &'a str,
    /// In thousandths: a quality has at most three digits.
    weight: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next().filter(|media| !media.is_empty())?;
        let weight = parts
            .find_map(|p| p.strip_prefix("q="))
            .map_or(1000, thousandths);
        Some(Self { media, weight })
    }

    /// How precisely this range names `media`: 2 exactly, 1 by its type, 0 as anything; `None` not at all.
    fn precision(&self, media: &str) -> Option<u8> {
        if self.media.eq_ignore_ascii_case(media) {
            return Some(2);
        }
        if self.media == "*/*" || self.media == "*" {
            return Some(0);
        }
        let kind = self.media.strip_suffix("/*")?;
        media
            .split('/')
            .next()
            .is_some_and(|own| own.eq_ignore_ascii_case(kind))
            .then_some(1)
    }
}

/// A quality such as `0.5`; what is none counts as fully wanted.
fn thousandths(quality: &str) -> u16 {
    match quality.trim().split_once('.') {
        Some(("0", digits)) => format!("{digits:0<3}")
            .get(..3)
            .and_then(|d| d.parse().ok())
            .unwrap_or(1000),
        None if quality.trim() == "0" => 0,
        _ => 1000,
    }
}

/// How much a media type is wanted.
struct Quality {
    weight: u16,
    named: bool,
}

/// The quality of `media` after the most precise range (RFC 9110, 12.5.1); `None` when it is not acceptable.
fn quality(ranges: &[Range<'_>], media: &str) -> Option<Quality> {
    let (precision, range) = ranges
        .iter()
        .filter_map(|range| Some((range.precision(media)?, range)))
        .max_by(|a, b| a.0.cmp(&b.0).then(a.1.weight.cmp(&b.1.weight)))?;
    (range.weight > 0).then_some(Quality {
        weight: range.weight,
        named: precision == 2,
    })
}

/// Whether the body is said to be JSON in UTF-8. A type that a browser sends to other origins without asking
/// (`text/plain`, forms) is not, which is what keeps cross-site request forgery out.
pub(in crate::http) fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case(JSON));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accept(text: &str) -> Accept {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(text).expect("header"));
        Accept::of(&headers)
    }

    #[test]
    fn the_accepted_dress_follows_names_and_weights() {
        for (text, dress) in [
            ("application/graphql-response+json", Some(Dress::Response)),
            ("application/json", Some(Dress::Json)),
            ("*/*", Some(Dress::Json)),
            ("application/*", Some(Dress::Json)),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Some(Dress::Response),
            ),
            (
                "application/graphql-response+json;q=0.5, application/json",
                Some(Dress::Json),
            ),
            (
                "application/graphql-response+json, application/json",
                Some(Dress::Response),
            ),
            ("application/json, */*", Some(Dress::Json)),
            (
                "application/graphql-response+json, */*;q=0.1",
                Some(Dress::Response),
            ),
            ("APPLICATION/JSON; charset=utf-8", Some(Dress::Json)),
            (
                "application/json;q=0, application/graphql-response+json;q=0",
                None,
            ),
            (
                "application/json;q=0.000, */*;q=0.01",
                Some(Dress::Response),
            ),
            (
                "application/json;q=0.25, application/graphql-response+json;q=0.3",
                Some(Dress::Response),
            ),
            ("text/html", None),
            ("image/*", None),
        ] {
            assert_eq!(accept(text).single, dress, "{text}");
        }
        assert_eq!(Accept::of(&HeaderMap::new()).single, Some(Dress::Json));
    }

    #[test]
    fn events_must_be_asked_for_by_name() {
        assert_eq!(
            accept("text/event-stream"),
            Accept {
                single: None,
                events: true
            }
        );
        assert!(!accept("*/*").events);
        assert!(!accept("text/event-stream;q=0, */*").events);
        let urql = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        assert_eq!(
            accept(urql),
            Accept {
                single: Some(Dress::Response),
                events: true
            }
        );
    }

    #[test]
    fn only_json_in_utf8_is_json() {
        let mut headers = HeaderMap::new();
        assert!(!is_json(&headers));
        for (text, json) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json; charset=iso-8859-1", false),
            ("text/plain", false),
            ("multipart/form-data; boundary=application/json", false),
            ("application/x-www-form-urlencoded", false),
            ("application/jsonp", false),
        ] {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_str(text).expect("header"),
            );
            assert_eq!(is_json(&headers), json, "{text}");
        }
    }
}
