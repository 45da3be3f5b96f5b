//! Two-factor authentication: beginning, confirming and ending it.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::{ExposeSecret, SecretString};

use crate::domain::identity::{self, Begun, Confirmed, DisableTwoFactor};
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::Quantity;

/// Who begins.
#[derive(InputObject)]
pub struct EnableTwoFactorInput {
    /// The viewer's password, again.
    password: String,
}

/// What came of beginning. Neither field is ever shown again.
#[derive(Debug, Default, SimpleObject)]
pub struct EnableTwoFactorPayload {
    /// The secret in base32, to be typed into an authenticator.
    secret: Option<String>,
    /// The secret as an `otpauth:` address, to be shown as a QR code.
    otpauth_uri: Option<String>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for EnableTwoFactorPayload {
    type Outcome = Begun;

    fn done(begun: Begun) -> Self {
        Self {
            secret: Some(begun.secret.expose_secret().to_owned()),
            otpauth_uri: Some(begun.uri.expose_secret().to_owned()),
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

/// What shows that an authenticator has the secret.
#[derive(InputObject)]
pub struct ConfirmTwoFactorInput {
    /// The code that it shows.
    totp_code: String,
}

/// What came of confirming.
#[derive(Debug, Default, SimpleObject)]
pub struct ConfirmTwoFactorPayload {
    /// Ten codes, each good for one sign-in without the authenticator; never shown again. Null when nothing was done.
    recovery_codes: Option<Vec<String>>,
    /// How many other sessions of the viewer have ended; null when nothing was done.
    sessions_ended: Option<Quantity>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for ConfirmTwoFactorPayload {
    type Outcome = Confirmed;

    fn done(confirmed: Confirmed) -> Self {
        let codes = confirmed.recovery_codes.iter();
        let ended = i64::try_from(confirmed.sessions_ended).unwrap_or(i64::MAX);
        Self {
            recovery_codes: Some(codes.map(|code| code.expose_secret().to_owned()).collect()),
            sessions_ended: Some(Quantity::from(ended)),
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

/// What the viewer shows to go back to the password alone.
#[derive(InputObject)]
pub struct DisableTwoFactorInput {
    /// Their password.
    password: String,
    /// A code of the authenticator, or a recovery code.
    totp_code: String,
}

/// What came of disabling.
#[derive(Debug, SimpleObject)]
pub struct DisableTwoFactorPayload {
    /// Whether two-factor authentication has been switched off.
    disabled: bool,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for DisableTwoFactorPayload {
    type Outcome = ();

    fn done((): ()) -> Self {
        Self {
            disabled: true,
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            disabled: false,
            user_errors,
        }
    }
}

/// Two-factor authentication.
#[derive(Clone, Copy, Debug, Default)]
pub struct TwoFactorMutation;

#[Object]
impl TwoFactorMutation {
    /// Makes a secret for the viewer's authenticator (TOTP). Signing in does not take a code before it is confirmed; one
    /// that was not confirmed is replaced.
    async fn enable_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who begins.")] input: EnableTwoFactorInput,
    ) -> async_graphql::Result<EnableTwoFactorPayload> {
        let password = SecretString::from(input.password);
        settle(identity::enable_two_factor(ctx.app(), ctx.actor(), password).await)
    }

    /// Puts two-factor authentication into force with a first code, and ends all other sessions of the viewer. That code
    /// is spent: the next sign-in takes the next one.
    async fn confirm_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first code.")] input: ConfirmTwoFactorInput,
    ) -> async_graphql::Result<ConfirmTwoFactorPayload> {
        let code = SecretString::from(input.totp_code);
        settle(identity::confirm_two_factor(ctx.app(), ctx.actor(), &code).await)
    }

    /// Switches two-factor authentication off. An organization that requires it of those who manage it then lets the
    /// viewer change nothing there.
    async fn disable_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the viewer shows.")] input: DisableTwoFactorInput,
    ) -> async_graphql::Result<DisableTwoFactorPayload> {
        let input = DisableTwoFactor {
            password: input.password.into(),
            code: input.totp_code.into(),
        };
        settle(identity::disable_two_factor(ctx.app(), ctx.actor(), input).await)
    }
}
