//! Which servers the console talks to.
//!
//! A refresh token is as good as a password for as long as it lives, so it only ever travels over
//! TLS. Plain HTTP is accepted for the machine itself, where a server under development listens.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::failure::Failure;

/// The base address of a server, such as `https://bursar.example.com` or `http://127.0.0.1:8000`.
///
/// Normalised (no trailing slash, no `/graphql`), so that it can serve as the key of a stored token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerAddress(Url);

impl ServerAddress {
    /// Reads what a person typed.
    ///
    /// Without a scheme, `https` is taken, or `http` where the host is the machine itself.
    ///
    /// # Errors
    /// `INVALID_SERVER` for anything but `https`, or `http` to a loopback host, and for addresses
    /// that carry a user name, a query or a fragment.
    pub fn parse(typed: &str) -> Result<Self, Failure> {
        let typed = typed.trim();
        let mut url = with_scheme(typed).ok_or_else(|| {
            Failure::invalid_server(format!(
                "“{typed}” is not a server address; expected something like https://bursar.example.com"
            ))
        })?;
        refuse_unsafe(&url)?;
        let path = url
            .path()
            .trim_end_matches('/')
            .trim_end_matches("/graphql")
            .to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Where queries and mutations are posted.
    #[must_use]
    pub fn graphql(&self) -> String {
        format!("{self}/graphql")
    }

    /// Where subscriptions run (`ws` or `wss`).
    #[must_use]
    pub fn websocket(&self) -> String {
        self.graphql().replacen("http", "ws", 1)
    }
}

impl std::fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl TryFrom<String> for ServerAddress {
    type Error = Failure;

    fn try_from(text: String) -> Result<Self, Failure> {
        Self::parse(&text)
    }
}

impl From<ServerAddress> for String {
    fn from(address: ServerAddress) -> Self {
        address.to_string()
    }
}

fn with_scheme(typed: &str) -> Option<Url> {
    if typed.contains("://") {
        return Url::parse(typed).ok().filter(Url::has_host);
    }
    let secure = Url::parse(&format!("https://{typed}"))
        .ok()
        .filter(Url::has_host)?;
    if is_loopback(&secure) {
        Url::parse(&format!("http://{typed}")).ok()
    } else {
        Some(secure)
    }
}

fn refuse_unsafe(url: &Url) -> Result<(), Failure> {
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => {
            return Err(Failure::invalid_server(
                "Plain http is only accepted for this machine itself (127.0.0.1, ::1, localhost), because \
                 passwords and tokens would cross the network unprotected. Use https.",
            ));
        }
        other => {
            return Err(Failure::invalid_server(format!(
                "A server address starts with https://, not {other}://"
            )));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::invalid_server(
            "A server address carries no user name and no password.",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Failure::invalid_server(
            "A server address carries neither “?” nor “#”.",
        ));
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureCode;

    #[test]
    fn https_anywhere_and_http_at_home() {
        for (typed, stored) in [
            ("https://bursar.example.com/", "https://bursar.example.com"),
            ("  bursar.example.com ", "https://bursar.example.com"),
            (
                "https://example.com/billing/graphql",
                "https://example.com/billing",
            ),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("127.0.0.1:8000/graphql", "http://127.0.0.1:8000"),
            ("localhost:8000", "http://localhost:8000"),
            ("http://[::1]:8000/", "http://[::1]:8000"),
        ] {
            assert_eq!(
                ServerAddress::parse(typed).unwrap().to_string(),
                stored,
                "{typed}"
            );
        }
    }

    #[test]
    fn everything_else_is_refused_with_a_reason() {
        for typed in [
            "http://bursar.example.com",
            "http://192.168.1.2:8000",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "javascript://127.0.0.1",
            "https://user:secret@example.com",
            "https://example.com/?a=b",
            "https://example.com/#a",
            "https://",
            "",
            "two words",
        ] {
            let failure = ServerAddress::parse(typed).unwrap_err();
            assert_eq!(failure.code, FailureCode::InvalidServer, "{typed}");
            assert!(!failure.message.is_empty());
        }
    }

    #[test]
    fn the_doors_of_a_server() {
        let server = ServerAddress::parse("https://example.com/billing").unwrap();
        assert_eq!(server.graphql(), "https://example.com/billing/graphql");
        assert_eq!(server.websocket(), "wss://example.com/billing/graphql");
        let local = ServerAddress::parse("127.0.0.1:8000").unwrap();
        assert_eq!(local.websocket(), "ws://127.0.0.1:8000/graphql");
    }

    #[test]
    fn it_survives_being_stored() {
        let server = ServerAddress::parse("https://example.com").unwrap();
        let text = serde_json::to_string(&server).unwrap();
        assert_eq!(text, "\"https://example.com\"");
        assert_eq!(
            serde_json::from_str::<ServerAddress>(&text).unwrap(),
            server
        );
        assert!(serde_json::from_str::<ServerAddress>("\"http://example.com\"").is_err());
    }
}
