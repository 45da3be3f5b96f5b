//! The filters of the log (AUD-2), each by itself and together.

use bursar_tests::both_databases;
use chrono::TimeDelta;
use serde_json::json;

use super::{LOG, entries, flow};

both_databases! {
    /// Each filter narrows to what it names, and all together to what they have in common.
    async fn the_log_can_be_narrowed(app: TestApp) {
        let organization = flow(&app).await;
        let all = entries(&organization, json!({})).await.len();
        let actions = entries(&organization, json!({ "actions": ["org_created", "org_updated"] })).await;
        assert_eq!(actions.len(), 2);
        assert_eq!(entries(&organization, json!({ "actions": [] })).await.len(), 0, "none of none");
        assert_eq!(entries(&organization, json!({ "actions": ["org_create"] })).await.len(), 0, "whole names");
        let by_owner = entries(&organization, json!({ "actorId": organization.owner.id })).await;
        assert!(!by_owner.is_empty() && by_owner.len() < all, "the member and the admin did something too");
        assert!(by_owner.iter().all(|entry| entry["actor"]["id"] == json!(organization.owner.id)));
        let resources = entries(&organization, json!({ "resourceType": "resource" })).await;
        assert_eq!(resources.len(), 2);
        let resource = resources[0]["resourceId"].clone();
        assert_eq!(entries(&organization, json!({ "resourceId": resource })).await.len(), 2);
        let both = json!({ "resourceId": resource, "actions": ["resource_deleted", "org_created"], "actorId": organization.owner.id });
        assert_eq!(entries(&organization, both).await.len(), 1);
    }

    /// From a moment on, inclusive, and up to one, exclusive.
    async fn time_begins_inclusive_and_ends_exclusive(app: TestApp) {
        let organization = flow(&app).await;
        let first = entries(&organization, json!({})).await.len();
        app.advance(TimeDelta::minutes(5));
        organization.create_resource("project", &[], None).await;
        for (filter, expected) in [
            (json!({ "from": "2026-03-02T09:00:00Z" }), first + 1),
            (json!({ "from": "2026-03-02T09:00:00.000001Z" }), 1),
            (json!({ "from": "2026-03-02T16:05:00+07:00" }), 1),
            (json!({ "from": "2026-03-02T09:05:00.000001Z" }), 0),
            (json!({ "to": "2026-03-02T09:00:00Z" }), 0),
            (json!({ "to": "2026-03-02T09:05:00Z" }), first),
            (json!({ "to": "2026-03-02T09:05:00.000001Z" }), first + 1),
            (json!({ "from": "2026-03-02T09:05:00Z", "to": "2026-03-02T09:05:00Z" }), 0),
        ] {
            assert_eq!(entries(&organization, filter.clone()).await.len(), expected, "{filter}");
        }
    }

    /// Text is found in action, name, address and details, whatever its case, and has no wildcards.
    async fn text_is_found_as_it_is(app: TestApp) {
        let organization = flow(&app).await;
        for (text, expected) in [
            ("Audited & Sons", 1),
            ("audited & SONS", 1),
            ("ORG_UPDATED", 1),
            ("100%", 0),
            ("%", 0),
            ("Audited_&", 0),
            ("org\\_updated", 0),
            ("'; DROP TABLE audit_entries; --", 0),
        ] {
            assert_eq!(entries(&organization, json!({ "text": text })).await.len(), expected, "{text}");
        }
        let owner = entries(&organization, json!({ "text": organization.owner.email.to_uppercase() })).await;
        assert!(owner.len() >= 4, "{owner:?}");
        let settings = entries(&organization, json!({ "text": "\"locale\"" })).await;
        assert_eq!(settings.len(), 1, "in the details");
        // Something that really holds wildcards.
        let input = json!({ "organizationId": organization.id, "expectedVersion": 2, "name": "100%_\\Fine" });
        organization.owner.client.mutate("updateOrganization", input, "organization { version }").await.expect_no_errors();
        assert_eq!(entries(&organization, json!({ "text": "100%_\\F" })).await.len(), 1);
        assert_eq!(entries(&organization, json!({ "text": "0%_" })).await.len(), 1);
    }

    /// What no database can hold, and ids that are none.
    async fn filters_that_make_no_sense_are_refused(app: TestApp) {
        let organization = flow(&app).await;
        let client = &organization.owner.client;
        for (filter, code) in [
            (json!({ "text": "a\0b" }), "BAD_REQUEST"),
            (json!({ "resourceType": "\0" }), "BAD_REQUEST"),
            (json!({ "actions": ["\0"] }), "BAD_REQUEST"),
            (json!({ "from": "yesterday" }), "BAD_REQUEST"),
            (json!({ "actorId": "nonsense" }), "NOT_FOUND"),
        ] {
            let mut filter = filter;
            filter["organizationId"] = json!(organization.id);
            client.query(LOG, json!({ "filter": filter })).await.expect_code(code);
        }
        client.query(LOG, json!({ "filter": { "text": "x" } })).await.expect_code("FORBIDDEN");
    }

    /// A system admin sees the entries of all organizations and of none, page by page, newest first.
    async fn system_admins_see_everything(app: TestApp) {
        let (one, two) = (flow(&app).await, flow(&app).await);
        let admin = app.admin().await;
        let mut seen = Vec::new();
        let mut after = json!(null);
        loop {
            let page = admin.query(LOG, json!({ "first": 7, "after": after })).await;
            seen.extend(page.list("auditLog.nodes").iter().cloned());
            if page.data("auditLog.pageInfo.hasNextPage") == &json!(false) {
                assert_eq!(page.data("auditLog.totalCount"), &json!(seen.len()));
                break;
            }
            after = page.data("auditLog.pageInfo.endCursor").clone();
        }
        let mut ids: Vec<&str> = seen.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
        assert!(ids.is_sorted_by(|a, b| a > b), "newest first");
        ids.dedup();
        assert_eq!(ids.len(), seen.len());
        let own = entries(&one, json!({})).await.len() + entries(&two, json!({})).await.len();
        assert!(seen.len() > own, "the platform's own are among them");
    }
}
