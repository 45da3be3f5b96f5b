//! Creating, changing and deleting; nobody overwrites what they have not read.

use bursar_entities::sealed_secret;
use bursar_tests::{CONNECTION, both_databases};
use chrono::TimeDelta;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::{field, listed, organization, providers};

both_databases! {
    /// Every provider, with what it needs; listed by kind and fetched by id.
    async fn every_provider_can_be_connected(app: TestApp) {
        let organization = organization(&app).await;
        let client = &organization.owner.client;
        for (provider, kind, settings) in providers() {
            let answer = organization.try_create_connection(provider, json!({ "settings": settings })).await.expect_no_errors();
            let made = answer.data("createConnection.connection").clone();
            assert_eq!((&made["kind"], &made["provider"]), (&json!(kind), &json!(provider)));
            for (name, value) in settings.as_object().unwrap() {
                assert_eq!(&made["settings"][name], value, "{provider} {name}");
            }
            assert_eq!((&made["hasSecret"], &made["version"]), (&json!(true), &json!(1)));
            assert_eq!(made["secretUpdatedAt"], made["createdAt"]);
            let document = format!("query($id: ID!) {{ node(id: $id) {{ ... on ConnectedService {{ {CONNECTION} organization {{ id }} }} }} }}");
            let mut seen = client.query(&document, json!({ "id": made["id"] })).await.data("node").clone();
            assert_eq!(seen["organization"]["id"], json!(organization.id));
            seen.as_object_mut().unwrap().remove("organization");
            assert_eq!(seen, made);
        }
        let all = listed(client, &organization, None).await;
        assert_eq!(field(&all, "organization.connections.nodes", "provider"), providers().iter().map(|known| known.0).collect::<Vec<_>>());
        assert_eq!(all.data("organization.connections.totalCount"), &json!(14));
        for (kind, count) in [("STORAGE", 6), ("DNS", 4), ("GIT", 2), ("ADDON_REPOSITORY", 2)] {
            let some = listed(client, &organization, Some(kind)).await;
            assert_eq!(some.list("organization.connections.nodes").len(), count, "{kind}");
            assert_eq!(some.data("organization.connections.totalCount"), &json!(count));
        }
    }

    /// Fields that are named change; a new secret is a new version of it.
    async fn an_update_is_a_partial_merge(app: TestApp) {
        let organization = organization(&app).await;
        let client = &organization.owner.client;
        let settings = json!({ "host": "registry.example.com", "username": "deploy", "path": "charts" });
        let made = organization.try_create_connection("OCI", json!({ "settings": settings })).await;
        let id = made.text("createConnection.connection.id");
        app.advance(TimeDelta::minutes(1));
        let change = json!({ "name": " Charts ", "settings": { "path": null, "username": "reader" } });
        let answer = client.update_connection(&id, 1, change).await.expect_no_errors();
        let now = answer.data("updateConnection.connection");
        assert_eq!((&now["name"], &now["version"]), (&json!("Charts"), &json!(2)));
        assert_eq!((&now["settings"]["host"], &now["settings"]["path"]), (&json!("registry.example.com"), &Value::Null));
        assert_eq!(now["settings"]["username"], json!("reader"));
        assert_eq!(now["secretUpdatedAt"], now["createdAt"], "the secret stays");
        assert_eq!(answer.moment("updateConnection.connection.updatedAt"), app.app.now());
        let same = client.update_connection(&id, 2, json!({ "name": "Charts" })).await.expect_no_errors();
        assert_eq!(same.data("updateConnection.connection.version"), &json!(2), "nothing has changed");
        let answer = client.update_connection(&id, 2, json!({ "secret": "another secret" })).await.expect_no_errors();
        assert_eq!(answer.moment("updateConnection.connection.secretUpdatedAt"), app.app.now());
        let answer = client.update_connection(&id, 3, json!({ "secret": null })).await.expect_no_errors();
        assert_eq!(answer.data("updateConnection.connection.hasSecret"), &json!(false));
        assert_eq!(sealed_secret::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
        let log = "query($id: ID!) { organization(id: $id) { auditLog(first: 4) { nodes { action details } } } }";
        let log = client.query(log, json!({ "id": organization.id })).await;
        assert_eq!(field(&log, "organization.auditLog.nodes", "action"), ["connection_updated", "connection_updated", "connection_updated", "connection_created"]);
        assert_eq!(log.data("organization.auditLog.nodes.2.details")["newValues"], json!({ "name": "Charts", "path": null, "username": "reader" }));
    }

    /// Two at once from the same version: one is done, the others are conflicts that name the current version.
    async fn of_two_changes_at_once_one_is_a_conflict(app: TestApp) {
        let organization = organization(&app).await;
        let id = organization.create_connection("HETZNER").await;
        let calls: Vec<_> = (0..4)
            .map(|n| {
                let (client, id) = (organization.owner.client.clone(), id.clone());
                let change = json!({ "name": format!("name {n}"), "secret": format!("secret {n}") });
                tokio::spawn(async move { client.update_connection(&id, 1, change).await })
            })
            .collect();
        let (mut done, mut conflicts) = (Vec::new(), 0);
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                done.push(answer.text("updateConnection.connection.name"));
            } else {
                let error = answer.expect_user_error("CONFLICT");
                assert!(error.path == "expectedVersion" && error.message.contains('2'), "{error:?}");
                conflicts += 1;
            }
        }
        assert_eq!((done.len(), conflicts), (1, 3));
        let (organization, id) = (organization.id.parse().unwrap(), id.parse().unwrap());
        let secret = bursar::domain::connections::reveal(app.app.db.reader(), &app.app, organization, id).await.unwrap();
        let secret = String::from_utf8(bursar_tests::exposed(&secret)).unwrap();
        assert_eq!(secret, done[0].replace("name", "secret"), "name and secret are of the same change");
    }

    /// One name of a kind is taken once, also by four at once; another kind may have it.
    async fn a_name_is_taken_once(app: TestApp) {
        let organization = organization(&app).await;
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let organization = organization.clone();
                tokio::spawn(async move { organization.try_create_connection("HETZNER", json!({ "name": "Main" })).await })
            })
            .collect();
        let mut made = 0;
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                made += 1;
            } else {
                let error = answer.expect_user_error("CONFLICT");
                assert!(error.path == "name" && error.message.contains("Main"), "{error:?}");
            }
        }
        assert_eq!(made, 1);
        organization.try_create_connection("CLOUDFLARE", json!({ "name": " Main " })).await.expect_user_error("CONFLICT");
        organization.try_create_connection("GITHUB", json!({ "name": "Main" })).await.expect_no_errors();
        let other = organization.create_connection("HETZNER").await;
        let error = organization.owner.client.update_connection(&other, 1, json!({ "name": "Main" })).await.expect_user_error("CONFLICT");
        assert_eq!(error.path, "name");
        assert_eq!(sealed_secret::Entity::find().count(app.app.db.reader()).await.unwrap(), 3, "no secret without its connection");
    }

    /// Gone with its secret, once.
    async fn a_deleted_connection_is_gone(app: TestApp) {
        let organization = organization(&app).await;
        let (id, kept) = (organization.create_connection("HETZNER").await, organization.create_connection("GITHUB").await);
        let client = &organization.owner.client;
        let answer = client.delete_connection(&id).await.expect_no_errors();
        assert_eq!(answer.text("deleteConnection.deletedConnectionId"), id);
        client.delete_connection(&id).await.expect_code("NOT_FOUND");
        client.update_connection(&id, 1, json!({ "name": "x" })).await.expect_code("NOT_FOUND");
        let rest = listed(client, &organization, None).await;
        assert_eq!(field(&rest, "organization.connections.nodes", "id"), [&kept]);
        assert_eq!(sealed_secret::Entity::find().count(app.app.db.reader()).await.unwrap(), 1);
    }

    /// A page at a time, and no more statements for many organizations than for one.
    async fn the_connections_of_many_are_read_at_once(app: TestApp) {
        let organization = organization(&app).await;
        let first = organization.create_connection("HETZNER").await;
        let second = organization.create_connection("GITHUB").await;
        let client = &organization.owner.client;
        let page = "query($id: ID!, $after: String) { organization(id: $id) { connections(first: 1, after: $after) {
            pageInfo { hasNextPage endCursor } nodes { id } } } }";
        let one = client.query(page, json!({ "id": organization.id })).await;
        assert_eq!(one.text("organization.connections.nodes.0.id"), first);
        let after = one.data("organization.connections.pageInfo.endCursor").clone();
        let two = client.query(page, json!({ "id": organization.id, "after": after })).await;
        assert_eq!(two.text("organization.connections.nodes.0.id"), second);
        assert_eq!(two.data("organization.connections.pageInfo.hasNextPage"), &json!(false));

        let document = "{ organizations(first: 50) { nodes { id connections(first: 10) { totalCount nodes { id name viewerCanUpdate organization { id } } } } } }";
        let mut counts = Vec::new();
        for organizations in [1, 4] {
            for _ in 0..organizations {
                let another = organization.owner.create_organization("another").await;
                another.create_connection("HETZNER").await;
            }
            let _ = app.statements.take();
            client.query(document, json!({})).await.expect_no_errors();
            counts.push(app.statements.take().len());
        }
        assert_eq!(counts[0], counts[1], "statements grow with the number of organizations");
    }
}
