//! Changing a password, and resetting one that is forgotten.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use crate::domain::identity::{self, ChangePassword};
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::Quantity;

/// What is changed to what.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The present password.
    current_password: String,
    /// The password from now on, 8 to 128 characters.
    new_password: String,
}

/// What came of changing a password.
#[derive(Debug, SimpleObject)]
pub struct ChangePasswordPayload {
    /// How many other sessions of the viewer have ended; null when nothing was done.
    sessions_ended: Option<Quantity>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for ChangePasswordPayload {
    type Outcome = usize;

    fn done(ended: usize) -> Self {
        let ended = i64::try_from(ended).unwrap_or(i64::MAX);
        Self {
            sessions_ended: Some(Quantity::from(ended)),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            sessions_ended: None,
            user_errors,
        }
    }
}

/// Whose password is forgotten.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The address of the account.
    email: String,
}

/// What came of asking for a token.
#[derive(Debug, SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Whether the request was taken; it is, whether or not there is such an account.
    requested: bool,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for RequestPasswordResetPayload {
    type Outcome = ();

    fn done((): ()) -> Self {
        Self {
            requested: true,
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            requested: false,
            user_errors,
        }
    }
}

/// What a token is used for.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// The token that was mailed.
    token: String,
    /// The password from now on, 8 to 128 characters.
    new_password: String,
}

/// What came of using a token.
#[derive(Debug, SimpleObject)]
pub struct ResetPasswordPayload {
    /// Whether the password is set; all sessions of that person have ended.
    password_reset: bool,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for ResetPasswordPayload {
    type Outcome = ();

    fn done((): ()) -> Self {
        Self {
            password_reset: true,
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            password_reset: false,
            user_errors,
        }
    }
}

/// Passwords.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasswordMutation;

#[Object]
impl PasswordMutation {
    /// Sets the viewer's password and ends all of their other sessions. A wrong present password is a `VALIDATION` user
    /// error; after too many of them, counted together with those of signing in, the error is `RATE_LIMITED`.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which password.")] input: ChangePasswordInput,
    ) -> async_graphql::Result<ChangePasswordPayload> {
        let input = ChangePassword {
            current: input.current_password.into(),
            new: input.new_password.into(),
        };
        settle(identity::change_password(ctx.app(), ctx.actor(), input).await)
    }
    /// Mails a token to the owner of an address, good once, for an hour. The answer is the same whether or not there is
    /// one; after too many requests for an address the error is `RATE_LIMITED`.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password.")] input: RequestPasswordResetInput,
    ) -> async_graphql::Result<RequestPasswordResetPayload> {
        settle(identity::request_password_reset(ctx.app(), ctx.actor(), &input.email).await)
    }

    /// Sets the password of whoever a token was mailed to, and ends all of their sessions. A token that is unknown, used
    /// or too old is the user error `PRECONDITION_FAILED`.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: ResetPasswordInput,
    ) -> async_graphql::Result<ResetPasswordPayload> {
        let token = SecretString::from(input.token);
        let password = input.new_password.into();
        settle(identity::reset_password(ctx.app(), ctx.actor(), &token, password).await)
    }
}
