//! The one error type that leaves a use case, and the closed set of codes that clients may rely on (contract.md,
//! graph conventions). Features keep their own `thiserror` enums and map them here once, through [`Classify`].

use serde_json::Value;

/// What went wrong, in the contract's closed vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// An argument is malformed or out of range; the caller's user can mend it.
    Validation,
    /// Somebody else was first, or the same key was used for something else.
    Conflict,
    /// A quota or a fixed limit leaves no room.
    LimitReached,
    /// The object is not in the state that the operation needs.
    PreconditionFailed,
    /// The password is right, and the account asks for a code of its authenticator as well.
    TwoFactorRequired,
    /// No credentials, or credentials that are not valid (any more).
    Unauthenticated,
    /// Valid credentials that lack a permission.
    Forbidden,
    /// No such object for this caller, which includes every object of another tenant.
    NotFound,
    /// The organization is in read-only mode (BIL-1).
    ReadOnly,
    /// The organization is suspended.
    TenantSuspended,
    /// The organization's subscription has ended.
    SubscriptionCancelled,
    /// The organization's trial has ended without a plan.
    TrialExpired,
    /// Too many requests; carries `retryAfter` in seconds.
    RateLimited,
    /// The operation is deeper, wider or costlier than the server accepts.
    TooComplex,
    /// The request is not a well-formed one.
    BadRequest,
    /// A payment or mail provider, or the issuer of an external token, does not answer.
    ProviderUnavailable,
    /// A replay cursor points to events that are no longer kept.
    CursorExpired,
    /// A live stream's reader was too slow and has missed events; carries the `cursor` to go on from.
    Lagged,
    /// A defect or an outage on our side; carries `requestId` and nothing about the inside.
    Internal,
}

impl Code {
    /// The name in the graph (`extensions.code`, `UserError.code`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "VALIDATION",
            Self::Conflict => "CONFLICT",
            Self::LimitReached => "LIMIT_REACHED",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::TwoFactorRequired => "TWO_FACTOR_REQUIRED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::ReadOnly => "READ_ONLY",
            Self::TenantSuspended => "TENANT_SUSPENDED",
            Self::SubscriptionCancelled => "SUBSCRIPTION_CANCELLED",
            Self::TrialExpired => "TRIAL_EXPIRED",
            Self::RateLimited => "RATE_LIMITED",
            Self::TooComplex => "TOO_COMPLEX",
            Self::BadRequest => "BAD_REQUEST",
            Self::ProviderUnavailable => "PROVIDER_UNAVAILABLE",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::Lagged => "LAGGED",
            Self::Internal => "INTERNAL",
        }
    }

    /// Whether the caller's user can mend it: such errors travel as `userErrors` of a payload, all others as
    /// top-level errors.
    #[must_use]
    pub const fn is_user_error(self) -> bool {
        matches!(
            self,
            Self::Validation
                | Self::Conflict
                | Self::LimitReached
                | Self::PreconditionFailed
                | Self::TwoFactorRequired
        )
    }
}

/// A failed use case.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The contract's code.
    pub code: Code,
    /// A sentence for a person: what happened and what to do.
    pub message: String,
    /// The input field at fault, outermost first; empty when no single field is.
    pub path: Vec<String>,
    /// Further machine-readable facts (`permission`, `retryAfter`, `currentVersion`).
    pub facts: Vec<(&'static str, Value)>,
    /// The cause, for the log only; it never reaches a client.
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `code` with a message for a person.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: Vec::new(),
            facts: Vec::new(),
            cause: None,
        }
    }

    /// A malformed or out-of-range argument.
    pub fn validation(field: &str, message: impl Into<String>) -> Self {
        Self::new(Code::Validation, message).at(&[field])
    }

    /// `what` does not exist for this caller. The wording is the same for another tenant's object.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            Code::NotFound,
            format!("{what} was not found; check the id and that you may see it"),
        )
    }

    /// No valid credentials came with the request.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            Code::Unauthenticated,
            "Sign in first: send a valid access token as `Authorization: Bearer …`",
        )
    }

    /// The caller lacks `permission`.
    #[must_use]
    pub fn forbidden(permission: &str) -> Self {
        Self::new(
            Code::Forbidden,
            format!("You need the permission {permission} for this"),
        )
        .with("permission", permission)
    }

    /// An API key asks for what only somebody who has signed in may do.
    #[must_use]
    pub fn needs_a_person() -> Self {
        Self::new(
            Code::Forbidden,
            "An API key cannot do this; sign in as a person and try again",
        )
        .with("permission", "person")
    }

    /// A defect or outage on our side; `cause` goes to the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            code: Code::Internal,
            message:
                "Something failed on our side; try again, and quote the request id if it persists"
                    .into(),
            path: Vec::new(),
            facts: Vec::new(),
            cause: Some(cause.into()),
        }
    }

    /// The same error, blamed on the input field at `path`.
    #[must_use]
    pub fn at(mut self, path: &[&str]) -> Self {
        self.path = path.iter().map(ToString::to_string).collect();
        self
    }

    /// The same error, blamed on the input field `new` when it was `old`'s fault: two inputs may call the same thing by
    /// different names.
    #[must_use]
    pub fn blamed_on(self, old: &str, new: &str) -> Self {
        if self.path == [old] {
            self.at(&[new])
        } else {
            self
        }
    }

    /// The same error with one more machine-readable fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.push((name, value.into()));
        self
    }
}

/// How a feature's own error enum maps to the contract: implement it once per enum and `?` does the rest.
pub trait Classify: std::error::Error + Send + Sync + 'static {
    /// The contract's code.
    fn code(&self) -> Code;

    /// The input field at fault, outermost first.
    fn path(&self) -> Vec<String> {
        Vec::new()
    }

    /// Further machine-readable facts.
    fn facts(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
}

impl<E: Classify> From<E> for Error {
    fn from(error: E) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            path: error.path(),
            facts: error.facts(),
            cause: None,
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::internal(error)
    }
}

/// Whether `error` is the breach of the unique constraint or index called `name`.
///
/// SQLite reports the columns (`users.email`) instead of the name, so both spellings are given.
#[must_use]
pub fn breaks_unique(error: &sea_orm::DbErr, name: &str, sqlite_columns: &str) -> bool {
    match error.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(text)) => {
            text.contains(name) || text.contains(sqlite_columns)
        }
        _ => false,
    }
}
