//! Entries that were written before there was a digest of what they tell of people.

use bursar_entities::audit_entry;
use bursar_tests::{Organization, TestApp, both_databases};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::json;

use super::super::rows;
use super::{assert_broken, assert_intact, command, put, remove, set_end};
use crate::organizations::lifecycle::delete;

both_databases! {
    /// Entries from before there was a digest hold, and go with a purge: they could not be checked without what they tell.
    async fn entries_of_the_first_form_hold(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        rewrite_in_first_form(&app, &organization).await;
        assert_intact(&app, &organization).await;
        let first = rows(&organization, &app).await;
        organization.create_resource("project", &[], None).await;
        assert_intact(&app, &organization).await;
        put(&app, &audit_entry::Model { resource_name: Some("Other".into()), ..first[0].clone() }).await;
        assert_broken(&app, &organization, "ALTERED", 1, Some(first[0].id.0)).await;
        put(&app, &first[0]).await;
        for resource in organization.owner.client.query("query($id: ID!) { organization(id: $id) { resources(first: 5) { nodes { id } } } }", json!({ "id": organization.id })).await.list("organization.resources.nodes") {
            organization.delete_resource(resource["id"].as_str().unwrap()).await;
        }
        delete(&organization).await.expect_no_errors();
        app.advance(TimeDelta::days(30));
        bursar::domain::organizations::purge_deleted(&app.app).await.unwrap();
        let left = rows(&organization, &app).await;
        assert_eq!(left[0].sequence, i64::try_from(first.len()).unwrap() + 1, "{left:?}");
        assert_intact(&app, &organization).await;
        let (content, output) = command(&app, &["--organization", &organization.id]).await;
        assert!(content, "{output}");
        remove(&app, &left[0]).await;
        assert_broken(&app, &organization, "MISSING", left[0].sequence, None).await;
    }
}

/// Writes the organization's entries as they were written before there was a digest.
async fn rewrite_in_first_form(app: &TestApp, organization: &Organization) {
    use sea_orm::ActiveEnum as _;
    use sha2::{Digest as _, Sha256};
    let mut previous = vec![0; 32];
    for row in rows(organization, app).await {
        let mut digest = Sha256::new();
        let mut field = |bytes: Option<&[u8]>| match bytes {
            None => digest.update([0]),
            Some(bytes) => {
                digest.update([1]);
                digest.update((bytes.len() as u64).to_be_bytes());
                digest.update(bytes);
            }
        };
        let text = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
        field(Some(&previous));
        field(Some(row.id.0.as_bytes()));
        field(Some(row.chain_id.as_bytes()));
        field(Some(&row.sequence.to_be_bytes()));
        field(
            row.organization_id
                .as_ref()
                .map(|id| id.0.as_bytes().as_slice()),
        );
        field(Some(&row.occurred_at.timestamp_micros().to_be_bytes()));
        field(Some(row.actor_kind.to_value().as_bytes()));
        field(row.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(text(&row.actor_email).as_deref());
        field(Some(row.action.as_bytes()));
        field(Some(row.resource_type.as_bytes()));
        field(row.resource_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(text(&row.resource_name).as_deref());
        field(Some(row.details.as_bytes()));
        field(text(&row.ip).as_deref());
        field(text(&row.user_agent).as_deref());
        field(text(&row.request_id).as_deref());
        let hash = digest.finalize().to_vec();
        let mut old = row.clone().into_active_model().reset_all();
        old.salt = Set(None);
        old.personal_digest = Set(None);
        old.previous_hash = Set(previous);
        old.hash = Set(hash.clone());
        audit_entry::Entity::update(old)
            .exec(app.app.db.reader())
            .await
            .unwrap();
        set_end(app, organization, row.sequence, &hash).await;
        previous = hash;
    }
}
