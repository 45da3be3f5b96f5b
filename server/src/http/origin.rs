//! Where a request came from: request id, address, agent and language, read from headers that anybody can write, so
//! everything is bounded and checked.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::actor::{Locale, Origin};
use crate::error::{Error, Result};

/// The header that carries the request id both ways.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// The longest request id that is accepted.
const REQUEST_ID_LENGTH: usize = 128;

/// The characters of a `User-Agent` that are kept.
const USER_AGENT_LENGTH: usize = 255;

/// The request id that [`super::observe`] settled on, as a request extension.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

/// The caller's request id, when it is one: 1 to 128 visible ASCII characters.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let fine = !id.is_empty()
        && id.len() <= REQUEST_ID_LENGTH
        && id.bytes().all(|byte| byte.is_ascii_graphic());
    fine.then_some(id)
}

/// The credentials that came with a request, if any.
///
/// # Errors
/// `UNAUTHENTICATED` when the header is no text.
pub(super) fn authorization(headers: &HeaderMap) -> Result<Option<&str>> {
    let header = headers.get(header::AUTHORIZATION);
    header
        .map(|value| value.to_str().map_err(|_| Error::unauthenticated()))
        .transpose()
}

/// Where the request with these `parts` came from.
pub(super) fn origin(parts: &Parts, trust_proxy: bool) -> Origin {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip());
    let text = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    Origin {
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        ip: if trust_proxy {
            forwarded_for(&parts.headers).or(peer)
        } else {
            peer
        },
        user_agent: parts.headers.get(header::USER_AGENT).map(|agent| {
            String::from_utf8_lossy(agent.as_bytes())
                .chars()
                .take(USER_AGENT_LENGTH)
                .collect()
        }),
        locale: text(header::ACCEPT_LANGUAGE)
            .map_or_else(Locale::default, Locale::from_accept_language),
    }
}

/// The address that the trusted proxy saw: the last one, since everything before it is the caller's own claim.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()?
        .to_str()
        .ok()?
        .rsplit(',')
        .next()?
        .trim();
    last.parse()
        .ok()
        .or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).expect("request").into_parts().0;
        parts
            .extensions
            .insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4000))));
        parts
    }

    #[test]
    fn a_request_id_is_short_visible_ascii() {
        for (id, accepted) in [
            ("abc-1", true),
            ("", false),
            ("a b", false),
            ("é", false),
            (&"x".repeat(129), false),
        ] {
            assert_eq!(
                request_id(&parts(&[(REQUEST_ID, id)]).headers).is_some(),
                accepted,
                "{id}"
            );
        }
        assert_eq!(
            request_id(&parts(&[(REQUEST_ID, &"x".repeat(128))]).headers).map(str::len),
            Some(128)
        );
    }

    #[test]
    fn a_forwarded_address_counts_only_behind_a_trusted_proxy_and_the_last_one_wins() {
        let parts = parts(&[("x-forwarded-for", "6.6.6.6, 192.0.2.7")]);
        assert_eq!(origin(&parts, false).ip, Some(IpAddr::from([10, 0, 0, 1])));
        assert_eq!(origin(&parts, true).ip, Some(IpAddr::from([192, 0, 2, 7])));
    }

    #[test]
    fn rubbish_from_the_proxy_leaves_the_peers_address() {
        assert_eq!(
            origin(&parts(&[("x-forwarded-for", "unknown")]), true).ip,
            Some(IpAddr::from([10, 0, 0, 1]))
        );
    }

    #[test]
    fn agent_is_cut_and_language_is_read() {
        let origin = origin(
            &parts(&[
                ("user-agent", &"a".repeat(400)),
                ("accept-language", "fr-CA"),
            ]),
            false,
        );
        assert_eq!(origin.user_agent.map(|agent| agent.len()), Some(255));
        assert_eq!(origin.locale, Locale::Fr);
    }
}
