//! The one form in which anything that goes wrong reaches the web view.
//!
//! The front end branches on `code` and shows `message`; both are part of the console's inner
//! contract. GraphQL errors are not failures: they are data and pass through untouched.

use serde::Serialize;

/// What kind of failure it was; the front end branches on it and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureCode {
    /// The server could not be reached, or did not answer in time.
    Offline,
    /// Nobody is signed in, or the server no longer accepts who was.
    Unauthenticated,
    /// The server answered with something that is not GraphQL.
    BadResponse,
    /// The address is not one that tokens may be sent to.
    InvalidServer,
    /// A file of the console could not be read or written.
    Storage,
}

/// A failed command: serialised as `{ "code": "OFFLINE", "message": "…" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What the front end branches on.
    pub code: FailureCode,
    /// One sentence for a person, without secrets.
    pub message: String,
}

impl Failure {
    /// The server could not be reached.
    pub fn offline(message: impl Into<String>) -> Self {
        Self::new(FailureCode::Offline, message)
    }

    /// Nobody is signed in, or not any more.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(FailureCode::Unauthenticated, message)
    }

    /// The answer was not GraphQL.
    pub fn bad_response(message: impl Into<String>) -> Self {
        Self::new(FailureCode::BadResponse, message)
    }

    /// The address was refused before anything was sent to it.
    pub fn invalid_server(message: impl Into<String>) -> Self {
        Self::new(FailureCode::InvalidServer, message)
    }

    /// A file could not be read or written.
    pub fn storage(message: impl Into<String>) -> Self {
        Self::new(FailureCode::Storage, message)
    }

    fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_end_sees_a_code_and_a_message() {
        let seen = serde_json::to_value(Failure::bad_response("Not GraphQL.")).unwrap();
        assert_eq!(
            seen,
            serde_json::json!({ "code": "BAD_RESPONSE", "message": "Not GraphQL." })
        );
    }
}
