//! Signing up, in and out.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use super::{Session, Viewer};
use crate::domain::identity::{self, SignIn, SignUp, SignedIn, SignedUp};
use crate::error::Result;
use crate::graphql::context::RequestContext;
use crate::graphql::organizations::Organization;
use crate::graphql::payload::{Payload, UserError, settle};

/// What somebody signs up with.
#[derive(InputObject)]
pub struct SignUpInput {
    /// Their address; it must not have an account yet.
    email: String,
    /// Their password, 8 to 128 characters.
    password: String,
    /// What to call them, 1 to 255 characters.
    name: String,
}

/// What came of signing up.
#[derive(Debug, Default, SimpleObject)]
pub struct SignUpPayload {
    /// The first session.
    session: Option<Session>,
    /// Who is signed in now.
    viewer: Option<Viewer>,
    /// The personal organization that was created, owned by the new user.
    organization: Option<Organization>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for SignUpPayload {
    type Outcome = SignedUp;

    fn done(outcome: SignedUp) -> Self {
        Self {
            session: Some(outcome.signed_in.tokens.into()),
            viewer: Some(outcome.signed_in.user.into()),
            organization: Some(outcome.organization.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

/// What somebody signs in with.
#[derive(InputObject)]
pub struct SignInInput {
    /// Their address; the case of letters does not matter.
    email: String,
    /// Their password.
    password: String,
    /// The code of their authenticator, or a recovery code; ignored for an account without two-factor authentication.
    totp_code: Option<String>,
}

/// What came of signing in.
#[derive(Debug, Default, SimpleObject)]
pub struct SignInPayload {
    /// The new session.
    session: Option<Session>,
    /// Who is signed in now.
    viewer: Option<Viewer>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for SignInPayload {
    type Outcome = SignedIn;

    fn done(outcome: SignedIn) -> Self {
        Self {
            session: Some(outcome.tokens.into()),
            viewer: Some(outcome.user.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

/// Which session goes on.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The session's latest refresh token.
    refresh_token: String,
}

/// What came of refreshing.
#[derive(Debug, Default, SimpleObject)]
pub struct RefreshSessionPayload {
    /// The session's next tokens.
    session: Option<Session>,
    /// Who is signed in.
    viewer: Option<Viewer>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for RefreshSessionPayload {
    type Outcome = SignedIn;

    fn done(outcome: SignedIn) -> Self {
        Self {
            session: Some(outcome.tokens.into()),
            viewer: Some(outcome.user.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

/// Which session ends.
#[derive(InputObject)]
pub struct SignOutInput {
    /// A refresh token of the session.
    refresh_token: String,
    /// Whether all other sessions of the same person end too; then the token must not have been used yet.
    everywhere: Option<bool>,
}

/// What came of signing out.
#[derive(Debug, SimpleObject)]
pub struct SignOutPayload {
    /// Whether the session is over; false when the token belongs to none.
    signed_out: bool,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for SignOutPayload {
    type Outcome = bool;

    fn done(signed_out: bool) -> Self {
        Self {
            signed_out,
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            signed_out: false,
            user_errors,
        }
    }
}

/// What hangs below the mutation is answered to whoever has just signed in.
fn entered(ctx: &Context<'_>, outcome: Result<SignedIn>) -> Result<SignedIn> {
    let signed_in = outcome?;
    ctx.loaders()
        .signed_in
        .enter(ctx.app(), ctx, &signed_in.actor);
    Ok(signed_in)
}

/// Signing up, in and out.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdentityMutation;

#[Object]
impl IdentityMutation {
    /// Creates an account, signs it in, and creates its personal organization on the default plan.
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: SignUpInput,
    ) -> async_graphql::Result<SignUpPayload> {
        let input = SignUp {
            email: input.email,
            password: input.password.into(),
            name: input.name,
        };
        let outcome = identity::sign_up(ctx.app(), ctx.actor(), input).await;
        if let Ok(signed_up) = &outcome {
            let actor = &signed_up.signed_in.actor;
            ctx.loaders().signed_in.enter(ctx.app(), ctx, actor);
        }
        settle(outcome)
    }

    /// Opens a session. A wrong password and an unknown address get the same `VALIDATION` user error; after too many
    /// of them the error is `RATE_LIMITED` with `retryAfter` in seconds. An account with two-factor authentication answers
    /// the right password with the user error `TWO_FACTOR_REQUIRED` unless a code comes with it; each code is good once.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> async_graphql::Result<SignInPayload> {
        let input = SignIn {
            email: input.email,
            password: input.password.into(),
            code: input.totp_code.map(SecretString::from),
        };
        let outcome = identity::sign_in(ctx.app(), ctx.actor(), input).await;
        settle(entered(ctx, outcome))
    }

    /// Exchanges a refresh token for the session's next tokens. Each is good for one exchange: of two that come at the
    /// same time one succeeds, and a token that comes again ends the session with `UNAUTHENTICATED`.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: RefreshSessionInput,
    ) -> async_graphql::Result<RefreshSessionPayload> {
        let token = SecretString::from(input.refresh_token);
        let outcome = identity::refresh_session(ctx.app(), ctx.actor(), &token).await;
        settle(entered(ctx, outcome))
    }

    /// Ends a session, or with `everywhere` all sessions of its person; their access tokens stop working at once.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: SignOutInput,
    ) -> async_graphql::Result<SignOutPayload> {
        let token = SecretString::from(input.refresh_token);
        let everywhere = input.everywhere.unwrap_or_default();
        settle(identity::sign_out(ctx.app(), ctx.actor(), &token, everywhere).await)
    }
}
