//! Renewing the access token: early, once for all who wait, and never half.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Mutex, MutexGuard};

use super::wire::{self, Verdict};
use super::{Access, Session, SessionEnded, SignedIn, Validity, nobody};
use crate::address::ServerAddress;
use crate::failure::Failure;

/// Whoever changes the session holds the turn, so that changes follow one another.
#[derive(Default)]
pub(super) struct Turn {
    taken: Mutex<Option<Failure>>,
    finished: AtomicU64,
}

impl Turn {
    pub(super) async fn take(&self) -> MutexGuard<'_, Option<Failure>> {
        self.taken.lock().await
    }
}

impl Session {
    /// A token that is good for at least a little while.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `OFFLINE`, `BAD_RESPONSE`, as the renewal it may need.
    pub async fn access(self: &Arc<Self>) -> Result<Access, Failure> {
        let generation = {
            let current = self.current();
            let signed_in = current.as_ref().ok_or_else(nobody)?;
            if let Some(access) = self.usable(signed_in) {
                return Ok(access);
            }
            signed_in.generation
        };
        self.renew(generation).await
    }

    /// A younger token than the one of this generation, which was refused or is about to expire.
    ///
    /// The work runs in a task of its own: a caller that is dropped in the middle (a stream that is
    /// unsubscribed) must not take the only copy of a rotated refresh token with it.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the server refuses the refresh token, which also ends the session;
    /// `OFFLINE` and `BAD_RESPONSE` leave it as it is.
    pub async fn renew(self: &Arc<Self>, stale: u64) -> Result<Access, Failure> {
        let session = Arc::clone(self);
        tokio::spawn(async move { session.renew_in_turn(stale).await })
            .await
            .unwrap_or_else(|stopped| {
                Err(Failure::offline(format!(
                    "The renewal was interrupted: {stopped}"
                )))
            })
    }

    async fn renew_in_turn(&self, stale: u64) -> Result<Access, Failure> {
        let seen = self.turn.finished.load(Ordering::Acquire);
        let mut last_failure = self.turn.take().await;
        let (server, known_token) = {
            let current = self.current();
            let signed_in = current.as_ref().ok_or_else(nobody)?;
            if signed_in.generation > stale
                && let Some(access) = self.usable(signed_in)
            {
                return Ok(access);
            }
            (
                signed_in.account.server.clone(),
                signed_in.refresh_token.clone(),
            )
        };
        // Someone failed while this one waited: asking an absent server again helps nobody.
        if self.turn.finished.load(Ordering::Acquire) != seen
            && let Some(failure) = last_failure.as_ref()
        {
            return Err(failure.clone());
        }
        let outcome = self.refresh(&server, known_token).await;
        *last_failure = outcome.as_ref().err().cloned();
        self.turn.finished.fetch_add(1, Ordering::Release);
        outcome
    }

    /// One exchange with the server. The caller holds the turn.
    async fn refresh(
        &self,
        server: &ServerAddress,
        known: Option<SecretString>,
    ) -> Result<Access, Failure> {
        let token = match known {
            Some(token) => Some(token),
            None => self.tokens.load(server).await?,
        };
        let Some(token) = token else {
            return Err(self
                .end(server, "The stored session is gone; sign in again.")
                .await);
        };
        let answer = self
            .transport
            .post(server, None, &wire::refresh(token.expose_secret()))
            .await?;
        match wire::verdict(answer)? {
            Verdict::Refused(reason) => Err(self.end(server, &reason).await),
            Verdict::Granted(grant) => {
                let mut account = self.current().as_ref().ok_or_else(nobody)?.account.clone();
                account.learn(grant.viewer.clone());
                self.adopt(account, *grant).await;
                self.current()
                    .as_ref()
                    .and_then(|signed_in| self.usable(signed_in))
                    .ok_or_else(nobody)
            }
        }
    }

    async fn end(&self, server: &ServerAddress, reason: &str) -> Failure {
        self.current().take();
        if let Err(failure) = self.forget(server).await {
            log::error!("an ended session could not be removed: {failure}");
        }
        log::info!("the session on {server} ended: {reason}");
        // Nobody listening is fine: the caller gets the failure as well.
        drop(self.endings.send(SessionEnded {
            server: server.clone(),
            reason: reason.to_owned(),
        }));
        Failure::unauthenticated(reason)
    }

    fn usable(&self, signed_in: &SignedIn) -> Option<Access> {
        let (token, validity) = signed_in.access.as_ref()?;
        let usable = match validity {
            Validity::Until(renew_at) => (self.clock)() < *renew_at,
            Validity::UntilRefused => true,
        };
        usable.then(|| Access {
            token: token.clone(),
            server: signed_in.account.server.clone(),
            generation: signed_in.generation,
        })
    }
}
