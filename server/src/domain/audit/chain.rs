//! The hash of an entry: SHA-256 over the previous hash and every field, each with its length, so that no two entries
//! can be written down alike (AUD-3).
//!
//! What an entry tells of people is not hashed itself but through a digest that is blinded by a random salt. When both
//! are dropped the digest stays, and with it the chain holds as before (decision 11).

use bursar_entities::audit_entry::Model;
use sea_orm::ActiveEnum;

use super::fields::Fields;
use super::first_form::whole;

/// What the first entry of a chain has as its previous hash.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// Begins what is hashed of an entry with a digest; no entry without one begins like it.
const ENTRY: &[u8] = b"bursar audit entry 2";
/// Begins what is hashed of what an entry tells of people.
const PERSONAL: &[u8] = b"bursar audit personal 2";

/// The hash that `entry` must carry, given the hash before it.
pub(super) fn hash(entry: &Model, previous: &[u8]) -> Vec<u8> {
    let Some(digest) = &entry.personal_digest else {
        return whole(entry, previous);
    };
    let mut fields = Fields::new(ENTRY);
    fields.add(Some(previous));
    fields.add(Some(entry.id.0.as_bytes()));
    fields.add(Some(entry.chain_id.as_bytes()));
    fields.add(Some(&entry.sequence.to_be_bytes()));
    let organization = entry.organization_id.map(|id| *id.0.as_bytes());
    fields.add(organization.as_ref().map(<[u8; 16]>::as_slice));
    fields.add(Some(&entry.occurred_at.timestamp_micros().to_be_bytes()));
    fields.text(Some(&entry.actor_kind.to_value()));
    fields.text(Some(&entry.action));
    fields.text(Some(&entry.resource_type));
    fields.add(
        entry
            .resource_id
            .as_ref()
            .map(|id| id.as_bytes().as_slice()),
    );
    fields.add(Some(digest));
    fields.finish()
}

/// The digest of what `entry` tells of people, blinded by `salt`.
pub(super) fn personal(entry: &Model, salt: &[u8]) -> Vec<u8> {
    let mut fields = Fields::new(PERSONAL);
    fields.add(Some(salt));
    fields.add(entry.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
    fields.text(entry.actor_email.as_deref());
    fields.text(entry.resource_name.as_deref());
    fields.text(Some(&entry.details));
    fields.text(entry.ip.as_deref());
    fields.text(entry.user_agent.as_deref());
    fields.text(entry.request_id.as_deref());
    fields.finish()
}

#[cfg(test)]
mod tests {
    use bursar_entities::audit_entry::Model;
    use bursar_entities::enums::ActorKind;
    use bursar_entities::ids::{AuditEntryId, OrganizationId};
    use chrono::DateTime;
    use uuid::Uuid;

    use super::{GENESIS, hash, personal};

    fn entry() -> Model {
        Model {
            id: AuditEntryId(Uuid::from_u128(1)),
            chain_id: Uuid::from_u128(2),
            sequence: 3,
            organization_id: Some(OrganizationId(Uuid::from_u128(2))),
            occurred_at: DateTime::UNIX_EPOCH,
            actor_kind: ActorKind::User,
            actor_id: Some(Uuid::from_u128(4)),
            actor_email: Some("ada@example.com".into()),
            action: "org_created".into(),
            resource_type: "organization".into(),
            resource_id: None,
            resource_name: Some("Acme".into()),
            details: "{}".into(),
            ip: None,
            user_agent: Some("curl".into()),
            request_id: None,
            salt: None,
            personal_digest: None,
            previous_hash: GENESIS.to_vec(),
            hash: Vec::new(),
        }
    }

    #[test]
    fn entries_from_before_the_digest_hash_as_they_did() {
        assert_eq!(
            hex::encode(hash(&entry(), &GENESIS)),
            FIRST_FORM,
            "chains that have been written must hold for ever"
        );
    }

    /// Worked out apart from this code, field by field.
    const FIRST_FORM: &str = "3439ba0aff88f07b3e518065a249e6121744ac2924b0662655b5a69ab772d969";

    #[test]
    fn what_tells_of_people_counts_through_its_digest_alone() {
        let salt = [7; 16];
        let mut sealed = entry();
        sealed.personal_digest = Some(personal(&sealed, &salt));
        let before = hash(&sealed, &GENESIS);
        let mut blank = sealed.clone();
        blank.actor_email = None;
        blank.details = String::new();
        assert_eq!(hash(&blank, &GENESIS), before);
        assert_ne!(Some(personal(&blank, &salt)), sealed.personal_digest);
        assert_ne!(personal(&sealed, &[8; 16]), personal(&sealed, &salt));
        let mut other = sealed.clone();
        other.action = "org_deleted".into();
        assert_ne!(hash(&other, &GENESIS), before);
    }
}
