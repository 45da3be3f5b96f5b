//! Why an identity could not be made or shown to be somebody's.

use serde_json::Value;

use crate::error::{Classify, Code};

/// A refusal of this feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Wrong password, or nobody has this address: the caller is not told which.
    #[error("email or password is not right")]
    WrongCredentials,
    /// Whoever is signed in does not know their own password.
    #[error("This is not your present password")]
    WrongPassword,
    /// A token to reset a password that is unknown, used or too old.
    #[error("This code is not good, or not any more; ask for a new one")]
    ResetRefused,
    /// Too many wrong passwords for this address from this place.
    #[error("Too many attempts to sign in; try again in {retry_after} seconds")]
    TooManyAttempts {
        /// Seconds until the next attempt is looked at.
        retry_after: i64,
    },
    /// The account asks for a code as well.
    #[error(
        "This account has two-factor authentication; send the code of your authenticator, or a recovery code"
    )]
    TwoFactorRequired,
    /// A code that is wrong, too old, or was used before: which of them is not told.
    #[error("This code is not good, or not any more; wait for the next one")]
    WrongCode,
    /// Two-factor authentication cannot be begun twice.
    #[error(
        "Two-factor authentication is on already; disable it first to change the authenticator"
    )]
    TwoFactorOn,
    /// There is nothing to confirm.
    #[error("There is no new authenticator to confirm; begin with enableTwoFactor")]
    TwoFactorNotBegun,
    /// There is nothing to disable.
    #[error("Two-factor authentication is not on")]
    TwoFactorOff,
    /// More passwords wait to be compared than are worth waiting for.
    #[error("Too many people are signing in at the moment; try again in {retry_after} seconds")]
    TooBusy {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// Somebody has signed up with this address before.
    #[error("{email} already has an account; sign in instead")]
    EmailTaken {
        /// The address.
        email: String,
    },
    /// A refresh token that is unknown, used, or of a session that has ended.
    #[error("This session has ended; sign in again")]
    SessionEnded,
}

impl Classify for IdentityError {
    fn code(&self) -> Code {
        match self {
            Self::WrongCredentials | Self::WrongPassword | Self::WrongCode => Code::Validation,
            Self::TwoFactorRequired => Code::TwoFactorRequired,
            Self::ResetRefused
            | Self::TwoFactorOn
            | Self::TwoFactorNotBegun
            | Self::TwoFactorOff => Code::PreconditionFailed,
            Self::TooManyAttempts { .. } | Self::TooBusy { .. } => Code::RateLimited,
            Self::EmailTaken { .. } => Code::Conflict,
            Self::SessionEnded => Code::Unauthenticated,
        }
    }

    fn path(&self) -> Vec<String> {
        match self {
            Self::EmailTaken { .. } => vec!["email".to_owned()],
            Self::WrongPassword => vec!["currentPassword".to_owned()],
            Self::TwoFactorRequired | Self::WrongCode => vec!["totpCode".to_owned()],
            Self::ResetRefused => vec!["token".to_owned()],
            _ => Vec::new(),
        }
    }

    fn facts(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::TooManyAttempts { retry_after } | Self::TooBusy { retry_after } => {
                vec![("retryAfter", (*retry_after).into())]
            }
            _ => Vec::new(),
        }
    }
}
