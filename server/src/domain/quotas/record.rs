//! Usage records: what was decided, under which key (QUO-2, QUO-7). Key and record are one row, so that neither can
//! exist without the other.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::ActorKind;
use bursar_entities::ids::{MeterId, OrganizationId, ReservationId, ResourceId};
use bursar_entities::{meter, usage_record};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::apply::Request;
use super::decide::Decision;
use super::grace::Grace;
use super::standing::Standing;
use super::window::Window;
use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::error::{Code, Error, Result};

/// What a key stands for: the first bytes of SHA-256 over everything that the caller said.
pub type Fingerprint = [u8; 16];

/// The fingerprint that `digest` comes to.
#[must_use]
pub fn shortened(digest: Sha256) -> Fingerprint {
    let whole: [u8; 32] = digest.finalize().into();
    let mut short = Fingerprint::default();
    short.copy_from_slice(&whole[..16]);
    short
}

/// What was decided when the key came for the first time.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The decisions.
    pub decisions: Vec<Decision>,
    /// The resource that was created or named.
    pub resource: Option<ResourceId>,
}

/// Looks for an earlier request with the same key, under the organization's lock.
///
/// # Errors
/// `CONFLICT` when the key was used for something else.
pub async fn replay_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    key: Option<&str>,
    fingerprint: &Fingerprint,
) -> Result<Option<Replay>> {
    let Some(key) = key else { return Ok(None) };
    let rows = usage_record::Entity::find_in(organization)
        .filter(usage_record::Column::IdempotencyKey.eq(key))
        .order_by_asc(usage_record::Column::Item)
        .all(tx)
        .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    require_same(&first.fingerprint, fingerprint)?;
    let resource = first.resource_id;
    let meters = meter::Entity::find()
        .filter(meter::Column::Id.is_in(rows.iter().map(|row| row.meter_id)))
        .all(tx)
        .await?;
    let meters: HashMap<MeterId, Arc<meter::Model>> = meters
        .into_iter()
        .map(|meter| (meter.id, Arc::new(meter)))
        .collect();
    Ok(Some(Replay {
        decisions: decisions(&rows, |id| meters.get(&id)),
        resource,
    }))
}

/// Lets a repetition of the same request pass.
pub(super) fn require_same(first: &[u8], again: &Fingerprint) -> Result<()> {
    if first == again {
        return Ok(());
    }
    let message = "This idempotency key was used for another request; use a new key for new work";
    Err(Error::new(Code::Conflict, message).at(&["idempotencyKey"]))
}

/// The decisions that `rows` keep.
pub(super) fn decisions<'a>(
    rows: &[usage_record::Model],
    meter: impl Fn(MeterId) -> Option<&'a Arc<meter::Model>>,
) -> Vec<Decision> {
    rows.iter()
        .filter_map(|row| meter(row.meter_id).map(|meter| decision(row, Arc::clone(meter))))
        .collect()
}

fn decision(row: &usage_record::Model, meter: Arc<meter::Model>) -> Decision {
    Decision {
        allowed: row.allowed,
        operation: row.operation,
        meter,
        policy: row.policy,
        requested: row.requested,
        used: row.used_after,
        reserved: row.reserved_after,
        limit: row.limit_amount,
        level: row.level,
        source: row.binding_source,
        resets_at: row.window_end,
        grace: row.grace_ends_at.map(|ends_at| Grace {
            ends_at,
            is_open: row.recorded_at < ends_at,
        }),
        over_since: None,
        suggested_plan: row.suggested_plan_id,
        sequence: row.event_sequence,
        failed_open: false,
    }
}

/// What the records of one request have in common.
pub(super) struct About<'a> {
    pub(super) organization: OrganizationId,
    pub(super) key: Cow<'a, str>,
    pub(super) fingerprint: Fingerprint,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) actor: (ActorKind, Option<Uuid>),
    pub(super) resource: Option<ResourceId>,
    pub(super) reservation: Option<ReservationId>,
}

/// The record of one decision, by which the counter of `window` moves by `amount`.
pub(super) fn row(
    about: &About<'_>,
    item: i16,
    window: Window,
    decision: &Decision,
    amount: i64,
) -> usage_record::Model {
    usage_record::Model {
        organization_id: about.organization,
        idempotency_key: about.key.as_ref().to_owned(),
        item,
        fingerprint: about.fingerprint.to_vec(),
        operation: decision.operation,
        meter_id: decision.meter.id,
        window_start: window.start,
        window_end: window.end,
        requested: decision.requested,
        amount,
        allowed: decision.allowed,
        policy: decision.policy,
        used_after: decision.used,
        reserved_after: decision.reserved,
        limit_amount: decision.limit,
        level: decision.level,
        binding_source: decision.source,
        suggested_plan_id: decision.suggested_plan,
        grace_ends_at: decision.grace.map(|grace| grace.ends_at),
        event_sequence: decision.sequence,
        occurred_at: about.occurred_at,
        recorded_at: about.recorded_at,
        actor_kind: about.actor.0,
        actor_id: about.actor.1,
        resource_id: about.resource,
        reservation_id: about.reservation,
    }
}

/// Writes one record per decision. When the request as a whole was refused, every amount is 0.
pub(super) async fn write_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    request: &Request<'_>,
    standings: &[Standing],
    decisions: &[Decision],
) -> Result<()> {
    let about = About {
        organization: request.organization,
        key: match request.key {
            Some(key) => key.into(),
            None => generated_key(app).into(),
        },
        fingerprint: request.fingerprint,
        occurred_at: request.occurred_at,
        recorded_at: app.now(),
        actor: attribution(&actor.identity),
        resource: request.resource,
        reservation: None,
    };
    let granted = decisions.iter().all(|decision| decision.allowed);
    let rows = standings.iter().zip(decisions).zip(0_i16..);
    let rows = rows.map(|((standing, decision), item)| {
        let amount = if granted {
            decision.used - standing.used()
        } else {
            0
        };
        row(&about, item, standing.window, decision, amount).into_active_model()
    });
    usage_record::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// A key for a request that brings none: no caller can name it.
pub(super) fn generated_key(app: &App) -> String {
    app.new_id::<ReservationId>().to_string()
}

/// On whose behalf, as it is kept.
pub(super) fn attribution(identity: &Identity) -> (ActorKind, Option<Uuid>) {
    match identity {
        Identity::User(user) => (ActorKind::User, Some(user.id.0)),
        Identity::ApiKey(key) => (ActorKind::ApiKey, Some(key.id.0)),
        Identity::System | Identity::Anonymous => (ActorKind::System, None),
        Identity::Unconfirmed(identity) => attribution(identity),
    }
}
