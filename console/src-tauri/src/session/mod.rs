//! The session: who is signed in, with tokens that the web view never sees (CON-1).
//!
//! The access token lives in memory alone. The refresh token rests in the token store; a server
//! rotates it at every refresh, so a new one is stored before the access token that came with it
//! is used. One renewal runs at a time: a second one with the same refresh token would look to the
//! server like a stolen token.

mod account;
mod renewal;
mod wire;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::sync::broadcast;

use crate::address::ServerAddress;
use crate::failure::Failure;
use crate::graphql::{Answer, Operation};
use crate::tokens::{StoreKind, TokenStore};
use crate::transport::Transport;
use account::{Account, AccountFile};
use renewal::Turn;
use wire::{Grant, Verdict};

/// Tells the time; a parameter, so that tests can let tokens age.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How long before its end an access token is renewed.
const MARGIN: TimeDelta = TimeDelta::seconds(30);
/// How long signing out waits for the server before it goes on without it.
const FAREWELL: Duration = Duration::from_secs(5);

/// What the window knows about the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionState {
    /// Whether someone is signed in (as far as is known without asking the server).
    pub signed_in: bool,
    /// The server's address.
    pub server: Option<ServerAddress>,
    /// The person's email address.
    pub email: Option<String>,
    /// The person's name.
    pub name: Option<String>,
    /// Whether the server called them a system admin; a hint for the window, rights are the server's.
    pub is_system_admin: bool,
    /// Where the refresh token rests.
    pub token_store: StoreKind,
}

/// What a person types to sign in.
pub struct Credentials {
    /// Email address.
    pub email: String,
    /// Password.
    pub password: SecretString,
    /// The code of the second factor, where one is set up.
    pub totp_code: Option<SecretString>,
}

/// The server refused the refresh token: the person must sign in again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionEnded {
    /// The server that refused.
    pub server: ServerAddress,
    /// Its reason, for the person.
    pub reason: String,
}

/// An access token, and which one it is.
#[derive(Clone)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// The server it is for.
    pub server: ServerAddress,
    /// Counts the tokens of this run, so that a refusal can name the token it means.
    pub generation: u64,
}

struct SignedIn {
    account: Account,
    /// Absent after a start, until a request needs it.
    refresh_token: Option<SecretString>,
    access: Option<(SecretString, Validity)>,
    generation: u64,
}

#[derive(Clone, Copy)]
enum Validity {
    /// Renew from then on.
    Until(DateTime<Utc>),
    /// The two clocks disagree so far that the expiry says nothing: use it until it is refused.
    UntilRefused,
}

/// The session of this window. Shared; all state is inside.
pub struct Session {
    transport: Transport,
    tokens: TokenStore,
    account_file: AccountFile,
    clock: Clock,
    current: Mutex<Option<SignedIn>>,
    generations: AtomicU64,
    turn: Turn,
    endings: broadcast::Sender<SessionEnded>,
}

impl Session {
    /// The session as the last run left it; `folder` holds `session.json`. Asks no server.
    #[must_use]
    pub fn resume(
        transport: Transport,
        tokens: TokenStore,
        folder: &Path,
        clock: Clock,
    ) -> Arc<Self> {
        let account_file = AccountFile::in_folder(folder);
        let current = account_file.read().map(|account| SignedIn {
            account,
            refresh_token: None,
            access: None,
            generation: 0,
        });
        Arc::new(Self {
            transport,
            tokens,
            account_file,
            clock,
            current: Mutex::new(current),
            generations: AtomicU64::new(0),
            turn: Turn::default(),
            endings: broadcast::channel(16).0,
        })
    }

    /// Follow the ends that the server puts to sessions (signing out is not one of them).
    pub fn endings(&self) -> broadcast::Receiver<SessionEnded> {
        self.endings.subscribe()
    }

    /// What the window may know.
    pub fn state(&self) -> SessionState {
        let current = self.current();
        let account = current.as_ref().map(|signed_in| &signed_in.account);
        SessionState {
            signed_in: account.is_some(),
            server: account.map(|account| account.server.clone()),
            email: account.map(|account| account.email.clone()),
            name: account.and_then(|account| account.name.clone()),
            is_system_admin: account.is_some_and(|account| account.is_system_admin),
            token_store: self.tokens.kind(),
        }
    }

    /// Signs in, which signs out whoever was signed in before.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` with the server's reason when it refuses, `OFFLINE`, `BAD_RESPONSE`.
    pub async fn sign_in(
        &self,
        server: ServerAddress,
        credentials: Credentials,
    ) -> Result<SessionState, Failure> {
        let operation = wire::sign_in(
            &credentials.email,
            credentials.password.expose_secret(),
            credentials
                .totp_code
                .as_ref()
                .map(ExposeSecret::expose_secret),
        );
        let answer = self.transport.post(&server, None, &operation).await?;
        let grant = match wire::verdict(answer)? {
            Verdict::Granted(grant) => *grant,
            Verdict::Refused(reason) => return Err(Failure::unauthenticated(reason)),
        };
        let _turn = self.turn.take().await;
        if let Err(failure) = self.end_current().await {
            log::error!("the earlier session could not be removed: {failure}");
        }
        let account = Account::new(server, &credentials.email, grant.viewer.clone());
        self.adopt(account, grant).await;
        Ok(self.state())
    }

    /// Signs out: the server is told if it can be reached, and the token is forgotten either way.
    ///
    /// # Errors
    /// `STORAGE` when the token could not be removed from its store.
    pub async fn sign_out(&self) -> Result<(), Failure> {
        let _turn = self.turn.take().await;
        self.end_current().await
    }

    /// Runs an operation as the person who is signed in, renewing the token where that is needed.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when nobody is signed in any more, `OFFLINE`, `BAD_RESPONSE`.
    pub async fn run(self: &Arc<Self>, operation: &Operation) -> Result<Answer, Failure> {
        let access = self.access().await?;
        let answer = self
            .transport
            .post(&access.server, Some(&access.token), operation)
            .await?;
        if !answer.has_code("UNAUTHENTICATED") {
            return Ok(answer);
        }
        // The server refuses a token before it runs anything, so running again repeats nothing.
        let access = self.renew(access.generation).await?;
        let answer = self
            .transport
            .post(&access.server, Some(&access.token), operation)
            .await?;
        if answer.has_code("UNAUTHENTICATED") {
            let reason = answer
                .first_message()
                .unwrap_or("The server refuses a token it has just granted.");
            return Err(Failure::unauthenticated(reason));
        }
        Ok(answer)
    }

    /// The server of the session.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when nobody is signed in.
    pub fn server(&self) -> Result<ServerAddress, Failure> {
        self.current()
            .as_ref()
            .map(|signed_in| signed_in.account.server.clone())
            .ok_or_else(nobody)
    }

    /// Ends the session that is, if any. The caller holds the turn.
    async fn end_current(&self) -> Result<(), Failure> {
        let Some(ended) = self.current().take() else {
            return Ok(());
        };
        let server = ended.account.server;
        let kept = match ended.refresh_token {
            Some(token) => Some(token),
            None => self.tokens.load(&server).await.unwrap_or_default(),
        };
        if let Some(token) = kept {
            let farewell = wire::sign_out(token.expose_secret());
            match tokio::time::timeout(FAREWELL, self.transport.post(&server, None, &farewell))
                .await
            {
                Ok(Ok(_)) => {}
                Ok(Err(failure)) => log::warn!("signed out without the server: {failure}"),
                Err(_) => log::warn!("signed out without the server: it did not answer"),
            }
        }
        self.forget(&server).await
    }

    /// Removes every trace of the session from the disk and the keychain.
    async fn forget(&self, server: &ServerAddress) -> Result<(), Failure> {
        let account = self.account_file.remove();
        self.tokens.forget(server).await.and(account)
    }

    /// Stores what was granted, then makes it the session.
    ///
    /// Where storing fails the session lives in memory alone: only the next start will ask for a
    /// password, which is better than turning the person away now.
    async fn adopt(&self, account: Account, grant: Grant) {
        let kept = self
            .tokens
            .save(&account.server, grant.refresh_token.clone())
            .await;
        if let Err(failure) = kept.and_then(|()| self.account_file.write(&account)) {
            log::error!("the session could not be stored: {failure}");
        }
        let validity = self.validity(grant.expires_at);
        *self.current() = Some(SignedIn {
            account,
            refresh_token: Some(grant.refresh_token),
            access: Some((grant.access_token, validity)),
            generation: self.generations.fetch_add(1, Ordering::Relaxed) + 1,
        });
    }

    fn validity(&self, expires_at: DateTime<Utc>) -> Validity {
        let renew_at = expires_at - MARGIN;
        if renew_at > (self.clock)() {
            Validity::Until(renew_at)
        } else {
            Validity::UntilRefused
        }
    }

    fn current(&self) -> MutexGuard<'_, Option<SignedIn>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nobody() -> Failure {
    Failure::unauthenticated("Sign in first.")
}

#[cfg(test)]
mod tests;
