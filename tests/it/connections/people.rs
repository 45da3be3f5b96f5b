//! Who may do what: each kind of connection has permissions of its own.

use bursar_tests::both_databases;
use serde_json::json;

use super::{field, listed, organization};

both_databases! {
    /// Somebody who may see one kind sees nothing of another, and changes nothing.
    async fn each_kind_has_permissions_of_its_own(app: TestApp) {
        let organization = organization(&app).await;
        let (dns, git) = (organization.create_connection("HETZNER").await, organization.create_connection("GITHUB").await);
        organization.create_role("dns", &["org.view", "org.dns.list"]).await;
        organization.create_role("git", &["org.view", "org.git.list", "org.git.create"]).await;
        let reader = organization.add_member("dns").await;
        let all = listed(&reader.client, &organization, None).await;
        assert_eq!(field(&all, "organization.connections.nodes", "id"), [&dns]);
        assert_eq!(all.data("organization.connections.totalCount"), &json!(1));
        let refused = listed(&reader.client, &organization, Some("GIT")).await;
        refused.expect_code("FORBIDDEN");
        assert_eq!(refused.body["errors"][0]["extensions"]["permission"], json!("org.git.list"));
        let nodes = reader.client.query("query($ids: [ID!]!) { nodes(ids: $ids) { id ... on ConnectedService { viewerCanUpdate viewerCanDelete } } }", json!({ "ids": [dns, git] })).await;
        assert_eq!(nodes.data("nodes"), &json!([{ "id": dns, "viewerCanUpdate": false, "viewerCanDelete": false }, null]));

        let before = app.snapshot().await;
        for (answer, permission) in [
            (reader.client.create_connection(&organization.id, "HETZNER", json!({})).await, "org.dns.create"),
            (reader.client.create_connection(&organization.id, "GITHUB", json!({})).await, "org.git.create"),
            (reader.client.create_connection(&organization.id, "SFTP", json!({})).await, "org.storage.create"),
            (reader.client.create_connection(&organization.id, "OCI", json!({})).await, "org.addons_repos.create"),
            (reader.client.update_connection(&dns, 1, json!({ "name": "mine" })).await, "org.dns.create"),
            (reader.client.delete_connection(&dns).await, "org.dns.delete"),
        ] {
            answer.expect_code("FORBIDDEN");
            assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!(permission), "{answer}");
        }
        app.snapshot().await.assert_same(&before, "reaching beyond one's role");

        let writer = organization.add_member("git").await;
        let answer = writer.client.update_connection(&git, 1, json!({ "name": "Theirs" })).await.expect_no_errors();
        assert_eq!(answer.data("updateConnection.connection.viewerCanUpdate"), &json!(true));
        assert_eq!(answer.data("updateConnection.connection.viewerCanDelete"), &json!(false));
        writer.client.delete_connection(&git).await.expect_code("FORBIDDEN");
    }

    /// A member who may see no kind at all is told so; a program with the permission is as good as a person.
    async fn programs_do_what_their_keys_allow(app: TestApp) {
        let organization = organization(&app).await;
        organization.create_role("nothing", &["org.view"]).await;
        let nobody = organization.add_member("nothing").await;
        listed(&nobody.client, &organization, None).await.expect_code("FORBIDDEN");
        let key = organization.create_key(&["org.view", "org.git.create", "org.git.list", "org.git.delete"]).await;
        let made = key.client.create_connection(&organization.id, "GITHUB", json!({})).await.expect_no_errors();
        let id = made.text("createConnection.connection.id");
        key.client.create_connection(&organization.id, "HETZNER", json!({})).await.expect_code("FORBIDDEN");
        key.client.delete_connection(&id).await.expect_no_errors();
    }
}
