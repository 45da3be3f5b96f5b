//! Why a chore failed, in words for the person at the terminal.

use std::fmt;

/// A sentence that says what failed and, where there is one, the way out.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure with this explanation.
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// A closure for `map_err` that puts what was attempted before the cause.
    pub(crate) fn during<E: fmt::Display>(attempt: impl fmt::Display) -> impl FnOnce(E) -> Self {
        move |cause| Self(format!("{attempt}: {cause}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
