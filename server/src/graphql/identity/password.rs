//! Changing a password.

use async_graphql::{Context, InputObject, Object, SimpleObject};

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
}
