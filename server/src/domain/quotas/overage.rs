//! Overage: what is used beyond the limit, under any policy (CAT-2). It is billed where the policy is ALLOW.

use super::standing::Standing;

/// How much of `used` lies beyond `limit`.
pub(super) fn overage(used: i64, limit: Option<i64>) -> i64 {
    limit.map_or(0, |limit| (used - limit).max(0))
}

impl Standing {
    /// Units used beyond the limit: what is billed where the policy is ALLOW.
    #[must_use]
    pub fn overage(&self) -> i64 {
        overage(self.used(), self.limit.amount)
    }
}
