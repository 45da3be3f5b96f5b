//! Who asks: the identity behind a request and where it came from. Every use case takes an [`Actor`]; none of them
//! knows about tokens, headers or sockets.

use std::net::IpAddr;

use bursar_entities::ids::{ApiKeyId, SessionId, UserId};

use crate::domain::access::{KeyScope, SecretHash};
use crate::error::{Error, Result};

/// The languages that messages exist in (ORG-2, `Locale` in the graph).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, the fallback.
    #[default]
    En,
    /// French.
    Fr,
    /// Vietnamese.
    Vi,
}

impl Locale {
    /// The first supported language of an `Accept-Language` header (RFC 9110, weights respected), else English.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Self {
        let mut ranked: Vec<(f32, usize, Self)> = header
            .split(',')
            .enumerate()
            .filter_map(|(position, range)| {
                let mut parts = range.split(';');
                let locale = Self::from_tag(parts.next()?.trim())?;
                let weight = parts
                    .find_map(|p| p.trim().strip_prefix("q=").and_then(|q| q.parse().ok()))
                    .unwrap_or(1.0);
                (weight > 0.0).then_some((weight, position, locale))
            })
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.first().map_or(Self::En, |(_, _, locale)| *locale)
    }

    /// The locale of a language tag such as `fr` or `fr-CA` (BCP 47), if supported.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "fr" => Some(Self::Fr),
            "vi" => Some(Self::Vi),
            _ => None,
        }
    }
}

/// A signed-in user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserIdentity {
    /// The user.
    pub id: UserId,
    /// The address at the time of signing in, kept with audit entries.
    pub email: String,
    /// Whether the user runs the platform.
    pub is_system_admin: bool,
    /// The session that the access token belongs to.
    pub session_id: SessionId,
}

/// An API key of an organization (ACC-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiKeyIdentity {
    /// The key.
    pub id: ApiKeyId,
    /// Where it may do what.
    pub scope: KeyScope,
    /// Which of its secrets was shown: one that a rotation has replaced ends before the key does.
    pub secret: SecretHash,
}

/// On whose behalf something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nobody has signed in.
    Anonymous,
    /// A person.
    User(UserIdentity),
    /// A program of an organization.
    ApiKey(ApiKeyIdentity),
    /// Bursar itself: start-up, jobs, the command line.
    System,
    /// Somebody whose token was good a moment ago, while the database does not say whether it still is. Nothing is allowed
    /// to them but what fails open (QUO-10).
    Unconfirmed(Box<Self>),
}

/// Where a request came from; written to the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// `X-Request-Id`, ours or the caller's.
    pub request_id: Option<String>,
    /// The peer's address.
    pub ip: Option<IpAddr>,
    /// The `User-Agent` header, at most 255 characters.
    pub user_agent: Option<String>,
    /// The language of messages.
    pub locale: Locale,
}

/// Who asks, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// On whose behalf.
    pub identity: Identity,
    /// From where.
    pub origin: Origin,
}

impl Actor {
    /// Bursar itself.
    #[must_use]
    pub fn system() -> Self {
        Self {
            identity: Identity::System,
            origin: Origin::default(),
        }
    }

    /// Nobody, from `origin`.
    #[must_use]
    pub const fn anonymous(origin: Origin) -> Self {
        Self {
            identity: Identity::Anonymous,
            origin,
        }
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when nobody has signed in; `FORBIDDEN` for an API key, because this needs a person.
    pub fn user(&self) -> Result<&UserIdentity> {
        match &self.identity {
            Identity::User(user) => Ok(user),
            Identity::ApiKey(_) => Err(Error::needs_a_person()),
            Identity::Anonymous | Identity::System => Err(Error::unauthenticated()),
            Identity::Unconfirmed(_) => Err(unconfirmed()),
        }
    }

    /// The API key that asks, if it is one.
    #[must_use]
    pub const fn api_key(&self) -> Option<&ApiKeyIdentity> {
        match &self.identity {
            Identity::ApiKey(key) => Some(key),
            Identity::User(_)
            | Identity::Anonymous
            | Identity::System
            | Identity::Unconfirmed(_) => None,
        }
    }

    /// Whether the database did not say who this is.
    #[must_use]
    pub const fn is_unconfirmed(&self) -> bool {
        matches!(self.identity, Identity::Unconfirmed(_))
    }

    /// Refuses a request that nobody signed in for.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for [`Identity::Anonymous`], `INTERNAL` for [`Identity::Unconfirmed`].
    pub fn require_identity(&self) -> Result<()> {
        match &self.identity {
            Identity::Anonymous => Err(Error::unauthenticated()),
            Identity::Unconfirmed(_) => Err(unconfirmed()),
            Identity::User(_) | Identity::ApiKey(_) | Identity::System => Ok(()),
        }
    }

    /// Whether the caller runs the platform (a system admin, or Bursar itself).
    #[must_use]
    pub const fn is_system_admin(&self) -> bool {
        match &self.identity {
            Identity::User(user) => user.is_system_admin,
            Identity::System => true,
            Identity::ApiKey(_) | Identity::Anonymous | Identity::Unconfirmed(_) => false,
        }
    }

    /// The language of messages to this caller.
    #[must_use]
    pub const fn locale(&self) -> Locale {
        self.origin.locale
    }
}

fn unconfirmed() -> Error {
    Error::internal("the database did not say who asks")
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn accept_language_follows_weights_and_falls_back_to_english() {
        assert_eq!(
            Locale::from_accept_language("de, fr;q=0.5, vi;q=0.8"),
            Locale::Vi
        );
        assert_eq!(Locale::from_accept_language("fr-CA"), Locale::Fr);
        assert_eq!(Locale::from_accept_language("fr;q=0, en"), Locale::En);
        assert_eq!(Locale::from_accept_language(""), Locale::En);
        assert_eq!(
            Locale::from_accept_language("vi;q=abc,fr;q=0.9"),
            Locale::Vi
        );
    }
}
