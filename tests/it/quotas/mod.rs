//! Exact decisions, idempotency, levels and the log of crossings (QUO), through the graph.

mod decisions;
mod engine;
mod idempotency;
mod model;
mod others;
mod overrides;
mod reservations;
mod sharing;
mod storm;
mod streams;
mod windows;

/// Follows the crossings of one organization.
const CROSSINGS: &str = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) {
    sequence cursor level direction used limit meter { key } organization { id } occurredAt } }";
