//! The shape of every mutation's answer: the result, or `userErrors` that the caller's user can mend; everything else
//! is a top-level error (contract.md, graph conventions).

use async_graphql::{Enum, SimpleObject};

use crate::error::{Code, Error, Result};

/// Why something that the caller's user asked for was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ErrorCode {
    /// An argument is malformed or out of range.
    Validation,
    /// Somebody else was first, or the same key was used for something else.
    Conflict,
    /// A quota or a fixed limit leaves no room.
    LimitReached,
    /// The object is not in the state that the operation needs.
    PreconditionFailed,
    /// The account asks for a code of its authenticator as well: send it, or a recovery code.
    TwoFactorRequired,
}

/// Something that the caller's user can mend.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// What kind of problem it is.
    code: ErrorCode,
    /// A sentence for the user: what happened and what to do.
    message: String,
    /// The input field at fault, outermost first; empty when no single field is.
    path: Vec<String>,
}

impl UserError {
    /// The user error that `error` is, or `error` itself when the user cannot mend it.
    ///
    /// # Errors
    /// `error` itself when the user cannot mend it.
    pub(crate) fn from_error(error: Error) -> Result<Self> {
        let code = match error.code {
            Code::Validation => ErrorCode::Validation,
            Code::Conflict => ErrorCode::Conflict,
            Code::LimitReached => ErrorCode::LimitReached,
            Code::PreconditionFailed => ErrorCode::PreconditionFailed,
            Code::TwoFactorRequired => ErrorCode::TwoFactorRequired,
            _ => return Err(error),
        };
        Ok(Self {
            code,
            message: error.message,
            path: error.path,
        })
    }
}

/// A mutation's answer.
pub(crate) trait Payload: Sized {
    /// What the use case gives when it succeeds.
    type Outcome;

    /// The answer to a success.
    fn done(outcome: Self::Outcome) -> Self;

    /// The answer to a refusal.
    fn refused(errors: Vec<UserError>) -> Self;
}

/// Turns the outcome of a use case into a mutation's answer.
pub(crate) fn settle<P: Payload>(outcome: Result<P::Outcome>) -> async_graphql::Result<P> {
    match outcome {
        Ok(outcome) => Ok(P::done(outcome)),
        Err(error) => Ok(P::refused(vec![UserError::from_error(error)?])),
    }
}
