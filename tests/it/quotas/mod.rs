//! Exact decisions, idempotency, levels and the log of crossings (QUO), through the graph.

mod decisions;
mod idempotency;
mod model;
mod overrides;
mod reservations;
mod storm;
mod streams;
mod windows;

/// Follows the crossings of one organization.
const CROSSINGS: &str = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) {
    sequence cursor level direction used limit meter { key } organization { id } occurredAt } }";
