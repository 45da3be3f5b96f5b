//! Where the server listens, how it is known outside, and what its doors offer.

use std::net::SocketAddr;

use url::Url;

use super::{Problems, Source};

/// `BURSAR_LISTEN`, `BURSAR_PUBLIC_URL`, `BURSAR_GRAPHIQL`, `BURSAR_INTROSPECTION`, `BURSAR_TRUST_PROXY`,
/// `BURSAR_TEST_CLOCK`.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are switches of their own, not states of one thing"
)]
pub struct HttpConfig {
    /// The address to listen on; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The address that users reach, when it differs.
    pub public_url: Option<Url>,
    /// Whether `/` serves GraphiQL.
    pub graphiql: bool,
    /// Whether the schema may be introspected.
    pub introspection: bool,
    /// Whether `X-Forwarded-For` is believed.
    pub trust_proxy: bool,
    /// Whether time may be moved by hand (OPS-6).
    pub test_clock: bool,
}

impl HttpConfig {
    pub(super) fn read(source: &Source, problems: &mut Problems) -> Self {
        let default = SocketAddr::from(([127, 0, 0, 1], 8000));
        let public_url =
            source
                .text("BURSAR_PUBLIC_URL")
                .and_then(|text| match Url::parse(&text) {
                    Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
                    _ => {
                        problems.add("BURSAR_PUBLIC_URL", "is not an http or https address");
                        None
                    }
                });
        Self {
            listen: source.parsed(
                "BURSAR_LISTEN",
                "an address and port such as 127.0.0.1:8000",
                default,
                problems,
            ),
            public_url,
            graphiql: source.switch("BURSAR_GRAPHIQL", true, problems),
            introspection: source.switch("BURSAR_INTROSPECTION", true, problems),
            trust_proxy: source.switch("BURSAR_TRUST_PROXY", false, problems),
            test_clock: source.switch("BURSAR_TEST_CLOCK", false, problems),
        }
    }
}
