//! Values that have been changed, in entries that are there.

use bursar_entities::{audit_chain, audit_entry};
use bursar_tests::both_databases;
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use uuid::Uuid;

use super::super::{flow, rows};
use super::{Change, assert_broken, assert_intact, put, remove, verify};

/// Every column that an entry has, changed.
const CHANGES: [Change; 17] = [
    |row| row.organization_id = None,
    |row| row.occurred_at -= TimeDelta::microseconds(1),
    |row| row.actor_kind = bursar_entities::enums::ActorKind::System,
    |row| row.actor_id = None,
    |row| row.actor_email = Some("somebody.else@example.com".into()),
    |row| row.action = "nothing_happened".into(),
    |row| row.resource_type = "nothing".into(),
    |row| row.resource_id = Some(Uuid::nil()),
    |row| row.resource_name = None,
    |row| row.details = row.details.replace('{', "{ "),
    |row| row.ip = Some("10.0.0.1".into()),
    |row| row.user_agent = Some("nobody".into()),
    |row| row.request_id = None,
    |row| row.salt = Some(vec![0; 16]),
    |row| row.personal_digest = Some(vec![0; 32]),
    |row| row.previous_hash = vec![0; 32],
    |row| row.hash = vec![0; 32],
];

both_databases! {
    /// One changed column of one entry, whichever it is.
    async fn a_changed_value_is_found(app: TestApp) {
        let organization = flow(&app).await;
        let victim = rows(&organization, &app).await[2].clone();
        for (index, change) in CHANGES.iter().enumerate() {
            let mut row = victim.clone();
            change(&mut row);
            assert_ne!(row, victim, "change {index}");
            put(&app, &row).await;
            if index == 9 {
                assert_broken(&app, &organization, "ALTERED", victim.sequence, Some(victim.id.0)).await;
            } else {
                let verified = verify(&app, &organization, json!(null)).await;
                assert_eq!(verified["firstBroken"]["sequence"], json!(victim.sequence), "change {index}: {verified}");
                assert_eq!(verified["entries"], json!(victim.sequence - 1), "change {index}");
            }
            put(&app, &victim).await;
        }
        assert_intact(&app, &organization).await;
    }

    /// What only a purge does: entries that tell nothing of people, and a chain without its beginning.
    async fn only_a_purge_blanks_entries(app: TestApp) {
        let organization = flow(&app).await;
        let rows = rows(&organization, &app).await;
        let blank = blank(&rows[3]);
        put(&app, &blank).await;
        assert_broken(&app, &organization, "BLANKED", 4, Some(blank.id.0)).await;
        put(&app, &rows[3]).await;
        audit_chain::Entity::update_many()
            .col_expr(audit_chain::Column::BaseSequence, Expr::value(2_i64))
            .col_expr(audit_chain::Column::BaseHash, Expr::value(rows[1].hash.clone()))
            .filter(audit_chain::Column::ChainId.eq(Uuid::parse_str(&organization.id).unwrap()))
            .exec(app.app.db.reader())
            .await
            .unwrap();
        for row in &rows[..2] {
            remove(&app, row).await;
        }
        assert_broken(&app, &organization, "MISSING", 1, None).await;
    }
}

/// `row` without what it tells of people.
fn blank(row: &audit_entry::Model) -> audit_entry::Model {
    audit_entry::Model {
        actor_id: None,
        actor_email: None,
        resource_name: None,
        details: String::new(),
        ip: None,
        user_agent: None,
        request_id: None,
        salt: None,
        ..row.clone()
    }
}
