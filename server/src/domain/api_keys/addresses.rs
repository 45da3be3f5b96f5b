//! Where a key may be used from: addresses and networks in CIDR notation (RFC 4632, RFC 4291).

use std::net::IpAddr;

use ipnet::IpNet;

use super::ApiKeyError;

/// Most networks of one key.
const MOST: usize = 50;

/// Reads `texts`; an address stands for the network of itself alone, and what is beyond a network's prefix is dropped.
pub(super) fn parse(texts: &[String]) -> Result<Vec<IpNet>, ApiKeyError> {
    if texts.len() > MOST {
        return Err(ApiKeyError::TooManyAddresses { most: MOST });
    }
    let network = |(index, text): (usize, &String)| {
        let text = text.trim();
        let address = || {
            text.parse()
                .ok()
                .map(|ip: IpAddr| IpNet::from(ip.to_canonical()))
        };
        let network = text.parse::<IpNet>().ok().or_else(address);
        network
            .map(|network| network.trunc())
            .ok_or_else(|| ApiKeyError::NotAnAddress {
                text: text.chars().take(64).collect(),
                index,
            })
    };
    texts.iter().enumerate().map(network).collect()
}

/// What is stored: the networks with blanks between them.
pub(super) fn to_text(networks: &[IpNet]) -> String {
    let texts: Vec<String> = networks.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

/// Whether the stored networks let `ip` in. None at all let everybody in; otherwise who comes from nowhere stays out.
pub(super) fn admit(stored: &str, ip: Option<IpAddr>) -> bool {
    if stored.is_empty() {
        return true;
    }
    // An address of the old kind that came over a socket of the new one.
    let Some(ip) = ip.map(|ip| ip.to_canonical()) else {
        return false;
    };
    let networks = stored.split_ascii_whitespace();
    networks
        .filter_map(|text| text.parse::<IpNet>().ok())
        .any(|network| network.contains(&ip))
}

#[cfg(test)]
mod tests {
    use super::{ApiKeyError, MOST, admit, parse, to_text};

    fn text(texts: &[&str]) -> Result<String, ApiKeyError> {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        parse(&texts).map(|networks| to_text(&networks))
    }

    #[test]
    fn networks_are_read_and_written_in_one_form() {
        for (texts, stored) in [
            (&[][..], ""),
            (&["192.0.2.7"], "192.0.2.7/32"),
            (&[" 10.1.2.3/8 "], "10.0.0.0/8"),
            (&["::ffff:192.0.2.7"], "192.0.2.7/32"),
            (
                &["2001:db8::1", "2001:db8::/32"],
                "2001:db8::1/128 2001:db8::/32",
            ),
        ] {
            assert_eq!(text(texts).as_deref(), Ok(stored), "{texts:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        for wrong in ["", "10.0.0.0/33", "example.com", "10.0.0", "10.0.0.0/8;"] {
            assert_eq!(
                text(&["10.0.0.1", wrong]),
                Err(ApiKeyError::NotAnAddress {
                    text: wrong.to_owned(),
                    index: 1
                })
            );
        }
        let many = vec!["10.0.0.1".to_owned(); MOST + 1];
        assert_eq!(
            parse(&many),
            Err(ApiKeyError::TooManyAddresses { most: MOST })
        );
    }

    #[test]
    fn only_the_named_networks_are_let_in() {
        let stored = "10.0.0.0/8 2001:db8::/32";
        for (ip, admitted) in [
            ("10.255.0.1", true),
            ("::ffff:10.0.0.1", true),
            ("11.0.0.1", false),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
            ("::ffff:11.0.0.1", false),
        ] {
            let ip = Some(ip.parse().expect("an address"));
            assert_eq!(admit(stored, ip), admitted, "{ip:?}");
            assert!(admit("", ip), "anywhere");
        }
        assert!(!admit(stored, None), "from nowhere");
        assert!(admit("", None));
    }
}
