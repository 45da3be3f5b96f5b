//! Entries as JSON, one object per line, with the names of the graph.

use bursar_entities::audit_entry::Model;
use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::domain::audit;

/// Adds the line of `entry`.
pub(super) fn write(out: &mut String, entry: &Model) {
    let details: Value = serde_json::from_str(&entry.details).unwrap_or_else(|_| json!({}));
    let line = json!({
        "id": entry.id,
        "sequence": entry.sequence,
        "timestamp": timestamp(entry),
        "actor": {
            "kind": audit::actor_kind(entry),
            "id": entry.actor_id,
            "email": entry.actor_email,
        },
        "action": entry.action,
        "organizationId": entry.organization_id,
        "resourceType": entry.resource_type,
        "resourceId": entry.resource_id,
        "resourceName": entry.resource_name,
        "details": details,
        "ip": entry.ip,
        "userAgent": entry.user_agent,
        "requestId": entry.request_id,
        "previousHash": hex::encode(&entry.previous_hash),
        "hash": hex::encode(&entry.hash),
    });
    out.push_str(&line.to_string());
    out.push('\n');
}

/// When it happened, to the microsecond.
pub(super) fn timestamp(entry: &Model) -> String {
    entry
        .occurred_at
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
