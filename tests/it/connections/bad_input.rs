//! What cannot become a connection; each field at fault is named, and nothing that was typed is told again.

use bursar_entities::connection;
use bursar_entities::enums::{ConnectionKind, ConnectionProvider};
use bursar_entities::ids::{ConnectionId, OrganizationId};
use bursar_tests::both_databases;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::json;

use super::{organization, providers};

both_databases! {
    /// New connections.
    async fn what_cannot_be_is_the_users_to_mend(app: TestApp) {
        let organization = organization(&app).await;
        let before = app.snapshot().await;
        let long = "x".repeat(17_000);
        for (provider, more, path) in [
            ("HETZNER", json!({ "name": "" }), "name"),
            ("HETZNER", json!({ "name": "two\nlines" }), "name"),
            ("HETZNER", json!({ "name": "x".repeat(101) }), "name"),
            ("HETZNER", json!({ "secret": null }), "secret"),
            ("HETZNER", json!({ "secret": "" }), "secret"),
            ("HETZNER", json!({ "secret": long }), "secret"),
            ("HETZNER", json!({ "settings": { "bucket": "backups" } }), "settings.bucket"),
            ("GITLAB", json!({ "settings": { "endpoint": "https://user:hunter2-hunter2@gitlab.example.com" } }), "settings.endpoint"),
            ("GITLAB", json!({ "settings": { "endpoint": "http://gitlab.example.com" } }), "settings.endpoint"),
            ("SFTP", json!({ "settings": { "host": "files.example.com:22", "username": "deploy" } }), "settings.host"),
            ("SFTP", json!({ "settings": { "host": "files.example.com", "username": "deploy", "port": 0 } }), "settings.port"),
            ("SFTP", json!({ "settings": { "host": "files.example.com", "username": "deploy", "port": 65_536 } }), "settings.port"),
            ("SFTP", json!({ "settings": { "host": "files.example.com", "username": "deploy:hunter2-hunter2" } }), "settings.username"),
        ] {
            let answer = organization.try_create_connection(provider, more.clone()).await;
            assert_eq!(answer.expect_user_error("VALIDATION").path, path, "{provider} {more}");
            assert!(!answer.body.to_string().contains("hunter2"), "{answer}");
        }
        for (provider, _, settings) in providers() {
            for name in settings.as_object().unwrap().keys().filter(|name| !["port", "path"].contains(&name.as_str())) {
                let mut less = settings.clone();
                less.as_object_mut().unwrap().remove(name);
                let answer = organization.try_create_connection(provider, json!({ "settings": less })).await;
                if ["GITHUB", "GITLAB"].contains(&provider) {
                    let id = answer.expect_no_errors().text("createConnection.connection.id");
                    organization.owner.client.delete_connection(&id).await.expect_no_errors();
                } else {
                    assert_eq!(answer.expect_user_error("VALIDATION").path, format!("settings.{name}"), "{provider}");
                }
            }
        }
        let after = app.snapshot().await;
        assert_eq!(after.rows("connections"), before.rows("connections"));
        assert_eq!(after.rows("sealed_secrets"), before.rows("sealed_secrets"));
        organization.try_create_connection("DROPBOX", json!({})).await.expect_code("BAD_REQUEST");
    }

    /// Changes; above all, a secret goes nowhere but where it was given for.
    async fn a_secret_stays_where_it_was_given_for(app: TestApp) {
        let organization = organization(&app).await;
        let client = &organization.owner.client;
        let settings = json!({ "host": "files.example.com", "username": "deploy" });
        let made = organization.try_create_connection("SFTP", json!({ "settings": settings })).await;
        let id = made.text("createConnection.connection.id");
        let before = app.snapshot().await;
        for (change, path) in [
            (json!({ "settings": { "host": "thief.example.com" } }), "secret"),
            (json!({ "settings": { "port": 2222 } }), "secret"),
            (json!({ "settings": { "host": null } }), "settings.host"),
            (json!({ "settings": { "bucket": "backups" } }), "settings.bucket"),
            (json!({ "secret": null }), "secret"),
            (json!({ "secret": "" }), "secret"),
            (json!({ "name": " " }), "name"),
        ] {
            let error = client.update_connection(&id, 1, change.clone()).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{change}");
        }
        app.snapshot().await.assert_same(&before, "a refused change");
        let change = json!({ "settings": { "host": "new.example.com" }, "secret": "given again" });
        client.update_connection(&id, 1, change).await.expect_no_errors();
    }

    /// Two hundred, and not one more.
    async fn there_is_an_end_to_it(app: TestApp) {
        let organization = organization(&app).await;
        organization.create_connection("GITHUB").await;
        let owner = OrganizationId(organization.id.parse().unwrap());
        let rows = (0..199).map(|number| {
            let row = connection::Model {
                id: app.app.new_id::<ConnectionId>(),
                organization_id: owner,
                kind: ConnectionKind::Dns,
                provider: ConnectionProvider::Hetzner,
                name: format!("number {number}"),
                endpoint: None,
                region: None,
                bucket: None,
                access_key_id: None,
                host: None,
                port: None,
                username: None,
                path: None,
                secret_version: 0,
                secret_updated_at: None,
                version: 1,
                created_at: app.app.now(),
                updated_at: app.app.now(),
            };
            row.into_active_model()
        });
        let tx = app.app.db.begin().await.unwrap();
        connection::Entity::insert_many(rows).exec_without_returning(&*tx).await.unwrap();
        tx.commit().await.unwrap();
        organization.try_create_connection("GITHUB", json!({})).await.expect_user_error("LIMIT_REACHED");
    }
}
