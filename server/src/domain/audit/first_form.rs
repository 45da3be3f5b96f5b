//! How entries were hashed before what they tell of people had a digest of its own. Such chains hold for ever.

use bursar_entities::audit_entry::Model;
use sea_orm::ActiveEnum;

use super::fields::Fields;

/// The hash of an entry from the time before there was a digest: over all fields as they are.
pub(super) fn whole(entry: &Model, previous: &[u8]) -> Vec<u8> {
    let mut fields = Fields::new(&[]);
    fields.add(Some(previous));
    fields.add(Some(entry.id.0.as_bytes()));
    fields.add(Some(entry.chain_id.as_bytes()));
    fields.add(Some(&entry.sequence.to_be_bytes()));
    let organization = entry.organization_id.map(|id| *id.0.as_bytes());
    fields.add(organization.as_ref().map(<[u8; 16]>::as_slice));
    fields.add(Some(&entry.occurred_at.timestamp_micros().to_be_bytes()));
    fields.text(Some(&entry.actor_kind.to_value()));
    fields.add(entry.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
    fields.text(entry.actor_email.as_deref());
    fields.text(Some(&entry.action));
    fields.text(Some(&entry.resource_type));
    fields.add(
        entry
            .resource_id
            .as_ref()
            .map(|id| id.as_bytes().as_slice()),
    );
    fields.text(entry.resource_name.as_deref());
    fields.text(Some(&entry.details));
    fields.text(entry.ip.as_deref());
    fields.text(entry.user_agent.as_deref());
    fields.text(entry.request_id.as_deref());
    fields.finish()
}
