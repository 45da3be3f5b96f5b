//! Why a run ends without a table: the machine, the database, or an answer that is not exact.

/// Anything that goes wrong. Nobody tells kinds apart: the run ends and says it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The result of a step of the run.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// A failure in our own words.
pub(crate) fn failure(text: impl Into<String>) -> Failure {
    text.into().into()
}
