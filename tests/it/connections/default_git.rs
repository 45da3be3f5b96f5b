//! The setting that names the default Git connection (ORG-2).

use bursar_tests::{Answer, Organization, both_databases};
use serde_json::{Value, json};

use super::organization;

async fn set(organization: &Organization, version: i64, id: Value) -> Answer {
    let input = json!({
        "organizationId": organization.id,
        "expectedVersion": version,
        "settings": { "default_git_connection_id": id },
    });
    let client = &organization.owner.client;
    client
        .mutate("updateOrganization", input, "organization { version }")
        .await
}

both_databases! {
    /// It names a Git connection of this organization, which stays as long as it is named.
    async fn the_default_is_one_of_our_own_and_stays(app: TestApp) {
        let ours = organization(&app).await;
        let theirs = ours.owner.create_organization("theirs").await;
        let (git, dns) = (ours.create_connection("GITHUB").await, ours.create_connection("HETZNER").await);
        let foreign = theirs.create_connection("GITHUB").await;
        for wrong in [&dns, &foreign, "01890000-0000-7000-8000-000000000000"] {
            let error = set(&ours, 1, json!(wrong)).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, "settings.default_git_connection_id");
        }
        // The same id, otherwise written.
        set(&ours, 1, json!(git.to_uppercase())).await.expect_no_errors();
        let before = app.snapshot().await;
        let error = ours.owner.client.delete_connection(&git).await.expect_user_error("PRECONDITION_FAILED");
        assert!(error.path == "connectionId" && error.message.contains("default_git_connection_id"), "{error:?}");
        app.snapshot().await.assert_same(&before, "a refused deletion");
        ours.owner.client.delete_connection(&dns).await.expect_no_errors();
        set(&ours, 2, Value::Null).await.expect_no_errors();
        ours.owner.client.delete_connection(&git).await.expect_no_errors();
    }

    /// Deleting it and naming it at once: one of them comes too late.
    async fn deleting_meets_naming(app: TestApp) {
        for _ in 0..5 {
            let organization = organization(&app).await;
            let git = organization.create_connection("GITHUB").await;
            let (named, deleted) = tokio::join!(set(&organization, 1, json!(git)), organization.owner.client.delete_connection(&git));
            if named.user_errors().is_empty() {
                deleted.expect_user_error("PRECONDITION_FAILED");
            } else {
                named.expect_user_error("VALIDATION");
                deleted.expect_no_errors();
            }
        }
    }
}
