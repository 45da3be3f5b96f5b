//! Answers of the database that are remembered for when it does not answer (QUO-10). As long as it does, nothing but its
//! answer counts.

use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use hashlink::LruCache;

use crate::app::App;
use crate::error::Result;

/// Answers that are remembered.
const REMEMBERED: usize = 65_536;
/// For how long an answer may stand in: as long as an access token lives.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(15);

/// Answers by key.
pub struct Remember<K, V>(Mutex<LruCache<K, (DateTime<Utc>, V)>>);

/// An answer, and where it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answered<V> {
    /// The database gave it.
    Now(Option<V>),
    /// The database does not answer, and gave it a while ago.
    Before(V),
}

impl<K: Eq + Hash, V: Clone> Remember<K, V> {
    /// What `question` about `key` comes to; what it came to before, when there is an outage. Where no meter fails
    /// open nothing is remembered, and the question is simply asked.
    ///
    /// # Errors
    /// Those of `question`, when nothing is remembered.
    pub(crate) async fn ask(
        &self,
        app: &App,
        key: K,
        question: impl Future<Output = Result<Option<V>>>,
    ) -> Result<Answered<V>> {
        if !app.quotas.fails_open() {
            return question.await.map(Answered::Now);
        }
        let Some(before) = self.recall(&key, app.now()) else {
            let found = question.await?;
            self.keep(key, found.as_ref(), app.now());
            return Ok(Answered::Now(found));
        };
        if app.outage.lasts(app.now()) {
            return Ok(Answered::Before(before));
        }
        match app.outage.watch(app, question).await {
            Ok(Ok(found)) => {
                self.keep(key, found.as_ref(), app.now());
                Ok(Answered::Now(found))
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Ok(Answered::Before(before)),
        }
    }

    fn recall(&self, key: &K, now: DateTime<Utc>) -> Option<V> {
        let (at, value) = self.lock().get(key)?.clone();
        (now - at <= GOOD_FOR).then_some(value)
    }

    fn keep(&self, key: K, found: Option<&V>, now: DateTime<Utc>) {
        let mut remembered = self.lock();
        match found {
            Some(value) => remembered.insert(key, (now, value.clone())),
            None => remembered.remove(&key),
        };
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<K, (DateTime<Utc>, V)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Default for Remember<K, V> {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}
