//! Exact decisions, idempotency, levels and the log of crossings (QUO), through the graph.

mod add_ons;
mod decisions;
mod engine;
mod fail_open;
mod grace;
mod grants;
mod idempotency;
mod limits;
mod model;
mod others;
mod overage;
mod overrides;
mod plan_changes;
mod reservations;
mod sharing;
mod storm;
mod streams;
mod windows;

/// Follows the crossings of one organization.
const CROSSINGS: &str = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) {
    sequence cursor level direction used limit meter { key } organization { id } occurredAt } }";
