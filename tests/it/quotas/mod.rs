//! Exact decisions, idempotency, levels and the log of crossings (QUO), through the graph.

mod decisions;
mod idempotency;
mod others;
mod overrides;
mod sharing;
mod storm;
mod streams;

/// Follows the crossings of one organization.
const CROSSINGS: &str = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) {
    sequence cursor level direction used limit meter { key } organization { id } occurredAt } }";
