//! Whose tokens are accepted beside the server's own.

use url::{Host, Url};

use super::{Problems, Source};

/// Longest address of an issuer, in bytes: it is part of an index.
const LONGEST: usize = 255;

/// `BURSAR_OIDC_ISSUER` and `BURSAR_OIDC_AUDIENCE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcConfig {
    /// The issuer, letter by letter as its tokens say it in `iss`.
    pub issuer: String,
    /// What its tokens must say in `aud`.
    pub audience: String,
}

impl OidcConfig {
    pub(super) fn read(source: &Source, problems: &mut Problems) -> Option<Self> {
        let issuer = source.text("BURSAR_OIDC_ISSUER");
        let audience = source.text("BURSAR_OIDC_AUDIENCE");
        if issuer.as_deref().is_some_and(|issuer| !is_issuer(issuer)) {
            problems.add(
                "BURSAR_OIDC_ISSUER",
                "is not the https address of an issuer (http only on this machine), without query and fragment",
            );
        }
        match (issuer, audience) {
            (Some(issuer), Some(audience)) => Some(Self { issuer, audience }),
            (Some(_), None) => {
                problems.add(
                    "BURSAR_OIDC_AUDIENCE",
                    "is required with BURSAR_OIDC_ISSUER: without it tokens for any other service would do",
                );
                None
            }
            (None, Some(_)) => {
                problems.add(
                    "BURSAR_OIDC_ISSUER",
                    "is required with BURSAR_OIDC_AUDIENCE",
                );
                None
            }
            (None, None) => None,
        }
    }
}

/// OpenID Connect Discovery 1.0, section 3; without TLS only what does not leave the machine.
fn is_issuer(text: &str) -> bool {
    text.len() <= LONGEST
        && Url::parse(text).is_ok_and(|url| {
            let plain =
                url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
            plain && (url.scheme() == "https" || (url.scheme() == "http" && is_here(&url)))
        })
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_issuer;

    #[test]
    fn an_issuer_has_tls_or_is_on_this_machine() {
        for (text, fine) in [
            ("https://login.example.com", true),
            ("https://login.example.com/realms/acme/", true),
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000", true),
            ("http://localhost", true),
            ("http://login.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("https://login.example.com?tenant=1", false),
            ("https://login.example.com#x", false),
            ("https://user@login.example.com", false),
            ("login.example.com", false),
            ("", false),
        ] {
            assert_eq!(is_issuer(text), fine, "{text}");
        }
        assert!(!is_issuer(&format!("https://{}", "a".repeat(255))));
    }
}
