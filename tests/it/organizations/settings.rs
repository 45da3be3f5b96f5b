//! Settings: known keys are validated, unknown ones are kept, null removes (ORG-2).

use bursar_tests::{Answer, Organization, both_databases};
use serde_json::{Value, json};

async fn set(organization: &Organization, version: i64, settings: Value) -> Answer {
    let input = json!({ "organizationId": organization.id, "expectedVersion": version, "settings": settings });
    organization
        .owner
        .client
        .mutate(
            "updateOrganization",
            input,
            "organization { settings version }",
        )
        .await
}

both_databases! {
    /// Merged key by key; what Bursar does not know is kept as it is.
    async fn settings_are_merged_key_by_key(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let first = json!({ "timezone": "Asia/Ho_Chi_Minh", "locale": "vi", "theme": { "accent": "#ff8800", "dense": true } });
        set(&organization, 1, first).await.expect_no_errors();
        let second = json!({ "locale": "fr", "theme": null, "default_storage_provider": "minio", "notification_email": "ops@example.com" });
        let answer = set(&organization, 2, second).await.expect_no_errors();
        assert_eq!(
            answer.data("updateOrganization.organization.settings"),
            &json!({ "timezone": "Asia/Ho_Chi_Minh", "locale": "fr", "default_storage_provider": "minio", "notification_email": "ops@example.com" })
        );
    }

    /// A wrong value of a known key is refused, with the key in the path, and nothing changes.
    async fn known_keys_are_validated(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let before = app.snapshot().await;
        for (key, value) in [
            ("timezone", json!("Mars/Olympus")),
            ("timezone", json!(2)),
            ("default_storage_provider", json!("dropbox")),
            ("locale", json!("de")),
            ("notification_email", json!("nobody")),
            ("default_server_id", json!("01890000-0000-7000-8000-000000000000")),
            ("default_server_id", json!("nonsense")),
            ("default_git_connection_id", json!("01890000-0000-7000-8000-000000000000")),
        ] {
            let mut settings = serde_json::Map::new();
            settings.insert("kept".into(), json!(1));
            settings.insert(key.into(), value.clone());
            let error = set(&organization, 1, Value::Object(settings)).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, format!("settings.{key}"), "{value}");
        }
        let huge = json!({ "note": "x".repeat(70_000) });
        assert_eq!(set(&organization, 1, huge).await.expect_user_error("VALIDATION").path, "settings");
        set(&organization, 1, json!("text")).await.expect_code("BAD_REQUEST");
        app.snapshot().await.assert_same(&before, "a wrong setting");
    }

    /// The default server must be a server of this organization that is still there.
    async fn the_default_server_is_one_of_our_own(app: TestApp) {
        let owner = app.anonymous.sign_up("owner").await;
        let (ours, theirs) = (owner.create_organization("ours").await, owner.create_organization("theirs").await);
        let server = ours.create_resource("server", &[], None).await;
        let foreign = theirs.create_resource("server", &[], None).await;
        let project = ours.create_resource("project", &[], None).await;
        for wrong in [&foreign, &project] {
            set(&ours, 1, json!({ "default_server_id": wrong })).await.expect_user_error("VALIDATION");
        }
        set(&ours, 1, json!({ "default_server_id": server })).await.expect_no_errors();
        ours.delete_resource(&server).await;
        let error = set(&ours, 2, json!({ "default_server_id": null, "timezone": "Mars/Olympus" })).await.expect_user_error("VALIDATION");
        assert_eq!(error.path, "settings.timezone");
    }
}
