//! Entries that are missing, or stand where they do not belong.

use bursar_entities::{audit_chain, audit_entry};
use bursar_tests::both_databases;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use super::super::{flow, rows};
use super::{assert_broken, put, remove, set_end};

both_databases! {
    /// Two entries that have changed places.
    async fn swapped_entries_are_found(app: TestApp) {
        let organization = flow(&app).await;
        let rows = rows(&organization, &app).await;
        let (a, b) = (rows[2].clone(), rows[3].clone());
        remove(&app, &b).await;
        put(&app, &audit_entry::Model { sequence: b.sequence, ..a.clone() }).await;
        let moved = audit_entry::Model { sequence: a.sequence, ..b.clone() };
        audit_entry::Entity::insert(moved.into_active_model()).exec_without_returning(app.app.db.reader()).await.unwrap();
        assert_broken(&app, &organization, "ALTERED", a.sequence, Some(b.id.0)).await;
    }

    /// An entry taken out of the middle; the first; all of them.
    async fn missing_entries_are_found(app: TestApp) {
        let organization = flow(&app).await;
        let rows = rows(&organization, &app).await;
        remove(&app, &rows[4]).await;
        assert_broken(&app, &organization, "MISSING", 5, None).await;
        remove(&app, &rows[0]).await;
        assert_broken(&app, &organization, "MISSING", 1, None).await;
        for row in &rows {
            remove(&app, row).await;
        }
        assert_broken(&app, &organization, "MISSING", 1, None).await;
        audit_chain::Entity::delete_by_id(Uuid::parse_str(&organization.id).unwrap()).exec(app.app.db.reader()).await.unwrap();
        assert_broken(&app, &organization, "MISSING", 1, None).await;
    }

    /// The end alone, and entries that were put there past it.
    async fn a_false_end_is_found(app: TestApp) {
        let organization = flow(&app).await;
        let rows = rows(&organization, &app).await;
        let (last, before) = (&rows[rows.len() - 1], &rows[rows.len() - 2]);
        set_end(&app, &organization, last.sequence, &[7; 32]).await;
        assert_broken(&app, &organization, "END", last.sequence, None).await;
        set_end(&app, &organization, before.sequence, &before.hash).await;
        assert_broken(&app, &organization, "FOREIGN", last.sequence, Some(last.id.0)).await;
        set_end(&app, &organization, last.sequence, &last.hash).await;
        let early = audit_entry::Model { id: app.app.new_id(), sequence: 0, ..last.clone() };
        audit_entry::Entity::insert(early.clone().into_active_model()).exec_without_returning(app.app.db.reader()).await.unwrap();
        assert_broken(&app, &organization, "FOREIGN", 0, Some(early.id.0)).await;
    }
}
