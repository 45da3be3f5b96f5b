//! Everything that quotas, resources and members of a database hold, to show that a refused request left no trace.

use std::collections::BTreeMap;

use bursar_entities::{
    api_key, audit_chain, connection, event_stream, invitation, invitation_project, membership,
    membership_project, organization, organization_head, plan_subscription, quota_counter,
    quota_grant, quota_override, resource, resource_amount, revenue_movement, role, sealed_secret,
    subscription_add_on, threshold_event, usage_record,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter as _};
use serde_json::Value;

/// The rows of each table, in a fixed order.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot(BTreeMap<&'static str, Vec<String>>);

impl Snapshot {
    /// Reads the tables. Of the usage records only granted ones count: a refusal is itself a fact worth keeping.
    pub async fn of(db: &impl ConnectionTrait) -> Self {
        let granted = usage_record::Entity::find()
            .filter(usage_record::Column::Allowed.eq(true))
            .into_json()
            .all(db)
            .await
            .expect("usage records");
        let mut tables = BTreeMap::from([("usage_records", sorted(&granted))]);
        macro_rules! read {
            ($($table:literal = $entity:ident),* $(,)?) => {$(
                let rows = $entity::Entity::find().into_json().all(db).await.expect($table);
                tables.insert($table, sorted(&rows));
            )*};
        }
        read! {
            "audit_chains" = audit_chain,
            "connections" = connection,
            "event_streams" = event_stream,
            "invitations" = invitation,
            "invitation_projects" = invitation_project,
            "memberships" = membership,
            "membership_projects" = membership_project,
            "organizations" = organization,
            "organization_heads" = organization_head,
            "plan_subscriptions" = plan_subscription,
            "quota_counters" = quota_counter,
            "quota_grants" = quota_grant,
            "quota_overrides" = quota_override,
            "resources" = resource,
            "resource_amounts" = resource_amount,
            "revenue_movements" = revenue_movement,
            "roles" = role,
            "sealed_secrets" = sealed_secret,
            "subscription_add_ons" = subscription_add_on,
            "threshold_events" = threshold_event,
        }
        // When a key was used last is written by and by, and no part of what a request changes.
        let keys = api_key::Entity::find().all(db).await.expect("api_keys");
        let unused = |key: api_key::Model| {
            format!(
                "{:?}",
                api_key::Model {
                    last_used_at: None,
                    ..key
                }
            )
        };
        let mut keys: Vec<String> = keys.into_iter().map(unused).collect();
        keys.sort();
        tables.insert("api_keys", keys);
        Self(tables)
    }

    /// The rows of one table.
    #[must_use]
    pub fn rows(&self, table: &str) -> &[String] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// Insists on the same state, naming the tables that differ.
    #[track_caller]
    pub fn assert_same(&self, earlier: &Self, what: &str) {
        for (table, rows) in &self.0 {
            assert_eq!(earlier.0.get(table), Some(rows), "{what} changed {table}");
        }
    }
}

fn sorted(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    rows.sort();
    rows
}

/// The log of crossings of a database, such as `WARNING UP`, in order.
pub async fn crossings(app: &crate::TestApp) -> Vec<String> {
    use sea_orm::{ActiveEnum as _, QueryOrder as _};
    let events = threshold_event::Entity::find()
        .order_by_asc(threshold_event::Column::Position)
        .all(app.app.db.reader())
        .await
        .expect("threshold events");
    let events = events.iter();
    events
        .map(|event| format!("{} {}", event.level.to_value(), event.direction.to_value()))
        .collect()
}
