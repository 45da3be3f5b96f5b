//! Everything that a use case may need, built once and cheap to clone: database, clock, randomness, configuration and
//! the hub that wakes live subscriptions.

use std::ops::Deref;
use std::sync::Arc;

use bursar_entities::api_key;
use bursar_entities::ids::{SessionId, TypedId};
use chrono::{DateTime, Utc};
use rand::Rng as _;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::actor::UserIdentity;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Database;
use crate::domain::access::SecretHash;
use crate::domain::api_keys::{KeyUses, OpenKeys};
use crate::domain::events::Hub;
use crate::domain::identity::{Attempts, OpenSessions};
use crate::domain::quotas::{Engine, FailOpen, Outage};
use crate::issuer::Issuer;
use crate::mail::Mailer;
use crate::remember::Remember;

/// The parts of an [`App`].
pub struct Parts {
    /// The database.
    pub db: Database,
    /// Tells the time.
    pub clock: Clock,
    /// What the deployment configured.
    pub config: Config,
    /// Wakes live subscriptions after a commit.
    pub hub: Hub,
    /// Decides about quotas.
    pub quotas: Engine,
    /// What is granted while the database does not answer.
    pub fail_open: FailOpen,
    /// Whether it has failed to answer a moment ago.
    pub outage: Outage,
    /// Sends mail.
    pub mail: Mailer,
    /// Who issues the external tokens that are accepted.
    pub issuer: Issuer,
    /// Requests to reset passwords of late.
    pub resets: Attempts,
    /// Failures to sign in of late.
    pub attempts: Attempts,
    /// Wrong codes of authenticators of late.
    pub codes: Attempts,
    /// Who asks, looked up for many requests at once.
    pub open_sessions: OpenSessions,
    /// Who asked of late, for when the database does not answer.
    pub known_sessions: Remember<SessionId, UserIdentity>,
    /// Which keys asked of late, for when the database does not answer.
    pub known_keys: Remember<SecretHash, api_key::Model>,
    /// Which key asks, looked up for many requests at once.
    pub open_keys: OpenKeys,
    /// Which keys' use was written down of late.
    pub key_uses: KeyUses,
    /// Keeps ids of the same millisecond in order.
    ids: std::sync::Mutex<ContextV7>,
}

/// The application. Clones share everything.
#[derive(Clone)]
pub struct App(Arc<Parts>);

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(db: Database, clock: Clock, config: Config) -> Self {
        Self(Arc::new(Parts {
            quotas: Engine::new(db.backend()),
            mail: Mailer::new(&config.mail),
            fail_open: FailOpen::new(config.failure.spool.clone()),
            outage: Outage::default(),
            issuer: Issuer::new(config.oidc.clone()),
            db,
            clock,
            config,
            hub: Hub::new(),
            resets: Attempts::default(),
            attempts: Attempts::default(),
            codes: Attempts::default(),
            open_sessions: OpenSessions::default(),
            known_sessions: Remember::default(),
            known_keys: Remember::default(),
            open_keys: OpenKeys::default(),
            key_uses: KeyUses::default(),
            ids: std::sync::Mutex::new(ContextV7::new()),
        }))
    }

    /// The present, in whole microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// A new time-ordered id (UUID v7, RFC 9562).
    #[must_use]
    pub fn new_id<I: TypedId>(&self) -> I {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let context = self
            .0
            .ids
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        I::from_uuid(Uuid::new_v7(Timestamp::from_unix(
            &*context,
            seconds,
            now.timestamp_subsec_nanos(),
        )))
    }

    /// `N` bytes from the operating system's generator, for tokens, salts and keys.
    #[must_use]
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        random_bytes()
    }
}

/// `N` bytes from the operating system's generator; for what must exist before an [`App`] does.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks for randomness"
)]
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
