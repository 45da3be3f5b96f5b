//! The log of an organization that has been purged.

use bursar_entities::{audit_chain, audit_entry};
use bursar_tests::both_databases;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde_json::json;

use super::super::{flow, rows};
use super::{Change, assert_broken, assert_intact, command, put, remove, set_end, verify};
use crate::organizations::lifecycle::delete;

both_databases! {
    /// After a purge as well: a value, the order, the middle, the end, and what was dropped put back.
    async fn a_purged_log_is_guarded_like_any_other(app: TestApp) {
        let organization = flow(&app).await;
        delete(&organization).await.expect_no_errors();
        app.advance(TimeDelta::days(30));
        bursar::domain::organizations::purge_deleted(&app.app).await.unwrap();
        assert_intact(&app, &organization).await;
        let (content, output) = command(&app, &[]).await;
        assert!(content && output.contains(&organization.id), "{output}");
        let rows = rows(&organization, &app).await;
        let put_back: [Change; 4] = [
            |row| row.action = "nothing_happened".into(),
            |row| row.occurred_at = DateTime::<Utc>::UNIX_EPOCH,
            |row| row.actor_email = Some("somebody@example.com".into()),
            |row| row.details = "{}".into(),
        ];
        for change in put_back {
            let mut row = rows[2].clone();
            change(&mut row);
            put(&app, &row).await;
            assert_eq!(verify(&app, &organization, json!(null)).await["firstBroken"]["sequence"], json!(3));
        }
        assert_broken(&app, &organization, "ALTERED", 3, Some(rows[2].id.0)).await;
        put(&app, &rows[2]).await;
        remove(&app, &rows[4]).await;
        assert_broken(&app, &organization, "MISSING", 5, None).await;
        let again = rows[4].clone().into_active_model();
        audit_entry::Entity::insert(again).exec_without_returning(app.app.db.reader()).await.unwrap();
        assert_intact(&app, &organization).await;
        // Without its last entry it would have no right to be blank.
        let (last, before) = (&rows[rows.len() - 1], &rows[rows.len() - 2]);
        remove(&app, last).await;
        set_end(&app, &organization, before.sequence, &before.hash).await;
        assert_broken(&app, &organization, "BLANKED", 1, Some(rows[0].id.0)).await;
        // Taken as a whole, it is missed because the platform's log tells of it.
        audit_entry::Entity::delete_many().filter(audit_entry::Column::ChainId.eq(rows[0].chain_id)).exec(app.app.db.reader()).await.unwrap();
        audit_chain::Entity::delete_by_id(rows[0].chain_id).exec(app.app.db.reader()).await.unwrap();
        let (content, output) = command(&app, &[]).await;
        assert!(!content && output.contains(&format!("BROKEN  {}", organization.id)), "{output}");
    }
}
