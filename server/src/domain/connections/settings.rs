//! What a connection is told beside its secret: checked against what its provider needs, as pure functions.

use std::collections::BTreeMap;

use bursar_entities::connection::Model;
use bursar_entities::enums::ConnectionProvider;
use url::{Host, Url};

use super::ConnectionError;
use super::provider::{Field, Needs, needs};

/// Settings by field; what is absent is not said.
pub type Settings = BTreeMap<Field, String>;

/// Longest endpoint and path.
const LONGEST: usize = 512;
/// Longest name of a host (RFC 1035).
const LONGEST_HOST: usize = 253;
/// Longest user name and id of an access key.
const LONGEST_NAME: usize = 255;

/// `settings` as `provider` needs them, trimmed; an empty one counts as absent.
pub(super) fn check(
    provider: ConnectionProvider,
    settings: Settings,
) -> Result<Settings, ConnectionError> {
    let needs = needs(provider);
    let mut checked = Settings::new();
    for (field, text) in settings {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        if !needs.required.contains(&field) && !needs.optional.contains(&field) {
            return Err(ConnectionError::NotForThisProvider { field });
        }
        checked.insert(field, check_one(&needs, field, text)?);
    }
    let missing = needs
        .required
        .iter()
        .find(|field| !checked.contains_key(field));
    match missing {
        Some(field) => Err(ConnectionError::Required { field: *field }),
        None => Ok(checked),
    }
}

/// `current` with `changes` laid over it; what is none there goes away.
pub(super) fn merge(current: &Settings, changes: &BTreeMap<Field, Option<String>>) -> Settings {
    let mut merged = current.clone();
    for (field, change) in changes {
        match change {
            Some(text) => merged.insert(*field, text.clone()),
            None => merged.remove(field),
        };
    }
    merged
}

/// Whether a secret that is sent where `before` says would go elsewhere after.
pub(super) fn leads_elsewhere(before: &Settings, after: &Settings) -> bool {
    let differs = |field: &Field| before.get(field) != after.get(field);
    let fields = before.keys().chain(after.keys());
    fields
        .into_iter()
        .any(|field| field.is_destination() && differs(field))
}

fn check_one(needs: &Needs, field: Field, text: &str) -> Result<String, ConnectionError> {
    let longest = match field {
        Field::Endpoint | Field::Path => LONGEST,
        Field::Host => LONGEST_HOST,
        Field::AccessKeyId | Field::Username => LONGEST_NAME,
        Field::Region => 64,
        Field::Bucket => 63,
        Field::Port => 5,
    };
    let is_word = |extra: &str| {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || extra.contains(letter);
        text.chars().all(fits)
    };
    let is_right = match field {
        Field::Endpoint => is_endpoint(needs, text),
        Field::Region => is_word("-_"),
        Field::Bucket => text.len() >= 3 && is_word(".-_"),
        Field::AccessKeyId => text.chars().all(|letter| letter.is_ascii_graphic()),
        Field::Host => is_host(text),
        Field::Port => text.parse::<u16>().is_ok_and(|port| port > 0),
        Field::Username => !text.contains(|letter: char| letter.is_control() || letter == ':'),
        Field::Path => !text.contains(char::is_control),
    };
    if is_right && text.chars().count() <= longest {
        return Ok(text.to_owned());
    }
    Err(ConnectionError::Malformed {
        field,
        wanted: wanted(needs, field),
    })
}

/// An address without anything that could be a secret in it.
fn is_endpoint(needs: &Needs, text: &str) -> bool {
    let foreign = |letter: char| letter.is_control() || letter.is_whitespace();
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let scheme = url.scheme() == "https" || needs.plain_http && url.scheme() == "http";
    let bare = url.username().is_empty() && url.password().is_none();
    let plain = url.query().is_none() && url.fragment().is_none();
    scheme && bare && plain && url.has_host() && !text.contains(foreign)
}

fn is_host(text: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || ".-[]:".contains(letter);
    text.chars().all(letter) && Host::parse(text).is_ok()
}

const fn wanted(needs: &Needs, field: Field) -> &'static str {
    match field {
        Field::Endpoint if needs.plain_http => {
            "an http or https address of at most 512 characters, without user, query or fragment"
        }
        Field::Endpoint => {
            "an https address of at most 512 characters, without user, query or fragment"
        }
        Field::Region => "1 to 64 letters, digits, hyphens and underscores, such as eu-central-1",
        Field::Bucket => "3 to 63 letters, digits, dots, hyphens and underscores",
        Field::AccessKeyId => "at most 255 characters without blanks",
        Field::Host => "the name or the address of a host, without a port",
        Field::Port => "a number from 1 to 65535",
        Field::Username => "at most 255 characters without a colon",
        Field::Path => "at most 512 characters on one line",
    }
}

/// The settings of a row.
pub(super) fn of(row: &Model) -> Settings {
    let port = row.port.map(|port| port.to_string());
    [
        (Field::Endpoint, row.endpoint.clone()),
        (Field::Region, row.region.clone()),
        (Field::Bucket, row.bucket.clone()),
        (Field::AccessKeyId, row.access_key_id.clone()),
        (Field::Host, row.host.clone()),
        (Field::Port, port),
        (Field::Username, row.username.clone()),
        (Field::Path, row.path.clone()),
    ]
    .into_iter()
    .filter_map(|(field, text)| text.map(|text| (field, text)))
    .collect()
}

/// Writes settings that were checked into a row.
pub(super) fn put(row: &mut Model, mut settings: Settings) {
    let mut take = |field| settings.remove(&field);
    row.endpoint = take(Field::Endpoint);
    row.region = take(Field::Region);
    row.bucket = take(Field::Bucket);
    row.access_key_id = take(Field::AccessKeyId);
    row.host = take(Field::Host);
    row.port = take(Field::Port).and_then(|port| port.parse().ok());
    row.username = take(Field::Username);
    row.path = take(Field::Path);
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::ConnectionProvider as P;
    use sea_orm::Iterable as _;

    use super::{Field, Settings, check, leads_elsewhere, needs};

    fn settings(pairs: &[(Field, &str)]) -> Settings {
        let pairs = pairs.iter();
        pairs
            .map(|(field, text)| (*field, (*text).to_owned()))
            .collect()
    }

    /// A value that is right for each field.
    fn sample(field: Field) -> &'static str {
        match field {
            Field::Endpoint => "https://s3.example.com",
            Field::Region => "eu-central-1",
            Field::Bucket => "backups",
            Field::AccessKeyId => "AKIAEXAMPLE",
            Field::Host => "files.example.com",
            Field::Port => "2222",
            Field::Username => "deploy",
            Field::Path => "/var/backups",
        }
    }

    #[test]
    fn every_provider_is_content_with_what_it_needs_and_with_nothing_less() {
        for provider in P::iter() {
            let needs = needs(provider);
            let pairs = |fields: &[Field]| -> Vec<(Field, &str)> {
                fields
                    .iter()
                    .map(|field| (*field, sample(*field)))
                    .collect()
            };
            let least = settings(&pairs(needs.required));
            assert_eq!(
                check(provider, least.clone()).as_ref(),
                Ok(&least),
                "{provider:?}"
            );
            let all = settings(&pairs(&[needs.required, needs.optional].concat()));
            assert_eq!(check(provider, all.clone()), Ok(all), "{provider:?}");
            for field in needs.required {
                let mut less = least.clone();
                less.insert(*field, "  ".to_owned());
                assert!(
                    check(provider, less).is_err(),
                    "{provider:?} without {field:?}"
                );
            }
        }
    }

    #[test]
    fn what_a_provider_has_no_use_for_is_refused() {
        assert!(check(P::Cloudflare, settings(&[(Field::Bucket, "backups")])).is_err());
        assert!(check(P::Github, settings(&[(Field::Host, "example.com")])).is_err());
    }

    #[test]
    fn malformed_values_are_refused() {
        for (provider, field, wrong) in [
            (P::Gitlab, Field::Endpoint, "http://gitlab.example.com"),
            (
                P::Gitlab,
                Field::Endpoint,
                "https://user:secret@gitlab.example.com",
            ),
            (
                P::Gitlab,
                Field::Endpoint,
                "https://token@gitlab.example.com",
            ),
            (
                P::Gitlab,
                Field::Endpoint,
                "https://gitlab.example.com/?private_token=x",
            ),
            (P::Gitlab, Field::Endpoint, "https://gitlab.example.com/#x"),
            (P::Gitlab, Field::Endpoint, "gitlab.example.com"),
            (P::Gitlab, Field::Endpoint, "javascript:alert(1)"),
            (P::Route53, Field::Region, "eu west"),
            (P::Route53, Field::AccessKeyId, "a b"),
            (P::Oci, Field::Host, "https://registry.example.com"),
            (P::Oci, Field::Host, "registry.example.com:5000"),
            (P::Oci, Field::Host, "registry.example.com/path"),
            (P::Oci, Field::Port, "0"),
            (P::Oci, Field::Port, "65536"),
            (P::Oci, Field::Port, "-1"),
            (P::Oci, Field::Username, "user:secret"),
            (P::Oci, Field::Path, "two\nlines"),
        ] {
            let mut all = settings(&[(field, wrong)]);
            for required in needs(provider).required {
                all.entry(*required)
                    .or_insert_with(|| sample(*required).to_owned());
            }
            let error = check(provider, all).expect_err(wrong);
            let text = error.to_string();
            assert!(text.contains(field.name()), "{text}");
            assert!(
                !text.contains(wrong),
                "what was typed is not told again: {text}"
            );
        }
    }

    #[test]
    fn plain_http_is_for_those_in_the_house() {
        let minio = settings(&[
            (Field::Endpoint, "http://10.0.0.5:9000"),
            (Field::Bucket, "backups"),
            (Field::AccessKeyId, "minio"),
        ]);
        assert!(check(P::Minio, minio.clone()).is_ok());
        assert!(check(P::BackblazeB2, minio).is_err());
    }

    #[test]
    fn a_secret_would_go_elsewhere() {
        let before = settings(&[(Field::Host, "a.example.com"), (Field::Path, "/a")]);
        let mut after = before.clone();
        after.insert(Field::Path, "/b".to_owned());
        assert!(!leads_elsewhere(&before, &after));
        after.insert(Field::Port, "2222".to_owned());
        assert!(leads_elsewhere(&before, &after));
        assert!(leads_elsewhere(&before, &Settings::new()));
    }
}
