//! The hash of an entry: SHA-256 over the previous hash and every field, each with its length, so that no two entries
//! can be written down alike (AUD-3).

use bursar_entities::audit_entry::Model;
use sea_orm::ActiveEnum;
use sha2::{Digest, Sha256};

/// What the first entry of a chain has as its previous hash.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// The hash that `entry` must carry, given the hash before it.
pub(super) fn hash(entry: &Model, previous: &[u8]) -> Vec<u8> {
    let mut digest = Sha256::new();
    let mut field = |bytes: Option<&[u8]>| match bytes {
        None => digest.update([0]),
        Some(bytes) => {
            digest.update([1]);
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        }
    };
    let text = |value: &Option<String>| value.as_ref().map(|text| text.as_bytes().to_vec());
    field(Some(previous));
    field(Some(entry.id.0.as_bytes()));
    field(Some(entry.chain_id.as_bytes()));
    field(Some(&entry.sequence.to_be_bytes()));
    field(
        entry
            .organization_id
            .map(|id| *id.0.as_bytes())
            .as_ref()
            .map(<[u8; 16]>::as_slice),
    );
    field(Some(&entry.occurred_at.timestamp_micros().to_be_bytes()));
    field(Some(entry.actor_kind.to_value().as_bytes()));
    field(entry.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
    field(text(&entry.actor_email).as_deref());
    field(Some(entry.action.as_bytes()));
    field(Some(entry.resource_type.as_bytes()));
    field(
        entry
            .resource_id
            .as_ref()
            .map(|id| id.as_bytes().as_slice()),
    );
    field(text(&entry.resource_name).as_deref());
    field(Some(entry.details.as_bytes()));
    field(text(&entry.ip).as_deref());
    field(text(&entry.user_agent).as_deref());
    field(text(&entry.request_id).as_deref());
    digest.finalize().to_vec()
}
