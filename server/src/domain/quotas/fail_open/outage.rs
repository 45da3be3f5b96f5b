//! Whether the database answers at all: a question that takes long, or fails, may do so for reasons of its own.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::timeout;

use crate::app::App;
use crate::error::{Code, Error, Result};

/// For how long after a failure the database is not asked on behalf of those who can do without it.
const PAUSE: TimeDelta = TimeDelta::seconds(1);

/// When the database last failed to answer.
#[derive(Debug, Default)]
pub struct Outage(Mutex<Option<DateTime<Utc>>>);

impl Outage {
    /// What `question` comes to. When it fails, or takes longer than the deployment's patience, the database is asked for a
    /// sign of life; only if there is none either, this is an outage.
    ///
    /// # Errors
    /// Why the question was not answered, when there is an outage.
    pub(crate) async fn watch<T>(
        &self,
        app: &App,
        question: impl Future<Output = Result<T>>,
    ) -> Result<Result<T>, Error> {
        let mut question = pin!(question);
        let mut answer = timeout(app.config.failure.patience, &mut question)
            .await
            .ok();
        if answer.is_none() {
            answer = tokio::select! {
                answer = &mut question => Some(answer),
                lives = lives(app) => {
                    if lives {
                        return Ok(question.await);
                    }
                    None
                }
            };
        }
        let error = match answer {
            Some(Err(error)) if error.code == Code::Internal => {
                if lives(app).await {
                    return Ok(Err(error));
                }
                error
            }
            Some(answer) => return Ok(answer),
            None => Error::internal("the database did not answer in time"),
        };
        self.begin(app.now());
        Err(error)
    }

    /// It has just failed.
    pub(super) fn begin(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// Whether it failed so short a time ago that it need not be asked again.
    #[must_use]
    pub(crate) fn lasts(&self, now: DateTime<Utc>) -> bool {
        let failed = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|at| (at..at + PAUSE).contains(&now))
    }
}

/// Whether a transaction can be begun: what every decision needs, and nobody's lock can prevent but that of SQLite's one
/// writer.
async fn lives(app: &App) -> bool {
    matches!(
        timeout(app.config.failure.patience, app.db.begin()).await,
        Ok(Ok(_))
    )
}
