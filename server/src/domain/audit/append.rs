//! Appending to the log, in the caller's transaction.

use bursar_entities::enums::ActorKind;
use bursar_entities::ids::OrganizationId;
use bursar_entities::{audit_chain, audit_entry};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::chain::{GENESIS, hash, personal};
use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::error::{Error, Result};

/// Bytes of a salt: more than anybody can try.
const SALT: usize = 16;

/// What is to be written down.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    organization: Option<OrganizationId>,
    action: &'static str,
    resource_type: &'static str,
    resource_id: Option<Uuid>,
    resource_name: Option<String>,
    old: Map<String, Value>,
    new: Map<String, Value>,
}

impl Entry {
    /// `action` was done to a thing of `resource_type`.
    #[must_use]
    pub fn new(action: &'static str, resource_type: &'static str) -> Self {
        Self {
            action,
            resource_type,
            ..Self::default()
        }
    }

    /// In this organization.
    #[must_use]
    pub const fn organization(mut self, organization: OrganizationId) -> Self {
        self.organization = Some(organization);
        self
    }

    /// To this very thing.
    #[must_use]
    pub fn resource(mut self, id: Uuid, name: impl Into<String>) -> Self {
        self.resource_id = Some(id);
        self.resource_name = Some(name.into().chars().take(255).collect());
        self
    }

    /// `field` was `old` and is `new`; nothing is noted when they are the same. Never pass a secret (AUD-4).
    #[must_use]
    pub fn change(mut self, field: &str, old: impl Into<Value>, new: impl Into<Value>) -> Self {
        let (old, new) = (old.into(), new.into());
        if old != new {
            self.old.insert(field.to_owned(), old);
            self.new.insert(field.to_owned(), new);
        }
        self
    }

    /// `field` has this value, where there was none.
    #[must_use]
    pub fn value(self, field: &str, new: impl Into<Value>) -> Self {
        self.change(field, Value::Null, new)
    }

    fn details(&self) -> String {
        let changed: Vec<&String> = self.new.keys().collect();
        json!({ "changedFields": changed, "oldValues": self.old, "newValues": self.new })
            .to_string()
    }
}

/// Appends `entry` to its organization's chain (or the platform's), as part of the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn append_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    entry: Entry,
) -> Result<()> {
    let chain_id = entry.organization.map_or_else(Uuid::nil, |id| id.0);
    let chain = lock_chain_in_tx(tx, chain_id).await?;
    let (actor_kind, actor_id, actor_email) = match &actor.identity {
        Identity::User(user) => (ActorKind::User, Some(user.id.0), Some(user.email.clone())),
        Identity::ApiKey(key) => (ActorKind::ApiKey, Some(key.id.0), None),
        Identity::System | Identity::Anonymous | Identity::Unconfirmed(_) => {
            (ActorKind::System, None, None)
        }
    };
    let mut row = audit_entry::Model {
        id: app.new_id(),
        chain_id,
        sequence: chain.sequence + 1,
        organization_id: entry.organization,
        occurred_at: app.now(),
        actor_kind,
        actor_id,
        actor_email,
        action: entry.action.to_owned(),
        resource_type: entry.resource_type.to_owned(),
        resource_id: entry.resource_id,
        details: entry.details(),
        resource_name: entry.resource_name,
        ip: actor.origin.ip.map(|ip| ip.to_string()),
        user_agent: actor.origin.user_agent.clone(),
        request_id: actor.origin.request_id.clone(),
        salt: None,
        personal_digest: None,
        previous_hash: chain.hash.clone(),
        hash: Vec::new(),
    };
    let salt = app.random_bytes::<SALT>();
    row.personal_digest = Some(personal(&row, &salt));
    row.salt = Some(salt.to_vec());
    row.hash = hash(&row, &chain.hash);
    let mut end = chain.into_active_model();
    end.sequence = Set(row.sequence);
    end.hash = Set(row.hash.clone());
    end.update(tx).await?;
    audit_entry::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Whether the organization's log tells already that `action` was done to `resource`.
///
/// # Errors
/// When the database refuses.
pub async fn has_entry_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    action: &str,
    resource: Uuid,
) -> Result<bool> {
    let entries = audit_entry::Entity::find()
        .filter(audit_entry::Column::ChainId.eq(organization.0))
        .filter(audit_entry::Column::Action.eq(action))
        .filter(audit_entry::Column::ResourceId.eq(resource));
    Ok(entries.one(tx).await?.is_some())
}

/// The end of a chain, locked until the transaction ends; a new chain is begun when there is none.
async fn lock_chain_in_tx(tx: &impl ConnectionTrait, chain_id: Uuid) -> Result<audit_chain::Model> {
    let find = || {
        audit_chain::Entity::find_by_id(chain_id)
            .lock_exclusive()
            .one(tx)
    };
    if let Some(chain) = find().await? {
        return Ok(chain);
    }
    let first = audit_chain::ActiveModel {
        chain_id: Set(chain_id),
        sequence: Set(0),
        hash: Set(GENESIS.to_vec()),
        base_sequence: Set(0),
        base_hash: Set(None),
    };
    audit_chain::Entity::insert(first)
        .on_conflict(
            OnConflict::column(audit_chain::Column::ChainId)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    find()
        .await?
        .ok_or_else(|| Error::internal("the end of an audit chain vanished"))
}
