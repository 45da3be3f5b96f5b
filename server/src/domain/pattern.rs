//! Patterns for SQL's `LIKE`, in which nothing that a person types is a wildcard.

use sea_orm::sea_query::LikeExpr;

/// Matches whatever contains `text` as it is.
#[must_use]
pub fn containing(text: &str) -> LikeExpr {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}
