//! Logs that nobody has touched, who may have them checked, and what a witness is good for.

use bursar_tests::both_databases;
use serde_json::json;

use super::super::{entries, flow, rows};
use super::{VERIFY, assert_broken, assert_intact, command, remove, set_end, verify};

both_databases! {
    /// An untouched log holds from its first entry to its last, the platform's as well; the head is its last entry.
    async fn an_untouched_log_holds(app: TestApp) {
        let organization = flow(&app).await;
        let rows = rows(&organization, &app).await;
        let last = rows.last().unwrap();
        let verified = verify(&app, &organization, json!(null)).await;
        let newest = &entries(&organization, json!({})).await[0];
        let head = json!({ "sequence": last.sequence, "hash": newest["hash"] });
        assert_eq!(verified, json!({ "intact": true, "entries": rows.len(), "firstBroken": null, "head": head }));
        let owner = organization.owner.client.query(VERIFY, json!({ "id": organization.id })).await;
        assert_eq!(owner.data("auditVerification.intact"), &json!(true));
        let platform = app.admin().await.query(VERIFY, json!({})).await;
        assert_eq!(platform.data("auditVerification.intact"), &json!(true));
        let (content, output) = command(&app, &[]).await;
        assert!(content && output.contains(&organization.slug) && output.contains("platform"), "{output}");
        let head = format!("head {}:{}", last.sequence, head["hash"].as_str().unwrap());
        assert!(output.contains(&head), "{output}");
    }

    /// Who may not see the log may not have it checked either.
    async fn verification_needs_the_permission(app: TestApp) {
        let organization = flow(&app).await;
        let member = organization.add_member("org_member").await;
        let answer = member.client.query(VERIFY, json!({ "id": organization.id })).await;
        answer.expect_code("FORBIDDEN");
        assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!("org.audit.view"));
        app.anonymous.sign_up("stranger").await.client.query(VERIFY, json!({ "id": organization.id })).await.expect_code("NOT_FOUND");
        organization.owner.client.query(VERIFY, json!({})).await.expect_code("FORBIDDEN");
        let key = organization.create_key(&["org.audit.view"]).await;
        let seen = key.client.query(VERIFY, json!({ "id": organization.id })).await;
        assert_eq!(seen.data("auditVerification.intact"), &json!(true));
        let bad = json!({ "id": organization.id, "witness": { "sequence": 1, "hash": "xyz" } });
        organization.owner.client.query(VERIFY, bad).await.expect_code("BAD_REQUEST");
    }

    /// The last entry: the end of the chain is kept apart. Whoever rewinds that too is found out by a witness alone, which
    /// is why heads can be noted down.
    async fn the_last_entry_is_missed(app: TestApp) {
        let organization = flow(&app).await;
        let rows = rows(&organization, &app).await;
        let (last, before) = (&rows[rows.len() - 1], &rows[rows.len() - 2]);
        let noted = verify(&app, &organization, json!(null)).await["head"].clone();
        assert_eq!(verify(&app, &organization, noted.clone()).await["intact"], json!(true));
        remove(&app, last).await;
        assert_broken(&app, &organization, "MISSING", last.sequence, None).await;
        set_end(&app, &organization, before.sequence, &before.hash).await;
        assert_intact(&app, &organization).await;
        let witnessed = verify(&app, &organization, noted.clone()).await;
        assert_eq!((&witnessed["firstBroken"]["fault"], &witnessed["firstBroken"]["sequence"]), (&json!("MISSING"), &json!(last.sequence)));
        // Something else happens, and the chain is as long as it was.
        organization.create_resource("project", &[], None).await;
        assert_intact(&app, &organization).await;
        let witnessed = verify(&app, &organization, noted.clone()).await;
        assert_eq!((&witnessed["firstBroken"]["fault"], &witnessed["firstBroken"]["sequence"]), (&json!("REWRITTEN"), &json!(last.sequence)));
        let head = format!("{}:{}", noted["sequence"], noted["hash"].as_str().unwrap());
        let (content, output) = command(&app, &["--organization", &organization.slug, "--witness", &head]).await;
        assert!(!content && output.contains("rewritten"), "{output}");
    }
}
