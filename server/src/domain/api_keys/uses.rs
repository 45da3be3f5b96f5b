//! When keys were used last, and that one came from a foreign address. Written at most once a minute per key and process:
//! a key that comes with a thousand requests a second must not cost a thousand writes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bursar_entities::api_key::{Column, Entity, Model};
use bursar_entities::ids::ApiKeyId;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::Result;

/// How long a use may be the last that was written, although others followed.
const EVERY: TimeDelta = TimeDelta::minutes(1);
/// From how many keys on those are forgotten whose minute is over.
const MANY: usize = 10_000;

/// Keys, and when something about them was written of late.
#[derive(Debug, Default)]
struct Recent(Mutex<HashMap<ApiKeyId, DateTime<Utc>>>);

/// The keys whose use, or misuse, was written of late.
#[derive(Debug, Default)]
pub struct KeyUses {
    used: Recent,
    denied: Recent,
}

impl Recent {
    /// Whether to write about `key` at `now`, when that was done at `stored` at the latest; then nobody else is told so
    /// for a while.
    fn claim(&self, key: ApiKeyId, stored: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        let recent = |at: DateTime<Utc>| at <= now && now - at < EVERY;
        if stored.is_some_and(recent) {
            return false;
        }
        let mut written = self.lock();
        if written.get(&key).copied().is_some_and(recent) {
            return false;
        }
        if written.len() >= MANY {
            written.retain(|_, at| recent(*at));
        }
        written.insert(key, now);
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ApiKeyId, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has the use of `key` written by and by; whoever uses it does not wait.
pub(super) fn note(app: &App, key: &Model) {
    let (id, now) = (key.id, app.now());
    if !app.key_uses.used.claim(id, key.last_used_at, now) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = write_use(&app, id, now).await {
            tracing::warn!(key = %id, cause = ?error.cause, "when an API key was used could not be written");
        }
    });
}

async fn write_use(app: &App, key: ApiKeyId, now: DateTime<Utc>) -> Result<()> {
    let tx = app.db.begin().await?;
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(key))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Has it written into the log that `key` came from where it must not come from: who has the secret there may have
/// stolen it.
pub(super) fn note_denied(app: &App, key: Model, origin: Origin) {
    if !app.key_uses.denied.claim(key.id, None, app.now()) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = write_denied(&app, &key, origin).await {
            tracing::warn!(key = %key.id, cause = ?error.cause, "that an API key was denied could not be written");
        }
    });
}

async fn write_denied(app: &App, key: &Model, origin: Origin) -> Result<()> {
    let tx = app.db.begin().await?;
    let entry = Entry::new("security_api_key_denied", "api_key")
        .organization(key.organization_id)
        .resource(key.id.0, &key.name)
        .value("reason", "address");
    append_in_tx(&*tx, app, &Actor::anonymous(origin), entry).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::ApiKeyId;
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    use super::{EVERY, MANY, Recent};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn key(number: usize) -> ApiKeyId {
        ApiKeyId(Uuid::from_u128(number as u128))
    }

    #[test]
    fn a_use_is_written_once_a_minute() {
        let uses = Recent::default();
        assert!(uses.claim(key(1), None, at(0)));
        assert!(!uses.claim(key(1), None, at(59)), "on its way already");
        assert!(uses.claim(key(2), None, at(59)), "another key");
        assert!(uses.claim(key(1), Some(at(0)), at(60)));
        assert!(
            !uses.claim(key(3), Some(at(30)), at(60)),
            "another process wrote it"
        );
        assert!(
            uses.claim(key(1), Some(at(60)), at(10)),
            "the clock went back"
        );
    }

    #[test]
    fn memory_is_bounded() {
        let uses = Recent::default();
        for number in 0..MANY {
            assert!(uses.claim(key(number), None, at(0)));
        }
        assert!(uses.claim(key(MANY), None, at(0) + EVERY));
        assert_eq!(uses.lock().len(), 1);
    }
}
